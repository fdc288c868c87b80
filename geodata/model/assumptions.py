"""Facts: where journeys may lead, whence they start and which borders are not crossed back; data that an analyst edits.

``reference/facts.toml`` holds those of the demonstration, each with a public source. They decide the direction of a
corridor where no incident states it, and so every corridor names their version.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache, cached_property, lru_cache
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from geodata.core.errors import WrongValue
from geodata.places.lookup import countries, country_name
from geodata.spatial.coastline import REFERENCE

Lon = Annotated[float, Field(ge=-180, le=180)]
Lat = Annotated[float, Field(ge=-90, le=90)]
FACTS_FILE = "facts.toml"
Code = Annotated[str, Field(pattern=r"^[A-Z]{2,12}$")]
Text = Annotated[str, Field(min_length=1)]
Km = Annotated[float, Field(ge=0, le=20_000)]
Share = Annotated[float, Field(gt=0, le=1)]


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Place(_Entry):
    """A named place; lon, lat in degrees."""

    name: Text
    lon: Lon
    lat: Lat


class Gateway(Place):
    """An airport of first arrival, to which people fly before they go on; reached, never drawn.

    Where ``origins`` are listed, only people from there fly to it, from however near; else all from far away.
    """

    origins: tuple[Code, ...] = ()
    source: Text


class Bloc(_Entry):
    """Countries that are one destination.

    Attributes
    ----------
    code, name : str
    members : tuple of ISO 3166-1 alpha-3 codes
    anchors : tuple of Place
        Where journeys into it end; the nearest by travel counts.
    closed : bool
        Whoever has arrived does not leave again, but for the ``exits``: countries, or codes of blocs.
    open_borders : bool
        No border is counted between its members.
    source : str
    """

    code: Code
    name: Text
    members: tuple[Code, ...] = Field(min_length=1)
    anchors: tuple[Place, ...] = Field(min_length=1)
    closed: bool = False
    open_borders: bool = False
    exits: tuple[Code, ...] = ()
    source: Text


class Allowed(_Entry):
    """Countries of origin, and the blocs that people from there may be going to."""

    origins: tuple[Code, ...] = Field(min_length=1)
    destinations: tuple[Code, ...] = Field(min_length=1)
    source: Text


class Offset(_Entry):
    """How much farther than it lies a destination is taken to be, km, as few of an origin choose it."""

    origin: Code
    destination: Code
    km: Km
    source: Text


class Landing(_Entry):
    """Coasts that boats make for as one, whichever they reach; a box in degrees."""

    name: Text
    west: Lon
    south: Lat
    east: Lon
    north: Lat
    source: Text

    def holds(self, lon: float, lat: float) -> bool:
        """Tell whether a place lies within."""
        return self.west <= lon <= self.east and self.south <= lat <= self.north


class KnownRoute(_Entry):
    """A leg, from any of some countries straight to any of others, by the name under which it is publicly known."""

    name: Text
    mode: Literal["land", "sea"]
    start: tuple[Code, ...] = Field(alias="from", min_length=1)
    end: tuple[Code, ...] = Field(alias="to", min_length=1)
    landing: str = ""
    source: Text

    def holds(self, mode: str, start: str, end: str, landing: str) -> bool:
        """Tell whether a leg is part of it."""
        fits = mode == self.mode and start in self.start and end in self.end
        return fits and self.landing in ("", landing)


class Starts(_Entry):
    """Where a journey from each country begins: lon, lat by alpha-3 code."""

    source: Text
    places: dict[Code, tuple[Lon, Lat]] = Field(min_length=1)


class Facts(_Entry):
    """Everything that is known beforehand; ``version`` is printed with every corridor.

    Attributes
    ----------
    version : str
    default : tuple of str
        Blocs that people of a country without an entry may be going to.
    blocs, allowed, offsets, gateways, landings, known : tuples
    starts : Starts
    """

    version: Text
    default: tuple[Code, ...] = Field(min_length=1)
    blocs: tuple[Bloc, ...] = Field(alias="bloc", min_length=1)
    allowed: tuple[Allowed, ...] = ()
    offsets: tuple[Offset, ...] = Field(alias="offset", default=())
    gateways: tuple[Gateway, ...] = Field(alias="gateway", default=())
    landings: tuple[Landing, ...] = Field(alias="landing", default=())
    known: tuple[KnownRoute, ...] = Field(alias="route", default=())
    starts: Starts

    @cached_property
    def digest(self) -> str:
        """Return a hash of all that is stated: what was computed from these facts is kept under it."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()

    @cached_property
    def by_origin(self) -> dict[str, tuple[str, ...]]:
        """Return the codes of the allowed blocs by country of origin."""
        return {origin: entry.destinations for entry in self.allowed for origin in entry.origins}

    @cached_property
    def bloc_of(self) -> dict[str, Bloc]:
        """Return the bloc of each country that belongs to one."""
        return {member: bloc for bloc in self.blocs for member in bloc.members}

    def landing_at(self, lon: float, lat: float) -> str:
        """Return the name of the landing that a place belongs to, "" for none."""
        return next((landing.name for landing in self.landings if landing.holds(lon, lat)), "")

    def route_of(self, mode: str, start: str, end: str, landing: str = "") -> str:
        """Return the name under which a leg from one country straight to another is known, "" for none."""
        return next((known.name for known in self.known if known.holds(mode, start, end, landing)), "")

    def peers(self, origin: str) -> tuple[str, ...]:
        """Return the countries that share the list of destinations of one; none where the default holds."""
        return next((entry.origins for entry in self.allowed if origin in entry.origins), ())

    def destinations(self, origin: str) -> tuple[str, ...]:
        """Return the codes of the blocs that people of a country may be going to; never the bloc they are in.

        From within a bloc that has exits into other blocs, those are what is left: France to the United Kingdom.
        """
        own = self.bloc_of.get(origin)
        codes = self.by_origin.get(origin, self.default)
        if own is not None and origin not in self.by_origin:
            return tuple(code for code in own.exits if any(bloc.code == code for bloc in self.blocs))
        return tuple(code for code in codes if own is None or code != own.code)


