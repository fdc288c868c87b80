"""How people sign in: with an OpenID provider through Streamlit's own login, through a proxy in front, or not at all.

Streamlit keeps what the provider said in a signed cookie of 30 days; that it stands says nothing of whether the sign-in
still does, so its end is looked at here, on every request.

Sources: OpenID Connect Core 1.0, section 2 (claims of the ID token); RFC 6265 (cookies).
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection
from streamlit.auth_util import encode_provider_token, get_cookie_with_chunks
from streamlit.web.server.starlette.starlette_app_utils import decode_signed_value
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

from desk.claims import claimed, given_roles, name_of, roles_of
from desk.people import NOBODY, Person, of_this_machine
from geodata.core.errors import WrongValue
from geodata.core.settings import Settings
from pages.server.door import is_loopback

PROVIDER: Final = "default"
CALLBACK: Final = "/oauth2callback"
SIGN_IN, SIGN_OUT = "/auth/login", "/auth/logout"
PROXY_SECRET: Final = "x-routes-proxy-secret"  # noqa: S105 - the name of the header
SHORTEST_SECRET: Final = 32
_FEWEST_LETTERS = 10
"""Different letters of a secret: less is an example or a row of one letter."""
_EXAMPLES = ("example", "changeme", "change-me", "secret", "replace", "your-", "xxxx")


class Login(Protocol):
    """A way to sign in."""

    @property
    def socket_seconds(self) -> float | None:
        """Return for how long a websocket stays open until it has to be opened anew; None: as long as the session."""

    def asking(self, connection: HTTPConnection) -> Person:
        """Return who asks, ``NOBODY`` where they are not signed in."""

    def way_in(self) -> str:
        """Return the path that begins a sign-in, "" where there is none."""

    def secrets(self) -> Mapping[str, Any]:
        """Return what Streamlit needs to know of it."""


class OfThisMachine:
    """Nobody signs in: whoever sits at this machine may do everything."""

    socket_seconds: float | None = None

    def asking(self, _: HTTPConnection) -> Person:
        """Return the user of this machine."""
        return of_this_machine()

    def way_in(self) -> str:
        """Return nothing."""
        return ""

    def secrets(self) -> Mapping[str, Any]:
        """Return nothing."""
        return {}


@dataclass(frozen=True)
class ByProvider:
    """OpenID Connect, with Streamlit's login.

    Attributes
    ----------
    cookie_secret : str
    auth : mapping
        Streamlit's section ``auth``.
    claim : str
        That names the roles.
    given : mapping
        The roles that each of its values gives.
    """

    cookie_secret: str
    auth: Mapping[str, Any]
    claim: str
    given: Mapping[str, frozenset[str]]
    socket_seconds: float | None = None

    def asking(self, connection: HTTPConnection) -> Person:
        """Return who is signed in, as the cookie says that the provider said; nobody once that is over."""

        def one(name: str) -> bytes | None:
            value = connection.cookies.get(name)
            if value is None:
                return None
            return decode_signed_value(self.cookie_secret, name, value.encode("latin-1", "replace"))

        try:
            said = get_cookie_with_chunks(one, USER_COOKIE_NAME)
            claims = json.loads(said) if said else None
        except (ValueError, UnicodeError):
            return NOBODY
        if not said or not isinstance(claims, dict) or not claims.get("is_logged_in"):
            return NOBODY
        ends = claims.get("exp")
        name = name_of(claims)
        if isinstance(ends, bool) or not isinstance(ends, int | float) or not name:
            return NOBODY
        session = hashlib.sha256(said).hexdigest()[:32]
        return Person(name, roles_of(claimed(claims, self.claim), self.given), session, _moment(ends))

    def way_in(self) -> str:
        """Return the path that leads to the provider."""
        return f"{SIGN_IN}?provider={encode_provider_token(PROVIDER)}"

    def secrets(self) -> Mapping[str, Any]:
        """Return the section ``auth``."""
        return {"auth": dict(self.auth)}


@dataclass(frozen=True)
class ByProxy:
    """A proxy in front signs people in and says who asks; what it says counts only beside its secret.

    Nobody signs out here: the next request would say again who asks. A session that an administrator ends stays ended
    until the end of the day (UTC), whatever the proxy says.

    Attributes
    ----------
    secret, user, roles : str
        ``user`` and ``roles`` are names of headers.
    given : mapping
        The roles that each value gives.
    """

    secret: str
    user: str
    roles: str
    given: Mapping[str, frozenset[str]]
    socket_seconds: float | None = 900.0

    def asking(self, connection: HTTPConnection) -> Person:
        """Return who asks, until the end of the day."""
        shown = connection.headers.getlist(PROXY_SECRET)
        names = connection.headers.getlist(self.user)
        if len(shown) != 1 or not hmac.compare_digest(shown[0].encode(), self.secret.encode()) or len(names) != 1:
            return NOBODY
        name = name_of({"sub": names[0]})
        if not name:
            return NOBODY
        values = [value.strip() for text in connection.headers.getlist(self.roles) for value in text.split(",")]
        roles = roles_of(values, self.given)
        day = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
        told = "\n".join((name, *sorted(roles), day.isoformat()))
        return Person(name, roles, hashlib.sha256(told.encode()).hexdigest()[:32], _moment(day.timestamp()))

    def way_in(self) -> str:
        """Return nothing: the proxy lets nobody through who is not signed in."""
        return ""

    def secrets(self) -> Mapping[str, Any]:
        """Return nothing."""
        return {}


def login_of(settings: Settings, named: tuple[str, ...], port: int, prefix: str = "") -> Login:
    """Return how people sign in, as the settings say.

    Parameters
    ----------
    settings : Settings
    named : tuple of str
        Own origins; people sign in under the first one.
    port : int
        That the server listens on, for a server of this machine alone.
    prefix : str
        Path behind which Streamlit stands.

    Raises
    ------
    WrongValue
        If something is missing, is an example, or is too short to be a secret.
    """
    if settings.login == "":
        return OfThisMachine()
    given = given_roles(settings.roles)
    if settings.login == "proxy":
        secret = _strong(settings.proxy_secret.get_secret_value(), "ROUTES_PROXY_SECRET")
        return ByProxy(secret, settings.proxy_user, settings.proxy_roles, given)
    if settings.login != "oidc":
        raise _wrong(f"ROUTES_LOGIN is {settings.login[:40]!r}", "it is oidc, proxy or not set")
    for value, name in (
        (settings.oidc_metadata, "ROUTES_OIDC_METADATA"),
        (settings.oidc_client_id, "ROUTES_OIDC_CLIENT_ID"),
        (settings.oidc_client_secret.get_secret_value(), "ROUTES_OIDC_CLIENT_SECRET"),
    ):
        if not value or any(part in value.lower() for part in _EXAMPLES if name.endswith("SECRET")):
            raise _wrong(f"{name} is {'an example' if value else 'not set'}", "the provider gives it")
    metadata = urlsplit(settings.oidc_metadata)
    if metadata.scheme != "https" and not is_loopback(metadata.hostname or ""):
        raise _wrong("ROUTES_OIDC_METADATA is not under https", "only a provider on this machine may be without")
    cookie_secret = _strong(settings.cookie_secret.get_secret_value(), "ROUTES_COOKIE_SECRET")
    behind = f"/{prefix.strip('/')}" if prefix.strip("/") else ""
    auth = {
        "redirect_uri": f"{named[0] if named else f'http://127.0.0.1:{port}'}{behind}{CALLBACK}",
        "cookie_secret": cookie_secret,
        "client_id": settings.oidc_client_id,
        "client_secret": settings.oidc_client_secret.get_secret_value(),
        "server_metadata_url": settings.oidc_metadata,
    }
    return ByProvider(cookie_secret, auth, settings.roles_claim, given)


def _strong(secret: str, name: str) -> str:
    weak = len(secret) < SHORTEST_SECRET or len(set(secret)) < _FEWEST_LETTERS
    if weak or any(part in secret.lower() for part in _EXAMPLES):
        said = "not set" if not secret else "an example, or too short"
        rule = f"it has {SHORTEST_SECRET} letters at least, as `openssl rand -hex 32` makes them"
        raise _wrong(f"{name} is {said}", rule)
    return secret


def _wrong(what: str, rule: str) -> WrongValue:
    return WrongValue(what, rule=rule, done="the server did not start")


def _moment(seconds: float) -> str:
    try:
        at = datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError, ValueError):
        return ""
    return at.replace(microsecond=0).isoformat().replace("+00:00", "Z")
