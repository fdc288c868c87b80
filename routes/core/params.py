"""PARAMETERS: the numbers of the method as frozen values, grouped by stage, passed down to where they are used.

The defaults are what ``METHOD_VERSION`` and ``RIDGES_VERSION`` stand for. A value out of its range is refused when the
group is made. What differs from the defaults is told by ``changes``, and by a digest of it behind the version of the
method, so that what was made with other values is never taken for what the method makes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import lru_cache
from math import isfinite
from numbers import Integral, Real
from typing import Annotated, Any, ClassVar, Self, get_args, get_origin, get_type_hints

from geodata.core.errors import WrongValue

_DONE = "nothing was computed"


@dataclass(frozen=True, slots=True)
class Within:
    """What a number may be: from ``least`` to ``most``, both included, ``least`` not if it has to be ``above`` it."""

    least: float = float("-inf")
    most: float = float("inf")
    above: bool = False
    whole: bool = False

    def holds(self, value: object) -> bool:
        """Tell whether a value is such a number."""
        if isinstance(value, bool) or not isinstance(value, Integral if self.whole else Real):
            return False
        number = float(value)
        if not isfinite(number) or number > self.most:
            return False
        return number > self.least if self.above else number >= self.least

    @property
    def rule(self) -> str:
        """Return what it may be, in words."""
        kind = "a whole number" if self.whole else "a finite number"
        if isfinite(self.most):
            return f"it is {kind} from {self.least:g} to {self.most:g}"
        if not isfinite(self.least):
            return f"it is {kind}"
        return f"it is {kind} {'above' if self.above else 'of at least'} {self.least:g}"


Finite = Annotated[float, Within()]
Km = Annotated[float, Within(0)]
Positive = Annotated[float, Within(0, above=True)]
Times = Annotated[float, Within(0)]
Share = Annotated[float, Within(0, 1)]
Cosine = Annotated[float, Within(-1, 1)]
Degrees = Annotated[float, Within(0, 180)]
Count = Annotated[int, Within(0, whole=True)]
CountFromOne = Annotated[int, Within(1, whole=True)]


@lru_cache
def _kinds(group: Any) -> Mapping[str, Any]:
    """Return what each field of a group, a class, may be."""
    return {name: kind for name, kind in get_type_hints(group, include_extras=True).items() if name != "ORDERED"}


def _require(name: str, value: object, kind: Any) -> None:
    """Refuse a value that is not of a kind."""
    if get_origin(kind) is tuple:
        parts = get_args(kind)
        several = len(parts) == 2 and parts[1] is Ellipsis
        if not isinstance(value, tuple) or not (value if several else len(value) == len(parts)):
            size = "one number or more" if several else f"{len(parts)} numbers"
            raise WrongValue(f"the parameter {name} is {value!r}", rule=f"it is a tuple of {size}", done=_DONE)
        for place, part in enumerate(value):
            _require(f"{name}[{place}]", part, parts[0 if several else place])
        return
    bounds = next((one for one in getattr(kind, "__metadata__", ()) if isinstance(one, Within)), None)
    if bounds is None:
        if not isinstance(value, kind):
            raise WrongValue(f"the parameter {name} is {value!r}", rule=f"it is a {kind.__name__}", done=_DONE)
    elif not bounds.holds(value):
        raise WrongValue(f"the parameter {name} is {value!r}", rule=bounds.rule, done=_DONE)


class _Params:
    """What all groups can do."""

    __slots__ = ()
    ORDERED: ClassVar[tuple[tuple[str, str], ...]] = ()
    """Pairs of fields of which the first is no larger than the second."""

    def __post_init__(self) -> None:
        """Refuse values out of range."""
        own: Any = type(self)
        group = own.__name__
        for name, kind in _kinds(own).items():
            _require(f"{group}.{name}", getattr(self, name), kind)
        for low, high in self.ORDERED:
            if getattr(self, low) > getattr(self, high):
                raise WrongValue(
                    f"the parameter {group}.{low} is {getattr(self, low)!r}",
                    rule=f"it is no larger than {high}, which is {getattr(self, high)!r}",
                    done=_DONE,
                )

    def changes(self) -> dict[str, Any]:
        """Return what differs from the defaults, by name, such as ``{"segments.one_way": 0.8}``."""
        return dict(sorted(_changes(self, type(self)(), "")))

    @property
    def suffix(self) -> str:
        """Return what is put behind the version of the method: "+params." and a digest of ``changes``, "" for none."""
        changed = self.changes()
        if not changed:
            return ""
        told = json.dumps({name: _plain(value) for name, value in changed.items()})
        return f"+params.{hashlib.blake2b(told.encode(), digest_size=4).hexdigest()}"

    @classmethod
    def changed(cls, changes: Mapping[str, Any]) -> Self:
        """Return the defaults but for ``changes``, as ``changes()`` tells them.

        Raises
        ------
        WrongValue
            If there is no parameter of a name, or its value is out of range.
        """
        found = cls()
        for name, value in changes.items():
            found = _with(found, name, name.split("."), value)
        return found


def _changes(own: Any, usual: Any, before: str) -> Iterator[tuple[str, Any]]:
    for one in fields(own):
        value, default = getattr(own, one.name), getattr(usual, one.name)
        if isinstance(value, _Params):
            yield from _changes(value, default, f"{before}{one.name}.")
        elif value != default:
            yield f"{before}{one.name}", value


def _plain(value: Any) -> Any:
    """Return a value in the form in which equal values are alike: 1 and 1.0 are."""
    return [_plain(part) for part in value] if isinstance(value, tuple) else float(value)


def _with(group: Any, whole: str, path: list[str], value: Any) -> Any:
    name, *rest = path
    known = {one.name for one in fields(group)}
    if name not in known or bool(rest) != isinstance(getattr(group, name), _Params):
        raise WrongValue(f"there is no parameter {whole!r}", rule="it is named as its group and its field", done=_DONE)
    if rest:
        return replace(group, **{name: _with(getattr(group, name), whole, rest, value)})
    return replace(group, **{name: tuple(value) if isinstance(value, list) else value})


# --- ridges ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DensityParams(_Params):
    """How evidence is spread, and what stands out of the unrelated reports around it.

    Attributes
    ----------
    enough_in_kernel : float, incidents
        Evidence is spread until the median incident has so many others in its kernel.
    fewest_steps, most_steps : int
        Steps of heat: a bandwidth of 0.8 to 1.6 spacings, 13 to 28 km at resolution 5.
    clutter_levels_up : int, H3 levels
        The clutter around a cell is that of its ancestor so many levels up and of the cells around that.
    quiet : float, levels of the clutter
        Cells up to so many levels are still clutter. With fewer, rich clutter is trimmed down to its emptiest cells and
        is taken for routes; with 2.5, lanes that fill a sea are taken for clutter.
    least_above_clutter, most_above_clutter : float, levels of the clutter
        What the threshold of the mask may be.
    least_density : float, incidents
        A cell with fewer around it does not stand out.
    possible, certain : float, 0..1
        Chance, by the clutter alone, of as many incidents as around a cell: below the first it may stand out; what may
        is kept only around a cell below the second.
    """

    ORDERED: ClassVar = (
        ("fewest_steps", "most_steps"),
        ("least_above_clutter", "most_above_clutter"),
        ("certain", "possible"),
    )

    enough_in_kernel: Times = 22.0
    fewest_steps: CountFromOne = 2
    most_steps: CountFromOne = 9
    clutter_levels_up: Count = 4
    quiet: Times = 2.0
    least_above_clutter: Times = 3.0
    most_above_clutter: Times = 6.0
    least_density: Times = 1.5
    possible: Share = 0.05
    certain: Share = 1e-3


@dataclass(frozen=True, slots=True)
class CrestParams(_Params):
    """Which edges of the density are ridges.

    Attributes
    ----------
    join_sigma : float, sigma
        Persistence from which an edge that joins two peaks is part of a ridge.
    loop_sigma : float, sigma
        Persistence from which an edge that closes a loop is part of a ridge: loops are often made by noise.
    """

    join_sigma: Times = 0.5
    loop_sigma: Times = 3.0


@dataclass(frozen=True, slots=True)
class LengthParams(_Params):
    """Lengths at H3 resolution 5, scaled with the spacing of the cells at others.

    Attributes
    ----------
    reach_km : float, km
        No dense cell stays farther than this from a line.
    leaf_km, spur_km : float, km
        Dead ends shorter than this are no corridors: before and after the lines are moved onto the crest.
    part_km : float, km
        Connected lines shorter than this in all are none.
    elongation : float
        Least squared length over area of connected lines, gaps bridged: as short as the crossings for which straits, in
        finer cells, have room.
    """

    reach_km: Km = 45.0
    leaf_km: Km = 60.0
    spur_km: Km = 45.0
    part_km: Km = 80.0
    elongation: Times = 3.0


@dataclass(frozen=True, slots=True)
class CompactnessParams(_Params):
    """What is too round to be a line before gaps are bridged.

    Attributes
    ----------
    part_elongation : float
        Least squared length over area of a connected part before gaps are bridged: pieces of a line may be short until
        they are joined.
    leaf_elongation : float
        The same of a dead end.
    straight_on : float
        Evidence of a dead end counts more where it goes straight on, by up to e to the power of this.
    look_ahead : int, nodes
        From a junction on, over which the direction of a chain is taken.
    """

    part_elongation: Times = 1.5
    leaf_elongation: Times = 2.0
    straight_on: Finite = 0.7
    look_ahead: CountFromOne = 4


@dataclass(frozen=True, slots=True)
class HeapParams(_Params):
    """What is a heap of reports and no line.

    Attributes
    ----------
    part_spread, end_spread : float
        Evidence of a short part, and of a dead end, that is not so many times longer than wide, by its standard
        deviations, is a heap. With 1.6, true ends and sparse real parts go too; with 1.2, heaps at ends stay where
        evidence is rich.
    longest_part : float
        Parts of a larger squared length over area are never heaps: networks of several lines spread as wide as long.
    dip : float, times
        A dead end reaches from its tip to where the density first falls so many times below what lies on both sides.
    junction : int, nodes
        At the far end of a dead end, whose evidence is rather that of the line it hangs on.
    """

    part_spread: Times = 1.4
    end_spread: Times = 1.3
    longest_part: Times = 9.0
    dip: Times = 2.0
    junction: CountFromOne = 2


@dataclass(frozen=True, slots=True)
class EndParams(_Params):
    """Where free ends are cut back.

    Attributes
    ----------
    end_share : float, 0..1
        A free end is cut while its density is below this share of that three bandwidths farther in: a kernel carries
        density past the last incident.
    """

    end_share: Share = 0.35


@dataclass(frozen=True, slots=True)
class BridgeParams(_Params):
    """Which gaps between lines are bridged.

    The coefficients are fitted to 7,542 gaps between lines of made-up routes and of noise (docs/decisions/0009).

    Attributes
    ----------
    least_chance : float, 0..1
        A gap is bridged from this chance on that it is a route on which nobody reported.
    farthest_km : float, km
        Longest way looked at, at the finest bandwidth of resolution 5. Sparse evidence, seen through a wider kernel,
        leaves longer gaps. With 0 nothing is bridged.
    constant, of_log_km, of_end, of_cosine, of_log_contrast, of_log_detour : float, log odds
        What the chance is made of: for the logarithm of the length of the gap, for each free end at it, for how well
        that points across, and for the logarithms of evidence along the way and of the detour.
    least_contrast : float, levels of the clutter
        Less evidence along a way counts as this.
    most_detour : float, times
        A larger detour counts as this.
    finest_km : float, km
        The finest bandwidth at resolution 5.
    growth : float
        Power of the bandwidth with which gaps become longer.
    look_back : int, nodes
        Over which the direction of a free end is taken.
    """

    least_chance: Share = 0.1
    farthest_km: Km = 500.0
    constant: Finite = 8.14
    of_log_km: Finite = -2.37
    of_end: Finite = -2.9
    of_cosine: Finite = 5.32
    of_log_contrast: Finite = 1.2
    of_log_detour: Finite = -8.57
    least_contrast: Positive = 0.01
    most_detour: Annotated[float, Within(1)] = 3.0
    finest_km: Positive = 14.0
    growth: Finite = 0.75
    look_back: CountFromOne = 7


@dataclass(frozen=True, slots=True)
class RefinementParams(_Params):
    """How far lines are moved onto the crest of the density and to their side of the coast.

    Attributes
    ----------
    kernel_per_bandwidth : float, times
        Width of the kernel by which a node climbs, in bandwidths of the density.
    farthest_spacings : float, spacings of cells
        A node that would be moved farther stays where it is.
    farthest_ashore_spacings : float, spacings of cells
        A node on the wrong side of the coast is moved no farther than this.
    """

    kernel_per_bandwidth: Positive = 1.4
    farthest_spacings: Times = 1.5
    farthest_ashore_spacings: Times = 2.0


@dataclass(frozen=True, slots=True)
class StrokeParams(_Params):
    """How the runs of a ridge graph become smooth lines.

    Attributes
    ----------
    straight_on_degrees : float, degrees
        Runs are joined through a junction where they turn by no more than this.
    look_back : int, nodes
        From a junction on, over which the direction of a run is taken.
    smoothing_rounds : int
        In which inner nodes are drawn to the middle of their neighbours.
    reach_bandwidths : float, bandwidths of the density
        An incident within this counts to a line.
    """

    straight_on_degrees: Degrees = 45.0
    look_back: CountFromOne = 4
    smoothing_rounds: Count = 6
    reach_bandwidths: Positive = 3.0


@dataclass(frozen=True, slots=True)
class CoastParams(_Params):
    """How a line is led round the coast.

    Attributes
    ----------
    finer : int, H3 levels
        A way round is looked for in cells so many levels finer than those in which the line was found.
    reach_spacings : tuple of float, spacings of cells
        How far aside a way is looked for, first and if there is none.
    """

    finer: Annotated[int, Within(0, 4, whole=True)] = 2
    reach_spacings: tuple[Times, ...] = (2.0, 4.0)


@dataclass(frozen=True, slots=True)
class SupportParams(_Params):
    """How sure a line has to be.

    Attributes
    ----------
    near_km : float, km
        A line of a redraw within this of a place supports it; at resolution 5, scaled with the spacing of the cells.
    least_drawn : float
        With less support than this nothing is drawn; support is 0 to 1.
    """

    near_km: Km = 25.0
    least_drawn: Times = 0.5


@dataclass(frozen=True, slots=True)
class AttributionParams(_Params):
    """What incidents and countries are to a line, and what it is called.

    Attributes
    ----------
    band_share : float, 0..1
        The band of a line holds this share of its incidents.
    source_share : float, 0..1
        Share of a corridor's stated origins from which a country counts as a source.
    most_sources : int
        Countries of origin of a corridor that are told of, the largest first.
    offshore_km : float, km
        A line at sea touches the country within this of its end.
    fewest_flights : int, incidents
        That name a pair of airports, from which a flight is drawn.
    town_km : float, km
        An end within this of a town is called by it.
    far_town_km : float, km
        An end within this is called near a town, or off it at sea; at sea a coast counts within twice of it.
    """

    band_share: Share = 0.8
    source_share: Share = 0.1
    most_sources: Count = 5
    offshore_km: Km = 60.0
    fewest_flights: CountFromOne = 3
    town_km: Km = 80.0
    far_town_km: Km = 250.0


@dataclass(frozen=True, slots=True)
class RidgeParams(_Params):
    """The parameters of the reduction to ridges, by stage: the lines along which incidents lie.

    Attributes
    ----------
    density : DensityParams
        How evidence is spread, and what stands out of the clutter.
    crests : CrestParams
        Which edges of the density are ridges.
    lengths : LengthParams
        Lengths below which nothing is a line.
    compactness : CompactnessParams
        What is too round to be a line.
    heaps : HeapParams
        What is a heap of reports.
    ends : EndParams
        Where free ends are cut back.
    bridging : BridgeParams
        Which gaps are bridged.
    refinement : RefinementParams
        How far lines move onto the crest.
    strokes : StrokeParams
        How runs become smooth lines.
    coast : CoastParams
        How lines are led round the coast.
    support : SupportParams
        How sure a line has to be.
    attribution : AttributionParams
        What incidents and countries are to a line.

    Examples
    --------
    >>> RidgeParams(bridging=BridgeParams(farthest_km=0)).changes()
    {'bridging.farthest_km': 0}
    """

    density: DensityParams = field(default_factory=DensityParams)
    crests: CrestParams = field(default_factory=CrestParams)
    lengths: LengthParams = field(default_factory=LengthParams)
    compactness: CompactnessParams = field(default_factory=CompactnessParams)
    heaps: HeapParams = field(default_factory=HeapParams)
    ends: EndParams = field(default_factory=EndParams)
    bridging: BridgeParams = field(default_factory=BridgeParams)
    refinement: RefinementParams = field(default_factory=RefinementParams)
    strokes: StrokeParams = field(default_factory=StrokeParams)
    coast: CoastParams = field(default_factory=CoastParams)
    support: SupportParams = field(default_factory=SupportParams)
    attribution: AttributionParams = field(default_factory=AttributionParams)


RIDGES = RidgeParams()
"""Today's values."""


