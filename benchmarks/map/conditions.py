"""The machine while it is measured on: how busy others keep it, and a wait for a quieter moment."""

from __future__ import annotations

import time
from pathlib import Path

QUIET = 0.25
"""Share of the processors that others may keep busy in a quiet moment."""
LOOK_SECONDS = 2.0
_STAT = Path("/proc/stat")


def busy(seconds: float = LOOK_SECONDS) -> float | None:
    """Return the share of all processors that is busy, 0..1, over some seconds; None where the system does not tell."""
    before = _ticks()
    time.sleep(seconds)
    after = _ticks()
    if before is None or after is None:
        return None
    worked, passed = (now - then for now, then in zip(after, before, strict=True))
    return worked / passed if passed else 0.0


def quiet(patience: float) -> float | None:
    """Wait for a quiet moment, ``patience`` seconds at most; return how busy the machine is then."""
    end = time.monotonic() + patience
    while True:
        share = busy()
        if share is None or share <= QUIET or time.monotonic() >= end:
            return share


def _ticks() -> tuple[int, int] | None:
    """Return the ticks worked and passed since the start of the machine."""
    if not _STAT.exists():
        return None
    counts = [int(number) for number in _STAT.read_text(encoding="utf-8").splitlines()[0].split()[1:9]]
    idle = counts[3] + counts[4]
    return sum(counts) - idle, sum(counts)
