"""The steps of time of a picture: days, weeks, months, quarters or years, in UTC."""

# Texts here are said on the map.

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal, get_args

import numpy as np
import polars as pl
from numpy.typing import NDArray

from geodata.model.incident import lasts

Unit = Literal["day", "week", "month", "quarter", "year"]
UNITS: Final[tuple[Unit, ...]] = get_args(Unit)
MOST: Final[Mapping[Unit, int]] = {"day": 366, "week": 261}
"""So many of the latest are shown: a year of days, five years of weeks."""
_EVERY: Final[Mapping[Unit, str]] = {"day": "1d", "week": "1w", "month": "1mo", "quarter": "1q", "year": "1y"}
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, eq=False)
class Steps:
    """Steps of time one behind the other.

    Attributes
    ----------
    unit : Unit
        A week begins on Monday (ISO 8601).
    edges : int64, (n + 1,)
        Days since 1970-01-01 on which each begins, and on which the last has ended; empty where there is nothing.
    """

    unit: Unit
    edges: NDArray[np.int64]

    @classmethod
    def over(cls, times: pl.Series, unit: Unit) -> Steps:
        """Return the steps from the first of some times to the last, or the latest ``MOST``.

        Parameters
        ----------
        times : Series of Datetime
        unit : Unit
        """
        begun = times.dt.convert_time_zone("UTC").dt.date().dt.truncate(_EVERY[unit])
        first, last = begun.min(), begun.max()
        if not isinstance(first, date) or not isinstance(last, date):
            return cls(unit, np.empty(0, np.int64))
        begins = pl.date_range(first, last, _EVERY[unit], eager=True)
        end = pl.Series([last]).dt.offset_by(_EVERY[unit])
        edges = pl.concat([begins, end]).cast(pl.Int32).to_numpy().astype(np.int64)
        return cls(unit, edges[-MOST[unit] - 1 :] if unit in MOST else edges)

    def __len__(self) -> int:
        """Return the number of steps."""
        return max(len(self.edges) - 1, 0)

    def of(self, times: pl.Series) -> NDArray[np.int64]:
        """Return the step of each time, -1 for those before the first."""
        return self.of_days(times.dt.convert_time_zone("UTC").dt.date().cast(pl.Int32).to_numpy())

    def counted(self, incidents: pl.DataFrame) -> pl.DataFrame:
        """Return the incidents of these steps with the ``step`` in which each begins and the ``last`` that it reaches.

        One that lasts and began before the first step is taken to begin with it; none reaches beyond the last.

        Parameters
        ----------
        incidents : DataFrame
            time_start, time_end, time_precision and whatever else.
        """
        step = self.of(incidents["time_start"])
        last = step.copy()
        going_on = incidents.select(lasts()).to_series()
        if going_on.any():
            ends = self.of(incidents["time_end"].filter(going_on).dt.offset_by("-1us"))
            last[going_on.to_numpy()] = np.minimum(ends, len(self) - 1)
        begun = np.where(last > step, np.maximum(step, 0), step)
        columns = (pl.Series("step", begun, pl.Int64), pl.Series("last", np.maximum(last, begun), pl.Int64))
        return incidents.with_columns(*columns).filter(pl.col("step") >= 0)

    def of_days(self, days: NDArray[np.integer]) -> NDArray[np.int64]:
        """Return the step of each day since 1970-01-01, -1 for those before the first."""
        return np.asarray(np.searchsorted(self.edges, days, side="right") - 1, np.int64)

    @property
    def first(self) -> str | None:
        """Return when the first begins: "2021-03" for a month, quarter or year, else "2021-03-01"."""
        if not len(self):
            return None
        day = (_EPOCH + timedelta(days=int(self.edges[0]))).isoformat()
        return day if self.unit in MOST else day[:7]


def going_on(counted: pl.DataFrame, *by: str) -> pl.DataFrame:
    """Return how many of ``Steps.counted`` are under way where one step ends and the next begins.

    Parameters
    ----------
    counted : DataFrame
    *by : str
        Columns to tell apart by.

    Returns
    -------
    DataFrame
        ``by``, ``first`` and ``last`` (steps at whose beginning they are under way, both included) and ``count``; the
        incidents of a window [from, to) are those that begin in it and those under way at its beginning.
    """
    lasting = counted.filter(pl.col("last") > pl.col("step"))
    spans = lasting.group_by(*by, (pl.col("step") + 1).alias("first"), "last").agg(pl.len().alias("count"))
    return spans.sort(*by, "first", "last")


def day_of_month(month: str) -> int:
    """Return the first day of a month such as "2021-03", in days since 1970-01-01."""
    return (date.fromisoformat(f"{month}-01") - _EPOCH).days
