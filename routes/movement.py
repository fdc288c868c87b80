"""MOVEMENT: incidents in, directed routes over source, transit and destination countries out.

Source of the method: the project's design of flows; minimum description length after Rissanen (1978), Modeling by
shortest data description.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import polars as pl

from geodata.errors import WrongValue
from geodata.facts import Facts
from geodata.incident import require_columns
from geodata.sentences import counted, sentence
from geodata.terrain import Terrain, terrain
from routes.corridors import LEAST_DRAWN
from routes.crossings import Crossings, crossings
from routes.flow import Flow, flow
from routes.residue import residue
from routes.selection import scale_of, selected
from routes.sphere import Floats, Mask, lonlat
from routes.stretches import Stretch, pruned, stretches, support_of
from routes.voyages import REQUIRED, Voyages, voyages
from routes.ways import LAND, SEA, Ways, ways

MOVEMENT_VERSION = "movement-0.4"
FEWEST_INCIDENTS = 5
LEAST_FLOW = 0.5


@dataclass(frozen=True, slots=True)
class Leg:
    """Movement from one country straight to another, over a land border or a sea.

    Attributes
    ----------
    start, end : str
        ISO 3166-1 alpha-3.
    mode : str
    flow : float
        Weight of evidence, no number of people.
    support : float or None, 0..1
        Share of the replicates that draw the ways over which it goes; None without replicates.
    """

    start: str
    end: str
    mode: str
    flow: float
    support: float | None = None


@dataclass(frozen=True, slots=True)
class CountryShares:
    """What a country is to those who pass it: shares that sum to one, and their weight."""

    iso3: str
    source: float
    transit: float
    destination: float
    weight: float


@dataclass(frozen=True, slots=True)
class Hub:
    """A place on a coast where crossings begin or end; lon, lat in degrees; flow that leaves it and lands there."""

    lon: float
    lat: float
    iso3: str
    leaving: float
    landing: float


@dataclass(frozen=True, slots=True)
class Landings:
    """Coasts that boats make for as one, with the flow that lands there over all drawn crossings."""

    name: str
    flow: float


@dataclass(frozen=True, eq=False)
class Movement:
    """What a reduction to movement answers.

    Attributes
    ----------
    stretches : tuple of Stretch
        Most flow first.
    legs : tuple of Leg
        By pair of countries and mode, most flow first.
    countries : tuple of CountryShares
        Most weight first.
    hubs : tuple of Hub
    landings : tuple of Landings
        Most flow first.
    explained : float
        Share of the weight of all incidents that the network explains.
    facts_version : str
    notes : tuple of str
        What was not possible and why, in sentences for a screen.
    """

    stretches: tuple[Stretch, ...] = ()
    legs: tuple[Leg, ...] = ()
    countries: tuple[CountryShares, ...] = ()
    hubs: tuple[Hub, ...] = ()
    landings: tuple[Landings, ...] = ()
    explained: float = 0.0
    facts_version: str = ""
    notes: tuple[str, ...] = ()
    method_version: str = MOVEMENT_VERSION


class Journeys:
    """Incidents and the ways that people may have taken past them, to be explained in more or less detail.

    Parameters
    ----------
    incidents : DataFrame
        ``REQUIRED`` columns as in ``geodata.incident.SCHEMA``; origins, departure, transit and destination are used
        where they are there. Air is left to ``routes.air``; the source's own route label is not used.
    facts : Facts

    Raises
    ------
    UnknownColumns
        If a required column is missing.
    """

    def __init__(self, incidents: pl.DataFrame, facts: Facts) -> None:
        require_columns(incidents, REQUIRED, "movement")
        self.facts = facts
        self._usable, self._notes = _usable(incidents)
        self._enough = self._usable.height >= FEWEST_INCIDENTS
        if not self._enough:
            self._notes.append(
                counted(
                    "Movement: {count} incident on land and at sea are too few to draw a route; insufficient data.",
                    "Movement: {count} incidents on land and at sea are too few to draw a route; insufficient data.",
                    self._usable.height,
                )
            )

    @cached_property
    def _ground(self) -> tuple[Voyages, Ways]:
        piles = voyages(self._usable, self.facts)
        ground = terrain()
        sea = crossings(piles.points[piles.at_sea], piles.weights[piles.at_sea], ground, self.facts)
        return piles, ways(piles, sea, self.facts, ground)

    def explained(self, detail: float = 0.5, replicates: int = 0) -> Movement:
        """Return the directed network that explains the incidents on land and at sea.

        Parameters
        ----------
        detail : float
            0 for the main routes alone, 1 for everything supported.
        replicates : int
            Of the evidence, which tell how sure each stretch and leg is; what fewer than ``LEAST_DRAWN`` of them show
            is left out. 0 leaves that open.

        Raises
        ------
        WrongValue
            If ``detail`` is not within 0..1.
        """
        if not 0 <= detail <= 1:
            rule = "0 is the main routes, 1 everything supported"
            raise WrongValue(f"detail {detail} is outside 0..1", rule=rule, done="nothing was reduced")
        if not self._enough:
            return Movement(facts_version=self.facts.version, notes=tuple(self._notes))
        piles, every = self._ground
        notes = [*self._notes, *_notes_on_starts(self._usable, piles)]
        taken = selected(every, piles, detail, replicates)
        drawn = pruned(every, piles, taken.counted.drawn)
        moved = flow(every, piles, drawn)
        again = [draw.drawn for draw in taken.again]
        lines = stretches(every, piles, drawn, moved, again)
        lines += residue(self._usable, piles, taken, scale_of(piles, detail))
        found = tuple(_with_landing(line, self.facts) for line in lines if _holds(line))
        total = float(piles.weights.sum())
        if moved.lost > 0.005 * total:
            notes.append(
                sentence(
                    "Movement: {share:.0%} of the evidence lies on no way from where people start to where they may be "
                    "going.",
                    share=moved.lost / total,
                )
            )
        if not found:
            notes.append(sentence("Movement: no route explains enough incidents to be drawn; insufficient data."))
        return Movement(
            stretches=found,
            legs=tuple(leg for leg in _legs(every, moved, drawn, again) if _holds(leg)),
            countries=_countries(every, piles, moved),
            hubs=_hubs(every.crossings, moved.directed(len(every.kind))[:, every.roads :], every.ground),
            landings=_landings(found),
            explained=float(taken.counted.explained[: len(piles.weights)] @ piles.weights) / total,
            facts_version=self.facts.version,
            notes=tuple(notes),
        )


def movement(incidents: pl.DataFrame, facts: Facts, detail: float = 0.5, replicates: int = 0) -> Movement:
    """Return the directed network that explains incidents; parameters and errors as of ``Journeys``."""
    return Journeys(incidents, facts).explained(detail, replicates)


def _usable(incidents: pl.DataFrame) -> tuple[pl.DataFrame, list[str]]:
    placed = incidents.with_columns(pl.col("lon", "lat").cast(pl.Float64).fill_nan(None))
    placed = placed.drop_nulls(["lon", "lat", "time_start"])
    usable = placed.filter(pl.col("mode").is_in(["land", "sea"]))
    unplaced = incidents.height - placed.height
    note = sentence("Movement: {unplaced:,} without a place or a time left out.", unplaced=unplaced)
    return usable, [note] if unplaced else []


def _notes_on_starts(incidents: pl.DataFrame, piles: Voyages) -> list[str]:
    notes: list[str] = []
    stated = float(piles.known.sum())
    if not stated:
        notes.append(
            sentence(
                "Movement: no incident states an origin; the nearest countries that people leave, by the facts, are "
                "taken."
            )
        )
    elif stated < incidents.height / 2:
        notes.append(
            sentence(
                "Movement: {share:.0%} of incidents state no origin; theirs is inferred from their neighbours.",
                share=1 - stated / incidents.height,
            )
        )
    without = float(piles.weights[~piles.placed].sum() / max(piles.weights.sum(), 1e-9))
    if without > 0:
        notes.append(
            sentence(
                "Movement: for {share:.0%} of the evidence no origin is known or near; no way is drawn for it.",
                share=without,
            )
        )
    return notes


def _borders(every: Ways, moved: Flow) -> pl.DataFrame:
    """Return the flow between countries: start, end, way and weight of every step that changes the country."""
    country = every.country
    start, end = country[every.start], country[every.end]
    boats = slice(every.roads, every.roads + len(every.crossings))
    start[boats] = every.crossings.hubs.country[every.crossings.start]
    end[boats] = every.crossings.hubs.country[every.crossings.end]
    tail = np.where(moved.back == 0, start[moved.way], end[moved.way])
    head = np.where(moved.back == 0, end[moved.way], start[moved.way])
    abroad = tail != head
    return pl.DataFrame(
        {"tail": tail[abroad], "head": head[abroad], "way": moved.way[abroad], "weight": moved.weight[abroad]}
    )


def _holds(one: Stretch | Leg) -> bool:
    """Tell whether enough replicates show it, or there are none."""
    return one.support is None or one.support >= LEAST_DRAWN


def _legs(every: Ways, moved: Flow, drawn: Mask, again: Sequence[Mask]) -> tuple[Leg, ...]:
    borders = _borders(every, moved)
    way = borders["way"].to_numpy()
    kind = every.kind[way]
    shown = drawn[way] & np.isin(kind, (LAND, SEA))
    support = support_of(every, way, again) if again else np.full(len(way), np.nan)
    sums = (
        borders.with_columns(pl.Series("kind", kind), pl.Series("support", support * borders["weight"].to_numpy()))
        .filter(shown)
        .group_by("tail", "head", "kind", maintain_order=True)
        .agg(pl.col("weight", "support").sum())
        .filter(pl.col("weight") >= LEAST_FLOW)
    )
    codes = every.ground.codes
    legs = [
        Leg(
            str(codes[tail]),
            str(codes[head]),
            "land" if kind == LAND else "sea",
            weight,
            support / weight if again else None,
        )
        for tail, head, kind, weight, support in sums.iter_rows()
    ]
    return tuple(sorted(legs, key=lambda leg: (-leg.flow, leg.start, leg.end, leg.mode)))


def _countries(every: Ways, piles: Voyages, moved: Flow) -> tuple[CountryShares, ...]:
    """Return the shares of each country: what starts there, what comes in and goes on, what ends there."""
    size = len(every.ground.codes)
    borders = _borders(every, moved)
    entered = np.bincount(borders["head"].to_numpy(), borders["weight"].to_numpy(), size)
    source = np.zeros(size)
    for code, begun in zip(piles.countries, moved.begun, strict=True):
        if code in every.ground.index:
            source[every.ground.index[code]] += begun
    destination = moved.ended
    transit = np.maximum(entered - destination, 0)
    weight = source + transit + destination
    order = np.lexsort((np.arange(size), -weight))
    found = []
    for row in order[weight[order] >= LEAST_FLOW]:
        parts = [float(part[row] / weight[row]) for part in (source, transit, destination)]
        found.append(CountryShares(str(every.ground.codes[row]), parts[0], parts[1], parts[2], float(weight[row])))
    return tuple(found)


def _with_landing(line: Stretch, facts: Facts) -> Stretch:
    if line.mode != "sea":
        return line
    ((lon, lat),) = lonlat(line.points[-1:])
    return replace(line, landing=facts.landing_at(lon, lat))


def _landings(found: tuple[Stretch, ...]) -> tuple[Landings, ...]:
    sums: dict[str, float] = {}
    for line in found:
        if line.landing:
            sums[line.landing] = sums.get(line.landing, 0.0) + line.forward
    return tuple(Landings(name, sums[name]) for name in sorted(sums, key=lambda name: (-sums[name], name)))


def _hubs(sea: Crossings, directed: Floats, ground: Terrain) -> tuple[Hub, ...]:
    size = len(sea.hubs.points)
    forward, backward = directed[0, : len(sea)], directed[1, : len(sea)]
    leaving = np.bincount(sea.start, forward, size) + np.bincount(sea.end, backward, size)
    landing = np.bincount(sea.end, forward, size) + np.bincount(sea.start, backward, size)
    places = lonlat(sea.hubs.points)
    used = np.flatnonzero(leaving + landing >= LEAST_FLOW)
    return tuple(
        Hub(
            float(places[row, 0]),
            float(places[row, 1]),
            str(ground.codes[sea.hubs.country[row]]),
            float(leaving[row]),
            float(landing[row]),
        )
        for row in used[np.lexsort((used, -(leaving + landing)[used]))]
    )
