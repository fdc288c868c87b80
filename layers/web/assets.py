"""Our own scripts and styles: where they stand and under which address a browser may keep them for good."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

ASSETS = Path(__file__).parent.parent / "assets"


@cache
def asset_url(name: str) -> str:
    """Return the address of an asset; it changes with the content."""
    digest = hashlib.sha256((ASSETS / name).read_bytes()).hexdigest()
    return f"/assets/{name}?v={digest[:12]}"


def script(name: str) -> tuple[str, str]:
    """Return folium's (key, address) of a script under ``assets/``."""
    return name, asset_url(name)
