"""Sources on the network: what ``SOURCES.toml`` may say of each place from which files are pulled.

.. code-block:: toml

    [[source]]
    name = "partner"                               # letters, digits and hyphens; names its state
    url = "https://data.example.org/incidents.csv"
    every = "15m"                                  # s, m, h or d
    format = "csv"                                 # or file = "incidents.csv"
    header = { name = "Authorization", env = "PARTNER_TOKEN" }
    hosts = ["files.example.org"]                  # to which it may also redirect
    largest_mb = 50
    timeout = "30s"                                # for a sign of life; "within" bounds the whole answer
    within = "5m"
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Self
from urllib.parse import SplitResult, urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from geodata.core.errors import WrongValue

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_FILE = r"^[A-Za-z0-9][A-Za-z0-9 ._-]{0,99}\.[A-Za-z0-9]{1,10}$"


def _seconds(value: Any) -> Any:
    """Read ``15m`` as seconds; a number is seconds already."""
    found = re.fullmatch(r"(\d{1,6})\s*([smhd])", value) if isinstance(value, str) else None
    if isinstance(value, str) and found is None:
        message = "must be a number with s, m, h or d behind it, as 15m"
        raise ValueError(message)
    return int(found[1]) * _UNITS[found[2]] if found else value


Seconds = Annotated[int, BeforeValidator(_seconds)]


class SecretHeader(BaseModel):
    """A header whose value stands in the environment, so that no secret stands in a file.

    Attributes
    ----------
    name : str
    env : str
        The variable that holds the whole value, as ``Bearer abc``.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=r"^[A-Za-z0-9-]{1,64}$")
    env: str = Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")

    def value(self) -> str:
        """Return the value.

        Raises
        ------
        WrongValue
            If the variable is not set, or holds what no header may.
        """
        value = os.environ.get(self.env, "")
        if not value or not value.isascii() or not value.isprintable():
            raise WrongValue(
                f"the environment variable {self.env} is not set or holds more than printable ASCII",
                rule=f"it holds the value of the header {self.name}",
                done="nothing was asked",
            )
        return value


class Source(BaseModel):
    """One place from which files are pulled.

    Attributes
    ----------
    name, url : str
    every, timeout, within : int, seconds
        Between two pulls; for a sign of life; for the whole answer.
    format, file : str
        Under which name the body is read: ``file``, or ``name.format``.
    header : SecretHeader, optional
    hosts : tuple of str
        Other hosts to which it may redirect. They are not sent the header.
    largest_mb : int
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")
    url: str
    every: Seconds = Field(ge=10, le=30 * 86_400)
    format: str = Field(default="", pattern=r"^[a-z0-9]{0,10}$")
    file: str = Field(default="", pattern=rf"^$|{_FILE}")
    header: SecretHeader | None = None
    hosts: tuple[str, ...] = ()
    largest_mb: int = Field(default=50, ge=1, le=512)
    timeout: Seconds = Field(default=30, ge=1, le=300)
    within: Seconds = Field(default=300, ge=1, le=3600)

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if not reachable(self.url):
            message = "url must be http:// or https:// with a host, and hold no user, password or spaces"
            raise ValueError(message)
        if bool(self.format) == bool(self.file):
            message = "either format or file must be given"
            raise ValueError(message)
        address = urlsplit(self.url)
        if self.header is not None and address.scheme != "https" and address.hostname not in _LOOPBACK:
            message = "a header with a secret is sent over https only"
            raise ValueError(message)
        return self

    @property
    def file_name(self) -> str:
        """Return the name under which the body is read."""
        return self.file or f"{self.name}.{self.format}"

    def headers(self, url: str) -> Mapping[str, str]:
        """Return the headers with secrets for an address: none unless it has the origin of the source."""
        if self.header is None or _origin(urlsplit(url)) != _origin(urlsplit(self.url)):
            return {}
        return {self.header.name: self.header.value()}

    def may_ask(self, url: str) -> bool:
        """Tell whether a redirect may be followed: to the same host or a listed one, and never from https to http."""
        if not reachable(url):
            return False
        here, there = urlsplit(self.url), urlsplit(url)
        safe = there.scheme == "https" or here.scheme == "http"
        return safe and there.hostname in {here.hostname, *(host.lower() for host in self.hosts)}


def read_sources(path: Path) -> tuple[Source, ...]:
    """Read and check ``SOURCES.toml``, the environment that it names too.

    Raises
    ------
    WrongValue
        With the first thing that is wrong.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise _wrong(path, f"it cannot be read ({error.strerror})", "the list of sources is a file") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise _wrong(path, f"it is not TOML ({error})", "the list of sources is TOML") from None
    entries = document.get("source")
    if set(document) != {"source"} or not isinstance(entries, list) or not entries:
        raise _wrong(path, "it holds something else than sources", "every source stands under [[source]]")
    sources = tuple(_source(path, number, entry) for number, entry in enumerate(entries, start=1))
    names = [source.name for source in sources]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise _wrong(path, f"the name {twice[0]!r} stands twice", "every source has a name of its own")
    for source in sources:
        source.headers(source.url)
    return sources


def reachable(url: str) -> bool:
    """Tell whether an address is one that may be asked at all."""
    try:
        address = urlsplit(url)
        port = address.port
    except ValueError:
        return False
    plain = url.isascii() and url.isprintable() and " " not in url and "\\" not in url
    named = bool(address.hostname) and address.username is None and address.password is None and port != 0
    return plain and named and address.scheme in ("http", "https")


def _origin(address: SplitResult) -> tuple[str, str | None, int | None]:
    return address.scheme, address.hostname, address.port or {"https": 443, "http": 80}.get(address.scheme)


def _source(path: Path, number: int, entry: Any) -> Source:
    try:
        return Source.model_validate(entry)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        given = f" is {first['input']!r}"[:80] if field and first["type"] != "missing" else ""
        rule = str(first["msg"]).removeprefix("Value error, ")
        raise _wrong(path, f"source {number}{f': {field}' if field else ''}{given}", rule) from None


def _wrong(path: Path, what: str, rule: str) -> WrongValue:
    return WrongValue(what.replace("\n", " "), rule=rule, done="nothing was asked", where=path.name)
