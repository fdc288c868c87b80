"""The snapshot: everything that a map needs to draw one View of one ledger version and to move its window by itself.

A small manifest (JSON) names larger binary resources by their content, so that a browser keeps what has not changed.
"""

# Texts here are said on the map.

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any, Literal

import numpy as np
import polars as pl

from geodata.core.handling import highest
from geodata.model.incident import is_synthetic
from geodata.model.query import View
from geodata.places.lookup import country_name, town_near
from geodata.spatial.h3_cells import EDGE_KM
from layers.payload.hex_tiles import LEVELS, HexMesh, meshes
from layers.payload.time_steps import MOST, Steps, Unit, day_of_month, going_on
from layers.web.translations import spelt_out
from routes.core.corridor import METHOD_VERSION, Corridor, Line
from routes.core.geodesy import Floats, km_between, unit_vectors
from routes.network.movement_model import Hub, Movement
from routes.pipelines.counting import Directed

_COARSE_TIMES = ("quarter", "year")
_TIMES = ("time_start", "time_end", "time_precision")
HUB_TOWN_KM = 60.0
_SLIVER_KM = 0.05
"""What is shorter is no stretch but the rounding of a place along a line."""

Positions = list[list[float]]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A manifest and the resources that it names.

    Attributes
    ----------
    manifest : dict
        JSON values only.
    resources : mapping of str to bytes
        By file name, ``<sha256>.bin``.
    """

    manifest: Mapping[str, Any]
    resources: Mapping[str, bytes]


@dataclass(frozen=True, eq=False)
class Ground:
    """Incidents counted by step and by hex: what every picture of a View stands on.

    Attributes
    ----------
    calendar : Steps
    counted : DataFrame
        ``incident_id``, ``step`` and ``last`` of those within the steps.
    told : dict
        What the manifest says of them.
    notes : tuple of str
    resources : mapping of str to bytes
        As in ``Snapshot``.
    """

    calendar: Steps
    counted: pl.DataFrame
    told: Mapping[str, Any]
    notes: tuple[str, ...]
    resources: Mapping[str, bytes]


def ground(
    incidents: pl.DataFrame, unit: Unit = "month", levels: Sequence[int] = LEVELS, calendar: Steps | None = None
) -> Ground:
    """Return what the pictures of some incidents stand on.

    Parameters
    ----------
    incidents : DataFrame
        What a View without a window selects; columns of ``geodata.model.incident.SCHEMA``.
    unit : Unit
        Of the steps by which incidents are counted.
    levels : sequence of int
        H3 resolutions of the hexes, coarse to fine.
    calendar : Steps, optional
        The steps; None takes those from the first incident to the last.
    """
    calendar = calendar or Steps.over(incidents["time_start"], unit)
    counted = calendar.counted(incidents.select("incident_id", "cell", *_TIMES))
    placed = counted.drop_nulls("cell")
    resources: dict[str, bytes] = {}
    latest = incidents["time_start"].max()
    told = {
        "synthetic": is_synthetic(incidents),
        "handling": highest(incidents["handling"].drop_nulls().unique()) if "handling" in incidents.columns else "",
        "incidents": incidents.height,
        "latest": latest.astimezone(UTC).isoformat() if isinstance(latest, datetime) else None,
        "unit": unit,
        "first": calendar.first,
        "edges": calendar.edges.tolist(),
        "totals": np.bincount(counted["step"].to_numpy(), minlength=len(calendar)).tolist(),
        "lasting": [list(span) for span in going_on(counted).select("first", "last", "count").iter_rows()],
        "kinds": _counted(incidents, "kind"),
        "sources": _counted(incidents, "source"),
        "levels": [_level(mesh, resources) for mesh in meshes(placed, levels)],
    }
    kept = counted.select("incident_id", "step", "last")
    return Ground(calendar, kept, told, _notes(incidents, calendar), resources)


def snapshot(below: Ground, view: View, version: int, routes: Directed | None = None) -> Snapshot:
    """Return the snapshot of a View without a window.

    Parameters
    ----------
    below : Ground
        Of the incidents that the View selects.
    view : View
        Whose window is empty.
    version : int
        Version of the ledger.
    routes : Directed, optional
        What these incidents come to on the network; None while there is no network yet.
    """
    corridors = _features(routes, routes.corridors, "routes", below) if routes else []
    corridors += _features(routes, routes.dense, "ridges", below) if routes else []
    moved = routes.movement if routes else Movement()
    return Snapshot(
        manifest={
            **below.told,
            "version": version,
            "query": view.query(),
            "method_version": routes.method_version if routes else METHOD_VERSION,
            "stage": "routes" if routes else "hexes",
            "routed": routes is not None,
            "off": routes.off if routes else None,
            "facts": moved.facts_version or None,
            "hubs": [_hub(hub) for hub in moved.hubs],
            "landings": {landing.name: round(landing.flow, 1) for landing in moved.landings},
            "corridors": corridors,
            "countries": _names(corridors),
            "edge_km": list(EDGE_KM),
            "notes": list(dict.fromkeys((*(routes.notes if routes else ()), *below.notes))),
        },
        resources=below.resources,
    )


def _features(
    routes: Directed, shown: Sequence[Corridor], layer: Literal["routes", "ridges"], below: Ground
) -> list[dict[str, Any]]:
    """Return corridors as they are drawn, each with ``counts``: the day on which a step begins, its incidents.

    Months are known of each corridor, finer steps by what belongs to it.
    ``lasting`` are days on which the first and the last of the steps begin at whose beginning so many are under way.
    """
    calendar, counted = below.calendar, below.counted
    counts = {
        corridor.corridor_id: [[day_of_month(month), number] for month, number in sorted(corridor.months.items())]
        for corridor in shown
    }
    lasting: dict[str, list[list[int]]] = {corridor_id: [] for corridor_id in counts}
    finer = calendar.unit in MOST
    if shown and (finer or counted["last"].gt(counted["step"]).any()):
        lying = routes.assignments if layer == "routes" else routes.in_dense_areas
        belong = lying.select("incident_id", "corridor_id").join(counted, on="incident_id")
        for corridor_id, *span in going_on(belong, "corridor_id").iter_rows():
            lasting[corridor_id].append(_days(calendar, *span))
        if finer:
            counts = {corridor_id: [] for corridor_id in counts}
            for corridor_id, step, number in belong.group_by("corridor_id", "step").len().sort("step").iter_rows():
                counts[corridor_id].append([int(calendar.edges[step]), number])
    return [
        _drawn(corridor, layer) | {"counts": counts[corridor.corridor_id], "lasting": lasting[corridor.corridor_id]}
        for corridor in shown
    ]


def _days(calendar: Steps, first: int, last: int, count: int) -> list[int]:
    return [int(calendar.edges[first]), int(calendar.edges[last]), count]


def _level(hexmesh: HexMesh, resources: dict[str, bytes]) -> dict[str, Any]:
    """Store the resources of one level and return its entry in the manifest."""
    return {
        "resolution": hexmesh.resolution,
        "hexes": len(hexmesh.cells),
        "entries": len(hexmesh.steps),
        "corners": _stored(hexmesh.corners.astype("<i4").tobytes(), resources),
        "cells": _stored(hexmesh.cells.astype("<u8").tobytes(), resources),
        "counts": _stored(hexmesh.counts_bytes(), resources),
        "lasting": _stored(hexmesh.lasting.astype("<u4").tobytes(), resources) if len(hexmesh.lasting) else None,
    }


def _stored(content: bytes, resources: dict[str, bytes]) -> str:
    name = f"{hashlib.sha256(content).hexdigest()}.bin"
    resources[name] = content
    return f"/data/r/{name}"


def _hub(hub: Hub) -> dict[str, Any]:
    town = town_near(hub.lon, hub.lat, HUB_TOWN_KM)
    return {
        "lon": round(hub.lon, 3),
        "lat": round(hub.lat, 3),
        "iso3": hub.iso3,
        "name": town.name if town else country_name(hub.iso3),
        "leaving": round(hub.leaving, 1),
        "landing": round(hub.landing, 1),
    }


def _drawn(corridor: Corridor, layer: Literal["routes", "ridges"]) -> dict[str, Any]:
    """Return a corridor as a GeoJSON feature with what only a picture needs.

    ``layer`` tells whether it is a route or a dense area. ``stretches`` are its observed and its inferred lines, null
    where all is observed.
    """
    feature = corridor.feature()
    basis = spelt_out(corridor.direction_basis) or None
    feature["properties"] |= {"layer": layer, "direction_basis": basis}
    return feature | {"stretches": _stretches(corridor) if corridor.bridges else None}


def _stretches(corridor: Corridor) -> dict[str, list[Positions]]:
    """Return a line cut at the ends of its bridges, and at 180 degrees where it was cut before."""
    parts = _measured(corridor.lines)
    cuts = [0.0, *(km for bridge in corridor.bridges for km in bridge), float(parts[-1][1][-1])]
    spans = list(pairwise(cuts))
    pieces: dict[str, list[Positions]] = {}
    for name, own in (("observed", spans[::2]), ("inferred", spans[1::2])):
        cut = [_piece(line, along, span) for span in own for line, along in parts]
        pieces[name] = [piece for piece in cut if piece]
    return pieces


def _measured(lines: Iterable[Line]) -> list[tuple[Line, Floats]]:
    """Return the parts of a line, each with the distance of its points from the first point of all, km."""
    parts, begin = [], 0.0
    for line in lines:
        points = unit_vectors(line[:, 0], line[:, 1])
        along = begin + np.concatenate([[0.0], np.cumsum(km_between(points[:-1], points[1:]))])
        parts.append((line, along))
        begin = float(along[-1])
    return parts


def _piece(line: Line, along: Floats, span: tuple[float, float]) -> Positions:
    """Return what of a part lies between two distances; nothing if that is a sliver."""
    start, end = max(span[0], float(along[0])), min(span[1], float(along[-1]))
    if end - start < _SLIVER_KM:
        return []
    places = np.concatenate([[start], along[(along > start) & (along < end)], [end]])
    lon, lat = (np.interp(places, along, line[:, axis]) for axis in (0, 1))
    piece: Positions = np.round(np.column_stack([lon, lat]), 5).tolist()
    return piece


def _names(features: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    codes = {country["iso3"] for feature in features for country in feature["properties"]["countries"]}
    return {code: country_name(code) for code in sorted(codes)}


def _counted(incidents: pl.DataFrame, column: str) -> list[dict[str, Any]]:
    """Return the values of a column with their numbers of incidents, most first."""
    counted = (
        incidents.group_by(column).agg(pl.len().alias("incidents")).sort("incidents", column, descending=[True, False])
    )
    return [{"name": name, "incidents": number} for name, number in counted.drop_nulls().iter_rows()]


def _notes(incidents: pl.DataFrame, calendar: Steps) -> tuple[str, ...]:
    """Return what counting by these steps makes of some incidents."""
    finer = calendar.unit in MOST
    coarse = incidents.filter(pl.col("time_precision").is_in(("month", *_COARSE_TIMES) if finer else _COARSE_TIMES))
    notes = []
    if coarse.height:
        are = "incident is" if coarse.height == 1 else "incidents are"
        when = "month, quarter or year only, and counted on its first day" if finer else ""
        notes.append(
            f"{coarse.height:,} {are} dated to a {when or 'quarter or year only, and counted in its first month'}."
        )
    if finer and len(calendar) == MOST[calendar.unit]:
        notes.append(f"The latest {len(calendar):,} {calendar.unit}s are shown; choose months for what lies before.")
    return tuple(notes)
