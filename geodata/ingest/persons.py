"""Columns of persons: found by header and by content, dropped before anything is stored, listed by header alone.

The product holds places and events, never persons. What tells two victims of one day and place apart is in those
columns, so a keyed digest of them goes into the row's fingerprint: different people are not merged as copies. The key
is made in the workspace, stays there, and without it nobody can tell whose row it was.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import tomllib
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

import polars as pl

from geodata.core.atomic_write import whole
from geodata.places.lookup import folded
from geodata.spatial.coastline import REFERENCE

KEY_FILE = "digest.key"
_MOST = 0.5
"""Share of a column's cells that must look like a contact of a person."""
_EMAIL = r"^[^@\s]+@[^@\s]+\.[a-zA-Z]{2,}$"
_PHONE = r"^(?:\+|00)[\d\s().\-/]{8,20}$"
_PATH = re.compile(r"^[\w.-]+(?:/[\w.-]+)+$")
"""How survey tools write the groups of a question."""
_NUMBERS = ("nombre", "nombres")
_SEPARATOR = "\x1f"


@cache
def _words() -> dict[str, frozenset[str]]:
    table = tomllib.loads((REFERENCE / "person_columns.toml").read_text(encoding="utf-8"))
    return {name: frozenset(folded(word) for word in words) for name, words in table.items()}


def personal(columns: Iterable[str], head: pl.DataFrame | None = None) -> list[str]:
    """Return those columns of a file that are of persons, and are never stored.

    Parameters
    ----------
    columns : iterable of str
    head : DataFrame, optional
        Rows of text by which contacts are told: e-mail addresses and telephone numbers.
    """
    named = [name for name in columns if is_personal(name)]
    if head is None:
        return named
    # "Nombre" is a name in Spanish, and a number in French.
    named = [name for name in named if folded(name) not in _NUMBERS or not _holds_numbers(head[name])]
    return [*named, *(name for name in head.columns if name not in named and _holds_contacts(head[name]))]


def is_personal(header: str) -> bool:
    """Tell whether a column of this header is of persons.

    Examples
    --------
    >>> is_personal("Victim's name"), is_personal("Vessel name"), is_personal("Fecha de nacimiento")
    (True, False, True)
    """
    plain, known = folded(header.rpartition("/")[2] if _PATH.match(header) else header), _words()
    spaced = f" {plain} "
    if any(f" {word} " in spaced for word in known["kept"]):
        return False
    if plain in known["headers"] or any(plain.startswith(folded(prefix) + " ") for prefix in known["prefixes"]):
        return True
    if any(f" {word} " in spaced for word in known["words"]):
        return True
    tokens = set(plain.split())
    return bool(tokens & known["names"]) and any(f" {word} " in spaced for word in known["persons"])


def _holds_numbers(cells: pl.Series) -> bool:
    given = cells.cast(pl.String).drop_nulls()
    return len(given) > 0 and given.cast(pl.Float64, strict=False).null_count() == 0


def _holds_contacts(cells: pl.Series) -> bool:
    given = cells.drop_nulls() if cells.dtype == pl.String else cells.clear()
    if given.is_empty():
        return False
    alike = pl.select((pl.lit(given).str.contains(_EMAIL) | pl.lit(given).str.contains(_PHONE)).mean()).item()
    return bool(alike >= _MOST)


def names_contact(text: str) -> bool:
    """Tell whether a text holds an e-mail address or a telephone number.

    Examples
    --------
    >>> names_contact("call +216 71 123 456"), names_contact("12 people at 33.5, 11.25 on 2024-05-03")
    (True, False)
    """
    return any(re.search(pattern.strip("^$"), text) is not None for pattern in (_EMAIL, _PHONE))


def digests(rows: pl.DataFrame, columns: Sequence[str], key: bytes) -> pl.Series:
    """Return a keyed digest of the personal cells of each row, null where they are all empty.

    Source: HMAC (RFC 2104) with SHA-256, 128 bits of it.
    """
    joined = rows.select(
        pl.when(pl.any_horizontal(pl.col(columns).is_not_null())).then(
            pl.concat_str([pl.col(name).fill_null("") for name in columns], separator=_SEPARATOR)
        )
    ).to_series()
    known = {
        text: hmac.new(key, text.encode(), hashlib.sha256).hexdigest()[:32] for text in joined.drop_nulls().unique()
    }
    if not known:
        return pl.Series([None], dtype=pl.String).new_from_index(0, rows.height)
    return joined.replace_strict(list(known), list(known.values()), default=None, return_dtype=pl.String)


def digest_key(home: Path) -> bytes:
    """Return the key of a workspace, made when it is first asked for; only its owner may read it."""
    path = home / KEY_FILE
    try:
        return path.read_bytes()
    except FileNotFoundError:
        home.mkdir(parents=True, exist_ok=True)
        with whole(path, proven=True) as part:
            part.touch(mode=0o600)
            part.write_bytes(os.urandom(32))
        return path.read_bytes()
