"""Guesses of how a column writes its times, with the reason, for a person to confirm."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime

import polars as pl

from geodata.core.messages import Sentence, part_of, sentence
from geodata.parsing.dates import read_times, readers_of

_TWO_NUMBERS = (
    r"^(?:(?<weekday>\p{L}+)(?<comma>,? *))?(?<first>\d{1,2})(?<mark>[/.-])(?<second>\d{1,2})[/.-](?<year>\d{4}|\d{2})"
    r"(?:(?<gap>[ ,T-]+)(?<clock>\d{1,2}:\d{2}(?::\d{2})?))?$"
)
_SAMPLE = 10_000
_MOST = 0.9
_MONTHS = 12
_TWO_DIGITS = 99


def guessed_forms(texts: pl.DataFrame, day_first: bool | None = None) -> tuple[tuple[str, ...] | None, str]:
    """Return the forms in which times seem to be written, and the reason in words, for a person to confirm.

    The order of day and month is told only where some day exceeds 12; else the forms are None and the reason says what
    is to be stated. No forms, ``()``, are needed for what has one reading only.

    Parameters
    ----------
    texts : DataFrame
        With ``time``, ``year`` and ``month`` as text, null where absent; the first 10,000 given times are read.
    day_first : bool, optional
        What a person states of the order, for where nothing tells it.
    """
    sample = texts["time"].drop_nulls().head(_SAMPLE)
    if sample.is_empty():
        if texts["year"].null_count() < texts.height:
            return (), sentence("no times are given, years are")
        return None, sentence("neither times nor years are given")
    read = read_times(sample, readers_of(()))["start"].count()
    if read >= _MOST * len(sample):
        return (), sentence("{share} times can be read in one way only", share=part_of(read, len(sample)))
    return _guessed_orders(sample, day_first) or (
        None,
        sentence("only {share} times are in any form that is known", share=part_of(read, len(sample))),
    )


def order_open(reason: str) -> bool:
    """Tell whether a reason of ``guessed_forms`` is that nothing says which of two numbers is the day."""
    return reason.startswith(("no day", "both numbers"))


def two_readings(texts: pl.Series) -> tuple[str, datetime, datetime] | None:
    """Return the first text that is one of two days, with both: the day first, then the month first."""
    for text in texts.drop_nulls().head(_SAMPLE):
        found = re.match(r"\D*(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})", text)
        if found is None:
            continue
        one, two, year = (int(part) for part in found.groups())
        if one != two and max(one, two) <= _MONTHS and min(one, two) > 0:
            whole = year if year > _TWO_DIGITS else 2000 + year
            return text, datetime(whole, two, one, tzinfo=UTC), datetime(whole, one, two, tzinfo=UTC)
    return None


def _guessed_orders(sample: pl.Series, day_first: bool | None) -> tuple[tuple[str, ...] | None, str] | None:
    """Return the forms of numbers such as 03/05/2024, or None where most texts are none."""
    parts = (
        pl.select(pl.lit(sample).str.extract_groups(_TWO_NUMBERS).alias("parts")).unnest("parts").drop_nulls("first")
    )
    if parts.height < _MOST * len(sample):
        return None
    beyond = parts.select((pl.col("first", "second").cast(pl.Int32) > 12).sum()).row(0)
    if all(beyond):
        return None, sentence(
            "both numbers exceed 12: the first {first:,} times, the second {second:,} times",
            first=beyond[0],
            second=beyond[1],
        )
    if not any(beyond) and day_first is None:
        return None, sentence("no day exceeds 12: state whether day or month comes first")
    order = ("%d", "%m") if beyond[0] or (day_first and not beyond[1]) else ("%m", "%d")
    shapes = parts.with_columns(
        pl.when(pl.col("year").str.len_bytes() == 4).then(pl.lit("%Y")).otherwise(pl.lit("%y")).alias("year"),
        pl.when(pl.col("weekday").str.len_bytes() > 3).then(pl.lit("%A")).otherwise(pl.lit("%a")).alias("weekday"),
        pl.when(pl.col("clock").str.len_bytes() > 5).then(pl.lit("%H:%M:%S")).otherwise(pl.lit("%H:%M")).alias("clock"),
    )
    shapes = shapes.select("weekday", "comma", "mark", "year", "gap", "clock").unique(maintain_order=True)
    forms = tuple(
        f"{weekday + comma if comma else ''}{mark.join((*order, year))}{gap + clock if gap else ''}"
        for weekday, comma, mark, year, gap, clock in shapes.iter_rows()
    )
    return forms, _order_told(beyond, parts.height, day_first=bool(day_first))


def _order_told(beyond: Sequence[int], given: int, *, day_first: bool) -> Sentence:
    share = part_of(sum(beyond), given)
    if beyond[0]:
        return sentence("the first number exceeds 12 in {share} times: the day comes first", share=share)
    if beyond[1]:
        return sentence("the second number exceeds 12 in {share} times: the month comes first", share=share)
    if day_first:
        return sentence("it was stated that the day comes first")
    return sentence("it was stated that the month comes first")
