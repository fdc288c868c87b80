"""The sources of the incidents: how much each brought, up to when, how often it delivers, and whether it is late."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise
from statistics import median
from typing import Final

import polars as pl
import streamlit as st

from geodata.ledger.batch import Batch
from geodata.mapping.profiles import credits_of
from pages.data.workspace_cache import Workspace
from pages.ui.data_table import tabulate
from pages.ui.notices import aside, notice
from pages.ui.translate import counted, mark, say

LATE: Final = 3
"""A source is late after so many of its usual intervals without an import."""
_FEWEST_BATCHES = 3
_DAY_SECONDS = 86_400
TITLES: Final = {
    "source": mark("Source"),
    "incidents": mark("Incidents"),
    "first": mark("First incident"),
    "last": mark("Last incident"),
    "taken": mark("Last import"),
    "interval": mark("Usually imported"),
    "state": mark("State"),
    "credit": mark("Credit and licence"),
}


def sources(seen: Workspace, version: int | None) -> None:
    """List the sources."""
    if version is None:
        notice(say("Nothing has been imported yet. Add a file of yours under “{tab}”.", tab=say("Import")))
        return
    rows = source_rows(seen.incidents(version), [batch for _, batch in seen.history()], datetime.now(UTC))
    tabulate(
        rows,
        {
            name: st.column_config.NumberColumn(say(title), format="localized") if name == "incidents" else say(title)
            for name, title in TITLES.items()
        },
        say("Sources, most incidents first"),
        height="content",
        key="sources",
    )
    aside(
        say(
            "A source is late once {times} of its usual intervals have passed without an import. How far each is "
            "known, by month, stands under Changes.",
            times=LATE,
        )
    )


def source_rows(incidents: pl.DataFrame, batches: Sequence[Batch], now: datetime) -> pl.DataFrame:
    """Return what is told of each source, most incidents first.

    Parameters
    ----------
    incidents : DataFrame
        ``source``, ``time_start``.
    batches : sequence of Batch
        The newest first.
    now : datetime
    """
    counted_ = (
        incidents.group_by("source")
        .agg(
            pl.len().alias("incidents"),
            pl.col("time_start").min().dt.strftime("%Y-%m-%d").alias("first"),
            pl.col("time_start").max().dt.strftime("%Y-%m-%d").alias("last"),
        )
        .sort("incidents", "source", descending=[True, False])
    )
    rows = []
    for name, number, first, last in counted_.iter_rows():
        own = [batch for batch in batches if batch.source == name and not (batch.undoes or batch.purge)]
        usual = usual_interval(own)
        credit = "; ".join(credits_of(incidents.filter(pl.col("source") == name)))
        told = (own[0].at[:10] if own else "", _interval(usual), _state(own, usual, now), credit)
        rows.append((name, number, first, last, *told))
    return pl.DataFrame(rows, schema=dict.fromkeys(TITLES, pl.String) | {"incidents": pl.Int64}, orient="row")


def usual_interval(batches: Sequence[Batch]) -> float | None:
    """Return the median seconds between batches of one source, newest first; None where there are too few to tell."""
    if len(batches) < _FEWEST_BATCHES:
        return None
    times = [datetime.fromisoformat(batch.at).timestamp() for batch in batches]
    return round(median(later - earlier for later, earlier in pairwise(times)), 1)


def _interval(usual: float | None) -> str:
    if usual is None:
        return say("too few imports to tell")
    days = max(round(usual / _DAY_SECONDS), 1)
    return counted("every day", "every {count} days", days)


def _state(own: Sequence[Batch], usual: float | None, now: datetime) -> str:
    if not own or usual is None:
        return ""
    passed = (now - datetime.fromisoformat(own[0].at)).total_seconds()
    return say("late") if passed > LATE * usual else say("on time")
