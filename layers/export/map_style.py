"""Styles of MapLibre for the tiles of a layer, in the colours and dashes of the map.

A line is as wide as the map draws it: by the estimated importance of a route. Dashes are multiples of the width, as
MapLibre has them. Nothing is loaded from elsewhere: there are no texts, icons or base map in it.

Source: MapLibre Style Specification, version 8.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from layers.palette import palette

STYLES = {
    "routes": ("corridors", "routes", "hubs"),
    "corridors": ("corridors",),
    "hubs": ("hubs",),
    "hexes": ("hexes",),
}
"""Style -> layers whose tiles it draws, from below."""
_MODES = ("land", "sea", "air")
_USUAL_WIDTH = 3.5
_HOLLOW, _INFERRED = 0.45, 1.6
"""As in layers/assets/line_style.js: the empty middle of a line that is not sure, the width of one that is inferred."""
_BAND, _EDGE = 0.12, 0.4
_MODE, _FAINT = ["get", "mode"], ["in", ["get", "confidence"], ["literal", ["medium", "low"]]]
_INFERRED_LINE = ["boolean", ["get", "inferred"], False]


def map_style(name: str, title: str, tiles: Mapping[str, str], most: Mapping[str, float]) -> dict[str, Any]:
    """Return a style.

    Parameters
    ----------
    name : str
        Of ``STYLES``.
    title : str
    tiles : mapping
        Layer -> address of its TileJSON.
    most : mapping
        Layer -> what is drawn widest: the greatest flow of a route.
    """
    makers = {"routes": _routes, "corridors": _corridors, "hubs": _hubs, "hexes": _hexes}
    drawn = [layer for one in STYLES[name] for layer in makers[one](most.get(one, 1.0))]
    background = {"id": "background", "type": "background", "paint": {"background-color": _light()["land"]}}
    return {
        "version": 8,
        "name": title,
        "sources": {one: {"type": "vector", "url": tiles[one]} for one in STYLES[name]},
        "layers": [background, *drawn],
    }


def _light() -> dict[str, Any]:
    light: dict[str, Any] = palette()["light"]
    return light


def _by_mode() -> list[Any]:
    pairs = [part for mode in _MODES for part in (mode, _light()["mode"][mode])]
    return ["match", _MODE, *pairs, _light()["muted"]]


def _routes(most: float) -> list[dict[str, Any]]:
    """Return the lines of routes: a casing, each mode with its dash, what is inferred thin, what is not sure hollow."""
    share = ["/", ["coalesce", ["get", "flow"], 0], most]
    width = ["max", ["case", _FAINT, 4, 0], ["+", 1.2, ["*", 5, ["sqrt", share]]]]
    casing = _light()["casing"]
    observed, inferred = ["!", _INFERRED_LINE], _INFERRED_LINE
    lines = [_line("routes-casing", None, casing, ["case", _INFERRED_LINE, _INFERRED + 2.4, ["+", width, 2.4]])]
    for mode in _MODES:
        here = ["all", ["==", _MODE, mode], observed]
        lines.append(_line(f"routes-{mode}", here, _light()["mode"][mode], width, _dash(mode), mode))
    lines.append(_line("routes-inferred", inferred, _by_mode(), _INFERRED, [4 / _INFERRED, 4 / _INFERRED]))
    for mode in _MODES:
        here, dash = ["all", ["==", _MODE, mode], observed, _FAINT], _dash(mode, _HOLLOW)
        lines.append(_line(f"routes-{mode}-hollow", here, casing, ["*", width, _HOLLOW], dash, mode))
    return lines


def _line(
    name: str, wanted: list[Any] | None, colour: Any, width: Any, dash: list[float] | None = None, mode: str = ""
) -> dict[str, Any]:
    paint = {"line-color": colour, "line-width": width} | ({"line-dasharray": dash} if dash else {})
    layout = {"line-join": "round", "line-cap": "butt" if mode == "sea" else "round"}
    made = {"id": name, "type": "line", "source": "routes", "source-layer": "routes", "layout": layout, "paint": paint}
    return made | ({"filter": wanted} if wanted else {})


def _dash(mode: str, share: float = 1.0) -> list[float] | None:
    """Return the dash of a mode in widths of a line, or of a line that is a share of it as wide."""
    width = share * (3.0 if mode == "air" else _USUAL_WIDTH)
    return [round(part / width, 2) for part in palette()["dash"][mode]] or None


def _corridors(_: float) -> list[dict[str, Any]]:
    source = {"source": "corridors", "source-layer": "corridors"}
    fill = {"fill-color": _by_mode(), "fill-opacity": _BAND}
    edge = {"line-color": _by_mode(), "line-opacity": _EDGE, "line-width": 0.75}
    return [
        {"id": "corridors", "type": "fill", **source, "paint": fill},
        {"id": "corridors-edge", "type": "line", **source, "paint": edge},
    ]


def _hubs(_: float) -> list[dict[str, Any]]:
    paint = {
        "circle-color": _light()["panel"][:7],
        "circle-radius": 4,
        "circle-stroke-color": _light()["mode"]["sea"],
        "circle-stroke-width": 2,
    }
    return [{"id": "hubs", "type": "circle", "source": "hubs", "source-layer": "hubs", "paint": paint}]


def _hexes(_: float) -> list[dict[str, Any]]:
    light, breaks = _light(), palette()["breaks"]

    def stepped(values: list[Any]) -> list[Any]:
        later = [part for low, value in zip(breaks[1:], values[1:], strict=True) for part in (low, value)]
        return ["step", ["get", "incidents"], values[0], *later]

    paint = {"fill-color": stepped(light["ramp"]), "fill-opacity": stepped(light["ramp_alpha"])}
    return [{"id": "hexes", "type": "fill", "source": "hexes", "source-layer": "hexes", "paint": paint}]
