"""A purge that is killed leaves the old workspace or one that the next purge finishes: kill -9 at any step."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from desk.shares import Shares
from geodata.core.audit import Audit
from geodata.ledger.maintenance import verify
from geodata.ledger.store import PURGE_JOURNAL, PURGING, Ledger
from geodata.workspace.soundness import faults
from tests.crash.test_kill import ROOT
from tests.purging import BOUND, copied, full
from tests.searching import held

pytestmark = pytest.mark.slow

FEW, MANY = 24, 250
PROGRAM = """
import json, os, signal, sys
from desk.__main__ import app

def purge(home, kill_at):
    # Run a purge in a process of its own that is killed at one of the steps in which it touches files.
    child = os.fork()
    if child:
        return os.waitpid(child, 0)[1]
    steps, begun = 0, True
    def step(event, _):
        nonlocal steps
        if begun and (event.startswith(("open", "os.", "shutil.", "sqlite3."))):
            steps += 1
            if steps == kill_at:
                os.kill(os.getpid(), signal.SIGKILL)
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    sys.addaudithook(step)
    try:
        app(["purge", "--before", BOUND, "--yes", "--home", home], standalone_mode=False)
    finally:
        begun = False
        with open(home + ".steps", "w") as file:
            file.write(str(steps))
        os._exit(0)

for line in sys.stdin:
    home, kill_at = json.loads(line)
    print(purge(home, kill_at), flush=True)
"""


@contextmanager
def purges() -> Iterator[Callable[..., tuple[int, int]]]:
    """Give the way to run a purge, killed at a step or at none: it returns the signal that ended it, and its steps.

    A program that has read all of its code runs them one after the other, each in a process of its own.
    """
    command = [sys.executable, "-c", f"BOUND = {BOUND!r}\n{PROGRAM}"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:

        def run(home: Path, kill_at: int = 0) -> tuple[int, int]:
            assert process.stdin
            assert process.stdout
            process.stdin.write(json.dumps([str(home), kill_at]) + "\n")
            process.stdin.flush()
            status = int(process.stdout.readline())
            steps = home.with_name(home.name + ".steps")
            return status & 127, int(steps.read_text()) if steps.exists() else 0

        yield run


@pytest.mark.parametrize("times", [FEW, pytest.param(MANY, marks=pytest.mark.long)])
def test_a_purge_that_is_killed_leaves_the_old_or_the_new_and_a_second_one_brings_it_to_the_new(tmp_path, times):
    home = tmp_path / "workspace"
    written = full(home, network=False)
    old = Ledger(home).reports()
    pending = 0
    with purges() as run:
        whole = copied(home, tmp_path / "whole")
        _, steps = run(whole)
        new = Ledger(whole).reports()
        assert 0 < new.height < old.height
        for number in range(times):
            killed = copied(home, tmp_path / f"killed{number}")
            assert run(killed, 1 + number * (steps - 1) // times)[0] == 9, "it was not killed"
            found, journal = Ledger(killed).reports(), (killed / PURGE_JOURNAL).exists()
            pending += journal
            assert found.equals(old) or found.equals(new), "a ledger is torn"
            assert verify(Ledger(killed)) == []
            assert Audit(killed).verify().fault == ""
            if not journal:
                assert found.equals(old) == (
                    "purge" not in [one.purge and "purge" for _, one in Ledger(killed).history()]
                )
            assert run(killed)[0] == 0
            assert Ledger(killed).reports().equals(new)
            assert held(killed, written.old) == {}
            assert faults(Ledger(killed)) == []
            assert not (killed / PURGING).exists()
            assert {one.state for one in Shares(killed).every()} == {"withdrawn"}
    assert 0 < pending < times, "all were killed on one side of the journal"
