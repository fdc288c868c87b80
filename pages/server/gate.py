"""The gate: who asks, and whether they may have what they ask for. It stands behind the door, before every route.

``RIGHTS_OF`` says for every path which right it needs; a path that is not there is nobody's. Whoever is not signed in
is led to sign in where they opened a page, and told so where a page asked for data.
"""

from __future__ import annotations

import asyncio
import base64
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from html import escape
from typing import Final
from urllib.parse import quote, unquote

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

from desk.people import NOBODY, NotAllowed, Person, require
from desk.tokens import Tokens
from geodata.core.audit import NotRecorded
from geodata.core.errors import RoutesError
from geodata.core.messages import mark
from layers.web.translations import nearest, words
from pages.data.who import SESSION_HEADER, asking, remember, sessions
from pages.data.workspace_cache import sight
from pages.server.login import CALLBACK, SIGN_IN, SIGN_OUT, Login

OPEN: Final = ""
"""For whoever comes in by the door: what asks for a token or a link itself, and the way to sign in."""
RIGHTS_OF: Final = (
    (r"/_stcore/health|/health", OPEN),
    (rf"{SIGN_IN}|{SIGN_OUT}|{CALLBACK}", OPEN),
    (r"/s/[^/]+(/stands)?", OPEN),
    (r"/watch/[^/]+\.atom", OPEN),
    (r"/api/incidents", OPEN),
    (r"/_stcore/upload_file/.+", "take in"),
    (r"/_stcore/(stream|host-config)", "any"),
    (r"/_stcore/bidi-components/.+|/component/.+|/static/.+|/favicon\.(png|ico)|/manifest\.json|/index\.html", "any"),
    (r"/media/.+", "any"),
    (r"/assets/.+|/vendor/leaflet/.+", "any"),
    (r"/|/(routes|countries|changes|assumptions|method|incidents|people)", "any"),
    (r"/map|/data/(head|hexes|snapshot|headline|changes|alerts|hotspots|areas|freshness|places)", "see"),
    (r"/data/(r|basemap|own)/[^/]+|/data/own(/[^/]+/\d+/\d+/\d+)?", "see"),
    (r"/data/(points|incidents|arrivals)", "read incidents"),
    (r"/data/export", "export"),
    (r"/data/shares(/.+)?", "share"),
    (r"/data/routes/[^/]+/name", "assume"),
    (r"/data/briefings(/.+)?", "brief"),
    (r"/data/views(/.+)?|/data/watches/alerts", "see"),
    (r"/data/watches(/.+)?", "watch"),
    (r"/ogc(/.*)?", "read service"),
    (r"/metrics", "measure"),
)
"""Which right each path needs: patterns of whole paths, the first that fits counts. "any": whoever is signed in."""
READ_BY_PROGRAMS: Final = ("read service", "measure")
"""The rights whose paths a program reads by a token, in ``Authorization``."""
GRACE_SECONDS: Final = 8.0
"""Between the end of a session and the end of its websocket: pages say meanwhile that it is over."""
LOOK_SECONDS: Final = 1.0
RETURN: Final = "routes_return"
_RULES = tuple((re.compile(pattern), right) for pattern, right in RIGHTS_OF)
_RETURN_PATH = re.compile(r"/(?![/\\])[\x21-\x7e]{0,1500}")
_REFUSED = 400
_UNKNOWN = 401


