"""Files are read as text, and what cannot be read says so in one sentence."""

import io
import json
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pytest
import shapely

from geodata.core.errors import NothingKept, RoutesError, UnknownColumns, UnknownFormat, UnreadableFile
from geodata.ingest.pipeline import ingest_file
from geodata.ledger.store import Ledger
from geodata.readers import chunks, json_records
from geodata.readers.dispatch import read_file
from geodata.readers.encoding import text_of
from geodata.readers.limits import CHUNK_ROWS
from tests import samples

ROW = {"date": "2024-05-03", "lat": 35.5, "lon": 12.6}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("comma.csv", b"date,lat,lon\n2024-05-03,35.5,12.6\n"),
        ("semicolon.csv", b"date;lat;lon\n2024-05-03;35,5;12,6\n"),
        ("tabs.tsv", b"date\tlat\tlon\n2024-05-03\t35.5\t12.6\n"),
        ("bom.csv", "\ufeffDate,Latitude,Longitude\n2024-05-03,35.5,12.6\n".encode()),
        ("utf16.csv", "date,lat,lon\n2024-05-03,35.5,12.6\n".encode("utf-16")),
        ("windows.csv", "date,lat,lon,place\n2024-05-03,35.5,12.6,Málaga\n".encode("cp1252")),
        ("excel.csv", b"sep=;\r\ndate;lat;lon\r\n2024-05-03;35,5;12,6\r\n"),
        ("caret.txt", b"date^lat^lon\n2024-05-03^35.5^12.6\n"),
        ("classic.csv", b"date,lat,lon\r2024-05-03,35.5,12.6\r"),
        ("list.json", json.dumps([ROW]).encode()),
        ("wrapped.json", json.dumps({"count": 1, "data": [ROW]}).encode()),
        ("lines.ndjson", json.dumps(ROW).encode() + b"\n"),
        (
            "points.geojson",
            json.dumps(
                {
                    "type": "FeatureCollection",
                    "features": [
                        {
                            "type": "Feature",
                            "properties": {"date": "2024-05-03"},
                            "geometry": {"type": "Point", "coordinates": [12.6, 35.5]},
                        },
                    ],
                },
            ).encode(),
        ),
    ],
)
def test_the_same_incident_reads_the_same_in_every_form(tmp_path, home, name, content):
    path = tmp_path / name
    path.write_bytes(content)
    ingest_file(path, Ledger(home))
    (incident,) = Ledger(home).incidents().to_dicts()
    assert (incident["lat"], incident["lon"]) == (35.5, 12.6)
    assert incident["time_start"].isoformat() == "2024-05-03T00:00:00+00:00"


