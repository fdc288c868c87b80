"""NETWORK: incidents in, one network of routes out, on which every window, filter and page only counts.

It is laid out once for a state of the data. It holds the routes with their courses, which incident lies in which
corridor, and what the journeys of each pile of incidents pass. Any selection of incidents is counted on it by summing
(``counting``): a route keeps its id, its name and its course in every view.
"""

# Texts here are said in reports.

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np
import polars as pl
from scipy.sparse import csr_array
from scipy.spatial import cKDTree

from geodata.core.messages import counted, sentence
from geodata.model.assumptions import Facts
from geodata.model.incident import TIME, Mode, require_columns
from routes.attribution.country_roles import touched_at_sea, touched_over_land
from routes.attribution.membership import MEMBERS, Piles, members, path_of
from routes.attribution.naming import name_of, told_apart
from routes.attribution.summaries import Told, corridor_of
from routes.core.corridor import METHOD_VERSION, Corridor, CountryRole, Reduction
from routes.core.geodesy import Mask, chord, km_between, lonlat
from routes.core.params import DEFAULT, MembershipParams, NetworkParams
from routes.indexing.cell_day_cube import ALWAYS
from routes.network.layout import Lines, laid_out
from routes.network.mdl_selection import scale_of
from routes.network.named_routes import NamedRoute, named_routes
from routes.network.origin_destination import REQUIRED
from routes.network.passage_tables import Laid, LegKey, Passes, one_of
from routes.network.segments import Drawing, Stretch, stretches, support_of
from routes.pipelines.movement_corridors import Piece, pieces_of, runs_of
from routes.pipelines.recent_lines import young_lines
from routes.pipelines.ridge_corridors import SCATTERED, Evidence
from routes.ridges.bootstrap_support import REPLICATES
from routes.ridges.centrelines import Centreline

Say = Callable[[str], None]


def _no_members() -> pl.DataFrame:
    return pl.DataFrame(schema=MEMBERS)


def _no_piles() -> Piles:
    none = np.empty(0)
    return Piles(np.empty((0, 3)), none.astype(bool), none.astype(np.int64), none)


@dataclass(frozen=True, eq=False)
class Network:
    """The network of one state of the data.

    Attributes
    ----------
    routes : tuple of Corridor
        Most flow first, flights last; what is counted of them is empty.
    dense : tuple of Corridor
        Areas in which incidents pile up along a line that no journey takes, likewise.
    members : DataFrame
        Columns of ``members.MEMBERS``.
    piles : Piles
    passes : Passes or None
        None where no journey can be told.
    journeys : tuple of (start, goal)
        ISO 3166-1 alpha-3 and code of a goal of the facts, by column of ``passes.journey``.
    legs : tuple of LegKey
    leg_support : tuple of float or None
    hubs : tuple of (lon, lat, iso3)
    countries : tuple of ISO 3166-1 alpha-3 codes
    named : tuple of NamedRoute
    landings : tuple of str
        By route, "" for none.
    notes : tuple of str
        What was not possible and why, sentences for a screen.
    facts_version, method_version : str
    params : NetworkParams
        By which it was laid out, and is counted on.
    """

    routes: tuple[Corridor, ...] = ()
    dense: tuple[Corridor, ...] = ()
    members: pl.DataFrame = field(default_factory=_no_members)
    piles: Piles = field(default_factory=_no_piles)
    passes: Passes | None = None
    journeys: tuple[tuple[str, str], ...] = ()
    legs: tuple[LegKey, ...] = ()
    leg_support: tuple[float | None, ...] = ()
    hubs: tuple[tuple[float, float, str], ...] = ()
    countries: tuple[str, ...] = ()
    named: tuple[NamedRoute, ...] = ()
    landings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    facts_version: str = ""
    method_version: str = METHOD_VERSION
    params: NetworkParams = DEFAULT


def network(
    incidents: pl.DataFrame,
    facts: Facts,
    replicates: int = REPLICATES,
    say: Say = lambda _: None,
    params: NetworkParams = DEFAULT,
) -> Network:
    """Lay out the network of incidents.

    Parameters
    ----------
    incidents : DataFrame
        ``REQUIRED`` columns as in ``geodata.model.incident.SCHEMA``; what is stated of journeys is
        used where it is there. The source's own route label is not.
    facts : Facts
    replicates : int
        Redraws of the evidence, which tell how sure a route is; 0 leaves that open.
    say : function of a sentence
        Told of each stage as it begins.
    params : NetworkParams
        Of the method; what differs from the defaults is told behind the version of the method.

    Raises
    ------
    UnknownColumns
        If a required column is missing.
    """
    incidents = usable(incidents)
    placed = incidents.drop_nulls(["lon", "lat", "time_start", "mode"])
    moved = placed.filter(pl.col("mode").is_in(["land", "sea"]))
    say("tracing the lines along which incidents lie")
    ridges = Evidence(incidents, params=params.ridges).reduce(ALWAYS, replicates)
    young = young_lines(moved, ridges.corridors, params, replicates)
    ridges = replace(ridges, corridors=(*ridges.corridors, *young))
    if moved.height < params.routes.fewest_incidents:
        few = counted(
            "Movement: {count} incident on land and at sea are too few to draw a route; insufficient data.",
            "Movement: {count} incidents on land and at sea are too few to draw a route; insufficient data.",
            moved.height,
        )
        return _without_journeys(placed, ridges, facts, few, params)
    say("looking for the journeys that explain them")
    plan = laid_out(moved, facts, lines_of(ridges, params.membership, young), params, replicates)
    say("drawing the routes")
    return _network(placed, moved, ridges, plan, facts)


