"""The page of the benchmark: goals, what was measured, peers, and the conditions."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from playwright.sync_api import Browser

from benchmarks.map.conditions import QUIET, quiet
from benchmarks.map.figures import Figure, said
from benchmarks.map.stages import DECK, FOLIUM, STAGES, Extent, Section

PATIENCE_SECONDS = 30.0
INTRODUCTION = """\
# The map, measured

Written by `python -m benchmarks.map` (`make bench-map`). It measures the product's own pages, scripts and routes in a
real Chromium without a window and without a GPU, 1440 x 900, on the machine that also runs the server.

## How

* *Scrub*: a made field of H3 cells of resolution 5 in the middle of Africa, eight incidents in each over 60 months, and
  200 made routes, served by the product's routes in place of a workspace. The window of twelve months is grabbed with
  the mouse and moved by a month at every frame; frames are the gaps of `requestAnimationFrame`.
* *Filter*: a workspace with five incidents of three modes in each of 50,000 cells, taken in from a file. A mode is
  pressed in the bar; the clock runs from the press of the mouse to the second frame after the map has drawn what it
  got. Every filter leaves all the hexes. Caches are told apart: *nobody has asked before* is a View that is new to the
  server; then other windows ask the same, and the same window asks once more.
* *First map*: from the start of the navigation to the second frame after the first picture with incidents, in a window
  with an empty cache; of a server that has just started, and of one where somebody has opened the map before.
* *Pages*: from the press on a link of the navigation until the page stands with nothing left to compute, and from there
  back until the map has painted; of a server on which each page has been opened before.
* *Live*: bytes as the browser counts them, headers included; small batches taken in by another process at any moment.
  The clock starts with the commit in the log of the ledger.
* In these three the network of routes has been laid out before, as it is once a workspace has been opened, and every
  picture holds the routes; how long a first picture and the routes take without it is said under "Opening".
* *50 people*: HTTP clients in another process on the same cores that ask what the map asks after a filter is changed,
  think five seconds, and ask for something else: six filters that somebody has asked before, which all fit in the
  server's cache, or 31 that nobody has. What Streamlit does for a press of a button is not among it.
