"""Pages are turned: from the press on a link of the navigation until the other page stands, or the map has painted."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, Page

from benchmarks.map.windows import map_of, paintings, window
from benchmarks.served import served

PAGES = ("Countries", "Data", "Method")
REST_MS = 600
_STANDS = """() => new Promise((done) => {
  const busy = () => document.querySelector("[data-testid=stApp]")?.dataset.testScriptState !== "notRunning"
    || !document.querySelector("[data-testid=stMainBlockContainer] .stamp")
    || document.querySelector("[data-testid=stSpinner], [data-stale=true]");
  const look = () => (busy() ? requestAnimationFrame(look) : done(performance.timeOrigin + performance.now()));
  requestAnimationFrame(() => requestAnimationFrame(look));
})"""


@dataclass(frozen=True, slots=True)
class Turns:
    """Seconds from the press: until a page stood, by its name; until the map had painted again."""

    pages: dict[str, list[float]] = field(default_factory=dict)
    back: list[float] = field(default_factory=list)


def turns(chromium: Browser, home: Path, rounds: int) -> Turns:
    """Turn from the map to each page and back, so many times after one that warms the caches."""
    found = Turns({name: [] for name in PAGES})
    with served(home) as url, window(chromium) as page:
        page.goto(url)
        map_of(page)
        for turn in range(rounds + 1):
            for name in PAGES:
                page.wait_for_timeout(REST_MS)
                there, back = _turned(page, name), _back(page)
                if turn:
                    found.pages[name].append(there)
                    found.back.append(back)
    return found


def _turned(page: Page, name: str) -> float:
    page.get_by_role("link", name=name, exact=True).first.click()
    stood = float(page.evaluate(_STANDS))
    return (stood - float(page.evaluate("() => window.pressed"))) / 1000


def _back(page: Page) -> float:
    page.wait_for_timeout(REST_MS)
    page.get_by_role("link", name="Map", exact=True).first.click()
    pressed = float(page.evaluate("() => window.pressed"))
    painted = next(one["painted"] for one in paintings(map_of(page)) if one["painted"])
    return (float(painted) - pressed) / 1000
