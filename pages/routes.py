"""The Routes page: the directed routes of a View with what became of them, and all that is known of one."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any
from urllib.parse import parse_qs

import polars as pl
import streamlit as st

from geodata.model.assumptions import Facts
from geodata.model.query import View
from geodata.places.lookup import country_code
from layers.web.translations import SOURCE
from pages.data.seasonality import by_month, by_season
from pages.data.workspace_cache import Workspace, sight
from pages.presenters.change_report import comparison_test
from pages.presenters.incident_table import HEADINGS, listed, manner, shown, told
from pages.presenters.route_profile import (
    BESIDE_NOTHING,
    CONFIDENCE_IN_WORDS,
    DIRECTIONS,
    FLOW_IN_WORDS,
    HUB_KM,
    MOST_EVIDENCE,
    SURE,
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
from pages.ui.data_table import tabulate
from pages.ui.notices import aside, facts, hint, notice, sentences
from pages.ui.translate import counted, country, language, number, place, route, say
from pages.ui.url_state import some
from pages.widgets.charts import MOST_BARS, Bar, amount, bars, chain, colours, link, months, seasons, share_bars
from pages.widgets.filter_bar import ask
from pages.widgets.headline import headline
from pages.widgets.how_we_know import how_we_know
from pages.widgets.route_table import COUNTRY, ROUTE, catalogue, heading, nothing_yet, tiles, title
from routes.core.corridor import FEWEST_FOR_HIGH, Corridor
from routes.pipelines.counting import Directed
from routes.temporal.comparison import Comparison

_EVIDENCE = [name for name in HEADINGS if name not in ("corridor", "repair")]


def page() -> None:
    """Show the routes, and the one that is chosen below them."""
    seen = sight()
    version = seen.version()
    view = ask(seen.offers(version) if version is not None else {}, seen.known_months(version), "routes")
    st.html(colours())
    with st.container(key="routes"):
        if version is None:
            nothing_yet()
            return
        with sentences():
            headline(seen, view, version)
            _routes(seen, view, version)


def _routes(seen: Workspace, view: View, version: int) -> None:
    incidents = seen.selected(view.without_window(), version)
    if incidents.is_empty():
        notice(say("No incident is left by the filters above, and so no route."))
        return
    with st.spinner(
        counted(
            "Working out routes from {count} incident ...",
            "Working out routes from {count} incidents ...",
            incidents.height,
        ),
        show_time=True,
    ):
        found = seen.routes(view, version)
        comparison = seen.change(view, version)
    table = routes_table(found, comparison, seen.counts(view, version))
    if not found.directed:
        said = [say("No route with a direction can be told from these incidents: insufficient data.")]
        if not table.is_empty():
            said.append(say("Listed are flights, without direction."))
        notice(" ".join(said), "warning")
    if table.is_empty():
        _notes(found)
        return
    _catalogue(table, comparison, len(found.corridors))
    asked = st.query_params.get(ROUTE)
    chosen = next((one for one in found.corridors if one.corridor_id == asked), None)
    if asked and chosen is None and (heir := seen.heirs(version).get(asked)):
        chosen = next((one for one in found.corridors if one.corridor_id == heir), None)
        if chosen:
            notice(say("The route {route} was merged into this one.", route=asked[:60]))
    if chosen:
        _portrait(chosen, _Ground(seen, view, found, incidents, comparison, seen.series(view, version).horizon))
    elif asked:
        none = say(
            "There is no route {route} among these: the filters leave it out, or it is no longer there. Choose "
            "one in the table.",
            route=asked[:60],
        )
        notice(none, "warning")
    _notes(found)


def _notes(found: Directed) -> None:
    if found.notes:
        aside(" ".join(say(note) for note in found.notes))


def _catalogue(table: pl.DataFrame, comparison: Comparison | None, total: int) -> None:
    filtered = narrowed(table, *_wanted(table))
    few = filtered.height < total
    count = (
        counted("{shown} of {count} route", "{shown} of {count} routes", total, shown=filtered.height)
        if few
        else counted("{count} route", "{count} routes", total)
    )
    st.html(f'<div role="status"><p class="count">{escape(count)}</p></div>')
    if filtered.is_empty():
        notice(say("No route is left by the choices above the table."))
        return
    asked = st.query_params.get(ROUTE)
    listed_ids = " ".join(filtered["corridor_id"])
    catalogue(filtered, comparison, f"routes-{hashlib.sha256(listed_ids.encode()).hexdigest()[:12]}", _choose, asked)
    if not asked:
        hint(say("Choose a row, by its box on the left, to see all that is known of a route."))
    confidence = say(CONFIDENCE_IN_WORDS, fewest=FEWEST_FOR_HIGH)
    how_we_know(confidence, compared_in_words(comparison), comparison_test(), say(FLOW_IN_WORDS))


def _choose(corridor_id: str | None) -> None:
    if corridor_id:
        st.query_params[ROUTE] = corridor_id
    else:
        st.query_params.pop(ROUTE, None)


def _wanted(table: pl.DataFrame) -> list[list[str]]:
    """Ask which routes to list; the choices stay in the address."""
    names = sorted(set(table["known"].str.split(", ").explode(empty_as_null=True).drop_nulls()) - {""})
    through = sorted(set(table["countries"].explode(empty_as_null=True).drop_nulls()))
    sure = [word for word in SURE.values() if word in table["confidence"]]
    first, second, third = st.columns([3, 3, 2])
    otherwise = language() != SOURCE
    return [
        some(say("Known route"), names, "known", say if otherwise else None, first),
        some(say("Country"), through, "through", _named if otherwise else None, second),
        some(say("Confidence"), sure, "confidence", say if otherwise else None, third),
    ]


def _named(name: str) -> str:
    """Return the name of a country, which the table has in English, in the reader's language."""
    code = country_code(name)
    return country(code) if code else name


