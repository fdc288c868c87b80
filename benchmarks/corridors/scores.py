"""How well proposed lines agree with the true ones; distances are geodesic, km.

Sources: buffers, Heipke et al. 1997 and Wiedemann 2003; TOPO, Biagioni and Eriksson 2012, with one-to-one matching;
APLS, Van Etten et al. 2018 (SpaceNet).
"""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra, maximum_bipartite_matching
from scipy.spatial import cKDTree

from benchmarks.corridors.networks import Integers, Network
from routes.core.geodesy import Floats, Vectors, chord, km_between

BUFFERS_KM = 25, 50
SNAP_KM = 50.0
SEEDS = 60
FLOOD_KM = 250.0
CONTROL_NODES = 40
SHORTEST_KM = 20.0
TRUTH_TOUCH_KM = 6.0
"""True corridors that come this near meet."""

Scores = dict[str, float]


def score(proposal: Network, truth: Network) -> Scores:
    """Return every measure of a proposal.

    Returns
    -------
    dict of float
        complete, correct, f1 and the same at 50 km, topo, topo_any, apls: shares; chamfer, h95, bias: km; length:
        ratio; parts.
    """
    if not len(proposal.points):
        return nothing_found()
    to_truth, to_proposal = truth.km_from(proposal.points), proposal.km_from(truth.points)
    near = to_truth[to_truth <= SNAP_KM]
    return {
        **_buffers(to_truth, to_proposal),
        **topo(proposal, truth),
        "apls": apls(proposal, truth),
        "chamfer": float(to_truth.mean() + to_proposal.mean()) / 2,
        "h95": float(max(np.quantile(to_truth, 0.95), np.quantile(to_proposal, 0.95))),
        "bias": float(np.median(near)) if near.size else float("nan"),
        "length": proposal.km / truth.km,
        "parts": float(proposal.parts),
    }


def nothing_found() -> Scores:
    """Return the measures of an empty proposal."""
    none = dict.fromkeys(("complete", "correct", "f1", "complete50", "correct50", "f1_50"), 0.0)
    none |= dict.fromkeys(("topo", "topo_any", "apls"), 0.0)
    return none | dict.fromkeys(("chamfer", "h95", "bias"), float("nan")) | {"length": 0.0, "parts": 0.0}


def topo(proposal: Network, truth: Network) -> Scores:
    """Return TOPO-F: holes in the truth, marbles in the proposal, 250 km along the lines, matched within 50 km.

    Matched one to one ("topo"), which asks for as many samples as the truth has there too, and each to any
    ("topo_any"), as the gates were measured.
    """
    random = np.random.default_rng(0)
    seeds = random.choice(len(truth.points), min(SEEDS, len(truth.points)), replace=False)
    starts = proposal.nearest(truth.points[seeds])
    found = km_between(truth.points[seeds], proposal.points[starts]) <= SNAP_KM
    holes = _flooded(truth, seeds)
    marbles = _flooded(proposal, starts)
    all_holes = sum(map(len, holes))
    all_marbles = sum(len(marble) for marble, near in zip(marbles, found, strict=True) if near)
    pairs = holes_filled = marbles_placed = 0
    for hole, marble, near in zip(holes, marbles, found, strict=True):
        if near:
            here, there = truth.points[hole], proposal.points[marble]
            pairs += _matches(here, there)
            holes_filled += _reached(here, there)
            marbles_placed += _reached(there, here)
    return {
        "topo": 2 * pairs / (all_holes + all_marbles) if pairs else 0.0,
        "topo_any": f_score(holes_filled / all_holes, marbles_placed / max(all_marbles, 1)),
    }


def apls(proposal: Network, truth: Network) -> float:
    """Return the harmonic mean of the similarity of path lengths, asked from the truth and from the proposal."""
    one, other = _paths_kept(truth, proposal), _paths_kept(proposal, truth)
    return 2 * one * other / (one + other) if one + other else 0.0


def f_score(complete: float, correct: float) -> float:
    """Return the harmonic mean."""
    return 2 * complete * correct / (complete + correct) if complete + correct else 0.0


def _buffers(to_truth: Floats, to_proposal: Floats) -> Scores:
    scores: Scores = {}
    for km, suffix, name in zip(BUFFERS_KM, ("", "50"), ("f1", "f1_50"), strict=True):
        complete, correct = float((to_proposal <= km).mean()), float((to_truth <= km).mean())
        scores |= {f"complete{suffix}": complete, f"correct{suffix}": correct, name: f_score(complete, correct)}
    return scores


def _flooded(net: Network, starts: Integers) -> list[Integers]:
    """Return the samples within reach along the lines of each start."""
    km = dijkstra(net.links, directed=False, indices=starts, limit=FLOOD_KM)
    return [np.flatnonzero(np.isfinite(row)) for row in km]


def _matches(holes: Vectors, marbles: Vectors) -> int:
    """Return how many can be paired one to one within 50 km (Hopcroft-Karp)."""
    near = cKDTree(holes).query_ball_tree(cKDTree(marbles), chord(SNAP_KM))
    columns = np.array([column for row in near for column in row], dtype=np.int32)
    ends = np.cumsum([0, *map(len, near)]).astype(np.int32)
    pairs = csr_array((np.ones(len(columns), dtype=np.int8), columns, ends), shape=(len(holes), len(marbles)))
    return int((maximum_bipartite_matching(pairs, perm_type="column") >= 0).sum())


def _reached(asked: Vectors, others: Vectors) -> int:
    """Return how many have any other within 50 km."""
    return int((cKDTree(others).query(asked)[0] <= chord(SNAP_KM)).sum())


def _paths_kept(asked: Network, answering: Network) -> float:
    """Return one minus the mean relative difference of path lengths; a path that is missing differs by one."""
    random = np.random.default_rng(1)
    nodes = random.choice(len(asked.points), min(CONTROL_NODES, len(asked.points)), replace=False)
    km = dijkstra(asked.links, directed=False, indices=nodes)[:, nodes]
    there = answering.nearest(asked.points[nodes])
    found = km_between(asked.points[nodes], answering.points[there]) <= SNAP_KM
    other = dijkstra(answering.links, directed=False, indices=there)[:, there]
    other[~(found[:, None] & found[None, :])] = np.inf
    upper = np.triu_indices(len(nodes), 1)
    wanted, given = km[upper], other[upper]
    asked_for = np.isfinite(wanted) & (wanted > SHORTEST_KM)
    if not asked_for.any():
        return 0.0
    wanted, given = wanted[asked_for], given[asked_for]
    return float(1 - np.minimum(1, np.abs(given - wanted) / wanted).mean())
