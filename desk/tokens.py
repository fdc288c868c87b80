"""Tokens: by which a program may hand in incidents of its own sources, read layers, or read figures of the server.

A token is shown once, when it is made; only its SHA-256 is kept. Each is one file, ``desk/tokens/<name>.json`` in the
workspace, never written again. Revoking renames it, so that it counts no longer and still says who made it and when. A
name is given once.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import re
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from desk.people import HANDING_PROGRAM, MEASURING_PROGRAM, READING_PROGRAM, Person
from geodata.core.actor import actor
from geodata.core.atomic_write import proof_of, vouch
from geodata.core.audit import Audit
from geodata.core.errors import RoutesError

PREFIX = "rmt_"
"""Begins every token, so that one that got into a file or log is found there."""
DAYS, MOST_DAYS = 365, 730
"""Until a token ends: unless something else is said, and at most."""
HAND_IN, READ, MEASURE = TOKEN_RIGHTS = ("hand in", "read", "measure")
_BYTES = 32
_LONGEST = 200
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_REVOKED = ".revoked"


class TokenError(RoutesError):
    """What can go wrong with the tokens of a workspace."""


class NoSuchToken(TokenError):
    """A token that does not stand, or stands no more."""


class TokenRefused(TokenError):
    """A token that cannot be made."""


@dataclass(frozen=True, slots=True)
class Token:
    """What is kept of a token.

    Attributes
    ----------
    name, sha256, actor : str
        ``actor`` made it.
    at, expires_at : str
        RFC 3339, UTC.
    rights : tuple of str
        Of ``TOKEN_RIGHTS``.
    sources : tuple of str
        Whose incidents it may hand in.
    revoked : bool
    """

    name: str
    sha256: str
    actor: str
    at: str
    expires_at: str
    rights: tuple[str, ...]
    sources: tuple[str, ...]
    revoked: bool = False

    @property
    def state(self) -> str:
        """Return stands, revoked or expired."""
        if self.revoked:
            return "revoked"
        return "expired" if self.expires_at <= _moment(datetime.now(UTC)) else "stands"

    @property
    def person(self) -> Person:
        """Return what a program with this token is to the table of rights."""
        roles = {HAND_IN: HANDING_PROGRAM, READ: READING_PROGRAM, MEASURE: MEASURING_PROGRAM}
        return Person(f"token {self.name}", frozenset(roles[right] for right in self.rights))


class Tokens:
    """The tokens of one workspace.

    Parameters
    ----------
    home : Path
        The workspace folder.
    """

    def __init__(self, home: Path) -> None:
        self._home, self._folder = home, home / "desk" / "tokens"

    def new(
        self,
        name: str,
        *,
        rights: Sequence[str] = (HAND_IN,),
        sources: Sequence[str] = (),
        days: int = DAYS,
        by: str = "",
    ) -> str:
        """Make a token and return it: the only time that it is seen.

        Parameters
        ----------
        name : str
        rights : sequence of str
            Of ``TOKEN_RIGHTS``.
        sources : sequence of str
            Whose incidents it may hand in; by default those of a source of its own name.
        days : int
            Until it ends.
        by : str
            Who makes it; by default the user of this machine.

        Raises
        ------
        TokenRefused
            If the name does not fit, was given before, or cannot be written; if a right is none, or it would last
            for too long.
        """
        _require(name, rights, days)
        maker, now = by or actor(), datetime.now(UTC)
        of = tuple(sources) or ((name,) if HAND_IN in rights else ())
        Audit(self._home).enter(maker, "token", name, made=True, rights=", ".join(rights), sources=", ".join(of))
        secret = PREFIX + secrets.token_urlsafe(_BYTES)
        ends = _moment(now + timedelta(days=days))
        kept = asdict(Token(name, _sha256(secret), maker, _moment(now), ends, tuple(rights), of))
        del kept["revoked"]
        try:
            self._write(name, json.dumps(kept).encode())
        except FileExistsError:
            raise TokenRefused(
                f"the name {name!r} was given before", rule="a name is given once", done="no token was made"
            ) from None
        except OSError as error:
            raise TokenRefused(
                f"it cannot be written ({error.strerror})",
                rule="the workspace must be writable",
                done="no token was made",
                where=str(self._folder),
            ) from None
        return secret

    def every(self) -> list[Token]:
        """Return all tokens, revoked ones too, in the order in which they were made."""
        found = [_read(path) for path in sorted(self._folder.glob("*.json"))]
        return sorted((token for token in found if token is not None), key=lambda token: (token.at, token.name))

    def revoke(self, name: str, by: str = "") -> None:
        """Let a token count no more, from the next request on.

        Raises
        ------
        NoSuchToken
            If no token of this name stands.
        """
        path = self._folder / f"{name}.json"
        if not _NAME.fullmatch(name) or not path.is_file():
            raise NoSuchToken(
                f"no token {name[:80]!r} stands", rule="only a token that stands can be revoked", done="nothing changed"
            )
        Audit(self._home).enter(by or actor(), "token", name, made=False)
        revoked = path.rename(self._folder / f"{name}{_REVOKED}.json")
        if proof_of(path).exists():
            proof_of(path).rename(proof_of(revoked))

    def holder(self, secret: str) -> Token | None:
        """Return the token that a secret is, None if it is none that stands.

        Every token is compared in constant time, whichever fits.
        """
        given = _sha256(secret[:_LONGEST]) if secret.isascii() else ""
        found = None
        for token in self.every():
            fits = hmac.compare_digest(token.sha256, given)
            if fits and token.state == "stands":
                found = token
        return found

    def _write(self, name: str, content: bytes) -> None:
        """Write a new file that only its owner reads; fail if the name was given before."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if (self._folder / f"{name}{_REVOKED}.json").exists():
            raise FileExistsError
        opened = os.open(self._folder / f"{name}.json", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(opened, "wb") as file:
            file.write(content)
        vouch(self._folder / f"{name}.json")


def _require(name: str, rights: Sequence[str], days: int) -> None:
    """Refuse a token that may not be made."""
    if not _NAME.fullmatch(name):
        raise TokenRefused(
            f"the name {name[:80]!r}",
            rule="a name has letters, digits, - and _, and at most 64 of them",
            done="no token was made",
        )
    if not rights or not set(rights) <= set(TOKEN_RIGHTS):
        rule = f"a right is {' or '.join(TOKEN_RIGHTS)}"
        raise TokenRefused(f"the rights {list(rights)}", rule=rule, done="no token was made")
    if not 1 <= days <= MOST_DAYS:
        rule = f"a token stands for 1 to {MOST_DAYS} days"
        raise TokenRefused(f"{days} days", rule=rule, done="no token was made")


def _sha256(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _moment(at: datetime) -> str:
    return at.replace(microsecond=0).isoformat().replace("+00:00", "Z")


def _read(path: Path) -> Token | None:
    """Return a token from its file, None for a file that is none or has just gone.

    One that was made before tokens had rights hands in for the source of its name, for the usual time.
    """
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        made = datetime.fromisoformat(kept["at"])
        kept.setdefault("expires_at", _moment(made + timedelta(days=DAYS)))
        rights, sources = kept.pop("rights", [HAND_IN]), kept.pop("sources", [kept["name"]])
        token = Token(**kept, rights=tuple(rights), sources=tuple(sources), revoked=path.stem.endswith(_REVOKED))
    except (OSError, ValueError, TypeError, LookupError):
        return None
    sound = isinstance(token.sha256, str) and re.fullmatch(r"[0-9a-f]{64}", token.sha256)
    known = set(token.rights) <= set(TOKEN_RIGHTS)
    return token if sound and known and path.name.split(".")[0] == token.name else None
