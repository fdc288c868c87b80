"""The Changes page: what became of the corridors between two windows, alarms, hot spots, and what came in lately."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from html import escape

import streamlit as st

from geodata.model.incident import is_synthetic
from geodata.model.query import View
from pages.data.workspace_cache import Workspace, sight
from pages.presenters.change_report import (
    HEADINGS,
    alarm_grid,
    alarm_test,
    came_in,
    comparison_test,
    counted,
    facts_of_one,
    lately,
    listed,
    not_arrived,
    pairs,
    spot_grid,
    spot_test,
    told,
)
from pages.presenters.window_choice import (
    FEWEST_MONTHS,
    NONE_SO_FAR,
    ONLY_SO_FAR,
    Spans,
    against,
    in_words,
)
from pages.ui import translate as words
from pages.ui.data_table import tabulate
from pages.ui.html_table import points
from pages.ui.notices import aside, facts, hint, notice
from pages.ui.translate import say
from pages.widgets.download import download
from pages.widgets.filter_bar import ask
from pages.widgets.headline import headline
from pages.widgets.how_we_know import how_we_know
from routes.core.corridor import METHOD_VERSION
from routes.temporal.arrears import arrears
from routes.temporal.comparison import Comparison
from routes.temporal.findings import RECENT_MONTHS, recent
from routes.temporal.hotspot_survey import SURVEY_MONTHS
from routes.temporal.time_windows import Window

_TALLEST = 15
"""Rows from which on the table scrolls by itself."""


def page() -> None:
    """Ask for the windows, compare, and tell what is new."""
    seen = sight()
    version = seen.version()
    _formerly()
    view = ask(seen.offers(version) if version is not None else {}, seen.known_months(version), "changes")
    with st.container(key="changes"):
        if version is None:
            notice(say("There are no incidents yet. Add a file of yours on the page “Data”."))
            return
        known = seen.known_months(version)
        spans = against(view, known)
        if spans is None:
            notice(_too_short(known))
        else:
            headline(seen, view, version)
            _same(view, spans)
            between(seen, view, version, spans)
        alerts(seen, view, version)
        missing(seen, view, version)
        new(seen, view, version)


def _formerly() -> None:
    """Lead an address of before, with its two windows, to the period and what it is compared with."""
    before, after = (st.query_params.pop(name, "") for name in ("before", "after"))
    for name, text in (("against", before), ("from", after.partition(":")[0]), ("to", after.partition(":")[2])):
        if text and name not in st.query_params:
            st.query_params[name] = text


def _same(view: View, spans: Spans) -> None:
    """Say so where what is compared is not the period of the bar."""
    if view.start and (view.start, view.end) != (spans.after.start, spans.after.end):
        notice(
            say(
                "The period of the bar cannot be compared with a time before it. Shown is {windows}.",
                windows=spans.words,
            )
        )


def _too_short(known: Window | None) -> str:
    if known is None:
        return say(NONE_SO_FAR, fewest=FEWEST_MONTHS)
    return say(ONLY_SO_FAR, fewest=FEWEST_MONTHS, months=in_words(known))


def between(seen: Workspace, view: View, version: int, spans: Spans) -> None:
    """Show what became of the corridors from one window to the other."""
    with st.spinner(say("Comparing the windows ..."), show_time=True):
        found = seen.compared(view, version, spans.before, spans.after)
    head, file = st.columns([5, 1], vertical_alignment="bottom")
    with head:
        st.html(f'<div role="status"><p class="count">{escape(counted(found))}</p></div>')
        aside(f"{spans.words}.")
    with file:
        offer(found, view, version, made_up=is_synthetic(seen.incidents(version)))
    changed, others = told(found)
    displaced = pairs(found)
    if changed:
        st.html(points(changed))
    elif found.corridors:
        notice(say("No route changed beyond what reporting and chance explain."))
    if displaced:
        st.html(points(displaced))
        meaning = say(
            "Consistent with displacement: one corridor lost while one near by, or between the same countries, gained. "
            "That says nothing of cause, and not that the same people went the other way."
        )
        aside(meaning)
    if found.corridors:
        table(found, f"{version} {view.query()} {' '.join(spans.query().values())}")
    if others:
        with st.expander(
            say("In sentences: what did not change, or is too little to tell ({count})", count=len(others))
        ):
            st.html(points(others))
    for note in found.notes:
        aside(say(note))
    basis = say(
        "Compared are the routes of the map, under the same names (method {method}); each incident counts in the "
        "nearest corridor.",
        method=METHOD_VERSION,
    )
    how_we_know(comparison_test(), basis)


def table(found: Comparison, of: str) -> None:
    """List the corridors, and tell all of the one that is chosen."""
    rows = listed(found)
    left, right = st.columns([5, 2])
    with left:
        chosen = tabulate(
            rows.select(*HEADINGS),
            {
                name: st.column_config.NumberColumn(say(heading), format="localized", width="small")
                if name in ("before", "after")
                else st.column_config.TextColumn(
                    say(heading), width="small" if name in ("mode", "confidence") else None
                )
                for name, heading in HEADINGS.items()
            },
            say("Places, the changed ones first"),
            downloads=True,
            height="content" if rows.height < _TALLEST else 560,
            key=f"corridors-{of}",
            on_select="rerun",
            selection_mode="single-row",
        ).selection.rows
    with right:
        if chosen and chosen[0] < rows.height:
            facts(facts_of_one(found, rows["number"][chosen[0]]), say("The chosen route"))
        else:
            hint(say("Choose a row, by its box on the left, to see why it was judged so."))


def offer(found: Comparison, view: View, version: int, *, made_up: bool) -> None:
    """Offer the comparison as GeoJSON, as ``python -m routes change`` writes it."""

    def written() -> str:
        stamp = {"view": view.without_window().query(), "ledger_version": version, "synthetic": made_up}
        return json.dumps(found.collection() | stamp, ensure_ascii=False, allow_nan=False)

    ending = "-synthetic" if made_up else ""
    windows = "-".join(f"{window.start:%Y%m}-{window.end:%Y%m}" for window in (found.before, found.after))
    download(
        st,
        "GeoJSON",
        written,
        f"changes-v{version}-{windows}{ending}.geojson",
        "application/geo+json",
        f"{version} {view.query()}",
        help=say("Download the routes with what became of each."),
        disabled=not found.corridors,
        width="stretch",
    )


def alerts(seen: Workspace, view: View, version: int) -> None:
    """Show what changed lately, at the level that carries it, and the emerging hot spots."""
    _part(say("What changed"))
    with st.spinner(say("Watching month by month ...")):
        found, known = seen.findings(view, version), seen.known_months(version)
    late = recent(found, known) if known else []
    count = words.counted(
        "{count} change in the last {months} months, {total} in all.",
        "{count} changes in the last {months} months, {total} in all.",
        len(late),
        months=RECENT_MONTHS,
        total=len(found),
    )
    st.html(f'<p class="count">{escape(count)}</p>')
    if found:
        every = st.toggle(say("All changes"), key="every", bind="query-params") if len(late) < len(found) else False
        shown = found if every else late
        if shown:
            st.html(alarm_grid(shown).html)
    how_we_know(alarm_test())
    with st.spinner(say("Looking for hot spots ...")):
        spots = seen.hot_spots(view, version)
    rows = spot_grid(spots) if spots is not None else None
    st.html(f'<p class="count">{escape(_spots(rows is not None and bool(rows.rows)))}</p>')
    if rows is not None and rows.rows:
        st.html(rows.html)
    how_we_know(spot_test())


def missing(seen: Workspace, view: View, version: int) -> None:
    """Show how much of the latest months is known, and what has not delivered."""
    _part(say("What has not arrived yet"))
    said, months, late = not_arrived(arrears(seen.series(view, version)))
    st.html(f'<p class="count">{escape(said)}</p>')
    if months.rows:
        expected = st.toggle(say("What the latest months may come to"), value=True, key="expected", bind="query-params")
        if expected:
            st.html(months.html)
    if late.rows:
        st.html(late.html)
    how_we_know(
        say(
            "Earlier editions of a source show how much of a month it knows by the age of the month; "
            "where there is one edition alone, its profile says so. What was busy and has delivered nothing since is "
            "silent: not yet reported, not zero. What is expected is no incident: it is in no route, no count, and "
            "nothing that is shared."
        )
    )


def _part(heading: str) -> None:
    st.html(f'<h2 class="part">{escape(heading)}</h2>')


def _spots(there: bool) -> str:
    if not there:
        return say("No hex is a hot spot.")
    return say("Emerging hot spots, the last {months} months", months=SURVEY_MONTHS)


def new(seen: Workspace, view: View, version: int) -> None:
    """Show what came in lately, and whether the latest days are as usual."""
    _part(say("The last 7 and 28 days"))
    chosen = seen.selected(view.without_window(), version)
    st.html(points(came_in(chosen, seen.history(), datetime.now(UTC))))
    found = lately(chosen)
    if found is None:
        notice(say("No incident of this selection is known to the day."))
        return
    grid, remark = found
    st.html(grid.html)
    aside(remark)


page()
