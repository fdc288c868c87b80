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
    """

    ORDERED: ClassVar = (("fewest_steps", "most_steps"), ("least_above_clutter", "most_above_clutter"))

    enough_in_kernel: Times = 22.0
    fewest_steps: CountFromOne = 2
    most_steps: CountFromOne = 9
    clutter_levels_up: Count = 4
    quiet: Times = 2.0
    least_above_clutter: Times = 3.0
    most_above_clutter: Times = 6.0


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
