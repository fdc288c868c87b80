"""Lists of facts beside rows: made by grouping, as polars joins lists row by row, a hundred times slower."""

from __future__ import annotations

import polars as pl


def gathered(
    rows: pl.DataFrame, name: str, kind: pl.Struct, *facts: tuple[pl.Expr, pl.Expr], after: str | None = None
) -> pl.Series:
    """Return the list of facts of each row, those that it bears already first.

    Parameters
    ----------
    rows : DataFrame
    name : str
        Of the series.
    kind : Struct
    *facts : tuple of Expr
        Where a fact holds (boolean), and the fact, a struct of this kind.
    after : str, optional
        Column of lists behind which the facts are put.

    Returns
    -------
    Series of List(kind)
        An empty list where there is nothing to say.
    """
    at = rows.with_row_index("_nth")
    somewhere = rows.select(where.any().alias(str(n)) for n, (where, _) in enumerate(facts)).row(0)
    parts = [
        at.select("_nth", where.alias("_holds"), one.cast(kind).alias(name)).filter("_holds").drop("_holds")
        for (where, one), holds in zip(facts, somewhere, strict=True)
        if holds
    ]
    if after is not None:
        parts.insert(0, at.select("_nth", pl.col(after).alias(name)).explode(name).drop_nulls())
    if not parts:
        return pl.Series(name, [[]], dtype=pl.List(kind)).new_from_index(0, rows.height)
    grouped = pl.concat(parts).sort("_nth", maintain_order=True).group_by("_nth", maintain_order=True).agg(name)
    if grouped.height == rows.height:
        return grouped[name]
    every = at.select("_nth").join(grouped, on="_nth", how="left", maintain_order="left")
    return every.select(pl.col(name).fill_null(pl.lit([], pl.List(kind)))).to_series()
