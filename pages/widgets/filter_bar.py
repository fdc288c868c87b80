"""The bar above the map and the pages of incidents: which of them are looked at, and of which time.

What is asked for stands in the address under the View's own names, and stays while a viewer goes from page to page. On
the map the window is moved by the time bar, too; the map tells us of it, and is told of what is chosen here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, cast

import streamlit as st

from geodata.model.incident import EARLIEST, KINDS, MODES, Kind
from geodata.model.query import QUERY_NAMES, View
from layers.web.translations import SOURCE
from pages.presenters.window_choice import all_months, last_months, period_in_words
from pages.ui.notices import notice
from pages.ui.translate import counted, country, language, say
from pages.ui.url_state import Shown, pills, some
from routes.temporal.time_windows import Window

NAMES: Final = tuple(QUERY_NAMES[field] for field in ("modes", "kinds", "origins", "sources", "start", "end"))
MAP: Final = "map"
QUICK: Final = (3, 12)
"""Lengths of a period, whole months, that are offered at once; the last is what is shown at first."""
_ASKED, _PAGE, _DAYS, _SERIAL = "asked", "asked_on", "period", "period_serial"
_DAY = timedelta(days=1)


def ask(facts: Mapping[str, Any], known: Window | None, page: str) -> View:
    """Return the View that the bar asks for.

    Parameters
    ----------
    facts : mapping
        ``modes``, ``kinds``, ``origins`` and ``sources`` to offer; empty for an empty workspace.
    known : Window, optional
        The whole months of which incidents are known.
    page : str
        Where the bar stands.
    """
    offered = {field: facts.get(field, ()) for field in ("modes", "kinds", "origins", "sources")}
    _arrive(page, {QUERY_NAMES[field]: options for field, options in offered.items()})
    key, kinds = QUERY_NAMES, [one for one in KINDS if one in offered["kinds"]]
    with st.container(key="filter-bar", horizontal=True, vertical_alignment="center"):
        start, end = _period(known)
        view = View(
            start=start,
            end=end,
            modes=pills(say("Mode"), [mode for mode in MODES if mode in offered["modes"]], key["modes"]),
            kinds=cast("tuple[Kind, ...]", _list("kinds", say("Kind of incident"), kinds, say)),
            origins=_list("origins", say("Country of origin"), offered["origins"], country),
            sources=_list("sources", say("Source"), offered["sources"]),
        )
    _remember(view)
    return view


def _list(field: str, label: str, options: Sequence[str], shown: Shown | None = None) -> tuple[str, ...]:
    alls = {"kinds": say("All kinds"), "origins": say("All origins"), "sources": say("All sources")}
    return tuple(some(label, options, QUERY_NAMES[field], shown, all_=alls[field]))


def left() -> None:
    """Know that another page is turned to, so that the next bar brings along what was asked for."""
    st.session_state.pop(_PAGE, None)


def chosen() -> dict[str, str | int]:
    """Return the period as the map takes it: ``from`` and ``to``, "" for the usual one, and ``serial``.

    ``serial`` is another number whenever a period was chosen in the bar; until then the map's own window stands.
    """
    asked = st.session_state.get(_ASKED, {})
    first = {name: next(iter(asked.get(name, ())), "") for name in ("from", "to")}
    return {**first, "serial": st.session_state.get(_SERIAL, 0)}


def moved(start: str, end: str) -> None:
    """Take over the window that the map was moved to, days of ISO 8601, "" for the usual one."""
    asked = st.session_state.setdefault(_ASKED, {})
    asked["from"], asked["to"] = ([start], [end]) if start and end else ([], [])
    st.session_state.pop(_DAYS, None)


def _arrive(page: str, offered: Mapping[str, Sequence[str]]) -> None:
    """Bring along what was asked for on another page, unless the address asks for something itself."""
    came = st.session_state.get(_PAGE) != page
    st.session_state[_PAGE] = page
    if not came:
        return
    st.session_state.pop(_DAYS, None)
    given = {name: st.query_params.get_all(name) for name in NAMES}
    if any(given.values()):
        st.session_state[_ASKED] = given
        return
    for name, asked in st.session_state.get(_ASKED, {}).items():
        values = [value for value in asked if value in offered.get(name, asked)]  # an import may have been undone
        if values and (page != MAP or name not in ("from", "to")):  # there the map writes them
            st.query_params[name] = values
            if name not in ("from", "to") and language() == SOURCE:  # bound lists read the address of before
                st.session_state[name] = values


def _remember(view: View) -> None:
    """Keep what is asked for, for the next page."""
    asked = st.session_state.setdefault(_ASKED, {})
    for field in ("modes", "kinds", "origins", "sources"):
        asked[QUERY_NAMES[field]] = list(getattr(view, field))


def _period(known: Window | None) -> tuple[date | None, date | None]:
    """Ask for the period; the last twelve whole months unless something else is asked for."""
    asked = st.session_state.setdefault(_ASKED, {})
    given, notes = View.from_query((name, day) for name in ("from", "to") for day in asked.get(name, ()))
    for said in notes:
        notice(say("In the address, {said}.", said=said), "warning")
    usual = last_months(known, QUICK[-1]) if known else None
    shown = (usual.start, usual.end) if usual and not (given.start or given.end) else (given.start, given.end)
    latest = datetime.now(UTC).date() + _DAY
    with st.popover(period_in_words(*shown, known), key="period-menu"):
        if known:
            for months in QUICK:
                window = last_months(known, months)
                words = counted("The last {count} whole month", "The last {count} whole months", months)
                st.button(words, on_click=_choose, args=(window.start, window.end), width="stretch")
            every = all_months(known)
            st.button(say("All time"), on_click=_choose, args=(every.start, every.end), width="stretch")
        if _DAYS not in st.session_state:
            st.session_state[_DAYS] = _days(shown, latest)
        st.date_input(
            say("From the first to the last day (UTC)"),
            min_value=EARLIEST,
            max_value=latest,
            format="YYYY-MM-DD",
            key=_DAYS,
            on_change=_chosen,
        )
    return shown


def _chosen() -> None:
    days = st.session_state[_DAYS]
    if len(days) == len(("first", "last")):
        _choose(days[0], days[1] + _DAY)


def _choose(start: date, end: date) -> None:
    asked = st.session_state.setdefault(_ASKED, {})
    asked["from"], asked["to"] = [start.isoformat()], [end.isoformat()]
    st.session_state[_SERIAL] = st.session_state.get(_SERIAL, 0) + 1
    if st.session_state[_PAGE] != MAP:  # there the map writes it
        st.query_params.update({"from": start.isoformat(), "to": end.isoformat()})
    st.session_state.pop(_DAYS, None)


def _days(shown: tuple[date | None, date | None], latest: date) -> tuple[date, ...]:
    """Return the first and the last day of a period, neither for all time."""
    start, end = shown
    if start is None and end is None:
        return ()
    first = max(EARLIEST, min(start or EARLIEST, latest))
    return first, max(first, min(end - _DAY, latest) if end else latest)