def usable(incidents: pl.DataFrame) -> pl.DataFrame:
    """Return incidents with the types that a network needs, and with an id each.

    Raises
    ------
    UnknownColumns
        If a required column is missing.
    """
    require_columns(incidents, REQUIRED, "the network")
    frame = incidents.with_columns(pl.col("lon", "lat").cast(pl.Float64).fill_nan(None))
    if "incident_id" not in frame.columns:
        frame = frame.with_row_index("incident_id").with_columns(pl.col("incident_id").cast(pl.String))
    if frame["time_start"].dtype == pl.Null:
        frame = frame.with_columns(pl.col("time_start").cast(TIME))
    return frame


def lines_of(ridges: Reduction, params: MembershipParams, young: Sequence[Corridor] = ()) -> Lines:
    """Return the corridors of a reduction to ridges as lines; the last of them are ``young``."""

    def own(mode: Mode) -> tuple[Centreline, ...]:
        return tuple(_line(corridor, params.traced_reach_km) for corridor in ridges.corridors if corridor.mode == mode)

    lately = [one.mode for one in young]
    return Lines(own("land"), own("sea"), (lately.count("land"), lately.count("sea")))


def _line(corridor: Corridor, reach_km: float) -> Centreline:
    """Return a corridor as a line, its bridges as inferred segments."""
    points = path_of(corridor)
    walked = np.r_[0.0, np.cumsum(km_between(points[:-1], points[1:]))]
    middle = (walked[:-1] + walked[1:]) / 2
    inferred = np.zeros(len(middle), bool)
    for start, end in corridor.bridges:
        inferred |= (middle >= start) & (middle <= end)
    # A ridge's support is lowered by the share of it that is inferred; here that counts by itself.
    observed = max(1 - corridor.inferred_km / max(corridor.length_km, 1e-9), 1e-9)
    support = np.empty(0) if corridor.support is None else np.array([min(corridor.support / observed, 1.0)])
    return Centreline(points, reach_km, inferred, support)


def _without_journeys(
    placed: pl.DataFrame, ridges: Reduction, facts: Facts, note: str, params: NetworkParams
) -> Network:
    """Return a network of flights and dense areas alone."""
    version = _version(params)
    flown, dense = (
        tuple(_uncounted(one, version) for one in ridges.corridors if (one.mode == "air") == air)
        for air in (True, False)
    )
    nobody = np.full(placed.height, -1, np.int64)
    return Network(
        routes=flown,
        dense=dense,
        members=members(placed, flown, dense, nobody, params.membership),
        landings=("",) * len(flown),
        notes=(note, *ridges.notes),
        facts_version=facts.version,
        method_version=version,
        params=params,
    )


def _version(params: NetworkParams) -> str:
    return f"{METHOD_VERSION}{params.suffix}"


def _uncounted(corridor: Corridor, version: str) -> Corridor:
    return replace(corridor, incidents=0, people=0, months={}, method_version=version)


