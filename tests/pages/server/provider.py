"""A real OpenID provider on this machine, with people of every role, and signing in there as a browser does."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from socket import create_connection, socket

import httpx

from desk.people import ROLES

COOKIE_SECRET = "a2f9c4d81b7e60533f1c9d8e7b6a5040"
PEOPLE = {role: [role] for role in ROLES} | {"stranger": ["gardener"]}
"""One of each role, and one with a role that is none of ours."""
PAGE = {"Accept": "text/html", "Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
_PATIENCE_SECONDS = 30


@contextmanager
def provider(seconds: int = 3600) -> Iterator[str]:
    """Run a provider whose tokens last so long; give the address of its metadata."""
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port), "--token-max-age", str(seconds)]
    for who, roles in PEOPLE.items():
        command += ["--user-claims", json.dumps({"sub": who, "email": f"{who}@desk.test", "roles": roles})]
    started = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(port)
        yield f"http://127.0.0.1:{port}/.well-known/openid-configuration"
    finally:
        started.terminate()
        started.wait(10)


def settings(metadata: str) -> dict[str, str]:
    """Return the variables of a server whose people sign in there."""
    return {
        "ROUTES_LOGIN": "oidc",
        "ROUTES_OIDC_METADATA": metadata,
        "ROUTES_OIDC_CLIENT_ID": "monitor",
        "ROUTES_OIDC_CLIENT_SECRET": "5e1f0b7c2a94d368",
        "ROUTES_COOKIE_SECRET": COOKIE_SECRET,
    }


def signed_in(url: str, who: str, path: str = "/") -> httpx.Client:
    """Return a client with the cookies of somebody who opened a page and signed in; ``x-opened`` is where it led."""
    client = httpx.Client(base_url=url, timeout=60)
    asked = client.get(path, headers=PAGE)
    to_provider = client.get(asked.headers["location"], headers=PAGE)
    answered = httpx.post(to_provider.headers["location"], data={"sub": who})
    back = client.get(answered.headers["location"], headers=PAGE)
    client.headers["x-opened"] = back.headers["location"]
    client.get("/data/head", headers={"Sec-Fetch-Site": "same-origin"})
    return client


def _wait_for(port: int) -> None:
    end = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < end:
        try:
            create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the provider did not start")
