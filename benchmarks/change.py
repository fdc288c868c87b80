"""Change: false discoveries and power in simulation, delay of the alarms, and the known shifts of the Frontex series.

``python -m benchmarks.change`` runs this file alone. The Frontex sheet counts persons by route and month.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import polars as pl
from scipy.stats import binom, false_discovery_control, norm

from geodata.ingest import ingest_file
from geodata.ledger import Ledger
from routes.alarms import Alarm, watched
from routes.change import Change, changes
from routes.reduce import reduce_incidents
from routes.shifts import Offsets, shifts
from routes.sphere import Floats
from routes.windows import Window, tallied

DATA = Path(__file__).parent.parent.parent / "shared" / "data"
FRONTEX = DATA / "frontex_detections" / "monthly_2009_2021.csv"
SERIES, BASE_MONTHS, CURRENT_MONTHS, REPETITIONS = 40, 24, 6, 300
LEVEL = 0.05
Test = Callable[[Floats, Floats], Floats]


@dataclass(frozen=True)
class Scenario:
    """Forty series at 2 to 12 incidents a month; ``changed`` of them change by ``factor``."""

    name: str
    changed: int = 0
    factor: float = 1.0
    effort: float = 1.0
    dispersion: tuple[float, float] = (1.0, 1.0)
    moved_to: int = 0

    def draw(self, random: np.random.Generator) -> tuple[Floats, Floats, Floats]:
        """Return counts before and after, and which series changed."""
        rates = np.exp(random.uniform(np.log(2), np.log(12), SERIES))
        later = rates.copy()
        later[: self.changed] *= self.factor
        taken = slice(self.changed, self.changed + self.moved_to)
        later[taken] += (rates - later)[: self.moved_to]
        spread = np.exp(random.uniform(*np.log(self.dispersion), SERIES))
        before = _counts(random, np.repeat(rates[:, None], BASE_MONTHS, axis=1), spread)
        after = _counts(random, np.repeat(self.effort * later[:, None], CURRENT_MONTHS, axis=1), spread)
        return before, after, later != rates


SCENARIOS = (
    Scenario("null"),
    Scenario("null, effort x1.7", effort=1.7),
    Scenario("null, dispersion 4", dispersion=(4, 4)),
    Scenario("null, dispersion 1 to 16", dispersion=(1, 16)),
    Scenario("x4 on 4 of 40", 4, 4),
    Scenario("x4, dispersion 4, effort x1.7", 4, 4, 1.7, (4, 4)),
    Scenario("x4, dispersion 1 to 16", 4, 4, 1.0, (1, 16)),
    Scenario("2 to 2 displaced, dispersion 2", 2, 0.25, 1.0, (2, 2), 2),
    Scenario("x4 on 12 of 40, dispersion 2", 12, 4, 1.0, (2, 2)),
    Scenario("x2 on 4 of 40, dispersion 2", 4, 2, 1.0, (2, 2)),
)


def ours(before: Floats, after: Floats) -> Floats:
    """Return q of the test of ``routes.change``, 1 where it does not test."""
    return np.array([1.0 if np.isnan(change.q) else change.q for change in changes(before, after)])


def rates(before: Floats, after: Floats) -> Floats:
    """Return q of the plain Poisson test of two rates."""
    number, share = (before.sum(axis=1) + after.sum(axis=1)), CURRENT_MONTHS / (BASE_MONTHS + CURRENT_MONTHS)
    late = after.sum(axis=1)
    sides = binom.cdf(late, number, share), binom.sf(late - 1, number, share)
    return false_discovery_control(np.minimum(2 * np.minimum(*sides), 1))


def shares(before: Floats, after: Floats) -> Floats:
    """Return q of the test of each series' share of the total, two proportions."""
    a, b = before.sum(axis=1), after.sum(axis=1)
    pooled = (a + b) / (a + b).sum()
    error = np.sqrt(pooled * (1 - pooled) * (1 / a.sum() + 1 / b.sum()))
    return false_discovery_control(2 * norm.sf(np.abs(a / a.sum() - b / b.sum()) / error))


