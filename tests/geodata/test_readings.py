"""Files are read as text, and what cannot be read says so in one sentence."""

import json
import zipfile

import pytest

from geodata.errors import RoutesError, UnknownColumns, UnknownFormat, UnreadableFile
from geodata.ingest import ingest_file
from geodata.ledger import Ledger
from geodata.readings import read_file

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
    assert not home.exists()


def test_a_workbook_that_unpacks_to_far_more_than_its_size_is_refused_unopened(tmp_path):
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 50_000_000)
    with pytest.raises(UnreadableFile, match="it unpacks to 48 MB"):
        read_file(path)


def test_a_missing_file_is_one_sentence(tmp_path):
    with pytest.raises(RoutesError, match="it cannot be opened"):
        read_file(tmp_path / "gone.csv")