@dataclass(frozen=True)
class _Ground:
    """What a portrait is drawn from."""

    seen: Workspace
    view: View
    found: Directed
    incidents: pl.DataFrame
    comparison: Comparison | None
    known_up_to: str

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
            _ends(one, ground.seen.assumptions.facts())
            _hubs(one, ground.found)
            _manners(own)
            _history(one, ground.seen)
        _evidence(one, own)


def _head(one: Corridor, ground: _Ground) -> None:
    way = say(WAYS[one.mode])
    said = [say("{route}, {way}.", route=say(one.route), way=way) if one.route else say("A route {way}.", way=way)]
    if one.synthetic:
        said.append(say("Synthetic: made up for demonstration."))
    if one.formerly:
        said.append(say("Formerly {names}.", names=", ".join(map(route, one.formerly))))
    title(route(one.name), " ".join(said))
    change, why = change_of(one, ground.comparison)
    tiles(
        [
            (say("Confidence"), say(SURE[one.confidence]) if one.confidence else say("not told")),
            (say("Direction"), say(DIRECTIONS[one.direction])),
            (say("Estimated importance"), amount(one.flow) if one.direction else say("not told")),
            (say("In the corridor, of all time"), number(one.incidents)),
            (say("Passing, of all time"), number(round(one.passing))),
            (say("People, where stated"), number(one.people)),
            (say("Length"), say("{km} km", km=number(one.length_km))),
            (say("Change"), change),
        ]
    )
    how_we_know(why, comparison_test(), say(FLOW_IN_WORDS))
    asked = {**ground.filters, "sel": one.corridor_id}
    st.page_link("monitor.py", label=say("Show on the map"), icon=":material/map:", query_params=asked)


def _countries(one: Corridor, filters: Mapping[str, Any]) -> None:
    heading(
        say("Countries, in its direction") if one.direction == "one-way" else say("Countries along it"),
        say("What each is to all who pass it, not on this route alone: S source, T transit, D destination."),
    )
    if not one.countries:
        aside(say("It touches no country."))
        return
    steps = (
        (
            link("countries", {**filters, COUNTRY: own.iso3}, country(own.iso3)),
            own.shares,
            role_in_words(own),
        )
        for own in one.countries
    )
    st.html(chain(steps, say("Countries along it, with their shares of source, transit and destination")))


