"""The Assumptions page: beliefs as tables and by country, amendments of their text, and the page without a browser."""

import tomllib
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from geodata.core.errors import WrongValue
from geodata.model.assumptions import FACTS_FILE, facts_from, reference_facts
from geodata.workspace.assumptions_store import AssumptionsStore
from pages.data.workspace_cache import Workspace
from pages.presenters.assumption_edits import difference, farther, going_to, renamed
from pages.presenters.assumption_tables import believed, grids, starts
from pages.ui.html_table import Grid, points
from routes.network.movement_model import CountryShares, Leg, Movement
from routes.pipelines.counting import Directed
from tests.screens import opened, texts

HOSTILE = "<img src=x onerror=alert(1)> **bold** :red[x]"
TEXT = AssumptionsStore(Path("/nowhere")).text()
ODD = """
version = "test-1"
default = ["EU"]
allowed = [{ origins = ["TUN", "LBY"], destinations = ["EU", "GBR"], source = "a list" }]
starts = { source = "capitals", places = { TUN = [10.2, 36.8], LBY = [13.2, 32.9] } }
[[bloc]]
code = "EU"
name = "Union"
members = ["ITA"]
anchors = [{ name = "Milan", lon = 9.19, lat = 45.46 }]
source = "a list"
[[bloc]]
code = "GBR"
name = "Kingdom"
members = ["GBR"]
anchors = [{ name = "London", lon = 0, lat = 51 }]
source = \"\"\"
[[allowed]]
origins = ["TUN"] # not one: it stands in a text
\"\"\"
"""


# What is believed


def test_what_is_assumed_of_a_country_names_its_destinations_their_entry_and_source():
    said = dict(believed(reference_facts(), "SDN"))
    assert said["People from Sudan may be going to"].startswith(
        "European Union and Schengen area, United Kingdom, Saudi"
    )
    assert said["By"].startswith("entry 2 of “Who may be going where”, shared with Djibouti, Eritrea, Ethiopia, Kenya")
    assert said["Source"].startswith("IOM, Regional Migrant Response Plan")
    assert said["Their journeys begin at"].startswith("15.55, 32.53")


def test_an_offset_and_a_gateway_of_a_country_are_told():
    said = dict(believed(reference_facts(), "AFG"))
    assert said["United Arab Emirates is taken to lie farther by"].startswith("2,500 km. UNODC")
    assert "They may first fly to Quito" in said


def test_a_country_without_an_entry_goes_by_the_default_and_one_within_a_bloc_by_its_exits():
    assert dict(believed(reference_facts(), "JPN"))["By"].startswith("the default")
    said = dict(believed(reference_facts(), "FRA"))
    assert said["By"] == "the exits of European Union and Schengen area, in which it lies"
    assert said["People from France may be going to"] == "United Kingdom"
    assert dict(believed(reference_facts(), "GBR"))["People from United Kingdom may be going to"].startswith("nowhere")


def test_every_entry_of_the_facts_is_a_row_with_its_source():
    facts = reference_facts()
    entries = (facts.blocs, facts.allowed, facts.offsets, facts.gateways, facts.landings, facts.known)
    for grid, own in zip(grids(facts), entries, strict=True):
        assert [row[-1] for row in grid.rows[: len(own)]] == [entry.source for entry in own]
        assert all(len(row) == len(grid.headings) for row in grid.rows)
    assert len(starts(facts).rows) == len(facts.starts.places)


def test_text_in_a_table_or_a_list_is_shown_as_it_is_written():
    html = Grid(f'"{HOSTILE}', (HOSTILE, "x"), ((HOSTILE, HOSTILE),)).html + points([HOSTILE])
    assert "<img" not in html
    assert html.count("&lt;img src=x") == 5


# Amendments


def test_a_country_leaves_its_entry_and_gets_one_of_its_own():
    amended = facts_from(going_to(TEXT, "PAK", ["EU"], 'Said "so" \\ by us'))
    assert amended.by_origin["PAK"] == ("EU",)
    assert amended.by_origin["AFG"] == ("EU", "GBR", "ARE")
    assert amended.peers("PAK") == ("PAK",)
    assert next(entry for entry in amended.allowed if entry.origins == ("PAK",)).source == 'Said "so" \\ by us'


def test_offsets_to_where_nobody_goes_any_more_are_taken_away():
    assert [offset.origin for offset in facts_from(going_to(TEXT, "PAK", ["EU"], "x")).offsets] == ["AFG"]


def test_an_entry_of_one_country_is_replaced_and_without_destinations_the_default_holds():
    assert facts_from(going_to(TEXT, "MMR", ["MYS"], "x")).by_origin["MMR"] == ("MYS",)
    assert "MMR" not in facts_from(going_to(TEXT, "MMR", [], "x")).by_origin
    assert facts_from(going_to(TEXT, "JPN", ["USA"], "x")).by_origin["JPN"] == ("USA",)


