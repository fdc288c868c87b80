"""Reader processes, forked for one file each from a process that has loaded the libraries and reads nothing itself.

To start Python and load Arrow and GDAL's reader anew takes 0.3 to 0.5 s, which a small file should not pay for. So one
process is kept warm (a fork server, also called zygote): it opens no file, computes nothing, and forks itself at each
request. The only threads in it are those of the libraries' memory allocators, which are made to be forked. What it
forks is sealed (``geodata.readers.sandbox``), reads one file and ends.

In: the name of a reader and its arguments. Out: pipes with what it answers, and how it ended.
"""

from __future__ import annotations

import atexit
import contextlib
import importlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import BinaryIO

from geodata.readers.reader_process import hide_frames, main

_ROOT = Path(__file__).parent.parent.parent
_LARGEST_REQUEST = 2**17
ENVIRONMENT = {
    "LANG": "C.UTF-8",
    "PROJ_NETWORK": "OFF",
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "RAYON_NUM_THREADS": "1",
    "POLARS_MAX_THREADS": "1",
    "MALLOC_ARENA_MAX": "1",
    "GDAL_NUM_THREADS": "1",
    "GDAL_CACHEMAX": "16",
    "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",
    "CPL_LOG": os.devnull,
}


class Job:
    """One reader process, for one file.

    Attributes
    ----------
    stdout, stderr : file
        What it answers, and what it refuses with.
    pid : int
        Its number; 0 where it did not begin.
    seconds, megabytes : float
        Of processor time, and of memory at most; known once it has ended.
    """

    def __init__(self, out: int, answer: int, state: int) -> None:
        self.stdout: BinaryIO = os.fdopen(out, "rb")
        self.stderr: BinaryIO = os.fdopen(answer, "rb")
        self._state = os.fdopen(state, "rb")
        self.pid = int(self._state.readline() or 0)
        self._code: int | None = None
        self.seconds = self.megabytes = 0.0

    def wait(self) -> int:
        """Return the exit code, negative for a signal, once it has ended."""
        if self._code is None:
            code, seconds, megabytes = self._state.readline().split() or (b"-9", b"0", b"0")
            self._code, self.seconds, self.megabytes = int(code), float(seconds), float(megabytes)
        return self._code

    def close(self) -> None:
        """End it, if it has not ended, and close the pipes."""
        if self._code is None and self.pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
            self.wait()
        for pipe in (self.stdout, self.stderr, self._state):
            pipe.close()


class ReaderServer:
    """The process kept warm; started at the first request, and again should it have ended."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._line: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0

    def job(self, *arguments: str) -> Job:
        """Start a reader.

        Parameters
        ----------
        *arguments : str
            Of ``geodata.readers.reader_process.main``.
        """
        ours, theirs = zip(*(os.pipe() for _ in range(3)), strict=True)
        request = json.dumps(arguments).encode()
        try:
            with self._lock:
                try:
                    socket.send_fds(self._connected(), [request], theirs)
                except OSError:
                    self._end()
                    socket.send_fds(self._connected(), [request], theirs)
        finally:
            for pipe in theirs:
                os.close(pipe)
        return Job(*ours)

    def _connected(self) -> socket.socket:
        """Return the line to the process; one that was inherited over a fork belongs to another."""
        if self._line is None or self._owner != os.getpid():
            self._end()
            self._line, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            self._owner = os.getpid()
            atexit.register(self._end)
            self._process = subprocess.Popen(
                [sys.executable, "-E", "-s", "-m", "geodata.readers.reader_server", str(theirs.fileno())],
                cwd=_ROOT,
                env=ENVIRONMENT,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=(theirs.fileno(),),
                start_new_session=True,
            )
            theirs.close()
        return self._line

    def _end(self) -> None:
        """End the process, if it is this one's own."""
        line, process, owner = self._line, self._process, self._owner
        self._line = self._process = None
        atexit.unregister(self._end)
        if line is not None:
            line.close()
        if process is not None and owner == os.getpid():
            process.wait()


def serve(line: socket.socket) -> None:
    """Fork a reader for each request, until nobody is left who might send one."""
    hide_frames()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        request, pipes, _, _ = socket.recv_fds(line, _LARGEST_REQUEST, 3)
        if not request:
            return  # the other end is closed
        arguments = json.loads(request)
        with contextlib.suppress(Exception):  # the reader says what fails to load, too
            importlib.import_module(f"geodata.readers.{arguments[0]}")
        if os.fork() == 0:
            line.close()
            _attend(arguments, *pipes)
        for pipe in pipes:
            os.close(pipe)


def _attend(arguments: list[str], out: int, answer: int, state: int) -> None:
    """Fork the reader itself, tell its number and then how it ended, and end."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    pid = os.fork()
    if pid == 0:
        os.close(state)
        _read(arguments, out, answer)
    os.close(out)
    os.close(answer)
    with contextlib.suppress(BrokenPipeError):
        os.write(state, f"{pid}\n".encode())
    _, status, used = os.wait4(pid, 0)
    told = os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime, used.ru_maxrss / 1024
    with contextlib.suppress(BrokenPipeError):
        os.write(state, "{} {:.3f} {:.1f}\n".format(*told).encode())
    os._exit(0)


def _read(arguments: list[str], out: int, answer: int) -> None:
    code = 70
    try:
        os.dup2(out, 1)
        os.dup2(answer, 2)
        os.close(out)
        os.close(answer)
        code = main(*arguments)
    finally:
        os._exit(code)


if __name__ == "__main__":
    with socket.socket(fileno=int(sys.argv[1])) as _line:
        serve(_line)
