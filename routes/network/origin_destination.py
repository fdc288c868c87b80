"""TRIP ENDS: where the people of each incident started and where they were going, stated or else inferred.

What an incident states always wins: its destination over the facts, its departure and transit over its origins as the
place from which its path is looked for. Incidents without an origin take those of the nearest that state one, each
weighed by how much of a detour the place would be on the way from there to where people from there may be going.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.spatial import cKDTree

from geodata.model.assumptions import Facts
from geodata.places.lookup import airport_named, country_code
from geodata.spatial import h3_cells as hexes
from routes.core.geodesy import EARTH_KM, Floats, Rows, Vectors, chord, km_between, lonlat, normalised, unit_vectors
from routes.core.params import TripEndParams

PILE_RESOLUTION = 5
FAINT = 1e-9
"""Weight of neighbours within ``farthest_km`` but far outside the kernel: it decides only where there are no others."""
TOLD_RESOLUTION = 4

REQUIRED = ("lon", "lat", "time_start", "mode")
_STATED = ("departure", "transit", "destination")
_ORDER = ("mode", "lon", "lat", "time_start", "_origins", *_STATED)


@dataclass(frozen=True, slots=True)
class Goal:
    """Where journeys lead: a bloc of the facts, or a country that incidents state; anchors of shape (k, 3)."""

    code: str
    anchors: Vectors


@dataclass(frozen=True, eq=False)
class TripEnds:
    """Incidents of one cell and mode that state the same, as one pile.

    Attributes
    ----------
    points : Vectors, (n, 3)
        Mean place.
    incidents, stated : Floats, (n,)
        How many there are, and how many of them state where people are from, put out or came through.
    pile_of : Rows, (incidents,)
        The pile of each incident, in the order in which they were given; -1 for those of neither land nor sea.
    place : Rows, (n,)
        The same for piles of one cell and mode.
    at_sea : NDArray of bool, (n,)
    origins, starts : Floats, (n, k)
        Shares over ``countries``: where people are from, and where their path is looked for from. Rows sum to one, or
        to nothing where no origin is known or near.
    countries : tuple of ISO 3166-1 alpha-3 codes
    start_points : Vectors, (k, 3)
    known : Floats, (k,)
        Incidents that state each country.
    stated_goal : Rows, (n,)
        Index into ``goals``, -1 where none is stated.
    departure : Rows, (n,)
        Index into ``countries`` of the departure or transit that is stated, -1 where none is.
    goals : tuple of Goal
    allowed : NDArray of bool, (k, g)
    offset_km : Floats, (k, g), km
    params : TripEndParams
    """

    points: Vectors
    incidents: Floats
    stated: Floats
    pile_of: Rows
    place: Rows
    at_sea: NDArray[np.bool_]
    origins: Floats
    starts: Floats
    countries: tuple[str, ...]
    start_points: Vectors
    known: Floats
    stated_goal: Rows
    departure: Rows
    goals: tuple[Goal, ...]
    allowed: NDArray[np.bool_]
    offset_km: Floats
    params: TripEndParams

    @cached_property
    def weights(self) -> Floats:
        """The square root of the incidents of a cell, shared among its piles: ten reports are not ten times one."""
        return self._weighed(self.incidents)

    def redrawn(self, random: np.random.Generator) -> Floats:
        """Return the weights that piles would have had if as many incidents were reported again, by Poisson's law.

        They sum to the same: a square root of what is drawn is less in the mean than that of what it is drawn around.
        """
        again = self._weighed(random.poisson(self.incidents).astype(float))
        return np.asarray(again * (self.weights.sum() / max(again.sum(), 1e-9)))

    def _weighed(self, incidents: Floats) -> Floats:
        together = np.bincount(self.place, incidents)[self.place] if len(self.place) else incidents
        return np.asarray(incidents / np.sqrt(np.maximum(together, 1)))

    @cached_property
    def told(self) -> Floats:
        """How far the journeys of each pile are told, 0..1: k / (k + ``half_told``), k the reports that state any.

        Those near count, under a kernel of ``kernel_km``, and ``far_reports`` times the share of the whole file.
        """
        if not len(self.points):
            return np.empty(0)
        params = self.params
        places = lonlat(self.points)
        cells = hexes.cells_at(places[:, 0].copy(), places[:, 1].copy(), TOLD_RESOLUTION)
        _, cell = np.unique(cells, return_inverse=True)
        stated = np.bincount(cell, self.stated).astype(float)
        parts = [np.bincount(cell, self.points[:, axis] * self.stated) for axis in range(3)]
        sums = np.stack(parts, axis=1).astype(float)
        some = np.flatnonzero(stated)
        near = np.zeros(len(self.points))
        if some.size:
            around = cKDTree(normalised(sums[some]))
            reach = chord(3 * params.kernel_km)
            pairs = cKDTree(self.points).sparse_distance_matrix(around, reach, output_type="ndarray")
            pairs = pairs[np.lexsort((pairs["j"], pairs["i"]))]
            km = 2 * EARTH_KM * np.arcsin(np.clip(pairs["v"] / 2, 0, 1))
            weight = stated[some][pairs["j"]] * np.exp(-0.5 * (km / params.kernel_km) ** 2)
            near = np.bincount(pairs["i"], weight, len(self.points)).astype(float)
        many = near + params.far_reports * self.stated.sum() / self.incidents.sum()
        return np.asarray(many / (many + params.half_told))

    @cached_property
    def placed(self) -> NDArray[np.bool_]:
        """Tell which piles have a start."""
        return np.asarray(self.starts.sum(axis=1) > 0)


def trip_ends(incidents: pl.DataFrame, facts: Facts, params: TripEndParams) -> TripEnds:
    """Return the piles of incidents of land and sea with their starts and goals.

    Parameters
    ----------
    incidents : DataFrame
        lon, lat in degrees, mode; origins, departure, transit and destination where they are there.
    facts : Facts
    params : TripEndParams
    """
    moved = incidents["mode"].is_in(["land", "sea"]).fill_null(value=False)
    rows, given = _in_order(incidents.filter(moved))
    goals, goal_of = _goals(rows, facts)
    named = {country for origin in rows["origins"].to_list() for country, _ in origin}
    departures = [_last_stated(*words) for words in rows.select("transit", "departure").iter_rows()]
    starts = facts.starts.places
    known = sorted((named | {code for code in departures if code}) & set(starts))
    countries = tuple(known) if named & set(starts) else tuple(sorted({*facts.by_origin, *known} & set(starts)))
    ground = _Ground.of(countries, goals, facts)
    points = unit_vectors(rows["lon"].to_numpy(), rows["lat"].to_numpy())
    at_sea = (rows["mode"] == "sea").to_numpy()
    stated = _stated_origins(rows["origins"].to_list(), countries)
    origins = _with_inferred(stated, points, at_sea, ground, params)
    number = {code: index for index, code in enumerate(countries)}
    departure = np.array([number.get(code or "", -1) for code in departures], np.int64)
    found = _piled(rows, points, at_sea, origins, stated, departure, goal_of, ground, params)
    pile_of = np.full(incidents.height, -1, np.int64)
    pile_of[np.flatnonzero(moved.to_numpy())[given]] = found.pile_of
    return replace(found, pile_of=pile_of)


@dataclass(frozen=True, slots=True)
class _Ground:
    """What is known of countries and goals beforehand."""

    countries: tuple[str, ...]
    start_points: Vectors
    goals: tuple[Goal, ...]
    allowed: NDArray[np.bool_]
    offset_km: Floats

    @classmethod
    def of(cls, countries: tuple[str, ...], goals: tuple[Goal, ...], facts: Facts) -> _Ground:
        places = np.array([facts.starts.places[code] for code in countries], float).reshape(-1, 2)
        allowed = np.zeros((len(countries), len(goals)), bool)
        offset = np.zeros((len(countries), len(goals)))
        column = {goal.code: index for index, goal in enumerate(goals)}
        for row, code in enumerate(countries):
            allowed[row, [column[goal] for goal in facts.destinations(code)]] = True
        line = {code: index for index, code in enumerate(countries)}
        for entry in facts.offsets:
            if entry.origin in line:
                offset[line[entry.origin], column[entry.destination]] = entry.km
        return cls(countries, unit_vectors(places[:, 0], places[:, 1]), goals, allowed, offset)

    def detour_km(self, points: Vectors) -> Floats:
        """Return by how much a way over each point is longer than the straight way to the nearest goal, (n, k), km."""
        nearest = np.full((len(points), len(self.countries)), np.inf)
        straight = np.full(len(self.countries), np.inf)
        for column, goal in enumerate(self.goals):
            may = self.allowed[:, column]
            onward = _km_to_nearest(points, goal.anchors)
            nearest[:, may] = np.minimum(nearest[:, may], onward[:, None] + self.offset_km[may, column])
            whole = _km_to_nearest(self.start_points, goal.anchors) + self.offset_km[:, column]
            straight = np.where(may, np.minimum(straight, whole), straight)
        reached = km_between(points[:, None, :], self.start_points[None, :, :])
        detour = np.full_like(nearest, np.inf)
        goes = np.isfinite(straight)
        detour[:, goes] = reached[:, goes] + nearest[:, goes] - straight[goes]
        return np.maximum(detour, 0)


def _in_order(incidents: pl.DataFrame) -> tuple[pl.DataFrame, Rows]:
    """Return rows in an order that depends on what is used of them alone, and where each stood before."""
    used = [name for name in (*REQUIRED, "origins", *_STATED) if name in incidents.columns]
    missing = [pl.lit(None, pl.String).alias(name) for name in _STATED if name not in used]
    rows = incidents.select(used).with_columns(missing)
    if "origins" in rows.columns:
        named = [
            sorted((o["iso3"], o["weight"]) for o in (origin or []) if o and o["iso3"] and o["weight"])
            for origin in rows["origins"].to_list()
        ]
    else:
        named = [[] for _ in range(rows.height)]
    rows = rows.with_columns(pl.Series("_origins", [str(origin) for origin in named], dtype=pl.String))
    rows = rows.with_row_index("_row").sort(*_ORDER, nulls_last=True, maintain_order=True)
    ordered = pl.Series("origins", [named[row] for row in rows["_row"].to_list()], dtype=pl.Object)
    given = rows["_row"].to_numpy().astype(np.int64)
    return rows.drop("_row", "_origins", "origins", strict=False).with_columns(ordered), given


def _goals(rows: pl.DataFrame, facts: Facts) -> tuple[tuple[Goal, ...], Rows]:
    """Return the blocs, and the countries that incidents state as a destination; and which each row states."""
    goals = [
        Goal(bloc.code, unit_vectors([place.lon for place in bloc.anchors], [place.lat for place in bloc.anchors]))
        for bloc in facts.blocs
    ]
    number = {goal.code: index for index, goal in enumerate(goals)}
    meant = {words: _country(words) for words in sorted(set(rows["destination"].drop_nulls().to_list()))}
    for code in sorted({code for code in meant.values() if code} - set(number)):
        own = facts.bloc_of.get(code)
        if own is not None and len(own.members) == 1:
            number[code] = number[own.code]
        elif code in facts.starts.places:
            lon, lat = facts.starts.places[code]
            number[code] = len(goals)
            goals.append(Goal(code, unit_vectors([lon], [lat])))
    found = [number.get(meant.get(words) or "", -1) for words in rows["destination"].to_list()]
    return tuple(goals), np.array(found, np.int64)


@cache
def _country(words: str | None) -> str | None:
    if not words:
        return None
    airport = airport_named(words)
    return country_code(words) or (airport.iso3 if airport else None)


def _last_stated(*words: str | None) -> str | None:
    """Return the country of the first of these words that names one: the place last passed is named first."""
    return next(filter(None, map(_country, words)), None)


def _stated_origins(origins: Sequence[list[tuple[str, float]]], countries: tuple[str, ...]) -> Floats:
    column = {code: index for index, code in enumerate(countries)}
    share = np.zeros((len(origins), len(countries)))
    for row, named in enumerate(origins):
        for code, weight in named:
            if code in column:
                share[row, column[code]] += weight
    total = share.sum(axis=1, keepdims=True)
    return np.asarray(share / np.where(total > 0, total, 1))


def _with_inferred(
    stated: Floats, points: Vectors, at_sea: NDArray[np.bool_], ground: _Ground, params: TripEndParams
) -> Floats:
    """Return shares for all rows: stated, else of neighbours of the same mode, else of the nearest sources."""
    shares = stated.copy()
    states = stated.sum(axis=1) > 0
    for of_mode in (at_sea, ~at_sea):
        asked, told = np.flatnonzero(of_mode & ~states), np.flatnonzero(of_mode & states)
        if asked.size and told.size:
            near = _kernel(points[asked], points[told], params) @ stated[told]
            likely = np.exp(-ground.detour_km(points[asked]) / params.detour_km)
            shares[asked] = _normalised_rows(near * likely)
    unplaced = np.flatnonzero(shares.sum(axis=1) <= 0)
    if unplaced.size and len(ground.countries):
        shares[unplaced] = _by_distance(points[unplaced], ground, params)
    return shares


def _kernel(asked: Vectors, told: Vectors, params: TripEndParams) -> csr_array:
    """Return the weight of each of the nearest ``told`` for each of ``asked``, (n, m)."""
    count = min(params.neighbours, len(told))
    chords, rows = cKDTree(told).query(asked, k=[*range(1, count + 1)])
    km = 2 * EARTH_KM * np.arcsin(np.clip(np.asarray(chords) / 2, 0, 1))
    weight = np.exp(-0.5 * (km / params.kernel_km) ** 2) + FAINT * (km < params.farthest_km)
    line = np.repeat(np.arange(len(asked)), count)
    return csr_array((weight.ravel(), (line, np.asarray(rows).ravel())), shape=(len(asked), len(told)))


def _by_distance(points: Vectors, ground: _Ground, params: TripEndParams) -> Floats:
    """Return shares that fall off with distance, of the ``nearest_sources`` likeliest countries."""
    likely = np.exp(-km_between(points[:, None, :], ground.start_points[None, :, :]) / params.decay_km)
    likely *= ground.allowed.any(axis=1)
    if likely.shape[1] > params.nearest_sources:
        bar = np.sort(likely, axis=1)[:, -params.nearest_sources]
        likely[likely < bar[:, None]] = 0
    return _normalised_rows(likely)


def _normalised_rows(values: Floats) -> Floats:
    total = values.sum(axis=1, keepdims=True)
    return np.asarray(np.divide(values, total, out=np.zeros_like(values), where=total > 0))


def _km_to_nearest(points: Vectors, anchors: Vectors) -> Floats:
    chord, _ = cKDTree(anchors).query(points)
    return np.asarray(2 * EARTH_KM * np.arcsin(np.clip(np.asarray(chord) / 2, 0, 1)))


def _piled(
    rows: pl.DataFrame,
    points: Vectors,
    at_sea: NDArray[np.bool_],
    origins: Floats,
    stated: Floats,
    departure: Rows,
    goal: Rows,
    ground: _Ground,
    params: TripEndParams,
) -> TripEnds:
    cells = hexes.cells_at(rows["lon"].to_numpy(), rows["lat"].to_numpy(), PILE_RESOLUTION)
    key = np.column_stack([cells.astype(np.int64), at_sea.astype(np.int64), departure, goal]).reshape(-1, 4)
    keys, pile = np.unique(key, axis=0, return_inverse=True)
    pile = pile.reshape(-1)
    size = len(keys)
    incidents = np.bincount(pile, minlength=size).astype(float)
    _, place = np.unique(keys[:, :2], axis=0, return_inverse=True)
    of_pile = csr_array((np.ones(len(pile)), (pile, np.arange(len(pile)))), shape=(size, len(pile)))
    starts = origins.copy()
    left = np.flatnonzero(departure >= 0)
    starts[left] = 0
    starts[left, departure[left]] = 1
    return TripEnds(
        points=normalised(np.asarray(of_pile @ points)) if size else points,
        incidents=incidents,
        stated=np.bincount(pile, (stated.sum(axis=1) > 0) | (departure >= 0), size).astype(float),
        pile_of=pile.astype(np.int64),
        place=place.reshape(-1),
        at_sea=keys[:, 1] == 1,
        origins=_normalised_rows(np.asarray(of_pile @ origins)),
        starts=_normalised_rows(np.asarray(of_pile @ starts)),
        countries=ground.countries,
        start_points=ground.start_points,
        known=stated.sum(axis=0),
        stated_goal=keys[:, 3],
        departure=keys[:, 2],
        goals=ground.goals,
        allowed=ground.allowed,
        offset_km=ground.offset_km,
        params=params,
    )