@pytest.mark.parametrize(
    ("name", "content", "error"),
    [
        ("empty.csv", b"", UnreadableFile),
        ("blank.csv", b"\n \n", UnreadableFile),
        ("header.csv", b"date,lat,lon\n", UnreadableFile),
        ("binary.csv", b"\x7fELF\0\0\0\0", UnreadableFile),
        ("twice.csv", b"lat,lat,lon,date\n1,2,3,2024-01-01\n", UnreadableFile),
        ("quote.csv", b'date,lat,lon\n"2024,1,2\n', UnreadableFile),
        ("broken.json", b'[{"lat": 1', UnreadableFile),
        ("nan.json", b'[{"lat": NaN, "lon": 1, "date": "2024-01-01"}]', UnreadableFile),
        ("deep.json", b"[" * 100_000, UnreadableFile),
        ("number.json", b"42", UnreadableFile),
        ("text.json", b'["a", "b"]', UnreadableFile),
        ("broken.xlsx", b"PK\x03\x04 not a workbook", UnreadableFile),
        ("text.xlsx", b"date,lat,lon\n", UnreadableFile),
        ("later.csv", b'date,lat,lon\n2024-05-03,1,2\n2024-05-03,1,"2\n', UnreadableFile),
        ("header.tsv", b'"date\tlat\tlon\n2024-05-03\t1\t2\n', UnreadableFile),
        ("swallowed.csv", b'date,lat,lon\n2024-05-03,1,"2\n2024-05-04,1,2\n2024-05-05,1,"3"\n', UnreadableFile),
        ("mixed.csv", "date,lat,lon\nMálaga Łódź,1,2\n".encode() + b"\xe1,1,2\n", UnreadableFile),
        ("half.csv", "date,lat,lon\n".encode("utf-16") + b"2", UnreadableFile),
        ("two.json", b'{"a": [{"lat": 1}], "b": [{"lat": 1}]}', UnreadableFile),
        ("half.json", b'[{"place": "\\ud800", "lat": 1}]', UnreadableFile),
        ("more.json", b'[{"lat": 1}] [', UnreadableFile),
        ("comma.json", b'[{"lat": 1},]', UnreadableFile),
        ("later.ndjson", b'{"lat": 1}\n{"lat": 1\n', UnreadableFile),
        ("polygons.geojson", b'{"features": [{"type": "Feature", "properties": {}, "geometry": {}}]', UnreadableFile),
        ("local.geojson", samples.geojson(crs={"properties": {"name": "our own grid"}}), UnreadableFile),
        ("centred.geojson", samples.geojson(crs={"properties": {"name": "EPSG:4978"}}), UnreadableFile),
        ("vrt.csv", b"<OGRVRTDataSource/>", UnreadableFile),
        ("vrt.gpkg", b"<OGRVRTDataSource/>", UnreadableFile),
        ("sheet.parquet", samples.xlsx(), UnreadableFile),
        ("broken.parquet", samples.parquet()[:-20], UnreadableFile),
        ("entity.kml", samples.kml("<!DOCTYPE kml [<!ENTITY a 'a'>]>"), UnreadableFile),
        ("other.kml", b"<?xml version='1.0'?><html/>", UnreadableFile),
        ("none.kmz", samples.zipped({"readme.txt": "no map"}), UnreadableFile),
        ("none.zip", samples.zipped({"readme.txt": "no map"}), UnreadableFile),
        ("part.zip", samples.zipped({"layer.shp": b"\0\0\x27\x0a"}), UnreadableFile),
        ("picture.png", b"\x89PNG", UnknownFormat),
        ("noending", b"date,lat,lon\n", UnknownFormat),
        ("nowhere.csv", b"date,mode\n2024-01-01,sea\n", UnknownColumns),
    ],
)
def test_an_unfit_file_is_refused_in_one_sentence_and_nothing_is_stored(tmp_path, home, name, content, error):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(error) as caught:
        ingest_file(path, Ledger(home))
    assert str(caught.value).startswith(name)
    assert "\n" not in str(caught.value)
    assert str(caught.value).endswith("nothing was stored.")
    assert not (home / "ledger").exists()


def test_a_workbook_that_unpacks_to_far_more_than_its_size_is_refused_unopened(tmp_path):
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 50_000_000)
    with pytest.raises(UnreadableFile, match="it unpacks to 48 MB"):
        read_file(path)


def test_a_missing_file_is_one_sentence(tmp_path):
    with pytest.raises(RoutesError, match="it cannot be opened"):
        read_file(tmp_path / "gone.csv")


def read(path, content):
    """Return the rows of one file, each by the names of its columns and its number under ``_row``."""
    path.write_bytes(content)
    return [row for chunk in read_file(path).chunks for row in chunk.table.to_dicts()]


def sample(folder, suffix):
    return samples.every(folder / "made")[suffix]


@pytest.mark.parametrize("suffix", samples.ENDINGS)
def test_every_format_gives_the_same_rows_as_text(tmp_path, suffix):
    rows = read(tmp_path / f"sample{suffix}", sample(tmp_path, suffix))
    shown = {row["place"] if "place" in row else row["name"]: row for row in rows}
    for expected in samples.ROWS:
        row = shown[expected["place"]]
        assert (float(row["lat"]), float(row["lon"])) == (expected["lat"], expected["lon"])
        assert (row.get("date") or row.get("time"), row["kind"]) == (expected["date"], expected["kind"])
    first = 2 if suffix in (".csv", ".tsv", ".xlsx", ".ods") else 1
    assert [row["_row"] for row in rows] == [first, first + 1, first + 2]


