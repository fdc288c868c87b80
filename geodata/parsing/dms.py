"""Angles as people write them: decimals, degrees and minutes and seconds, hemisphere letters; as columns of text.

``O`` is east in German and west in French, Spanish and Italian: it is read only where the caller states which.
"""

from __future__ import annotations

from typing import Literal

import polars as pl

OMeans = Literal["east", "west"]

DEGREE_KM = 111.0

DECIMAL_COMMA = "read with decimal commas"
HEMISPHERES = "read from degrees and hemisphere"
SEXAGESIMAL = "read from degrees, minutes and seconds"
O_IS_AMBIGUOUS = "not read: O is east in German, west in French, Spanish and Italian"
CONTRADICTION = "not read: the minus sign contradicts the hemisphere"
TOO_MANY_MINUTES = "not read: minutes and seconds go to 60"
READ_NOTES = (SEXAGESIMAL, HEMISPHERES, DECIMAL_COMMA)
UNREAD_NOTES = (O_IS_AMBIGUOUS, CONTRADICTION, TOO_MANY_MINUTES)

_WRITTEN = {
    **dict.fromkeys(("″", "”", "“", "„", "ʺ", "＂", "''", "′′", "’’", "´´"), '"'),
    **dict.fromkeys("−–—‐‑‒﹣－", "-"),
    **dict.fromkeys("º˚∘", "°"),
    **dict.fromkeys("′’‘´`ʹ＇", "'"),
    **dict.fromkeys("\u00a0\u2007\u2009\u202f\t", " "),
    "\r": "\n",
    "\ufeff": "",
}
_NUMBER = r"\d+(?:[.,]\d+)?"
_ANGLE = (
    rf"^(?<before>[NSEWO])?\s*(?<sign>[-+])?\s*(?<degrees>{_NUMBER}|[.,]\d+)\s*"
    rf"(?:[°\s:-]\s*(?:(?<minutes>{_NUMBER})\s*(?:['\s:-]\s*(?:(?<seconds>{_NUMBER})\s*\"?)?)?)?)?"
    r"\s*(?<after>[NSEWO])?$"
)
_PARTS = ("degrees", "minutes", "seconds")
_PER_DEGREE = {"degrees": 1, "minutes": 60, "seconds": 3600}


def plainly_written(text: pl.Expr) -> pl.Expr:
    """Return text in upper case with one sign for minus, degree, minute and second each; line breaks are kept."""
    marked = text.str.replace_many(list(_WRITTEN), list(_WRITTEN.values()), leftmost=True)
    for words, mark in (("deg(?:rees?)?", "°"), ("min(?:utes?)?", "'"), ("sec(?:onds?)?", '"')):
        marked = marked.str.replace_all(rf"(?i)(\d)\s*{words}\b\.?", "${1}" + mark)
    # 12d30m45s: the letters are marks only where all three stand in lower case, else s would be taken for south.
    marked = marked.str.replace_all(r"(\d)\s*d\s*(\d[\d.,]*)\s*m\s*(\d[\d.,]*)\s*s", "$1°$2'$3\"")
    marked = marked.str.replace_all(r"(?i)\b(?:(n)orth|(s)outh|(e)ast|(w)est)\b", "$1$2$3$4")
    return marked.str.replace_all(r" +", " ").str.strip_chars().str.to_uppercase()


