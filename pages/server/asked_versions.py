"""Which version of the ledger a request asks for."""

from __future__ import annotations

from starlette.requests import Request

from geodata.core.errors import UnknownVersion
from pages.data.workspace_cache import Workspace

_LONGEST = 18


def version_of(request: Request, seen: Workspace) -> int:
    """Return the ledger version that is asked for; the newest where none is."""
    text = request.query_params.get("version", "")
    newest = seen.version()
    if newest is None:
        raise UnknownVersion("the workspace is empty", rule="a picture needs incidents", done="nothing was drawn")
    if not text:
        return newest
    number = number_of(text)
    if number is None or number > newest:
        raise UnknownVersion(f"version={text[:20]!r}", rule=f"versions are 0 to {newest}", done="nothing was drawn")
    return number


def number_of(text: str) -> int | None:
    """Return a whole number, None for what is none."""
    plain = text.isascii() and text.isdecimal() and len(text) <= _LONGEST
    return int(text) if plain else None
