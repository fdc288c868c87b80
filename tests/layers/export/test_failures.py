"""What goes wrong while a file is written: one sentence, and no file that only looks whole; and exports of nothing."""

import contextlib
import gc
import resource
from collections.abc import Iterator
from datetime import date

import pytest

from geodata.core.errors import WrongValue
from geodata.model.query import View
from layers.export.area import area_of
from layers.export.files import FORMATS, write
from tests.layers.export.readers import rows_of
from tests.layers.export.test_formats import export as export  # noqa: PLC0414 (a fixture)

SINGLE = [kind for kind in FORMATS if kind != "zip"]
LAYERS = ["routes", "corridors", "hubs", "hexes", "dense_areas", "changes", "incidents", "legs", "countries"]
MAPS = ("fgb", "kml", "kmz", "shp.zip", "pmtiles")


@contextlib.contextmanager
def room_for(size: int) -> Iterator[None]:
    """Let no file grow beyond a number of bytes, as on a disk that runs full."""
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, usual[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # XlsxWriter leaves its own files open
@pytest.mark.parametrize("kind", FORMATS)
def test_a_disk_that_runs_full_is_told_in_a_sentence_wherever_that_happens(export, tmp_path, kind):
    rows = [("2024-03-05", 12 + at / 100, 35.5, {"place": f"{at}" * 40, "handling": "TLP:AMBER"}) for at in range(300)]
    made, whole = export(rows=rows), tmp_path / f"whole.{kind}"
    write(whole, made, ["incidents"])
    size = whole.stat().st_size
    for share in (0, 0.02, 0.2, 0.5, 0.9, 0.99):
        path = tmp_path / f"{share}.{kind}"
        with room_for(int(size * share)), contextlib.suppress(WrongValue):
            write(path, made, ["incidents"])
            pytest.fail(f"{kind} was written into {share:.0%} of the room it needs: {path.stat().st_size} of {size}")
        assert not path.exists() or path.stat().st_size == 0
    gc.collect()  # here, not in a later test, where it would be taken for a fault of that


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("kind", FORMATS)
def test_a_failure_leaves_nothing_in_the_folder_for_temporary_files(export, tmp_path, monkeypatch, kind):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with room_for(300), contextlib.suppress(WrongValue, OSError):
        write(tmp_path / f"out.{kind}", export(), ["incidents"])
    assert [path.name for path in tmp_path.iterdir() if path.name != f"out.{kind}"] == []
    gc.collect()


@pytest.mark.parametrize("kind", SINGLE)
def test_an_export_of_nothing_is_a_whole_file_of_no_rows(export, corridor, tmp_path, kind):
    made = export(corridor(incidents=0, months={}), rows=[], view=View(start=date(1999, 1, 1), end=date(2000, 1, 1)))
    path = tmp_path / f"out.{kind}"
    for layer in LAYERS[:-2] if kind in MAPS else LAYERS:
        if kind == "pmtiles":
            with pytest.raises(WrongValue, match=r"no row of layer .* lies anywhere; tiles hold at least one place"):
                write(path, made, [layer])
        else:
            (table,) = write(path, made, [layer])
            assert rows_of(path, kind, table) == []


def test_the_archive_of_nothing_is_whole(export, corridor, tmp_path):
    write(tmp_path / "all.zip", export(corridor(incidents=0, months={}), rows=[]))
    assert (tmp_path / "all.zip").stat().st_size > 0


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "it cannot be read"),
        (b"\x00\xff" * 50, "it cannot be read"),
        (b'{"type": "FeatureCollection", "features": []}', "it holds no polygon"),
        (b'{"type": "Point", "coordinates": [1, 2]}', "it holds no polygon"),
        (b'{"type": "Polygon", "coordinates": [[[0, 0], [10, 10], [10, 0], [0, 10], [0, 0]]]}', "is not valid"),
        (b'{"type": "Polygon", "coordinates": [[[0, 0], [1, 1]]]}', "geo"),
        (b'{"type": "Polygon", "coordinates": []}', "geo"),
    ],
)
def test_an_unfit_area_is_one_sentence(tmp_path, content, said):
    path = tmp_path / "area.geojson"
    path.write_bytes(content)
    with pytest.raises(WrongValue, match=r"^area\.geojson: .*; nothing was written\.$") as told:
        area_of(file=path)
    assert said in str(told.value)
    assert "\n" not in str(told.value)
