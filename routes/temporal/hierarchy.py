"""HIERARCHY: where a change can be told, from single routes up to all, and the incidents of each place by month.

Two trees share one root. In the tree of the network a route belongs to a branch (the routes from one country to another
by one mode), a branch to the publicly known route that it is part of, and that to its mode. Incidents that lie near a
route, though in no corridor, count in its branch. The tree of countries counts incidents on land where they lie.
"""

# Texts here are said on the map.
# Texts here are said in reports.

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from geodata.core.messages import Country, Sentence, mark, sentence
from geodata.model.incident import CORRIDOR_MODES
from geodata.places.lookup import country_name
from routes.attribution.incident_assignment import assigned
from routes.attribution.membership import path_of
from routes.core.corridor import Corridor
from routes.core.geodesy import Floats, Rows, unit_vectors
from routes.ridges.centrelines import Centreline

BESIDE_KM = 200.0
"""So near to a route an incident that lies in no corridor counts in the branch of that route."""
NOT_THERE = -1

Level = Literal["all", "mode", "known route", "branch", "route", "country"]
LEVELS: tuple[Level, ...] = ("all", "mode", "known route", "branch", "route", "country")
_IN_MODE = {
    "land": mark("all incidents on land"),
    "sea": mark("all incidents at sea"),
    "air": mark("all incidents by air"),
}
_FROM_TO = {
    "land": mark("{start} to {end} over land"),
    "sea": mark("{start} to {end} by sea"),
    "air": mark("{start} to {end} by air"),
}
_WITHIN = {
    "land": mark("within {country}"),
    "sea": mark("along the coast of {country}"),
    "air": mark("within {country} by air"),
}


@dataclass(frozen=True, slots=True)
class Node:
    """A place at which a change can be told.

    Attributes
    ----------
    node_id : str
        Stable while the network keeps its ids: that of the corridor for a route, else made of what it stands for.
    level : str
        Of ``LEVELS``.
    name : str
        For screens and files; of branches and countries a sentence, so that it can be said in another language.
    mode : str or None
    parent : int
        Row of the node above, ``NOT_THERE`` for the root.
    routes : tuple of int
        Numbers of the routes below it.
    countries : tuple of ISO 3166-1 alpha-3 codes
    """

    node_id: str
    level: Level
    name: str
    mode: str | None
    parent: int
    routes: tuple[int, ...]
    countries: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Hierarchy:
    """The nodes, parents before their children, and how to sum over them.

    Attributes
    ----------
    nodes : tuple of Node
    """

    nodes: tuple[Node, ...]

    @cached_property
    def above(self) -> NDArray[np.bool_]:
        """Whether the node of the row is that of the column or lies above it, (nodes, nodes)."""
        size = len(self.nodes)
        found = np.eye(size, dtype=bool)
        for row, node in enumerate(self.nodes):  # parents come first, so that their own column is whole
            if node.parent != NOT_THERE:
                found[:, row] |= found[:, node.parent]
        return found

    def summed(self, own: Floats) -> Floats:
        """Return what lies at each node or below it, from what lies at each node itself, (nodes, ...)."""
        total = own.copy()
        for row in range(len(self.nodes) - 1, 0, -1):
            parent = self.nodes[row].parent
            if parent != NOT_THERE:
                total[parent] += total[row]
        return total

    def related(self, one: int, other: int) -> bool:
        """Tell whether two nodes are the same, or one lies above the other."""
        return bool(self.above[one, other] or self.above[other, one])


