"""Bad files are refused in one sentence or read cleanly: quickly, in bounded memory, and touching nothing else."""

import json
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests import samples
from tests.hostile import forge

ROOT = Path(__file__).parent.parent.parent
ENVIRONMENT = os.environ | {"POLARS_MAX_THREADS": "1", "MALLOC_ARENA_MAX": "1", "OMP_NUM_THREADS": "1"}
SECRET = "the secret of the canary"
SECONDS = 2.0
"""Of processor time: other work on the machine does not count."""
HEAVY = (
    "sparse.xlsx",
    "both.ods",
    "laughs.xlsx",
    "dictionary.parquet",
    "nulls.parquet",
    "long.parquet",
    "endless-view.gpkg",
    "columns.gpkg",
    "grids.gpkg",
    "header-4.fgb",
    "vrt.gpkg",
    "vrt-magic.fgb",
    "vrt-layer.shp.zip",
    "bomb.zip",
    "bomb.kmz",
    "laughs.kml",
    "vertices.geojson",
    "million-columns.csv",
)
"""Files that are read once more in sealed processes of their own, as the product does."""


@pytest.fixture(scope="module")
def canary(tmp_path_factory):
    """Return a file that nobody may read; its time of access tells."""
    path = tmp_path_factory.mktemp("elsewhere") / "canary.csv"
    path.write_text(f"date,lat,lon,place\n2024-05-03,1,2,{SECRET}\n", encoding="utf-8")
    os.utime(path, (1, 2))
    return path


@pytest.fixture(scope="module")
def door():
    """Return a port at which every knock is noted."""
    knocks = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def listen() -> None:
            while True:
                try:
                    knocks.append(server.accept())
                except OSError:
                    return

        threading.Thread(target=listen, daemon=True).start()
        yield server.getsockname()[1], knocks
        server.shutdown(socket.SHUT_RDWR)


@pytest.fixture(scope="module")
def aim(canary, door):
    return lambda text: text.replace("CANARY", str(canary)).replace("PORT", str(door[0]))


@pytest.fixture(scope="module")
def forged(tmp_path_factory, aim):
    """Return all bad files, by name."""
    return dict(forge.every(tmp_path_factory.mktemp("made"), 2026, 50, aim))


@pytest.fixture
def folders(tmp_path):
    """Return a folder for bad files and one with a good file of each format."""
    bad, good = tmp_path / "bad", tmp_path / "good"
    bad.mkdir()
    good.mkdir()
    for suffix, content in samples.every(tmp_path / "made").items():
        (good / f"good{suffix}").write_bytes(content)
    return bad, good


def put(folder, files):
    for name, content in files:
        (folder / name).write_bytes(content)


def judged(bad, good, *more: object):
    """Read a folder of bad files and return what came of each; everything that must never be is asserted here."""
    command = [sys.executable, "-m", "tests.hostile.batch", str(bad), str(good), *map(str, more)]
    environment = ENVIRONMENT | {"TMPDIR": str(bad.parent)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(found) == len(list(bad.iterdir())), f"the batch ended early: {done.stderr[-2000:]}"
    for one in found:
        assert one["came"] in ("read", "refused"), one
        assert one["seen"] == [], one
        assert one["left"] == [], one
        assert one["cpu"] <= SECONDS, one
        assert SECRET not in one["said"], one
        if one["came"] == "refused":
            assert one["said"].startswith(one["file"][:20]), one
            assert "\n" not in one["said"], one
            assert "Traceback" not in one["said"], one
            assert len(one["said"]) < 1000, one
            assert one["said"].endswith("."), one
    return found


def untouched(canary, door):
    return canary.stat().st_atime == 1 and door[1] == []


@pytest.mark.slow
def test_two_thousand_bad_files_are_refused_or_read(folders, forged, canary, door):
    put(folders[0], forged.items())
    found = judged(*folders)
    assert len(found) >= 2000
    assert untouched(canary, door)
    refused = [one for one in found if one["came"] == "refused"]
    assert len(refused) > 1000


@pytest.mark.slow
def test_some_bad_files_of_every_format_are_refused_or_read(tmp_path, folders, aim, canary, door):
    good = samples.every(tmp_path / "made")
    put(folders[0], forge.accidents(good, 7, 2))
    put(folders[0], ((name, content) for name, content in forge.disguises(good, aim) if name.startswith("vrt")))
    found = judged(*folders)
    assert len(found) > 100
    assert untouched(canary, door)
    disguised = [one for one in found if one["file"].startswith("vrt")]
    # Below a sound header of separated text, the disguise is a row like any other.
    passed = {one["file"] for one in disguised if one["came"] == "read"}
    assert passed <= {"vrt-magic.csv", "vrt-magic.tsv"}


@pytest.mark.slow
def test_the_heaviest_files_stay_within_their_bounds_in_processes_of_their_own(folders, forged, canary, door):
    put(folders[0], ((name, forged[name]) for name in HEAVY))
    found = judged(*folders)
    assert len(found) == len(HEAVY)
    assert max(one["child_mb"] for one in found) <= 256
    assert untouched(canary, door)


@pytest.mark.slow
def test_no_bad_file_leaves_anything_in_the_ledger(tmp_path, folders, forged, canary, door):
    put(folders[0], list(forged.items())[::20])
    found = judged(*folders, tmp_path / "home")
    assert len(found) >= 90
    assert untouched(canary, door)


def test_a_touched_canary_is_noticed(canary):
    """Tell that the watch is awake: the file's time of access moves when it is read."""
    canary.read_text(encoding="utf-8")
    if canary.stat().st_atime == 1:
        pytest.skip("this file system keeps no times of access")
    os.utime(canary, (1, 2))
