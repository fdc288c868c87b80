"""Itineraries: stretches that follow each other become one line; what a direction rests on is said in words."""

import numpy as np
import pytest

from geodata.model.assumptions import reference_facts
from geodata.spatial.coastline import is_land
from routes.core.geodesy import line_km, lonlat, resampled, unit_vectors
from routes.core.params import DEFAULT
from routes.network.direction_basis import basis_of
from routes.network.segments import Stretch, Under
from routes.pipelines.movement_corridors import pieces_of, runs_of


def stretch(*places: tuple[float, float], flow: float = 10.0, observed: float = 1.0, **more: object) -> Stretch:
    lon, lat = np.array(places).T
    journeys = {("NGA", "EU"): 1.0}
    points, seen = unit_vectors(lon, lat), {"observed": observed, "inferred": observed < 0.5}
    more = {"journeys": journeys, "start_country": "NER", "end_country": "LBY", **seen, **more}
    return Stretch(points, "land", flow, 0.0, "one-way", **more)


def test_stretches_are_joined_where_most_of_the_movement_goes_straight_on():
    trunk, on = stretch((8.0, 17.0), (9.0, 19.0)), stretch((9.0, 19.0), (10.0, 21.0), observed=0.49)
    aside, weak = stretch((9.0, 19.0), (11.0, 18.0)), stretch((9.0, 19.0), (9.8, 21.0), flow=2.0)
    runs = runs_of([weak, on, trunk, aside], DEFAULT.routes)
    joined = next(run for run in runs if len(run.parts) > 1)
    assert joined.parts == (trunk, on)
    assert sorted(len(run.parts) for run in runs) == [1, 1, 2]
    (piece,) = pieces_of(joined, DEFAULT.routes.shortest_km, DEFAULT.ridges.coast)
    ((start, end),) = piece.line.bridges()
    assert start == pytest.approx(line_km(trunk.points))
    assert end == pytest.approx(line_km(joined.points))


def test_a_traced_line_is_joined_to_nothing_and_keeps_its_course_and_its_bridges():
    traced = stretch((8.0, 17.0), (9.0, 19.0), (10.0, 21.0), basis="traced", bridged=np.array([False, True]))
    runs = runs_of([traced, stretch((10.0, 21.0), (11.0, 23.0))], DEFAULT.routes)
    assert [len(run.parts) for run in runs] == [1, 1]
    (piece,) = pieces_of(runs[0], DEFAULT.routes.shortest_km, DEFAULT.ridges.coast)
    assert piece.points is not None
    assert piece.points.tolist() == traced.points.tolist()
    assert piece.line.bridges()[0] == pytest.approx((line_km(traced.points[:2]), line_km(traced.points)))


def test_a_traced_line_over_a_bay_stays_where_incidents_trace_it():
    (run,) = runs_of([stretch((18.0, 30.6), (20.4, 31.8), basis="traced", bridged=np.array([False]))], DEFAULT.routes)
    (piece,) = pieces_of(run, DEFAULT.routes.shortest_km, DEFAULT.ridges.coast)
    assert line_km(piece.points) == pytest.approx(263, abs=3)


def test_a_piece_is_as_sure_and_as_busy_as_its_parts_are_over_their_length():
    sure = stretch((8.0, 17.0), (8.0, 20.0), support=1.0)
    (run,) = runs_of([sure, stretch((8.0, 20.0), (8.0, 21.0), flow=2.0, support=0.6)], DEFAULT.routes)
    (piece,) = pieces_of(run, DEFAULT.routes.shortest_km, DEFAULT.ridges.coast)
    assert piece.support == pytest.approx(0.9, abs=0.01)
    assert piece.flow == pytest.approx(8.0, abs=0.05)
    assert piece.busiest is sure


def test_without_redraws_of_any_part_a_piece_has_no_support():
    (run,) = runs_of(
        [stretch((8.0, 17.0), (8.0, 20.0), support=1.0), stretch((8.0, 20.0), (8.0, 21.0))], DEFAULT.routes
    )
    (piece,) = pieces_of(run, DEFAULT.routes.shortest_km, DEFAULT.ridges.coast)
    assert piece.support is None


def test_under_a_piece_lie_the_ways_of_its_parts_by_their_share_of_its_length():
    first = stretch((8.0, 17.0), (8.0, 20.0), under=Under.of([4, 5], [0, 1], np.array([100.0, 300.0])))
    (run,) = runs_of([first, stretch((8.0, 20.0), (8.0, 21.0), under=Under.of([6], [1]))], DEFAULT.routes)
    (piece,) = pieces_of(run, DEFAULT.routes.shortest_km, DEFAULT.ridges.coast)
    # Three quarters of it are the first part: a quarter of these on way 4.
    assert (piece.under.way.tolist(), piece.under.back.tolist()) == ([4, 5, 6], [0, 1, 1])
    assert piece.under.share == pytest.approx([0.1875, 0.5625, 0.25], abs=0.001)


def test_flow_along_a_line_is_the_mean_over_the_ways_under_it_in_each_direction():
    under = Under.of([0, 2], [0, 1], np.array([300.0, 100.0]))
    directed = np.array([[8.0, 9.0, 1.0], [2.0, 9.0, 4.0]])
    # With it 8 over three quarters and 4, back along way 2, over one; against it 2 and 1.
    assert under.flow(directed) == (7.0, 1.75)
    assert under.turned().flow(directed) == (1.75, 7.0)
    assert Under.of([], []).flow(directed) == (0.0, 0.0)


def test_a_run_over_a_bay_is_led_round_it():
    (run,) = runs_of([stretch((18.0, 30.6), (20.4, 31.8))], DEFAULT.routes)  # across the Gulf of Sirte
    places = np.concatenate(
        [
            lonlat(resampled(piece.points, 1.0))
            for piece in pieces_of(run, DEFAULT.routes.shortest_km, DEFAULT.ridges.coast)
        ]
    )
    assert is_land(places[:, 0], places[:, 1]).all()
    assert len(places) > 275  # km; the straight way over the water has 263


def test_a_ring_of_stretches_ends():
    corners = [(8.0, 17.0), (9.0, 17.5), (9.5, 18.5), (9.0, 19.5), (8.0, 19.5), (7.5, 18.5)]
    ring = [stretch(here, there) for here, there in zip(corners, [*corners[1:], corners[0]], strict=True)]
    assert sum(len(run.parts) for run in runs_of(ring, DEFAULT.routes)) == len(ring)


def test_the_basis_of_a_direction_names_what_is_stated_and_the_entry_that_decides_it():
    facts = reference_facts()
    said = basis_of({("NGA", "EU"): 1.0}, 2, 1, 0, facts, DEFAULT.telling)
    assert said.startswith("50% of its incidents state the origin; no incident states its destination.")
    assert f"Assumptions {facts.version}: Nigeria to EU 100%. One entry decides it: from " in said
    many = {("NGA", "EU"): 0.4, ("ETH", "SAU"): 0.3, ("MEX", "USA"): 0.3}
    assert "decides" not in basis_of(many, 2, 1, 0, facts, DEFAULT.telling)
    assert "100% of its incidents state the destination" in basis_of(many, 2, 0, 2, facts, DEFAULT.telling)


def test_a_destination_that_incidents_state_against_the_facts_is_decided_by_no_entry():
    assert "decides" not in basis_of({("YEM", "ETH"): 1.0}, 10, 10, 10, reference_facts(), DEFAULT.telling)
