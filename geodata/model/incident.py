"""The incident: one reported event, and the columns under which every part of the product knows it.

Column order and types are those of the ledger's ``incidents`` table. Null means unknown. Times are UTC, places WGS 84
degrees (EPSG:4326), countries ISO 3166-1 alpha-3 (``XKX`` for Kosovo), ``cell`` an H3 index.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final, Literal, get_args

import polars as pl

from geodata.core.errors import UnknownColumns
from geodata.model.place_notes import NOTE
from geodata.model.source_words import WORD

Mode = Literal["land", "sea", "air", "unknown"]
Kind = Literal["death", "interception", "smuggling", "trafficking", "seizure", "piracy", "detection", "rescue", "other"]
TimePrecision = Literal["instant", "day", "month", "quarter", "year"]

MODES: tuple[Mode, ...] = get_args(Mode)
CORRIDOR_MODES: tuple[Mode, ...] = ("land", "sea", "air")
KINDS: tuple[Kind, ...] = get_args(Kind)

SYNTHETIC_SOURCE = "Synthetic demonstration"
"""Source of the demonstration incidents; whatever holds one of them is marked synthetic wherever it shows."""

ORIGIN = pl.Struct({"iso3": pl.String, "weight": pl.Float64})
TIME = pl.Datetime("us", "UTC")
EARLIEST = date(1900, 1, 1)
"""No incident lies before."""

SCHEMA: Final[Mapping[str, pl.DataType | type[pl.DataType]]] = {
    "incident_id": pl.String,  # the source's own id behind its source, else a hash of the content; stable over editions
    "source": pl.String,
    "source_record": pl.String,  # the id that the source gave
    "batch": pl.String,
    "time_start": TIME,
    "time_end": TIME,  # excluded
    "time_precision": pl.String,
    "lat": pl.Float64,
    "lon": pl.Float64,
    "place": pl.String,
    "place_precision_km": pl.Float64,
    "place_notes": pl.List(NOTE),  # facts on how the place was read
    "kind": pl.String,
    "mode": pl.String,
    "mode_reason": pl.String,
    "mode_confidence": pl.Float64,  # 0..1
    "people": pl.Int64,
    "dead": pl.Int64,
    "missing": pl.Int64,
    "survivors": pl.Int64,
    "origins": pl.List(ORIGIN),  # weights sum to one
    "departure": pl.String,
    "transit": pl.String,
    "destination": pl.String,
    "country": pl.String,  # where it lies; null at sea
    "route_label": pl.String,  # the source's own
    "modus_operandi": pl.List(pl.String),
    "source_grade": pl.String,
    "information_grade": pl.String,
    "grade_scale": pl.String,
    "handling": pl.String,  # Traffic Light Protocol
    "url": pl.String,
    "source_words": pl.List(WORD),  # what the source wrote where the ledger holds something else
    "cell": pl.UInt64,
    "extra": pl.String,  # the rest of the row, as JSON
    "fingerprint": pl.String,  # hash of the row as it was read: tells an unchanged row from a revised one
}


def empty() -> pl.DataFrame:
    """Return a frame of no incidents with every column of the ledger."""
    return pl.DataFrame(schema=SCHEMA)


_KNOWN_TO_DAYS: Final = {"instant": 1, "day": 1, "month": 31, "quarter": 92, "year": 366}


def lasts() -> pl.Expr:
    """Return whether an incident is stated to go on for longer than its time is known to.

    Of ``time_start``, ``time_end`` and ``time_precision``: one of a month that ends with it does not last, one of three
    months does.
    """
    known_to = pl.col("time_precision").replace_strict(_KNOWN_TO_DAYS, default=None, return_dtype=pl.Int64)
    longer = (pl.col("time_end") - pl.col("time_start")) > pl.duration(days=known_to)
    return longer.fill_null(value=False)


def is_synthetic(incidents: pl.DataFrame) -> bool:
    """Tell whether any of the incidents was made up for demonstration."""
    return "source" in incidents.columns and bool((incidents["source"] == SYNTHETIC_SOURCE).any())


def require_columns(incidents: pl.DataFrame, needed: Sequence[str], who: str) -> None:
    """Refuse incidents without a column that ``who``, "a reduction", needs.

    Raises
    ------
    UnknownColumns
    """
    missing = [name for name in needed if name not in incidents.columns]
    if missing:
        raise UnknownColumns(
            f"column {missing[0]!r} is missing", rule=f"{who} needs {', '.join(needed)}", done="nothing was reduced"
        )
