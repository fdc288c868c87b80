"""Made-up worlds: incidents by month over a tree of routes, with changes, bursts, seasons, effort and late reports."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from geodata.model.reporting import BODY, TRIANGLE
from routes.core.geodesy import Floats, Rows
from routes.temporal.completeness import Known, delays, known_at
from routes.temporal.hierarchy import Hierarchy, Node

MONTHS, CHANGED_AT = 120, 80
EDITION_MONTHS = 6


def made_tree(branches: int = 24, each: int = 4, known: int = 8) -> Hierarchy:
    """Return a root, two modes, known routes, branches and routes."""
    nodes = [Node("all", "all", "all", None, -1, (), ())]
    nodes += [Node(mode, "mode", mode, None, 0, (), ()) for mode in ("land", "sea")]
    first = len(nodes)
    nodes += [Node(f"k{at}", "known route", f"k{at}", None, 1 + at % 2, (), ()) for at in range(known)]
    begin = len(nodes)
    nodes += [Node(f"b{at}", "branch", f"b{at}", None, first + at % known, (), ()) for at in range(branches)]
    for branch in range(branches):
        nodes += [Node(f"r{branch}-{at}", "route", "r", None, begin + branch, (), ()) for at in range(each)]
    return Hierarchy(tuple(nodes))


@dataclass(frozen=True)
class Recipe:
    """What a world is like.

    Attributes
    ----------
    rate : (low, high)
        Of a route, incidents a month.
    spread : float
        Variance over mean.
    season : float
        Share by which rates swing over the year.
    effort : float
        Factor of all reporting from month 70 on.
    factor, changed : float, int
        Of all routes of so many branches, from ``CHANGED_AT`` on.
    late : str
        "" for none, "smooth" for reports that come month by month, "blocks" for what comes twice or once a year.
    """

    name: str
    rate: tuple[float, float] = (0.3, 8.0)
    spread: float = 1.0
    season: float = 0.0
    effort: float = 1.0
    factor: float = 1.0
    changed: int = 0
    late: str = ""


@dataclass(frozen=True, eq=False)
class World:
    """Counts by node and month: ``whole`` once all is reported, and ``seen`` so far; which nodes really changed."""

    tree: Hierarchy
    whole: Floats
    seen: Floats
    changed: Rows
    known: Known | None
    recipe: Recipe


def world(tree: Hierarchy, recipe: Recipe, seed: int) -> World:
    """Return a world drawn with a seed."""
    random = np.random.default_rng(seed)
    routes = np.array([row for row, node in enumerate(tree.nodes) if node.level == "route"])
    branches = [row for row, node in enumerate(tree.nodes) if node.level == "branch"]
    mean = np.repeat(np.exp(random.uniform(*np.log(recipe.rate), len(routes)))[:, None], MONTHS, axis=1)
    turn = random.uniform(0, 2 * np.pi, (len(routes), 1))
    mean *= 1 + recipe.season * np.sin(2 * np.pi * np.arange(MONTHS) / 12 + turn)
    mean[:, 70:] *= recipe.effort
    chosen = random.choice(branches, recipe.changed, replace=False)
    parents = np.array([tree.nodes[row].parent for row in routes])
    mean[np.isin(parents, chosen), CHANGED_AT:] *= recipe.factor
    own = np.zeros((len(tree.nodes), MONTHS))
    own[routes] = _drawn(random, mean, recipe.spread)
    changed = np.flatnonzero(
        np.array(
            [bool(tree.above[row, chosen].any() or tree.above[chosen, row].any()) for row in range(len(tree.nodes))]
        )
    )
    if not recipe.late:
        whole = tree.summed(own)
        return World(tree, whole, whole, changed, None, recipe)
    at = {branch: number for number, branch in enumerate(branches)}
    stratum = np.array([at[parent] for parent in parents])
    held = _editions(random, own[routes], stratum, recipe.late)
    seen = own.copy()
    seen[routes] = held[MONTHS - 1]
    share = np.zeros((len(tree.nodes), len(branches)))
    share[routes, stratum] = own[routes].sum(axis=1)
    share = tree.summed(share)
    return World(tree, tree.summed(own), tree.summed(seen), changed, _known(held, stratum, share), recipe)


def _drawn(random: np.random.Generator, mean: Floats, spread: float) -> Floats:
    if spread > 1:
        mean = random.gamma(np.maximum(mean, 1e-9) / (spread - 1), spread - 1)
    return random.poisson(mean).astype(float)


def _editions(random: np.random.Generator, counts: Floats, stratum: Rows, late: str) -> dict[int, Floats]:
    """Return what was reported by the end of some months, by month: of an edition twice a year, and of the last."""
    wait = random.uniform(0.6, 3.0, stratum.max() + 1)[stratum]
    every = random.choice([6, 12], stratum.max() + 1)[stratum]
    first = random.integers(0, 12, stratum.max() + 1)[stratum]
    late_by = np.zeros((*counts.shape, 25))  # how many of each month come so many months later
    for row in range(len(counts)):
        for month in range(MONTHS):
            number = int(counts[row, month])
            if late == "blocks":
                delay = np.full(number, (first[row] - month) % every[row])
            else:
                delay = np.minimum(random.exponential(wait[row], number).astype(int), 24)
            np.add.at(late_by[row, month], delay, 1)
    arrived = np.cumsum(late_by, axis=2)
    ends = [*range(MONTHS - 1, 36, -EDITION_MONTHS)][:10]
    found = {}
    for end in ends:
        age = end - np.arange(MONTHS)
        held = arrived[:, np.arange(MONTHS), np.clip(age, 0, 24)]
        found[end] = np.where(age >= 0, held, 0.0)
    return found


def _known(held: dict[int, Floats], stratum: Rows, share: Floats) -> Known:
    """Return how much is known of each month, as the editions before the last tell it."""
    size = stratum.max() + 1
    by_stratum = {end: _summed(counts, stratum, size) for end, counts in held.items()}
    now = by_stratum[MONTHS - 1]
    rows = [
        ("S", f"{BODY}{number}", month, end, int(counts[number, month]), int(now[number, month]))
        for end, counts in by_stratum.items()
        if end < MONTHS - 1
        for number in range(size)
        for month in range(max(end - 36, 0), end + 1)
        if now[number, month]
    ]
    incidents = pl.DataFrame(
        [
            ("S", f"{BODY}{number}", month, number)
            for number in range(size)
            for month in range(MONTHS)
            for _ in range(int(now[number, month]))
        ],
        schema={"source": pl.String, "stratum": pl.String, "month": pl.Int32, "number": pl.Int64},
        orient="row",
    )
    found = delays(incidents, pl.DataFrame(rows, schema=TRIANGLE, orient="row"), {}, 0, MONTHS)
    return known_at(found, share / np.maximum(share.sum(axis=1, keepdims=True), 1e-9))


def _summed(counts: Floats, stratum: Rows, size: int) -> Floats:
    found = np.zeros((size, counts.shape[1]))
    np.add.at(found, stratum, counts)
    return found
