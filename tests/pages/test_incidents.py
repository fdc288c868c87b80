"""The Incidents page: what its table says in words, and each of its tabs run as a script without a browser."""

from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from geodata.ingest.pipeline import ingest_file
from geodata.ledger.store import Ledger
from geodata.model.incident import SCHEMA
from pages.data.by_hand import entry_of
from pages.data.uploads import Upload, preview
from pages.data.workspace_cache import sight
from pages.presenters import incident_table as listing
from pages.presenters.incident_table import HEADINGS, MOST_ROWS, counted, flagged, listed, searched, shown, told
from pages.widgets.upload_wizard import Draft
from tests.screens import PAGES, opened, texts

NO_CORRIDORS = pl.DataFrame(schema={"incident_id": pl.String, "corridor": pl.String})
REPAIR = "latitude and longitude are swapped: 12.6, 35.5 as given, 35.5, 12.6 proposed, which agrees with Italy"
AS_GIVEN = {"code": "read", "text": "as given"}
PROPOSED = {"code": "repair_proposed", "text": REPAIR, "lat": 35.5, "lon": 12.6}
EVERY = {"from": "2024-01-01", "to": "2026-01-01"}
HOSTILE = '<img src=x onerror="alert(1)"> **bold** :red[x]'


def noted(code: str, text: str) -> dict:
    return {"code": code, "text": text}


def incidents(*rows: dict) -> pl.DataFrame:
    usual = {
        "source": "Agency",
        "batch": "b-1",
        "time_start": datetime(2024, 5, 1, 14, 30, tzinfo=UTC),
        "time_precision": "day",
        "lat": 35.5,
        "lon": 12.6,
        "place_precision_km": 1.0,
        "place_notes": [AS_GIVEN],
        "kind": "rescue",
        "mode": "sea",
        "mode_reason": "stated by the source: sea",
        "mode_confidence": 1.0,
    }
    return pl.DataFrame(
        [{"incident_id": f"Agency/{number}"} | usual | row for number, row in enumerate(rows)], schema=SCHEMA
    )


def one(**values: object) -> dict:
    return shown(listed(incidents(values), NO_CORRIDORS)).row(0, named=True)


def test_the_newest_incident_comes_first_with_its_corridor():
    found = listed(
        incidents({}, {"time_start": datetime(2025, 1, 1, tzinfo=UTC)}),
        pl.DataFrame({"incident_id": ["Agency/0"], "corridor": ["Sfax - Lampedusa"]}),
    )
    assert found["incident_id"].to_list() == ["Agency/1", "Agency/0"]
    assert shown(found)["corridor"].to_list() == [None, "Sfax - Lampedusa"]
    assert shown(found).columns == list(HEADINGS)


@pytest.mark.parametrize(
    ("precision", "words"),
    [
        ("instant", "2024-05-01 14:30"),
        ("day", "2024-05-01"),
        ("month", "2024-05"),
        ("quarter", "2024, quarter 2"),
        ("year", "2024"),
    ],
)
def test_a_time_is_written_as_exactly_as_it_is_known(precision, words):
    assert one(time_precision=precision)["time"] == words


@pytest.mark.parametrize(
    ("km", "words"),
    [(0.1, "about 100 m"), (1.0, "about 1 km"), (1.86, "about 1.9 km"), (8.0, "about 8 km"), (111.0, "about 111 km")],
)
def test_a_precision_is_written_in_words(km, words):
    assert one(place_precision_km=km)["precision"] == words


@pytest.mark.parametrize(
    ("values", "flags"),
    [
        ({}, ""),
        ({"place_notes": [AS_GIVEN, PROPOSED]}, "place contradicts the row"),
        ({"place_notes": [AS_GIVEN, PROPOSED | {"code": "repair_applied"}]}, "place repaired"),
        (
            {"place_notes": [AS_GIVEN, PROPOSED, noted("shared_by_town", "shared by 9 rows")]},
            "place contradicts the row; place shared, taken for a town",
        ),
        ({"place_notes": [noted("stands_for_no_place", "shared by 9 rows")]}, "stands for no place"),
        ({"place_notes": [noted("placed_by_name", "placed by its name: Sfax")]}, "placed by its name"),
        ({"place_notes": [AS_GIVEN, noted("order_told", "order told")]}, "order of coordinates doubtful"),
        ({"place_precision_km": 111.0}, "place is rough"),
        ({"time_precision": "month"}, "day unknown"),
        ({"mode_confidence": 0.5}, "mode unsure"),
        ({"mode": "unknown", "mode_confidence": None}, "mode unsure"),
        (
            {"place_notes": None, "time_precision": "year", "place_precision_km": 300.0},
            "place is rough; day unknown",
        ),
    ],
)
def test_what_is_doubtful_is_flagged_in_words(values, flags):
    assert one(**values)["flags"] == flags


