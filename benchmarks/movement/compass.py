"""Which way a line runs by the facts alone: towards where the people along it may be going."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from scipy.spatial import cKDTree

from benchmarks.corridors.networks import evenly
from benchmarks.movement.worlds import World
from geodata.model.assumptions import Facts, reference_facts
from routes.core.geodesy import Floats, Vectors, chord, km_between, unit_vectors

NEAR_KM = 100.0
NEAREST_SOURCES = 4


class Compass:
    """The facts, held against the origins that the incidents of a world state."""

    def __init__(self, world: World, facts: Facts | None = None) -> None:
        """Take what incidents state; where none does, the nearest countries that people leave."""
        self.facts = facts or reference_facts()
        stated = world.incidents.drop_nulls("origins")
        self._origin = np.array([named[0]["iso3"] for named in stated["origins"].to_list()], dtype="<U3")
        self._points = unit_vectors(stated["lon"].to_numpy(), stated["lat"].to_numpy())

    @cached_property
    def _tree(self) -> cKDTree:
        return cKDTree(self._points)

    def turned(self, line: Vectors) -> Vectors:
        """Return a line, (n, 3), so that it runs nearer to where people along it may be going."""
        shares = self.origins_along(line)
        start, end = self.km_left(line[[0, -1]], shares)
        return line if end <= start else line[::-1]

    def origins_along(self, line: Vectors) -> dict[str, float]:
        """Return shares of origins: of those stated near a line, else of all stated, else of the nearest sources."""
        if not len(self._origin):
            return self._nearest_sources(line[[len(line) // 2]])
        near = self._tree.query_ball_point(evenly(line, NEAR_KM / 2), chord(NEAR_KM))
        rows = np.unique(np.concatenate([np.array(some, np.int64) for some in near]))
        codes, counts = np.unique(self._origin[rows] if rows.size else self._origin, return_counts=True)
        return dict(zip(codes.tolist(), (counts / counts.sum()).tolist(), strict=True))

    def km_left(self, points: Vectors, shares: dict[str, float]) -> Floats:
        """Return how far it is from points, (n, 3), to where people may be going, by their origins, km."""
        left = np.zeros(len(points))
        for origin, share in shares.items():
            left += share * np.min([self._km_to(points, origin, code) for code in self.facts.destinations(origin)], 0)
        return left

    def _km_to(self, points: Vectors, origin: str, destination: str) -> Floats:
        bloc = next(bloc for bloc in self.facts.blocs if bloc.code == destination)
        anchors = unit_vectors([place.lon for place in bloc.anchors], [place.lat for place in bloc.anchors])
        more = sum(one.km for one in self.facts.offsets if (one.origin, one.destination) == (origin, destination))
        return np.asarray(km_between(points[:, None, :], anchors[None, :, :]).min(axis=1) + more)

    def _nearest_sources(self, place: Vectors) -> dict[str, float]:
        codes = sorted(set(self.facts.by_origin) & set(self.facts.starts.places))
        starts = np.array([self.facts.starts.places[code] for code in codes])
        km = km_between(unit_vectors(starts[:, 0], starts[:, 1]), place)
        return {codes[row]: 1 / NEAREST_SOURCES for row in np.argsort(km, kind="stable")[:NEAREST_SOURCES]}
