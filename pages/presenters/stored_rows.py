"""The first incidents of a file as they would be stored, in words that can be read in one way only."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import polars as pl
from babel.dates import format_date, format_skeleton

from pages.ui.translate import mark, say, spoken

HEADINGS: Final = {
    "when": mark("Date"),
    "place": mark("Place"),
    "position": mark("Latitude, longitude"),
    "mode": mark("Mode"),
    "kind": mark("Kind"),
    "people": mark("People"),
    "dead": mark("Dead"),
}
"""Columns, and what stands above them."""
_FORMS: Final = {"month": "yMMMM", "quarter": "yQQQQ", "year": "y"}


def as_stored(incidents: pl.DataFrame) -> pl.DataFrame:
    """Return incidents in the columns of ``HEADINGS``: days with the month as a word, degrees with points."""
    rows = [
        {
            "when": in_words(one["time_start"], one["time_precision"]),
            "place": one["place"],
            "position": f"{one['lat']:.4f}, {one['lon']:.4f}",
            "mode": say(one["mode"]),
            "kind": say(one["kind"]),
            "people": one["people"],
            "dead": one["dead"],
        }
        for one in incidents.iter_rows(named=True)
    ]
    return pl.DataFrame(rows, schema=dict.fromkeys(HEADINGS, pl.String) | {"people": pl.Int64, "dead": pl.Int64})


def in_words(moment: datetime, precision: str = "day") -> str:
    """Return a time as exactly as it is known, with its month as a word."""
    if precision in _FORMS:
        return str(format_skeleton(_FORMS[precision], moment, locale=spoken().locale))
    day = str(format_date(moment, "long", locale=spoken().locale))
    return f"{day}, {moment:%H:%M}" if precision == "instant" else day
