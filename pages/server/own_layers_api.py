"""Own layers over HTTP: ``/data/own`` lists them, ``/data/own/{id}`` has the shapes of one, ``.../{z}/{x}/{y}`` a tile.

They are read alone; what adds and changes them is the page of incidents and the command line.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from geodata.core.messages import mark
from geodata.workspace.own_layer import PMTILES, OwnLayer
from geodata.workspace.own_layers import OwnLayers
from pages.data.workspace_cache import sight
from pages.server.checked_answers import checked

Answer = Callable[[Request], Response]
Handler = Callable[[Request], Awaitable[Response]]
_NOTHING = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNgYGBgAAAABQABpfZFQAAAAABJRU5ErkJggg=="
)
"""A picture without anything in it, for where an archive has no tile."""


def own_layer_routes(in_thread: Callable[[Answer], Handler]) -> list[Route]:
    """Return the routes."""
    return [
        Route("/data/own", in_thread(_list)),
        Route("/data/own/{layer_id}", in_thread(_shapes)),
        Route("/data/own/{layer_id}/{zoom:int}/{x:int}/{y:int}", in_thread(_tile)),
    ]


def allowing(policy: str, layers: OwnLayers) -> str:
    """Return a content security policy that also lets in pictures from the hosts of the layers of tiles."""
    hosts = " ".join(layers.hosts())
    return policy.replace("img-src 'self' data:", f"img-src 'self' data: {hosts}") if hosts else policy


def _list(request: Request) -> Response:
    layers = [_told(one) for one in OwnLayers(sight().home).every()]
    content = json.dumps({"layers": layers}, ensure_ascii=False).encode()
    return checked(request, content, "application/json")


def _told(layer: OwnLayer) -> dict[str, object]:
    names = ("id", "name", "kind", "place", "credit", "colour", "width", "fill", "dash", "shown", "most_zoom")
    address = f"/data/own/{layer.id}/{{z}}/{{x}}/{{y}}" if layer.kind == PMTILES else layer.address
    return {name: getattr(layer, name) for name in names} | {"address": address, "layers": layer.wms_layers}


def _shapes(request: Request) -> Response:
    content = OwnLayers(sight().home).shapes(request.path_params["layer_id"])
    if content is None:
        said = mark("There is no own layer of this name.")
        return JSONResponse({"error": said}, 404, {"Cache-Control": "no-store"})
    return checked(request, content, "application/geo+json")


def _tile(request: Request) -> Response:
    asked = request.path_params
    found = OwnLayers(sight().home).tile(asked["layer_id"], asked["zoom"], asked["x"], asked["y"])
    content, media = found or (_NOTHING, "image/png")
    return checked(request, content, media)
