"""What a request may claim of where it comes from, and every route that it may ask for."""

import re
from types import SimpleNamespace

from starlette.routing import BaseRoute, Mount, WebSocketRoute
from streamlit.web.server.starlette.starlette_app import create_streamlit_routes

from pages.server.endpoints import routes

Claims = tuple[tuple[str, str], ...]
PORT = "{port}"
"""Stands for the port that the server listens on."""

HOSTS_OF_OTHERS: dict[str, Claims] = {
    "another name": (("Host", "evil.example"),),
    "another name with our port": (("Host", "evil.example:{port}"),),
    "no port": (("Host", "localhost"),),
    "another port": (("Host", "localhost:1"),),
    "a port with a nought before it": (("Host", "localhost:0{port}"),),
    "a dot at the end": (("Host", "localhost.:{port}"),),
    "our name before another": (("Host", "localhost.evil.example:{port}"),),
    "our name as a user": (("Host", "localhost:{port}@evil.example"),),
    "another name as a user": (("Host", "evil.example@localhost:{port}"),),
    "an address as one number": (("Host", "2130706433:{port}"),),
    "an address cut short": (("Host", "127.1:{port}"),),
    "another loopback address": (("Host", "127.0.0.2:{port}"),),
    "every address": (("Host", "0.0.0.0:{port}"),),
    "IPv6 at length": (("Host", "[0:0:0:0:0:0:0:1]:{port}"),),
    "IPv6 around IPv4": (("Host", "[::ffff:127.0.0.1]:{port}"),),
    "IPv6 without brackets": (("Host", "::1:{port}"),),
    "two names": (("Host", "localhost:{port}, evil.example"),),
    "two headers": (("Host", "localhost:{port}"), ("Host", "evil.example")),
    "the same twice": (("Host", "localhost:{port}"), ("Host", "localhost:{port}")),
    "none": (),
    "an empty one": (("Host", ""),),
    "ours in what a proxy says": (("Host", "evil.example"), ("X-Forwarded-Host", "localhost:{port}")),
    "ours in what proxies say": (("Host", "evil.example"), ("Forwarded", "host=localhost:{port}")),
}
OURS = ("Host", "localhost:{port}")
ORIGINS_OF_OTHERS: dict[str, Claims] = {
    "another site": (OURS, ("Origin", "http://evil.example")),
    "another port of this machine": (OURS, ("Origin", "http://localhost:3000")),
    "another scheme": (OURS, ("Origin", "https://localhost:{port}")),
    "another name of ours": (OURS, ("Origin", "http://127.0.0.1:{port}")),
    "null": (OURS, ("Origin", "null")),
    "empty": (OURS, ("Origin", "")),
    "our name before another": (OURS, ("Origin", "http://localhost.evil.example:{port}")),
    "our name as a user": (OURS, ("Origin", "http://localhost:{port}@evil.example")),
    "a dot at the end": (OURS, ("Origin", "http://localhost.:{port}")),
    "capitals": (OURS, ("Origin", "HTTP://LOCALHOST:{port}")),
    "a path": (OURS, ("Origin", "http://localhost:{port}/")),
    "an address as one number": (OURS, ("Origin", "http://2130706433:{port}")),
    "two in one": (OURS, ("Origin", "http://localhost:{port} http://evil.example")),
    "two headers": (OURS, ("Origin", "http://localhost:{port}"), ("Origin", "http://evil.example")),
    "another site that bears our port": (OURS, ("Origin", "http://evil.example:{port}")),
    "a site under a name that was pointed at us": (("Host", "evil.example"), ("Origin", "http://evil.example")),
    "another site, as the browser says": (OURS, ("Sec-Fetch-Site", "cross-site")),
    "another port, as the browser says": (OURS, ("Sec-Fetch-Site", "same-site")),
    "a frame of another site": (
        OURS,
        ("Sec-Fetch-Site", "cross-site"),
        ("Sec-Fetch-Mode", "navigate"),
        ("Sec-Fetch-Dest", "iframe"),
    ),
}
OF_OTHERS = {f"Host: {said}": claims for said, claims in HOSTS_OF_OTHERS.items()} | {
    f"Origin: {said}": claims for said, claims in ORIGINS_OF_OTHERS.items()
}
OF_OURS: dict[str, Claims] = {
    "the name": (("Host", "localhost:{port}"), ("Origin", "http://localhost:{port}")),
    "the address": (("Host", "127.0.0.1:{port}"), ("Origin", "http://127.0.0.1:{port}")),
    "IPv6": (("Host", "[::1]:{port}"), ("Origin", "http://[::1]:{port}")),
    "a Host in capitals": (("Host", "LocalHost:{port}"), ("Origin", "http://localhost:{port}")),
    "as a browser says it": (OURS, ("Origin", "http://localhost:{port}"), ("Sec-Fetch-Site", "same-origin")),
    "another name in what a proxy says": (
        OURS,
        ("Origin", "http://localhost:{port}"),
        ("X-Forwarded-Host", "evil.example"),
    ),
}


def filled(claims: Claims, port: int) -> list[tuple[str, str]]:
    """Return headers with the port of a server."""
    return [(name, value.replace(PORT, str(port))) for name, value in claims]


def every_route(prefix: str = "") -> dict[str, set[str]]:
    """Return an address of every route, ours and Streamlit's, with its methods; "websocket" stands for one."""
    parts = ("media_file_mgr", "uploaded_file_mgr", "component_registry", "bidi_component_registry", "stats_mgr")
    streamlit = SimpleNamespace(**{part: SimpleNamespace(_storage=None) for part in parts})
    found: dict[str, set[str]] = {}
    for route in (*routes(prefix), *create_streamlit_routes(streamlit)):
        address, methods = _asked(route)
        found.setdefault(address, set()).update(methods)
    return found


def _asked(route: BaseRoute) -> tuple[str, set[str]]:
    address = re.sub(r"\{[^}]*\}", "1", route.path)
    if isinstance(route, WebSocketRoute):
        return address, {"websocket"}
    if isinstance(route, Mount):
        return f"{address.rstrip('/')}/index.html", {"GET", "HEAD"}
    return address, set(route.methods or ())