class Gate:
    """ASGI middleware that lets through who may have what they ask for.

    Parameters
    ----------
    app : ASGIApp
    login : Login
    prefix : str
        Path behind which Streamlit stands.
    """

    def __init__(self, app: ASGIApp, login: Login, prefix: str = "") -> None:
        self._app = app
        self._login = login
        self._prefix = f"/{prefix.strip('/')}" if prefix.strip("/") else ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let one request or websocket through, or say why not."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        path = self.path(scope)
        right = right_of(path)
        if right is None:
            await self._refuse(scope, receive, send, 404, mark("There is nothing here."))
            return
        try:
            person = await run_in_threadpool(self._asking, scope)
            if right not in (OPEN, "any") and person.name:
                require(person, right)
        except NotAllowed as error:
            await self._refuse(scope, receive, send, 403, str(error))
        except RoutesError as error:
            said = mark("This cannot be shown now; try again later.") if isinstance(error, NotRecorded) else str(error)
            await self._refuse(scope, receive, send, 503, said)
        else:
            if right != OPEN and not person.name:
                await self._turn_to_sign_in(scope, receive, send, path)
            else:
                await self._let_through(self._as_of(scope, person), receive, send, person)

    def path(self, scope: Scope) -> str:
        """Return the path that is asked for, without the prefix."""
        path = str(scope["path"])
        if self._prefix and (path == self._prefix or path.startswith(f"{self._prefix}/")):
            path = path.removeprefix(self._prefix)
        return path.rstrip("/") or "/"

    def _asking(self, scope: Scope) -> Person:
        connection = HTTPConnection(scope)
        if right_of(self.path(scope)) in READ_BY_PROGRAMS and (secret := _shown(connection)) is not None:
            token = Tokens(sight().home).holder(secret)
            return token.person if token else NOBODY
        person = self._login.asking(connection)
        if person.session:
            client = connection.client.host if connection.client else ""
            if not sessions().stands(person, client):
                return NOBODY
            remember(person)
        return person

    def _as_of(self, scope: Scope, person: Person) -> Scope:
        """Return a scope that bears the session of who asks, and nothing that they wrote in its place."""
        kept = [(name, value) for name, value in scope["headers"] if name.lower() != SESSION_HEADER.encode()]
        return {**scope, "headers": [*kept, (SESSION_HEADER.encode(), person.session.encode())]}

    async def _let_through(self, scope: Scope, receive: Receive, send: Send, person: Person) -> None:
        if scope["type"] == "websocket" and person.session:
            await _while_it_stands(self._app, scope, receive, send, person, self._login.socket_seconds)
            return
        path = self.path(scope)
        if path == SIGN_OUT and person.session and self._login.way_in():
            await run_in_threadpool(sessions().end, person.session, person.name)
        answer = _Answer(scope, receive, send, path, f"{self._prefix}/")
        with asking(person):
            await self._app(scope, receive, answer.send)

    async def _turn_to_sign_in(self, scope: Scope, receive: Receive, send: Send, path: str) -> None:
        headers = Headers(scope=scope)
        page = (
            scope["type"] == "http"
            and scope["method"] == "GET"
            and right_of(path) not in READ_BY_PROGRAMS
            and "text/html" in headers.get("accept", "")
        )
        if not page or not self._login.way_in():
            said = mark("You are not signed in, or no longer; open the page anew to sign in.")
            if right_of(path) in READ_BY_PROGRAMS:
                said = mark("A token that may read is needed, as Bearer or as the password of any name.")
            await self._refuse(scope, receive, send, 401, said)
            return
        query = scope.get("query_string", b"").decode("latin-1")
        asked = f"{path}?{query}" if query else path
        answer = RedirectResponse(f"{self._prefix}{self._login.way_in()}", 302, {"Cache-Control": "no-store"})
        if _RETURN_PATH.fullmatch(asked):
            answer.set_cookie(
                RETURN,
                quote(f"{self._prefix}{asked}", safe=""),
                max_age=600,
                httponly=True,
                samesite="lax",
                secure=scope["scheme"] == "https",
            )
        await answer(scope, receive, send)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send, status: int, sentence: str) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        headers = Headers(scope=scope)
        spoken = words(nearest(headers.get("accept-language", "")))
        said = spoken.say(sentence, {})
        kept = {"Cache-Control": "no-store"}
        if status == _UNKNOWN and right_of(self.path(scope)) in READ_BY_PROGRAMS:
            kept["WWW-Authenticate"] = 'Basic realm="layers", charset="UTF-8"'
        answer: Response
        if "text/html" in headers.get("accept", ""):
            answer = _plain(said, status, spoken.language, f"{self._prefix}/")
        else:
            answer = JSONResponse({"error": said}, status, kept)
        await answer(scope, receive, send)


