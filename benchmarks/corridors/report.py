"""The page of figures: ``docs/corridors.md``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from statistics import mean, stdev

from benchmarks.corridors.choices import Chosen, chosen, grouped, with_setting
from benchmarks.corridors.figures import Figure
from benchmarks.corridors.gates import gates
from benchmarks.corridors.methods import OURS, Method
from benchmarks.corridors.regions import regions
from benchmarks.corridors.worlds import HELD_OUT_SEEDS, TUNING_SEED
from routes.pipelines.ridge_corridors import RIDGES_VERSION

TITLE = "Corridors, measured"
COLUMNS = {
    "f1": "F1 25 km",
    "complete": "complete",
    "correct": "correct",
    "f1_50": "F1 50 km",
    "topo": "TOPO",
    "topo_any": "TOPO to any",
    "apls": "APLS",
    "chamfer": "chamfer km",
    "h95": "H95 km",
    "bias": "bias km",
    "length": "length",
    "parts": "parts",
}
IN_KM = {"chamfer", "h95", "bias", "parts"}
INTRODUCTION = f"""
Written by `python -m benchmarks.corridors` (`make bench-corridors`), which runs our reduction (method version
{{version}}) and its peers over the same incidents. There is no published benchmark for corridors from incidents: this
one is our own, and so are its routes, so its figures compare methods here and with nothing in the literature.

Seed {TUNING_SEED} is for tuning; seeds {{seeds}} are reported (of a million incidents, and of all but the first table,
the first seed alone). The routes are the same under every seed; only their traffic, gaps, clutter and incidents
differ. Peers run with several settings, and each row shows the one with the best mean F1 in that very row, chosen
afterwards, which favours them; ours has none to choose. The oracle is told which incidents belong to which route and
in which order, which no method can know: it is a bound, not a rival.

F1, complete and correct: share of the lines within 25 km of each other (F1 also within 50 km). TOPO: of connected
surroundings of 250 km, matched one to one within 50 km, or each to any, which is how its bounds were found: where two
true routes run side by side, one line drawn for both is enough for the latter only. APLS: of path lengths kept; the
most demanding, for a break loses every path through it. Chamfer and H95: mean distance, and the distance that 95 % of
the lines keep. Bias: median cross-track distance. Length: proposed over true. Parts: unconnected pieces. Seconds are of
this machine, sharing its cores, with whatever compiles on first use.
""".strip()

Written = Callable[[list[Figure], dict[str, Method]], str]
Rows = Sequence[Sequence[str]]


def page(found: dict[str, list[Figure]], known: dict[str, Method], labels: str, pictures: Iterable[Path]) -> str:
    """Return the whole page.

    Parameters
    ----------
    found : dict of part to figures
    labels : str
        What the labels of real incidents say; Markdown.
    pictures : iterable of Path
        Relative to the page.
    """
    sections: dict[str, tuple[str, Written]] = {
        "synthetic": ("Made-up routes in seven regions", synthetic),
        "stress": ("Under stress, 10,000 incidents", stress),
        "noise": ("Where there is no route", partial(noise, routes=found.get("synthetic", []))),
        "lanes": ("Real sea lanes", lanes),
    }
    parts = [f"# {TITLE}", INTRODUCTION.format(version=RIDGES_VERSION, seeds=" and ".join(map(str, HELD_OUT_SEEDS)))]
    if OURS in known and any(found.values()):
        parts += ["## Held against our gates", _gates(found, known)]
    for part, (title, written) in sections.items():
        if found.get(part):
            parts += [f"## {title}", written(found[part], known)]
    if labels:
        parts += ["## Real labels", labels]
    drawn = [f"![{path.stem}]({path.as_posix()})" for path in pictures]
    if drawn:
        legend = "Truth grey, ours red, the best peer blue; 10,000 incidents, the first held-out seed."
        parts += ["## Pictures", legend, "\n".join(drawn)]
    return "\n\n".join(parts) + "\n"


def synthetic(figures: list[Figure], known: dict[str, Method]) -> str:
    """Return the table of means, and the one of regions."""
    parts = [_means(figures, known), _left_out(figures, known)]
    if OURS not in known or all(one.oracle for name, one in known.items() if name != OURS):
        return "\n\n".join(filter(None, parts))
    parts += [
        "### By region",
        "Ours against the peer and setting with the best F1 in that very region and size, the oracle left out.",
        _regions(figures, known),
    ]
    return "\n\n".join(filter(None, parts))


def stress(figures: list[Figure], known: dict[str, Method]) -> str:
    """Return F1, TOPO and APLS of each case."""
    return _cases(figures, known, lambda one: one.cell.case, ("f1", "topo", "apls"))


def noise(figures: list[Figure], known: dict[str, Method], routes: list[Figure]) -> str:
    """Return false length over the length of the region's true routes.

    Parameters
    ----------
    routes : list of Figure
        Of the made-up routes: the setting of a peer is the one that finds those best at that size.
    """
    said = (
        "Incidents without any route; the length of the lines that are drawn nonetheless, over the length of the\n"
        "region's true routes. Peers with the setting that finds the made-up routes of that size best."
    )
    rows = []
    for (case, incidents), some in grouped(figures, lambda one: (one.cell.case, one.cell.incidents)).items():
        best = {one.method.name: one for one in chosen([it for it in routes if it.cell.incidents == incidents], known)}
        first = [
            Chosen(method, next(iter(method.variants)), ()) for method in known.values() if "noise" in method.parts
        ]
        drawn = [with_setting(some, best.get(one.method.name, one)) for one in first]
        rows.append([case, f"{incidents:,}", *(f"{one.mean('length'):.3f}{_setting(one)}" for one in drawn)])
    names = [method.title for method in known.values() if "noise" in method.parts]
    return said + "\n\n" + table(["noise", "incidents", *names], rows)


def lanes(figures: list[Figure], known: dict[str, Method]) -> str:
    """Return the means of each box and size."""
    return _cases(figures, known, lambda one: f"{one.cell.place}, {one.cell.incidents:,}", ("f1", "topo", "apls"))


def table(head: Sequence[str], rows: Rows) -> str:
    """Return a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _gates(found: dict[str, list[Figure]], known: dict[str, Method]) -> str:
    rows = [
        [one.name, one.asked, f"{one.measured:.3f}", "held" if one.held else "**not held**"]
        for one in gates(found, known)
    ]
    return table(["what", "asked", "measured", ""], rows)


