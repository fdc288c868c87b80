"""Shared links: the page behind one, whether it still stands, and for analysts to make, list and end them."""

from __future__ import annotations

import gzip
import logging
import time
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import asdict, replace
from html import escape
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Route

from desk.live_shares import LiveShares, require_no_phrase
from desk.shares import DAYS, NoSuchShare, Share, ShareEnded, Shares, WrongPhrase
from geodata.core.audit import NotRecorded
from geodata.core.errors import RoutesError, WrongValue
from geodata.core.messages import mark
from layers.audience.audiences import Audience, shared_with
from layers.export.making import Asked
from layers.payload.disclosed import disclosed
from layers.reports.standalone import to_share
from layers.reports.told import period
from layers.web.translations import language_named, languages, nearest, words
from pages.data.audited import purpose_of
from pages.data.who import whoever
from pages.data.workspace_cache import Workspace, sight
from pages.server.asked_versions import version_of
from pages.server.exports import asked_of, now
from pages.server.json_bodies import small_body, with_body

_TRIES, _IN_SECONDS = 10, 60.0
_HEADERS: Final = {"Cache-Control": "private, no-cache", "X-Robots-Tag": "noindex, nofollow", "Vary": "Accept-Encoding"}
_LOG = logging.getLogger(__name__)
_tries: defaultdict[str, deque[float]] = defaultdict(deque)
"""When wrong pass-phrases were tried, by share."""


def share_routes(in_thread: Callable[[Callable[[Request], Response]], Any]) -> list[BaseRoute]:
    """Return the routes of shared links.

    Parameters
    ----------
    in_thread : function
        Makes a handler that runs beside the event loop and turns errors of ours into sentences.
    """
    return [
        Route("/s/{token}/stands", _stands),
        Route("/s/{token}", _page, methods=["GET", "POST"]),
        Route("/data/shares/preview", in_thread(_preview)),
        Route("/data/shares", in_thread(_list), methods=["GET"]),
        Route("/data/shares", with_body(_make, NoSuchShare), methods=["POST"]),
        Route("/data/shares/{share_id}/{what}", with_body(_act, NoSuchShare), methods=["POST"]),
    ]


def _shares() -> Shares:
    return Shares(sight().home)


async def _page(request: Request) -> Response:
    """Answer with the page behind a link, or ask for its pass-phrase."""
    phrase = ""
    if request.method == "POST":
        body = await small_body(request)
        phrase = dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)).get("phrase", "")
    return await run_in_threadpool(_opened, request, phrase)


def _opened(request: Request, phrase: str) -> Response:
    spoken = nearest(request.headers.get("accept-language", ""))
    try:
        share = _shares().standing(request.path_params["token"])
        if share.with_phrase and (refused := _unlocked(request, share, phrase)):
            return refused
        share, packed = _shares().open(request.path_params["token"], phrase, _client(request))
    except (NoSuchShare, ShareEnded) as error:
        return _sentence(_why(error, words(spoken)), 404 if isinstance(error, NoSuchShare) else 410)
    except NotRecorded:
        return _sentence(words(spoken).say(mark("This cannot be shown now; try again later."), {}), 503)
    headers = {**_HEADERS, "Content-Security-Policy": f"{share.policy}; frame-ancestors 'none'"}
    if "gzip" in request.headers.get("accept-encoding", "").lower():
        return Response(packed, media_type="text/html", headers=headers | {"Content-Encoding": "gzip"})
    return Response(gzip.decompress(packed), media_type="text/html", headers=headers)


def _unlocked(request: Request, share: Share, phrase: str) -> Response | None:
    """Return what asks for the pass-phrase, None where it was given."""
    if not phrase:
        return _asking(share, "")
    if _too_many(share.share_id):
        return _asking(share, mark("Too many tries; wait a minute."), 429)
    try:
        _shares().require_phrase(request.path_params["token"], phrase)
    except WrongPhrase:
        _tries[share.share_id].append(time.monotonic())
        return _asking(share, mark("This pass-phrase is not the one."), 403)
    return None


def _client(request: Request) -> str:
    return request.client.host if request.client else ""


async def _stands(request: Request) -> Response:
    """Answer 204 while a link stands, else with the sentence that takes the map's place."""
    return await run_in_threadpool(_looked_at, request)


def _looked_at(request: Request) -> Response:
    try:
        share = _shares().standing(request.path_params["token"])
    except (NoSuchShare, ShareEnded) as error:
        status = 404 if isinstance(error, NoSuchShare) else 410
        spoken = words(nearest(request.headers.get("accept-language", "")))
        return JSONResponse({"error": _why(error, spoken)}, status, {"Cache-Control": "no-store"})
    return Response(status_code=204, headers={"Cache-Control": "no-store", "X-Version": str(share.ledger_version)})


def _why(error: RoutesError, spoken: Any) -> str:
    """Return why a link opens nothing, to whoever holds it: nobody else can learn of it, as nobody can guess one."""
    if isinstance(error, NoSuchShare):
        return str(spoken.say(mark("This link is not known. Ask whoever sent it to you."), {}))
    if "withdrawn" in error.what:
        return str(spoken.say(mark("This link was withdrawn. Ask whoever sent it to you for a new one."), {}))
    return str(spoken.say(mark("This link has ended. Ask whoever sent it to you for a new one."), {}))


