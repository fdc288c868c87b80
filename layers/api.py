"""API: a map of routes for a notebook, whole in itself: it loads nothing from elsewhere."""

from __future__ import annotations

import base64
import json
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import folium
import geopandas as gpd
from branca.element import Element
from xstatic.pkg import leaflet

from geodata.core.errors import UnknownColumns, WrongValue
from geodata.spatial.coastline import REFERENCE
from layers.palette import palette

_CRS = 4326
_SHOWN = ("name", "mode", "incidents", "length_km", "direction", "confidence", "before", "after", "verdict")
"""Columns that a route's card shows where they are there."""
_MARGIN = 0.05


class OfflineMap(folium.Map):
    """A folium map that carries Leaflet in itself and the outlines of countries in place of tiles."""

    default_js: ClassVar[list[tuple[str, str]]] = []
    default_css: ClassVar[list[tuple[str, str]]] = []


def explore(
    found: gpd.GeoDataFrame, incidents: gpd.GeoDataFrame | None = None, *, theme: str = "light", height: int = 520
) -> folium.Map:
    """Show routes, and incidents beside them, on a map in a notebook.

    Parameters
    ----------
    found : GeoDataFrame
        Lines in any CRS, such as ``routes.find_routes`` or ``routes.compare`` returns them. Colour and dashes are by
        ``mode``, width by ``flow``; a card shows what else is known.
    incidents : GeoDataFrame, optional
        Points in any CRS.
    theme : "light" or "dark"
    height : int
        Pixels.

    Returns
    -------
    folium.Map
        Shown by a notebook as it is; ``.save("map.html")`` writes a file that opens without a network.

    Raises
    ------
    UnknownColumns
        If there is no column ``mode``.
    WrongValue
        If there is no CRS, or no such theme.
    """
    colours = palette()
    if theme not in ("light", "dark"):
        raise WrongValue(f"theme {theme!r}", rule="it is light or dark", done="no map was made")
    if "mode" not in found.columns:
        raise UnknownColumns(
            "there is no column 'mode'", rule="routes are drawn by mode: land, sea or air", done="no map was made"
        )
    lines = _in_degrees(found)
    page = OfflineMap(tiles=None, height=height, control_scale=True, world_copy_jump=True, attr_control=False)
    page.get_root().header.add_child(Element(_leaflet()), name="leaflet")
    skin = colours[theme]
    page.get_root().header.add_child(Element(f"<style>.leaflet-container{{background:{skin['sea']}}}</style>"))
    folium.GeoJson(
        _countries(),
        style_function=lambda _: {"fillColor": skin["land"], "fillOpacity": 1, "color": skin["border"], "weight": 0.8},
        control=False,
    ).add_to(page)
    if len(lines):
        _drawn(lines, skin, colours["dash"]).add_to(page)
        west, south, east, north = lines.total_bounds
        pad = _MARGIN * max(east - west, north - south, 1.0)
        page.fit_bounds([[south - pad, west - pad], [north + pad, east + pad]])
    for point in [] if incidents is None else _in_degrees(incidents).geometry:
        if point is not None and not point.is_empty:
            folium.CircleMarker([point.y, point.x], radius=2, weight=0, fill=True, fill_opacity=0.6).add_to(page)
    return page


def _in_degrees(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    if frame.crs is None:
        raise WrongValue(
            "the GeoDataFrame has no CRS",
            rule="say in which its coordinates are, as gdf.set_crs(4326)",
            done="no map was made",
        )
    return frame.to_crs(_CRS)


def _drawn(lines: gpd.GeoDataFrame, skin: dict[str, Any], dash: dict[str, Any]) -> folium.GeoJson:
    shown = [name for name in _SHOWN if name in lines.columns]
    most = float(lines["flow"].max()) if "flow" in lines.columns else 1.0
    few = lines[[*shown, "geometry"]].copy()
    few["_width"] = 2.0 if "flow" not in lines.columns else 1.5 + 4.5 * (lines["flow"] / most) ** 0.5

    def style(feature: dict[str, Any]) -> dict[str, Any]:
        told = feature["properties"]
        return {
            "color": skin["mode"][told["mode"]],
            "weight": told["_width"],
            "dashArray": " ".join(map(str, dash.get(told["mode"], []))),
        }

    names = [name.replace("_", " ") for name in shown]
    return folium.GeoJson(
        json.loads(few.to_json(drop_id=True)),
        style_function=style,
        highlight_function=lambda _: {"weight": 8},
        tooltip=folium.GeoJsonTooltip(shown, names),
    )


@cache
def _countries() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((REFERENCE / "countries_110m.geojson").read_text(encoding="utf-8"))
    return found


@cache
def _leaflet() -> str:
    """Return Leaflet as elements of a page's head."""
    folder = Path(leaflet.BASE_DIR)
    told = base64.b64encode((folder / "leaflet.js").read_bytes()).decode()
    styles = (folder / "leaflet.css").read_text(encoding="utf-8")
    return f'<script src="data:text/javascript;base64,{told}"></script>\n<style>{styles}</style>'
