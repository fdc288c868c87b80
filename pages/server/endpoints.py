"""Our HTTP routes beside Streamlit's: the map's page, its scripts, and the data that it draws.

Every data route asks ``sight`` for what it may read, and for nothing else.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from functools import cache, wraps
from pathlib import Path
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope
from xstatic.pkg import leaflet

from desk.people import NotAllowed, rights_of
from geodata.core.audit import NotRecorded
from geodata.core.errors import RoutesError, UnknownVersion, WrongValue
from geodata.core.messages import mark
from geodata.model.query import View
from geodata.places.autocomplete import LONGEST, places_named
from geodata.places.lookup import country_name
from geodata.spatial.coastline import REFERENCE
from geodata.workspace.own_layers import OwnLayers
from layers.export.drawn_areas import areas_of
from layers.map.page import LEAFLET, SCRIPT, map_page
from layers.payload.incident_points import MOST_FACTS, MOST_POINTS, facts_of, points_of
from layers.payload.snapshot import Snapshot
from layers.payload.time_steps import UNITS, Unit
from layers.web.assets import ASSETS
from layers.web.translations import languages, nearest
from pages.data.audited import enter, purpose_of
from pages.data.who import whoever
from pages.data.workspace_cache import Workspace, sight
from pages.server import live_payloads as live
from pages.server.asked_versions import number_of, version_of
from pages.server.briefings_api import briefing_routes
from pages.server.checked_answers import checked, etag_of, without_folders
from pages.server.exports import export
from pages.server.features_api import feature_routes
from pages.server.json_bodies import with_body
from pages.server.operations import operation_routes
from pages.server.own_layers_api import allowing, own_layer_routes
from pages.server.shares_api import share_routes
from pages.server.tiles_api import tile_routes
from pages.server.upload_api import intake
from pages.server.views_api import view_routes
from pages.server.watches_api import watch_routes

FOREVER = "public, max-age=31536000, immutable"
_LOG = logging.getLogger(__name__)
MOST_LETTERS = 200
"""Of a name that is looked at at all."""
SCALES = ("110m", "50m")
"""Digits of a version that are read as a number at all."""
_KEY = re.compile("[0-9a-f]{16}")

Answer = Callable[[Request], Response]
Handler = Callable[[Request], Awaitable[Response]]
Ready = Callable[[Request], bool]


class KeptFiles(StaticFiles):
    """Static files whose addresses change with their content."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        """Return the file, to be kept."""
        response = super().file_response(*args, **kwargs)
        response.headers["Cache-Control"] = FOREVER
        return response

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return the file; a script is always named as one, whatever the machine's list of types says."""
        response = await super().get_response(path, scope)
        if path.endswith(".js"):
            response.headers["Content-Type"] = "text/javascript; charset=utf-8"
        return response


def routes(prefix: str = "") -> list[BaseRoute]:
    """Return the routes; those of the service for GIS programs also behind a path prefix, as "monitor"."""
    behind = f"/{prefix.strip('/')}" if prefix.strip("/") else ""
    return [
        *((*feature_routes(_in_thread, behind), *tile_routes(_in_thread, behind)) if behind else ()),
        Route("/map", _in_thread(_map)),
        Route("/data/head", _in_thread(_head)),
        Route("/data/hexes", _in_thread(_hexes)),
        Route("/data/snapshot", _one_at_a_time(_in_thread(_snapshot), ready=_laid_out)),
        Route("/data/r/{name}", _in_thread(_resource)),
        Route("/data/export", _in_thread(export)),
        Route("/data/basemap/{scale}", _in_thread(_basemap)),
        *_computed_late(),
        Route("/data/routes/{corridor_id}/name", with_body(_rename, UnknownVersion), methods=["POST"]),
        Route("/data/places", _in_thread(_places)),
        Route("/data/points", _in_thread(_points)),
        Route("/data/incidents", _in_thread(_incidents)),
        intake(),
        *tile_routes(_in_thread),
        *feature_routes(_in_thread),
        *share_routes(_in_thread),
        *view_routes(_in_thread),
        *watch_routes(_in_thread),
        *own_layer_routes(_in_thread),
        *briefing_routes(_in_thread),
        *operation_routes(_in_thread),
        Mount(LEAFLET, KeptFiles(directory=leaflet.BASE_DIR)),
        Route(SCRIPT, _script),
        Mount("/assets", KeptFiles(directory=ASSETS)),
    ]


def _computed_late() -> list[BaseRoute]:
    """Return what a map asks for once its routes stand; the slow ones of it go through one door, one at a time."""
    door = asyncio.Lock()
    slow = {"headline": live.headline, "changes": live.changes, "alerts": live.alerts, "hotspots": live.hot_spots}
    return [
        *(Route(f"/data/{name}", _one_at_a_time(_in_thread(_of_view(tell)), door)) for name, tell in slow.items()),
        Route("/data/areas", _in_thread(_areas)),
        Route("/data/arrivals", _in_thread(_arrivals)),
        Route("/data/freshness", _in_thread(_of_view(lambda seen, _, version: live.freshness(seen, version)))),
    ]