def test_a_proposed_repair_stands_by_itself():
    row = one(place_notes=[AS_GIVEN, PROPOSED])
    assert row["repair"] == REPAIR
    assert one()["repair"] is None


def test_the_mode_comes_with_its_reason_and_how_sure_it_is():
    assert one(mode_reason="route label: Channel", mode_confidence=0.9)["why"] == "route label: Channel (90 % sure)"


def test_the_reason_of_a_mode_is_said_in_the_language_of_the_reader(monkeypatch):
    monkeypatch.setattr("pages.ui.translate.language", lambda: "fr")
    kept = {"mode_reason": "lies on sea, 12 km from the coast", "mode_confidence": 0.9}
    assert one(**kept)["why"].startswith("se trouve en mer, à 12 km de la côte (")
    assert one(mode_reason=HOSTILE)["why"].startswith(HOSTILE)


def test_what_was_made_of_a_place_is_said_in_the_language_of_the_reader(monkeypatch):
    monkeypatch.setattr("pages.ui.translate.language", lambda: "fr")
    repair = one(place_notes=[AS_GIVEN, PROPOSED])["repair"]
    assert repair.startswith("latitude et longitude sont inversées\xa0: 12.6, 35.5 tel que donné, 35.5, 12.6 proposé")
    told_order = noted("order_told", "order told by the hemispheres, against the stated form")
    kept = [noted("read", "read with decimal commas"), told_order]
    pairs = told(listed(incidents({"place_notes": kept}), NO_CORRIDORS), 0)
    assert "lues avec des virgules décimales; ordre donné par les hémisphères" in " ".join(text for _, text in pairs)


@pytest.mark.parametrize(
    ("values", "grade"),
    [
        ({"source_grade": "B", "information_grade": "2", "grade_scale": "Admiralty"}, "B2 (Admiralty)"),
        ({"source_grade": "3"}, "3"),
        ({"grade_scale": "Admiralty"}, None),
        ({}, None),
    ],
)
def test_a_grade_keeps_its_scale(values, grade):
    assert one(**values)["grade"] == grade


@pytest.mark.parametrize(
    ("words", "count"),
    [("", 2), ("  ", 2), ("TRIPOLI", 1), ("tripoli lib", 1), ("turkiye", 1), ("channel", 1), ("nowhere", 0), ("(", 0)],
)
def test_words_are_searched_in_places_routes_and_countries_without_case_and_accents(words, count):
    found = listed(
        incidents({"place": "Near Trípoli", "country": "LBY"}, {"country": "TUR", "route_label": "The Channel"}),
        NO_CORRIDORS,
    )
    assert searched(found, words).height == count


def test_the_count_tells_how_many_are_flagged():
    found = listed(incidents({}, {"time_precision": "year"}), NO_CORRIDORS)
    assert counted(found) == "2 incidents, 1 flagged"
    assert counted(flagged(found)) == "1 incident, 1 flagged"
    assert counted(found.clear()) == "0 incidents, 0 flagged"


def test_no_more_rows_than_promised_go_to_the_browser():
    found = pl.concat([listed(incidents({}), NO_CORRIDORS)] * (MOST_ROWS + 1))
    assert shown(found).height == MOST_ROWS
    assert counted(found).startswith(f"{MOST_ROWS + 1:,} incidents")


