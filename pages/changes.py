"""The Changes page: what became of the corridors between two windows, alarms, hot spots, and what came in lately."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from geodata.incident import is_synthetic
from geodata.view import View
from pages.filters import ask
from pages.grids import points
from pages.notices import aside, facts, notice
from pages.outcomes import (
    ALARM_TEST,
    COMPARISON_TEST,
    HEADINGS,
    RECENT_ALARMS,
    SPOT_TEST,
    alarm_grid,
    came_in,
    counted,
    facts_of_one,
    lately,
    listed,
    pairs,
    recent,
    spot_grid,
    told,
)
from pages.spans import FEWEST_MONTHS, QUICK, Spans, asked, in_words, quick, spanning
from pages.workspace import Workspace, sight
from routes.comparison import Comparison
from routes.corridors import METHOD_VERSION
from routes.surveys import SURVEY_MONTHS
from routes.windows import Window

_TALLEST = 15
"""Rows from which on the table scrolls by itself."""
_ENDS = ("first", "last")


def page() -> None:
    """Ask for the windows, compare, and tell what is new."""
    seen = sight()
    version = seen.version()
    view = ask(seen.offers(version) if version is not None else {})
    with st.container(key="changes"):
        if version is None:
            notice("There are no incidents yet. Add a file of yours on the Incidents page.")
            return
        known = seen.known_months(version)
        if known is None or len(known.months) < FEWEST_MONTHS:
            so_far = f"so far there is only {in_words(known)}" if known else "so far none is over"
            notice(f"Nothing can be compared yet: that takes {FEWEST_MONTHS} whole months of incidents, and {so_far}.")
        else:
            between(seen, view, version, windows(known))
        alerts(seen, view, version)
        new(seen, view, version)


def windows(known: Window) -> Spans:
    """Ask which windows to compare; they are kept in the address."""
    spans, said = asked(st.query_params.get("before", ""), st.query_params.get("after", ""), known)
    offered = {_label(months): found for months in QUICK if (found := quick(known, months))}
    st.session_state["quick"] = next((label for label, found in offered.items() if found == spans), None)

    def turn() -> None:
        chosen = offered.get(st.session_state["quick"], spans)
        for name, text in chosen.query().items():
            st.query_params[name] = text

    st.segmented_control(
        "Compare, with the same months a year before",
        [*offered],
        key="quick",
        on_change=turn,
        help="Months that are over, by the latest incident. Any others are chosen below.",
    )
    places = st.columns(4)
    _months("before", spans, known, places[:2])
    _months("after", spans, known, places[2:])
    if said:
        notice(said, "warning")
    return spans


def _label(months: int) -> str:
    return f"last {months} months"


def _months(name: str, spans: Spans, known: Window, places: Sequence[DeltaGenerator]) -> None:
    """Ask for the first and the last month of one of the windows."""
    own = (spans.before if name == "before" else spans.after).months
    keys = {end: f"{name}-{end}" for end in _ENDS}
    for end, month in zip(_ENDS, (own[0], own[-1]), strict=True):
        st.session_state[keys[end]] = month

    def remember(changed: str) -> None:
        first, last = (st.session_state[keys[end]] for end in _ENDS)
        if first > last:  # the one that was chosen holds
            first = last = first if changed == "first" else last
        for window, text in spans.query().items():
            st.query_params[window] = text
        chosen = spanning(first, last)
        st.query_params[name] = f"{chosen.start:%Y-%m}:{chosen.end:%Y-%m}"

    for end, place in zip(_ENDS, places, strict=True):
        place.selectbox(
            f"{name.capitalize()}: {end} month", known.months, key=keys[end], on_change=remember, args=(end,)
        )


def between(seen: Workspace, view: View, version: int, spans: Spans) -> None:
    """Show what became of the corridors from one window to the other."""
    with st.spinner("Comparing the windows ...", show_time=True):
        found = seen.compared(view, version, spans.before, spans.after)
    head, file = st.columns([5, 1], vertical_alignment="bottom")
    with head:
        st.html(f'<div role="status"><p class="count">{counted(found)}</p></div>')
        aside(f"{spans.words}.")
    with file:
        download(found, view, version, made_up=is_synthetic(seen.incidents(version)))
    changed, others = told(found)
    displaced = pairs(found)
    if changed:
        st.html(points(changed))
    elif found.corridors:
        notice("No corridor changed beyond what reporting and chance explain.")
    if displaced:
        st.html(points(displaced))
        aside(
            "Consistent with displacement: one corridor lost while one near by, or between the same countries, gained. "
            "That says nothing of cause, and not that the same people went the other way."
        )
    if found.corridors:
        table(found, f"{version} {view.query()} {spans.words}")
    if others:
        with st.expander(f"In sentences: what did not change, or is too little to tell ({len(others):,})"):
            st.html(points(others))
    for note in found.notes:
        aside(note)
    aside(COMPARISON_TEST)
    aside(
        f"Compared are the lines that the incidents of both windows trace (method {METHOD_VERSION}); the directed "
        "routes of the map are drawn from all time, and may go by other names."
    )


def table(found: Comparison, of: str) -> None:
    """List the corridors, and tell all of the one that is chosen."""
    rows = listed(found)
    left, right = st.columns([5, 2])
    with left:
        chosen = st.dataframe(
            rows.select(*HEADINGS),
            hide_index=True,
            column_config={
                name: st.column_config.NumberColumn(heading, format="localized", width="small")
                if name in ("before", "after")
                else st.column_config.TextColumn(heading, width="small" if name in ("mode", "q") else None)
                for name, heading in HEADINGS.items()
            },
            height="content" if rows.height < _TALLEST else 560,
            key=f"corridors-{of}",
            on_select="rerun",
            selection_mode="single-row",
            alt="Corridors, the changed ones first",
        ).selection.rows
    with right:
        if chosen and chosen[0] < rows.height:
            facts(facts_of_one(found, rows["number"][chosen[0]]), "The chosen corridor")
        else:
            aside("Choose a row, by its box on the left, to see why it was judged so.")


def download(found: Comparison, view: View, version: int, *, made_up: bool) -> None:
    """Offer the comparison as GeoJSON, as ``python -m routes change`` writes it."""

    def written() -> str:
        stamp = {"view": view.without_window().query(), "ledger_version": version, "synthetic": made_up}
        return json.dumps(found.collection() | stamp, ensure_ascii=False, allow_nan=False)

    ending = "-synthetic" if made_up else ""
    windows = "-".join(f"{window.start:%Y%m}-{window.end:%Y%m}" for window in (found.before, found.after))
    st.download_button(
        "GeoJSON",
        written,
        f"changes-v{version}-{windows}{ending}.geojson",
        "application/geo+json",
        icon=":material/download:",
        help="Download the corridors with what became of each.",
        on_click="ignore",
        disabled=not found.corridors,
        width="stretch",
    )


def alerts(seen: Workspace, view: View, version: int) -> None:
    """Show where the rate of a corridor has just changed, and the emerging hot spots."""
    st.html('<h2 class="part">Alerts</h2>')
    with st.spinner("Watching the corridors month by month ..."):
        found, known = seen.alarms(view, version), seen.known_months(version)
    late = recent(found, known) if known else []
    since = f"in the last {RECENT_ALARMS} months"
    st.html(f'<p class="count">{_number(len(late), "alarm")} {since}, {len(found):,} in all.</p>')
    if found:
        every = st.toggle("All alarms", key="every", bind="query-params") if len(late) < len(found) else False
        shown = found if every else late
        if shown:
            st.html(alarm_grid(shown).html)
    aside(ALARM_TEST)
    with st.spinner("Looking for hot spots ..."):
        spots = seen.hot_spots(view, version)
    rows = spot_grid(spots) if spots is not None else None
    st.html(f'<p class="count">{_spots(rows is not None and bool(rows.rows))}</p>')
    if rows is not None and rows.rows:
        st.html(rows.html)
    aside(SPOT_TEST)


def _spots(there: bool) -> str:
    return f"Emerging hot spots, the last {SURVEY_MONTHS} months" if there else "No hex is a hot spot."


def new(seen: Workspace, view: View, version: int) -> None:
    """Show what came in lately, and whether the latest days are as usual."""
    st.html('<h2 class="part">The last 7 and 28 days</h2>')
    chosen = view.without_window().select(seen.incidents(version))
    st.html(points(came_in(chosen, seen.history(), datetime.now(UTC))))
    found = lately(chosen)
    if found is None:
        notice("No incident of this selection is known to the day.")
        return
    grid, remark = found
    st.html(grid.html)
    aside(remark)


def _number(count: int, word: str) -> str:
    return f"{count:,} {word}{'' if count == 1 else 's'}"


page()
