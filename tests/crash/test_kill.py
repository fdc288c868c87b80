"""An acknowledged batch is never lost, torn or doubled: kill -9, writers at once, full disks and read-only ones."""

from __future__ import annotations

import ctypes
import json
import os
import random
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from geodata.ingest.pipeline import ingest_file
from geodata.ledger.store import Ledger
from geodata.workspace.soundness import faults, unproven

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent.parent
ROWS = 300
SEED = 20_261_124
FEW, MANY, MANY_WATCHES = 8, 50, 25
KNOWN = {"ledger", "refusals", "corrections", "spool"}
"""What may stand in a workspace afterwards."""
_DROP_CAPABILITY, _OVERRIDE = 24, 1
"""``prctl`` and the capability by which root writes what is read-only, from ``linux/prctl.h`` and ``capability.h``."""


def written(folder: Path, name: str, rows: int = ROWS, bad: int = 2, source: str = "partner") -> Path:
    """Write a file whose ids begin with its name; ``bad`` of its rows are refused."""
    path = folder / f"{name}.csv"
    good = "".join(f"{source},{name}-{n},2024-05-03,{30 + n / 1000:.3f},12.6,sea,rescue\n" for n in range(rows))
    text = good + f"{source},bad,2024-05-03,95,12.6,sea,rescue\n" * bad
    path.write_text(f"source,id,date,lat,lon,mode,kind\n{text}", encoding="utf-8")
    return path


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "geodata", *map(str, arguments)]


def run(
    *arguments: object, limits: Callable[[], None] | None = None, temporary: Path | None = None
) -> subprocess.CompletedProcess[str]:
    environment = os.environ | ({"TMPDIR": str(temporary)} if temporary else {})
    return subprocess.run(
        command(*arguments),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=limits,
        env=environment,
        timeout=120,
    )


def killed(arguments: list[object], after: float, temporary: Path) -> tuple[str, bool]:
    """Run a command and kill it after some seconds; return what it printed and whether it had ended by then."""
    environment = os.environ | {"TMPDIR": str(temporary)}
    with subprocess.Popen(
        command(*arguments), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment
    ) as process:
        try:
            said, _ = process.communicate(timeout=after)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            said, _ = process.communicate()
            return said.decode(), False
    return said.decode(), process.returncode == 0


def require_whole(ledger: Ledger) -> dict[str, int]:
    """Fail if any batch is torn or anything stands twice; return the rows that stand by file."""
    incidents = ledger.incidents(columns=["incident_id", "source_record", "batch"])
    batches = {batch.batch: batch for _, batch in ledger.history()}
    assert incidents["incident_id"].is_unique().all(), "an incident stands twice"
    assert incidents["source_record"].is_unique().all(), "a record stands twice"
    rows = dict(incidents.group_by("batch").len().iter_rows())
    assert set(rows) <= set(batches), "rows stand that belong to no batch"
    for name, batch in batches.items():
        assert rows.get(name, 0) == batch.kept, f"batch {name} is torn"
        assert batch.kept == ROWS, "a batch stands without all of its rows"
    refusals = ledger.refusals()
    assert set(refusals["batch"]) <= set(batches)
    by_file = incidents.group_by(pl.col("source_record").str.extract(r"^(.+)-\d+$").alias("file")).len()
    return dict(by_file.iter_rows())


def require_tidy(home: Path) -> None:
    """Fail if what the killed left behind piles up in the workspace."""
    assert {path.name for path in home.iterdir()} <= KNOWN
    assert list((home / "spool").glob("*")) == []
    parts = [path for path in home.rglob("*") if path.name.endswith((".part", ".tmp"))]
    assert len(parts) <= 2, f"{len(parts)} unfinished files were left in the workspace"


def moments(times: int, seconds: float) -> list[float]:
    """Return when to kill: half of them in the last third of what a run takes, where it writes."""
    chance = random.Random(SEED)
    return [seconds * chance.uniform(*((0.6, 1.1) if n % 2 else (0.05, 1.0))) for n in range(times)]


@pytest.fixture(scope="module")
def seconds(tmp_path_factory: pytest.TempPathFactory) -> float:
    """Return what a run takes once the files of the program have been read."""
    folder = tmp_path_factory.mktemp("warm")
    run("ingest", written(folder, "first"), "--home", folder / "workspace", "--json")
    began = time.perf_counter()
    run("ingest", written(folder, "second"), "--home", folder / "workspace", "--json")
    return time.perf_counter() - began


