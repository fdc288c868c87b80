"""RESIDUE: ridges along which incidents lie that no journey explains; true lines whose direction is not known."""

from __future__ import annotations

import numpy as np
import polars as pl

from geodata.places import nearest_country
from routes.centrelines import centrelines_of
from routes.graph import Scale
from routes.sealines import km_and_part
from routes.sphere import Floats, Vectors, line_km, lonlat
from routes.stretches import Stretch, shares_of
from routes.voyages import Voyages

RESOLUTION = 5
KERNEL_KM, CUT_KM = 25.0, 70.0
SHORTEST_KM = 60.0
LEAST_GAIN = 1 / 40
NEAR_KM = 60.0


def residue(incidents: pl.DataFrame, piles: Voyages, explained: Floats, scale: float) -> tuple[Stretch, ...]:
    """Return ridges over land that explain what is left, those that explain most first.

    Parameters
    ----------
    incidents : DataFrame
        lon, lat, time_start, mode.
    piles : Voyages
    explained : Floats, (n,)
        How well each pile is explained already, 0..1.
    scale : float
        Of the weight that a kilometre has to explain: that of the window, and of the detail.
    """
    on_land = np.flatnonzero(~piles.at_sea)
    ridges = centrelines_of(_in_order(incidents), "land", Scale.at(RESOLUTION))
    lines = [ridge.points for ridge in ridges if line_km(ridge.points) >= SHORTEST_KM]
    if not lines or not on_land.size:
        return ()
    points, weights, known = piles.points[on_land], piles.weights[on_land], explained[on_land].copy()
    near = [_explains(line, points) for line in lines]
    km = np.array([line_km(line) for line in lines])
    found: list[Stretch] = []
    left = np.ones(len(lines), bool)
    while left.any():
        gain = np.array([weights @ np.maximum(one - known, 0) for one in near]) / km
        best = int(np.argmax(np.where(left, gain, -np.inf)))
        if gain[best] < LEAST_GAIN * scale:
            break
        left[best] = False
        known = np.maximum(known, near[best])
        found.append(_stretch(lines[best], piles.origins[on_land].T @ (weights * near[best]), piles.countries))
    return tuple(found)


def _in_order(incidents: pl.DataFrame) -> pl.DataFrame:
    """Return the incidents on land in an order of their own, with what ridges need."""
    columns = ["lon", "lat", "time_start", "mode"]
    return incidents.filter(pl.col("mode") == "land").select(columns).sort(columns)


def _explains(line: Vectors, points: Vectors) -> Floats:
    km, _ = km_and_part(line, points)
    return np.where(km <= CUT_KM, np.exp(-0.5 * (km / KERNEL_KM) ** 2), 0.0)


def _stretch(line: Vectors, by_start: Floats, countries: tuple[str, ...]) -> Stretch:
    ends = lonlat(line[[0, -1]])
    start, end = (code or "" for code in nearest_country(ends[:, 0], ends[:, 1], NEAR_KM))
    return Stretch(
        points=line,
        mode="land",
        forward=0.0,
        backward=0.0,
        direction="unclear",
        observed=1.0,
        inferred=False,
        origins=shares_of(countries, np.asarray(by_start, float)),
        destinations={},
        start_country=start,
        end_country=end,
        basis="ridge",
    )