@pytest.mark.parametrize("country", ["AFG", "COD", "LBY", "MMR", "JPN", "YEM"])
def test_an_amendment_keeps_every_comment_and_all_else(country):
    amended = going_to(TEXT, country, ["SAU"], "x")
    remarks = [line for line in TEXT.splitlines() if line.startswith("#")]
    assert [line for line in amended.splitlines() if line.startswith("#")] == remarks
    was, now = tomllib.loads(TEXT), tomllib.loads(amended)
    for key in was.keys() - {"allowed", "offset"}:
        assert was[key] == now[key]
    assert max(map(len, amended.splitlines())) <= max(map(len, TEXT.splitlines()))


def test_an_offset_is_set_changed_and_taken_away():
    assert facts_from(farther(TEXT, "SYR", "GBR", 500, "x")).offsets[-1].km == 500
    changed = {(one.origin, one.km) for one in facts_from(farther(TEXT, "AFG", "ARE", 100, "x")).offsets}
    assert changed == {("AFG", 100.0), ("PAK", 1500.0)}
    assert [one.origin for one in facts_from(farther(TEXT, "AFG", "ARE", 0, "x")).offsets] == ["PAK"]


def test_an_offset_to_where_nobody_goes_is_refused():
    with pytest.raises(WrongValue, match="where nobody from there is said to go"):
        farther(TEXT, "SYR", "ARE", 100, "x")


def test_a_version_is_written_in_whatever_it_holds():
    assert facts_from(renamed(TEXT, 'a "b" \\ \x7f # c')).version == 'a "b" \\ \x7f # c'


@pytest.mark.parametrize("amend", [lambda: going_to(ODD, "TUN", ["GBR"], "x"), lambda: going_to(ODD, "LBY", [], "x")])
def test_what_is_written_in_an_unusual_way_is_refused_rather_than_spoilt(amend):
    with pytest.raises(WrongValue, match="cannot change safely"):
        amend()


def test_facts_with_a_fault_are_not_amended():
    with pytest.raises(WrongValue, match="no TOML"):
        going_to("version =", "TUN", ["EU"], "x")


# What a change comes to


def share(iso3: str, source: float, transit: float, destination: float) -> CountryShares:
    return CountryShares(iso3, source, transit, destination, 10.0)


def test_legs_that_appear_vanish_and_turn_and_countries_of_another_role_are_told():
    now = Movement(
        legs=(Leg("LBY", "ITA", "sea", 9), Leg("SDN", "LBY", "land", 5), Leg("TUN", "ITA", "sea", 3)),
        countries=(share("LBY", 0.1, 0.9, 0), share("SDN", 0.8, 0.2, 0)),
    )
    then = Movement(
        legs=(
            Leg("LBY", "ITA", "sea", 8),
            Leg("LBY", "SDN", "land", 5),
            Leg("EGY", "LBY", "land", 4),
        ),
        countries=(share("LBY", 0.1, 0.8, 0.1), share("SDN", 0.2, 0.2, 0.6)),
    )
    found = difference(now, then)
    assert found.appear == ("from Egypt to Libya, by land",)
    assert found.vanish == ("from Tunisia to Italy, by sea",)
    assert found.turn == ("from Sudan to Libya, by land: now from Libya to Sudan",)
    assert found.roles == ("Sudan: from source to destination",)
    assert not found.nothing
    assert [row[0] for row in found.grid.rows] == ["appears", "vanishes", "turns", "changes its main role"]


def test_movement_back_of_a_third_makes_a_leg_go_both_ways_and_a_little_of_it_changes_nothing():
    def both(back: float) -> Movement:
        return Movement(legs=(Leg("LBY", "SDN", "land", back), Leg("SDN", "LBY", "land", 10.0)))

    assert difference(both(1), both(4)).nothing
    assert difference(both(1), both(8)).turn == ("from Sudan to Libya, by land: now both ways",)


# The page


def changing() -> AppTest:
    return opened("assumptions.py", part="Change it")


def press(page: AppTest, label: str) -> AppTest:
    next(button for button in page.button if button.label == label).click().run()
    assert not page.exception
    return page


def draft(page: AppTest) -> str:
    return page.text_area(key="draft").value or ""


def test_the_page_tells_the_version_and_what_is_assumed_of_the_country_in_the_address(at, home):
    at(home)
    page = opened("assumptions.py", country="SDN")
    assert "Version destinations-2, the assumptions of the product" in texts(page)
    assert "People from Sudan may be going to" in texts(page)
    page.selectbox(key="country").set_value("AFG").run()
    assert page.query_params["country"] == ["AFG"] or page.query_params["country"] == "AFG"
    assert "People from Afghanistan may be going to" in texts(page)


def test_text_of_the_facts_is_shown_as_it_is_written(at, home):
    at(home)
    AssumptionsStore(home).keep(
        TEXT.replace('name = "Milan"', f'name = "{HOSTILE}"').replace("destinations-2", HOSTILE)
    )
    page = opened("assumptions.py")
    assert "<img" not in texts(page)
    assert texts(page).count("&lt;img src=x") == 2
    assert not [one.value for one in (*page.markdown, *page.caption) if "onerror" in one.value]


