"""How the columns of an uploaded file are read: what is told of them, and what a person says instead."""

from __future__ import annotations

import itertools

import streamlit as st

from geodata.guesses import BY_NAME, Guess
from geodata.profiles import FIELDS
from pages.notices import aside, notice, sentences
from pages.uploads import Preview, mapping
from pages.workspace import Workspace

LABELS = {
    "source": "Source",
    "source_record": "Id of the record",
    "time": "Date or time",
    "time_end": "End",
    "year": "Year",
    "month": "Month",
    "coordinates": "Coordinates in one cell",
    "country": "Country of the incident",
    "lat": "Latitude",
    "lon": "Longitude",
    "place": "Place",
    "place_precision_km": "Place known to, km",
    "kind": "Kind of incident",
    "mode": "Land, sea or air",
    "people": "People",
    "dead": "Dead",
    "missing": "Missing",
    "survivors": "Survivors",
    "origins": "Countries of origin",
    "departure": "Departure",
    "transit": "Transit",
    "destination": "Destination",
    "airport": "Airport",
    "route_label": "Route, by the source",
    "text": "Description, read for the mode",
    "modus_operandi": "Modus operandi",
    "source_grade": "Grade of the source",
    "information_grade": "Grade of the information",
    "grade_scale": "Scale of the grades",
    "handling": "Handling (TLP)",
    "url": "Address",
}
"""Fields of ``FIELDS`` in words."""
NEEDED = ("time", "coordinates", "lat", "lon")
FORMS = {
    "columns": "latitude and longitude in a column each",
    "lat, lon": "both in one cell, latitude first",
    "lon, lat": "both in one cell, longitude first",
    "wkt": "POINT (longitude latitude)",
    "dms": "both in one cell, in degrees, minutes and seconds with N, S, E, W",
    "utm": "a UTM zone with easting and northing",
    "mgrs": "a square of the military grid",
    BY_NAME: "not at all: rows are placed by the place or country that they name",
}
"""Forms of coordinates in words."""
ORDERS = {None: "choose", True: "the day: 31/12/2024", False: "the month: 12/31/2024"}


def ask_columns(preview: Preview, number: int, names: list[str]) -> tuple[Guess, bool]:
    """Ask for the column of every field; return what is said, and whether it differs from what was told."""
    told = preview.guess
    first = [name for name in FIELDS if name in told.columns or (name in NEEDED and preview.profile is None)]
    others = [name for name in FIELDS if name not in first]
    columns: dict[str, str] = {}
    with st.expander("How its columns are read", expanded=preview.profile is None):
        _ask_columns(preview, number, first, names, columns)
        rest = tuple(name for name in told.rest if name not in preview.persons)
        aside(f"Kept as they are, beside the incident: {_some(rest)}.")
    with st.expander(f"Columns for {len(others)} more fields"):
        _ask_columns(preview, number, others, names, columns)
    form, day_first = _forms(number, mapping(preview, columns))
    changed = columns != told.columns or form is not None or day_first is not None
    return mapping(preview, columns, form, day_first), changed


def _ask_columns(preview: Preview, number: int, fields: list[str], names: list[str], columns: dict[str, str]) -> None:
    """Ask for the columns of some fields, two in a line, each with an example and the reason of the guess."""
    told = preview.guess
    choices = [-1, *range(len(names))]
    for pair in itertools.zip_longest(*[iter(fields)] * 2):
        for place, name in zip(st.columns(2), pair, strict=True):
            if name is None:
                continue
            with place:
                at = names.index(told.columns[name]) if told.columns.get(name) in names else -1
                chosen = st.selectbox(
                    LABELS[name],
                    choices,
                    index=choices.index(at),
                    format_func=lambda at: names[at] if at >= 0 else "- none -",
                    key=f"column-{number}-{name}",
                )
                if chosen is not None and chosen >= 0:
                    columns[name] = names[chosen]
                    reason = told.reasons.get(name, "") if chosen == at else "you said so"
                    aside(f"{_example(preview, names[chosen])} Why: {reason}.")


def _example(preview: Preview, column: str) -> str:
    given = preview.reading.head[column].drop_nulls().head(1).to_list()
    return f"For example: {' '.join(given[0][:60].split())}." if given else "Empty in the first rows."


def _forms(number: int, told: Guess) -> tuple[str | None, bool | None]:
    """Ask how coordinates and dates are written, where that is not told or may be told wrongly."""
    form, order = st.columns(2)
    untold = any(what.startswith("coordinates") for what in told.open)
    said = "choose" if untold else f"as told: {FORMS.get(told.coordinate_form, told.coordinate_form)}"
    stated: str | None = form.selectbox(
        "Coordinates are written",
        [None, *FORMS],
        format_func=lambda name: said if name is None else FORMS[name],
        key=f"form-{number}",
    )
    if not any(what.startswith("dates") for what in told.open):
        return stated, None
    day_first: bool | None = order.selectbox(
        "In dates, first comes", list(ORDERS), format_func=lambda first: ORDERS[first], key=f"order-{number}"
    )
    return stated, day_first


def ask_source(preview: Preview, number: int) -> str:
    """Ask for the name of the source; a guess is the name of the file."""
    said = st.text_input(
        "Name of the source",
        preview.source,
        key=f"source-{number}",
        max_chars=500,
        help="Of rows that state none. Editions of one source share its name: a later one revises an earlier one.",
    )
    return (said or "").strip() or preview.source


def ask_name(seen: Workspace, preview: Preview, number: int) -> str:
    """Ask for the name of the profile."""
    name = st.text_input(
        "Name of the profile",
        preview.profile_name,
        key=f"profile-{number}",
        max_chars=61,
        help="Small letters, digits, dots and dashes. Files with the same columns are read by it from now on.",
    )
    with sentences():
        if name and seen.has_profile(name):
            notice(f"A profile “{name}” stands already; saving puts this one in its place.", "warning")
    return name or ""


def _some(names: tuple[str, ...], most: int = 20) -> str:
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return (", ".join(names[:most]) + more) or "none"
