"""OGC API - Features: the layers of the map as a service that QGIS, ArcGIS and GDAL connect to by an address.

Everything is read from the kept network and the ledger; a ``datetime`` is the window in which rows are counted.

Source: OGC 17-069r4 (Part 1: Core; GeoJSON, HTML, OpenAPI 3.0), 18-058r1 (Part 2: systems of coordinates), 19-079r2
(Part 3: filters) and 21-065r2 (CQL2).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from geodata.core.errors import UnknownVersion
from geodata.model.query import View
from layers.export.features import CRS84, Collection
from layers.export.filters import GEOMETRY
from layers.export.tables import LAYERS, columns_of
from layers.export.tiles import TILED
from pages.data.workspace_cache import sight
from pages.server.service_answers import (
    CHOICE,
    PREFIX,
    Answer,
    absolute,
    asked_box,
    asked_columns,
    asked_filter,
    asked_name,
    asked_number,
    asked_system,
    asked_view,
    base_of,
    layer_of,
    layer_to_read,
    link,
    may_read,
    origin_of,
    require_only,
    same_address,
    told,
)
from pages.server.service_interface import MOST, TYPES, USUAL, interface

_TILES = "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/"
_FEATURES, _CQL2 = "http://www.opengis.net/spec/ogcapi-features-", "http://www.opengis.net/spec/cql2/1.0/conf/"
_CONFORMS = (
    *(f"{_FEATURES}1/1.0/conf/{name}" for name in ("core", "oas30", "html", "geojson")),
    f"{_FEATURES}2/1.0/conf/crs",
    *(f"{_FEATURES}3/1.0/conf/{name}" for name in ("queryables", "queryables-query-parameters")),
    *(f"{_FEATURES}3/1.0/conf/{name}" for name in ("filter", "features-filter")),
    *(f"{_CQL2}{name}" for name in ("cql2-text", "cql2-json", "basic-cql2", "advanced-comparison-operators")),
    *(f"{_CQL2}{name}" for name in ("case-insensitive-comparison", "basic-spatial-functions")),
    *(f"{_CQL2}{name}" for name in ("basic-spatial-functions-plus", "spatial-functions", "temporal-functions")),
    *(f"{_TILES}{name}" for name in ("core", "tileset", "tilesets-list", "geodata-tilesets", "oas30", "mvt")),
)
_SYSTEMS = (CRS84, *(f"http://www.opengis.net/def/crs/EPSG/0/{code}" for code in (4326, 3857, 3035)))
_REL = "http://www.opengis.net/def/rel/ogc/1.0/"
_GEOJSON, _JSON = "application/geo+json", "application/json"
_ABOUT = "Routes, corridors, hexes and changes of the smuggling route monitor, counted in the window of datetime."


def feature_routes(in_thread: Callable[[Answer], Any], prefix: str = "") -> list[BaseRoute]:
    """Return the routes.

    Parameters
    ----------
    in_thread : function of a handler
        Runs it beside the event loop and says its errors.
    prefix : str
        Path behind which the server stands, as "/monitor".
    """
    layer = f"{PREFIX}/collections/{{name}}"
    answers: dict[str, Answer] = {
        PREFIX: _landing,
        f"{PREFIX}/": _landing,
        f"{PREFIX}/conformance": _conformance,
        f"{PREFIX}/api": _api,
        f"{PREFIX}/collections": _collections,
        layer: _collection,
        f"{layer}/queryables": _queryables,
        f"{layer}/items": _items,
        f"{layer}/items/{{id:path}}": _item,
    }
    return [Route(f"{prefix}{path}", in_thread(answer)) for path, answer in answers.items()]


def _landing(request: Request) -> Response:
    require_only(request, {"f"})
    base = base_of(request)
    links = [
        link(base, "self", _JSON, "This document"),
        link(f"{base}?f=html", "alternate", "text/html", "This document as HTML"),
        link(f"{base}/api", "service-desc", "application/vnd.oai.openapi+json;version=3.0", "The interface"),
        link(f"{base}/api?f=html", "service-doc", "text/html", "The interface, to read"),
        link(f"{base}/conformance", "conformance", _JSON, "What it conforms to"),
        link(f"{base}/collections", "data", _JSON, "The layers"),
        link(f"{base}/tileMatrixSets", f"{_REL}tiling-schemes", _JSON, "How tiles lie"),
        link(f"{base}/styles", f"{_REL}styles", _JSON, "Styles for the tiles"),
    ]
    return told(request, {"title": "Smuggling routes", "description": _ABOUT, "links": absolute(request, links)})


def _conformance(request: Request) -> Response:
    require_only(request, {"f"})
    return told(request, {"conformsTo": list(_CONFORMS)})


def _api(request: Request) -> Response:
    require_only(request, {"f"})
    document = interface(f"{origin_of(request)}{base_of(request)}", _ABOUT)
    return told(request, document, "application/vnd.oai.openapi+json;version=3.0")


def _collections(request: Request) -> Response:
    require_only(request, {"f"})
    seen = sight()
    found = [_described(request, layer_of(seen, name, View())) for name in LAYERS if may_read(name)]
    links = [link(same_address(request), "self", _JSON, "The layers")]
    return told(request, {"collections": found, "crs": list(_SYSTEMS), "links": absolute(request, links)})


def _collection(request: Request) -> Response:
    require_only(request, {"f"})
    return told(request, _described(request, layer_of(sight(), asked_name(request), View())))


def _queryables(request: Request) -> Response:
    """Answer with what a layer can be filtered by, as a JSON schema of its features."""
    require_only(request, {"f"})
    name = asked_name(request)
    layer = layer_of(sight(), name, View())
    values = {column.name: TYPES[column.kind] | {"title": column.alias} for column in columns_of(name)}
    if layer.table.shape is not None:
        values[GEOMETRY] = {"title": "Place", "format": f"geometry-{layer.table.shape.lower()}"}
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"{origin_of(request)}{base_of(request)}/collections/{name}/queryables",
        "type": "object",
        "title": layer.table.title,
        "description": layer.table.about,
        "properties": values,
        "additionalProperties": False,
    }
    return told(request, schema, "application/schema+json")


def _items(request: Request) -> Response:
    name = asked_name(request)
    require_only(request, CHOICE | {"limit", "offset", "crs"} | {column.name for column in columns_of(name)})
    limit = min(asked_number(request, "limit", USUAL, 1), MOST)
    offset = asked_number(request, "offset", 0, 0)
    system = asked_system(request, "crs")
    box, equal, asked = asked_box(request), asked_columns(request, name), asked_filter(request)
    layer = layer_to_read(name, asked_view(request))
    rows = layer.rows(box, equal, asked)
    page = layer.page(rows, limit, offset, system.code, north_first=system.north_first)
    links = [
        link(same_address(request), "self", _GEOJSON, "This page"),
        link(same_address(request, f="html"), "alternate", "text/html", "This page as HTML"),
        link(f"{base_of(request)}/collections/{name}", "collection", _JSON, "The layer"),
    ]
    if offset + len(page.features) < page.matched:
        after = same_address(request, offset=str(offset + limit), limit=str(limit))
        links.append(link(after, "next", _GEOJSON, "The next page"))
    if offset > 0:
        before = same_address(request, offset=str(max(0, offset - limit)), limit=str(limit))
        links.append(link(before, "prev", _GEOJSON, "The page before"))
    answer = {
        "type": "FeatureCollection",
        "features": page.features,
        "links": absolute(request, links),
        "timeStamp": datetime.now(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z"),
        "numberMatched": page.matched,
        "numberReturned": len(page.features),
    }
    return told(request, answer, _GEOJSON, **{"Content-Crs": f"<{system.name}>"})


def _item(request: Request) -> Response:
    name = asked_name(request)
    require_only(request, {"f", "crs", "datetime"})
    system = asked_system(request, "crs")
    wanted = request.path_params["id"]
    layer = layer_to_read(name, asked_view(request))
    feature = layer.one(wanted, system.code, north_first=system.north_first)
    if feature is None:
        raise UnknownVersion(f"there is no feature {wanted[:80]!r}", rule=f"{name} has others", done="nothing was read")
    links = [
        link(same_address(request), "self", _GEOJSON, "This feature"),
        link(f"{base_of(request)}/collections/{name}", "collection", _JSON, "The layer"),
    ]
    answer = feature | {"links": absolute(request, links)}
    return told(request, answer, _GEOJSON, **{"Content-Crs": f"<{system.name}>"})


def _described(request: Request, layer: Collection) -> dict[str, Any]:
    table = layer.table
    here = f"{base_of(request)}/collections/{table.name}"
    links = [
        link(here, "self", _JSON, table.title),
        link(f"{here}/items", "items", _GEOJSON, table.title),
        link(f"{here}/items?f=html", "items", "text/html", table.title),
        *([link(f"{here}/tiles", f"{_REL}tilesets-vector", _JSON, "As vector tiles")] if table.name in TILED else []),
        link(f"{here}/queryables", f"{_REL}queryables", "application/schema+json", "What it can be filtered by"),
    ]
    answer: dict[str, Any] = {
        "id": table.name,
        "title": table.title,
        "description": table.about,
        "itemType": "feature",
        "links": absolute(request, links),
        "crs": list(_SYSTEMS),
        "storageCrs": CRS84,
        "properties": {column.name: TYPES[column.kind] | {"title": column.alias} for column in table.columns},
    }
    bounds = layer.bounds
    if bounds is not None:
        answer["extent"] = {"spatial": {"bbox": [bounds], "crs": CRS84}}
    return answer
