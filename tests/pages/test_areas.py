"""An area counts the same incidents and routes on every page, in the picture of the map and in a file."""

from datetime import UTC, date, datetime

import pytest

from geodata.core.errors import WrongValue
from geodata.model.query import View
from layers.export.drawn_areas import spelt
from layers.export.making import Asked
from pages.data.workspace_cache import sight
from tests.screens import opened, texts

MOMENT = datetime(2026, 11, 30, tzinfo=UTC)
DRAWN = spelt("Gulf", [(11.0, 33.0), (15.5, 33.0), (13.0, 37.0)])
"""A triangle south of Sicily."""


@pytest.mark.parametrize("area", ["Central Mediterranean", "LBY", "LBY,ITA", DRAWN])
def test_an_area_is_the_same_on_the_map_in_a_file_and_in_the_list_of_routes(shown, area):
    seen = sight()
    view = View(start=date(2025, 11, 1), end=date(2026, 11, 1), area=area)
    export = seen.export(Asked(view, with_changes=False), 1, MOMENT)
    inside = set(seen.selected(view, 1)["incident_id"])
    assert 0 < len(inside) < seen.selected(view.everywhere(), 1).height
    assert set(export.incidents["incident_id"]) == inside
    counts = seen.counts(view, 1)
    assert {one.corridor_id: one.incidents for one in export.routes.corridors if one.incidents} == counts
    drawn = seen.snapshot(view, 1).manifest
    assert drawn["incidents"] == seen.selected(view.without_window(), 1).height
    lines = [one["properties"] for one in drawn["corridors"]]
    shown_ids = {one["corridor_id"] for one in lines if one["layer"] == "routes"}
    assert shown_ids == {one.corridor_id for one in export.routes.corridors}


def test_an_area_that_is_none_is_left_out_in_a_sentence_and_refused_in_a_file(shown):
    page = opened("routes.py", **{"in": "Atlantis"})
    assert "In the address, in=&#x27;Atlantis&#x27; was left out." in texts(page)
    with pytest.raises(WrongValue, match="'Atlantis' is no area"):
        sight().export(Asked(View(area="Atlantis"), with_changes=False), 1, MOMENT)
