"""MOVEMENT: what journeys over a network come to: legs, what countries are to them, hubs, landings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

from routes.core.corridor import Role

ROLES: tuple[Role, ...] = get_args(Role)


@dataclass(frozen=True, slots=True)
class Leg:
    """Movement from one country straight to another, over a land border or a sea.

    Attributes
    ----------
    start, end : str
        ISO 3166-1 alpha-3.
    mode : str
    flow : float
        Estimated importance, no number of people.
    support : float or None, 0..1
        Share of the redraws that draw the ways over which it goes; None without redraws.
    """

    start: str
    end: str
    mode: str
    flow: float
    support: float | None = None


@dataclass(frozen=True, slots=True)
class CountryShares:
    """What a country is to those who pass it: shares that sum to one, and their weight."""

    iso3: str
    source: float
    transit: float
    destination: float
    weight: float


def main_role(shares: tuple[float, float, float]) -> Role:
    """Return what a country mostly is, of its shares as source, transit and destination; in doubt transit.

    Examples
    --------
    >>> main_role((0.4, 0.4, 0.2))
    'transit'
    """
    return ROLES[max((1, 0, 2), key=lambda at: shares[at])]


@dataclass(frozen=True, slots=True)
class Hub:
    """A place on a coast where crossings begin or end; lon, lat in degrees; flow that leaves it and lands there."""

    lon: float
    lat: float
    iso3: str
    leaving: float
    landing: float


@dataclass(frozen=True, slots=True)
class Landings:
    """Coasts that boats make for as one, with the flow that lands there over all drawn crossings."""

    name: str
    flow: float


@dataclass(frozen=True, eq=False)
class Movement:
    """What is counted on a network beside its routes.

    Attributes
    ----------
    legs : tuple of Leg
        By pair of countries and mode, most flow first.
    countries : tuple of CountryShares
        Most weight first.
    hubs : tuple of Hub
    landings : tuple of Landings
        Most flow first.
    explained : float
        Share of the weight of the incidents that the network explains.
    facts_version : str
    """

    legs: tuple[Leg, ...] = ()
    countries: tuple[CountryShares, ...] = ()
    hubs: tuple[Hub, ...] = ()
    landings: tuple[Landings, ...] = ()
    explained: float = 0.0
    facts_version: str = ""
