"""A ledger in an object store: the same as in a folder, for several writers, and while the store is at fault."""

import os
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

from geodata.core.errors import RoutesError, UnknownVersion, WrongValue
from geodata.ingest.pipeline import ingest_file
from geodata.ledger.maintenance import compact, verify
from geodata.ledger.store import Ledger, UnwritableLedger
from geodata.ledger.version_diff import undo
from geodata.workspace.backup import backed_up
from tests.object_store import BUCKET, KEYS, proxied, served

pytestmark = pytest.mark.long
WRITERS, FILES = 3, 4


@pytest.fixture(scope="module")
def store():
    with served() as address:
        yield address


@pytest.fixture
def proxy(store):
    with proxied(store) as made:
        yield made


@pytest.fixture
def place(home, store, monkeypatch) -> str:
    """Name a folder of the store as that of the workspace's ledger."""
    address = f"s3://{BUCKET}/{uuid.uuid4()}"
    for name, value in {**KEYS, "AWS_ENDPOINT_URL": store, "ROUTES_HOME": str(home), "ROUTES_LEDGER": address}.items():
        monkeypatch.setenv(name, value)
    return address


def table(folder: Path, *days: int, name: str = "reports.csv") -> Path:
    path = folder / name
    path.write_text("date,lat,lon,mode\n" + "".join(f"2024-05-{day:02d},35,12,sea\n" for day in days), encoding="utf-8")
    return path


def days(ledger: Ledger, version: int | None = None) -> list[int]:
    return sorted(ledger.incidents(version)["time_start"].dt.day())


def test_what_goes_in_comes_out_is_undone_joined_and_proven_as_in_a_folder(tmp_path, home, place):
    ledger = Ledger(home)
    ingest_file(table(tmp_path, 1, 2), ledger)
    second = ingest_file(table(tmp_path, 2, 3), ledger).batch
    assert (second.kept, days(ledger), days(ledger, 0)) == (1, [1, 2, 3], [1, 2])
    undo(ledger, second.batch)
    assert (days(ledger), days(ledger, 1)) == ([1, 2], [1, 2, 3])
    compact(ledger)
    assert (days(ledger), verify(ledger)) == ([1, 2], [])
    assert not (home / "ledger").exists()
    assert days(Ledger(home, place)) == [1, 2]


def test_writers_of_several_machines_at_once_store_each_file_once(tmp_path, place):
    code = (
        "import sys; from pathlib import Path; from geodata.ingest.pipeline import ingest_file; "
        "from geodata.ledger.store import Ledger; "
        "[ingest_file(Path(name), Ledger(Path(sys.argv[1]))) for name in sys.argv[2:]]"
    )
    running = []
    for writer in range(WRITERS):
        files = [table(tmp_path, 1 + writer * FILES + number, name=f"{writer}-{number}.csv") for number in range(FILES)]
        own = tmp_path / f"machine-{writer}"  # another lock file: only the store tells who came first
        command = [sys.executable, "-c", code, str(own), *map(str, files)]
        running.append(subprocess.Popen(command, env=os.environ | {"ROUTES_HOME": str(own)}, stderr=subprocess.PIPE))
    said = [process.communicate()[1].decode() for process in running]
    assert [process.returncode for process in running] == WRITERS * [0], said
    ledger = Ledger(tmp_path / "reader", place)
    assert days(ledger) == list(range(1, 1 + WRITERS * FILES))
    assert len(ledger.history()) == WRITERS * FILES
    assert verify(ledger) == []


def test_a_slow_store_gives_the_same(tmp_path, home, place, proxy, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", proxy.address)
    proxy.is_at_fault(seconds=0.05)
    ingest_file(table(tmp_path, 1, 2), Ledger(home))
    assert days(Ledger(home)) == [1, 2]
    assert proxy.asked() > 5


@pytest.mark.parametrize("spare", [0, 3, 6, 9])
def test_a_store_that_is_full_stores_nothing_by_halves_and_says_so(tmp_path, home, place, proxy, monkeypatch, spare):
    ingest_file(table(tmp_path, 1), Ledger(home))
    monkeypatch.setenv("AWS_ENDPOINT_URL", proxy.address)
    proxy.is_at_fault(full=True, spare=spare)
    said = ""
    try:
        ingest_file(table(tmp_path, 2, name="more.csv"), Ledger(home))
    except UnwritableLedger as error:
        said = str(error)
    proxy.is_at_fault()
    stored = not said
    assert stored or "nothing was stored" in said
    assert days(Ledger(home)) == ([1, 2] if stored else [1])
    assert verify(Ledger(home)) == []
    assert ingest_file(table(tmp_path, 2, name="more.csv"), Ledger(home)).batch.kept == int(not stored)
    assert days(Ledger(home)) == [1, 2]


def test_a_store_that_refuses_or_is_gone_is_told_in_a_sentence_soon(tmp_path, home, place, proxy, monkeypatch):
    ingest_file(table(tmp_path, 1), Ledger(home))
    monkeypatch.setenv("AWS_ENDPOINT_URL", proxy.address)
    proxy.is_at_fault(refused=True)
    with pytest.raises(UnknownVersion, match="it cannot be read"):
        Ledger(home).incidents()
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with pytest.raises(RoutesError, match="cannot be"):
        ingest_file(table(tmp_path, 2, name="more.csv"), Ledger(home))


def test_a_workspace_has_one_ledger_and_one_that_is_backed_up_lies_in_a_folder(tmp_path, home, place, monkeypatch):
    ingest_file(table(tmp_path, 1), Ledger(home))
    with pytest.raises(WrongValue, match="the ledger stands in an object store"):
        backed_up(home, tmp_path / "copy.tar.gz", "somebody", lambda *_: None)
    (home / "ledger").mkdir()
    with pytest.raises(WrongValue, match="a workspace has one ledger"):
        Ledger(home)
    monkeypatch.setenv("ROUTES_LEDGER", "ftp://elsewhere")
    with pytest.raises(WrongValue, match="it is s3://bucket/folder, or not set"):
        Ledger(home)
    assert Ledger(tmp_path / "another").version() is None
