"""The snapshot that an audience may see: coarser hexes and steps, rounded counts, of a route only what is listed.

What is not put in here is not in the file or page that is made from it.
"""

# Texts here are said on the map.

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Final

import numpy as np
import polars as pl

from geodata.model.incident import is_synthetic
from geodata.model.query import View
from geodata.spatial import h3_cells as hexes
from layers.audience.audiences import Audience
from layers.audience.suppression import rounded, shown, totals
from layers.payload.hex_tiles import LEVELS
from layers.payload.snapshot import Ground, Snapshot, ground, snapshot
from layers.payload.time_steps import Steps
from routes.core.corridor import Corridor
from routes.pipelines.counting import Directed

_OF_A_ROUTE: Final = (
    *("corridor_id", "system_id", "name", "mode", "route", "layer", "direction", "basis"),
    *("length_km", "inferred", "inferred_km", "bridges", "support", "confidence", "detail", "synthetic"),
    *("incidents", "method_version"),
)
"""What of a route tells of no single incident: its line was drawn from all of them."""
ByStep = dict[str, list[tuple[int, int]]]
"""Step and count of each corridor, by its id."""
_TIMES = ("time_start", "time_end", "time_precision")


@dataclass(frozen=True, slots=True)
class Disclosed:
    """What an audience sees, and how much it does not.

    Attributes
    ----------
    snapshot : Snapshot
    incidents : int
        In the totals that are shown.
    in_hexes : int
        Of these, in hexes that are shown.
    """

    snapshot: Snapshot
    incidents: int
    in_hexes: int

    @property
    def withheld(self) -> float:
        """Return the share of incidents that no shown hex counts, 0..1."""
        # Counts that were rounded up may hold more in hexes than there are.
        return max(0.0, 1 - self.in_hexes / self.incidents) if self.incidents else 0.0


def disclosed(incidents: pl.DataFrame, routes: Directed, view: View, version: int, audience: Audience) -> Disclosed:
    """Return what an audience may see of a View.

    Parameters
    ----------
    incidents : DataFrame
        What the View selects and the audience's ceiling allows.
    routes : Directed
        What these incidents come to on the network.
    view : View
    version : int
        Of the ledger.
    audience : Audience
    """
    levels = [level for level in LEVELS if level <= audience.resolution]
    if audience.sees_all:
        below = ground(incidents, audience.step, levels)
        made = snapshot(below, view, version, routes)
        manifest = {**made.manifest, "kinds": [], "sources": []}
        return Disclosed(replace(made, manifest=manifest), incidents.height, incidents["cell"].count())
    calendar = _told_of(Steps.over(incidents["time_start"], audience.step), incidents, audience.least)
    counted = calendar.counted(incidents.select("incident_id", "cell", *_TIMES)).with_columns(
        pl.col("step").alias("last")
    )
    counted = counted.filter(pl.col("step") < len(calendar))  # later ones would all be one step
    cells = _coarsened(counted["cell"], audience.resolution)
    table = counted.with_columns(cells.alias("group")).group_by("group", "step").agg(pl.len().alias("count"))
    whole, allowed = totals(table, audience.least), shown(table, audience.least)
    whole = {step: rounded(count, audience.unit) for step, count in whole.items()}
    allowed = allowed.with_columns(rounded(pl.col("count"), audience.unit))
    below = ground(_of_hexes(incidents, calendar, allowed), audience.step, [audience.resolution], calendar)
    below = _retold(below, calendar, whole, synthetic=is_synthetic(incidents))
    own = {
        "routes": _by_step(routes.assignments, counted, audience),
        "ridges": _by_step(routes.in_dense_areas, counted, audience),
    }
    made = snapshot(below, view, version, _only_shown(routes, incidents, own, audience.least))
    manifest = {**made.manifest, "notes": [], **_lines(made.manifest, own, calendar, audience)}
    return Disclosed(replace(made, manifest=manifest), sum(whole.values()), int(allowed["count"].sum()))


def _told_of(calendar: Steps, incidents: pl.DataFrame, least: int) -> Steps:
    """Return the steps from the first to the last of which a total may be shown.

    That there is a step at all would tell that something is in it.
    """
    enough = np.flatnonzero(np.bincount(calendar.of(incidents["time_start"]), minlength=1) >= least)
    edges = calendar.edges[enough[0] : enough[-1] + 2] if len(enough) else calendar.edges[:0]
    return Steps(calendar.unit, edges)


def _only_shown(routes: Directed, incidents: pl.DataFrame, own: Mapping[str, ByStep], least: int) -> Directed:
    """Return the routes and dense areas that may be shown, with what may be shown of them, most incidents first."""

    def kept(some: Sequence[Corridor], layer: str) -> tuple[Corridor, ...]:
        found = [
            replace(
                one,
                incidents=sum(count for _, count in own[layer][one.corridor_id]),
                bridges=_bridges(one, incidents, least) if one.bridges and layer == "routes" else (),
            )
            for one in some
            if one.corridor_id in own[layer]
        ]
        return tuple(sorted(found, key=lambda one: (-one.incidents, one.corridor_id)))

    return replace(routes, corridors=kept(routes.corridors, "routes"), dense=kept(routes.dense, "ridges"))


