"""Dragging the window of time: a new window at every frame, and the gaps between the frames.

The handle is grabbed with the mouse of the browser; a script then sends it one move for each frame, as a mouse does,
and the product's own handlers do the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Frame, Page

from benchmarks.map.figures import middle, p95
from benchmarks.map.windows import FIELD, SIZE, heap_mb, map_of, window
from benchmarks.served import running

PREPARED = Path(__file__).parent / "prepared.py"
_DRAG = """async (count) => {
  const knob = document.querySelector("#timebar .middle");
  const track = knob.parentElement.getBoundingClientRect();
  const { steps } = monitor.picture;
  const [from, to] = monitor.range;
  const slot = track.width / steps;
  const start = track.left + ((from + to) / 2) * slot;
  let [place, turn, told] = [0, -1, null];
  const [gaps, windows] = [[], new Set()];
  for (let frame = 0; frame <= count; frame++) {
    const now = await new Promise(requestAnimationFrame);
    if (told !== null) gaps.push(now - told);
    told = now;
    if (from + place + turn < 0 || to + place + turn > steps) turn = -turn;
    place += turn;
    knob.dispatchEvent(new PointerEvent("pointermove", { bubbles: true, clientX: start + place * slot }));
    windows.add(monitor.range.join());
  }
  return { gaps, windows: windows.size };
}"""
_PARTS = """async (count) => {
  const spent = {};
  const restore = [];
  const timed = (thing, method, name) => {
    const own = thing[method];
    if (!own) return;
    thing[method] = function (...given) {
      const begun = performance.now();
      try { return own.apply(this, given); } finally { spent[name] = (spent[name] ?? 0) + performance.now() - begun; }
    };
    restore.push(() => { delete thing[method]; });
  };
  for (const part of monitor.parts) timed(part, "windowChanged", part.constructor.name);
  await (DRAG)(count);
  restore.forEach((undo) => undo());
  return Object.fromEntries(Object.entries(spent).map(([name, ms]) => [name, ms / count]));
}""".replace("DRAG", _DRAG)
_SIGHT = """() => ({
  hexes: monitor.hexes.visible.length,
  level: monitor.hexes.level.count,
  routes: monitor.corridors.shown.length,
})"""


@dataclass(frozen=True, slots=True)
class Scrub:
    """What dragging the window came to.

    Attributes
    ----------
    hexes, sight, routes : int
        Hexes of the level, those in sight, and routes in sight.
    size : (width, height), CSS pixels of the window
    gaps : list of list of float, ms
        Between frames, by round.
    cpu : dict
        Processor time of a frame by kind of process of the browser, ms; a quiet machine takes it too.
    parts : dict
        What each part of the map takes of a frame in scripts, ms.
    heap : list of float, MB
        After none, a half and all of the moves counted for it; empty if it was not asked.
    """

    hexes: int
    sight: int
    routes: int
    size: tuple[int, int]
    gaps: list[list[float]]
    cpu: dict[str, float]
    parts: dict[str, float]
    heap: list[float]

    @property
    def fps(self) -> float:
        """Return the frames per second of the middle round."""
        return middle([1000 * len(gaps) / sum(gaps) for gaps in self.gaps])

    @property
    def best(self) -> float:
        """Return the frames per second of the best round: the one that others disturbed least."""
        return max(1000 * len(gaps) / sum(gaps) for gaps in self.gaps)

    @property
    def p95(self) -> float:
        """Return the 95th percentile of the gaps of the middle round, ms."""
        return middle([p95(gaps) for gaps in self.gaps])


def scrub(
    chromium: Browser, hexes: int, routes: int, rounds: int, frames: int, size: tuple[int, int] = SIZE, moves: int = 0
) -> Scrub:
    """Return the frames while the window of a made field is dragged.

    Parameters
    ----------
    chromium : Browser
    hexes, routes : int
    rounds, frames : int
        Rounds, and moves in each.
    size : (width, height), CSS pixels
    moves : int
        Over so many moves more the heap is watched.
    """
    served = running(PREPARED, MAP_HEXES=hexes, MAP_ROUTES=routes)
    with served as url, window(chromium, size) as page:
        page.goto(f"{url}/{FIELD}")
        frame = map_of(page)
        page.wait_for_timeout(1000)
        _grab(page, frame)
        frame.evaluate(_DRAG, 30)
        before = _processor_ms(chromium)
        gaps = [frame.evaluate(_DRAG, frames)["gaps"] for _ in range(rounds)]
        after = _processor_ms(chromium)
        cpu = {kind: (after[kind] - before.get(kind, 0)) / (rounds * frames) for kind in after}
        parts = frame.evaluate(_PARTS, frames)
        heap = _heap(page, frame, moves)
        page.mouse.up()
        seen: dict[str, Any] = frame.evaluate(_SIGHT)
    return Scrub(seen["level"], seen["hexes"], seen["routes"], size, gaps, cpu, parts, heap)


def _processor_ms(chromium: Browser) -> dict[str, float]:
    """Return the processor time that the browser has taken, ms by kind of process."""
    session = chromium.new_browser_cdp_session()
    taken: dict[str, float] = {}
    try:
        for process in session.send("SystemInfo.getProcessInfo")["processInfo"]:
            taken[process["type"]] = taken.get(process["type"], 0.0) + 1000 * process["cpuTime"]
    finally:
        session.detach()
    return taken


def _grab(page: Page, frame: Frame) -> None:
    box = frame.locator("#timebar .middle").bounding_box()
    if box is None:
        raise RuntimeError("the time bar has no window to grab")
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()


def _heap(page: Page, frame: Frame, moves: int) -> list[float]:
    if not moves:
        return []
    found = [heap_mb(page)]
    for _ in range(2):
        frame.evaluate(_DRAG, moves // 2)
        found.append(heap_mb(page))
    return found
