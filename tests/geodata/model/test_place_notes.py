"""Notes on a place add up, each can be found by its code, and leave in every file."""

import polars as pl
import pytest

from geodata.ingest.pipeline import ingest_file
from geodata.io.writers import csv_of, geojson_of
from geodata.ledger.store import Ledger
from geodata.model.place_notes import NOTE, fact, flat, noted, notes, sentences

SWAPPED = "latitude and longitude are swapped: 43.3318, 17.3476 as given, 17.3476, 43.3318"


def rows(*said: list[tuple[str, str]]) -> pl.DataFrame:
    each = [[{"code": code, "text": text, "lat": None, "lon": None} for code, text in one] for one in said]
    return pl.DataFrame({"place_notes": each}, schema={"place_notes": pl.List(NOTE)})


def test_facts_stand_in_the_order_given_where_they_hold():
    frame = pl.DataFrame({"how": ["as given", None, "as given"], "far": [False, False, True]})
    found = notes(
        frame,
        (pl.col("how").is_not_null(), fact("read", pl.col("how"))),
        (pl.col("far"), fact("contradiction", pl.lit("far off"))),
    )
    told = pl.DataFrame({"place_notes": found}).select(sentences().alias("said"))["said"]
    assert told.to_list() == ["as given", None, "as given; far off"]


def test_a_later_fact_is_put_behind_what_is_noted_already():
    frame = rows([("read", "as given")], [], [("read", "as given"), ("order_told", "order told")])
    found = notes(
        frame, (pl.lit(pl.Series([True, True, False])), fact("shared_by_town", pl.lit("shared"))), after="place_notes"
    )
    told = pl.DataFrame({"place_notes": found}).select(sentences().alias("said"))["said"]
    assert told.to_list() == ["as given; shared", "shared", "as given; order told"]


def test_a_fact_is_found_by_its_code_and_not_by_its_words():
    frame = rows([("read", "shared_by_town")], [("shared_by_town", "x"), ("read", "y")])
    assert frame.select(noted("shared_by_town")).to_series().to_list() == [False, True]
    assert frame.select(sentences("read").alias("said"))["said"].to_list() == ["shared_by_town", "y"]
    assert pl.DataFrame({"place_notes": [None]}, schema=frame.schema).select(noted("read")).item() is False


@pytest.mark.parametrize(
    ("policy", "code", "lat"), [("propose", "repair_proposed", 43.3318), ("apply", "repair_applied", 17.3476)]
)
def test_a_repair_is_traced_to_the_point_of_the_file_in_ledger_and_files_though_many_rows_share_it(
    tmp_path, home, policy, code, lat
):
    file = tmp_path / "yemen.csv"
    lines = "".join(f"{n},2024-05-{n:02},43.3318,17.3476,Yemen,\n" for n in range(1, 7))
    file.write_text("id,date,lat,lon,country,place\n" + lines)
    ledger = Ledger(home)
    ingest_file(file, ledger, repairs=policy)
    stored = ledger.incidents()
    assert stored["lat"].unique().to_list() == [lat]
    assert stored.select(noted(code).all()).item()
    assert stored.select(noted("shared_by_town").all()).item(), "one note does not hide the other"
    points = stored.select(flat()).row(0, named=True)
    which, other = ("given", "proposed") if policy == "apply" else ("proposed", "given")
    at = (43.3318, 17.3476) if policy == "apply" else (17.3476, 43.3318)
    assert (points[f"lat_{which}"], points[f"lon_{which}"]) == at
    assert (points[f"lat_{other}"], points[f"lon_{other}"]) == (None, None)
    assert SWAPPED in points["coordinate_note"]
    assert SWAPPED in csv_of(stored).decode()
    assert SWAPPED in geojson_of(stored).decode()


def test_what_was_noted_before_notes_were_lists_is_read(tmp_path, home):
    from deltalake import DeltaTable, write_deltalake

    file = tmp_path / "one.csv"
    file.write_text("id,date,lat,lon\n1,2024-05-03,35.5,12.6\n")
    ledger = Ledger(home)
    ingest_file(file, ledger)
    table = DeltaTable(ledger.address("incidents"))
    old = (
        pl.DataFrame(pl.from_arrow(table.to_pyarrow_table()))
        .drop("place_notes")
        .with_columns(coordinate_note=pl.lit("as given; proposed: x"))
    )
    write_deltalake(ledger.address("incidents"), old.to_arrow(), mode="overwrite", schema_mode="overwrite")
    assert ledger.incidents().select(sentences()).item() == "as given; proposed: x"
    file.write_text("id,date,lat,lon\n1,2024-05-03,35.5,12.6\n2,2024-05-04,36.5,12.6\n")
    ingest_file(file, ledger)
    assert ledger.incidents().select(sentences()).to_series().to_list() == ["as given; proposed: x", "as given"]
