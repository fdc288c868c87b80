"""Whose incidents a file holds: who publishes them, never the name of the file alone.

A profile names its source. Where none does, a file is of the source under which its rows stand already: the same bytes,
or most of its records with the same id, day and place, or the same content. Only a file of which nothing stands gives
its own name to a new source.
"""

from __future__ import annotations

import re
from pathlib import Path

import polars as pl

from geodata.core.messages import sentence
from geodata.ingest.rejection_report import WHY
from geodata.ledger.store import Ledger
from geodata.mapping.profiles import Profile, mapped
from geodata.parsing.coordinates import with_coordinates
from geodata.parsing.dates import with_times
from geodata.readers.dispatch import Reading

RUINED_ID = r"^\d(?:[.,]\d+)?[eE]\+\d{2}$"
"""An id that a spreadsheet turned into a number, 2.02E+11: many records share it."""
_CORRECTED = re.compile(r"(.+)-([0-9a-f]{8})(?: ?\(\d+\))?")
"""The name of a file of rows to be corrected, also where a browser has numbered it: name and SHA-256 of the first."""
_SAME = 0.5
"""Share of a file's first rows that must stand under a source for the file to be of it."""
_FEWEST = 2


def source_of(reading: Reading, profile: Profile, ledger: Ledger) -> tuple[str, tuple[str, ...]]:
    """Return the source of a file whose rows name none, and sentences on how it was found."""
    own = Path(reading.file).stem
    if profile.source:
        return profile.source, ()
    if WHY in reading.columns and (named := _CORRECTED.fullmatch(own)) is not None:
        own = named[1]
        before = (batch for _, batch in ledger.history() if batch.sha256.startswith(named[2]) and not batch.undoes)
        first = next((batch.source for batch in before if batch.source), None)
        if first is not None:
            return first, (sentence("These are corrected rows of {source!r}.", source=first),)
    for _, batch in ledger.history():
        if batch.sha256 == reading.sha256 and batch.source and not batch.undoes:
            same = () if batch.source == own else (_said(batch.source),)
            return batch.source, same
    known = _standing_under(reading, profile, ledger)
    return (own, ()) if known in (None, own) else (str(known), (_said(str(known)),))


def _said(source: str) -> str:
    return sentence(
        "Its records stand already as those of {source!r}: it is taken for a newer file of that.", source=source
    )


def _standing_under(reading: Reading, profile: Profile, ledger: Ledger) -> str | None:
    """Return the source under which most of the first rows of a file stand."""
    if profile.coordinate_form == "none" or ledger.version() is None:
        return None
    rows = with_times(with_coordinates(mapped(reading.head, profile), profile.coordinate_form, profile.o_means or None))
    rows = rows.filter(pl.col("source").is_null(), pl.col("source_record").is_not_null()).select(
        "source_record",
        pl.col("_start").alias("time_start"),
        *(pl.col(f"_{axis}").round(7).alias(axis) for axis in ("lat", "lon")),
    )
    if rows.height < _FEWEST:
        return None
    standing = ledger.reports(columns=["source", "source_record", "time_start", "lat", "lon"])
    standing = standing.with_columns(pl.col("lat", "lon").round(7))
    met = (
        rows.join(standing, on=rows.columns, how="inner")
        .group_by("source")
        .len()
        .sort("len", "source", descending=[True, False])
    )
    return str(met["source"][0]) if met.height and met["len"][0] >= max(_FEWEST, _SAME * rows.height) else None