def _network(placed: pl.DataFrame, moved: pl.DataFrame, ridges: Reduction, plan: Drawing, facts: Facts) -> Network:
    params = plan.params
    version = _version(params)
    found = [_with_landing(one, facts) for one in stretches(plan) if _holds(one, params)]
    pieces = [
        piece
        for mode in ("land", "sea")
        for run in runs_of([one for one in found if one.mode == mode], params.routes)
        for piece in pieces_of(run, params.routes.shortest_km, params.ridges.coast)
    ]
    drawn = [(piece, _course(piece, facts, params, version)) for piece in pieces]
    drawn.sort(key=lambda one: (-one[0].flow, one[1].corridor_id))
    flown = [_uncounted(corridor, version) for corridor in ridges.corridors if corridor.mode == "air"]
    routes = _named_apart([*(course for _, course in drawn), *flown], params.routes.main_routes)
    at_sea = [one for one in ridges.corridors if one.mode == "sea"]
    dense = tuple(_uncounted(one, version) for one, shown in zip(at_sea, plan.sea_drawn, strict=True) if not shown)
    pile = np.full(placed.height, -1, np.int64)
    pile[np.flatnonzero(placed["mode"].is_in(["land", "sea"]).to_numpy())] = plan.piles.pile_of
    laid = Laid(plan.ways, plan.moved)
    keys, support, legs = _legs(laid, plan)
    leaving, landing = laid.hubs(plan.drawn)
    lines = [piece.under for piece, _ in drawn]
    known = named_routes(found, facts, params.named)
    journey, journeys = _journeys(plan)
    along, against = laid.along([*lines, *(one.under for one in known)])
    size = len(lines)
    entered = laid.entered()
    codes = tuple(str(code) for code in plan.ways.ground.codes)
    begun = np.array([plan.ways.ground.index.get(code, 0) for code in plan.piles.countries], np.int64)
    return Network(
        routes=routes,
        dense=dense,
        members=members(placed, routes, dense, pile, params.membership),
        piles=Piles(
            plan.piles.points,
            plan.piles.at_sea,
            plan.piles.place,
            plan.taken.explained,
        ),
        passes=Passes(
            share=plan.moved.share,
            journey=journey,
            along=_widened(along[:, :size], len(routes)),
            against=_widened(against[:, :size], len(routes)),
            legs=legs,
            leaving=leaving,
            landing=landing,
            begun=one_of(begun[plan.moved.start], len(codes)),
            entered=entered,
            ended=one_of(plan.moved.ends_in, len(codes)),
            known=along[:, size:],
        ),
        journeys=journeys,
        legs=keys,
        leg_support=support,
        hubs=_hubs(plan),
        countries=codes,
        named=known,
        landings=(*(piece.busiest.landing for piece, _ in drawn), *("" for _ in flown)),
        notes=(*_notes(moved, plan, drawn=bool(drawn)), *_of_lines(ridges, {one.mode for one in routes})),
        facts_version=facts.version,
        method_version=version,
        params=params,
    )


def _holds(line: Stretch, params: NetworkParams) -> bool:
    """Tell whether enough redraws show a line, or there are none."""
    least = params.ridges.support.least_drawn if line.basis == "traced" else params.routes.least_link
    return line.support is None or line.support >= least


def _with_landing(line: Stretch, facts: Facts) -> Stretch:
    if line.mode != "sea":
        return line
    ((lon, lat),) = lonlat(line.points[-1:])
    return replace(line, landing=facts.landing_at(lon, lat))


def _course(piece: Piece, facts: Facts, params: NetworkParams, version: str) -> Corridor:
    """Return a route without what is counted of it."""
    mode, own = piece.parts[0].mode, params.ridges.attribution
    touched = touched_over_land(piece.points) if mode == "land" else touched_at_sea(piece.points, own)
    known = _publicly_known(piece, touched, facts)
    return replace(
        corridor_of(
            mode,
            piece.points,
            name_of(piece.points, own, known[0] if known else ""),
            Told(0, 0, {}, synthetic=False),
        ),
        countries=tuple(CountryRole(code, "transit") for code in touched),
        bridges=piece.line.bridges(),
        flow=piece.flow,
        basis="evidence" if piece.parts[0].basis == "traced" else "journeys",
        route=", ".join(known),
        support=piece.support,
        method_version=version,
    )


def _publicly_known(piece: Piece, touched: Sequence[str], facts: Facts) -> tuple[str, ...]:
    """Return the names under which legs of a piece are publicly known: that of its busiest leg, then in its order."""
    stretch = piece.busiest
    pairs = [(stretch.start_country, stretch.end_country), *pairwise(touched)]
    known = (facts.route_of(stretch.mode, start, end, stretch.landing) for start, end in pairs)
    return tuple(dict.fromkeys(filter(None, known)))


def _named_apart(courses: Sequence[Corridor], main: float) -> tuple[Corridor, ...]:
    """Return routes, most flow first, with names that differ, and the detail from which on each is shown."""
    names = told_apart([course.name for course in courses])
    size = max(sum(course.mode != "air" for course in courses), 1)
    detail = [max(0.0, (rank / size - main) / (1 - main)) for rank in range(len(courses))]
    return tuple(
        replace(course, name=name, detail=0.0 if course.mode == "air" else own)
        for course, name, own in zip(courses, names, detail, strict=True)
    )


def _widened(table: csr_array, columns: int) -> csr_array:
    """Return a table with empty columns behind its own."""
    return csr_array((table.data, table.indices, table.indptr), shape=(table.shape[0], columns))


