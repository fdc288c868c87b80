"""The regions: true directed routes from where people start, over land and sea, to where they go."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.corridors.regions import MARGIN_DEGREES, Box
from benchmarks.movement.answers import Answer, Leg, Line
from geodata.model.incident import Mode
from geodata.places.lookup import countries_at, nearest_country
from routes.core.geodesy import Vectors, line_km, lonlat, resampled, unit_vectors

REGIONS_FILE = Path(__file__).parent / "regions.toml"
TRUTH_STEP_KM = 4.0
LEAST_STAY_KM = 12.0
"""A route that clips a country for less than this on its way does not pass through it."""
SHORE_KM = 60.0

_SIGN: dict[str, Mode] = {">": "land", "~": "sea"}


@dataclass(frozen=True, eq=False)
class Stage:
    """A route from one named place to the next; points, (n, 3), at most 4 km apart."""

    start: str
    end: str
    mode: Mode
    points: Vectors

    @property
    def name(self) -> tuple[str, str, Mode]:
        """By which it is known."""
        return self.start, self.end, self.mode

    @property
    def km(self) -> float:
        """Its length, km."""
        return line_km(self.points)


@dataclass(frozen=True, eq=False)
class Step:
    """Where a route passes from one country straight into the next: over a border, or by the stage at sea."""

    leg: Leg
    stage: Stage
    place: Vectors


@dataclass(frozen=True, eq=False)
class Route:
    """A journey from a first to a last place, and who makes it: shares by country of origin, which sum to one."""

    name: str
    goal: str
    origins: dict[str, float]
    stages: tuple[Stage, ...]

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """Where it changes the country."""
        found: list[Step] = []
        for (_, mode), stages in groupby(_followed(self.stages), lambda one: (one[0], one[1].mode)):
            own = [stage for _, stage in stages]
            found += _steps_at_sea(own) if mode == "sea" else _steps_over_land(own)
        return tuple(found)


@dataclass(frozen=True, eq=False)
class Region:
    """True routes, and those that people are sent back on; both in the order of their names."""

    name: str
    title: str
    routes: tuple[Route, ...]
    expelled: tuple[tuple[Stage, ...], ...]

    @cached_property
    def stages(self) -> tuple[Stage, ...]:
        """Every stage once."""
        found = {stage.name: stage for route in self.routes for stage in route.stages}
        return tuple(found[name] for name in sorted(found))

    @cached_property
    def truth(self) -> Answer:
        """The network that is to be found."""
        legs = frozenset(step.leg for route in self.routes for step in route.steps)
        return Answer(tuple(Line(stage.points, stage.mode) for stage in self.stages), legs)

    @property
    def km(self) -> float:
        """Length of all stages, km."""
        return sum(stage.km for stage in self.stages)

    @property
    def box(self) -> Box:
        """The box around the routes, three degrees wider on each side."""
        lon, lat = lonlat(np.concatenate([stage.points for stage in self.stages])).T
        low, high = np.array([lon, lat]).min(axis=1), np.array([lon, lat]).max(axis=1)
        return Box(*(low - MARGIN_DEGREES).tolist(), *(high + MARGIN_DEGREES).tolist())


@cache
def regions() -> dict[str, Region]:
    """Return every region by name."""
    return regions_from(REGIONS_FILE.read_text(encoding="utf-8"))


def regions_from(text: str) -> dict[str, Region]:
    """Return the regions that a TOML text describes, whatever the order of its routes."""
    return {name: _region(name, table) for name, table in tomllib.loads(text).items()}


def _region(name: str, table: dict[str, Any]) -> Region:
    known: dict[str, Stage] = {}

    def stages(path: str) -> tuple[Stage, ...]:
        found = []
        for words in _stages(path, table["places"], table["bends"]):
            key = " ".join(words)
            known.setdefault(key, _stage(words, table["places"] | table["bends"]))
            found.append(known[key])
        return tuple(found)

    routes = [Route(one["name"], one["goal"], one["origins"], stages(one["path"])) for one in table["route"]]
    routes.sort(key=lambda route: route.name)
    return Region(name, table["title"], tuple(routes), tuple(stages(path) for path in sorted(table["expelled"])))


def _stages(path: str, places: Sequence[str], bends: Sequence[str]) -> Iterator[list[str]]:
    """Yield each stage of a path, as names with signs between; what is travelled unseen is left out."""
    words = [word.strip() for word in re.split(r"([>~|])", path)]
    unknown = [word for word in words[::2] if word not in places and word not in bends]
    if unknown:
        raise KeyError(f"{unknown[0]} in {path!r} is no place and no bend")
    stage = words[:1]
    for sign, word in zip(words[1::2], words[2::2], strict=True):
        stage += [sign, word]
        if word in places:
            if sign != "|":
                yield stage
            stage = [word]


def _stage(words: Sequence[str], places: dict[str, tuple[float, float]]) -> Stage:
    mode = _SIGN[words[1]]
    lon, lat = np.array([places[word] for word in words[::2]], float).T
    points = resampled(unit_vectors(lon, lat), TRUTH_STEP_KM)
    return Stage(words[0], words[-1], mode, points)


def _followed(stages: Sequence[Stage]) -> Iterator[tuple[int, Stage]]:
    """Yield stages with a number that is the same as long as each goes on where the one before ended."""
    part = 0
    for before, stage in zip((None, *stages), stages, strict=False):
        part += before is not None and before.end != stage.start
        yield part, stage


def _steps_at_sea(stages: Sequence[Stage]) -> Iterator[Step]:
    for stage in stages:
        lon, lat = lonlat(stage.points[[0, -1]]).T
        start, end = nearest_country(lon, lat, SHORE_KM)
        if start != end:
            yield Step((start, end, "sea"), stage, stage.points[:1])


def _steps_over_land(stages: Sequence[Stage]) -> Iterator[Step]:
    """Yield the borders, without those of countries that are hardly touched on the way."""
    points = np.concatenate([stage.points for stage in stages])
    whose = np.repeat(np.arange(len(stages)), [len(stage.points) for stage in stages])
    place = 0
    before = ""
    for code, run in groupby(countries_at(*lonlat(points).T)):
        first, place = place, place + len(list(run))
        edge = first == 0 or place == len(points)
        if not code or not (edge or line_km(points[first:place]) >= LEAST_STAY_KM):
            continue
        if before and code != before:
            yield Step((before, code, "land"), stages[whose[first]], points[first : first + 1])
        before = code