def test_all_that_is_known_of_an_incident_is_told_and_what_is_not_is_left_out():
    found = listed(
        incidents(
            {
                "people": 1200,
                "origins": [{"iso3": "SYR", "weight": 0.75}, {"iso3": "IRQ", "weight": 0.25}],
                "place_notes": [AS_GIVEN, PROPOSED],
                "extra": '{"Weather": "calm", "Empty": null}',
                "country": None,
                "modus_operandi": ["hidden", "on foot"],
            }
        ),
        NO_CORRIDORS,
    )
    said = dict(told(found, 0))
    assert said["People"] == "1,200"
    assert said["Origins"] == "Syria (75%); Iraq (25%)"
    assert said["What contradicts the place"] == REPAIR
    assert said["Coordinates"] == "as given"
    assert said["In the file: Weather"] == "calm"
    assert said["Country"] == "none: at sea"
    assert said["Route"] == "none that was found runs by it"
    assert said["Modus operandi"] == "hidden; on foot"
    assert said["Import"] == "b-1"
    assert not {"In the file: Empty", "Place", "Grade", "Dead", "Until"} & set(said)


# The page


@pytest.fixture
def reports(tmp_path, home, at) -> Path:
    """Show a workspace of three reports, one of them hostile."""
    file = tmp_path / "reports.csv"
    quoted = HOSTILE.replace('"', '""')
    file.write_text(
        "date,lat,lon,mode,place\n2024-05-03,35.5,12.6,sea,Lampedusa\n"
        f'2024-06-03,33.9,13.1,sea,"{quoted}"\n2025-01,32.9,13.2,land,Tripoli\n',
        encoding="utf-8",
    )
    ingest_file(file, Ledger(home))
    at(home)
    return home


def test_an_empty_ledger_says_what_to_do_and_leads_there(at, home):
    at(home)
    page = opened("incidents.py")
    assert "Add a file of yours" in texts(page)
    page.button[0].click().run()
    assert page.session_state["tab"] == "Import"
    assert len(page.get("file_uploader")) == 1


def test_the_table_lists_the_incidents_of_the_period_and_tells_how_many_lie_outside(reports):
    usual = texts(opened("incidents.py"))
    assert "2 incidents, 0 flagged" in usual, "the month of the last incident may not be over"
    assert "1 more lies outside of the period." in usual
    page = opened("incidents.py", **{"from": "2024-06-01", "to": "2025-01-01"})
    assert "1 incident, 0 flagged" in texts(page)
    assert page.dataframe[0].value["time"].tolist() == ["2024-06-03"]
    first, last = page.date_input[0].value
    assert (first.isoformat(), last.isoformat()) == ("2024-06-01", "2024-12-31")


def test_a_period_that_is_changed_goes_into_the_address_as_the_view_has_it(reports):
    page = opened("incidents.py")
    page.date_input[0].set_value((date(2024, 5, 1), date(2024, 5, 31))).run()
    assert [page.query_params[name] for name in ("from", "to")] == ["2024-05-01", "2024-06-01"]
    assert "1 incident, 0 flagged" in texts(page)
    next(button for button in page.button if button.label == "All time").click().run()
    assert "3 incidents, 1 flagged" in texts(page)
    assert "outside of the period" not in texts(page)


def test_a_period_that_is_none_is_left_out_and_named(reports):
    page = opened("incidents.py", **{"from": "2024-13-01"})
    assert "was left out" in texts(page)
    assert "2 incidents" in texts(page)


def test_the_list_can_be_searched_and_cut_to_what_is_flagged(reports):
    page = opened("incidents.py", **EVERY)
    page.text_input[0].set_value("lampedusa").run()
    assert page.dataframe[0].value["place"].tolist() == ["Lampedusa"]
    page.text_input[0].set_value("").run()
    page.toggle[0].set_value(True).run()
    assert page.dataframe[0].value["place"].tolist() == ["Tripoli"]
    assert "3 incidents, 1 flagged" in texts(page)


def test_the_filters_of_the_view_hold_for_the_list(reports):
    assert opened("incidents.py", mode="land", **EVERY).dataframe[0].value["place"].tolist() == ["Tripoli"]


def test_a_source_that_was_asked_for_on_another_page_and_is_gone_since_leaves_nothing_out(reports):
    page = AppTest.from_file(str(PAGES / "incidents.py"), default_timeout=120)
    page.session_state["asked"] = {"source": ["gone"], "mode": ["land"], "from": ["2024-01-01"], "to": ["2026-01-01"]}
    page.run()
    assert not page.exception
    assert page.dataframe[0].value["place"].tolist() == ["Tripoli"]


