"""A plain table becomes incidents, or one sentence that says which row breaks which rule."""

from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest

from geodata.core.errors import UnknownColumns, UnknownFormat, UnreadableFile, WrongValue
from geodata.io.simple_table import read_table
from geodata.model.incident import SCHEMA, TIME

HEADER = "lon,lat,time,mode"
ROW = "12.6,35.5,2024-05-03,sea"
MAY_3 = datetime(2024, 5, 3, tzinfo=UTC)


def csv(folder: Path, text: str, name: str = "table.csv", encoding: str = "utf-8") -> Path:
    (folder / name).write_text(text, encoding=encoding)
    return folder / name


def parquet(folder: Path, **columns: object) -> Path:
    usual = {"lon": [12.6], "lat": [35.5], "time": [MAY_3], "mode": ["sea"]}
    pl.DataFrame(usual | columns).write_parquet(folder / "table.parquet")
    return folder / "table.parquet"


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2024-05-03", MAY_3),
        (" 2024-05-03 ", MAY_3),
        ("2024-05-03T10:20", datetime(2024, 5, 3, 10, 20, tzinfo=UTC)),
        ("2024-05-03 10:20:30", datetime(2024, 5, 3, 10, 20, 30, tzinfo=UTC)),
        ("2024-05-03T10:20:30Z", datetime(2024, 5, 3, 10, 20, 30, tzinfo=UTC)),
        ("2024-05-03T00:30:00+02:00", datetime(2024, 5, 2, 22, 30, tzinfo=UTC)),
        ("2024-05-03T10:20:30.250000+00:00", datetime(2024, 5, 3, 10, 20, 30, 250_000, tzinfo=UTC)),
    ],
)
def test_times_are_read_in_the_forms_of_iso_8601_as_utc(tmp_path, written, moment):
    incidents = read_table(csv(tmp_path, f"{HEADER}\n12.6,35.5,{written},sea\n"))
    assert incidents["time_start"].to_list() == [moment]
    assert incidents.schema["time_start"] == TIME


@pytest.mark.parametrize(
    "times",
    [
        [date(2024, 5, 3)],
        pl.Series([datetime(2024, 5, 3)], dtype=pl.Datetime("ns")),  # noqa: DTZ001
        pl.Series([datetime(2024, 5, 3)], dtype=pl.Datetime("ms")),  # noqa: DTZ001
        pl.Series([MAY_3]).dt.convert_time_zone("Europe/Rome"),
    ],
)
def test_times_of_every_parquet_type_become_utc(tmp_path, times):
    incidents = read_table(parquet(tmp_path, time=times))
    assert incidents["time_start"].to_list() == [MAY_3]
    assert incidents.schema["time_start"] == TIME


def test_optional_columns_get_the_types_of_the_ledger_and_others_are_left_out(tmp_path):
    text = f"{HEADER},people,cell,source,departure,destination,weather\n{ROW},3.0,8a3967000007fff,IOM,IST,MSQ,calm\n"
    incidents = read_table(csv(tmp_path, text))
    assert incidents.to_dicts() == [
        {
            "lon": 12.6,
            "lat": 35.5,
            "time_start": MAY_3,
            "mode": "sea",
            "people": 3,
            "source": "IOM",
            "departure": "IST",
            "destination": "MSQ",
            "cell": 0x8A3967000007FFF,
            "incident_id": "row 2",
        }
    ]
    assert all(SCHEMA[name] == kind for name, kind in incidents.schema.items())


def test_optional_values_may_be_left_empty(tmp_path):
    incidents = read_table(csv(tmp_path, f"{HEADER},people,cell,source\n{ROW},,,\n"))
    assert incidents.select("people", "cell", "source").rows() == [(None, None, None)]
    assert read_table(parquet(tmp_path, people=[float("nan")]))["people"].to_list() == [None]


def test_origins_are_taken_as_the_ledger_types_them_or_as_text(tmp_path):
    origins = pl.Series([[{"iso3": "SYR", "weight": 1.0}]], dtype=SCHEMA["origins"])
    assert read_table(parquet(tmp_path, origins=origins))["origins"].equals(origins.alias("origins"))
    assert read_table(parquet(tmp_path, origins=["SYR:1"]))["origins"].equals(origins.alias("origins"))
    assert "origins" not in read_table(parquet(tmp_path, origins=[7])).columns


@pytest.mark.parametrize(
    "text",
    [
        f"\ufeff{HEADER}\n{ROW}\n",
        f"{HEADER}\r\n{ROW}\r\n",
        f"{HEADER}\n 12.6 , 35.5 , 2024-05-03 , Sea \n",
        "mode,time_start,lat,lon\nSEA,2024-05-03,35.5,12.6\n",
    ],
)
def test_spaces_capitals_order_and_the_marks_of_spreadsheets_do_not_matter(tmp_path, text):
    assert read_table(csv(tmp_path, text)).rows() == [(12.6, 35.5, MAY_3, "sea", "row 2")]


