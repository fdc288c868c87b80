"""Real incidents whose route is labelled, and whether the systems of lines that we find keep the labels apart.

The labels are those of the IOM's Missing Migrants Project; partly geographic and partly about intent, so that no
geometry can reach one. They are withheld from the method, and from the rules that tell land from sea.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree
from sklearn.metrics import adjusted_rand_score, v_measure_score

from benchmarks.corridors.clusters import clustered
from benchmarks.corridors.networks import STEP_KM, TOUCH_KM, evenly
from benchmarks.corridors.report import table
from geodata.ingest.validation import check
from geodata.mapping.profiles import mapped, profile_for
from geodata.model.incident import Mode
from geodata.parsing.transport_mode import with_modes
from geodata.readers.dispatch import read_file
from geodata.spatial.h3_cells import cells_at
from routes.attribution.incident_assignment import NONE, assigned
from routes.core.geodesy import chord, unit_vectors
from routes.core.params import RIDGES
from routes.ridges.centrelines import Centreline, Scale, centrelines_of

FEWEST = 100
"""A label that fewer incidents bear is left out."""

LEVELS = {"fine": 5, "coarse": 4}
REACHES_KM = 50.0, 100.0, 150.0
HEX_RESOLUTIONS = 1, 2
MODES: tuple[Mode, ...] = ("land", "sea")
MISSING = (
    "The labelled incidents (the IOM's Missing Migrants files) are not beside this checkout, so this part was left out."
)

Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Agreement:
    """How well groups agree with labels.

    Attributes
    ----------
    groups : int
    assigned : float, share
        Of the incidents that have a group.
    purity, rand, v : float
        Among the incidents that have a group.
    rand_all, v_all : float
        Among all, those without a group being one group.
    """

    groups: int
    assigned: float
    purity: float
    rand: float
    v: float
    rand_all: float
    v_all: float


def section(folder: Path) -> str:
    """Return the table of the newest edition in a folder, or the sentence that there is none."""
    editions = sorted(folder.glob("*.xlsx"))
    if not editions:
        return MISSING
    incidents = labelled(editions[-1])
    labels = incidents["route_label"].to_numpy()
    rows = [[name, *_written(agreement(groups, labels))] for name, groups in groupings(incidents).items()]
    head = ["grouping", "groups", "assigned", "purity", "ARI", "V", "ARI, all", "V, all"]
    said = (
        f"{incidents.height:,} incidents under {len(set(labels))} labels that at least {FEWEST} bear; labels withheld."
        " ARI and V of the incidents that a line has, and of all, the others being one group."
    )
    return said + "\n\n" + table(head, rows)


def labelled(path: Path) -> pl.DataFrame:
    """Return the labelled incidents of a file, with the mode that is told without the label."""
    reading = read_file(path)
    profile = profile_for(reading)
    rows = pl.concat([mapped(chunk.table, profile) for chunk in reading.chunks]).with_columns(fingerprint=pl.lit(""))
    incidents = check(rows, profile, profile.mapping(list(reading.columns)), datetime.now(UTC)).incidents
    known = incidents.filter(pl.col("route_label").is_not_null() & (pl.len().over("route_label") >= FEWEST))
    told = with_modes(known.with_columns(pl.lit(None, pl.String).alias("route_label")))
    with_labels = told.with_columns(known["route_label"])
    return with_labels.select("lon", "lat", "time_start", "mode", "route_label").drop_nulls()


def groupings(incidents: pl.DataFrame) -> dict[str, Integers]:
    """Return the group of each incident, -1 for none, by the name of what groups them."""
    found: dict[str, Integers] = {}
    for name, resolution in LEVELS.items():
        line, system = _by_line_and_system(incidents, resolution)
        found[f"ours, {name}, systems"] = system
        found[f"ours, {name}, lines"] = line
    lon, lat = incidents["lon"].to_numpy(), incidents["lat"].to_numpy()
    for reach in REACHES_KM:
        found[f"DBSCAN, {reach:.0f} km"] = clustered(unit_vectors(lon, lat), reach)
    for resolution in HEX_RESOLUTIONS:
        cells = cells_at(lon, lat, resolution)
        found[f"H3, resolution {resolution}"] = np.unique(cells, return_inverse=True)[1].ravel().astype(np.int64)
    return found


def agreement(groups: Integers, labels: NDArray[np.object_]) -> Agreement:
    """Return how well groups, -1 for none, agree with labels."""
    has = groups != NONE
    own, its = groups[has], labels[has]
    counted = pl.DataFrame({"group": own, "label": its.astype(str)}).group_by("group", "label").len()
    largest = counted.group_by("group").agg(pl.col("len").max())["len"].sum()
    return Agreement(
        len(np.unique(own)),
        float(has.mean()),
        float(largest) / max(len(own), 1),
        float(adjusted_rand_score(its, own)),
        float(v_measure_score(its, own)),
        float(adjusted_rand_score(labels, groups)),
        float(v_measure_score(labels, groups)),
    )


def systems(lines: Sequence[Centreline]) -> Integers:
    """Return the number of the system of each line: lines that touch are one."""
    if not lines:
        return np.empty(0, dtype=np.int64)
    samples = [evenly(line.points, STEP_KM) for line in lines]
    owner = np.repeat(np.arange(len(lines)), list(map(len, samples)))
    touching = owner[cKDTree(np.concatenate(samples)).query_pairs(chord(TOUCH_KM), output_type="ndarray")]
    graph = csr_array((np.ones(len(touching)), tuple(touching.T)), shape=(len(lines), len(lines)))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)


def _by_line_and_system(incidents: pl.DataFrame, resolution: int) -> tuple[Integers, Integers]:
    """Return the line and the system of each incident; those of one mode after those of the other."""
    line = np.full(incidents.height, NONE, dtype=np.int64)
    system = line.copy()
    for mode in MODES:
        rows = np.flatnonzero((incidents["mode"] == mode).to_numpy())
        some = incidents[rows]
        lines = centrelines_of(
            some.select("lon", "lat", "time_start"), mode, Scale.at(resolution, RIDGES.lengths), RIDGES
        )
        own = assigned(unit_vectors(some["lon"].to_numpy(), some["lat"].to_numpy()), lines).line
        has = own != NONE
        line[rows[has]] = own[has] + line.max() + 1
        system[rows[has]] = systems(lines)[own[has]] + system.max() + 1
    return line, system


def _written(one: Agreement) -> list[str]:
    shares = (one.assigned, one.purity, one.rand, one.v, one.rand_all, one.v_all)
    return [str(one.groups), *(f"{share:.3f}" for share in shares)]