@dataclass(frozen=True, eq=False)
class Placed:
    """A hierarchy, and the node of each incident in both of its trees.

    Attributes
    ----------
    hierarchy : Hierarchy
    network, country : Rows, (n,)
        The lowest node of each incident in the tree of the network, and in that of countries; ``NOT_THERE`` for none.
    """

    hierarchy: Hierarchy
    network: Rows
    country: Rows

    def counts(self, group: Rows, groups: int, month: Rows, months: int) -> Floats:
        """Return the incidents at or below each node, by group and month.

        Parameters
        ----------
        group : Rows, (n,), 0..groups - 1
            Such as the source of each incident.
        month : Rows, (n,)
            Numbers outside 0..months - 1 are passed over.

        Returns
        -------
        Floats, (nodes, groups, months)
        """
        inside = (month >= 0) & (month < months)
        size = len(self.hierarchy.nodes)

        def at(place: Rows) -> Floats:
            rows = inside & (place != NOT_THERE)
            own = np.zeros((size, groups, months))
            np.add.at(own, (place[rows], group[rows], month[rows]), 1)
            return own

        # The root counts every incident once, in the tree of the network.
        return self.hierarchy.summed(at(self.network)) + at(self.country)

    @cached_property
    def _together(self) -> Floats:
        """Incidents that two nodes have in common, (nodes, nodes)."""
        size = len(self.hierarchy.nodes)
        pairs = np.zeros((size, size))
        both = (self.network != NOT_THERE) & (self.country != NOT_THERE)
        np.add.at(pairs, (self.network[both], self.country[both]), 1)
        across = self.hierarchy.above.astype(float) @ pairs
        own = np.bincount(self.network[self.network != NOT_THERE], minlength=size).astype(float)
        own += np.bincount(self.country[self.country != NOT_THERE], minlength=size) * (np.arange(size) > 0)
        within = (self.hierarchy.above * own) @ self.hierarchy.above.T
        return np.asarray(within + across + across.T)

    def alike(self, one: int, other: int) -> bool:
        """Tell whether one node holds the other, or most incidents of the smaller of two lie at both."""
        if self.hierarchy.related(one, other):
            return True
        together = self._together
        return bool(together[one, other] > 0.5 * min(together[one, one], together[other, other]))

    def rows_of(self, node: int) -> Rows:
        """Return the incidents at or below a node."""
        below = self.hierarchy.above[node]
        place = self.country if self.hierarchy.nodes[node].level == "country" else self.network
        return np.flatnonzero((place != NOT_THERE) & below[place])


class _Growing:
    """Nodes as they are added, each once."""

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self._at: dict[str, int] = {}

    def row(self, node_id: str, level: Level, name: str, mode: str | None, parent: int) -> int:
        """Return the row of a node, which is added where it is new."""
        if node_id not in self._at:
            self._at[node_id] = len(self.nodes)
            self.nodes.append(Node(node_id, level, name, mode, parent, (), ()))
        return self._at[node_id]


def hierarchy_of(incidents: pl.DataFrame, routes: Sequence[Corridor], landings: Sequence[str]) -> Placed:
    """Return the nodes of a network and of the countries, and where each incident stands.

    Parameters
    ----------
    incidents : DataFrame
        lon, lat, mode, and ``route``, the number of the route in whose corridor each lies, null or below 0 for none;
        ``country`` where it is there.
    routes : sequence of Corridor
        Of the network.
    landings : sequence of str
        By route, "" for none: coasts that boats make for as one.
    """
    grown = _Growing()
    root = grown.row("all", "all", sentence("all incidents"), None, NOT_THERE)
    modes: dict[str, int] = {
        mode: grown.row(mode, "mode", sentence(_IN_MODE[mode]), mode, root) for mode in CORRIDOR_MODES
    }
    branch = np.array(
        [_branch(grown, route, landing, modes[route.mode]) for route, landing in zip(routes, landings, strict=True)],
        np.int64,
    )
    own = np.array(
        [
            grown.row(route.corridor_id, "route", route.name, route.mode, row)
            for route, row in zip(routes, branch, strict=True)
        ],
        np.int64,
    )
    country = _countries(incidents, grown, root)
    place = _places(incidents, routes, branch, own, modes)
    return Placed(Hierarchy(_with_what_is_below(grown.nodes, routes, own)), place, country)


