"""Editions: what each version held of what is known now, and what is delivered together."""

import json

import polars as pl
import pytest

from geodata.ingest.pipeline import ingest_file
from geodata.ledger.store import Ledger
from geodata.ledger.version_diff import undo
from geodata.model.reporting import strata
from geodata.workspace.editions import reporting, triangle

FIRST = [("a", "2024-01-05"), ("b", "2024-02-05"), ("c", "2024-02-09")]
LATER = [*FIRST, ("d", "2024-02-11"), ("e", "2024-01-20"), ("f", "2024-09-01")]


def file(folder, name: str, rows: list[tuple[str, str]]):
    path = folder / name
    lines = ["id,date,lat,lon,mode,source", *(f"{record},{day},35.0,12.0,sea,S" for record, day in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def ledger(home, tmp_path) -> Ledger:
    made = Ledger(home)
    ingest_file(file(tmp_path, "first.csv", FIRST), made)
    ingest_file(file(tmp_path, "later.csv", LATER), made)
    return made


def test_an_edition_is_as_new_as_its_latest_incident_and_held_what_was_in_it(ledger):
    found = triangle(ledger, ledger.incidents(), ledger.version()).sort("month")
    january, february = 2024 * 12, 2024 * 12 + 1
    source = ledger.incidents()["source"][0]
    assert found.rows() == [(source, "", january, february, 1, 2), (source, "", february, february, 2, 3)]


def test_one_edition_alone_tells_nothing(ledger):
    assert triangle(ledger, ledger.incidents(0), 0).is_empty()


def test_an_edition_that_was_taken_back_tells_nothing(ledger, tmp_path):
    batch = ingest_file(file(tmp_path, "more.csv", [*LATER, ("g", "2024-10-01")]), ledger)
    undo(ledger, batch.batch.batch if hasattr(batch.batch, "batch") else batch.batch)
    ingest_file(file(tmp_path, "newest.csv", [*LATER, ("h", "2024-12-01")]), ledger)
    assert set(triangle(ledger, ledger.incidents(), ledger.version())["as_of"]) == {2024 * 12 + 1, 2024 * 12 + 8}


def test_what_is_delivered_together_is_a_body_else_a_route_else_a_country_each_if_often_enough():
    iom = "IOM Missing Migrants Project"
    body = [json.dumps({"Information Source": "Hospital"})] * 24 + [
        json.dumps({"Information Source": f"Once {at}"}) for at in range(73)
    ]
    frame = pl.DataFrame(
        {
            "source": [iom] * 97,
            "extra": body,
            "route_label": [None] * 24 + ["Sahara"] * 36 + ["Seldom"] * 37,
            "country": [None] * 60 + ["NER"] * 36 + ["MLI"],
        }
    ).with_columns(route_label=pl.when(pl.col("route_label") == "Seldom").then(None).otherwise("route_label"))
    counts = dict(strata(frame, reporting()).value_counts().iter_rows())
    assert counts == {"body: Hospital": 24, "route: Sahara": 36, "country: NER": 36, "": 1}


def test_a_profile_says_how_late_its_source_reports_and_from_where_that_is_known():
    known = reporting()["IOM Missing Migrants Project"]
    assert known.body == "Information Source"
    assert known.held[0] < known.held[1] < known.held[3]
    assert all(0 <= share <= 1 for share in known.held)
    assert "2022" in known.source
    assert "nobody" not in reporting()
