"""What is believed beforehand of where people come from and go to, as tables and by country. Facts in, words out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from geodata.model.assumptions import Allowed, Facts, Place
from geodata.places.lookup import country_name
from pages.ui.html_table import Grid
from pages.ui.translate import country as name_of
from pages.ui.translate import mark, number, say

BY_MODE: Final[Mapping[str, str]] = {"land": mark("by land"), "sea": mark("by sea"), "air": mark("by air")}
"""Each mode as a way to go."""


def country_names(codes: Iterable[str]) -> str:
    """Return countries by name, in their order."""
    return ", ".join(name_of(code) for code in codes)


def bloc_names(facts: Facts, codes: Iterable[str]) -> str:
    """Return blocs by name, in their order; a code that is none, as a country."""
    names = blocs_by_code(facts)
    return ", ".join(names.get(code) or name_of(code) for code in codes)


def blocs_by_code(facts: Facts) -> Mapping[str, str]:
    """Return the name of each bloc by its code."""
    return {bloc.code: bloc.name for bloc in facts.blocs}


def grids(facts: Facts) -> tuple[Grid, ...]:
    """Return everything that is believed as tables, each entry with its source."""
    return (_destinations(facts), _allowed(facts), _offsets(facts), _gateways(facts), _landings(facts), _routes(facts))


def starts(facts: Facts) -> Grid:
    """Return where journeys from each country begin."""
    places = facts.starts.places
    rows = tuple((name_of(code), _place(*places[code])) for code in sorted(places, key=country_name))
    return Grid(say("Where journeys begin"), (say("Country"), say("Latitude, longitude")), rows)


def believed(facts: Facts, country: str) -> list[tuple[str, str]]:
    """Return all that is assumed about people from a country, and of the country, as pairs of a label and words.

    Parameters
    ----------
    facts : Facts
    country : str
        ISO 3166-1 alpha-3.
    """
    name = name_of(country)
    said = [
        (say("People from {country} may be going to", country=name), _goals(facts, country)),
        *_entry(facts, country),
        *_taken_for_farther(facts, country),
        (say("Their journeys begin at"), _start(facts, country)),
        *(
            (say("They may first fly to {airport}", airport=gate.name), gate.source)
            for gate in facts.gateways
            if country in gate.origins
        ),
        (
            say("Airports for all who start far away"),
            ", ".join(gate.name for gate in facts.gateways if not gate.origins),
        ),
        *_place_among_blocs(facts, country),
        *(
            (
                say("Known route from or to {country}", country=name),
                f"{known.name} ({say(BY_MODE[known.mode])}). {known.source}",
            )
            for known in facts.known
            if country in (*known.start, *known.end)
        ),
    ]
    return [(label, text) for label, text in said if text]


def entry_of(facts: Facts, country: str) -> Allowed | None:
    """Return the entry that lists where people of a country may be going, None where none does."""
    return next((entry for entry in facts.allowed if country in entry.origins), None)


def _goals(facts: Facts, country: str) -> str:
    goals = facts.destinations(country)
    return bloc_names(facts, goals) if goals else say("nowhere: no journey is taken to begin here")


def _entry(facts: Facts, country: str) -> list[tuple[str, str]]:
    """Return which entry says so, and from where."""
    entry, own = entry_of(facts, country), facts.bloc_of.get(country)
    if entry is not None:
        peers = country_names(code for code in entry.origins if code != country)
        at = str(facts.allowed.index(entry) + 1)
        which = (
            say("entry {number} of “Who may be going where”, shared with {countries}", number=at, countries=peers)
            if peers
            else say("entry {number} of “Who may be going where”, of this country alone", number=at)
        )
        return [(say("By"), which), (say("Source"), entry.source)]
    if own is not None:
        which = say("the exits of {destination}, in which it lies", destination=own.name)
        return [(say("By"), which), (say("Source"), own.source)]
    return [(say("By"), say("the default for every country without an entry of its own"))]


def _taken_for_farther(facts: Facts, country: str) -> list[tuple[str, str]]:
    names = blocs_by_code(facts)
    return [
        (
            say("{destination} is taken to lie farther by", destination=names[offset.destination]),
            f"{number(offset.km)} km. {offset.source}",
        )
        for offset in facts.offsets
        if offset.origin == country
    ]


def _start(facts: Facts, country: str) -> str:
    place = facts.starts.places.get(country)
    return f"{_place(*place)}. {facts.starts.source}" if place else say("nowhere stated")


def _place_among_blocs(facts: Facts, country: str) -> list[tuple[str, str]]:
    own = facts.bloc_of.get(country)
    if own is None:
        return []
    part = (
        say("part of {destination}. Whoever has arrived does not leave again.", destination=own.name)
        if own.closed and not own.exits
        else say("part of {destination}.", destination=own.name)
    )
    return [(say("{country} as a destination", country=name_of(country)), f"{part} {own.source}")]


def _destinations(facts: Facts) -> Grid:
    rows = tuple(
        (
            bloc.name,
            bloc.code,
            country_names(bloc.members),
            ", ".join(anchor.name for anchor in bloc.anchors),
            _leaving(facts, bloc.exits, closed=bloc.closed),
            bloc.source,
        )
        for bloc in facts.blocs
    )
    titles = mark("Destination"), mark("Code"), mark("Members"), mark("Journeys end at"), mark("Left again")
    return Grid(say("Destinations"), _headings(*titles, mark("Source")), rows)


def _headings(*titles: str) -> tuple[str, ...]:
    return tuple(say(title) for title in titles)


def _leaving(facts: Facts, exits: Iterable[str], *, closed: bool) -> str:
    if not closed:
        return say("yes")
    named = bloc_names(facts, exits)
    return say("only to {destinations}", destinations=named) if named else say("no")


def _allowed(facts: Facts) -> Grid:
    rows = [
        (str(at), country_names(entry.origins), bloc_names(facts, entry.destinations), entry.source)
        for at, entry in enumerate(facts.allowed, start=1)
    ]
    rows.append(("", say("every other country"), bloc_names(facts, facts.default), say("the default")))
    headings = _headings(mark("Entry"), mark("People from"), mark("may be going to"), mark("Source"))
    return Grid(say("Who may be going where"), headings, tuple(rows))


def _offsets(facts: Facts) -> Grid:
    rows = tuple(
        (
            name_of(offset.origin),
            bloc_names(facts, [offset.destination]),
            number(offset.km),
            offset.source,
        )
        for offset in facts.offsets
    )
    headings = _headings(mark("For people from"), mark("is"), mark("farther than it lies by, km"), mark("Source"))
    return Grid(say("Offsets: destinations that few of an origin choose"), headings, rows, frozenset({2}))


def _gateways(facts: Facts) -> Grid:
    rows = tuple(
        (gate.name, country_names(gate.origins) or say("all who start far away"), _spot(gate), gate.source)
        for gate in facts.gateways
    )
    titles = mark("Airport of first arrival"), mark("For people from"), mark("Latitude, longitude"), mark("Source")
    return Grid(say("Gateways: where people fly to before they go on"), _headings(*titles), rows)


def _landings(facts: Facts) -> Grid:
    rows = tuple(
        (
            landing.name,
            say(
                "{southwest} to {northeast}",
                southwest=_place(landing.west, landing.south),
                northeast=_place(landing.east, landing.north),
            ),
            landing.source,
        )
        for landing in facts.landings
    )
    headings = _headings(mark("Coasts"), mark("Within, latitude and longitude"), mark("Source"))
    return Grid(say("Landings: coasts that boats make for as one"), headings, rows)


def _routes(facts: Facts) -> Grid:
    rows = tuple(
        (
            known.name,
            say(known.mode),
            country_names(known.start),
            country_names(known.end),
            known.landing or say("anywhere"),
            known.source,
        )
        for known in facts.known
    )
    titles = mark("Route"), mark("Mode"), mark("From"), mark("To"), mark("Landing"), mark("Source")
    return Grid(say("Names of known routes"), _headings(*titles), rows)


def _spot(place: Place) -> str:
    return _place(place.lon, place.lat)


def _place(lon: float, lat: float) -> str:
    return f"{lat:.2f}, {lon:.2f}"
