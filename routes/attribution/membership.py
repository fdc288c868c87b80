"""MEMBERS: in which corridor each incident lies, and with which pile of incidents it travels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy.spatial import cKDTree

from routes.attribution.flights import pairs_of
from routes.attribution.incident_assignment import assigned
from routes.core.corridor import Corridor
from routes.core.geodesy import Floats, Mask, Rows, Vectors, chord, unit_vectors
from routes.core.params import MembershipParams
from routes.ridges.centrelines import Centreline

NOWHERE = -1

KEY = ("incident_id", "lon", "lat", "mode")
PLACES = {"pile": pl.Int32, "route": pl.Int32, "dense": pl.Int32, "km": pl.Float64, "along": pl.Float64}
MEMBERS = {"incident_id": pl.String, "lon": pl.Float64, "lat": pl.Float64, "mode": pl.String, **PLACES}
"""Of each incident, placed as it was: the numbers of its pile, of the route and of the dense area in which it lies, -1
for none; how far from the line of that route it lies, and how far along it, km."""


@dataclass(frozen=True, eq=False)
class Piles:
    """Incidents of one cell and mode that state the same.

    Attributes
    ----------
    points : Vectors, (p, 3)
    at_sea : Mask, (p,)
    place : Rows, (p,)
        The same for piles of one cell and mode.
    explained : Floats, (p,), 0..1
        How far the network explains them.
    """

    points: Vectors
    at_sea: Mask
    place: Rows
    explained: Floats

    def weights(self, incidents: Floats) -> Floats:
        """Return the square root of the incidents of a place, shared among its piles: ten reports are not ten of one.

        Parameters
        ----------
        incidents : Floats, (p,)
            Of each pile, in the selection that is counted.
        """
        if not len(self.place):
            return incidents
        together = np.bincount(self.place, incidents)[self.place]
        return np.asarray(incidents / np.sqrt(np.maximum(together, 1)))

    def nearest(self, incidents: pl.DataFrame, within_km: float) -> Rows:
        """Return the nearest pile of the mode of each incident, within ``within_km``."""
        found = np.full(incidents.height, NOWHERE, np.int64)
        points = _points(incidents)
        for mode, own in (("sea", self.at_sea), ("land", ~self.at_sea)):
            rows, piles = np.flatnonzero((incidents["mode"] == mode).to_numpy()), np.flatnonzero(own)
            if rows.size and piles.size:
                tree = cKDTree(self.points[piles])
                away, at = map(np.asarray, tree.query(points[rows], distance_upper_bound=chord(within_km)))
                near = np.isfinite(away)
                found[rows[near]] = piles[at[near]]
        return found


def path_of(corridor: Corridor) -> Vectors:
    """Return the centreline of a corridor as one path, (n, 3)."""
    lon, lat = np.concatenate(corridor.lines).T
    return unit_vectors(lon, lat)


def lying_in(
    incidents: pl.DataFrame, corridors: Sequence[Corridor], params: MembershipParams
) -> tuple[Rows, Floats, Floats]:
    """Return the corridor in which each incident lies, the nearest of its mode; how far from its line and along it.

    Parameters
    ----------
    incidents : DataFrame
        lon, lat, mode, none null; departure and destination where they are there, by which flights are known.
    corridors : sequence of Corridor
    params : MembershipParams

    Returns
    -------
    Rows, Floats, Floats, (n,)
        The number of the corridor, -1: none; km; km.
    """
    which = np.full(incidents.height, NOWHERE, np.int64)
    km, along = np.full(incidents.height, np.nan), np.full(incidents.height, np.nan)
    points, modes = _points(incidents), incidents["mode"].to_numpy()
    for mode in ("land", "sea"):
        numbers = np.array([number for number, one in enumerate(corridors) if one.mode == mode], np.int64)
        rows = np.flatnonzero(modes == mode)
        if numbers.size and rows.size:
            found = assigned(points[rows], [_line(corridors[number], params) for number in numbers])
            some = found.line >= 0
            which[rows[some]] = numbers[found.line[some]]
            km[rows[some]], along[rows[some]] = found.km[some], found.along[some]
    flown = {one.airports: number for number, one in enumerate(corridors) if one.airports}
    if flown:
        rows = np.flatnonzero(modes == "air")
        for row, start, end in pairs_of(incidents[rows]):
            number = flown.get((start.iata, end.iata), NOWHERE)
            which[rows[row]], along[rows[row]] = number, 0.0 if number >= 0 else np.nan
    return which, km, along


def _line(corridor: Corridor, params: MembershipParams) -> Centreline:
    reach = params.traced_reach_km if corridor.basis == "evidence" else params.reach_km
    return Centreline(path_of(corridor), reach)


def members(
    incidents: pl.DataFrame,
    routes: Sequence[Corridor],
    dense: Sequence[Corridor],
    pile: Rows,
    params: MembershipParams,
) -> pl.DataFrame:
    """Return where incidents lie, with columns of ``MEMBERS`` in their order.

    Parameters
    ----------
    incidents : DataFrame
        Placed: incident_id, lon, lat, mode.
    routes, dense : sequence of Corridor
    pile : Rows, (n,)
    params : MembershipParams
    """
    route, km, along = lying_in(incidents, routes, params)
    area, _, _ = lying_in(incidents, dense, params)
    places = {"pile": pile, "route": route, "dense": area, "km": km, "along": along}
    return incidents.select(KEY).with_columns(pl.Series(name, places[name]).cast(kind) for name, kind in PLACES.items())


def joined(
    incidents: pl.DataFrame,
    known: pl.DataFrame,
    routes: Sequence[Corridor],
    dense: Sequence[Corridor],
    piles: Piles,
    params: MembershipParams,
) -> pl.DataFrame:
    """Return incidents with where they lie: as ``known``, and of those that are new or have moved as is found now.

    Parameters
    ----------
    incidents : DataFrame
    known : DataFrame
        Columns of ``MEMBERS``.
    routes, dense : sequence of Corridor
    piles : Piles
    params : MembershipParams
    """
    found = incidents.join(known.unique(KEY, keep="first"), on=list(KEY), how="left", maintain_order="left")
    there = pl.all_horizontal(pl.col("lon", "lat", "mode", "time_start").is_not_null())
    new = np.flatnonzero(found.select(pl.col("route").is_null() & there).to_series().to_numpy())
    if not new.size:
        return found
    fresh = incidents[new]
    pile = piles.nearest(fresh, params.pile_km)
    own = members(fresh, routes, dense, pile, params).with_columns(row=pl.Series(new, dtype=pl.Int64))
    places = found.select(list(PLACES)).with_row_index("row").cast({"row": pl.Int64})
    places = places.update(own.select("row", *PLACES), on="row")
    return incidents.with_columns(places.select(list(PLACES)).get_columns())


def _points(incidents: pl.DataFrame) -> Vectors:
    return unit_vectors(incidents["lon"].to_numpy(), incidents["lat"].to_numpy())
