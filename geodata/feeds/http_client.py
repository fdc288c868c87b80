"""Fetch: the body behind one address, asked for only if it changed, and bounded in size and time.

Certificates are always verified, against the authorities of the machine (``SSL_CERT_FILE`` names others). No proxy and
no password file is looked for: only what ``SOURCES.toml`` says is sent.

Source: RFC 9110 (conditional requests, redirects, Retry-After), through ``urllib3``.
"""

from __future__ import annotations

import math
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from threading import Timer
from typing import Any, Self
from urllib.parse import urljoin

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError, IncompleteRead, NewConnectionError, ProtocolError, SSLError
from urllib3.exceptions import TimeoutError as TimedOut
from urllib3.response import BaseHTTPResponse

from geodata.core.errors import RoutesError
from geodata.feeds.config import Source

AGENT = "smuggling-route-monitor"
MOST_REDIRECTS = 5
MOST_PATIENT = 86_400.0
"""Seconds that a Retry-After is followed at most."""
_CHUNK = 64 * 2**10
_RULE = "a source must answer, whole and in time"
_REDIRECTS = (301, 302, 303, 307, 308)


class Unfetched(RoutesError):
    """A source that gave no body.

    Parameters
    ----------
    wait : float, seconds
        For so long the source asked to be left alone; 0 if it did not.
    """

    def __init__(self, what: str, *, rule: str, where: str, wait: float = 0.0) -> None:
        super().__init__(what, rule=rule, done="nothing was stored, and it is asked again later", where=where)
        self.wait = wait


@dataclass(frozen=True, slots=True)
class Validators:
    """By what a source tells whether a body is still the same."""

    etag: str = ""
    last_modified: str = ""

    def headers(self) -> dict[str, str]:
        """Return the headers that ask only for something new."""
        named = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in named.items() if value}


def fetch(source: Source, known: Validators, to: Path) -> Validators | None:
    """Write the body of a source to a file; return its validators, None if it is as it was known.

    Raises
    ------
    Unfetched
        If there is no whole body to be had within the bounds of the source.
    OSError
        If the file cannot be written.
    """
    with _Line(source) as line:
        response = line.answer(known)
        if response.status == 304:
            return None
        if response.status != 200:
            raise _refusal(source, response)
        line.write(response, to)
        headers = response.headers
        return Validators(_kept(headers.get("ETag")), _kept(headers.get("Last-Modified")))