@pytest.mark.parametrize("times", [FEW, pytest.param(MANY, marks=pytest.mark.long)])
def test_an_ingest_that_is_killed_leaves_whole_batches_and_none_that_was_acknowledged_is_lost(tmp_path, seconds, times):
    home, temporary = tmp_path / "workspace", tmp_path / "temporary"
    temporary.mkdir()
    acknowledged: set[str] = set()
    ended = 0
    for number, after in enumerate(moments(times, seconds)):
        name = f"f{number}"
        said, well = killed(["ingest", written(tmp_path, name), "--home", home, "--json"], after, temporary)
        if well:
            assert json.loads(said)["kept"] == ROWS
            acknowledged.add(name)
            ended += 1
        if home.exists():
            stands = require_whole(Ledger(home))
            assert acknowledged <= set(stands), "an acknowledged batch was lost"
            acknowledged |= set(stands)
            assert faults(Ledger(home)) == []
    assert ended < times, "no run was killed in time"
    done = run("ingest", *(tmp_path / f"f{number}.csv" for number in range(times)), "--home", home, "--json")
    assert done.returncode == 0, done.stderr
    assert require_whole(Ledger(home)) == {f"f{number}": ROWS for number in range(times)}
    assert unproven(Ledger(home)) == 0
    require_tidy(home)


@pytest.mark.parametrize("times", [FEW, pytest.param(MANY_WATCHES, marks=pytest.mark.long)])
def test_a_watch_that_is_killed_loses_no_file_and_takes_none_twice(tmp_path, seconds, times):
    home, inbox, temporary = tmp_path / "workspace", tmp_path / "inbox", tmp_path / "temporary"
    inbox.mkdir()
    temporary.mkdir()
    acknowledged: set[str] = set()
    watch = ["watch", inbox, "--home", home, "--every", 0.05, "--json"]
    for number, after in enumerate(moments(times, seconds)):
        written(inbox, f"f{number}")
        said, _ = killed(watch, after + 0.3, temporary)
        lines = [json.loads(line) for line in said.splitlines(keepends=True) if line.endswith("\n")]
        assert all(line["outcome"] == "taken" for line in lines)
        acknowledged |= {Path(line["file"]).stem for line in lines}
        if home.exists():
            stands = set(require_whole(Ledger(home)))
            assert acknowledged <= stands, "an acknowledged batch was lost"
            waiting = {path.stem for path in inbox.glob("*.csv")}
            assert {f"f{n}" for n in range(number + 1)} <= stands | waiting, "a file was lost"
    done = run(*watch, "--once", temporary=temporary)
    assert done.returncode == 0, done.stderr
    assert require_whole(Ledger(home)) == {f"f{number}": ROWS for number in range(times)}
    assert list(inbox.glob("*.csv")) == []
    assert len([path for path in (inbox / "done").glob("*.csv") if "refusals" not in path.name]) == times
    assert len(list(inbox.rglob("*.part"))) <= 2
    require_tidy(home)


def test_what_killed_ingests_laid_aside_in_the_workspace_is_cleared_by_the_next(tmp_path):
    home = tmp_path / "workspace"
    for number in range(3):
        ingest = command("ingest", written(tmp_path, f"f{number}", rows=50_000), "--home", home)
        with subprocess.Popen(ingest, cwd=ROOT, stdout=subprocess.DEVNULL) as process:
            until = time.monotonic() + 20
            while not any((home / "spool").glob("*/*")) and process.poll() is None and time.monotonic() < until:
                time.sleep(0.005)
            process.kill()
    assert any((home / "spool").iterdir())
    assert run("ingest", written(tmp_path, "last"), "--home", home).returncode == 0
    assert list((home / "spool").iterdir()) == []


def test_two_writers_that_take_the_same_file_into_an_empty_ledger_at_once_store_it_once(tmp_path):
    file = written(tmp_path, "same")
    for number in range(5):
        home = tmp_path / f"workspace{number}"
        taking = [threading.Thread(target=ingest_file, args=(file, Ledger(home))) for _ in range(2)]
        for thread in taking:
            thread.start()
        for thread in taking:
            thread.join()
        assert require_whole(Ledger(home)) == {"same": ROWS}


