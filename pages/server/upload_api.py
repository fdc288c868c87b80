"""The intake: ``POST /api/incidents``, by which a program hands in incidents.

The token stands in the header ``Authorization: Bearer ...`` and nowhere else: no cookie counts, so no other site can
make a browser hand anything in. The body goes into a file in the workspace and through the same checks as any file. A
token speaks for its own sources alone: rows of others are refused, and rows that state none are of its first.

An ``Idempotency-Key`` makes it safe to send again what may have arrived: for a day the same key with the same body
gives the same answer, and with another body is refused.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from desk.people import may
from desk.tokens import Token, Tokens
from geodata.core.actor import acting_as
from geodata.core.atomic_write import whole
from geodata.core.settings import Settings
from geodata.core.staging import UnwritableWorkspace, room, unwritable
from geodata.ingest.receipt import Receipt, receive
from geodata.ledger.store import Ledger
from pages.server.fair_share import Share
from pages.server.refusals import RequestRefused

LARGEST = 16 * 2**20
"""Bytes of one body."""
BODY_SECONDS = 60.0
"""For so long a body may be on its way."""
OF_ONE_TOKEN = 2
"""Bodies of one token at the same time, on their way or being taken in, so that no token locks the others out."""
AT_ONCE = 4
"""Bodies taken in at the same time; one that is there waits for its turn and holds nobody up while it comes in."""
TURN_SECONDS = 20.0
"""For so long it waits; then its sender is asked to come again."""
KEPT_SECONDS = 86_400
MOST_REFUSALS = 1000
"""Refused rows that an answer lists; the counts are of all."""
ENDINGS = {
    "application/json": "json",
    "application/x-ndjson": "ndjson",
    "application/ndjson": "ndjson",
    "application/jsonl": "ndjson",
    "application/geo+json": "geojson",
    "text/csv": "csv",
}
_KEY = re.compile(r"[\x21-\x7e]{1,200}")
_CHARSETS = ("", "utf-8", "utf8", "us-ascii")


@dataclass(frozen=True, slots=True)
class Body:
    """A body in the workspace: its file, and the SHA-256 of its type and of what was sent."""

    path: Path
    sha256: str


class Answers:
    """Answers given under a key, kept for a day in ``intake/`` of the workspace.

    Parameters
    ----------
    home : Path
        The workspace folder.
    """

    def __init__(self, home: Path) -> None:
        self._home = home
        self._folder = home / "intake"

    def known(self, name: str, sha256: str) -> Response | None:
        """Return the answer that was given under a name; None if there is none younger than a day.

        Raises
        ------
        RequestRefused
            If it was given to another body.
        """
        try:
            kept = json.loads((self._folder / name).read_text(encoding="utf-8"))
            until, given, status, answer = (kept[part] for part in ("until", "sha256", "status", "answer"))
        except (OSError, ValueError, LookupError, TypeError):
            return None
        if until < time.time():
            return None
        if given != sha256:
            raise RequestRefused(422, "This Idempotency-Key was used with another body; nothing was stored.")
        return _json(status, answer, {"Idempotent-Replayed": "true"})

    def keep(self, name: str, sha256: str, status: int, answer: dict[str, Any]) -> None:
        """Keep an answer, whole or not at all, and clear away what is older than a day."""
        self._folder.mkdir(parents=True, exist_ok=True)
        kept = {"until": time.time() + KEPT_SECONDS, "sha256": sha256, "status": status, "answer": answer}
        with whole(self._folder / name, proven=True) as part:
            part.write_text(json.dumps(kept, ensure_ascii=False), encoding="utf-8")
        for path in self._folder.iterdir():
            with suppress(FileNotFoundError):
                if path.stat().st_mtime < time.time() - KEPT_SECONDS:
                    path.unlink()


_places = threading.BoundedSemaphore(AT_ONCE)
_of_tokens = Share(OF_ONE_TOKEN)
_in_hand: set[tuple[Path, str]] = set()
_guard = threading.Lock()


def intake() -> Route:
    """Return the route."""
    return Route("/api/incidents", _incidents, methods=["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])


async def _incidents(request: Request) -> Response:
    home = Settings().home
    try:
        _require_post(request)
        holder = await run_in_threadpool(_holder, request, home)
        ending = _ending(request)
        _require_length(request)
        key = _key(request, holder.name)
        with _share(home, holder.name), _alone(home, key), room(home) as folder:
            body = await _body(request, folder / f"{holder.name}.{ending}")
            async with _turn():
                return await run_in_threadpool(_answer, body, home, key, holder)
    except RequestRefused as turned:
        return _json(turned.status, {"error": str(turned)}, turned.headers)
    except UnwritableWorkspace:
        return _unwritten()


def _answer(body: Body, home: Path, key: str, holder: Token) -> Response:
    """Take a body in, or give again what was answered to it."""
    answers = Answers(home)
    if key and (known := answers.known(key, body.sha256)) is not None:
        return known
    with acting_as(holder.person.name):
        receipt = receive(body.path, Ledger(home), "part", only_of=holder.sources)
    if receipt.outcome == "postponed":
        return _unwritten()
    status, answer = _said(receipt)
    if key and status != 500:
        with suppress(OSError):  # the batch stands: sent again it adds nothing, and only its counts differ
            answers.keep(key, body.sha256, status, answer)
    return _json(status, answer)


def _said(receipt: Receipt) -> tuple[int, dict[str, Any]]:
    refusals = receipt.refused_rows(MOST_REFUSALS)
    if receipt.outcome == "taken":
        report = receipt.report()
        names = ("batch", "source", "profile", "counts", "notes")
        return 201, {name: report[name] for name in names} | {"refusals": refusals}
    return (500 if receipt.outcome == "failed" else 422), {"error": receipt.error, "refusals": refusals}


def _require_post(request: Request) -> None:
    if request.method != "POST":
        raise RequestRefused(405, "Incidents are handed in by POST; nothing was stored.", Allow="POST")


def _holder(request: Request, home: Path) -> Token:
    """Return the token, which is all that lets a request in."""
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    holder = Tokens(home).holder(secret.strip()) if scheme.lower() == "bearer" else None
    if holder is None:
        sentence = "A token that stands is needed, in the header Authorization: Bearer; nothing was stored."
        raise RequestRefused(401, sentence, WWW_Authenticate='Bearer realm="incidents"')
    if not may(holder.person, "hand in"):
        raise RequestRefused(403, "This token may read and not hand in; nothing was stored.")
    return holder


def _ending(request: Request) -> str:
    """Return the ending of the file that a body of this type is."""
    kind, *parameters = (part.strip().lower() for part in request.headers.get("content-type", "").split(";"))
    charset = next((part.removeprefix("charset=").strip('"') for part in parameters if part.startswith("charset=")), "")
    packed = request.headers.get("content-encoding", "identity").lower() != "identity"
    if kind not in ENDINGS or charset not in _CHARSETS or packed:
        known = "application/json, application/x-ndjson, application/geo+json or text/csv"
        raise RequestRefused(415, f"The Content-Type must be {known}, in UTF-8 and not compressed; nothing was stored.")
    return ENDINGS[kind]


def _require_length(request: Request) -> None:
    length = request.headers.get("content-length", "")
    if length.isdecimal() and (len(length) > 18 or int(length) > LARGEST):
        raise _too_large()


def _key(request: Request, holder: str) -> str:
    """Return the name under which the answer is kept, "" where no key was sent; each token has keys of its own."""
    sent = request.headers.getlist("idempotency-key")
    if not sent:
        return ""
    if len(sent) > 1 or not _KEY.fullmatch(sent[0]):
        raise RequestRefused(
            400, "An Idempotency-Key is one text of 1 to 200 visible ASCII characters; nothing was stored."
        )
    return hashlib.sha256(f"{holder}\n{sent[0]}".encode()).hexdigest()


@contextmanager
def _share(home: Path, holder: str) -> Iterator[None]:
    with _of_tokens.one_more((home, holder)) as room_for_it:
        if not room_for_it:
            sentence = f"{OF_ONE_TOKEN} bodies of this token are being handed in already; nothing was stored."
            raise RequestRefused(429, sentence, Retry_After="2")
        yield


@asynccontextmanager
async def _turn() -> AsyncIterator[None]:
    places, end = _places, time.monotonic() + TURN_SECONDS
    while not places.acquire(blocking=False):
        if time.monotonic() > end:
            sentence = f"{AT_ONCE} bodies are being taken in already; nothing was stored; send it again."
            raise RequestRefused(503, sentence, Retry_After="2")
        await asyncio.sleep(0.05)
    try:
        yield
    finally:
        places.release()


@contextmanager
def _alone(home: Path, key: str) -> Iterator[None]:
    """Let one request with a key in at a time."""
    with _guard:
        if key and (home, key) in _in_hand:
            raise RequestRefused(
                409, "A request with this Idempotency-Key is being answered; send it again later.", Retry_After="2"
            )
        _in_hand.add((home, key))
    try:
        yield
    finally:
        with _guard:
            _in_hand.discard((home, key))


async def _body(request: Request, path: Path) -> Body:
    """Write the body to a file while it comes in; one JSON object becomes a list of one."""
    digest, size = hashlib.sha256(path.suffix.encode()), 0
    begun = one = False
    try:
        with path.open("xb") as file:
            async with asyncio.timeout(BODY_SECONDS):
                async for part in request.stream():
                    if not begun and part.strip():
                        begun, one = True, path.suffix == ".json" and part.lstrip().startswith(b"{")
                        file.write(b"[" if one else b"")
                    size += len(part)
                    if size > LARGEST:
                        raise _too_large()
                    digest.update(part)
                    await run_in_threadpool(file.write, part)
            file.write(b"]" if one else b"")
    except TimeoutError:
        raise RequestRefused(408, f"The body was not there after {BODY_SECONDS:.0f} s; nothing was stored.") from None
    except ClientDisconnect:
        raise RequestRefused(400, "The body ended early; nothing was stored.") from None
    except OSError as error:
        raise unwritable(path.parent, error) from None
    return Body(path, digest.hexdigest())


def _unwritten() -> Response:
    """Say that the ledger takes nothing now; why is for the operator to know."""
    return _json(503, {"error": "The ledger cannot be written now; nothing was stored."}, {"Retry-After": "10"})


def _too_large() -> RequestRefused:
    return RequestRefused(413, f"A body may hold {LARGEST / 2**20:.0f} MB; nothing was stored.")


def _json(status: int, content: dict[str, Any], headers: dict[str, str] | None = None) -> JSONResponse:
    return JSONResponse(content, status, {"Cache-Control": "no-store", **(headers or {})})
