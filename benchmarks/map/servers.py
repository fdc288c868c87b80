"""A script of Streamlit or a whole app served on a free port of this machine, for as long as it is measured."""

from __future__ import annotations

import os
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

ROOT = Path(__file__).parent.parent.parent
HERE = Path(__file__).parent
PRODUCT = ROOT / "app.py"
PREPARED = HERE / "prepared.py"
PATIENCE_SECONDS = 180.0


@contextmanager
def running(script: Path, **environment: object) -> Iterator[str]:
    """Serve a script; give its address. Nothing but its health is asked before it is given, so its caches are cold.

    Parameters
    ----------
    script : Path
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
    with tempfile.TemporaryFile() as said:
        server = subprocess.Popen(command, cwd=ROOT, env=known, stdout=said, stderr=said)
        try:
            url = f"http://127.0.0.1:{port}"
            if not _healthy(url, server):
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


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _healthy(url: str, server: subprocess.Popen[bytes]) -> bool:
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end and server.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=5):
                return True
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.05)
    return False
