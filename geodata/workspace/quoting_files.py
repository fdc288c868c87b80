"""QUOTING: files of a workspace that hold, or may hold, rows of incidents outside of the ledger.

Refused rows have no date that was checked. They stay only where every one of a file names a year, and only years after
the one of the bound; in doubt they go. A file that was taken in from a watched folder stays only where all of its rows
are known to stay.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from geodata.core.staging import DONE, REFUSED
from geodata.ingest.rejection_report import WHY, correction_name
from geodata.ledger.batch import Batch
from geodata.ledger.rewriting import PurgeRule, Survey
from geodata.ledger.store import Ledger

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_ENDING = ".csv"
_KNOWN = {
    *("ledger", "network", "spool", "refusals", "corrections", "intake", "pulls", "profiles", "desk", ".purge"),
    *("exports.jsonl", "facts.toml", "facts.toml.before", "facts.toml.taken", "words.toml", "digest.key", "pins.json"),
}


@dataclass(frozen=True, slots=True)
class Quoting:
    """What is to be deleted beside the ledger.

    Attributes
    ----------
    files : tuple of Path
        Within the workspace by their names in it, others whole.
    refusals_of : frozenset of str
        Batches whose refused rows stay in the ledger.
    refused_rows : int
        Refused rows of the ledger that go.
    unknown : tuple of str
        What stands in the workspace and is not of this product: it is not looked into.
    """

    files: tuple[Path, ...]
    refusals_of: frozenset[str]
    refused_rows: int
    unknown: tuple[str, ...]


def quoting(ledger: Ledger, found: Survey, inboxes: Sequence[Path] = ()) -> Quoting:
    """Return what of a workspace quotes incidents that go, or may.

    Parameters
    ----------
    ledger : Ledger
    found : Survey
    inboxes : sequence of Path
        Watched folders outside the workspace; those within it are found.
    """
    home = ledger.home
    batches = {batch.batch: batch for _, batch in ledger.history()}
    reports = _Reports(home, found, batches)
    refusals = ledger.rows("refusals")
    there = set() if refusals is None else set(refusals["batch"].unique())
    stay = frozenset(name for name in there & set(batches) if not reports.goes(batches[name]))
    goes = 0 if refusals is None else refusals.filter(~pl.col("batch").is_in(list(stay))).height
    own = [folder for folder in home.iterdir() if (folder / DONE).is_dir() and (folder / REFUSED).is_dir()]
    files = [path.relative_to(home) for path in reports.files()]
    for inbox in own:
        files += [path.relative_to(home) for path in _settled(inbox, found, batches, stay | (set(batches) - there))]
    for inbox in inboxes:
        if inbox.resolve() not in [one.resolve() for one in own]:
            files += [path.resolve() for path in _settled(inbox, found, batches, stay | (set(batches) - there))]
    names = {path.name for path in home.iterdir() if not path.name.startswith(".")}
    unknown = sorted(names - _KNOWN - {folder.name for folder in own})
    return Quoting(tuple(files), stay, goes, tuple(unknown))


class _Reports:
    """The reports of refused rows, and the files in which they wait to be corrected, by their common name."""

    def __init__(self, home: Path, found: Survey, batches: Mapping[str, Batch]) -> None:
        self._home, self._found = home, found
        self._own: dict[str, list[Batch]] = {}
        for batch in batches.values():
            self._own.setdefault(correction_name(batch, _ENDING), []).append(batch)
        self._known: dict[str, bool] = {}

    def goes(self, batch: Batch) -> bool:
        """Tell whether the refused rows of a batch go."""
        return self._goes(correction_name(batch, _ENDING))

    def files(self) -> Iterator[Path]:
        """Give the files that go."""
        for folder in ("refusals", "corrections"):
            for path in sorted((self._home / folder).glob(f"*{_ENDING}")):
                if self._goes(path.name):
                    yield path

    def _goes(self, name: str) -> bool:
        if name not in self._known:
            self._known[name] = self._judged(name, self._found.rule)
        return self._known[name]

    def _judged(self, name: str, rule: PurgeRule) -> bool:
        if rule.before is not None:
            return not _names_later_years_alone(self._home / "corrections" / name, rule.before.year)
        own = self._own.get(name, [])
        if rule.batch:
            return rule.batch in {batch.batch for batch in own}
        touched = any(batch.source == rule.source or batch.batch in self._found.batches for batch in own)
        return touched or not own


def _names_later_years_alone(path: Path, year: int) -> bool:
    """Tell whether every refused row of a file names a year, and none names one up to a given one."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                said = " ".join(str(value) for name, value in row.items() if name != WHY and value)
                years = [int(text) for text in _YEAR.findall(said)]
                if not years or min(years) <= year:
                    return False
    except (OSError, ValueError, csv.Error):
        return False
    return True


def _settled(inbox: Path, found: Survey, batches: Mapping[str, Batch], refusals_of: Collection[str]) -> Iterator[Path]:
    """Give the files of a watched folder that were settled and go, each with its reports."""
    for place in (DONE, REFUSED):
        for report in sorted((inbox / place).glob("*.json")):
            told: dict[str, Any] = {}
            with suppress(OSError, ValueError):
                told = json.loads(report.read_text(encoding="utf-8"))
            if _settled_goes(told, found, batches, refusals_of):
                name = report.name.removesuffix(".json")
                every = (report.with_name(name), report, report.with_name(f"{name}.refusals.csv"))
                yield from (path for path in every if path.is_file())


def _settled_goes(
    told: Mapping[str, Any], found: Survey, batches: Mapping[str, Batch], refusals_of: Collection[str]
) -> bool:
    batch = batches.get(str(told.get("batch", "")))
    if found.rule.batch:
        return told.get("sha256") == batches[found.rule.batch].sha256
    if batch is None or batch.batch in found.batches:
        return True
    whole = found.found.get(batch.batch, 0) >= batch.kept + batch.updated
    return not whole or bool(batch.duplicates or batch.held_back) or batch.batch not in refusals_of
