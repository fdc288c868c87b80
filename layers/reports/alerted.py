"""A change as a message tells it, which leaves by lines that others can read: no more than partners may know.

Counts are those of the partner audience; where what went in is marked above its ceiling, the message says that alone.
Places in links are whole degrees.
"""

# Texts here are said on the map.

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, urlencode

from geodata.core.handling import HANDLING_MARKS, highest
from geodata.core.messages import mark
from geodata.model.query import View
from layers.audience.audiences import AUDIENCES
from layers.audience.suppression import rounded
from layers.reports.told import route_title
from layers.web.translations import SOURCE, Words, words
from routes.temporal.findings import Finding
from routes.temporal.series import Series

_READER: Final = AUDIENCES["partner"]
_SURE: Final = {
    "high": mark("high confidence"),
    "medium": mark("medium confidence"),
    "low": mark("low confidence"),
}
_FARTHEST, _NEAREST = 3, 7
"""Zooms of the map."""
_SEEN_AT_ZERO: Final = 1080.0
"""Degrees of longitude that a window of some 800 pixels would show at zoom 0."""


@dataclass(frozen=True, slots=True)
class Told:
    """A change in words: a title, a sentence, the address of the map that shows it, and what that link is called."""

    title: str
    text: str
    link: str
    label: str


def alerted(finding: Finding, marking: str, view: View, language: str) -> Told:
    """Return what a message says of a change.

    Parameters
    ----------
    finding : Finding
    marking : str
        The highest handling mark of the incidents that it tells of, "" for none.
    view : View
        Whose finding it is.
    language : str
        One of ``layers.web.translations.languages``.
    """
    spoken = words(language)
    label = spoken.say(mark("Show on the map"), {})
    if marking and HANDLING_MARKS.index(marking) > HANDLING_MARKS.index(_READER.ceiling):
        title = spoken.say(mark("A change that is told on the map alone"), {})
        text = spoken.say(mark("It rests on incidents marked {marking}."), {"marking": marking})
        return Told(title, text, _address([], language), label)
    place = route_title(finding.name, spoken)
    title = spoken.say(mark("{place}: {verdict}"), {"place": place, "verdict": spoken.say(finding.verdict, {})})
    return Told(title, _sentence(finding, spoken), _link(finding, view, language), label)


def trial(language: str) -> Told:
    """Return what a message says that is sent to see whether it arrives."""
    spoken = words(language)
    title, text = mark("A test"), mark("This message tells of nothing. Messages of this watch-list arrive here.")
    return Told(
        spoken.say(title, {}), spoken.say(text, {}), _address([], language), spoken.say(mark("Show on the map"), {})
    )


def marking_of(finding: Finding, series: Series) -> str:
    """Return the highest handling mark of the incidents that a finding rests on, "" for none.

    These are all of its place up to when it was found: those that it counts, and those that say what is usual there.
    """
    node = next((row for row, one in enumerate(series.tree.nodes) if one.node_id == finding.node_id), None)
    if node is None or "handling" not in series.incidents.columns:
        return ""
    rows = series.placed.rows_of(node)
    inside = rows[series.month[rows] <= series.months.index(finding.detected)]
    return highest(series.incidents["handling"][inside].drop_nulls().unique())


def _sentence(finding: Finding, spoken: Words) -> str:
    told = {
        "since": finding.since,
        "until": finding.detected,
        "sure": spoken.say(_SURE[finding.confidence], {}),
        "count": rounded(finding.incidents, _READER.unit),
        "least": _READER.least,
    }
    if finding.incidents < _READER.least:
        return spoken.say(_FEW[finding.direction], told)
    return spoken.say(_MANY[finding.direction], told)


_FEW: Final = {
    "more": mark("More reported than usual from {since} to {until}: fewer than {least} incidents, {sure}."),
    "fewer": mark("Fewer reported than usual from {since} to {until}: fewer than {least} incidents, {sure}."),
}
_MANY: Final = {
    "more": mark("More reported than usual from {since} to {until}: about {count} incidents, {sure}."),
    "fewer": mark("Fewer reported than usual from {since} to {until}: about {count} incidents, {sure}."),
}


def _link(finding: Finding, view: View, language: str) -> str:
    """Return the address of the map at the place of a finding, with the filters of its View."""
    pairs = parse_qsl(view.without_window().query())
    if finding.box is not None:
        west, south, east, north = finding.box
        span = max(east - west, 2 * (north - south), 1.0)
        zoom = math.floor(math.log2(_SEEN_AT_ZERO / span))
        lon, lat = (round(degrees) for degrees in finding.at)
        pairs += [("lat", str(lat)), ("lon", str(lon)), ("z", str(min(max(zoom, _FARTHEST), _NEAREST)))]
    if finding.level == "route":
        pairs.append(("sel", finding.corridor_ids[0]))
    return _address(pairs, language)


def _address(pairs: list[tuple[str, str]], language: str) -> str:
    told = pairs + ([] if language == SOURCE else [("lang", language)])
    return "/?" + urlencode(told) if told else "/"
