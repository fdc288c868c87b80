"""When a row happened: cells of text become a window of time, as wide as the text is vague.

The order of day and month in numbers such as 03/05/2024 is stated by a form. It is never guessed: without such a form
they are not read. What has one reading only (ISO 8601, names of months, quarters, 13-digit milliseconds) needs no form.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final, get_args

import polars as pl

from geodata.model.incident import TimePrecision

NAMED_FORMS: Final = ("excel serial", "epoch days", "epoch seconds", "epoch milliseconds")
"""Forms beside those of strptime. Excel serials from 1970 on, and seconds of 9 or 10 and milliseconds of 12 or 13
digits, have one reading only and are read without a form."""

PRECISIONS: tuple[TimePrecision, ...] = get_args(TimePrecision)
_STEPS = {"instant": "1us", "day": "1d", "month": "1mo", "quarter": "1q", "year": "1y"}
_MONTH_NAMES = (
    "january jan janvier janv gennaio gen enero ene januar janner janeiro يناير",
    "february feb fevrier fev fevr febbraio febrero februar feber febr fevereiro فبراير شباط",
    "march mar mars marzo marz mrz maerz marco مارس اذار",
    "april apr avril avr aprile abril abr ابريل نيسان",
    "may mai maggio mag mayo maio مايو ايار",
    "june jun juin giugno giu junio juni junho يونيو حزيران",
    "july jul juillet juil luglio lug julio juli julho يوليو تموز",
    "august aug aout agosto ago اغسطس اب",
    "september sep sept septembre settembre set septiembre setiembre setembro سبتمبر ايلول",
    "october oct octobre ottobre ott octubre oktober okt outubro اكتوبر",
    "november nov novembre noviembre نوفمبر",
    "december dec decembre dicembre dic diciembre dezember dez dezembro ديسمبر",
)
"""English, French, Italian, Spanish, German, Portuguese and Arabic, folded; no name stands for two months."""
_MONTHS = {name: number for number, names in enumerate(_MONTH_NAMES, start=1) for name in names.split()}

_MOMENTS = (
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%dT%H:%M:%S%.f%#z",
    "%Y-%m-%dT%H:%M:%S%.f",
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y-%m-%d %H:%M:%S%.f%#z",
    "%Y-%m-%dT%H:%M%#z",
    "%Y-%m-%dT%H:%M",
    "%Y-%m-%d %H:%M%#z",
    "%Y-%m-%d %H:%M",
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %H:%M",
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H:%M",
)
"""Forms with a clock, the commonest first."""
_UNMARKED = ("%Y/%m/%d", "%d.%m.%Y", "%Y%m%d", "%Y%m%dT%H%M%S", "%Y%m%dT%H%M%S%#z")
_WEEKDAYS = (
    "monday mon tuesday tues tue wednesday wed thursday thurs thur thu friday fri saturday sat sunday sun "
    "lundi lun mardi mar mercredi mer jeudi jeu vendredi ven samedi sam dimanche dim "
    "lunedi martedi mercoledi giovedi gio venerdi sabato sab domenica dom "
    "lunes martes miercoles mie jueves jue viernes vie sabado domingo "
    "montag mo dienstag di mittwoch mi donnerstag do freitag fr samstag sonnabend sa sonntag so"
)
_WORD, _GAP, _YEAR = r"\p{L}+", r"[ ,./-]+", r"(?<year>\d{4})"
_WEEKDAY = rf"(?:(?:{'|'.join(_WEEKDAYS.split())}){_GAP})?"
_DAY, _OF = r"(?<day>\d{1,2})(?:st|nd|rd|th|er|o|a)?", r"(?:(?:de|del|of|di|d) )?"
_CLOCK = r"(?:[ ,t-]+(?:at )?(?<hour>\d{1,2})[:h](?<minute>\d{2})(?::(?<second>\d{2}))?(?: ?(?:z|utc|gmt))?)?"
_NAMED_MONTHS = (
    rf"^{_WEEKDAY}{_DAY}{_GAP}{_OF}(?<month>{_WORD}){_GAP}{_OF}{_YEAR}{_CLOCK}$",  # 3 de mayo de 2024
    rf"^{_WEEKDAY}(?<month>{_WORD}){_GAP}{_DAY}{_GAP}{_YEAR}{_CLOCK}$",  # Fri, May 3, 2024
    rf"^{_YEAR}{_GAP}(?<month>{_WORD}){_GAP}{_DAY}{_CLOCK}$",  # 2024-May-03
    rf"^(?<month>{_WORD}){_GAP}{_OF}{_YEAR}$",  # May 2024
    rf"^{_YEAR}{_GAP}(?<month>{_WORD})$",  # 2024 May
    r"^(?<month>\d{1,2})[/.-](?<year>\d{4})$",  # 05/2021
    r"^(?<year>\d{4})[/-](?<month>\d{1,2})$",  # 2021-05
)
_QUARTERS = (
    r"^(?<year>\d{4})[ /-]?[qt](?<quarter>[1-4])$",  # 2021-Q2
    r"^[qt](?<quarter>[1-4])[ /-]?(?<year>\d{4})$",  # Q2 2021
    r"^(?<quarter>[1-4])(?:e|er|st|nd|rd|th|o|\.)? ?(?:quarter|trimestre|quartal|q|t) ?(?:de |di |of )?(?<year>\d{4})$",
)
_MONTH_AND_TWO = r"^(?<name>[a-z]{3,})[ -]?'?(?<two>\d{2})$"
_TIME_OF_DAY = (
    r"(?i)^\s*(?<hour>\d{1,2})\s*(?:[:h.]\s*(?<minute>\d{2})(?::(?<second>\d{2}))?)?"
    r"\s*(?:(?<half>[ap])\.?m\.?)?\s*(?:uhr|hrs?|h|z|utc|lt)?\s*$"
)
"""A clock beside a date: 14:30, 14h30, 2.30 pm, 14:30 Uhr."""
_ZONED = r"(?:Z|[-+]\d{2}:?\d{2})\s*$"
_OFFSET = r"(?<sign>[-+])(?<hours>\d{2}):?(?<minutes>\d{2})$"
_YEAR_ONLY = r"^(\d{4})(?:\.0)?$"
_NUMBER = r"^-?\d+(?:\.\d+)?$"
_EXCEL_DAY_ZERO = -25569.0  # 30 December 1899, days since 1970
_EXCEL_LEAP = 60.0  # 29 February 1900, which Excel holds for a day and the calendar does not
_ONE_READING = {"excel serial": (25569.0, 73051.0), "epoch seconds": (1e8, 1e10), "epoch milliseconds": (1e11, 1e13)}
"""Numbers that can be nothing else: Excel serials 1970 to 2099, seconds 1973 to 2286, milliseconds 1973 to 2286."""
_DAY_US = 86_400_000_000
_NEVER = -(2**63)
_FARTHEST_MS = 86_400_000 * 365 * 1000
_FIRST = datetime(1000, 1, 1, tzinfo=UTC)

Reader = Callable[[pl.Series], pl.DataFrame]
"""Reads texts: ``start`` (UTC, null where unreadable) and ``precision`` (position in ``PRECISIONS``) of each."""


def with_times(rows: pl.DataFrame, forms: Sequence[str] = ()) -> pl.DataFrame:
    """Add the window of time of each row.

    Parameters
    ----------
    rows : DataFrame
        With ``time``, ``time_end``, ``clock``, ``year``, ``month`` and ``day`` as text, null where absent. Year, month
        and day stand in for a missing time, and month makes a time that is a year more precise. A clock, "14:30",
        makes a day more precise; ``time_precision_stated`` ("day", "month", ...) makes it vaguer.
    forms : sequence of str
        strptime forms or ``NAMED_FORMS``, tried first and in this order. A form takes every text that fits; the next
        sees the rest. Times without a zone are taken for UTC.

    Returns
    -------
    DataFrame
        The rows with ``_start``, ``_end`` (UTC, end excluded; null where unreadable, ``_end`` also where a stated end
        is) and ``time_precision`` (null where unreadable). Midnight and noon are how spreadsheets write "that day".
        An end that states a day, month or year lies behind it, and so does one at midnight without a zone; one that
        states another instant is taken as it is.
    """
    read = _with_year_and_month(read_times(rows["time"], readers_of(forms)).pipe(_days_folded), rows)
    read = _as_vague_as_stated(_with_clock(read, rows["clock"]), rows["time_precision_stated"])
    if rows["time_end"].null_count() == rows.height:
        found = read.with_columns(_after(read).alias("end"))
    else:
        ends = read_times(rows["time_end"], readers_of(forms))
        exact = rows["time_end"].str.contains(_ZONED).fill_null(value=False)
        found = _with_ends(read, rows["time_end"], _days_folded(ends, exact))
    names = pl.lit(pl.Series(PRECISIONS, dtype=pl.String)).gather(pl.col("precision"))
    return rows.with_columns(
        found.select(
            pl.col("start").alias("_start"),
            pl.col("end").alias("_end"),
            pl.when(pl.col("start").is_not_null()).then(names).alias("time_precision"),
        )
    )


def read_times(texts: pl.Series, readers: Sequence[Reader]) -> pl.DataFrame:
    """Return the first reading of each text: each reader sees what those before it left."""
    given = len(texts) - texts.null_count()
    found = readers[0](texts)
    if found["start"].count() == given:
        return found
    start, precision = (
        found["start"].to_physical().fill_null(_NEVER).to_numpy().copy(),
        found["precision"].to_numpy().copy(),
    )
    left = (found["start"].is_null() & texts.is_not_null()).arg_true()
    texts = texts.gather(left)
    stripped = texts.str.strip_chars()
    padded = (stripped != texts).any()
    texts = stripped
    for reader in readers if padded else readers[1:]:
        if left.is_empty():
            break
        part = reader(texts)
        hit = part["start"].is_not_null()
        rows = left.filter(hit).to_numpy()
        start[rows] = part["start"].to_physical().filter(hit).to_numpy()
        precision[rows] = part["precision"].filter(hit).to_numpy()
        left, texts = left.filter(~hit), texts.filter(~hit)
    times = pl.Series("start", start)
    return pl.DataFrame({"start": times, "precision": precision}).with_columns(
        pl.when(pl.col("start") != _NEVER).then("start").cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
    )


def readers_of(forms: Sequence[str]) -> list[Reader]:
    """Return the readers of some forms, as ``with_times`` takes them, and behind them those that need no form."""
    stated = [reader for form in forms for reader in _named_readers(form)]
    return [
        *stated,
        _strptime("%Y-%m-%d"),
        _clocked,
        *(_strptime(form) for form in _UNMARKED),
        _year_only,
        *(partial(_counted, name, bounds) for name, bounds in _ONE_READING.items()),
        *(partial(_worded, pattern) for pattern in (*_NAMED_MONTHS, *_QUARTERS)),
    ]


def _named_readers(form: str) -> list[Reader]:
    """Return the readers of a form; where it names months, also the reader of names in other languages."""
    if form in NAMED_FORMS:
        return [partial(_counted, form, (-math.inf, math.inf))]
    if not re.search("%[bBh]", form):
        return [_strptime(form)]
    literal_or_field = r"(%[-_0:#.]*[A-Za-z])|([A-Z])"
    numbered = re.sub(literal_or_field, lambda found: found[1] or found[2].lower(), re.sub("%[bBh]", "%m", form))
    reader = _strptime(numbered)
    return [_strptime(form), lambda texts: reader(_with_months_numbered(texts))]


def _strptime(form: str) -> Reader:
    """Return the reader of a strptime form; it is as precise as the finest field of the form."""
    if re.search("%[-_0]?[HIkTRcs]", form):
        return partial(_moments, form)
    if re.search("%[-_0]?[deDFxj]", form):
        return partial(_dates, form, "", "day")
    if re.search("%[-_0]?[mbBh]", form):
        return partial(_dates, form + " %d", " 01", "month")
    return partial(_dates, form + " %m %d", " 01 01", "year")


def _clocked(texts: pl.Series) -> pl.DataFrame:
    """Return the times of texts with a clock; its many forms cost nothing where no text has one."""
    clocked = texts.str.contains(":", literal=True)
    if not clocked.any():
        return _reading(pl.Series([None], dtype=pl.Datetime("us", "UTC")).new_from_index(0, len(texts)), "instant")
    return read_times(pl.select(pl.when(clocked).then(texts)).to_series(), [_strptime(form) for form in _MOMENTS])


def _moments(form: str, texts: pl.Series) -> pl.DataFrame:
    if re.search("%[:#]*z", form):
        return _zoned(texts, form)
    return _reading(_in_utc(texts.str.to_datetime(form, time_unit="us", strict=False)), "instant")


def _zoned(texts: pl.Series, form: str) -> pl.DataFrame:
    """Return the moments of texts with an offset, in UTC; those that are of another day there are that day.

    Reports name the day where it happened. Midnight and noon there are how a day is written, too.
    """
    moments = texts.str.to_datetime(form, time_unit="us", time_zone="UTC", strict=False)
    ahead = (
        texts.to_frame("text")
        .select(pl.col("text").str.extract_groups(_OFFSET).alias("parts"))
        .unnest("parts")
        .select(
            pl.when(pl.col("sign") == "-").then(-1).otherwise(1)
            * pl.duration(hours=pl.col("hours").cast(pl.Int64), minutes=pl.col("minutes").cast(pl.Int64))
        )
        .to_series()
        .fill_null(timedelta())
    )
    local = moments + ahead
    clock = local.to_physical() % _DAY_US
    whole = (clock == 0) | (clock == _DAY_US // 2)
    elsewhere = ~whole & (local.dt.date() != moments.dt.date())
    start = pl.when(whole).then(local).when(elsewhere).then(local.dt.truncate("1d")).otherwise(moments)
    read = _reading(pl.select(start).to_series(), "instant")
    day = pl.when(pl.lit(elsewhere)).then(PRECISIONS.index("day")).otherwise("precision")
    return read.with_columns(day.cast(pl.UInt8).alias("precision"))


def _dates(form: str, rest: str, precision: TimePrecision, texts: pl.Series) -> pl.DataFrame:
    whole = texts + rest if rest else texts
    return _reading(_in_utc(whole.str.to_date(form, strict=False)), precision)


def _year_only(texts: pl.Series) -> pl.DataFrame:
    return _dates("%Y-%m-%d", "-01-01", "year", texts.str.extract(_YEAR_ONLY))


def _counted(form: str, bounds: tuple[float, float], texts: pl.Series) -> pl.DataFrame:
    """Return the times of numbers that count from a day zero, where they lie within bounds."""
    numbers = pl.select(pl.when(pl.lit(texts).str.contains(_NUMBER)).then(pl.lit(texts)).cast(pl.Float64, strict=False))
    number = pl.col("number")
    days = {
        # Excel holds 1900 for a leap year: its days up to 28 February 1900 stand one too low.
        "excel serial": pl.when(number != _EXCEL_LEAP).then(number + _EXCEL_DAY_ZERO + (number < _EXCEL_LEAP)),
        "epoch days": number,
        "epoch seconds": number / 86_400,
        "epoch milliseconds": number / 86_400_000,
    }[form]
    milliseconds = (days * 86_400_000).round(0)
    possible = number.is_between(*bounds) & milliseconds.is_between(-_FARTHEST_MS, _FARTHEST_MS)
    start = pl.when(possible).then(milliseconds).cast(pl.Int64).cast(pl.Datetime("ms")).dt.cast_time_unit("us")
    read = numbers.to_series().rename("number").to_frame().select(start).to_series()
    return _reading(_in_utc(read), "instant")


def _worded(pattern: str, texts: pl.Series) -> pl.DataFrame:
    """Return the times that a pattern with named groups finds; months by number or by name in any language known."""
    parts = pl.select(_folded(pl.lit(texts)).str.extract_groups(pattern).alias("parts")).unnest("parts")
    names = parts.columns
    month, day = pl.lit("1"), pl.lit("1")
    precision: TimePrecision = "quarter"
    if "quarter" in names:
        month = (pl.col("quarter").cast(pl.Int8) * 3 - 2).cast(pl.String)
    else:
        month = pl.coalesce(_month_number("month"), "month")
        precision = "day" if "day" in names else "month"
    if "day" in names:
        day = pl.col("day")
    date = pl.format("{}-{}-{}", "year", month, day).str.to_date("%Y-%m-%d", strict=False).cast(pl.Datetime("us"))
    if "hour" not in names:
        return _reading(_in_utc(parts.select(date).to_series()), precision)
    clock = pl.format("{}:{}:{}", "hour", "minute", pl.col("second").fill_null("0")).str.to_time(
        "%H:%M:%S", strict=False
    )
    moments = parts.select(
        pl.when(pl.col("hour").is_null()).then(date).otherwise(date + clock.cast(pl.Duration("us"))).alias("start"),
        pl.when(pl.col("hour").is_null()).then(PRECISIONS.index("day")).otherwise(0).cast(pl.UInt8).alias("precision"),
    )
    return moments.with_columns(_in_utc(moments["start"]))


def _folded(text: pl.Expr) -> pl.Expr:
    """Return text in lower case, without accents and outer blanks."""
    plain = text.str.normalize("NFKD").str.replace_all(r"\p{M}", "").str.to_lowercase()
    return plain.str.replace_all(r"\s+", " ").str.strip_chars()


def _month_number(name: str) -> pl.Expr:
    """Return the number of the month that a folded text names, as text; null where it names none."""
    return pl.col(name).replace_strict(_MONTHS, default=None, return_dtype=pl.Int8).cast(pl.String)


def _with_months_numbered(texts: pl.Series) -> pl.Series:
    """Return folded texts with the number of their month in place of its name."""
    frame = pl.select(_folded(pl.lit(texts)).alias("text")).with_columns(
        pl.col("text").str.extract(r"([a-z]{3,})").alias("name"),
    )
    numbered = pl.col("text").str.replace(r"[a-z]{3,}", pl.coalesce(_month_number("name"), "name"))
    return frame.select(numbered).to_series()


def _reading(start: pl.Series, precision: TimePrecision) -> pl.DataFrame:
    """Return times of one precision; years below 1000 are numbers of two digits that a form took for more."""
    frame = start.alias("start").to_frame()
    return frame.select(
        pl.when(pl.col("start") >= _FIRST).then("start"),
        pl.lit(PRECISIONS.index(precision), pl.UInt8).alias("precision"),
    )


def _in_utc(naive: pl.Series) -> pl.Series:
    return naive.cast(pl.Datetime("us")).dt.replace_time_zone("UTC")


def _as_vague_as_stated(read: pl.DataFrame, stated: pl.Series) -> pl.DataFrame:
    """Return times that are no more precise than the source says they are."""
    if stated.null_count() == len(stated):
        return read
    said = stated.replace_strict(list(PRECISIONS), list(range(len(PRECISIONS))), default=None, return_dtype=pl.UInt8)
    wider = pl.lit(said).fill_null(0) > pl.col("precision")
    start = pl.coalesce(
        *(
            pl.when(wider & (pl.lit(said) == at)).then(pl.col("start").dt.truncate(_STEPS[name]))
            for at, name in enumerate(PRECISIONS)
        ),
        "start",
    )
    return read.select(
        start.alias("start"), pl.when(wider).then(pl.lit(said)).otherwise("precision").alias("precision")
    )


def _days_folded(read: pl.DataFrame, exact: pl.Series | None = None) -> pl.DataFrame:
    """Return instants at midnight and noon as days, but for exact ones: that is how spreadsheets write "that day"."""
    if not (read["precision"] == 0).any():
        return read
    clock = pl.col("start").to_physical() % _DAY_US
    whole = (pl.col("precision") == 0) & ((clock == 0) | (clock == _DAY_US // 2))
    if exact is not None:
        whole &= ~pl.lit(exact)
    return read.with_columns(
        pl.when(whole).then(pl.col("start").dt.truncate("1d")).otherwise("start").alias("start"),
        pl.when(whole).then(PRECISIONS.index("day")).otherwise("precision").cast(pl.UInt8).alias("precision"),
    )


def _after(read: pl.DataFrame) -> pl.Expr:
    """Return the first moment after each time, as far as its precision goes."""
    kinds = read["precision"].unique().to_list()
    start = pl.col("start")
    ends = [pl.when(pl.col("precision") == kind).then(start.dt.offset_by(_STEPS[PRECISIONS[kind]])) for kind in kinds]
    return pl.coalesce(ends) if len(kinds) > 1 else start.dt.offset_by(_STEPS[PRECISIONS[kinds[0]]]) if kinds else start


def _with_ends(read: pl.DataFrame, texts: pl.Series, ends: pl.DataFrame) -> pl.DataFrame:
    """Return times with their end: the stated one, else the first moment after.

    A day whose stated window is just a month, quarter or year is of that precision, so that what we write out comes
    back as it was.
    """
    instant = pl.col("precision") == PRECISIONS.index("instant")
    stated = ends.select(pl.when(instant).then("start").otherwise(_after(ends))).to_series()
    found = read.with_columns(
        pl.when(pl.lit(texts).is_null()).then(_after(read)).otherwise(pl.lit(stated)).alias("end"),
    )
    start, precision = pl.col("start"), pl.col("precision")
    for kind in (2, 3, 4):
        step = _STEPS[PRECISIONS[kind]]
        whole = (start.dt.truncate(step) == start) & (start.dt.offset_by(step) == pl.col("end"))
        precision = pl.when((pl.col("precision") == 1) & whole).then(pl.lit(kind, pl.UInt8)).otherwise(precision)
    return found.with_columns(precision.alias("precision"), pl.when(start.is_not_null()).then("end").alias("end"))


def _with_clock(read: pl.DataFrame, clock: pl.Series) -> pl.DataFrame:
    """Return times with the clock that stands beside a day."""
    if clock.null_count() == len(clock):
        return read
    parts = (
        clock.to_frame("text").select(pl.col("text").str.extract_groups(_TIME_OF_DAY).alias("parts")).unnest("parts")
    )
    hour = pl.col("hour").cast(pl.Int64) % 12 + pl.when(pl.col("half").str.to_lowercase() == "p").then(12).otherwise(0)
    hour = pl.when(pl.col("half").is_null()).then(pl.col("hour").cast(pl.Int64)).otherwise(hour)
    minute, second = (pl.col(name).cast(pl.Int64).fill_null(0) for name in ("minute", "second"))
    since = parts.select(
        pl.when((hour < 24) & (minute < 60) & (second < 60)).then(
            pl.duration(hours=hour, minutes=minute, seconds=second)
        )
    ).to_series()
    told = (read["precision"] == PRECISIONS.index("day")) & since.is_not_null() & read["start"].is_not_null()
    told = told.fill_null(value=False)
    return read.select(
        pl.when(pl.lit(told)).then(pl.col("start") + pl.lit(since)).otherwise("start").alias("start"),
        pl.when(pl.lit(told))
        .then(PRECISIONS.index("instant"))
        .otherwise("precision")
        .cast(pl.UInt8)
        .alias("precision"),
    )


def _with_year_and_month(read: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Return times with those of ``year`` and ``month`` where no time, or only its year, is given."""
    if rows["year"].null_count() + rows["month"].null_count() == 2 * rows.height:
        return read
    vague = read["start"].is_null() & (rows["time"].is_null() | _month_of_year(rows).is_not_null())
    vague |= read["start"].is_not_null() & (read["precision"] == PRECISIONS.index("year"))
    if not vague.any():
        return read
    stated = pl.coalesce(pl.lit(_month_of_year(rows)), _folded(pl.col("month")).str.replace(r"^(\d+)\.0$", "$1"))
    months = rows.select(stated.alias("month"))
    own_year = read["start"].dt.year().cast(pl.String)
    year = pl.coalesce(pl.lit(own_year), pl.lit(rows["year"]).str.extract(_YEAR_ONLY))
    quarter = pl.col("month").str.extract(r"^q([1-4])$")
    month = pl.coalesce(_month_number("month"), pl.col("month"), pl.lit(""))
    day = pl.lit(rows["day"]).str.extract(r"^\s*0?(\d{1,2})(?:\.0)?\s*$")
    number = pl.coalesce(_month_number("month"), "month")
    texts = months.select(
        (year + "-" + number + "-" + day).alias("day"),
        (year + "-" + month).alias("month"),
        (year + "-Q" + quarter).alias("quarter"),
        year.alias("year"),
    )
    parts = [
        _dates("%Y-%m-%d", "", "day", texts["day"]),
        _worded(_NAMED_MONTHS[-1], texts["month"]),
        _worded(_QUARTERS[0], texts["quarter"]),
        _year_only(texts["year"]),
    ]
    for part in parts:
        better = vague & part["start"].is_not_null()
        vague = vague & ~better
        read = pl.select(
            *(
                pl.when(pl.lit(better)).then(pl.lit(part[name])).otherwise(pl.lit(read[name])).alias(name)
                for name in read.columns
            )
        )
    return read


def _month_of_year(rows: pl.DataFrame) -> pl.Series:
    """Return the month of texts such as "Jan-18" whose number is the year that stands beside, null elsewhere.

    Without that year it may be the day of a month.
    """
    parts = rows.select(_folded(pl.col("time")).str.extract_groups(_MONTH_AND_TWO).alias("parts"), "year").unnest(
        "parts"
    )
    same = pl.col("year").str.extract(_YEAR_ONLY).str.tail(2) == pl.col("two")
    return parts.select(pl.when(same & _month_number("name").is_not_null()).then("name").alias("month")).to_series()
