"""``python -m layers own``: layers are added, listed, changed, ordered and removed; what is wrong is one sentence."""

import json

import pytest
from typer.testing import CliRunner

from layers.__main__ import app

TILES = "https://tiles.example.org/{z}/{x}/{y}.png"


@pytest.fixture
def own(home, monkeypatch):
    """Return the way to run a command on a workspace of its own."""
    monkeypatch.setenv("ROUTES_HOME", str(home))
    return lambda *words: CliRunner().invoke(app, ["own", *words])


def test_layers_are_added_listed_changed_ordered_and_removed(own, tmp_path):
    file = tmp_path / "posts.geojson"
    point = {"type": "Point", "coordinates": [11.56, 33.15]}
    file.write_text(json.dumps({"type": "Feature", "properties": {"post": "Ras Ajdir"}, "geometry": point}))
    added = own("add", str(file), "--name", "Posts", "--credit", "Desk", "--label", "post", "--colour", "#112233")
    assert added.output.splitlines()[0] == "'Posts' was added (posts): 1 feature."
    assert own("add", TILES, "--kind", "xyz", "--name", "Chart", "--credit", "Office", "--place", "base").exit_code == 0
    assert own("order", "chart", "posts").output == "Chart, Posts\n"
    assert own("change", "Posts", "--hidden", "--dash", "dashed").exit_code == 0
    chart, posts = json.loads(own("list", "--json").output)
    assert (chart["place"], posts["colour"], posts["shown"], posts["dash"]) == ("base", "#112233", False, "dashed")
    assert own("remove", "posts").output == "'Posts' was removed.\n"
    assert "posts" not in own("list").output


def test_an_address_without_its_kind_is_refused_in_one_sentence(own):
    refused = own("add", TILES, "--name", "Chart", "--credit", "Office")
    assert refused.exit_code == 2
    assert "--kind says what an address is: xyz, wms, wmts; nothing was stored." in refused.output