def _legs(laid: Laid, plan: Drawing) -> tuple[tuple[LegKey, ...], tuple[float | None, ...], csr_array]:
    """Return the legs to be told of, their support, and how often each trip goes over each."""
    keys, table, over = laid.legs(plan.drawn | _near_evidence(plan))
    if not keys:
        return (), (), table
    told, params = plan.params.telling, plan.params
    flow = np.asarray(plan.moved.weight @ table)
    leg, way = over["leg"].to_numpy(), over["way"].to_numpy()
    drawn = np.zeros(len(keys), bool)
    drawn[leg[plan.drawn[way]]] = True
    out: dict[str, float] = {}
    into: dict[str, float] = {}
    for (start, end, _), own in zip(keys, flow.tolist(), strict=True):
        out[start] = out.get(start, 0.0) + own
        into[end] = into.get(end, 0.0) + own
    most = np.array([max(out[start], into[end]) for start, end, _ in keys])
    kept = (drawn & (flow >= told.least_flow)) | ((flow >= params.legs.flow) & (flow >= params.legs.share * most))
    again = [draw.drawn for draw in plan.taken.again]
    support: Sequence[float | None] = [None] * len(keys)
    if again:
        near = support_of(plan.ways, way, again, params.segments.near_km)
        of_way = np.where(plan.drawn[way], np.nan_to_num(near), 1.0)
        weight = over["weight"].to_numpy()
        support = (
            np.bincount(leg, of_way * weight, len(keys)) / np.maximum(np.bincount(leg, weight, len(keys)), 1e-12)
        ).tolist()
        kept &= np.array(support) >= params.ridges.support.least_drawn
    rows = np.flatnonzero(kept)
    return (
        tuple(keys[row] for row in rows.tolist()),
        tuple(support[row] for row in rows.tolist()),
        csr_array(table[:, rows]),
    )


def _near_evidence(plan: Drawing) -> Mask:
    """Tell which roads lie between nodes near the network or near much evidence."""
    ways = plan.ways
    land = ways.ground.land
    boats = np.flatnonzero(plan.drawn & (np.arange(len(ways.kind)) >= ways.roads))
    on = np.r_[
        *(traced.nodes for _, traced in plan.land),
        ways.start[boats],
        ways.end[boats],
        np.flatnonzero(ways.seen >= plan.params.legs.seen * scale_of(plan.piles, plan.params.selection)),
    ].astype(np.int64)
    on = np.unique(on[on < len(land)])
    shown = np.zeros(len(ways.kind), bool)
    if on.size:
        reach = chord(plan.params.legs.near_km)
        near = np.isfinite(cKDTree(land.points[on]).query(land.points, distance_upper_bound=reach)[0])
        roads = slice(0, ways.roads)
        shown[roads] = near[ways.start[roads]] & near[ways.end[roads]]
    return shown


def _journeys(plan: Drawing) -> tuple[csr_array, tuple[tuple[str, str], ...]]:
    """Return which pair of start and goal each trip is of, and the pairs."""
    piles, moved = plan.piles, plan.moved
    pairs, number = np.unique(np.column_stack([moved.start, moved.goal]).reshape(-1, 2), axis=0, return_inverse=True)
    named = tuple((piles.countries[start], piles.goals[goal].code) for start, goal in pairs.tolist())
    return one_of(number.reshape(-1), len(named)), named


def _hubs(plan: Drawing) -> tuple[tuple[float, float, str], ...]:
    hubs = plan.ways.crossings.hubs
    codes: list[str] = plan.ways.ground.codes[hubs.country].tolist() if len(hubs.points) else []
    return tuple((lon, lat, str(code)) for (lon, lat), code in zip(lonlat(hubs.points).tolist(), codes, strict=True))


def _of_lines(ridges: Reduction, drawn: set[Mode]) -> list[str]:
    """Return the notes of the lines but for those that no line is traced in a mode in which routes are drawn."""
    said = [(note, getattr(note, "text", ""), getattr(note, "values", {}).get("mode")) for note in ridges.notes]
    return [note for note, text, mode in said if text != SCATTERED or str(mode).lower() not in drawn]


def _notes(incidents: pl.DataFrame, plan: Drawing, *, drawn: bool) -> list[str]:
    piles = plan.piles
    notes: list[str] = []
    stated = float(piles.stated.sum())
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
    total = float(piles.weights.sum())
    without = float(piles.weights[~piles.placed].sum() / max(total, 1e-9))
    if without > 0:
        notes.append(
            sentence(
                "Movement: for {share:.0%} of the evidence no origin is known or near; no way is drawn for it.",
                share=without,
            )
        )
    lost = plan.moved.lost - without * total
    if lost > 0.005 * total:
        notes.append(
            sentence(
                "Movement: {share:.0%} of the evidence lies on no way from where people start to where they may be "
                "going.",
                share=lost / total,
            )
        )
    if not drawn:
        notes.append(sentence("Movement: no route explains enough incidents to be drawn; insufficient data."))
    return notes
