"""A filter is changed in the bar: from the press of the button until the map has painted what it leaves.

Six filters are gone through in a round. The first round finds the server's caches cold; those that follow, each in a
window with an empty cache, find them warm; and a second walk in the same window finds the browser's cache warm too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from playwright.sync_api import Browser, Frame, Locator, Page

from benchmarks.map.windows import FIELD, forget, map_of, paintings, window
from benchmarks.map.workspaces import field as field_workspace
from benchmarks.served import served
from geodata.model.incident import Mode
from geodata.model.query import View

WALK: tuple[Mode, ...] = ("land", "sea", "land", "air", "sea", "land")
"""Buttons pressed one after the other; each press adds a mode or takes it away."""
REST_MS = 400


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a filter: ms until the map was told of it, and until it had painted; all from the press."""

    told: float
    painted: float


@dataclass(frozen=True, slots=True)
class Filters:
    """Changes of filters by the state of the caches; ``hexes`` are those of the level that is shown."""

    hexes: int
    cold: list[Change] = field(default_factory=list)
    warm: list[Change] = field(default_factory=list)
    kept: list[Change] = field(default_factory=list)


def filters(chromium: Browser, hexes: int, rounds: int) -> Filters:
    """Return the changes of a filter on a workspace of so many hexes, taken in for real."""
    home = field_workspace(hexes)
    with served(home) as url:
        with window(chromium) as page:
            frame = opened(page, url)
            shown = int(frame.evaluate("() => monitor.hexes.level.count"))
            found = Filters(shown)
            found.cold.extend(walked(page, frame))
        for _ in range(rounds):
            with window(chromium) as page:
                frame = opened(page, url)
                found.warm.extend(walked(page, frame))
                _unpress(page, frame)
                found.kept.extend(walked(page, frame))
    return found


def opened(page: Page, url: str) -> Frame:
    """Open the dashboard where the field fills the window, and wait until it has painted."""
    page.goto(f"{url}/{FIELD}")
    frame = map_of(page)
    frame.evaluate(
        """() => addEventListener("message", ({ data }) => {
          if (data?.kind === "monitor-view") window.told = performance.timeOrigin + performance.now();
        })"""
    )
    page.wait_for_timeout(REST_MS)
    return frame


def walked(page: Page, frame: Frame) -> Iterator[Change]:
    """Go through the filters."""
    pressed: set[Mode] = set()
    for mode in WALK:
        pressed ^= {mode}
        yield _pressed(page, frame, mode, View(modes=tuple(pressed)).query())
        page.wait_for_timeout(REST_MS)


def _pressed(page: Page, frame: Frame, mode: Mode, query: str) -> Change:
    """Press the button of one mode and wait until the map has painted the View that it makes."""
    forget(frame)
    _button(page, mode).click()
    frame.wait_for_function("(query) => window.paintings.some((one) => one.query === query && one.painted)", arg=query)
    painted = next(one["painted"] for one in paintings(frame) if one["query"] == query and one["painted"])
    begun = float(page.evaluate("() => window.pressed"))
    return Change(float(frame.evaluate("() => window.told")) - begun, painted - begun)


def _unpress(page: Page, frame: Frame) -> None:
    """Take away what the walk has left pressed."""
    left: set[Mode] = set()
    for mode in WALK:
        left ^= {mode}
    for mode in sorted(left):
        left -= {mode}
        _pressed(page, frame, mode, View(modes=tuple(left)).query())
        page.wait_for_timeout(REST_MS)


def _button(page: Page, mode: Mode) -> Locator:
    return page.locator(".st-key-filter-bar").get_by_role("button", name=mode, exact=True)