# --- network --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TripEndParams(_Params):
    """Where people start and where they may be going, if incidents do not state it.

    Attributes
    ----------
    neighbours : int
        Nearest incidents with an origin that one without is given the origins of.
    kernel_km : float, km
        Standard deviation of the kernel by which they count.
    farthest_km : float, km
        Incidents without an origin ask no neighbour beyond this.
    detour_km : float, km
        A detour of this length makes an origin e times less likely.
    decay_km : float, km
        Where no neighbour states any, a country at this distance is e times less likely to be the origin.
    nearest_sources : int
        Countries that are taken so, the likeliest.
    half_told : float, reports
        Reports around a pile that state something, at which its journeys are half told.
    far_reports : float, reports
        Reports that count as near if every report of the file states something: sparse places are judged by the file.
    """

    neighbours: CountFromOne = 30
    kernel_km: Positive = 200.0
    farthest_km: Km = 1500.0
    detour_km: Positive = 1500.0
    decay_km: Positive = 800.0
    nearest_sources: CountFromOne = 4
    half_told: Positive = 1.0
    far_reports: Times = 10.0


@dataclass(frozen=True, slots=True)
class HubParams(_Params):
    """Where on coasts boats put out and land.

    Attributes
    ----------
    near_km : float, km
        Coasts farther than this from any incident at sea hold no hub.
    inland_km : float, km
        A hub lies no farther than this from the sea, and at sea no farther than three quarters of it from land.
    kernel_km, kernel_cut_km : float, km
        Standard deviation of the kernel by which incidents at sea count for a hub, and where it ends.
    apart_km, apart_abroad_km : float, km
        Hubs of one country, and of different ones, lie at least this far apart.
    node_km : float, km
        A hub is reached by a land node of its own country within this.
    inland_share : float, 0..1
        A cell with a larger share of land has no coast.
    large_part : int, cells
        A connected part of the land with more cells than this is no island.
    offshore_km : float, km
        A place on a coast belongs to the country within this.
    """

    near_km: Km = 110.0
    inland_km: Km = 12.0
    kernel_km: Positive = 30.0
    kernel_cut_km: Km = 90.0
    apart_km: Km = 70.0
    apart_abroad_km: Km = 25.0
    node_km: Km = 75.0
    inland_share: Share = 0.97
    large_part: Count = 200
    offshore_km: Km = 60.0


