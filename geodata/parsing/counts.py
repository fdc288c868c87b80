"""Counts as people write them: thousands, ranges, estimates and what stands for "not known".

A count of people has no decimals, so three digits behind a mark are thousands, in whatever mark the column writes them.
An estimate gives its lower bound, and what was written is kept beside it; "NA", "-" and "unknown" are no count at all.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from functools import cache
from typing import Any

import polars as pl

from geodata.spatial.coastline import REFERENCE

_SPACES = r"[\s\u00a0\u2007\u2009\u202f'’]"
_GROUPED = rf"^[+]?\d{{1,3}}(?:(?:,|\.|{_SPACES})\d{{3}})+$"
_NUMBER = rf"\d{{1,3}}(?:(?:,|\.|{_SPACES})\d{{3}})+|\d+"


@cache
def count_words() -> dict[str, Any]:
    """Return the words of ``reference/count_words.toml``."""
    return tomllib.loads((REFERENCE / "count_words.toml").read_text(encoding="utf-8"))


@cache
def absent() -> frozenset[str]:
    """Return the texts that tell nothing, in lower case and without accents."""
    return frozenset(count_words()["absent"])


def _any_of(words: Iterable[str]) -> str:
    """Return a pattern of words, the longest first."""
    return "(?:" + "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)) + ")"


@cache
def _bounds() -> tuple[str, ...]:
    """Return patterns whose first group is the least that there were."""
    words = count_words()
    least, about, to, or_more = (_any_of(words[name]) for name in ("least", "about", "to", "or_more"))
    return (
        rf"^(?:(?:{least}|{about})\s*)+({_NUMBER})$",
        rf"^({_NUMBER})\s*{or_more}$",
        rf"^(?:{about}\s*)?({_NUMBER})\s*{to}\s*(?:{_NUMBER})$",
    )


def read_counts(texts: pl.Series) -> pl.DataFrame:
    """Return the count that each text of a column states.

    Parameters
    ----------
    texts : Series of str
        Null where absent.

    Returns
    -------
    DataFrame
        ``count`` (int, null where none is known), ``exact`` (bool: False for a bound or an estimate) and ``read``
        (bool: False for a text that says no count in any way known; such a text is a fault).

    Examples
    --------
    >>> read_counts(pl.Series(["1,200", "10-15", "NA", "three"])).rows()
    [(1200, True, True), (10, False, True), (None, False, True), (None, False, False)]
    """
    plain = texts.cast(pl.Int64, strict=False)
    left = texts.is_not_null() & plain.is_null()
    if not left.any():
        return pl.DataFrame({"count": plain}).with_columns(
            pl.col("count").is_not_null().alias("exact"), pl.lit(value=True).alias("read")
        )
    distinct = texts.filter(left).unique()
    known = _read(distinct, decimal=_decimal_mark(texts))
    joined = pl.DataFrame({"text": texts, "plain": plain}).join(known, on="text", how="left", maintain_order="left")
    return joined.select(
        pl.coalesce("plain", "count").alias("count"),
        (pl.col("plain").is_not_null() | pl.col("exact").fill_null(value=False)).alias("exact"),
        (pl.col("plain").is_not_null() | pl.col("text").is_null() | pl.col("read").fill_null(value=False)).alias(
            "read"
        ),
    )


def _decimal_mark(texts: pl.Series) -> str:
    """Return the mark behind which a column writes decimals, "" where it writes none.

    "12.0" shows it, and "1.000" in every cell, as exports of statistics write whole numbers.
    """
    given = texts.drop_nulls().str.strip_chars()
    for mark in (".", ","):
        if given.str.contains(rf"^-?\d+[{mark}](?:\d{{1,2}}|\d{{4,}})$").any():
            return mark
    return "." if len(given) > 1 and bool(given.str.contains(r"^-?\d+\.000$").all()) else ""


def _read(texts: pl.Series, *, decimal: str) -> pl.DataFrame:
    folded = pl.col("text").str.normalize("NFKD").str.replace_all(r"\p{M}", "").str.to_lowercase().str.strip_chars()
    frame = pl.DataFrame({"text": texts}).with_columns(folded.str.replace_all(r"\s+", " ").alias("plain"))
    plain = pl.col("plain")
    thousands = plain.str.contains(_GROUPED)
    if decimal:
        thousands &= ~plain.str.contains(decimal, literal=True)
    grouped = pl.when(thousands).then(_digits(plain))
    number = plain.str.replace(r"^([-+]?\d+),(\d+)$", "$1.$2").cast(pl.Float64, strict=False)
    whole = pl.when((number == number.round(0)) & (number >= 0)).then(number).cast(pl.Int64, strict=False)
    exact = pl.coalesce(grouped, whole)
    bounds = [_digits(plain.str.extract(pattern)) for pattern in _bounds()]
    words = {word: int(least) for least, every in count_words()["several"].items() for word in every}
    bounds.append(
        plain.str.extract(r"^(\p{L}+)(?: of)?(?: (?:people|persons|migrants))?$").replace_strict(
            words, default=None, return_dtype=pl.Int64
        )
    )
    bound = pl.coalesce(bounds)
    vague = plain.str.contains(rf"^{_any_of(count_words()['most'])}\s*(?:{_NUMBER})$") | plain.is_in(list(absent()))
    return frame.select(
        "text",
        pl.coalesce(exact, bound).alias("count"),
        exact.is_not_null().alias("exact"),
        (exact.is_not_null() | bound.is_not_null() | vague).alias("read"),
    )


def _digits(text: pl.Expr) -> pl.Expr:
    return text.str.replace_all(r"\D", "").cast(pl.Int64, strict=False)
