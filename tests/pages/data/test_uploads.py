"""An uploaded file is looked at, gone through and taken in; until the last step nothing of it is stored."""

import csv
import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Never

import pytest

from geodata.core.errors import RoutesError, UnreadableFile, WrongValue
from geodata.ingest.pipeline import ingest_file
from geodata.ingest.rejection_report import csv_of as refusals_csv
from geodata.io.writers import csv_of, geojson_of
from geodata.ledger.store import Ledger
from geodata.mapping.column_inference import BY_NAME
from geodata.mapping.profiles import PLAIN, profile_for
from pages.data import uploads
from pages.data.uploads import AT_ONCE, LONGEST_NAME, Upload, kept_profile, mapping, preview, rehearsed, taken_in
from pages.data.workspace_cache import Workspace

PLAIN_FILE = "id,date,lat,lon,mode,place\n1,2024-05-01,35.5,12.6,sea,Lampedusa\n2,2024-05-02,95.5,12.6,sea,Nowhere\n"
UNTOLD = "When;Where;By\n" + "".join(
    f"{day:02d}/03/2024;{35 + day / 10}, {14 + day / 10};boat\n" for day in range(1, 10)
)


def upload(text: str, name: str = "reports.csv") -> Upload:
    return Upload(name, text.encode())


def said(_: str) -> None:
    """Hear what is being done."""


def left_in(home) -> list[str]:
    return sorted(str(path.relative_to(home)) for path in home.rglob("*") if path.is_file())


def rehearse(home, sent: Upload):
    return rehearsed(sent, Ledger(home), preview(sent, home).profile, said)


def take_in(home, sent: Upload):
    return taken_in(sent, Ledger(home), preview(sent, home).profile, said, may_withdraw=False)


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("reports.csv", "reports.csv"),
        ("../../etc/passwd.csv", "passwd.csv"),
        ("C:\\Users\\me\\reports.csv", "reports.csv"),
        ("/work/ledger.csv", "ledger.csv"),
        ("a\x00b\nc.csv", "a b c.csv"),
        ("..", "upload"),
        ("...csv", "upload.csv"),
        ("", "upload"),
        ("äö", "äö"),
        ("x." + "y" * 5000, "x " + "y" * 97),
    ],
)
def test_the_name_that_a_browser_sends_never_leaves_the_room(name, file):
    assert Upload(name, b"").file == file


def test_a_name_of_any_length_keeps_its_ending_and_fits():
    file = Upload("ä" * 5000 + ".geojson", b"").file
    assert file.endswith("ä.geojson")
    assert len(file.encode()) <= LONGEST_NAME


def test_looking_at_a_file_stores_nothing_and_leaves_nothing(home):
    seen = preview(upload(PLAIN_FILE), home)
    assert seen.profile is not None
    assert (seen.profile.name, seen.source) == (PLAIN, "reports")
    assert seen.guess.columns["lat"] == "lat"
    assert seen.reading.head.height == 2
    assert left_in(home) == []
    assert Ledger(home).version() is None


def test_columns_of_persons_are_named_before_anything_is_stored(home):
    assert preview(upload("date,lat,lon,passport\n2024-05-01,1,2,x\n"), home).persons == ("passport",)


@pytest.mark.parametrize(("name", "text"), [("a.csv", ""), ("a.xlsx", "PK no"), ("a.exe", "MZ"), ("noending", "x")])
def test_a_file_that_cannot_be_read_is_refused_in_one_sentence_and_leaves_nothing(home, name, text):
    with pytest.raises(RoutesError) as refused:
        preview(upload(text, name), home)
    assert "\n" not in str(refused.value)
    assert str(refused.value).endswith(".")
    assert left_in(home) == []


def test_a_fault_of_the_program_becomes_a_sentence_too_and_gives_its_place_back(home, monkeypatch):
    def broken(*_: object) -> Never:
        raise ZeroDivisionError

    monkeypatch.setattr(uploads, "read_parts", broken)
    for _ in range(AT_ONCE + 1):
        with pytest.raises(UnreadableFile, match="the program failed on it"):
            preview(upload(PLAIN_FILE), home)
    assert left_in(home) == []


def test_checking_counts_what_taking_in_would_do_and_stores_nothing(home):
    found = rehearse(home, upload(PLAIN_FILE))
    assert (found.batch.kept, found.batch.refused) == (1, 1)
    assert found.refusals.row(0, named=True)["value"].startswith("95.5, 12.6")
    assert found.objection == ""
    assert left_in(home) == []
    assert Ledger(home).version() is None


def test_checking_a_later_edition_tells_new_updated_and_known_rows_apart(home):
    take_in(home, upload(PLAIN_FILE))
    before = left_in(home)
    edition = (
        "id,date,lat,lon,mode,place\n1,2024-05-01,35.6,12.6,sea,Lampedusa\n"
        "3,2024-05-03,36,13,sea,x\n3,2024-05-03,36,13,sea,x\n"
    )
    sent = upload(edition)
    foreseen = rehearse(home, sent).batch
    assert (foreseen.kept, foreseen.updated, foreseen.duplicates) == (1, 1, 1)
    assert left_in(home) == before
    done = take_in(home, sent).batch
    names = ("read", "kept", "updated", "withdrawn", "duplicates", "refused")
    assert [getattr(done, name) for name in names] == [getattr(foreseen, name) for name in names]


