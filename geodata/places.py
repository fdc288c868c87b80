"""Names of places: countries of points and of words, the nearest town, airports.

Sources: ISO 3166-1 and Natural Earth 1:10m countries, GeoNames places of 1,000 people or more, ``airportsdata``
(MIT). All offline; see ``reference/SOURCES.toml``.
"""

from __future__ import annotations

import csv
import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache

import airportsdata
import geopandas as gpd
import numpy as np
import polars as pl
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from geodata.coast import EARTH_KM, REFERENCE, Floats, unit_vectors


@dataclass(frozen=True, slots=True)
class Country:
    """A country or territory of ISO 3166-1, with the name that screens show."""

    iso3: str
    iso2: str
    name: str
    aliases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Airport:
    """An airport with its IATA code; lon, lat in degrees."""

    iata: str
    name: str
    city: str
    iso3: str
    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class Town:
    """A populated place; lon, lat in degrees."""

    name: str
    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class Strait:
    """A narrow water whose crossings are shorter than what the usual hexes resolve; degrees."""

    name: str
    west: float
    south: float
    east: float
    north: float

    def holds(self, lon: Floats, lat: Floats) -> NDArray[np.bool_]:
        """Tell for each place whether it lies within."""
        inside: NDArray[np.bool_] = (lon >= self.west) & (lon <= self.east) & (lat >= self.south) & (lat <= self.north)
        return inside


@cache
def straits() -> tuple[Strait, ...]:
    """Return the narrow waters that a reduction looks at more closely; from ``reference/straits.toml``."""
    with (REFERENCE / "straits.toml").open("rb") as file:
        return tuple(Strait(entry["name"], *map(float, entry["bounds"])) for entry in tomllib.load(file)["strait"])


@cache
def countries() -> dict[str, Country]:
    """Return every country by ISO 3166-1 alpha-3 code."""
    with (REFERENCE / "countries.csv").open(encoding="utf-8", newline="") as file:
        return {
            row["iso3"]: Country(row["iso3"], row["iso2"], row["name"], tuple(filter(None, row["aliases"].split(";"))))
            for row in csv.DictReader(file)
        }


def country_name(iso3: str) -> str:
    """Return the name to show for a code; the code itself where it is unknown."""
    found = countries().get(iso3)
    return found.name if found else iso3


def country_code(words: str) -> str | None:
    """Return the alpha-3 code that a name, alias or code stands for, or None."""
    return _codes_by_name().get(folded(words))


def countries_at(lon: Floats, lat: Floats) -> NDArray[np.object_]:
    """Return the code of the country that each place lies in, None at sea or where no single country is stated."""
    found = np.full(len(lon), None, dtype=object)
    codes, tiles = _country_tiles()
    points = shapely.points(np.asarray(lon, float), np.asarray(lat, float))
    place, tile = tiles.query(points, predicate="intersects")
    found[place] = codes[tile]
    return found


def nearest_country(lon: Floats, lat: Floats, within_km: float) -> NDArray[np.object_]:
    """Return the country that each place lies in or, at sea, that of the nearest town no farther than ``within_km``."""
    found = countries_at(lon, lat)
    at_sea = np.flatnonzero(found == None)  # noqa: E711 - elementwise on an object array
    if at_sea.size:
        towns, tree = _towns()
        chord, index = tree.query(unit_vectors(lon, lat)[at_sea])
        near = 2 * EARTH_KM * np.arcsin(np.clip(np.asarray(chord) / 2, 0, 1)) <= within_km
        found[at_sea[near]] = towns["iso3"].to_numpy()[np.asarray(index)[near]]
    return found


def town_near(lon: float, lat: float, within_km: float = 80.0) -> Town | None:
    """Return the town by which people would name a place: large and near; None when none lies within reach.

    Each tenfold in population is worth a third of the reach.
    """
    towns, tree = _towns()
    index = tree.query_ball_point(unit_vectors(np.array([lon]), np.array([lat]))[0], within_km / EARTH_KM)
    if not index:
        return None
    near = towns[sorted(index)]
    here = unit_vectors(np.array([lon]), np.array([lat]))[0]
    there = unit_vectors(near["lon"].to_numpy(), near["lat"].to_numpy())
    km = EARTH_KM * np.linalg.norm(there - here, axis=1)
    score = np.log10(near["population"].to_numpy() + 1.0) - 3.0 * km / within_km
    best = near.row(int(np.argmax(score)), named=True)
    return Town(best["name"], best["lon"], best["lat"])


@cache
def airports() -> dict[str, Airport]:
    """Return airports by IATA code."""
    by_iso2 = {country.iso2: code for code, country in countries().items()}
    return {
        code: Airport(code, row["name"], row["city"], by_iso2.get(row["country"], ""), row["lon"], row["lat"])
        for code, row in airportsdata.load("IATA").items()
    }


def airport_named(words: str) -> Airport | None:
    """Return the airport that an IATA code, an ICAO code or an airport's full name stands for, or None."""
    text = words.strip()
    code = _airport_names().get(folded(text)) or (text if text in airports() else None)
    return airports()[code] if code else None


def folded(words: str) -> str:
    """Return words without case, accents and punctuation, as names are compared."""
    plain = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", " ", plain.lower()).strip()


@cache
def _codes_by_name() -> dict[str, str]:
    found: dict[str, str] = {}
    for code, country in countries().items():
        for name in (code, country.iso2, country.name, *country.aliases):
            found.setdefault(folded(name), code)
    return found


@cache
def _airport_names() -> dict[str, str]:
    found: dict[str, str] = {}
    for code, row in airportsdata.load("IATA").items():
        for name in (row["icao"], row["name"]):
            if name:
                found.setdefault(folded(name), code)
    return found


@cache
def _country_tiles() -> tuple[NDArray[np.object_], shapely.STRtree]:
    tiles = gpd.read_parquet(REFERENCE / "countries_10m.parquet")
    tiles = tiles[tiles["iso3"].notna()]
    shapely.prepare(tiles.geometry.to_numpy())
    return tiles["iso3"].to_numpy(dtype=object), shapely.STRtree(tiles.geometry.to_numpy())


@cache
def _towns() -> tuple[pl.DataFrame, cKDTree]:
    towns = pl.read_parquet(REFERENCE / "places.parquet")
    return towns, cKDTree(unit_vectors(towns["lon"].to_numpy(), towns["lat"].to_numpy()))
