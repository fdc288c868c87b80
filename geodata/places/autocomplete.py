"""Toponyms by the beginning of their names: what a search box offers while somebody types.

The same names as those that texts are placed by (``mentions``), ordered once, so that an answer takes milliseconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from geodata.places.exonyms import named_otherwise
from geodata.places.lookup import countries, country_code, folded
from geodata.places.toponym_parsing import Toponym, toponyms

SHORTEST = 2
"""Letters from which places are looked for."""
LONGEST = 80
"""Letters of a question that are read."""
MOST = 8
_NOT_PLACES: Final = ("country", "coast", "border")
_WEIGHTS: Final = {"town": 0.0, "province": 7.0, "district": 4.0, "port": 4.5, "airport": 3.5}
_WATER: Final = 8.5
_EXACT: Final = 4.0
_OWN: Final = 3.0
"""What a whole match, and a place's own name rather than another of its names, count beside ``_WEIGHTS``."""

Keys = NDArray[np.bytes_]


@dataclass(frozen=True, slots=True)
class _Index:
    keys: Keys
    rows: NDArray[np.uint32]
    weights: NDArray[np.float32]


def places_named(words: str, most: int = MOST) -> list[Toponym]:
    """Return places whose name begins with some words, those that are meant most often first.

    Parameters
    ----------
    words : str
        In any case, with or without accents, in Latin or Arabic letters; a country may follow behind a
        comma. Fewer letters than ``SHORTEST`` find nothing, and those behind ``LONGEST`` are passed over.
    most : int
        How many are returned at most.
    """
    name, _, behind = words[:LONGEST].partition(",")
    key, country = folded(name), folded(behind)
    if len(key) < SHORTEST:
        return []
    index = _index()
    at = _begun(key) if key.isascii() else _called(key)
    rows, weights = index.rows[at], index.weights[at].copy()
    weights[index.keys[at] == key.encode()] += _EXACT
    if country:
        here = np.isin(_countries()[rows], _meant(behind, country))
        rows, weights = rows[here], weights[here]
    best = dict.fromkeys(rows[np.argsort(-weights, kind="stable")].tolist())
    return _distinct(list(best), most)


def _begun(key: str) -> NDArray[np.int64]:
    """Return where the index holds names that begin so."""
    first, last = (int(np.searchsorted(_index().keys, bound)) for bound in (key.encode(), key.encode() + b"~"))
    return np.arange(first, last)


def _called(key: str) -> NDArray[np.int64]:
    """Return where the index holds places that are called so, or so to begin with, in another script."""
    keys = _index().keys
    names = [folded(name).encode() for name in named_otherwise(key)]
    spans = [np.arange(np.searchsorted(keys, one), np.searchsorted(keys, one, side="right")) for one in names]
    return np.concatenate([np.arange(0), *spans])


def _meant(words: str, key: str) -> list[str]:
    """Return the codes of the countries that words stand for or begin."""
    code = country_code(words)
    begun = (iso3 for iso3, country in countries().items() if folded(country.name).startswith(key))
    return [code] if code else list(begun)


def _distinct(rows: list[int], most: int) -> list[Toponym]:
    """Return the first places of rows; of those of one name, country and kind, only the first."""
    found: dict[tuple[str, str, str], Toponym] = {}
    for row in toponyms()[rows[: 8 * most]].select(Toponym.__slots__).iter_rows():
        found.setdefault(row[:3], Toponym(*row))
    return list(found.values())[:most]


@cache
def _index() -> _Index:
    """Return every name of every place in alphabetical order."""
    kept = toponyms().filter(~pl.col("kind").is_in(_NOT_PLACES))
    weight = pl.col("kind").replace_strict(_WEIGHTS, default=_WATER, return_dtype=pl.Float64)
    weight += pl.when(pl.col("kind") == "town").then(0.6 * (pl.col("population") + 100).log()).otherwise(0.0)
    names = (
        kept.select("row", "keys", weight=weight, own=pl.col("keys").list.first())
        .explode("keys")
        .with_columns(weight=pl.col("weight") + pl.when(pl.col("keys") == pl.col("own")).then(_OWN).otherwise(0.0))
        .sort("keys", "row")
    )
    return _Index(
        names["keys"].to_numpy().astype(f"S{LONGEST}"),
        names["row"].to_numpy(),
        names["weight"].to_numpy().astype(np.float32),
    )


@cache
def _countries() -> NDArray[np.object_]:
    codes: NDArray[np.object_] = toponyms()["iso3"].to_numpy().astype(object)
    return codes
