"""Made-up incidents along the true routes of a region, with what spoils real ones: gaps, clutter, coarse places.

Each corridor has a weight, lognormal with sigma 0.6, times the root of its length. Along it reports come and go as the
exponential of a Gaussian process (correlation over 150 km), and cease over 80 km here and there.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from benchmarks.corridors.regions import Box, Region, inside
from geodata.model.incident import Mode
from routes.core.geodesy import EARTH_KM, Floats, Vectors, km_between, lonlat, normalised, unit_vectors

TUNING_SEED = 101
HELD_OUT_SEEDS = 3, 4
FIRST_DAY = datetime(2015, 1, 1, tzinfo=UTC)
DAYS = 3652

_CORRELATION_KM = 150.0
_KNOT_KM = 30.0
_GAP_KM = 80.0
_WEIGHT_SIGMA = 0.6
_TOWN_KM = 60.0
_TOWN_SIGMA_KM = 5.0
_GRID_PER_DEGREE = 4
_BLOB_SIGMA_KM = 15.0
_BLOB_CONCENTRATION = 0.7
_ROUNDS = 6

Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Recipe:
    """How incidents are made.

    Attributes
    ----------
    incidents : int
    sigma_km : float, km
        Cross-track scatter of reports around their route.
    clutter, snapped : float, share
        Reports that belong to no route, half of them in blobs; reports moved to a town or onto a grid of 0.25 degrees.
    unevenness : float
        Standard deviation of the Gaussian process whose exponential is the intensity along a route.
    gaps : float, share
        Of a route's length, in blocks of 80 km, from which nobody reports.
    blobs : int
        Hot spots away from routes.
    """

    incidents: int
    sigma_km: float = 12.0
    clutter: float = 0.3
    snapped: float = 0.3
    unevenness: float = 1.0
    gaps: float = 0.1
    blobs: int = 12


@dataclass(frozen=True, slots=True)
class World:
    """Incidents whose routes are known.

    Attributes
    ----------
    incidents : DataFrame
        lon, lat, degrees; time_start, UTC; corridor, -1 for clutter; along_km, where on its corridor.
    truth : tuple of Vectors, (n, 3)
    """

    name: str
    mode: Mode
    incidents: pl.DataFrame
    truth: tuple[Vectors, ...]


def world(region: Region, recipe: Recipe, seed: int) -> World:
    """Make the incidents of a region; the same seed makes the same."""
    random = _random(region, seed)
    stray = round(recipe.incidents * recipe.clutter)
    places, corridor, along = _reported(random, region, recipe, recipe.incidents - stray)
    places = _coarse(random, region, places, recipe.snapped)
    places = np.concatenate([places, clutter(random, region.box, region.mode, stray, recipe.blobs)])
    frame = dated(random, places).with_columns(
        pl.Series("corridor", np.r_[corridor, np.full(stray, -1)]), pl.Series("along_km", np.r_[along, np.zeros(stray)])
    )
    return World(region.name, region.mode, frame, region.lines)


def noise(region: Region, incidents: int, blobs: int, seed: int) -> World:
    """Make incidents of a region that know no route: spread evenly, or half of them in blobs."""
    random = _random(region, seed)
    places = clutter(random, region.box, region.mode, incidents, blobs)
    return World(region.name, region.mode, dated(random, places), region.lines)


def clutter(random: np.random.Generator, box: Box, mode: Mode, number: int, blobs: int) -> Vectors:
    """Return places that belong to no route: all over the land or sea of a box, half of them in blobs, if any."""
    crowded = number // 2 if blobs else 0
    even = box.places(random, number - crowded, mode)
    if not crowded:
        return even
    centres = box.places(random, blobs, mode)
    shares = random.dirichlet(np.full(blobs, _BLOB_CONCENTRATION))
    own = centres[random.choice(blobs, crowded, p=shares)]
    places, kept = around(random, own, _BLOB_SIGMA_KM, mode)
    return np.concatenate([even, np.where(kept[:, None], places, own)])


def dated(random: np.random.Generator, places: Vectors) -> pl.DataFrame:
    """Return places as incidents spread evenly over ten years of days, in no order of place."""
    days = random.permutation(len(places)) * DAYS // max(len(places), 1)
    lon, lat = lonlat(places).T
    times = np.datetime64(FIRST_DAY.replace(tzinfo=None), "us") + days.astype("timedelta64[D]")
    return pl.DataFrame({"lon": lon, "lat": lat, "time_start": pl.Series(times).dt.replace_time_zone("UTC")})


def around(
    random: np.random.Generator, centres: Vectors, sigma_km: float, mode: Mode | None
) -> tuple[Vectors, NDArray[np.bool_]]:
    """Return a place around each centre, drawn again while outside the mode's domain, and which lie inside."""
    places = _scattered(random, centres, sigma_km)
    fits = np.ones(len(places), dtype=bool) if mode is None else inside(places, mode)
    for _ in range(_ROUNDS if mode else 0):
        again = np.flatnonzero(~fits)
        places[again] = _scattered(random, centres[again], sigma_km)
        fits[again] = inside(places[again], mode or "land")
    return places, fits