def discoveries(scenario: Scenario, test: Test, repetitions: int = REPETITIONS) -> tuple[float, float]:
    """Return the false discovery rate and the power of a test."""
    random = np.random.default_rng(5)
    false, power = [], []
    for _ in range(repetitions):
        before, after, changed = scenario.draw(random)
        found = test(before, after) < LEVEL
        false.append((found & ~changed).sum() / max(found.sum(), 1))
        power.append(found[changed].mean() if changed.any() else np.nan)
    return float(np.mean(false)), float(np.mean(power))


def simulated() -> str:
    """Return the table of false discoveries and power."""
    lines = [
        f"change, {SERIES} series, {BASE_MONTHS} months then {CURRENT_MONTHS}, {REPETITIONS} repetitions: FDR / power",
        f"  {'':<34}{'Poisson rates':>16}{'share of total':>16}{'ours':>16}",
    ]
    for scenario in SCENARIOS:
        cells = [discoveries(scenario, test) for test in (rates, shares, ours)]
        lines.append(f"  {scenario.name:<34}" + "".join(f"{false:>8.3f} /{power:>6.3f}" for false, power in cells))
    return "\n".join(lines)


def shifted(repetitions: int = REPETITIONS) -> str:
    """Return how often a shift across the line is flagged: incidents of one month lie together."""
    lines = ["shift across the line, 40 corridors, 12 months each, 5 incidents a month, 15 km wide, spacing 17 km"]
    for km in (0.0, 15.0, 30.0):
        random = np.random.default_rng(6)
        false, power = [], []
        for _ in range(repetitions // 10):
            moved = np.arange(SERIES) < (4 if km else 0)
            pairs = [(_offsets(random, 0.0), _offsets(random, km * float(move))) for move in moved]
            flagged = np.array([shift is not None and shift.flagged for shift in shifts(pairs, 17.06)])
            false.append((flagged & ~moved).sum() / max(flagged.sum(), 1))
            power.append(flagged[moved].mean() if km else np.nan)
        lines.append(f"  4 of 40 by {km:>2.0f} km: FDR {np.mean(false):.3f}, power {np.mean(power):.3f}")
    return "\n".join(lines)


@dataclass(frozen=True)
class Watching:
    """A series of 72 months, whose rate changes by ``factor`` after 60."""

    name: str
    rate: float
    factor: float = 1.0
    dispersion: float = 1.0
    season: float = 0.0

    def outcome(self, repetitions: int, *, seasonal: bool = True) -> str:
        """Return the share of series with a false alarm in 24 quiet months, the share detected, and the delay."""
        random = np.random.default_rng(3)
        false, delays = 0, []
        for _ in range(repetitions):
            month = np.arange(72)
            rate = self.rate * (1 + self.season * np.sin(2 * np.pi * month / 12 + random.uniform(0, 2 * np.pi)))
            rate = rate * np.where(month >= 60, self.factor, 1.0)
            alarms = watched(_counts(random, rate[None], self.dispersion)[0], seasonal=seasonal, first_month=36).alarms
            false += any(alarm.raised < 60 for alarm in alarms)
            way = "up" if self.factor > 1 else "down"
            delays += [alarm.raised - 60 for alarm in alarms if alarm.raised >= 60 and alarm.direction == way][:1]
        late = f"{len(delays) / repetitions:.2f}, after {np.median(delays):.0f}" if self.factor != 1 and delays else "-"
        return f"{false / repetitions:>8.3f} {late:>14}"


WATCHED = (
    Watching("2 a month, quiet", 2),
    Watching("6 a month, quiet", 6),
    Watching("6, dispersion 4, quiet", 6, dispersion=4),
    Watching("30, season of 80 %, quiet", 30, season=0.8),
    Watching("30, season, dispersion 4, quiet", 30, dispersion=4, season=0.8),
    Watching("2 to 6", 2, 3),
    Watching("6 to 18", 6, 3),
    Watching("18 to 6", 18, 1 / 3),
    Watching("6 to 18, season", 6, 3, season=0.8),
    Watching("30 to 90, season, dispersion 4", 30, 3, 4, 0.8),
)


def alarmed(repetitions: int = REPETITIONS) -> str:
    """Return the table of the alarms."""
    lines = [
        f"alarms, {repetitions} series each: share with a false alarm in 24 quiet months; share detected, months after",
        f"  {'':<34}{'season left in':>23}{'season out':>24}",
    ]
    for series in WATCHED:
        raw, out = (series.outcome(repetitions, seasonal=seasonal) for seasonal in (False, True))
        lines.append(f"  {series.name:<34}{raw} {out}")
    return "\n".join(lines)


@dataclass(frozen=True)
class KnownShift:
    """A shift between years, and the routes with the way in which each went."""

    name: str
    first: int
    last: int
    routes: dict[str, str] = field(hash=False)


KNOWN = (
    KnownShift("Western African 2019-20", 2019, 2020, {"Western African Route": "up"}),
    KnownShift("Eastern Borders 2020-21", 2020, 2021, {"Eastern Borders Route": "up"}),
    KnownShift("Eastern Mediterranean 2015-17", 2015, 2017, {"Eastern Mediterranean Route": "down"}),
    KnownShift(
        "Central to Western Mediterranean 2017-18",
        2017,
        2018,
        {"Central Mediterranean Route": "down", "Western Mediterranean Route": "up"},
    ),
)
SILENT = "Circular Route from Albania to Greece"


def frontex(path: Path = FRONTEX) -> str:
    """Return whether each known shift is flagged, when its alarm rose, and what else was flagged or rose."""
    if not path.is_file():
        return "frontex: the monthly sheet is not beside this checkout; skipped."
    months, series = monthly(path)
    lines = [
        "frontex, persons detected by month, the first year against the last; date with hindsight, alarm, quarters"
    ]
    alarms = {route: watched(counts).alarms for route, counts in series.items()}
    for shift in KNOWN:
        found = yearly(series, months, shift.first, shift.last)
        lines.append(f"  {shift.name}")
        lines += [
            f"    {route}: {found[route].verdict}, x{found[route].ratio:.2f}, q = {found[route].q:.4f}; "
            + _dated(series[route], alarms[route], months, shift, way)
            for route, way in shift.routes.items()
        ]
        others = [
            f"{route} {change.verdict}"
            for route, change in found.items()
            if _told(change) and route not in shift.routes
        ]
        lines.append(f"    also: {', '.join(others) or 'none'}; {SILENT}: {found[SILENT].verdict}")
    lines += [f"  alarms, {route}: {_listed(own, months)}" for route, own in alarms.items()]
    return "\n".join(lines)


def monthly(path: Path) -> tuple[list[str], dict[str, Floats]]:
    """Return the months, and the persons of each route in each."""
    frame = pl.read_csv(path).group_by("route", "month").agg(pl.col("n").sum())
    months = [f"{year}-{month:02d}" for year in range(2009, 2022) for month in range(1, 13)]
    wide = pl.DataFrame({"month": months}).join(
        frame.pivot(on="route", index="month", values="n", sort_columns=True), on="month", how="left"
    )
    return months, {name: wide[name].fill_null(0).to_numpy() for name in sorted(wide.columns) if name != "month"}


def yearly(series: dict[str, Floats], months: list[str], first: int, last: int) -> dict[str, Change]:
    """Return what became of each route from one year to another."""
    table = np.array(list(series.values()))
    windows = [Window(date(year, 1, 1), date(year + 1, 1, 1)) for year in (first, last)]
    before, after = (table[:, [months.index(month) for month in window.months]] for window in windows)
    calendar = (windows[0].calendar, windows[1].calendar)
    return dict(zip(series, changes(before, after, calendar=calendar), strict=True))


def split(counts: Floats) -> int:
    """Return where two rates fit a series best, with hindsight: the first month of the second."""

    def fit(at: int) -> float:
        return sum(float(side.sum() * np.log(max(side.mean(), 1e-9))) for side in (counts[:at], counts[at:]))

    return max(range(2, len(counts) - 1), key=fit)


def dealt(path: Path, repetitions: int = 200) -> str:
    """Return how often the months of two real years, dealt at random to two windows, look like a change."""
    with TemporaryDirectory() as folder:
        ingest_file(path, Ledger(Path(folder)))
        incidents = Ledger(Path(folder)).incidents()
    lines = [f"real months of {path.name} dealt at random to two windows: share with a discovery"]
    for year in range(2016, 2023):
        window = Window(date(year, 1, 1), date(year + 2, 1, 1))
        inside = incidents.filter(window.holds())
        reduction = reduce_incidents(inside)
        corridors, lying = reduction.corridors, reduction.assignments.select("incident_id", "corridor_id")
        (tally,), _ = tallied(inside.join(lying, on="incident_id", how="left"), corridors, [window])
        random, found = np.random.default_rng(1), 0
        for _ in range(repetitions):
            order = random.permutation(tally.counts.shape[2])
            first, second = (tally.counts[:, :, half] for half in np.split(order, 2))
            found += any(map(_told, changes(first, second)))
        lines.append(f"  {year}-{year + 1}: {len(corridors)} corridors, {found / repetitions:.3f}")
    return "\n".join(lines)


def _dated(counts: Floats, alarms: tuple[Alarm, ...], months: list[str], shift: KnownShift, way: str) -> str:
    begin, end = months.index(f"{shift.first}-01"), months.index(f"{shift.last}-12")
    true = begin + split(counts[begin : end + 1])
    own = [alarm for alarm in alarms if alarm.direction == way and begin <= alarm.raised <= end + 3]
    if not own:
        return f"with hindsight {months[true]}, no alarm"
    nearest = min(own, key=lambda alarm: abs(alarm.since - true))
    return (
        f"with hindsight {months[true]}, dated {months[nearest.since]} by the alarm of {months[nearest.raised]}, "
        f"{abs(nearest.since - true) / 3:.1f} quarters off, known {(nearest.raised - true) / 3:.1f} quarters after"
    )


def _told(change: Change) -> bool:
    return change.up or change.down


def _listed(alarms: tuple[Alarm, ...], months: list[str]) -> str:
    return ", ".join(f"{months[alarm.raised]} {alarm.direction}" for alarm in alarms) or "none"


def _counts(random: np.random.Generator, mean: Floats, dispersion: Floats | float) -> Floats:
    """Return negative binomial counts of a mean and variance over mean."""
    beyond = np.broadcast_to(np.asarray(dispersion, dtype=float).reshape(-1, 1) - 1, mean.shape)
    wide = np.maximum(beyond, 1e-9)
    rate = np.where(beyond > 1e-6, random.gamma(np.minimum(mean / wide, 1e9), wide), mean)
    return random.poisson(rate).astype(float)


def _offsets(random: np.random.Generator, km: float) -> Offsets:
    month = np.repeat(np.arange(12), random.poisson(5, 12))
    together = random.normal(0, 5, 12)
    return Offsets(km + together[month] + random.normal(0, 15, len(month)), month, 0.0)


def measure() -> str:
    """Return every table that needs no file."""
    return f"{simulated()}\n{shifted()}\n{alarmed()}"


if __name__ == "__main__":
    print(measure())
    print(frontex())
    for edition in sorted((DATA / "iom_missing_migrants").glob("*.xlsx"))[-1:]:
        print(dealt(edition))
