"""Value maps: which kind or mode a word of a source stands for, in seven languages and in a workspace's own words.

The whole cell is looked up, then the longest known words that stand in it as whole words, where all of these mean the
same. What no map knows stays the source's own word (``geodata.model.source_words``).
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import polars as pl

from geodata.core.atomic_write import whole
from geodata.core.errors import WrongValue
from geodata.model.incident import KINDS, MODES
from geodata.places.lookup import folded
from geodata.spatial.coastline import REFERENCE

FILE = "words.toml"
"""Of a workspace: its own words, a table for each field."""
VALUES = {"kind": KINDS, "mode": MODES}
"""Fields whose words are mapped, and what they can be mapped to."""
_WHOLE_CELL_ONLY = frozenset(
    [
        *("see", "vol", "rib", "mar", "pied", "auto", "land", "bar", "nave", "dead", "mort", "tod", "other", "morte"),
        *("terre", "terra"),
    ]
)
"""Words that are common in another sense, or in another language, within a longer text."""

Own = Mapping[str, Mapping[str, str]]
"""Field -> a word of a source -> the value that it stands for."""


@cache
def kind_words() -> dict[str, str]:
    """Return the kind that each word for a kind of incident stands for, folded."""
    table = tomllib.loads((REFERENCE / "kinds.toml").read_text(encoding="utf-8"))
    return {folded(word): kind for kind, words in table.items() for word in words}


def meanings(texts: pl.Series, words: Mapping[str, str], own: Mapping[str, str] | None = None) -> pl.Series:
    """Return what each text of a column stands for, null where no map knows it.

    Parameters
    ----------
    texts : Series of str
    words : mapping
        Folded word -> value.
    own : mapping, optional
        Of a workspace, asked first.

    Examples
    --------
    >>> meanings(pl.Series(["Rubber boat", "boat then truck"]), {"boat": "sea", "truck": "land"}).to_list()
    ['sea', None]
    """
    stated = {folded(word): value for word, value in (own or {}).items()}
    known = {text: stated.get(folded(text)) or _meaning(folded(text), words) for text in texts.drop_nulls().unique()}
    if not any(known.values()):
        return pl.Series(texts.name, [None], dtype=pl.String).new_from_index(0, len(texts))
    return texts.replace_strict(list(known), list(known.values()), default=None, return_dtype=pl.String)


def _meaning(text: str, words: Mapping[str, str]) -> str | None:
    found = words.get(text)
    if found is not None or " " not in text:
        return found
    tokens = text.split()
    meant: set[str] = set()
    at = 0
    while at < len(tokens):
        for end in range(len(tokens), at, -1):
            phrase = " ".join(tokens[at:end])
            if phrase in words and phrase not in _WHOLE_CELL_ONLY:
                meant.add(words[phrase])
                at = end - 1
                break
        at += 1
    return meant.pop() if len(meant) == 1 else None


def own_words(home: Path) -> dict[str, dict[str, str]]:
    """Return the words that a workspace maps itself.

    Raises
    ------
    WrongValue
        If its file cannot be read.
    """
    path = home / FILE
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise WrongValue(
            f"it cannot be read ({str(error).splitlines()[0]})",
            rule=f"{FILE} has a table of words for {' and '.join(VALUES)}",
            where=str(path),
        ) from None
    return {field: {str(word): str(value) for word, value in found.get(field, {}).items()} for field in VALUES}


def keep_word(home: Path, field: str, word: str, value: str) -> None:
    """Map a word of a source in a workspace.

    Raises
    ------
    WrongValue
        If there is no such field, or it cannot have this value.
    """
    if field not in VALUES:
        raise WrongValue(f"{field!r}", rule=f"words are mapped for {' and '.join(VALUES)}", done="nothing was mapped")
    if value not in VALUES[field]:
        rule = f"a {field} is one of {', '.join(VALUES[field])}"
        raise WrongValue(f"{value!r}", rule=rule, done="nothing was mapped")
    every = own_words(home)
    every.setdefault(field, {})[word] = value
    lines = ["# Words of sources that this workspace maps itself: `python -m geodata words`.", ""]
    for name, words in every.items():
        if words:
            lines += [
                f"[{name}]",
                *(f"{_quoted(text)} = {_quoted(meant)}" for text, meant in sorted(words.items())),
                "",
            ]
    home.mkdir(parents=True, exist_ok=True)
    with whole(home / FILE, proven=True) as part:
        part.write_text("\n".join(lines), encoding="utf-8")


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(letter if letter.isprintable() else f"\\u{ord(letter):04x}" for letter in escaped) + '"'
