"""Ingest: one file through reader, profile, check and mode into one batch of the ledger.

Every chunk of a file is checked and laid aside as a data file of the ledger, and only its keys are kept in memory. Once
all keys are known, so are pile-ups, parts and what is new: data files that this leaves as they are go into the commit
at once, the others are written anew first. Memory stays bounded whatever the size of the file.
"""

from __future__ import annotations

import hashlib
import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl

from geodata.core.actor import actor
from geodata.core.errors import NothingKept, WrongValue
from geodata.core.handling import ceiling_of
from geodata.core.messages import sentence
from geodata.core.settings import Settings
from geodata.core.staging import room, unwritable
from geodata.ingest.persons import digest_key, digests, personal
from geodata.ingest.rejection_report import (
    as_before,
    correction_ending,
    correction_of,
    report_of,
    to_correct,
    write_correction,
)
from geodata.ingest.source_naming import RUINED_ID, source_of
from geodata.ingest.validation import PILE_UP, above_the_ceiling, check, piled_up, with_own
from geodata.ingest.waiting import with_room
from geodata.ledger.batch import REFUSAL_SCHEMA, Batch, Given, now_rfc3339
from geodata.ledger.data_files import DataFile, write
from geodata.ledger.edition_diff import Edition
from geodata.ledger.record_keys import KEYS, fingerprints, keys, place, records
from geodata.ledger.store import Ledger
from geodata.mapping.date_order import with_order
from geodata.mapping.parts import read_parts
from geodata.mapping.profiles import FIELDS, Profile, mapped
from geodata.model.incident import empty
from geodata.model.source_words import unknown_words
from geodata.parsing.coordinate_repair import Policy
from geodata.parsing.serial_days import counted_from_1900, has_serials
from geodata.parsing.swapped_dates import FORMS, half_swapped, mended
from geodata.parsing.transport_mode import with_modes
from geodata.parsing.value_words import own_words
from geodata.places.lookup import folded
from geodata.readers.dispatch import ROW, Chunk, Reading
from geodata.readers.limits import PART

_PERSON = "_person"
_MOST_CORRECTED = 20_000
"""Refused rows of one chunk that come out to be corrected."""
_SAME_DEGREES = 1e-4
_SHOWN = 6
"""Incidents that are shown before they are stored."""
_AT_ONCE = 2
"""Chunks that are checked side by side."""

