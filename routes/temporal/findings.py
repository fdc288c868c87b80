"""FINDINGS: changes as every page, file, link and message tells them, with the same id, name and counts.

A finding is an alarm at a node of the hierarchy with what an analyst asks next: where, since when, how many against
what is usual, who reported it, and whether it would stand without each of them.
"""

# Texts here are said on the map.
# Texts here are said in reports.

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from geodata.core.messages import Sentence, mark, sentence
from geodata.model.incident import SYNTHETIC_SOURCE
from routes.core.corridor import Corridor
from routes.core.geodesy import lonlat, normalised, unit_vectors
from routes.temporal.alarms import Alarm, Confidence, Direction, Watch
from routes.temporal.hierarchy import Level
from routes.temporal.series import Series
from routes.temporal.time_windows import Window

VERDICTS = {
    ("more", False): mark("clear rise"),
    ("more", True): mark("possible rise"),
    ("fewer", False): mark("clear fall"),
    ("fewer", True): mark("possible fall"),
}
"""By direction, and whether confidence is low."""
RECENT_MONTHS = 12
"""Months in which a change that was told is recent."""
MOST_SOURCES = 6
"""What delivers that is named; the rest is summed."""
_DECIMALS = 4


@dataclass(frozen=True, slots=True)
class Finding:
    """A change at a node.

    Attributes
    ----------
    finding_id : str
        Of the node, the direction and the month since when: the same wherever it is told.
    node_id, level, name, mode
        Of the node (``routes.temporal.hierarchy.Node``).
    direction : str
        more or fewer.
    since, detected, last : str
        Months: the first at the new rate, that after which it could be known, and the last in which it stood.
    rate, usual : float
        Incidents a month since, up to when it was detected, and before, of what delivered in both.
    incidents : int
        Reported in the months from ``since`` to ``detected``.
    confidence : str
        high, medium or low.
    sources : tuple of (str, int)
        What delivered them, most first.
    rests_on : tuple of str
        Those without whom it would not stand.
    countries : tuple of ISO 3166-1 alpha-3 codes
    box : (west, south, east, north) or None, degrees
        Around those incidents; None where there are none.
    at : (lon, lat), degrees
    corridor_ids : tuple of str
        Of the routes at and below the node.
    evidence : float
        Natural logarithm of the e-value: for files, never for a screen.
    synthetic : bool
    """

    finding_id: str
    node_id: str
    level: Level
    name: str
    mode: str | None
    direction: Direction
    since: str
    detected: str
    last: str
    rate: float
    usual: float
    incidents: int
    confidence: Confidence
    sources: tuple[tuple[str, int], ...]
    rests_on: tuple[str, ...]
    countries: tuple[str, ...]
    box: tuple[float, float, float, float] | None
    at: tuple[float, float]
    corridor_ids: tuple[str, ...]
    evidence: float
    synthetic: bool

    @property
    def verdict(self) -> str:
        """Return the verdict in words: clear, or possible where confidence is low."""
        return VERDICTS[self.direction, self.confidence == "low"]

    @property
    def sentence(self) -> Sentence:
        """Return what a screen tells: "More reported than usual since 2021-08: 14 incidents a month, 3 before.".

        Seasons and late reports are allowed for in what is usual; where the bare numbers do not show the change, it
        says so.
        """
        rate, usual = _a_month(self.rate), _a_month(self.usual)
        told = {"since": self.since, "rate": rate, "usual": usual}
        if not (rate > usual if self.direction == "more" else rate < usual):
            return self._allowed_for(told)
        if self.direction == "more":
            return sentence("More reported than usual since {since}: {rate} incidents a month, {usual} before.", **told)
        return sentence("Fewer reported than usual since {since}: {rate} incidents a month, {usual} before.", **told)

    def _allowed_for(self, told: Mapping[str, Any]) -> Sentence:
        """Return the sentence for a change that season and late reports hide from the bare numbers."""
        if self.direction == "more":
            return sentence(
                "More reported than usual since {since}, for the season and for what has arrived: "
                "{rate} incidents a month, {usual} before.",
                **told,
            )
        return sentence(
            "Fewer reported than usual since {since}, for the season and for what has arrived: "
            "{rate} incidents a month, {usual} before.",
            **told,
        )

    def properties(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "finding_id": self.finding_id,
            "node_id": self.node_id,
            "level": self.level,
            "name": str(self.name),
            "mode": self.mode,
            "direction": self.direction,
            "verdict": str(self.verdict),
            "since": self.since,
            "detected_in": self.detected,
            "last_seen": self.last,
            "a_month": round(self.rate, 2),
            "usual_a_month": round(self.usual, 2),
            "incidents": self.incidents,
            "confidence": self.confidence,
            "sentence": str(self.sentence),
            "sources": [{"name": name, "incidents": number} for name, number in self.sources],
            "rests_on": list(self.rests_on),
            "countries": list(self.countries),
            "box": None if self.box is None else list(self.box),
            "at": list(self.at),
            "corridor_ids": list(self.corridor_ids),
            "log_e_value": round(self.evidence, 3),
            "synthetic": self.synthetic,
        }


