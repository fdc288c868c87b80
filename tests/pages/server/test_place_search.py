"""What the map asks for one by one: places by name, points in a box, facts by key; each within its limits."""

import numpy as np
import pytest

from geodata.places.autocomplete import LONGEST, MOST
from layers.payload.incident_points import MOST_FACTS
from pages.server import endpoints as service

BYTES = 25


def is_one_sentence(answer) -> bool:
    text = answer.json()["error"]
    return set(answer.json()) == {"error"} and text.endswith(".") and "\n" not in text and "Traceback" not in text


def keys(answer) -> list[str]:
    return [format(key, "016x") for key in np.frombuffer(answer.body, "<u8", len(answer.body) // BYTES)]


def test_places_are_found_without_any_ledger(get, at, home):
    at(home)
    answer = get("/data/places?q=Lampedus%C3%A4")
    (first, *_) = answer.json()["places"]
    assert set(first) == {"name", "country", "iso3", "kind", "lon", "lat", "reach_km"}
    assert (first["name"], first["country"]) == ("Lampedusa", "Italy")
    assert not home.exists()


@pytest.mark.parametrize("words", ["", "q=", "q=a", "q=%00", "q=%F0%9F%92%A3%F0%9F%92%A3", "q=~~"])
def test_words_that_name_no_place_find_nothing(get, words):
    assert get(f"/data/places?{words}").json() == {"places": []}


def test_a_search_is_limited_in_length_and_in_what_it_finds(get):
    assert len(get("/data/places?q=sa").json()["places"]) == MOST
    answer = get(f"/data/places?q={'a' * (LONGEST + 1)}")
    assert answer.status == 400
    assert is_one_sentence(answer)


def test_points_of_a_box_are_those_that_lie_in_it_and_that_the_view_selects(get, shown):
    everything = get("/data/points?box=-180,-90,180,90")
    assert everything.headers["content-type"] == "application/octet-stream"
    assert len(keys(everything)) == get("/data/head").json()["incidents"]
    here, there = keys(get("/data/points?box=-180,-90,10,90")), keys(get("/data/points?box=10,-90,180,90"))
    assert sorted([*here, *there]) == sorted(keys(everything))
    sea = get("/data/points?box=-180,-90,180,90&mode=sea&from=2024-01-01&to=2026-01-01")
    assert 0 < len(keys(sea)) < len(keys(everything))
    assert get("/data/points?box=170,-90,-170,90").status == 200


def test_points_are_those_of_the_version_that_is_asked_for(get, shown):
    assert len(keys(get("/data/points?box=-180,-90,180,90&version=0"))) == 1
    assert get("/data/points?box=-180,-90,180,90&version=7").status == 404


@pytest.mark.parametrize(
    "box", ["", "box=", "box=1,2,3", "box=a,b,c,d", "box=0,10,10,0", "box=nan,0,1,1", "box=0,0,1e9,1"]
)
def test_a_box_that_is_none_is_one_sentence(get, shown, box):
    answer = get(f"/data/points?{box}")
    assert answer.status == 400
    assert is_one_sentence(answer)


def test_more_incidents_than_can_be_drawn_are_refused_with_their_number(get, shown, monkeypatch):
    monkeypatch.setattr(service, "MOST_POINTS", 10)
    answer = get("/data/points?box=-180,-90,180,90")
    assert answer.status == 413
    assert is_one_sentence(answer)
    assert answer.json()["error"].startswith("1,")


def test_facts_are_given_by_the_keys_of_the_points(get, shown):
    asked = keys(get("/data/points?box=-180,-90,180,90"))[:5]
    answer = get("/data/incidents?" + "&".join(f"key={key}" for key in asked))
    assert sorted(facts["key"] for facts in answer.json()["incidents"]) == sorted(asked)
    assert answer.headers["cache-control"] == "no-cache"
    assert "place" not in answer.json()["incidents"][0]


@pytest.mark.parametrize(
    "asked",
    ["key=1", "key=zzzzzzzzzzzzzzzz", "key=" + "0" * 16 + "%0A", "&".join(["key=" + "0" * 16] * (MOST_FACTS + 1))],
)
def test_facts_are_given_for_a_few_sound_keys_only(get, shown, asked):
    answer = get(f"/data/incidents?{asked}")
    assert answer.status == 400
    assert is_one_sentence(answer)


def test_an_unknown_key_tells_nothing_and_an_empty_workspace_neither(get, at, home, two_versions):
    at(two_versions)
    assert get(f"/data/incidents?key={'0' * 16}").json() == {"incidents": []}
    at(home)
    for address in ("/data/points?box=0,0,1,1", f"/data/incidents?key={'0' * 16}"):
        assert get(address).status == 404
