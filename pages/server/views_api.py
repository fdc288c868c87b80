"""Saved views: list, keep and delete them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from desk.people import may
from desk.views import NoSuchView, SavedView, Views
from geodata.core.errors import WrongValue
from pages.data.who import whoever
from pages.data.workspace_cache import sight
from pages.server.json_bodies import with_body

_NEVER: Final = {"Cache-Control": "no-store"}


def view_routes(in_thread: Callable[[Callable[[Request], Response]], Any]) -> list[BaseRoute]:
    """Return the routes of saved views.

    Parameters
    ----------
    in_thread : function
        Makes a handler that runs beside the event loop and turns errors of ours into sentences.
    """
    return [
        Route("/data/views", in_thread(_list), methods=["GET"]),
        Route("/data/views", with_body(_save, NoSuchView), methods=["POST"]),
        Route("/data/views/{view_id}/{what}", with_body(_act, NoSuchView), methods=["POST"]),
    ]


def _views() -> Views:
    return Views(sight().home)


def _list(_: Request) -> Response:
    return JSONResponse({"views": [_told(one) for one in _views().seen_by(whoever())]}, headers=_NEVER)


def _save(_: Request, body: dict[str, Any]) -> Response:
    name, query = str(body.get("name", "")), str(body.get("query", "")).removeprefix("?")
    return JSONResponse(_told(_views().save(whoever(), name, query, shared=body.get("shared") is True)), headers=_NEVER)


def _act(request: Request, _: dict[str, Any]) -> Response:
    what, view_id = request.path_params["what"], request.path_params["view_id"]
    if what != "delete":
        raise WrongValue(f"{what[:20]!r}", rule="a saved view is deleted", done="nothing changed")
    _views().delete(whoever(), view_id)
    return JSONResponse({"view_id": view_id}, headers=_NEVER)


def _told(one: SavedView) -> dict[str, Any]:
    person = whoever()
    own = one.owner == person.name
    return asdict(one) | {"own": own, "deletable": own or (one.shared and may(person, "administer"))}
