"""The benchmark of corridors measures what it says, makes the worlds it says, and keeps our rows from slipping."""

import json

import numpy as np
import pytest

from benchmarks.corridors.calibration import auc, calibration
from benchmarks.corridors.choices import chosen
from benchmarks.corridors.figures import FILE_NAME, Cell, Figure, Figures
from benchmarks.corridors.gates import Gate, gates
from benchmarks.corridors.labels import MISSING, agreement, section, systems
from benchmarks.corridors.lanes import BOXES, lane_world
from benchmarks.corridors.methods import Method, methods
from benchmarks.corridors.networks import STEP_KM, network
from benchmarks.corridors.ours import ours
from benchmarks.corridors.regions import inside, regions
from benchmarks.corridors.report import noise, page
from benchmarks.corridors.runs import Bounds, measured, tasks
from benchmarks.corridors.scores import TRUTH_TOUCH_KM, score
from benchmarks.corridors.skeletons import chains, cleaned
from benchmarks.corridors.worlds import DAYS, HELD_OUT_SEEDS, TUNING_SEED, Recipe, World, world
from benchmarks.corridors.worlds import noise as noise_world
from routes.core.geodesy import km_between, line_km, resampled, unit_vectors
from routes.ridges.centrelines import Centreline

pytestmark = pytest.mark.slow

KM_PER_DEGREE = 111.195
SMALL = 2_000
SLIP = 0.02
F1_MEASURED = {"sahel": 0.960, "mediterranean": 0.862}


def line(*places: tuple[float, float]) -> np.ndarray:
    """Return a line through (km east, km north) of a place where degrees are alike in both directions."""
    east, north = np.array(places, float).T / KM_PER_DEGREE
    return resampled(unit_vectors(east, north), 20.0)


ROUTE = line((0, 0), (1000, 0))


def scores(proposal: list[np.ndarray], truth: list[np.ndarray] | None = None) -> dict[str, float]:
    return score(network(proposal), network(truth or [ROUTE], TRUTH_TOUCH_KM))


def places_of(made: World) -> np.ndarray:
    return unit_vectors(made.incidents["lon"].to_numpy(), made.incidents["lat"].to_numpy())


# What is measured


def test_the_truth_itself_scores_one_everywhere():
    perfect = scores([ROUTE])
    shares = ("f1", "f1_50", "complete", "correct", "topo", "apls", "length", "parts")
    assert {name: perfect[name] for name in shares} == pytest.approx(dict.fromkeys(shares, 1.0))
    assert max(perfect[name] for name in ("chamfer", "h95", "bias")) < 0.01


def test_a_line_30_km_off_fails_within_25_and_passes_within_50():
    shifted = scores([line((0, 30), (1000, 30))])
    assert (shifted["f1"], shifted["f1_50"]) == (0.0, 1.0)
    assert shifted["bias"] == pytest.approx(30, abs=0.1)
    assert shifted["topo"] > 0.95


def test_a_break_costs_paths_but_hardly_any_coverage():
    broken = scores([line((0, 0), (480, 0)), line((520, 0), (1000, 0))])
    assert broken["f1"] == 1.0
    assert broken["apls"] < 0.7
    assert broken["parts"] == 2


def test_half_a_line_is_correct_and_half_complete():
    half = scores([line((0, 0), (500, 0))])
    assert half["correct"] == 1.0
    assert half["complete"] == pytest.approx(0.525, abs=0.01)
    assert half["length"] == pytest.approx(0.5, abs=0.01)


def test_a_line_drawn_twice_pays_in_topology_because_marbles_match_one_to_one():
    rungs = [line((east, -10), (east, 10)) for east in range(0, 1001, 100)]
    doubled = scores([line((0, 10), (1000, 10)), line((0, -10), (1000, -10)), *rungs])
    assert doubled["f1"] == 1.0
    assert doubled["length"] == pytest.approx(2.2, abs=0.05)
    assert doubled["topo"] < 0.7


def test_a_long_way_round_costs_paths():
    detour = scores([line((0, 0), (400, 0), (500, 300), (600, 0), (1000, 0))])
    assert detour["apls"] < 0.85


def test_nothing_found_scores_nothing():
    nothing = scores([])
    assert nothing["f1"] == nothing["topo"] == nothing["apls"] == nothing["length"] == 0.0


def test_lines_that_share_a_place_or_nearly_touch_are_connected():
    crossing = [ROUTE, line((500, -200), (500, 0)), line((300, 2), (300, 200))]
    assert network(crossing).parts == 1
    assert network([ROUTE, line((300, 10), (300, 200))]).parts == 2


def test_samples_are_as_far_apart_as_said_whatever_the_corners():
    corners = unit_vectors(np.array([0, 0.01, 0.02, 3.0, 8.0]), np.zeros(5))
    one = network([corners])
    assert one.links.data == pytest.approx(STEP_KM, abs=0.2)
    assert one.km == pytest.approx(8 * KM_PER_DEGREE, rel=1e-3)


