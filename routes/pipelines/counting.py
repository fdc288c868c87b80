"""COUNTING: what a selection of incidents comes to on the network. No line is drawn anew; it costs milliseconds."""

# Texts here are said in reports.

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import polars as pl
from scipy.sparse import csr_array

from geodata.core.errors import WrongValue
from geodata.core.messages import Sentence, sentence
from geodata.model.assumptions import Facts
from geodata.model.incident import SYNTHETIC_SOURCE
from routes.attribution.membership import NOWHERE, joined
from routes.core.corridor import (
    ASSIGNMENTS,
    METHOD_VERSION,
    STRETCH_KM,
    Corridor,
    CountryRole,
    Direction,
    Reduction,
    nobody,
)
from routes.core.geodesy import Floats
from routes.core.params import NetworkParams, SegmentParams
from routes.network.direction_basis import basis_of
from routes.network.movement_model import CountryShares, Hub, Landings, Leg, Movement, main_role
from routes.network.named_routes import NamedRoute
from routes.network.segments import shares_of, summed
from routes.pipelines.flow_network import Network, usable

MONTH = "_month"


@dataclass(frozen=True)
class Directed(Reduction):
    """What a selection of incidents comes to on the network.

    Attributes
    ----------
    movement : Movement
    named : tuple of NamedRoute
        The chains by which publicly known routes are known here, most flow first.
    dense : tuple of Corridor
        Areas in which incidents pile up along a line that no journey takes, most incidents first.
    off : int
        Incidents that lie in no corridor and no dense area.
    piled : function
        Tells which incident lies in which dense area; asked only when somebody wants to know.
    laid_by : str
        The method, and behind it a digest of its parameters where they are not the usual ones.
    """

    movement: Movement = field(default_factory=Movement, compare=False, repr=False)
    named: tuple[NamedRoute, ...] = ()
    dense: tuple[Corridor, ...] = ()
    off: int = 0
    piled: Callable[[], pl.DataFrame] = field(default=nobody, compare=False, repr=False)
    laid_by: str = METHOD_VERSION

    @property
    def method_version(self) -> str:
        """Return the method that laid out the network, also where no route is left."""
        return self.laid_by

    @cached_property
    def in_dense_areas(self) -> pl.DataFrame:
        """The incidents that lie in a dense area: incident_id, and its id as corridor_id."""
        return self.piled()

    @property
    def directed(self) -> bool:
        """Tell whether any movement is told: of flights and dense areas alone none is."""
        return any(corridor.mode != "air" for corridor in self.corridors)

    def collection(self) -> dict[str, Any]:
        """Return the routes as a GeoJSON FeatureCollection; named routes and dense areas are foreign members."""
        return super().collection() | {
            "named_routes": [route.properties() for route in self.named],
            "dense_areas": [area.feature() for area in self.dense],
            "off_the_network": self.off,
        }


def placed(network: Network, incidents: pl.DataFrame) -> pl.DataFrame:
    """Return incidents with where they lie on the network; those that it does not know yet are put on it.

    Parameters
    ----------
    network : Network
    incidents : DataFrame
        As for ``network.network``.

    Returns
    -------
    DataFrame
        With the columns of ``members.PLACES``, null for what has no place, time or mode; and ``corridor_id`` of the
        route in whose corridor each lies, null for none.
    """
    frame = joined(
        usable(incidents), network.members, network.routes, network.dense, network.piles, network.params.membership
    )
    ids = pl.Series([*(route.corridor_id for route in network.routes), None], dtype=pl.String)
    number = frame["route"].fill_null(NOWHERE)
    number = number.set(number < 0, len(ids) - 1)
    return frame.with_columns(
        pl.col("time_start").dt.strftime("%Y-%m").alias(MONTH), ids.gather(number).alias("corridor_id")
    )


