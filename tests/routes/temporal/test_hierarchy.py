"""The hierarchy: every incident counts once in each tree, in its route, else near one, else in its mode."""

import numpy as np
import polars as pl
import pytest

from routes.core.corridor import Corridor, CountryRole
from routes.core.geodesy import km_between, unit_vectors
from routes.temporal.hierarchy import NOT_THERE, Placed, hierarchy_of


def route(name: str, mode: str, corners: list[tuple[float, float]], countries: str, known: str = "") -> Corridor:
    lines = (np.array(corners, float),)
    roles = tuple(CountryRole(code, "transit") for code in countries.split())
    return Corridor(name, "s", name.title(), mode, lines, 100.0, 5.0, 0, 0, roles, {}, route=known)  # type: ignore[arg-type]


ROUTES = (
    route("west", "sea", [(11.0, 34.0), (12.5, 35.5)], "TUN ITA", "Central Mediterranean"),
    route("east", "sea", [(13.0, 33.0), (12.6, 35.4)], "LBY ITA", "Central Mediterranean"),
    route("desert", "land", [(8.0, 17.0), (14.0, 27.0)], "NER LBY"),
    route("inland", "land", [(14.0, 27.0), (14.4, 30.0)], "LBY LBY"),
)
INCIDENTS = pl.DataFrame(
    {
        # in west, in east, beside east, far out at sea, in desert, on land by itself, mode unknown, no place
        "lon": [11.5, 12.8, 14.0, -30.0, 9.0, 60.0, 5.0, None],
        "lat": [34.5, 34.0, 34.2, 20.0, 18.7, 30.0, 5.0, None],
        "mode": ["sea", "sea", "sea", "sea", "land", "land", None, "sea"],
        "route": [0, 1, -1, -1, 2, -1, None, None],
        "country": [None, None, None, None, "NER", "IRN", None, "ITA"],
    }
)


@pytest.fixture
def placed() -> Placed:
    return hierarchy_of(INCIDENTS, ROUTES, ("Lampedusa, Malta and Sicily", "Lampedusa, Malta and Sicily", "", ""))


def totals(placed: Placed) -> dict[str, int]:
    nothing = np.zeros(INCIDENTS.height, np.int64)
    counts = placed.counts(nothing, 1, nothing, 1)[:, 0, 0]
    return {str(node.name): int(count) for node, count in zip(placed.hierarchy.nodes, counts, strict=True)}


def test_incidents_count_in_their_route_its_branch_its_known_route_its_mode_and_all(placed):
    assert totals(placed) == {
        "all incidents": 8,
        "all incidents on land": 2,
        "all incidents at sea": 5,
        "all incidents by air": 0,
        "Central Mediterranean": 3,
        "Tunisia to Lampedusa, Malta and Sicily by sea": 1,
        "Libya to Lampedusa, Malta and Sicily by sea": 2,  # one in the route, one 130 km beside it
        "Niger to Libya over land": 1,
        "within Libya": 0,
        "West": 1,
        "East": 1,
        "Desert": 1,
        "Inland": 0,
        "in Niger": 1,
        "in Iran": 1,
        "in Italy": 1,
    }
    beside, line = unit_vectors(np.array([14.0]), np.array([34.2])), unit_vectors(np.array([12.8]), np.array([34.2]))
    assert 100 < km_between(beside, line)[0] < 200


def test_a_node_knows_what_lies_below_it(placed):
    nodes = placed.hierarchy.nodes
    rows = {node.node_id: row for row, node in enumerate(nodes)}
    known = rows["known-sea-central-mediterranean"]
    assert nodes[known].routes == (0, 1)
    assert nodes[known].countries == ("TUN", "ITA", "LBY")
    assert placed.rows_of(known).tolist() == [0, 1, 2]
    assert placed.rows_of(rows["country-NER"]).tolist() == [4]
    assert placed.hierarchy.related(known, rows["west"])
    assert not placed.hierarchy.related(rows["west"], rows["east"])
    assert nodes[0].parent == NOT_THERE
    assert all(node.parent < row for row, node in enumerate(nodes))


def test_a_route_and_the_country_that_holds_most_of_it_are_alike(placed):
    rows = {node.node_id: row for row, node in enumerate(placed.hierarchy.nodes)}
    assert placed.alike(rows["desert"], rows["country-NER"])
    assert placed.alike(rows["all"], rows["desert"])
    assert not placed.alike(rows["west"], rows["country-NER"])


def test_months_outside_are_passed_over(placed):
    month = np.array([0, 1, 2, -1, 0, 0, 0, 0])
    counts = placed.counts(np.zeros(8, np.int64), 1, month, 2)
    assert counts[0, 0].tolist() == [5, 1]


def test_without_incidents_and_routes_there_are_the_modes():
    placed = hierarchy_of(INCIDENTS.clear(), (), ())
    assert [node.node_id for node in placed.hierarchy.nodes] == ["all", "land", "sea", "air"]
    assert placed.counts(*(np.empty(0, np.int64), 1), np.empty(0, np.int64), 3).shape == (4, 1, 3)


@pytest.mark.parametrize(("both", "alike"), [(2, True), (1, False)])
def test_a_route_and_a_country_are_alike_by_more_than_half_of_the_smaller(both, alike):
    """Three lie in the route and many in the country; of the three two, or one, lie in both."""
    incidents = pl.DataFrame(
        {
            "lon": [9.0] * 9,
            "lat": [18.7] * 9,
            "mode": ["land"] * 9,
            "route": [2] * 3 + [-1] * 6,
            "country": ["NER"] * both + ["DZA"] * (3 - both) + ["NER"] * 6,
        }
    )
    placed = hierarchy_of(incidents, ROUTES, ("", "", "", ""))
    rows = {node.node_id: row for row, node in enumerate(placed.hierarchy.nodes)}
    assert placed.alike(rows["desert"], rows["country-NER"]) == alike


def test_without_a_mode_an_incident_counts_to_no_route_beside_which_it_lies():
    beside = INCIDENTS[[2, 2]].with_columns(mode=pl.Series(["sea", None]))
    placed = hierarchy_of(beside, ROUTES, ("", "", "", ""))
    assert [placed.hierarchy.nodes[row].level for row in placed.network.tolist()] == ["branch", "all"]
