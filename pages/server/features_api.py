"""OGC API - Features: the layers of the map as a service that QGIS, ArcGIS and GDAL connect to by an address.

Everything is read from the kept network and the ledger; a ``datetime`` is the window in which rows are counted. Links
are made from the address that was asked for, so that they hold behind a path prefix.

Source: OGC 17-069r4 (Part 1: Core; GeoJSON, HTML, OpenAPI 3.0) and 18-058r1 (Part 2: systems of coordinates).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from html import escape
from typing import Any
from urllib.parse import quote, urlencode

import pyproj
from pyproj.exceptions import CRSError
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from geodata.core.errors import UnknownVersion, WrongValue
from geodata.model.query import View
from layers.export.features import CRS84, DEGREES, Collection
from layers.export.making import Asked
from layers.export.tables import LAYERS, Column, columns_of, tables_of
from pages.data.workspace_cache import Workspace, sight

PREFIX = "/ogc"
MOST, USUAL = 10_000, 100
"""Features of a page, at most and by default."""
_CONFORMS = (
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/oas30",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/html",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
    "http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs",
)
_SYSTEMS = (CRS84, *(f"http://www.opengis.net/def/crs/EPSG/0/{code}" for code in (4326, 3857, 3035)))
_OWN = frozenset(["f", "limit", "offset", "bbox", "bbox-crs", "datetime", "crs"])
_EPSG = re.compile(r"http://www\.opengis\.net/def/crs/EPSG/[^/]+/(\d{4,6})|EPSG:(\d{4,6})")
_TYPES = {"text": "string", "whole": "integer", "number": "number", "yes": "boolean", "day": "string"}

Answer = Callable[[Request], Response]


def feature_routes(in_thread: Callable[[Answer], Any], prefix: str = "") -> list[BaseRoute]:
    """Return the routes.

    Parameters
    ----------
    in_thread : function of a handler
        Runs it beside the event loop and says its errors.
    prefix : str
        Path behind which the server stands, as "/monitor".
    """
    items = f"{PREFIX}/collections/{{name}}/items"
    answers: dict[str, Answer] = {
        PREFIX: _landing,
        f"{PREFIX}/conformance": _conformance,
        f"{PREFIX}/api": _api,
        f"{PREFIX}/collections": _collections,
        f"{PREFIX}/collections/{{name}}": _collection,
        items: _items,
        f"{items}/{{id:path}}": _item,
    }
    return [Route(f"{prefix}{path}", in_thread(answer)) for path, answer in answers.items()]


def _landing(request: Request) -> Response:
    base = _base(request)
    links = [
        _link(request.url.path, "self", "application/json", "This document"),
        _link(f"{base}?f=html", "alternate", "text/html", "This document as HTML"),
        _link(f"{base}/api", "service-desc", "application/vnd.oai.openapi+json;version=3.0", "The interface"),
        _link(f"{base}/api?f=html", "service-doc", "text/html", "The interface, to read"),
        _link(f"{base}/conformance", "conformance", "application/json", "What it conforms to"),
        _link(f"{base}/collections", "data", "application/json", "The layers"),
    ]
    about = "Routes, corridors, hexes and changes of the smuggling route monitor, counted in the window of datetime."
    return _told(request, {"title": "Smuggling routes", "description": about, "links": _absolute(request, links)})


def _conformance(request: Request) -> Response:
    return _told(request, {"conformsTo": list(_CONFORMS)})


def _collections(request: Request) -> Response:
    _only(request, _OWN - {"limit", "offset", "bbox", "bbox-crs"})
    seen = sight()
    found = [_described(request, _layer(seen, name, View())) for name in LAYERS]
    links = [_link(request.url.path, "self", "application/json", "The layers")]
    told = {"collections": found, "crs": list(_SYSTEMS), "links": _absolute(request, links)}
    return _told(request, told)


def _collection(request: Request) -> Response:
    return _told(request, _described(request, _layer(sight(), _name(request), View())))


def _items(request: Request) -> Response:
    name = _name(request)
    view = _window(request.query_params.get("datetime", ""))
    layer = _layer(sight(), name, view)
    columns = {column.name for column in layer.table.columns}
    _only(request, _OWN | columns)
    limit = _number(request, "limit", USUAL, 1)
    offset = _number(request, "offset", 0, 0)
    equal = {key: value for key, value in request.query_params.items() if key in columns and key not in _OWN}
    system, code = _system(request, "crs")
    page = layer.page(min(limit, MOST), offset, _box(request), equal, code)
    links = [
        _link(_asked(request), "self", "application/geo+json", "This page"),
        _link(_asked(request, f="html"), "alternate", "text/html", "This page as HTML"),
        _link(f"{_base(request)}/collections/{name}", "collection", "application/json", "The layer"),
    ]
    if offset + len(page.features) < page.matched:
        after = _asked(request, offset=str(offset + len(page.features)), limit=str(min(limit, MOST)))
        links.append(_link(after, "next", "application/geo+json", "The next page"))
    if offset > 0:
        before = _asked(request, offset=str(max(0, offset - limit)), limit=str(min(limit, MOST)))
        links.append(_link(before, "prev", "application/geo+json", "The page before"))
    told = {
        "type": "FeatureCollection",
        "features": page.features,
        "links": _absolute(request, links),
        "timeStamp": datetime.now(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z"),
        "numberMatched": page.matched,
        "numberReturned": len(page.features),
    }
    return _told(request, told, "application/geo+json", **{"Content-Crs": f"<{system}>"})


def _item(request: Request) -> Response:
    name = _name(request)
    _only(request, frozenset(["f", "crs", "datetime"]))
    system, code = _system(request, "crs")
    view = _window(request.query_params.get("datetime", ""))
    feature = _layer(sight(), name, view).one(request.path_params["id"], code)
    if feature is None:
        raise UnknownVersion(
            f"there is no feature {request.path_params['id'][:80]!r}",
            rule=f"{name} has others",
            done="nothing was read",
        )
    links = [
        _link(_asked(request), "self", "application/geo+json", "This feature"),
        _link(f"{_base(request)}/collections/{name}", "collection", "application/json", "The layer"),
    ]
    return _told(
        request,
        feature | {"links": _absolute(request, links)},
        "application/geo+json",
        **{"Content-Crs": f"<{system}>"},
    )


def _api(request: Request) -> Response:
    paths: dict[str, Any] = {
        path: {"get": _operation(path.strip("/").replace("/", "-") or "landing", about, [])}
        for path, about in (
            ("/", "What there is"),
            ("/conformance", "What it conforms to"),
            ("/collections", "The layers"),
        )
    }
    for name in LAYERS:
        title = name.replace("_", " ").capitalize()
        asked: list[dict[str, Any]] = [
            {"$ref": f"#/components/parameters/{one}"} for one in ("limit", "offset", "bbox", "datetime", "crs")
        ]
        asked += [_parameter(column) for column in columns_of(name) if column.name not in _OWN]
        paths[f"/collections/{name}"] = {"get": _operation(f"about-{name}", title, [])}
        paths[f"/collections/{name}/items"] = {"get": _operation(f"items-{name}", f"{title}, in pages", asked)}
        one = [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}]
        paths[f"/collections/{name}/items/{{id}}"] = {"get": _operation(f"one-{name}", f"One of {title}", one)}
    whole = {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL}
    box = {"type": "array", "minItems": 4, "maxItems": 6, "items": {"type": "number"}}
    parameters = {
        "limit": _query("limit", whole),
        "offset": _query("offset", {"type": "integer", "minimum": 0, "default": 0}),
        "bbox": _query("bbox", box) | {"style": "form", "explode": False},
        "datetime": _query("datetime", {"type": "string"}),
        "crs": _query("crs", {"type": "string", "format": "uri"}),
    }
    told = {
        "openapi": "3.0.3",
        "info": {"title": "Smuggling routes", "version": "1.0"},
        "servers": [{"url": _absolute(request, [_link(_base(request), "", "", "")])[0]["href"]}],
        "paths": paths,
        "components": {"parameters": parameters},
    }
    return _told(request, told, "application/vnd.oai.openapi+json;version=3.0")


def _operation(name: str, about: str, parameters: list[dict[str, Any]]) -> dict[str, Any]:
    media = {"application/json": {"schema": {"type": "object"}}, "application/geo+json": {"schema": {"type": "object"}}}
    answers = {"200": {"description": "What was asked for", "content": media}}
    answers |= {code: {"description": "A sentence that says why not"} for code in ("400", "404", "500")}
    return {"operationId": name, "summary": about, "parameters": parameters, "responses": answers}


def _query(name: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "schema": schema}


def _parameter(column: Column) -> dict[str, Any]:
    return _query(column.name, {"type": "string"}) | {"description": column.alias}


def _described(request: Request, layer: Collection) -> dict[str, Any]:
    table = layer.table
    here = f"{_base(request)}/collections/{table.name}"
    links = [
        _link(here, "self", "application/json", table.title),
        _link(f"{here}/items", "items", "application/geo+json", table.title),
        _link(f"{here}/items?f=html", "items", "text/html", table.title),
    ]
    told: dict[str, Any] = {
        "id": table.name,
        "title": table.title,
        "description": table.about,
        "itemType": "feature",
        "links": _absolute(request, links),
        "crs": list(_SYSTEMS),
        "storageCrs": CRS84,
        "properties": {column.name: {"type": _TYPES[column.kind], "title": column.alias} for column in table.columns},
    }
    bounds = layer.bounds
    if bounds is not None:
        told["extent"] = {"spatial": {"bbox": [bounds], "crs": CRS84}}
    return told


def _layer(seen: Workspace, name: str, view: View) -> Collection:
    """Return a layer of the newest version; raise ``UnknownVersion`` where there is none."""
    version = seen.version()
    if version is None:
        raise UnknownVersion("the workspace is empty", rule="a layer needs incidents", done="nothing was read")
    return _kept(seen, version, seen.laid_out(version), view, name)


@lru_cache(maxsize=32)
def _kept(seen: Workspace, version: int, _: str, view: View, name: str) -> Collection:
    (table,) = tables_of(seen.export(Asked(view), version, datetime.now(UTC)), [name])
    return Collection(table)


def _name(request: Request) -> str:
    name: str = request.path_params["name"]
    if name not in LAYERS:
        raise UnknownVersion(
            f"there is no collection {name[:40]!r}", rule=f"there are {', '.join(LAYERS)}", done="nothing was read"
        )
    return name


def _only(request: Request, known: frozenset[str] | set[str]) -> None:
    """Refuse parameters that mean nothing here, as the standard asks."""
    unknown = next((name for name in request.query_params if name not in known), None)
    if unknown is not None:
        raise WrongValue(
            f"{unknown[:40]!r} is no parameter here", rule="see the interface (/api)", done="nothing was read"
        )


def _number(request: Request, name: str, usual: int, least: int) -> int:
    text = request.query_params.get(name, str(usual))
    if not re.fullmatch(r"\d{1,9}", text) or int(text) < least:
        raise WrongValue(f"{name}={text[:20]!r}", rule=f"it is a whole number from {least}", done="nothing was read")
    return int(text)


def _system(request: Request, name: str) -> tuple[str, int]:
    text = request.query_params.get(name, CRS84)
    if text == CRS84:
        return text, DEGREES
    found = _EPSG.fullmatch(text)
    code = int(found[1] or found[2]) if found else 0
    try:
        pyproj.CRS.from_epsg(code)
    except CRSError:
        raise WrongValue(
            f"{name}={text[:80]!r}", rule="it is CRS84 or an EPSG system", done="nothing was read"
        ) from None
    return text, code


def _box(request: Request) -> tuple[float, float, float, float] | None:
    text = request.query_params.get("bbox", "")
    if not text:
        return None
    rule = "a box is west,south,east,north"
    try:
        values = [float(part) for part in text.split(",")]
    except ValueError:
        values = []
    if len(values) == 6:
        values = [*values[:2], *values[3:5]]
    if len(values) != 4 or not all(abs(value) < 1e9 for value in values) or values[1] > values[3]:
        raise WrongValue(f"bbox={text[:60]!r}", rule=rule, done="nothing was read")
    _, code = _system(request, "bbox-crs")
    if code != DEGREES:
        move = pyproj.Transformer.from_crs(code, DEGREES, always_xy=True)
        values = list(move.transform_bounds(values[0], values[1], values[2], values[3]))
    return values[0], values[1], values[2], values[3]


def _window(text: str) -> View:
    """Return the View of a datetime or an interval with open ends ("..")."""
    if not text:
        return View()
    first, slash, last = text.partition("/")
    try:
        start = None if first in ("", "..") else _day(first)
        end = start if not slash else None if last in ("", "..") else _day(last)
    except ValueError:
        start = end = None
        if text not in ("../..", "/", "/..", "../"):
            rule = "it is a date, or two with a slash: 2023-01-01/2023-12-31, ../2023-12-31"
            raise WrongValue(f"datetime={text[:60]!r}", rule=rule, done="nothing was read") from None
    if start and end and start > end:
        raise WrongValue(f"datetime={text[:60]!r}", rule="it ends after it begins", done="nothing was read")
    return View(start=start, end=end + timedelta(days=1) if end else None)


def _day(text: str) -> date:
    return datetime.fromisoformat(text).date()


def _base(request: Request) -> str:
    """Return the path under which this service stands, with whatever a proxy or mount put before it."""
    mounted = str(request.scope.get("root_path", ""))
    path = mounted + str(request.scope["path"]).removeprefix(mounted)
    return path[: path.index(PREFIX) + len(PREFIX)]


def _asked(request: Request, **changed: str) -> str:
    pairs = dict(request.query_params) | changed
    path = _base(request) + request.url.path.partition(PREFIX)[2]
    return f"{path}?{urlencode(pairs, quote_via=quote)}" if pairs else path


def _link(href: str, rel: str, kind: str, title: str) -> dict[str, str]:
    return {"href": href, "rel": rel, "type": kind, "title": title}


def _absolute(request: Request, links: list[dict[str, str]]) -> list[dict[str, str]]:
    origin = f"{request.url.scheme}://{request.url.netloc}"
    return [link | {"href": f"{origin}{link['href']}"} for link in links]


def _told(request: Request, value: Mapping[str, Any], media: str = "application/json", **headers: str) -> Response:
    """Return an answer as JSON or, where a browser asks, as a page to read."""
    form = request.query_params.get("f", "")
    if form not in ("", "json", "geojson", "html"):
        raise WrongValue(f"f={form[:20]!r}", rule="it is json or html", done="nothing was read")
    browser = "text/html" in request.headers.get("accept", "").partition(",")[0]
    if form == "html" or (not form and browser):
        return HTMLResponse(_page(value), headers=headers)
    content = json.dumps(value, ensure_ascii=False, allow_nan=False, default=str).encode()
    return Response(content, media_type=media, headers={"Cache-Control": "no-cache", **headers})


def _page(value: Mapping[str, Any]) -> str:
    title = escape(str(value.get("title") or value.get("id") or "Smuggling routes"))
    links = "".join(
        f'<li><a href="{escape(link["href"])}">{escape(link["title"])}</a> ({escape(link["rel"])})</li>'
        for link in value.get("links", [])
    )
    rest = {name: part for name, part in value.items() if name != "links"}
    body = escape(json.dumps(rest, ensure_ascii=False, indent=1, default=str)[:200_000])
    return (
        f"<!doctype html><html lang=en><meta charset=utf-8><title>{title}</title>"
        f"<h1>{title}</h1><ul>{links}</ul><pre>{body}</pre></html>"
    )
