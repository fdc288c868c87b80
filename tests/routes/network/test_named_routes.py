"""Known routes are told as the chain of places that most of their movement passes, up to where it lands."""

import numpy as np

from geodata.model.assumptions import reference_facts
from routes.core.geodesy import unit_vectors
from routes.network.named_routes import named_routes
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
    titles = {route.name: route for route in named_routes(CHAIN, reference_facts())}
    route = titles["Central Mediterranean"]
    assert route.title == "Central Mediterranean: Agadez - Sabha - Zuwarah - Lampedusa, Malta and Sicily"
    assert (route.countries, route.modes, route.flow) == (("NER", "LBY", "ITA"), ("land", "sea"), 12.0)
    assert titles["Sahara"].places[-1] == "Lampedusa, Malta and Sicily"


def test_what_is_not_known_by_a_name_is_not_told_and_rings_end():
    facts = reference_facts()
    assert named_routes([stretch(SABHA, ZUWARA, ("LBY", "LBY"))], facts) == ()
    assert named_routes([], facts) == ()
    ring = [*CHAIN, stretch(ZUWARA, SABHA, ("LBY", "LBY"), 9.0)]
    assert len(named_routes(ring, facts)) == 2