def counted_on(
    network: Network, chosen: pl.DataFrame, facts: Facts, detail: float = 1.0, modes: Sequence[str] = ()
) -> Directed:
    """Return what a selection of incidents comes to on the network.

    Parameters
    ----------
    network : Network
    chosen : DataFrame
        Rows of ``placed``: what a window, a mode, a kind, a source, an origin or an area leaves.
    facts : Facts
    detail : float, 0..1
        0 for the main routes alone, 1 for all.
    modes : sequence of str
        Of the routes that are told of; none stands for all.

    Returns
    -------
    Directed
        Every route of the modes and the detail, also without incidents, most flow first.

    Raises
    ------
    WrongValue
        If ``detail`` is not within 0..1.
    """
    if not 0 <= detail <= 1:
        rule = "0 is the main routes, 1 all"
        raise WrongValue(f"detail {detail} is outside 0..1", rule=rule, done="nothing was counted")
    flow = _Flow.of(network, chosen)
    params = network.params
    told = _told(chosen, "route", params.ridges.attribution.band_share)
    shares = {country.iso3: country for country in flow.countries()}
    corridors = []
    for number, route in enumerate(network.routes):
        if route.detail <= detail and (not modes or route.mode in modes):
            said = told.get(number, _NOTHING)
            own = _counted(route, said)
            moved = own if route.mode == "air" else _moved(own, flow.of_route(number), shares, facts, said, params)
            corridors.append(moved)
    corridors.sort(key=lambda one: (one.mode == "air", -one.flow, -one.incidents, one.corridor_id))
    areas = _told(chosen, "dense", params.ridges.attribution.band_share)
    dense = [
        # Its width is that of all its evidence: what is known of each incident is how far it lies from a route.
        replace(_counted(area, areas.get(number, _NOTHING)), band_km=area.band_km)
        for number, area in enumerate(network.dense)
        if not modes or area.mode in modes
    ]
    dense.sort(key=lambda area: (-area.incidents, area.corridor_id))
    notes = [*network.notes, *_rests_on(network)]
    off = chosen.filter((pl.col("route") < 0) & (pl.col("dense") < 0)).height
    return Directed(
        tuple(corridors),
        tuple(notes),
        lambda: _assignments(network, chosen),
        flow.movement(),
        flow.named(),
        tuple(dense),
        off,
        lambda: _piled(network, chosen),
        network.method_version,
    )


class _Told(NamedTuple):
    """What the incidents of one corridor say together."""

    incidents: int
    people: int
    synthetic: bool
    origins: int
    destinations: int
    band_km: float
    months: dict[str, int]


_NOTHING = _Told(0, 0, False, 0, 0, 0.0, {})


def _told(chosen: pl.DataFrame, column: str, band_share: float) -> dict[int, _Told]:
    """Return what the incidents of each route, or dense area, say together, by its number."""
    inside = chosen.filter(pl.col(column) >= 0)
    nothing = pl.lit(0, pl.Int64)
    has = set(inside.columns)
    said = (
        inside.group_by(column)
        .agg(
            pl.len().alias("incidents"),
            (pl.col("people").sum() if "people" in has else nothing).alias("people"),
            ((pl.col("source") == SYNTHETIC_SOURCE).any() if "source" in has else pl.lit(value=False)).alias("made_up"),
            ((pl.col("origins").list.len() > 0).sum() if "origins" in has else nothing).alias("origins"),
            (pl.col("destination").count() if "destination" in has else nothing).alias("destinations"),
            pl.col("km").quantile(band_share, "higher").fill_null(0.0).alias("band_km"),
        )
        .rows()
    )
    months: dict[int, dict[str, int]] = {}
    for number, month, count in inside.group_by(column, MONTH).len().sort(column, MONTH).iter_rows():
        months.setdefault(number, {})[month] = count
    return {
        number: _Told(
            incidents,
            int(people or 0),
            bool(made_up),
            int(origins or 0),
            int(destinations),
            band,
            months.get(number, {}),
        )
        for number, incidents, people, made_up, origins, destinations, band in said
    }


