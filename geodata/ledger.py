"""The ledger: every incident ever taken in, in a Delta table whose versions all stay readable.

Two tables stand in the workspace: ``incidents`` and ``refusals``. One ingest is one commit of ``incidents``, which
carries the batch in its metadata: who, what file, its SHA-256, profile and counts. A batch is acknowledged once that
commit stands; refusals are written just before, under the same batch, and count only with it.

Several processes may write at once. Every commit names its source as a Delta application transaction, so that of two
writers of one source the later sees what the earlier stored, and nothing is doubled.

Source: Delta Lake protocol, https://github.com/delta-io/delta/blob/master/PROTOCOL.md, through ``deltalake``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
from deltalake import CommitProperties, DeltaTable, Transaction, write_deltalake
from deltalake.exceptions import CommitFailedError, DeltaError, TableNotFoundError

from geodata.errors import RoutesError, UnknownVersion
from geodata.incident import SCHEMA, empty

REFUSAL_SCHEMA: Mapping[str, pl.DataType | type[pl.DataType]] = {
    "batch": pl.String,
    "file": pl.String,
    "row": pl.Int64,
    "column": pl.String,
    "rule": pl.String,
    "value": pl.String,
}
_KEEP_HISTORY = {"delta.logRetentionDuration": "interval 3650 days"}
_ATTEMPTS = 20


class BusyLedger(RoutesError):
    """Other writers kept winning until the attempts were used up."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What one ingest took in.

    Attributes
    ----------
    batch : str
        Its id.
    file, sha256 : str
        The file's name, without its folder, and checksum.
    source, profile, actor : str
    at : str
        RFC 3339, UTC.
    read, kept, updated, withdrawn, duplicates, refused : int
        Rows. ``read`` is the sum of kept, updated, duplicates and refused.
    """

    batch: str
    file: str
    sha256: str
    source: str
    profile: str
    actor: str
    at: str
    read: int = 0
    kept: int = 0
    updated: int = 0
    withdrawn: int = 0
    duplicates: int = 0
    refused: int = 0


class Ledger:
    """The incidents of one workspace.

    Parameters
    ----------
    home : Path
        The workspace folder; made when the first batch is committed.
    """

    def __init__(self, home: Path) -> None:
        self.home = home
        self._incidents = home / "ledger" / "incidents"
        self._refusals = home / "ledger" / "refusals"

    def version(self) -> int | None:
        """Return the newest version, or None for a workspace without incidents."""
        table = self._open()
        return None if table is None else int(table.version())

    def incidents(self, version: int | None = None, columns: list[str] | None = None) -> pl.DataFrame:
        """Return the incidents as they stood at ``version`` (default: newest), ordered by ``incident_id``.

        Raises
        ------
        UnknownVersion
            If there is no such version.
        """
        table = self._open(version)
        if table is None:
            return empty().select(columns or list(SCHEMA))
        wanted = list(dict.fromkeys(["incident_id", *(columns or SCHEMA)]))
        frame = pl.DataFrame(pl.from_arrow(table.to_pyarrow_table(columns=wanted))).sort("incident_id")
        return frame.select(pl.col(name).cast(SCHEMA[name]) for name in columns or SCHEMA)

    def history(self) -> list[tuple[int, Batch]]:
        """Return every acknowledged batch with the version that its commit made, newest first."""
        table = self._open()
        commits = [] if table is None else table.history()
        return [(commit["version"], Batch(**json.loads(commit["batch"]))) for commit in commits if "batch" in commit]

    def refusals(self) -> pl.DataFrame:
        """Return the refused rows of every acknowledged batch: batch, file, row, column, rule, value."""
        if not DeltaTable.is_deltatable(str(self._refusals)):
            return pl.DataFrame(schema=REFUSAL_SCHEMA)
        frame = pl.DataFrame(pl.from_arrow(DeltaTable(self._refusals).to_pyarrow_table()))
        return frame.filter(pl.col("batch").is_in([batch.batch for _, batch in self.history()]))

    def commit(self, batch: Batch, incidents: pl.DataFrame, refusals: pl.DataFrame) -> Batch:
        """Store a checked batch: new incidents are added, revised ones replaced, known ones passed over.

        Parameters
        ----------
        batch : Batch
            With ``read`` and ``refused`` counted.
        incidents : DataFrame
            Columns of ``SCHEMA``; of rows with the same ``incident_id`` the first counts.
        refusals : DataFrame
            Columns of ``REFUSAL_SCHEMA``.

        Returns
        -------
        Batch
            With ``kept``, ``updated`` and ``duplicates`` counted. When nothing is new, nothing is written.
        """
        refusals_stand = False
        for _ in range(_ATTEMPTS):
            table = self._open()
            fresh, revised = self._compare(table, incidents.unique("incident_id", keep="first", maintain_order=True))
            counted = Batch(
                **asdict(batch)
                | {"kept": fresh.height, "updated": revised.height}
                | {"duplicates": incidents.height - fresh.height - revised.height},
            )
            if fresh.is_empty() and revised.is_empty():
                return counted
            if not refusals_stand and not refusals.is_empty():
                write_deltalake(self._refusals, refusals.to_arrow(), mode="append", configuration=_KEEP_HISTORY)
                refusals_stand = True
            try:
                self._write(table, fresh, revised, counted)
            except CommitFailedError:
                continue
            return counted
        raise BusyLedger(
            f"{_ATTEMPTS} attempts to commit were overtaken by other writers",
            rule="a batch is stored whole or not at all",
            done="nothing was stored; run the same command again",
            where=batch.file,
        )

    def _open(self, version: int | None = None) -> DeltaTable | None:
        try:
            return DeltaTable(self._incidents, version=version)
        except TableNotFoundError:
            if version is None:
                return None
            problem = "no ledger stands here yet"
        except DeltaError as error:
            problem = f"version {version} cannot be read ({str(error).splitlines()[0][:120]})"
        raise UnknownVersion(
            problem,
            rule="only versions of the ledger that stand can be opened",
            done="nothing was read",
            where=str(self.home),
        )

    @staticmethod
    def _compare(table: DeltaTable | None, incidents: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Return the incidents that are new and those whose content differs from what stands."""
        if table is None:
            return incidents, incidents.clear()
        known = pl.DataFrame(pl.from_arrow(table.to_pyarrow_table(columns=["incident_id", "fingerprint"])))
        joined = incidents.join(known.rename({"fingerprint": "stands"}), on="incident_id", how="left")
        fresh = joined.filter(pl.col("stands").is_null()).drop("stands")
        revised = joined.filter(pl.col("stands") != pl.col("fingerprint")).drop("stands")
        return fresh, revised

    def _write(self, table: DeltaTable | None, fresh: pl.DataFrame, revised: pl.DataFrame, batch: Batch) -> None:
        source = f"source:{batch.source}"
        last = table.transaction_version(source) if table is not None else None
        properties = CommitProperties(
            custom_metadata={"batch": json.dumps(asdict(batch), ensure_ascii=False)},
            app_transactions=[Transaction(source, (last or 0) + 1)],
        )
        rows = _storable(pl.concat([fresh, revised]))
        if table is None or revised.is_empty():
            write_deltalake(
                table or self._incidents,
                rows,
                mode="error" if table is None else "append",
                configuration=_KEEP_HISTORY if table is None else None,
                commit_properties=properties,
            )
            return
        merge = table.merge(
            rows,
            "stands.incident_id = given.incident_id",
            source_alias="given",
            target_alias="stands",
            commit_properties=properties,
        )
        merge.when_matched_update_all().when_not_matched_insert_all().execute()


def now_rfc3339() -> str:
    """Return the present moment, UTC, to the second."""
    return datetime.now(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")


def _storable(incidents: pl.DataFrame) -> Any:
    """Return Arrow rows that Delta can hold: it has no unsigned integers, and an H3 index never uses the sign bit."""
    return incidents.select(*SCHEMA).with_columns(pl.col("cell").cast(pl.Int64)).to_arrow()