Step = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Ingested:
    """The answer to one ingest.

    The import as counted, where refusals were written, what else to know, each rule that rows broke with how many, and
    the file of refused rows to be corrected.
    """

    batch: Batch
    refusal_report: Path | None
    notes: tuple[str, ...]
    faults: tuple[str, ...] = ()
    correction: Path | None = None


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What taking a file in would come to; nothing of it was stored.

    Attributes
    ----------
    batch : Batch
        As counted against what stands.
    refusals : DataFrame
        Columns of ``REFUSAL_SCHEMA``.
    notes : tuple of str
    to_correct : DataFrame
        Refused rows as they stand in the file, with the reasons beside each.
    objection : str
        Why it would not be stored without ``may_withdraw``, "" where it would.
    words : DataFrame
        ``field``, ``text``, ``rows``: words of the source that no map knows.
    first : DataFrame
        The first incidents as they would be stored.
    days : tuple of date or None
        The first and the last day of its incidents, None for none.
    """

    batch: Batch
    refusals: pl.DataFrame
    notes: tuple[str, ...]
    to_correct: pl.DataFrame
    objection: str = ""
    words: pl.DataFrame = field(default_factory=pl.DataFrame)
    first: pl.DataFrame = field(default_factory=pl.DataFrame)
    days: tuple[date, date] | None = None


def ingest_file(
    path: Path,
    ledger: Ledger,
    step: Step = lambda _: None,
    *,
    may_withdraw: bool = False,
    repairs: Policy = "propose",
    edition: Edition | None = None,
    profile: Profile | None = None,
    parts: Sequence[str] = (),
    as_newest: bool = False,
    corrections: Path | None = None,
    only_of: Sequence[str] = (),
) -> Ingested:
    """Take one file in.

    Parameters
    ----------
    path : Path
    ledger : Ledger
    step : callable
        Told what is being done, for a progress line.
    may_withdraw : bool
        Let an edition withdraw however many incidents.
    repairs : str
        What to do with coordinates that look wrong, as in ``geodata.parsing.coordinate_repair``.
    edition : str, optional
        What the file says by leaving a record out, whatever its profile says.
    profile : Profile, optional
        How its columns are read; by default the one that fits best.
    parts : sequence of str
        Sheets or layers to read; by default all visible ones that hold incidents.
    as_newest : bool
        Take an edition for the newest of its source though it ends before what stands.
    corrections : Path, optional
        Where refused rows are written to be corrected, .csv or .xlsx, beside the copy in the workspace.
    only_of : sequence of str
        Sources whose incidents may be in it; rows of others are refused, and rows that name none are of the first.
        Without any, whoever hands it in may speak for every source.

    Raises
    ------
    UnreadableFile, UnknownFormat, UnknownColumns
        If the file as a whole is unfit.
    NothingKept
        If every row was refused; the report of refusals is written all the same.
    WrongValue
        If an edition withdraws more than is likely.
    BusyLedger, UnwritableLedger, UnwritableWorkspace
        If the ledger or workspace could not be written.
    """
    if corrections is not None:
        correction_ending(corrections)
    with _laid_aside(path, ledger, step, repairs, edition, profile, parts, only_of) as tray:
        batch = tray.batch()
        part = pl.col("file")
        file = pl.when(part == "").then(pl.lit(batch.file)).otherwise(pl.format("{} [{}]", pl.lit(batch.file), part))
        refusals = tray.refusals.with_columns(pl.lit(batch.batch).alias("batch"), file.alias("file"))
        report = report_of(refusals, batch, ledger.home)
        bad = tray.to_correct()
        correction = correction_of(bad, batch, ledger.home)
        if corrections is not None and correction is not None:
            write_correction(bad, corrections)
            correction = corrections
        if not tray.kept:
            raise _nothing_kept(batch, refusals, report, correction)
        step(sentence("storing"))
        stored = ledger.commit(batch, tray.given(may_withdraw=may_withdraw, as_newest=as_newest), refusals)
        return Ingested(
            stored, report, (*tray.notes, *older_edition(stored)), tuple(faults_by_rule(refusals)), correction
        )


def rehearse(
    path: Path,
    ledger: Ledger,
    step: Step = lambda _: None,
    *,
    repairs: Policy = "propose",
    edition: Edition | None = None,
    profile: Profile | None = None,
    parts: Sequence[str] = (),
    as_newest: bool = False,
) -> Rehearsal:
    """Go through all that ``ingest_file`` does with a file but for storing it, and say what it would come to.

    Parameters are those of ``ingest_file``. A file of which every row would be refused is no error here.

    Raises
    ------
    UnreadableFile, UnknownFormat, UnknownColumns
        If the file as a whole is unfit.
    UnwritableWorkspace
        If the workspace could not be written.
    """
    with _laid_aside(path, ledger, step, repairs, edition, profile, parts) as tray:
        batch, objection = tray.batch(), ""
        if tray.kept:
            step(sentence("comparing"))
            try:
                batch = ledger.foreseen(tray.batch(), tray.given(may_withdraw=False, as_newest=as_newest))
            except WrongValue as error:
                objection = f"{error.what[0].upper()}{error.what[1:]}; {error.rule}."
                batch = ledger.foreseen(tray.batch(), tray.given(may_withdraw=True, as_newest=as_newest))
        bad = tray.to_correct()
        notes = (*tray.notes, *older_edition(batch))
        return Rehearsal(batch, tray.refusals, notes, bad, objection, tray.words, tray.first(), tray.days)


@contextmanager
def _laid_aside(
    path: Path,
    ledger: Ledger,
    step: Step,
    repairs: Policy,
    edition: Edition | None,
    profile: Profile | None,
    parts: Sequence[str],
    only_of: Sequence[str] = (),
) -> Iterator[_Tray]:
    """Give every row of a file checked and laid aside, for the time of the block."""
    step(sentence("reading"))
    reading, chosen, notes = read_parts(path, ledger.home, parts, profile)
    persons = personal(reading.columns, reading.head)
    time = chosen.mapping(list(reading.columns)).get("time")
    swapped = time is not None and half_swapped(reading.head[time])
    if swapped:
        chosen = chosen.model_copy(update={"time_forms": (*chosen.time_forms, *FORMS)})
        said = sentence(
            "Dates in {column!r} had day and month exchanged by a spreadsheet, up to the 12th of a month; those beyond "
            "are text. They were put back.",
            column=time,
        )
        notes = (*notes, said)
    else:
        order = with_order(reading, chosen)
        chosen, notes = order.profile, (*notes, *order.notes)
    if time is not None and any(part.from_1904 for part in reading.parts) and has_serials(reading.head[time]):
        said = sentence("The workbook counts days from 1904: plain numbers in {column!r} were read so.", column=time)
        notes = (*notes, said)
    notes = (*notes, *_rivals(reading, chosen))
    source, told = source_of(reading, chosen, ledger)
    if only_of and source not in only_of:
        source, told = only_of[0], ()
    notes = (*notes, *told)
    with room(ledger.home) as folder:
        tray = _Tray(
            folder,
            reading,
            chosen,
            persons,
            repairs,
            edition or chosen.edition,
            notes,
            source,
            time if swapped else None,
            only_of,
        )
        tray.fill(step)
        yield tray


@dataclass(frozen=True, slots=True)
class _Laid:
    """What one chunk came to; its incidents lie in a file of the tray."""

    refused_rows: pl.DataFrame
    file: DataFile | None
    keys: pl.DataFrame
    refusals: pl.DataFrame
    mentioned: pl.Series
    words: pl.DataFrame

    @property
    def refused(self) -> int:
        return self.refusals["row"].n_unique()


class _Tray:
    """Checked rows laid aside in a folder, one file a chunk, with their keys and refusals in memory."""

    def __init__(
        self,
        folder: Path,
        reading: Reading,
        profile: Profile,
        persons: list[str],
        repairs: Policy,
        edition: Edition,
        notes: tuple[str, ...],
        source: str,
        swapped: str | None,
        only_of: Sequence[str] = (),
    ) -> None:
        self._folder = folder
        self._reading = reading
        self._profile = profile
        self._columns = profile.mapping(list(reading.columns))
        self._persons = persons
        self._notes = notes
        home = folder.parent.parent
        self._own = with_own(profile, own_words(home))
        self._key = digest_key(home) if persons else b""
        self._repairs: Policy = repairs
        self._edition: Edition = edition
        self._laid: list[_Laid] = []
        self._starts: list[int] = []
        self._piles = pl.DataFrame(schema={"place_key": pl.UInt64, "sharing": pl.UInt32, "countries": pl.UInt32})
        self._now = datetime.now(UTC)
        self._every = pl.DataFrame()
        self._name = _batch_name(reading)
        self._source = source
        self._only_of = only_of
        self._ceiling = ceiling_of(Settings().ceiling)
        self._swapped = swapped
        self._from_1904 = {part.name for part in reading.parts if part.from_1904}
        self._ruined: list[str] = []
        self._more_dead = 0
        self.kept = 0
        self.refused = 0

    @property
    def notes(self) -> tuple[str, ...]:
        """What there is to know about the reading, in sentences."""
        left_out = (
            sentence("Column {column!r} was not stored: persons are never held.", column=name) for name in self._persons
        )
        ruined = (
            sentence(
                "Ids written as {example} were ruined by a spreadsheet (scientific notation): {count:,} rows are told "
                "apart by their content.",
                example=example,
                count=len(self._ruined),
            )
            for example in self._ruined[:1]
        )
        more_dead = (
            [sentence("Rows that state more dead and missing than people: {count:,}.", count=self._more_dead)]
            if self._more_dead
            else []
        )
        return (*self._reading.notes, *self._notes, *left_out, *ruined, *more_dead)

    @property
    def refusals(self) -> pl.DataFrame:
        """Refusals of all chunks; columns of ``REFUSAL_SCHEMA``."""
        return pl.concat([laid.refusals for laid in self._laid])

    @property
    def words(self) -> pl.DataFrame:
        """Words of the source that no map knows: ``field``, ``text``, ``rows``, the commonest first."""
        every = pl.concat([laid.words for laid in self._laid]).group_by("field", "text").agg(pl.col("rows").sum())
        return every.sort("rows", "field", "text", descending=[True, False, False])

    @property
    def days(self) -> tuple[date, date] | None:
        """The first and the last day of what was laid aside, None for nothing."""
        times = pl.concat([laid.keys["time"] for laid in self._laid])
        if times.is_empty():
            return None
        first, last = (datetime.fromtimestamp(0, UTC) + timedelta(microseconds=each) for each in _ends(times))
        return first.date(), last.date()

    def first(self) -> pl.DataFrame:
        """Return the first incidents as they would be stored."""
        laid = next((laid.file for laid in self._laid if laid.file is not None), None)
        return empty() if laid is None else laid.rows().head(_SHOWN)

    @property
    def refused_rows(self) -> pl.DataFrame:
        """The refused rows as the file has them, without columns of persons."""
        return pl.concat([laid.refused_rows for laid in self._laid]) if self._laid else pl.DataFrame()

    def to_correct(self) -> pl.DataFrame:
        """Return the refused rows with the reasons beside each, and room for a point where they want a place."""
        bad = to_correct(self.refused_rows, self.refusals)
        return with_room(bad, self._columns, by_name=self._profile.or_by_name)

    def fill(self, step: Step) -> None:
        """Check every chunk of the reading, two at a time, and lay it aside in its order."""
        with ThreadPoolExecutor(_AT_ONCE) as workers:
            under_way: deque[Future[_Laid]] = deque()
            for number, chunk in enumerate(self._reading.chunks):
                under_way.append(workers.submit(self._lay, number, chunk))
                if len(under_way) > _AT_ONCE:
                    self._take(under_way.popleft().result(), step)
            while under_way:
                self._take(under_way.popleft().result(), step)

    def _take(self, laid: _Laid, step: Step) -> None:
        self._laid.append(laid)
        self._starts.append(self.kept)
        self.kept += laid.keys.height
        self.refused += laid.refused
        step(sentence("checking, {rows:,} rows", rows=self.kept + self.refused))

    def _lay(self, number: int, chunk: Chunk) -> _Laid:
        profile = self._profile
        table = as_before(chunk.table.drop(self._persons))
        if self._swapped is not None:
            table = table.with_columns(mended(table[self._swapped]).alias(self._swapped))
        if chunk.part in self._from_1904:
            days = [name for name in map(self._columns.get, ("time", "time_end")) if name in table.columns]
            table = table.with_columns(counted_from_1900(table[column]) for column in days)
        rows = mapped(table, profile)
        if self._persons:
            rows = rows.with_columns(digests(chunk.table, self._persons, self._key).alias(_PERSON))
        rows = _identified(rows, profile, self._source)
        rows, of_others = _of_others(rows, self._only_of)
        self._ruined += rows["_ruined_id"].drop_nulls().to_list()
        checked = check(rows, profile, self._columns, self._now, self._repairs, self._own, self._ceiling)
        source = self._source
        incidents = with_modes(checked.incidents, self._own.get("mode")).with_columns(
            place().alias("place_key"), _incident_id(), pl.lit(self._name).alias("batch")
        )
        self._more_dead += _more_dead(incidents)
        try:
            file = write(incidents, self._folder / f"{number}.parquet") if incidents.height else None
        except OSError as error:
            raise unwritable(self._folder.parent.parent, error) from None
        refusals = pl.concat([of_others, checked.refusals])
        too_high = refusals.filter(pl.col("rule") == above_the_ceiling(self._ceiling))["row"]
        wanted = refusals.filter(~pl.col("row").is_in(too_high.implode()))["row"]
        bad = table.filter(pl.col(ROW).is_in(wanted.implode())) if wanted.len() else table.clear()
        refusals = refusals.with_columns(
            pl.when(pl.col("row").is_in(too_high.implode())).then(pl.lit("")).otherwise("value").alias("value")
        )
        return _Laid(
            bad.head(_MOST_CORRECTED).with_columns(pl.lit(chunk.part).alias(PART)),
            file,
            _keys_of(incidents),
            pl.concat([_misfit_refusals(chunk), refusals]).with_columns(pl.lit(chunk.part).alias("file")),
            records(source, checked.refused_ids.drop_nulls()),
            unknown_words(incidents),
        )

    def batch(self) -> Batch:
        """Return the batch of everything laid aside."""
        reading = self._reading
        sources = sorted({name for laid in self._laid for name in laid.keys["source"].unique().cast(pl.String)})
        return Batch(
            batch=self._name,
            file=reading.file,
            sha256=reading.sha256,
            source=sources[0] if len(sources) == 1 else reading.file,
            profile=self._profile.name,
            actor=actor(),
            at=now_rfc3339(),
            read=self.kept + self.refused,
            refused=self.refused,
        )

    def given(self, *, may_withdraw: bool, as_newest: bool = False) -> Given:
        """Return what was laid aside, ready to be compared with what stands and written."""
        self._every = every = pl.concat([laid.keys for laid in self._laid]).with_row_index("at")
        self._piles = _piles(every)
        return Given(
            keys=every.select(*KEYS),
            mentioned=pl.concat([laid.mentioned for laid in self._laid]),
            edition=self._edition,
            may_withdraw=may_withdraw,
            as_newest=as_newest,
            files=self._files,
        )

    def _files(self, written: pl.DataFrame) -> Iterator[DataFile]:
        """Give data files of the rows to write: as laid aside, or anew where rows, parts or pile-ups differ."""
        firsts = written.filter(pl.col("part") == 1)
        for start, aside in zip(self._starts, self._laid, strict=True):
            height = aside.keys.height
            within = pl.col("at").is_between(start, start + height, closed="left")
            wanted = written.filter(within)
            if aside.file is None or wanted.is_empty():
                continue
            where = self._every.slice(start, height).select(place_key="place", precision_stated="stated")
            piled = where.join(self._piles, on="place_key", how="left", maintain_order="left")
            if firsts.filter(within).height == height and piled["sharing"].null_count() == height:
                yield aside.file
                continue
            laid = pl.concat([aside.file.rows(), piled], how="horizontal")
            laid = laid[wanted["at"] - start].with_columns(wanted["part"])
            laid = piled_up(laid, pl.col("sharing"), pl.col("countries")).with_columns(_incident_id(pl.col("part")))
            yield write(laid, aside.file.path.with_suffix(".again.parquet"))


def _identified(rows: pl.DataFrame, profile: Profile, source_name: str) -> pl.DataFrame:
    """Add ``fingerprint`` and fill ``source``; where the profile says how, cut ``source_record`` to the record's id."""
    source = pl.coalesce(pl.col("source"), pl.lit(source_name))
    prints = fingerprints(rows, [*FIELDS, "extra", _PERSON])
    record = pl.col("source_record")
    if profile.record_pattern:
        record = pl.coalesce(record.str.extract(profile.record_pattern), record)
    ruined = record.str.contains(RUINED_ID)
    return rows.with_columns(
        source.alias("source"),
        pl.when(~ruined.fill_null(value=False)).then(record).alias("source_record"),
        pl.when(ruined).then(record).alias("_ruined_id"),
        prints.alias("fingerprint"),
    )


