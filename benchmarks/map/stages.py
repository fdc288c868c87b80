"""The stages of a run: each measures one thing, and says it in figures and in a few lines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from playwright.sync_api import Browser

from benchmarks.map import crowd, filters, openings, peers, scrubbing, ticks, turns, workspaces
from benchmarks.map.fields import KINDS
from benchmarks.map.figures import Figure, middle, p95, said
from benchmarks.map.scrubbing import Scrub

FOLIUM, DECK = "st_folium", "pydeck"
_WIDE = (2560, 1440)


@dataclass(frozen=True, slots=True)
class Extent:
    """How much is measured: the whole, or a small part that shows that all of it works."""

    hexes: tuple[int, ...] = (100_000, 50_000)
    routes: int = 200
    rounds: int = 5
    frames: int = 80
    moves: int = 200
    demonstration: int = 20_000
    million: int | None = 1_000_000
    servers: int = 2
    windows: int = 4
    filter_hexes: int = 50_000
    filter_rounds: int = 5
    quiet: int = 4
    batches: int = 8
    seconds: float = 60.0
    views: int = 6
    peer_hexes: tuple[int, ...] = (10_000, 50_000)
    peer_rounds: int = 5


WHOLE = Extent()
SMALL = Extent(
    hexes=(1_000,),
    routes=20,
    rounds=1,
    frames=30,
    moves=0,
    demonstration=600,
    million=None,
    servers=1,
    windows=0,
    peer_hexes=(1_000,),
    peer_rounds=1,
)


@dataclass(frozen=True, slots=True)
class Section:
    """What a stage found: rows of the table, and lines of its own."""

    title: str
    figures: list[Figure] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)


Stage = Callable[[Browser, Extent], Section]


def frames(chromium: Browser, extent: Extent) -> Section:
    """Drag the window of time over many hexes and routes, and watch the heap."""
    most, *fewer = extent.hexes
    full = scrubbing.scrub(chromium, most, extent.routes, extent.rounds, extent.frames, moves=extent.moves)
    found = [full, *(scrubbing.scrub(chromium, hexes, extent.routes, extent.rounds, extent.frames) for hexes in fewer)]
    if extent.moves:
        found.append(scrubbing.scrub(chromium, most, 0, extent.rounds, extent.frames))
        found.append(scrubbing.scrub(chromium, most, extent.routes, extent.rounds, extent.frames, _WIDE))
    figures = []
    for one in found[: len(extent.hexes)]:
        deed = f"scrub {one.hexes:,} hexes, {extent.routes} routes"
        runs = f"middle of {len(one.gaps)} rounds of {len(one.gaps[0])} frames; best {one.best:.1f} fps"
        figures.append(Figure(deed, "fps", one.fps, 60.0, at_least=True, runs=runs))
        figures.append(Figure(f"{deed}: p95 of a frame", "ms", one.p95, 18.0, runs=runs))
    if extent.moves:
        wide = found[-1]
        runs = f"middle of {len(wide.gaps)} rounds; best {wide.best:.1f} fps"
        figures.append(
            Figure(f"scrub {wide.hexes:,} hexes at 2560 x 1440", "fps", wide.fps, 60.0, at_least=True, runs=runs)
        )
    if full.heap:
        grown = full.heap[-1] - full.heap[0]
        runs = f"{full.heap[0]:.1f} MB before, {full.heap[1]:.1f} and {full.heap[-1]:.1f} MB after {extent.moves} moves"
        figures.append(Figure(f"heap grown over {extent.moves} moves of the window", "MB", grown, 1.0, runs=runs))
    return Section("Frames while the window is dragged", figures, _frame_lines(found))


def _frame_lines(found: Sequence[Scrub]) -> list[str]:
    names = sorted({name for one in found for name in one.parts}, key=lambda name: -found[0].parts.get(name, 0))[:6]
    titles = " | ".join(names)
    lines = [
        f"| hexes | in sight | routes in sight | window | fps | p95 frame, ms | page, ms | painter, ms | {titles} |",
        f"| {' | '.join(['---'] * (8 + len(names)))} |",
    ]
    for one in found:
        spent = " | ".join(f"{one.parts.get(name, 0):.1f}" for name in names)
        size = f"{one.size[0]} x {one.size[1]}"
        taken = " | ".join(f"{one.cpu.get(kind, 0):.0f}" for kind in ("renderer", "GPU"))
        head = f"| {one.hexes:,} | {one.sight:,} | {one.routes} | {size} | {one.fps:.1f} | {one.p95:.1f}"
        row = f"{head} | {taken} | {spent} |"
        lines.append(row)
    return [*lines, "", *_READ]


def filter_changes(chromium: Browser, extent: Extent) -> Section:
    """Change filters with cold and with warm caches."""
    found = filters.filters(chromium, extent.filter_hexes, extent.filter_rounds)
    cases = (
        ("server has the answer, browser has nothing", found.warm),
        ("server and browser have the answer", found.kept),
        ("nobody has asked before", found.cold),
    )
    lines = ["| caches | changes | map told, ms | painted: fastest, ms | median, ms | p95, ms |"]
    lines.append("| --- | --- | --- | --- | --- | --- |")
    figures = []
    for name, changes in cases:
        painted = [change.painted for change in changes]
        runs = f"p95 of {len(painted)}"
        figures.append(
            Figure(f"filter to painted, {found.hexes:,} hexes: {name}", "ms", p95(painted), 300.0, runs=runs)
        )
        told = middle([change.told for change in changes])
        times = f"{min(painted):.0f} | {middle(painted):.0f} | {p95(painted):.0f}"
        lines.append(f"| {name} | {len(painted)} | {told:.0f} | {times} |")
    lines += ["", "Until the map is told, Streamlit takes the press of the button and runs the page's script (median)."]
    return Section("A filter", figures, lines)


def opened(chromium: Browser, extent: Extent) -> Section:
    """Open the dashboard on the demonstration and on a large workspace."""
    cases = [(workspaces.demonstration(extent.demonstration), "demonstration", extent.demonstration)]
    if extent.million:
        cases.append((workspaces.demonstration(extent.million), "large workspace", extent.million))
    figures, lines = [], []
    for home, name, count in cases:
        found = openings.openings(
            chromium, home, extent.servers, extent.windows, bare=name == "demonstration" and extent.windows > 0
        )
        deed = f"first map, {name} ({count:,} incidents)"
        if found.warm:
            runs = f"median of {len(found.warm)}; p95 {said(p95(found.warm), 's')}"
            figures.append(Figure(deed, "s", middle(found.warm), 2.0, runs=runs))
        runs = f"median of {len(found.cold)}; most {said(max(found.cold), 's')}"
        figures.append(Figure(f"{deed}, server just started", "s", middle(found.cold), 3.0, runs=runs))
        every = ", ".join(f"{one:.1f}" for one in sorted(found.warm + found.cold))
        lines.append(f"* {name}, {count:,} incidents, all openings in s: {every}.")
        if found.stages:
            later = ", ".join(f"{stage} {seconds:.1f}" for stage, seconds in found.stages.items())
            lines.append(f"* of one whose network had still to be laid out, s from its start: {later}.")
    return Section("Opening", figures, lines)


def turned(chromium: Browser, extent: Extent) -> Section:
    """Turn from the map to other pages and back."""
    found = turns.turns(chromium, workspaces.demonstration(extent.demonstration), extent.filter_rounds)
    figures = [
        Figure(f"from the map to {name}", "s", middle(each), 0.5, runs=f"median of {len(each)}")
        for name, each in found.pages.items()
    ]
    figures.append(
        Figure("back to the map, painted", "s", middle(found.back), 1.0, runs=f"median of {len(found.back)}")
    )
    every = ", ".join(f"{one:.2f}" for one in sorted(found.back))
    return Section("Turning pages", figures, [f"* Back to the map, s: {every}."])


def live(chromium: Browser, extent: Extent) -> Section:
    """Let a map live while nothing and while something comes in."""
    found = ticks.ticks(chromium, workspaces.demonstration(extent.demonstration), extent.quiet, extent.batches)
    every = ", ".join(f"{one:.1f}" for one in found.seconds)
    return Section(
        "A live map",
        [
            Figure("live tick, nothing new", "kB", max(found.idle), 10.0, runs=f"most of {len(found.idle)}"),
            Figure("live tick, a batch has come", "kB", max(found.told), 10.0, runs=f"most of {len(found.told)}"),
            Figure("picture of the new version", "kB", middle(found.picture), runs=f"median of {len(found.picture)}"),
            Figure("commit to shown", "s", p95(found.seconds), 5.0, runs=f"p95 of {len(found.seconds)}"),
        ],
        [f"* {ticks.BATCH} incidents in a batch, at any moment between two ticks. Commit to painted, s: {every}."],
    )


def many(chromium: Browser, extent: Extent) -> Section:  # noqa: ARG001
    """Let 50 people work on one process: on the demonstration, and on a field of many hexes."""
    demonstration, large = workspaces.demonstration(extent.demonstration), workspaces.field(extent.filter_hexes)
    known = ("death", "detection", "interception", "rescue", "smuggling")
    few, more = crowd.views(known, extent.views), crowd.views(known, 31)
    cases = (
        ("demonstration", crowd.crowd(demonstration, few, extent.seconds, warmed=True, level=4)),
        (
            "demonstration, 31 filters not asked before",
            crowd.crowd(demonstration, more, extent.seconds, warmed=False, level=4),
        ),
        (
            f"{extent.filter_hexes:,} hexes",
            crowd.crowd(large, crowd.views(KINDS, extent.views), extent.seconds, warmed=True),
        ),
    )
    figures, lines = [], []
    for name, found in cases:
        runs = f"p95 of {len(found.waits)}; median {said(1000 * middle(found.waits), 'ms')}"
        value = 1000 * p95(found.waits)
        figures.append(Figure(f"{crowd.PEOPLE} people, {name}", "ms", value, 500.0, runs=runs))
        if found.troubles:
            lines.append(f"* {name}: {found.troubles} changes of a filter got no picture.")
    return Section(f"{crowd.PEOPLE} people at one process", figures, lines)


def beside_peers(chromium: Browser, extent: Extent) -> Section:
    """Do the same deeds on our map and on those of others."""
    figures = []
    lines = [
        "| hexes | map | one step of time: median, ms | a filter: median, ms | heap before and after the steps, MB |"
    ]
    lines.append("| --- | --- | --- | --- | --- |")
    for hexes in extent.peer_hexes:
        ways = {"ours": peers.ours, FOLIUM: peers.folium, DECK: peers.deck}
        found = {name: way(chromium, hexes, extent.peer_rounds) for name, way in ways.items()}
        for name, deeds in found.items():
            times = [f"{middle(series):.0f}" if series else "did not end" for series in (deeds.steps, deeds.filters)]
            heap = ", ".join(f"{value:.0f}" for value in deeds.heap)
            lines.append(f"| {hexes:,} | {name} | {' | '.join(times)} | {heap} |")
        for deed, take in (("one step of time", "steps"), ("a filter, caches warm", "filters")):
            series = {name: getattr(deeds, take) for name, deeds in found.items()}
            others = {name: middle(series[name]) if series[name] else None for name in (FOLIUM, DECK)}
            runs = f"median of {len(series['ours'])}"
            figures.append(
                Figure(f"{deed}, until painted, {hexes:,} hexes", "ms", middle(series["ours"]), peers=others, runs=runs)
            )
    return Section("Beside others", figures, lines)


_READ = (
    "*page* and *painter* are the processor time of one frame in the browser's process of the page and in the one that",
    "puts the page together without a GPU: hardly changed by what else the machine does. 60 frames a second leave each",
    "thread 16.7 ms. The columns behind them are ms of scripts in a frame, by part of the map, and do depend on it.",
)
STAGES: dict[str, Stage] = {
    "frames": frames,
    "filters": filter_changes,
    "openings": opened,
    "pages": turned,
    "live": live,
    "people": many,
    "peers": beside_peers,
}
QUICK = ("frames", "peers")
