"""Bases: what the direction of a route rests on, in words."""

# Texts here are said on the map.

from __future__ import annotations

from collections.abc import Mapping

from geodata.core.messages import Country, Sentence, sentence, series
from geodata.model.assumptions import Facts
from geodata.places.lookup import country_name
from routes.core.params import TellingParams

Journeys = Mapping[tuple[str, str], float]


def basis_of(
    journeys: Journeys, incidents: int, origins: int, destinations: int, facts: Facts, params: TellingParams
) -> Sentence:
    """Return what the direction of a route rests on: what its incidents state, and which entries of the facts.

    Parameters
    ----------
    journeys : mapping of (start, goal) to share
        Of those who move along it, largest first.
    incidents, origins, destinations : int
        Incidents that lie in it, and how many of them state an origin and a destination.
    facts : Facts
    params : TellingParams
    """
    pairs = [
        sentence("{start} to {goal} {share:.0%}", start=_country(start), goal=_goal(goal), share=share)
        for (start, goal), share in journeys.items()
    ]
    return sentence(
        "{origins}; {destinations}. Assumptions {facts}: {journeys}{decisive}.",
        origins=_origins_stated(origins, incidents),
        destinations=_destinations_stated(destinations, incidents),
        facts=facts.version,
        journeys=series(pairs[: params.most_pairs]),
        decisive=_decisive(journeys, facts, params),
    )


def _country(code: str) -> Country:
    return Country(country_name(code), code)


def _goal(code: str) -> Country:
    """Return a destination by its code, which in English is shown as it is."""
    return Country(code, code)


def _decisive(journeys: Journeys, facts: Facts, params: TellingParams) -> str:
    """Return the warning that one entry of the facts decides a direction, "" where none does."""
    entries: dict[tuple[str, ...], float] = {}
    for (start, goal), share in journeys.items():
        if goal in facts.destinations(start):  # others are stated by incidents
            entry = (goal, *facts.peers(start))
            entries[entry] = entries.get(entry, 0.0) + share
    goal, *origins = max(entries, key=lambda entry: (entries[entry], entry), default=("",))
    if entries.get((goal, *origins), 0.0) < params.decides:
        return ""
    if not origins:
        return sentence(
            ". One entry decides it: from all countries without an entry people go to {goal}", goal=_goal(goal)
        )
    named = series(_country(code) for code in origins[: params.most_pairs])
    if len(origins) <= params.most_pairs:
        return sentence(". One entry decides it: from {origins} people go to {goal}", origins=named, goal=_goal(goal))
    return sentence(
        ". One entry decides it: from {origins} and {more} more people go to {goal}",
        origins=named,
        more=len(origins) - params.most_pairs,
        goal=_goal(goal),
    )


def _origins_stated(known: int, incidents: int) -> Sentence:
    """Return the beginning of a sentence on how many incidents state an origin."""
    if not known:
        return sentence("No incident states its origin")
    return sentence("{share:.0%} of its incidents state the origin", share=known / incidents)


def _destinations_stated(known: int, incidents: int) -> Sentence:
    """Return the part of a sentence on how many incidents state a destination."""
    if not known:
        return sentence("no incident states its destination")
    return sentence("{share:.0%} of its incidents state the destination", share=known / incidents)
