"""Source words: what a source wrote where the ledger holds something else, so that no word of a row is lost.

"rubber boat" is read as sea, "~30" as 30, "Pushback" as no kind that is known: each stands beside what was made of it,
by field, and leaves in every export. Words that no map knows are listed with their count, to be mapped in one step.
"""

from __future__ import annotations

from typing import Final

import polars as pl

WORD: Final = pl.Struct({"field": pl.String, "text": pl.String, "known": pl.Boolean})
"""Field of the ledger, what the source wrote, and whether it was read."""


def word(field: str, text: pl.Expr, known: pl.Expr | bool) -> pl.Expr:
    """Return what a source wrote in a field, for each row."""
    return pl.struct(field=pl.lit(field), text=text, known=known if isinstance(known, pl.Expr) else pl.lit(value=known))


def spelt() -> pl.Expr:
    """Return the words of a row as one text, "kind: Pushback; dead: ~30"; null where there are none."""
    one = pl.format("{}: {}", pl.element().struct.field("field"), pl.element().struct.field("text"))
    joined = pl.col("source_words").list.eval(one).list.join("; ")
    return pl.when(joined != "").then(joined)


def unknown_words(incidents: pl.DataFrame) -> pl.DataFrame:
    """Return the words that no map knows, with how often each stands.

    Returns
    -------
    DataFrame
        ``field``, ``text``, ``rows``; the commonest first.
    """
    words = incidents.select("source_words").explode("source_words").drop_nulls().unnest("source_words")
    unread = words.filter(~pl.col("known")).group_by("field", "text").agg(pl.len().cast(pl.Int64).alias("rows"))
    return unread.sort("rows", "field", "text", descending=[True, False, False])
