"""Archives: every member that is known is looked at, those with incidents are read, and the others are named."""

import zipfile

import pyogrio
import pytest

from geodata.core.errors import UnknownColumns, UnreadableFile
from geodata.ingest.pipeline import ingest_file
from geodata.ledger.store import Ledger
from geodata.mapping.parts import read_parts
from geodata.readers import archive
from geodata.readers.dispatch import read_file
from tests import samples

MORE = b"date,lat,lon,dead\n2024-07-01,35.1,12.1,2\n2024-07-02,95.0,12.2,1\n"


def put(folder, members, name="all.zip", kind=zipfile.ZIP_DEFLATED):
    path = folder / name
    path.write_bytes(samples.zipped(members, kind))
    return path


def test_members_of_every_format_are_read_each_named_with_its_rows(tmp_path, home):
    made = samples.every(tmp_path / "made")
    del made[".zip"]
    path = put(tmp_path, {f"some/folder/part{suffix}": content for suffix, content in made.items()})
    reading, profile, notes = read_parts(path, None)
    assert profile.name == "plain"
    names = [f"some/folder/part{suffix}" for suffix in made]
    assert [part.name for part in reading.parts] == names
    # KML has a profile of its own.
    read = {chunk.part for chunk in reading.chunks}
    assert read >= {name for name in names if not name.endswith((".kml", ".kmz"))}
    assert all(f"'{name}' (3)" in notes[0] or any(name in note for note in notes[1:]) for name in names)
    assert ingest_file(path, Ledger(home)).batch.kept > 0


def test_rows_of_members_stand_under_one_another_and_refusals_name_their_member(tmp_path, home):
    path = put(tmp_path, {"a.csv": samples.separated(), "b/c.csv": MORE})
    done = ingest_file(path, Ledger(home))
    assert (done.batch.read, done.batch.kept, done.batch.refused) == (5, 4, 1)
    assert "Read, with rows: 'a.csv' (3), 'b/c.csv' (2)." in done.notes
    assert Ledger(home).refusals()["file"].to_list() == ["all.zip [b/c.csv]"]
    assert sorted(Ledger(home).incidents()["dead"].drop_nulls().to_list()) == [2]


def test_one_member_or_all_sheets_of_one_can_be_asked_for(tmp_path):
    book = samples.xlsx([samples.sheet([["date", "lat", "lon"], ["2024-05-03", 1, 2]])] * 2)
    path = put(tmp_path, {"a.csv": samples.separated(), "book.xlsx": book})
    names = [part.name for part in read_file(path).parts]
    assert names == ["a.csv", "book.xlsx: Sheet 1", "book.xlsx: Sheet 2"]
    assert read_file(path, ["book.xlsx: Sheet 2"]).head.height == 1
    assert [chunk.part for chunk in read_file(path, ["book.xlsx"]).chunks] == names[1:]
    with pytest.raises(
        UnreadableFile, match=r"it has no file or layer 'b.csv'; it holds 'a.csv', 'book.xlsx: Sheet 1'"
    ):
        read_file(path, ["b.csv"])


def test_members_of_another_kind_or_without_places_are_left_out_and_named(tmp_path):
    asam = b'reference,date,position,hostility,victim\n2022-1,2022-05-28,"1 07 00N 103 31 00E",Boarding,tanker\n'
    members = {"a.csv": samples.separated(), "asam.csv": asam, "readme.txt": "see\nthe manual\n", "note.pdf": b"%PDF"}
    reading, profile, notes = read_parts(put(tmp_path, members), None)
    assert profile.name == "plain"
    assert notes == (
        "Read, with rows: 'a.csv' (3).",
        "'asam.csv' (1 rows) is of another kind (asam) and was left out; --sheet reads it.",
        "'readme.txt' (1 rows) has no columns of a place and a date and was left out.",
    )
    assert reading.notes == ("Of no kind that is read, left out: 'note.pdf'.",)


def test_hidden_members_are_passed_over(tmp_path):
    hidden = ("__MACOSX/._a.csv", ".DS_Store", "x/.hidden.csv", ".git/b.csv", "Thumbs.db", "~$book.xlsx")
    reading = read_file(put(tmp_path, {"a.csv": samples.separated(), **dict.fromkeys(hidden, MORE)}))
    assert [part.name for part in reading.parts] == ["a.csv"]
    assert reading.notes == ("Read from the archive: 'a.csv'.",)


def test_a_broken_member_is_named_and_the_others_are_read(tmp_path):
    later = b'date,lat,lon\n2024-05-03,1,2\n2024-05-03,1,"2\n'
    path = put(tmp_path, {"a.csv": samples.separated(), "book.xlsx": b"PK\x03\x04 no", "open.csv": later})
    reading = read_file(path)
    assert [part.name for part in reading.parts] == ["a.csv"]
    assert reading.notes[1].startswith("'book.xlsx' cannot be read and was left out: it is not a workbook; ")
    assert reading.notes[2].startswith("'open.csv' cannot be read and was left out: ")
    with pytest.raises(UnreadableFile, match=r"all.zip: 'book.xlsx' in it cannot be read \(it is not a workbook\)"):
        read_file(path, ["book.xlsx"])
    with pytest.raises(UnreadableFile, match=r"all.zip: 'open.csv' in it cannot be read"):
        read_file(put(tmp_path, {"open.csv": later}))


