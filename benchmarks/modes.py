"""Mode with the route label withheld, against the label's own mode: how well the other rules do without it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import polars as pl

from geodata.ingest.validation import check
from geodata.mapping.profiles import mapped, profile_for
from geodata.parsing.transport_mode import label_modes, with_modes
from geodata.places.lookup import folded
from geodata.readers.dispatch import read_file
from geodata.spatial.coastline import is_land


def compared(path: Path) -> pl.DataFrame:
    """Return the rows of a file whose label has a mode of its own: that mode as ``truth``, the rules' as ``mode``."""
    reading = read_file(path)
    profile = profile_for(reading)
    rows = pl.concat([mapped(chunk.table, profile) for chunk in reading.chunks])
    rows = rows.with_columns(pl.lit("").alias("fingerprint"))
    incidents = check(rows, profile, profile.mapping(list(reading.columns)), datetime.now(UTC)).incidents
    table = label_modes()
    truth = [table.get(folded(label)) if label else None for label in incidents["route_label"].to_list()]
    known = incidents.with_columns(pl.Series("truth", truth, dtype=pl.String), pl.col("route_label").alias("label"))
    known = known.filter(pl.col("truth").is_not_null())
    judged = with_modes(known.with_columns(pl.lit(None, pl.String).alias("route_label")))
    land = is_land(judged["lon"].to_numpy(), judged["lat"].to_numpy())
    return judged.with_columns(pl.Series("mask", np.where(land, "land", "sea")))


def shares(judged: pl.DataFrame, column: str) -> tuple[float, float]:
    """Return the share of rows right, and the mean of the shares of land and of sea."""
    right = judged.with_columns((pl.col(column) == pl.col("truth")).alias("right"))
    by_truth = right.group_by("truth").agg(pl.col("right").mean())
    return float(right["right"].mean()), float(by_truth["right"].mean())


def measure(path: Path) -> str:
    """Return the figures and the table by label."""
    judged = compared(path)
    lines = [
        f"mode without the route label, {judged.height:,} rows of {path.name}: "
        + "; ".join(
            f"{name} {right:.1%} right, {balanced:.1%} balanced"
            for name, (right, balanced) in (("rules", shares(judged, "mode")), ("land mask", shares(judged, "mask")))
        )
    ]
    table = (
        judged.group_by("label", "truth")
        .agg(
            pl.len().alias("rows"),
            (pl.col("mode") == pl.col("truth")).mean().alias("rules"),
            (pl.col("mask") == pl.col("truth")).mean().alias("mask"),
        )
        .sort("rows", descending=True)
    )
    lines += [
        f"  {label:<52} {truth:<5} {rows:>6,} {rules:>7.1%} {mask:>7.1%}"
        for label, truth, rows, rules, mask in table.iter_rows()
    ]
    return "\n".join(lines)
