"""The bar above the map and the pages of incidents: which of them are looked at, and of which time.

What is asked for stands in the address under the View's own names, and stays while a viewer goes from page to page. On
the map the window is moved by the time bar, too; the map tells us of it, and is told of what is chosen here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, cast

import streamlit as st
from pydantic import ValidationError

from geodata.core.errors import WrongValue
from geodata.model.incident import EARLIEST, KINDS, MODES, Kind
from geodata.model.query import BEFORE, QUERY_NAMES, View
from layers.export.area import area_asked
from layers.web.translations import SOURCE
from pages.presenters.incident_table import manner
from pages.presenters.window_choice import (
    Spans,
    a_year_before,
    against,
    all_months,
    in_words,
    last_months,
    period_in_words,
    spanning,
    spelt,
)
from pages.ui.notices import notice
from pages.ui.translate import counted, country, language, say
from pages.ui.url_state import Shown, pills, some
from pages.widgets.page_views import OF_THE_MAP, views
from routes.temporal.time_windows import Window

_FILTERS: Final = ("modes", "kinds", "origins", "sources", "manners")
NAMES: Final = tuple(QUERY_NAMES[field] for field in (*_FILTERS, "area", "start", "end", "against"))
MAP: Final = "map"
_OF_THE_MAP: Final = (MAP, "routes", "changes")
QUICK: Final = (3, 12)
"""Lengths of a period, whole months, that are offered at once; the last is what is shown at first."""
_ASKED, _PAGE, _DAYS, _SERIAL = "asked", "asked_on", "period", "period_serial"
_IN, _WAY, _MONTHS, _OTHER = "in", "against-way", "against-months", "other"
_BOUND = [QUERY_NAMES[field] for field in _FILTERS]
_AREA_WIDTH = 150
_DAY = timedelta(days=1)


def ask(facts: Mapping[str, Any], known: Window | None, page: str) -> View:
    """Return the View that the bar asks for.

    Parameters
    ----------
    facts : mapping
        ``modes``, ``kinds``, ``origins``, ``sources``, ``manners``, ``areas`` to offer; empty for an empty workspace.
    known : Window, optional
        The whole months of which incidents are known.
    page : str
        Where the bar stands.
    """
    offered = {field: facts.get(field, ()) for field in _FILTERS}
    _arrive(page, {QUERY_NAMES[field]: options for field, options in offered.items()})
    key, kinds = QUERY_NAMES, [one for one in KINDS if one in offered["kinds"]]
    with st.container(key="filter-bar", horizontal=True, vertical_alignment="center"):
        if page in _OF_THE_MAP:
            views(OF_THE_MAP)
        area = _area(facts.get("areas", ()))
        start, end, against_ = _period(known)
        view = View(
            start=start,
            end=end,
            area=area,
            against=against_,
            modes=pills(say("Mode"), [mode for mode in MODES if mode in offered["modes"]], key["modes"]),
            kinds=cast("tuple[Kind, ...]", _list("kinds", say("Kind of incident"), kinds, say)),
            origins=_list("origins", say("Country of origin"), offered["origins"], country),
            sources=_list("sources", say("Source"), offered["sources"]),
            manners=_list("manners", say("Modus operandi"), offered["manners"], manner),
        )
    _remember(view)
    return view


def _list(field: str, label: str, options: Sequence[str], shown: Shown | None = None) -> tuple[str, ...]:
    if not options and not st.query_params.get_all(QUERY_NAMES[field]):
        return ()
    alls = {
        "kinds": say("All kinds"),
        "origins": say("All origins"),
        "sources": say("All sources"),
        "manners": say("Any modus operandi"),
    }
    return tuple(some(label, options, QUERY_NAMES[field], shown, all_=alls[field]))


def left() -> None:
    """Know that another page is turned to, so that the next bar brings along what was asked for."""
    st.session_state.pop(_PAGE, None)


def chosen() -> dict[str, str | int]:
    """Return the period as the map takes it: ``from``, ``to`` and ``against``, "" for the usual ones, and ``serial``.

    ``serial`` is another number whenever a period was chosen in the bar; until then the map's own window stands.
    """
    asked = st.session_state.get(_ASKED, {})
    first = {name: next(iter(asked.get(name, ())), "") for name in ("from", "to", "against")}
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
            if name in _BOUND and language() == SOURCE:  # bound lists read the address of before
                st.session_state[name] = values


def _remember(view: View) -> None:
    """Keep what is asked for, for the next page."""
    asked = st.session_state.setdefault(_ASKED, {})
    for field in _FILTERS:
        asked[QUERY_NAMES[field]] = list(getattr(view, field))
    asked[_IN] = [view.area] if view.area else []


def search_in(area: str) -> None:
    """Ask for an area, from now on and on every page; "" for everywhere."""
    if area:
        st.query_params[_IN] = area
    else:
        st.query_params.pop(_IN, None)


def _area(areas: Sequence[str]) -> str:
    """Ask for the area: everywhere, a known route, a country, a pair of them, or one that was drawn on the map."""
    text = st.query_params.get(_IN, "")
    if text and not _is_area(text, areas):
        given = f"in={text[:60]!r}"
        notice(say("In the address, {said}.", said=say("{given} was left out", given=given)), "warning")
        text = ""
        st.query_params.pop(_IN, None)
    options = ["", *areas] if text in areas or not text else ["", text, *areas]
    st.session_state[_IN] = text

    def remember() -> None:
        search_in(st.session_state[_IN])

    return str(
        st.selectbox(
            say("Area"),
            options,
            format_func=area_in_words,
            key=_IN,
            on_change=remember,
            label_visibility="collapsed",
            width=_AREA_WIDTH,
            help=None,
        )
    )


def _is_area(text: str, areas: Sequence[str]) -> bool:
    """Tell whether a text is an area; a known route is one only where it is offered."""
    try:
        area_asked(View(area=text).area, ())
    except WrongValue:
        return text in areas
    except ValidationError:
        return False
    return True


def area_in_words(text: str) -> str:
    """Return an area of a View as it is called."""
    if not text:
        return say("Everywhere")
    if "~" in text:
        return text.partition("~")[0]
    codes = text.split(",")
    if all(len(code) == len("LBY") and code.isupper() for code in codes):
        return " – ".join(map(country, codes))
    return say(text)


def _period(known: Window | None) -> tuple[date | None, date | None, str]:
    """Ask for the period, the last twelve whole months unless another is asked for, and what it is compared with."""
    asked = st.session_state.setdefault(_ASKED, {})
    given, notes = View.from_query((name, day) for name in ("from", "to", "against") for day in asked.get(name, ()))
    for said in notes:
        notice(say("In the address, {said}.", said=said), "warning")
    usual = last_months(known, QUICK[-1]) if known else None
    shown = (usual.start, usual.end) if usual and not (given.start or given.end) else (given.start, given.end)
    latest = datetime.now(UTC).date() + _DAY
    own = View(start=shown[0], end=shown[1], against=given.against)
    with st.popover(_compared(own, known), key="period-menu"):
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
        if known:
            _ask_against(own, known)
    return *shown, given.against


def _compared(view: View, known: Window | None) -> str:
    """Return a period, and what it is compared with, as the bar says it."""
    period = period_in_words(view.start, view.end, known)
    spans = against(view, known)
    if spans is None or (spans.after.start, spans.after.end) != (view.start, view.end):
        return period
    if not view.against and spans.before == a_year_before(spans.after):
        return say("{period}, against a year before", period=period)
    return say("{period}, against {before}", period=period, before=in_words(spans.before))


def _ask_against(view: View, known: Window) -> None:
    """Ask what the period is compared with."""
    months = Window(known.start, known.end).months
    ways = ["", BEFORE, _OTHER]
    st.session_state[_WAY] = view.against if view.against in ways else _OTHER

    def choose() -> None:
        way = st.session_state[_WAY]
        _compare(spelt(_spans(view, known).before) if way == _OTHER else way)

    names = {
        "": say("the same months a year before"),
        BEFORE: say("the months before"),
        _OTHER: say("other months"),
    }
    st.radio(say("Compared with"), ways, format_func=names.__getitem__, key=_WAY, on_change=choose)
    if st.session_state[_WAY] != _OTHER:
        return
    spans = _spans(view, known)
    asked = spans.before.months[0], spans.before.months[-1]
    key = "-".join((_MONTHS, *asked))  # it takes what is asked for as its default, and is another one for another

    def pick() -> None:
        _compare(spelt(spanning(*st.session_state[key])))

    st.select_slider(say("From the first to the last month"), months, asked, key=key, on_change=pick)


def _spans(view: View, known: Window) -> Spans:
    found = against(view, known)
    return found or Spans(known, known)


def _compare(text: str) -> None:
    """Compare with something else, from now on and on every page."""
    asked = st.session_state.setdefault(_ASKED, {})
    asked["against"] = [text] if text else []
    st.session_state[_SERIAL] = st.session_state.get(_SERIAL, 0) + 1
    if text:
        st.query_params["against"] = text
    else:
        st.query_params.pop("against", None)


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
