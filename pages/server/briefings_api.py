"""Briefings: for analysts and planners to make, list, change, make final, download and share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from desk.briefing.making import MEDIA, document, file_name, frozen, recorded
from desk.briefing.model import Annotation, Briefing, Page, checked
from desk.briefing.store import Briefings, Kept, NoSuchBriefing, due_at
from desk.shares import DAYS, Shares
from geodata.core.errors import WrongValue
from layers.audience.audiences import AUDIENCES
from layers.reports.briefing import Source, asked_on, heading_of_changes
from layers.reports.standalone import policy_of
from layers.web.translations import language_named, report_languages
from pages.data.audited import purpose_of
from pages.data.who import whoever
from pages.data.workspace_cache import sight
from pages.server.asked_versions import number_of, version_of
from pages.server.exports import now
from pages.server.json_bodies import with_body

_NEVER: Final = {"Cache-Control": "no-store"}
_OF_A_BRIEFING: Final = ("title", "audience", "schedule", "language")
_OF_A_PAGE: Final = ("heading", "note")


def briefing_routes(in_thread: Callable[[Callable[[Request], Response]], Any]) -> list[BaseRoute]:
    """Return the routes of briefings.

    Parameters
    ----------
    in_thread : function
        Makes a handler that runs beside the event loop and turns errors of ours into sentences.
    """
    return [
        Route("/data/briefings", in_thread(_list), methods=["GET"]),
        Route("/data/briefings", with_body(_new, NoSuchBriefing), methods=["POST"]),
        Route("/data/briefings/{briefing_id}", in_thread(_one), methods=["GET"]),
        Route("/data/briefings/{briefing_id}/file", in_thread(_file), methods=["GET"]),
        Route("/data/briefings/{briefing_id}/{what}", with_body(_act, NoSuchBriefing), methods=["POST"]),
    ]


def _briefings() -> Briefings:
    return Briefings(sight().home)


def _list(_: Request) -> Response:
    every = _briefings().every()
    followed = {one.follows for one in every}
    told = [_told(one) | {"followed": one.briefing_id in followed} for one in every if one.state in ("draft", "final")]
    return JSONResponse({"briefings": told, "languages": list(report_languages())}, headers=_NEVER)


def _one(request: Request) -> Response:
    kept = _briefings().one(request.path_params["briefing_id"])
    pages = [
        {
            "id": page_id,
            "kind": page.kind,
            "query": page.query,
            "box": page.box,
            "heading": page.heading,
            "note": page.note,
            "annotations": [{"kind": one.kind, "label": one.label} for one in page.annotations],
        }
        for page_id, page in kept.pages
    ]
    return JSONResponse(_told(kept) | {"pages": pages}, headers=_NEVER)


def _told(kept: Kept) -> dict[str, Any]:
    schedule = kept.briefing.schedule
    return {
        "id": kept.briefing_id,
        **kept.briefing.model_dump(),
        "state": kept.state,
        "version": kept.version,
        "before": kept.before,
        "made_at": kept.made_at,
        "made_by": kept.made_by,
        "final_at": kept.final_at,
        "final_by": kept.final_by,
        "marking": kept.told.get("marking", ""),
        "count": len(kept.pages),
        "due": due_at(kept.made_at, schedule).date().isoformat() if schedule else "",
    }


def _new(request: Request, body: dict[str, Any]) -> Response:
    told: dict[str, Any] = {name: str(body[name]) for name in _OF_A_BRIEFING if name in body}
    told["language"] = language_named(told.get("language", "en"), report_languages())
    made = checked(Briefing, told, "the briefing")
    kept = _briefings().new(made, whoever().name, version_of(request, sight()))
    return JSONResponse(_told(kept), headers=_NEVER)


def _act(request: Request, body: dict[str, Any]) -> Response:
    """Do something to a briefing and answer with what it is then."""
    briefing_id, what = request.path_params["briefing_id"], request.path_params["what"]
    if what not in _ACTS:
        raise WrongValue(f"{what[:20]!r}", rule=f"there are {', '.join(_ACTS)}", done="nothing changed")
    answer = _ACTS[what](request, body, briefing_id)
    return JSONResponse(answer, headers=_NEVER)


def _add(request: Request, body: dict[str, Any], briefing_id: str) -> dict[str, Any]:
    """Put what the address asks for at the end: filters, window, area or route as the map has them."""
    store = _briefings()
    query = "&".join(f for f in str(request.url.query).split("&") if not f.startswith(("lang=", "version=")))
    drawn = body.get("annotations", [])
    if not isinstance(drawn, list):
        raise WrongValue("the annotations", rule="they are a list of GeoJSON features", done="nothing changed")
    told = {name: str(body.get(name, "")) for name in _OF_A_PAGE}
    told_box = {"box": body.get("box"), "annotations": [Annotation.of_geojson(one) for one in drawn]}
    kind = {"kind": "changes" if body.get("changes") is True else "view"}
    page = checked(Page, {**told, **told_box, **kind, "query": query}, "the page")
    asked_on(page.query, AUDIENCES[store.one(briefing_id).briefing.audience])
    return {"page": store.add(briefing_id, page)}


def _edit(_: Request, body: dict[str, Any], briefing_id: str) -> dict[str, Any]:
    told: dict[str, Any] = {name: str(body[name]) for name in _OF_A_PAGE if name in body}
    if body.get("bare") is True:
        told["annotations"] = ()
    _briefings().edit(briefing_id, str(body.get("page", "")), told)
    return {"page": str(body.get("page", ""))}


def _move(_: Request, body: dict[str, Any], briefing_id: str) -> dict[str, Any]:
    to = number_of(str(body.get("to", "")))
    if to is None:
        raise WrongValue("the place", rule="it is a whole number from 0", done="nothing changed")
    _briefings().move(briefing_id, str(body.get("page", "")), to)
    return {}


def _remove(_: Request, body: dict[str, Any], briefing_id: str) -> dict[str, Any]:
    _briefings().remove(briefing_id, str(body.get("page", "")))
    return {}


def _change(_: Request, body: dict[str, Any], briefing_id: str) -> dict[str, Any]:
    told: dict[str, Any] = {name: str(body[name]) for name in _OF_A_BRIEFING if name in body}
    if "language" in told:
        told["language"] = language_named(told["language"], report_languages())
    return _told(_briefings().change(briefing_id, told))


def _pin(request: Request, _: dict[str, Any], briefing_id: str) -> dict[str, Any]:
    return _told(_briefings().pin(briefing_id, version_of(request, sight())))


def _delete(_: Request, __: dict[str, Any], briefing_id: str) -> dict[str, Any]:
    _briefings().delete(briefing_id, whoever().name)
    return {}


def _final(_: Request, __: dict[str, Any], briefing_id: str) -> dict[str, Any]:
    kept, person = _briefings().one(briefing_id), whoever()
    return _told(frozen(sight().home, kept, _source(kept), person.name, purpose_of(person)))


def _next(request: Request, _: dict[str, Any], briefing_id: str) -> dict[str, Any]:
    store = _briefings()
    heading = heading_of_changes(store.one(briefing_id).briefing.language)
    return _told(store.next(briefing_id, whoever().name, version_of(request, sight()), heading, now=now()))


def _share(_: Request, body: dict[str, Any], briefing_id: str) -> dict[str, Any]:
    content, told = _briefings().to_share(briefing_id)
    days, person = number_of(str(body.get("days", DAYS))), whoever()
    if days is None:
        raise WrongValue("the days", rule="they are a whole number", done="nothing was shared")
    shares = Shares(sight().home)
    phrase = str(body.get("phrase", ""))
    token, share = shares.new(content, told, person.name, days=days, phrase=phrase, purpose=purpose_of(person))
    return {"token": token, "share_id": share.share_id, "expires_at": share.expires_at}


_ACTS: Final[dict[str, Callable[[Request, dict[str, Any], str], dict[str, Any]]]] = {
    "add": _add,
    "edit": _edit,
    "move": _move,
    "remove": _remove,
    "change": _change,
    "pin": _pin,
    "delete": _delete,
    "final": _final,
    "next": _next,
    "share": _share,
}


def _file(request: Request) -> Response:
    """Answer with a document; with ``present``, with the page that fills the screen, which is not taken away."""
    seen, params, person = sight(), request.query_params, whoever()
    kept = _briefings().one(request.path_params["briefing_id"])
    ending = "html" if "present" in params else params.get("format", "")
    content, facts = document(seen.home, kept, ending, _source(kept))
    if "present" in params:
        policy = f"{policy_of(content)}; frame-ancestors 'none'"
        return Response(content, media_type=MEDIA[ending], headers=_NEVER | {"Content-Security-Policy": policy})
    recorded(seen.home, kept, ending, content, facts, person.name, purpose_of(person))
    headers = {"Content-Disposition": f'attachment; filename="{file_name(kept, ending)}"', **_NEVER}
    return Response(content, media_type=MEDIA[ending], headers=headers)


def _source(kept: Kept) -> Source:
    seen = sight()
    return Source(
        lambda asked: seen.export(asked, kept.version, now()),
        lambda asked, before: seen.since(asked, before, kept.version),
    )