def _branch(grown: _Growing, route: Corridor, landing: str, above: int) -> int:
    """Return the row of the branch of a route."""
    known = route.route.split(", ")[0]
    if known:
        above = grown.row(f"known-{route.mode}-{_spelt(known)}", "known route", known, route.mode, above)
    codes = [country.iso3 for country in route.countries] or [""]
    start, end = codes[0], codes[-1]
    node_id = "-".join(filter(None, ["branch", route.mode, _spelt(known), start, _spelt(landing) or end]))
    return grown.row(node_id, "branch", _from_to(start, end, landing, route.mode), route.mode, above)


def _places(
    incidents: pl.DataFrame, routes: Sequence[Corridor], branch: Rows, own: Rows, modes: Mapping[str, int]
) -> Rows:
    """Return the lowest node of each incident in the tree of the network."""
    of_mode = incidents["mode"].replace_strict(modes, default=0, return_dtype=pl.Int64).fill_null(0)
    place: Rows = of_mode.to_numpy().copy()
    number = incidents["route"].fill_null(NOT_THERE).to_numpy()
    inside = number >= 0
    place[inside] = own[number[inside]]
    for mode in ("land", "sea"):
        rows = np.flatnonzero(~inside & (incidents["mode"] == mode).fill_null(value=False).to_numpy())
        near = [(row, route) for row, route in zip(branch, routes, strict=True) if route.mode == mode]
        if rows.size and near:
            places = incidents.select("lon", "lat")[rows].cast(pl.Float64).fill_null(float("nan")).to_numpy()
            known = np.isfinite(places).all(axis=1)
            rows, places = rows[known], places[known]
            lines = [Centreline(path_of(route), BESIDE_KM) for _, route in near]
            found = assigned(unit_vectors(*places.T), lines).line
            beside = found >= 0
            place[rows[beside]] = np.array([row for row, _ in near])[found[beside]]
    return place


def _countries(incidents: pl.DataFrame, grown: _Growing, root: int) -> Rows:
    """Return the node of the country in which each incident lies."""
    if "country" not in incidents.columns:
        return np.full(incidents.height, NOT_THERE, np.int64)
    codes = incidents["country"].drop_nulls().unique().sort().to_list()
    rows = {
        code: grown.row(f"country-{code}", "country", sentence("in {country}", country=_named(code)), None, root)
        for code in codes
    }
    of_country = incidents["country"].replace_strict(rows, default=NOT_THERE, return_dtype=pl.Int64)
    return np.asarray(of_country.fill_null(NOT_THERE).to_numpy())


def _with_what_is_below(nodes: Sequence[Node], routes: Sequence[Corridor], own: Rows) -> tuple[Node, ...]:
    """Return nodes with the routes at and below each, and the countries of these."""
    numbers: list[list[int]] = [[] for _ in nodes]
    for number, lowest in enumerate(own.tolist()):
        row = lowest
        while row != NOT_THERE:
            numbers[row].append(number)
            row = nodes[row].parent
    found = []
    for node, below in zip(nodes, numbers, strict=True):
        codes = dict.fromkeys(country.iso3 for number in below for country in routes[number].countries)
        if node.level == "country":
            codes = dict.fromkeys([node.node_id.removeprefix("country-")])
        found.append(replace(node, routes=tuple(sorted(below)), countries=tuple(codes)))
    return tuple(found)


def _named(code: str) -> Country:
    return Country(country_name(code), code)


def _from_to(start: str, end: str, landing: str, mode: str) -> Sentence:
    """Return what a branch is called."""
    if start == end and not landing:
        return sentence(_WITHIN[mode], country=_named(start))
    ended = landing or _named(end)
    return sentence(_FROM_TO[mode], start=_named(start), end=ended)


def _spelt(words: str) -> str:
    """Return words as they can stand in an id."""
    return "-".join("".join(letter if letter.isalnum() else " " for letter in words.lower()).split())
