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

from playwright.sync_api import Browser, BrowserType, sync_playwright

ROOT = Path(__file__).parent.parent
PRODUCT = ROOT / "app.py"
PATIENCE_SECONDS = 180.0
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
        As ``running``.
    """
    with running(PRODUCT, asked="/data/head", ROUTES_HOME=home) as url:
        yield url


@contextmanager
def running(
    script: Path, asked: str = "/_stcore/health", said_to: Path | None = None, **environment: object
) -> Iterator[str]:
    """Serve a script of Streamlit or a whole app on a free port of this machine; give its address.

    Parameters
    ----------
    script : Path
    asked : str
        What it must answer first; of its health nothing is kept, so that its caches are cold.
    said_to : Path, optional
        A file for what it prints.
    **environment
        Variables of the process, such as ``ROUTES_HOME``.

    Raises
    ------
    RuntimeError
        If it does not answer within ``PATIENCE_SECONDS``; the text holds what it printed.
    """
    port = _free_port()
    command = [sys.executable, "-m", "streamlit", "run", str(script), "--server.port", str(port)]
    command += ["--server.headless", "true", "--browser.gatherUsageStats", "false"]
    known = os.environ | {"PYTHONPATH": str(ROOT)} | {name: str(value) for name, value in environment.items()}
    with said_to.open("w+b") if said_to else tempfile.TemporaryFile() as said:
        server = subprocess.Popen(command, cwd=ROOT, env=known, stdout=said, stderr=said)
        try:
            url = f"http://127.0.0.1:{port}"
            if not _answers(url + asked, server):
                said.seek(0)
                raise RuntimeError(f"{script.name} did not start: {said.read().decode(errors='replace')}")
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
    with sync_playwright() as playwright, chromium(playwright.chromium) as started:
        yield started


@contextmanager
def chromium(kind: BrowserType, *more: str) -> Iterator[Browser]:
    """Start one Chromium beside others of the same Playwright.

    Parameters
    ----------
    kind : BrowserType
    more : str
        Further switches, which count in place of the same ones here.

    Raises
    ------
    RuntimeError
        If no Chromium is installed.
    """
    found = next(filter(None, map(shutil.which, _CHROMIUM_NAMES)), None)
    if found is None:
        raise RuntimeError("Chromium is not installed: `make browser` says how")
    switches = [*_SWITCHES, *more, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    started = kind.launch(executable_path=found, args=switches)
    try:
        yield started
    finally:
        started.close()


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
            time.sleep(0.05)
    return False
