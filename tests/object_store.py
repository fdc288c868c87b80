"""A real server of the S3 protocol on this machine (moto), and a proxy before it that is slow, refuses or is full."""

from __future__ import annotations

import http.client
import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
SERVER = ROOT / ".venv" / "s3" / "bin" / "moto_server"
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


CONTROL = "/-/fault"


@dataclass
class Fault:
    """What is wrong with a store.

    Attributes
    ----------
    seconds : float
        So long each answer is held back.
    refused, full : bool
        Every question is answered with 503; whatever would be written with 507.
    spare : int
        So many questions are answered all the same.
    asked : int
        How many there were.
    """

    seconds: float = 0.0
    refused: bool = False
    full: bool = False
    spare: int = 0
    asked: int = 0

    def status(self, method: str) -> int:
        """Return the status with which a question fails, 0 if it does not."""
        fails = self.refused or (self.full and method in ("PUT", "POST"))
        if fails and self.spare > 0:
            self.spare -= 1
            return 0
        return (503 if self.refused else 507) if fails else 0


class Proxy:
    """A store behind which another one stands, and what is wrong with it, which is said to its process."""

    def __init__(self, address: str) -> None:
        self.address = address

    def is_at_fault(self, **fault: float) -> None:
        """Say what is wrong from now on: as ``Fault``; nothing for a sound store."""
        asked = urllib.request.Request(self.address + CONTROL, json.dumps(fault).encode(), method="PUT")
        urllib.request.urlopen(asked, timeout=10).close()

    def asked(self) -> int:
        """Return how much was asked for since then."""
        with urllib.request.urlopen(self.address + CONTROL, timeout=10) as answer:
            return int(answer.read())


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, store: str) -> None:
        super().__init__(("127.0.0.1", 0), _Asked)
        self.store = store.removeprefix("http://")
        self.fault = Fault()


class _Asked(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path == CONTROL:
            asked = self.server.fault.asked
            if body:
                self.server.fault = Fault(**json.loads(body))
            self._send(200, {}, str(asked).encode())
            return
        fault = self.server.fault
        fault.asked += 1
        time.sleep(fault.seconds)
        if status := fault.status(self.command):
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

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = _answer  # noqa: N815  http.server asks for these names

    def log_message(self, *_: Any) -> None:
        """Stay silent."""


@contextmanager
def proxied(store: str) -> Iterator[Proxy]:
    """Give a proxy before a store; in a process of its own, as deltalake waits for its answers without letting go."""
    command = [sys.executable, "-m", "tests.object_store", store]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        try:
            yield Proxy((process.stdout or sys.stdin).readline().strip())
        finally:
            process.terminate()


if __name__ == "__main__":
    with _Server(sys.argv[1]) as serving:
        sys.stdout.write(f"http://127.0.0.1:{serving.server_address[1]}\n")
        sys.stdout.flush()
        serving.serve_forever()