def _counted(corridor: Corridor, told: _Told) -> Corridor:
    return replace(
        corridor,
        incidents=told.incidents,
        people=told.people,
        months=told.months,
        synthetic=corridor.synthetic or told.synthetic,
        band_km=0.0 if corridor.mode == "air" else told.band_km,
    )


class _OfRoute(NamedTuple):
    forward: float
    backward: float
    passing: float
    journeys: dict[tuple[str, str], float]


def _moved(
    corridor: Corridor,
    own: _OfRoute,
    shares: Mapping[str, CountryShares],
    facts: Facts,
    told: _Told,
    params: NetworkParams,
) -> Corridor:
    """Return a route with what moves along it."""
    flow = own.forward + own.backward
    journeys = own.journeys
    known = flow >= params.telling.least_flow
    return replace(
        corridor,
        countries=tuple(_role(country.iso3, shares.get(country.iso3)) for country in corridor.countries),
        direction=_direction(own.forward, own.backward, params.segments) if known else None,
        flow=flow,
        passing=own.passing,
        origins=summed(journeys, 0),
        destinations=summed(journeys, 1),
        direction_basis=(
            basis_of(journeys, told.incidents, told.origins, told.destinations, facts, params.telling) if known else ""
        ),
    )


def _direction(forward: float, backward: float, params: SegmentParams) -> Direction:
    if forward > params.one_way * (forward + backward):
        return "one-way"
    return "two-way" if min(forward, backward) >= params.least_back else "unclear"


def _role(code: str, country: CountryShares | None) -> CountryRole:
    """Return a country in the role that it mostly has."""
    if country is None:
        return CountryRole(code, "transit")
    shares = (country.source, country.transit, country.destination)
    return CountryRole(code, main_role(shares), shares)


def _rests_on(network: Network) -> list[Sentence]:
    if network.passes is None:
        return []
    return [sentence("Direction rests on origins and on the assumptions {facts}.", facts=network.facts_version)]