@dataclass(frozen=True, slots=True)
class SeaPathParams(_Params):
    """What is a way over water, and what is seen along it.

    Attributes
    ----------
    on_land : float, 0..1
        Share of a straight line on land up to which it is a way by sea, its ends left out (``ashore_km``).
    ashore_km : float, km
        Length of each end of a line that may lie on land.
    seen_km : float, km
        A place on a line with an incident within this is seen.
    reach_km, cut_km : float, km
        Standard deviation of the kernel by which a line explains incidents at sea, and where it ends.
    middle : tuple of two shares
        Between these shares of its length from its start lies the middle of a crossing: incidents there are of it, and
        not of the coast.
    """

    on_land: Share = 0.04
    ashore_km: Km = 18.0
    seen_km: Km = 75.0
    reach_km: Positive = 45.0
    cut_km: Km = 100.0
    middle: tuple[Share, Share] = (0.2, 0.8)


@dataclass(frozen=True, slots=True)
class CrossingParams(_Params):
    """Which crossings boats could plausibly take.

    Attributes
    ----------
    shortest_km, longest_km : float, km
        Of the straight line between two hubs.
    round_a_cape : tuple of km and share
        Lines shorter than this, or known by name, with less land than this are looked for around capes and islands.
    roundabout : tuple of times and km
        A way around is no longer than so many times the straight line, plus these km.
    land_instead : tuple of times and km
        A crossing of L km is pointless beside a land path below 1.7 L + 60 km.
    land_instead_abroad : float, times
        The same where no end is a destination: 3 L + 60 km.
    plausible : tuple of times and km
        A crossing is no longer than 1.5 times the shortest from its beach, plus 100 km.
    seen_share : float, 0..1
        Share of a crossing near which incidents have to lie.
    least_support : float, square roots of incidents
        Evidence that a crossing has to explain.
    mainland_km : float, km
        A hub on an island stands for the mainland of its country within this, where paths over land are compared.
    """

    ORDERED: ClassVar = (("shortest_km", "longest_km"),)

    shortest_km: Km = 12.0
    longest_km: Km = 2000.0
    round_a_cape: tuple[Km, Share] = (700.0, 0.45)
    roundabout: tuple[Times, Km] = (1.3, 30.0)
    land_instead: tuple[Times, Km] = (1.7, 60.0)
    land_instead_abroad: Times = 3.0
    plausible: tuple[Times, Positive] = (1.5, 100.0)
    seen_share: Share = 0.5
    least_support: Times = 1.0
    mainland_km: Km = 100.0