def _random(region: Region, seed: int) -> np.random.Generator:
    return np.random.default_rng([seed, zlib.crc32(region.name.encode())])


def _scattered(random: np.random.Generator, centres: Vectors, sigma_km: float) -> Vectors:
    return normalised(centres + random.normal(0, sigma_km / EARTH_KM, centres.shape))


def _reported(
    random: np.random.Generator, region: Region, recipe: Recipe, number: int
) -> tuple[Vectors, Integers, Floats]:
    """Return places along the routes, inside the domain, the corridor of each and how far along it lies."""
    steps = np.concatenate(region.lines)
    along = [_along(line) for line in region.lines]
    traffic = [_traffic(random, km, recipe) * random.lognormal(0, _WEIGHT_SIGMA) * np.sqrt(km[-1]) for km in along]
    chances = np.concatenate(traffic)
    chances /= chances.sum()
    own = random.choice(len(steps), number, p=chances)
    places, fits = around(random, steps[own], recipe.sigma_km, region.mode)
    while not fits.all():
        again = np.flatnonzero(~fits)
        own[again] = random.choice(len(steps), len(again), p=chances)
        places[again], fits[again] = around(random, steps[own[again]], recipe.sigma_km, region.mode)
    corridor = np.repeat(np.arange(len(along)), [len(km) for km in along])
    return places, np.asarray(corridor[own]), np.asarray(np.concatenate(along)[own])


def _along(line: Vectors) -> Floats:
    return np.asarray(np.r_[0.0, np.cumsum(km_between(line[:-1], line[1:]))])


def _traffic(random: np.random.Generator, along: Floats, recipe: Recipe) -> Floats:
    """Return each step's share of a corridor's reports."""
    knots = np.arange(0, along[-1] + _KNOT_KM, _KNOT_KM)
    covariance = np.exp(-((knots[:, None] - knots[None, :]) ** 2) / (2 * _CORRELATION_KM**2))
    root = np.linalg.cholesky(covariance + 1e-6 * np.eye(len(knots)))
    intensity = np.exp(recipe.unevenness * np.interp(along, knots, root @ random.normal(size=len(knots))))
    for _ in range(round(recipe.gaps * along[-1] / _GAP_KM)):
        start = random.uniform(0, along[-1] - _GAP_KM)
        intensity[(along >= start) & (along < start + _GAP_KM)] = 0
    reports = intensity * np.gradient(along)
    return np.asarray(reports / reports.sum())


def _coarse(random: np.random.Generator, region: Region, places: Vectors, share: float) -> Vectors:
    """Return places, some of them moved to the nearest town, or at sea onto a grid where that is still at sea."""
    some = np.flatnonzero(random.random(len(places)) < share)
    if not some.size:
        return places
    if region.mode == "land":
        towns = _towns(random, region)
        moved = towns[cKDTree(towns).query(places[some])[1]]
    else:
        moved = unit_vectors(*(np.round(lonlat(places[some]) * _GRID_PER_DEGREE) / _GRID_PER_DEGREE).T)
    places = places.copy()
    fits = inside(moved, region.mode)
    places[some[fits]] = moved[fits]
    return places


def _towns(random: np.random.Generator, region: Region) -> Vectors:
    """Return towns: one each 60 km along the routes, and a few everywhere."""
    everywhere = region.box.places(random, int(region.box.area / (2 * _TOWN_KM) ** 2) + 1, region.mode)
    on_routes = [line[np.searchsorted(_along(line), np.arange(0, _along(line)[-1], _TOWN_KM))] for line in region.lines]
    scattered, fits = around(random, np.concatenate(on_routes), _TOWN_SIGMA_KM, region.mode)
    return np.concatenate([everywhere, scattered[fits]])