def _assignments(network: Network, chosen: pl.DataFrame) -> pl.DataFrame:
    """Return the incidents that lie in a corridor of a route, with columns of ``ASSIGNMENTS``."""
    systems = pl.Series([route.system_id for route in network.routes], dtype=pl.String)
    inside = chosen.filter(pl.col("route") >= 0)
    return (
        inside.select(
            pl.col("incident_id"),
            pl.col("corridor_id"),
            systems.gather(inside["route"]).alias("system_id"),
            pl.col("km").alias("distance_km"),
            (pl.col("along") // STRETCH_KM).cast(pl.Int64).alias("stretch"),
        )
        .sort("incident_id")
        .select(pl.col(name).cast(kind) for name, kind in ASSIGNMENTS.items())
    )


def _piled(network: Network, chosen: pl.DataFrame) -> pl.DataFrame:
    inside = chosen.filter(pl.col("dense") >= 0)
    ids = pl.Series([area.corridor_id for area in network.dense], dtype=pl.String)
    return inside.select("incident_id", ids.gather(inside["dense"]).alias("corridor_id"))


@dataclass(frozen=True, eq=False)
class _Flow:
    """The flow of a selection over the tables of a network."""

    network: Network
    piles: Floats
    trips: Floats
    forward: Floats
    backward: Floats
    passing: Floats
    by_route: csr_array

    @classmethod
    def of(cls, network: Network, chosen: pl.DataFrame) -> _Flow:
        passes, size = network.passes, len(network.routes)
        if passes is None:
            none = np.zeros(size)
            return cls(network, none, none, none, none, none, csr_array((size, 0)))
        pile = chosen.filter(pl.col("pile") >= 0)["pile"].to_numpy()
        incidents = np.bincount(pile, minlength=len(network.piles.points)).astype(float)
        weights = network.piles.weights(incidents)
        trips = passes.weights(weights)
        both = passes.along + passes.against
        weighed = csr_array(both.multiply(trips[:, None]))
        return cls(
            network,
            weights,
            trips,
            np.asarray(trips @ passes.along),
            np.asarray(trips @ passes.against),
            np.asarray(passes.weights(incidents) @ both),
            csr_array((passes.journey.T @ weighed).T),
        )

    def of_route(self, number: int) -> _OfRoute:
        """Return what moves along a route."""
        own = slice(self.by_route.indptr[number], self.by_route.indptr[number + 1])
        pairs = [self.network.journeys[column] for column in self.by_route.indices[own].tolist()]
        weights = self.by_route.data[own]
        return _OfRoute(
            float(self.forward[number]),
            float(self.backward[number]),
            float(self.passing[number]),
            shares_of(pairs, weights, self.network.params.segments.least_share) if weights.sum() > 0 else {},
        )

    def countries(self) -> tuple[CountryShares, ...]:
        """Return the shares of each country: what starts there, what comes in and goes on, what ends there."""
        passes, codes = self.network.passes, self.network.countries
        if passes is None:
            return ()
        source, entered, ended = (
            np.asarray(self.trips @ table) for table in (passes.begun, passes.entered, passes.ended)
        )
        transit = np.maximum(entered - ended, 0)
        weight = source + transit + ended
        order = np.lexsort((np.arange(len(codes)), -weight))
        rows = order[weight[order] >= self.network.params.telling.least_flow].tolist()
        shares = [
            np.divide(part, weight, out=np.zeros_like(weight), where=weight > 0) for part in (source, transit, ended)
        ]
        return tuple(
            CountryShares(
                codes[row], float(shares[0][row]), float(shares[1][row]), float(shares[2][row]), float(weight[row])
            )
            for row in rows
        )

    def movement(self) -> Movement:
        """Return all that is counted beside the routes."""
        network, passes = self.network, self.network.passes
        if passes is None:
            return Movement(facts_version=network.facts_version)
        least = network.params.telling.least_flow
        flow = np.asarray(self.trips @ passes.legs)
        legs = [
            Leg(*key, float(own), support)
            for key, own, support in zip(network.legs, flow, network.leg_support, strict=True)
            if own >= least
        ]
        leaving, landing = (np.asarray(self.trips @ table) for table in (passes.leaving, passes.landing))
        used = np.flatnonzero(leaving + landing >= least)
        used = used[np.lexsort((used, -(leaving + landing)[used]))]
        total = float(self.piles.sum())
        return Movement(
            legs=tuple(sorted(legs, key=lambda leg: (-leg.flow, leg.start, leg.end, leg.mode))),
            countries=self.countries(),
            hubs=tuple(Hub(*network.hubs[row], float(leaving[row]), float(landing[row])) for row in used),
            landings=tuple(_landings(zip(network.landings, self.forward.tolist(), strict=True))),
            explained=float(network.piles.explained @ self.piles) / max(total, 1e-9),
            facts_version=network.facts_version,
        )

    def named(self) -> tuple[NamedRoute, ...]:
        """Return the named routes with the flow of the leg by which each is known."""
        passes = self.network.passes
        if passes is None:
            return ()
        flow = np.asarray(self.trips @ passes.known)
        found = [replace(one, flow=float(own)) for one, own in zip(self.network.named, flow, strict=True)]
        return tuple(sorted((one for one in found if one.flow > 0), key=lambda one: (-one.flow, one.name)))


def _landings(flows: Iterable[tuple[str, float]]) -> Iterable[Landings]:
    sums: dict[str, float] = {}
    for name, flow in flows:
        if name and flow > 0:
            sums[name] = sums.get(name, 0.0) + flow
    return (Landings(name, sums[name]) for name in sorted(sums, key=lambda name: (-sums[name], name)))
