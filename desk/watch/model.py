"""What a watch-list says: which places, which changes, and how and when it is told."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from email.errors import HeaderParseError
from email.headerregistry import Address
from typing import Annotated, Any, Literal, Self, get_args
from urllib.parse import parse_qsl, urlsplit
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator, model_validator

from geodata.core.errors import WrongValue
from geodata.model.incident import Mode
from geodata.model.query import View

Kind = Literal["new", "rise", "fall"]
"""new: a rise where nothing was usual; rise: any; fall."""
KINDS: tuple[Kind, ...] = get_args(Kind)
Confidence = Literal["low", "medium", "high"]
CONFIDENCES: tuple[Confidence, ...] = get_args(Confidence)
Channel = Literal["feed", "email", "webhook", "teams", "slack"]
CHANNELS: tuple[Channel, ...] = get_args(Channel)
When = Literal["at once", "daily", "weekly"]
WHEN: tuple[When, ...] = get_args(When)

LONGEST_NAME = 60
MOST_PLACES = 50
_MOST_CORNERS = 24
_LONGEST_ADDRESS = 2_000
_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
_MONTH = r"^$|^\d{4}-(0[1-9]|1[0-2])$"


def _sorted_unique(values: Any) -> Any:
    return tuple(sorted(set(values))) if isinstance(values, Iterable) and not isinstance(values, str) else values


Iso3 = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
RouteId = Annotated[str, Field(pattern=r"^[a-z]+-[0-9a-f]{1,32}$")]


class Area(BaseModel):
    """A named polygon.

    Attributes
    ----------
    name : str
    corners : tuple of (lon, lat), degrees
        Open, 3 to 24 of them.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1, max_length=LONGEST_NAME)
    corners: tuple[tuple[float, float], ...] = Field(min_length=3, max_length=_MOST_CORNERS)

    @field_validator("corners")
    @classmethod
    def _on_earth(cls, corners: tuple[tuple[float, float], ...]) -> tuple[tuple[float, float], ...]:
        if not all(-180 <= lon <= 180 and -90 <= lat <= 90 for lon, lat in corners):
            message = "corners are lon, lat in degrees"
            raise ValueError(message)
        return corners


