"""Reads files in a process of its own that notes what they make it do: ``python -m tests.hostile.batch``.

For every file of a folder it prints one line of JSON: what came of it, the processor time it took, what was opened
beside it, and what was left of it. The process may take 256 MB more than it holds at its start. With ``--forked``, a
sealed process is forked from here rather than started anew, under the same seal; that saves half a second a file.
"""

import importlib
import json
import os
import resource
import signal
import subprocess
import sys
import threading
import time
import traceback
from contextlib import suppress
from pathlib import Path

from geodata.core.errors import RoutesError
from geodata.readers import sandboxed_reader as confined
from geodata.readers.dispatch import read_file
from geodata.readers.limits import MB

ROOT = Path(__file__).parent.parent.parent
LONGEST = 10
"""Seconds after which a file has failed, whatever the processor did."""
ALLOWANCE = 256 * MB
LIBRARIES = ("geodata.readers.parquet", "geodata.readers.vector", "geodata.readers.spreadsheet", "pyogrio", "pyproj")
"""Loaded here, so that a forked process need not load them."""
SUSPICIOUS = ("socket.", "subprocess.", "os.system", "os.exec", "os.posix_spawn", "urllib.")


class Forked:
    """What ``subprocess.Popen`` is to a reader, by fork."""

    def __init__(self, *arguments: str) -> None:
        out, answer = os.pipe(), os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            code = 70
            try:
                os.dup2(out[1], 1)
                os.dup2(answer[1], 2)
                code = confined.main(*arguments)
            finally:
                os._exit(code)
        os.close(out[1])
        os.close(answer[1])
        self.stdout, self.stderr = os.fdopen(out[0], "rb"), os.fdopen(answer[0], "rb")
        self.code: int | None = None

    def kill(self) -> None:
        """End it, if it has not ended."""
        if self.code is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)

    def wait(self) -> int:
        """Return its exit code, negative for a signal."""
        if self.code is None:
            self.code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return self.code


class Watched(subprocess.Popen):
    """A reader started as the product starts it, whose memory is looked at while it runs."""

    heaviest = 0.0
    """MB, of all of them."""

    def __init__(self, *arguments: str) -> None:
        super().__init__(
            [sys.executable, "-E", "-s", "-m", "geodata.readers.sandboxed_reader", *arguments],
            cwd=ROOT,
            env=confined._ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        threading.Thread(target=self._look, daemon=True).start()

    def _look(self) -> None:
        status = Path(f"/proc/{self.pid}/status")
        with suppress(OSError):
            while self.returncode is None:
                _, _, rest = status.read_text(encoding="utf-8").partition("VmHWM:")
                if rest and b"geodata.readers.sandboxed_reader" in Path(f"/proc/{self.pid}/cmdline").read_bytes():
                    Watched.heaviest = max(Watched.heaviest, int(rest.split()[0]) / 1024)
                time.sleep(0.002)


class Watch:
    """Notes what is opened outside of some folders, and every approach to a network or another program."""

    def __init__(self, *folders: Path, starting: bool) -> None:
        self.folders = tuple(str(folder.resolve()) for folder in folders)
        self.own = (sys.prefix, sys.base_prefix, str(ROOT), "/proc/", os.devnull)
        self.suspicious = tuple(name for name in SUSPICIOUS if not (starting and name == "subprocess."))
        self.seen: list[str] = []
        sys.addaudithook(self._hook)

    def _hook(self, event: str, arguments: tuple) -> None:
        if event.startswith(self.suspicious):
            self.seen.append(f"{event} {arguments!r:.80}")
        elif event == "open" and isinstance(arguments[0], str | bytes):
            place = os.path.realpath(os.fsdecode(arguments[0]))
            reading = place == os.devnull or not arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
            if not place.startswith(self.folders) and not (reading and place.startswith(self.own)):
                self.seen.append(f"open {place}")


def drained(path: Path) -> str:
    """Read a file whole; return how many rows it has and what the first cells say."""
    rows, text = 0, ""
    for chunk in read_file(path).chunks:
        rows += chunk.table.height
        text += chunk.table.head(50).write_csv()[:10_000]
    return f"{rows} rows {text}"


def stored(path: Path, home: Path) -> str:
    """Take a file in."""
    from geodata.ingest.pipeline import ingest_file
    from geodata.ledger.store import Ledger

    return f"stored {ingest_file(path, Ledger(home))!r:.200}"


def outcome(path: Path, home: Path | None) -> dict[str, object]:
    """Return what came of one file."""
    wall, used = time.perf_counter(), cpu()
    try:
        said = stored(path, home) if home else drained(path)
        came = "read"
    except RoutesError as error:
        came, said = "refused", str(error)
    except BaseException:  # noqa: BLE001 - any other error at all is what is looked for
        came, said = "broke", traceback.format_exc()
    parts = home.rglob("*") if home and came == "refused" else ()
    left = [str(part.relative_to(home)) for part in parts if part.is_file()]
    return {
        "file": path.name,
        "came": came,
        "said": said,
        "wall": time.perf_counter() - wall,
        "cpu": cpu() - used,
        "left": [part for part in left if not part.startswith(("refusals", "corrections"))],
    }


def cpu() -> float:
    """Return the processor time of this process and its children, in seconds."""
    return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def limit_memory() -> None:
    """Let this process take no more than the allowance beyond what it has taken."""
    taken = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (taken + ALLOWANCE, resource.RLIM_INFINITY))


def main(folder: Path, good: Path, home: Path | None, *, forked: bool) -> None:
    """Read good files to load everything, then watch while the files of the folder are read."""
    confined._started = Forked if forked else Watched
    if not home:
        confined.hide_frames()
    for library in LIBRARIES:
        importlib.import_module(library)
    for path in sorted(good.iterdir()):
        drained(path)
        if home:
            stored(path, home / "good")
    Watched.heaviest = 0.0
    watch = Watch(folder.parent, starting=not forked)
    limit_memory()
    for path in sorted(folder.iterdir()):
        watch.seen.clear()
        signal.alarm(LONGEST)
        found = outcome(path, home / path.name if home else None)
        signal.alarm(0)
        found |= {"seen": watch.seen.copy(), "child_mb": Watched.heaviest}
        sys.stdout.write(f"{json.dumps(found)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    where = [Path(argument) for argument in sys.argv[1:] if not argument.startswith("--")]
    main(where[0], where[1], where[2] if len(where) > 2 else None, forked="--forked" in sys.argv)
