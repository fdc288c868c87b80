"""Measure what tells of change: ``python -m benchmarks.change`` prints the figures and writes ``docs/change.md``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from typing import Annotated

import numpy as np
import typer

from benchmarks.change import real
from benchmarks.change.peers import PEERS, Peer
from benchmarks.change.worlds import CHANGED_AT, MONTHS, Recipe, World, made_tree, world
from routes.temporal.alarms import Watch
from routes.temporal.completeness import nowcast

PAGE = Path(__file__).parent.parent.parent / "docs" / "change.md"
MUCH_MISSING = 5
FIRST_SEED = 50_000
"""Tuning looked at seeds from 1,000 on."""
RECIPES = (
    Recipe("nothing changes"),
    Recipe("nothing, bursts (variance 2 times the mean)", spread=2.0),
    Recipe("nothing, bursts (4 times)", spread=4.0),
    Recipe("nothing, season of 60 %", season=0.6),
    Recipe("nothing, 1.7 times the reporting", effort=1.7),
    Recipe("nothing, smooth delays", late="smooth"),
    Recipe("nothing, deliveries in blocks", late="blocks"),
    Recipe("3 of 24 branches twice, 10 a month", factor=2.0, changed=3, rate=(2.5, 2.5)),
    Recipe("3 branches twice, 40 a month", factor=2.0, changed=3, rate=(10.0, 10.0)),
    Recipe("3 branches twice, 40 a month, bursts (2 times)", factor=2.0, changed=3, rate=(10.0, 10.0), spread=2.0),
    Recipe("3 branches 3 times, 10 a month", factor=3.0, changed=3, rate=(2.5, 2.5)),
    Recipe("3 branches a quarter, 10 a month", factor=0.25, changed=3, rate=(2.5, 2.5)),
    Recipe("3 branches 3 times, effort, season", factor=3.0, changed=3, effort=1.7, season=0.4, rate=(2.5, 5.0)),
)

INTRODUCTION = """# Change, measured

Written by `make bench-change`. Peers ran in the same run. How it works stands in `method.md`, what was tried in
`decisions/0016-change.md`."""

TWO_EDITIONS = (
    "The earlier edition alone, with the figures of its profile (which are from these two editions: the nowcast is not "
    "out of sample), judged by the later one."
)
DOCUMENTED = (
    "Listed with their sources in `benchmarks/change/shifts.toml` before any method was run on them. The file holds "
    "deaths and disappearances: several shifts of detections left no trace in them."
)


def main(
    worlds: Annotated[int, typer.Option(help="Worlds of each kind.")] = 16,
    late_worlds: Annotated[int, typer.Option(help="Worlds of each kind in which reports are late.")] = 60,
    out: Annotated[Path, typer.Option(help="The page to write.")] = PAGE,
) -> None:
    """Measure, print and write."""
    parts = [INTRODUCTION]
    for section in (lambda: made(worlds), lambda: late(late_worlds), two_editions, documented, speed):
        text = section()
        print(text, flush=True)
        parts.append(text)
    out.write_text("\n\n".join(parts) + "\n", encoding="utf-8")


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Return a table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)


def made(worlds: int) -> str:
    """Return false discoveries and power in made-up worlds, beside the peers."""
    tree = made_tree()
    rows = []
    for recipe in RECIPES:
        drawn = [world(tree, recipe, FIRST_SEED + seed) for seed in range(worlds if not recipe.late else worlds // 2)]
        cells = []
        for peer in PEERS:
            false, power = judged(drawn, peer)
            cells.append(f"{false:.2f}" + (f" / {power:.2f}" if recipe.changed else ""))
        rows.append([recipe.name, *cells])
        print(rows[-1], flush=True)
    head = ["world", *(peer.name for peer in PEERS)]
    return (
        f"## Made-up worlds of {MONTHS} months, {worlds} of each kind (half with delays)\n\n"
        "False discovery rate over the whole world, and, where something changes, the share of changed branches told "
        "within three months. Peers watch single routes.\n\n" + table(head, rows)
    )


def judged(drawn: Sequence[World], peer: Peer) -> tuple[float, float]:
    """Return the false discovery rate, and the share of changed branches that are told within three months."""
    false, power = [], []
    for made_ in drawn:
        changed = set(made_.changed.tolist())
        way = "more" if made_.recipe.factor > 1 else "fewer"
        alarms = peer.alarms(made_)
        right = [one for one in alarms if one[0] in changed and one[1] >= CHANGED_AT and one[2] == way]
        false.append((len(alarms) - len(right)) / max(len(alarms), 1))
        for branch in (row for row in changed if made_.tree.nodes[row].level == "branch"):
            soon = [one for one in right if made_.tree.related(one[0], branch) and one[1] <= CHANGED_AT + 2]
            power.append(any(made_.tree.nodes[one[0]].level in ("known route", "branch", "route") for one in soon))
    return float(np.mean(false)), float(np.mean(power)) if power else np.nan


def late(worlds: int) -> str:
    """Return how often "fewer" is said where nothing but delay is there, and how the nowcast's intervals hold."""
    tree = made_tree(branches=12, each=2)
    rows = []
    for kind in ("smooth", "blocks"):
        said = {peer.name: 0 for peer in PEERS}
        held = cells = much_held = much = 0
        for seed in range(worlds):
            made_ = world(tree, Recipe(kind, late=kind, rate=(1.0, 8.0)), FIRST_SEED + seed)
            for peer in PEERS:
                said[peer.name] += any(one[2] == "fewer" and one[1] >= MONTHS - 12 for one in peer.alarms(made_))
            if made_.known is None:
                continue
            found = nowcast(made_.seen, made_.known)
            for row, node in enumerate(tree.nodes):
                if node.level == "branch":
                    due = made_.known.mean[row] < 0.99
                    inside = (found[row, :, 1] <= made_.whole[row]) & (made_.whole[row] <= found[row, :, 2])
                    held, cells = held + int(inside[due].sum()), cells + int(due.sum())
                    more = found[row, :, 0] - made_.seen[row] >= MUCH_MISSING
                    much_held, much = much_held + int(inside[due & more].sum()), much + int((due & more).sum())
        rows.append([kind, worlds, *said.values(), f"{held / max(cells, 1):.3f}", f"{much_held / max(much, 1):.3f}"])
        print(rows[-1], flush=True)
    head = [
        "delays",
        "worlds",
        *(peer.name for peer in PEERS),
        "nowcast: 90 % intervals hold",
        "where 5 or more are due",
    ]
    return (
        '## Late reports and nothing else\n\nWorlds in which "fewer" is said of the last year, though nothing changed; '
        "and the share of branch-months, of those not known whole, that come to lie in the nowcast's interval.\n\n"
        + table(head, rows)
    )