def _asking(share: Share, said: str, status: int = 200) -> Response:
    spoken = words(share.language if share.language in languages() else "en")
    title, label, button = (
        escape(spoken.say(text, {}))
        for text in (mark("This map asks for a pass-phrase."), mark("Pass-phrase"), mark("Open"))
    )
    fault = f'<p role="alert">{escape(spoken.say(said, {}))}</p>' if said else ""
    body = (
        f'<h1>{title}</h1>{fault}<form method="post"><label>{label} <input type="password" name="phrase" required '
        f'autofocus autocomplete="off" maxlength="200"></label> <button>{button}</button></form>'
    )
    return _plain(body, spoken.language, status)


def _sentence(sentence: str, status: int) -> Response:
    return _plain(f"<p>{escape(sentence)}</p>", "en", status)


def _plain(body: str, language: str, status: int) -> Response:
    page = (
        f'<!DOCTYPE html><html lang="{language}"><head><meta charset="utf-8"><title>Smuggling route monitor</title>'
        '<meta name="referrer" content="same-origin">'  # else a browser says not from where it sends
        '<meta name="viewport" content="width=device-width, initial-scale=1"><style>body{font:18px/1.5 system-ui,'
        "sans-serif;max-width:34em;margin:20vh auto 0;padding:0 20px}h1{font-size:22px}input,button{font:inherit;"
        f"padding:6px 10px}}:root{{color-scheme:light dark}}</style></head><body>{body}</body></html>"
    )
    policy = (
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    return HTMLResponse(page, status, _HEADERS | {"Cache-Control": "no-store", "Content-Security-Policy": policy})


def _too_many(share_id: str) -> bool:
    tries, since = _tries[share_id], time.monotonic() - _IN_SECONDS
    while tries and tries[0] < since:
        tries.popleft()
    return len(tries) >= _TRIES


def _preview(request: Request) -> Response:
    """Answer with what an audience would see of a view, before it is shared."""
    seen = sight()
    readers = shared_with(request.query_params.get("audience", ""))
    export = seen.export(_asked(request, readers), version_of(request, seen), now())
    found = disclosed(export.incidents, export.routes, export.view, export.version, readers)
    told = {
        "incidents": found.incidents,
        "withheld": found.withheld,
        "period": period(export, words(nearest(request.headers.get("accept-language", "")))),
        "marking": export.marking,
    }
    return JSONResponse(told, headers={"Cache-Control": "no-store"})


def _asked(request: Request, readers: Audience) -> Asked:
    return replace(asked_of(request.query_params, readers), with_changes=False)


def _list(_: Request) -> Response:
    told = [asdict(one) | {"state": one.state} for one in _shares().every()]
    live = LiveShares(sight().home).ids()
    hidden = ("policy",)
    kept = [
        {name: value for name, value in one.items() if name not in hidden} | {"live": one["share_id"] in live}
        for one in told
    ]
    return JSONResponse({"shares": kept}, headers={"Cache-Control": "no-store"})


def _make(request: Request, body: dict[str, Any]) -> Response:
    seen = sight()
    readers = shared_with(str(body.get("audience", "")))
    language = language_named(request.query_params.get("lang", "en"))
    live = body.get("live") is True
    export = seen.export(_asked(request, readers), version_of(request, seen), now())
    page, told = to_share(export, readers, language, str(body.get("title", "")).strip(), live=live)
    days, phrase = _whole(body.get("days", DAYS)), str(body.get("phrase", ""))
    if live:
        require_no_phrase(phrase)
    person = whoever()
    token, share = _shares().new(page, told, person.name, days=days, phrase=phrase, purpose=purpose_of(person))
    if live:
        LiveShares(seen.home).keep(share.share_id, urlencode(list(request.query_params.multi_items())))
    return JSONResponse({"token": token, "share_id": share.share_id}, headers={"Cache-Control": "no-store"})


def renew(seen: Workspace, version: int) -> None:
    """Make the pages of live shares anew that show an older version, those that can be; the others stay as they are."""
    live = LiveShares(seen.home)
    for share, query in live.due(version):
        live.tried(share.share_id)
        try:
            readers = shared_with(share.audience)
            asked = replace(asked_of(QueryParams(query), readers), with_changes=False)
            made = to_share(
                seen.export(asked, version, now()), readers, language_named(share.language), share.title, live=True
            )
            _shares().replace(share.share_id, *made, share.made_by)
        except RoutesError as error:
            _LOG.warning("%s was not made anew: %s", share.share_id, error)


def _act(request: Request, _: dict[str, Any]) -> Response:
    share_id, what, shares = request.path_params["share_id"], request.path_params["what"], _shares()
    if what == "revoke":
        share = shares.revoke(share_id, whoever().name)
    elif what == "extend":
        share = shares.extend(share_id, whoever().name)
    else:
        rule = "a share is extended or revoked"
        raise WrongValue(f"{what[:20]!r}", rule=rule, done="nothing changed")
    return JSONResponse({"state": share.state, "expires_at": share.expires_at}, headers={"Cache-Control": "no-store"})


def _whole(value: Any) -> int:
    text = str(value)
    if not text.isdecimal() or len(text) > len("30"):
        raise WrongValue(f"{text[:20]!r} days", rule="it is a whole number", done="nothing was shared")
    return int(text)
