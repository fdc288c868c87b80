"""On two editions of one real source: what the earlier one said, judged by the later one; and documented shifts."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import polars as pl

from benchmarks.change.peers import Found, change_points_on, cusum_on, ears_on, poisson_on
from geodata.ingest.pipeline import ingest_file
from geodata.ledger.store import Ledger
from geodata.model.assumptions import reference_facts
from geodata.model.reporting import Editions
from geodata.workspace.editions import editions_of, reporting
from routes.pipelines.counting import placed
from routes.pipelines.flow_network import Network, network
from routes.temporal.findings import Finding, findings_of
from routes.temporal.series import Series, series_of

DATA = Path(__file__).parent.parent.parent.parent / "shared" / "data" / "iom_missing_migrants"
EARLIER, LATER = DATA / "alldata_2022-05.xlsx", DATA / "alldata_2024-11.xlsx"
SHIFTS = Path(__file__).parent / "shifts.toml"
WITHIN_MONTHS = 4
EARLY_MONTHS = 3
"""An alarm may date a shift so many months earlier than its source does."""
LAST_MONTHS = 6
FEWEST = 24


@dataclass(frozen=True, eq=False)
class Editions2:
    """One network, and the series of the earlier edition alone, of the later one, and of the later one knowing both."""

    network: Network
    early: Series
    late: Series


@cache
def editions() -> Editions2:
    """Read both editions and lay out the network of the later one."""
    with TemporaryDirectory() as folder:
        ledger = Ledger(Path(folder))
        ingest_file(EARLIER, ledger)
        first = ledger.incidents()
        ingest_file(LATER, ledger, may_withdraw=True)
        then = ledger.incidents()
        known = editions_of(ledger, then, ledger.version() or 0)
    laid = network(then, reference_facts())
    early = series_of(laid, placed(laid, first), Editions(reporting=reporting()))
    return Editions2(laid, early, series_of(laid, placed(laid, then), known))


def nowcast_held() -> tuple[int, int, int, int]:
    """Return of how many strata with a history the last months came within the interval, and of how many months.

    Strata are known routes, branches and countries with at least ``FEWEST`` incidents in the year before; of each the
    sum of the last ``LAST_MONTHS`` is judged, and each of these months by itself.
    """
    both = editions()
    early, late = both.early, both.late
    rows = {node.node_id: row for row, node in enumerate(late.tree.nodes)}
    size, shift = len(early.months), early.first - late.first
    held = strata = months_held = months = 0
    for row, node in enumerate(early.tree.nodes):
        if node.level not in ("known route", "branch", "country") or node.node_id not in rows:
            continue
        if early.reported[row, size - LAST_MONTHS - 12 : size - LAST_MONTHS].sum() < FEWEST:
            continue
        truth = late.reported[rows[node.node_id], shift + size - LAST_MONTHS : shift + size]
        _, low, high = early.expected[row, size - LAST_MONTHS :].T
        inside = (low <= truth) & (truth <= high)
        months_held, months = months_held + int(inside.sum()), months + LAST_MONTHS
        # Months of one stratum are late together, so that their bounds add up.
        held += bool(low.sum() <= truth.sum() <= high.sum())
        strata += 1
    return held, strata, months_held, months


def fewer_contradicted() -> tuple[int, int]:
    """Return how many alarms of fewer the earlier edition raised of its last year, and how many the later contradicts.

    Contradicted is one whose months since have, in the later edition, more than four fifths of what was usual.
    """
    both = editions()
    early, late = both.early, both.late
    rows = {node.node_id: row for row, node in enumerate(late.tree.nodes)}
    shift = early.first - late.first
    found = wrong = 0
    for one in findings_of(early, both.network.routes):
        if one.direction != "fewer" or one.detected < early.months[-13]:
            continue
        since, detected = (early.months.index(month) + shift for month in (one.since, one.detected))
        truth = late.reported[rows[one.node_id], since : detected + 1].mean()
        found += 1
        wrong += bool(truth > 0.8 * one.usual)
    return found, wrong


@dataclass(frozen=True)
class Detection:
    """A documented shift, and months from its beginning to the first alarm of it; None for none."""

    name: str
    month: str
    months: int | None
    by: str


def documented() -> tuple[list[Detection], int, int]:
    """Return what the product said of the documented shifts; how many other alarms there are, and in all."""
    both = editions()
    found = findings_of(both.late, both.network.routes)
    used: set[str] = set()
    told = []
    for shift in shifts():
        on = _number(shift["month"])
        own = [one for one in found if _tells(one, shift, on, both.late)]
        used |= {one.finding_id for one in own}
        first = min(own, key=lambda one: one.detected, default=None)
        late = None if first is None else _number(first.detected) - on
        told.append(Detection(shift["name"], shift["month"], late, "" if first is None else str(first.name)))
    return told, len(found) - len(used), len(found)


def documented_by_peers() -> list[tuple[str, int, int]]:
    """Return for each peer how many shifts it told within ``WITHIN_MONTHS``, and how many alarms in all."""
    both = editions()
    series = both.late
    rows = [row for row, node in enumerate(series.tree.nodes) if node.level == "route"]
    counts = series.reported[:, : series.over]
    peers = {
        "Poisson tests, BH": poisson_on,
        "EARS C2": ears_on,
        "CUSUM": cusum_on,
        "change points, as before": change_points_on,
    }
    told = []
    for name, method in peers.items():
        alarms: list[Found] = method(counts, rows)
        hit = 0
        for shift in shifts():
            on = _number(shift["month"]) - series.first
            hit += any(
                way == shift["direction"]
                and -EARLY_MONTHS <= month - on <= WITHIN_MONTHS
                and _lies_in(series, node, month, shift) >= 0.5
                for node, month, way in alarms
            )
        told.append((name, hit, len(alarms)))
    return told


def shifts() -> Sequence[dict[str, str]]:
    """Return the documented shifts."""
    with SHIFTS.open("rb") as file:
        found: list[dict[str, str]] = tomllib.load(file)["shift"]
    return found


def _number(month: str) -> int:
    return int(month[:4]) * 12 + int(month[5:]) - 1


def _tells(one: Finding, shift: dict[str, str], on: int, series: Series) -> bool:
    row = next(row for row, node in enumerate(series.tree.nodes) if node.node_id == one.node_id)
    begun = _number(one.since) - on
    if (
        one.direction != shift["direction"]
        or one.mode not in (None, shift["mode"])
        or not -EARLY_MONTHS <= begun <= WITHIN_MONTHS
    ):
        return False
    return _lies_in(series, row, _number(one.detected) - series.first, shift) >= 0.5


def _lies_in(series: Series, row: int, month: int, shift: dict[str, str]) -> float:
    """Return the share of a node's incidents of the year up to a month that lie where a shift is documented."""
    rows = series.placed.rows_of(row)
    rows = rows[(series.month[rows] > month - 12) & (series.month[rows] <= month)]
    own = series.incidents[rows].select("lon", "lat", "mode").drop_nulls(["lon", "lat"])
    if own.is_empty():
        return 0.0
    inside = pl.lit(value=False)
    for west, south, east, north in shift["boxes"]:  # type: ignore[misc]
        inside |= pl.col("lon").is_between(west, east) & pl.col("lat").is_between(south, north)  # type: ignore[has-type]
    return float(np.mean(own.select(inside & (pl.col("mode") == shift["mode"])).to_series().to_numpy()))