class Timing(BaseModel):
    """When messages leave.

    Attributes
    ----------
    when : str
        at once, daily or weekly.
    hour, weekday : int
        Of a daily or weekly message, in ``zone``; Monday is 0.
    zone : str
        Name of a time zone of IANA.
    quiet_from, quiet_to : str
        HH:MM in ``zone``: nothing leaves in [from, to); "" for never. It may go across midnight.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    when: When = "at once"
    hour: int = Field(default=7, ge=0, le=23)
    weekday: int = Field(default=0, ge=0, le=6)
    zone: str = "UTC"
    quiet_from: str = ""
    quiet_to: str = ""

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, zone: str) -> str:
        try:
            ZoneInfo(zone)
        except (ValueError, OSError, KeyError):
            message = "a time zone is named as Europe/Rome or UTC"
            raise ValueError(message) from None
        return zone

    @model_validator(mode="after")
    def _whole_quiet(self) -> Self:
        given = [time for time in (self.quiet_from, self.quiet_to) if time]
        if given and (len(given) == 1 or given[0] == given[1] or not all(map(_TIME.fullmatch, given))):
            message = "quiet hours are two different times, as 22:00 and 06:00"
            raise ValueError(message)
        return self


class WatchList(BaseModel):
    """What is watched, and how it is told.

    Attributes
    ----------
    name : str
    view : str
        The filters of the map, as a query: findings are those of the incidents that they leave.
    areas, routes, countries, pairs
        Polygons, ids of routes, countries (ISO 3166-1 alpha-3), countries that routes lead from and to. A finding fits
        if it fits one of them all; if there is none, wherever it is.
    modes : tuple of str
        Of the findings; none for all.
    kinds : tuple of str
        Of ``KINDS``.
    least_incidents : int
    least_confidence : str
    since : str
        A month from which on what could be known is told at first; "" for nothing of what was known already.
    channel, address, language : str
        How it is told: to an address of e-mail, a URL, or nowhere for a feed.
    timing : Timing
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1, max_length=LONGEST_NAME)
    view: str = ""
    areas: tuple[Area, ...] = Field(default=(), max_length=MOST_PLACES)
    routes: Annotated[tuple[RouteId, ...], BeforeValidator(_sorted_unique)] = Field(default=(), max_length=MOST_PLACES)
    countries: Annotated[tuple[Iso3, ...], BeforeValidator(_sorted_unique)] = Field(default=(), max_length=MOST_PLACES)
    pairs: tuple[tuple[Iso3, Iso3], ...] = Field(default=(), max_length=MOST_PLACES)
    modes: Annotated[tuple[Mode, ...], BeforeValidator(_sorted_unique)] = ()
    kinds: Annotated[tuple[Kind, ...], BeforeValidator(_sorted_unique)] = Field(default=KINDS, min_length=1)
    least_incidents: int = Field(default=0, ge=0, le=1_000_000)
    least_confidence: Confidence = "low"
    since: str = Field(default="", pattern=_MONTH)
    channel: Channel = "feed"
    address: str = Field(default="", max_length=_LONGEST_ADDRESS)
    language: str = Field(default="en", pattern=r"^[a-z]{2,3}(_[A-Za-z]{2,4})?$")
    timing: Timing = Timing()

    @field_validator("name")
    @classmethod
    def _one_line(cls, name: str) -> str:
        if not name.strip() or not name.isprintable():
            message = "a name is one line of letters"
            raise ValueError(message)
        return name.strip()

    @field_validator("view")
    @classmethod
    def _canonical(cls, query: str) -> str:
        view, notes = View.from_query(parse_qsl(query))
        if notes:
            raise ValueError(str(notes[0]))
        return view.without_window().query()

    @model_validator(mode="after")
    def _reachable(self) -> Self:
        fault = _fault_of_address(self.channel, self.address)
        if fault:
            raise ValueError(fault)
        return self

    @property
    def seen(self) -> View:
        """Return the filters as a View."""
        return View.from_query(parse_qsl(self.view))[0]

    @property
    def aimed_at(self) -> str:
        """Return where messages go as it may be shown: of a URL, which is a secret itself, only the host."""
        return self.address if self.channel == "email" else urlsplit(self.address).hostname or ""


def watch_list(told: Mapping[str, Any]) -> WatchList:
    """Return a watch-list from what was given.

    Raises
    ------
    WrongValue
        With the first thing that is wrong.
    """
    try:
        return WatchList.model_validate(told)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        secret = field in ("", "address") or first["type"] == "missing"
        given = "what was given" if secret else f"{first['input']!r}"[:80]
        rule = str(first["msg"]).removeprefix("Value error, ")
        raise WrongValue(given, rule=rule, done="nothing is watched", where=field) from None


def _fault_of_address(channel: Channel, address: str) -> str:
    """Return what is wrong with an address, "" where it will do."""
    if channel == "feed":
        return "a feed has no address of its own" if address else ""
    if channel == "email":
        return "" if is_mailbox(address) else "messages go to one address of e-mail, as desk@example.org"
    try:
        url = urlsplit(address)
        sound = url.scheme in ("http", "https") and bool(url.hostname) and url.port != 0
    except ValueError:
        sound = False
    plain = address.isascii() and address.isprintable() and not set(address) & set(' \\"<>')
    if not (sound and plain) or url.username is not None or url.fragment:
        return "a webhook is an https address with a host, and holds no user, password or spaces"
    return ""


def is_mailbox(address: str) -> bool:
    """Tell whether a text is one address of e-mail and nothing else."""
    try:
        found = Address(addr_spec=address)
    except (HeaderParseError, ValueError, IndexError):
        return False
    plain = address.isascii() and address.isprintable() and not set(address) & set(' ,;:<>()"\\')
    return plain and found.addr_spec == address and "." in found.domain.strip("[]") and bool(found.username)
