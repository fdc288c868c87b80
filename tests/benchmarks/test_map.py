"""The benchmark of the map: what it says, what it is measured on, and that all of it works in a real browser."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks.map import fields
from benchmarks.map.figures import Figure, middle, p95, said
from benchmarks.map.report import Measured, page
from benchmarks.map.stages import DECK, FOLIUM, Section
from benchmarks.map.workspaces import KEPT
from geodata.model.incident import SCHEMA
from geodata.model.query import View
from layers.payload.snapshot import ground, snapshot

ROOT = Path(__file__).parent.parent.parent

# What is said


def test_a_figure_holds_its_goal_from_the_side_that_is_asked():
    assert Figure("scrub", "fps", 61.0, 60.0, at_least=True).held is True
    assert Figure("tick", "kB", 10.1, 10.0).held is False
    assert Figure("step", "ms", 3.0).held is None


def test_a_ratio_is_what_the_peer_takes_over_what_we_take():
    figure = Figure("step", "ms", 50.0, peers={FOLIUM: 1500.0, DECK: None})
    assert figure.ratio(FOLIUM) == 30.0
    assert figure.ratio(DECK) is None
    assert figure.ratio("nobody") is None
    assert Figure("scrub", "fps", 60.0, at_least=True, peers={FOLIUM: 2.0}).ratio(FOLIUM) == 30.0


def test_values_are_said_with_as_many_digits_as_they_bear():
    assert [said(value, "ms") for value in (1.234, 12.34, 1234.5)] == ["1.23 ms", "12.3 ms", "1,234 ms"]
    assert middle([1.0, 9.0, 2.0]) == 2.0
    assert p95(list(range(101))) == 95.0


def test_the_page_names_what_is_missed_what_did_not_end_and_the_load():
    figures = [
        Figure("a filter", "ms", 500.0, 200.0, runs="p95 of 30"),
        Figure("a step", "ms", 50.0, peers={FOLIUM: 1500.0, DECK: None}),
    ]
    text = page(
        {"one": Measured(Section("Some part", figures, ["* a line."]), "2026-11-24 20:00", (0.5, 2.25), 0.1)}, "1.2"
    )
    assert "| a filter | at most 200 ms | 500 ms | p95 of 30 |  |  |  |  | **missed** |" in text
    assert "| a step |  | 50.0 ms |  | 1,500 ms | 30.0 | did not end |  |  |" in text
    assert "## Some part\n\n* a line." in text
    assert "| Some part | 2026-11-24 20:00 | 10% | 0.5 | 2.2 |" in text
    assert str(KEPT) not in text


# What it is measured on


def test_a_field_has_exactly_the_hexes_that_were_asked_for_and_incidents_as_the_ledger_gives_them():
    made = fields.incidents(500)
    assert list(made.columns) == list(SCHEMA)
    assert made["cell"].n_unique() == 500
    assert len(fields.cells(500)) == len(np.unique(fields.cells(500))) == 500


def test_a_filter_leaves_every_hex_of_the_field():
    rows = fields.rows(50)
    assert rows.group_by("kind").len()["len"].to_list() == [50] * len(fields.KINDS)


def test_the_product_makes_its_own_snapshot_of_the_field_and_its_routes():
    routes = fields.corridors(20, 500)
    made = snapshot(ground(fields.incidents(500)), View(), 1, routes)
    (level,) = [one for one in made.manifest["levels"] if one["resolution"] == fields.RESOLUTION]
    assert level["hexes"] == 500
    assert len(made.manifest["corridors"]) == 20
    assert made.manifest["stage"] == "routes"


# That it works


@pytest.mark.browser
@pytest.mark.long
def test_a_small_run_measures_frames_and_peers_in_a_real_browser(tmp_path):
    command = [sys.executable, "-m", "benchmarks.map", "--quick", "--out", str(tmp_path / "map.md")]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)
    assert ran.returncode == 0, ran.stderr[-2000:]
    for deed in (
        "scrub 1,000 hexes",
        "one step of time, until painted",
        "a filter, caches warm",
    ):
        assert deed in ran.stdout
    assert "did not end" not in ran.stdout
    assert not (tmp_path / "map.md").exists()
