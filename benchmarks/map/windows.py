"""A window of the browser on a page: the map in it, the moment it was asked and the moment it had painted."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Frame, Page

from benchmarks.map.fields import LAT, LON, ZOOM

SIZE = (1440, 900)
PATIENCE_MS = 120_000
FIELD = f"?lat={LAT}&lon={LON}&z={ZOOM}"
"""Where the made field fills the window."""
_WATCH = """() => {
  // In every frame: when the window was last pressed, and each picture of the map with the moment it had been painted.
  window.pressed = 0;
  window.paintings = [];
  const now = () => performance.timeOrigin + performance.now();
  for (const kind of ["pointerdown", "keydown"]) {
    addEventListener(kind, (event) => { window.pressed = performance.timeOrigin + event.timeStamp; }, true);
  }
  // In the capturing phase of the window: before the map's own start, which waits for the same event.
  addEventListener("DOMContentLoaded", () => {
    if (!window.monitor || window.watched) return;
    window.watched = true;
    const show = monitor.show;
    monitor.show = (picture) => {
      show.call(monitor, picture);
      const { version, query, stage } = picture?.manifest ?? {};
      const entry = { version, query, stage, shown: now(), painted: null };
      window.paintings.push(entry);
      // One frame draws what was changed, the next begins when that has been handed on.
      requestAnimationFrame(() => requestAnimationFrame(() => { entry.painted = now(); }));
    };
  }, true);
}"""


@contextmanager
def window(chromium: Browser, size: tuple[int, int] = SIZE) -> Iterator[Page]:
    """Open a window with an empty cache, as another person's; width and height in CSS pixels."""
    # The policy of the pages lets nobody compile a condition there, which is how a moment is waited for here.
    context = chromium.new_context(
        viewport={"width": size[0], "height": size[1]}, color_scheme="light", bypass_csp=True
    )
    context.set_default_timeout(PATIENCE_MS)
    context.add_init_script(f"({_WATCH})()")
    try:
        yield context.new_page()
    finally:
        context.close()


def map_of(page: Page) -> Frame:
    """Return the frame of the map, once it has painted a picture."""
    found = frame_of(page)
    found.wait_for_function("() => window.paintings.some((one) => one.version !== undefined && one.painted)")
    return found


def frame_of(page: Page) -> Frame:
    """Return the frame of the map as soon as it has begun to load; who asks a frame sooner keeps its scripts away.

    Raises
    ------
    RuntimeError
        If the page holds no map.
    """
    end = time.monotonic() + PATIENCE_MS / 1000
    while time.monotonic() < end:
        for frame in page.frames:
            if urlsplit(frame.url).path == "/map":
                return frame
        page.wait_for_timeout(5)
    raise RuntimeError("the page holds no map")


def paintings(frame: Frame) -> list[dict[str, Any]]:
    """Return the pictures that the map has shown: version, query, stage, and when each was painted, ms of the clock."""
    found: list[dict[str, Any]] = frame.evaluate("() => window.paintings")
    return found


def forget(frame: Frame) -> None:
    """Forget the pictures shown so far."""
    frame.evaluate("() => { window.paintings = []; }")


def heap_mb(page: Page) -> float:
    """Return what scripts of the page hold after garbage has been collected, MB, their buffers included."""
    session = page.context.new_cdp_session(page)
    try:
        session.send("HeapProfiler.enable")
        session.send("HeapProfiler.collectGarbage")
        usage = session.send("Runtime.getHeapUsage")
    finally:
        session.detach()
    return float(usage["usedSize"] + usage.get("backingStorageSize", 0)) / 1e6
