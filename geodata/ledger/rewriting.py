"""Rewriting: the tables of a ledger written anew beside it as if some incidents had never been taken in.

Every version stays, under its number, without the rows that go: a data file that holds such rows is written anew, any
other one is linked, and each commit is written as it was but for the files that it names. Ranges of values in the log
are those of what stays. The register of corridors was drawn from all incidents and is left out.

Source: Delta Lake protocol, "Actions", https://github.com/delta-io/delta/blob/master/PROTOCOL.md.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import uuid
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import polars as pl
from deltalake import CommitProperties

from geodata.core.atomic_write import system_errors
from geodata.core.errors import RoutesError
from geodata.ledger.batch import Batch
from geodata.ledger.data_files import stated_ranges
from geodata.ledger.linked_reports import TABLE as LINKS
from geodata.ledger.maintenance import accounted_for, verify
from geodata.ledger.seals import LOG, STATED
from geodata.ledger.store import LEFT_OUT, Ledger

_JUDGED = ("incident_id", "time_start", "time_end", "source", "batch")
_CHECKPOINT_FROM = 100
"""Commits beyond which reading them one by one is slow."""
PURGED_ID = "(purged)"
"""Stands in a decision in place of the id of an incident that is gone."""


class NotRewritten(RoutesError):
    """A ledger that did not come out as it should; the one that stands was not touched."""


@dataclass(frozen=True, slots=True)
class PurgeRule:
    """Which incidents go: one of the three is given.

    Attributes
    ----------
    before : datetime or None
        UTC; those whose period ends by then.
    batch : str
        Rows that came with this batch alone.
    source : str
        All rows of this source.
    """

    before: datetime | None = None
    batch: str = ""
    source: str = ""

    def told(self) -> str:
        """Return it as history and audit tell it."""
        if self.before is not None:
            return f"incidents before {self.before:%Y-%m-%d}"
        return f"batch {self.batch}" if self.batch else f"source {self.source}"

    def goes(self) -> pl.Expr:
        """Return whether a row goes by what it says itself."""
        if self.before is not None:
            return pl.coalesce("time_end", "time_start") <= self.before
        return pl.col("batch") == self.batch if self.batch else pl.col("source") == self.source


@dataclass(frozen=True, slots=True)
class Survey:
    """What a rule hits in all versions of a ledger.

    Attributes
    ----------
    rule : PurgeRule
    going : mapping
        By data file of ``incidents``, whether each of its rows goes.
    incidents, rows : int
        Incidents of the newest version that go; rows in all data files.
    batches : frozenset of str
        Batches of which something goes.
    found : mapping
        How many incidents of each batch were found in any version.
    ids : frozenset of str
        Incidents of which nothing stays in any version.
    """

    rule: PurgeRule
    going: Mapping[str, pl.Series] = field(repr=False)
    incidents: int
    rows: int
    batches: frozenset[str]
    found: Mapping[str, int]
    ids: frozenset[str]


def survey(ledger: Ledger, rule: PurgeRule) -> Survey:
    """Read every version of a ledger; return what a rule hits.

    By date an incident goes whole, with all that earlier versions say of it, where its last state ends by then; rows
    of earlier versions that end by then go in any case.
    """
    folder = Path(ledger.address("incidents"))
    frames = []
    for name in _files_in_order(folder):
        if (folder / name).is_file():
            rows = pl.read_parquet(folder / name, columns=list(_JUDGED)).with_columns(pl.lit(name).alias("file"))
            frames.append(rows.with_columns(rule.goes().fill_null(value=False).alias("goes")))
    if not frames:
        return Survey(rule, {}, 0, 0, frozenset(), {}, frozenset())
    every = pl.concat(frames)
    if rule.before is not None:
        last = every.unique("incident_id", keep="last", maintain_order=True).filter("goes")["incident_id"]
        every = every.with_columns(pl.col("goes") | pl.col("incident_id").is_in(last.implode()))
    gone = every.filter("goes")
    stays = every.filter(~pl.col("goes"))["incident_id"].unique()
    newest = [uri.rpartition("/")[2] for uri in ledger.require("incidents").file_uris()]
    found = every.group_by("batch").agg(pl.col("incident_id").n_unique())
    return Survey(
        rule,
        {str(name): rows["goes"] for (name,), rows in every.group_by("file", maintain_order=True)},
        gone.filter(pl.col("file").is_in(newest))["incident_id"].n_unique(),
        gone.height,
        frozenset(gone["batch"].unique()),
        dict(found.iter_rows()),
        frozenset(gone.filter(~pl.col("incident_id").is_in(stays.implode()))["incident_id"]),
    )


def rewritten(ledger: Ledger, to: Path, found: Survey, batch: Batch, refusals_of: Collection[str]) -> Ledger:
    """Write a ledger anew in a folder, the last version a purge, and prove that it is what it should be.

    Parameters
    ----------
    ledger : Ledger
        In a folder, sound.
    to : Path
        A workspace folder for the new ledger, on the same disk.
    found : Survey
    batch : Batch
        Of the purge.
    refusals_of : collection of str
        Batches whose refused rows stay.

    Returns
    -------
    Ledger

    Raises
    ------
    NotRewritten
        If the new one is not sound, or its newest version is not what stays of the old one, to the last value.
    OSError
        If there is no room or right.
    """
    made = Ledger(to)
    gone = pl.Series("gone", sorted(found.ids), dtype=pl.String)
    masks: dict[str, Callable[[str, pl.DataFrame], pl.Series]] = {
        "incidents": lambda name, _: found.going[name],
        "refusals": lambda _, rows: ~rows["batch"].is_in(list(refusals_of)),
        LINKS: lambda _, rows: rows["incident_id"].is_in(gone.implode()) | rows["other_id"].is_in(gone.implode()),
    }
    for name, goes in masks.items():
        if ledger.table(name=name) is not None:
            _Rewritten(Path(ledger.address(name)), Path(made.address(name)), goes, found.ids).write()
    _say(made, batch)
    for name in masks:
        table = made.table(name=name)
        if table is not None:
            if table.version() >= _CHECKPOINT_FROM:
                table.create_checkpoint()
            made.seal(name)
    _require_right(ledger, made, found)
    return made


class _Rewritten:
    """One table on its way into another folder."""

    def __init__(
        self, table: Path, to: Path, goes: Callable[[str, pl.DataFrame], pl.Series], gone: Collection[str]
    ) -> None:
        self._table, self._to, self._goes, self._gone = table, to, goes, gone
        self._files: dict[str, _File | None] = {}
        self._id = str(uuid.uuid4())

    def write(self) -> None:
        (self._to / LOG).mkdir(parents=True)
        for commit in _commits(self._table):
            lines = [self._line(json.loads(line)) for line in commit.read_text(encoding="utf-8").splitlines() if line]
            text = "\n".join(json.dumps(line, separators=(",", ":"), ensure_ascii=False) for line in lines if line)
            (self._to / LOG / commit.name).write_text(text, encoding="utf-8")

    def _line(self, action: dict[str, Any]) -> dict[str, Any] | None:
        """Return an action as it is written anew, None for one of a file of which nothing stays."""
        if "metaData" in action:
            action["metaData"]["id"] = self._id  # what was read of the ledger before is not taken for this one
        if "commitInfo" in action:
            self._retell(action["commitInfo"])
        told = action.get("add") or action.get("remove")
        if told is None:
            return action
        file = self._file(unquote(told["path"]))
        if file is None:
            return None
        told |= {"path": file.name} | ({} if file.size is None else {"size": file.size})
        if "stats" in told:
            told["stats"] = json.dumps(file.stats)
        return action

    def _retell(self, info: dict[str, Any]) -> None:
        """Put the SHA-256 of what was written anew, and no id that is gone, into what a commit says of itself."""
        if STATED in info:
            files = {name: self._file(name) for name in json.loads(info[STATED])}
            info[STATED] = json.dumps({file.name: file.sha256 for file in files.values() if file and file.sha256})
        if "batch" in info:
            told = json.loads(info["batch"])
            told["pair"] = [PURGED_ID if name in self._gone else name for name in told.get("pair", ())]
            info["batch"] = json.dumps(told, ensure_ascii=False)

    def _file(self, name: str) -> _File | None:
        if name not in self._files:
            self._files[name] = self._written(name)
        return self._files[name]

    def _written(self, name: str) -> _File | None:
        """Bring a data file over without the rows that go; None if nothing stays of it."""
        path = self._table / name
        if not path.is_file():  # given up by a compaction; the log still names it
            return _File(name, None, {}, None)
        rows = pl.read_parquet(path)
        goes = self._goes(name, rows)
        if rows.height and goes.all():
            return None
        if not goes.any():
            _link(path, self._to / name)
            return _of(self._to / name, rows)
        rows = rows.filter(~goes)
        new = self._to / f"part-{uuid.uuid4()}.lz4.parquet"
        with system_errors(new):
            rows.write_parquet(new, compression="lz4", statistics=False, row_group_size=rows.height)
        return _of(new, rows)


@dataclass(frozen=True, slots=True)
class _File:
    """A data file as the log tells of it; its size and SHA-256 are None where it is no longer there."""

    name: str
    size: int | None
    stats: Mapping[str, Any]
    sha256: str | None


def _of(path: Path, rows: pl.DataFrame) -> _File:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    told = stated_ranges(rows) if "lat" in rows.columns and rows.height else {"numRecords": rows.height}
    return _File(path.name, path.stat().st_size, told, digest)


def _link(path: Path, to: Path) -> None:
    try:
        os.link(path, to)
    except OSError:  # a disk without links
        shutil.copyfile(path, to)


def _commits(table: Path) -> list[Path]:
    found = sorted(path for path in (table / LOG).glob("*.json") if path.stem.isdecimal())
    if [int(path.stem) for path in found] != list(range(len(found))):
        raise NotRewritten(
            f"commits of table {table.name} are missing",
            rule="only a ledger whose every version is known is written anew",
            done="nothing was changed",
        )
    return found


def _files_in_order(table: Path) -> list[str]:
    """Return the data files that commits add, each where it was added last."""
    found: dict[str, None] = {}
    for commit in _commits(table):
        for line in commit.read_text(encoding="utf-8").splitlines():
            added = json.loads(line).get("add") if line else None
            if added:
                name = unquote(added["path"])
                found.pop(name, None)
                found[name] = None
    return list(found)


def _say(made: Ledger, batch: Batch) -> None:
    """Commit the purge: a version without rows, and by how much what the batches brought differs from what stands."""
    table = made.require("incidents")
    counted = accounted_for(made)
    stands = table.to_pyarrow_dataset().count_rows()
    told = {"batch": json.dumps(asdict(batch), ensure_ascii=False)}
    told[LEFT_OUT] = str(0 if counted is None else counted - stands)
    table.create_write_transaction(
        [], "append", table.schema(), commit_properties=CommitProperties(custom_metadata=told)
    )


def _require_right(ledger: Ledger, made: Ledger, found: Survey) -> None:
    faults = verify(made)
    before, after = ledger.reports(), made.reports()
    rule = found.rule.goes().fill_null(value=False)
    stays = before.filter(~(rule | pl.col("incident_id").is_in(list(found.ids))))
    wrong = faults[0].removesuffix(".") if faults else "" if stays.equals(after) else "what stays differs"
    if wrong:
        raise NotRewritten(
            f"the ledger did not come out sound ({wrong})",
            rule="what stays must be as it was, to the last value",
            done="nothing was changed",
        )