@lru_cache(maxsize=16)
def facts_from(text: str, where: str = "facts") -> Facts:
    """Return the facts that a TOML text states; the latest texts are read once.

    Raises
    ------
    WrongValue
        If it is no TOML, misses or misspells something, or contradicts itself; one sentence with every fault.
    """
    try:
        stated = Facts.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise refused([f"it is no TOML ({error})"], where) from None
    except ValidationError as error:
        raise refused([_in_words(fault) for fault in error.errors()], where) from None
    faults = list(_contradictions(stated))
    if faults:
        raise refused(faults, where)
    return stated


@cache
def reference_facts() -> Facts:
    """Return the facts of the demonstration, ``reference/facts.toml``."""
    return facts_from((REFERENCE / FACTS_FILE).read_text(encoding="utf-8"), "facts.toml")


def refused(faults: list[str], where: str) -> WrongValue:
    """Return the error that says why some facts are not used."""
    return WrongValue(
        "; ".join(faults),
        rule="facts name known countries and blocs, and do not contradict each other",
        done="these facts are not used",
        where=where,
    )


def _in_words(fault: Any) -> str:
    place = " ".join(str(part + 1) if isinstance(part, int) else part for part in fault["loc"])
    said = {"missing": "is missing", "extra_forbidden": "is not known here"}.get(fault["type"])
    return f"{place or 'the text'} {said}" if said else f"{place}: {fault['msg'][0].lower()}{fault['msg'][1:]}"


def _contradictions(facts: Facts) -> Iterator[str]:
    codes = [bloc.code for bloc in facts.blocs]
    yield from (f"bloc {code} is stated twice" for code in _twice(codes))
    yield from _unknown_countries(facts)
    yield from _unknown_blocs(facts, set(codes))
    members = _twice(member for bloc in facts.blocs for member in bloc.members)
    yield from (f"{country_name(code)} belongs to two blocs" for code in members)
    origins = _twice(origin for entry in facts.allowed for origin in entry.origins)
    yield from (f"{country_name(code)} has two lists of destinations" for code in origins)
    yield from _inside_the_source(facts)
    for bloc in facts.blocs:
        if bloc.exits and not bloc.closed:
            yield f"bloc {bloc.code} has exits but is not closed"
        yield from (
            f"bloc {bloc.code} has its own member {code} as an exit" for code in sorted({*bloc.exits} & {*bloc.members})
        )
    yield from (
        f"landing {landing.name} has its east or north before its west or south"
        for landing in facts.landings
        if landing.west >= landing.east or landing.south >= landing.north
    )
    landings = {"", *(landing.name for landing in facts.landings)}
    yield from (
        f"known route {known.name} names the landing {known.landing!r}, which there is not"
        for known in facts.known
        if known.landing not in landings
    )
    pairs = _twice((offset.origin, offset.destination) for offset in facts.offsets)
    yield from (f"the offset from {origin} to {destination} is stated twice" for origin, destination in pairs)
    yield from (
        f"there is an offset from {offset.origin} to {offset.destination}, where nobody from there is said to go"
        for offset in facts.offsets
        if offset.destination in set(codes) and offset.destination not in facts.destinations(offset.origin)
    )


def _unknown_countries(facts: Facts) -> Iterator[str]:
    blocs = {bloc.code for bloc in facts.blocs}
    named = [(code, f"members of bloc {bloc.code}") for bloc in facts.blocs for code in bloc.members]
    named += [(code, f"exits of bloc {bloc.code}") for bloc in facts.blocs for code in bloc.exits if code not in blocs]
    named += [(code, "allowed origins") for entry in facts.allowed for code in entry.origins]
    named += [(offset.origin, "offsets") for offset in facts.offsets]
    named += [(code, f"origins of gateway {gate.name}") for gate in facts.gateways for code in gate.origins]
    named += [(code, f"known route {known.name}") for known in facts.known for code in (*known.start, *known.end)]
    named += [(code, "starts") for code in facts.starts.places]
    known = countries()
    yield from (f"{code!r} among the {what} is no country" for code, what in named if code not in known)
    starts = facts.starts.places
    wanted = {code for entry in facts.allowed for code in entry.origins if code in known}
    yield from (f"{country_name(code)} is an origin without a start" for code in sorted(wanted - set(starts)))


def _unknown_blocs(facts: Facts, codes: set[str]) -> Iterator[str]:
    named = [(code, "default destinations") for code in facts.default]
    named += [(code, f"destinations of {entry.origins[0]}") for entry in facts.allowed for code in entry.destinations]
    named += [(offset.destination, "offsets") for offset in facts.offsets]
    yield from (f"{code!r} among the {what} is no bloc" for code, what in named if code not in codes)


def _inside_the_source(facts: Facts) -> Iterator[str]:
    for entry in facts.allowed:
        for origin in entry.origins:
            own = facts.bloc_of.get(origin)
            if own is not None and own.code in entry.destinations:
                yield f"{country_name(origin)} lies in {own.code}, which is said to be a destination of its people"


def _twice(values: Iterable[Any]) -> list[Any]:
    return [value for value, count in Counter(values).items() if count > 1]
