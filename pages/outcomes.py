"""Outcomes of a comparison, alarms, hot spots and what came in lately, in words. Values in, values out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import numpy as np
import polars as pl

from geodata.batches import Batch
from geodata.incident import MODES
from pages import words
from pages.grids import Grid
from pages.words import mark, number, percent, roughly, say
from routes import alarms, change, hotspots
from routes.change import VERDICTS, Change, Verdict, rate_of
from routes.comparison import Comparison
from routes.hotspots import HotSpots, Pattern
from routes.shifts import Shift
from routes.surveys import SURVEY_RESOLUTION
from routes.windows import Window

HEADINGS: Final[Mapping[str, str]] = {
    "name": mark("Corridor"),
    "mode": mark("Mode"),
    "outcome": mark("What became of it"),
    "before": mark("Before"),
    "after": mark("After"),
    "rate": mark("Rate, after over before"),
    "q": "q",
}
"""Columns of the table of corridors and what stands above them, for ``say``."""
PERIODS = (7, 28)
"""Days that are looked back on."""
RECENT_ALARMS = 12
"""Months in which an alarm that was raised is recent."""
_YEAR_DAYS = 365
_TINY = 0.001
_OUTCOMES: Final[Mapping[str, str]] = {
    "born": mark("born"),
    "growing": mark("growing"),
    "steady": mark("steady"),
    "fading": mark("fading"),
    "gone": mark("gone"),
    "not testable": mark("too little to tell"),
    "shifted": mark("shifted"),
}
_ORDER = [*VERDICTS]
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
        "Test: quasi-Poisson on monthly counts of the sources that report in both windows, with how much more they "
        "report at all taken out. A change is told at a false discovery rate of {level} over all corridors, from "
        "{fewest} incidents in both windows together (more where they come in bursts); a birth also needs a line that "
        "is found again in {support} of redraws.",
        level=percent(change.LEVEL),
        fewest=number(change.FEWEST),
        support=percent(change.FEWEST_SUPPORT),
    )


def alarm_test() -> str:
    """Return how alarms are raised."""
    return say(
        "Test: online change-point detection on the monthly counts of each corridor, its season and bursts taken out. "
        "An alarm is raised where a rate that began {confirmed} to {recent} months ago is more than {threshold} "
        "probable, never in the first {first} months. Each corridor is watched by itself, with no correction for their "
        "number: of a hundred without a change, expect about one false alarm in two years. At fewer than some six "
        "incidents a month most changes are missed.",
        confirmed=alarms.CONFIRMED_MONTHS,
        recent=alarms.RECENT_MONTHS,
        threshold=percent(alarms.THRESHOLD),
        first=alarms.WARM_UP_MONTHS,
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


def discovery(q: float) -> str:
    """Return a false discovery rate as text."""
    if np.isnan(q):
        return ""
    return number(q, 3) if q >= _TINY else f"< {number(_TINY, 3)}"


def listed(comparison: Comparison) -> pl.DataFrame:
    """Return the corridors of a comparison, the changed ones first: ``number`` of each, ``HEADINGS`` and the reason."""
    rows = []
    for at, (corridor, found, shift) in enumerate(
        zip(comparison.corridors, comparison.changes, comparison.shifts, strict=True)
    ):
        moved = shift is not None and shift.flagged
        rows.append(
            {
                "number": at,
                "name": corridor.name,
                "mode": say(corridor.mode),
                "outcome": outcome(found, shift),
                "before": found.before,
                "after": found.after,
                "rate": say(rate(found)),
                "q": discovery(found.q),
                "reason": say(found.reason),
                "rank": _rank(found.verdict, moved=moved),
                "chance": 1.0 if np.isnan(found.q) else found.q,
            }
        )
    schema = {"number": pl.Int64, **dict.fromkeys(("name", "mode", "outcome"), pl.String)}
    schema |= {"before": pl.Int64, "after": pl.Int64, **dict.fromkeys(("rate", "q", "reason"), pl.String)}
    frame = pl.DataFrame(rows, schema={**schema, "rank": pl.Int64, "chance": pl.Float64})
    return frame.sort("rank", "chance", "number").drop("rank", "chance")


def counted(comparison: Comparison) -> str:
    """Return how many corridors became what, as a sentence."""
    if not comparison.corridors:
        return say("No corridor can be drawn from the incidents of the two windows.")
    said: Counter[str] = Counter(found.verdict for found in comparison.changes)
    said["shifted"] = sum(shift is not None and shift.flagged for shift in comparison.shifts)
    parts = [
        say("{count} {outcome}", count=said[became], outcome=say(_OUTCOMES[became]))
        for became in (*VERDICTS, "shifted")
        if said[became]
    ]
    total = len(comparison.corridors)
    return words.counted(
        "{count} corridor: {outcomes}.", "{count} corridors: {outcomes}.", total, outcomes=", ".join(parts)
    )


def told(comparison: Comparison) -> tuple[list[str], list[str]]:
    """Return the sentences of a comparison: those of what changed, and the others."""
    changed: list[str] = []
    others: list[str] = []
    untold = comparison.untold()
    for verdict, said in (*comparison.told(), *([("not testable", untold)] if untold else [])):
        line = say("{outcome}: {sentence}", outcome=say(_OUTCOMES[verdict]).capitalize(), sentence=said)
        (others if verdict in ("steady", "not testable") else changed).append(line)
    return changed, others


def pairs(comparison: Comparison) -> list[str]:
    """Return a sentence on each pair of corridors that is consistent with displacement."""
    name = [corridor.name for corridor in comparison.corridors]
    return [
        say(
            "{loser} lost about {lost} incidents and {gainer} gained about {gained}: consistent with displacement "
            "({q}).",
            loser=name[pair.source],
            lost=number(pair.lost),
            gainer=name[pair.target],
            gained=number(pair.gained),
            q=_chance(pair.q),
        )
        for pair in comparison.displaced
    ]


def facts_of_one(comparison: Comparison, at: int) -> list[tuple[str, str]]:
    """Return all that is told of one corridor as pairs of a label and words."""
    corridor, found, shift = comparison.corridors[at], comparison.changes[at], comparison.shifts[at]
    said = [
        (say("Corridor"), corridor.name),
        (say("Mode"), say(corridor.mode)),
        (say("What became of it"), outcome(found, shift)),
        (say("Why"), say(found.reason)),
        (say("Reporting effort, after over before"), f"x{roughly(found.effort)}"),
        (say("Overdispersion by which counts were divided"), roughly(found.dispersion)),
        (say("Sideways"), "" if shift is None else _sideways(shift)),
        (say("Found again in redraws"), "" if corridor.support is None else percent(corridor.support)),
        (say("Length"), say("{km} km", km=number(corridor.length_km))),
        (say("Corridor id"), corridor.corridor_id),
    ]
    return [(label, text) for label, text in said if text]


def recent(found: Sequence[Mapping[str, Any]], known: Window) -> list[Mapping[str, Any]]:
    """Return the alarms that were raised in the last ``RECENT_ALARMS`` months that are known."""
    months = set(known.months[-RECENT_ALARMS:])
    return [alarm for alarm in found if alarm["known"] in months]


def alarm_grid(found: Iterable[Mapping[str, Any]]) -> Grid:
    """Return alarms as a table, in their order."""
    rows = tuple(
        (
            str(alarm["known"]),
            str(alarm["name"]),
            say(str(alarm["mode"])),
            say("more") if alarm["direction"] == "up" else say("fewer"),
            str(alarm["since"]),
            percent(alarm["probability"]),
        )
        for alarm in found
    )
    headings = (
        *(say("Known after"), say("Corridor"), say("Mode")),
        *(say("Incidents"), say("Since"), say("Probability")),
    )
    return Grid(say("Alarms, the latest first"), headings, rows, frozenset({5}))


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
        "{km} km to the {towards} (95 % interval {low} to {high} km; left of the line is positive), {q}",
        km=number(abs(shift.km)),
        towards=say(shift.towards),
        low=number(low),
        high=number(high),
        q=_chance(shift.q),
    )


def _chance(q: float) -> str:
    """Return a false discovery rate as it stands in a sentence."""
    told = discovery(q)
    return f"q {told}" if told.startswith("<") else f"q = {told}"


def _came_in(days: int, incidents: int, batches: int) -> str:
    if not batches:
        return say("In the last {days} days 0 incidents came in or were revised.", days=days)
    if batches == 1:
        return words.counted(
            "In the last {days} days {count} incident came in or was revised in 1 batch.",
            "In the last {days} days {count} incidents came in or were revised in 1 batch.",
            incidents,
            days=days,
        )
    return words.counted(
        "In the last {days} days {count} incident came in or was revised in {batches} batches.",
        "In the last {days} days {count} incidents came in or were revised in {batches} batches.",
        incidents,
        days=days,
        batches=batches,
    )


def _rank(verdict: Verdict, *, moved: bool) -> int:
    """Order changed corridors first, then steady ones, then those too small to tell."""
    if moved:
        return 0
    return {"steady": 1, "not testable": 2}.get(verdict, 0)


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
