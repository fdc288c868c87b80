"""How well an answer agrees with the true network; distances are geodesic, km."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from benchmarks.corridors.networks import STEP_KM, evenly
from benchmarks.corridors.scores import f_score
from benchmarks.movement.answers import Answer, Leg, Line
from geodata.places.lookup import nearest_country
from routes.core.geodesy import Mask, Vectors, chord, line_km, lonlat

BUFFERS_KM = 50, 100
TURN_DEGREES = 60.0
LOOK_KM = 15.0
"""The bearing at a sample is that of the line this far before and behind."""
SHORE_KM = 60.0
MISSED, FALSE = "missed", "false"

Scores = dict[str, float]


def score(answer: Answer, truth: Answer) -> Scores:
    """Return every measure of an answer.

    Returns
    -------
    dict of float
        leg_precision, leg_recall, legs (their F), f1 and directed at 50 and 100 km: shares; abroad: share of the lines
        at sea that join two countries, NaN where there is none; astray: length farther than 100 km from every true
        route, over the true length; length: ratio.
    """
    found, true = Samples.of(answer.lines), Samples.of(truth.lines)
    right = len(answer.legs & truth.legs)
    precision, recall = right / max(len(answer.legs), 1), right / max(len(truth.legs), 1)
    scores = {"leg_precision": precision, "leg_recall": recall, "legs": f_score(precision, recall)}
    for km in BUFFERS_KM:
        near = found.near(true, km), true.near(found, km)
        along = found.near(true, km, along=True), true.near(found, km, along=True)
        scores[f"f1_{km}"] = f_score(_mean(near[1]), _mean(near[0]))
        scores[f"directed_{km}"] = f_score(_mean(along[1]), _mean(along[0]))
    astray = ~found.near(true, BUFFERS_KM[-1])
    km_drawn, km_true = (sum(line_km(line.points) for line in one.lines) for one in (answer, truth))
    scores["length"] = km_drawn / km_true
    scores["astray"] = _mean(astray) * scores["length"]
    scores["abroad"] = joins_countries(answer.lines)
    return scores


def wrong_legs(answer: Answer, truth: Answer) -> Scores:
    """Return one for every leg that is missed or false, by what it is: "missed LBY ~ ITA"."""
    missed = {f"{MISSED} {_said(leg)}": 1.0 for leg in truth.legs - answer.legs}
    return missed | {f"{FALSE} {_said(leg)}": 1.0 for leg in answer.legs - truth.legs}


def _said(leg: Leg) -> str:
    start, end, mode = leg
    return f"{start} {'>' if mode == 'land' else '~'} {end}"


@dataclass(frozen=True, eq=False)
class Samples:
    """Samples of lines each 5 km: points and bearings, (n, 3), and whether the direction of their line is told."""

    points: Vectors
    bearings: Vectors
    directed: Mask

    @classmethod
    def of(cls, lines: Sequence[Line]) -> Samples:
        """Sample lines."""
        parts = [evenly(line.points, STEP_KM) for line in lines]
        if not parts:
            return cls(np.empty((0, 3)), np.empty((0, 3)), np.empty(0, bool))
        directed = np.repeat([line.directed for line in lines], [len(part) for part in parts])
        return cls(np.concatenate(parts), np.concatenate([_bearings(part) for part in parts]), directed)

    def near(self, other: Samples, km: float, *, along: bool = False) -> Mask:
        """Tell which samples have one of the other lines near, if asked for with both told to run the same way."""
        if not len(self.points) or not len(other.points):
            return np.zeros(len(self.points), bool)
        pairs = cKDTree(self.points).sparse_distance_matrix(cKDTree(other.points), chord(km), output_type="ndarray")
        here, there = pairs["i"], pairs["j"]
        if along:
            cosine = np.einsum("ij,ij->i", self.bearings[here], other.bearings[there])
            here = here[(cosine >= np.cos(np.radians(TURN_DEGREES))) & self.directed[here] & other.directed[there]]
        return np.bincount(here, minlength=len(self.points)) > 0


def joins_countries(lines: Sequence[Line]) -> float:
    """Return the share of the lines at sea whose two ends lie at different countries, NaN where there is none."""
    at_sea = [line.points for line in lines if line.mode == "sea"]
    if not at_sea:
        return float("nan")
    ends = lonlat(np.concatenate([points[[0, -1]] for points in at_sea]))
    codes = nearest_country(ends[:, 0], ends[:, 1], SHORE_KM).reshape(-1, 2)
    return float(np.mean([bool(start and end and start != end) for start, end in codes]))


def _bearings(points: Vectors) -> Vectors:
    look = round(LOOK_KM / STEP_KM)
    row = np.arange(len(points))
    ahead, behind = np.minimum(row + look, len(points) - 1), np.maximum(row - look, 0)
    apart = points[ahead] - points[behind]
    return np.asarray(apart / np.maximum(np.linalg.norm(apart, axis=1, keepdims=True), 1e-12))


def _mean(shares: Mask) -> float:
    return float(shares.mean()) if len(shares) else 0.0
