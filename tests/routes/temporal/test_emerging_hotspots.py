"""Emerging hot spots: Esri's eight classes of hot and of cold, Gi* as it is defined, and silence by chance."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.spatial import h3_cells as hexes
from routes.temporal.emerging_hotspots import _significant, _trend, classified, gi_star, hotspots

slow = pytest.mark.slow


def area(rings: int) -> np.ndarray:
    middle = hexes.cells_at(np.array([12.0]), np.array([35.0]), 5)
    return hexes.disks(middle, rings)[1]


def steps(text: str) -> np.ndarray:
    return np.array(["-.+".index(mark) - 1 for mark in text])


@pytest.mark.parametrize(
    ("text", "trend", "pattern"),
    [
        (".........+", 0, "new"),
        ("-........+", 0, "new"),
        (".......+++", 0, "consecutive"),
        ("++++++++++", 1, "intensifying"),
        (".+++++++++", 1, "intensifying"),
        ("++++++++++", 0, "persistent"),
        ("++++++++++", -1, "diminishing"),
        ("+++++++++.", 0, "historical"),
        ("+++++++++.", -1, "historical"),
        ("..+..+...+", 0, "sporadic"),
        ("..+...++++", 0, "sporadic"),
        ("..-...++++", 0, "consecutive"),
        ("+-.......+", 0, "oscillating"),
        ("..++++++++", 0, "consecutive"),
        (".+.+++++++", 0, "sporadic"),
        ("-+++++++++", 0, "persistent"),
    ],
)
def test_patterns_are_esris_for_hot_and_for_cold(text, trend, pattern):
    hot, cold = classified(steps(text), trend), classified(-steps(text), -trend)
    assert (hot.heat, hot.pattern) == ("hot", pattern)
    assert (cold.heat, cold.pattern) == ("cold", pattern)
    assert hot.name == f"{pattern} hot spot"


@pytest.mark.parametrize("text", ["..........", "++++......", "+++++++...", ""])
def test_what_is_neither_now_nor_lasting_has_no_pattern(text):
    assert classified(steps(text), 0).name == "no pattern"


@slow
def test_gi_star_is_what_getis_and_ord_define():
    cells = area(3)
    counts = np.random.default_rng(1).poisson(3, (len(cells), 1)).astype(float)
    number, row = len(cells), 0  # the middle has all of its six neighbours
    owner, near, _ = hexes.disks(cells[:1], 1)
    inside = np.isin(cells, near)
    values, size = counts[:, 0], inside.sum()
    error = values.std() * np.sqrt((number * size - size**2) / (number - 1))
    expected = (values[inside].sum() - values.mean() * size) / error
    assert owner.size == 7
    assert gi_star(cells, counts)[row, 0] == pytest.approx(expected)


@slow
def test_a_place_that_fills_up_is_a_new_then_a_consecutive_and_in_the_end_a_lasting_hot_spot():
    cells = area(8)
    random = np.random.default_rng(3)
    counts = random.poisson(2, (len(cells), 12)).astype(float)
    counts[:7, -1:] += 40
    assert hotspots(cells, counts).spots[0].pattern == "new"
    counts[:7, -4:-1] += 40
    assert hotspots(cells, counts).spots[0].pattern == "consecutive"
    counts[:7, :-4] += 40
    assert hotspots(cells, counts).spots[0].pattern == "persistent"
    counts[:7] *= np.linspace(0.3, 3, 12)
    assert hotspots(cells, counts).spots[0].name == "intensifying hot spot"


@slow
def test_chance_alone_is_silent_and_so_is_a_month_of_much_reporting():
    cells = area(8)
    counts = np.random.default_rng(5).poisson(4, (len(cells), 12)).astype(float)
    counts[:, -1] *= 3
    assert (hotspots(cells, counts).state != 0).mean() < 0.002


@slow
@pytest.mark.parametrize(
    "counts", [np.zeros((7, 4)), np.full((217, 3), 5.0), np.zeros((217, 1)), np.zeros((0, 5)), np.zeros((217, 0))]
)
def test_nothing_to_tell_is_no_pattern(counts):
    found = hotspots(area(8)[: len(counts)], counts)
    assert {spot.name for spot in found.spots} <= {"no pattern"}
    assert len(found.spots) == len(counts)


@slow
def test_the_order_of_cells_does_not_matter():
    cells = area(5)
    random = np.random.default_rng(7)
    counts = random.poisson(2, (len(cells), 6)).astype(float)
    counts[:5] += 30
    order = random.permutation(len(cells))
    mixed = hotspots(cells[order], counts[order]).spots
    assert [mixed[place] for place in np.argsort(order)] == list(hotspots(cells, counts).spots)


@slow
@given(st.lists(st.lists(st.integers(0, 1000), min_size=5, max_size=5), min_size=19, max_size=19))
@settings(max_examples=20)
def test_any_counts_have_an_answer(rows):
    found = hotspots(area(2), rows)
    assert np.isfinite(found.z).all()
    assert len(found.spots) == 19


def test_a_trend_is_mann_s_and_kendall_s():
    """S of four rising values is 6 and z (6 - 1) / 2.94, p 0.09; of five 10 and 9 / 4.08, p 0.03."""
    assert [_trend(np.arange(float(size))) for size in (3, 4, 5)] == [0, 0, 1]
    assert _trend(-np.arange(5.0)) == -1
    assert _trend(np.zeros(9)) == 0


@pytest.mark.parametrize(("second", "found"), [(2.2, 1), (2.0, 0)])
def test_a_spot_is_significant_by_the_false_discovery_rate_over_all(second, found):
    """Of four, the third has to have a p of less than 0.0375: 2.2 has 0.028, 2.0 has 0.046."""
    assert _significant(np.array([[3.0, second], [-3.0, 0.0]])).tolist() == [[1, found], [-1, 0]]
