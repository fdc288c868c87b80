"""The map as one page: a folium map of our own parts, the same bytes for everybody, with no data in it."""

# Texts here are said on the map.

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from functools import cache
from typing import ClassVar

import folium
from branca.element import Figure, Template
from xstatic.pkg import leaflet

from geodata.core.messages import mark
from layers.map.components import (
    ATTRIBUTION,
    Actions,
    Arrivals,
    Bands,
    BaseMap,
    BottomSheet,
    Briefings,
    Camera,
    Card,
    Corridors,
    Countries,
    Degrees,
    EnterHere,
    Evidence,
    ExportDialog,
    Graticule,
    Hexes,
    Hubs,
    Incidents,
    Keys,
    Labels,
    Legend,
    OwnLayers,
    Ranking,
    SavedViews,
    Scale,
    Search,
    ShareDialog,
    Status,
    TimeBar,
    Wall,
    WatchLists,
)
from layers.map.tour import Tour
from layers.palette import palette
from layers.payload.alerts import Alerts
from layers.payload.changes import Changes
from layers.payload.hotspots import Hotspots
from layers.payload.watch_areas import Watch
from layers.web.assets import address, asset_url, modules
from layers.web.joined import joined
from layers.web.translations import SOURCE, Words, words

LEAFLET = "/vendor/leaflet"
SCRIPT = "/assets/map.{language}.js"
TITLE = mark("Smuggling route monitor")


class MonitorMap(folium.Map):
    """A folium map that loads nothing from elsewhere and whose parts fetch their data from this server."""

    default_js: ClassVar[list[tuple[str, str]]] = [
        ("leaflet", f"{LEAFLET}/leaflet.js?v={leaflet.PACKAGE_VERSION}"),
    ]
    default_css: ClassVar[list[tuple[str, str]]] = [
        ("leaflet_css", f"{LEAFLET}/leaflet.css?v={leaflet.PACKAGE_VERSION}"),
        ("monitor_css", asset_url("monitor.css")),
    ]
    _template = Template(
        """
        {% macro header(this, kwargs) %}
        <meta name="viewport" content="width=device-width, initial-scale=1">
        {% endmacro %}
        {% macro html(this, kwargs) %}
        <div id="banner"></div>
        <div id="map"></div>
        {% endmacro %}
        {% macro script(this, kwargs) %}
        const parts = modules["parts.js"];
        const { Monitor } = modules["monitor.js"];
        const monitor = new Monitor(L.map("map", {{ this.leaflet|tojson }}), {{ this.palette|tojson }});
        monitor.map.attributionControl.setPrefix(false).addAttribution({{ this.attribution|tojson }});
        window.monitor = monitor;
        {% endmacro %}
        """
    )

    def __init__(self) -> None:
        super().__init__(tiles=None)
        self._id = "monitor"
        self.palette = palette()
        self.attribution = ATTRIBUTION
        self.leaflet = {
            "center": [31.0, 18.0],
            "zoom": 4,
            "minZoom": 2,
            "maxZoom": 11,
            "zoomSnap": 0.25,
            "zoomControl": False,
            "keyboard": False,
            "worldCopyJump": True,
            "maxBounds": [[-84, -100000], [84, 100000]],
        }


class Page(Figure):
    """A whole HTML page in a language."""

    _template = Template(
        "<!DOCTYPE html>\n"
        '<html lang="{{ this.language }}" dir="{{ this.direction }}">\n'
        "<head>\n<title>{{ this.title }}</title>\n{{ this.header.render(**kwargs) }}\n"
        '<script src="{{ this.address }}"></script>\n</head>\n'
        "<body>\n{{ this.html.render(**kwargs) }}\n"
        "<script>\n{{ this.script.render(**kwargs) }}\n</script>\n</body>\n</html>\n"
    )

    def __init__(self, spoken: Words) -> None:
        super().__init__(title=spoken.say(TITLE, {}))
        self.language = spoken.language
        self.direction = spoken.direction
        self.address = address(SCRIPT.format(language=spoken.language), _script(spoken))


@dataclass(frozen=True, slots=True)
class MapPage:
    """The page.

    Attributes
    ----------
    html : str
    policy : str
        The content security policy that lets exactly its own inline script run.
    etag : str
    script : bytes
        The modules of the map as one, with the words of its language.
    """

    html: str
    policy: str
    etag: str
    script: bytes


@cache
def map_page(language: str = SOURCE) -> MapPage:
    """Return the map's page in one of ``languages``."""
    spoken = words(language)
    figure = Page(spoken)
    figure.add_child(_assembled())
    html = figure.render()
    inline = re.findall(r"<script>(.*?)</script>", html, flags=re.DOTALL)
    hashes = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()}'" for code in inline
    )
    policy = (
        f"default-src 'none'; script-src 'self' {hashes}; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
    )
    return MapPage(html, policy, f'"{hashlib.sha256(html.encode()).hexdigest()[:16]}"', _script(spoken))


@cache
def _script(spoken: Words) -> bytes:
    """Return the modules of the map as one, with the words of a language in place of the English dictionary."""
    own = {} if spoken.language == SOURCE else {"dictionary.js": spoken.module()}
    return joined(modules() | own).encode()


def _assembled() -> MonitorMap:
    monitor = MonitorMap()
    parts = (
        BaseMap,
        Graticule,
        Countries,
        Bands,
        Hexes,
        Hotspots,
        OwnLayers,
        Corridors,
        Changes,
        Hubs,
        Evidence,
        Incidents,
        Watch,
        Arrivals,
        Labels,
        Degrees,
    )
    panels = (Scale, Status, TimeBar, Actions, Search, Ranking, Alerts, Legend, Card, BottomSheet, EnterHere, Keys)
    dialogs = (ExportDialog, ShareDialog, SavedViews, WatchLists, Briefings, Tour, Wall)
    for number, part in enumerate((*parts, *panels, *dialogs)):
        monitor.add_child(part(), name=f"part_{number}")
    monitor.add_child(Camera(TITLE), name="camera")
    return monitor