def _in_thread(answer: Answer) -> Handler:
    """Run a handler beside the event loop; an error of ours becomes one sentence in JSON."""

    @wraps(answer)
    async def handler(request: Request) -> Response:
        try:
            return await run_in_threadpool(answer, request)
        except UnknownVersion as error:
            return _refused(str(error), 404)
        except NotAllowed as error:
            return _refused(str(error), 403)
        except NotRecorded:
            return _refused(mark("This cannot be shown now; try again later."), 503)
        except RoutesError as error:
            return _refused(str(error), 400)
        except Exception:  # noqa: BLE001 - a fault of ours is one sentence to whoever asks, and stands in the log
            _LOG.exception("%s could not be answered", request.url.path)
            return _refused("This cannot be answered; the log of the server says why.", 500)

    return handler


def _one_at_a_time(handler: Handler, shared: asyncio.Lock | None = None, ready: Ready = lambda _: False) -> Handler:
    """Let one request in at a time, so that slow work leaves the server to others; who has gone away gets nothing.

    Who asks for what is ``ready`` goes past the others.
    """
    door = shared or asyncio.Lock()

    async def patient(request: Request) -> Response:
        if await run_in_threadpool(ready, request):
            return await handler(request)
        async with door:
            if await request.is_disconnected():
                return Response(status_code=204)
            return await handler(request)

    return patient


def _map(request: Request) -> Response:
    asked = request.query_params.get("lang", "")
    page = map_page(asked if asked in languages() else nearest(request.headers.get("accept-language", "")))
    policy = allowing(page.policy, OwnLayers(sight().home))
    headers = {"Content-Security-Policy": policy, "Vary": "Accept-Encoding, Accept-Language"}
    # A browser keeps the policy with the page: another one is another page.
    tag = page.etag if policy == page.policy else etag_of(f"{page.etag} {policy}".encode())
    return checked(request, page.html.encode(), "text/html", tag, headers)


def _script(request: Request) -> Response:
    language = request.path_params["language"]
    if language not in languages():
        return _refused(f"There is no language {language[:40]!r}.", 404)
    return checked(request, map_page(language).script, "text/javascript", headers={"Cache-Control": FOREVER})


def _head(request: Request) -> Response:
    seen = sight()
    version = seen.version()
    facts = {} if version is None else seen.offers(version)
    head = {
        "version": version,
        "incidents": facts.get("incidents", 0),
        "synthetic": facts.get("synthetic", False),
        **_facts(seen),
        **_network(seen, version),
        "own": OwnLayers(seen.home).stamp(),
        "may": rights_of(whoever()),
    }
    return checked(request, json.dumps(head).encode(), "application/json")


def _facts(seen: Workspace) -> dict[str, str]:
    """Return the version of the facts that direction rests on; what they cannot be used for, or what is damaged."""
    damaged = seen.damage()
    trouble = {"trouble": without_folders(" ".join(damaged))} if damaged else {}
    try:
        return {"facts": seen.assumptions.facts().version, **trouble}
    except RoutesError as error:
        return {"facts": "", "trouble": without_folders(" ".join([str(error), *damaged]))}


def _network(seen: Workspace, version: int | None) -> dict[str, str | None]:
    """Return which network is shown, "" for none yet, and the stage of the one that is being laid out, if any is."""
    try:
        shown = "" if version is None else seen.laid_out(version)
    except RoutesError:
        shown = ""
    return {"network": shown, "building": seen.builder.stage if seen.builder else None}


def _laid_out(request: Request) -> bool:
    """Tell whether there is a network, so that nothing is to be laid out; nor is it for what will be refused."""
    seen = sight()
    try:
        return seen.ready(version_of(request, seen)) is not None
    except RoutesError:
        return True


def _hexes(request: Request) -> Response:
    """Answer with what is counted, and with what is drawn of it where that is known."""
    return _picture(request, Workspace.hexes)


def _snapshot(request: Request) -> Response:
    """Answer with what is counted and with the routes; the network is laid out first where there is none."""
    return _picture(request, Workspace.snapshot)


def _picture(request: Request, take: Callable[[Workspace, View, int, Unit], Snapshot]) -> Response:
    seen = sight()
    view, notes = View.from_query(request.query_params.multi_items())
    found = take(seen, view, version_of(request, seen), _unit(request))
    merged = seen.heirs(found.manifest["version"])
    manifest = {**found.manifest, "notes": [*found.manifest["notes"], *notes], "heirs": merged}
    content = json.dumps(manifest, ensure_ascii=False, allow_nan=False).encode()
    return checked(request, content, "application/json")


def _unit(request: Request) -> Unit:
    """Return the unit of time that is asked for; months where none is, or none that there is."""
    asked = request.query_params.get("step", "")
    return next((unit for unit in UNITS if unit == asked), "month")


def _resource(request: Request) -> Response:
    name = request.path_params["name"]
    content = sight().resource(name)
    if content is None:
        return _refused("This picture is no longer kept; ask for its snapshot again.", 404)
    headers = {"Cache-Control": FOREVER}
    return checked(request, content, "application/octet-stream", f'"{name[:16]}"', headers)


