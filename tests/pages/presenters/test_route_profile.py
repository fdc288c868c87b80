"""Portraits of routes and countries: what they say in words and figures, and their pages without a browser."""

from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from geodata.ingest.pipeline import ingest_file
from geodata.ledger.corridor_registry import EVENT_SCHEMA
from geodata.ledger.store import Ledger
from geodata.model.assumptions import reference_facts
from geodata.model.incident import SCHEMA
from geodata.model.query import View
from pages.data.seasonality import by_month, by_season
from pages.data.workspace_cache import Workspace
from pages.presenters.country_profile import countries_table, country_portrait
from pages.presenters.route_profile import (
    OTHERS,
    ROUTES,
    SURE,
    UNTOLD,
    chain_of,
    change_of,
    compared_in_words,
    evidence,
    goal_name,
    heirs,
    history,
    hubs_near,
    inferred_share,
    manners,
    narrowed,
    role_in_words,
    routes_table,
    shares_in_words,
    sureness,
    with_others,
)
from pages.widgets.charts import (
    MOST_BANDS,
    MOST_BARS,
    Band,
    Bar,
    bars,
    chain,
    colours,
    flows,
    link,
    months,
    seasons,
    share_bars,
)
from routes.core.corridor import ASSIGNMENTS, CONFIDENCES, Corridor, CountryRole
from routes.network.movement_model import CountryShares, Hub, Leg, Movement
from routes.pipelines.counting import Directed
from routes.ridges.bootstrap_support import REPLICATES
from routes.temporal.comparison import Comparison
from routes.temporal.rate_tests import WORDS, Change
from routes.temporal.time_windows import Window, last_years
from tests.screens import opened, texts

HOSTILE = '<img src=x onerror="alert(1)"> **bold** :red[x]'
BEFORE, AFTER = Window.of("2023-01:2024-01"), Window.of("2024-01:2025-01")


def route(name: str, **values: object) -> Corridor:
    usual = {
        "corridor_id": name.lower().replace(" ", "-"),
        "system_id": "one",
        "name": name,
        "mode": "sea",
        "lines": (np.array([[10.7, 34.7], [12.6, 35.5]]),),
        "length_km": 200.0,
        "band_km": 10.0,
        "incidents": 10,
        "people": 100,
        "countries": (CountryRole("TUN", "transit"), CountryRole("ITA", "destination")),
        "months": {"2023-05": 4, "2024-05": 6},
        "direction": "one-way",
        "flow": 50.0,
        "basis": "journeys",
        "support": 0.97,
    }
    return Corridor(**usual | values)


def change(verdict: str) -> Change:
    return Change(4, 6, 1.0, 1.0, 1.5, 0.8, 2.0, 0.04, 0.04, verdict, f"It is {verdict}.")


def compared_to(found: Directed, *verdicts: str) -> Comparison:
    changes = tuple(change(verdict) for verdict in verdicts)
    return Comparison(BEFORE, AFTER, found.corridors, changes, (None,) * len(changes), ())


def incidents(*rows: dict) -> pl.DataFrame:
    usual = {"time_start": datetime(2024, 5, 1, tzinfo=UTC), "time_precision": "day", "country": "ITA"}
    return pl.DataFrame([{"incident_id": f"i{at}"} | usual | row for at, row in enumerate(rows)], schema=SCHEMA)


def at(year: int, month: int, precision: str = "day") -> dict:
    return {"time_start": datetime(year, month, 3, tzinfo=UTC), "time_precision": precision}


# Time


def test_the_last_year_is_twelve_whole_months_before_that_of_the_latest_incident():
    assert last_years(incidents(at(2020, 1), at(2024, 11))) == (
        Window.of("2022-11:2023-11"),
        Window.of("2023-11:2024-11"),
    )


def test_an_incident_known_to_the_year_says_nothing_about_the_last_month():
    assert last_years(incidents(at(2024, 3), at(2025, 1, "year")))[1].end == date(2024, 3, 1)
    assert last_years(incidents(at(2025, 1, "year"))) is None
    assert last_years(incidents()) is None