def two_editions() -> str:
    """Return what the earlier real edition said, judged by the later one."""
    if not real.LATER.is_file():
        return "## Two real editions\n\nNot beside this checkout."
    held, strata, months_held, months = real.nowcast_held()
    found, wrong = real.fewer_contradicted()
    return "\n\n".join(
        [
            "## Two real editions, of May 2022 and November 2024",
            TWO_EDITIONS,
            table(
                ["", ""],
                [
                    ["strata with a history whose last six months come within the interval", f"{held} of {strata}"],
                    ["single months of them", f"{months_held} of {months}"],
                    ['"fewer" said of the last year', found],
                    ["of these contradicted by the later edition", wrong],
                ],
            ),
        ]
    )


def documented() -> str:
    """Return the documented shifts and when they were told."""
    if not real.LATER.is_file():
        return "## Documented shifts\n\nThe real files are not beside this checkout."
    told, others, every = real.documented()
    soon = sum(one.months is not None and one.months <= real.WITHIN_MONTHS for one in told)
    rows = [[one.month, one.name, "–" if one.months is None else one.months, one.by] for one in told]
    peers = [["this product", f"{soon} of {len(told)}", every]]
    peers += [[name, f"{hit} of {len(told)}", alarms] for name, hit, alarms in real.documented_by_peers()]
    return "\n\n".join(
        [
            "## Publicly documented shifts, 2015 to 2024",
            DOCUMENTED,
            table(["", f"told within {real.WITHIN_MONTHS} months", "alarms in ten years"], peers),
            table(["month", "shift", "months until told", "as"], rows),
            f"Alarms of this product that tell of none of these: {others}.",
        ]
    )


def speed() -> str:
    """Return the time that the alarms of ten years take at two thousand nodes."""
    tree = made_tree(branches=400, each=4, known=40)
    drawn = world(tree, Recipe("large", rate=(0.5, 10.0)), FIRST_SEED)
    begin = perf_counter()
    Watch(tree, drawn.seen[:, None, :]).alarms()
    ours_s = perf_counter() - begin
    rows = [["alarms of ten years", f"{ours_s:.1f}"]]
    for peer in PEERS[2:]:
        begin = perf_counter()
        peer.alarms(drawn)
        rows.append([peer.name, f"{perf_counter() - begin:.1f}"])
    return f"## Time, {len(tree.nodes):,} nodes, {drawn.whole[0].sum():,.0f} incidents\n\n" + table(["", "s"], rows)


if __name__ == "__main__":
    typer.run(main)
