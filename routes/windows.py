"""Windows of whole months, and the incidents of corridors counted by month and source over two of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

import numpy as np
import polars as pl
from numpy.typing import NDArray

from geodata import hexes
from geodata.errors import WrongValue
from geodata.sentences import sentence
from routes.corridors import Corridor
from routes.index import USUAL_RESOLUTION
from routes.members import TRACED_REACH_KM
from routes.sphere import Floats, Mask, Vectors, unit_vectors

UNNAMED = "unnamed source"
_DATED = ("instant", "day", "month")
_YEAR = 12


@dataclass(frozen=True, slots=True)
class Window:
    """The months [start, end), UTC, end excluded; both are the first of a month."""

    start: date
    end: date

    def __post_init__(self) -> None:
        """Refuse what is no span of whole months."""
        if self.start.day != 1 or self.end.day != 1 or self.start >= self.end:
            raise WrongValue(
                f"{self.start} to {self.end} is no window",
                rule="a window is whole months: it starts on the first of a month and ends, excluded, on a later one",
                done="nothing was computed",
            )

    @classmethod
    def of(cls, text: str) -> Window:
        """Read ``2022-01-01:2023-01-01``; the day may be left out."""
        try:
            start, end = (date.fromisoformat(day if len(day) > 7 else f"{day}-01") for day in text.split(":"))
        except ValueError:
            raise WrongValue(
                repr(text[:60]),
                rule="a window is written START:END, as 2022-01-01:2023-01-01, the end excluded",
                done="nothing was computed",
            ) from None
        return cls(start, end)

    @property
    def months(self) -> tuple[str, ...]:
        """Return the months, ``2022-01`` and on."""
        first, last = (day.year * _YEAR + day.month - 1 for day in (self.start, self.end))
        return tuple(f"{month // _YEAR:04d}-{month % _YEAR + 1:02d}" for month in range(first, last))

    @property
    def calendar(self) -> NDArray[np.int64]:
        """Return the month of the year, 1..12, of each month."""
        return np.array([int(month[5:]) for month in self.months])

    def same_season(self, other: Window) -> bool:
        """Tell whether both hold every month of the year equally often, in proportion to their lengths."""
        own, its = (np.bincount(window.calendar, minlength=_YEAR + 1) for window in (self, other))
        return bool((own * its.sum() == its * own.sum()).all())

    def holds(self) -> pl.Expr:
        """Return the condition that an incident begins in it."""
        start, end = (datetime(day.year, day.month, 1, tzinfo=UTC) for day in (self.start, self.end))
        return (pl.col("time_start") >= start) & (pl.col("time_start") < end)


@dataclass(frozen=True, slots=True)
class Tally:
    """Incidents of corridors in one window.

    Attributes
    ----------
    counts : Floats, (corridors, sources, months)
    places : tuple of (Vectors (n, 3), months (n,))
        For each corridor where those of its incidents lie that are placed exactly and close to its line, and in which
        month, 0-based; empty for air.
    """

    counts: Floats
    places: tuple[tuple[Vectors, NDArray[np.int64]], ...]


def tallied(
    incidents: pl.DataFrame, corridors: Sequence[Corridor], windows: Sequence[Window]
) -> tuple[list[Tally], list[str]]:
    """Count the incidents of each corridor by source and month in each window; and notes on what could not be counted.

    Parameters
    ----------
    incidents : DataFrame
        lon, lat, time_start, and corridor_id of the corridor in which each lies, null for none; source, cell and
        time_precision are used where they are there.
    corridors : sequence of Corridor
    windows : sequence of Window

    Notes
    -----
    Air corridors are counted as their own months say, all sources as one, as their incidents lie at airports.
    """
    usable, notes = _usable(incidents)
    numbers = {corridor.corridor_id: number for number, corridor in enumerate(corridors) if corridor.mode != "air"}
    number = pl.col("corridor_id").replace_strict(numbers, default=None, return_dtype=pl.Int64)
    usable = usable.with_columns(corridor=number).drop_nulls("corridor")
    sources = usable["source"].unique().sort().to_list()
    return [_tally(window, usable, corridors, sources) for window in windows], notes


def _usable(incidents: pl.DataFrame) -> tuple[pl.DataFrame, list[str]]:
    frame = incidents.with_columns(pl.col("lon", "lat").cast(pl.Float64).fill_nan(None))
    frame = frame.drop_nulls(["lon", "lat", "time_start"])
    named = pl.col("source").fill_null(UNNAMED) if "source" in frame.columns else pl.lit(UNNAMED)
    frame = frame.with_columns(named.cast(pl.String).alias("source"))
    if "time_precision" not in frame.columns:
        return frame, []
    dated = frame.filter(pl.col("time_precision").is_null() | pl.col("time_precision").is_in(_DATED))
    vague = frame.height - dated.height
    left_out = sentence("Incidents dated to no month are left out of the comparison: {vague:,}.", vague=vague)
    return dated, [left_out] if vague else []


def _tally(window: Window, incidents: pl.DataFrame, corridors: Sequence[Corridor], sources: Sequence[str]) -> Tally:
    names = window.months
    inside = incidents.filter(window.holds())
    month = inside["time_start"].dt.strftime("%Y-%m").replace_strict(names, range(len(names)), return_dtype=pl.Int64)
    source = inside["source"].replace_strict(sources, range(len(sources)), return_dtype=pl.Int64) if sources else month
    corridor = inside["corridor"].to_numpy()
    counts = np.zeros((len(corridors), len(sources) + 1, len(names)))
    np.add.at(counts, (corridor, source.to_numpy(), month.to_numpy()), 1)
    for number, flown in enumerate(corridors):
        if flown.mode == "air":
            counts[number, -1] = [flown.months.get(name, 0) for name in names]
    points = unit_vectors(inside["lon"].to_numpy(), inside["lat"].to_numpy())
    exact = _exactly_beside(inside)
    rows = [np.flatnonzero((corridor == number) & exact) for number in range(len(corridors))]
    return Tally(counts, tuple((points[own], month.to_numpy()[own]) for own in rows))


def _exactly_beside(incidents: pl.DataFrame) -> Mask:
    """Tell which incidents are placed exactly enough, and close enough to their line, to tell where it runs."""
    beside = np.ones(incidents.height, bool)
    if "km" in incidents.columns:
        beside &= incidents["km"].fill_nan(None).fill_null(0.0).to_numpy() <= TRACED_REACH_KM
    if "cell" in incidents.columns:
        cells = incidents["cell"].cast(pl.UInt64)
        fine = hexes.resolutions(cells.fill_null(0).to_numpy()) >= USUAL_RESOLUTION
        beside &= fine | cells.is_null().to_numpy()
    return beside