def test_distances_know_the_antimeridian():
    over = [resampled(unit_vectors(np.array([175.0, -175.0]), np.zeros(2)), 20.0)]
    assert score(network(over), network(over))["f1"] == 1.0
    assert network(over).km == pytest.approx(10 * KM_PER_DEGREE, rel=1e-3)


# What peers' skeletons are cleaned of


def test_a_skeleton_loses_its_spurs_and_crumbs_and_keeps_its_line():
    east, north = np.array([(0, 0), (200, 0), (400, 0), (200, 40), (0, 300), (40, 300)]).T / KM_PER_DEGREE
    trunk, spur, crumb = [[0, 1], [1, 2]], [[1, 3]], [[4, 5]]
    kept = cleaned(np.array(trunk + spur + crumb), unit_vectors(east, north))
    assert [line_km(one) for one in kept] == pytest.approx([400], rel=0.01)


def test_a_ring_is_one_chain_that_ends_where_it_starts():
    (ring,) = chains(np.array([[0, 1], [1, 2], [2, 0]]))
    assert ring[0] == ring[-1]
    assert len(ring) == 4


# What worlds are made of


def test_the_same_seed_makes_the_same_world_and_another_another():
    region = regions()["sahel"]
    one, same, other = (world(region, Recipe(500), seed) for seed in (3, 3, 4))
    assert one.incidents.equals(same.incidents)
    assert not one.incidents.equals(other.incidents)


@pytest.mark.parametrize("name", regions())
def test_every_incident_lies_on_the_land_or_at_the_sea_of_its_region(name):
    made = world(regions()[name], Recipe(SMALL), TUNING_SEED)
    assert made.incidents.height == SMALL
    assert inside(places_of(made), made.mode).all()


def test_clutter_snapping_and_days_are_as_ordered():
    made = world(regions()["atlantic"], Recipe(SMALL), 3)
    frame = made.incidents
    assert (frame["corridor"] == -1).mean() == pytest.approx(0.3)
    on_grid = (frame["lon"] * 4 % 1 < 1e-6) | (frame["lon"] * 4 % 1 > 1 - 1e-6)
    assert on_grid.mean() == pytest.approx(0.3 * 0.7, abs=0.03)
    assert frame["time_start"].n_unique() == SMALL
    assert (frame["time_start"].max() - frame["time_start"].min()).days == pytest.approx(DAYS, abs=5)


def test_reports_scatter_around_their_route_by_sigma():
    region = regions()["pacific"]
    made = world(region, Recipe(SMALL, clutter=0, snapped=0), 3)
    off = network(region.lines).km_from(places_of(made))
    assert np.sqrt((off**2).mean()) == pytest.approx(12, rel=0.1)


def test_regions_are_as_long_as_the_protocol_says():
    said = {"sahel": 9500, "balkans": 3436, "americas": 7296, "mediterranean": 2984, "atlantic": 4128}
    said |= {"pacific": 20272, "indian": 7864}
    assert {name: region.km for name, region in regions().items()} == pytest.approx(said, rel=0.02)


def test_the_pacific_is_one_box_over_the_antimeridian():
    box = regions()["pacific"].box
    assert box.east - box.west < 150
    assert box.west < -180 or box.east > 180


def test_noise_knows_no_route_and_stays_in_its_domain():
    made = noise_world(regions()["balkans"], SMALL, 12, 3)
    assert made.incidents.height == SMALL
    assert inside(places_of(made), "land").all()


def test_sea_lanes_come_from_the_network_and_their_incidents_from_the_sea():
    made = lane_world("Arabian Sea", SMALL, 3)
    assert sum(map(line_km, made.truth)) == pytest.approx(69_500, rel=0.02)
    assert inside(places_of(made), "sea").all()
    assert BOXES.keys() == {"Arabian Sea", "Caribbean"}


# What is kept and written


def straight(made: World) -> list[np.ndarray]:
    return [made.truth[0]]


def fake(tmp_path, source, finder) -> dict[str, Method]:
    file = tmp_path / "source.py"
    file.write_text(source, encoding="utf-8")
    return {"ours": Method("ours", "ours", {"": finder}, (file,))}


def test_what_was_measured_is_not_measured_again_until_its_source_changes(tmp_path):
    calls = []

    def counting(made: World) -> list[np.ndarray]:
        calls.append(made.name)
        return straight(made)

    worlds = len(list(tasks("lanes", HELD_OUT_SEEDS, quick=True)))
    for source, expected in (("one", worlds), ("one", worlds), ("two", 2 * worlds)):
        found = measured("lanes", fake(tmp_path, source, counting), Figures(tmp_path), Bounds(quick=True), print)
        assert len(found) == worlds
        assert len(calls) == expected


def test_worlds_that_a_method_has_not_been_measured_on_are_left_out_of_the_page(tmp_path):
    known = fake(tmp_path, "one", straight)
    assert measured("lanes", known, Figures(tmp_path), Bounds(quick=True), None) == []


