"""The page of the data: incidents of the period, files to import, the imports so far, sources, and own layers."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime
from functools import partial
from html import escape
from typing import Any

import polars as pl
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from geodata.core.handling import highest
from geodata.io.writers import csv_of, geojson_of
from geodata.model.incident import is_synthetic
from geodata.model.query import View
from pages.data.audited import enter
from pages.data.who import allowed
from pages.data.workspace_cache import Workspace, sight
from pages.presenters.incident_table import HEADINGS, MOST_ROWS, counted, flagged, listed, searched, shown, told
from pages.ui import translate
from pages.ui.data_table import tabulate
from pages.ui.notices import facts, hint, notice
from pages.ui.translate import mark, say
from pages.ui.url_state import tabs, turn_to
from pages.widgets.batch_table import batches
from pages.widgets.download import download
from pages.widgets.filter_bar import ask
from pages.widgets.headline import headline
from pages.widgets.incident_form import by_hand
from pages.widgets.own_layers import own_layers
from pages.widgets.source_table import sources
from pages.widgets.upload_wizard import wizard

FORMERLY = {"Add incidents": "Import", "Batches": "History"}
INCIDENTS, IMPORT, BY_HAND = mark("Incidents"), mark("Import"), mark("By hand")
HISTORY, SOURCES, OWN_LAYERS = mark("History"), mark("Sources"), mark("Own layers")
TABS = (INCIDENTS, IMPORT, BY_HAND, HISTORY, SOURCES, OWN_LAYERS)
READ_ONLY = (INCIDENTS, HISTORY, SOURCES)


def page() -> None:
    """Show the tab that is asked for."""
    seen = sight()
    version = seen.version()
    view = ask(seen.offers(version) if version is not None else {}, seen.known_months(version), "incidents")
    parts = TABS if allowed("take in") else READ_ONLY
    places = dict(zip(parts, tabs(parts, "tab", FORMERLY), strict=True))
    for part, place in places.items():
        with place:
            if place.open:
                show(seen, part, view, version)


def show(seen: Workspace, part: str, view: View, version: int | None) -> None:
    """Show one tab."""
    if part == IMPORT:
        with st.container(key="wizard"):
            wizard(seen)
    elif part == BY_HAND:
        with st.container(key="by-hand"):
            by_hand(seen)
    elif part == HISTORY:
        batches(seen)
    elif part == SOURCES:
        sources(seen, version)
    elif part == OWN_LAYERS:
        own_layers(seen.home)
    elif version is None:
        empty()
    else:
        above = st.empty()  # filled last: what became of the incidents takes longer than to list them
        catalogue(seen, view, version)
        with above.container():
            headline(seen, view, version)


def empty() -> None:
    """Say what to do while there is nothing to list."""
    notice(say("There are no incidents yet. Add a file of yours under “{tab}”.", tab=say(IMPORT)))
    if allowed("take in"):
        st.button(say("Import"), type="primary", on_click=turn_to, args=("tab", IMPORT))


def catalogue(seen: Workspace, view: View, version: int) -> None:
    """List the incidents of a View, and all that is known of the one that is chosen."""
    with st.container(key="catalogue-head"):
        count, place, only, *files = st.columns([5, 4, 3, 2, 2], vertical_alignment="center")
    words = place.text_input(
        say("Search in places, routes and countries"),
        key="words",
        bind="query-params",
        type="search",
        autocomplete="off",
        placeholder=say("Place, route or country"),
        label_visibility="collapsed",
    )
    only_flagged = only.toggle(say("Only flagged"), key="flagged", bind="query-params")
    with st.spinner(say("Finding routes ...")):
        corridors = seen.corridor_names(view, version)
    enter("read", f"incidents in a table, {view.query() or 'all'}")
    asked_for = seen.reached(view, version)
    found = searched(listed(asked_for, corridors), words or "")
    outside = seen.selected(view.without_window(), version).height - asked_for.height
    with count:
        _count(found, outside)
    found = flagged(found) if only_flagged else found
    asked = f"{version} {view.query()} {words} {only_flagged}"
    _downloads(found, version, asked, files)
    with st.container(key="catalogue"):
        _listing(found, hashlib.sha256(asked.encode()).hexdigest()[:12], seen.linked(version))


def _count(found: pl.DataFrame, outside: int) -> None:
    more = say("The newest {most} are listed; downloads hold all.", most=MOST_ROWS) if found.height > MOST_ROWS else ""
    if outside:
        left = translate.counted(
            "{count} more lies outside of the period.", "{count} more lie outside of the period.", outside
        )
        more = f"{more} {left}".strip()
    count = f'<p class="count">{escape(counted(found))}</p>'
    st.html(f'<div role="status">{count}<p class="aside unprinted">{escape(more)}</p></div>')


def _downloads(found: pl.DataFrame, version: int, about: str, places: list[DeltaGenerator]) -> None:
    ledger = found.drop("country_name", "flags", "corridor")
    made_up = "-synthetic" if is_synthetic(ledger) else ""
    marked = re.sub(r"[^A-Z]+", "-", f"-{highest(ledger['handling'].drop_nulls().unique())}").rstrip("-")
    name = f"incidents-v{version}-{datetime.now(UTC):%Y%m%d}{made_up}{marked}"
    kinds = (("CSV", csv_of, "csv", "text/csv"), ("GeoJSON", geojson_of, "geojson", "application/geo+json"))
    for place, (label, write, ending, kind) in zip(places, kinds, strict=True):
        download(
            place,
            label,
            partial(write, ledger),
            f"{name}.{ending}",
            kind,
            about,
            help=say("Download the incidents of this list as {format}.", format=label),
            disabled=found.is_empty(),
            width="stretch",
        )


def _listing(found: pl.DataFrame, asked: str, linked: pl.DataFrame) -> None:
    table, panel = st.columns([5, 2])
    with table:
        chosen = tabulate(
            shown(found),
            _columns(),
            say("Incidents, newest first"),
            total=found.height,
            downloads=True,
            height="stretch",
            key=f"list-{asked}",
            on_select="rerun",
            selection_mode="single-row",
            placeholder="",
        ).selection.rows
    with panel:
        if chosen and chosen[0] < min(found.height, MOST_ROWS):
            facts(told(found, chosen[0], linked), say("The chosen incident"))
        else:
            hint(say("Choose a row, by its box on the left, to see all that is known of an incident."))


def _columns() -> dict[str, Any]:
    wide = ("why", "flags", "repair", "corridor", "source", "place")
    return {
        name: st.column_config.NumberColumn(say(heading), width="small", format="localized")
        if name == "people"
        else st.column_config.TextColumn(say(heading), width="medium" if name in wide else None)
        for name, heading in HEADINGS.items()
    }


page()
