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
from pages.grids import Grid
from routes import alarms, change, hotspots
from routes.change import VERDICTS, Change, Verdict
from routes.comparison import Comparison
from routes.hotspots import HotSpots, Pattern
from routes.shifts import Shift
from routes.surveys import SURVEY_RESOLUTION
from routes.windows import Window

HEADINGS: Final[Mapping[str, str]] = {
    "name": "Corridor",
    "mode": "Mode",
    "outcome": "What became of it",
    "before": "Before",
    "after": "After",
    "rate": "Rate, after over before",
    "q": "q",
}
"""Columns of the table of corridors and what stands above them."""
PERIODS = (7, 28)
"""Days that are looked back on."""
RECENT_ALARMS = 12
"""Months in which an alarm that was raised is recent."""
_YEAR_DAYS = 365
_TINY = 0.001
_OUTCOMES: Final[Mapping[Verdict, str]] = {verdict: verdict for verdict in VERDICTS} | {
    "not testable": "too little to tell"
}
_ORDER = [*VERDICTS]
_PATTERNS: Final[Mapping[Pattern, str]] = {
    "new": "in the last month for the first time",
    "consecutive": "in an unbroken run of the latest months",
    "intensifying": "in nearly every month, and ever more",
    "persistent": "in nearly every month, without a trend",
    "diminishing": "in nearly every month, and ever less",
    "sporadic": "on and off, and in the last month",
    "oscillating": "in the last month, and the other way before",
    "historical": "in nearly every month, but not in the last",
}

COMPARISON_TEST = (
    "Test: quasi-Poisson on monthly counts of the sources that report in both windows, with how much more they report "
    f"at all taken out. A change is told at a false discovery rate of {change.LEVEL:.0%} over all corridors, from "
    f"{change.FEWEST:.0f} incidents in both windows together (more where they come in bursts); a birth also needs a "
    f"line that is found again in {change.FEWEST_SUPPORT:.0%} of redraws."
)
ALARM_TEST = (
    "Test: online change-point detection on the monthly counts of each corridor, its season and bursts taken out. An "
    f"alarm is raised where a rate that began {alarms.CONFIRMED_MONTHS} to {alarms.RECENT_MONTHS} months ago is more "
    f"than {alarms.THRESHOLD:.0%} probable, never in the first {alarms.WARM_UP_MONTHS} months. Each corridor is "
    "watched by itself, with no correction for their number: of a hundred without a change, expect about one false "
    "alarm in two years. At fewer than some six incidents a month most changes are missed."
)
SPOT_TEST = (
    f"Test: Gi* of each hex (H3 resolution {SURVEY_RESOLUTION}) against the whole of the same month, false discovery "
    f"rate {hotspots.LEVEL:.0%}; trends by Mann and Kendall; classes after Esri. “Nearly every month” is "
    f"{hotspots.MOST:.0%} of them. A picture of where reports gather, and no alarm."
)


def outcome(found: Change, shift: Shift | None) -> str:
    """Return what became of a corridor in words."""
    moved = shift is not None and shift.flagged
    said = [] if moved and found.verdict == "steady" else [_OUTCOMES[found.verdict]]
    if shift is not None and moved:
        said.append(f"shifted by {abs(shift.km):.0f} km to the {shift.towards}")
    return "; ".join(said)


def rate(found: Change) -> str:
    """Return the rate after over that before with its interval, "" where it cannot be told."""
    if found.verdict == "not testable" or np.isnan(found.ratio):
        return ""
    if not found.before:
        return f"from none, at least x{found.low:.2g}"
    high = f"{found.high:.2g}" if np.isfinite(found.high) else "no bound"
    return f"x{found.ratio:.2g} ({found.low:.2g} to {high})"


def discovery(q: float) -> str:
    """Return a false discovery rate as text."""
    if np.isnan(q):
        return ""
    return f"{q:.3f}" if q >= _TINY else f"< {_TINY}"


