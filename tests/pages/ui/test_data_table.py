"""Tables and their twins for paper: what is written there, and how many rows."""

import polars as pl
import streamlit as st

from pages.ui.data_table import MOST_PRINTED, left_out, printed

HOSTILE = '<img src=x onerror="alert(1)">'


def test_a_printed_table_has_the_headings_and_formats_of_the_screen():
    rows = pl.DataFrame({"name": ["Sfax - Lampedusa"], "flow": [1322], "share": [8.6], "row": [7], "note": [None]})
    columns = {
        "name": st.column_config.TextColumn("Route"),
        "flow": st.column_config.NumberColumn("Flow", format="localized"),
        "share": st.column_config.ProgressColumn("Source", format="%.0f %%", max_value=100),
        "note": "Note",
    }
    grid = printed(rows, columns, "Routes")
    assert grid.headings == ("Route", "Flow", "Source", "row", "Note")
    assert grid.rows == (("Sfax - Lampedusa", "1,322", "9 %", "7", ""),)
    assert grid.numbers == {1, 2, 3}


def test_text_out_of_files_is_printed_as_it_is_written():
    assert "<img" not in printed(pl.DataFrame({"place": [HOSTILE]}), {}, "Incidents").html


def test_no_more_rows_are_printed_than_can_be_read():
    rows = pl.DataFrame({"row": range(MOST_PRINTED + 1)})
    assert len(printed(rows, {}, "Rows").rows) == MOST_PRINTED
    assert printed(rows.head(0), {}, "Rows").rows == ()


def test_what_is_not_printed_is_counted():
    assert left_out(1, downloads=False) == "1 more row is not printed."
    assert left_out(19_796, downloads=True) == "19,796 more rows are not printed; downloads hold all."
