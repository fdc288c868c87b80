"""A real server of the S3 protocol on this machine (moto), and a proxy before it that is slow, refuses or is full."""

from __future__ import annotations

import http.client
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

SERVER = Path(__file__).parent.parent / ".venv" / "s3" / "bin" / "moto_server"
KEYS = {
    "AWS_ACCESS_KEY_ID": "tests",
    "AWS_SECRET_ACCESS_KEY": "tests",
    "AWS_REGION": "us-east-1",
    "AWS_ALLOW_HTTP": "true",
}
BUCKET = "ledgers"


@contextmanager
def served() -> Iterator[str]:
    """Give the address of a store with an empty bucket."""
    port = _free_port()
    server = subprocess.Popen([str(SERVER), "-p", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        _make_bucket(address)
        yield address
    finally:
        server.terminate()
        server.wait(10)


def _make_bucket(address: str) -> None:
    asked = urllib.request.Request(f"{address}/{BUCKET}", method="PUT")
    for _ in range(600):
        try:
            with urllib.request.urlopen(asked, timeout=5):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.05)
    raise RuntimeError("the object store did not start")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Proxy(ThreadingHTTPServer):
    """Stands before a store.

    Attributes
    ----------
    seconds : float
        So long each answer is held back.
    refused, full : bool
        Every question is answered with 503; whatever would be written with 507.
    spare : int
        So many questions are answered all the same.
    asked : list of str
        What was asked for: "PUT /ledgers/...".
    """

    daemon_threads = True

    def __init__(self, store: str) -> None:
        super().__init__(("127.0.0.1", 0), _Asked)
        self.store = store.removeprefix("http://")
        self.seconds = 0.0
        self.refused = self.full = False
        self.spare = 0
        self.asked: list[str] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def fault(self, method: str) -> int:
        """Return the status with which a question fails, 0 if it does not."""
        fails = self.refused or (self.full and method in ("PUT", "POST"))
        if fails and self.spare > 0:
            self.spare -= 1
            return 0
        return (503 if self.refused else 507) if fails else 0


class _Asked(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Proxy

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.asked.append(f"{self.command} {self.path}")
        time.sleep(self.server.seconds)
        status = self.server.fault(self.command)
        if status:
            self._send(status, {"Content-Type": "application/xml"}, b"<Error><Code>Fault</Code></Error>")
            return
        further = http.client.HTTPConnection(self.server.store, timeout=30)
        further.request(self.command, self.path, body, dict(self.headers))
        answer = further.getresponse()
        content = answer.read()
        self._send(answer.status, dict(answer.getheaders()), content, length=answer.getheader("Content-Length"))
        further.close()

    def _send(self, status: int, headers: dict[str, str], content: bytes, length: str | None = None) -> None:
        self.send_response(status)
        for name, value in headers.items():
            if name.lower() not in ("content-length", "transfer-encoding", "connection", "date", "server"):
                self.send_header(name, value)
        self.send_header("Content-Length", length if self.command == "HEAD" and length else str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = _answer

    def log_message(self, *_: Any) -> None:
        """Stay silent."""


@contextmanager
def proxied(store: str) -> Iterator[Proxy]:
    """Give a proxy before a store."""
    proxy = Proxy(store)
    thread = Thread(target=proxy.serve_forever, daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        proxy.shutdown()
        proxy.server_close()
