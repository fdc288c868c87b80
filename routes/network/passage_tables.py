"""PASSES: which journeys run along which route, over which border and through which hub.

Each is a sparse table by trip. What a window, a filter or a redraw counts is the weight of its piles, summed over these
tables: no way is looked for again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import polars as pl
from scipy.sparse import csr_array

from routes.core.geodesy import Floats, Mask, Rows
from routes.network.flow_assignment import Flow
from routes.network.network import LAND, SEA, Ways
from routes.network.segments import Under

LegKey = tuple[str, str, str]
"""From one country straight to the next, ISO 3166-1 alpha-3, by land or sea."""


@dataclass(frozen=True, eq=False)
class Passes:
    """Sparse tables by trip.

    Attributes
    ----------
    share : csr_array, (p, t)
        Share of each pile that takes each trip.
    journey : csr_array, (t, j)
        One where a trip is of a pair of start and goal.
    along, against : csr_array, (t, r)
        Share of each route's length along which a trip runs, with its line and against it.
    legs : csr_array, (t, l)
        How often a trip goes over each leg for good: there and back on one trip is no leg.
    leaving, landing : csr_array, (t, h)
        How often it leaves and lands at each hub.
    begun, entered, ended : csr_array, (t, c)
        Where it begins and ends, and how often it enters each country.
    known : csr_array, (t, k)
        Share of the leg by which a public route is known along which it runs.
    """

    share: csr_array
    journey: csr_array
    along: csr_array
    against: csr_array
    legs: csr_array
    leaving: csr_array
    landing: csr_array
    begun: csr_array
    entered: csr_array
    ended: csr_array
    known: csr_array

    def weights(self, piles: Floats) -> Floats:
        """Return the weight of each trip by those of the piles, (t,)."""
        return np.asarray(self.share.T @ piles)

    def frame(self) -> pl.DataFrame:
        """Return all entries in one table: table, row, column, value; and the shapes as entries of ``shape``."""
        parts = []
        for name in _NAMES:
            table = getattr(self, name).tocoo()
            row, column = table.coords
            parts.append(_entries(name, row, column, table.data))
            parts.append(_entries(f"{name}{_SHAPE}", [table.shape[0]], [table.shape[1]], [0.0]))
        return pl.DataFrame(pl.concat(parts))

    @classmethod
    def of_frame(cls, entries: pl.DataFrame) -> Passes:
        """Return the tables of ``frame``."""
        parts = {key[0]: part for key, part in entries.partition_by("table", as_dict=True).items()}
        empty = entries.clear()
        found = {}
        for name in _NAMES:
            own = parts.get(name, empty)
            shape = parts[f"{name}{_SHAPE}"].row(0, named=True)
            values = (own["value"].to_numpy(), (own["row"].to_numpy(), own["column"].to_numpy()))
            found[name] = csr_array(values, shape=(shape["row"], shape["column"]))
        return cls(**found)


_NAMES = tuple(one.name for one in fields(Passes))
_SHAPE = " shape"
ENTRIES = {"table": pl.String, "row": pl.Int64, "column": pl.Int64, "value": pl.Float64}


def _entries(
    name: str, row: Sequence[int] | Rows, column: Sequence[int] | Rows, value: Sequence[float] | Floats
) -> pl.DataFrame:
    return pl.DataFrame(
        {"table": [name] * len(row), "row": np.asarray(row), "column": np.asarray(column), "value": np.asarray(value)},
        schema=ENTRIES,
    )


def one_of(which: Rows, size: int) -> csr_array:
    """Return a table with a one in each row, in the column ``which``."""
    return csr_array((np.ones(len(which)), (np.arange(len(which)), which)), shape=(len(which), size))


@dataclass(frozen=True, eq=False)
class Laid:
    """A flow over ways, to be summed along lines, borders and hubs."""

    ways: Ways
    moved: Flow

    @property
    def trips(self) -> int:
        """Return the number of trips."""
        return len(self.moved.start)

    def along(self, lines: Sequence[Under]) -> tuple[csr_array, csr_array]:
        """Return the share of each line's length along which each trip runs with it, and against it, (t, lines)."""
        moved, count = self.moved, 2 * len(self.ways.kind)
        step = moved.back * len(self.ways.kind) + moved.way
        steps = csr_array((np.ones(len(step)), (moved.trip, step)), shape=(self.trips, count))
        found = []
        for turn in (0, 1):
            rows = [np.abs(turn - line.back) * len(self.ways.kind) + line.way for line in lines]
            column = np.repeat(np.arange(len(lines)), [len(own) for own in rows])
            value = np.concatenate([np.empty(0), *(line.share for line in lines)])
            row = np.concatenate([np.empty(0, np.int64), *rows])
            found.append(csr_array(steps @ csr_array((value, (row, column)), shape=(count, len(lines)))))
        return found[0], found[1]

    def borders(self) -> tuple[Rows, Rows, Rows]:
        """Return the steps that change the country: which they are, and the countries before and after."""
        ways = self.ways
        start, end = ways.country[ways.start].copy(), ways.country[ways.end].copy()
        boats = slice(ways.roads, ways.roads + len(ways.crossings))
        start[boats] = ways.crossings.hubs.country[ways.crossings.start]
        end[boats] = ways.crossings.hubs.country[ways.crossings.end]
        way, back = self.moved.way, self.moved.back
        tail = np.where(back == 0, start[way], end[way])
        head = np.where(back == 0, end[way], start[way])
        abroad = np.flatnonzero(tail != head)
        return abroad, tail[abroad], head[abroad]

    def legs(self, shown: Mask) -> tuple[tuple[LegKey, ...], csr_array, pl.DataFrame]:
        """Return the legs over some ways, (t, legs), and the ways of each with their weight: leg, way, weight."""
        step, tail, head = self.borders()
        way = self.moved.way[step]
        kept = shown[way] & np.isin(self.ways.kind[way], (LAND, SEA))
        step, tail, head, way = step[kept], tail[kept], head[kept], way[kept]
        frame = pl.DataFrame(
            {
                "trip": self.moved.trip[step],
                "low": np.minimum(tail, head),
                "high": np.maximum(tail, head),
                "kind": self.ways.kind[way].astype(np.int64),
                "net": np.where(tail < head, 1, -1),
                "way": way,
            }
        )
        net = (
            frame.group_by("trip", "low", "high", "kind")
            .agg(pl.col("net").sum(), pl.col("way"))
            .filter(pl.col("net") != 0)
        )
        net = net.with_columns(
            start=pl.when(pl.col("net") > 0).then("low").otherwise("high"),
            end=pl.when(pl.col("net") > 0).then("high").otherwise("low"),
            net=pl.col("net").abs(),
        )
        keys = net.select("start", "end", "kind").unique().sort("start", "end", "kind").with_row_index("leg")
        net = net.join(keys.cast({"leg": pl.Int64}), on=["start", "end", "kind"]).sort("trip", "leg")
        codes = self.ways.ground.codes
        legs = tuple(
            (str(codes[start]), str(codes[end]), "land" if kind == LAND else "sea")
            for start, end, kind in keys.select("start", "end", "kind").iter_rows()
        )
        values = (net["net"].to_numpy().astype(float), (net["trip"].to_numpy(), net["leg"].to_numpy()))
        weight = pl.Series("weight", self.moved.weight[net["trip"].to_numpy()])
        # Summed in an order of their own: a sum in another order is another one in its last digit.
        over = net.select("leg", "trip", "way", weight).explode("way").sort("leg", "way", "trip")
        pairs, number = np.unique(over.select("leg", "way").to_numpy(), axis=0, return_inverse=True)
        summed = np.bincount(number.reshape(-1), over["weight"].to_numpy(), len(pairs)).astype(float)
        found = pl.DataFrame({"leg": pairs[:, 0], "way": pairs[:, 1], "weight": summed})
        return legs, csr_array(values, shape=(self.trips, len(legs))), found

    def entered(self) -> csr_array:
        """Return how often each trip enters each country, (t, countries)."""
        step, _, head = self.borders()
        shape = (self.trips, len(self.ways.ground.codes))
        return csr_array((np.ones(len(step)), (self.moved.trip[step], head)), shape=shape)

    def hubs(self, drawn: Mask) -> tuple[csr_array, csr_array]:
        """Return how often each trip leaves and lands at each hub over drawn crossings, (t, hubs)."""
        sea, roads = self.ways.crossings, self.ways.roads
        boat = self.moved.way - roads
        sails = np.flatnonzero((boat >= 0) & (boat < len(sea)))
        sails = sails[drawn[self.moved.way[sails]]]
        trip, back, boat = self.moved.trip[sails], self.moved.back[sails], boat[sails]
        shape = (self.trips, len(sea.hubs.points))
        ends = (sea.start[boat], sea.end[boat])
        out = np.where(back == 0, ends[0], ends[1])
        into = np.where(back == 0, ends[1], ends[0])
        ones = np.ones(len(trip))
        return csr_array((ones, (trip, out)), shape=shape), csr_array((ones, (trip, into)), shape=shape)
