"""A live map: what it receives while nothing changes and when a small batch comes in, and how soon it shows that."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page

from benchmarks.map.windows import forget, map_of, paintings, window
from benchmarks.map.workspaces import copied
from benchmarks.served import served
from geodata.ingest.pipeline import ingest_file
from geodata.ledger.store import Ledger

BATCH = 20
TICK_MS = 5000
_COMMITTED = "**/_delta_log/*.json"


@dataclass(frozen=True, slots=True)
class Ticks:
    """What a live map received.

    Attributes
    ----------
    idle, told : list of float, kB
        Answers to "is there anything new" while there was not, and when there was; headers included.
    picture : list of float, kB
        The first picture of each new version with all that it fetched for it.
    seconds : list of float, s
        From the commit of a batch until the map had painted it.
    """

    idle: list[float] = field(default_factory=list)
    told: list[float] = field(default_factory=list)
    picture: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)


class Received:
    """Bytes that a page has received over HTTP since it was last emptied, by address."""

    def __init__(self, page: Page) -> None:
        self.answers: list[tuple[str, float]] = []
        self._paths: dict[str, str] = {}
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        session.on("Network.requestWillBeSent", self._asked)
        session.on("Network.loadingFinished", self._finished)

    def kb(self, *starts: str) -> list[float]:
        """Return kB of each answer whose path starts with one of ``starts``."""
        return [kb for path, kb in self.answers if path.startswith(starts)]

    def _asked(self, event: dict[str, Any]) -> None:
        self._paths[event["requestId"]] = urlsplit(event["request"]["url"]).path

    def _finished(self, event: dict[str, Any]) -> None:
        path = self._paths.get(event["requestId"], "")
        self.answers.append((path, float(event["encodedDataLength"]) / 1000))


def ticks(chromium: Browser, home: Path, quiet: int, batches: int) -> Ticks:
    """Return what a map receives in so many ticks without news, and in so many batches that come at any time."""
    found = Ticks()
    chance = random.Random(1)  # noqa: S311  when a batch comes in is no secret
    with copied(home) as copy, served(copy) as url, window(chromium) as page:
        received = Received(page)
        page.goto(url)
        frame = map_of(page)
        page.wait_for_timeout(TICK_MS)
        received.answers.clear()
        page.wait_for_timeout(quiet * TICK_MS)
        found.idle.extend(received.kb("/data/head"))
        for number in range(batches):
            page.wait_for_timeout(chance.uniform(0, TICK_MS))
            forget(frame)
            received.answers.clear()
            version, committed = _batch(copy, number)
            frame.wait_for_function(
                "(v) => window.paintings.some((one) => one.version === v && one.painted)", arg=version
            )
            painted = next(one["painted"] for one in paintings(frame) if one["version"] == version and one["painted"])
            found.seconds.append(painted / 1000 - committed)
            found.told.append(max(received.kb("/data/head")))
            found.picture.append(sum(received.kb("/data/hexes", "/data/snapshot", "/data/r/")))
    return found


def _batch(home: Path, number: int) -> tuple[int, float]:
    """Take a small file in; return the version that it made and when that was committed, s of the clock."""
    chance = random.Random(number)  # noqa: S311  made incidents
    lines = ["id,lat,lon,date,kind"]
    for row in range(BATCH):
        lat, lon = chance.uniform(33, 37), chance.uniform(10, 15)
        lines.append(f"live-{number}-{row},{lat:.4f},{lon:.4f},2026-11-{chance.randint(1, 20):02d},interception")
    file = home.parent / f"batch-{number}.csv"
    file.write_text("\n".join(lines), encoding="utf-8")
    ledger = Ledger(home)
    ingest_file(file, ledger)
    version = ledger.version()
    if version is None:
        raise RuntimeError("the batch was not taken in")
    return version, max(log.stat().st_mtime for log in home.glob(_COMMITTED))
