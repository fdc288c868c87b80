"""Known routes are told as the chain of places that most of their movement passes, up to where it lands."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from geodata.model.assumptions import reference_facts
from routes.core.geodesy import unit_vectors
from routes.core.params import DEFAULT
from routes.network.named_routes import _followed, _named, _near, named_routes
from routes.network.segments import Stretch

AGADEZ, SABHA, ZUWARA, LAMPEDUSA, TRIPOLI = (7.99, 16.97), (14.43, 27.04), (12.08, 32.93), (12.6, 35.5), (13.19, 32.89)


def stretch(start, end, countries, flow=10.0, mode="land", landing="") -> Stretch:
    lon, lat = np.array([start, end]).T
    journeys = {("NGA", "EU"): 1.0}
    points = unit_vectors(lon, lat)
    return Stretch(points, mode, flow, 0.0, "one-way", 1.0, journeys, *countries, landing=landing)


CHAIN = (
    stretch(AGADEZ, SABHA, ("NER", "LBY"), 8.0),
    stretch(SABHA, ZUWARA, ("LBY", "LBY"), 9.0),
    stretch(SABHA, TRIPOLI, ("LBY", "LBY"), 3.0),
    stretch(ZUWARA, LAMPEDUSA, ("LBY", "ITA"), 12.0, "sea", "Lampedusa, Malta and Sicily"),
)


def test_the_chain_runs_from_where_most_come_from_to_the_landing():
    titles = {route.name: route for route in named_routes(CHAIN, reference_facts(), DEFAULT.named)}
    route = titles["Central Mediterranean"]
    assert route.title == "Central Mediterranean: Agadez - Sabha - Zuwarah - Lampedusa, Malta and Sicily"
    assert (route.countries, route.modes, route.flow) == (("NER", "LBY", "ITA"), ("land", "sea"), 12.0)
    assert titles["Sahara"].places[-1] == "Lampedusa, Malta and Sicily"


def test_what_is_not_known_by_a_name_is_not_told_and_rings_end():
    facts = reference_facts()
    assert named_routes([stretch(SABHA, ZUWARA, ("LBY", "LBY"))], facts, DEFAULT.named) == ()
    assert named_routes([], facts, DEFAULT.named) == ()
    ring = [*CHAIN, stretch(ZUWARA, SABHA, ("LBY", "LBY"), 9.0)]
    assert len(named_routes(ring, facts, DEFAULT.named)) == 2


KM = 111.195  # of a degree of latitude


@pytest.mark.parametrize(("km", "joined"), [(59, True), (61, False)])
def test_ends_within_60_km_are_one_place(km, joined):
    here, there = (unit_vectors(np.array([10.0]), np.array([lat])) for lat in (0.0, km / KM))
    assert _near(here, there, DEFAULT.named.joined_km) == [[0] if joined else []]


@pytest.mark.parametrize(("flow", "places"), [(1.21, 3), (1.19, 2)])
def test_a_leg_of_a_tenth_of_the_known_one_belongs_to_its_chain(flow, places):
    chain = [stretch(SABHA, ZUWARA, ("LBY", "LBY"), flow), CHAIN[3]]
    (route,) = named_routes(chain, reference_facts(), DEFAULT.named)
    assert len(route.places) == places


def test_of_the_legs_that_meet_the_busiest_is_followed_until_one_arrives():
    lines = [CHAIN[1], CHAIN[3], replace(CHAIN[3], forward=5.0), stretch(LAMPEDUSA, (13.4, 38.1), ("ITA", "ITA"), 9.0)]
    near = [[1, 2], [3], [3], []]
    assert _followed(lines, 0, near, 1.0) == [1, 3]
    assert _followed(lines, 0, near, 1.0, reference_facts()) == [1]  # Italy is where they go
    assert _followed(lines, 0, near, 12.1) == []
    ring = [[1], [0]]
    assert _followed(lines[:2], 0, ring, 1.0) == [1]


def test_no_more_than_six_places_are_named_and_countries_stand_in_at_the_ends():
    spots = [(20.0 + 3 * step, -40.0) for step in range(9)]  # far out at sea no town is near
    legs = [
        stretch(start, end, ("LBY", "LBY") if number % 2 else ("LBY", "ITA"), mode="sea", landing=f"L{number}")
        for number, (start, end) in enumerate(pairwise(spots))
    ]
    legs[-1] = replace(legs[-1], landing="", end_country="ITA")
    found = _named("Known", legs, legs[0], DEFAULT.named)
    assert len(found.places) <= 6
    assert (found.places[0], found.places[-1]) == ("Libya", "Italy")
    assert found.properties()["flow"] == 10.0


def test_of_nine_stops_the_first_the_last_and_four_between_them_are_named():
    spots = [(20.0 + 3 * step, -40.0) for step in range(9)]
    legs = [
        stretch(start, end, ("LBY", "ITA"), mode="sea", landing=f"L{number}")
        for number, (start, end) in enumerate(pairwise(spots), 1)
    ]
    legs[-1] = replace(legs[-1], landing="")
    assert _named("Known", legs, legs[0], DEFAULT.named).places == ("Libya", "L2", "L3", "L5", "L6", "Italy")
    short = _named("Known", legs[:3], legs[0], DEFAULT.named)
    assert short.places == ("Libya", "L1", "L2", "L3")
