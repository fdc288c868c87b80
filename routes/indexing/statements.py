"""What incidents state about journeys - origins, departure, destination - each statement once, with a number."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from geodata.model.incident import ORIGIN, SYNTHETIC_SOURCE
from routes.core.geodesy import Rows

STATED: Mapping[str, pl.DataType | type[pl.DataType]] = {
    "origins": pl.List(ORIGIN),
    "departure": pl.String,
    "destination": pl.String,
    "synthetic": pl.Boolean,
}
"""``synthetic`` tells whether the incident was made up for demonstration."""


def statements(incidents: pl.DataFrame) -> tuple[pl.DataFrame, Rows]:
    """Return the different statements, with columns of ``STATED``, and the row of each incident among them."""
    if incidents.is_empty():
        return pl.DataFrame(schema=STATED), np.zeros(0, np.int64)
    made_up = pl.col("source") == SYNTHETIC_SOURCE if "source" in incidents.columns else pl.lit(value=False)
    frame = incidents.with_columns(
        *(
            pl.col(name).cast(kind) if name in incidents.columns else pl.lit(None, kind).alias(name)
            for name, kind in STATED.items()
            if name != "synthetic"
        ),
        made_up.fill_null(value=False).alias("synthetic"),
    ).select(*STATED)
    rows = frame.with_row_index("row").group_by(*STATED).agg("row").sort(pl.col("row").list.first())
    number = np.empty(frame.height, np.int64)
    number[rows["row"].explode().to_numpy()] = np.repeat(np.arange(rows.height), rows["row"].list.len().to_numpy())
    return rows.select(*STATED), number


def stated_by(incidents: pl.DataFrame) -> pl.DataFrame:
    """Return the different statements of some incidents, with columns of ``STATED``, and how many make each."""
    different, number = statements(incidents)
    made = pl.Series("incidents", number, dtype=pl.Int64).value_counts(name="made").sort("incidents")["made"]
    return different.with_columns(made.cast(pl.Int64).alias("incidents"))
