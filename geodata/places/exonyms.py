"""What places are called in other languages: ``reference/exonyms.csv``, by the name that the map is made with."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Mapping
from functools import cache

from geodata.places.lookup import folded
from geodata.spatial.coastline import REFERENCE


@cache
def exonyms(language: str) -> Mapping[str, str]:
    """Return what places are called in a language, by their names; empty for a language without any.

    Examples
    --------
    >>> exonyms("fr")["Cairo"], exonyms("ar")["Tripoli"], exonyms("en")
    ('Le Caire', 'طرابلس', {})
    """
    return _exonyms().get(language, {})


def named_otherwise(key: str) -> list[str]:
    """Return the names of places that are called so, or so to begin with, in another language.

    Parameters
    ----------
    key : str
        Folded (``geodata.places.lookup.folded``).
    """
    return list(dict.fromkeys(name for own, name in _by_folded() if own.startswith(key)))


@cache
def _by_folded() -> list[tuple[str, str]]:
    """Return what places are called in any language, folded, each with the name of the place."""
    return [(folded(own), name) for known in _exonyms().values() for name, own in known.items()]


@cache
def _exonyms() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = defaultdict(dict)
    with (REFERENCE / "exonyms.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found[row["language"]][row["name"]] = row["exonym"]
    return dict(found)
