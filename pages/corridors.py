"""The Routes page: the directed routes of a View with what became of them, and all that is known of one."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

import polars as pl
import streamlit as st

from geodata.facts import Facts
from geodata.places import country_name
from geodata.view import View
from pages.catalogue import COUNTRY, ROUTE, catalogue, heading, nothing_yet, tiles, title
from pages.figures import MOST_BARS, Bar, amount, bars, chain, colours, link, months, seasons, share_bars
from pages.filters import ask
from pages.listing import HEADINGS, listed, shown, told
from pages.notices import aside, facts, notice, sentences
from pages.portraits import (
    DIRECTIONS,
    FLOW_IN_WORDS,
    HUB_KM,
    MOST_EVIDENCE,
    WAYS,
    change_of,
    compared_in_words,
    evidence,
    goal_name,
    history,
    hubs_near,
    manners,
    narrowed,
    role_in_words,
    routes_table,
    sureness,
    with_others,
)
from pages.workspace import Workspace, sight
from pages.years import by_month, by_season
from routes.comparison import Comparison
from routes.corridors import GRADES, Corridor
from routes.itineraries import Directed

_EVIDENCE = [name for name in HEADINGS if name not in ("corridor", "repair")]


def page() -> None:
    """Show the routes, and the one that is chosen below them."""
    seen = sight()
    version = seen.version()
    view = ask(seen.offers(version) if version is not None else {})
    st.html(colours())
    with st.container(key="routes"):
        if version is None:
            nothing_yet()
            return
        with sentences():
            _routes(seen, view, version)


def _routes(seen: Workspace, view: View, version: int) -> None:
    incidents = view.select(seen.incidents(version))
    if incidents.is_empty():
        notice("No incident is left by the filters at the left, and so no route.")
        return
    with st.spinner(f"Working out routes from {incidents.height:,} incidents ...", show_time=True):
        found = seen.routes(view, version)
        comparison = seen.change(view, version)
    table = routes_table(found, comparison)
    if not found.movement.stretches:
        instead = (
            "" if table.is_empty() else " Listed are flights and lines along which incidents lie, without direction."
        )
        notice(f"No route with a direction can be told from these incidents: insufficient data.{instead}", "warning")
    if table.is_empty():
        _notes(found)
        return
    _catalogue(table, comparison, len(found.corridors))
    asked = st.query_params.get(ROUTE)
    chosen = next((one for one in found.corridors if one.corridor_id == asked), None)
    if chosen:
        _portrait(chosen, _Ground(seen, view, found, incidents, comparison))
    elif asked:
        notice(
            f"There is no route {asked[:60]} among these: a route's name in the address changes with the incidents and "
            "the filters. Choose one in the table.",
            "warning",
        )
    _notes(found)


def _notes(found: Directed) -> None:
    if found.notes:
        aside(" ".join(found.notes))


def _catalogue(table: pl.DataFrame, comparison: Comparison | None, total: int) -> None:
    filtered = narrowed(table, *_wanted(table))
    count = f"{filtered.height:,} of {total:,} routes" if filtered.height < total else f"{total:,} routes"
    st.html(f'<div role="status"><p class="count">{count}</p></div>')
    if filtered.is_empty():
        notice("No route is left by the choices above the table.")
        return
    asked = st.query_params.get(ROUTE)
    listed_ids = " ".join(filtered["corridor_id"])
    catalogue(filtered, comparison, f"routes-{hashlib.sha256(listed_ids.encode()).hexdigest()[:12]}", _choose, asked)
    if not asked:
        aside("Choose a row, by its box on the left, to see all that is known of a route.")
    aside(f"{compared_in_words(comparison)} {FLOW_IN_WORDS}")


def _choose(corridor_id: str | None) -> None:
    if corridor_id:
        st.query_params[ROUTE] = corridor_id
    else:
        st.query_params.pop(ROUTE, None)


def _wanted(table: pl.DataFrame) -> list[list[str]]:
    """Ask which routes to list; the choices stay in the address."""
    names = sorted(set(table["known"].str.split(", ").explode(empty_as_null=True).drop_nulls()) - {""})
    choices: tuple[tuple[str, str, list[str]], ...] = (
        ("Way", "way", [words for words in WAYS.values() if words in table["way"]]),
        ("Known route", "known", names),
        ("Country", "through", sorted(set(table["countries"].explode(empty_as_null=True).drop_nulls()))),
        ("Grade", "grade", [grade for grade, _ in GRADES if grade in table["grade"]]),
    )
    return [
        list(place.multiselect(label, options, placeholder="All", key=key, bind="query-params"))
        for place, (label, key, options) in zip(st.columns([2, 3, 3, 2]), choices, strict=True)
    ]


@dataclass(frozen=True)
class _Ground:
    """What a portrait is drawn from."""

    seen: Workspace
    view: View
    found: Directed
    incidents: pl.DataFrame
    comparison: Comparison | None

    @property
    def filters(self) -> dict[str, list[str]]:
        """Return the View as a query, to be carried to another page."""
        return parse_qs(self.view.query())


def _portrait(one: Corridor, ground: _Ground) -> None:
    own = evidence(ground.found, ground.incidents, one.corridor_id)
    with st.container(key="portrait"):
        _head(one, ground)
        left, right = st.columns([3, 2], gap="large")
        with left:
            _countries(one, ground.filters)
            _months(own, ground)
            _sureness(one)
        with right:
            _ends(one, ground.seen.theatre.facts())
            _hubs(one, ground.found)
            _manners(own)
            _history(one, ground.seen)
        _evidence(one, own)


def _head(one: Corridor, ground: _Ground) -> None:
    kind = f"{one.route}, {WAYS[one.mode]}" if one.route else f"A route {WAYS[one.mode]}"
    title(one.name, f"{kind}.{' Synthetic: made up for demonstration.' if one.synthetic else ''}")
    change, why = change_of(one, ground.comparison)
    tiles(
        [
            ("Grade", one.grade or "none"),
            ("Direction", DIRECTIONS[one.direction]),
            ("Flow", amount(one.flow) if one.direction else "not told"),
            ("Incidents", f"{one.incidents:,}"),
            ("People, where stated", f"{one.people:,}"),
            ("Length", f"{one.length_km:,.0f} km"),
            ("Change", change),
        ]
    )
    aside(why)
    asked = {**ground.filters, "sel": one.corridor_id}
    st.page_link("monitor.py", label="Show on the map", icon=":material/map:", query_params=asked)


def _countries(one: Corridor, filters: Mapping[str, Any]) -> None:
    heading(
        "Countries, in its direction" if one.direction == "one-way" else "Countries along it",
        "What each is to all who pass it, not on this route alone: S source, T transit, D destination.",
    )
    if not one.countries:
        aside("It touches no country.")
        return
    steps = (
        (
            link("countries", {**filters, COUNTRY: country.iso3}, country_name(country.iso3)),
            country.shares,
            role_in_words(country),
        )
        for country in one.countries
    )
    st.html(chain(steps, "Countries along it, with their shares of source, transit and destination"))


def _months(own: pl.DataFrame, ground: _Ground) -> None:
    heading("Incidents by month", "The last twelve whole months in colour." if ground.comparison else "")
    counts = by_month(own, ground.incidents)
    if not own.height or not counts or ground.comparison is None:
        aside("No dated incident lies beside it.")
        return
    st.html(months(counts, ground.comparison.after.months, "Incidents by month"))
    undated = own.height - sum(counts.values())
    if undated:
        aside(f"Left out, as dated to no month: {undated:,}.")
    heading("By month of the year", "Mean over whole years.")
    means = by_season(counts, ground.comparison.after.end)
    if means is None:
        aside("Less than two whole years are known: no season can be told.")
    else:
        st.html(seasons(means, "Mean incidents by month of the year"))


def _sureness(one: Corridor) -> None:
    heading("What its direction rests on", one.direction_basis or "Nothing: no direction is told of it.")
    heading("How sure it is", " ".join(sureness(one)))


def _ends(one: Corridor, known: Facts) -> None:
    for words, shares, colour in (
        ("Where people start", {country_name(code): share for code, share in one.origins.items()}, "source"),
        ("Where they go", {goal_name(code, known): share for code, share in one.destinations.items()}, "destination"),
    ):
        heading(words)
        rows = with_others(shares)
        if not rows:
            aside("It is not told of this route.")
            continue
        st.html(bars(share_bars(rows), words, colour))


def _hubs(one: Corridor, found: Directed) -> None:
    heading("Hubs near it", f"Places on coasts within {HUB_KM:.0f} km where crossings begin or end.")
    near = hubs_near(one, found.movement.hubs)
    if not near:
        aside("None.")
        return
    most = max(hub.leaving + hub.landing for hub in near)
    rows = [
        Bar(hub.name, (hub.leaving + hub.landing) / most, f"{hub.role}, flow {amount(hub.leaving + hub.landing)}")
        for hub in near
    ]
    st.html(bars(rows, "Hubs near it", "way-sea"))


def _manners(own: pl.DataFrame) -> None:
    heading("Modus operandi")
    counts = manners(own)
    if not counts:
        aside("No incident of it states how it was done.")
        return
    most = counts[0][1]
    st.html(bars([Bar(words, count / most, f"{count:,}") for words, count in counts[:MOST_BARS]], "Modus operandi"))


def _history(one: Corridor, seen: Workspace) -> None:
    heading("History", f"What the register of corridors holds of {one.corridor_id}.")
    told_of = history(one.corridor_id, seen.events())
    if told_of:
        facts(told_of, "History of this route")
    else:
        aside("Nothing: it is written by “routes reduce --method movement” on the command line.")


def _evidence(one: Corridor, own: pl.DataFrame) -> None:
    more = f" The newest {MOST_EVIDENCE:,} of {own.height:,} are listed." if own.height > MOST_EVIDENCE else ""
    heading("Evidence", f"The incidents that belong to it.{more}")
    if own.is_empty():
        aside("No incident lies beside it: it is drawn as the way between others that have some.")
        return
    newest = own.head(MOST_EVIDENCE)
    names = pl.DataFrame({"incident_id": newest["incident_id"], "corridor": [one.name] * newest.height})
    found = listed(newest, names)
    table, panel = st.columns([5, 2])
    with table:
        rows = st.dataframe(
            shown(found).select(_EVIDENCE),
            height=420,
            hide_index=True,
            column_config={name: HEADINGS[name] for name in _EVIDENCE},
            key=f"evidence-{one.corridor_id}",
            on_select="rerun",
            selection_mode="single-row",
            placeholder="",
            alt="Incidents of this route, newest first",
        ).selection.rows
    with panel:
        if rows and rows[0] < found.height:
            _incident(found, rows[0])
        else:
            aside("Choose a row, by its box on the left, to see all that is known of an incident.")


def _incident(found: pl.DataFrame, row: int) -> None:
    own = found.row(row, named=True)
    asked = {"from": f"{own['time_start']:%Y-%m-%d}", **({"words": own["place"]} if own["place"] else {})}
    st.page_link("incidents.py", label="Find it on the Incidents page", query_params=asked)
    facts(told(found, row), "The chosen incident")


page()
