"""Hot spots as a map is told of them: only hexes with a pattern, each with its six corners."""

import json
from datetime import date

import numpy as np

from geodata.spatial import h3_cells as hexes
from layers.payload.hotspots import MEANINGS, drawn_spots
from routes.temporal.emerging_hotspots import HotSpots, Spot
from routes.temporal.time_windows import Window


def test_every_class_that_there_is_has_a_meaning_in_one_line():
    assert list(MEANINGS) == [
        "new",
        "consecutive",
        "intensifying",
        "persistent",
        "diminishing",
        "sporadic",
        "oscillating",
        "historical",
    ]
    assert max(map(len, MEANINGS.values())) < 50


def test_hexes_without_a_pattern_are_not_drawn_and_the_others_have_their_months():
    cells = hexes.cells_at(np.array([12.0, 15.0, 18.0]), np.array([35.0, 36.0, 37.0]), 4)
    state = np.array([[1, 1, 0, 1], [0, 0, 0, 0], [0, -1, -1, -1]])
    spots = (Spot("hot", "sporadic"), Spot("none", "none"), Spot("cold", "consecutive"))
    window = Window(date(2024, 1, 1), date(2024, 5, 1))
    drawn = drawn_spots(HotSpots(cells, state.astype(float), state, spots), window)
    assert [(one["pattern"], one["heat"], one["hot"], one["cold"], one["of"]) for one in drawn] == [
        ("sporadic", "hot", 3, 0, 4),
        ("consecutive", "cold", 0, 3, 4),
    ]
    assert [one["cell"] for one in drawn] == [hexes.names(cells)[0], hexes.names(cells)[2]]
    assert all(len(one["corners"]) == 12 for one in drawn)
    assert json.loads(json.dumps(drawn)) == drawn


def test_no_spot_at_all_is_an_empty_list():
    nothing = HotSpots(np.array([], np.uint64), np.empty((0, 0)), np.empty((0, 0), np.int64), ())
    assert drawn_spots(nothing, Window(date(2024, 1, 1), date(2024, 5, 1))) == []