def test_months_without_an_incident_count_nothing_as_long_as_others_are_known():
    known = incidents(at(2023, 12), at(2024, 1), at(2024, 3), at(2024, 3), at(2024, 2, "quarter"))
    assert by_month(known[1:], known) == {"2023-12": 0, "2024-01": 1, "2024-02": 0, "2024-03": 2}
    assert by_month(incidents(), incidents()) == {}


def test_a_season_is_the_mean_over_the_last_whole_years():
    counts = dict.fromkeys(Window.of("2021-06:2024-03").months, 0)
    counts |= {"2021-07": 90, "2022-07": 4, "2023-07": 6, "2024-02": 50}
    means = by_season(counts, date(2024, 2, 1))
    assert means[6] == 5.0
    assert sum(means) == 5.0


def test_no_season_is_told_of_less_than_two_years():
    assert by_season(dict.fromkeys(Window.of("2022-03:2024-02").months, 1), date(2024, 2, 1)) is None


# Routes


def test_what_changed_comes_first_and_then_most_flow():
    found = Directed((route("Steady", flow=90), route("Fading", flow=1), route("Small", flow=5), route("New", flow=2)))
    table = routes_table(found, compared_to(found, "steady", "fading", "steady", "born"), {})
    assert table["name"].to_list() == ["New", "Fading", "Steady", "Small"]
    assert table["change"].to_list() == ["clear rise, from none", "clear fall", "no clear change", "no clear change"]
    assert dict(table.schema) == dict(ROUTES)


def test_a_row_says_all_in_words():
    found = Directed((route("Sfax - Lampedusa", route="Central", bridges=((0, 50),)),))
    row = routes_table(found, compared_to(found, "not testable"), {found.corridors[0].corridor_id: 6}).row(
        0, named=True
    )
    assert row["change"] == "too few reports"
    assert (row["way"], row["direction"], row["chain"]) == ("by sea", "one way", "Tunisia > Italy")
    assert (row["incidents"], row["recent"]) == (10, 6)
    assert (row["confidence"], row["inferred"]) == ("high", 0.25)


def test_without_a_comparison_nothing_is_told_of_change():
    table = routes_table(Directed((route("A"),)), None, {})
    assert (table["change"][0], table["recent"][0]) == (UNTOLD, 0)
    assert change_of(route("A"), None)[0] == UNTOLD
    assert "no change can be told" in compared_in_words(None)


def test_why_a_route_is_said_to_change_is_told_with_it():
    found = Directed((route("A"), route("B")))
    word, why = change_of(found.corridors[1], compared_to(found, "steady", "growing"))
    assert word == "clear rise"
    assert why.startswith("It is growing.")


def test_every_verdict_has_words():
    found = Directed(tuple(route(f"R{number}") for number in range(len(WORDS))))
    assert routes_table(found, compared_to(found, *WORDS), {})["change"].to_list() == list(WORDS.values())


def test_a_flight_has_no_flow_and_comes_after_what_has():
    flight = route("Flight", mode="air", direction=None, flow=0.0, basis="flights", support=None)
    table = routes_table(Directed((flight, route("Boat"))), None, {})
    assert table.select("name", "flow", "direction", "confidence").rows() == [
        ("Boat", 50.0, "one way", "high"),
        ("Flight", None, "not told", None),
    ]


def test_no_direction_is_no_arrow():
    assert chain_of(route("A", direction="two-way")) == "Tunisia - Italy"


def test_routes_are_narrowed_by_known_name_country_and_confidence():
    land = {"mode": "land", "route": "Sahara, Central", "countries": (CountryRole("NER", "transit"),), "support": 0.6}
    found = Directed((route("Boat", route="Central Mediterranean"), route("Road", **land)))
    table = routes_table(found, None, {})

    def names(known=(), countries=(), sure=()) -> list[str]:
        return sorted(narrowed(table, known, countries, sure)["name"])

    assert names() == ["Boat", "Road"]
    assert names(known=["Sahara"]) == ["Road"]
    assert names(known=["Central"]) == ["Road"]
    assert names(countries=["Tunisia"]) == ["Boat"]
    assert names(sure=["low"]) == ["Road"]
    assert names(countries=["Tunisia"], sure=["low"]) == []


def test_more_is_never_inferred_than_there_is():
    assert inferred_share(route("A", bridges=((0, 201),))) == 1.0
    assert "200 of its 200 km are inferred" in " ".join(sureness(route("A", bridges=((0, 201),))))