def test_archives_within_an_archive_are_not_opened(tmp_path):
    inner = samples.zipped({"b.csv": MORE})
    reading = read_file(put(tmp_path, {"a.csv": samples.separated(), "inner.zip": inner, "old.tar.gz": b"\x1f\x8b"}))
    assert reading.notes[1] == "Archives within the archive are not opened: 'inner.zip', 'old.tar.gz'."
    with pytest.raises(UnreadableFile, match=r"it holds archives alone; an archive within an archive is not opened"):
        read_file(put(tmp_path, {"inner.zip": inner}))


def test_a_map_of_google_earth_in_an_archive_is_read(tmp_path):
    assert read_file(put(tmp_path, {"map.kmz": samples.kmz()})).head.height == 3


def test_shapefiles_beside_other_files_are_read_with_them(tmp_path):
    folder = tmp_path / "made"
    folder.mkdir()
    pyogrio.write_dataframe(samples.frame(), folder / "boats.shp", driver="ESRI Shapefile")
    shape = {f"shape/{part.name}": part.read_bytes() for part in folder.iterdir()}
    reading, _, notes = read_parts(put(tmp_path, {"a.csv": samples.separated(), **shape}), None)
    assert notes == ("Read, with rows: 'a.csv' (3), 'boats' (3).",)
    assert reading.notes == ()
    rows = {chunk.part: chunk.table for chunk in reading.chunks}
    assert rows["boats"]["lat"].to_list() == ["35.5", "36.25", "-8"]
    del shape["shape/boats.dbf"]
    reading = read_file(put(tmp_path, {"a.csv": samples.separated(), **shape}))
    assert "'shape/boats.shp' cannot be read and was left out: its .dbf file is missing" in reading.notes[1]


def test_bounds_of_archives_hold_before_anything_is_unpacked(tmp_path, monkeypatch):
    with pytest.raises(UnreadableFile, match="it unpacks to 29 MB"):
        read_file(put(tmp_path, {"a.csv": b"0" * 30_000_000}))
    with pytest.raises(UnreadableFile, match=r"it holds '../a.csv'; files of an archive must lie within it"):
        read_file(put(tmp_path, {"../a.csv": MORE}))
    with pytest.raises(UnreadableFile, match=r"it holds '/etc/a.csv'"):
        read_file(put(tmp_path, {"/etc/a.csv": MORE}))
    with pytest.raises(UnreadableFile, match="it holds 11,000 files; an archive may hold 10,000"):
        read_file(put(tmp_path, {f"{number}.csv": b"" for number in range(11_000)}))
    monkeypatch.setattr(archive, "_MOST", 3)
    with pytest.raises(UnreadableFile, match="it holds 4 files to be read; an archive may hold 3 of them"):
        read_file(put(tmp_path, {f"{number}.csv": MORE for number in range(4)}))


def test_an_encrypted_archive_is_refused_in_one_sentence(tmp_path):
    content = bytearray(samples.zipped({"a.csv": MORE}))
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    path = tmp_path / "locked.zip"
    path.write_bytes(content)
    with pytest.raises(UnreadableFile, match="it is encrypted; files must be readable without a password"):
        read_file(path)


def test_a_member_that_stands_twice_refuses_the_archive(tmp_path):
    path = tmp_path / "twice.zip"
    content = samples.zipped({"a.csv": MORE, "b.csv": MORE})
    path.write_bytes(content.replace(b"b.csv", b"a.csv"))
    with pytest.raises(UnreadableFile, match=r"it holds 'a.csv' twice"):
        read_file(path)


def test_nothing_of_an_archive_stays_on_the_disk(tmp_path, monkeypatch, home):
    place = tmp_path / "temporary"
    place.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(place))
    path = put(tmp_path, {"a.csv": samples.separated(), "b.csv": MORE})
    chunks = read_file(path, ["a.csv", "b.csv"]).chunks
    next(chunks)
    del chunks
    assert list(place.iterdir()) == []
    ingest_file(path, Ledger(home))
    assert list(place.iterdir()) == []


def test_an_archive_without_places_and_dates_says_so(tmp_path):
    with pytest.raises(UnknownColumns, match=r"all.zip: no columns with coordinates and a date"):
        read_parts(put(tmp_path, {"a.csv": b"a,b\n1,2\n", "b.csv": b"c,d\n1,2\n"}), None)


def test_every_layer_of_points_of_a_map_is_read(tmp_path):
    path = tmp_path / "two.gpkg"
    pyogrio.write_dataframe(samples.frame(), path, layer="north", driver="GPKG")
    pyogrio.write_dataframe(samples.frame().head(2), path, layer="south", driver="GPKG", append=True)
    _, _, notes = read_parts(path, None)
    assert notes == ("Read, with rows: 'north' (3), 'south' (2).",)
