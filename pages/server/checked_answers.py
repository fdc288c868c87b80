"""Answers that a browser keeps and asks about: with a tag of their content, and compressed where that is understood."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from geodata.core.settings import Settings

ASK_FIRST = "no-cache"
_PRODUCT = Path(__file__).parents[2]


def etag_of(content: bytes) -> str:
    """Return the tag of a content, as the header ETag has it."""
    return f'"{hashlib.sha256(content).hexdigest()[:16]}"'


def checked(
    request: Request, content: bytes, media_type: str, etag: str | None = None, headers: Mapping[str, str] | None = None
) -> Response:
    """Return content, compressed where that is understood, or 304 where the asker has it already."""
    tag = etag or etag_of(content)
    sent = {"ETag": tag, "Cache-Control": ASK_FIRST, "Vary": "Accept-Encoding", **(headers or {})}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=sent)
    if _takes_gzip(request) and len(content) > 1000:
        return Response(_zipped(content), media_type=media_type, headers=sent | {"Content-Encoding": "gzip"})
    return Response(content, media_type=media_type, headers=sent)


def without_folders(sentence: str) -> str:
    """Return a sentence without the folders of this machine: a file is named as it lies in the workspace."""
    home = Settings().home
    roots = {str(path) for path in (home.absolute(), home.resolve(), _PRODUCT)} - {"/"}
    for root in sorted(roots, key=len, reverse=True):
        sentence = sentence.replace(f"{root}/", "").replace(root, "the workspace")
    return sentence


def _takes_gzip(request: Request) -> bool:
    """Tell whether the asker accepts gzip; a weight of 0 says no."""
    for part in request.headers.get("accept-encoding", "").lower().split(","):
        coding, _, weight = part.replace(" ", "").partition(";q=")
        if coding == "gzip":
            return weight.strip("0.") != "" or not weight
    return False


@lru_cache(maxsize=64)
def _zipped(content: bytes) -> bytes:
    return gzip.compress(content, compresslevel=1, mtime=0)
