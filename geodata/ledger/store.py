"""The ledger: every incident ever taken in, in a Delta table whose versions all stay readable.

Three tables stand in the workspace: ``incidents``, ``refusals`` and ``links`` (decisions on reports of one event, which
``incidents()`` returns once and ``reports()`` all). One ingest is one commit of ``incidents``, which carries the batch
in its metadata: who, what file, its SHA-256, profile and counts. A batch is acknowledged once that commit stands;
refusals are written just before, under the same batch, and count only with it.

Several processes may write at once. Those of one machine follow one another, so that none is overtaken time and again;
of machines elsewhere Delta tells who came first. Every commit names its sources as Delta application transactions, so
that of two writers of one source the later sees what the earlier stored, and nothing is doubled.

Source: Delta Lake protocol, https://github.com/delta-io/delta/blob/master/PROTOCOL.md, through ``deltalake``.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow.dataset as ds
from deltalake import CommitProperties, DeltaTable, Schema, Transaction, write_deltalake
from deltalake.exceptions import CommitFailedError, DeltaError, TableNotFoundError
from deltalake.schema import Field
from deltalake.transaction import create_table_with_add_actions

from geodata.core.errors import RoutesError, UnknownVersion, WrongValue
from geodata.core.file_lock import exclusive_lock
from geodata.ledger.batch import REFUSAL_SCHEMA, Batch, Given, counted_in, decided, refuse_many_withdrawn
from geodata.ledger.data_files import DataFile, arrow_schema, storable, taken_up
from geodata.ledger.edition_diff import Comparison, additions_alone, compared
from geodata.ledger.linked_reports import LINK_SCHEMA, Decision, counted_with, standing
from geodata.ledger.linked_reports import TABLE as LINKS
from geodata.ledger.location import PATIENCE, SCHEMES, tables_of
from geodata.ledger.record_keys import KEYS, keys, place
from geodata.ledger.seals import STATED, Sealed
from geodata.model.incident import SCHEMA, empty
from geodata.model.place_notes import fact, notes

_KEEP_HISTORY = {"delta.logRetentionDuration": "interval 3650 days"}
_ATTEMPTS = 40
_LONGEST_PAUSE = 1.0
_COMPARED = ["incident_id", "source", "source_record", "fingerprint", "time_start", "lat", "lon"]
_GONE = "_gone"
_TEXT_NOTE = "coordinate_note"
RESTORED, LEFT_OUT = "restored", "left_out"
"""In the metadata of a commit: the version that it takes again; the rows that it gives up with damaged files."""
TABLES = ("incidents", "refusals", LINKS, "corridors", "corridor_events")
PURGING = Path(".purge")
"""In the workspace: where a purge is made ready."""
PURGE_JOURNAL = PURGING / "journal.json"
"""Stands while a purge is being carried out."""


_read_through: set[str] = set()
"""Data files without a digest that this process could read."""


class BusyLedger(RoutesError):
    """Other writers kept winning until the attempts were used up."""


class UnwritableLedger(RoutesError):
    """The workspace cannot be written: no room, no right, no connection."""


class DamagedLedger(UnwritableLedger):
    """What a change would build upon cannot be read as it was written."""


class Ledger:
    """The incidents of one workspace.

    Parameters
    ----------
    home : Path
        The workspace folder; made when the first batch is committed.
    tables : str, optional
        Folder or address of an object store in which the tables stand; default ``location.tables_of(home)``.
    storage_options : mapping, optional
        Passed on to the object store; default ``location.PATIENCE``.

    Raises
    ------
    WrongValue
        If the settings name no place for it that there could be.
    """

    def __init__(self, home: Path, tables: str | None = None, storage_options: Mapping[str, str] | None = None) -> None:
        self.home = home
        self._tables = (tables or tables_of(home)).rstrip("/")
        self._options = dict(storage_options or (PATIENCE if self.in_a_store else {})) or None
        self._sealed: dict[str, Sealed] = {}

    @property
    def in_a_store(self) -> bool:
        """Tell whether the tables stand in an object store and not in a folder."""
        return self._tables.startswith(SCHEMES)

    def version(self) -> int | None:
        """Return the newest version, or None for a workspace without incidents."""
        return self.head()[0]

    def head(self) -> tuple[int | None, str]:
        """Return the newest version and ``identity``, of one look."""
        table = self.table()
        return (None, "") if table is None else (int(table.version()), str(table.metadata().id))

    def incidents(self, version: int | None = None, columns: list[str] | None = None) -> pl.DataFrame:
        """Return the incidents as they stood at ``version`` (default: newest), ordered by ``incident_id``.

        Of reports that are linked as one event one is returned, the best placed; ``reports`` returns all.

        Raises
        ------
        UnknownVersion
            If there is no such version.
        """
        return self.reports(version, columns, without=self.linked(version)["incident_id"])

    def linked(self, version: int | None = None) -> pl.DataFrame:
        """Return the reports that are not counted at ``version`` (default: newest), each with the one that is.

        Returns
        -------
        DataFrame
            ``incident_id``, ``counted_with``.
        """
        pairs = standing(self.decisions(), version).filter(pl.col("decision") == "one event")
        table = None if pairs.is_empty() else self.table(version)
        if table is None:
            return pl.DataFrame(schema={"incident_id": pl.String, "counted_with": pl.String})
        # Read whole: a filter on a column without statistics in the commit would find nothing.
        with self._reading():
            return counted_with(_read(self._dataset(table), ["incident_id", "place_precision_km"]), pairs)

    def decisions(self) -> pl.DataFrame:
        """Return every decision ever given on two reports, columns of ``LINK_SCHEMA``, oldest first."""
        frame = self.rows(LINKS)
        if frame is None:
            return pl.DataFrame(schema=LINK_SCHEMA)
        return frame.select(pl.col(name).cast(kind) for name, kind in LINK_SCHEMA.items()).sort("at")

    def decide(self, one: str, other: str, decision: Decision, undoes: str = "") -> Batch | None:
        """Decide that two reports are one event, or that they are apart; None if it is decided so already.

        Parameters
        ----------
        one, other : str
            Ids of two incidents of different sources that stand.
        decision : str
        undoes : str
            The import of the decision that this one takes back.

        Raises
        ------
        WrongValue
            If it is no pair of incidents of different sources that stand in the ledger.
        BusyLedger, UnwritableLedger
            If it could not be stored.
        """
        first, second = sorted((one, other))
        self._require_pair(first, second)
        identity = self.identity()
        pair = (pl.col("incident_id") == first) & (pl.col("other_id") == second)
        if standing(self.decisions()).filter(pair & (pl.col("decision") == decision)).height:
            return None
        batch = decided(first, second, decision, undoes)

        def attempt(table: DeltaTable) -> Batch:
            self.require_same(table, identity)
            row = (first, second, decision, batch.actor, datetime.now(UTC), table.version() + 1)
            self.append(LINKS, pl.DataFrame([row], schema=LINK_SCHEMA, orient="row"))
            with writing(self.home):
                table.create_write_transaction(
                    [], "append", table.schema(), commit_properties=_properties(table, batch, [])
                )
            return batch

        return self.retried(attempt, batch.file)

    def _require_pair(self, first: str, second: str) -> None:
        rule = "a link joins two incidents of different sources that stand in the ledger"
        found = self.reports(columns=["incident_id", "source"])
        found = found.filter(pl.col("incident_id").is_in([first, second]))
        missing = [name for name in (first, second) if name not in found["incident_id"]]
        if missing:
            raise WrongValue(f"there is no incident {missing[0]!r}", rule=rule)
        if found["source"].n_unique() < 2:
            raise WrongValue(f"{first!r} and {second!r} are of one source", rule=rule)

    def reports(
        self, version: int | None = None, columns: list[str] | None = None, without: pl.Series | None = None
    ) -> pl.DataFrame:
        """Return every report as it stood at ``version`` (default: newest), ordered by ``incident_id``.

        Parameters
        ----------
        version : int, optional
        columns : list of str, optional
            Of ``SCHEMA``; default all.
        without : Series of str, optional
            Ids that are left out.

        Raises
        ------
        UnknownVersion
            If there is no such version.
        """
        table = self.table(version)
        if table is None:
            return empty().select(columns or list(SCHEMA))
        wanted = list(dict.fromkeys(["incident_id", *(columns or SCHEMA)]))
        with self._reading():
            frame = _read(self._dataset(table), wanted).sort("incident_id")
        if without is not None and len(without):
            frame = frame.filter(~pl.col("incident_id").is_in(without.implode()))
        return frame.select(pl.col(name).cast(SCHEMA[name]) for name in columns or SCHEMA)

    def history(self) -> list[tuple[int, Batch]]:
        """Return every acknowledged batch with the version that its commit made, newest first."""
        return [
            (commit["version"], Batch.from_json(commit["batch"])) for commit in self._commits() if "batch" in commit
        ]

    def left_out(self) -> int:
        """Return how many incidents were given up with damaged files since the versions that still count."""
        return sum(int(commit[LEFT_OUT]) for commit in self._commits() if LEFT_OUT in commit)

    def _commits(self) -> Iterator[dict[str, Any]]:
        """Give the commits that count, newest first: those of versions that were given up do not."""
        table = self.table()
        last: int | None = None
        for commit in [] if table is None else table.history():
            if last is None or commit["version"] <= last:
                last = int(commit[RESTORED]) if RESTORED in commit else last
                yield commit

    def refusals(self) -> pl.DataFrame:
        """Return the refused rows of every acknowledged batch: batch, file, row, column, rule, value."""
        frame = self.rows("refusals")
        if frame is None:
            return pl.DataFrame(schema=REFUSAL_SCHEMA)
        return frame.filter(pl.col("batch").is_in([batch.batch for _, batch in self.history()]))

    def table(self, version: int | None = None, name: str = "incidents") -> DeltaTable | None:
        """Return one of the tables, None where it does not stand yet and no version is asked for.

        Raises
        ------
        UnknownVersion
            If ``version`` cannot be read.
        """
        try:
            cut = self.sealed(name).mend()
        except OSError as error:
            raise self._unopened(f"it cannot be read ({_reason(error)})") from None
        asked = version
        if cut is not None and (version is None or version >= cut):
            if cut == 0 or version is not None:
                raise self._unopened(self.sealed(name).cut(cut).removesuffix("."))
            asked = cut - 1
        try:
            return DeltaTable(self.address(name), version=asked, storage_options=self._options)
        except TableNotFoundError:
            if version is None:
                return None
            problem = "no ledger stands here yet"
        except DeltaError as error:
            problem = f"version {asked} cannot be read ({_reason(error)})"
        except OSError as error:
            problem = f"it cannot be read ({_reason(error)})"
        raise self._unopened(problem)

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """Say in a sentence that a file could not be read, such as one that was taken away while it was read."""
        try:
            yield
        except (OSError, ValueError, DeltaError) as error:
            raise self._unopened(f"it cannot be read ({_reason(error)})") from None

    def _unopened(self, problem: str) -> UnknownVersion:
        return UnknownVersion(
            problem,
            rule="only versions of the ledger that stand can be opened",
            done="nothing was read",
            where=str(self.home),
        )

    def sealed(self, name: str) -> Sealed:
        """Return what proves one of the tables."""
        if name not in self._sealed:
            address = self.address(name)
            shown = address.removeprefix("file://").removeprefix(f"{self.home}/")
            self._sealed[name] = Sealed(name, address, self._options, shown)
        return self._sealed[name]

    def seal(self, name: str = "incidents") -> None:
        """Seal what was committed to one of the tables; where that does not go, the next commit does it."""
        with suppress(OSError, DeltaError):
            self.sealed(name).seal()

    def rows(self, name: str) -> pl.DataFrame | None:
        """Return all that can be read of one of the tables beside ``incidents``, None where it does not stand yet."""
        table = self.table(name=name)
        with self._reading():
            return None if table is None else pl.DataFrame(pl.from_arrow(self._dataset(table, name).to_table()))

    def damage(self, version: int | None = None) -> list[str]:
        """Return what cannot be shown of ``version`` (default: newest) and of the tables beside it, a sentence a file.

        What did not change since this process read it last is not read again.

        Raises
        ------
        UnknownVersion
            If there is no such version.
        """
        return [said for name in TABLES for said in self.damage_of(name, version if name == "incidents" else None)]

    def damage_of(self, name: str, version: int | None = None) -> list[str]:
        """Return what cannot be shown of a version of one table (default: newest), a sentence a file.

        Raises
        ------
        UnknownVersion
            If there is no such version.
        """
        sealed = self.sealed(name)
        table = self.table(version, name)
        if table is None:
            return []
        cut = None if version is not None else sealed.mend()
        said: list[str] = [] if cut is None else [sealed.cut(cut)]
        return said + [sealed.cost(file) for file in self.unsound(table, name)]

    def unsound(self, table: DeltaTable, name: str = "incidents") -> list[str]:
        """Return the data files of a table that are not as they were written, or cannot be read."""
        proven = self.sealed(name).proven([uri.rpartition("/")[2] for uri in table.file_uris()])
        unread = {file for file, sound in proven.items() if sound is None and not self._readable(table, name, file)}
        return [file for file, sound in proven.items() if sound is False or file in unread]

    def _readable(self, table: DeltaTable, name: str, file: str) -> bool:
        """Tell whether a data file of which nothing says how it was written can be read at all."""
        path = f"{self.address(name)}/{file}"
        if path not in _read_through:
            parts = (part for part in table.to_pyarrow_dataset().get_fragments() if part.path.endswith(file))
            with suppress(OSError, ValueError):
                next(parts).to_table()
                _read_through.add(path)
        return path in _read_through

    def _dataset(self, table: DeltaTable, name: str = "incidents") -> ds.Dataset:
        """Return what can be read of a table as a dataset, the files that are damaged left out."""
        dataset = table.to_pyarrow_dataset()
        unsound = set(self.unsound(table, name))
        if not unsound:
            return dataset
        sound = [part for part in dataset.get_fragments() if part.path.rpartition("/")[2] not in unsound]
        return ds.FileSystemDataset(sound, dataset.schema, dataset.format, dataset.filesystem)

    def require_sound(self, *names: str, version: int | None = None, done: str = "nothing was stored") -> None:
        """Refuse to build upon tables that are damaged.

        Parameters
        ----------
        *names : str
        version : int, optional
            Of the tables; default the newest.
        done : str
            What was done about it, for the sentence.

        Raises
        ------
        DamagedLedger
            With the first file that is.
        """
        for name in names:
            if said := self.damage_of(name, version):
                raise DamagedLedger(
                    said[0].removesuffix("."),
                    rule="only what can be read as it was written is built upon",
                    done=f"{done}; `python -m geodata restore` takes the last sound version",
                )

    def require(self, name: str) -> DeltaTable:
        """Return one of the tables, which stands.

        Raises
        ------
        UnknownVersion
            If it does not.
        """
        table = self.table(name=name)
        if table is None:
            raise self._unopened(f"there is no table {name}")
        return table

    def address(self, name: str) -> str:
        """Return where one of the tables stands."""
        return f"{self._tables}/{name}"

    def identity(self) -> str:
        """Return what tells this ledger from any other that ever stood in its place, "" for one without incidents."""
        return self.head()[1]

    def require_same(self, table: DeltaTable, identity: str) -> None:
        """Refuse to store what was read before a purge.

        Raises
        ------
        BusyLedger
            If the ledger is no longer the one of ``identity``.
        """
        if str(table.metadata().id) != identity:
            raise BusyLedger(
                "the ledger was purged meanwhile",
                rule="nothing is stored that was read before a purge",
                done="nothing was stored; run the same command again",
                where=str(self.home),
            )

    def append(self, name: str, rows: pl.DataFrame, *, instead: bool = False) -> None:
        """Append rows to one of the tables beside ``incidents``, or put them in its place, in a commit of their own."""
        first = self.table(name=name) is None
        try:
            with writing(self.home):
                write_deltalake(
                    self.address(name),
                    rows.to_arrow(),
                    mode="overwrite" if instead else "append",
                    schema_mode="overwrite" if instead else None,
                    configuration=_KEEP_HISTORY if first else None,
                    storage_options=self._options,
                )
            self.seal(name)
        except UnwritableLedger:
            if not first or self.table(name=name) is None:
                raise
            self.append(name, rows, instead=instead)  # another writer made the table in between

    def commit(self, batch: Batch, given: Given, refusals: pl.DataFrame) -> Batch:
        """Store a checked batch: new incidents are added, revised ones replaced, known ones passed over.

        Parameters
        ----------
        batch : Batch
            With ``read`` and ``refused`` counted.
        given : Given
        refusals : DataFrame
            Columns of ``REFUSAL_SCHEMA``.

        Returns
        -------
        Batch
            With the other counts. When nothing is new, nothing is written.

        Raises
        ------
        BusyLedger, UnwritableLedger
            If it could not be stored; nothing was. Also where what stands is damaged.
        """
        sources = given.keys["source"].unique().cast(pl.String).to_list()
        refusals_stand = refusals.is_empty()

        def attempt(table: DeltaTable | None) -> Batch:
            nonlocal refusals_stand
            counted, comparison = self._compared(table, batch, given, sources)
            if not (counted.kept or counted.updated or counted.withdrawn):
                return counted
            if not refusals_stand:
                self.append("refusals", refusals)
                refusals_stand = True
            files = given.files(comparison.written)
            if table is not None and (counted.updated or counted.withdrawn):
                gone = self._ids(table, sources, comparison.withdrawn)
                rows = pl.concat([empty(), *(file.rows() for file in files)])
                self.merge(table, rows, gone, counted)
            else:
                self._append(table, files, counted, sources)
            return counted

        return self._retried(attempt, batch.file)

    def foreseen(self, batch: Batch, given: Given) -> Batch:
        """Return a batch with the counts that ``commit`` would give it now; nothing is stored.

        Raises
        ------
        WrongValue
            If it would withdraw more than it may.
        DamagedLedger
            If what stands cannot be read.
        """
        self.require_sound("incidents")
        return self._compared(self.table(), batch, given, given.keys["source"].unique().cast(pl.String).to_list())[0]

    def _compared(
        self, table: DeltaTable | None, batch: Batch, given: Given, sources: list[str]
    ) -> tuple[Batch, Comparison]:
        standing = self._standing(table, sources)
        comparison = compared(given.keys, standing, given.edition, given.mentioned)
        if given.edition != "part" and not given.as_newest:
            comparison = additions_alone(comparison, given.keys, standing, lambda: self._withdrawn(sources))
        counted = counted_in(batch, comparison)
        if not given.may_withdraw:
            refuse_many_withdrawn(counted, standing.height)
        return counted, comparison

    def merge(self, table: DeltaTable, rows: pl.DataFrame, gone: pl.Series, batch: Batch) -> None:
        """Replace or add ``rows`` and take away the incidents with the ids in ``gone``, as one commit."""
        given = pl.concat(
            [
                rows.select(*SCHEMA).with_columns(pl.lit(value=False).alias(_GONE)),
                empty().with_columns(pl.lit(value=False).alias(_GONE)).clear(),
                pl.DataFrame({"incident_id": gone.cast(pl.String), _GONE: [True] * len(gone)}),
            ],
            how="diagonal",
        )
        sources = rows["source"].unique().drop_nulls().to_list() if rows.height else [batch.source]
        arrow = storable(given).to_arrow().append_column(_GONE, given[_GONE].to_arrow())
        columns = {name: f"given.{name}" for name in SCHEMA}
        with writing(self.home):
            (
                table.merge(
                    arrow,
                    "stands.incident_id = given.incident_id",
                    source_alias="given",
                    target_alias="stands",
                    merge_schema=True,
                    commit_properties=_properties(table, batch, sources),
                )
                .when_matched_delete(f"given.{_GONE} = true")
                .when_matched_update(columns)
                .when_not_matched_insert(columns, predicate=f"given.{_GONE} = false")
                .execute()
            )

    def retried(self, attempt: Callable[[DeltaTable], Batch], what: str) -> Batch:
        """Try to commit until no other writer comes in between; the ledger must hold something.

        Raises
        ------
        UnknownVersion
            For an empty ledger.
        BusyLedger
            If other writers kept winning.
        """
        if self.table() is None:
            raise UnknownVersion(
                "the ledger is empty",
                rule="there must be something to change",
                done="nothing was changed",
                where=str(self.home),
            )
        return self._retried(attempt, what)

    def _retried(self, attempt: Callable[..., Batch], what: str) -> Batch:
        for number in range(_ATTEMPTS):
            try:
                with ExitStack() as held:
                    with writing(self.home):
                        held.enter_context(exclusive_lock(self.home))
                    self._require_no_purge()
                    self.require_sound("incidents", LINKS)
                    done = attempt(self.table())
                    self.seal()
                    return done
            except CommitFailedError:
                time.sleep(random.uniform(0, min(0.02 * 2**number, _LONGEST_PAUSE)))  # noqa: S311 - a pause is no secret
        raise BusyLedger(
            f"{_ATTEMPTS} attempts to commit were overtaken by other writers",
            rule="a batch is stored whole or not at all",
            done="nothing was stored; run the same command again",
            where=what,
        )

    def _require_no_purge(self) -> None:
        if (self.home / PURGE_JOURNAL).exists():
            raise BusyLedger(
                "a purge was begun and did not end",
                rule="nothing is stored until `python -m desk purge` has finished it",
                where=str(self.home),
            )

    def _append(self, table: DeltaTable | None, files: Iterator[DataFile], batch: Batch, sources: list[str]) -> None:
        schema = Schema.from_arrow(arrow_schema())
        address = self.address("incidents")
        with writing(self.home):
            if table is not None and (missing := _lacking(table, schema)):
                table.alter.add_columns(missing)
            with taken_up(files, address, self._options, self._named) as (added, digests):
                properties = _properties(table, batch, sources, digests)
                if table is not None:
                    table.create_write_transaction([*added], "append", schema, commit_properties=properties)
                    return
                create_table_with_add_actions(
                    address,
                    schema,
                    added,
                    configuration=_KEEP_HISTORY,
                    storage_options=self._options,
                    commit_properties=properties,
                )

    def _named(self) -> set[str]:
        """Return the names of the data files of ``incidents`` as it stands."""
        table = self.table()
        return set() if table is None else {uri.rpartition("/")[2] for uri in table.file_uris()}

    @staticmethod
    def _standing(table: DeltaTable | None, sources: list[str]) -> pl.DataFrame:
        """Return the keys of what stands of some sources, with the number of each part of its record."""
        wanted = {name: kind for name, kind in KEYS.items() if name != "at"} | {"part": pl.UInt32}
        if table is None:
            return pl.DataFrame(schema=wanted)
        scanner = table.to_pyarrow_dataset().scanner(columns=_COMPARED, filter=ds.field("source").isin(sources))
        parts = [_keyed(pl.DataFrame(pl.from_arrow(batch))) for batch in scanner.to_batches() if batch.num_rows]
        frame = pl.concat(parts) if parts else pl.DataFrame(schema=wanted)
        return frame.select(pl.col(name).cast(kind) for name, kind in wanted.items())

    def _withdrawn(self, sources: list[str]) -> pl.Series:
        """Return the records that some version held of sources and a later edition withdrew."""
        before = [version - 1 for version, batch in self.history() if batch.withdrawn and not batch.undoes and version]
        held = [self._standing(self.table(version), sources)["record"] for version in before]
        return pl.concat(held).unique() if held else pl.Series("record", [], dtype=KEYS["record"])

    @staticmethod
    def _ids(table: DeltaTable, sources: list[str], parts: pl.DataFrame) -> pl.Series:
        """Return the ids of standing parts."""
        scanner = table.to_pyarrow_dataset().scanner(columns=_COMPARED, filter=ds.field("source").isin(sources))
        stands = pl.DataFrame(pl.from_arrow(scanner.to_table()))
        named = _keyed(stands).with_columns(stands["incident_id"])
        return named.join(parts, on=["record", "part"], how="semi")["incident_id"].sort()


def require_folder(ledger: Ledger, done: str) -> None:
    """Refuse what can be done with a ledger in a folder alone.

    Raises
    ------
    WrongValue
        If it stands in an object store.
    """
    if ledger.in_a_store:
        raise WrongValue(
            "the ledger stands in an object store",
            rule="a ledger is backed up and purged in a folder: copy it there, and a purged one back",
            done=done,
            where=ledger.address("incidents"),
        )


def part_number() -> pl.Expr:
    """Return the number of a part from its ``incident_id``: 2 for ``source/id#2``, 1 for the first."""
    return pl.col("incident_id").str.extract(r"#(\d+)$").cast(pl.UInt32).fill_null(1)


