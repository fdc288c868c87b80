"""How the columns of an uploaded file are read: what is told of them, and what a person says instead."""

from __future__ import annotations

import itertools

import streamlit as st

from geodata.mapping.column_inference import BY_NAME, STATED, Guess
from geodata.mapping.profiles import FIELDS
from pages.data.uploads import Preview, mapping
from pages.data.workspace_cache import Workspace
from pages.ui.notices import aside, notice, sentences
from pages.ui.translate import counted, mark, say

LABELS = {
    "source": mark("Source"),
    "source_record": mark("Id of the record"),
    "time": mark("Date or time"),
    "clock": mark("Time of day"),
    "time_end": mark("End"),
    "time_precision_stated": mark("Time known to (day, month, year)"),
    "year": mark("Year"),
    "month": mark("Month"),
    "day": mark("Day of the month"),
    "coordinates": mark("Coordinates in one cell"),
    "country": mark("Country of the incident"),
    "lat": mark("Latitude"),
    "lon": mark("Longitude"),
    "place": mark("Place"),
    "place_precision_km": mark("Place known to, km"),
    "accuracy_m": mark("Place known to, metres"),
    "kind": mark("Kind of incident"),
    "mode": mark("Land, sea or air"),
    "people": mark("People"),
    "dead": mark("Dead"),
    "missing": mark("Missing"),
    "survivors": mark("Survivors"),
    "origins": mark("Countries of origin"),
    "departure": mark("Departure"),
    "transit": mark("Transit"),
    "destination": mark("Destination"),
    "airport": mark("Airport"),
    "route_label": mark("Route, by the source"),
    "text": mark("Description, read for the mode"),
    "modus_operandi": mark("Modus operandi"),
    "source_grade": mark("Grade of the source"),
    "information_grade": mark("Grade of the information"),
    "grade_scale": mark("Scale of the grades"),
    "handling": mark("Handling (TLP)"),
    "url": mark("Address"),
}
"""Fields of ``FIELDS`` in words."""
NEEDED = ("time", "coordinates", "lat", "lon")
FORMS = {
    "columns": mark("latitude and longitude in a column each"),
    "lat, lon": mark("both in one cell, latitude first"),
    "lon, lat": mark("both in one cell, longitude first"),
    "wkt": mark("POINT (longitude latitude)"),
    "dms": mark("both in one cell, in degrees, minutes and seconds with N, S, E, W"),
    "utm": mark("a UTM zone with easting and northing"),
    "mgrs": mark("a square of the military grid"),
    BY_NAME: mark("not at all: rows are placed by the place or country that they name"),
}
"""Forms of coordinates in words."""
ORDERS = {None: mark("choose"), True: mark("the day: 31/12/2024"), False: mark("the month: 12/31/2024")}


def ask_columns(preview: Preview, number: int, names: list[str]) -> tuple[Guess, bool]:
    """Ask for the column of every field; return what is said, and whether it differs from what was told."""
    told = preview.guess
    first = [name for name in FIELDS if name in told.columns or (name in NEEDED and preview.profile is None)]
    others = [name for name in FIELDS if name not in first]
    columns: dict[str, str] = {}
    with st.expander(say("How its columns are read"), expanded=preview.profile is None):
        _ask_columns(preview, number, first, names, columns)
        aside(_kept_as_they_are([name for name in told.rest if name not in preview.persons]))
    with st.expander(counted("Columns for {count} more field", "Columns for {count} more fields", len(others))):
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
                    say(LABELS[name]),
                    choices,
                    index=choices.index(at),
                    format_func=lambda at: names[at] if at >= 0 else say("- none -"),
                    key=f"column-{number}-{name}",
                )
                if chosen is not None and chosen >= 0:
                    columns[name] = names[chosen]
                    reason = told.reasons.get(name, "") if chosen == at else STATED
                    why = say("Why: {reason}.", reason=reason)
                    aside(f"{_example(preview, names[chosen])} {why}")


def _example(preview: Preview, column: str) -> str:
    given = preview.reading.head[column].drop_nulls().head(1).to_list()
    if not given:
        return say("Empty in the first rows.")
    return say("For example: {value}.", value=" ".join(given[0][:60].split()))


def _forms(number: int, told: Guess) -> tuple[str | None, bool | None]:
    """Ask how coordinates and dates are written, where that is not told or may be told wrongly."""
    form, order = st.columns(2)
    untold = any(what.startswith("coordinates") for what in told.open)
    form_told = say(FORMS.get(told.coordinate_form, told.coordinate_form))
    said = say("choose") if untold else say("as told: {form}", form=form_told)
    stated: str | None = form.selectbox(
        say("Coordinates are written"),
        [None, *FORMS],
        format_func=lambda name: said if name is None else say(FORMS[name]),
        key=f"form-{number}",
    )
    if not any(what.startswith("dates") for what in told.open):
        return stated, None
    day_first: bool | None = order.selectbox(
        say("In dates, first comes"), list(ORDERS), format_func=lambda first: say(ORDERS[first]), key=f"order-{number}"
    )
    return stated, day_first


def ask_source(preview: Preview, number: int) -> str:
    """Ask for the name of the source; a guess is the name of the file."""
    said = st.text_input(
        say("Name of the source"),
        preview.source,
        key=f"source-{number}",
        max_chars=500,
        help=say("Of rows that state none. Editions of one source share its name: a later one revises an earlier one."),
    )
    return (said or "").strip() or preview.source


def ask_name(seen: Workspace, preview: Preview, number: int) -> str:
    """Ask for the name of the profile."""
    name = st.text_input(
        say("Name of the profile"),
        preview.profile_name,
        key=f"profile-{number}",
        max_chars=61,
        help=say("Small letters, digits, dots and dashes. Files with the same columns are read by it from now on."),
    )
    with sentences():
        if name and seen.has_profile(name):
            notice(say("A profile “{name}” stands already; saving puts this one in its place.", name=name), "warning")
    return name or ""


def _kept_as_they_are(names: list[str], most: int = 20) -> str:
    if not names:
        return say("Kept as they are, beside the incident: none.")
    some, more = ", ".join(names[:most]), len(names) - most
    if more <= 0:
        return say("Kept as they are, beside the incident: {columns}.", columns=some)
    return counted(
        "Kept as they are, beside the incident: {columns} and {count} more.",
        "Kept as they are, beside the incident: {columns} and {count} more.",
        more,
        columns=some,
    )
