"""How the columns of an uploaded file are read: what is told of them, and what a person says instead."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import streamlit as st

from geodata.mapping.column_inference import BY_NAME, STATED, Guess
from geodata.mapping.profiles import FIELDS
from geodata.parsing.date_inference import order_open, two_readings
from pages.data.uploads import Preview, mapping
from pages.data.workspace_cache import Workspace
from pages.presenters.stored_rows import in_words
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


@dataclass(frozen=True, slots=True)
class Stated:
    """What a person says of the columns: field -> column, and how coordinates are written, None for as told."""

    columns: dict[str, str]
    form: str | None


def ask_columns(preview: Preview, number: int, names: list[str], *, unfolded: bool) -> Stated:
    """Ask for the column of every field, and how coordinates are written."""
    told = preview.guess
    first = [name for name in FIELDS if name in told.columns or (name in NEEDED and preview.profile is None)]
    others = [name for name in FIELDS if name not in first]
    columns: dict[str, str] = {}
    with st.expander(say("How its columns are read"), expanded=unfolded):
        _ask_columns(preview, number, first, names, columns)
        form = _ask_form(number, mapping(preview, columns))
    with st.expander(counted("Columns for {count} more field", "Columns for {count} more fields", len(others))):
        _ask_columns(preview, number, others, names, columns)
    return Stated(columns, form)


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


def _ask_form(number: int, told: Guess) -> str | None:
    """Ask how coordinates are written, where that is not told or may be told wrongly."""
    untold = any(what.startswith("coordinates") for what in told.open)
    form_told = say(FORMS.get(told.coordinate_form, told.coordinate_form))
    said = say("choose") if untold else say("as told: {form}", form=form_told)
    stated: str | None = st.selectbox(
        say("Coordinates are written"),
        [None, *FORMS],
        format_func=lambda name: said if name is None else say(FORMS[name]),
        key=f"form-{number}",
    )
    return stated


def ask_order(preview: Preview, number: int, stated: Stated) -> bool | None:
    """Ask whether day or month comes first, by a date of the file, where no date tells; None for no answer."""
    told = mapping(preview, stated.columns, stated.form)
    if "time" not in told.columns or not any(order_open(what.removeprefix("dates: ")) for what in told.open):
        return None
    found = two_readings(preview.reading.head[told.columns["time"]])
    if found is None:
        return None
    text, day_first, month_first = found
    days = {True: in_words(day_first), False: in_words(month_first)}
    answer: bool | None = st.radio(
        say("Which day is {text}? No date of the file tells.", text=" ".join(text[:40].split())),
        list(days),
        index=None,
        format_func=lambda first: days[first],
        horizontal=True,
        key=f"order-{number}",
    )
    return answer


def ask_axes(preview: Preview, number: int, stated: Stated) -> str | None:
    """Ask which of two numbers in a cell is the latitude, by a cell of the file, where nothing tells."""
    told = mapping(preview, stated.columns, stated.form)
    column = told.columns.get("coordinates")
    if column is None or not any("latitude or longitude" in what for what in told.open):
        return stated.form
    text = " ".join(preview.reading.head[column].drop_nulls()[0][:40].split())
    answer: str | None = st.radio(
        say("What comes first in {text}?", text=text),
        ["lat, lon", "lon, lat"],
        index=None,
        format_func=lambda form: say("latitude") if form == "lat, lon" else say("longitude"),
        horizontal=True,
        key=f"axes-{number}",
    )
    return answer


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


def ask_name(seen: Workspace, preview: Preview, number: int, *, kept: bool) -> str:
    """Ask whether files like this are read so from now on, and under which name; "" where they are not."""
    if not st.checkbox(say("Read files with these columns so from now on"), kept, key=f"keep-{number}"):
        return ""
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
    return name or preview.profile_name
