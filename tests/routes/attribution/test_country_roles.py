"""Who is source, transit and destination, and which way a line runs."""

import numpy as np
import polars as pl
import pytest

from routes.attribution.country_roles import (
    _runs_backwards,
    countries_of,
    touched_at_sea,
    touched_over_land,
)
from routes.core.geodesy import unit_vectors
from routes.core.params import RIDGES
from routes.indexing.statements import stated_by
from routes.pipelines.ridge_corridors import reduce_incidents

ORIGINS = pl.List(pl.Struct({"iso3": pl.String, "weight": pl.Float64}))


def stated(
    origins: list[dict[str, float] | None] | None = None,
    departure: list[str | None] | None = None,
    destination: list[str | None] | None = None,
) -> pl.DataFrame:
    columns = {}
    if origins is not None:
        named = [None if row is None else [{"iso3": c, "weight": w} for c, w in row.items()] for row in origins]
        columns["origins"] = pl.Series(named, dtype=ORIGINS)
    if departure is not None:
        columns["departure"] = pl.Series(departure, dtype=pl.String)
    if destination is not None:
        columns["destination"] = pl.Series(destination, dtype=pl.String)
    return pl.DataFrame(columns)


def roles(touched: list[str], incidents: pl.DataFrame) -> tuple[str, bool]:
    countries, turned = countries_of(touched, stated_by(incidents), RIDGES.attribution)
    return " ".join(f"{country.iso3}:{country.role}" for country in countries), turned


@pytest.mark.parametrize(
    ("incidents", "found", "turned"),
    [
        (stated(), "TUR:transit GRC:transit SRB:transit", False),
        (stated([{"SYR": 1.0}]), "SYR:source TUR:transit GRC:transit SRB:transit", False),
        (stated([{"TUR": 1.0}]), "TUR:source GRC:transit SRB:transit", False),
        (stated([{"SRB": 1.0}]), "SRB:source GRC:transit TUR:transit", True),
        (stated(destination=["Serbia"]), "TUR:transit GRC:transit SRB:destination", False),
        (stated(destination=["TUR"]), "SRB:transit GRC:transit TUR:destination", True),
        (stated(destination=["Germany"]), "TUR:transit GRC:transit SRB:transit DEU:destination", False),
        (stated(departure=["Serbia"]), "SRB:transit GRC:transit TUR:transit", True),
        (stated([{"SYR": 1.0}], ["Turkey"], ["Germany"]), "SYR:source TUR:transit GRC:transit SRB:transit DEU", False),
        (stated([{"SRB": 1.0}], None, ["TUR"]), "SRB:source GRC:transit TUR:destination", True),
        (stated([None, None]), "TUR:transit GRC:transit SRB:transit", False),
        (stated(destination=["Atlantis", None]), "TUR:transit GRC:transit SRB:transit", False),
    ],
)
def test_roles_follow_what_incidents_state_and_the_line_runs_from_source_to_destination(incidents, found, turned):
    said, backwards = roles(["TUR", "GRC", "SRB"], incidents)
    assert said.startswith(found)
    assert backwards is turned


@pytest.mark.parametrize(
    ("earlier", "later", "backwards"),
    [
        (["b"], ["c"], False),
        (["c"], ["b"], True),
        (["a", "e"], ["d"], False),  # in the middle of a and e is c, before d
        (["b", "e"], ["c"], True),
        (["d"], ["a", "e"], True),
        (["c"], [], False),  # the middle itself is no later half
        (["d"], [], True),
        ([], ["c"], False),
        ([], ["b"], True),
        (["x"], ["y"], False),
    ],
)
def test_a_line_runs_backwards_where_it_begins_later_than_it_ends_in_the_mean(earlier, later, backwards):
    assert _runs_backwards(["a", "b", "c", "d", "e"], earlier, later) == backwards


def test_a_country_counts_as_a_source_from_a_tenth_of_the_stated_origins():
    said, _ = roles([], stated([{"SYR": 1.0}] * 17 + [{"AFG": 1.0}] * 2 + [{"IRQ": 1.0}]))
    assert said == "SYR:source AFG:source"


def test_only_the_largest_sources_are_named():
    codes = ["SYR", "AFG", "IRQ", "IRN", "PAK", "BGD", "SOM"]
    said, _ = roles([], stated([dict.fromkeys(codes, 1 / 7)]))
    assert said.split() == [f"{code}:source" for code in sorted(codes)[: RIDGES.attribution.most_sources]]


@pytest.mark.slow
def test_the_order_of_rows_does_not_decide_between_equal_sources():
    random = np.random.default_rng(3)
    weights = random.random(300) / 3
    rows = [{code: float(weight)} for weight in weights for code in ("SYR", "AFG")]
    said = {roles([], stated([rows[number] for number in random.permutation(len(rows))]))[0] for _ in range(20)}
    assert said == {"AFG:source SYR:source"}


def test_origins_without_a_country_or_a_weight_count_for_nothing():
    frame = pl.DataFrame(
        {"origins": [[{"iso3": None, "weight": 1.0}], [{"iso3": "SYR", "weight": None}], [], None]},
        schema={"origins": ORIGINS},
    )
    assert roles(["TUR"], frame) == ("TUR:transit", False)


def test_a_line_over_land_touches_countries_in_its_order():
    agadez_to_sabha = unit_vectors(np.array([7.99, 9.5, 14.43]), np.array([16.97, 25.5, 27.04]))
    assert touched_over_land(agadez_to_sabha) == ["NER", "DZA", "LBY"]
    assert touched_over_land(agadez_to_sabha[::-1]) == ["LBY", "DZA", "NER"]


def test_a_line_at_sea_touches_the_countries_of_its_ends_alone():
    sfax_to_sicily = unit_vectors(np.array([11.0, 12.6, 13.2]), np.array([34.7, 35.5, 37.4]))
    assert touched_at_sea(sfax_to_sicily, RIDGES.attribution) == ["TUN", "ITA"]
    past_malta = unit_vectors(np.array([11.0, 14.4, 15.2]), np.array([34.7, 35.7, 37.0]))
    assert touched_at_sea(past_malta, RIDGES.attribution) == ["TUN", "ITA"]
    assert touched_at_sea(unit_vectors(np.array([-30.0, -31.0]), np.array([20.0, 21.0])), RIDGES.attribution) == []


@pytest.mark.slow
@pytest.mark.parametrize(("origin", "first"), [("NER", "Agadez"), ("LBY", "Sabha")])
def test_the_line_and_its_name_run_from_where_people_come(at, along, origin, first):
    route = at(along([(7.99, 16.97), (14.43, 27.04)], 600))
    people = pl.Series("origins", [[{"iso3": origin, "weight": 1.0}]] * route.height, dtype=ORIGINS)
    (corridor,) = reduce_incidents(route.with_columns(people)).corridors
    assert corridor.name.startswith(first)
    assert corridor.countries[0].iso3 == origin
    assert corridor.countries[0].role == "source"
    lat = corridor.lines[0][:, 1]
    assert (lat[0] < lat[-1]) == (origin == "NER")
