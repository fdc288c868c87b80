"""Rows without a point whose place nobody knows wait to be placed by hand, and come in once they are."""

import polars as pl

from geodata.ingest.pipeline import ingest_file
from geodata.ingest.waiting import waiting
from geodata.ledger.store import Ledger

HEAD = "SIR number,Date of incident,Border section,Incident category,Location,Reporting country\n"
ROWS = "S1,03/05/2024,sea,rescue,Lampedusa,Italy\nS2,04/05/2024,sea,rescue,Nowhere at all,\n"


def test_a_row_of_an_unknown_place_waits_until_its_point_is_filled_in(tmp_path, home):
    file = tmp_path / "reports.csv"
    file.write_text(HEAD + ROWS, encoding="utf-8")
    ledger = Ledger(home)
    ingest_file(file, ledger)
    (one,) = waiting(ledger)
    assert one.row.startswith("S2 · 04/05/2024")
    assert "known to the gazetteer" in one.why

    rows = pl.read_csv(one.file, infer_schema=False)
    assert {"lat", "lon"} <= set(rows.columns)
    rows.with_columns(lat=pl.lit("35.2"), lon=pl.lit("12.9")).write_csv(one.file)
    ingest_file(one.file, ledger)
    assert waiting(ledger) == []
    placed = ledger.incidents().filter(pl.col("source_record") == "S2")
    assert placed.select("lat", "lon", "source").rows() == [(35.2, 12.9, "Frontex serious incident reports")]


def test_rows_that_are_refused_for_something_else_do_not_wait_to_be_placed(tmp_path, home):
    file = tmp_path / "reports.csv"
    file.write_text(HEAD + "S1,03/05/2024,sea,rescue,Lampedusa,Italy\nS3,never,sea,rescue,Lampedusa,Italy\n", "utf-8")
    ingest_file(file, Ledger(home))
    assert waiting(Ledger(home)) == []