def angles(texts: pl.Series, o_means: OMeans | None = None) -> pl.DataFrame:
    """Return the angle that each text stands for.

    Parameters
    ----------
    texts : Series of str
        One angle each, as `plainly_written` returns it.
    o_means : "east", "west" or None
        What the letter O stands for in this source; None leaves angles with an O unread.

    Returns
    -------
    DataFrame
        ``degrees`` (float, south and west negative; null where unreadable), ``step`` (float, degrees: the smallest
        unit that is written and not idle - 1°07'00" is written in minutes), ``axis`` ("lat" or "lon" where a
        hemisphere tells, else null) and ``note`` (null where plain decimals were read or the reason is not known).
    """
    hemisphere = pl.coalesce("before", "after")
    # 60 is let through: sources that round up write 3°60'00" for 4°00'00".
    over = (pl.col("minutes").fill_null(0) > 60) | (pl.col("seconds").fill_null(0) > 60)
    negative = pl.col("sign") == "-"
    broken = (
        (pl.col("before").is_not_null() & pl.col("after").is_not_null())
        | (pl.col("minutes").is_not_null() & (pl.col("degrees_decimals") > 0))
        | (pl.col("seconds").is_not_null() & (pl.col("minutes_decimals") > 0))
        | (pl.col("dashed") & hemisphere.is_null())
        | ((hemisphere == "O") & pl.lit(o_means is None))
        | (negative & hemisphere.is_in(["N", "E"]))
        | (negative & (hemisphere == "O") & pl.lit(o_means == "east"))
        | over
    ).fill_null(value=False)
    size = pl.sum_horizontal(pl.col(part) / _PER_DEGREE[part] for part in _PARTS)
    below = hemisphere.is_in(["S", "W"]) | ((hemisphere == "O") & pl.lit(o_means == "west")) | negative
    readable = pl.col("degrees").is_not_null() & ~broken
    return _parts(texts).select(
        pl.when(readable).then(pl.when(below.fill_null(value=False)).then(-size).otherwise(size)).alias("degrees"),
        _step().alias("step"),
        pl.when(hemisphere.is_in(["N", "S"])).then(pl.lit("lat")).when(hemisphere.is_not_null()).then(pl.lit("lon"))
        .alias("axis"),
        pl.when((hemisphere == "O") & pl.lit(o_means is None)).then(pl.lit(O_IS_AMBIGUOUS))
        .when(over & pl.col("degrees").is_not_null()).then(pl.lit(TOO_MANY_MINUTES))
        .when(broken & negative & hemisphere.is_not_null()).then(pl.lit(CONTRADICTION))
        .when(readable & pl.col("minutes").is_not_null()).then(pl.lit(SEXAGESIMAL))
        .when(readable & hemisphere.is_not_null()).then(pl.lit(HEMISPHERES))
        .when(readable & pl.col("comma")).then(pl.lit(DECIMAL_COMMA))
        .alias("note"),
    )  # fmt: skip


def _parts(texts: pl.Series) -> pl.DataFrame:
    """Return what the pattern of an angle finds: signs and letters as text, numbers with their count of decimals."""
    text = pl.col("text")
    found = pl.select(texts.alias("text")).with_columns(text.str.extract_groups(_ANGLE).alias("parts")).unnest("parts")
    return found.with_columns(
        *(pl.col(part).str.replace(",", ".", literal=True).cast(pl.Float64, strict=False) for part in _PARTS),
        *(
            pl.col(part).str.extract(r"[.,](\d+)$", 1).str.len_bytes().fill_null(0).alias(f"{part}_decimals")
            for part in _PARTS
        ),
        text.str.contains(r"\d\s*-\s*\d").alias("dashed"),
        text.str.contains(",", literal=True).alias("comma"),
    )


def _step() -> pl.Expr:
    """Return the smallest unit in use, degrees; minutes or seconds of 0 or 60 are taken for padding."""
    steps = {part: pl.lit(10.0).pow(-pl.col(f"{part}_decimals").cast(pl.Int32)) / _PER_DEGREE[part] for part in _PARTS}
    used = {
        part: ~pl.col(part).is_in([0.0, 60.0]) | (pl.col(f"{part}_decimals") > 0) & (part == "minutes")
        for part in ("minutes", "seconds")
    }
    return (
        pl.when(used["seconds"].fill_null(value=False))
        .then(steps["seconds"])
        .when(used["minutes"].fill_null(value=False))
        .then(steps["minutes"])
        .otherwise(steps["degrees"])
    )
