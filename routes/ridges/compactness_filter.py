"""BLOBS: what is as wide as it is long is no line; chains not clearly longer than their band is wide are dropped."""

from __future__ import annotations

import numpy as np
from scipy.sparse.csgraph import dijkstra

from routes.core.geodesy import Floats, Mask, Rows, Vectors, km_between
from routes.core.params import CompactnessParams
from routes.indexing.cell_graph import Domain
from routes.ridges.graph_chains import Chain, chains, degrees, lengths, part_of, without
from routes.ridges.morse_ridges import Edges

_ROUNDS = 4


def without_blobs(
    area: Domain, density: Floats, mask: Mask, edges: Edges, shortest_km: float, params: CompactnessParams
) -> Edges:
    """Return the graph without parts and dead ends of too small L2/area, and without dead ends below ``shortest_km``.

    The area of a chain is that of the band around it, ``_band_of_each``. One dead end per junction and round is
    dropped, that with the least evidence first, so that an end is not eaten from both sides; evidence counts more where
    the end goes straight on, by up to e to the power of ``straight_on``.
    """
    for _ in range(_ROUNDS):
        if not len(edges):
            return edges
        runs = chains(edges)
        length = lengths(runs, area.points)
        band = _band_of_each(area, density, mask, runs, length)
        stubby = (length**2 / band < params.leaf_elongation) | (length < shortest_km)
        round_part = _of_round_parts(edges, runs, length, band, params.part_elongation)
        dropped = [run for run, of_round in zip(runs, round_part, strict=True) if of_round]
        straight = _straight(area, runs, length, params.look_ahead)
        weight = np.array([density[run].sum() for run in runs]) * np.exp(params.straight_on * straight)
        dropped += _leaves(edges, [runs[number] for number in np.argsort(weight, kind="stable") if stubby[number]])
        if not dropped:
            return edges
        edges = without(edges, dropped)
    return edges


def without_round_parts(area: Domain, density: Floats, mask: Mask, edges: Edges, least: float) -> Edges:
    """Return the graph, its gaps bridged, without connected parts of L2/area below ``least``."""
    return without(edges, runs_of_round_parts(area, density, mask, edges, least))


def runs_of_round_parts(area: Domain, density: Floats, mask: Mask, edges: Edges, least: float) -> list[Chain]:
    """Return the chains of connected parts of L2/area below ``least``."""
    if not len(edges):
        return []
    runs = chains(edges)
    length = lengths(runs, area.points)
    drawn = mask.copy()
    drawn[edges] = True
    band = _band_of_each(area, density, drawn, runs, length)
    too_round = _of_round_parts(edges, runs, length, band, least)
    return [run for run, one in zip(runs, too_round, strict=True) if one]


def _of_round_parts(edges: Edges, runs: list[Chain], length: Floats, band: Floats, least: float) -> Mask:
    """Tell for each chain whether its connected part as a whole is too round."""
    part = part_of(edges, int(edges.max()) + 1)[[run[0] for run in runs]]
    part_length, part_band = np.bincount(part, length), np.bincount(part, band)
    return np.asarray((part_length**2 / np.maximum(part_band, 1e-9) < least)[part])


def _straight(area: Domain, runs: list[Chain], length: Floats, look_ahead: int) -> Floats:
    """Return for each chain that hangs at one junction the cosine of its turn from the straightest longer one there.

    Where it is the longest there 0, and 1 for all other chains.
    """
    outward: dict[int, list[tuple[int, Vectors]]] = {}
    for number, run in enumerate(runs):
        for way in (run, run[::-1]):
            ahead = area.points[way[min(look_ahead, len(way) - 1)]] - area.points[way[0]]
            outward.setdefault(way[0], []).append((number, ahead / max(float(np.linalg.norm(ahead)), 1e-12)))
    found = np.ones(len(runs))
    for number, run in enumerate(runs):
        joints = [node for node in (run[0], run[-1]) if len(outward[node]) > 1]
        if len(joints) == 1:
            others = outward[joints[0]]
            own = next(ahead for other, ahead in others if other == number)
            longer = (
                -float(own @ ahead) for other, ahead in others if other != number and length[other] >= length[number]
            )
            found[number] = max(longer, default=0.0)
    return found


def _leaves(edges: Edges, runs: list[Chain]) -> list[Chain]:
    """Return the chains among ``runs`` with one free end, the first of each junction."""
    degree = degrees(edges)
    taken: dict[int, Chain] = {}
    for run in runs:
        if (degree[run[0]] == 1) != (degree[run[-1]] == 1):
            taken.setdefault(run[0] if degree[run[0]] > 1 else run[-1], run)
    return list(taken.values())


def _band_of_each(area: Domain, density: Floats, mask: Mask, runs: list[Chain], length: Floats) -> Floats:
    """Return the area, km2, of the band around each chain.

    A chain node stands for its share of the length times the width of a uniform band with the same spread: sqrt(12)
    times the root mean square distance of the mask cells nearest to it, weighted by density. Unlike the area of the
    mask this does not grow with contrast, so that a strong short crossing is not taken for a blob.
    """
    rows = np.flatnonzero(mask)
    owner: Rows = np.full(len(mask), -1)
    for number in reversed(range(len(runs))):
        owner[runs[number]] = number
    sources = np.flatnonzero(owner[rows] >= 0)
    _, _, nearest = dijkstra(area.km[rows][:, rows], indices=sources, min_only=True, return_predecessors=True)
    reached = np.flatnonzero(nearest >= 0)
    node = nearest[reached]
    weight = density[rows[reached]]
    spread = weight * km_between(area.points[rows[reached]], area.points[rows[node]]) ** 2
    of_node = np.bincount(node, spread, minlength=len(rows)) / np.maximum(np.bincount(node, weight, len(rows)), 1e-12)
    width = np.sqrt(12 * of_node[sources] + area.spacing_km**2)
    run = owner[rows[sources]]
    mean_width = np.bincount(run, width, len(runs)) / np.maximum(np.bincount(run, minlength=len(runs)), 1)
    return np.asarray(length * np.maximum(mean_width, area.spacing_km))
