"""What the support of our lines is worth: how often supported points are right, and what noise is left of."""

from __future__ import annotations

from itertools import chain, product

import numpy as np

from benchmarks.corridors.calibration import auc
from benchmarks.corridors.networks import evenly, network
from benchmarks.corridors.regions import regions
from benchmarks.corridors.scores import BUFFERS_KM, TRUTH_TOUCH_KM, score
from benchmarks.corridors.worlds import Recipe, World, noise, world
from routes.core.corridor import LEAST_SUPPORT
from routes.core.params import RIDGES
from routes.indexing.cell_day_cube import cube
from routes.indexing.cell_graph import domain
from routes.ridges.bootstrap_support import REPLICATES, support_at
from routes.ridges.centrelines import Centreline, centrelines_of
from routes.ridges.ridge_pipeline import Scale, ridge_graph

SIZES = 2_000, 10_000
_STEP_KM = 5.0


def section(seed: int) -> str:
    """Return tables of support against the truth, and of noise drawn with and without support; Markdown."""
    support: list[np.ndarray] = []
    right: list[np.ndarray] = []
    scores: dict[int, list[float]] = {size: [] for size in SIZES}
    for size in SIZES:
        for region in regions().values():
            made = world(region, Recipe(size), seed)
            truth = network(made.truth, TRUTH_TOUCH_KM)
            lines = _drawn(made, REPLICATES)
            scores[size].append(score(network([line.points for line in lines]), truth)["f1"])
            for line in lines:
                points, values = _sampled(line)
                support.append(values)
                right.append(truth.km_from(points) <= BUFFERS_KM[0])
    values, correct = np.concatenate(support), np.concatenate(right)
    every, all_right = _of_all_found(seed)
    rows = [_row(name, low, high, values, correct) for name, low, high in _bins()]
    f1 = ", ".join(f"{np.mean(found):.3f} at {size:,}" for size, found in scores.items())
    said = (
        f"{REPLICATES} redraws of the evidence, seed {seed}, {', '.join(f'{size:,}' for size in SIZES)} incidents, "
        f"points every {_STEP_KM:.0f} km. AUC of support against being right: {auc(values, correct):.3f} over what is "
        f"drawn, of which {correct.mean():.3f} is right, and {auc(every, all_right):.3f} over all found before weak "
        f"lines were left out, of which {all_right.mean():.3f} is right. F1 of what is drawn: {f1}."
    )
    head = ["| confidence | support | km | right |", "|---|---|---|---|"]
    return "\n".join([said, "", *head, *rows, "", *_noise_rows(seed)])


def _of_all_found(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the support of every node of our graphs, and whether it is right."""
    support: list[np.ndarray] = []
    right: list[np.ndarray] = []
    scale = Scale.at(5, RIDGES.lengths)
    for size, region in product(SIZES, regions().values()):
        made = world(region, Recipe(size), seed)
        counts = cube(made.incidents.select("lon", "lat", "time_start"), scale.resolution).counts
        area = domain(counts, made.mode, scale.resolution)
        graph = ridge_graph(area, scale, RIDGES)
        points = area.points[np.unique(graph.edges)]
        support.append(support_at(area, graph.steps, points, scale, RIDGES, REPLICATES))
        right.append(network(made.truth, TRUTH_TOUCH_KM).km_from(points) <= BUFFERS_KM[0])
    return np.concatenate(support), np.concatenate(right)


def _bins() -> list[tuple[str, float, float]]:
    least = {**LEAST_SUPPORT, "low": RIDGES.support.least_drawn, "-": 0.0}
    tops = [1.01, *least.values()]
    return [(name, low, top) for (name, low), top in zip(least.items(), tops, strict=False)]


def _row(name: str, low: float, high: float, support: np.ndarray, right: np.ndarray) -> str:
    inside = (support >= low) & (support < high)
    share = f"{right[inside].mean():.3f}" if inside.any() else "-"
    return f"| {name} | {low:.2f} to {min(high, 1.0):.2f} | {inside.sum() * _STEP_KM:,.0f} | {share} |"


def _noise_rows(seed: int) -> list[str]:
    rows = ["| noise, false km over true | without support | with support |", "|---|---|---|"]
    for case, blobs, size in (("even", 0, 2_000), ("even and 12 blobs", 12, 2_000), ("even and 12 blobs", 12, 10_000)):
        worlds = [noise(region, size, blobs, seed) for region in regions().values()]
        shares = [np.mean([_share(made, number) for made in worlds]) for number in (0, REPLICATES)]
        rows.append(f"| {case}, {size:,} | {shares[0]:.3f} | {shares[1]:.3f} |")
    return rows


def _share(made: World, replicates: int) -> float:
    lines = network([line.points for line in _drawn(made, replicates)])
    return lines.km / network(made.truth, TRUTH_TOUCH_KM).km


def _drawn(made: World, replicates: int) -> list[Centreline]:
    return centrelines_of(
        made.incidents.select("lon", "lat", "time_start"), made.mode, Scale.at(5, RIDGES.lengths), RIDGES, replicates
    )


def _sampled(line: Centreline) -> tuple[np.ndarray, np.ndarray]:
    """Return points every few km of a line, each with the support of the vertex before it."""
    parts = [
        (points, np.full(len(points), value))
        for start, end, value in zip(line.points[:-1], line.points[1:], line.support, strict=False)
        for points in [evenly(np.stack([start, end]), _STEP_KM)[:-1]]
    ]
    return np.concatenate([points for points, _ in parts]), np.concatenate(list(chain(values for _, values in parts)))