def listed(comparison: Comparison) -> pl.DataFrame:
    """Return the corridors of a comparison, the changed ones first: ``number`` of each, ``HEADINGS`` and the reason."""
    rows = []
    for number, (corridor, found, shift) in enumerate(
        zip(comparison.corridors, comparison.changes, comparison.shifts, strict=True)
    ):
        moved = shift is not None and shift.flagged
        rows.append(
            {
                "number": number,
                "name": corridor.name,
                "mode": corridor.mode,
                "outcome": outcome(found, shift),
                "before": found.before,
                "after": found.after,
                "rate": rate(found),
                "q": discovery(found.q),
                "reason": found.reason,
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
        return "No corridor can be drawn from the incidents of the two windows."
    said = Counter(found.verdict for found in comparison.changes)
    parts = [f"{said[verdict]:,} {_OUTCOMES[verdict]}" for verdict in VERDICTS if said[verdict]]
    moved = sum(shift is not None and shift.flagged for shift in comparison.shifts)
    parts += [f"{moved:,} shifted"] if moved else []
    number = len(comparison.corridors)
    return f"{number:,} {'corridor' if number == 1 else 'corridors'}: {', '.join(parts)}."


def told(comparison: Comparison) -> tuple[list[str], list[str]]:
    """Return the sentences of a comparison: those of what changed, and the others."""
    changed: list[str] = []
    others: list[str] = []
    for sentence in comparison.sentences():
        verdict, _, rest = sentence.strip().partition("  ")
        if verdict == "displaced":
            continue  # ``pairs`` says it, and what it does not mean
        line = f"{_OUTCOMES.get(verdict, verdict).capitalize()}: {rest}"  # type: ignore[call-overload]
        (others if verdict in ("steady", "not testable") else changed).append(line)
    return changed, others


def pairs(comparison: Comparison) -> list[str]:
    """Return a sentence on each pair of corridors that is consistent with displacement."""
    name = [corridor.name for corridor in comparison.corridors]
    return [
        f"{name[pair.source]} lost about {pair.lost:,.0f} incidents and {name[pair.target]} gained about "
        f"{pair.gained:,.0f}: consistent with displacement (q = {discovery(pair.q)})."
        for pair in comparison.displaced
    ]


def facts_of_one(comparison: Comparison, number: int) -> list[tuple[str, str]]:
    """Return all that is told of one corridor as pairs of a label and words."""
    corridor, found, shift = comparison.corridors[number], comparison.changes[number], comparison.shifts[number]
    moved = ""
    if shift is not None:
        low, high = sorted((shift.low, shift.high))
        moved = f"{abs(shift.km):.0f} km to the {shift.towards} (95 % interval {low:.0f} to {high:.0f} km; left of the "
        moved += f"line is positive), q = {discovery(shift.q)}"
    support = "" if corridor.support is None else f"{corridor.support:.0%}"
    said = [
        ("Corridor", corridor.name),
        ("Mode", corridor.mode),
        ("What became of it", outcome(found, shift)),
        ("Why", found.reason),
        ("Reporting effort, after over before", f"x{found.effort:.2g}"),
        ("Overdispersion by which counts were divided", f"{found.dispersion:.2g}"),
        ("Sideways", moved),
        ("Found again in redraws", support),
        ("Length", f"{corridor.length_km:,.0f} km"),
        ("Corridor id", corridor.corridor_id),
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
            str(alarm["mode"]),
            "more" if alarm["direction"] == "up" else "fewer",
            str(alarm["since"]),
            f"{alarm['probability']:.0%}",
        )
        for alarm in found
    )
    headings = ("Known after", "Corridor", "Mode", "Incidents", "Since", "Probability")
    return Grid("Alarms, the latest first", headings, rows, frozenset({5}))


def spot_grid(found: HotSpots) -> Grid:
    """Return the classes of hexes that there are, with how many hexes each has."""
    counts = Counter((spot.heat, spot.pattern) for spot in found.spots if spot.heat != "none")
    order = [(heat, pattern) for heat in ("hot", "cold") for pattern in _PATTERNS]
    much = {"hot": "More than elsewhere", "cold": "Fewer than elsewhere"}
    rows = tuple(
        (f"{pattern} {heat} spot".capitalize(), f"{counts[heat, pattern]:,}", f"{much[heat]} {_PATTERNS[pattern]}.")  # type: ignore[index]
        for heat, pattern in order
        if counts[heat, pattern]  # type: ignore[index]
    )
    return Grid("Classes of hexes", ("Class", "Hexes", "Meaning"), rows, frozenset({1}))


def came_in(incidents: pl.DataFrame, history: Iterable[tuple[int, Batch]], now: datetime) -> list[str]:
    """Return a sentence for each of ``PERIODS`` on the incidents that batches brought or revised before ``now``."""
    at = {batch.batch: datetime.fromisoformat(batch.at) for _, batch in history}
    counts = dict(incidents["batch"].value_counts().iter_rows())
    said = []
    for days in PERIODS:
        late = [name for name, time in at.items() if now - timedelta(days=days) < time <= now and counts.get(name)]
        number = sum(counts[name] for name in late)
        batches = f" in {len(late):,} {'batch' if len(late) == 1 else 'batches'}" if late else ""
        said.append(
            f"In the last {days} days {number:,} {'incident' if number == 1 else 'incidents'} came in or "
            f"{'was' if number == 1 else 'were'} revised{batches}."
        )
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
    labels = [mode.capitalize() for mode in modes] + ["All"]
    rows = tuple((label, *(text for column in columns for text in column[at])) for at, label in enumerate(labels))
    headings = ("Mode", *(text for days in PERIODS for text in (f"Last {days} days", f"Usual in {days} days")))
    vague = incidents.height - dated.height
    remark = (
        f"Up to {end - timedelta(days=1):%Y-%m-%d}, the day of the latest incident. Usual is the average of the year "
        "before. Reports come late: the latest days may not be complete, so that fewer need not mean a fall."
    )
    remark += f" Incidents whose day is not known are not counted: {vague:,}." if vague else ""
    return Grid("The latest days", headings, rows, frozenset(range(1, len(headings)))), remark


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
        found.append((f"{count:,}", "–" if usual is None else f"{usual:,.1f}"))
    return found