def test_a_route_without_incidents_says_what_it_is_drawn_for():
    said = " ".join(sureness(route("A", incidents=0)))
    assert f"Confidence low: it comes back in 97 % of {REPLICATES} times" in said
    assert "drawn as the way between others" in said


def test_every_confidence_has_a_word_and_fewer_than_ten_incidents_are_never_high():
    assert tuple(SURE) == CONFIDENCES
    assert "Confidence high" in " ".join(sureness(route("A", incidents=10)))
    assert "Confidence medium" in " ".join(sureness(route("A", incidents=9)))
    assert "Confidence medium" in " ".join(sureness(route("A", incidents=500, bridges=((0, 101),))))


def test_evidence_is_the_incidents_of_one_route_newest_first():
    rows = pl.DataFrame(
        [("i0", "a", "s", 1.0, 0), ("i2", "a", "s", 1.0, 0), ("i1", "b", "s", 1.0, 0)], schema=ASSIGNMENTS, orient="row"
    )
    found = Directed((route("A"),), assign=lambda: rows)
    every = incidents(at(2023, 1), at(2023, 2), at(2024, 1))
    assert evidence(found, every, "a")["incident_id"].to_list() == ["i2", "i0"]


def test_modus_operandi_is_counted_by_incident():
    own = incidents({"modus_operandi": ["hidden", "on foot"]}, {"modus_operandi": ["hidden"]}, {})
    assert manners(own) == [("hidden", 2), ("on foot", 1)]
    assert manners(incidents({})) == []


def test_hubs_near_a_route_are_named_by_their_town_and_role():
    hubs = [
        Hub(12.6, 35.5, "ITA", 0.0, 40.0),
        Hub(10.76, 34.74, "TUN", 30.0, 20.0),
        Hub(24.0, 32.0, "LBY", 90.0, 0.0),
    ]
    near = hubs_near(route("A"), hubs)
    assert [(hub.name, hub.role) for hub in near] == [("Lampedusa", "landing"), ("Sfax", "departure and landing")]
    assert near[1].km < 10


def test_history_tells_what_became_of_a_route_the_latest_first():
    rows = [
        ("birth", "a", None, "sea", "A", "2024-01-01T10:00:00Z", 1),
        ("birth", "x", None, "sea", "X", "2024-02-01T10:00:00Z", 2),
        ("split", "b", "a", "sea", "B", "2024-03-01T10:00:00Z", 3),
    ]
    events = pl.DataFrame(rows, schema=EVENT_SCHEMA, orient="row")
    assert history("a", events) == [("2024-03-01", "b (B) split off from it"), ("2024-01-01", "first seen")]
    assert history("b", events) == [("2024-03-01", "split off from a")]
    assert history("c", pl.DataFrame(schema=EVENT_SCHEMA)) == []


def test_roles_are_told_in_words():
    assert shares_in_words((0.451, 0.549, 0.0)) == "45 % starts here, 55 % passes through"
    assert role_in_words(CountryRole("ITA", "destination")) == "destination; its shares are not told"


def test_destinations_are_named_by_the_facts():
    assert goal_name("EU", reference_facts()) == "European Union and Schengen area"
    assert goal_name("GBR", reference_facts()) == "United Kingdom"


def test_what_is_missing_to_the_whole_is_told_as_others():
    assert with_others({"MLI": 0.2, "NER": 0.5}) == [("NER", 0.5), ("MLI", 0.2), (OTHERS, pytest.approx(0.3))]
    assert with_others({}) == []


# Countries


@pytest.fixture
def moving() -> Directed:
    """Return movement from Niger and Egypt through Libya to Italy."""
    legs = (
        Leg("LBY", "ITA", "sea", 90.0),
        Leg("NER", "LBY", "land", 60.0),
        Leg("EGY", "LBY", "land", 40.0),
        Leg("LBY", "EGY", "land", 5.0),
    )
    countries = (CountryShares("LBY", 0.1, 0.9, 0.0, 100.0), CountryShares("ITA", 0.0, 0.0, 1.0, 90.0))
    there = (CountryRole("LBY", "transit"), CountryRole("ITA", "destination"))
    corridors = (
        route("Boat", flow=90.0, origins={"NER": 0.5, "EGY": 0.5}, countries=there),
        route("Road", flow=30.0, origins={"NER": 1.0}, countries=(CountryRole("LBY", "transit"),)),
        route("Elsewhere", countries=(CountryRole("MEX", "transit"),)),
    )
    return Directed(corridors, movement=Movement(legs=legs, countries=countries))


