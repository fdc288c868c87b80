"""Movement becomes corridors that run in its direction; where none can be told, ridges are drawn and a note says so."""

import json
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from geodata.coast import is_land
from geodata.facts import reference_facts
from geodata.incident import ORIGIN
from routes.bases import basis_of
from routes.itineraries import pieces_of, reduce_movement, runs_of
from routes.sphere import line_km, lonlat, resampled, unit_vectors
from routes.stretches import Stretch

pytestmark = pytest.mark.slow


def from_nigeria(frame: pl.DataFrame) -> pl.DataFrame:
    origins = [[{"iso3": "NGA", "weight": 1.0}]] * frame.height
    return frame.with_columns(pl.Series("origins", origins, dtype=pl.List(ORIGIN)))


@pytest.fixture
def crossing(at, along) -> pl.DataFrame:
    """Return incidents off Libya and off Lampedusa, of people who started in Nigeria, and on the road through Niger."""
    sea = np.concatenate([along([(12.4, 33.1), (12.6, 33.4)], 200, 8.0), along([(12.5, 35.3), (12.6, 35.4)], 120, 6.0)])
    land = along([(8.0, 17.0), (10.5, 21.5), (14.4, 27.0)], 300)
    return from_nigeria(pl.concat([at(sea, "sea"), at(land)]))


def test_a_crossing_runs_from_libya_to_italy_one_way(crossing):
    reduction = reduce_movement(crossing, reference_facts())
    boats = [one for one in reduction.corridors if one.mode == "sea" and one.basis == "journeys"]
    assert boats
    busiest = max(boats, key=lambda one: one.flow)
    first, *_, last = busiest.countries
    assert first.iso3 in ("LBY", "TUN")
    assert last.iso3 == "ITA"
    assert busiest.direction == "one-way"
    assert any("facts" in note for note in reduction.notes)
    json.dumps(reduction.collection(), allow_nan=False)


def test_every_incident_belongs_to_one_corridor_at_most(crossing):
    numbered = crossing.with_columns(pl.int_range(pl.len()).cast(pl.String).alias("incident_id"))
    assignments = reduce_movement(numbered, reference_facts()).assignments
    assert assignments["incident_id"].is_unique().all()
    assert assignments.height > 0.8 * crossing.height


def test_too_few_incidents_fall_back_to_ridges_and_say_so(at):
    reduction = reduce_movement(from_nigeria(at([(8.0, 17.0)])), reference_facts())
    assert reduction.corridors == ()
    assert "Movement: ridges are drawn instead." in reduction.notes


def stretch(*places: tuple[float, float], flow: float = 10.0, inferred: bool = False, **more: object) -> Stretch:
    lon, lat = np.array(places).T
    journeys = {("NGA", "EU"): 1.0}
    line = Stretch(unit_vectors(lon, lat), "land", flow, 0.0, "one-way", 1.0, inferred, journeys, "NER", "LBY")
    return replace(line, **more)


def test_stretches_are_joined_where_most_of_the_movement_goes_straight_on():
    trunk, on = stretch((8.0, 17.0), (9.0, 19.0)), stretch((9.0, 19.0), (10.0, 21.0), inferred=True)
    aside, weak = stretch((9.0, 19.0), (11.0, 18.0)), stretch((9.0, 19.0), (9.8, 21.0), flow=2.0)
    runs = runs_of([weak, on, trunk, aside])
    joined = next(run for run in runs if len(run.parts) > 1)
    assert joined.parts == (trunk, on)
    assert sorted(len(run.parts) for run in runs) == [1, 1, 2]
    (piece,) = pieces_of(joined)
    ((start, end),) = piece.line.bridges()
    assert start == pytest.approx(line_km(trunk.points))
    assert end == pytest.approx(line_km(joined.points))


def test_a_piece_is_as_sure_and_as_busy_as_its_parts_are_over_their_length():
    sure = stretch((8.0, 17.0), (8.0, 20.0), support=1.0)
    (run,) = runs_of([sure, stretch((8.0, 20.0), (8.0, 21.0), flow=2.0, support=0.6)])
    (piece,) = pieces_of(run)
    assert piece.support == pytest.approx(0.9, abs=0.01)
    assert piece.flow == pytest.approx(8.0, abs=0.05)
    assert piece.busiest is sure


def test_a_run_over_a_bay_is_led_round_it():
    (run,) = runs_of([stretch((18.0, 30.6), (20.4, 31.8))])  # across the Gulf of Sirte
    places = np.concatenate([lonlat(resampled(piece.points, 1.0)) for piece in pieces_of(run)])
    assert is_land(places[:, 0], places[:, 1]).all()
    assert len(places) > 275  # km; the straight way over the water has 263


def test_the_basis_of_a_direction_names_what_is_stated_and_the_entry_that_decides_it():
    facts = reference_facts()
    own = pl.DataFrame(
        {"origins": [[{"iso3": "NGA", "weight": 1.0}], None], "destination": [None, None]},
        schema={"origins": pl.List(ORIGIN), "destination": pl.String},
    )
    said = basis_of(stretch((8.0, 17.0), (9.0, 19.0)), own, facts)
    assert said.startswith("50% of its incidents state the origin; no incident states its destination.")
    assert f"Facts {facts.version}: Nigeria to EU 100%. One entry decides it: from " in said
    many = {("NGA", "EU"): 0.4, ("ETH", "SAU"): 0.3, ("MEX", "USA"): 0.3}
    assert "decides" not in basis_of(stretch((8.0, 17.0), (9.0, 19.0), journeys=many), own, facts)


def test_corridors_of_movement_are_graded_and_bear_the_name_of_the_known_route(crossing):
    reduction = reduce_movement(crossing, reference_facts())
    routes = [one for one in reduction.corridors if one.basis == "journeys"]
    assert {one.grade for one in routes} <= {"A", "B", "C", "D"}
    assert {"Central Mediterranean", "Sahara"} <= {one.route for one in routes}
    assert all(one.direction_basis for one in routes)
    for country in (country for one in routes for country in one.countries if country.shares):
        assert sum(country.shares) == pytest.approx(1.0)


def test_a_ring_of_stretches_ends():
    corners = [(8.0, 17.0), (9.0, 17.5), (9.5, 18.5), (9.0, 19.5), (8.0, 19.5), (7.5, 18.5)]
    ring = [stretch(here, there) for here, there in zip(corners, [*corners[1:], corners[0]], strict=True)]
    assert sum(len(run.parts) for run in runs_of(ring)) == len(ring)
