"""Reads files in a process of its own that notes what they make it do: ``python -m tests.hostile.batch``.

For every file of a folder it prints one line of JSON: what came of it, the processor time it took, what was opened
beside it, and what was left of it. The process may take 256 MB more than it holds at its start.
"""

import json
import os
import resource
import signal
import sys
import time
import traceback
from pathlib import Path

from geodata.core.errors import RoutesError
from geodata.readers import reader_server
from geodata.readers.dispatch import read_file
from geodata.readers.limits import MB
from geodata.readers.reader_server import Job

ROOT = Path(__file__).parent.parent.parent
LONGEST = 10
"""Seconds after which a file has failed, whatever the processor did."""
ALLOWANCE = 256 * MB
SUSPICIOUS = ("socket.", "subprocess.", "os.system", "os.exec", "os.posix_spawn", "urllib.")


class Watched(Job):
    """A reader as the product starts it, that adds up what all of them took."""

    heaviest = 0.0
    """MB, of all of them."""
    spent = 0.0
    """Seconds of processor time, of all of them."""

    def close(self) -> None:
        """End it and note what it took."""
        super().close()
        Watched.heaviest = max(Watched.heaviest, self.megabytes)
        Watched.spent += self.seconds


class Watch:
    """Notes what is opened outside of some folders, and every approach to a network or another program."""

    def __init__(self, *folders: Path) -> None:
        self.folders = tuple(str(folder.resolve()) for folder in folders)
        self.own = (sys.prefix, sys.base_prefix, str(ROOT), "/proc/", os.devnull)
        self.seen: list[str] = []
        sys.addaudithook(self._hook)

    def _hook(self, event: str, arguments: tuple) -> None:
        if event.startswith(SUSPICIOUS) and event != "socket.sendmsg":
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
    whose = resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN
    return sum(sum(resource.getrusage(who)[:2]) for who in whose) + Watched.spent


def limit_memory() -> None:
    """Let this process take no more than the allowance beyond what it has taken."""
    taken = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (taken + ALLOWANCE, resource.RLIM_INFINITY))


def main(folder: Path, good: Path, home: Path | None) -> None:
    """Read good files to load everything, then watch while the files of the folder are read."""
    reader_server.Job = Watched
    for path in sorted(good.iterdir()):
        drained(path)
        if home:
            stored(path, home / "good")
    Watched.heaviest = 0.0
    watch = Watch(folder.parent)
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
    where = [Path(argument) for argument in sys.argv[1:]]
    main(where[0], where[1], where[2] if len(where) > 2 else None)