def findings_of(series: Series, routes: Sequence[Corridor]) -> list[Finding]:
    """Return every change that could be known, the latest first.

    Parameters
    ----------
    series : Series
    routes : sequence of Corridor
        Of the network.
    """
    counts = series.counts[:, :, : series.over]
    if not counts.size:
        return []
    watch = Watch(series.tree, counts, series.known.until(series.over), series.placed.alike)
    found = [_finding(alarm, series, routes) for alarm in watch.alarms()]
    return sorted(found, key=lambda one: (one.detected, one.evidence, one.finding_id), reverse=True)


def recent_from(known: Window) -> str:
    """Return the first of the last ``RECENT_MONTHS`` months that are known: what stood last before it is no news."""
    return known.months[-RECENT_MONTHS:][0]


def recent(found: Iterable[Finding], known: Window) -> list[Finding]:
    """Return the changes that could be known in the last ``RECENT_MONTHS`` months, or that still stand in them."""
    return [one for one in found if one.last >= recent_from(known)]


def _finding(alarm: Alarm, series: Series, routes: Sequence[Corridor]) -> Finding:
    node, months, incidents = series.tree.nodes[alarm.node], series.months, series.incidents
    rows = series.placed.rows_of(alarm.node)
    inside = rows[(series.month[rows] >= alarm.since) & (series.month[rows] <= alarm.detected)]
    around = inside if inside.size else rows
    delivered = np.bincount(series.group[inside], minlength=len(series.groups))
    order = [at for at in np.argsort(-delivered, kind="stable").tolist() if delivered[at]]
    synthetic = "source" in incidents.columns and bool((incidents["source"][around] == SYNTHETIC_SOURCE).any())
    box, middle = _around(incidents[around])
    return Finding(
        f"{node.node_id}:{alarm.direction}:{months[alarm.since]}",
        node.node_id,
        node.level,
        node.name,
        node.mode,
        alarm.direction,
        months[alarm.since],
        months[alarm.detected],
        months[alarm.last],
        alarm.rate,
        alarm.usual,
        int(inside.size),
        alarm.confidence,
        tuple((series.groups[at], int(delivered[at])) for at in order[:MOST_SOURCES]),
        tuple(series.groups[at] for at in alarm.needs),
        node.countries,
        box,
        middle,
        tuple(routes[number].corridor_id for number in node.routes),
        alarm.evidence,
        synthetic,
    )


def _around(incidents: pl.DataFrame) -> tuple[tuple[float, float, float, float] | None, tuple[float, float]]:
    """Return the box of incidents and their middle, degrees; a box across 180 degrees ends east of 180."""
    placed = incidents.select(pl.col("lon", "lat").cast(pl.Float64).fill_nan(None)).drop_nulls()
    if placed.is_empty():
        return None, (0.0, 0.0)
    lon, lat = placed["lon"].to_numpy(), placed["lat"].to_numpy()
    ((middle_lon, middle_lat),) = lonlat(normalised(unit_vectors(lon, lat).mean(axis=0)[None, :]))
    if np.ptp(lon) > 180:
        lon = np.where(lon < 0, lon + 360, lon)
    box = (lon.min(), lat.min(), lon.max(), lat.max())
    west, south, east, north = (round(float(edge), _DECIMALS) for edge in box)
    return (west, south, east, north), (round(float(middle_lon), _DECIMALS), round(float(middle_lat), _DECIMALS))


def collection(findings: Iterable[Finding], routes: Sequence[Corridor]) -> dict[str, Any]:
    """Return findings as a GeoJSON FeatureCollection (RFC 7946): the lines of their routes, else the box around."""
    lines = {route.corridor_id: [line.round(_DECIMALS).tolist() for line in route.lines] for route in routes}
    return {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "geometry": _geometry(one, lines), "properties": one.properties()} for one in findings
        ],
    }


def _geometry(finding: Finding, lines: dict[str, list[Any]]) -> dict[str, Any] | None:
    own = [line for corridor_id in finding.corridor_ids for line in lines.get(corridor_id, ())]
    if own and finding.level in ("route", "branch", "known route"):
        return {"type": "MultiLineString", "coordinates": own}
    if finding.box is None:
        return None
    west, south, east, north = finding.box
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def _a_month(rate: float) -> float:
    """Return a rate as people say it: 0.3, 3.4, 14."""
    rounded = round(rate) if rate >= 10 else round(rate, 1)
    return int(rounded) if rounded == int(rounded) else rounded
