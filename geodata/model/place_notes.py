"""Place notes: what there is to say of how the place of an incident was read, a list of facts that only grows.

Each fact has a code, by which a program finds it, and a sentence for a person. A fact of a repair has a point too: the
one that is proposed or, where the repair was applied, the one that the file gave.
"""

from __future__ import annotations

from typing import Final, Literal, get_args

import polars as pl

from geodata.core.lists import gathered

Code = Literal[
    "read",
    "order_told",
    "placed_by_name",
    "shared_by_town",
    "stands_for_no_place",
    "stands_for_country",
    "contradiction",
    "repair_proposed",
    "repair_applied",
    "earlier",
]
"""What a fact is of.

``read``
    How the coordinates are written.
``order_told``
    Hemispheres tell latitude from longitude, against the form that was stated.
``placed_by_name``
    The gazetteer gave the point.
``shared_by_town``, ``stands_for_no_place``
    Many rows of the file lie at this point.
``stands_for_country``
    The point is the middle of a country.
``contradiction``
    The point contradicts what the row states, and no single repair is known.
``repair_proposed``, ``repair_applied``
    One repair fits; with the point proposed, or the point as the file gave it.
``earlier``
    A note that was stored before notes were lists.
"""
CODES: tuple[Code, ...] = get_args(Code)
NOTE: Final = pl.Struct({"code": pl.String, "text": pl.String, "lat": pl.Float64, "lon": pl.Float64})


def fact(code: str | pl.Expr, text: pl.Expr, lat: pl.Expr | None = None, lon: pl.Expr | None = None) -> pl.Expr:
    """Return a fact for each row: its code, its sentence and, of a repair, its point in degrees (WGS 84)."""
    nowhere = pl.lit(None, pl.Float64)
    return pl.struct(
        code=pl.lit(code) if isinstance(code, str) else code,
        text=text,
        lat=nowhere if lat is None else lat,
        lon=nowhere if lon is None else lon,
    )


def notes(rows: pl.DataFrame, *facts: tuple[pl.Expr, pl.Expr], after: str | None = None) -> pl.Series:
    """Return the list of facts of each row, those that it bears already first.

    Parameters
    ----------
    rows : DataFrame
    *facts : tuple of Expr
        Where a fact holds (boolean), and the fact (``fact``).
    after : str, optional
        Column of lists behind which the facts are put.

    Returns
    -------
    Series of List(NOTE)
        ``place_notes``; an empty list where there is nothing to say.
    """
    return gathered(rows, "place_notes", NOTE, *facts, after=after)


def noted(*codes: Code) -> pl.Expr:
    """Return whether a row bears a fact of any of these codes."""
    held = pl.col("place_notes").list.eval(pl.element().struct.field("code"))
    return pl.any_horizontal(held.list.contains(code) for code in codes).fill_null(value=False)


def sentences(*codes: Code) -> pl.Expr:
    """Return the sentences of a row, of all codes or of some, joined by "; "; null where there is none."""
    every = pl.element().struct.field("text")
    if codes:
        every = pl.when(pl.element().struct.field("code").is_in(codes)).then(every)
    joined = pl.col("place_notes").list.eval(every.drop_nulls()).list.join("; ")
    return pl.when(joined != "").then(joined)


def flat() -> list[pl.Expr]:
    """Return the notes as columns for files without lists.

    ``coordinate_note``: the sentences; ``lat_given``, ``lon_given``: the point that the file gave, where a repair was
    applied; ``lat_proposed``, ``lon_proposed``: the point of a repair that was not.
    """
    points = [
        _of("repair_applied" if which == "given" else "repair_proposed", axis).alias(f"{axis}_{which}")
        for which in ("given", "proposed")
        for axis in ("lat", "lon")
    ]
    return [sentences().alias("coordinate_note"), *points]


def _of(code: Code, field: str) -> pl.Expr:
    one = pl.when(pl.element().struct.field("code") == code).then(pl.element().struct.field(field))
    return pl.col("place_notes").list.eval(one.drop_nulls()).list.first()