def _rename(request: Request, body: dict[str, Any]) -> Response:
    """Give a route a name."""
    name = sight().rename(
        request.path_params["corridor_id"], str(body.get("name", ""))[:MOST_LETTERS], purpose_of(whoever())
    )
    return JSONResponse({"name": name}, headers={"Cache-Control": "no-store"})


def _basemap(request: Request) -> Response:
    scale = request.path_params["scale"]
    if scale not in SCALES:
        return _refused(f"The base map comes as {' or '.join(SCALES)}.", 404)
    content, etag = _countries(scale)
    return checked(request, content, "application/geo+json", etag)


def _places(request: Request) -> Response:
    """Answer with places of the gazetteer; nothing of the ledger is in it."""
    words = request.query_params.get("q", "")
    if len(words) > LONGEST:
        raise WrongValue(f"{len(words)} letters", rule=f"a search has at most {LONGEST}", done="nothing was looked for")
    found = [
        {
            "name": place.name,
            "country": country_name(place.iso3),
            "iso3": place.iso3,
            "kind": place.kind,
            "lon": round(place.lon, 4),
            "lat": round(place.lat, 4),
            "reach_km": round(place.reach_km, 1),
        }
        for place in places_named(words)
    ]
    return checked(request, json.dumps({"places": found}, ensure_ascii=False).encode(), "application/json")


def _points(request: Request) -> Response:
    """Answer with the incidents of a View within a box, or of a route (``layers.payload.incident_points``)."""
    seen = sight()
    view, _ = View.from_query(request.query_params.multi_items())
    route = request.query_params.get("route", "")[:MOST_LETTERS]
    of = f", route {route}" if route else ""
    enter("read", f"incidents on the map, {view.without_window().query() or 'all'}{of}")
    version = version_of(request, seen)
    found = seen.reached(view, version, seen.keyed(version))
    found = seen.of_route(route, version, found) if route else _box(request).select(found)
    if found.height > MOST_POINTS:
        return _refused(f"{found.height:,} incidents lie here; at most {MOST_POINTS:,} are drawn one by one.", 413)
    return checked(request, points_of(found), "application/octet-stream")


def _box(request: Request) -> View:
    """Return the View of the box that is asked for: west, south, east, north, degrees."""
    text = request.query_params.get("box", "")
    box, _ = View.from_query([("region", text)])
    if box.region is None:
        rule = "a box is west,south,east,north in degrees"
        raise WrongValue(f"box={text[:40]!r}", rule=rule, done="nothing was drawn")
    return box


def _incidents(request: Request) -> Response:
    """Answer with the facts of a few incidents, by their keys."""
    seen = sight()
    asked = request.query_params.getlist("key")
    if len(asked) > MOST_FACTS:
        raise WrongValue(f"{len(asked)} incidents", rule=f"at most {MOST_FACTS} are told of", done="nothing was told")
    if not all(_KEY.fullmatch(key) for key in asked):
        raise WrongValue("a key", rule="a key is 16 hexadecimal digits", done="nothing was told")
    enter("read", f"incidents {', '.join(asked)}")
    facts = facts_of(seen.keyed(version_of(request, seen)), [int(key, 16) for key in asked])
    content = json.dumps({"incidents": facts}, ensure_ascii=False, allow_nan=False).encode()
    return checked(request, content, "application/json")


def _of_view(tell: Callable[[Workspace, View, int], Mapping[str, Any]]) -> Answer:
    """Return a handler that answers with what ``tell`` says of a View of a version."""

    def answer(request: Request) -> Response:
        return _told(request, tell)

    return answer


def _told(request: Request, tell: Callable[[Workspace, View, int], Mapping[str, Any]]) -> Response:
    seen = sight()
    view, _ = View.from_query(request.query_params.multi_items())
    version = version_of(request, seen)
    content = json.dumps({"ledger": version, **tell(seen, view, version)}, ensure_ascii=False, allow_nan=False)
    return checked(request, content.encode(), "application/json")


def _areas(request: Request) -> Response:
    """Answer with what lies in the watch areas of a link."""
    areas = areas_of(request.query_params.getlist("area"))
    return _told(request, lambda seen, view, version: live.watched(seen, view, version, areas, _unit(request)))


def _arrivals(request: Request) -> Response:
    """Answer with where the incidents lie that came in after a version: little enough for every tick."""
    since = number_of(request.query_params.get("since", ""))
    if since is None:
        raise WrongValue("since", rule="it is the number of a version of the ledger", done="nothing was looked for")
    enter("read", "places of new incidents")
    return _told(request, lambda seen, view, version: live.arrivals(seen, view, since, version))


@cache
def _countries(scale: str) -> tuple[bytes, str]:
    content = Path(REFERENCE / f"countries_{scale}.geojson").read_bytes()
    return content, etag_of(content)


def _refused(sentence: str, status: int) -> Response:
    """Return one sentence, never to be kept: what is missing now may be there a moment later."""
    content = {"error": without_folders(sentence)}
    return JSONResponse(content, status_code=status, headers={"Cache-Control": "no-store"})