def _keyed(stands: pl.DataFrame) -> pl.DataFrame:
    start = pl.col("time_start")
    return stands.select(
        "source",
        start.dt.year().alias("year"),
        start.dt.timestamp("us").alias("time"),
        place(),
        # An id given by a source may itself end in #2: only what was put behind it counts.
        pl.when(pl.col("incident_id").str.ends_with(pl.coalesce("source_record", "fingerprint")))
        .then(pl.lit(1, pl.UInt32))
        .otherwise(part_number())
        .alias("part"),
    ).with_columns(keys(stands))


def _properties(
    table: DeltaTable | None, batch: Batch, sources: list[str], digests: Mapping[str, str] | None = None
) -> CommitProperties:
    """Return the batch and the SHA-256 of data files as metadata, each source as a transaction that one writer wins."""
    transactions = []
    for source in sorted(sources):
        name = f"source:{source}"
        last = table.transaction_version(name) if table is not None else None
        transactions.append(Transaction(name, (last or 0) + 1))
    told = {"batch": json.dumps(asdict(batch), ensure_ascii=False)}
    if digests:
        told[STATED] = json.dumps(digests)
    return CommitProperties(custom_metadata=told, app_transactions=transactions)


def _read(dataset: ds.Dataset, columns: list[str]) -> pl.DataFrame:
    """Return columns of a table; one that an older version does not have yet is null."""
    there = [name for name in columns if name in dataset.schema.names]
    frame = pl.DataFrame(pl.from_arrow(dataset.to_table(columns=there)))
    frame = frame.with_columns(pl.lit(None, SCHEMA[name]).alias(name) for name in columns if name not in there)
    if "place_notes" in columns and _TEXT_NOTE in dataset.schema.names:
        frame = _with_earlier_notes(frame, pl.DataFrame(pl.from_arrow(dataset.to_table(columns=[_TEXT_NOTE]))))
    return frame


