"""The Countries page: what a country is to movement, what comes in and goes out, and whom to work with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs

import polars as pl
import streamlit as st

from geodata.places import country_name
from pages.catalogue import COUNTRY, ROUTE, catalogue, heading, nothing_yet, tiles, title
from pages.figures import Band, Bar, amount, bars, chain, colours, flows, link, months, share_bars
from pages.filters import ask
from pages.neighbours import CountryPortrait, countries_table, country_portrait
from pages.notices import aside, notice, sentences
from pages.portraits import (
    FLOW_IN_WORDS,
    WAYS,
    compared_in_words,
    routes_table,
    shares_in_words,
    with_others,
)
from pages.workspace import sight
from pages.years import by_month
from routes.comparison import Comparison
from routes.itineraries import Directed
from routes.movement import Leg

_MOST_NEIGHBOURS = 8
_LEAST = 0.5
"""Flow below which nothing is drawn as starting or ending in a country."""
_SHARES = ("source", "transit", "destination")
_OPENED = "opened-route"


def page() -> None:
    """Show the country that is chosen, or all of them."""
    seen = sight()
    version = seen.version()
    view = ask(seen.offers(version) if version is not None else {})
    opened = st.session_state.pop(_OPENED, None)
    if opened:
        st.switch_page("corridors.py", query_params={**parse_qs(view.query()), ROUTE: opened})
    st.html(colours())
    with st.container(key="countries"):
        if version is None:
            nothing_yet()
            return
        incidents = view.select(seen.incidents(version))
        if incidents.is_empty():
            notice("No incident is left by the filters at the left.")
            return
        with sentences():
            with st.spinner(f"Working out routes from {incidents.height:,} incidents ...", show_time=True):
                found = seen.routes(view, version)
                comparison = seen.change(view, version)
            table = countries_table(found, incidents)
            iso3 = _asked(table)
            if iso3 is None:
                _every(table)
            else:
                _portrait(country_portrait(found, iso3), found, incidents, comparison, parse_qs(view.query()))


def _asked(table: pl.DataFrame) -> str | None:
    """Ask for a country by name; the address holds its code."""
    codes = table.sort("name")["iso3"].to_list()
    asked = st.query_params.get(COUNTRY)
    if asked and asked not in codes:
        notice(f"In the address, {COUNTRY}={asked[:40]!r} was left out: nothing here touches it.", "warning")
    # The state, and no index beside it: Streamlit takes the two together for a mistake.
    if st.session_state.get(COUNTRY) not in codes:
        st.session_state[COUNTRY] = asked if asked in codes else None
    chosen = st.selectbox(
        "Country",
        codes,
        index=None,
        format_func=country_name,
        placeholder="Choose a country",
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

    of = st.column_config
    share = {
        name: of.ProgressColumn(name.capitalize(), format="%.0f %%", max_value=100, color="gray") for name in _SHARES
    }
    st.dataframe(
        table.drop("iso3").with_columns(pl.col(_SHARES) * 100),
        height=min(36 + 35 * len(codes), 620),
        hide_index=True,
        column_config={
            "name": of.TextColumn("Country", width="medium"),
            **share,
            "flow": of.NumberColumn("Flow", format="%.0f", help=FLOW_IN_WORDS),
            "routes": of.NumberColumn("Routes"),
            "incidents": of.NumberColumn("Incidents", format="localized"),
        },
        key="every-country",
        on_select=choose,
        selection_mode="single-row",
        placeholder="",
        alt="Countries, most flow first",
    )
    aside(
        "Choose a country above, or a row by its box on the left. Source, transit and destination are shares of the "
        f"flow that passes it. {FLOW_IN_WORDS}"
    )


def _portrait(
    one: CountryPortrait,
    found: Directed,
    incidents: pl.DataFrame,
    comparison: Comparison | None,
    filters: Mapping[str, Any],
) -> None:
    own = incidents.filter(pl.col("country") == one.iso3)
    title(one.name, FLOW_IN_WORDS)
    with st.container(key="portrait"):
        if one.shares:
            tiles([("Flow", amount(one.shares.weight)), *_counts(one, own)])
            shares = (one.shares.source, one.shares.transit, one.shares.destination)
            words = shares_in_words(shares)
            st.html(chain([(f"Movement in {one.name}", shares, words)], f"Movement in {one.name}: {words}"))
        else:
            tiles(_counts(one, own))
            notice(f"Nothing is told of movement through {one.name}: insufficient data.")
        left, right = st.columns([3, 2], gap="large")
        with left:
            _diagram(one)
            _trend(own, incidents, comparison)
        with right:
            _neighbours(one, filters)
            _origins(one)
        _corridors(one, found, comparison)


def _counts(one: CountryPortrait, own: pl.DataFrame) -> list[tuple[str, str]]:
    return [("Routes through it", f"{len(one.corridor_ids):,}"), ("Incidents in it", f"{own.height:,}")]


def _diagram(one: CountryPortrait) -> None:
    heading(
        "In and out",
        "Over land borders and seas, widths by flow, with what starts and what ends in it. The sides need not add up: "
        "ferries, flights and what is too little to draw are left out.",
    )
    arriving = [*_bands([(leg.start, leg) for leg in one.arriving])]
    leaving = [*_bands([(leg.end, leg) for leg in one.leaving])]
    if one.begun >= _LEAST:
        arriving.append(Band(f"Starts in {one.name}", one.begun, "", "source"))
    if one.ended >= _LEAST:
        leaving.append(Band(f"Ends in {one.name}", one.ended, "", "destination"))
    if not arriving and not leaving:
        aside("No movement in or out is told.")
        return
    by_flow = (sorted(side, key=lambda band: -band.flow) for side in (arriving, leaving))
    st.html(flows(one.name, *by_flow))


def _bands(legs: Sequence[tuple[str, Leg]]) -> list[Band]:
    return [Band(country_name(code), leg.flow, WAYS[leg.mode], f"way-{leg.mode}") for code, leg in legs]


def _trend(own: pl.DataFrame, incidents: pl.DataFrame, comparison: Comparison | None) -> None:
    heading("Incidents in it by month", "The last twelve whole months in colour." if own.height and comparison else "")
    counts = by_month(own, incidents)
    if own.is_empty() or not counts or comparison is None:
        aside("No dated incident is reported in it.")
        return
    st.html(months(counts, comparison.after.months, "Incidents by month"))
    last, before = (
        sum(counts.get(month, 0) for month in window.months) for window in (comparison.after, comparison.before)
    )
    aside(f"{last:,} in the last twelve whole months, {before:,} in the twelve before; counts alone, not tested.")


def _neighbours(one: CountryPortrait, filters: Mapping[str, Any]) -> None:
    heading("Neighbours to work with", "Those with which it shares most flow, both ways.")
    near = one.neighbours[:_MOST_NEIGHBOURS]
    if not near:
        aside("None is told.")
        return
    rows = [
        Bar(
            country_name(other.iso3),
            other.flow / near[0].flow,
            ", ".join(
                f"{word} it {amount(flow)}" for word, flow in (("from", other.coming), ("to", other.going)) if flow
            ),
            link("countries", {**filters, COUNTRY: other.iso3}, country_name(other.iso3)),
        )
        for other in near
    ]
    st.html(bars(rows, "Neighbours with which it shares most flow"))


def _origins(one: CountryPortrait) -> None:
    heading("Where those who pass started", "Along the routes through it, weighted by their flow.")
    rows = with_others({country_name(code): share for code, share in one.origins.items()})
    if rows:
        st.html(bars(share_bars(rows), "Where those who pass started", "source"))
    else:
        aside("It is not told.")


def _corridors(one: CountryPortrait, found: Directed, comparison: Comparison | None) -> None:
    heading("Routes through it", "Choose a row, by its box on the left, to open a route on the page “Routes”.")
    table = routes_table(found, comparison).filter(pl.col("corridor_id").is_in(one.corridor_ids))
    if table.is_empty():
        aside("None.")
        return
    catalogue(table, comparison, f"through-{one.iso3}", _open)
    aside(compared_in_words(comparison))


def _open(corridor_id: str | None) -> None:
    """Ask for the page of a route; a callback cannot turn to it by itself."""
    st.session_state[_OPENED] = corridor_id


page()