@dataclass(frozen=True, slots=True)
class WayParams(_Params):
    """What a step of a journey costs, and what it costs to draw it.

    Attributes
    ----------
    border_km : float, km
        What crossing a border over land adds.
    open_border_ease : float, times
        Length of a way within a bloc without borders, beside one elsewhere.
    open_border_length : float, times
        What it costs to draw such a way, beside one elsewhere.
    seen_length : float, times
        What it costs to draw a kilometre between cells of full evidence; between cells without any it is one more.
    exit_km : float, km
        What leaving a closed bloc adds.
    half_seen : float, square roots of incidents
        Evidence of a land cell at which it counts half.
    ring_share : float, 0..1
        Share of the evidence of its neighbours that counts for a land cell.
    evidence_ease : float, times
        How much cheaper, less one, a way is between cells of full evidence.
    band_km : float, km
        So near to the border of a closed bloc evidence makes no way easier: people are found along a border they cross.
    sea_effort : float, times
        What a kilometre at sea costs beside one over land.
    sea_excess : float, times
        How many times longer, less one, a crossing counts for being twice as long as the shortest from its beach.
    embark_km : float, km
        What putting out adds.
    busy_ease : float, times
        How much cheaper, less one, a crossing is at most for the incidents along its middle.
    sea_length, sea_fixed_km : float, times and km
        What it costs to draw a crossing, of its length and beside it.
    lonely : float, times
        How many times longer a crossing counts into the country of a landing on whose coasts nothing is seen.
    ferry_ease, ferry_km : float, times and km
        What a ferry within a bloc without borders costs, of its length and beside it.
    ferry_longest_km : float, km
        A longer link joins no parts of a country.
    air_km, air_ease : float, km and times
        What a flight costs beside its length, and of it.
    air_shortest_km : float, km
        A shorter flight to an airport of first arrival is no beginning of a journey, unless the facts name its origins.
    air_length, air_fixed_km : float, times and km
        What it costs to draw a flight, of its length and beside it.
    snap_km : float, km
        A start is put on the nearest land node of its own country within this.
    """

    border_km: Km = 60.0
    open_border_ease: Times = 0.5
    open_border_length: Times = 0.6
    seen_length: Times = 0.7
    exit_km: Km = 150.0
    half_seen: Positive = 2.0
    ring_share: Share = 0.25
    evidence_ease: Times = 4.0
    band_km: Km = 100.0
    sea_effort: Times = 1.3
    sea_excess: Times = 1.5
    embark_km: Km = 120.0
    busy_ease: Times = 1.5
    sea_length: Times = 0.7
    sea_fixed_km: Km = 80.0
    lonely: Times = 2.0
    ferry_ease: Times = 0.5
    ferry_km: Km = 20.0
    ferry_longest_km: Km = 2500.0
    air_km: Km = 1500.0
    air_ease: Times = 0.1
    air_shortest_km: Km = 1500.0
    air_length: Times = 0.03
    air_fixed_km: Km = 20.0
    snap_km: Km = 300.0