* *Others*: the same made field in a Streamlit page with a slider for the month and buttons for the kind: with
  streamlit-folium (outlines kept, hexes as a feature group that is put on a map which stands, drawn on a canvas,
  nothing sent back; Leaflet from its own process, as folium's own addresses cannot be reached), and with pydeck's
  `H3HexagonLayer` in its fast form (WebGL in software, as there is no GPU). Neither draws routes or a base map, and
  both leave out hexes without incidents in the window: they draw about 83 % of them for all kinds, 28 % for one. A step
  of time is an arrow key on the slider until the map has painted; ours is the same key on the time bar. The ratio is
  what the other takes over what ours takes. In this part ours has no routes either, and its server has the answers.

Each figure is the median or the 95th percentile of what the table says. A goal that is missed is missed on this machine
and under this load; nothing is left out.
"""


@dataclass(frozen=True, slots=True)
class Measured:
    """A section with the conditions under which it was measured.

    Attributes
    ----------
    section : Section
    when : str
        UTC, when it was done.
    load : (before, after)
        Average of the last minute.
    busy : float or None, 0..1
        Share of the processors that others kept busy when it began.
    """

    section: Section
    when: str
    load: tuple[float, float]
    busy: float | None = None


def measured(names: Sequence[str], chromium: Browser, extent: Extent, keep: Path | None) -> dict[str, Measured]:
    """Run stages, say what they found, and keep it under ``keep`` so that a later run may measure one of them again."""
    found = {}
    for name in names:
        others = quiet(PATIENCE_SECONDS) if keep else None
        before = os.getloadavg()[0]
        section = STAGES[name](chromium, extent)
        found[name] = Measured(section, f"{datetime.now(UTC):%Y-%m-%d %H:%M}", (before, os.getloadavg()[0]), others)
        print("\n".join(_row(figure) for figure in section.figures), flush=True)
        if keep:
            keep.mkdir(parents=True, exist_ok=True)
            (keep / f"{name}.json").write_text(json.dumps(asdict(found[name])), encoding="utf-8")
    return found


def kept(folder: Path) -> dict[str, Measured]:
    """Return what was kept of earlier runs, in the order of the stages."""
    found = {}
    for name in STAGES:
        file = folder / f"{name}.json"
        if file.exists():
            raw = json.loads(file.read_text(encoding="utf-8"))
            figures = [Figure(**figure) for figure in raw["section"].pop("figures")]
            section = Section(figures=figures, **raw["section"])
            found[name] = Measured(section, raw["when"], tuple(raw["load"]), raw.get("busy"))
    return found


def page(found: Mapping[str, Measured], chromium: str) -> str:
    """Return the page."""
    rows = [_row(figure) for one in found.values() for figure in one.section.figures]
    parts = [
        INTRODUCTION,
        "## Held against our goals\n\n" + "\n".join([*_HEAD, *rows]),
        *(f"## {one.section.title}\n\n" + "\n".join(one.section.lines) for one in found.values() if one.section.lines),
        "## Conditions\n\n" + "\n".join(_conditions(found, chromium)),
    ]
    return "\n\n".join(part.strip() for part in parts) + "\n"


_COLUMNS: tuple[tuple[str, Callable[[Figure], str]], ...] = (
    ("deed", lambda figure: figure.deed),
    ("goal", lambda figure: "" if figure.goal is None else _goal(figure)),
    ("measured", lambda figure: said(figure.value, figure.unit)),
    ("taken from", lambda figure: figure.runs),
    (FOLIUM, lambda figure: _other(figure, FOLIUM)),
    ("ratio", lambda figure: _ratio(figure, FOLIUM)),
    (DECK, lambda figure: _other(figure, DECK)),
    ("ratio", lambda figure: _ratio(figure, DECK)),
    ("", lambda figure: {None: "", True: "held", False: "**missed**"}[figure.held]),
)
_HEAD = (
    f"| {' | '.join(name for name, _ in _COLUMNS)} |",
    f"| {' | '.join('---' for _ in _COLUMNS)} |",
)


def _row(figure: Figure) -> str:
    return f"| {' | '.join(say(figure) for _, say in _COLUMNS)} |"


def _goal(figure: Figure) -> str:
    return f"{'at least' if figure.at_least else 'at most'} {figure.goal:g} {figure.unit}"


def _other(figure: Figure, peer: str) -> str:
    if peer not in figure.peers:
        return ""
    value = figure.peers[peer]
    return "did not end" if value is None else said(value, figure.unit)


def _ratio(figure: Figure, peer: str) -> str:
    ratio = figure.ratio(peer)
    return "" if ratio is None else f"{ratio:.1f}"


def _conditions(found: Mapping[str, Measured], chromium: str) -> list[str]:
    names = ("streamlit", "folium", "streamlit-folium", "pydeck", "playwright", "polars", "starlette", "uvicorn")
    told = ", ".join(f"{name} {version(name)}" for name in names)
    machine = f"{os.cpu_count()} cores, shared with others and noisy; {platform.system()}"
    head = f"""\
* {machine}, Python {platform.python_version()}, Chromium {chromium}, no GPU.
* {told}.
* Each part waited up to {PATIENCE_SECONDS:.0f} s until others kept at most {QUIET:.0%} of the processors busy; how
  busy they kept them when it began is said below. Load is the average of the last minute before and after: above the
  number of cores, others or our own server and browser were waiting.

| part | measured (UTC) | busy with others | load before | load after |
| --- | --- | --- | --- | --- |"""
    return [head, *(_condition(one) for one in found.values())]


def _condition(one: Measured) -> str:
    others = "not known" if one.busy is None else f"{one.busy:.0%}"
    return f"| {one.section.title} | {one.when} | {others} | {one.load[0]:.1f} | {one.load[1]:.1f} |"
