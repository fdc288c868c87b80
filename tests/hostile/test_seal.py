"""A sealed process can read its own file, and nothing else."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
START = """
import os, socket, subprocess, sys, threading, time
from pathlib import Path
from geodata.readers.sandbox import seal
path, other = Path(sys.argv[1]), Path(sys.argv[2])
seal(path, 64 * 2**20, 1.0)
"""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has seccomp and Landlock")


def sealed(tmp_path, deed):
    """Do something in a sealed process and return its exit code and its last line of error."""
    path, other = tmp_path / "own.csv", tmp_path / "other.csv"
    path.write_text("own", encoding="utf-8")
    other.write_text("other", encoding="utf-8")
    command = [sys.executable, "-c", START + deed, str(path), str(other)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.returncode, (done.stderr.splitlines() or [""])[-1].partition(":")[0]


@pytest.mark.parametrize(
    "deed",
    [
        "assert path.read_text() == 'own'",
        "thread = threading.Thread(target=print); thread.start(); thread.join()",
        "import colorsys, wave",
        "assert len(bytearray(32 * 2**20)) > 0",
    ],
)
def test_what_reading_needs_is_allowed(tmp_path, deed):
    assert sealed(tmp_path, deed) == (0, "")


@pytest.mark.parametrize(
    "deed",
    [
        "other.read_text()",
        "Path('/etc/passwd').read_text()",
        "os.listdir('/tmp')",
        "path.write_text('changed')",
        "path.open('a')",
        "path.with_name('new.csv').touch()",
        "os.unlink(other)",
        "os.rename(other, path)",
        "os.truncate(path, 0)",
        "os.mkdir(path.with_name('new'))",
        "os.symlink('/etc/passwd', path.with_name('new'))",
        "socket.socket()",
        "socket.socketpair()",
        "socket.create_connection(('127.0.0.1', 9))",
        "os.execv('/bin/true', ['true'])",
        "subprocess.run(['/bin/true'])",
        "os.fork()",
        "os.kill(os.getppid(), 0)",
    ],
)
def test_everything_else_is_denied(tmp_path, deed):
    assert sealed(tmp_path, deed) == (1, "PermissionError")


def test_memory_beyond_the_allowance_is_denied(tmp_path):
    assert sealed(tmp_path, "bytearray(128 * 2**20)") == (1, "MemoryError")


def test_time_beyond_the_allowance_ends_it(tmp_path):
    code, _ = sealed(tmp_path, "while True: pass")
    assert code == -signal.SIGPROF