def test_more_incidents_than_are_listed_are_told_of(reports, monkeypatch):
    monkeypatch.setattr(listing, "MOST_ROWS", 2)
    page = opened("incidents.py", **EVERY)
    assert len(page.dataframe[0].value) == 2
    assert "3 incidents" in texts(page)
    assert "The newest 2 are listed" in texts(page)


def test_text_of_a_file_is_shown_as_it_is_written(reports):
    page = opened("incidents.py")
    assert HOSTILE in page.dataframe[0].value["place"].tolist()
    shown_as_markdown = [element.value for element in (*page.markdown, *page.caption, *page.error, *page.warning)]
    assert not [text for text in shown_as_markdown if "onerror" in text or "**bold**" in text]
    assert "<img" not in texts(page)


def test_an_address_of_before_leads_to_the_tab_as_it_is_called_now(reports):
    assert opened("incidents.py", tab="Batches").dataframe[0].value["file"].tolist() == ["reports.csv"]
    assert len(opened("incidents.py", tab="Add incidents").get("file_uploader")) == 1


def test_the_batches_are_listed_and_what_was_taken_back_is_marked(reports):
    batch = sight().history()[0][1]
    sight().undo(batch.batch)
    rows = opened("incidents.py", tab="History").dataframe[0].value
    assert rows["note"].tolist() == [f"undoes {batch.batch}", f"undone by {sight().history()[0][1].batch}"]
    assert rows["kept"].tolist() == [0, 3]
    assert rows["file"].tolist() == ["reports.csv"] * 2


# What is imported, and what was not understood of it

FRENCH = "N°;Date;Lieu;Latitude;Longitude;Moyen;Type d'incident;Nombre de personnes;Nom du passeur\n"
REGISTER = (
    FRENCH
    + "1;03/04/2024;Zarzis;33,51;11,25;Mer;Interception;42;X\n"
    + "2;25/04/2024;Dehiba;32,01;10,70;Terre;Refoulement;12;Y\n"
    + "3;26/04/2024;Sfax;34,74;10,76;Felouque-X;Refoulement;9;Y\n"
    + "4;27/04/2024;Sfax;134,74;10,76;Mer;Interception;9;Y\n"
)


def importing(home: Path, text: str, name: str = "registre.csv") -> AppTest:
    """Run the page as it is once a file was chosen."""
    page = AppTest.from_file(str(PAGES / "incidents.py"), default_timeout=120)
    page.query_params["tab"] = "Import"
    upload = Upload(name, text.encode())
    page.session_state["draft"] = Draft(upload, preview(upload, home))
    page.run()
    assert not page.exception
    return page


def button(page: AppTest, label: str):
    return next(one for one in page.button if one.label == label)


def test_a_register_in_french_is_imported_by_one_click_and_stored_right(home, at):
    at(home)
    page = importing(home, REGISTER)
    said = texts(page)
    assert "registre.csv: 3 of its 4 rows can be stored. Nothing is stored yet." in said
    assert "“Refoulement” (kind of incident), 2 rows" in said
    assert "“Felouque-X” (land, sea or air), 1 row" in said
    assert "Never stored, as they are of persons: Nom du passeur." in said
    assert "beside the incident: N°." in said
    assert "the first number exceeds 12 in 3 of 4 times: the day comes first" in said
    assert "Latitude must lie within -90..90: 1 row." in said
    assert page.dataframe[0].value["when"].tolist() == ["3 April 2024", "25 April 2024", "26 April 2024"]
    words = next(one for one in page.selectbox if "Refoulement" in one.label)
    words.set_value("interception").run()
    assert Ledger(home).version() is None
    button(page, "Import").click().run()
    assert not page.exception
    stored = Ledger(home).incidents().sort("time_start")
    assert stored["mode"].to_list() == ["sea", "land", "land"]
    assert stored["kind"].to_list() == ["interception", "interception", "interception"]
    assert stored["people"].to_list() == [42, 12, 9]
    assert "from=2024-04-03&amp;to=2024-04-27" in texts(page)
    assert button(page, "Undo this import")
    assert any("1 word that no map knows" in one.label for one in page.expander)


