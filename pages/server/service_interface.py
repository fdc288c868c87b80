"""The OpenAPI 3.0 document of the service for GIS programs: every address, its parameters and what it answers.

Sources: OpenAPI 3.0.3; OGC 17-069r4, 19-079r2 and 20-057.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from layers.export.map_style import STYLES
from layers.export.tables import LAYERS, Column, columns_of
from layers.export.tiles import DEEPEST, TILED
from pages.server.service_answers import CHOICE, LANGUAGES

MOST, USUAL = 10_000, 100
"""Features of a page, at most and by default."""
TYPES: dict[str, dict[str, str]] = {
    "text": {"type": "string"},
    "whole": {"type": "integer"},
    "number": {"type": "number"},
    "yes": {"type": "boolean"},
    "day": {"type": "string", "format": "date"},
}
"""Kind of a column -> JSON schema of its values."""
_GEOJSON, _JSON, _STYLE = "application/geo+json", "application/json", "application/vnd.mapbox.style+json"
_CHOSEN = ("bbox", "bbox-crs", "datetime", "filter", "filter-lang", "filter-crs")


def interface(server: str, about: str) -> dict[str, Any]:
    """Return the document.

    Parameters
    ----------
    server : str
        Address of the service.
    about : str
        What it is, a sentence.
    """
    paths: dict[str, Any] = {
        path: _get(name, summary, _JSON, _named("f"))
        for path, name, summary in (
            ("/", "landing", "What there is"),
            ("/conformance", "conformance", "What it conforms to"),
            ("/collections", "collections", "The layers"),
            ("/tileMatrixSets", "matrix-sets", "How tiles lie"),
            ("/tileMatrixSets/WebMercatorQuad", "matrix-set", "How the tiles of the web lie"),
            ("/styles", "styles", "Styles for the tiles"),
        )
    }
    paths["/api"] = _get("interface", "This document", "application/vnd.oai.openapi+json;version=3.0", _named("f"))
    for layer in LAYERS:
        paths |= _of_layer(layer)
    for layer in TILED:
        paths |= _of_tiles(layer)
    for style in STYLES:
        paths[f"/styles/{style}"] = _get(f"style-{style}", f"Style {style} for MapLibre", _STYLE, _named("datetime"))
    return {
        "openapi": "3.0.3",
        "info": {"title": "Smuggling routes", "description": about, "version": "1.1"},
        "servers": [{"url": server}],
        "paths": paths,
        "components": {"parameters": _parameters()},
    }


def _of_layer(layer: str) -> dict[str, Any]:
    title = layer.replace("_", " ").capitalize()
    here = f"/collections/{layer}"
    columns = [_of_column(column) for column in columns_of(layer) if column.name not in CHOICE]
    one = {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
    return {
        here: _get(f"about-{layer}", title, _JSON, _named("f")),
        f"{here}/queryables": _get(
            f"queryables-{layer}", f"What {title} can be filtered by", "application/schema+json", _named("f")
        ),
        f"{here}/items": _get(
            f"items-{layer}",
            f"{title}, in pages",
            _GEOJSON,
            [*_named("f", "limit", "offset", *_CHOSEN, "crs"), *columns],
        ),
        f"{here}/items/{{id}}": _get(
            f"one-{layer}", f"One of {title}", _GEOJSON, [one, *_named("f", "datetime", "crs")]
        ),
    }


def _of_tiles(layer: str) -> dict[str, Any]:
    title = layer.replace("_", " ").capitalize()
    here = f"/collections/{layer}/tiles"
    columns = [_of_column(column) for column in columns_of(layer) if column.name not in CHOICE]
    asked = [*_named(*_CHOSEN), *columns]
    form = _query("f", "Form of the answer", {"type": "string", "enum": ["json", "geojson", "html", "tilejson"]})
    place = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "integer", "minimum": 0, "maximum": most}}
        for name, most in (("tileMatrix", DEEPEST), ("tileRow", 2**DEEPEST - 1), ("tileCol", 2**DEEPEST - 1))
    ]
    tile = _get(f"tile-{layer}", f"{title}, one tile", "application/vnd.mapbox-vector-tile", [*place, *asked])
    tile["get"]["responses"] |= {"204": {"description": "Nothing lies in this tile"}}
    return {
        here: _get(f"tilesets-{layer}", f"Tilesets of {title}", _JSON, _named("f")),
        f"{here}/WebMercatorQuad": _get(f"tileset-{layer}", f"{title} as tiles", _JSON, [form, *asked]),
        f"{here}/WebMercatorQuad/{{tileMatrix}}/{{tileRow}}/{{tileCol}}": tile,
    }


def _get(name: str, summary: str, media: str, parameters: list[dict[str, Any]]) -> dict[str, Any]:
    content = {kind: {"schema": {"type": "object"}} for kind in {media, _JSON}} | {"text/html": {"schema": {}}}
    refused = {
        "type": "object",
        "required": ["error"],
        "properties": {"error": {"type": "string", "description": "One sentence"}},
    }
    answers: dict[str, Any] = {"200": {"description": "What was asked for", "content": content}}
    for code, why in (("400", "Cannot be asked so"), ("404", "There is none"), ("500", "A fault of the server")):
        answers[code] = {"description": why, "content": {_JSON: {"schema": refused}}}
    answers["404"]["content"]["text/plain"] = {"schema": {"type": "string"}}  # of what is no address at all
    return {"get": {"operationId": name, "summary": summary, "parameters": parameters, "responses": answers}}


def _named(*names: str) -> list[dict[str, Any]]:
    return [{"$ref": f"#/components/parameters/{name}"} for name in names]


def _of_column(column: Column) -> dict[str, Any]:
    return _query(column.name, column.alias, TYPES[column.kind])


def _parameters() -> dict[str, Any]:
    box = {"type": "array", "minItems": 4, "maxItems": 6, "items": {"type": "number"}}
    system = {"type": "string", "format": "uri"}
    told: Iterable[tuple[str, str, Mapping[str, Any]]] = (
        ("f", "Form of the answer", {"type": "string", "enum": ["json", "geojson", "html"]}),
        ("limit", "Features of a page", {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL}),
        ("offset", "Features before the page", {"type": "integer", "minimum": 0, "default": 0}),
        ("bbox", "West, south, east, north", box),
        ("bbox-crs", "System of coordinates of bbox", system),
        ("datetime", "Day or interval in which is counted, as 2023-01-01/2023-12-31", {"type": "string"}),
        ("filter", "CQL2, as mode = 'sea' AND incidents >= 5", {"type": "string", "maxLength": 8000}),
        ("filter-lang", "Language of filter", {"type": "string", "enum": list(LANGUAGES)}),
        ("filter-crs", "System of coordinates in filter", system),
        ("crs", "System of coordinates of the answer", system),
    )
    made = {name: _query(name, about, schema) for name, about, schema in told}
    made["bbox"] |= {"style": "form", "explode": False}
    return made


def _query(name: str, about: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "description": about, "schema": schema}
