"""Runs every method over every world of a part, keeping each measurement as it comes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import product
from time import perf_counter

from benchmarks.corridors import lanes
from benchmarks.corridors.figures import Cell, Figure, Figures
from benchmarks.corridors.methods import HERE, Method, digest
from benchmarks.corridors.networks import Network, network
from benchmarks.corridors.regions import regions
from benchmarks.corridors.scores import TRUTH_TOUCH_KM, Scores, score
from benchmarks.corridors.worlds import HELD_OUT_SEEDS, Recipe, World, noise, world

QUICK_SIZES = 2_000, 10_000
SIZES = *QUICK_SIZES, 100_000, 1_000_000
ONE_SEED_FROM = 1_000_000
STRESS_SIZE = 10_000
NOISE_SIZES = 2_000, 10_000, 100_000
STRESS = {
    "clutter 10 %": Recipe(STRESS_SIZE, clutter=0.1),
    "clutter 50 %": Recipe(STRESS_SIZE, clutter=0.5),
    "snapped 0 %": Recipe(STRESS_SIZE, snapped=0.0),
    "snapped 80 %": Recipe(STRESS_SIZE, snapped=0.8),
    "sigma 25 km": Recipe(STRESS_SIZE, sigma_km=25.0),
    "gaps 30 %": Recipe(STRESS_SIZE, gaps=0.3),
    "even": Recipe(STRESS_SIZE, unevenness=0.0, gaps=0.0),
}
NOISE = {"even": 0, "even and 12 blobs": 12}
HARNESS = "regions.py", "regions.toml", "worlds.py", "networks.py", "scores.py"

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Task:
    """A world to run methods over, made only when one of them has not been measured on it yet."""

    part: str
    place: str
    case: str
    incidents: int
    seed: int
    make: Callable[[], World]


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much is measured: which seeds, and whether only the small worlds of the first of them."""

    seeds: tuple[int, ...] = HELD_OUT_SEEDS
    quick: bool = False


def tasks(part: str, seeds: Sequence[int], *, quick: bool) -> Iterator[Task]:
    """Yield every world of a part: of the first seed alone, if quick, or if nothing more is gained for the time."""
    first = seeds[0]
    seeds = seeds[:1] if quick else seeds
    if part == "synthetic":
        for incidents, seed, region in product(QUICK_SIZES if quick else SIZES, seeds, regions().values()):
            if incidents < ONE_SEED_FROM or seed == first:
                make = partial(world, region, Recipe(incidents), seed)
                yield Task(part, region.name, "", incidents, seed, make)
    elif part == "stress":
        for (case, recipe), region in product(STRESS.items(), regions().values()):
            yield Task(part, region.name, case, recipe.incidents, first, partial(world, region, recipe, first))
    elif part == "noise":
        sizes = QUICK_SIZES if quick else NOISE_SIZES
        for (case, blobs), incidents, region in product(NOISE.items(), sizes, regions().values()):
            make = partial(noise, region, incidents, blobs, first)
            yield Task(part, region.name, case, incidents, first, make)
    elif part == "lanes":
        for name, incidents in product(lanes.BOXES, lanes.SIZES[:1] if quick else lanes.SIZES):
            yield Task(part, name, "", incidents, first, partial(lanes.lane_world, name, incidents, first))


def measured(part: str, known: Mapping[str, Method], figures: Figures, bounds: Bounds, say: Say | None) -> list[Figure]:
    """Return the measurements of a part.

    Parameters
    ----------
    known : mapping of name to method
    bounds : Bounds
        How much of the part.
    say : function of a sentence, or None
        Measurements that are missing are taken, and reported to it. Without it none is taken, and worlds in which one
        is missing are left out, so that all methods are compared over the same worlds.
    """
    found: list[Figure] = []
    truths: dict[str, Network] = {}
    for task in tasks(part, bounds.seeds, quick=bounds.quick):
        cells = list(_cells(task, known))
        missing = [(method, cell) for method, cell in cells if figures.get(cell) is None]
        if missing and not say:
            continue
        if missing and say:
            made = task.make()
            truth = truths.setdefault(task.place, network(made.truth, TRUTH_TOUCH_KM))
            for method, cell in missing:
                figures.put(_measure(method, cell, made, truth))
            say(f"{part} {task.place} {task.case} {task.incidents:,} seed {task.seed}: {len(missing)} measured")
        found += [figure for _, cell in cells if (figure := figures.get(cell))]
    return found


def _cells(task: Task, known: Mapping[str, Method]) -> Iterator[tuple[Method, Cell]]:
    """Yield every measurement of a world, for each setting of each method that runs there."""
    harness = digest([HERE / name for name in (*HARNESS, "lanes.py")[: None if task.part == "lanes" else -1]])
    for method in known.values():
        if task.part in method.parts and task.incidents <= method.largest:
            code = f"{harness}+{method.code}"
            for name in method.variants:
                yield (
                    method,
                    Cell(task.part, task.place, task.case, task.incidents, task.seed, method.name, name, code),
                )


def _measure(method: Method, cell: Cell, made: World, truth: Network) -> Figure:
    start = perf_counter()
    lines = method.variants[cell.variant](made)
    seconds = perf_counter() - start
    proposal = network(lines)
    scores: Scores = {"length": proposal.km / truth.km} if cell.part == "noise" else score(proposal, truth)
    return Figure(cell, scores, seconds)
