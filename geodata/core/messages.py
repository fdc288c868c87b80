"""Sentences: English that stands in a record and remembers what it was made of, so that it can be said anew.

A record keeps its words as they were written. Whoever shows it finds behind them the text and the values that filled
it, and says both in the language of the reader.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import Any, Self

_NOTHING: Mapping[str, Any] = MappingProxyType({})


class Sentence(str):
    """A text in English, filled.

    Attributes
    ----------
    text : str
        With ``{name}``, or ``{name:format}``, where a value stands.
    values : mapping
        By name; a sentence among them is said too.
    many : str
        The text for every ``count`` but 1, "" where nothing is counted.
    """

    __slots__ = ("many", "text", "values")
    text: str
    values: Mapping[str, Any]
    many: str

    def __new__(cls, text: str, values: Mapping[str, Any] = _NOTHING, many: str = "") -> Self:
        """Return the text that fits the values, with them in it."""
        form = many if many and values["count"] != 1 else text
        made = super().__new__(cls, form.format(**values) if values else form)
        made.text, made.values, made.many = text, dict(values), many
        return made


class Country(str):
    """The English name of a country that remembers its code."""

    __slots__ = ("iso3",)
    iso3: str

    def __new__(cls, name: str, iso3: str = "") -> Self:
        """Return the name."""
        made = super().__new__(cls, name)
        made.iso3 = iso3
        return made


def mark(text: str) -> str:
    """Return a text that is said later, from where it stands: so that catalogues hold it."""
    return text


def sentence(text: str, /, **values: Any) -> Sentence:
    """Return a text with each ``{name}`` in it replaced by a value, as English writes it."""
    return Sentence(text, values)


def figure(value: float) -> float:
    """Return a number with its first two digits, whole where it has no others, as people say it.

    Examples
    --------
    >>> figure(0.00768), figure(5.08), figure(4.0), figure(123.4)
    (0.0077, 5.1, 4, 120)
    """
    rounded = float(f"{value:.2g}")
    return int(rounded) if rounded == int(rounded) else rounded


def counted(one: str, many: str, count: int, /, **values: Any) -> Sentence:
    """Return the form of a text for a number, which stands in it as ``{count}``."""
    return Sentence(one, {"count": count, **values}, many)


def series(parts: Iterable[str], between: str = ", ") -> Sentence:
    """Return texts one after the other."""
    values = {f"part{number}": part for number, part in enumerate(parts)}
    return Sentence(between.join(f"{{{name}}}" for name in values), values)


def part_of(part: int, whole: int) -> Sentence:
    """Return how many of how many: "all 12", "11 of 12"."""
    if part == whole:
        return sentence("all {whole:,}", whole=whole)
    return sentence("{part:,} of {whole:,}", part=part, whole=whole)


def recognised(said: str, texts: Sequence[str]) -> str:
    """Return words that were kept without their values as the sentence that they are, as they stand if they are none.

    Parameters
    ----------
    said : str
    texts : sequence of str
        With ``{name}`` where a value stands, or another one of them; the first that fits is taken.
    """
    for text in texts:
        found = _pattern(text).fullmatch(said)
        if found:
            return Sentence(text, {name: recognised(value, texts) for name, value in found.groupdict().items()})
    return said


@cache
def _pattern(text: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", text)
    named = (f"(?P<{part}>.+?)" if number % 2 else re.escape(part) for number, part in enumerate(parts))
    return re.compile("".join(named), re.DOTALL)
