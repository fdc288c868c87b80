"""The examples of the docs run as they stand, and say what they promise."""

import re
import runpy
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"


def printed(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> str:
    monkeypatch.chdir(tmp_path)
    runpy.run_path(str(EXAMPLES / f"{name}.py"))
    return capsys.readouterr().out


@pytest.mark.slow
def test_points_become_routes_and_a_map_that_loads_nothing_from_elsewhere(tmp_path, monkeypatch, capsys):
    said = printed("routes_from_points", tmp_path, monkeypatch, capsys)
    assert "Central Mediterranean" in said
    share = re.search(r"(\d+)% of the points lie in a corridor", said)
    assert share is not None
    assert int(share[1]) > 60
    page = (tmp_path / "routes.html").read_text(encoding="utf-8")
    assert "Central Mediterranean" in page
    assert not re.findall(r'(?:src|href)="https?:', page)


@pytest.mark.slow
def test_two_years_are_compared_and_hexes_graded(tmp_path, monkeypatch, capsys):
    said = printed("what_changed", tmp_path, monkeypatch, capsys)
    assert re.search(r"growing|born|fading|gone", said)
    assert "hot spot" in said


def test_a_file_is_read_by_the_rules_of_an_ingest(tmp_path, monkeypatch, capsys):
    said = printed("from_a_file", tmp_path, monkeypatch, capsys)
    assert "2 rows refused" in said
    assert "an incident needs coordinates (1, the first in row" in said
    assert "'2024-02-30'" in said


def test_every_example_is_run_here():
    names = {path.stem for path in EXAMPLES.glob("*.py")} - {"__init__"}
    assert names == {"routes_from_points", "what_changed", "from_a_file"}
