"""Peers at the same deeds in the same run: one step of the window of time, and a filter, until the map has painted.

Ours and each peer show the same made field. Each is given the moment of the key or button as the browser knows it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, Error, Frame, Page

from benchmarks.map import fields
from benchmarks.map.filters import opened, walked
from benchmarks.map.scrubbing import PREPARED
from benchmarks.map.windows import heap_mb, window
from benchmarks.served import running

HERE = Path(__file__).parent
LIMIT_MS = 60_000
"""A peer that has not painted by then has not done it."""
STARTS_MS = 120_000
REST_MS = 600
_NEXT = """() => {
  const now = () => performance.timeOrigin + performance.now();
  window.arrived = () => requestAnimationFrame(() => requestAnimationFrame(() => { window.painted = now(); }));
  window.painted = 0;
}"""
_FOLIUM = """() => {
  let last = window.__GLOBAL_DATA__?.last_feature_group;
  const look = () => {
    const group = window.__GLOBAL_DATA__?.last_feature_group;
    if (group !== last) window.arrived();
    last = group;
    requestAnimationFrame(look);
  };
  look();
}"""
_DECK = """() => {
  let last = 0;
  for (const name of ["drawElementsInstanced", "drawArraysInstanced"]) {
    const draw = WebGL2RenderingContext.prototype[name];
    WebGL2RenderingContext.prototype[name] = function (...given) {
      draw.apply(this, given);
      const instances = given[name === "drawArraysInstanced" ? 3 : 4];
      if (instances > 100 && instances !== last) { last = instances; window.arrived?.(); }
    };
  }
}"""
_OURS = """() => {
  const tell = monitor.tell;
  monitor.tell = (what) => {
    tell.call(monitor, what);
    if (what === "windowChanged") window.arrived();
  };
}"""


@dataclass(frozen=True, slots=True)
class Deeds:
    """What one map took, ms until painted; empty lists where it did not end.

    Attributes
    ----------
    steps, filters : list of float, ms
        The window moved by one step of a key; a filter changed.
    heap : list of float, MB
        Before the steps and after them.
    """

    steps: list[float] = field(default_factory=list)
    filters: list[float] = field(default_factory=list)
    heap: list[float] = field(default_factory=list)


def ours(chromium: Browser, hexes: int, rounds: int) -> Deeds:
    """Return what our map takes on the prepared field, without routes as the peers draw none; caches are warm."""
    found = Deeds()
    with running(PREPARED, MAP_HEXES=hexes, MAP_ROUTES=0) as url:
        for turn in range(2 if rounds > 1 else 1):
            with window(chromium) as page:
                frame = opened(page, url)
                changes = [change.painted for change in walked(page, frame)]
                if not turn and rounds > 1:
                    continue  # it only warms the caches of the server
                found.filters.extend(changes)
                frame.evaluate(_NEXT)
                frame.evaluate(_OURS)
                frame.locator("#timebar .middle").focus()
                found.steps.extend(_times(page, frame, lambda: page.keyboard.press("ArrowLeft"), frame, rounds))
    return found


def folium(chromium: Browser, hexes: int, rounds: int) -> Deeds:
    """Return what a folium map in a Streamlit page takes."""

    def ready(page: Page) -> Frame:
        element = page.wait_for_selector("iframe[src*='streamlit_folium']", timeout=STARTS_MS)
        frame = element.content_frame() if element else None
        if frame is None:
            raise RuntimeError("the peer's page holds no map")
        frame.wait_for_function("() => window.__GLOBAL_DATA__?.last_feature_group", timeout=STARTS_MS)
        frame.evaluate(_NEXT)
        frame.evaluate(_FOLIUM)
        return frame

    return _peer(chromium, HERE / "folium_app.py", hexes, rounds, ready)


def deck(chromium: Browser, hexes: int, rounds: int) -> Deeds:
    """Return what deck.gl's hexagons in a Streamlit page take."""

    def ready(page: Page) -> Frame:
        page.wait_for_selector("#deckgl-overlay, canvas", timeout=STARTS_MS)
        page.evaluate(_NEXT)
        return page.main_frame

    return _peer(chromium, HERE / "deck_page.py", hexes, rounds, ready)


def _peer(chromium: Browser, script: Path, hexes: int, rounds: int, ready: Callable[[Page], Frame]) -> Deeds:
    found = Deeds()
    with running(script, MAP_HEXES=hexes) as url, window(chromium) as page:
        page.add_init_script(f"({_DECK})()")
        page.goto(url)
        try:
            page.get_by_text(" hexes of ").wait_for(timeout=STARTS_MS)
            frame = ready(page)
            page.wait_for_timeout(2 * REST_MS)
            found.heap.append(heap_mb(page))
            page.get_by_role("slider").focus()
            found.steps.extend(_times(page, frame, lambda: page.keyboard.press("ArrowLeft"), page.main_frame, rounds))
            found.heap.append(heap_mb(page))
            modes = _modes(page)
            found.filters.extend(_times(page, frame, lambda: next(modes), page.main_frame, rounds))
        except Error as error:
            print(f"  {script.name} at {hexes:,} hexes: {str(error).splitlines()[0]}")
    return found


def _times(page: Page, frame: Frame, act: Callable[[], None], pressed: Frame, rounds: int) -> Iterator[float]:
    """Do a deed several times; give the ms of each until it had been painted."""
    for _ in range(rounds):
        frame.evaluate("() => { window.painted = 0; }")
        act()
        frame.wait_for_function("() => window.painted", timeout=LIMIT_MS)
        yield float(frame.evaluate("() => window.painted")) - float(pressed.evaluate("() => window.pressed"))
        page.wait_for_timeout(REST_MS)


def _modes(page: Page) -> Iterator[None]:
    """Choose one mode after the other."""
    while True:
        for mode in (*fields.MODES, "all"):
            page.get_by_test_id("stSidebar").get_by_text(mode, exact=True).click()
            yield
