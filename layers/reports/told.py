"""What every document says of itself in words: its title, what it is about, and what it was made from."""

# Texts here are said in reports.

from __future__ import annotations

from datetime import date, timedelta
from typing import Final
from urllib.parse import parse_qsl

from geodata.core.messages import mark
from layers.export.contents import Export
from layers.payload.disclosed import Disclosed
from layers.web.translations import Words


def heading(export: Export, spoken: Words) -> str:
    """Return the title: what was asked for, as far as a title says it."""
    modes = [spoken.say(mode, {}) for mode in export.view.modes]
    kinds = [spoken.say(kind, {}) for kind in export.view.kinds]
    manners = [spoken.say(words, {}) for words in export.view.manners]
    named = [*modes, *kinds, *(spoken.country(code) for code in export.view.origins), *export.view.sources, *manners]
    what = ", ".join(filter(None, [*named, spoken.say(export.area, {})]))
    return spoken.say(mark("Smuggling routes"), {}) + (f": {what}" if what else "")


def period(export: Export, spoken: Words) -> str:
    """Return the period in days, both included, and what was asked for where its audience sees longer steps alone."""
    window = (export.view.start, export.view.end)
    shown = _days(window, spoken)
    if export.asked in (None, window):
        return shown
    told = mark("{period} (asked for: {asked}; shorter times are not shown)")
    return spoken.say(told, {"period": shown, "asked": _days(export.asked or window, spoken)})


def _days(window: tuple[date | None, date | None], spoken: Words) -> str:
    start, end = window
    if start is None and end is None:
        return spoken.say(mark("all time"), {})
    last = end - timedelta(days=1) if end else None
    return " – ".join(day.isoformat() if day else "…" for day in (start, last))


_FILTERS: Final = {
    "mode": mark("mode: {values}"),
    "kind": mark("kind: {values}"),
    "origin": mark("origin: {values}"),
    "source": mark("source: {values}"),
    "modus": mark("modus operandi: {values}"),
    "region": mark("region: {values}"),
}


def asked_for(export: Export, spoken: Words) -> str:
    """Return the filters and the area in words."""
    given: dict[str, list[str]] = {}
    for name, value in parse_qsl(export.view.everywhere().without_window().query()):
        given.setdefault(name, []).append(_said(name, value, spoken))
    asked = (
        spoken.say(_FILTERS.get(name, "{values}"), {"values": ", ".join(values)}) for name, values in given.items()
    )
    area = spoken.say(export.area, {}).replace(" - ", " – ")
    return " · ".join(filter(None, (*asked, area))) or spoken.say(mark("all incidents"), {})


def _said(name: str, value: str, spoken: Words) -> str:
    if name == "origin":
        return spoken.country(value)
    return spoken.say(value, {}) if name in ("mode", "kind", "modus") else value


def about(export: Export, seen: Disclosed, spoken: Words) -> list[str]:
    """Return the period, the number of incidents, and how many routes have some."""
    drawn = [one for one in seen.snapshot.manifest["corridors"] if one["properties"]["layer"] == "routes"]
    routes = sum(one["properties"]["incidents"] > 0 for one in drawn)
    return [
        period(export, spoken),
        spoken.counted("{count} incident", "{count} incidents", seen.incidents, {}),
        spoken.counted("{count} route", "{count} routes", routes, {}),
    ]


def parts_of_stamp(export: Export, spoken: Words) -> list[str]:
    """Return export, versions and moment, each in a few words."""
    return [
        spoken.say(mark("export {id}"), {"id": export.export_id}),
        spoken.say(mark("ledger version {version}"), {"version": str(export.version)}),
        spoken.say(mark("method {method}"), {"method": export.routes.method_version}),
        export.moment,
    ]


def route_title(name: str, spoken: Words) -> str:
    """Return the name of a route, or what was kept of a country or a mode, as people read it."""
    return spoken.route(name).replace(" - ", " – ")
