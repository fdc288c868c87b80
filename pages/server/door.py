"""The door: which requests come in at all, whatever route or websocket they ask for.

A page of another site can make the browser of an analyst ask this server, and by pointing its own name at this machine
it could read the answers. So a request must name this server by one of its own addresses (Host), and what a page asks
for must come from a page under that same address (Origin, Sec-Fetch-Site). What a proxy says of itself
(X-Forwarded-Host, Forwarded) is not looked at.

Sources: RFC 9110 section 7.2 (Host), RFC 6454 (Origin), W3C Fetch Metadata Request Headers.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Sequence
from ipaddress import ip_address

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from geodata.core.errors import WrongValue
from pages.server.refusals import RequestRefused

LOOPBACK = ("127.0.0.1", "[::1]", "localhost")
"""Names of this machine for itself; they count with the very port that the server listens on."""
METRICS = "/_stcore/metrics"
FOR_PROGRAMS = "/api/"
"""Routes that ask for a token themselves and heed no cookie: a program has no Origin."""
ONLY_OURS = ("/data/", "/api/", "/media/", "/_stcore/", "/auth/logout/")
"""What no link on another site leads to."""
_READING = ("GET", "HEAD", "OPTIONS")
_OURS = ("same-origin", "none")
"""What a browser says of a request that a page of ours, or the person at the browser, asks for."""
_USUAL_PORTS = {"http": ":80", "https": ":443"}
_ORIGIN = re.compile(r"(https?)://(\[[0-9a-f:.]+\]|[a-z0-9_-]+(?:\.[a-z0-9_-]+)*)(:[1-9][0-9]{0,4})?")
_LOG = logging.getLogger(__name__)

HOST = (
    "This server answers only under its own addresses, and the Host of this request is none of them; "
    "further addresses are named in the setting ROUTES_ORIGINS."
)
ORIGIN = (
    "This was asked for by a page of another site, or nothing says by which; only pages of this server may, under the "
    "address that they were opened with, and further addresses are named in the setting ROUTES_ORIGINS."
)
LOGIN = (
    "This server has no login and was reached from beyond its own machine, so it tells nothing; who may do so without "
    "a login is decided by the setting ROUTES_WITHOUT_LOGIN."
)


class Door:
    """ASGI middleware that lets in what asks this server by its own address, and from its own pages.

    What comes in bears Host and scheme as they stand in the settings, so that nothing behind the door reads others.

    Parameters
    ----------
    app : ASGIApp
    named : sequence of str
        Own origins beside those of this machine for itself, as ``own_origins`` returns them.
    secure : bool
        Whether the server speaks TLS itself.
    prefix : str
        Path behind which Streamlit stands, as "monitor".
    beyond : bool
        Whether connections from beyond this machine are answered: there is a login, or it was said to go without.
    """

    def __init__(
        self, app: ASGIApp, named: Sequence[str] = (), *, secure: bool = False, prefix: str = "", beyond: bool
    ) -> None:
        self._app = app
        self._named = tuple(named)
        self._scheme = "https" if secure else "http"
        self._prefix = f"/{prefix.strip('/')}" if prefix.strip("/") else ""
        self._beyond = beyond

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let one request or websocket in, or say why not."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        try:
            inside = self._let_in(scope)
        except RequestRefused as turned:
            await turn_away(scope, receive, send, turned)
            return
        await self._app(inside, receive, send)

    def _let_in(self, scope: Scope) -> Scope:
        """Return the scope of a request that may come in; raise ``RequestRefused`` for any other."""
        if not self._beyond and not _on_this_machine(scope):
            raise RequestRefused(503, LOGIN)
        headers = Headers(scope=scope)
        own = self._asked_by(headers.getlist("host"), scope)
        origin = _one(headers.getlist("origin"))
        if origin is not None and origin not in own:
            raise RequestRefused(403, ORIGIN)
        self._require_ours(scope, headers, origin)
        if self._path(scope) == METRICS:
            raise RequestRefused(404, "There is nothing here.")
        return _as_named(scope, own if origin is None else [origin])

    def _asked_by(self, hosts: list[str], scope: Scope) -> list[str]:
        """Return the own origins that the Host of a request names; there is more than one only for http and https."""
        port = (scope.get("server") or (None, None))[1]
        here = [f"{self._scheme}://{name}:{port}" for name in LOOPBACK] if port else []
        host = hosts[0].lower() if len(hosts) == 1 else ""
        found = [origin for origin in (*self._named, *map(_short, here)) if host in _hosts(origin)]
        if not found or not str(scope["path"]).startswith("/"):
            raise RequestRefused(421, HOST)
        return found

    def _require_ours(self, scope: Scope, headers: Headers, origin: str | None) -> None:
        """Refuse what a page of another site asks for, and changes of which nothing says who asks for them."""
        path = self._path(scope)
        sites = headers.getlist("sec-fetch-site")
        if any(site not in _OURS for site in sites) and not _is_a_link(scope, headers, path):
            raise RequestRefused(403, ORIGIN)
        if scope["type"] == "websocket":
            told = origin is not None
        else:
            told = scope["method"] in _READING or origin is not None or bool(sites) or path.startswith(FOR_PROGRAMS)
        if not told:
            raise RequestRefused(403, ORIGIN)

    def _path(self, scope: Scope) -> str:
        """Return the path that is asked for, without the prefix and without slashes at its end."""
        path = str(scope["path"])
        if self._prefix and path.startswith(f"{self._prefix}/"):
            path = path.removeprefix(self._prefix)
        return path.rstrip("/") or "/"


async def turn_away(scope: Scope, receive: Receive, send: Send, turned: RequestRefused) -> None:
    """Answer a request with its one sentence, or close a websocket before it is accepted, and write a line in the log.

    Of what the request brought nothing comes back; in the log it is cut short and quoted.
    """
    headers = Headers(scope=scope)
    brought = {name: headers.getlist(name)[:2] for name in ("host", "origin", "sec-fetch-site") if name in headers}
    asked = f"{scope.get('method', 'websocket')} {str(scope['path'])[:80]!r}"
    client = (scope.get("client") or ("an unknown address",))[0]
    _LOG.warning("Refused (%s): %s of %s, %s", turned.status, asked, client, str(brought)[:300])
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
        return
    answer = PlainTextResponse(f"{turned}\n", turned.status, {"Cache-Control": "no-store", **turned.headers})
    await answer(scope, receive, send)


def own_origins(setting: str) -> tuple[str, ...]:
    """Return the origins that the setting ``ROUTES_ORIGINS`` names, as browsers write them.

    Raises
    ------
    WrongValue
        If one is not a scheme, a name and, where it is not the usual one, a port.
    """
    found = []
    for text in filter(None, (part.strip() for part in setting.split(","))):
        fits = _ORIGIN.fullmatch(text.lower().rstrip("/"))
        if fits is None:
            raise WrongValue(
                f"ROUTES_ORIGINS names {text[:80]!r}",
                rule="an address is written as https://monitor.example.org or http://10.0.0.5:8501, without a path or "
                "a wildcard, and several are separated by commas",
                done="the server did not start",
            )
        found.append(_short(fits[0]))
    return tuple(found)


def is_loopback(address: str) -> bool:
    """Tell whether an address or a name to listen on is this machine's for itself."""
    if address.lower() == "localhost":
        return True
    try:
        return ip_address(address.strip("[]").split("%")[0]).is_loopback
    except ValueError:
        return False


