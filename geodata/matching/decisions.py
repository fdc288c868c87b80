"""Verdicts: what a person decided about two incidents, that they are one event or that they are not.

They stand in a Delta table of their own, ``links``, beside the ledger's. It is only appended to: of two verdicts on one
pair the later counts, and every earlier one stays readable, with who gave it and when. Incidents are never touched.
"""

from __future__ import annotations

import getpass
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Literal

import polars as pl

from geodata.core.errors import WrongValue
from geodata.ledger.store import Ledger
from geodata.matching.candidates import COLUMNS, THRESHOLD, candidates
from geodata.model.incident import TIME

TABLE = "links"
Verdict = Literal["one event", "apart"]
VERDICT_SCHEMA: Mapping[str, pl.DataType | type[pl.DataType]] = {
    "incident_id": pl.String,
    "other_id": pl.String,
    "verdict": pl.String,
    "actor": pl.String,
    "at": TIME,
}
"""Of each verdict; ``incident_id`` < ``other_id``."""


class Verdicts:
    """The verdicts of one workspace.

    Parameters
    ----------
    ledger : Ledger
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def given(self) -> pl.DataFrame:
        """Return every verdict ever given, columns of ``VERDICT_SCHEMA``, oldest first."""
        table = self._ledger.table(name=TABLE)
        if table is None:
            return pl.DataFrame(schema=VERDICT_SCHEMA)
        frame = pl.DataFrame(pl.from_arrow(table.to_pyarrow_table()))
        return frame.select(pl.col(name).cast(kind) for name, kind in VERDICT_SCHEMA.items()).sort("at")

    def standing(self) -> pl.DataFrame:
        """Return the verdict that counts for each pair: the last one."""
        return self.given().unique(["incident_id", "other_id"], keep="last", maintain_order=True)

    def linked(self) -> pl.DataFrame:
        """Return ``incident_id``, ``other_id`` of the pairs that stand as one event."""
        return self.standing().filter(pl.col("verdict") == "one event").select("incident_id", "other_id")

    def open_candidates(self, least: float = THRESHOLD) -> pl.DataFrame:
        """Return the candidates of the newest ledger on which no verdict stands, best first."""
        found = candidates(self._ledger.incidents(columns=COLUMNS), least)
        return found.join(self.standing(), on=["incident_id", "other_id"], how="anti", maintain_order="left")

    def give(self, one: str, other: str, verdict: Verdict) -> bool:
        """Give a verdict on a pair; return False if it stands already, in which case nothing is written.

        Raises
        ------
        WrongValue
            If it is not a pair of incidents of different sources that stand in the ledger.
        UnwritableLedger
            If it cannot be written.
        """
        first, second = sorted((one, other))
        self._require_pair(first, second)
        pair = (pl.col("incident_id") == first) & (pl.col("other_id") == second)
        if self.standing().filter(pair & (pl.col("verdict") == verdict)).height:
            return False
        row = (first, second, verdict, getpass.getuser(), datetime.now(UTC))
        self._ledger.append(TABLE, pl.DataFrame([row], schema=VERDICT_SCHEMA, orient="row"))
        return True

    def _require_pair(self, first: str, second: str) -> None:
        rule = "a link joins two incidents of different sources that stand in the ledger"
        found = self._ledger.incidents(columns=["incident_id", "source"])
        found = found.filter(pl.col("incident_id").is_in([first, second]))
        missing = [name for name in (first, second) if name not in found["incident_id"]]
        if missing:
            raise WrongValue(f"there is no incident {missing[0]!r}", rule=rule)
        if found["source"].n_unique() < 2:
            raise WrongValue(f"{first!r} and {second!r} are of one source", rule=rule)
