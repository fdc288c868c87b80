"""Selection and flow on the way from starts to goals: exact, thrifty, and without dead ends."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from scipy.spatial import cKDTree

from geodata.model.assumptions import reference_facts
from geodata.spatial.mobility_graph import terrain
from routes.core.geodesy import lonlat, resampled, unit_vectors
from routes.core.params import DEFAULT, NetworkParams
from routes.network.flow_assignment import flow
from routes.network.layout import Lines, laid_out
from routes.network.mdl_selection import (
    Selected,
    Standing,
    scale_of,
    selected,
)
from routes.network.network import AIR, BEGIN, FERRY, LAND, SEA, Ways, ferries, start_nodes, ways
from routes.network.origin_destination import TripEnds, trip_ends
from routes.network.sea_crossings import crossings
from routes.network.segments import Drawing, pruned, stretches, support_of
from routes.network.shortest_paths import walked
from routes.ridges.centrelines import Centreline
from tests.routes.conftest import from_country, incidents_at, spread_along

FACTS = reference_facts()
USUAL = DEFAULT.selection
DESERT = [(7.99, 16.97), (12.4, 22.5), (14.43, 27.04)]


@pytest.fixture(scope="module")
def incidents() -> pl.DataFrame:
    """Return a desert road and a crossing behind it, of people from Nigeria."""
    sea = incidents_at(spread_along([(12.8, 33.0), (12.6, 35.4)], 100, 12), "sea")
    return from_country(pl.concat([incidents_at(spread_along(DESERT, 150, 15)), sea]), "NGA")


@pytest.fixture(scope="module")
def world(incidents) -> tuple[Ways, TripEnds]:
    piles = trip_ends(incidents, FACTS, DEFAULT.trip_ends)
    sailed = crossings(piles.points[piles.at_sea], piles.weights[piles.at_sea], terrain(), FACTS, DEFAULT)
    return ways(piles, sailed, FACTS, terrain(), DEFAULT.ways), piles


def nothing_stands(every: Ways, piles: TripEnds, drawn: np.ndarray | None = None) -> Standing:
    """Return that no line is traced, so that journeys must explain all."""
    observed = np.zeros(len(every.country), bool)
    observed[: len(every.seen)] = every.seen >= 0.5
    none = np.zeros(len(every.kind), bool)
    return Standing(none if drawn is None else drawn, np.zeros(len(piles.points)), piles.told, observed, every.length)


def taken(world: tuple[Ways, TripEnds], times: float = 1.0, replicates: int = 0) -> Selected:
    """Return what is selected at so many times the usual threshold."""
    every, piles = world
    least = times * USUAL.least_gain * scale_of(piles, USUAL)
    return selected(every, piles, nothing_stands(every, piles), least, DEFAULT, replicates=replicates)


@pytest.fixture(scope="module")
def usual(world) -> Selected:
    return taken(world)


@pytest.fixture(scope="module")
def plan(incidents) -> Drawing:
    """Return the drawing of the same incidents, no line of which is traced."""
    return laid_out(incidents, FACTS, Lines(), DEFAULT, replicates=12)


def test_what_is_selected_explains_the_evidence_over_land_and_sea(world, usual):
    kinds = set(world[0].kind[usual.counted.drawn].tolist())
    assert {LAND, SEA, BEGIN} <= kinds
    assert usual.explained @ world[1].weights / world[1].weights.sum() > 0.8
    assert len(usual.explained) == len(world[1].points)
    assert 0 <= usual.explained.min() <= usual.explained.max() <= 1


@pytest.mark.parametrize("times", [2.0, 50.0])
def test_a_higher_price_draws_no_more(world, usual, times):
    length = world[0].length
    thrifty = taken(world, times).counted.drawn
    assert length[thrifty].sum() <= length[usual.counted.drawn].sum()
    assert (length[thrifty].sum() == 0) == (times == 50.0)


def test_a_kilometre_that_has_to_explain_more_is_drawn_less_often(incidents, plan):
    strict = laid_out(incidents, FACTS, Lines(), NetworkParams.changed({"selection.least_gain": 0.1}))
    length = plan.ways.length
    assert length[strict.taken.counted.drawn].sum() < 0.9 * length[plan.taken.counted.drawn].sum()


def test_what_stands_beforehand_stays_and_what_it_explains_needs_no_journey(world, usual):
    every, piles = world
    roads = usual.counted.drawn & (every.kind == LAND)
    standing = nothing_stands(every, piles, roads)
    explained = np.where(piles.at_sea, 0.0, 1.0)
    known = Standing(roads, explained, standing.told, standing.observed, standing.length)
    again = selected(every, piles, known, USUAL.least_gain * scale_of(piles, USUAL), DEFAULT)
    assert again.counted.drawn[roads].all()
    assert (again.explained[~piles.at_sea] == 1).all()
    more = again.counted.drawn & ~roads & (every.kind == LAND)
    assert every.length[more].sum() < 0.2 * every.length[roads].sum()


def test_evidence_of_which_nothing_is_told_justifies_less(world, usual):
    every, piles = world
    told = nothing_stands(every, piles)
    untold = Standing(told.drawn, told.explained, np.zeros(len(piles.points)), told.observed, told.length)
    few = selected(every, piles, untold, USUAL.least_gain * scale_of(piles, USUAL), DEFAULT).counted.drawn
    assert every.length[few].sum() < every.length[usual.counted.drawn].sum()


def test_thresholds_follow_the_evidence_around_the_middle_pile(world):
    piles = world[1]
    many = replace(piles, incidents=100 * piles.incidents)
    assert scale_of(many, USUAL) == pytest.approx(
        min(10 * scale_of(piles, USUAL), many.weights.sum() / 1000, USUAL.most_scale), rel=0.01
    )
    lone = replace(piles, points=piles.points[:1], incidents=np.ones(1), place=np.zeros(1, np.int64))
    assert scale_of(lone, USUAL) == USUAL.least_scale  # one incident weighs 1 of the 37.7 that are usual
    assert USUAL.usual_density * USUAL.least_scale > 1


def test_flow_is_neither_made_nor_lost_between_start_and_goal(world, usual):
    every, piles = world
    moved = flow(every, piles, usual.counted.drawn, DEFAULT.journeys)
    assert moved.weight.sum() + moved.lost == pytest.approx(piles.weights.sum())
    assert moved.lost < 0.01 * piles.weights.sum()
    directed = moved.directed(len(every.kind))
    balance = np.zeros(len(every.country))
    np.add.at(balance, every.end, directed[0] - directed[1])
    np.add.at(balance, every.start, directed[1] - directed[0])
    start = len(every.ground.land) + piles.countries.index("NGA")
    assert balance[start] == pytest.approx(-moved.weight.sum())


def test_trips_stay_when_piles_are_counted_anew_and_only_their_weights_change(world, usual):
    every, piles = world
    moved = flow(every, piles, usual.counted.drawn, DEFAULT.journeys)
    assert moved.share.T @ piles.weights == pytest.approx(moved.weight)
    rows = np.asarray(moved.share.sum(axis=1)).ravel()
    assert rows == pytest.approx(1)
    halved = moved.share.T @ (piles.weights * piles.at_sea)
    assert halved.sum() == pytest.approx(piles.weights[piles.at_sea].sum())


def test_steps_are_found_by_the_way_that_they_take(world, usual):
    moved = flow(*world, usual.counted.drawn, DEFAULT.journeys)
    some = np.unique(moved.way)[[3, 0]]
    expected = [np.flatnonzero(moved.way == way) for way in some]
    assert sorted(moved.steps_on(some).tolist()) == sorted(np.concatenate(expected).tolist())
    assert moved.steps_on(np.array([len(world[0].kind) + 5])).size == 0


def test_no_step_leads_out_of_a_closed_bloc_or_back_to_a_start(world):
    every, _ = world
    italy, tunisia = (every.ground.index[code] for code in ("ITA", "TUN"))
    steps = every.steps
    tail, head = every.country[steps.tail], every.country[steps.head]
    assert not ((tail == italy) & (head == tunisia)).any()
    assert (steps.head < len(every.ground.land)).all()
    assert set(every.kind[steps.way[steps.tail >= len(every.ground.land)]].tolist()) <= {BEGIN, AIR}


def test_pruning_takes_dead_ends_that_lead_nowhere_and_keeps_the_road(world, usual):
    every, piles = world
    drawn = usual.counted.drawn
    roads, used = every.ground.roads, drawn[: every.roads]
    free = np.flatnonzero(~np.isin(roads.start, np.r_[roads.start[used], roads.end[used]]))
    lone = drawn.copy()
    lone[free[len(free) // 2]] = True
    kept = pruned(every, piles, lone, DEFAULT.segments.spur_km)
    assert not kept[free[len(free) // 2]]
    assert kept.sum() >= 0.9 * drawn.sum()


@pytest.mark.slow
def test_stretches_come_in_the_order_of_their_flow_and_in_the_direction_of_it(plan):
    found = stretches(plan)
    flows = [line.flow for line in found]
    assert flows == sorted(flows, reverse=True)
    assert {line.mode for line in found} == {"land", "sea"}
    assert all(line.forward >= line.backward for line in found)
    assert all(sum(line.journeys.values()) <= 1 + 1e-9 for line in found)
    assert {line.basis for line in found} == {"journey"}


def test_what_much_evidence_speaks_for_comes_back_when_it_is_drawn_again(plan):
    assert len(plan.taken.again) == 12
    assert any((draw.drawn != plan.taken.counted.drawn).any() for draw in plan.taken.again)
    lines = stretches(plan)
    busiest = {mode: next(line for line in lines if line.mode == mode) for mode in ("land", "sea")}
    assert all(line.support >= 0.95 for line in busiest.values())
    nothing = [np.zeros(len(plan.ways.kind), bool)] * 12
    some = np.flatnonzero(plan.drawn & np.isin(plan.ways.kind, (LAND, SEA)))
    assert set(support_of(plan.ways, some, nothing, DEFAULT.segments.near_km).tolist()) == {0.0}
    assert set(support_of(plan.ways, some, [plan.drawn] * 3, DEFAULT.segments.near_km).tolist()) == {1.0}
    assert np.isnan(
        support_of(plan.ways, np.flatnonzero(plan.ways.kind == BEGIN), nothing, DEFAULT.segments.near_km)
    ).all()


@pytest.mark.slow
def test_a_line_that_incidents_trace_is_drawn_as_they_trace_it_and_explains_it_itself(incidents, plan):
    lon, lat = np.array(DESERT).T
    traced = Centreline(resampled(unit_vectors(lon, lat), 50.0), 42.0, support=np.array([0.9]))
    found = stretches(laid_out(incidents, FACTS, Lines(land=(traced,)), DEFAULT))
    (own,) = [line for line in found if line.basis == "traced"]
    assert own.support == pytest.approx(0.9)
    assert own.direction == "one-way"
    assert lonlat(own.points[[0, -1]]) == pytest.approx(np.array([DESERT[0], DESERT[-1]]), abs=0.01)
    beside = cKDTree(resampled(traced.points, 5.0))
    for line in found:
        if line.basis == "journey" and line.mode == "land":
            away, _ = beside.query(resampled(line.points, 5.0))
            assert (away * 6371 < 20).mean() < 0.3, "a way of journeys runs beside the traced line"
    assert own.flow == pytest.approx(max(line.flow for line in stretches(plan) if line.mode == "land"), rel=0.2)


@pytest.mark.slow
def test_a_line_at_sea_that_joins_two_coasts_carries_the_boats_instead_of_a_crossing_beside_it(incidents):
    lon, lat = np.array([(12.7, 33.0), (12.6, 35.4)]).T
    traced = Centreline(resampled(unit_vectors(lon, lat), 50.0), 42.0)
    sea = [line for line in stretches(laid_out(incidents, FACTS, Lines(sea=(traced,)), DEFAULT)) if line.mode == "sea"]
    assert [line.basis for line in sea] == ["traced"]
    assert (sea[0].start_country, sea[0].end_country, sea[0].direction) == ("LBY", "ITA", "one-way")


def test_islands_are_joined_to_their_own_country_first():
    ground = terrain()
    links = ferries((tuple(sorted(FACTS.bloc_of["ESP"].members)),), DEFAULT.ways.ferry_longest_km)
    pairs = {
        (str(ground.codes[ground.land.country[a]]), str(ground.codes[ground.land.country[b]]))
        for a, b in zip(links.start, links.end, strict=True)
    }
    assert ("ESP", "ESP") in pairs
    assert not {("ESP", "PRT"), ("PRT", "ESP")} & pairs
    assert FERRY not in {LAND, SEA}


def test_a_start_lies_in_its_own_country(world):
    every, piles = world
    for code, node in zip(piles.countries, start_nodes(piles, every.ground, DEFAULT.ways.snap_km), strict=True):
        assert every.ground.codes[every.ground.land.country[node]] == code


def test_a_walk_ends_at_the_root_of_its_tree_and_counts_its_steps():
    before = np.array([[-1, 0, 1, 1]], np.int32)
    walks = walked(before, np.array([0, 0]), np.array([2, 3]))
    assert sorted(zip(*(part.tolist() for part in walks), strict=True)) == [
        (0, 0, 1, 1),
        (0, 1, 2, 0),
        (1, 0, 1, 1),
        (1, 1, 3, 0),
    ]