class _Line:
    """The connections of one fetch; once its time is up they are shut, whatever they are waiting for."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._sockets: list[socket.socket] = []
        self._late = False
        self._timer = Timer(source.within, self._shut)
        self._timer.daemon = True
        timeout = urllib3.Timeout(connect=min(source.timeout, 10), read=source.timeout)
        self._pools = urllib3.PoolManager(num_pools=2, retries=False, timeout=timeout, cert_reqs="CERT_REQUIRED")
        self._pools.pool_classes_by_scheme = {
            "http": _watched(HTTPConnectionPool, HTTPConnection, self._sockets),
            "https": _watched(HTTPSConnectionPool, HTTPSConnection, self._sockets),
        }

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        self._pools.clear()
        for held in self._sockets:
            held.close()

    def answer(self, known: Validators) -> BaseHTTPResponse:
        """Return the answer, body unread, after such redirects as may be followed."""
        url = self._source.url
        for _ in range(MOST_REDIRECTS + 1):
            headers = {"User-Agent": AGENT, "Accept-Encoding": "identity", **self._source.headers(url)}
            with self._said():
                response = self._pools.request(
                    "GET", url, headers=headers | known.headers(), redirect=False, preload_content=False
                )
            if response.status not in _REDIRECTS:
                return response
            url = _joined(url, response.headers.get("Location", ""))
            response.close()
            if not self._source.may_ask(url):
                raise self._failed("it redirects to a host that is not listed", "redirects stay on the host or `hosts`")
        raise self._failed(f"it redirects more than {MOST_REDIRECTS} times", "an address leads to a body")

    def write(self, response: BaseHTTPResponse, to: Path) -> None:
        """Write the body, which is never longer than the source allows."""
        most = self._source.largest_mb * 2**20
        size = 0
        with to.open("xb") as file:
            for part in self._parts(response):
                size += len(part)
                if size > most:
                    rule = f"a body may hold {self._source.largest_mb} MB"
                    raise self._failed("its body is larger than allowed", rule)
                file.write(part)

    def _parts(self, response: BaseHTTPResponse) -> Iterator[bytes]:
        while True:
            with self._said():
                part = response.read1(_CHUNK, decode_content=True)
            if not part:
                break
            yield part
        if self._late:  # a body without a length ends where the line was shut
            raise self._too_slow()

    @contextmanager
    def _said(self) -> Iterator[None]:
        """Turn what can go wrong on the line into one sentence."""
        try:
            yield
        except (HTTPError, OSError, ValueError) as error:
            if self._late:
                raise self._too_slow() from None
            if isinstance(error, SSLError):
                raise self._failed(f"its certificate or TLS was not accepted ({_first(error)})", _RULE) from None
            if isinstance(error, TimedOut) and not isinstance(error, NewConnectionError):
                raise self._failed(f"no sign of life within {self._source.timeout} s", _RULE) from None
            if isinstance(error, IncompleteRead) or "IncompleteRead" in str(error):
                raise self._failed("its body ended early", _RULE) from None
            what = "the line broke" if isinstance(error, ProtocolError) else "it cannot be reached"
            raise self._failed(f"{what} ({_first(error)})", _RULE) from None

    def _failed(self, what: str, rule: str) -> Unfetched:
        return Unfetched(what, rule=rule, where=self._source.name)

    def _too_slow(self) -> Unfetched:
        return self._failed(f"no whole answer within {self._source.within} s", _RULE)

    def _shut(self) -> None:
        self._late = True
        for held in self._sockets:
            with suppress(OSError):
                held.shutdown(socket.SHUT_RDWR)


def _watched(pool: type[Any], connection: type[Any], held: list[socket.socket]) -> type[Any]:
    """Return a pool whose connections leave a second handle of their socket in ``held``."""

    class Watched(connection):  # type: ignore[misc]
        def _new_conn(self) -> socket.socket:
            made: socket.socket = super()._new_conn()
            held.append(socket.socket(fileno=os.dup(made.fileno())))
            return made

    class WatchedPool(pool):  # type: ignore[misc]
        ConnectionCls = Watched

    return WatchedPool


def _refusal(source: Source, response: BaseHTTPResponse) -> Unfetched:
    wait = retry_after(response.headers.get("Retry-After", ""), datetime.now(UTC))
    return Unfetched(f"it answered {response.status}", rule="a body comes with 200", where=source.name, wait=wait)


def retry_after(text: str, now: datetime) -> float:
    """Return the seconds that a Retry-After asks to wait, 0 if it is none; at most ``MOST_PATIENT``."""
    if text.strip().isascii() and text.strip().isdecimal():
        seconds = float(text)
    else:
        try:
            moment = parsedate_to_datetime(text)
        except ValueError:
            return 0.0
        seconds = (moment.replace(tzinfo=moment.tzinfo or UTC) - now).total_seconds()
    return min(max(seconds, 0.0), MOST_PATIENT) if math.isfinite(seconds) else MOST_PATIENT


def _joined(url: str, location: str) -> str:
    """Return where a redirect leads, "" if it is no address."""
    try:
        return urljoin(url, location)
    except ValueError:
        return ""


def _kept(value: str | None) -> str:
    """Return a validator that may be sent back."""
    return value if value is not None and len(value) <= 1000 and value.isascii() and value.isprintable() else ""


def _first(error: BaseException) -> str:
    """Return the root of an error in few words."""
    while isinstance(error, HTTPError) and error.args and isinstance(error.args[-1], BaseException):
        error = error.args[-1]
    lines = str(error).splitlines()
    return (lines[0] if lines else type(error).__name__)[:120]
