"""STRATA: what of the incidents is delivered together, and how late; values that the tests of change rest on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl
from pydantic import BaseModel, ConfigDict

TRIANGLE = {
    "source": pl.String,
    "stratum": pl.String,
    "month": pl.Int32,
    "as_of": pl.Int32,
    "held": pl.Int64,
    "now": pl.Int64,
}
"""Of each month, counted from the year 0, and edition: incidents that it held, of those that are known now."""
BODY = "body: "
"""How a stratum begins that is a body; the others begin with "route: " or "country: ", or are empty."""
_FEWEST_DELIVERED = 24
_FEWEST_IN_PLACE = 36


class Reporting(BaseModel):
    """How late a source reports: what is known of it before its own editions tell.

    Attributes
    ----------
    body : str
        Column that names who delivered an incident to the source, "" for none: bodies deliver in blocks.
    held : tuple of float, 0..1
        Share of the incidents of a month that an edition holds, by age of the month: that of its latest incident first.
    source : str
        Where these figures are from.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    body: str = ""
    held: tuple[float, ...] = ()
    source: str


def _no_triangle() -> pl.DataFrame:
    return pl.DataFrame(schema=TRIANGLE)


@dataclass(frozen=True, eq=False)
class Editions:
    """What is known of how late reports arrive.

    Attributes
    ----------
    triangle : DataFrame
        Columns of ``TRIANGLE``; empty where there are no earlier editions.
    reporting : mapping of source -> Reporting
    """

    triangle: pl.DataFrame = field(default_factory=_no_triangle)
    reporting: Mapping[str, Reporting] = field(default_factory=dict)


def month_of(column: str = "time_start") -> pl.Expr:
    """Return the month of a time, counted from the year 0."""
    time = pl.col(column)
    return (time.dt.year() * 12 + time.dt.month() - 1).cast(pl.Int32)


def strata(incidents: pl.DataFrame, reporting: Mapping[str, Reporting]) -> pl.Series:
    """Return what delivers each incident as one, ``str``: incidents of one stratum are reported together, or late.

    That is the body that delivered it, where the source names it and it delivers often; else the source's own label of
    the route; else the country; each only where it has enough incidents. All others of a source are one stratum.

    Parameters
    ----------
    incidents : DataFrame
        source, and route_label, country, extra where they are there.
    reporting : mapping of source -> Reporting
    """
    nothing = pl.lit(None, pl.String)
    has = set(incidents.columns)
    body = nothing
    for name in incidents["source"].drop_nulls().unique().to_list() if "extra" in has else []:
        if name in reporting and reporting[name].body:
            stated = pl.col("extra").str.json_path_match(f"$['{reporting[name].body}']")
            body = pl.when(pl.col("source") == name).then(stated).otherwise(body)
    named = {
        "body": body,
        "label": pl.col("route_label") if "route_label" in has else nothing,
        "country": pl.col("country") if "country" in has else nothing,
    }
    frame = incidents.select("source", **named)
    for name, fewest in (("body", _FEWEST_DELIVERED), ("label", _FEWEST_IN_PLACE), ("country", _FEWEST_IN_PLACE)):
        often = pl.len().over("source", name) >= fewest
        frame = frame.with_columns(pl.when(often & pl.col(name).is_not_null()).then(name).alias(name))
    parts = pl.coalesce(
        pl.lit(BODY) + pl.col("body"),
        pl.lit("route: ") + pl.col("label"),
        pl.lit("country: ") + pl.col("country"),
        pl.lit(""),
    )
    return frame.select(parts.alias("stratum")).to_series()