def _months(own: pl.DataFrame, ground: _Ground) -> None:
    heading(say("Incidents by month"), say("The months of the period in colour.") if ground.comparison else "")
    counts = by_month(own, ground.incidents)
    if not own.height or not counts or ground.comparison is None:
        aside(say("No dated incident lies beside it."))
        return
    st.html(months(counts, ground.comparison.after.months, say("Incidents by month"), ground.known_up_to))
    undated = own.height - sum(counts.values())
    if undated:
        aside(say("Left out, as dated to no month: {count}.", count=undated))
    heading(say("By month of the year"), say("Mean over whole years."))
    means = by_season(counts, ground.comparison.after.end)
    if means is None:
        aside(say("Less than two whole years are known: no season can be told."))
    else:
        st.html(seasons(means, say("Mean incidents by month of the year")))


def _sureness(one: Corridor) -> None:
    heading(say("What its direction rests on"), say(one.direction_basis) or say("Nothing: no direction is told of it."))
    heading(say("How sure it is"), " ".join(sureness(one)))
    how_we_know(say(CONFIDENCE_IN_WORDS, fewest=FEWEST_FOR_HIGH))


def _ends(one: Corridor, known: Facts) -> None:
    for words, shares, colour in (
        (say("Where people start"), {country(code): share for code, share in one.origins.items()}, "source"),
        (
            say("Where they go"),
            {goal_name(code, known): share for code, share in one.destinations.items()},
            "destination",
        ),
    ):
        heading(words)
        rows = with_others(shares)
        if not rows:
            aside(say("It is not told of this route."))
            continue
        st.html(bars(share_bars(rows), words, colour))


def _hubs(one: Corridor, found: Directed) -> None:
    heading(
        say("Hubs near it"),
        say("Places on coasts within {km} km where crossings begin or end.", km=number(HUB_KM)),
    )
    near = hubs_near(one, found.movement.hubs)
    if not near:
        aside(say("None."))
        return
    most = max(hub.leaving + hub.landing for hub in near)
    rows = [
        Bar(
            place(hub.name),
            (hub.leaving + hub.landing) / most,
            say("{role}, estimated importance {flow}", role=say(hub.role), flow=amount(hub.leaving + hub.landing)),
        )
        for hub in near
    ]
    st.html(bars(rows, say("Hubs near it"), "way-sea"))


def _manners(own: pl.DataFrame) -> None:
    heading(say("Modus operandi"))
    counts = manners(own)
    if not counts:
        aside(say("No incident of it states how it was done."))
        return
    most = counts[0][1]
    rows = [Bar(manner(words), count / most, number(count)) for words, count in counts[:MOST_BARS]]
    st.html(bars(rows, say("Modus operandi")))


def _history(one: Corridor, seen: Workspace) -> None:
    heading(say("History"), say("What the register of routes holds of {corridor}.", corridor=one.corridor_id))
    told_of = history(one.corridor_id, seen.events())
    if told_of:
        facts(told_of, say("History of this route"))
    else:
        aside(say("Nothing yet: it is written each time that the network is laid out."))


def _evidence(one: Corridor, own: pl.DataFrame) -> None:
    said = [say("The incidents that belong to it.")]
    if own.height > MOST_EVIDENCE:
        said.append(say("The newest {shown} of {total} are listed.", shown=MOST_EVIDENCE, total=own.height))
    heading(say("Evidence"), " ".join(said))
    if own.is_empty():
        aside(say(BESIDE_NOTHING))
        return
    newest = own.head(MOST_EVIDENCE)
    names = pl.DataFrame({"incident_id": newest["incident_id"], "corridor": [one.name] * newest.height})
    found = listed(newest, names)
    table, panel = st.columns([5, 2])
    with table:
        rows = tabulate(
            shown(found).select(_EVIDENCE),
            {name: say(HEADINGS[name]) for name in _EVIDENCE},
            say("Incidents of this route, newest first"),
            height=420,
            key=f"evidence-{one.corridor_id}",
            on_select="rerun",
            selection_mode="single-row",
            placeholder="",
        ).selection.rows
    with panel:
        if rows and rows[0] < found.height:
            _incident(found, rows[0])
        else:
            hint(say("Choose a row, by its box on the left, to see all that is known of an incident."))


def _incident(found: pl.DataFrame, row: int) -> None:
    own = found.row(row, named=True)
    asked = {"from": f"{own['time_start']:%Y-%m-%d}", **({"words": own["place"]} if own["place"] else {})}
    st.page_link("incidents.py", label=say("Find it among the data"), query_params=asked)
    facts(told(found, row), say("The chosen incident"))


page()
