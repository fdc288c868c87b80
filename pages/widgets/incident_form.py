"""An incident by hand: a form for one, and those that were entered so, to be changed and withdrawn.

What is saved goes the way of a file: the same checks, one import, which stands under History and can be undone.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import streamlit as st

from geodata.ingest.pipeline import Rehearsal
from geodata.ledger.batch import Batch
from geodata.model.incident import EARLIEST, KINDS, MODES
from geodata.places.autocomplete import places_named
from geodata.places.toponym_parsing import Toponym
from pages.data.audited import enter
from pages.data.by_hand import NUMBERS, PRECISIONS, Entry, entry_of, marks, profile
from pages.data.workspace_cache import Workspace
from pages.presenters.stored_rows import HEADINGS, as_stored
from pages.ui.data_table import tabulate
from pages.ui.notices import aside, heading, hint, notice, sentences, way
from pages.ui.translate import country, mark, say
from pages.widgets.batch_table import tell_undone, undo_button
from pages.widgets.charts import link

LONGEST = 200
LONGEST_REMARK = 1000
_HAND, _NUMBER, _SAID = "by-hand-entry", "by-hand-number", "by-hand-said"
_LABELS = {
    "people": mark("People"),
    "dead": mark("Dead"),
    "missing": mark("Missing"),
    "survivors": mark("Survivors"),
}


@dataclass(frozen=True, slots=True)
class Spot:
    """A place with its position as far as it is known; ``key`` tells the fields that show it from those of another."""

    place: str
    lat: float | None
    lon: float | None
    reach_km: float | None
    key: str


def by_hand(seen: Workspace) -> None:
    """Show the form beside what was entered by hand."""
    _from_the_address()
    form, others = st.columns([3, 2], gap="large")
    with form:
        _form(seen, st.session_state.get(_HAND, Entry()))
        _tell(seen)
    with others:
        _entered(seen)


def _from_the_address() -> None:
    """Begin a new incident at the position that the address names, once."""
    asked = st.query_params
    if "lat" not in asked or "lon" not in asked:
        return
    lat, lon = _degrees(asked.pop("lat"), 90), _degrees(asked.pop("lon"), 180)
    if lat is not None and lon is not None:
        _begin(Entry(lat=lat, lon=lon))


def _degrees(text: str, most: float) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return round(value, 5) if math.isfinite(value) and abs(value) <= most else None


def _begin(entry: Entry) -> None:
    """Fill the form anew."""
    st.session_state[_HAND] = entry
    st.session_state[_NUMBER] = st.session_state.get(_NUMBER, 0) + 1


def _tell(seen: Workspace) -> None:
    """Say what was just stored, lead to it on the map, and offer to undo it."""
    tell_undone()
    said: tuple[Batch, str, dict[str, str]] | None = st.session_state.get(_SAID)
    if said is None:
        return
    batch, words, period = said
    if any(later.undoes == batch.batch for _, later in seen.history()):
        del st.session_state[_SAID]
        return
    notice(words, "done")
    with st.container(horizontal=True, vertical_alignment="center"):
        if period:
            way(link("./", period, say("Show it on the map")))
        undo_button(seen, batch)


def _form(seen: Workspace, known: Entry) -> None:
    heading(say("Change an incident") if known.record else say("A new incident"))
    entry = _ask(known, f"hand-{st.session_state.get(_NUMBER, 0)}")
    with st.container(horizontal=True):
        save = st.button(say("Save"), type="primary", key="hand-save")
        fresh = st.button(say("Empty the form"), key="hand-new")
        gone = bool(known.record) and st.button(say("Withdraw it"), key="hand-withdraw", icon=":material/delete:")
    if fresh:
        _begin(Entry())
        st.rerun()
    if save:
        with sentences():
            if known.record and entry == known:
                notice(say("Nothing was changed, so that nothing was stored."))
            else:
                _save(seen, entry)
    if gone:
        with sentences():
            batch = seen.withdraw(known)
            st.session_state[_SAID] = (batch, say("The incident was withdrawn, as {batch}.", batch=batch.batch), {})
            _begin(Entry())
            st.rerun()


def _ask(known: Entry, key: str) -> Entry:
    """Show the fields, and return what they hold."""
    asked = (_ask_when, _ask_where, _ask_what, _ask_whence)
    return replace(known, **{name: value for ask in asked for name, value in ask(known, key).items()})


def _ask_when(known: Entry, key: str) -> dict[str, Any]:
    one, two, three = st.columns(3)
    precision = one.selectbox(
        say("Date known"),
        list(PRECISIONS),
        list(PRECISIONS).index(known.precision),
        format_func=lambda name: say(PRECISIONS[name]),
        key=f"{key}-precision",
    )
    today = datetime.now(UTC).date()
    day = two.date_input(say("Date"), known.day, EARLIEST, today, key=f"{key}-day", format="YYYY-MM-DD")
    clock = known.clock
    if precision == "instant":
        clock = three.text_input(say("Time (UTC)"), known.clock, key=f"{key}-clock", placeholder="14:30", max_chars=8)
    return {"day": day, "precision": precision, "clock": clock}


def _ask_where(known: Entry, key: str) -> dict[str, Any]:
    spot = _ask_place(known, key)
    one, two, three = st.columns(3)
    lat = one.number_input(say("Latitude"), -90.0, 90.0, spot.lat, format="%.8g", key=f"{key}-lat-{spot.key}")
    lon = two.number_input(say("Longitude"), -180.0, 180.0, spot.lon, format="%.8g", key=f"{key}-lon-{spot.key}")
    reach = three.number_input(say("Place known to, km"), 0.0, 2000.0, spot.reach_km, key=f"{key}-reach-{spot.key}")
    aside(say("Without latitude and longitude it is placed by its name."))
    return {"place": spot.place, "lat": lat, "lon": lon, "reach_km": reach}


def _ask_what(known: Entry, key: str) -> dict[str, Any]:
    one, two = st.columns(2)
    modes: list[str] = ["", *MODES]
    kinds: list[str] = list(KINDS)
    mode = one.selectbox(
        say("Land, sea or air"),
        modes,
        modes.index(known.mode),
        key=f"{key}-mode",
        format_func=lambda name: say(name) if name else say("as the place tells"),
    )
    kind = two.selectbox(say("Kind of incident"), kinds, kinds.index(known.kind), format_func=say, key=f"{key}-kind")
    numbers = {
        name: column.number_input(say(_LABELS[name]), 0, None, getattr(known, name), 1, key=f"{key}-{name}")
        for column, name in zip(st.columns(len(NUMBERS)), NUMBERS, strict=True)
    }
    return {"mode": mode, "kind": kind or "other", **numbers}


def _ask_whence(known: Entry, key: str) -> dict[str, Any]:
    """Ask for the words of a report, and for who made it and who may read it."""
    one, two = st.columns(2)
    several, ours = say("Several behind semicolons."), say("By hand")
    how = _text(one, say("Means, modus operandi"), known.modus_operandi, f"{key}-how", several)
    origins = _text(two, say("Countries of origin"), known.origins, f"{key}-origins", several)
    source = _text(one, say("Source"), known.source or ours, f"{key}-source", "", fixed=bool(known.record))
    handling = two.selectbox(say("Handling (TLP)"), marks(), marks().index(known.handling), key=f"{key}-handling")
    remarks = st.text_area(
        say("Remarks, never on persons"), known.remarks, max_chars=LONGEST_REMARK, height=80, key=f"{key}-remarks"
    )
    return {
        "modus_operandi": how,
        "origins": origins,
        "source": "" if source == ours and not known.record else source,
        "handling": handling,
        "remarks": remarks or "",
    }


def _text(column: Any, label: str, value: str, key: str, help_: str, *, fixed: bool = False) -> str:
    return column.text_input(label, value, key=key, max_chars=LONGEST, help=help_ or None, disabled=fixed) or ""


def _ask_place(known: Entry, key: str) -> Spot:
    """Ask for the place by its name; of those in the gazetteer one can be chosen, which gives its position."""
    one, two = st.columns(2)
    words = (one.text_input(say("Place"), known.place, key=f"{key}-place", max_chars=LONGEST) or "").strip()
    as_known = Spot(words, known.lat, known.lon, known.reach_km, "")
    offered = places_named(words) if words and words != known.place else []
    if not offered:
        return as_known
    at = two.selectbox(
        say("In the gazetteer"),
        range(-1, len(offered)),
        format_func=lambda at: say("none of these") if at < 0 else _named(offered[at]),
        index=0 if known.lat is not None else 1,
        key=f"{key}-found-{words}",
    )
    if at < 0:
        return as_known
    place = offered[at]
    return Spot(place.name, round(place.lat, 5), round(place.lon, 5), round(place.reach_km, 1), f"{words}-{at}")


def _named(place: Toponym) -> str:
    return ", ".join(part for part in (place.name, country(place.iso3) if place.iso3 else "", say(place.kind)) if part)


def _save(seen: Workspace, entry: Entry) -> None:
    """Check what was entered as a file is, and take it in; what breaks a rule is said and stored nowhere."""
    upload = entry.upload()
    with st.spinner(say("Checking ...")):
        found = seen.rehearse(upload, profile(), lambda _: None)
    if found.batch.refused:
        for rule in found.refusals["rule"].unique(maintain_order=True):
            notice(say("Not stored: {rule}.", rule=say(rule)), "error")
        return
    with st.spinner(say("Taking in ...")):
        receipt = seen.take_in(upload, profile(), lambda _: None, may_withdraw=False)
    batch = receipt.batch
    if batch is None:
        notice(receipt.error, "error")
        return
    if not batch.kept + batch.updated:
        notice(say("Nothing was changed, so that nothing was stored."))
        return
    told = (
        mark("The incident was changed, as {batch}.") if batch.updated else mark("The incident was stored, as {batch}.")
    )
    st.session_state[_SAID] = (batch, say(told, batch=batch.batch), _period(found))
    _begin(Entry())
    st.rerun()


def _period(found: Rehearsal) -> dict[str, str]:
    """Return the address of the map at what was stored, in its time."""
    if found.days is None:
        return {}
    first, last = found.days
    where = found.first.row(0, named=True)
    position = {"lat": f"{where['lat']:.4f}", "lon": f"{where['lon']:.4f}", "z": "8"}
    return {"from": first.isoformat(), "to": (last + timedelta(days=1)).isoformat(), **position}


def _entered(seen: Workspace) -> None:
    """List what was entered by hand, and offer to change the one that is chosen."""
    heading(say("Entered by hand"))
    everybody = st.toggle(say("By anybody"), key="hand-everybody")
    found = seen.by_hand(everybody=everybody)
    if found.is_empty():
        aside(say("Nothing yet."))
        return
    enter("read", "incidents entered by hand")
    where = pl.coalesce("place", "position").alias("place")
    shown = as_stored(found).select("when", where, "mode", "kind")
    chosen = tabulate(
        shown,
        {name: say(HEADINGS[name]) for name in shown.columns},
        say("Entered by hand"),
        height="content" if found.height < 15 else 560,
        key=f"entered-{seen.version()}-{everybody}-{st.session_state.get(_NUMBER, 0)}",
        on_select="rerun",
        selection_mode="single-row",
    ).selection.rows
    if chosen and chosen[0] < found.height:
        _begin(entry_of(found.row(chosen[0], named=True)))
        st.rerun()
    hint(say("Choose a row, by its box on the left, to change or withdraw it."))
