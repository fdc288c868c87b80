"""Whether a finding fits a watch-list, and whether two findings tell of one change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import shapely

from desk.watch.model import CONFIDENCES, Area, WatchList
from routes.core.geodesy import Floats
from routes.temporal.alarms import SAME_CHANGE_MONTHS
from routes.temporal.findings import Finding

Lines = Mapping[str, Sequence[Floats]]
"""Of each route by its id, the lines that it is drawn with, (n, 2), lon and lat in degrees."""
_OF_ROUTES = ("route", "branch")
"""Levels whose findings lie along the lines of their routes; a known route has some in several seas."""
_EVERYWHERE = ("all", "mode")
_NOTHING_USUAL = 0.05
"""Incidents a month that are written as 0."""


def fits(watch: WatchList, finding: Finding, lines: Lines) -> bool:
    """Tell whether a finding is of what a watch-list watches."""
    if watch.modes and finding.mode not in watch.modes:
        return False
    if not kinds_of(finding) & set(watch.kinds) or finding.incidents < watch.least_incidents:
        return False
    if CONFIDENCES.index(finding.confidence) < CONFIDENCES.index(watch.least_confidence):
        return False
    return _is_there(watch, finding, lines)


def kinds_of(finding: Finding) -> set[str]:
    """Return which of ``desk.watch.model.KINDS`` a finding is."""
    if finding.direction == "fewer":
        return {"fall"}
    return {"rise", "new"} if finding.usual < _NOTHING_USUAL else {"rise"}


def same_change(node: str, direction: str, since: str, finding: Finding) -> bool:
    """Tell whether a finding is of a change that is known by its place, direction and first month.

    The first month may come to lie elsewhere as reports come in; what begins no more than ``SAME_CHANGE_MONTHS`` from
    it is the same change, as it is for the alarms themselves.
    """
    alike = (node, direction) == (finding.node_id, finding.direction)
    return alike and abs(_month(since) - _month(finding.since)) <= SAME_CHANGE_MONTHS


def _is_there(watch: WatchList, finding: Finding, lines: Lines) -> bool:
    if not (watch.areas or watch.routes or watch.countries or watch.pairs):
        return True
    if finding.level in _EVERYWHERE:
        return False
    if finding.level == "route" and set(finding.corridor_ids) & set(watch.routes):
        return True
    if set(finding.countries) & set(watch.countries) or _leads(watch, finding):
        return True
    return any(lies_in(area, finding, lines) for area in watch.areas)


def _leads(watch: WatchList, finding: Finding) -> bool:
    """Tell whether it is of routes from one country of a pair to the other."""
    codes = finding.countries
    return finding.level in _OF_ROUTES and bool(codes) and (codes[0], codes[-1]) in watch.pairs


def lies_in(area: Area, finding: Finding, lines: Lines) -> bool:
    """Tell whether the middle of a finding's incidents lies in an area, or a line of its routes goes there.

    Of a country or a known route that is the middle alone; what is told of a whole mode lies nowhere.
    """
    shape = shapely.Polygon(area.corners)
    if finding.box is not None and shapely.intersects_xy(shape, *finding.at):
        return True
    if finding.level not in _OF_ROUTES:
        return False
    drawn = (line for corridor_id in finding.corridor_ids for line in lines.get(corridor_id, ()))
    return any(len(line) > 1 and shape.intersects(shapely.LineString(line)) for line in drawn)


def _month(text: str) -> int:
    return int(text[:4]) * 12 + int(text[5:7])