def test_a_file_of_refused_rows_only_is_shown_with_all_its_refusals(home):
    found = rehearse(home, upload("date,lat,lon\n2024-05-01,95,1\n2024-05-02,96,2\n"))
    assert (found.batch.kept, found.batch.refused, found.refusals.height) == (0, 2, 2)


@pytest.mark.parametrize("value", ["=1+1", "@SUM(A1)", "+x", "-x"])
def test_downloaded_refusals_hold_no_formula(home, value):
    found = rehearse(home, upload(f"date,lat,lon\n2024-05-01,{value},1\n"))
    row = next(csv.DictReader(io.StringIO(refusals_csv(found.refusals).decode("utf-8-sig"))))
    assert row["value"].startswith(f"'{value}")


def test_what_an_edition_would_withdraw_beyond_the_likely_is_objected_to_until_it_is_meant(home):
    whole = preview(upload(PLAIN_FILE), home).profile.model_copy(update={"edition": "whole", "source": "S"})
    rows = [f"{number},2024-05-01,{30 + number / 100},12.6,sea,x" for number in range(200)]
    first, second = (upload("\n".join(["id,date,lat,lon,mode,place", *some]) + "\n") for some in (rows, rows[:20]))
    taken_in(first, Ledger(home), whole, said, may_withdraw=False)
    found = rehearsed(second, Ledger(home), whole, said)
    assert found.objection.startswith("It leaves out 180 of the 200 incidents")
    assert "--" not in found.objection
    assert found.batch.withdrawn == 180
    refused = taken_in(second, Ledger(home), whole, said, may_withdraw=False)
    assert refused.outcome == "refused"
    assert taken_in(second, Ledger(home), whole, said, may_withdraw=True).batch.withdrawn == 180


def test_an_older_edition_is_said_to_be_one_and_undoes_nothing_unless_it_is_taken_for_the_newest(home):
    whole = preview(upload(PLAIN_FILE), home).profile.model_copy(update={"edition": "whole", "source": "S"})
    head = "id,date,lat,lon,mode,place\n"
    newer = upload(head + "a,2024-05-01,30,12.6,sea,x\nb,2024-06-01,31,12.6,sea,x\n")
    older = upload(head + "a,2024-05-01,33,12.6,sea,x\nc,2024-04-01,32,12.6,sea,x\n")
    taken_in(newer, Ledger(home), whole, said, may_withdraw=False)
    found = rehearsed(older, Ledger(home), whole, said)
    assert (found.batch.kept, found.batch.updated, found.batch.withdrawn, found.batch.held_back) == (1, 0, 0, 2)
    assert any(note.startswith("This is an older or a partial edition of S") for note in found.notes)
    meant = replace(older, as_newest=True)
    found = rehearsed(meant, Ledger(home), whole, said)
    assert (found.batch.kept, found.batch.updated, found.batch.withdrawn, found.batch.held_back) == (1, 1, 1, 0)
    assert taken_in(meant, Ledger(home), whole, said, may_withdraw=False).batch.updated == 1


def test_what_nothing_tells_stays_open_until_a_person_says_it(home):
    sent = upload(UNTOLD, "untold.csv")
    seen = preview(sent, home)
    assert seen.profile is None
    columns = {"time": "When", "coordinates": "Where", "mode": "By"}
    guess = mapping(seen, columns)
    assert len(guess.open) == 2
    with pytest.raises(WrongValue, match="nothing was saved"):
        kept_profile(seen, guess, "mine", "Mine", home)
    guess = mapping(seen, columns, form="lat, lon", day_first=True)
    assert guess.open == ()
    profile = kept_profile(seen, guess, "mine", "Mine", home)
    receipt = taken_in(sent, Ledger(home), profile, said, may_withdraw=False)
    assert (receipt.batch.kept, receipt.batch.profile, receipt.batch.source) == (9, "mine", "Mine")
    assert Ledger(home).incidents()["time_start"].dt.month().unique().to_list() == [3]
    assert preview(sent, home).profile.name == "mine"


def test_stating_that_the_month_comes_first_turns_the_dates(home):
    seen = preview(upload(UNTOLD, "untold.csv"), home)
    guess = mapping(seen, {"time": "When", "coordinates": "Where"}, form="lat, lon", day_first=False)
    profile = kept_profile(seen, guess, "mine", "Mine", home)
    taken_in(upload(UNTOLD, "untold.csv"), Ledger(home), profile, said, may_withdraw=False)
    assert Ledger(home).incidents()["time_start"].dt.day().unique().to_list() == [3]