def test_a_country_has_its_neighbours_by_shared_flow_and_both_ways(moving):
    libya = country_portrait(moving, "LBY")
    assert [(one.iso3, one.coming, one.going) for one in libya.neighbours] == [
        ("ITA", 0.0, 90.0),
        ("NER", 60.0, 0.0),
        ("EGY", 40.0, 5.0),
    ]
    assert (libya.begun, libya.ended) == (10.0, 0.0)
    assert libya.corridor_ids == ("boat", "road")


def test_origins_of_those_who_pass_are_weighted_by_flow(moving):
    origins = country_portrait(moving, "LBY").origins
    assert list(origins) == ["NER", "EGY"]
    assert origins["NER"] == pytest.approx((90 * 0.5 + 30) / 120)


def test_a_country_that_nothing_touches_says_nothing(moving):
    nothing = country_portrait(moving, "ISL")
    assert (nothing.shares, nothing.neighbours, nothing.origins, nothing.corridor_ids) == (None, [], {}, ())
    assert nothing.begun == 0.0


def test_every_country_that_movement_a_route_or_an_incident_touches_is_listed(moving):
    table = countries_table(moving, incidents({"country": "FRA"}, {"country": "ITA"}, {"country": None}))
    assert table["iso3"].to_list()[:2] == ["LBY", "ITA"]
    assert set(table["iso3"]) == {"LBY", "ITA", "NER", "EGY", "MEX", "FRA"}
    assert table.row(1, named=True) == {
        "iso3": "ITA",
        "name": "Italy",
        "source": 0.0,
        "transit": 0.0,
        "destination": 1.0,
        "flow": 90.0,
        "routes": 1,
        "incidents": 1,
    }


# Figures


@pytest.mark.parametrize(
    "figure",
    [
        bars([Bar(HOSTILE, 0.5, HOSTILE)], HOSTILE),
        chain([(link("countries", {"country": HOSTILE}, HOSTILE), None, HOSTILE)], HOSTILE),
        months({"2024-01": 1}, (), HOSTILE),
        seasons([1.0] * 12, HOSTILE),
        flows(HOSTILE, [Band(HOSTILE, 5.0, HOSTILE, "way-sea")], [Band(HOSTILE, 3.0, "", "way-sea")]),
    ],
    ids=["bars", "chain", "months", "seasons", "flows"],
)
def test_text_in_a_figure_is_escaped(figure):
    assert "&lt;img src=x onerror=&quot;alert(1)&quot;&gt; **bold**" in figure
    assert "<img" not in figure
    assert 'onerror="' not in figure


def test_a_diagram_says_its_flows_in_words():
    figure = flows("Libya", [Band("Niger", 60.0, "over land", "way-land")], [Band("Italy", 9.0, "by sea", "way-sea")])
    said = "Movement through Libya, in: Niger, over land: 60. out: Italy, by sea: 9.0."
    assert f'role="img" aria-label="{said}"' in figure


def test_bands_are_as_wide_as_their_flow():
    figure = flows("Libya", [Band("A", 75.0, "", "bar"), Band("B", 25.0, "", "bar")], [])
    first = figure.split("polygon(")[1].split(")")[0].split(",")
    assert float(first[-1].split()[1][:-2]) - float(first[0].split()[1][:-2]) == pytest.approx(180.0, abs=0.2)


def test_small_flows_of_many_are_drawn_as_one():
    many = [Band(f"C{number}", 20.0 - number, "", "bar") for number in range(MOST_BANDS + 3)]
    figure = flows("Libya", many, [])
    assert figure.count("polygon(") == MOST_BANDS
    assert ">4 others: 46<" in figure
    assert flows("Libya", [], []) == ""


def test_small_shares_of_many_are_told_as_others():
    rows = share_bars([*((f"C{number}", 0.09) for number in range(MOST_BARS + 1)), (OTHERS, 0.19)])
    assert len(rows) == MOST_BARS + 1
    assert (rows[-1].name, rows[-1].words) == (OTHERS, "28 %")


