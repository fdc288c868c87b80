"""Day or month first: the order of numbers such as 03/04/2024 where a profile does not state it.

The dates of a file tell it once a day beyond 12 is among them; where none is, a person is asked, by an example.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from geodata.core.messages import sentence
from geodata.mapping.profiles import Profile
from geodata.parsing.date_inference import guessed_forms, order_open
from geodata.parsing.swapped_dates import half_swapped
from geodata.readers.dispatch import Reading


@dataclass(frozen=True, slots=True)
class DateOrder:
    """What a file tells of the order of day and month in its dates.

    Attributes
    ----------
    profile : Profile
        With the forms of dates that the file tells, else as it was.
    notes : tuple of str
        How the order was told.
    open : str
        Why it is not told, "" where it is or does not matter.
    """

    profile: Profile
    notes: tuple[str, ...] = ()
    open: str = ""


def with_order(reading: Reading, profile: Profile) -> DateOrder:
    """Return a profile with the order of day and month that the first rows of a file tell, where it states none."""
    column = profile.mapping(list(reading.columns)).get("time")
    if column is None or profile.time_forms or half_swapped(reading.head[column]):
        return DateOrder(profile)
    forms, why = guessed_forms(times_of(reading.head[column]))
    if forms:
        said = sentence("Dates in {column!r}: {why}.", column=column, why=why)
        return DateOrder(profile.model_copy(update={"time_forms": forms}), (said,))
    return DateOrder(profile, open=why if order_open(why) else "")


def times_of(texts: pl.Series) -> pl.DataFrame:
    """Return texts as the columns of which times are read."""
    nothing = pl.lit(None, pl.String)
    return texts.to_frame("time").with_columns(year=nothing, month=nothing)
