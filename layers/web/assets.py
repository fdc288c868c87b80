"""Our own scripts and styles: where they stand and under which address a browser may keep them for good."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

ASSETS = Path(__file__).parent.parent / "assets"
FROZEN = ASSETS / "frozen.js"
"""The module that stands in place of ``server.js`` in a map that is one file."""


@cache
def asset_url(name: str) -> str:
    """Return the address of an asset; it changes with the content."""
    return address(f"/assets/{name}", (ASSETS / name).read_bytes())


def address(path: str, content: bytes) -> str:
    """Return an address that changes with the content."""
    return f"{path}?v={hashlib.sha256(content).hexdigest()[:12]}"


def modules() -> dict[str, str]:
    """Return the map's own modules by name; those below ``dashboard`` belong to the pages around it."""
    return {file.name: file.read_text(encoding="utf-8") for file in sorted(ASSETS.glob("*.js")) if file != FROZEN}
