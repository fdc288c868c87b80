"""EDITIONS: what each version of the ledger already knew of each month, from which delays of reporting are learnt.

The versions of a ledger are a reporting triangle (Lawless 1994): month of the incident by state of the knowledge. An
edition of a source is as new as the latest incident in it, whenever it was taken in.
"""

from __future__ import annotations

import polars as pl

from geodata.ledger import Ledger
from geodata.profiles import Reporting, profiles

MOST_EDITIONS = 16
"""Editions that are compared, the latest of them."""
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


def month_of(column: str = "time_start") -> pl.Expr:
    """Return the month of a time, counted from the year 0."""
    time = pl.col(column)
    return (time.dt.year() * 12 + time.dt.month() - 1).cast(pl.Int32)


def reporting_of(source: str) -> Reporting | None:
    """Return what the profiles know of how a source reports, None where they know nothing."""
    return next((one.reporting for one in profiles() if one.source == source and one.reporting), None)


def strata(incidents: pl.DataFrame) -> pl.Series:
    """Return what delivers each incident as one, ``str``: incidents of one stratum are reported together, or late.

    That is the body that delivered it, where the source names it and it delivers often; else the source's own label of
    the route; else the country; each only where it has enough incidents. All others of a source are one stratum.

    Parameters
    ----------
    incidents : DataFrame
        source, and route_label, country, extra where they are there.
    """
    nothing = pl.lit(None, pl.String)
    has = set(incidents.columns)
    source = pl.col("source").fill_null("") if "source" in has else pl.lit("")
    body = nothing
    for name in incidents["source"].drop_nulls().unique().to_list() if "source" in has and "extra" in has else []:
        known = reporting_of(name)
        if known and known.body:
            stated = pl.col("extra").str.json_path_match(f"$['{known.body}']")
            body = pl.when(pl.col("source") == name).then(stated).otherwise(body)
    named = {
        "body": body,
        "label": pl.col("route_label") if "route_label" in has else nothing,
        "country": pl.col("country") if "country" in has else nothing,
    }
    frame = incidents.select(source.alias("source"), **named)
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


def triangle(ledger: Ledger, incidents: pl.DataFrame, version: int) -> pl.DataFrame:
    """Return what each edition held of what a version knows, columns of ``TRIANGLE``; none where there is one edition.

    Parameters
    ----------
    ledger : Ledger
    incidents : DataFrame
        Those of the version.
    version : int
    """
    now = incidents.select("incident_id", "source", month_of().alias("month"), strata(incidents).alias("stratum"))
    now = now.drop_nulls("month")
    newest = dict(now.group_by("source").agg(pl.col("month").max()).iter_rows())
    rows = []
    for before, source in _editions(ledger, version):
        own = now.filter(pl.col("source") == source)
        held = ledger.incidents(before).filter(pl.col("source") == source).select("incident_id", "time_start")
        as_of = held.select(month_of().max()).item()
        if as_of is None or own.is_empty() or as_of >= newest[source]:
            continue
        known = own.with_columns(pl.col("incident_id").is_in(held["incident_id"].implode()).alias("was"))
        rows.append(
            known.filter(pl.col("month") <= as_of)
            .group_by("source", "stratum", "month")
            .agg(
                pl.lit(as_of, pl.Int32).alias("as_of"),
                pl.col("was").sum().cast(pl.Int64).alias("held"),
                pl.len().cast(pl.Int64).alias("now"),
            )
        )
    if not rows:
        return pl.DataFrame(schema=TRIANGLE)
    every = pl.concat(rows).select(*TRIANGLE)
    # Of editions that are equally new the last one speaks.
    return every.unique(["source", "stratum", "month", "as_of"], keep="last", maintain_order=True)


def _editions(ledger: Ledger, version: int) -> list[tuple[int, str]]:
    """Return the versions before one that editions of a source made, the oldest first, with the source."""
    history = [(made, batch) for made, batch in ledger.history() if made < version]
    undone = {batch.undoes for _, batch in history if batch.undoes}
    made = [(number, batch.source) for number, batch in history if not batch.undoes and batch.batch not in undone]
    return made[:MOST_EDITIONS][::-1]
