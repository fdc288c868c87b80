"""The map as one file: it opens from a disk without any network, and holds what one audience may see."""

# Texts here are said in reports.

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from branca.element import Figure, Template
from xstatic.pkg import leaflet

from geodata.core.messages import mark, sentence
from geodata.places.lookup import country_name, largest_towns
from geodata.spatial.coastline import REFERENCE
from layers.audience.audiences import OWN, Audience
from layers.export.contents import Export
from layers.map.components import (
    Absent,
    Actions,
    Bands,
    Banner,
    BaseMap,
    BottomSheet,
    Camera,
    Card,
    Corridors,
    Countries,
    Degrees,
    Graticule,
    Hexes,
    Hubs,
    Keys,
    Labels,
    Legend,
    Ranking,
    Scale,
    Search,
    Standing,
    Status,
    TimeBar,
)
from layers.map.page import TITLE, MonitorMap
from layers.payload.disclosed import Disclosed, disclosed
from layers.reports.told import asked_for, period
from layers.web.assets import ASSETS, FROZEN, modules
from layers.web.joined import joined
from layers.web.translations import SOURCE, Words, words

MOST_TOWNS = 1500
"""Places that the search of the file knows."""
_LEFT_OUT = (
    "alerts",
    "arrivals",
    "briefings",
    "changes",
    "enterHere",
    "exportDialog",
    "hotspots",
    "incidents",
    "ownLayers",
    "savedViews",
    "shareDialog",
    "watch",
    "watchLists",
)
"""Parts that ask a server for what a frozen map does not hold."""
_STEPS = {"month": mark("month"), "quarter": mark("quarter"), "year": mark("year")}


def standalone(export: Export, audience: Audience = OWN, language: str = SOURCE) -> bytes:
    """Return the map of an export as one HTML file.

    Parameters
    ----------
    export : Export
        Made with the audience's ceiling.
    audience : Audience
        Beside it nothing decides what is in the file.
    language : str
        One of ``layers.web.translations.languages``.

    Returns
    -------
    bytes
        HTML, UTF-8. Its policy allows no request of any kind.
    """
    seen = disclosed(export.incidents, export.routes, export.view, export.version, audience)
    return _written(export, seen, audience, language, "", shared=False)


def _written(
    export: Export, seen: Disclosed, audience: Audience, language: str, title: str, *, shared: bool, live: bool = False
) -> bytes:
    spoken = words(language)
    manifest = {**seen.snapshot.manifest, "handling": export.marking}
    if export.view.start or export.view.end:
        manifest["opens"] = len(manifest["totals"])
    styles, script = _styles(), _script(spoken)
    page = _Frozen(spoken, styles, script, _packed(manifest, seen.snapshot.resources), shared=shared)
    page.add_child(_assembled(_banner(export, seen, audience, spoken, title, live=live), shared=shared))
    return page.render().encode()


class _Frozen(Figure):  # type: ignore[misc]  # branca has no types
    """The page of one file: everything is in it, and its policy names every script and style by its hash."""

    _template = Template(
        "<!DOCTYPE html>\n"
        '<html lang="{{ this.language }}" dir="{{ this.direction }}">\n'
        '<head>\n<meta charset="utf-8">\n'
        '<meta http-equiv="Content-Security-Policy" content="{{ this.policy }}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<title>{{ this.title }}</title>\n<link rel="icon" href="data:,">\n'
        "{% for style in this.styles %}<style>{{ style }}</style>\n{% endfor %}"
        "</head>\n<body>\n{{ this.html.render(**kwargs) }}\n"
        '<script type="application/gzip" id="frozen">{{ this.packed }}</script>\n'
        "{% for script in this.scripts %}<script>{{ script }}</script>\n{% endfor %}"
        "<script>{{ this.start }}</script>\n</body>\n</html>\n"
    )

    def __init__(
        self, spoken: Words, styles: Sequence[str], scripts: Sequence[str], packed: str, *, shared: bool
    ) -> None:
        super().__init__(title=spoken.say(TITLE, {}))
        self.language, self.direction = spoken.language, spoken.direction
        self.styles, self.scripts, self.packed = styles, scripts, packed
        self.start = self.policy = ""
        self.connect = "connect-src 'self'; " if shared else ""

    def render(self, **kwargs: Any) -> str:
        """Return the page, once its parts have said how they start."""
        for child in self._children.values():
            child.render(**kwargs)
        self.start = _harmless(f"\n{self.script.render(**kwargs)}\n")
        self.policy = (
            f"default-src 'none'; script-src {_hashes([*self.scripts, self.start])}; "
            f"style-src {_hashes(self.styles)}; {self.connect}img-src data: blob:; base-uri 'none'; form-action 'none'"
        )
        return str(self._template.render(this=self, kwargs=kwargs))


def to_share(
    export: Export, audience: Audience, language: str, title: str, *, live: bool = False
) -> tuple[bytes, dict[str, Any]]:
    """Return the page of a shared link, and what ``desk.shares.Shares.new`` is told of it.

    Parameters
    ----------
    export : Export
        Made with the audience's ceiling.
    audience : Audience
    language : str
    title : str
        Written above the map.
    live : bool
        Whether it is made anew as incidents come in.

    Returns
    -------
    bytes, dict
        HTML that asks its server from time to time whether the link still stands, and nothing else.
    """
    seen = disclosed(export.incidents, export.routes, export.view, export.version, audience)
    page = _written(export, seen, audience, language, title, shared=True, live=live)
    return page, {
        "title": title,
        "audience": audience.name,
        "language": language,
        "view": " ".join(filter(None, (export.view.query(), "" if export.view.area else export.area))),
        "marking": export.marking,
        "export_id": export.export_id,
        "ledger_version": export.version,
        "method_version": export.routes.method_version,
        "incidents": seen.incidents,
        "withheld": seen.withheld,
        "policy": policy_of(page),
    }


