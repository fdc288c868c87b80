"""Peer: the ridges of the product, in order of travel as far as origins and destinations tell, else by the facts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from benchmarks.movement.answers import Answer, Line, decided, summed
from benchmarks.movement.compass import Compass
from benchmarks.movement.worlds import World
from geodata.model.incident import Mode
from routes.attribution.country_roles import touched_at_sea, touched_over_land
from routes.core.corridor import Corridor
from routes.core.geodesy import Vectors, unit_vectors
from routes.core.params import RIDGES
from routes.pipelines.ridge_corridors import reduce_incidents

SETTINGS = BY_ROLES, BY_FACTS = "by roles", "by facts"


def ridges(world: World) -> dict[str, Answer]:
    """Return the corridors of a world's incidents, and the legs that their countries give in order of travel.

    By roles: a line runs as the product turns it where its countries have roles that tell, else by the facts. By facts:
    every line does.
    """
    compass = Compass(world)
    corridors = reduce_incidents(world.incidents).corridors
    given = [_points(corridor) for corridor in corridors]
    by_facts = [compass.turned(points) for points in given]
    by_roles = [
        points if _is_told(corridor, _touched(points, corridor.mode)) else turned
        for corridor, points, turned in zip(corridors, given, by_facts, strict=True)
    ]
    return {BY_ROLES: _answer(corridors, by_roles), BY_FACTS: _answer(corridors, by_facts)}


def _answer(corridors: Sequence[Corridor], along: Sequence[Vectors]) -> Answer:
    pairs = list(zip(corridors, along, strict=True))
    lines = tuple(Line(points, corridor.mode) for corridor, points in pairs)
    parts = [(_touched(points, one.mode), one.mode, float(one.incidents)) for one, points in pairs]
    return Answer(lines, decided(summed(parts), 1.0))


def _points(corridor: Corridor) -> Vectors:
    places = np.concatenate(corridor.lines)
    return unit_vectors(places[:, 0], places[:, 1])


def _is_told(corridor: Corridor, touched: list[str]) -> bool:
    """Tell whether the roles of the countries on a line decide which way it runs, as the product turns it."""
    role = {country.iso3: country.role for country in corridor.countries}
    ends = [place for place, code in enumerate(touched) if role.get(code) == "destination"]
    begins = [place for place, code in enumerate(touched) if role.get(code) == "source"]
    if begins and ends:
        return float(np.mean(begins)) != float(np.mean(ends))
    return bool(begins or ends) and float(np.mean(begins or ends)) != (len(touched) - 1) / 2


def _touched(points: Vectors, mode: Mode) -> list[str]:
    return touched_over_land(points) if mode == "land" else touched_at_sea(points, RIDGES.attribution)
