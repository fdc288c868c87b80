"""The page of the benchmark, and what is asked of our method."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import isnan
from statistics import mean

from benchmarks.corridors.choices import grouped
from benchmarks.corridors.figures import Figure
from benchmarks.corridors.gates import Gate
from benchmarks.corridors.report import table
from benchmarks.movement.methods import OURS, RIDGES, Method
from benchmarks.movement.regions import regions
from benchmarks.movement.scores import FALSE, MISSED
from benchmarks.movement.worlds import HELD_OUT_SEEDS, TUNING_SEED
from geodata.model.assumptions import reference_facts

LARGE, HALF = 10_000, "50%"
LEAST_LEGS = 0.85
UNDER_RIDGES = 0.01
COLUMNS = {
    "leg_precision": "leg precision",
    "leg_recall": "leg recall",
    "directed_50": "directed F1 50 km",
    "directed_100": "directed F1 100 km",
    "f1_50": "F1 50 km",
    "f1_100": "F1 100 km",
    "abroad": "sea lines that join",
    "astray": "astray",
    "length": "length",
}

INTRODUCTION = """\
# Movement, measured

Written by `python -m benchmarks.movement` (`make bench-movement`). It asks whether our network of routes is the
directed network that is known, because it was made up: no file of real incidents says which routes are true.

## What a world is

There are {count} regions:

{titles}

In each, true routes run from where people start, through real towns, to a real coast, over the sea to a landing, and
on to a destination. They are written in `benchmarks/movement/regions.toml` by their places alone, and were not made
with the graph of land and sea on which the network looks for ways. Their courses are made up; they follow the public
outlines of what is known.

Each route has a weight (lognormal) and a mix of origins. 45 % of the incidents lie along routes, 12 to 25 km to the
side (standard deviation, drawn for each stage), on the right side of the coast, with gaps, and fewer in the first
and the last country. 25 % pile up: along the coast where boats put out and land, and along the borders that are
crossed. 5 % are people taken back along a path; those that state anything state from where and to where. 25 % are
clutter: anywhere on the land and the sea of the region, half of it in twelve blobs, with origins of the region at
random. All, half or none of the incidents state an origin; the places stay the same.

Destinations are those that the facts allow ({facts}). Direction rests on these facts, for us and for every
peer: the worlds agree with them by construction, so this page says how well direction is told when the facts are
right, and nothing of what happens when they are wrong.

## Protocol

Seed {tuning} is for tuning the peers; seeds {seeds} are reported. The routes are the same under every seed; their
weights, gaps, piles, clutter and incidents differ. Ours ran as the product draws: in full
detail, and without what too few redraws of the evidence show. Each peer has, for each number of incidents, the setting
that did best on the tuning seed with half of the origins, by the sum of the F of its legs and its directed F1 at
100 km.

* Ridges: the lines that incidents trace, which lie under our network, by themselves. By roles, a line runs as the
  product turns it where origins and destinations on it tell, else by the facts; by facts, all do. Legs are the
  countries along each line.
* KDE, skeleton: of land and of sea, four bandwidths; each line runs nearer to where the people along it may be going.
* Flow accumulation: the cheapest way over land and sea from the origin (else that of the ten nearest that state one,
  else the four nearest sources) over the incident to the destination; drawn where a share of all incidents passes.