def test_a_text_with_faults_gets_one_sentence_with_all_of_them_and_nothing_is_kept(at, home):
    at(home)
    page = changing()
    wrong = TEXT.replace('default = ["EU"]', 'default = ["XX"]').replace('"ITA",', '"ATL",', 1)
    page.text_area(key="draft").set_value(wrong).run()
    press(page, "Check")
    assert "&#x27;ATL&#x27; among the members of bloc EU is no country" in texts(page)
    assert "&#x27;XX&#x27; among the default destinations is no bloc" in texts(page)
    press(page, "Keep")
    assert AssumptionsStore(home).facts() is reference_facts()
    assert draft(page) == wrong


def test_a_good_text_is_checked_without_being_kept(at, home):
    at(home)
    page = press(changing(), "Check")
    assert "No fault was found. Version destinations-2: 16 destinations" in texts(page)
    assert not (home / FACTS_FILE).exists()


def test_facts_are_kept_only_under_a_version_of_their_own(at, home):
    at(home)
    page = press(changing(), "Keep")
    assert "these assumptions bear the version in use, destinations-2" in texts(page)
    assert not (home / FACTS_FILE).exists()
    page.text_input(key="new-version").set_value("theatre-1").run()
    press(page, "Keep")
    assert AssumptionsStore(home).facts().version == "theatre-1"
    assert "Kept: the assumptions theatre-1 are in use from now on" in texts(page)
    assert 'version = "theatre-1"' in draft(page)


def test_facts_are_taken_back_and_those_of_the_product_return_only_once_that_is_confirmed(at, home):
    at(home)
    for version in ("theatre-1", "theatre-2"):
        AssumptionsStore(home).keep(TEXT.replace("destinations-2", version))
    page = press(changing(), "Take back")
    assert AssumptionsStore(home).facts().version == "theatre-1"
    assert 'version = "theatre-1"' in draft(page)
    press(page, "Back to the assumptions of the product")
    assert AssumptionsStore(home).facts().version == "theatre-1"
    press(page, "Go back")
    assert AssumptionsStore(home).facts() is reference_facts()
    press(page, "Take back")
    assert AssumptionsStore(home).facts().version == "theatre-1"


def test_a_guided_change_is_written_into_the_text_with_its_source_and_kept_by_nobody(at, home):
    at(home)
    page = changing()
    page.selectbox(key="of").set_value("AFG").run()
    assert page.multiselect[0].value == ["EU", "GBR", "ARE"]
    assert page.number_input[2].value == 2500
    page.number_input[2].set_value(900)
    press(page, "Write into the text below")
    assert "please state a source" in texts(page)
    page.number_input[2].set_value(900)
    page.text_input(key="source").set_value("We asked.")
    press(page, "Write into the text below")
    written = facts_from(draft(page))
    assert {(one.origin, one.km, one.source) for one in written.offsets if one.origin == "AFG"} == {
        ("AFG", 900.0, "We asked.")
    }
    page.multiselect[0].set_value(["EU"])
    press(page, "Write into the text below")
    assert facts_from(draft(page)).by_origin["AFG"] == ("EU",)
    assert not (home / FACTS_FILE).exists()
    press(page, "Start again from the assumptions in use")
    assert draft(page) == TEXT


def test_a_preview_draws_both_and_says_what_differs(shown, monkeypatch):
    def drawn(way: tuple[str, str]) -> Directed:
        return Directed((), movement=Movement(legs=(Leg(*way, "sea", 5.0),)))

    there, back = drawn(("LBY", "ITA")), drawn(("ITA", "LBY"))
    monkeypatch.setattr(Workspace, "routes", lambda *_, facts=None: back if facts else there)
    page = press(changing(), "Preview what would change")
    assert "Legs that appear: 0, vanish: 0, turn: 1" in texts(page)
    assert "from Libya to Italy, by sea: now from Italy to Libya" in texts(page)
    monkeypatch.setattr(Workspace, "routes", lambda *_, **__: there)
    assert "No leg would appear, vanish or turn" in texts(press(page, "Preview what would change"))


def test_an_edited_text_is_not_lost_where_somebody_else_keeps_facts_meanwhile_and_that_is_said(at, home):
    at(home)
    page = changing()
    mine = TEXT.replace("destinations-2", "mine")
    page.text_area(key="draft").set_value(mine).run()
    AssumptionsStore(home).keep(TEXT.replace("destinations-2", "theirs"))
    page.run()
    assert draft(page) == mine
    assert "were changed since this text was begun" in texts(page)


def test_facts_that_cannot_be_read_are_named_and_can_be_left(at, home):
    at(home)
    home.mkdir(parents=True, exist_ok=True)
    (home / FACTS_FILE).write_bytes(b"\xff")
    page = changing()
    assert "it cannot be read" in texts(page)
    press(page, "Back to the assumptions of the product")
    press(page, "Go back")
    assert AssumptionsStore(home).facts() is reference_facts()
