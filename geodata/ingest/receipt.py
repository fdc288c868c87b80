"""Receipts: what became of one file that came in by itself, from a folder, a source on the network or a client.

``receive`` never raises for what a file holds: whoever takes files in unattended must go on with the next one.
"""

from __future__ import annotations

import csv
import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from geodata.core.errors import NothingKept, RoutesError, UnknownColumns, UnknownFormat, UnreadableFile, WrongValue
from geodata.core.staging import unwritable
from geodata.ingest.pipeline import Step, ingest_file, totals
from geodata.ledger.batch import Batch, now_rfc3339
from geodata.ledger.edition_diff import Edition
from geodata.ledger.store import Ledger
from geodata.mapping.profiles import Profile

Outcome = Literal["taken", "refused", "postponed", "failed"]

_log = logging.getLogger(__name__)
_UNFIT = (UnreadableFile, UnknownFormat, UnknownColumns, NothingKept, WrongValue)
"""What no second try mends."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a file.

    Attributes
    ----------
    file, at : str
        Its name without the folder; RFC 3339, UTC.
    outcome : str
        taken; refused: it is unfit as a whole; postponed: the ledger could not be written, to be tried again; failed:
        the program has a fault that it brought to light.
    batch : Batch or None
        As counted; None unless taken.
    notes : tuple of str
    error : str
        One sentence, "" if taken.
    refusals : Path or None
        CSV of the rows refused: row, column, rule, value.
    faults : tuple of str
        Each rule that rows broke, with how many did.
    """

    file: str
    at: str
    outcome: Outcome
    batch: Batch | None = None
    notes: tuple[str, ...] = ()
    error: str = ""
    refusals: Path | None = None
    faults: tuple[str, ...] = ()

    def report(self) -> dict[str, Any]:
        """Return it as JSON holds it."""
        if self.batch is None:
            return {"file": self.file, "at": self.at, "outcome": self.outcome, "error": self.error}
        names = ("batch", "sha256", "profile", "source")
        facts = {name: value for name, value in asdict(self.batch).items() if name in names}
        found = {"file": self.file, "at": self.at, "outcome": self.outcome, **facts}
        return found | {"counts": totals([self.batch]), "notes": list(self.notes), "refused": list(self.faults)}

    def refused_rows(self, most: int) -> list[dict[str, Any]]:
        """Return the first of the rows refused: row (int), column, rule, value."""
        if self.refusals is None:
            return []
        with self.refusals.open(encoding="utf-8-sig", newline="") as file:
            rows = [row for row, _ in zip(csv.DictReader(file), range(most), strict=False)]
        return [row | {"row": int(row["row"])} for row in rows]


def receive(
    path: Path,
    ledger: Ledger,
    edition: Edition | None = None,
    *,
    step: Step = lambda _: None,
    may_withdraw: bool = False,
    profile: Profile | None = None,
    parts: Sequence[str] = (),
    as_newest: bool = False,
    only_of: Sequence[str] = (),
) -> Receipt:
    """Take one file in, as ``ingest_file`` does; whatever is wrong with it stands in the receipt."""
    at = now_rfc3339()
    try:
        done = ingest_file(
            path,
            ledger,
            step=step,
            may_withdraw=may_withdraw,
            edition=edition,
            profile=profile,
            parts=parts,
            as_newest=as_newest,
            only_of=only_of,
        )
    except _UNFIT as error:
        report = error.report if isinstance(error, NothingKept) else None
        return Receipt(path.name, at, "refused", error=str(error), refusals=report)
    except RoutesError as error:
        return Receipt(path.name, at, "postponed", error=str(error))
    except OSError as error:
        return Receipt(path.name, at, "postponed", error=str(unwritable(ledger.home, error)))
    except Exception as error:  # noqa: BLE001 - a fault of ours in one file must not keep the others out
        _log.exception("%s could not be taken in", path.name)
        what = f"{path.name}: the program failed on it ({type(error).__name__}); nothing was stored."
        return Receipt(path.name, at, "failed", error=what)
    return Receipt(path.name, at, "taken", done.batch, done.notes, refusals=done.refusal_report, faults=done.faults)
