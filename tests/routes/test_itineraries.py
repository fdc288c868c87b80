"""Movement becomes corridors that run in its direction; where none can be told, ridges are drawn and a note says so."""

import json

import numpy as np
import polars as pl
import pytest

from geodata.facts import reference_facts
from geodata.incident import ORIGIN
from routes.itineraries import reduce_movement


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
