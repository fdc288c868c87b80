"""What every part of the service for GIS programs (``/ogc``) reads from a request and answers with.

Links are made from the address that was asked for, so that they hold behind a path prefix.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from html import escape
from typing import Any
from urllib.parse import quote, urlencode

import pyproj
from pyproj.exceptions import CRSError
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from desk.people import require
from geodata.core.errors import UnknownVersion, WrongValue
from geodata.model.query import View
from layers.export.features import CRS84, DEGREES, Collection
from layers.export.filters import LONGEST, Filter, Language, read_filter
from layers.export.making import Asked
from layers.export.tables import LAYERS, columns_of, tables_of
from pages.data.audited import enter
from pages.data.who import allowed, whoever
from pages.data.workspace_cache import Workspace, sight

PREFIX = "/ogc"
CHOICE = frozenset(["f", "bbox", "bbox-crs", "datetime", "filter", "filter-lang", "filter-crs"])
"""Parameters that choose features, beside the columns."""
_EPSG = re.compile(r"http://www\.opengis\.net/def/crs/EPSG/[^/]+/(\d{4,6})|EPSG:(\d{4,6})")
LANGUAGES: dict[str, Language] = {"cql2-text": "cql2-text", "cql2-json": "cql2-json", "cql-text": "cql2-text"}
"""Name of a language of filters -> language; the last is what GDAL 3.6 calls it, from a draft of the standard."""
_ILIKE = re.compile(r"""('(?:[^']|'')*')|(\b\w+|"[^"]*")\s+ILIKE\s+('(?:[^']|'')*')""", re.IGNORECASE)
"""A text, which is passed over, or the pattern without case of that draft."""

Answer = Callable[[Request], Response]
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class System:
    """A system of coordinates as it was asked for: its name, EPSG code, and whether y is written before x in it."""

    name: str = CRS84
    code: int = DEGREES
    north_first: bool = False


def may_read(name: str) -> bool:
    """Tell whether who asks may have a layer: a program that reads layers reads no single incidents."""
    return name != "incidents" or allowed("read incidents")


def layer_to_read(name: str, view: View) -> Collection:
    """Return a layer whose features are asked for, once that is entered in the audit."""
    layer = layer_of(sight(), name, view)
    enter("export", f"layer {name} by the service")
    return layer


def layer_of(seen: Workspace, name: str, view: View) -> Collection:
    """Return a layer of the newest version; raise ``UnknownVersion`` where there is none."""
    version = seen.version()
    if version is None:
        raise UnknownVersion("the workspace is empty", rule="a layer needs incidents", done="nothing was read")
    if not may_read(name):
        require(whoever(), "read incidents")
    return _kept(seen, version, seen.laid_out(version), view, name)


@lru_cache(maxsize=32)
def _kept(seen: Workspace, version: int, _: str, view: View, name: str) -> Collection:
    (table,) = tables_of(seen.export(Asked(view, with_changes=name == "changes"), version, datetime.now(UTC)), [name])
    return Collection(table)


def asked_name(request: Request) -> str:
    """Return the layer that the path names."""
    name: str = request.path_params["name"]
    if name not in LAYERS:
        raise UnknownVersion(
            f"there is no collection {name[:40]!r}", rule=f"there are {', '.join(LAYERS)}", done="nothing was read"
        )
    return name


def require_only(request: Request, known: frozenset[str] | set[str]) -> None:
    """Refuse parameters that mean nothing here, and those that are given twice."""
    given = [name for name, _ in request.query_params.multi_items()]
    unknown = next((name for name in given if name not in known), None)
    if unknown is not None:
        raise WrongValue(
            f"{unknown[:40]!r} is no parameter here", rule="see the interface (/api)", done="nothing was read"
        )
    twice = next((name for name in given if given.count(name) > 1), None)
    if twice is not None:
        raise WrongValue(f"{twice!r} is given twice", rule="a parameter has one value", done="nothing was read")


def asked_number(request: Request, name: str, usual: int, least: int) -> int:
    """Return a whole number of the query."""
    text = request.query_params.get(name, str(usual))
    if not re.fullmatch(r"[0-9]{1,9}", text) or int(text) < least:
        raise WrongValue(f"{name}={text[:20]!r}", rule=f"it is a whole number from {least}", done="nothing was read")
    return int(text)


def asked_columns(request: Request, name: str) -> dict[str, str]:
    """Return the columns of a layer that the query gives a value; ``datetime`` and its like are none of them."""
    columns = {column.name for column in columns_of(name)} - CHOICE
    return {key: value for key, value in request.query_params.items() if key in columns}


def asked_system(request: Request, name: str) -> System:
    """Return the system of coordinates that a parameter names, CRS84 where it names none."""
    text = request.query_params.get(name, CRS84)
    if text == CRS84:
        return System()
    found = _EPSG.fullmatch(text)
    code = int(found[1] or found[2]) if found else 0
    try:
        known = pyproj.CRS.from_epsg(code)
    except CRSError:
        raise WrongValue(
            f"{name}={text[:80]!r}", rule="it is CRS84 or an EPSG system", done="nothing was read"
        ) from None
    return System(text, code, known.axis_info[0].direction in ("north", "south"))


def asked_filter(request: Request) -> Filter | None:
    """Return the CQL2 filter of the query, None for none."""
    language = request.query_params.get("filter-lang", "cql2-text")
    if language not in LANGUAGES:
        raise WrongValue(f"filter-lang={language[:20]!r}", rule="it is cql2-text or cql2-json", done="nothing was read")
    system = asked_system(request, "filter-crs")
    text = request.query_params.get("filter")
    if text is None:
        return None
    if language == "cql-text" and len(text) <= LONGEST:
        text = _ILIKE.sub(lambda found: found[1] or f"CASEI({found[2]}) LIKE CASEI({found[3]})", text)
    return read_filter(text, LANGUAGES[language], system.code, north_first=system.north_first)


def asked_box(request: Request) -> Box | None:
    """Return the box of the query in degrees, None for none."""
    text, system = request.query_params.get("bbox"), asked_system(request, "bbox-crs")
    if text is None:
        return None
    try:
        values = [float(part) for part in text.split(",")]
    except ValueError:
        values = []
    if len(values) == 6:
        values = [*values[:2], *values[3:5]]
    if system.north_first and len(values) == 4:
        values = [values[1], values[0], values[3], values[2]]
    if len(values) != 4 or not all(abs(value) < 1e9 for value in values) or values[1] > values[3]:
        raise WrongValue(f"bbox={text[:60]!r}", rule="a box is west,south,east,north", done="nothing was read")
    if system.code != DEGREES:
        move = pyproj.Transformer.from_crs(system.code, DEGREES, always_xy=True)
        values = list(move.transform_bounds(values[0], values[1], values[2], values[3]))
    return values[0], values[1], values[2], values[3]


def asked_view(request: Request) -> View:
    """Return the View of a datetime or an interval with open ends ("..")."""
    text = request.query_params.get("datetime", "")
    if not text:
        return View()
    first, slash, last = text.partition("/")
    try:
        start = None if first in ("", "..") else _day(first)
        end = start if not slash else None if last in ("", "..") else _day(last)
        after = end + timedelta(days=1) if end else None
    except (ValueError, OverflowError):
        start = end = after = None
        if text not in ("../..", "/", "/..", "../"):
            rule = "it is a date, or two with a slash: 2023-01-01/2023-12-31, ../2023-12-31"
            raise WrongValue(f"datetime={text[:60]!r}", rule=rule, done="nothing was read") from None
    if start and end and start > end:
        raise WrongValue(f"datetime={text[:60]!r}", rule="it ends after it begins", done="nothing was read")
    return View(start=start, end=after)


def _day(text: str) -> date:
    return datetime.fromisoformat(text.removesuffix("T")).date()  # GDAL 3.6 ends a day so


def base_of(request: Request) -> str:
    """Return the path under which this service stands, with whatever a proxy or mount put before it."""
    mounted = str(request.scope.get("root_path", ""))
    path = mounted + str(request.scope["path"]).removeprefix(mounted)
    return path[: path.index(PREFIX) + len(PREFIX)]


def same_address(request: Request, **changed: str) -> str:
    """Return the path and query that was asked for, with some parameters changed."""
    pairs = dict(request.query_params) | changed
    path = quote(base_of(request) + request.url.path.partition(PREFIX)[2], safe="/%")
    return f"{path}?{urlencode(pairs, quote_via=quote)}" if pairs else path


def chosen(request: Request, **more: str) -> str:
    """Return what chooses features in the query of a request, as the query of another; ``f`` stays behind."""
    pairs = {name: value for name, value in request.query_params.items() if name != "f"} | more
    return f"?{urlencode(pairs, quote_via=quote)}" if pairs else ""


def link(href: str, rel: str, kind: str, title: str) -> dict[str, Any]:
    """Return a link; ``absolute`` puts the server before its path."""
    return {"href": href, "rel": rel, "type": kind, "title": title}


def origin_of(request: Request) -> str:
    """Return scheme and name of the server, as https://gis.example."""
    return f"{request.url.scheme}://{request.url.netloc}"


def absolute(request: Request, links: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return links with the server before their path."""
    return [one | {"href": f"{origin_of(request)}{one['href']}"} for one in links]


def told(
    request: Request, value: Mapping[str, Any], media: str = "application/json", form: str | None = None, **headers: str
) -> Response:
    """Return an answer as JSON or, where a browser asks, as a page to read; ``form`` says which whatever was asked."""
    form = form or request.query_params.get("f")
    if form not in (None, "json", "geojson", "html"):
        raise WrongValue(f"f={form[:20]!r}", rule="it is json or html", done="nothing was read")
    browser = "text/html" in request.headers.get("accept", "").partition(",")[0]
    if form == "html" or (form is None and browser):
        return HTMLResponse(_page(value), headers=headers)
    content = json.dumps(value, ensure_ascii=False, allow_nan=False, default=str).encode()
    return Response(content, media_type=media, headers={"Cache-Control": "no-cache", **headers})


def _page(value: Mapping[str, Any]) -> str:
    title = escape(str(value.get("title") or value.get("id") or "Smuggling routes"))
    links = "".join(
        f'<li><a href="{escape(one["href"])}">{escape(one["title"])}</a> ({escape(one["rel"])})</li>'
        for one in value.get("links", [])
    )
    rest = {name: part for name, part in value.items() if name != "links"}
    body = escape(json.dumps(rest, ensure_ascii=False, indent=1, default=str)[:200_000])
    return (
        f"<!doctype html><html lang=en><meta charset=utf-8><title>{title}</title>"
        f"<h1>{title}</h1><ul>{links}</ul><pre>{body}</pre></html>"
    )