def test_a_file_without_coordinates_can_be_placed_by_the_names_in_it(home):
    sent = upload("Day,Town,Land\n2024-05-01,Tripoli,Libya\n", "names.csv")
    seen = preview(sent, home)
    columns = {"time": "Day", "place": "Town", "country": "Land"}
    guess = mapping(seen, columns)
    assert guess.coordinate_form == BY_NAME
    assert guess.open == ()
    profile = kept_profile(seen, guess, "names", "Names", home)
    taken_in(sent, Ledger(home), profile, said, may_withdraw=False)
    assert Ledger(home).incidents().row(0, named=True)["country"] == "LBY"
    assert mapping(seen, {"time": "Day"}, form=BY_NAME).open != ()


def test_a_changed_column_of_a_known_profile_keeps_all_else_that_it_says(home):
    text = "date,lat,lon,mode,Remark\n2024-05-01,35.5,12.6,sea,Lampedusa\n"
    seen = preview(upload(text), home)
    like = seen.profile.model_copy(update={"handling": "TLP:RED", "kind": "rescue", "edition": "span"})
    changed = mapping(seen, seen.guess.columns | {"place": "Remark"})
    assert changed.reasons["place"] == "you said so"
    assert changed.reasons["lat"] != "you said so"
    profile = kept_profile(uploads.Preview(seen.reading, like, seen.guess, ()), changed, "mine", "Coast guard", home)
    assert (profile.handling, profile.kind, profile.edition, profile.source) == (
        "TLP:RED",
        "rescue",
        "span",
        "Coast guard",
    )
    taken_in(upload(text), Ledger(home), profile, said, may_withdraw=False)
    row = Ledger(home).incidents().row(0, named=True)
    assert (row["place"], row["handling"], row["kind"], row["source"]) == (
        "Lampedusa",
        "TLP:RED",
        "rescue",
        "Coast guard",
    )


def test_a_saved_profile_reads_back_as_it_was_whatever_its_names_hold(home):
    odd = 'co"l\\umn\t[x] ä \x7f'
    sent = upload(f'date,lat,lon,"{odd.replace(chr(34), chr(34) * 2)}"\n2024-05-01,1,2,x\n')
    seen = preview(sent, home)
    assert odd in seen.reading.columns
    columns = seen.guess.columns | {"place": odd}
    profile = kept_profile(seen, mapping(seen, columns), "odd", 'So"urce\\', home)
    path = home / "file.csv"
    path.write_bytes(sent.content)
    assert profile_for(seen.reading, home) == profile
    assert ingest_file(path, Ledger(home)).batch.profile == "odd"


def test_what_was_taken_in_is_seen_at_once_and_gone_once_it_is_taken_back(home):
    seen = Workspace(Ledger(home))
    assert seen.version() is None
    sent = upload(PLAIN_FILE)
    receipt = seen.take_in(sent, seen.preview(sent).profile, said, may_withdraw=False)
    assert seen.version() == 0
    assert seen.incidents(0).height == 1
    assert [batch.batch for _, batch in seen.history()] == [receipt.batch.batch]
    undone = seen.undo(receipt.batch.batch)
    assert seen.version() == 1
    assert seen.incidents(1).height == 0
    assert seen.history()[0][1].undoes == receipt.batch.batch
    assert undone.batch.withdrawn == 1
    again = seen.undo(undone.batch.batch)
    assert (again.batch.updated, seen.incidents(seen.version()).height) == (1, 1)


def test_the_steps_of_taking_in_are_told(home):
    sent, told = upload(PLAIN_FILE), []
    taken_in(sent, Ledger(home), preview(sent, home).profile, told.append, may_withdraw=False)
    assert told[0] == "reading"
    assert told[-1] == "storing"


def test_downloads_hold_the_incidents_without_formulas(home):
    take_in(home, upload(PLAIN_FILE.replace("Lampedusa", "=1+1")))
    incidents = Ledger(home).incidents()
    row = next(csv.DictReader(io.StringIO(csv_of(incidents).decode())))
    assert row["place"] == "'=1+1"
    collection = json.loads(geojson_of(incidents))
    (feature,) = collection["features"]
    assert collection["synthetic"] is False
    assert feature["geometry"] == {"type": "Point", "coordinates": [12.6, 35.5]}
    assert feature["properties"]["time_start"] == "2024-05-01T00:00:00.000000+00:00"
    points = {"lat_given", "lon_given", "lat_proposed", "lon_proposed"}
    assert set(feature["properties"]) == set(incidents.columns) - {"lat", "lon"} | points
    assert json.loads(geojson_of(incidents.clear()))["features"] == []


def test_the_preview_of_a_workbook_names_every_sheet_that_is_read_and_those_that_are_not(home):
    cases = Path(__file__).parents[2] / "cases"
    years = preview(Upload("register.xlsx", (cases / "05-two-year-workbook" / "register.xlsx").read_bytes()), home)
    assert any("'2023'" in note and "'2024'" in note for note in map(str, years.reading.notes))
    notes_first = preview(Upload("b.ods", (cases / "08-ods-notes-first" / "bulletin.ods").read_bytes()), home)
    assert notes_first.profile is not None
    assert any("no columns of a place and a date" in note for note in map(str, notes_first.reading.notes))
