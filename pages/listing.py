"""The list of incidents: what a table and a panel say of each, in words. Frames in, frames out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

import polars as pl

from geodata.places import country_name

MOST_ROWS = 5_000
"""Rows of a table that are sent to a browser."""
ROUGH_KM = 25.0
"""From here on a place is too inexact for a single line of the reduction."""
UNSURE = 0.5
"""A mode of no more confidence than this is unsure."""

_REPAIR = "proposed: "
_FLAGS: Final[tuple[tuple[pl.Expr, str], ...]] = (
    (pl.col("coordinate_note").str.contains(_REPAIR, literal=True), "place contradicts the row"),
    (pl.col("coordinate_note").str.contains(r"as given, .* applied, which agrees"), "place repaired"),
    (pl.col("coordinate_note").str.contains("stands for no place", literal=True), "stands for no place"),
    (pl.col("coordinate_note").str.contains("taken for a town", literal=True), "place shared, taken for a town"),
    (pl.col("coordinate_note").str.contains("placed by its name", literal=True), "placed by its name"),
    (pl.col("coordinate_note").str.contains("against the stated form", literal=True), "order of coordinates doubtful"),
    (pl.col("place_precision_km") >= ROUGH_KM, "place is rough"),
    (pl.col("time_precision").is_in(["month", "quarter", "year"]), "day unknown"),
    ((pl.col("mode") == "unknown") | (pl.col("mode_confidence") <= UNSURE), "mode unsure"),
)
"""Where a flag stands, and the flag in words."""

_WORDS = ("place", "route_label", "departure", "transit", "destination", "country_name")
_SHAPES = {"instant": "%Y-%m-%d %H:%M", "month": "%Y-%m", "year": "%Y"}

HEADINGS: Final[Mapping[str, str]] = {
    "time": "Time (UTC)",
    "mode": "Mode",
    "why": "Why this mode",
    "kind": "Kind",
    "country_name": "Country",
    "place": "Place",
    "people": "People",
    "precision": "Place known to",
    "flags": "Flags",
    "repair": "Proposed repair",
    "corridor": "Corridor",
    "source": "Source",
    "grade": "Grade",
}
"""Columns of the table and what stands above them."""


def listed(incidents: pl.DataFrame, corridors: pl.DataFrame) -> pl.DataFrame:
    """Return incidents, newest first, with what there is to say of them.

    Parameters
    ----------
    incidents : DataFrame
        Columns of ``incident.SCHEMA``.
    corridors : DataFrame
        ``incident_id`` and ``corridor``, the name of the one that it belongs to.

    Returns
    -------
    DataFrame
        The columns of the ledger, ``country_name``, ``flags`` (list of str) and ``corridor``.
    """
    codes = incidents["country"].drop_nulls().unique().to_list()
    named = pl.col("country").replace_strict(codes, [country_name(code) for code in codes], return_dtype=pl.String)
    flags = pl.concat_list(pl.when(where).then(pl.lit(words)) for where, words in _FLAGS).list.drop_nulls()
    return (
        incidents.sort("time_start", "incident_id", descending=[True, False])
        .with_columns((named if codes else pl.lit(None, pl.String)).alias("country_name"), flags.alias("flags"))
        .join(corridors, on="incident_id", how="left", maintain_order="left")
    )


def flagged(found: pl.DataFrame) -> pl.DataFrame:
    """Return those incidents of a list that bear a flag."""
    return found.filter(pl.col("flags").list.len() > 0)


def searched(found: pl.DataFrame, words: str) -> pl.DataFrame:
    """Return those incidents of a list in whose places every one of the words stands, without case and accents."""
    text = _plain(pl.concat_str(_WORDS, separator=" ", ignore_nulls=True))
    wanted = pl.select(_plain(pl.lit(words))).item().split()
    return found.filter(text.str.contains(word, literal=True) for word in wanted) if wanted else found


def shown(found: pl.DataFrame) -> pl.DataFrame:
    """Return the columns of ``HEADINGS`` of the first ``MOST_ROWS`` incidents of a list, in words."""
    return found.head(MOST_ROWS).select(
        _time("time_start").alias("time"),
        "mode",
        _why().alias("why"),
        "kind",
        pl.coalesce("country_name", pl.lit("at sea")).alias("country_name"),
        "place",
        "people",
        _precision().alias("precision"),
        pl.col("flags").list.join("; "),
        _repair().alias("repair"),
        "corridor",
        "source",
        _grade().alias("grade"),
    )


def counted(found: pl.DataFrame) -> str:
    """Return how many incidents a list has, and how many of them are flagged."""
    return f"{found.height:,} {'incident' if found.height == 1 else 'incidents'}, {flagged(found).height:,} flagged"


def told(found: pl.DataFrame, row: int) -> list[tuple[str, str]]:
    """Return all that is known of one incident of a list as pairs of a label and words; what is empty is left out.

    Parameters
    ----------
    found : DataFrame
        As ``listed`` returns it.
    row : int
        Which of its incidents.
    """
    of = found[row]
    words = of.select(
        time=_time("time_start"),
        end=_time("time_end"),
        why=_why(),
        precision=_precision(),
        repair=_repair(),
        note=pl.col("coordinate_note").str.split(_REPAIR).list.first().str.strip_suffix("; "),
        flags=pl.col("flags").list.join("; "),
        grade=_grade(),
    ).row(0, named=True)
    raw = of.row(0, named=True)
    pairs = [
        ("Time (UTC)", words["time"]),
        ("Until", words["end"] if raw["time_precision"] == "instant" else None),
        ("Time known to", f"the {raw['time_precision']}" if raw["time_precision"] else None),
        ("Mode", raw["mode"]),
        ("Why this mode", words["why"]),
        ("Corridor", raw["corridor"] or "none that was found runs by it"),
        ("Flags", words["flags"] or "none"),
        ("Proposed repair", words["repair"]),
        ("Kind", raw["kind"]),
        *((name.capitalize(), _number(raw[name])) for name in ("people", "dead", "missing", "survivors")),
        ("Origins", _origins(raw["origins"])),
        *((name.capitalize(), raw[name]) for name in ("departure", "transit", "destination")),
        ("Country", raw["country_name"] or "none: at sea"),
        ("Place", raw["place"]),
        ("Latitude, longitude", f"{raw['lat']:.5f}, {raw['lon']:.5f}"),
        ("Place known to", words["precision"]),
        ("Coordinates", words["note"]),
        ("Hex (H3)", format(raw["cell"], "x") if raw["cell"] else None),
        ("Route, by the source", raw["route_label"]),
        ("Modus operandi", "; ".join(raw["modus_operandi"] or ())),
        ("Source", raw["source"]),
        ("Record of the source", raw["source_record"]),
        ("Grade", words["grade"]),
        ("Handling", raw["handling"]),
        ("Address", raw["url"]),
        ("Batch", raw["batch"]),
        ("Incident", raw["incident_id"]),
        *((f"In the file: {name}", value) for name, value in _rest(raw["extra"]).items()),
    ]
    return [(label, str(value)) for label, value in pairs if value not in (None, "")]


def _plain(text: pl.Expr) -> pl.Expr:
    return text.str.normalize("NFKD").str.replace_all(r"\p{M}", "").str.to_lowercase()


def _time(column: str) -> pl.Expr:
    """Return a time as exactly as it is known."""
    time = pl.col(column).dt
    quarter = pl.format("{}, quarter {}", time.year(), time.quarter())
    known = pl.col("time_precision")
    shaped = [pl.when(known == precision).then(time.strftime(shape)) for precision, shape in _SHAPES.items()]
    return pl.coalesce(pl.when(known == "quarter").then(quarter), *shaped, time.strftime("%Y-%m-%d"))


def _why() -> pl.Expr:
    sure = (100 * pl.col("mode_confidence")).round(0).cast(pl.Int64)
    return pl.format("{} ({} % sure)", pl.col("mode_reason"), sure)


def _precision() -> pl.Expr:
    km = pl.col("place_precision_km")
    metres = pl.format("about {} m", (km * 100).round(0).cast(pl.Int64) * 10)
    fine = pl.format("about {} km", km.round(1))
    coarse = pl.format("about {} km", km.round(0).cast(pl.Int64))
    return pl.when(km < 1).then(metres).when((km < 10) & (km != km.round(0))).then(fine).otherwise(coarse)


def _repair() -> pl.Expr:
    return pl.col("coordinate_note").str.split_exact(_REPAIR, 1).struct.field("field_1")


def _grade() -> pl.Expr:
    grade = pl.concat_str("source_grade", "information_grade", ignore_nulls=True)
    scaled = pl.when(pl.col("grade_scale").is_not_null()).then(pl.format("{} ({})", grade, "grade_scale"))
    return pl.when(grade != "").then(scaled.otherwise(grade))


def _number(value: int | None) -> str | None:
    return None if value is None else f"{value:,}"


def _origins(origins: list[dict[str, Any]] | None) -> str:
    """Return countries of origin by name, with their share where there are several."""
    several = len(origins or ()) > 1
    return "; ".join(
        country_name(origin["iso3"]) + (f" ({origin['weight']:.0%})" if several else "")
        for origin in origins or ()
        if origin["iso3"]
    )


def _rest(extra: str | None) -> dict[str, Any]:
    rest = json.loads(extra or "{}")
    return rest if isinstance(rest, dict) else {}
