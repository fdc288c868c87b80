"""The tab of own layers, without a browser: a file is looked at, added under a name, and refused in one sentence."""

import json

import pytest

from desk.people import VIEWER, Person
from geodata.workspace.own_layers import OwnLayers
from pages.data import who
from tests.screens import opened, texts

AREA = {"type": "Polygon", "coordinates": [[[12.0, 33.0], [14.0, 33.0], [14.0, 35.0], [12.0, 33.0]]]}


def areas(properties):
    return json.dumps({"type": "Feature", "properties": properties, "geometry": AREA}).encode()


def field(page, label):
    return next(one for one in page.text_input if one.label == label)


def pressed(page, label):
    next(one for one in page.button if one.label == label).click().run()
    assert not page.exception


@pytest.fixture
def tab(home, at):
    at(home)
    return opened("incidents.py", tab="Own layers")


def test_a_file_is_looked_at_and_added_with_its_label_and_credit(tab, home):
    assert "There are no own layers yet." in texts(tab)
    sent = areas({"sector": "North", "phone": "+39 0925 123456"})
    tab.file_uploader[0].upload("patrol.geojson", sent, "application/json").run()
    (labels,) = [one for one in tab.selectbox if one.label == "Labels from column"]
    assert labels.options == ["no labels", "sector"]
    assert "Not offered, as they may be of persons: phone." in texts(tab)
    labels.select("sector")
    field(tab, "Name").input("Patrol areas")
    pressed(tab, "Add")
    assert "a layer needs a credit of at most 160 letters" in texts(tab)
    assert OwnLayers(home).every() == ()
    field(tab, "Source to name").input("Coast guard")
    pressed(tab, "Add")
    assert "Patrol areas was added: 1 feature." in texts(tab)
    assert "Not kept: phone." in texts(tab)
    (layer,) = OwnLayers(home).every()
    assert (layer.credit, layer.label) == ("Coast guard", "sector")
    assert b"0925" not in OwnLayers(home).shapes(layer.id)


def test_a_bad_file_is_refused_in_one_sentence(tab):
    tab.file_uploader[0].upload("patrol.geojson", b'{"type": "Topology"', "application/json").run()
    assert "patrol.geojson: it is no JSON" in texts(tab)
    assert "nothing was stored." in texts(tab)


def test_whoever_may_not_take_files_in_has_no_such_tab(home, at, monkeypatch):
    at(home)
    monkeypatch.setattr(who, "of_this_machine", lambda: Person("v", frozenset({VIEWER})))
    page = opened("incidents.py", tab="Own layers")
    assert page.get("file_uploader") == []
