"""Tokens: by which a program may hand in incidents. Shown once, when made; only their SHA-256 is kept.

Each token is one file, ``desk/tokens/<name>.json`` in the workspace, never written again. Revoking renames it, so that
it counts no longer and still says who made it and when. A name is given once.
"""

from __future__ import annotations

import getpass
import hashlib
import hmac
import json
import os
import re
import secrets
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from geodata.core.atomic_write import proof_of, vouch
from geodata.core.audit import Audit
from geodata.core.errors import RoutesError

PREFIX = "rmt_"
"""Begins every token, so that one that got into a file or log is found there."""
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
    at : str
        RFC 3339, UTC.
    revoked : bool
    """

    name: str
    sha256: str
    actor: str
    at: str
    revoked: bool = False


class Tokens:
    """The tokens of one workspace.

    Parameters
    ----------
    home : Path
        The workspace folder.
    """

    def __init__(self, home: Path) -> None:
        self._home, self._folder = home, home / "desk" / "tokens"

    def new(self, name: str) -> str:
        """Make a token and return it: the only time that it is seen.

        Raises
        ------
        TokenRefused
            If the name does not fit, was given before, or cannot be written.
        """
        if not _NAME.fullmatch(name):
            raise TokenRefused(
                f"the name {name[:80]!r}",
                rule="a name has letters, digits, - and _, and at most 64 of them",
                done="no token was made",
            )
        Audit(self._home).enter(getpass.getuser(), "token", name, made=True)
        secret = PREFIX + secrets.token_urlsafe(_BYTES)
        at = datetime.now(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")
        kept = asdict(Token(name, _sha256(secret), getpass.getuser(), at))
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

    def revoke(self, name: str) -> None:
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
        Audit(self._home).enter(getpass.getuser(), "token", name, made=False)
        revoked = path.rename(self._folder / f"{name}{_REVOKED}.json")
        if proof_of(path).exists():
            proof_of(path).rename(proof_of(revoked))

    def holder(self, secret: str) -> str | None:
        """Return the name of the token that a secret is, None if it is none that stands.

        Every token that stands is compared in constant time, whichever fits.
        """
        given = _sha256(secret[:_LONGEST]) if secret.isascii() else ""
        name = None
        for token in self.every():
            fits = hmac.compare_digest(token.sha256, given)
            if fits and not token.revoked:
                name = token.name
        return name

    def _write(self, name: str, content: bytes) -> None:
        """Write a new file that only its owner reads; fail if the name was given before."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if (self._folder / f"{name}{_REVOKED}.json").exists():
            raise FileExistsError
        opened = os.open(self._folder / f"{name}.json", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(opened, "wb") as file:
            file.write(content)
        vouch(self._folder / f"{name}.json")


def _sha256(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _read(path: Path) -> Token | None:
    """Return a token from its file, None for a file that is none or has just gone."""
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        token = Token(**kept, revoked=path.stem.endswith(_REVOKED))
    except (OSError, ValueError, TypeError):
        return None
    sound = isinstance(token.sha256, str) and re.fullmatch(r"[0-9a-f]{64}", token.sha256)
    return token if sound and path.name.split(".")[0] == token.name else None
