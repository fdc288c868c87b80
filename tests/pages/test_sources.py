"""Sources: what each brought, and whether it is late."""

from datetime import UTC, datetime

import polars as pl

from geodata.ledger.batch import Batch
from pages.widgets.source_table import source_rows

NOW = datetime(2026, 11, 30, tzinfo=UTC)


def batch(source: str, at: str) -> Batch:
    return Batch(at, "a.csv", "", source, "", "", f"{at}T00:00:00+00:00")


def test_a_source_is_late_once_three_of_its_usual_intervals_have_passed():
    incidents = pl.DataFrame(
        {"source": ["Alpha", "Alpha", "Beta"], "time_start": [datetime(2026, 1, day, tzinfo=UTC) for day in (1, 9, 5)]}
    )
    weekly = [batch("Alpha", f"2026-11-{day:02}") for day in (16, 9, 2)]
    early = [batch("Beta", f"2026-11-{day:02}") for day in (8, 1)]
    rows = source_rows(incidents, [*weekly, *early], NOW).to_dicts()
    assert [(row["source"], row["incidents"], row["first"], row["last"]) for row in rows] == [
        ("Alpha", 2, "2026-01-01", "2026-01-09"),
        ("Beta", 1, "2026-01-05", "2026-01-05"),
    ]
    assert [(row["taken"], row["interval"], row["state"]) for row in rows] == [
        ("2026-11-16", "every 7 days", "on time"),
        ("2026-11-08", "too few imports to tell", ""),
    ]
    late = source_rows(incidents, [batch("Alpha", f"2026-11-{day:02}") for day in (8, 7, 6)], NOW)
    assert late["state"][0] == "late"