@dataclass(frozen=True, slots=True)
class JourneyParams(_Params):
    """How the cheapest ways from starts to goals are chosen.

    Attributes
    ----------
    nearness : float, times
        How much the way still to go weighs beside the detour, when one of several destinations is chosen.
    network_ease, flow_ease : float, times
        What a way that is drawn costs beside one that is not: while ways are selected, and when flow is laid over them.
    least_start : float, 0..1
        Smaller shares of a start are left out of the flow.
    """

    nearness: Times = 0.15
    network_ease: Positive = 0.4
    flow_ease: Positive = 0.3
    least_start: Share = 0.02


@dataclass(frozen=True, slots=True)
class SelectionParams(_Params):
    """Which ways are taken as they explain enough.

    Attributes
    ----------
    land_free_km, land_reach_km, land_cut_km : float, km
        A land node explains what lies within the first fully; then less, by this standard deviation; and where it ends.
    origin_reward : float
        Weight of having drawn a way from an origin to a goal at all, per square root of the incidents that state it.
    usual_density, density_km : float, square roots of incidents and km
        Evidence around the middle pile, under a kernel of this width, of the file on which the thresholds were found.
        They are lowered where a window has less, so that a year draws the routes of the whole.
    least_scale, most_scale : float, times
        By how much thresholds are lowered and raised at most.
    plenty : float, square roots of incidents
        Thresholds are raised where a window has more, by no more than the evidence in all is a multiple of this:
        unrelated reports add up along a long way only where there are many of them, while one crossing may be dense by
        itself.
    least_gain : float, square roots of incidents by km
        What a kilometre has to explain to be drawn, at the usual density.
    rounds : tuple of float, times
        Thresholds of the rounds, in times of the usual; ways found in one are cheap in the next, so that others join.
    most_piles : int
        With more piles than this, those of one coarser H3 cell are explained together.
    untold, most_untold : float, 0..1 and square roots of incidents
        What a pile weighs whose journey nobody near tells, beside one whose journey is told; and how much of its
        weight counts so.
    fixed_km : float, km
        What a journey costs beside the ways that it adds.
    least_share : float, 0..1
        Share of what is seen at a place from which a start is worth a way.
    least_on_land, least_at_sea : float, square roots of incidents
        Weight of a start at a place from which it is worth a way.
    """

    ORDERED: ClassVar = (("least_scale", "most_scale"),)

    land_free_km: Km = 8.0
    land_reach_km: Positive = 45.0
    land_cut_km: Km = 110.0
    origin_reward: Times = 2.0
    usual_density: Positive = 37.7
    density_km: Positive = 100.0
    least_scale: Positive = 0.1
    most_scale: Annotated[float, Within(1)] = 4.0
    plenty: Positive = 1000.0
    least_gain: Positive = 1 / 60
    rounds: tuple[Positive, ...] = (4.0, 2.0, 1.0)
    most_piles: Count = 10_000
    untold: Share = 0.1
    most_untold: Times = 2.0
    fixed_km: Positive = 30.0
    least_share: Share = 0.15
    least_on_land: Times = 0.3
    least_at_sea: Times = 0.5


