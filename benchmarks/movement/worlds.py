"""Made-up incidents of journeys along the true routes of a region.

Each route has a weight, lognormal with sigma 0.6, times the root of its length. Along it reports come and go as the
exponential of a Gaussian process, cease here and there, and are few at home and where people have arrived. Others pile
up along the coasts where boats put out and land, and along borders; some tell of people who were sent back; some belong
to no journey. What an incident states is hidden in part, and the same places serve for every part.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from benchmarks.corridors.regions import inside
from benchmarks.corridors.worlds import clutter, dated
from benchmarks.movement.regions import Region, Stage
from geodata.model.incident import ORIGIN, Mode
from geodata.places.lookup import countries_at
from geodata.spatial.coastline import km_to_coast
from routes.core.geodesy import EARTH_KM, Floats, Mask, Rows, Vectors, chord, km_between, lonlat, normalised

TUNING_SEED = 101
HELD_OUT_SEEDS = 3, 4
MODES: tuple[Mode, Mode] = ("sea", "land")

_WEIGHT_SIGMA = 0.6
_CORRELATION_KM = 150.0
_KNOT_KM = 30.0
_GAP_KM = 80.0
_SIGMA_KM = 12.0, 25.0
_PILE_SIGMA_KM = 50.0
_PILE_DEPTH_KM = 12.0
_LANDING_KM = 2.0
_TRIES, _ROUNDS = 40, 8


@dataclass(frozen=True, slots=True)
class Recipe:
    """How incidents are made.

    Attributes
    ----------
    incidents : int
    piled, expelled, clutter : float, share
        Reports in piles on coasts and borders; of people sent back; that belong to no journey, half of them in blobs.
    at_sea : float, share
        Of the reports in piles on coasts, those at sea.
    quiet : float
        Reports per km in the first country of a route and in the last, over those between.
    unevenness : float
        Standard deviation of the Gaussian process whose exponential is the intensity along a route.
    gaps : float, share
        Of a route's length, in blocks of 80 km, from which nobody reports.
    blobs : int
        Hot spots away from routes.
    """

    incidents: int
    piled: float = 0.25
    expelled: float = 0.05
    clutter: float = 0.25
    at_sea: float = 0.7
    quiet: float = 0.4
    unevenness: float = 1.0
    gaps: float = 0.1
    blobs: int = 12


@dataclass(frozen=True, eq=False)
class World:
    """Incidents whose journeys are known.

    Attributes
    ----------
    incidents : DataFrame
        lon, lat, degrees; time_start, UTC; mode; origins; departure and destination of people sent back; part: route,
        pile, expelled or clutter.
    """

    region: Region
    incidents: pl.DataFrame

    def telling(self, share: float) -> World:
        """Return the same incidents, of which only a share states where its people come from or were sent back."""
        number = self.incidents.height
        spread = np.random.default_rng([number, zlib.crc32(self.region.name.encode())]).permutation(number)
        silent = pl.Series(spread >= round(share * number))
        hidden = [
            pl.when(silent).then(None).otherwise(pl.col(name)).alias(name)
            for name in ("origins", "departure", "destination")
        ]
        return World(self.region, self.incidents.with_columns(hidden))


@dataclass(frozen=True, eq=False)
class _Reports:
    """Places with their mode and origin, and where people were sent back from and to."""

    part: str
    places: Vectors
    at_sea: Mask
    origin: NDArray[np.str_]
    departure: NDArray[np.object_] | None = None
    destination: NDArray[np.object_] | None = None

    def frame(self) -> pl.DataFrame:
        """Return them as columns, without times."""
        none = np.full(len(self.places), None, object)
        origins = [[{"iso3": code, "weight": 1.0}] for code in self.origin.tolist()]
        return pl.DataFrame(
            {
                "mode": np.where(self.at_sea, "sea", "land"),
                "origins": pl.Series(origins, dtype=pl.List(ORIGIN)),
                "departure": pl.Series((none if self.departure is None else self.departure).tolist(), dtype=pl.String),
                "destination": pl.Series(
                    (none if self.destination is None else self.destination).tolist(), dtype=pl.String
                ),
                "part": pl.Series([self.part] * len(self.places), dtype=pl.String),
            }
        )


def world(region: Region, recipe: Recipe, seed: int) -> World:
    """Make the incidents of a region, all of which state an origin; the same seed makes the same."""
    random = np.random.default_rng([seed, zlib.crc32(region.name.encode())])
    weights = np.array([random.lognormal(0, _WEIGHT_SIGMA) for _ in region.routes])
    weights *= np.sqrt([sum(stage.km for stage in route.stages) for route in region.routes])
    weights /= weights.sum()
    number = recipe.incidents
    piled, expelled, stray = (round(number * share) for share in (recipe.piled, recipe.expelled, recipe.clutter))
    reports = [
        _along_routes(random, region, recipe, weights, number - piled - expelled - stray),
        _in_piles(random, region, recipe, weights, piled),
        _sent_back(random, region, weights, expelled),
        _clutter(random, region, recipe, weights, stray),
    ]
    places = np.concatenate([some.places for some in reports])
    frame = dated(random, places).hstack(pl.concat([some.frame() for some in reports]))
    return World(region, frame)


def _along_routes(
    random: np.random.Generator, region: Region, recipe: Recipe, weights: Floats, number: int
) -> _Reports:
    routes = region.routes
    steps = [np.concatenate([stage.points for stage in route.stages]) for route in routes]
    sigma = [np.repeat(random.uniform(*_SIGMA_KM, len(route.stages)), _sizes(route.stages)) for route in routes]
    at_sea = [np.repeat([stage.mode == "sea" for stage in route.stages], _sizes(route.stages)) for route in routes]
    chances = [weight * _traffic(random, line, recipe) for weight, line in zip(weights, steps, strict=True)]
    route = np.repeat(np.arange(len(routes)), [len(line) for line in steps])
    own, places = _scattered(
        random,
        np.concatenate(steps),
        np.concatenate(sigma),
        np.concatenate(at_sea),
        np.concatenate(chances),
        number,
    )
    return _Reports("route", places, np.concatenate(at_sea)[own], _origins(random, region, route[own]))


def _sizes(stages: Sequence[Stage]) -> list[int]:
    return [len(stage.points) for stage in stages]


def _scattered(
    random: np.random.Generator, steps: Vectors, sigma: Floats, at_sea: Mask, chances: Floats, number: int
) -> tuple[Rows, Vectors]:
    """Return steps by their chances, and a place around each on its own side of the coast."""
    own = random.choice(len(steps), number, p=chances / chances.sum())
    places = np.empty((number, 3))
    wrong = np.arange(number)
    for tries in range(1, 100):
        places[wrong] = normalised(
            steps[own[wrong]] + random.normal(size=(len(wrong), 3)) * sigma[own[wrong], None] / EARTH_KM
        )
        wrong = wrong[inside(places[wrong], "land") == at_sea[own[wrong]]]
        if tries % _ROUNDS == 0:
            own[wrong] = random.choice(len(steps), len(wrong), p=chances / chances.sum())
        if not wrong.size:
            break
    return own, places


def _traffic(random: np.random.Generator, line: Vectors, recipe: Recipe) -> Floats:
    """Return each step's share of a route's reports."""
    apart = km_between(line[:-1], line[1:])
    along = np.r_[0.0, np.cumsum(np.where(apart < 2 * _CORRELATION_KM, apart, 0.0))]
    knots = np.arange(0, along[-1] + _KNOT_KM, _KNOT_KM)
    covariance = np.exp(-((knots[:, None] - knots[None, :]) ** 2) / (2 * _CORRELATION_KM**2))
    root = np.linalg.cholesky(covariance + 1e-6 * np.eye(len(knots)))
    intensity = np.exp(recipe.unevenness * np.interp(along, knots, root @ random.normal(size=len(knots))))
    for _ in range(round(recipe.gaps * along[-1] / _GAP_KM)):
        start = random.uniform(0, along[-1] - _GAP_KM)
        intensity[(along >= start) & (along < start + _GAP_KM)] = 0
    country = np.array([code or "" for code in countries_at(*lonlat(line).T)])
    named = country[country != ""]
    intensity[np.isin(country, [named[0], named[-1]])] *= recipe.quiet
    reports = intensity * np.gradient(along)
    return np.asarray(reports / reports.sum())


def _origins(random: np.random.Generator, region: Region, route: Rows) -> NDArray[np.str_]:
    """Return an origin for each number of a route, by its shares."""
    found = np.full(len(route), "", dtype="<U3")
    for number, one in enumerate(region.routes):
        own = np.flatnonzero(route == number)
        shares = np.array(list(one.origins.values()))
        found[own] = random.choice(list(one.origins), len(own), p=shares / shares.sum())
    return found


@dataclass(frozen=True, eq=False)
class _Pile:
    """Where reports pile up: along the coast, or along the border between two countries."""

    place: Vectors
    border: tuple[str, str] | None
    routes: Rows


def _piles(region: Region) -> list[_Pile]:
    """Return the coasts at both ends of every stage at sea, and every border that a route passes."""
    routes: dict[tuple[object, ...], tuple[Vectors, tuple[str, str] | None, set[int]]] = {}
    for number, route in enumerate(region.routes):
        for stage in route.stages:
            for name, end in ((stage.start, 0), (stage.end, -1)) if stage.mode == "sea" else ():
                routes.setdefault((name,), (stage.points[end], None, set()))[2].add(number)
        for step in route.steps:
            if step.leg[2] == "land":
                key = (*step.leg, *np.round(step.place[0], 3).tolist())
                routes.setdefault(key, (step.place[0], step.leg[:2], set()))[2].add(number)
    return [_Pile(place, border, np.array(sorted(own), np.int64)) for _, (place, border, own) in sorted(routes.items())]


def _in_piles(random: np.random.Generator, region: Region, recipe: Recipe, weights: Floats, number: int) -> _Reports:
    piles = _piles(region)
    chances = np.array([weights[pile.routes].sum() * random.lognormal(0, _WEIGHT_SIGMA) for pile in piles])
    sizes = random.multinomial(number, chances / chances.sum())
    parts: list[tuple[Vectors, Mask, Rows]] = []
    for pile, size in zip(piles, sizes.tolist(), strict=True):
        at_sea = random.random(size) < (recipe.at_sea if pile.border is None else 0.0)
        places = np.empty((size, 3))
        for mode in MODES:
            own = np.flatnonzero(at_sea == (mode == "sea"))
            places[own] = _piled(random, pile, mode, len(own))
        chosen = weights[pile.routes]
        parts.append((places, at_sea, random.choice(pile.routes, size, p=chosen / chosen.sum())))
    places, at_sea, route = (np.concatenate([part[column] for part in parts]) for column in range(3))
    return _Reports("pile", places, np.asarray(at_sea, bool), _origins(random, region, route))


def _piled(random: np.random.Generator, pile: _Pile, mode: Mode, number: int) -> Vectors:
    """Return places along the coast or the border at a place; on islands too small for them, at the place itself."""
    found = np.empty((0, 3))
    for _ in range(_ROUNDS if number else 0):
        tried = _around(random, pile.place, _PILE_SIGMA_KM, _TRIES * number)
        tried = tried[inside(tried, mode)]
        near = _by_the_coast(tried) if pile.border is None else _by_the_border(tried, pile.border)
        found = np.concatenate([found, tried[near]])[:number]
        if len(found) == number:
            return found
    rest = _around(random, pile.place, _LANDING_KM, number - len(found))
    rest[inside(rest, "land") != (mode == "land")] = pile.place
    return np.concatenate([found, rest])


def _around(random: np.random.Generator, place: Vectors, sigma_km: float, number: int) -> Vectors:
    return normalised(place + random.normal(0, sigma_km / EARTH_KM, (number, 3)))


def _by_the_coast(places: Vectors) -> Mask:
    return np.asarray(km_to_coast(*lonlat(places).T) <= _PILE_DEPTH_KM)


def _by_the_border(places: Vectors, border: tuple[str, str]) -> Mask:
    """Tell which places lie in one of two countries, with the other not far."""
    pole = np.array([0.0, 0.0, 1.0])
    east = normalised(np.cross(pole, places))
    north = np.cross(places, east)
    here = countries_at(*lonlat(places).T)
    other = np.where(here == border[0], border[1], border[0])
    near = np.zeros(len(places), bool)
    for angle in np.radians(np.arange(0, 360, 45)):
        moved = normalised(places + chord(_PILE_DEPTH_KM) * (np.cos(angle) * east + np.sin(angle) * north))
        near |= countries_at(*lonlat(moved).T) == other
    return np.asarray(near & np.isin(here.astype(str), border))


def _sent_back(random: np.random.Generator, region: Region, weights: Floats, number: int) -> _Reports:
    """Return reports of people taken back along a path; those that say so name the countries of its two ends."""
    paths = region.expelled
    which = random.integers(0, len(paths), number)
    places, ends = np.empty((number, 3)), np.full((number, 2), None, object)
    route = np.zeros(number, np.int64)
    for row, path in enumerate(paths):
        own = np.flatnonzero(which == row)
        line = np.concatenate([stage.points for stage in path])
        on_land = np.zeros(len(line), bool)
        sigma = np.full(len(line), _SIGMA_KM[0])
        _, places[own] = _scattered(random, line, sigma, on_land, np.ones(len(line)), len(own))
        ends[own] = countries_at(*lonlat(line[[0, -1]]).T)
        users = _users(region, path)
        route[own] = random.choice(users, len(own), p=weights[users] / weights[users].sum())
    origins = _origins(random, region, route)
    return _Reports("expelled", places, np.zeros(number, bool), origins, ends[:, 0], ends[:, 1])


def _users(region: Region, path: Sequence[Stage]) -> Rows:
    """Return the routes that pass the way out over any stage of a path back; all routes if none does."""
    back = {(stage.end, stage.start) for stage in path}
    used = [
        number
        for number, route in enumerate(region.routes)
        if any((stage.start, stage.end) in back for stage in route.stages)
    ]
    return np.array(used or range(len(region.routes)), np.int64)


def _clutter(random: np.random.Generator, region: Region, recipe: Recipe, weights: Floats, number: int) -> _Reports:
    """Return reports of no journey over the land and the sea of the region, as much at sea as routes are."""
    share = sum(stage.km for stage in region.stages if stage.mode == "sea") / region.km
    afloat = round(number * share)
    blobs = round(recipe.blobs * share)
    sea = clutter(random, region.box, "sea", afloat, blobs)
    land = clutter(random, region.box, "land", number - afloat, recipe.blobs - blobs)
    route = random.choice(len(weights), number, p=weights)
    at_sea = np.arange(number) < afloat
    return _Reports("clutter", np.concatenate([sea, land]), at_sea, _origins(random, region, route))
