"""Modus operandi: how people were moved, hidden and paid for, out of what a row states of it in words.

The words are those of ``reference/modus_operandi.toml``. What a source states in its own words stays beside them.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache

import polars as pl

from geodata.core.messages import mark
from geodata.places.lookup import folded
from geodata.spatial.coastline import REFERENCE

MANNERS = (
    *(mark("inflatable boat"), mark("wooden boat"), mark("fast boat"), mark("sailing boat"), mark("ship or ferry")),
    *(mark("lorry"), mark("car or van"), mark("bus"), mark("train"), mark("on foot"), mark("aircraft")),
    *(mark("hidden in a vehicle"), mark("hidden in a container"), mark("undercarriage or landing gear")),
    *(mark("false documents"), mark("misused visa"), mark("deception"), mark("force or threat")),
    *(mark("debt bondage"), mark("hawala"), mark("armed"), mark("hazardous transport")),
)
"""The words of ours, in the order of the file."""
_READ = ("mode", "modus_operandi", "text")
"""Columns that are looked through: the means of transport, the modus operandi, and what the mode rules read."""


@cache
def manners() -> dict[str, re.Pattern[str]]:
    """Return what is looked for of each modus operandi, as whole folded words."""
    rules = tomllib.loads((REFERENCE / "modus_operandi.toml").read_text(encoding="utf-8"))["manner"]
    return {
        rule["name"]: re.compile(
            r"(?<!\w)(?:" + "|".join(re.escape(folded(word)) for word in rule["words"]) + r")(?!\w)"
        )
        for rule in rules
    }


def manners_in(text: str) -> list[str]:
    """Return every modus operandi that a text tells of.

    Examples
    --------
    >>> manners_in("Two rubber dinghies; men armed with knives"), manners_in("A Car park")
    (['inflatable boat', 'armed'], ['car or van'])
    """
    plain = folded(text)
    return [name for name, pattern in manners().items() if pattern.search(plain)]


def modi_operandi(rows: pl.DataFrame) -> pl.Series:
    """Return the modus operandi of each row: in words of ours, then what the source states otherwise.

    Parameters
    ----------
    rows : DataFrame
        ``mode``, ``modus_operandi`` (parted by semicolons) and ``text``, as they were read.

    Returns
    -------
    Series of lists of str
        Null where nothing is told.
    """
    told: dict[tuple[str | None, ...], list[str] | None] = {}
    for texts in rows.select(_READ).unique().iter_rows():
        told[texts] = _told(*texts) or None
    found = [told[texts] for texts in rows.select(_READ).iter_rows()]
    return pl.Series("modus_operandi", found, dtype=pl.List(pl.String))


def _told(mode: str | None, stated: str | None, text: str | None) -> list[str]:
    ours = manners_in(" . ".join(filter(None, (mode, stated, text))))
    own = [words.strip() for words in (stated or "").split(";")]
    return ours + [words for words in dict.fromkeys(own) if words and words.casefold() not in ours]
