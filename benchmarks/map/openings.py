"""The dashboard is opened: from the start of the navigation until the map has painted its first picture."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, Page

from benchmarks.map.windows import map_of, paintings, window
from benchmarks.served import PRODUCT, running

PATIENCE_MS = 600_000


@dataclass(frozen=True, slots=True)
class Openings:
    """Seconds from the start of the navigation.

    Attributes
    ----------
    cold, warm : list of float, s
        Until the first picture: of servers just started, and of those where somebody has opened the map before.
    stages : dict
        Until the first picture, the one with routes and the one with grades, of one opening that was let go on.
    """

    cold: list[float] = field(default_factory=list)
    warm: list[float] = field(default_factory=list)
    stages: dict[str, float] = field(default_factory=dict)


def openings(chromium: Browser, home: Path, servers: int, windows: int, *, graded: bool = False) -> Openings:
    """Return the seconds of so many servers, and of so many windows more on each; every window has an empty cache.

    With ``graded`` one window more is opened and waits for routes and grades.
    """
    found = Openings()
    for server in range(servers):
        with running(PRODUCT, ROUTES_HOME=home) as url:
            for turn in range(windows + 1):
                with window(chromium, held=True) as page:
                    seconds = _opened(page, url)["sketch"]
                (found.warm if turn else found.cold).append(seconds)
            if graded and server == servers - 1:
                with window(chromium) as page:
                    found.stages.update(_opened(page, url, graded=True))
    return found


def _opened(page: Page, url: str, *, graded: bool = False) -> dict[str, float]:
    """Open the dashboard; return the seconds until each stage of the picture had been painted."""
    page.goto(url, wait_until="commit")
    frame = map_of(page)
    if graded:
        frame.wait_for_function(
            "() => window.paintings.some((one) => one.stage === 'supported' && one.painted)", timeout=PATIENCE_MS
        )
    begun = float(page.evaluate("() => performance.timeOrigin"))
    return {one["stage"]: (one["painted"] - begun) / 1000 for one in paintings(frame) if one["painted"]}
