"""Peer: kernel density, Otsu's threshold, skeleton, of land and of sea; each line turned by the facts."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from benchmarks.corridors import kde
from benchmarks.corridors.worlds import World as Places
from benchmarks.movement.answers import Answer, Line, decided, summed
from benchmarks.movement.compass import Compass
from benchmarks.movement.worlds import World
from geodata.model.incident import Mode
from geodata.places.lookup import nearest_country
from routes.attribution.country_roles import touched_over_land
from routes.core.geodesy import Vectors, line_km, lonlat

SHORE_KM = 100.0
BANDWIDTHS_KM = 15.0, 20.0, 28.0, 40.0
SETTINGS = tuple(f"{km:.0f} km" for km in BANDWIDTHS_KM)
MODES: tuple[Mode, Mode] = ("land", "sea")


def density(world: World) -> dict[str, Answer]:
    """Return the skeletons of where incidents are dense, by bandwidth."""
    compass = Compass(world)
    return {name: _answer(world, compass, km) for name, km in zip(SETTINGS, BANDWIDTHS_KM, strict=True)}


def _answer(world: World, compass: Compass, bandwidth_km: float) -> Answer:
    lines = [
        Line(compass.turned(points), mode)
        for mode in MODES
        for points in kde.kde_skeleton(_of_mode(world, mode), bandwidth_km)
    ]
    parts = [(_countries(line), line.mode, line_km(line.points)) for line in lines]
    return Answer(tuple(lines), decided(summed(parts), 0.0))


def _of_mode(world: World, mode: Mode) -> Places:
    return Places(world.region.name, mode, world.incidents.filter(pl.col("mode") == mode), ())


def _countries(line: Line) -> Sequence[str]:
    return touched_over_land(line.points) if line.mode == "land" else _at_both_ends(line.points)


def _at_both_ends(points: Vectors) -> list[str]:
    """Return the countries near the ends of a line at sea: skeletons end well off the coast."""
    ends = lonlat(points[[0, -1]])
    start, end = nearest_country(ends[:, 0], ends[:, 1], SHORE_KM)
    return [start, end] if start and end and start != end else []
