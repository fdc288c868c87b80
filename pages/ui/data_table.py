"""Tables of which a row is chosen. The browser draws only those rows that are seen, so each has a twin for paper."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
import streamlit as st

from pages.ui.html_table import Grid
from pages.ui.notices import aside
from pages.ui.translate import counted, number

MOST_PRINTED = 200
"""Rows of a table that are printed."""


def tabulate(
    rows: pl.DataFrame,
    columns: Mapping[str, Any],
    name: str,
    *,
    total: int | None = None,
    downloads: bool = False,
    **how: Any,
) -> Any:
    """Show rows on the screen, and the first of them on paper; return what is chosen, as ``st.dataframe`` does.

    Parameters
    ----------
    rows : DataFrame
    columns : mapping
        What ``st.dataframe`` takes as ``column_config``.
    name : str
        What they are, for whoever hears it.
    total : int, optional
        Of how many these are the first.
    downloads : bool
        Whether files beside the table hold them all.
    **how
        The other arguments of ``st.dataframe``.
    """
    chosen = st.dataframe(rows, hide_index=True, column_config=columns, alt=name, **how)
    with st.container(key=f"paper-{how.get('key', name)}"):
        st.html(printed(rows, columns, name).html)
        if left := (total or rows.height) - min(rows.height, MOST_PRINTED):
            aside(left_out(left, downloads=downloads))
    return chosen


def printed(rows: pl.DataFrame, columns: Mapping[str, Any], name: str) -> Grid:
    """Return the first ``MOST_PRINTED`` of some rows, headed and written as they are on the screen."""
    first = rows.head(MOST_PRINTED)
    told = {column: _told(columns.get(column), column) for column in first.columns}
    texts = [[_written(value, told[one.name][1]) for value in one] for one in first]
    figures = (at for at, one in enumerate(first) if one.dtype.is_numeric())
    return Grid(name, tuple(title for title, _ in told.values()), tuple(zip(*texts, strict=True)), frozenset(figures))


def left_out(count: int, *, downloads: bool) -> str:
    """Return how many rows are not printed, and where they are."""
    if downloads:
        return counted(
            "{count} more row is not printed; downloads hold all.",
            "{count} more rows are not printed; downloads hold all.",
            count,
        )
    return counted("{count} more row is not printed.", "{count} more rows are not printed.", count)


def _told(column: Any, name: str) -> tuple[str, str | None]:
    """Return the heading and the format of a column."""
    if not isinstance(column, Mapping):
        return column or name, None
    kind = column.get("type_config") or {}
    return column.get("label") or name, kind.get("format")


def _written(value: Any, shape: str | None) -> str:
    if value is None:
        return ""
    if shape is None:
        return str(value)
    return number(value) if shape == "localized" else shape % value
