"""Words of sources mapped after the fact: the incidents that bear an unknown word are read again, as a new version."""

from __future__ import annotations

import hashlib
import os
from dataclasses import replace

import polars as pl
from deltalake import DeltaTable

from geodata.core.actor import actor
from geodata.ledger.batch import Batch, now_rfc3339
from geodata.ledger.store import Ledger
from geodata.model.source_words import WORD
from geodata.places.lookup import folded


def map_word(ledger: Ledger, field: str, word: str, value: str) -> Batch:
    """Give a value to every incident whose source wrote a word that no map knew; earlier versions stay as they are.

    Parameters
    ----------
    ledger : Ledger
    field : "kind" or "mode"
    word : str
        Compared without case and accents.
    value : str

    Returns
    -------
    Batch
        With ``updated`` counted; nothing is written where no incident bears the word. Taking it back takes this back.

    Raises
    ------
    UnknownVersion
        For an empty ledger.
    BusyLedger, UnwritableLedger
        If it could not be stored.
    """
    batch = Batch(
        batch=f"b-{os.urandom(6).hex()}",
        file=f"{field}: {word} = {value}",
        sha256="",
        source="",
        profile="words",
        actor=actor(),
        at=now_rfc3339(),
    )

    def attempt(table: DeltaTable) -> Batch:
        every = ledger.reports(int(table.version()))
        spelt = _spellings(every, field, word)
        borne = pl.col("source_words").list.eval(
            (pl.element().struct.field("field") == field)
            & pl.element().struct.field("text").is_in(spelt)
            & ~pl.element().struct.field("known")
        )
        rows = every.filter(borne.list.any().fill_null(value=False))
        counted = replace(batch, updated=rows.height)
        if rows.height:
            ledger.merge(table, _mapped(rows, field, word, value, spelt), pl.Series([], dtype=pl.String), counted)
        return counted

    return ledger.retried(attempt, batch.file)


def _spellings(incidents: pl.DataFrame, field: str, word: str) -> list[str]:
    words = incidents.select("source_words").explode("source_words").drop_nulls().unnest("source_words")
    texts = words.filter(pl.col("field") == field)["text"].unique().to_list()
    return [text for text in texts if folded(text) == folded(word)]


def _mapped(rows: pl.DataFrame, field: str, word: str, value: str, spelt: list[str]) -> pl.DataFrame:
    one = pl.element().struct.field
    known = pl.struct(
        field=one("field"),
        text=one("text"),
        known=one("known") | ((one("field") == field) & one("text").is_in(spelt)),
    )
    salt = hashlib.blake2b(f"{field}{value}".encode(), digest_size=4).hexdigest()
    found = rows.with_columns(
        pl.lit(value).alias(field),
        pl.col("source_words").list.eval(known).cast(pl.List(WORD)),
        (pl.lit(salt) + pl.col("fingerprint").str.tail(16)).alias("fingerprint"),
    )
    if field == "mode":
        found = found.with_columns(
            pl.lit(f"stated by the source: {word}").alias("mode_reason"), pl.lit(1.0).alias("mode_confidence")
        )
    return found