@dataclass(frozen=True, slots=True)
class LayoutParams(_Params):
    """How traced lines, journeys and crossings are weighed against each other.

    Attributes
    ----------
    gain : float, times
        What a new kilometre has to explain beside lines that are traced, of what it has to without any.
    plenty_power, scarce_power : float
        How fast what has to be explained grows with the evidence around, above and below the usual.
    sea_length : float, times
        How many times longer a crossing counts than a way over land.
    lone_end : float, times
        How much longer a crossing counts that has no evidence at one of its ends.
    least_end, end_kernel_km : float, square roots of incidents and km
        Evidence at an end of a crossing that is enough, under a kernel of this width.
    mostly_told : float, 0..1
        A line traced at sea stands as a crossing where journeys are told less than this; else one has to take it.
    coastal : float, 0..1
        How far a line at sea that keeps to one coast explains its incidents: nobody travels along it.
    traced_land : float, 0..1
        How much of what a line traced over land would explain is left to journeys, where these are told.
    """

    gain: Positive = 0.7
    plenty_power: Finite = 3.0
    scarce_power: Finite = 0.6
    sea_length: Times = 2.0
    lone_end: Times = 0.5
    least_end: Positive = 1.0
    end_kernel_km: Positive = 30.0
    mostly_told: Share = 0.5
    coastal: Share = 0.2
    traced_land: Share = 0.85


