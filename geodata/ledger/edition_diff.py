"""Revisions: what a newly issued file adds, updates and withdraws of what stands.

Rows are compared record by record (``identity``). Within a record, parts with equal content are the same part; of the
rest the first given one revises the first standing one, and so on in order of time and place. What is left over was
added (the record was split) or withdrawn (merged).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import polars as pl

Edition = Literal["whole", "span", "part"]
"""What a file says by leaving a record out: that it is withdrawn ("whole"), that it is withdrawn if it lies in a year
that the file covers ("span"), or nothing ("part")."""

_ORDER = ("time", "place", "print")


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a file does to what stands.

    Attributes
    ----------
    written : DataFrame
        ``at``, ``part`` and ``revises`` (bool) of the rows to write; ``part`` 1 is the record's first.
    withdrawn : DataFrame
        ``record`` and ``part`` of what is no longer there.
    duplicates : int
        Rows that say nothing new.
    splits, merges : int
        Records with more or fewer parts than stood.
    held_back : int
        Changes and withdrawals that were left out because the file is older than what stands.
    """

    written: pl.DataFrame
    withdrawn: pl.DataFrame
    duplicates: int
    splits: int
    merges: int
    held_back: int = 0

    @property
    def added(self) -> int:
        """Return the number of rows that are new."""
        return self.written.height - self.updated

    @property
    def updated(self) -> int:
        """Return the number of rows that revise one that stands."""
        return int(self.written["revises"].sum())


def compared(given: pl.DataFrame, standing: pl.DataFrame, edition: Edition, mentioned: pl.Series) -> Comparison:
    """Compare the rows of a file with what stands of their sources.

    Parameters
    ----------
    given : DataFrame
        Columns of ``identity.KEYS``.
    standing : DataFrame
        The same without ``at``, and ``part``.
    edition : str
    mentioned : Series of UInt64
        Records of rows that were refused: the file does speak of them, so that they are not withdrawn.
    """
    if standing.is_empty() and given["record"].n_unique() == given.height:
        return Comparison(_first_parts(given), standing.select("record", "part"), 0, 0, 0)
    distinct = given.unique(["record", "print"], keep="first", maintain_order=True)
    reissued = standing.join(distinct.select("record").unique(), on="record", how="semi")
    alone = pl.col("record").is_unique() & ~pl.col("record").is_in(reissued["record"].unique().implode())
    parted = distinct.with_columns(alone.alias("alone"))
    first = _first_parts(parted.filter("alone"))
    others, unpaired = _paired(parted.filter(~pl.col("alone")), reissued)
    gone = unpaired.clear() if edition == "part" else unpaired
    if edition != "part":
        gone = pl.concat([gone, _left_out(distinct, standing, edition, mentioned).select(gone.columns)])
    written = pl.concat([first, others]).sort("at")
    splits, merges = (0, 0) if edition == "part" else _resized(distinct, reissued)
    return Comparison(written, gone, given.height - written.height, splits, merges)


def _first_parts(given: pl.DataFrame) -> pl.DataFrame:
    return given.select("at", pl.lit(1, pl.UInt32).alias("part"), pl.lit(value=False).alias("revises"))


def _paired(given: pl.DataFrame, standing: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return what is to be written of records that have several parts or stand already, and what stands unpaired."""
    fresh = given.join(standing, on=["record", "print"], how="anti").sort("record", *_ORDER)
    left = standing.join(given, on=["record", "print"], how="anti").sort("record", "part")
    number = pl.int_range(pl.len(), dtype=pl.UInt32).over("record").alias("rank")
    fresh, left = fresh.with_columns(number), left.with_columns(number)
    paired = fresh.join(left.select("record", "rank", "part"), on=["record", "rank"], how="left")
    highest = standing.group_by("record").agg(pl.col("part").max().alias("highest"))
    beyond = pl.col("rank") - pl.col("part").is_not_null().sum().over("record").cast(pl.UInt32)
    parts = paired.join(highest, on="record", how="left").with_columns(
        pl.coalesce("part", beyond + pl.col("highest").fill_null(0) + 1).cast(pl.UInt32).alias("number"),
    )
    unpaired = left.join(fresh.select("record", "rank"), on=["record", "rank"], how="anti")
    written = parts.select("at", pl.col("number").alias("part"), pl.col("part").is_not_null().alias("revises"))
    return written, unpaired.select("record", "part")


def _left_out(given: pl.DataFrame, standing: pl.DataFrame, edition: Edition, mentioned: pl.Series) -> pl.DataFrame:
    """Return what stands of the file's sources and is not spoken of in it, though it should be."""
    absent = standing.join(given.select("record").unique(), on="record", how="anti")
    absent = absent.filter(~pl.col("record").is_in(mentioned.implode()))
    absent = absent.filter(pl.col("source").is_in(given["source"].unique().implode()))
    if edition == "span":
        absent = absent.join(given.select("source", "year").unique(), on=["source", "year"], how="semi")
    return absent


def _resized(given: pl.DataFrame, reissued: pl.DataFrame) -> tuple[int, int]:
    """Return the numbers of records that have more parts than stood, and fewer."""
    parts = given.group_by("record").agg(pl.len().cast(pl.Int64).alias("now"))
    both = parts.join(reissued.group_by("record").agg(pl.len().cast(pl.Int64).alias("before")), on="record")
    return both.filter(pl.col("now") > pl.col("before")).height, both.filter(pl.col("now") < pl.col("before")).height


def additions_alone(
    comparison: Comparison, given: pl.DataFrame, standing: pl.DataFrame, once: Callable[[], pl.Series]
) -> Comparison:
    """Return what is left of a comparison where a file may be older than what stands of its source.

    An edition is as new as its latest incident. Of one that ends before what stands only what is missing is added.

    Parameters
    ----------
    comparison : Comparison
    given, standing : DataFrame
        As for ``compared``.
    once : callable
        Gives the records that stood and were withdrawn since: they are not missing, they are gone.
    """
    newest = [frame.group_by(pl.col("source").cast(pl.String)).agg(pl.col("time").max()) for frame in (given, standing)]
    both = newest[0].join(newest[1], on="source", suffix="_stands")
    older = both.filter(pl.col("time") < pl.col("time_stands"))["source"]
    if older.is_empty():
        return comparison
    of_older = pl.col("source").cast(pl.String).is_in(older.implode())
    rows = given.filter(of_older).select("at")
    known = given.filter(of_older & pl.col("record").is_in(once().implode())).select("at")
    undone = comparison.written.join(rows, on="at", how="semi")
    undone = pl.concat([undone.filter("revises"), undone.filter(~pl.col("revises")).join(known, on="at", how="semi")])
    gone = comparison.withdrawn.join(
        standing.filter(of_older).select("record", "part"), on=["record", "part"], how="semi"
    )
    return replace(
        comparison,
        written=comparison.written.join(undone.select("at"), on="at", how="anti", maintain_order="left"),
        withdrawn=comparison.withdrawn.join(gone, on=["record", "part"], how="anti", maintain_order="left"),
        held_back=undone.height + gone.height,
    )