def _with_earlier_notes(frame: pl.DataFrame, texts: pl.DataFrame) -> pl.DataFrame:
    """Return a frame with the notes that were stored as one text, before notes were lists, as a list of one."""
    both = frame.with_columns(texts.to_series().alias(_TEXT_NOTE))
    earlier = pl.col("place_notes").is_null() & pl.col(_TEXT_NOTE).is_not_null()
    return frame.with_columns(notes(both, (earlier, fact("earlier", pl.col(_TEXT_NOTE))), after="place_notes"))


def _lacking(table: DeltaTable, schema: Schema) -> list[Field]:
    """Return the columns that came in with a later version of this product than the table's."""
    there = {field.name for field in table.schema().fields}
    return [field for field in schema.fields if field.name not in there]


def _reason(error: Exception) -> str:
    return str(error).splitlines()[0][:160] if str(error) else type(error).__name__


@contextmanager
def writing(home: Path) -> Iterator[None]:
    """Turn a failure of the disk or store into one sentence; a lost race passes, to be tried again."""
    try:
        yield
    except CommitFailedError:
        raise
    except (OSError, DeltaError) as error:
        raise UnwritableLedger(
            f"the ledger cannot be written ({_reason(error)})",
            rule="the workspace must be writable and have room",
            done="nothing was stored",
            where=str(home),
        ) from None
