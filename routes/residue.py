"""RESIDUE: ridges along which incidents lie that no journey explains; true lines whose direction is not known."""

from __future__ import annotations

import numpy as np
import polars as pl

from geodata.places import nearest_country
from routes.centrelines import centrelines_of
from routes.graph import Scale
from routes.sealines import km_and_part
from routes.selection import Draw, Selected
from routes.sphere import Floats, Rows, Vectors, line_km, lonlat
from routes.stretches import Stretch, shares_of
from routes.voyages import Voyages

RESOLUTION = 5
KERNEL_KM, CUT_KM = 25.0, 70.0
SHORTEST_KM = 60.0
LEAST_GAIN = 1 / 40
NEAR_KM = 60.0


def residue(incidents: pl.DataFrame, piles: Voyages, taken: Selected, scale: float) -> tuple[Stretch, ...]:
    """Return ridges over land that explain what is left, those that explain most first.

    The support of one is the share of the replicates of the evidence for which it would be taken again.

    Parameters
    ----------
    incidents : DataFrame
        lon, lat, time_start, mode.
    piles : Voyages
    taken : Selected
        What explains the piles already.
    scale : float
        Of the weight that a kilometre has to explain: that of the window, and of the detail.
    """
    on_land = np.flatnonzero(~piles.at_sea)
    ridges = centrelines_of(_in_order(incidents), "land", Scale.at(RESOLUTION))
    lines = [ridge.points for ridge in ridges if line_km(ridge.points) >= SHORTEST_KM]
    if not lines or not on_land.size:
        return ()
    near = np.array([_explains(line, piles.points[on_land]) for line in lines])
    km = np.array([line_km(line) for line in lines])
    least = LEAST_GAIN * scale
    chosen = _chosen(near, km, taken.counted, on_land, least)
    again = [set(_chosen(near, km, draw, on_land, least)) for draw in taken.again]
    found = []
    for row in chosen:
        by_start = piles.origins[on_land].T @ (piles.weights[on_land] * near[row])
        support = float(np.mean([row in one for one in again])) if again else None
        found.append(_stretch(lines[row], by_start, piles.countries, support))
    return tuple(found)


def _chosen(near: Floats, km: Floats, draw: Draw, on_land: Rows, least: float) -> list[int]:
    """Return the lines that explain enough for their length of what is left, in the order in which they do."""
    weights, known = draw.weights[on_land], draw.explained[on_land].copy()
    left = np.ones(len(km), bool)
    chosen: list[int] = []
    while left.any():
        gain = np.maximum(near - known, 0) @ weights / km
        best = int(np.argmax(np.where(left, gain, -np.inf)))
        if gain[best] < least:
            break
        left[best] = False
        known = np.maximum(known, near[best])
        chosen.append(best)
    return chosen


def _in_order(incidents: pl.DataFrame) -> pl.DataFrame:
    """Return the incidents on land in an order of their own, with what ridges need."""
    columns = ["lon", "lat", "time_start", "mode"]
    return incidents.filter(pl.col("mode") == "land").select(columns).sort(columns)


def _explains(line: Vectors, points: Vectors) -> Floats:
    km, _ = km_and_part(line, points)
    return np.where(km <= CUT_KM, np.exp(-0.5 * (km / KERNEL_KM) ** 2), 0.0)


def _stretch(line: Vectors, by_start: Floats, countries: tuple[str, ...], support: float | None) -> Stretch:
    ends = lonlat(line[[0, -1]])
    start, end = (code or "" for code in nearest_country(ends[:, 0], ends[:, 1], NEAR_KM))
    return Stretch(
        points=line,
        mode="land",
        forward=0.0,
        backward=0.0,
        direction="unclear",
        support=support,
        observed=1.0,
        inferred=False,
        journeys={(code, ""): share for code, share in shares_of(countries, np.asarray(by_start, float)).items()},
        start_country=start,
        end_country=end,
        basis="ridge",
    )
