"""Terrain: known connections are there, known barriers hold, small islands can be walked on."""

import numpy as np
import pytest
from scipy.sparse.csgraph import dijkstra

from geodata.spatial.coastline import unit_vectors
from geodata.spatial.mobility_graph import Terrain, terrain

AGADEZ, SABHA, ISTANBUL, SOFIA = (7.99, 16.97), (14.43, 27.04), (28.98, 41.01), (23.32, 42.7)
TANGIER, ALGECIRAS, TUNIS, PALERMO = (-5.8, 35.6), (-5.4, 36.2), (10.1, 36.7), (13.5, 37.8)
CALAIS, DOVER, CAIRO, RAFAH = (2.0, 50.8), (1.0, 51.2), (31.2, 30.0), (34.2, 31.1)


@pytest.fixture(scope="module")
def ground() -> Terrain:
    return terrain()


def node_at(ground: Terrain, place: tuple[float, float]) -> int:
    return int(ground.land.nearest(unit_vectors([place[0]], [place[1]]))[1][0])


def km_over_land(ground: Terrain, start: tuple[float, float], end: tuple[float, float]) -> float:
    graph = ground.roads.graph(len(ground.land))
    return float(dijkstra(graph, indices=node_at(ground, start))[node_at(ground, end)])


@pytest.mark.parametrize(
    ("start", "end", "within_km"), [(AGADEZ, SABHA, 1500), (ISTANBUL, SOFIA, 600), (CAIRO, RAFAH, 450)]
)
def test_known_connections_are_there(ground, start, end, within_km):
    assert km_over_land(ground, start, end) < within_km


@pytest.mark.parametrize(("start", "end"), [(TANGIER, ALGECIRAS), (TUNIS, PALERMO), (CALAIS, DOVER)])
def test_known_waters_are_no_land_bridge(ground, start, end):
    assert km_over_land(ground, start, end) > 5000


@pytest.mark.parametrize(("place", "code"), [((12.6, 35.5), "ITA"), ((14.4, 35.9), "MLT"), ((26.3, 39.2), "GRC")])
def test_small_islands_are_land_of_their_country(ground, place, code):
    node = node_at(ground, place)
    assert ground.codes[ground.land.country[node]] == code
    assert ground.land.nearest(unit_vectors([place[0]], [place[1]]))[0][0] < 45


def test_borders_are_known_and_water_joins_the_seas(ground):
    niger, libya, italy, tunisia = (ground.index[code] for code in ("NER", "LBY", "ITA", "TUN"))
    assert (niger, libya) in ground.land_neighbours
    assert (italy, tunisia) not in ground.land_neighbours
    sea = ground.waters.graph(len(ground.sea))
    places = unit_vectors([5.0, -30.0], [40.0, 30.0])
    _, node = ground.sea.nearest(places)
    assert np.isfinite(dijkstra(sea, indices=int(node[0]))[node[1]])
