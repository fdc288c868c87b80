"""A request to an address that somebody else chose: to public addresses alone, once, and for ten seconds at most.

The name is looked up once, every address that it has is judged, and the one that is connected to is one of those: a
name that points elsewhere a moment later changes nothing. Redirects are not followed, no proxy is looked for, and of
the answer only the status is read.

Source: the IANA registries of special-purpose addresses, through ``ipaddress``; OWASP, Server-Side Request Forgery.
"""

from __future__ import annotations

import http.client
import os
import socket
import ssl
from collections.abc import Mapping
from contextlib import suppress
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from threading import Timer
from typing import Final
from urllib.parse import SplitResult, urlsplit

from desk.watch.outbox import NotDelivered

SECONDS: Final = 10.0
AGENT: Final = "smuggling-route-monitor"
_NAT64: Final = IPv6Network("64:ff9b::/96")
_INTERNAL: Final = tuple(map(IPv6Network, ("64:ff9b:1::/48", "::ffff:0:0:0/96", "5f00::/16")))
"""NAT64 within a network (RFC 8215), IPv4 translated (RFC 2765), segment routing (RFC 9602)."""
_RULE = "a webhook answers with a status of 200 to 299 within 10 s"
_DONE = "it is tried again for a day"


def post(url: str, body: bytes, headers: Mapping[str, str], allowed: frozenset[str]) -> None:
    """Post a body to an address.

    Parameters
    ----------
    url : str
        http or https.
    body : bytes
    headers : mapping
    allowed : frozenset of str
        Hosts, in lower case, that may lie in private networks and be spoken to without TLS.

    Raises
    ------
    NotDelivered
        If it is not allowed, cannot be reached or answers anything but 2xx. The text names the host alone.
    """
    address = urlsplit(url)
    host = (address.hostname or "").lower()
    if address.scheme != "https" and host not in allowed:
        raise _failed(host, "it is no https", "webhooks speak TLS, unless ROUTES_WEBHOOKS_TO names the host")
    port = address.port or (443 if address.scheme == "https" else 80)
    status = _posted(address, host, port, _judged(host, port, allowed), body, headers)
    if 300 <= status < 400:
        raise _failed(host, f"it answered {status}", "redirects are not followed")
    if not 200 <= status < 300:
        raise _failed(host, f"it answered {status}", _RULE)


def is_public(text: str) -> bool:
    """Tell whether an address of the internet protocol is one of the public internet, whatever it is wrapped in."""
    try:
        address: IPv4Address | IPv6Address = ip_address(text.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, IPv6Address):
        inside = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
        if address in _NAT64:
            inside.append(IPv4Address(int(address) & 0xFFFFFFFF))
        held = [one for one in inside if one is not None]
        if held:
            return all(is_public(str(one)) for one in held)
        if int(address) >> 32 == 0 or address.is_site_local or any(address in one for one in _INTERNAL):
            return False
    return address.is_global and not address.is_multicast


def _judged(host: str, port: int, allowed: frozenset[str]) -> str:
    """Return an address of a host, once all that it has are public or the host is allowed."""
    try:
        found = [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError):
        raise _failed(host, "its name is not known", _RULE) from None
    if host not in allowed and not all(map(is_public, found)):
        rule = "webhooks go to public addresses alone, unless ROUTES_WEBHOOKS_TO names the host"
        raise _failed(host, "it lies in this machine or a private network", rule)
    return found[0]


class _Pinned(http.client.HTTPConnection):
    """A connection to an address that was judged, speaking to the host that it was judged for."""

    def __init__(self, host: str, port: int, address: str, tls: ssl.SSLContext | None) -> None:
        super().__init__(host, port, timeout=SECONDS)
        self._address, self._tls = address, tls
        self.late = False
        self._held: socket.socket | None = None
        self._timer = Timer(SECONDS, self._shut)
        self._timer.daemon = True

    def connect(self) -> None:
        """Connect to the address; the certificate must be the host's."""
        self._timer.start()
        self.sock = socket.create_connection((self._address, self.port), SECONDS)
        self._held = socket.socket(fileno=os.dup(self.sock.fileno()))
        if self._tls is not None:
            self.sock = self._tls.wrap_socket(self.sock, server_hostname=self.host)

    def close(self) -> None:
        """Close it."""
        self._timer.cancel()
        super().close()
        if self._held is not None:
            self._held.close()

    def _shut(self) -> None:
        self.late = True
        if self._held is not None:
            with suppress(OSError):
                self._held.shutdown(socket.SHUT_RDWR)


def _posted(url: SplitResult, host: str, port: int, address: str, body: bytes, headers: Mapping[str, str]) -> int:
    """Return the status that a host answers with."""
    line = _Pinned(host, port, address, ssl.create_default_context() if url.scheme == "https" else None)
    target = (url.path or "/") + (f"?{url.query}" if url.query else "")
    try:
        line.request("POST", target, body, {"User-Agent": AGENT, "Connection": "close", **headers})
        return line.getresponse().status
    except ssl.SSLError:
        raise _failed(host, "its certificate or TLS was not accepted", _RULE) from None
    except (OSError, http.client.HTTPException, ValueError) as error:
        late = line.late or isinstance(error, TimeoutError)
        raise _failed(host, "it did not answer in time" if late else "it cannot be reached", _RULE) from None
    finally:
        line.close()


def _failed(host: str, what: str, rule: str) -> NotDelivered:
    return NotDelivered(what, rule=rule, done=_DONE, where=host[:80])