def test_a_name_with_signs_of_a_pattern_is_one_file(tmp_path):
    assert read_table(csv(tmp_path, f"{HEADER}\n{ROW}\n", "table [1]*.csv")).height == 1


def test_a_header_alone_is_an_empty_table(tmp_path):
    assert read_table(csv(tmp_path, f"{HEADER}\n")).is_empty()


@pytest.mark.parametrize(
    ("row", "column", "rule"),
    [
        ("200,35.5,2024-05-03,sea,,", "lon", "longitude must be a number within -180..180"),
        ("east,35.5,2024-05-03,sea,,", "lon", "longitude must be a number within -180..180"),
        ("nan,35.5,2024-05-03,sea,,", "lon", "longitude must be a number within -180..180"),
        (",35.5,2024-05-03,sea,,", "lon", "longitude must be a number within -180..180"),
        ("12.6,-90.1,2024-05-03,sea,,", "lat", "latitude must be a number within -90..90"),
        ("12.6,inf,2024-05-03,sea,,", "lat", "latitude must be a number within -90..90"),
        ("12.6,35.5,yesterday,sea,,", "time", "a time must be in a form of ISO 8601"),
        ("12.6,35.5,2024-02-30,sea,,", "time", "a time must be in a form of ISO 8601"),
        ("12.6,35.5,,sea,,", "time", "a time must be in a form of ISO 8601"),
        ("12.6,35.5,2024-05-03,train,,", "mode", "a mode is one of land, sea, air, unknown"),
        ("12.6,35.5,2024-05-03,,,", "mode", "a mode is one of land, sea, air, unknown"),
        ("12.6,35.5,2024-05-03,sea,many,", "people", "a count must be a whole number, 0 or more"),
        ("12.6,35.5,2024-05-03,sea,1.5,", "people", "a count must be a whole number, 0 or more"),
        ("12.6,35.5,2024-05-03,sea,-3,", "people", "a count must be a whole number, 0 or more"),
        ("12.6,35.5,2024-05-03,sea,,zz", "cell", "a cell must be an H3 index"),
        ("12.6,35.5,2024-05-03,sea,,5", "cell", "a cell must be an H3 index"),
    ],
)
def test_the_first_bad_row_is_named_with_column_value_and_rule(tmp_path, row, column, rule):
    file = csv(tmp_path, f"{HEADER},people,cell\n{ROW},4,8a3967000007fff\n{row}\n{row}\n")
    with pytest.raises(WrongValue, match=rf"^table\.csv: row 3 and 1 more rows, column '{column}', value .*; {rule}"):
        read_table(file)


@pytest.mark.parametrize("column", ["lon", "time", "mode", "people", "cell", "departure"])
@pytest.mark.parametrize("value", [[1, 2], {"a": 1}, b"\xff"])
def test_a_column_of_lists_records_or_bytes_is_refused_by_name(tmp_path, column, value):
    with pytest.raises(UnknownColumns, match=f"column '{column}' holds .*one number, text or time a row"):
        read_table(parquet(tmp_path, **{column: [value]}))


@pytest.mark.parametrize(("column", "value"), [("cell", -5), ("cell", 1.5), ("people", -1), ("mode", 3)])
def test_numbers_where_they_make_no_sense_are_refused(tmp_path, column, value):
    with pytest.raises(WrongValue, match=f"row 2, column '{column}'"):
        read_table(parquet(tmp_path, **{column: [value]}))


@pytest.mark.parametrize("column", ["lon", "lat", "time", "mode"])
def test_a_missing_column_is_named(tmp_path, column):
    file = csv(tmp_path, f"{HEADER}\n{ROW}\n".replace(column, "other", 1))
    with pytest.raises(UnknownColumns, match=f"column '{column}' is missing; a table of incidents has the columns"):
        read_table(file)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("absent.csv", None),
        ("empty.csv", b""),
        ("latin.csv", "lon,lat,time,mode\n1,2,2024-01-01,mér\n".encode("latin-1")),
        ("ragged.csv", b"lon,lat,time,mode\n1,2,2024-01-01,sea,5\n"),
        ("quote.csv", b'lon,lat,time,mode\n"1,2,2024-01-01,sea\n'),
        ("words.parquet", b"lon,lat"),
        ("empty.parquet", b""),
    ],
)
def test_a_file_that_is_not_what_its_name_says_is_refused(tmp_path, name, content):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(UnreadableFile, match=rf"^{name}: it cannot be read .*; nothing was reduced\.$"):
        read_table(tmp_path / name)


def test_a_folder_is_no_file(tmp_path):
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(UnreadableFile, match="Is a directory"):
        read_table(tmp_path / "folder.csv")


@pytest.mark.parametrize("name", ["table.xlsx", "table", "table.csv.gz"])
def test_other_endings_are_refused(tmp_path, name):
    with pytest.raises(UnknownFormat, match=r"known are \.csv and \.parquet"):
        read_table(csv(tmp_path, f"{HEADER}\n{ROW}\n", name))
