"""The import: what one ingest takes in, how its rows are counted, and what it may not do unasked."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime

import polars as pl

from geodata.core.actor import actor
from geodata.core.errors import WrongValue
from geodata.ledger.data_files import DataFile
from geodata.ledger.edition_diff import Comparison, Edition

REFUSAL_SCHEMA: Mapping[str, pl.DataType | type[pl.DataType]] = {
    "batch": pl.String,
    "file": pl.String,
    "row": pl.Int64,
    "column": pl.String,
    "rule": pl.String,
    "value": pl.String,
}
MOST_WITHDRAWN = 0.2
"""Share of what stands of its sources that a file may withdraw without being told to."""
_ALWAYS_FEW = 3


@dataclass(frozen=True, slots=True)
class Batch:
    """What one ingest took in.

    Attributes
    ----------
    batch : str
        Its id.
    file, sha256 : str
        The file's name, without its folder, and checksum.
    source, profile, actor : str
    at : str
        RFC 3339, UTC.
    read, kept, updated, withdrawn, duplicates, refused : int
        Rows. ``read`` is the sum of kept, updated, duplicates and refused; withdrawn are rows that stood before.
    splits, merges : int
        Records that have more or fewer rows than before.
    undoes : str
        The import that this one takes back, "" for an ingest.
    held_back : int
        Changes and withdrawals that an edition older than what stands would have made, and did not.
    decision : str
        "one event" or "apart" for a decision on two reports, "" for an ingest.
    pair : tuple of str
        The two ids that a decision is of.
    purge : str
        What was purged, as "incidents before 2020-01-01", "" for anything else.
    purged : int
        Incidents of the newest version that a purge removed.
    """

    batch: str
    file: str
    sha256: str
    source: str
    profile: str
    actor: str
    at: str
    read: int = 0
    kept: int = 0
    updated: int = 0
    withdrawn: int = 0
    duplicates: int = 0
    refused: int = 0
    splits: int = 0
    merges: int = 0
    undoes: str = ""
    held_back: int = 0
    decision: str = ""
    pair: tuple[str, ...] = ()
    purge: str = ""
    purged: int = 0

    @classmethod
    def from_json(cls, text: str) -> Batch:
        """Read what a commit carries; fields of later versions of this product are passed over."""
        known = {field.name for field in fields(cls)}
        told = {name: value for name, value in json.loads(text).items() if name in known}
        return cls(**told | {"pair": tuple(told.get("pair", ()))})


@dataclass(frozen=True, slots=True)
class Given:
    """The rows of a file on their way into the ledger.

    Attributes
    ----------
    keys : DataFrame
        Columns of ``identity.KEYS``.
    mentioned : Series of UInt64
        Records of refused rows.
    edition : str
        What the file says by leaving a record out.
    may_withdraw : bool
        Withdraw however many; otherwise more than ``MOST_WITHDRAWN`` of what stands is refused as a likely mistake.
    as_newest : bool
        Whether the file is the newest edition of its source though it ends before what stands.
    files : callable
        Gives the rows for ``at`` and ``part`` in data files (``geodata.ledger.data_files``); may be asked
        more than once.
    """

    keys: pl.DataFrame
    mentioned: pl.Series
    edition: Edition
    may_withdraw: bool
    as_newest: bool
    files: Callable[[pl.DataFrame], Iterator[DataFile]]


def now_rfc3339() -> str:
    """Return the present moment, UTC, to the second."""
    return datetime.now(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")


def decided(first: str, second: str, decision: str, undoes: str = "") -> Batch:
    """Return the batch of a decision on two reports: it has no rows, and makes a version."""
    return Batch(
        batch=f"b-{os.urandom(6).hex()}",
        file="",
        sha256="",
        source="",
        profile="",
        actor=actor(),
        at=now_rfc3339(),
        undoes=undoes,
        decision=decision,
        pair=(first, second),
    )


def counted_in(batch: Batch, comparison: Comparison) -> Batch:
    """Return a batch with what a comparison says that its rows are."""
    return replace(
        batch,
        kept=comparison.added,
        updated=comparison.updated,
        withdrawn=comparison.withdrawn.height,
        duplicates=comparison.duplicates,
        splits=comparison.splits,
        merges=comparison.merges,
        held_back=comparison.held_back,
    )


def refuse_many_withdrawn(batch: Batch, standing: int) -> None:
    """Refuse a batch that takes away more of what stands of its sources than an edition is likely to.

    Raises
    ------
    WrongValue
    """
    if batch.withdrawn > max(_ALWAYS_FEW, MOST_WITHDRAWN * standing):
        raise WrongValue(
            f"it leaves out {batch.withdrawn:,} of the {standing:,} incidents that stand of its source",
            rule=f"an edition that withdraws more than {MOST_WITHDRAWN:.0%} may be an older or a partial one",
            done="nothing was stored; if it is meant, say --withdraw",
            where=batch.file,
        )


def require_batch(history: list[tuple[int, Batch]], name: str) -> tuple[int, Batch]:
    """Return a batch of the history with its version.

    Raises
    ------
    WrongValue
        If there is none of this name.
    """
    for version, batch in history:
        if batch.batch == name:
            return version, batch
    raise WrongValue(
        f"there is no batch {name!r}",
        rule="`python -m geodata history` lists the batches",
        done="nothing was changed",
    )