def _ends(times: pl.Series) -> tuple[int, int]:
    first, last = times.min(), times.max()
    return int(first), int(last)  # type: ignore[arg-type]  # microseconds


def _keys_of(incidents: pl.DataFrame) -> pl.DataFrame:
    return incidents.select(
        pl.col("source").cast(pl.Categorical),
        pl.col("time_start").dt.year().alias("year"),
        pl.col("time_start").dt.timestamp("us").alias("time"),
        pl.col("place_key").alias("place"),
        pl.col("precision_stated").alias("stated"),
        pl.col("country_stated").cast(pl.Categorical).alias("country"),
    ).with_columns(keys(incidents))


def _more_dead(incidents: pl.DataFrame) -> int:
    """Return how many rows state more dead and missing than people."""
    if incidents["people"].null_count() == incidents.height:
        return 0
    toll = pl.sum_horizontal(pl.col("dead", "missing").fill_null(0))
    return int(incidents.select((toll > pl.col("people")).sum()).item())


def _piles(every: pl.DataFrame) -> pl.DataFrame:
    """Return the places that many rows share, with how many rows and how many stated countries these are.

    Only the few places that many share are asked for their countries, which costs more than to count rows.
    """
    unstated = every.lazy().filter(~pl.col("stated")).select("country", place_key="place")
    counted = unstated.group_by("place_key").agg(pl.len().cast(pl.UInt32).alias("sharing")).collect()
    piles = counted.filter(pl.col("sharing") >= PILE_UP)
    shared = unstated.join(piles.lazy(), on="place_key", how="semi").group_by("place_key")
    countries = shared.agg(pl.col("country").drop_nulls().n_unique().alias("countries")).collect()
    return piles.join(countries, on="place_key", how="left")