def test_months_of_the_window_are_marked_and_the_highest_is_told():
    figure = months({"2023-12": 2, "2024-01": 4}, ("2024-01",), "Incidents by month")
    assert figure.count('class="marked"') == 1
    assert "Incidents by month: 6 in 2 months, most in 2024-01 with 4" in figure


def test_of_more_than_twelve_years_every_second_is_named_at_its_first_month():
    twelve = dict.fromkeys(Window.of("2012-07:2024-01").months, 1)
    assert '<span style="flex:6">2012</span><span style="flex:12">2013</span>' in months(twelve, (), "Incidents")
    thirteen = dict.fromkeys(Window.of("2012-07:2024-03").months, 1)
    axis = months(thirteen, (), "Incidents").partition('class="axis">')[2]
    start = ';text-align:start">'
    assert axis.startswith(f'<span style="flex:18{start}2012</span><span style="flex:24{start}2014</span>')
    assert f'<span style="flex:2{start}2024</span>' in axis


def test_colours_follow_the_theme():
    assert "--way-sea:light-dark(#005f9e,#56b4e9)" in colours()


# The pages


@pytest.fixture
def few(tmp_path, home) -> Path:
    """Return a workspace of three reports, too few for any route."""
    file = tmp_path / "reports.csv"
    file.write_text(
        "date,lat,lon,mode,kind\n2024-05-03,45.5,9.6,land,seizure\n2024-06-03,33.9,13.1,sea,death\n2025-01,32.9,13.2,land,\n",
        encoding="utf-8",
    )
    ingest_file(file, Ledger(home))
    return home


@pytest.mark.parametrize("name", ["routes.py", "countries.py"])
def test_an_empty_ledger_says_what_to_do(at, home, name):
    at(home)
    assert "Add a file of yours" in texts(opened(name))


def test_too_few_incidents_say_that_no_route_can_be_told(at, few):
    at(few)
    said = texts(opened("routes.py"))
    assert "insufficient data" in said
    assert "3 incidents on land and at sea are too few" in said


def test_filters_that_leave_nothing_say_so(at, few):
    at(few)
    assert "No incident is left by the filters" in texts(opened("routes.py", mode="land", kind="death"))


def test_a_country_with_incidents_and_no_movement_shows_what_is_known(at, few):
    at(few)
    page = opened("countries.py", country="ITA")
    assert "Nothing is told of movement through Italy: insufficient data." in texts(page)
    assert "1 in 9 months" in texts(page)


def test_a_country_that_is_none_is_left_out_and_named(at, few):
    at(few)
    said = texts(opened("countries.py", country=HOSTILE))
    assert "was left out: nothing here touches it" in said
    assert "<img" not in said


def test_facts_that_cannot_be_read_give_one_sentence(at, few):
    (few / "facts.toml").write_text("version = 3", encoding="utf-8")
    at(few)
    page = opened("routes.py")
    assert "facts.toml" in texts(page)
    assert 'class="notice error"' in texts(page)


@pytest.mark.slow
def test_a_change_is_computed_once_and_rests_on_the_routes_of_the_view(shown):
    seen = Workspace(Ledger(shown))
    version = seen.version()
    found = seen.change(View(modes=("sea",)), version)
    assert found is seen.change(View(modes=("sea",), start=date(2024, 1, 1)), version)
    assert found.corridors == seen.routes(View(modes=("sea",)), version).corridors


def test_every_route_of_the_first_network_was_born_with_it(shown):
    seen = Workspace(Ledger(shown))
    events = seen.events()
    assert set(events["event"]) == {"birth"}
    for one in seen.routes(View(), 1).corridors:
        assert [said for _, said in history(one.corridor_id, events)] == ["first seen"]


def test_a_route_that_was_merged_leads_to_the_last_of_its_heirs():
    events = pl.DataFrame(
        [
            ("merge", "sea-1", "sea-2"),
            ("merge", "sea-2", "sea-3"),
            ("split", "sea-4", "sea-3"),
            ("merge", "sea-5", None),
        ],
        schema=["event", "corridor_id", "other_id"],
        orient="row",
    )
    assert heirs(events) == {"sea-1": "sea-3", "sea-2": "sea-3"}
    assert heirs(events.clear()) == {}