@pytest.mark.parametrize("begun", [False, True], ids=["empty ledger", "ledger"])
def test_two_processes_that_take_in_files_of_one_source_at_once_both_store_all_of_it(tmp_path, begun):
    home = tmp_path / "workspace"
    if begun:
        run("ingest", written(tmp_path, "first"), "--home", home)
    files = [[written(tmp_path, f"w{writer}n{number}") for number in range(3)] for writer in range(2)]
    writers = [
        subprocess.Popen(
            command("ingest", *paths, "--home", home, "--json"),
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for paths in files
    ]
    for writer in writers:
        said, complaints = writer.communicate(timeout=120)
        assert (writer.returncode, complaints) == (0, "")
        assert json.loads(said)["kept"] == 3 * ROWS
    expected = {path.stem: ROWS for paths in files for path in paths} | ({"first": ROWS} if begun else {})
    assert require_whole(Ledger(home)) == expected


def is_one_sentence(done: subprocess.CompletedProcess[str]) -> bool:
    lines = done.stderr.strip().splitlines()
    # A thread of the table's library may have its own say before, on a disk that takes nothing.
    alone = len(lines) == 1 or "tokio" in lines[0]
    return done.returncode == 2 and alone and lines[-1].endswith(".") and "Traceback" not in done.stderr


def file_size_of(most: int) -> Callable[[], None]:
    """Return what lets a process write no file larger than so many bytes: a disk that is full."""

    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))

    return limit


@pytest.mark.parametrize("begun", [False, True], ids=["empty ledger", "ledger"])
@pytest.mark.parametrize("most", [2_000, *(pytest.param(most, marks=pytest.mark.slow) for most in (0, 100, 6_000))])
def test_a_full_disk_is_one_sentence_and_nothing_is_half_stored(tmp_path, most, begun):
    home = tmp_path / "workspace"
    if begun:
        ingest_file(written(tmp_path, "first"), Ledger(home))
    before = Ledger(home).version()
    done = run("ingest", written(tmp_path, "second"), "--home", home, "--json", limits=file_size_of(most))
    assert is_one_sentence(done), done.stderr
    assert Ledger(home).version() == before
    again = run("ingest", tmp_path / "second.csv", "--home", home, "--json")
    assert json.loads(again.stdout)["kept"] == ROWS
    assert require_whole(Ledger(home))["second"] == ROWS


def test_a_watch_on_a_full_disk_keeps_the_file_and_takes_it_once_there_is_room(tmp_path):
    home, inbox = tmp_path / "workspace", tmp_path / "inbox"
    inbox.mkdir()
    written(inbox, "dropped")
    watch = ["watch", inbox, "--home", home, "--every", 0.05, "--once", "--json"]
    full = run(*watch, limits=file_size_of(100))
    assert full.returncode == 2
    assert "Traceback" not in full.stderr
    assert (inbox / "dropped.csv").is_file()
    assert run(*watch).returncode == 0
    assert require_whole(Ledger(home)) == {"dropped": ROWS}


def obey_modes() -> None:
    """Let root, too, be stopped by a folder that is read-only."""
    if os.geteuid() == 0:
        libc = ctypes.CDLL(None, use_errno=True)
        assert libc.prctl(_DROP_CAPABILITY, _OVERRIDE, 0, 0, 0) == 0


@pytest.mark.parametrize(
    ("begun", "bad"),
    [
        (True, 2),
        pytest.param(True, 0, marks=pytest.mark.slow),
        pytest.param(False, 2, marks=pytest.mark.slow),
        pytest.param(False, 0, marks=pytest.mark.slow),
    ],
)
def test_a_workspace_that_is_read_only_is_one_sentence_and_stays_as_it_is(tmp_path, begun, bad):
    home = tmp_path / "workspace"
    home.mkdir()
    if begun:
        ingest_file(written(tmp_path, "first"), Ledger(home))
    folders = [home, *(path for path in home.rglob("*") if path.is_dir())]
    before = Ledger(home).version()
    for folder in folders:
        folder.chmod(0o555)
    try:
        done = run("ingest", written(tmp_path, "second", bad=bad), "--home", home, "--json", limits=obey_modes)
        inbox = tmp_path / "inbox"
        inbox.mkdir()
        dropped = written(inbox, "dropped")
        watched = run("watch", inbox, "--home", home, "--every", 0.05, "--once", limits=obey_modes)
    finally:
        for folder in folders:
            folder.chmod(0o755)
    assert is_one_sentence(done), done.stderr
    assert is_one_sentence(watched), watched.stderr
    assert dropped.is_file()
    assert Ledger(home).version() == before
    assert {path.name for path in home.iterdir()} <= KNOWN
