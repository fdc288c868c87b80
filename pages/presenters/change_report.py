"""Outcomes of a comparison, alarms, hot spots and what came in lately, in words. Values in, values out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import numpy as np
import polars as pl

from geodata.ledger.batch import Batch
from geodata.model.incident import MODES
from pages.ui import translate as words
from pages.ui.html_table import Grid
from pages.ui.translate import mark, number, percent, roughly, say
from routes.temporal import alarms
from routes.temporal import emerging_hotspots as hotspots
from routes.temporal import rate_tests as change
from routes.temporal.comparison import UNTOLD, Comparison
from routes.temporal.emerging_hotspots import HotSpots, Pattern
from routes.temporal.findings import Finding
from routes.temporal.hierarchy import Level
from routes.temporal.hotspot_survey import SURVEY_RESOLUTION
from routes.temporal.lateral_shift import Shift
from routes.temporal.rate_tests import VERDICTS, WORDS, Change, Verdict, rate_of

HEADINGS: Final[Mapping[str, str]] = {
    "name": mark("Where"),
    "level": mark("Level"),
    "mode": mark("Mode"),
    "outcome": mark("What became of it"),
    "before": mark("Before"),
    "after": mark("After"),
    "rate": mark("Rate, after over before"),
    "confidence": mark("Confidence"),
}
"""Columns of the table of corridors and what stands above them, for ``say``."""
PERIODS = (7, 28)
"""Days that are looked back on."""
_YEAR_DAYS = 365
_OUTCOMES: Final[Mapping[str, str]] = {
    **{str(verdict): text for verdict, text in WORDS.items()},
    "shifted": mark("moved sideways"),
}
_LEVELS: Final[Mapping[str, str]] = {
    "all": mark("all together"),
    "mode": mark("a mode"),
    "known route": mark("a known route"),
    "branch": mark("from country to country"),
    "route": mark("a route"),
    "country": mark("a country"),
}
_CONFIDENCE: Final[Mapping[str, str]] = {"high": mark("high"), "medium": mark("medium"), "low": mark("low"), "": ""}
_MOST_NAMED = 3
_PATTERNS: Final[Mapping[Pattern, str]] = {
    "new": mark("in the last month for the first time"),
    "consecutive": mark("in an unbroken run of the latest months"),
    "intensifying": mark("in nearly every month, and ever more"),
    "persistent": mark("in nearly every month, without a trend"),
    "diminishing": mark("in nearly every month, and ever less"),
    "sporadic": mark("on and off, and in the last month"),
    "oscillating": mark("in the last month, and the other way before"),
    "historical": mark("in nearly every month, but not in the last"),
}
_MUCH: Final[Mapping[str, str]] = {
    "hot": mark("More than elsewhere {when}."),
    "cold": mark("Fewer than elsewhere {when}."),
}
_SPOTS: Final[Mapping[str, str]] = {"hot": mark("{pattern} hot spot"), "cold": mark("{pattern} cold spot")}


def comparison_test() -> str:
    """Return how changes are tested."""
    return say(
        "The monthly reports of what delivers in both windows are compared, with how much more is "
        "reported at all, the season and bursts allowed for. A change is told where at most {level} of all that are "
        "told would be chance, from {fewest} incidents in both windows together (more where they come in bursts). A "
        "fall is told only of months that are known well; a rise from nothing also needs a line that comes back in "
        "{support} of trials.",
        level=percent(change.LEVEL),
        fewest=number(change.FEWEST),
        support=percent(change.FEWEST_SUPPORT),
    )


def alarm_test() -> str:
    """Return how alarms are raised."""
    return say(
        "Every route, the routes from one country to another, every known route, every mode and every "
        "country are watched month by month, by the months up to then as they are known today. A change of "
        "{shortest} to {longest} months is told where the reports since are far likelier at another rate than at the "
        "usual one, with the season, bursts "
        "and the effort of reporting allowed for; of all that is told in a month, at most {level} would be chance. The "
        "most specific place that carries the change is named. Confidence is high where it would be told at {sure} % "
        "too, and low where it is told only beside others.",
        shortest=alarms.SHORTEST,
        longest=alarms.LONGEST,
        level=percent(alarms.LEVEL),
        sure=number(100 * alarms.SURE, 1),
    )


def spot_test() -> str:
    """Return how hot spots are told."""
    return say(
        "Test: Gi* of each hex (H3 resolution {resolution}) against the whole of the same month, false discovery rate "
        "{level}; trends by Mann and Kendall; classes after Esri. “Nearly every month” is {most} of them. A picture of "
        "where reports gather, and no alarm.",
        resolution=str(SURVEY_RESOLUTION),
        level=percent(hotspots.LEVEL),
        most=percent(hotspots.MOST),
    )


def outcome(found: Change, shift: Shift | None) -> str:
    """Return what became of a corridor in words."""
    moved = shift is not None and shift.flagged
    said = [] if moved and found.verdict == "steady" else [say(_OUTCOMES[found.verdict])]
    if shift is not None and moved:
        km = f"{abs(shift.km):.0f}"
        said.append(say("shifted by {km} km to the {towards}", km=km, towards=say(shift.towards)))
    return "; ".join(said)


def rate(found: Change) -> str:
    """Return the rate after over that before with its interval, a sentence to be said, "" where it cannot be told."""
    return "" if found.verdict == "not testable" or np.isnan(found.ratio) else rate_of(found)


def sure_of(found: Change) -> str:
    """Return the confidence in a change as a word, "" where none is told."""
    if not (found.up or found.down):
        return ""
    return "high" if found.q < alarms.SURE else "medium"


def listed(comparison: Comparison) -> pl.DataFrame:
    """Return the places of a comparison, the changed ones first: ``number`` of each, ``HEADINGS`` and the reason.

    Numbers are those of the routes, and behind them those of ``above``.
    """
    routes = zip(comparison.corridors, comparison.changes, comparison.shifts, strict=True)
    places: list[tuple[str, Level, str | None, Change, Shift | None]] = [
        (one.name, "route", one.mode, found, shift) for one, found, shift in routes
    ]
    places += [(one.name, one.level, one.mode, one.change, None) for one in comparison.above]
    rows = []
    for at, (name, level, mode, found, shift) in enumerate(places):
        if level != "route" and not (found.before or found.after):
            continue  # of what lies outside of an area or a mode nothing is told
        moved = shift is not None and shift.flagged
        rows.append(
            {
                "number": at,
                "name": words.route(name),
                "level": say(_LEVELS[level]),
                "mode": say(mode) if mode else "",
                "outcome": outcome(found, shift),
                "before": found.before,
                "after": found.after,
                "rate": say(rate(found)),
                "confidence": say(_CONFIDENCE[sure_of(found)]),
                "reason": say(found.reason),
                "rank": _rank(found.verdict, moved=moved),
                "chance": 1.0 if np.isnan(found.q) else found.q,
            }
        )
    words_of = ("name", "level", "mode", "outcome")
    schema = {"number": pl.Int64, **dict.fromkeys(words_of, pl.String)}
    schema |= {"before": pl.Int64, "after": pl.Int64, **dict.fromkeys(("rate", "confidence", "reason"), pl.String)}
    frame = pl.DataFrame(rows, schema={**schema, "rank": pl.Int64, "chance": pl.Float64})
    return frame.sort("rank", "chance", "number").drop("rank", "chance")


def counted(comparison: Comparison) -> str:
    """Return how many corridors became what, as a sentence."""
    if not comparison.corridors:
        return say("No route can be drawn from the incidents of the two windows.")
    said: Counter[str] = Counter(found.verdict for found in comparison.changes)
    said["shifted"] = sum(shift is not None and shift.flagged for shift in comparison.shifts)
    parts = [
        say("{count} {outcome}", count=said[became], outcome=say(_OUTCOMES[became]))
        for became in (*VERDICTS, "shifted")
        if said[became]
    ]
    total = len(comparison.corridors)
    return words.counted("{count} route: {outcomes}.", "{count} routes: {outcomes}.", total, outcomes=", ".join(parts))


def told(comparison: Comparison) -> tuple[list[str], list[str]]:
    """Return the sentences of a comparison: those of what changed, and the others."""
    changed: list[str] = []
    others: list[str] = []
    for verdict, said in (*comparison.told(), *comparison.untold()):
        line = say("{outcome}: {sentence}", outcome=say(_OUTCOMES[verdict]).capitalize(), sentence=said)
        (others if verdict in ("steady", *UNTOLD) else changed).append(line)
    return changed, others


def pairs(comparison: Comparison) -> list[str]:
    """Return a sentence on each pair of places that is consistent with displacement."""
    return [say(comparison.pair_in_words(pair)) for pair in comparison.displaced]


def facts_of_one(comparison: Comparison, at: int) -> list[tuple[str, str]]:
    """Return all that is told of one place, by its number in ``listed``, as pairs of a label and words."""
    beyond = at - len(comparison.corridors)
    if beyond >= 0:
        one = comparison.above[beyond]
        return _of_change(one.name, one.level, one.mode, one.change, None)
    corridor, shift = comparison.corridors[at], comparison.shifts[at]
    said = [
        *_of_change(corridor.name, "route", corridor.mode, comparison.changes[at], shift),
        (say("Sideways"), "" if shift is None else _sideways(shift)),
        (say("Comes back in trials"), "" if corridor.support is None else percent(corridor.support)),
        (say("Length"), say("{km} km", km=number(corridor.length_km))),
        (say("Route id"), corridor.corridor_id),
    ]
    return [(label, text) for label, text in said if text]


def _of_change(name: str, level: str, mode: str | None, found: Change, shift: Shift | None) -> list[tuple[str, str]]:
    said = [
        (say("Where"), words.route(name)),
        (say("Level"), say(_LEVELS[level])),
        (say("Mode"), say(mode) if mode else ""),
        (say("What became of it"), outcome(found, shift)),
        (say("Why"), say(found.reason)),
        (say("Confidence"), say(_CONFIDENCE[sure_of(found)])),
        (say("Reporting effort, after over before"), f"x{roughly(found.effort)}"),
        (say("Bursts: variance over mean of the months"), roughly(found.dispersion)),
    ]
    return [(label, text) for label, text in said if text]


def alarm_grid(found: Iterable[Finding]) -> Grid:
    """Return changes as a table, in their order."""
    rows = tuple(
        (
            say("{first} to {last}", first=one.since, last=one.detected),
            words.route(one.name),
            say(_LEVELS[one.level]),
            say(one.verdict),
            say(one.sentence),
            say(_CONFIDENCE[one.confidence]),
            number(one.incidents),
            _reported_by(one),
        )
        for one in found
    )
    headings = (
        *(say("Months"), say("Where"), say("Level"), say("Verdict"), say("What")),
        *(say("Confidence"), say("Incidents"), say("Reported by")),
    )
    return Grid(say("Changes, the latest first"), headings, rows, frozenset({6}))


def _reported_by(found: Finding) -> str:
    """Return who delivered the incidents of a change, and without whom it would not stand."""
    said = ", ".join(name for name, _ in found.sources[:_MOST_NAMED])
    if len(found.sources) > _MOST_NAMED:
        said = say("{sources} and {count} more", sources=said, count=len(found.sources) - _MOST_NAMED)
    if not found.rests_on:
        return said
    alone = ", ".join(found.rests_on[:_MOST_NAMED])
    return say("{sources}; would not stand without {alone}", sources=said, alone=alone)


def not_arrived(told: Mapping[str, Any]) -> tuple[str, Grid, Grid]:
    """Return a sentence on how much is known, the latest months, and what is late, as tables."""
    known = told["known_up_to"]
    said = (
        say("Falls after {month} cannot be judged yet: not all reports have arrived.", month=known)
        if known
        else say("No month is known well enough to tell a fall.")
    )
    months = tuple(
        (
            row["month"],
            number(row["reported"]),
            percent(row["known"]),
            number(row["expected"]),
            say("{low} to {high}", low=number(row["low"]), high=number(row["high"])),
        )
        for row in reversed(told["months"])
    )
    headings = (
        *(say("Month"), say("Reported"), say("Known so far")),
        *(say("Expected in all"), say("Likely, nine in ten")),
    )
    late = tuple(
        (row["name"], number(row["incidents"]), row["known_up_to"] or "–", row["silent_since"] or "–")
        for row in told["strata"]
    )
    names = (say("Delivered by"), say("Delivered so far"), say("Known well up to"), say("Nothing of or after"))
    return (
        said,
        Grid(say("The latest months"), headings, months, frozenset({1, 2, 3, 4})),
        Grid(say("What is late"), names, late, frozenset({1})),
    )


def spot_grid(found: HotSpots) -> Grid:
    """Return the classes of hexes that there are, with how many hexes each has."""
    counts = Counter((spot.heat, spot.pattern) for spot in found.spots if spot.heat != "none")
    order = [(heat, pattern) for heat in _SPOTS for pattern in _PATTERNS]
    rows = tuple(
        (
            say(_SPOTS[heat], pattern=say(pattern)).capitalize(),
            number(counts[heat, pattern]),  # type: ignore[index]
            say(_MUCH[heat], when=say(_PATTERNS[pattern])),
        )
        for heat, pattern in order
        if counts[heat, pattern]  # type: ignore[index]
    )
    return Grid(say("Classes of hexes"), (say("Class"), say("Hexes"), say("Meaning")), rows, frozenset({1}))


def came_in(incidents: pl.DataFrame, history: Iterable[tuple[int, Batch]], now: datetime) -> list[str]:
    """Return a sentence for each of ``PERIODS`` on the incidents that batches brought or revised before ``now``."""
    at = {batch.batch: datetime.fromisoformat(batch.at) for _, batch in history}
    counts = dict(incidents["batch"].value_counts().iter_rows())
    said = []
    for days in PERIODS:
        late = [name for name, time in at.items() if now - timedelta(days=days) < time <= now and counts.get(name)]
        said.append(_came_in(days, sum(counts[name] for name in late), len(late)))
    return said


def lately(incidents: pl.DataFrame) -> tuple[Grid, str] | None:
    """Return how many incidents of each mode the latest days had against the average of the year before, and a remark.

    The latest days end with that of the latest incident. Incidents whose day is not known are passed over; None where
    there is no other.
    """
    dated = incidents.filter(pl.col("time_precision").is_in(["instant", "day"])).drop_nulls("time_start")
    if dated.is_empty():
        return None
    latest = dated["time_start"].max()
    first = dated["time_start"].min()
    if not isinstance(latest, datetime) or not isinstance(first, datetime):
        raise TypeError
    first, end = _midnight(first), _midnight(latest) + timedelta(days=1)
    modes = [mode for mode in MODES if mode in set(dated["mode"])]
    columns = [_of_period(dated, days, first, end, modes) for days in PERIODS]
    labels = [say(mode).capitalize() for mode in modes] + [say("All")]
    rows = tuple((label, *(text for column in columns for text in column[at])) for at, label in enumerate(labels))
    periods = ((say("Last {days} days", days=days), say("Usual in {days} days", days=days)) for days in PERIODS)
    headings = (say("Mode"), *(text for pair in periods for text in pair))
    vague = incidents.height - dated.height
    remark = say(
        "Up to {day}, the day of the latest incident. Usual is the average of the year before. Reports come late: the "
        "latest days may not be complete, so that fewer need not mean a fall.",
        day=(end - timedelta(days=1)).strftime("%Y-%m-%d"),
    )
    if vague:
        remark += " " + say("Incidents whose day is not known are not counted: {count}.", count=vague)
    return Grid(say("The latest days"), headings, rows, frozenset(range(1, len(headings)))), remark


def _sideways(shift: Shift) -> str:
    low, high = sorted((shift.low, shift.high))
    return say(
        "{km} km to the {towards} (likely {low} to {high} km; left of the line is positive)",
        km=number(abs(shift.km)),
        towards=say(shift.towards),
        low=number(low),
        high=number(high),
    )


def _came_in(days: int, incidents: int, batches: int) -> str:
    if not batches:
        return say("In the last {days} days 0 incidents came in or were revised.", days=days)
    if batches == 1:
        return words.counted(
            "In the last {days} days {count} incident came in or was revised in 1 import.",
            "In the last {days} days {count} incidents came in or were revised in 1 import.",
            incidents,
            days=days,
        )
    return words.counted(
        "In the last {days} days {count} incident came in or was revised in {batches} imports.",
        "In the last {days} days {count} incidents came in or were revised in {batches} imports.",
        incidents,
        days=days,
        batches=batches,
    )


def _rank(verdict: Verdict, *, moved: bool) -> int:
    """Order changed corridors first, then steady ones, then those too small to tell."""
    if moved:
        return 0
    return {"steady": 1, "not reported": 2, "not testable": 3}.get(verdict, 0)


def _midnight(time: datetime) -> datetime:
    return datetime(time.year, time.month, time.day, tzinfo=UTC)


def _of_period(
    dated: pl.DataFrame, days: int, first: datetime, end: datetime, modes: Sequence[str]
) -> list[tuple[str, str]]:
    """Return for each mode and for all the count of the latest days, and what is usual; a dash where nobody knows."""
    start = end - timedelta(days=days)
    year = max(start - timedelta(days=_YEAR_DAYS), first)
    known_days = (start - year).total_seconds() / 86_400
    late = dated.filter(pl.col("time_start") >= start)
    before = dated.filter((pl.col("time_start") >= year) & (pl.col("time_start") < start))
    found = []
    for wanted in (*([mode] for mode in modes), modes):
        count = late.filter(pl.col("mode").is_in(wanted)).height
        usual = before.filter(pl.col("mode").is_in(wanted)).height * days / known_days if known_days >= days else None
        found.append((number(count), "–" if usual is None else number(usual, 1)))
    return found
