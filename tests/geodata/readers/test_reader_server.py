"""The warm process that forks a reader for each file."""

import os
import signal
import time
from pathlib import Path

import pytest

from geodata.core.errors import UnreadableFile
from geodata.readers import sandboxed_reader
from geodata.readers.dispatch import read_file
from geodata.readers.reader_server import Job, ReaderServer


@pytest.fixture
def server(monkeypatch):
    own = ReaderServer()
    monkeypatch.setattr(sandboxed_reader, "_SERVER", own)
    yield own
    own._end()


def written(folder, rows=3):
    path = folder / "rows.csv"
    path.write_text("lat,lon\n" + "1,2\n" * rows, encoding="utf-8")
    return path


def rows_of(path):
    return sum(chunk.table.height for chunk in read_file(path).chunks)


def test_the_warm_process_has_no_thread_of_its_own_that_could_hold_a_lock_when_it_is_forked(server, tmp_path):
    assert rows_of(written(tmp_path)) == 3
    tasks = Path(f"/proc/{server._process.pid}/task").iterdir()
    others = [(task / "comm").read_text().strip() for task in tasks if task.name != str(server._process.pid)]
    assert set(others) <= {"jemalloc_bg_thd", "polars-ooc-clea"}  # these sleep until there is something to do


def test_files_are_read_by_one_warm_process_and_each_by_a_reader_of_its_own(server, tmp_path):
    path = written(tmp_path)
    jobs = [server.job("delimited", str(path)) for _ in range(2)]
    readers = {job.pid for job in jobs}
    for job in jobs:
        job.stdout.read()
        assert job.wait() == 0
        assert job.megabytes > 0
        job.close()
    assert len(readers | {server._process.pid}) == 3


def test_a_warm_process_that_ended_is_started_again(server, tmp_path):
    path = written(tmp_path)
    assert rows_of(path) == 3
    first = server._process.pid
    os.kill(first, signal.SIGKILL)
    server._process.wait()
    assert rows_of(path) == 3
    assert server._process.pid != first


def test_a_reader_that_is_killed_refuses_the_file(server, tmp_path, monkeypatch):
    started = server.job

    def killed(*arguments: str) -> Job:
        job = started(*arguments)
        os.kill(job.pid, signal.SIGKILL)
        return job

    monkeypatch.setattr(sandboxed_reader, "_started", killed)
    with pytest.raises(UnreadableFile, match="reading it broke off"):
        rows_of(written(tmp_path, 1_000_000))


def test_a_reading_that_is_given_up_ends_its_reader(server, tmp_path):
    job = server.job("delimited", str(written(tmp_path, 1_000_000)))
    job.stdout.read(100)
    job.close()
    deadline = time.monotonic() + 5
    while Path(f"/proc/{job.pid}").exists():
        assert time.monotonic() < deadline, "the reader goes on"
        time.sleep(0.01)
