"""Countries of origin as sources write them: one name, a list of names, or names with weights."""

from __future__ import annotations

import polars as pl

from geodata.model.incident import ORIGIN
from geodata.places.lookup import country_code


def origins_of(texts: pl.Series) -> pl.Series:
    """Return the countries of origin that texts name, with weights that sum to one; null where none is known.

    A text is one name, a list of names, or ``SYR:0.6;IRQ:0.4``; each distinct text is read once.
    """
    distinct = texts.unique(maintain_order=True)
    parsed = [None if text is None else _origins_in(text) for text in distinct.to_list()]
    table = pl.DataFrame({"text": distinct, "origins": pl.Series(parsed, dtype=pl.List(ORIGIN))})
    rows = pl.DataFrame({"text": texts}).join(table, on="text", how="left", nulls_equal=True, maintain_order="left")
    return rows["origins"]


def _origins_in(text: str) -> list[dict[str, str | float]] | None:
    """Return the countries named in one cell: one name, a list of names, or ``SYR:0.6;IRQ:0.4``."""
    whole = country_code(text)
    if whole:
        return [{"iso3": whole, "weight": 1.0}]
    weights: dict[str, float] = {}
    for part in text.replace(";", ",").replace("/", ",").replace("|", ",").split(","):
        name, _, weight = part.partition(":")
        code = country_code(name)
        if code:
            weights[code] = weights.get(code, 0.0) + (float(weight) if _is_weight(weight) else 1.0)
    total = sum(weights.values())
    return [{"iso3": code, "weight": weight / total} for code, weight in sorted(weights.items())] if total else None


def _is_weight(text: str) -> bool:
    return text.strip().replace(".", "", 1).isdigit()
