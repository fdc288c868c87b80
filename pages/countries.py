"""The Countries page: what a country is to movement, what comes in and goes out, and whom to work with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs

import polars as pl
import streamlit as st

from pages.data.seasonality import by_month
from pages.data.workspace_cache import sight
from pages.presenters.change_report import comparison_test
from pages.presenters.country_profile import CountryPortrait, Neighbour, countries_table, country_portrait
from pages.presenters.route_profile import (
    FLOW_IN_WORDS,
    WAYS,
    compared_in_words,
    routes_table,
    shares_in_words,
    with_others,
)
from pages.presenters.window_choice import in_words
from pages.ui.data_table import tabulate
from pages.ui.notices import aside, hint, notice, sentences
from pages.ui.translate import counted, country, number, say
from pages.widgets.charts import Band, Bar, amount, bars, chain, colours, flows, link, months, share_bars
from pages.widgets.filter_bar import ask
from pages.widgets.headline import headline
from pages.widgets.how_we_know import how_we_know
from pages.widgets.route_table import COUNTRY, ROUTE, catalogue, heading, nothing_yet, tiles, title
from routes.network.movement_model import Leg
from routes.pipelines.counting import Directed
from routes.temporal.comparison import Comparison

_MOST_NEIGHBOURS = 8
_LEAST = 0.5
"""Flow below which nothing is drawn as starting or ending in a country."""
_SHARES = ("source", "transit", "destination")
_OPENED = "opened-route"


def page() -> None:
    """Show the country that is chosen, or all of them."""
    seen = sight()
    version = seen.version()
    view = ask(seen.offers(version) if version is not None else {}, seen.known_months(version), "countries")
    opened = st.session_state.pop(_OPENED, None)
    if opened:
        st.switch_page("routes.py", query_params={**parse_qs(view.query()), ROUTE: opened})
    st.html(colours())
    with st.container(key="countries"):
        if version is None:
            nothing_yet()
            return
        incidents = seen.selected(view.without_window(), version)
        if incidents.is_empty():
            notice(say("No incident is left by the filters above."))
            return
        with sentences():
            headline(seen, view, version)
            waiting = counted(
                "Working out routes from {count} incident ...",
                "Working out routes from {count} incidents ...",
                incidents.height,
            )
            with st.spinner(waiting, show_time=True):
                found = seen.routes(view, version)
                comparison = seen.change(view, version)
            within = view.everywhere().select(incidents)
            table = countries_table(found, within)
            iso3 = _asked(table)
            if iso3 is None:
                _every(table)
            else:
                late = seen.series(view, version).horizon
                counts = seen.counts(view, version)
                portrait, filters = country_portrait(found, iso3), parse_qs(view.query())
                _portrait(portrait, found, (incidents, within), comparison, filters, late, counts)


def _asked(table: pl.DataFrame) -> str | None:
    """Ask for a country by name; the address holds its code."""
    codes = table.sort("name")["iso3"].to_list()
    asked = st.query_params.get(COUNTRY)
    if asked and asked not in codes:
        left_out = say(
            "In the address, {name}={value} was left out: nothing here touches it.",
            name=COUNTRY,
            value=repr(asked[:40]),
        )
        notice(left_out, "warning")
    # The state, and no index beside it: Streamlit takes the two together for a mistake.
    if st.session_state.get(COUNTRY) not in codes:
        st.session_state[COUNTRY] = asked if asked in codes else None
    chosen = st.selectbox(
        say("Country"),
        codes,
        index=None,
        format_func=country,
        placeholder=say("Choose a country"),
        key=COUNTRY,
        on_change=_remember,
    )
    return str(chosen) if chosen else None


def _remember() -> None:
    if st.session_state[COUNTRY]:
        st.query_params[COUNTRY] = st.session_state[COUNTRY]
    else:
        st.query_params.pop(COUNTRY, None)


def _every(table: pl.DataFrame) -> None:
    """List all countries, for want of one."""
    codes = table["iso3"].to_list()

    def choose() -> None:
        rows = st.session_state["every-country"].selection.rows
        if rows and rows[0] < len(codes):
            st.session_state[COUNTRY] = codes[rows[0]]
            _remember()

    names = pl.Series("name", [country(code) for code in codes], pl.String)
    of = st.column_config
    share = {
        name: of.ProgressColumn(say(name).capitalize(), format="%.0f %%", max_value=100, color="gray")
        for name in _SHARES
    }
    tabulate(
        table.drop("iso3").with_columns(names, pl.col(_SHARES) * 100, pl.col("flow").round().cast(pl.Int64)),
        {
            "name": of.TextColumn(say("Country"), width="medium"),
            **share,
            "flow": of.NumberColumn(say("Estimated importance"), format="localized", help=say(FLOW_IN_WORDS)),
            "routes": of.NumberColumn(say("Routes")),
            "incidents": of.NumberColumn(say("In the period"), format="localized"),
        },
        say("Countries, the most important first, as estimated"),
        height=36 + 35 * len(codes),
        key="every-country",
        on_select=choose,
        selection_mode="single-row",
        placeholder="",
    )
    hint(say("Choose a country above, or a row by its box on the left."))
    shares = say("Source, transit and destination are shares of the movement that passes it.")
    how_we_know(shares, say(FLOW_IN_WORDS))


def _portrait(
    one: CountryPortrait,
    found: Directed,
    of_all_time_and_period: tuple[pl.DataFrame, pl.DataFrame],
    comparison: Comparison | None,
    filters: Mapping[str, Any],
    known_up_to: str,
    counts: Mapping[str, int],
) -> None:
    incidents, within = of_all_time_and_period
    own = incidents.filter(pl.col("country") == one.iso3)
    figures = _counts(one, own, within.filter(pl.col("country") == one.iso3))
    title(one.name, say(FLOW_IN_WORDS))
    with st.container(key="portrait"):
        if one.shares:
            tiles([(say("Estimated importance"), amount(one.shares.weight)), *figures])
            shares = (one.shares.source, one.shares.transit, one.shares.destination)
            words = shares_in_words(shares)
            name = say("Movement in {country}: {shares}", country=one.name, shares=words)
            st.html(chain([(say("Movement in {country}", country=one.name), shares, words)], name))
        else:
            tiles(figures)
            notice(say("Nothing is told of movement through {country}: insufficient data.", country=one.name))
        left, right = st.columns([3, 2], gap="large")
        with left:
            _diagram(one)
            _trend(own, incidents, comparison, known_up_to)
        with right:
            _neighbours(one, filters)
            _origins(one)
        _corridors(one, found, comparison, counts)


def _counts(one: CountryPortrait, own: pl.DataFrame, within: pl.DataFrame) -> list[tuple[str, str]]:
    """Return how many routes run through a country, and how many incidents lie in it, in the period and of all time."""
    return [
        (say("Routes through it"), number(len(one.corridor_ids))),
        (say("Incidents in it, in the period"), number(within.height)),
        (say("Incidents in it, of all time"), number(own.height)),
    ]


def _diagram(one: CountryPortrait) -> None:
    heading(
        say("In and out"),
        say(
            "Over land borders and seas, widths by estimated importance, with what starts and what ends in it. The "
            "sides need not add up: ferries, flights and what is too little to draw are left out."
        ),
    )
    arriving = [*_bands([(leg.start, leg) for leg in one.arriving])]
    leaving = [*_bands([(leg.end, leg) for leg in one.leaving])]
    if one.begun >= _LEAST:
        arriving.append(Band(say("Starts in {country}", country=one.name), one.begun, "", "source"))
    if one.ended >= _LEAST:
        leaving.append(Band(say("Ends in {country}", country=one.name), one.ended, "", "destination"))
    if not arriving and not leaving:
        aside(say("No movement in or out is told."))
        return
    by_flow = (sorted(side, key=lambda band: -band.flow) for side in (arriving, leaving))
    st.html(flows(one.name, *by_flow))


def _bands(legs: Sequence[tuple[str, Leg]]) -> list[Band]:
    return [Band(country(code), leg.flow, say(WAYS[leg.mode]), f"way-{leg.mode}") for code, leg in legs]


def _trend(own: pl.DataFrame, incidents: pl.DataFrame, comparison: Comparison | None, known_up_to: str) -> None:
    heading(
        say("Incidents in it by month"),
        say("The months of the period in colour.") if own.height and comparison else "",
    )
    counts = by_month(own, incidents)
    if own.is_empty() or not counts or comparison is None:
        aside(say("No dated incident is reported in it."))
        return
    st.html(months(counts, comparison.after.months, say("Incidents by month"), known_up_to))
    last, before = (
        sum(counts.get(month, 0) for month in window.months) for window in (comparison.after, comparison.before)
    )
    told = say(
        "{last} in {after}, {before} in {earlier}; counts alone, not tested.",
        last=number(last),
        after=in_words(comparison.after),
        before=number(before),
        earlier=in_words(comparison.before),
    )
    aside(told)


def _neighbours(one: CountryPortrait, filters: Mapping[str, Any]) -> None:
    heading(say("Neighbours to work with"), say("Those with which it shares most movement, both ways."))
    near = one.neighbours[:_MOST_NEIGHBOURS]
    if not near:
        aside(say("None is told."))
        return
    rows = [
        Bar(
            country(other.iso3),
            other.flow / near[0].flow,
            _both_ways(other),
            link("countries", {**filters, COUNTRY: other.iso3}, country(other.iso3)),
        )
        for other in near
    ]
    st.html(bars(rows, say("Neighbours with which it shares most movement")))


def _both_ways(other: Neighbour) -> str:
    coming = say("from it {flow}", flow=amount(other.coming)) if other.coming else ""
    going = say("to it {flow}", flow=amount(other.going)) if other.going else ""
    return ", ".join(filter(None, (coming, going)))


def _origins(one: CountryPortrait) -> None:
    heading(
        say("Where those who pass started"), say("Along the routes through it, weighted by their estimated importance.")
    )
    rows = with_others({country(code): share for code, share in one.origins.items()})
    if rows:
        st.html(bars(share_bars(rows), say("Where those who pass started"), "source"))
    else:
        aside(say("It is not told."))


def _corridors(one: CountryPortrait, found: Directed, comparison: Comparison | None, counts: Mapping[str, int]) -> None:
    heading(say("Routes through it"))
    table = routes_table(found, comparison, counts).filter(pl.col("corridor_id").is_in(one.corridor_ids))
    if table.is_empty():
        aside(say("None."))
        return
    hint(say("Choose a row, by its box on the left, to open a route on the page “Routes”."))
    catalogue(table, comparison, f"through-{one.iso3}", _open)
    how_we_know(compared_in_words(comparison), comparison_test(), say(FLOW_IN_WORDS))


def _open(corridor_id: str | None) -> None:
    """Ask for the page of a route; a callback cannot turn to it by itself."""
    st.session_state[_OPENED] = corridor_id


page()
