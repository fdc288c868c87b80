"""What is believed beforehand of where people come from and go to, as tables and by country. Facts in, words out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from geodata.facts import Allowed, Facts, Place
from geodata.places import country_name
from pages.grids import Grid

FARAWAY = "all who start far away"
_LANDLESS = "anywhere"


def country_names(codes: Iterable[str]) -> str:
    """Return countries by name, in their order."""
    return ", ".join(country_name(code) for code in codes)


def bloc_names(facts: Facts, codes: Iterable[str]) -> str:
    """Return blocs by name, in their order; a code that is none, as a country."""
    names = blocs_by_code(facts)
    return ", ".join(names.get(code) or country_name(code) for code in codes)


def blocs_by_code(facts: Facts) -> Mapping[str, str]:
    """Return the name of each bloc by its code."""
    return {bloc.code: bloc.name for bloc in facts.blocs}


def grids(facts: Facts) -> tuple[Grid, ...]:
    """Return everything that is believed as tables, each entry with its source."""
    return (_destinations(facts), _allowed(facts), _offsets(facts), _gateways(facts), _landings(facts), _routes(facts))


def starts(facts: Facts) -> Grid:
    """Return where journeys from each country begin."""
    rows = sorted((country_name(code), _place(*place)) for code, place in facts.starts.places.items())
    return Grid("Where journeys begin", ("Country", "Latitude, longitude"), tuple(rows))


def believed(facts: Facts, country: str) -> list[tuple[str, str]]:
    """Return all that is assumed about people from a country, and of the country, as pairs of a label and words.

    Parameters
    ----------
    facts : Facts
    country : str
        ISO 3166-1 alpha-3.
    """
    name = country_name(country)
    said = [
        (f"People from {name} may be going to", _goals(facts, country)),
        *_entry(facts, country),
        *_taken_for_farther(facts, country),
        ("Their journeys begin at", _start(facts, country)),
        *((f"They may first fly to {gate.name}", gate.source) for gate in facts.gateways if country in gate.origins),
        ("Airports for all who start far away", ", ".join(gate.name for gate in facts.gateways if not gate.origins)),
        *_place_among_blocs(facts, country),
        *(
            (f"Known route from or to {name}", f"{known.name} (by {known.mode}). {known.source}")
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
    return bloc_names(facts, goals) if goals else "nowhere: no journey is taken to begin here"


def _entry(facts: Facts, country: str) -> list[tuple[str, str]]:
    """Return which entry says so, and from where."""
    entry, own = entry_of(facts, country), facts.bloc_of.get(country)
    if entry is not None:
        peers = country_names(code for code in entry.origins if code != country)
        number = facts.allowed.index(entry) + 1
        shared = f", shared with {peers}" if peers else ", of this country alone"
        return [("By", f"entry {number} of “Who may be going where”{shared}"), ("Source", entry.source)]
    if own is not None:
        return [("By", f"the exits of {own.name}, in which it lies"), ("Source", own.source)]
    return [("By", "the default for every country without an entry of its own")]


def _taken_for_farther(facts: Facts, country: str) -> list[tuple[str, str]]:
    names = blocs_by_code(facts)
    return [
        (f"{names[offset.destination]} is taken to lie farther by", f"{offset.km:,.0f} km. {offset.source}")
        for offset in facts.offsets
        if offset.origin == country
    ]


def _start(facts: Facts, country: str) -> str:
    place = facts.starts.places.get(country)
    return f"{_place(*place)}. {facts.starts.source}" if place else "nowhere stated"


def _place_among_blocs(facts: Facts, country: str) -> list[tuple[str, str]]:
    own = facts.bloc_of.get(country)
    if own is None:
        return []
    closed = " Whoever has arrived does not leave again." if own.closed and not own.exits else ""
    return [(f"{country_name(country)} as a destination", f"part of {own.name}.{closed} {own.source}")]


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
    headings = ("Destination", "Code", "Members", "Journeys end at", "Left again", "Source")
    return Grid("Destinations", headings, rows)


def _leaving(facts: Facts, exits: Iterable[str], *, closed: bool) -> str:
    if not closed:
        return "yes"
    named = bloc_names(facts, exits)
    return f"only to {named}" if named else "no"


def _allowed(facts: Facts) -> Grid:
    rows = [
        (str(number), country_names(entry.origins), bloc_names(facts, entry.destinations), entry.source)
        for number, entry in enumerate(facts.allowed, start=1)
    ]
    rows.append(("", "every other country", bloc_names(facts, facts.default), "the default"))
    return Grid("Who may be going where", ("Entry", "People from", "may be going to", "Source"), tuple(rows))


def _offsets(facts: Facts) -> Grid:
    rows = tuple(
        (
            country_name(offset.origin),
            bloc_names(facts, [offset.destination]),
            f"{offset.km:,.0f}",
            offset.source,
        )
        for offset in facts.offsets
    )
    headings = ("For people from", "is", "farther than it lies by, km", "Source")
    return Grid("Offsets: destinations that few of an origin choose", headings, rows, frozenset({2}))


def _gateways(facts: Facts) -> Grid:
    rows = tuple(
        (gate.name, country_names(gate.origins) or FARAWAY, _spot(gate), gate.source) for gate in facts.gateways
    )
    headings = ("Airport of first arrival", "For people from", "Latitude, longitude", "Source")
    return Grid("Gateways: where people fly to before they go on", headings, rows)


def _landings(facts: Facts) -> Grid:
    rows = tuple(
        (
            landing.name,
            f"{_place(landing.west, landing.south)} to {_place(landing.east, landing.north)}",
            landing.source,
        )
        for landing in facts.landings
    )
    headings = ("Coasts", "Within, latitude and longitude", "Source")
    return Grid("Landings: coasts that boats make for as one", headings, rows)


def _routes(facts: Facts) -> Grid:
    rows = tuple(
        (
            known.name,
            known.mode,
            country_names(known.start),
            country_names(known.end),
            known.landing or _LANDLESS,
            known.source,
        )
        for known in facts.known
    )
    return Grid("Names of known routes", ("Route", "Mode", "From", "To", "Landing", "Source"), rows)


def _spot(place: Place) -> str:
    return _place(place.lon, place.lat)


def _place(lon: float, lat: float) -> str:
    return f"{lat:.2f}, {lon:.2f}"