Legs: pairs of a country and the next, over land or sea; found if of some weight (ours: flow of 1) and at least 65 % of
it runs that way. F1: share of samples each 5 km within 50 or 100 km of the other network. Directed: only of lines
whose direction is told, and where the other runs the same way within 60 degrees. Sea lines that join: share of them
whose ends lie at different countries (true routes that pass an archipelago do not all). Astray: length drawn farther
than 100 km from every true route, over the true length. Length: drawn over true. Seconds are of this machine, sharing
its cores.
"""


def page(figures: Sequence[Figure], known: dict[str, Method]) -> str:
    """Return the page."""
    titles = [region.title for region in regions().values()]
    introduction = INTRODUCTION.format(
        count=len(titles),
        titles="\n".join(f"* {title}" for title in titles),
        facts=reference_facts().version,
        tuning=TUNING_SEED,
        seeds=" and ".join(map(str, HELD_OUT_SEEDS)),
    )
    parts = [introduction.strip()]
    if any(_is_main(one) for one in figures):
        parts += ["## Held against our goals", _gates(figures, known)]
    parts += ["## All regions", means(figures, known)]
    if any(_is_main(one) for one in figures):
        parts += [f"## By region, {LARGE:,} incidents, half of the origins", by_region(figures, known)]
        parts += ["## What is wrong", wrong(figures)]
    return "\n\n".join(parts) + "\n"


def means(figures: Sequence[Figure], known: dict[str, Method]) -> str:
    """Return the table of means over regions and seeds."""
    groups = grouped(figures, lambda one: (one.cell.incidents, one.cell.case, one.cell.method))
    worlds = grouped(figures, lambda one: (one.cell.incidents, one.cell.case))
    rows = [
        [f"{incidents:,}", told, *_row(groups[incidents, told, name], method)]
        for incidents, told in worlds
        for name, method in known.items()
        if (incidents, told, name) in groups
    ]
    return table(["incidents", "origins", "method", *COLUMNS.values(), "s"], rows)


def by_region(figures: Sequence[Figure], known: dict[str, Method]) -> str:
    """Return the means over seeds of each region."""
    main = [one for one in figures if _is_main(one)]
    groups = grouped(main, lambda one: (one.cell.place, one.cell.method))
    rows = [
        [regions()[place].title, *_row(groups[place, name], method)]
        for place in regions()
        for name, method in known.items()
        if (place, name) in groups
    ]
    return table(["region", "method", *COLUMNS.values(), "s"], rows)


def wrong(figures: Sequence[Figure]) -> str:
    """Return the legs of each region that ours misses, or draws though there is none."""
    said = f"Legs of ours at {LARGE:,} incidents and half of the origins; in how many of the seeds, where not in all.\n"
    parts = [said]
    main = [one for one in figures if _is_main(one) and one.cell.method == OURS]
    for place, some in grouped(main, lambda one: one.cell.place).items():
        parts.append(f"* {regions()[place].title}. Missed: {_legs(some, MISSED)}. False: {_legs(some, FALSE)}.")
    return "\n".join(parts)


def gates(figures: Sequence[Figure], known: dict[str, Method]) -> Iterator[Gate]:
    """Yield what is asked at 10,000 incidents with half of the origins."""
    main = grouped([one for one in figures if _is_main(one)], lambda one: one.cell.method)
    own = main[OURS]
    for name in ("leg_precision", "leg_recall"):
        yield Gate(COLUMNS[name], _mean(own, name), low=LEAST_LEGS)
    for name in ("leg_precision", "leg_recall", "directed_100"):
        for peer, some in main.items():
            if peer != OURS:
                yield Gate(f"{COLUMNS[name]} of {known[peer].title}", _mean(own, name), low=_mean(some, name))
    for name in ("f1_50", "f1_100") if RIDGES in main else ():
        least = _mean(main[RIDGES], name) - UNDER_RIDGES
        yield Gate(f"{COLUMNS[name]} of ridges, less {UNDER_RIDGES}", _mean(own, name), low=least)


def _gates(figures: Sequence[Figure], known: dict[str, Method]) -> str:
    rows = [
        [one.name, one.asked, f"{one.measured:.3f}", "held" if one.held else "**not held**"]
        for one in gates(figures, known)
    ]
    return f"{LARGE:,} incidents, half of the origins.\n\n" + table(["what", "asked", "measured", ""], rows)


def _is_main(one: Figure) -> bool:
    return (one.cell.incidents, one.cell.case) == (LARGE, HALF)


def _row(some: Sequence[Figure], method: Method) -> list[str]:
    setting = some[0].cell.variant
    title = f"{method.title} ({setting})" if setting else method.title
    seconds = mean(one.seconds for one in some)
    return [title, *(f"{_mean(some, name):.3f}" for name in COLUMNS), f"{seconds:.1f}"]


def _mean(some: Sequence[Figure], name: str) -> float:
    values = [one.scores[name] for one in some if not isnan(one.scores[name])]
    return mean(values) if values else float("nan")


def _legs(some: Sequence[Figure], what: str) -> str:
    names = sorted({name for one in some for name in one.scores if name.startswith(f"{what} ")})
    counts = {name: sum(name in one.scores for one in some) for name in names}
    return ", ".join(_counted(name.removeprefix(f"{what} "), counts[name], len(some)) for name in names) or "none"


def _counted(leg: str, number: int, seeds: int) -> str:
    return f"`{leg}`" if number == seeds else f"`{leg}` ({number} of {seeds})"