def _bridges(route: Corridor, incidents: pl.DataFrame, least: int) -> tuple[tuple[float, float], ...]:
    """Return the inferred stretches of a route, and with them those that too few incidents support.

    A short observed stretch between two inferred ones would tell where a single incident is.
    """
    lying = incidents.filter(pl.col("corridor_id") == route.corridor_id)["along"].to_numpy()
    cuts = [0.0, *(km for bridge in route.bridges for km in bridge), route.length_km]
    few = [
        (start, end)
        for start, end in list(pairwise(cuts))[::2]
        if ((lying >= start) & (lying <= end)).sum() < least and end > start
    ]
    joined: list[tuple[float, float]] = []
    for start, end in sorted([*route.bridges, *few]):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return tuple(joined)


def _coarsened(cells: pl.Series, resolution: int) -> pl.Series:
    """Return cells at a resolution at most; null for what has none, or is known more coarsely than that."""
    placed = cells.drop_nulls()
    own = placed.to_numpy()
    fine = hexes.resolutions(own) >= resolution
    rolled = np.where(fine, hexes.parents(own, resolution), 0) if len(own) else own
    found = np.zeros(len(cells), np.uint64)
    found[cells.is_not_null().to_numpy()] = rolled
    return pl.Series(found, dtype=pl.UInt64).replace(0, None)


def _of_hexes(incidents: pl.DataFrame, calendar: Steps, allowed: pl.DataFrame) -> pl.DataFrame:
    """Return rows like incidents, so many in each hex and step as may be shown there, with nothing else of any."""
    days = pl.Series(calendar.edges[:-1].astype(np.int32)).cast(pl.Date).cast(incidents.schema["time_start"])
    rows = allowed.select(pl.col("group", "step").repeat_by("count").explode())
    starts = days.gather(rows["step"]) if rows.height else pl.Series([], dtype=incidents.schema["time_start"])
    known = {"cell": rows["group"], "time_start": starts}
    bare = {
        name: known.get(name, pl.Series([None] * rows.height, dtype=kind)) for name, kind in incidents.schema.items()
    }
    return pl.DataFrame(bare, schema=incidents.schema).with_columns(
        pl.lit("month").cast(incidents.schema["time_precision"]).alias("time_precision"),
        pl.int_range(pl.len()).cast(pl.String).alias("incident_id"),
    )


def _retold(below: Ground, calendar: Steps, whole: Mapping[int, int], *, synthetic: bool) -> Ground:
    """Return the ground with the totals that may be shown, those of incidents without a place among them."""
    counted = [whole.get(step, 0) for step in range(len(calendar))]
    told = {
        **below.told,
        "synthetic": synthetic,
        "incidents": sum(counted),
        "latest": None,
        "totals": counted,
    }
    return replace(below, told=told, notes=())


def _lines(
    manifest: Mapping[str, Any], own: Mapping[str, ByStep], calendar: Steps, audience: Audience
) -> dict[str, Any]:
    """Return the lines and hubs that may be shown, with the counts that may be."""
    corridors = []
    for feature in manifest["corridors"]:
        told = feature["properties"]
        days = [[int(calendar.edges[step]), count] for step, count in own[told["layer"]][told["corridor_id"]]]
        corridors.append({**feature, "properties": _allowed(told), "counts": days, "lasting": []})
    hubs = [_rounded(hub, audience.unit) for hub in manifest["hubs"] if _flow(hub) >= audience.least]
    return {
        "corridors": corridors,
        "hubs": [hub for hub in hubs if _flow(hub)],
        "landings": {},
        "off": None,
    }


def _by_step(lying: pl.DataFrame, counted: pl.DataFrame, audience: Audience) -> ByStep:
    """Return step and count of each corridor, as far as they may be shown."""
    table = (
        counted.select("incident_id", "step")
        .join(lying.select("incident_id", "corridor_id"), on="incident_id", how="left")
        .group_by(pl.col("corridor_id").alias("group"), "step")
        .agg(pl.len().alias("count"))
    )
    found: ByStep = {}
    for group, step, count in shown(table, audience.least).iter_rows():
        found.setdefault(group, []).append((step, rounded(count, audience.unit)))
    return found


def _allowed(told: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **{name: told[name] for name in _OF_A_ROUTE},
        "people": None,
        "band_km": 0.0,
        "direction_basis": None,
        "passing": 0.0,
        "flow": float(told["incidents"]),
        "months": {},
        "origins": {},
        "destinations": {},
        "countries": [{"iso3": one["iso3"], "role": one["role"]} for one in told["countries"]],
    }


def _flow(hub: Mapping[str, Any]) -> float:
    return float(hub["leaving"] + hub["landing"])


def _rounded(hub: Mapping[str, Any], unit: int) -> dict[str, Any]:
    """Return a hub with its weight in multiples of a unit."""
    return {**hub, **{name: rounded(float(hub[name]), unit) for name in ("leaving", "landing")}}