def _means(figures: list[Figure], known: dict[str, Method]) -> str:
    rows = []
    for incidents, some in grouped(figures, lambda one: one.cell.incidents).items():
        for one in chosen(some, known):
            spread = stdev(one.by_place("f1").values()) if len(one.by_place("f1")) > 1 else float("nan")
            scores = [f"{one.mean(name):.{1 if name in IN_KM else 3}f}" for name in COLUMNS]
            seconds = mean(figure.seconds for figure in one.figures)
            rows.append(
                [f"{incidents:,}", one.method.title + _setting(one), *scores, f"{spread:.3f}", f"{seconds:.2f}"]
            )
    return table(["incidents", "method", *COLUMNS.values(), "SD of F1 over regions", "s"], rows)


def _left_out(figures: list[Figure], known: dict[str, Method]) -> str:
    largest = max(one.cell.incidents for one in figures)
    short = [f"{one.title} above {one.largest:,}" for one in known.values() if one.largest < largest]
    return f"Not run, for they take minutes for a region: {'; '.join(short)}." if short else ""


def _regions(figures: list[Figure], known: dict[str, Method]) -> str:
    rows = []
    for (place, incidents), some in grouped(figures, lambda one: (one.cell.place, one.cell.incidents)).items():
        own, *others = chosen(some, known)
        peer = max((one for one in others if not one.method.oracle), key=lambda one: one.mean("f1"))
        scores = [f"{one.mean(name):.3f}" for name in ("f1", "topo", "apls") for one in (own, peer)]
        rows.append([regions()[place].title, f"{incidents:,}", *scores, peer.method.title + _setting(peer)])
    heads = [f"{name} {who}" for name in ("F1", "TOPO", "APLS") for who in ("ours", "peer")]
    return table(["region", "incidents", *heads, "best peer"], sorted(rows, key=lambda row: row[0]))


def _cases(
    figures: list[Figure], known: dict[str, Method], case_of: Callable[[Figure], str], names: tuple[str, ...]
) -> str:
    rows = [
        [
            case,
            one.method.title + _setting(one),
            *(f"{one.mean(name):.3f}" for name in names),
            f"{one.mean('bias'):.1f}",
            f"{one.mean('length'):.2f}",
            f"{mean(figure.seconds for figure in one.figures):.2f}",
        ]
        for case, some in grouped(figures, case_of).items()
        for one in chosen(some, known)
    ]
    return table(["case", "method", *(COLUMNS[name] for name in names), "bias km", "length", "s"], rows)


def _setting(one: Chosen) -> str:
    return f" ({one.variant})" if len(one.method.variants) > 1 else ""
