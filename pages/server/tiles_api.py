"""OGC API - Tiles and Styles: layers as vector tiles for MapLibre, QGIS and ArcGIS, and how the map draws them.

The same rows as in OGC API - Features, and the same parameters choose them. A tileset is kept for a version of the
ledger and what was asked for.

Source: OGC 20-057 (OGC API - Tiles, Part 1: Core), 17-083r4 (tile matrix sets), 20-009 (OGC API - Styles, draft) and
TileJSON 3.0.0.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from html import escape
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from geodata.core.errors import UnknownVersion, WrongValue
from layers.export.features import CRS84, Collection
from layers.export.filters import Filter
from layers.export.map_style import STYLES, map_style
from layers.export.tables import columns_of
from layers.export.tiles import DEEPEST, TILED, Tileset
from pages.data.workspace_cache import sight
from pages.server.checked_answers import checked
from pages.server.service_answers import (
    CHOICE,
    PREFIX,
    Answer,
    Box,
    absolute,
    asked_box,
    asked_columns,
    asked_filter,
    asked_name,
    asked_view,
    base_of,
    chosen,
    layer_of,
    layer_to_read,
    link,
    origin_of,
    require_only,
    told,
)

MATRICES = "WebMercatorQuad"
_DEFINED = "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad"
_MERCATOR = "http://www.opengis.net/def/crs/EPSG/0/3857"
_REL = "http://www.opengis.net/def/rel/ogc/1.0/"
_MVT, _JSON, _STYLE = "application/vnd.mapbox-vector-tile", "application/json", "application/vnd.mapbox.style+json"
_EDGE, _SIDE = 20037508.342789244, 256
_PIXEL = 0.00028
"""Metres of a pixel of the standard (OGC 17-083r4)."""
_DIMENSIONS = {"Point": 0, "MultiLineString": 1, "MultiPolygon": 2}


def tile_routes(in_thread: Callable[[Answer], Any], prefix: str = "") -> list[BaseRoute]:
    """Return the routes; see ``features_api.feature_routes``."""
    tiles = f"{PREFIX}/collections/{{name}}/tiles"
    answers: dict[str, Answer] = {
        tiles: _tilesets,
        f"{tiles}/{{matrices}}": _tileset,
        f"{tiles}/{{matrices}}/{{zoom}}/{{row}}/{{column}}": _tile,
        f"{PREFIX}/tileMatrixSets": _matrix_sets,
        f"{PREFIX}/tileMatrixSets/{{matrices}}": _matrix_set,
        f"{PREFIX}/styles": _styles,
        f"{PREFIX}/styles/{{style}}": _style,
    }
    return [Route(f"{prefix}{path}", in_thread(answer)) for path, answer in answers.items()]


def _tile(request: Request) -> Response:
    if (form := request.query_params.get("f", "mvt")) != "mvt":
        raise WrongValue(f"f={form[:20]!r}", rule="a tile is mvt", done="nothing was drawn")
    found = _asked_tileset(request)
    zoom, row, column = (_number(request, name) for name in ("zoom", "row", "column"))
    content = found.tile(zoom, row, column)
    if not content:
        return Response(status_code=204, headers={"Cache-Control": "no-cache"})
    return checked(request, content, _MVT)


def _tilesets(request: Request) -> Response:
    require_only(request, {"f"})
    name = asked_name(request)
    one = _about(request, _tileset_of(layer_of(sight(), name, asked_view(request)), None, (), None))
    links = [link(f"{base_of(request)}/collections/{name}/tiles", "self", _JSON, "Tilesets")]
    short = {key: one[key] for key in ("title", "dataType", "crs", "tileMatrixSetURI", "links")}
    return told(request, {"tilesets": [short], "links": absolute(request, links)})


def _tileset(request: Request) -> Response:
    """Answer with what a tileset holds, as the OGC says it or as TileJSON (``f=tilejson``)."""
    found = _asked_tileset(request)
    if request.query_params.get("f") != "tilejson":
        return told(request, _about(request, found))
    table = found.layer.table
    return told(
        request,
        {
            "tilejson": "3.0.0",
            "name": table.title,
            "description": table.about,
            "attribution": _attribution(found),
            "scheme": "xyz",
            "tiles": [f"{origin_of(request)}{_template(request, table.name, '{z}/{y}/{x}')}"],
            "minzoom": 0,
            "maxzoom": DEEPEST,
            "bounds": found.layer.bounds or [-180, -85, 180, 85],
            "vector_layers": [{"id": table.name, "description": table.about, "fields": found.columns()}],
        },
        form="json",
    )


def _attribution(found: Tileset) -> str:
    """Return what a map must show beside these tiles: the handling mark, whether they are made up, and credits."""
    frame = found.layer.table.frame
    if frame.empty:
        return ""
    first = frame.iloc[0]
    made_up = "SYNTHETIC" if frame["synthetic"].any() else ""
    return escape("; ".join(filter(None, [first["marking"], made_up, first["credits"]])))


def _about(request: Request, found: Tileset) -> dict[str, Any]:
    table = found.layer.table
    base = f"{base_of(request)}/collections/{table.name}/tiles/{MATRICES}"
    template = _template(request, table.name, "{tileMatrix}/{tileRow}/{tileCol}")
    links = [
        link(f"{base}{chosen(request)}", "self", _JSON, table.title),
        link(f"{base}{chosen(request, f='tilejson')}", "alternate", _JSON, "The same as TileJSON"),
        link(template, "item", _MVT, "A tile") | {"templated": True},
        link(f"{base_of(request)}/tileMatrixSets/{MATRICES}", f"{_REL}tiling-scheme", _JSON, "How tiles lie"),
        link(f"{base_of(request)}/collections/{table.name}", f"{_REL}geodata", _JSON, "The layer"),
    ]
    about: dict[str, Any] = {
        "title": table.title,
        "description": table.about,
        "dataType": "vector",
        "crs": _MERCATOR,
        "tileMatrixSetURI": _DEFINED,
        "tileMatrixSetLimits": [
            {
                "tileMatrix": str(zoom),
                "minTileRow": 0,
                "maxTileRow": 2**zoom - 1,
                "minTileCol": 0,
                "maxTileCol": 2**zoom - 1,
            }
            for zoom in range(DEEPEST + 1)
        ],
        "links": absolute(request, links),
        "layers": [
            {
                "id": table.name,
                "title": table.title,
                "dataType": "vector",
                "geometryDimension": _DIMENSIONS[table.shape or "Point"],
                "propertiesSchema": {
                    "type": "object",
                    "properties": {name: {"title": title} for name, title in found.columns().items()},
                },
            }
        ],
    }
    if bounds := found.layer.bounds:
        about["boundingBox"] = {"lowerLeft": bounds[:2], "upperRight": bounds[2:], "crs": CRS84}
    return about


def _matrix_sets(request: Request) -> Response:
    require_only(request, {"f"})
    here = link(f"{base_of(request)}/tileMatrixSets/{MATRICES}", "self", _JSON, "How tiles lie")
    known = {"id": MATRICES, "title": "Tiles of the web", "uri": _DEFINED, "links": absolute(request, [here])}
    return told(request, {"tileMatrixSets": [known]})


def _matrix_set(request: Request) -> Response:
    require_only(request, {"f"})
    _require_matrices(request)
    matrices = []
    for zoom in range(DEEPEST + 1):
        cell = 2 * _EDGE / _SIDE / 2**zoom
        size = {"tileWidth": _SIDE, "tileHeight": _SIDE, "matrixWidth": 2**zoom, "matrixHeight": 2**zoom}
        scale = {"id": str(zoom), "scaleDenominator": cell / _PIXEL, "cellSize": cell, "pointOfOrigin": [-_EDGE, _EDGE]}
        matrices.append(scale | size)
    known = {"id": MATRICES, "title": "Tiles of the web", "uri": _DEFINED, "crs": _MERCATOR}
    return told(request, known | {"orderedAxes": ["X", "Y"], "tileMatrices": matrices})


def _styles(request: Request) -> Response:
    require_only(request, {"f"})
    base = base_of(request)

    def one(name: str) -> dict[str, Any]:
        links = [link(f"{base}/styles/{name}", "stylesheet", _STYLE, "For MapLibre")]
        return {"id": name, "title": name.capitalize(), "links": absolute(request, links)}

    return told(request, {"styles": [one(name) for name in STYLES]})


def _style(request: Request) -> Response:
    """Answer with a style for MapLibre; a ``datetime`` goes on to the tiles."""
    require_only(request, {"f", "datetime"})
    name = request.path_params["style"]
    if name not in STYLES:
        raise _none(f"there is no style {name[:40]!r}", f"there are {', '.join(STYLES)}")
    view = asked_view(request)
    base = f"{origin_of(request)}{base_of(request)}/collections"
    tiles = {one: f"{base}/{one}/tiles/{MATRICES}{chosen(request, f='tilejson')}" for one in STYLES[name]}
    most = {
        one: _tileset_of(layer_of(sight(), one, view), None, (), None).most("flow")
        for one in STYLES[name]
        if one == "routes"
    }
    return told(request, map_style(name, name.capitalize(), tiles, most), _STYLE, form="json")


def _asked_tileset(request: Request) -> Tileset:
    name = asked_name(request)
    _require_matrices(request)
    require_only(request, CHOICE | {column.name for column in columns_of(name)})
    equal = tuple(sorted(asked_columns(request, name).items()))
    layer = layer_to_read(name, asked_view(request))
    return _tileset_of(layer, asked_box(request), equal, asked_filter(request))


@lru_cache(maxsize=24)
def _tileset_of(
    layer: Collection, box: Box | None, equal: tuple[tuple[str, str], ...], asked: Filter | None
) -> Tileset:
    if layer.table.name not in TILED:
        raise _none(f"{layer.table.name} has no tiles", f"{', '.join(TILED)} have some")
    return Tileset(layer, layer.rows(box, dict(equal), asked))


def _require_matrices(request: Request) -> None:
    asked = request.path_params["matrices"]
    if asked != MATRICES:
        raise _none(f"there is no tile matrix set {asked[:40]!r}", f"there is {MATRICES}")


def _number(request: Request, name: str) -> int:
    text = request.path_params[name]
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise _none(f"{name} {text[:20]!r}", "zoom, row and column of a tile are whole numbers")
    return int(text)


def _template(request: Request, name: str, numbers: str) -> str:
    choice = chosen(request)
    return f"{base_of(request)}/collections/{name}/tiles/{MATRICES}/{numbers}{choice}"


def _none(what: str, rule: str) -> UnknownVersion:
    return UnknownVersion(what, rule=rule, done="nothing was drawn")