def require_login(address: str, named: Iterable[str], *, without_login: bool, login: bool = False) -> str:
    """Return the warning of a server that others reach without a login, "" where only this machine reaches it.

    Parameters
    ----------
    address : str
        What the server listens on, "" for everything.
    named : iterable of str
        Own origins, as ``own_origins`` returns them: one that is not of this machine says that a proxy lets others in.
    without_login : bool
        Whether that is meant.
    login : bool
        Whether people sign in.

    Raises
    ------
    WrongValue
        If others reach it and that was not said to be meant.
    """
    public = next((origin for origin in named if not is_loopback(_name(origin))), None)
    if login or (is_loopback(address) and public is None):
        return ""
    reached = f"listens on {address or 'every address'}" if not is_loopback(address) else f"stands at {public}"
    what = f"the server {reached}, and nobody signs in: whoever reaches it may read everything and change it"
    if not without_login:
        raise WrongValue(
            what,
            rule="it listens on this machine alone (--server.address 127.0.0.1, no other address in ROUTES_ORIGINS) "
            "unless people sign in (ROUTES_LOGIN) or ROUTES_WITHOUT_LOGIN=yes says that another check stands before it",
            done="it did not start",
        )
    return f"{what[0].upper()}{what[1:]} (ROUTES_WITHOUT_LOGIN=yes)."


def _on_this_machine(scope: Scope) -> bool:
    """Tell whether a connection came in on this machine's address for itself, or not by an address at all."""
    host, port = scope.get("server") or (None, None)
    return port is None or is_loopback(str(host).removeprefix("::ffff:"))


def _one(values: list[str]) -> str | None:
    """Return the only value of a header, None where there is none; two values are nobody's."""
    return None if not values else values[0] if len(values) == 1 else ""


def _is_a_link(scope: Scope, headers: Headers, path: str) -> bool:
    """Tell whether a person followed a link to a page of ours, in a window and not within another page."""
    opened = headers.getlist("sec-fetch-mode") == ["navigate"] and headers.getlist("sec-fetch-dest") == ["document"]
    page = not f"{path}/".startswith(ONLY_OURS)
    return scope["type"] == "http" and scope["method"] in ("GET", "HEAD") and opened and page


def _as_named(scope: Scope, own: list[str]) -> Scope:
    """Return a scope with the Host of an own origin and, where only one can be meant, with its scheme."""
    scheme, _, host = own[0].partition("://")
    headers = [(name, host.encode() if name == b"host" else value) for name, value in scope["headers"]]
    spoken = scheme.replace("http", "ws") if scope["type"] == "websocket" else scheme
    return {**scope, "headers": headers, "scheme": spoken if len(own) == 1 else scope["scheme"]}


def _short(origin: str) -> str:
    """Return an origin without the usual port of its scheme."""
    return origin.removesuffix(_USUAL_PORTS[origin.partition("://")[0]])


def _hosts(origin: str) -> tuple[str, ...]:
    """Return the values of Host that name an origin: its usual port may be written or left out."""
    scheme, _, host = origin.partition("://")
    return (host,) if re.search(r":[0-9]+$", host) else (host, f"{host}{_USUAL_PORTS[scheme]}")


def _name(origin: str) -> str:
    return re.sub(r":[0-9]+$", "", origin.partition("://")[2])
