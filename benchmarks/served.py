"""The product served for real, and a real browser that reaches nothing but it: for tests, benchmarks and pictures."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).parent.parent
PATIENCE_SECONDS = 60.0
_CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
_SWITCHES = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # No name resolves: whatever is not on this machine cannot be reached.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)


@contextmanager
def served(home: Path) -> Iterator[str]:
    """Serve one workspace as ``make run`` does, on a free port of this machine; give its address.

    Raises
    ------
    RuntimeError
        If it does not answer within ``PATIENCE_SECONDS``; the text holds what it printed.
    """
    port = _free_port()
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    with tempfile.TemporaryFile() as said:
        environment = os.environ | {"ROUTES_HOME": str(home)}
        server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=said, stderr=said)
        try:
            url = f"http://127.0.0.1:{port}"
            if not _answers(f"{url}/data/head", server):
                said.seek(0)
                raise RuntimeError(f"the server did not start: {said.read().decode(errors='replace')}")
            yield url
        finally:
            server.terminate()
            try:
                server.wait(10)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


@contextmanager
def browser() -> Iterator[Browser]:
    """Start Debian's Chromium without a GPU and without any name that resolves.

    Raises
    ------
    RuntimeError
        If no Chromium is installed.
    """
    found = next(filter(None, map(shutil.which, _CHROMIUM_NAMES)), None)
    if found is None:
        raise RuntimeError("Chromium is not installed: `make browser` says how")
    switches = [*_SWITCHES, "--no-sandbox"] if os.geteuid() == 0 else [*_SWITCHES]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found, args=switches)
        try:
            yield chromium
        finally:
            chromium.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _answers(url: str, server: subprocess.Popen[bytes]) -> bool:
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end and server.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return True
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    return False
