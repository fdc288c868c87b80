"""Runs every method over every world, keeping each measurement as it comes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import product
from statistics import mean
from time import perf_counter

from benchmarks.corridors.figures import Cell, Figure, Figures
from benchmarks.corridors.methods import digest
from benchmarks.movement.methods import HERE, Method
from benchmarks.movement.regions import regions
from benchmarks.movement.scores import score, wrong_legs
from benchmarks.movement.worlds import HELD_OUT_SEEDS, TUNING_SEED, Recipe, World, world

SIZES = 2_000, 10_000
TOLD = 1.0, 0.5, 0.0
TUNED_AT = 0.5
CHOSEN_BY = "legs", "directed_100"
"""Scores whose sum decides which setting of a peer is the best."""
HARNESS = "regions.py", "regions.toml", "worlds.py", "scores.py", "answers.py"

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much is measured."""

    sizes: tuple[int, ...] = SIZES
    seeds: tuple[int, ...] = HELD_OUT_SEEDS
    told: tuple[float, ...] = TOLD
    places: tuple[str, ...] = field(default_factory=lambda: tuple(regions()))


QUICK = Bounds(SIZES[:1], HELD_OUT_SEEDS[:1])


def measured(known: Mapping[str, Method], figures: Figures, bounds: Bounds, say: Say) -> list[Figure]:
    """Return the measurements of the held-out seeds, peers with the setting that was best on the tuning seed.

    Parameters
    ----------
    known : mapping of name to method
    figures : Figures
        Those that are missing are taken, and added.
    bounds : Bounds
    say : function of a sentence
    """
    tuning = Bounds(bounds.sizes, (TUNING_SEED,), (TUNED_AT,), bounds.places)
    choosing = {name: method for name, method in known.items() if len(method.settings) > 1}
    best = chosen(_taken(choosing, figures, tuning, say))
    found = _taken(known, figures, bounds, say)
    return [one for one in found if best.get((one.cell.method, one.cell.incidents), "") == one.cell.variant]


def chosen(figures: list[Figure]) -> dict[tuple[str, int], str]:
    """Return the setting of each method and number of incidents whose scores, over all regions, are the best."""
    groups: dict[tuple[str, int], dict[str, list[float]]] = {}
    for one in figures:
        values = groups.setdefault((one.cell.method, one.cell.incidents), {})
        values.setdefault(one.cell.variant, []).append(sum(one.scores[name] for name in CHOSEN_BY))
    return {key: max(values, key=lambda name: mean(values[name])) for key, values in groups.items()}


def _taken(known: Mapping[str, Method], figures: Figures, bounds: Bounds, say: Say) -> list[Figure]:
    found: list[Figure] = []
    for incidents, seed, place in product(bounds.sizes, bounds.seeds, bounds.places):
        whole: World | None = None
        for told, method in product(bounds.told, known.values()):
            cell = Cell("movement", place, f"{told:.0%}", incidents, seed, method.name, "", _code(method))
            kept = [one for name in method.settings if (one := figures.get(replace(cell, variant=name)))]
            if len(kept) < len(method.settings):
                whole = whole or world(regions()[place], Recipe(incidents), seed)
                kept = list(_measure(method, whole.telling(told), cell))
                for one in kept:
                    figures.put(one)
                say(f"{place} {incidents:,} seed {seed}, {told:.0%} told: {method.name}, {kept[0].seconds:.1f} s")
            found += kept
    return found


def _code(method: Method) -> str:
    return f"{digest(HERE / name for name in HARNESS)}+{method.code}"


def _measure(method: Method, made: World, cell: Cell) -> Iterator[Figure]:
    begin = perf_counter()
    answers = method.find(made)
    seconds = perf_counter() - begin
    truth = made.region.truth
    for name in method.settings:
        yield Figure(
            replace(cell, variant=name), score(answers[name], truth) | wrong_legs(answers[name], truth), seconds
        )
