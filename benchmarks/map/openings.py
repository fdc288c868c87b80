"""The dashboard is opened: from the start of the navigation until the map has painted its first picture."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, Page

from benchmarks.map.windows import map_of, paintings, window
from benchmarks.map.workspaces import copied
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
        Until the first picture and the one with routes, where no network has been laid out yet.
    """

    cold: list[float] = field(default_factory=list)
    warm: list[float] = field(default_factory=list)
    stages: dict[str, float] = field(default_factory=dict)


def openings(chromium: Browser, home: Path, servers: int, windows: int, *, bare: bool = False) -> Openings:
    """Return the seconds of so many servers, and of so many windows more on each; every window has an empty cache.

    With ``bare`` a copy without its network is opened too, and waits until that has been laid out.
    """
    found = Openings()
    for _ in range(servers):
        with running(PRODUCT, ROUTES_HOME=home) as url:
            for turn in range(windows + 1):
                with window(chromium) as page:
                    seconds = min(_opened(page, url).values())
                (found.warm if turn else found.cold).append(seconds)
    if bare:
        with copied(home, bare=True) as copy, running(PRODUCT, ROUTES_HOME=copy) as url, window(chromium) as page:
            found.stages.update(_opened(page, url, routed=True))
    return found


def _opened(page: Page, url: str, *, routed: bool = False) -> dict[str, float]:
    """Open the dashboard; return the seconds until each stage of the picture had been painted."""
    page.goto(url, wait_until="commit")
    frame = map_of(page)
    if routed:
        frame.wait_for_function(
            "() => window.paintings.some((one) => one.stage === 'routes' && one.painted)", timeout=PATIENCE_MS
        )
    begun = float(page.evaluate("() => performance.timeOrigin"))
    seconds: dict[str, float] = {}
    for one in paintings(frame):
        if one["painted"] and one["stage"]:
            seconds.setdefault(one["stage"], (one["painted"] - begun) / 1000)
    return seconds
