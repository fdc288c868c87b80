"""No person is kept: columns of persons are found by header and content, in seven languages, and dropped."""

import polars as pl
import pytest

from geodata.core.lists import gathered
from geodata.ingest.persons import KEY_FILE, digests, is_personal, personal
from geodata.ingest.pipeline import ingest_file
from geodata.ledger.store import Ledger

PERSONAL = [
    "Victim's name",
    "Name of deceased",
    "Smuggler name",
    "Suspect",
    "Passport #",
    "ID number",
    "DOB",
    "Date of birth (dd/mm/yyyy)",
    "Place of birth",
    "WhatsApp",
    "E-mail address",
    "Next of kin",
    "Name (Arabic)",
    "Vehicle plate",
    "Nom de la victime",
    "Prénom",
    "Date de naissance",
    "Numéro de téléphone",
    "Pièce d'identité",
    "Nombre y apellidos",
    "Fecha de nacimiento",
    "Pasaporte",
    "Teléfono",
    "Vorname",
    "Name des Opfers",
    "Geburtsdatum",
    "Kennzeichen",
    "Cognome",
    "Codice fiscale",
    "Data di nascita",
    "Nome do migrante",
    "Data de nascimento",
    "Telemóvel",
    "الاسم الكامل",
    "رقم جواز السفر",
    "تاريخ الميلاد",
    "prs_Gender",
    "grp/victim_name",
]
OF_PLACES = [
    "id",
    "date",
    "Vessel name",
    "Place name (Arabic)",
    "name of port",
    "camp name",
    "dead",
    "Nationality",
    "prs_Nationality",
    "number of photos",
    "mode",
    "cell",
    "Lieu",
    "Ort",
    "incident reference",
    "contact point km",
]


@pytest.mark.parametrize("header", PERSONAL)
def test_a_column_of_persons_is_known_by_its_header(header):
    assert is_personal(header)


@pytest.mark.parametrize("header", OF_PLACES)
def test_a_column_of_places_and_events_is_kept(header):
    assert not is_personal(header)


def test_contacts_are_known_by_content():
    head = pl.DataFrame(
        {"a": ["x@y.org", None, "z@w.net"], "b": ["+49 30 1234567", "0049 30 7654321", "none"], "c": ["1", "2", "3"]}
    )
    assert personal(head.columns, head) == ["a", "b"]


def test_a_column_named_nombre_is_a_name_in_spanish_and_a_number_in_french():
    assert personal(["Nombre"], pl.DataFrame({"Nombre": ["Ana", None]})) == ["Nombre"]
    assert personal(["Nombre"], pl.DataFrame({"Nombre": ["12", "3"]})) == []


def test_people_of_one_day_and_place_are_not_merged_and_their_names_are_nowhere(tmp_path, home):
    file = tmp_path / "victims.csv"
    row = "2024-02-27,45.13,14.41,1\n"
    file.write_text("Name,date,lat,lon,dead\n" + "".join(f"{name},{row}" for name in ("SECRETA", "SECRETB", "SECRETA")))
    ledger = Ledger(home)
    done = ingest_file(file, ledger)
    assert (done.batch.kept, done.batch.duplicates) == (2, 1)
    assert ingest_file(file, ledger).batch.duplicates == 3
    assert [str(note) for note in done.notes] == ["Column 'Name' was not stored: persons are never held."]
    every = b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())
    assert b"SECRET" not in every
    assert (home / KEY_FILE).stat().st_mode & 0o077 == 0


def test_a_digest_needs_its_key():
    rows = pl.DataFrame({"name": ["A", "B", "A", None]})
    one, other = (digests(rows, ["name"], key) for key in (b"1" * 32, b"2" * 32))
    assert one[0] == one[2] != one[1]
    assert one[3] is None
    assert one[0] != other[0]


def test_lists_of_facts_are_empty_where_there_is_nothing_to_say():
    kind = pl.Struct({"a": pl.String})
    frame = pl.DataFrame({"x": [1, 2]})
    found = gathered(frame, "f", kind, (pl.col("x") > 1, pl.struct(a=pl.lit("big"))))
    assert found.to_list() == [[], [{"a": "big"}]]
