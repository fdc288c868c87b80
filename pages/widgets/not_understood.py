"""What was not understood of a file, before anything is stored: words, columns and sheets."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl
import streamlit as st

from geodata.mapping.column_inference import Guess
from geodata.parsing.date_inference import order_open
from geodata.parsing.value_words import VALUES
from pages.data.uploads import Preview
from pages.ui.notices import aside, notice
from pages.ui.translate import counted, mark, number, say

FIELD_WORDS = {"kind": mark("kind of incident"), "mode": mark("land, sea or air")}
MOST_WORDS = 12
"""Words that are offered at once; the commonest come first, the others wait."""
_MOST_COLUMNS = 20
DATES = "dates: "
"""How what is open of dates begins."""

Meant = dict[tuple[str, str], str]
"""Field and word of a source -> the value that it stands for."""


def ask_words(words: pl.DataFrame, key: str) -> Meant:
    """List words that no map knows, with their counts, and return what they are said to stand for.

    Parameters
    ----------
    words : DataFrame
        ``field``, ``text``, ``rows``, the commonest first.
    key : str
        Tells the widgets of one list from those of another.
    """
    known = words.filter(pl.col("field").is_in(list(VALUES))) if words.height else words
    meant: Meant = {}
    for at, (field, text, rows) in enumerate(known.head(MOST_WORDS).iter_rows()):
        said, choice = st.columns([3, 2], vertical_alignment="center")
        with said:
            told = counted(
                "“{word}” ({field}), {count} row",
                "“{word}” ({field}), {count} rows",
                rows,
                word=text,
                field=_field(field),
            )
            aside(told)
        value = choice.selectbox(
            say("What “{word}” stands for", word=text),
            [None, *VALUES[field]],
            format_func=lambda one: say("tell later") if one is None else say(one),
            key=f"word-{key}-{at}-{field}-{text}",
            label_visibility="collapsed",
        )
        if value is not None:
            meant[field, text] = value
    if (more := known.height - MOST_WORDS) > 0:
        aside(counted("{count} more word can be told later.", "{count} more words can be told later.", more))
    return meant


def tell_words(words: pl.DataFrame) -> None:
    """Say what becomes of words that are told later, and which words are of no country that is known."""
    if words.is_empty():
        return
    if words["field"].is_in(list(VALUES)).any():
        aside(
            say(
                "Told later, a kind counts as other and the mode follows from the place; the words are kept, and are "
                "listed under “{tab}” until they are told.",
                tab=say("Import"),
            )
        )
    origins = words.filter(pl.col("field") == "origins").head(MOST_WORDS)
    if origins.height:
        listed = ", ".join(f"“{text}” ({number(rows)})" for _, text, rows in origins.iter_rows())
        aside(say("Known as no country of origin, and kept as written: {words}.", words=listed))


def tell_columns(preview: Preview, guess: Guess) -> None:
    """Say which columns are not read, and which are dropped as they are of persons."""
    if preview.persons:
        aside(say("Never stored, as they are of persons: {columns}.", columns=_some(preview.persons)))
    rest = [name for name in guess.rest if name not in preview.persons]
    if rest:
        aside(
            say("Columns that are not read, and kept as they are beside the incident: {columns}.", columns=_some(rest))
        )


def tell_sheets(preview: Preview) -> None:
    """Say which sheets, layers or files are not read, and why."""
    for part in preview.left_out:
        rows = counted("{count} row", "{count} rows", part.rows)
        aside(say("Not read: “{part}” ({rows}), {why}.", part=part.name, rows=rows, why=say(part.why)))


def tell_missing(preview: Preview, guess: Guess) -> None:
    """Say what is missing before a file can be read; no word that it was."""
    file = preview.reading.file
    for what in guess.open:
        if order_open(what.removeprefix(DATES)) or "latitude or longitude" in what:
            notice(say("Answer the question below, and the rows of {file} are checked.", file=file), "warning")
        elif what.startswith(DATES):
            told = mark("{file} cannot be read before you say how its dates are written: {why}.")
            notice(say(told, file=file, why=_why(what)), "warning")
        elif what.startswith("coordinates: "):
            told = mark("{file} cannot be read before you say how its coordinates are written: {why}.")
            notice(say(told, file=file, why=_why(what)), "warning")
        else:
            told = mark("{file} cannot be read yet: {what}. Choose it under “{part}”.")
            notice(say(told, file=file, what=say(what), part=say("How its columns are read")), "warning")


def _why(what: str) -> str:
    """Return the reason in what is open, in the reader's language."""
    reason = getattr(what, "values", {}).get("reason", what)
    return say(reason)


def _field(name: str) -> str:
    return say(FIELD_WORDS.get(name, name))


def _some(names: Iterable[str]) -> str:
    every = list(names)
    left = len(every) - _MOST_COLUMNS
    listed = ", ".join(every[:_MOST_COLUMNS])
    if left <= 0:
        return listed
    return counted("{columns} and {count} more", "{columns} and {count} more", left, columns=listed)