def test_a_line_cut_off_in_writing_costs_that_line_alone(tmp_path):
    cells = [Cell("synthetic", "sahel", "", 2000, seed, "ours", "", "code") for seed in HELD_OUT_SEEDS]
    first = Figures(tmp_path)
    first.put(Figure(cells[0], {"f1": 0.5}, 1.0))
    with (tmp_path / FILE_NAME).open("a", encoding="utf-8") as file:
        file.write('\n{"cell": {"part"')
    again = Figures(tmp_path)
    again.put(Figure(cells[1], {"f1": 0.6}, 1.0))
    assert [Figures(tmp_path).get(cell).scores["f1"] for cell in cells] == [0.5, 0.6]
    assert json.loads((tmp_path / FILE_NAME).read_text().splitlines()[0])["seconds"] == 1.0


def figure(method: str, variant: str, value: float, score_name: str = "f1", part: str = "synthetic") -> Figure:
    values = dict.fromkeys(scores([ROUTE]), 1.0) | {score_name: value}
    return Figure(Cell(part, "sahel", "", 2000, 3, method, variant, "code"), values, 0.1)


def test_each_peer_is_shown_with_its_best_setting():
    known = methods()
    best = chosen([figure("kde", "10 km", 0.3), figure("kde", "15 km", 0.8), figure("ours", "", 0.9)], known)
    assert [(one.method.name, one.variant) for one in best] == [("ours", ""), ("kde", "15 km")]


def test_against_noise_a_peer_has_the_setting_that_finds_routes_best():
    known = {name: methods()[name] for name in ("ours", "kde")}
    routes = [figure("ours", "", 0.9), figure("kde", "10 km", 0.3), figure("kde", "15 km", 0.8)]
    lengths = [("ours", "", 0.0), ("kde", "10 km", 1.0), ("kde", "15 km", 2.0)]
    drawn = [figure(*one, "length", "noise") for one in lengths]
    assert "| 2,000 | 0.000 | 2.000 (15 km) |" in noise(drawn, known, routes)


def test_the_page_names_every_method_and_shows_what_was_measured():
    known = methods()
    text = page({"synthetic": [figure("ours", "", 0.9), figure("kde", "15 km", 0.8)]}, known, MISSING, [])
    assert "| 2,000 | ours | 0.900 |" in text
    assert "KDE, Otsu, skeleton (15 km)" in text
    assert MISSING in text


def test_a_gate_says_what_is_asked_and_whether_it_is_held():
    assert (Gate("length", 1.2, 0.9, 1.1).asked, Gate("length", 1.2, 0.9, 1.1).held) == ("0.9 to 1.1", False)
    assert (Gate("F1", 0.9, low=0.85).asked, Gate("F1", 0.9, low=0.85).held) == ("at least 0.850", True)


def test_gates_ask_more_of_us_than_of_any_peer():
    found = {"synthetic": [figure("ours", "", 0.9), figure("kde", "15 km", 0.95)]}
    held = {gate.name: gate.held for gate in gates(found, methods())}
    assert held["F1, 2,000"]
    assert not held["F1 of the best peer, 2,000"]


# Labels and support


def test_labels_that_are_not_beside_the_checkout_are_left_out_with_a_sentence(tmp_path):
    assert section(tmp_path) == MISSING


def test_groups_that_follow_labels_agree_and_those_without_a_group_count_in_all():
    labels = np.array(["a"] * 4 + ["b"] * 4, dtype=object)
    whole = agreement(np.array([0, 0, 0, 0, 1, 1, 1, 1]), labels)
    part = agreement(np.array([0, 0, 0, -1, 1, 1, 1, -1]), labels)
    assert (whole.purity, whole.rand, whole.v, whole.assigned) == (1.0, 1.0, 1.0, 1.0)
    assert (part.rand, part.assigned) == (1.0, 0.75)
    assert part.rand_all < 1.0


def test_lines_that_touch_are_one_system():
    lines = [
        Centreline(one, 42.0, np.zeros(len(one) - 1, dtype=bool))
        for one in (ROUTE, line((500, 0), (500, 300)), line((0, 400), (300, 400)))
    ]
    first, second, third = systems(lines)
    assert first == second != third


def test_support_is_held_against_the_truth():
    right, wrong = line((0, 5), (1000, 5)), line((0, 200), (1000, 200))
    found = calibration([(right, np.full(len(right), 0.97)), (wrong, np.full(len(wrong), 0.4))], [ROUTE])
    assert [(one.low, one.correct) for one in found.bins] == [(0.3, 0.0), (0.95, 1.0)]
    assert found.auc == 1.0
    assert found.correct == pytest.approx(0.5, abs=0.01)


def test_support_that_says_nothing_has_an_auc_of_a_half():
    assert auc(np.full(10, 0.5), np.arange(10) < 4) == pytest.approx(0.5)


# What must not slip back


@pytest.mark.parametrize("name", F1_MEASURED)
def test_our_small_rows_do_not_slip_back(name):
    region = regions()[name]
    found = ours(world(region, Recipe(SMALL), HELD_OUT_SEEDS[0]))
    reached = score(network(found), network(region.lines, TRUTH_TOUCH_KM))["f1"]
    assert reached >= F1_MEASURED[name] - SLIP


def test_true_routes_are_smooth():
    for region in regions().values():
        for one in region.lines:
            assert km_between(one[:-1], one[1:]).max() < 7.0
