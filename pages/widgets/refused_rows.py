"""The rows of a file that would be refused: why, how many for each reason, and files of them to take away."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import streamlit as st

from geodata.ingest.pipeline import Rehearsal
from geodata.ingest.rejection_report import correction_name, correction_xlsx, csv_of
from geodata.ingest.validation import UNKNOWN_PLACE
from pages.ui.data_table import tabulate
from pages.ui.notices import aside
from pages.ui.translate import counted, say

MOST_REFUSALS = 1_000
"""Refused rows that are listed; the file to download holds all."""


def refused(found: Rehearsal) -> None:
    """Say why rows are refused, how many for each reason, and offer all of them as files."""
    if found.refusals.is_empty():
        return
    rows = found.refusals.select("row", "column", "rule", "value")
    aside(_refused(found.batch.refused, rows.height))
    for rule, count in _by_rule(found.refusals):
        aside(counted("{rule}: {count} row.", "{rule}: {count} rows.", count, rule=_sentence_case(rule)))
    if waiting := found.refusals.filter(pl.col("rule") == UNKNOWN_PLACE)["row"].n_unique():
        aside(
            counted(
                "{count} of these waits for its place: it is kept, and can be placed later under “{tab}”.",
                "{count} of these wait for their place: they are kept, and can be placed later under “{tab}”.",
                waiting,
                tab=say("Import"),
            )
        )
    with st.container(horizontal=True):
        _files(found, rows)
    titles = {"column": say("Column"), "rule": say("Rule"), "value": say("Value")}
    with st.expander(say("Refused rows")):
        tabulate(
            _in_words(rows.head(MOST_REFUSALS)),
            {"row": st.column_config.NumberColumn(say("Row"), width="small"), **titles},
            say("Refused rows"),
            total=rows.height,
            downloads=True,
            height=min(320, 37 + 35 * rows.height),
        )


def _files(found: Rehearsal, rows: pl.DataFrame) -> None:
    """Offer all refusals, and the refused rows to be corrected, as files."""
    st.download_button(
        say("Refusals"),
        csv_of(rows),
        f"refusals-{Path(found.batch.file).stem}.csv",
        "text/csv",
        icon=":material/download:",
        help=say("Download all refusals as CSV."),
        on_click="ignore",
    )
    if not found.to_correct.is_empty():
        st.download_button(
            say("To correct"),
            lambda: correction_xlsx(found.to_correct),
            correction_name(found.batch, ".xlsx"),
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            icon=":material/download:",
            help=say(
                "Download the refused rows as a workbook, the reason beside each, to correct them and add them again."
            ),
            on_click="ignore",
        )


def _in_words(rows: pl.DataFrame) -> pl.DataFrame:
    """Return refusals with their rules in the reader's language."""
    rules = rows["rule"].unique().to_list()
    return rows.with_columns(pl.col("rule").replace(rules, [say(rule) for rule in rules]))


def _by_rule(refusals: pl.DataFrame) -> list[tuple[str, int]]:
    """Return each rule that rows broke, with how many did, the one broken most first."""
    grouped = refusals.group_by("rule", maintain_order=True).agg(pl.col("row").n_unique().alias("rows"))
    return list(grouped.sort("rows", descending=True, maintain_order=True).iter_rows())


def _sentence_case(rule: str) -> str:
    told = say(rule)
    return told[:1].upper() + told[1:]


def _refused(rows: int, faults: int) -> str:
    told = counted("{count} fault", "{count} faults", faults)
    if faults > MOST_REFUSALS:
        told = say("{faults}; the first {most} are listed", faults=told, most=MOST_REFUSALS)
    return counted(
        "{count} row is refused, for {faults}.", "{count} rows are refused, for {faults}.", rows, faults=told
    )