def _incident_id(part: pl.Expr | None = None) -> pl.Expr:
    """Return ``source/id``, with ``#2`` behind it for the second part of a record.

    A slash in the source and a part in the source's own id are written otherwise, so that no two ids are one.
    """
    record = pl.coalesce("source_record", "fingerprint").str.replace(r"#(\d+)$", "%23$1")
    whole = pl.concat_str(pl.col("source").str.replace_all("%", "%25").str.replace_all("/", "%2F"), pl.lit("/"), record)
    if part is not None:
        whole = pl.when(part > 1).then(pl.format("{}#{}", whole, part)).otherwise(whole)
    return whole.alias("incident_id")


def _batch_name(reading: Reading) -> str:
    seed = f"{reading.sha256}{now_rfc3339()}{os.getpid()}{os.urandom(8).hex()}"
    return f"b-{hashlib.blake2b(seed.encode(), digest_size=6).hexdigest()}"


def _misfit_refusals(chunk: Chunk) -> pl.DataFrame:
    rule = "a row must have as many cells as the header"
    rows = [("", "", row, "", rule, text) for row, text in chunk.misfits]
    return pl.DataFrame(rows, schema=REFUSAL_SCHEMA, orient="row")


def _of_others(rows: pl.DataFrame, only_of: Sequence[str]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the rows of some sources, and refusals of all others; every row where no source is named."""
    if not only_of:
        return rows, pl.DataFrame(schema=REFUSAL_SCHEMA)
    own = pl.col("source").is_in(list(only_of))
    rule = f"this token hands in for {', '.join(only_of)} alone"
    refused = [("", "", row, "source", rule, said) for row, said in rows.filter(~own).select(ROW, "source").iter_rows()]
    return rows.filter(own), pl.DataFrame(refused, schema=REFUSAL_SCHEMA, orient="row")


def _nothing_kept(batch: Batch, refusals: pl.DataFrame, report: Path | None, correction: Path | None) -> NothingKept:
    what = f"all {batch.refused:,} rows were refused" if batch.refused > 1 else "its only row was refused"
    return NothingKept(
        what, rule="; ".join(faults_by_rule(refusals)), where=batch.file, report=report, correction=correction
    )


def _rivals(reading: Reading, profile: Profile) -> tuple[str, ...]:
    """Say where a file gives a latitude or longitude twice, with other values."""
    told = []
    used = profile.mapping(list(reading.columns))
    for axis in ("lat", "lon"):
        names = {folded(name) for name in profile.columns.get(axis, ())}
        for other in reading.columns:
            if axis not in used or other == used[axis] or folded(other) not in names:
                continue
            one, two = (pl.col(name).cast(pl.Float64, strict=False) for name in (used[axis], other))
            differing = reading.head.select(((one - two).abs() > _SAME_DEGREES).sum()).item()
            if differing:
                told.append(
                    sentence(
                        "Columns {column!r} and {other!r} differ in {count:,} of the first {rows:,} rows; "
                        "{column!r} is read.",
                        column=used[axis],
                        other=other,
                        count=differing,
                        rows=reading.head.height,
                    )
                )
    return tuple(told)


def older_edition(stored: Batch) -> tuple[str, ...]:
    """Say what an edition that is older than what stands would have undone; nothing where it is none."""
    if not stored.held_back:
        return ()
    return (
        sentence(
            "This is an older or a partial edition of {source}: its newest incident lies before the newest one that "
            "stands. Only what is missing in the ledger is added; {count:,} changes and withdrawals are left out.",
            source=stored.source,
            count=stored.held_back,
        ),
    )


def faults_by_rule(refusals: pl.DataFrame) -> list[str]:
    """Return each rule that rows broke, with how many did and the first of them, the rule broken most first."""
    grouped = refusals.group_by("rule", maintain_order=True).agg(
        pl.col("row").n_unique().alias("rows"), pl.col("row", "column", "value").first()
    )
    return [
        f"{found['rule']} ({found['rows']:,}, the first in row {found['row']}"
        + (f", {found['column']}: {found['value']!r})" if found["column"] else ")")
        for found in grouped.sort("rows", descending=True, maintain_order=True).iter_rows(named=True)
    ]


def totals(batches: list[Batch]) -> dict[str, int]:
    """Return the summed counts of several batches."""
    names = ("read", "kept", "updated", "withdrawn", "duplicates", "refused", "splits", "merges")
    return {name: sum(asdict(batch)[name] for batch in batches) for name in names}
