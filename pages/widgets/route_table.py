"""The table of routes, as two pages show it, and the headings of a portrait."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any

import polars as pl
import streamlit as st

from pages.presenters.route_profile import CONFIDENCE_IN_WORDS, FLOW_IN_WORDS, compared_in_words
from pages.ui.data_table import tabulate
from pages.ui.notices import notice
from pages.ui.translate import route, say
from pages.widgets.charts import link
from routes.core.corridor import FEWEST_FOR_HIGH
from routes.temporal.comparison import Comparison

ROUTE, COUNTRY = "route", "country"
"""Names of the chosen route and country in the address."""
_ROW, _HEAD, _MOST_BESIDE = 35, 36, 8
_IN_WORDS = ("way", "change", "direction", "confidence")
"""Columns that hold one of a few words."""


def catalogue(
    table: pl.DataFrame,
    comparison: Comparison | None,
    key: str,
    choose: Callable[[str | None], None],
    asked: str | None = None,
) -> None:
    """List routes; ``choose`` is told the id of the one that a row is chosen of, or None.

    Parameters
    ----------
    table : DataFrame
        As ``portraits.routes_table`` returns it, not empty.
    comparison : Comparison, optional
        Behind the column of changes.
    key : str
        Of this table and these rows.
    choose : function
    asked : str, optional
        The id of the route that is chosen; the table leaves room for it below.
    """
    ids = table["corridor_id"].to_list()

    def chosen() -> None:
        rows = st.session_state[key].selection.rows
        choose(ids[rows[0]] if rows and rows[0] < len(ids) else None)

    tabulate(
        _said(table.drop("corridor_id", "countries")),
        _columns(comparison),
        say("Routes, what changed first and then the most important"),
        height=_HEAD + _ROW * min(len(ids), _MOST_BESIDE if asked else len(ids)),
        key=key,
        on_select=chosen,
        selection_mode="single-row",
        selection_default={"selection": {"rows": [ids.index(asked)]}} if asked in ids else None,
        placeholder="",
    )


def nothing_yet() -> None:
    """Say what to do while there are no incidents, and lead there."""
    notice(say("There are no incidents yet, and so no routes. Add a file of yours on the page “Data”."))
    add = link("incidents", {"tab": "Import"}, say("Import"))
    st.html(f'<p class="figure">{add}</p>')


def heading(words: str, note: str = "") -> None:
    """Show the heading of a part of a page with a remark below."""
    st.html(f'<h3 class="part">{escape(words)}</h3>' + (f'<p class="aside">{escape(note)}</p>' if note else ""))


def title(words: str, note: str) -> None:
    """Show what a portrait is of."""
    st.html(f'<h2 class="title">{escape(words)}</h2><p class="aside">{escape(note)}</p>')


def tiles(pairs: list[tuple[str, str]]) -> None:
    """Show figures side by side."""
    cells = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(words)}</dd></div>" for name, words in pairs)
    st.html(f'<dl class="figure tiles">{cells}</dl>')


def _said(table: pl.DataFrame) -> pl.DataFrame:
    """Return a table with its words in the reader's language, whole numbers and shares in percent."""
    return table.with_columns(
        *(
            pl.Series(name, [None if word is None else say(word) for word in table[name]], pl.String)
            for name in _IN_WORDS
        ),
        pl.Series("name", map(route, table["name"]), pl.String),
        pl.Series(
            "known", [", ".join(map(say, filter(None, names.split(", ")))) for names in table["known"]], pl.String
        ),
        pl.col("flow", "length").round().cast(pl.Int64),
        pl.col("inferred") * 100,
    )


def _columns(comparison: Comparison | None) -> dict[str, Any]:
    of = st.column_config
    return {
        "name": of.TextColumn(say("Route"), width="large"),
        "known": of.TextColumn(say("Known as"), width="medium"),
        "way": of.TextColumn(say("Mode")),
        "confidence": of.TextColumn(say("Confidence"), help=say(CONFIDENCE_IN_WORDS, fewest=FEWEST_FOR_HIGH)),
        "change": of.TextColumn(say("Change"), help=compared_in_words(comparison)),
        "direction": of.TextColumn(say("Direction")),
        "flow": of.NumberColumn(say("Estimated importance"), format="localized", help=say(FLOW_IN_WORDS)),
        "incidents": of.NumberColumn(say("In the corridor, of all time"), format="localized"),
        "recent": of.NumberColumn(say("In the period"), format="localized"),
        "chain": of.TextColumn(say("Countries"), width="large"),
        "length": of.NumberColumn(say("Length, km"), format="localized"),
        "inferred": of.NumberColumn(
            say("Inferred"), format="%.0f %%", help=say("Share that only bridges gaps between reports.")
        ),
    }
