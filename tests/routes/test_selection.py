"""Selection and flow on the way from starts to goals: exact, thrifty, and without dead ends."""

import numpy as np
import polars as pl
import pytest

from geodata.facts import reference_facts
from geodata.terrain import terrain
from routes.crossings import crossings
from routes.flow import flow
from routes.journeys import walked
from routes.residue import residue
from routes.selection import Draw, Selected, scale_of, selected
from routes.stretches import pruned, stretches
from routes.voyages import Voyages, voyages
from routes.ways import AIR, BEGIN, FERRY, LAND, SEA, Ways, ferries, start_nodes, ways

pytestmark = pytest.mark.slow

FACTS = reference_facts()
ORIGINS = pl.List(pl.Struct({"iso3": pl.String, "weight": pl.Float64}))
DESERT = [(7.99, 16.97), (12.4, 22.5), (14.43, 27.04)]


@pytest.fixture
def world(at, along) -> tuple[Ways, Voyages]:
    """Return a desert road and a crossing behind it."""
    land, sea = at(along(DESERT, 150, 15)), at(along([(12.8, 33.0), (12.6, 35.4)], 100, 12), "sea")
    every = pl.concat([land, sea])
    people = pl.Series("origins", [[{"iso3": "NGA", "weight": 1.0}]] * every.height, dtype=ORIGINS)
    piles = voyages(every.with_columns(people), FACTS)
    sailed = crossings(piles.points[piles.at_sea], piles.weights[piles.at_sea], terrain(), FACTS)
    return ways(piles, sailed, FACTS, terrain()), piles


def test_what_is_selected_explains_the_evidence_over_land_and_sea(world):
    taken = selected(*world, 0.5).counted
    kinds = set(world[0].kind[taken.drawn].tolist())
    assert {LAND, SEA, BEGIN} <= kinds
    assert taken.explained[: len(world[1].weights)] @ world[1].weights / world[1].weights.sum() > 0.8
    assert taken.explained.max() <= 1


def test_a_higher_price_draws_no_more(world):
    thrifty, lavish = selected(*world, 0.0).counted, selected(*world, 1.0).counted
    length = world[0].length
    assert length[thrifty.drawn].sum() <= length[lavish.drawn].sum()
    assert scale_of(world[1], 0.0) == pytest.approx(4 * scale_of(world[1], 1.0))


def test_flow_is_neither_made_nor_lost_between_start_and_goal(world):
    every, piles = world
    moved = flow(every, piles, selected(every, piles, 0.5).counted.drawn)
    assert moved.begun.sum() == pytest.approx(moved.ended.sum())
    assert moved.begun.sum() + moved.lost == pytest.approx(piles.weights.sum())
    directed = moved.directed(len(every.kind))
    balance = np.zeros(len(every.country))
    np.add.at(balance, every.end, directed[0] - directed[1])
    np.add.at(balance, every.start, directed[1] - directed[0])
    start = len(every.ground.land) + piles.countries.index("NGA")
    assert balance[start] == pytest.approx(-moved.begun.sum())


def test_no_step_leads_out_of_a_closed_bloc_or_back_to_a_start(world):
    every, _ = world
    italy, tunisia = (every.ground.index[code] for code in ("ITA", "TUN"))
    steps = every.steps
    tail, head = every.country[steps.tail], every.country[steps.head]
    assert not ((tail == italy) & (head == tunisia)).any()
    assert (steps.head < len(every.ground.land)).all()
    assert set(every.kind[steps.way[steps.tail >= len(every.ground.land)]].tolist()) <= {BEGIN, AIR}