@dataclass(frozen=True, slots=True)
class TracedParams(_Params):
    """How lines that incidents trace are laid over the ground of journeys.

    Attributes
    ----------
    farthest_km : float, km
        A sample of a line farther from every land cell is on none of them; their centres are 45 km apart.
    lands_km : float, km
        A line at sea that ends so near to a coast lands there.
    inland_km : float, km
        A landing without a hub takes a land cell that is farther by no more than this.
    along_coast_km, one_coast : float, km and 0..1
        A line nearer to the coast than this in the mean, more than this share of it by one country, keeps to that
        coast.
    coast_km : float, km
        A place on a line is by the country within this.
    alike : float, cosine
        Of the angle, some 45 degrees, up to which two lines run along each other.
    """

    farthest_km: Km = 60.0
    lands_km: Km = 110.0
    inland_km: Km = 50.0
    along_coast_km: Km = 30.0
    one_coast: Share = 0.7
    coast_km: Km = 200.0
    alike: Cosine = 0.7


@dataclass(frozen=True, slots=True)
class SegmentParams(_Params):
    """How the network is drawn as lines between its junctions.

    Attributes
    ----------
    spur_km : float, km
        A shorter dead end over land that leads nowhere is left out.
    smoothing_rounds : int
        In which ways over land are smoothed.
    observed : float, square roots of incidents
        Evidence at a land node from which it counts as observed.
    observed_share : float, 0..1
        Share of a stretch from which it counts as observed.
    one_way : float, 0..1
        Share of the flow in the main direction above which a line is called one-way.
    least_back : float, square roots of incidents
        Flow against the main direction from which a line is called two-way and not unclear.
    least_share : float, 0..1
        A start or a goal with a smaller share of the flow is not named.
    near_km : float, km
        A way this near stands for the same; the network over land is laid out in cells of 45 km.
    kernel_km, farthest_km : float, km
        Over land a network laid out in cells of 45 km is moved onto the evidence, under a kernel of this width, by no
        more than such a cell.
    least_evidence : float, square roots of incidents
        A node with less around it is not moved.
    beside_km, join_km : float, km
        A way over land this near to a traced line is that line; an end of it within the latter is led onto the line.
    least_piece_km, least_sea_piece_km : float, km
        A shorter piece of a way over land, and of a crossing, is not drawn beside traced lines.
    along_km : float, km
        A crossing that runs within this of a traced line at sea is that line.
    turns_km : float, km
        A traced line is cut where movement along it turns for longer than this.
    least_left : float, 0..1
        Share of its incidents that no crossing explains from which a line traced at sea is drawn.
    least_flow : float, square roots of incidents
        With less flow the direction of a line is unclear.
    country_km : float, km
        The end of a line belongs to the country within this.
    """

    spur_km: Km = 100.0
    smoothing_rounds: Count = 6
    observed: Times = 0.5
    observed_share: Share = 0.5
    one_way: Share = 0.65
    least_back: Times = 3.0
    least_share: Share = 0.02
    near_km: Km = 50.0
    kernel_km: Positive = 30.0
    farthest_km: Km = 45.0
    least_evidence: Times = 3.0
    beside_km: Km = 25.0
    join_km: Km = 45.0
    least_piece_km: Km = 20.0
    least_sea_piece_km: Km = 30.0
    along_km: Km = 50.0
    turns_km: Km = 150.0
    least_left: Share = 0.5
    least_flow: Times = 0.5
    country_km: Km = 60.0


@dataclass(frozen=True, slots=True)
class YoungParams(_Params):
    """Which lines incidents have traced lately only.

    Attributes
    ----------
    spans : tuple of int, months
        Up to the latest incident; the shortest first, as what is new stands out most there.
    longer : float, times
        A span is looked at only in a file that is longer than this many times it.
    fewest : int, incidents
        Of the span along a line, below which it is none.
    chance : float, 0..1
        Probability of so many incidents in the span, at the rate before it, from which a line is new: so small as lines
        are looked for where incidents happen to lie close.
    apart : float, 0..1
        Share of its length that no known line runs near.
    """

    spans: tuple[CountFromOne, ...] = (3, 12, 24)
    longer: Annotated[float, Within(1, above=True)] = 2.0
    fewest: Count = 10
    chance: Share = 1e-9
    apart: Share = 0.5


@dataclass(frozen=True, slots=True)
class RouteParams(_Params):
    """Which stretches become routes, and where one begins and ends.

    Attributes
    ----------
    fewest_incidents : int
        On land and at sea, below which no route is drawn.
    least_link : float
        Support below which a way that no line traces is not drawn; support is 0 to 1.
    straight_on_degrees : float, degrees
        Stretches are joined at a junction where they turn by no more than this.
    look_back : int, points
        From a junction on, over which the direction of a stretch is taken.
    shortest_km : float, km
        A shorter piece on its side of the coast is no route.
    main_routes : float, 0..1
        Share of the routes, those with most flow, that are shown at the least detail.
    """

    fewest_incidents: Count = 5
    least_link: Times = 0.7
    straight_on_degrees: Degrees = 60.0
    look_back: CountFromOne = 2
    shortest_km: Km = 10.0
    main_routes: Annotated[float, Within(0, 0.99)] = 0.15


