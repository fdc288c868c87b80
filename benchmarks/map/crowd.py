"""Many people at one process: each changes a filter, waits for the picture, thinks, and changes it again.

They are plain HTTP clients that ask what the map asks: the manifest of the View, what it names for the level in sight
and is not kept yet; and news before the next change.
Streamlit's own part, the run of the page's script, is not among it.
"""

from __future__ import annotations

import gzip
import http.client
import json
import random
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.served import served
from geodata.model.query import View

PEOPLE = 50
THINK_SECONDS = 5.0
LEVEL = 5
"""H3 resolution of the hexes in sight."""


@dataclass(slots=True)
class Person:
    """One person's connection, cache and waits."""

    address: str
    queries: Sequence[str]
    chance: random.Random
    level: int = LEVEL
    kept: set[str] = field(default_factory=set)
    waits: list[float] = field(default_factory=list)
    troubles: int = 0

    def work(self, end: float) -> None:
        """Change filters until the clock shows ``end``, s."""
        time.sleep(self.chance.uniform(0, THINK_SECONDS))
        while time.monotonic() < end:
            begun = time.monotonic()
            try:
                query = self.chance.choice(self.queries)
                self.see(query, 120.0)
                self.waits.append(time.monotonic() - begun)
                self._get("/data/head", THINK_SECONDS)
            except (OSError, http.client.HTTPException, RuntimeError):
                self.troubles += 1
            time.sleep(max(0.0, begun + (self.waits[-1] if self.waits else 0) + THINK_SECONDS - time.monotonic()))

    def see(self, query: str, patience: float) -> None:
        """Ask for the picture of a View."""
        manifest = json.loads(self._get(f"/data/hexes?{query}", patience))
        level = next(one for one in manifest["levels"] if one["resolution"] == self.level)
        for name in ("corners", "cells", "counts"):
            if level[name] not in self.kept:
                self._get(level[name], patience)
                self.kept.add(level[name])

    def _get(self, path: str, patience: float) -> bytes:
        connection = http.client.HTTPConnection(self.address, timeout=patience)
        try:
            connection.request("GET", path, headers={"Accept-Encoding": "gzip"})
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        if answer.status != http.HTTPStatus.OK:
            raise RuntimeError(f"{path}: {answer.status}")
        return gzip.decompress(content) if answer.headers.get("Content-Encoding") == "gzip" else content


@dataclass(frozen=True, slots=True)
class Crowd:
    """Seconds that people waited for a picture, and how often they got none."""

    waits: list[float]
    troubles: int


def crowd(home: Path, queries: Sequence[str], seconds: float, *, warmed: bool, level: int = LEVEL) -> Crowd:
    """Let ``PEOPLE`` work for some seconds.

    Parameters
    ----------
    home : Path
    queries : sequence of str
        The Views that they ask for.
    seconds : float, s
    warmed : bool
        Somebody has asked for every View before.
    level : int
        H3 resolution in sight.
    """
    with served(home) as url:
        address = urlsplit(url).netloc
        first = Person(address, queries, random.Random(0), level)  # noqa: S311  no secret
        first.see("", 600.0)
        for query in queries if warmed else ():
            first.see(query, 600.0)
        people = [Person(address, queries, random.Random(number), level) for number in range(PEOPLE)]  # noqa: S311
        end = time.monotonic() + seconds
        threads = [threading.Thread(target=person.work, args=(end,)) for person in people]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    return Crowd([wait for person in people for wait in person.waits], sum(person.troubles for person in people))


def views(kinds: Sequence[str], count: int) -> list[str]:
    """Return the queries of ``count`` Views, each of some of the kinds."""
    found = []
    for number in range(1, 2 ** len(kinds)):
        chosen = tuple(kind for at, kind in enumerate(kinds) if number >> at & 1)
        found.append(View(kinds=chosen).query())
    return found[:count]