class _Answer:
    """What goes back to a browser, with cookies for TLS alone where it was asked over TLS, and a way back after login.

    Parameters
    ----------
    scope, receive, send
        Of the request.
    path : str
        Without the prefix.
    home : str
        Path of the first page, with the prefix.
    """

    def __init__(self, scope: Scope, receive: Receive, send: Send, path: str, home: str) -> None:
        self._scope, self._receive, self._send, self._path, self._home = scope, receive, send, path, home
        self._replaced = False

    async def send(self, message: Message) -> None:
        """Send one part on."""
        if self._replaced:
            return
        if message["type"] == "http.response.start":
            instead = self._instead(message)
            if instead is not None:
                self._replaced = True
                await instead(self._scope, self._receive, self._send)
                return
            self._secured(message)
        await self._send(message)

    def _instead(self, message: Message) -> Response | None:
        """Return what to answer where signing in failed, None where nothing did."""
        if self._path == SIGN_IN and message["status"] >= _REFUSED:
            return self._said(mark("The service that signs people in does not answer; try again in a while."), 502)
        query = self._scope.get("query_string", b"")
        if self._path == CALLBACK and (b"code=" in query or b"error=" in query) and not _signed_in(message):
            return self._said(mark("Signing in did not work; open the page anew to try again."), 403)
        return None

    def _said(self, sentence: str, status: int) -> Response:
        spoken = words(nearest(Headers(scope=self._scope).get("accept-language", "")))
        return _plain(spoken.say(sentence, {}), status, spoken.language, self._home)

    def _secured(self, message: Message) -> None:
        headers = MutableHeaders(raw=message.setdefault("headers", []))
        if self._path == CALLBACK and _signed_in(message):
            asked = unquote(HTTPConnection(self._scope).cookies.get(RETURN, ""))
            if _RETURN_PATH.fullmatch(asked):
                headers["location"] = asked
            headers.append("set-cookie", f"{RETURN}=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax")
        if self._scope["scheme"] == "https":
            message["headers"] = [(name, _for_tls(name, value)) for name, value in message["headers"]]


def _shown(connection: HTTPConnection) -> str | None:
    """Return the token that a program shows (RFC 6750, RFC 7617), None where it shows nothing."""
    scheme, _, shown = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return shown.strip()
    if scheme.lower() != "basic":
        return None
    try:
        return base64.b64decode(shown, validate=True).decode("utf-8").partition(":")[2]
    except ValueError:
        return ""


def right_of(path: str) -> str | None:
    """Return the right that a path needs, None for one that is not known."""
    return next((right for pattern, right in _RULES if pattern.fullmatch(path)), None)


async def _while_it_stands(
    app: ASGIApp, scope: Scope, receive: Receive, send: Send, person: Person, seconds: float | None
) -> None:
    """Serve a websocket until it ends, or the session of its person does."""
    over = asyncio.Event()
    loop = asyncio.get_running_loop()
    began = loop.time()

    async def look() -> None:
        while seconds is None or loop.time() - began < seconds:
            await asyncio.sleep(LOOK_SECONDS)
            stands = False
            with suppress(RoutesError):
                stands = await run_in_threadpool(sessions().stands, person)
            if not stands:
                await asyncio.sleep(GRACE_SECONDS)
                break
        over.set()
        await send({"type": "websocket.close", "code": 1008})

    async def received() -> Message:
        if over.is_set():
            return {"type": "websocket.disconnect", "code": 1008}
        coming, ending = asyncio.ensure_future(receive()), asyncio.ensure_future(over.wait())
        done, waiting = await asyncio.wait({coming, ending}, return_when=asyncio.FIRST_COMPLETED)
        for one in waiting:
            one.cancel()
        return coming.result() if coming in done else {"type": "websocket.disconnect", "code": 1008}

    async def sent(message: Message) -> None:
        if not over.is_set():
            await send(message)

    looking = asyncio.ensure_future(_quietly(look))
    try:
        await app(scope, received, sent)
    finally:
        looking.cancel()


async def _quietly(work: Callable[[], Awaitable[None]]) -> None:
    """Do something at the end of a websocket that may be gone by itself."""
    with suppress(RuntimeError, OSError):
        await work()


def _signed_in(message: Message) -> bool:
    begins = f"{USER_COOKIE_NAME}=".encode()
    return any(
        name.lower() == b"set-cookie" and value.startswith(begins) and not value.startswith(begins + b'""')
        for name, value in message.get("headers", [])
    )


def _for_tls(name: bytes, value: bytes) -> bytes:
    """Return the value of a header; a cookie goes back over TLS alone."""
    bare = name.lower() == b"set-cookie" and b"; secure" not in value.lower()
    return value + b"; Secure" if bare else value


def _plain(said: str, status: int, language: str, home: str) -> Response:
    body = (
        f'<!DOCTYPE html><html lang="{language}"><head><meta charset="utf-8"><title>Smuggling route monitor</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><style>body{font:18px/1.5 system-ui,'
        "sans-serif;max-width:34em;margin:20vh auto 0;padding:0 20px}:root{color-scheme:light dark}</style></head>"
        f'<body><p role="alert">{escape(said)}</p><p><a href="{escape(home)}">Smuggling route monitor</a></p>'
        "</body></html>"
    )
    policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'"
    return HTMLResponse(body, status, {"Cache-Control": "no-store", "Content-Security-Policy": policy})