def test_pruning_takes_dead_ends_that_lead_nowhere_and_keeps_the_road(world):
    every, piles = world
    drawn = selected(every, piles, 0.5).counted.drawn
    roads, used = every.ground.roads, drawn[: every.roads]
    free = np.flatnonzero(~np.isin(roads.start, np.r_[roads.start[used], roads.end[used]]))
    lone = drawn.copy()
    lone[free[len(free) // 2]] = True
    kept = pruned(every, piles, lone)
    assert not kept[free[len(free) // 2]]
    assert kept.sum() >= 0.9 * drawn.sum()


def test_stretches_come_in_the_order_of_their_flow_and_in_the_direction_of_it(world):
    every, piles = world
    drawn = selected(every, piles, 0.5).counted.drawn
    found = stretches(every, piles, drawn, flow(every, piles, drawn))
    flows = [line.flow for line in found]
    assert flows == sorted(flows, reverse=True)
    assert all(line.forward >= line.backward for line in found)
    assert all(sum(line.origins.values()) <= 1 + 1e-9 for line in found)


def explaining(piles: Voyages, share: float) -> Selected:
    return Selected(Draw(piles.weights, np.zeros(0, bool), np.full(len(piles.points), share)), ())


def test_what_much_evidence_speaks_for_comes_back_when_it_is_drawn_again(world):
    every, piles = world
    taken = selected(every, piles, 0.5, replicates=12)
    again = [draw.drawn for draw in taken.again]
    assert len(again) == 12
    assert any((one != taken.counted.drawn).any() for one in again)
    lines = stretches(every, piles, taken.counted.drawn, flow(every, piles, taken.counted.drawn), again)
    busiest = {mode: next(line for line in lines if line.mode == mode) for mode in ("land", "sea")}
    assert all(line.support >= 0.95 for line in busiest.values())
    nothing = [np.zeros(len(every.kind), bool)] * 12
    unsure = stretches(every, piles, taken.counted.drawn, flow(every, piles, taken.counted.drawn), nothing)
    assert {line.support for line in unsure} == {0.0}


def test_the_evidence_is_drawn_again_around_what_was_counted(world):
    _, piles = world
    random = np.random.default_rng(5)
    again = np.array([piles.redrawn(random) for _ in range(200)])
    assert again.sum(axis=1) == pytest.approx(piles.weights.sum())
    assert np.corrcoef(again.mean(axis=0), piles.weights)[0, 1] > 0.95
    assert (again.std(axis=0) > 0).all()


def test_ridges_are_drawn_only_where_journeys_explain_nothing(world, at, along):
    _, piles = world
    rows = at(along(DESERT, 150, 15))
    unexplained = residue(rows, piles, explaining(piles, 0.0), 0.05)
    assert unexplained
    assert {line.basis for line in unexplained} == {"ridge"}
    assert {line.direction for line in unexplained} == {"unclear"}
    assert residue(rows, piles, explaining(piles, 1.0), 0.05) == ()


def test_islands_are_joined_to_their_own_country_first():
    ground = terrain()
    links = ferries((tuple(sorted(FACTS.bloc_of["ESP"].members)),))
    pairs = {
        (str(ground.codes[ground.land.country[a]]), str(ground.codes[ground.land.country[b]]))
        for a, b in zip(links.start, links.end, strict=True)
    }
    assert ("ESP", "ESP") in pairs
    assert not {("ESP", "PRT"), ("PRT", "ESP")} & pairs
    assert FERRY not in {LAND, SEA}


def test_a_start_lies_in_its_own_country(world):
    every, piles = world
    for code, node in zip(piles.countries, start_nodes(piles, every.ground), strict=True):
        assert every.ground.codes[every.ground.land.country[node]] == code


def test_a_walk_ends_at_the_root_of_its_tree():
    before = np.array([[-1, 0, 1, 1]], np.int32)
    whose, nearer, farther = walked(before, np.array([0, 0]), np.array([2, 3]))
    assert sorted(zip(whose.tolist(), nearer.tolist(), farther.tolist(), strict=True)) == [
        (0, 0, 1),
        (0, 1, 2),
        (1, 0, 1),
        (1, 1, 3),
    ]