def test_rows_keep_the_numbers_that_a_spreadsheet_shows(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_bytes(b'\na,b,c\n1,2,3\n\n4,5\n,,\n"x\ny",2,3\n6,7,8,9\n   \n" 8 ",  ,9')
    (chunk,) = read_file(path).chunks
    assert chunk.table.rows() == [("1", "2", "3", 3), ("x\ny", "2", "3", 7), ("8", None, "9", 10)]
    assert chunk.misfits == ((5, "4,5"), (8, "6,7,8,9"))


def test_a_long_file_comes_in_chunks_whose_rows_are_numbered_through(tmp_path):
    path = tmp_path / "long.csv"
    rows = [f"{number},a,b" for number in range(2, 600_002)]
    rows[50_000:50_000] = ["", "one,two"]
    rows.append("more,than,three,cells")
    path.write_text("\n".join(["n,a,b", *rows]), encoding="utf-8")
    reading = read_file(path)
    assert reading.head.height == 1000
    parts = list(reading.chunks)
    assert len(parts) == 1 + 600_000 // CHUNK_ROWS
    assert [chunk.table.height for chunk in parts[:2]] == [CHUNK_ROWS - 1, CHUNK_ROWS]  # the blank row is passed over
    numbers = [row for chunk in parts for row in chunk.table["_row"].to_list()]
    assert numbers == [*range(2, 50_002), *range(50_004, 600_004)]
    assert [misfit for chunk in parts for misfit in chunk.misfits] == [
        (50_003, "one,two"),
        (600_004, "more,than,three,cells"),
    ]


@pytest.mark.parametrize("suffix", [".json", ".ndjson"])
def test_records_beyond_the_first_chunk_may_name_more_columns(tmp_path, monkeypatch, suffix):
    monkeypatch.setattr(chunks, "CHUNK_ROWS", 1000)
    records = [{"lat": number, "lon": 1} for number in range(1000)] + [{"lat": 1, "late": "x"}] * 2
    lines = [json.dumps(record) for record in records]
    content = f"[{','.join(lines)}]" if suffix == ".json" else "\n".join(lines)
    path = tmp_path / f"many{suffix}"
    path.write_text(content, encoding="utf-8")
    reader = json_records.read_document if suffix == ".json" else json_records.read_lines
    contents = reader(text_of(path))
    assert contents.columns == ("lat", "lon", "late")
    first, last = contents.chunks
    assert first.table.columns == last.table.columns == ["lat", "lon", "late", "_row"]
    assert last.table.rows() == [("1", None, "x", 1001), ("1", None, "x", 1002)]


@pytest.mark.parametrize(
    ("encoding", "words"),
    [
        ("cp1252", ["Málaga", "Boulogne à l'été", "Grünwald"]),
        ("cp1250", ["Łódź", "Świnoujście", "gęś"]),
        ("cp1251", ["Москва", "Ростов-на-Дону", "ОДЕСА"]),
        ("cp1253", ["Αθήνα", "Λέσβος", "ΠΕΙΡΑΙΑΣ"]),
        ("cp1254", ["İstanbul", "Çeşme", "Muğla"]),
        ("cp1256", ["طرابلس", "بنغازي"]),
        ("latin-1", ["Málaga"]),
        ("utf-16", ["Łódź", "Αθήνα"]),
        ("utf-16-be", ["Łódź", "Αθήνα"]),
        ("utf-8-sig", ["Łódź", "Αθήνα"]),
    ],
)
def test_words_are_read_in_the_characters_in_which_they_were_written(tmp_path, encoding, words):
    content = "\n".join(["lat,lon,place", *(f"1,2,{word}" for word in words)]).encode(encoding)
    path = tmp_path / "words.csv"
    assert [row["place"] for row in read(path, content)] == words
    guessed = not encoding.startswith("utf")
    assert bool(read_file(path).notes) == guessed


@pytest.mark.parametrize("name", ["urn:ogc:def:crs:EPSG::32633", "EPSG:32633"])
def test_points_of_a_stated_system_are_moved_to_degrees(tmp_path, name):
    feature = {"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [500000, 0]}}
    content = json.dumps({"features": [feature], "crs": {"type": "name", "properties": {"name": name}}}).encode()
    (row,) = read(tmp_path / "utm.geojson", content)
    assert (row["lon"], row["lat"]) == ("15.0", "0.0")


def test_degrees_of_geojson_stay_as_they_were_written(tmp_path):
    content = samples.geojson(crs={"properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}).replace(b"12.6", b"12.600")
    assert read(tmp_path / "degrees.geojson", content)[0]["lon"] == "12.600"


def test_a_feature_without_a_point_keeps_its_row(tmp_path):
    shape = {"type": "Feature", "properties": {"lon": "stated"}, "geometry": {"type": "Polygon", "coordinates": []}}
    content = json.dumps({"features": [*samples.features(), shape]}).encode()
    last = read(tmp_path / "mixed.geojson", content)[-1]
    assert (last["lon"], last["lat"], last["_row"]) == (None, "not a point but a Polygon", 4)
    assert last["lon of the properties"] == "stated"


def test_numbers_within_lists_stay_as_they_were_written(tmp_path):
    (row,) = read(tmp_path / "nested.json", b'[{"a": 1.50, "b": [1.50, {"c": "1.50", "d": null}], "t": true}]')
    assert row == {"a": "1.50", "b": '[1.50, {"c": "1.50", "d": null}]', "t": "true", "_row": 1}


@pytest.mark.parametrize("suffix", [".gpkg", ".fgb", ".zip"])
def test_map_files_in_metres_are_moved_to_degrees(tmp_path, suffix):
    rows = read(tmp_path / f"metres{suffix}", samples.map_file(tmp_path / "made", suffix, 3857))
    places = sorted((float(row["lon"]), float(row["lat"])) for row in rows)
    assert places == [pytest.approx(place, abs=1e-6) for place in [(-5.5, 36.25), (12.6, 35.5), (115.125, -8.0)]]


@pytest.mark.parametrize("suffix", [".gpkg", ".fgb", ".zip"])
def test_shapes_of_a_map_file_keep_their_row_without_a_place(tmp_path, suffix):
    table = gpd.GeoDataFrame({"date": ["2024-01-01"]}, geometry=[shapely.box(0, 0, 1, 1)], crs=4326)
    (row,) = read(tmp_path / f"box{suffix}", samples.map_file(tmp_path / "made", suffix, table=table))
    assert (row["date"], row["lon"], row["lat"]) == ("2024-01-01", None, None)


def test_times_of_a_geopackage_are_text(tmp_path):
    times = pd.to_datetime(["2024-05-03T10:20:30Z"])
    table = gpd.GeoDataFrame({"time": times, "n": [7]}, geometry=gpd.points_from_xy([1], [2]), crs=4326)
    (row,) = read(tmp_path / "times.gpkg", samples.map_file(tmp_path / "made", ".gpkg", table=table))
    assert datetime.fromisoformat(row["time"]) == datetime(2024, 5, 3, 10, 20, 30, tzinfo=UTC)
    assert row["n"] == "7"


@pytest.mark.parametrize("encoding", ["WKB", "geoarrow"])
def test_geoparquet_in_metres_is_moved_to_degrees(tmp_path, encoding):
    rows = read(tmp_path / "metres.parquet", samples.geoparquet(3857, geometry_encoding=encoding))
    assert float(rows[0]["lon"]) == pytest.approx(12.6, abs=1e-6)
    assert float(rows[0]["lat"]) == pytest.approx(35.5, abs=1e-6)


def test_typed_columns_become_text(tmp_path):
    moment = datetime(2024, 5, 3, 10, 20, 30, 500_000, tzinfo=UTC)
    table = pa.table(
        {
            "day": [date(2024, 5, 3)],
            "moment": pa.array([moment], pa.timestamp("ms", "Europe/Rome")),
            "local": pa.array([moment.replace(tzinfo=None, microsecond=0)], pa.timestamp("ns")),
            "number": [12.6],
            "small": pa.array([12.6], pa.float32()),
            "whole": [7],
            "exact": [Decimal("1.50")],
            "flag": [True],
            "list": [["SYR", "AFG"]],
            "word": pa.array(["Málaga"]).dictionary_encode(),
            "bytes": [b"\xff\x00"],
            "none": pa.nulls(1),
        }
    )
    (row,) = read(tmp_path / "typed.parquet", samples.written(table))
    assert row == {
        "day": "2024-05-03",
        "moment": "2024-05-03T10:20:30.500000Z",
        "local": "2024-05-03T10:20:30",
        "number": "12.6",
        "small": "12.6",
        "whole": "7",
        "exact": "1.50",
        "flag": "true",
        "list": '["SYR", "AFG"]',
        "word": "Málaga",
        "bytes": "ff00",
        "none": None,
        "_row": 1,
    }


def test_days_and_moments_of_a_workbook_are_iso(tmp_path):
    rows = [["date", "moment", "lat", "lon"], [(45415, 1), (45415.5, 2), 35.5, 12.6]]
    (row,) = read(tmp_path / "dates.xlsx", samples.xlsx([samples.sheet(rows)]))
    assert datetime.fromisoformat(row["date"]) == datetime(2024, 5, 3)  # noqa: DTZ001 - a workbook knows no zone
    assert datetime.fromisoformat(row["moment"]) == datetime(2024, 5, 3, 12)  # noqa: DTZ001


def test_the_first_sheet_that_holds_a_table_is_read_below_its_title(tmp_path):
    cover = samples.sheet([["Only a header", "and no rows"]])
    table = samples.sheet([["A title"], [], ["date", "lat", "lon"], ["2024-05-03", 1, 2], [], ["2024-05-04", 3, 4]], 2)
    rows = read(tmp_path / "report.xlsx", samples.xlsx(["<worksheet/>", cover, table]))
    assert [(row["date"], row["lat"], row["_row"]) for row in rows] == [("2024-05-03", "1", 5), ("2024-05-04", "3", 7)]


def test_spans_and_descriptions_of_kml_are_columns(tmp_path):
    content = samples.kml().replace(
        b"<TimeStamp><when>2024-05-03</when></TimeStamp>",
        b"<description><![CDATA[<b>Two</b> boats]]></description>"
        b"<TimeSpan><begin>2024-05-03</begin><end>2024-05-04</end></TimeSpan>",
    )
    first, *_ = read(tmp_path / "spans.kml", content)
    assert (first["time"], first["time_end"]) == ("2024-05-03", "2024-05-04")
    assert (first["description"], first["folder"]) == ("<b>Two</b> boats", "May")


def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path):
    path = tmp_path / "moving.csv"
    path.write_text("lat,lon\n" + "1,2\n" * 1_000_000, encoding="utf-8")
    reading = read_file(path)
    with path.open("a", encoding="utf-8") as file:
        file.write("3,4\n")
    with pytest.raises(UnreadableFile, match="it changed while it was read"):
        list(reading.chunks)


def test_names_that_stand_for_other_columns_get_longer_ones(tmp_path):
    (row,) = read(tmp_path / "names.csv", b"*,^.*$,_row,lat\n1,2,3,4\n")
    assert row == {"* of the file": "1", "^.*$ of the file": "2", "_row of the file": "3", "lat": "4", "_row": 2}


def test_a_cell_longer_than_any_may_be_is_refused(tmp_path):
    path = tmp_path / "long.csv"
    path.write_text(f"lat,lon\n1,2\n1,{'2' * 1_000_001}\n", encoding="utf-8")
    with pytest.raises(UnreadableFile, match="a cell of column 'lon' in row 3 is too long"):
        read_file(path)


def test_a_workbook_with_macros_reads_like_one_without(tmp_path):
    cases = Path(__file__).parents[2] / "cases" / "05-two-year-workbook" / "register.xlsx"
    copy = tmp_path / "register.xlsm"
    copy.write_bytes(cases.read_bytes())
    assert read_file(copy, ["2024"]).head.equals(read_file(cases, ["2024"]).head)


def test_a_name_that_stands_twice_in_an_object_refuses_the_file(tmp_path):
    file = tmp_path / "twice.json"
    file.write_text('[{"date": "2024-05-03", "lat": 35.5, "lon": 12.6, "lat": 36.5}]')
    with pytest.raises(UnreadableFile, match="the name 'lat' stands twice in one object"):
        list(read_file(file).chunks)


def test_two_places_in_a_point_of_kml_are_no_point(tmp_path):
    file = tmp_path / "two.kml"
    point = "<Placemark><name>a</name><Point><coordinates>36.5,15.1,0\n36.6,15.2,0</coordinates></Point></Placemark>"
    file.write_text(f'<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{point}</Document></kml>')
    row = read_file(file).head.row(0, named=True)
    assert row["lat"] == "not a point but 2 places"
    assert row.get("lon") is None


@pytest.mark.parametrize("suffix", [".gpkg", ".fgb", ".zip"])
@pytest.mark.parametrize("system", [32633, 3857])
def test_degrees_under_the_name_of_a_system_in_metres_are_refused(tmp_path, suffix, system):
    wrong = samples.frame().set_crs(system, allow_override=True)
    path = tmp_path / f"wrong{suffix}"
    path.write_bytes(samples.map_file(tmp_path / "made", suffix, table=wrong))
    with pytest.raises(UnreadableFile, match=rf"said to be in EPSG:{system}, which is in metres, but all lie within"):
        read_file(path)


def test_metres_under_the_name_of_degrees_are_refused_row_by_row(tmp_path, home):
    wrong = samples.frame(32633).set_crs(4326, allow_override=True)
    path = tmp_path / "wrong.gpkg"
    path.write_bytes(samples.map_file(tmp_path / "made", ".gpkg", table=wrong))
    with pytest.raises(NothingKept, match="coordinates too large for degrees are metres of a projection"):
        ingest_file(path, Ledger(home))


@pytest.mark.parametrize("name", ["nul.json", "nul.ndjson"])
def test_a_nul_in_an_id_refuses_the_file(tmp_path, name):
    path = tmp_path / name
    path.write_text(
        '{"id": "1\\u0000", "date": "2024-05-03", "lat": 35.5, "lon": 12.6}\n'
        if "nd" in name
        else '[{"id": "1\\u0000", "date": "2024-05-03", "lat": 35.5, "lon": 12.6}]'
    )
    with pytest.raises(UnreadableFile, match="a cell of column 'id' in row 1 holds a NUL; text must be of characters"):
        read_file(path)
    path.write_text('[{"i\\u0000d": "1"}]' if name == "nul.json" else '{"i\\u0000d": "1"}')
    with pytest.raises(UnreadableFile, match="the name of a column is no name"):
        read_file(path)


@pytest.mark.parametrize("archived", [False, True])
def test_plain_numbers_of_days_are_counted_as_their_workbook_counts(tmp_path, home, archived):
    rows = [["date", "lat", "lon"], [43953, 35.5, 12.6], [(43954, 1), 35.6, 12.7]]
    with zipfile.ZipFile(io.BytesIO(samples.xlsx([samples.sheet(rows)]))) as book:
        members = {name: book.read(name) for name in book.namelist()}
    members["xl/workbook.xml"] = members["xl/workbook.xml"].replace(b"<sheets>", b"<workbookPr date1904='1'/><sheets>")
    content = samples.zipped(members)
    path = tmp_path / ("mac.zip" if archived else "mac.xlsx")
    path.write_bytes(samples.zipped({"mac.xlsx": content}) if archived else content)
    done = ingest_file(path, Ledger(home))
    days = Ledger(home).incidents()["time_start"].dt.date().sort().to_list()
    assert days == [date(2024, 5, 3), date(2024, 5, 4)]
    assert "The workbook counts days from 1904: plain numbers in 'date' were read so." in done.notes