@dataclass(frozen=True, slots=True)
class MembershipParams(_Params):
    """Which incidents lie in the corridor of a route.

    Attributes
    ----------
    reach_km : float, km
        Evidence within this of a route lies in its corridor: ways of journeys are laid out in cells of 45 km.
    traced_reach_km : float, km
        The same of a line that incidents trace: three times the usual bandwidth.
    pile_km : float, km
        A new incident joins the journeys of the nearest pile of its mode within this.
    """

    reach_km: Positive = 100.0
    traced_reach_km: Positive = 42.0
    pile_km: Km = 60.0


@dataclass(frozen=True, slots=True)
class LegParams(_Params):
    """Which borders crossed are told of where nothing is drawn over them.

    Attributes
    ----------
    near_km, seen : float, km and times
        So near to the network, or to evidence of so many times the usual, a border crossed undrawn may be told of.
    flow, share : float, square roots of incidents and 0..1
        Such a leg is told from this flow on, and from this share of all that leaves the one country or enters the
        other.
    """

    near_km: Km = 60.0
    seen: Times = 2.0
    flow: Times = 5.0
    share: Share = 0.03


@dataclass(frozen=True, slots=True)
class NamedParams(_Params):
    """How publicly known routes are followed from source to destination.

    Attributes
    ----------
    joined_km : float, km
        So near to each other the end of a stretch and the start of another are one place; a cell of the network is
        45 km.
    least_share : float, 0..1
        Share of the flow of the known leg below which a chain is not followed farther.
    town_km : float, km
        A stop within this of a town is called by it.
    most_places : int
        That a route is told by.
    """

    joined_km: Km = 60.0
    least_share: Share = 0.1
    town_km: Km = 80.0
    most_places: Annotated[int, Within(2, whole=True)] = 6


@dataclass(frozen=True, slots=True)
class TellingParams(_Params):
    """What is told of movement.

    Attributes
    ----------
    least_flow : float, square roots of incidents
        Estimated importance below which a leg, a hub or a country is not told of.
    decides : float, 0..1
        Share of the flow from which one entry of the facts decides a direction.
    most_pairs : int
        Of start and goal that the sentence on a direction names.
    """

    least_flow: Times = 0.5
    decides: Share = 0.8
    most_pairs: CountFromOne = 3


@dataclass(frozen=True, slots=True)
class NetworkParams(_Params):
    """The parameters of the network, by stage: from incidents to routes, and what is counted on them.

    Attributes
    ----------
    ridges : RidgeParams
        Of the lines along which incidents lie.
    young : YoungParams
        Which lines are traced lately only.
    trip_ends : TripEndParams
        Where people start.
    hubs : HubParams
        Where boats put out and land.
    sea_paths : SeaPathParams
        What is a way over water.
    crossings : CrossingParams
        Which crossings boats could take.
    traced : TracedParams
        How traced lines lie on the ground of journeys.
    ways : WayParams
        What a step of a journey costs.
    journeys : JourneyParams
        How the cheapest ways are chosen.
    selection : SelectionParams
        Which ways are drawn.
    layout : LayoutParams
        How kinds of evidence are weighed.
    segments : SegmentParams
        How the network is drawn as lines.
    routes : RouteParams
        Which stretches become routes.
    membership : MembershipParams
        Which incidents lie in a corridor.
    legs : LegParams
        Which borders crossed are told of.
    named : NamedParams
        How publicly known routes are followed.
    telling : TellingParams
        What is told of movement.

    Examples
    --------
    A network with fewer ways, of which more are called two-way:

    >>> strict = NetworkParams(selection=SelectionParams(least_gain=0.05), segments=SegmentParams(one_way=0.8))
    >>> strict.changes()
    {'segments.one_way': 0.8, 'selection.least_gain': 0.05}
    >>> NetworkParams.changed({"segments.one_way": 0.8, "selection.least_gain": 0.05}) == strict
    True
    """

    ridges: RidgeParams = RIDGES
    young: YoungParams = field(default_factory=YoungParams)
    trip_ends: TripEndParams = field(default_factory=TripEndParams)
    hubs: HubParams = field(default_factory=HubParams)
    sea_paths: SeaPathParams = field(default_factory=SeaPathParams)
    crossings: CrossingParams = field(default_factory=CrossingParams)
    traced: TracedParams = field(default_factory=TracedParams)
    ways: WayParams = field(default_factory=WayParams)
    journeys: JourneyParams = field(default_factory=JourneyParams)
    selection: SelectionParams = field(default_factory=SelectionParams)
    layout: LayoutParams = field(default_factory=LayoutParams)
    segments: SegmentParams = field(default_factory=SegmentParams)
    routes: RouteParams = field(default_factory=RouteParams)
    membership: MembershipParams = field(default_factory=MembershipParams)
    legs: LegParams = field(default_factory=LegParams)
    named: NamedParams = field(default_factory=NamedParams)
    telling: TellingParams = field(default_factory=TellingParams)


DEFAULT = NetworkParams()
"""Today's values."""