def policy_of(page: bytes) -> str:
    """Return the content security policy that a page names."""
    found = re.search(rb'Content-Security-Policy" content="([^"]*)"', page)
    return found[1].decode() if found else "default-src 'none'"


def _hashes(texts: Sequence[str]) -> str:
    sums = (base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in texts)
    return " ".join(f"'sha256-{one}'" for one in sums)


def _harmless(script: str) -> str:
    """Return a script that ends nowhere but at its end."""
    return script.replace("</", "<\\/").replace("<!--", "<\\!--")


@cache
def _styles() -> tuple[str, ...]:
    files = (Path(leaflet.BASE_DIR) / "leaflet.css", ASSETS / "monitor.css")
    return tuple(file.read_text(encoding="utf-8") for file in files)


@cache
def _script(spoken: Words) -> tuple[str, ...]:
    """Return Leaflet, and the modules of the map as one, with what stands in the file in place of the server."""
    own = {} if spoken.language == SOURCE else {"dictionary.js": spoken.module()}
    frozen = {"server.js": FROZEN.read_text(encoding="utf-8")}
    library = (Path(leaflet.BASE_DIR) / "leaflet.js").read_text(encoding="utf-8")
    return _harmless(library), _harmless(joined(modules() | own | frozen))


def _packed(manifest: Mapping[str, Any], resources: Mapping[str, bytes]) -> str:
    """Return what ``frozen.js`` answers with, as gzip in base64."""
    head = {
        "version": manifest["version"],
        "incidents": manifest["incidents"],
        "synthetic": manifest["synthetic"],
        "facts": manifest["facts"] or "",
        "network": "frozen",
        "building": None,
    }
    told = json.dumps(manifest, ensure_ascii=False, allow_nan=False)
    held = {
        "answers": {
            "/data/head": json.dumps(head),
            "/data/hexes": told,
            "/data/snapshot": told,
            **{f"/data/basemap/{scale}": _countries(scale) for scale in ("110m", "50m")},
        },
        "resources": {
            f"/data/r/{name}": base64.b64encode(content).decode()
            for name, content in resources.items()
            if any(f"/data/r/{name}" in level.values() for level in manifest["levels"])
        },
        "places": [
            {
                "name": town.name,
                "country": country_name(town.iso3),
                "iso3": town.iso3,
                "kind": "town",
                "lon": round(town.lon, 3),
                "lat": round(town.lat, 3),
                "reach_km": 12.0,
            }
            for town in largest_towns(sorted(manifest["countries"]), MOST_TOWNS)
        ],
    }
    content = json.dumps(held, ensure_ascii=False, separators=(",", ":")).encode()
    return base64.b64encode(gzip.compress(content, mtime=0)).decode()


@cache
def _countries(scale: str) -> str:
    return (REFERENCE / f"countries_{scale}.geojson").read_text(encoding="utf-8")


def _assembled(banner: Banner, *, shared: bool) -> MonitorMap:
    monitor = MonitorMap()
    layers = (BaseMap, Graticule, Countries, Bands, Hexes, Corridors, Hubs, Labels, Degrees)
    panels = (Scale, Status, TimeBar, Actions, Search, Ranking, Legend, Card, BottomSheet, Keys)
    parts = [*(Absent(field) for field in _LEFT_OUT), *(part() for part in (*layers, *panels)), banner]
    parts += [Standing()] if shared else []
    for number, part in enumerate(parts):
        monitor.add_child(part, name=f"part_{number}")
    monitor.add_child(Camera(TITLE), name="camera")
    return monitor


def _banner(
    export: Export, seen: Disclosed, audience: Audience, spoken: Words, title: str, *, live: bool = False
) -> Banner:
    what = mark("This map is frozen: it shows what was known when it was made, and asks no server for more.")
    if live:
        what = mark("This map is made anew as incidents come in, once an hour at most, and then replaces itself.")
    told = [spoken.say(what, {})]
    if audience.sees_all:
        told += [spoken.say(note, {}) for note in export.notes]
    else:
        told += [
            _withheld(seen, audience, spoken),
            spoken.say(
                mark("Routes with fewer incidents are not drawn. Lines and their direction come from all incidents."),
                {},
            ),
        ]
    as_of = mark("Frozen on {date} · {count} incidents · ledger version {version}")
    frozen = spoken.say(
        mark("As of {date}, renewed as incidents come in · {count} incidents · ledger version {version}")
        if live
        else as_of,
        {"date": export.moment[:10], "count": spoken.number(seen.incidents), "version": str(export.version)},
    )
    facts = {
        mark("Period"): period(export, spoken),
        mark("What was asked for"): asked_for(export, spoken),
        mark("Audience"): spoken.say(audience.words, {}),
        mark("Handling"): export.marking or spoken.say(mark("no mark"), {}),
        mark("Export"): export.export_id,
        mark("Method"): export.routes.method_version,
        mark("Made at"): export.moment,
        mark("Sources"): "; ".join(export.credits),
    }
    return Banner(
        marking=export.marking,
        title=" · ".join(filter(None, (title, frozen))),
        told=told,
        facts=[[spoken.say(name, {}), value] for name, value in facts.items() if value],
    )


def _withheld(seen: Disclosed, audience: Audience, spoken: Words) -> str:
    return spoken.say(
        mark(
            "Counts are rounded to the nearest {least}, so that parts need not add up, and none below it in one hex "
            "and {step} is shown: {share} of the incidents are in no hex for that reason, or because their place is "
            "known too coarsely."
        ),
        {"least": audience.unit, "step": sentence(_STEPS[audience.step]), "share": spoken.percent(seen.withheld)},
    )