def test_words_that_were_left_are_told_later_and_their_incidents_are_read_again(home, at):
    at(home)
    file = home.parent / "registre.csv"
    file.write_text(REGISTER, encoding="utf-8")
    ingest_file(file, Ledger(home))
    page = opened("incidents.py", tab="Import")
    next(one for one in page.selectbox if "Refoulement" in one.label).set_value("interception").run()
    button(page, "Map these words").click().run()
    assert "2 incidents were read again." in texts(page)
    assert Ledger(home).incidents()["kind"].unique().to_list() == ["interception"]


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("Lat;Lon;Quand\n33,5;11,2;hier\n", "no column holds a date"),
        ("Date;Quoi\n2024-05-03;x\n", "no column holds coordinates"),
    ],
)
def test_a_file_without_a_date_or_a_place_is_not_said_to_be_read_and_its_columns_are_asked_for(home, at, text, missing):
    at(home)
    page = importing(home, text)
    assert f"registre.csv cannot be read yet: {missing}." in texts(page)
    assert "can be stored" not in texts(page)
    assert button(page, "Import").disabled
    assert [one.proto.expanded for one in page.expander if one.label == "How its columns are read"] == [True]


def test_a_date_that_nothing_tells_is_one_question_with_its_example(home, at):
    at(home)
    page = importing(home, FRENCH + "1;03/04/2024;Zarzis;33,51;11,25;Mer;Interception;42;X\n")
    (question,) = page.radio
    assert question.label == "Which day is 03/04/2024? No date of the file tells."
    assert question.options == ["3 April 2024", "4 March 2024"]
    assert button(page, "Import").disabled
    question.set_value(True).run()
    button(page, "Import").click().run()
    assert Ledger(home).incidents()["time_start"][0].date() == date(2024, 4, 3)


def test_places_that_are_unknown_wait_and_are_offered_later(home, at):
    at(home)
    page = importing(home, "Date;Lieu;Pays\n2024-05-03;Sfax;Tunisie\n2024-05-04;Puits inconnu 14;\n", "lieux.csv")
    assert "1 of these waits for its place" in texts(page)
    button(page, "Import").click().run()
    assert Ledger(home).incidents().height == 1
    assert any("1 row waits for a place" in one.label for one in page.expander)
    (waits,) = (home / "corrections").glob("*.csv")
    assert {"lat", "lon"} <= set(pl.read_csv(waits, infer_schema=False).columns)


# An incident by hand


def test_an_incident_is_entered_at_the_place_that_the_address_names_then_changed_and_withdrawn(home, at):
    at(home)
    page = opened("incidents.py", tab="By hand", lat="34.5", lon="11.5")
    assert [one.value for one in page.number_input][:2] == [34.5, 11.5]
    button(page, "Save").click().run()
    assert "Not stored: an incident needs a date." in texts(page)
    page.date_input[-1].set_value(date(2024, 5, 3))
    button(page, "Save").click().run()
    assert not page.exception
    assert "The incident was stored" in texts(page)
    stored = Ledger(home).incidents().row(0, named=True)
    assert (stored["lat"], stored["source"], stored["mode"]) == (34.5, "By hand", "sea")

    page.session_state["by-hand-entry"] = entry_of(stored)
    page.session_state["by-hand-number"] = 99
    page.run()
    next(one for one in page.number_input if one.label == "People").set_value(7)
    button(page, "Save").click().run()
    assert "The incident was changed" in texts(page)
    changed = Ledger(home).incidents()
    assert changed.select("incident_id", "people").rows() == [(stored["incident_id"], 7)]
    assert [batch.file for _, batch in Ledger(home).history()] == [f"{stored['source_record']}.ndjson"] * 2

    page.session_state["by-hand-entry"] = entry_of(changed.row(0, named=True))
    page.session_state["by-hand-number"] = 100
    page.run()
    button(page, "Withdraw it").click().run()
    assert "The incident was withdrawn" in texts(page)
    assert Ledger(home).incidents().is_empty()


def test_a_place_is_chosen_from_the_gazetteer_as_it_is_typed(home, at):
    at(home)
    page = opened("incidents.py", tab="By hand")
    next(one for one in page.text_input if one.label == "Place").set_value("zarz").run()
    found = next(one for one in page.selectbox if one.label == "In the gazetteer")
    assert found.options[1].startswith("Zarzis, Tunisia")
    lat, lon = (one.value for one in page.number_input[:2])
    assert (round(lat, 1), round(lon, 1)) == (33.5, 11.1)
