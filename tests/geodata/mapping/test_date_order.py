"""The order of day and month is told by the dates of a file, and asked for where none tells."""

from datetime import datetime
from pathlib import Path

import polars as pl
import pytest

from geodata.ingest.pipeline import ingest_file
from geodata.ledger.store import Ledger
from geodata.mapping.date_order import with_order
from geodata.mapping.profiles import profile_for
from geodata.parsing.date_inference import two_readings
from geodata.readers.dispatch import read_file


def written(folder: Path, *dates: str) -> Path:
    path = folder / "reports.csv"
    rows = (f"{date};33,51;11,{at}5;Terre" for at, date in enumerate(dates))
    path.write_text("\n".join(["Date;Latitude;Longitude;Moyen", *rows]) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("dates", "months"), [(("03/04/2024", "25/04/2024"), [4, 4]), (("03/04/2024", "04/25/2024"), [3, 4])]
)
def test_a_day_beyond_12_tells_the_order_of_all(tmp_path, home, dates, months):
    done = ingest_file(written(tmp_path, *dates), Ledger(home))
    stored = Ledger(home).incidents().sort("time_start")
    assert stored["time_start"].dt.month().to_list() == months
    assert stored["mode"].to_list() == ["land", "land"]
    assert stored["lat"].to_list() == [33.51, 33.51]
    assert any(note.startswith("Dates in 'Date':") for note in done.notes)


@pytest.mark.parametrize(
    ("dates", "open_"), [(("03/04/2024", "12/12/2024"), True), (("2024-04-03", "2024-12-12"), False)]
)
def test_what_no_date_tells_is_asked_for_and_what_has_one_reading_is_not(tmp_path, dates, open_):
    reading = read_file(written(tmp_path, *dates))
    found = with_order(reading, profile_for(reading))
    assert (bool(found.open), found.profile.time_forms) == (open_, ())


def test_the_question_is_asked_by_a_date_that_has_two_readings():
    text, day_first, month_first = two_readings(pl.Series(["05/05/2024", "25/04/2024", None, "Wed, 03/04/24"]))
    assert text == "Wed, 03/04/24"
    assert [datetime.date(one).isoformat() for one in (day_first, month_first)] == ["2024-04-03", "2024-03-04"]
    assert two_readings(pl.Series(["05/05/2024", "25/04/2024"])) is None
