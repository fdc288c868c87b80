"""Names of places: countries of points and of words, the nearest town, airports.

Sources: ISO 3166-1 and Natural Earth 1:10m countries, GeoNames places of 1,000 people or more, ``airportsdata``
(MIT). All offline; see ``reference/SOURCES.toml``.
"""

from __future__ import annotations

import csv
import re
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import airportsdata
import numpy as np
import polars as pl
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from geodata.spatial.coastline import EARTH_KM, REFERENCE, Floats, unit_vectors

PORT_WORTH = 0.7
"""What a port counts for a town, in tenfolds of its population."""
PORT_KM = 8.0
"""How far from a town its port lies."""
CELLS_PER_DEGREE = 20
MIXED = 255
"""In ``reference/country_grid.npz``: a cell that a border or coast touches."""


_PLAIN_LETTERS = str.maketrans(
    {"ß": "ss", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ə": "e"},
)
_SPACED = {code: " " for code in range(128) if not chr(code).isalnum()}
_KIND = (
    r"(?:republic|kingdom|states?|sultanate|principality|emirate|union|commonwealth|republique|royaume|etat|sultanat"
    r"|principaute|republica|reino|estado|principado|sultanato|repubblica|regno|stato|republik|konigreich|staat)"
)
_QUALITY = (
    r"(?:(?:the|la|le|el|il|die|islamic|arab|federal|federative|federated|democratic|socialist|peoples|people s|popular"
    r"|united|independent|plurinational|bolivarian|oriental|hashemite|co operative|cooperative|islamique|federale"
    r"|democratique|populaire|arabe|unie|islamica|democratica|popular|federal|unida|islamische|demokratische"
    r"|vereinigte) )*"
)
_FORMAL = re.compile(
    rf"^{_QUALITY}{_KIND} (?:{_QUALITY.rstrip('*')})*(?:of|de|du|des|d|del|di|della|dell|von|der) (?:the |la |l |los )?"
    rf"|^{_QUALITY}(?:bundesrepublik|republik|konigreich|furstentum|grossherzogtum) "
    rf"|^(?:the|la|le|les|el|los|las|il|gli|l) | {_QUALITY}{_KIND}(?: (?:of|de))?(?: the)?$| the$",
)
"""What a formal name of a country holds beside its short name, folded: "republic of ..." and "..., republic of"."""


# fmt: off
_TRANSCRIBED = frozenset([
    "AFG", "ARE", "ARM", "BGD", "BGR", "BHR", "BLR", "BTN", "CHN", "CYP", "DJI", "DZA",
    "EGY", "ERI", "ESH", "ETH", "GEO", "GRC", "IND", "IRN", "IRQ", "ISR", "JOR", "JPN",
    "KAZ", "KGZ", "KHM", "KOR", "KWT", "LAO", "LBN", "LBY", "LKA", "MAR", "MDV", "MKD",
    "MMR", "MNG", "MRT", "NPL", "OMN", "PAK", "PRK", "PSE", "QAT", "RUS", "SAU", "SDN",
    "SOM", "SRB", "SYR", "THA", "TJK", "TUN", "UKR", "UZB", "YEM",
])
# fmt: on
"""Countries whose towns are, all or many, transcribed from another script than the Latin one."""
_SIGNS = dict.fromkeys(map(ord, "‘’ʻʼʾʿ`´'"))


@dataclass(frozen=True, slots=True)
class Country:
    """A country or territory of ISO 3166-1, with the name that screens show."""

    iso3: str
    iso2: str
    name: str
    aliases: tuple[str, ...]
    demonyms: tuple[str, ...] = ()


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
    """A populated place; lon, lat in degrees, country as ISO 3166-1 alpha-3."""

    name: str
    lon: float
    lat: float
    iso3: str


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
            row["iso3"]: Country(
                row["iso3"],
                row["iso2"],
                row["name"],
                tuple(filter(None, row["aliases"].split(";"))),
                tuple(filter(None, row["demonyms"].split(";"))),
            )
            for row in csv.DictReader(file)
        }


def country_name(iso3: str) -> str:
    """Return the name to show for a code; the code itself where it is unknown."""
    found = countries().get(iso3)
    return found.name if found else iso3


def country_code(words: str, *, people: bool = True) -> str | None:
    """Return the alpha-3 code of the country that words stand for, or None.

    Known are codes, current and former names, names in English, French, Spanish, Italian and German, formal names
    ("the Republic of Mali", "Mali, Republic of") and, with ``people``, English words for its people ("Malian").
    Names that may mean several countries are read as ``reference/ambiguous_countries.toml`` says, some as none.
    """
    name = folded(words)
    known = _codes_by_name()
    if name in known:
        return known[name] or None
    plain = _FORMAL.sub("", name).strip()
    if plain != name and plain not in _never_formal():
        return known.get(plain) or None
    return _codes_by_people().get(name) if people else None


def countries_at(lon: Floats, lat: Floats) -> NDArray[np.object_]:
    """Return the code of the country that each place lies in, None at sea or where no single country is stated.

    Places in cells of 0.05 degrees that no border or coast touches are answered from ``reference/country_grid.npz``,
    all others by the polygons; the answers are the same as those of ``countries_by_polygons``.
    """
    lon, lat = np.asarray(lon, float), np.asarray(lat, float)
    cells, codes = _country_grid()
    with np.errstate(invalid="ignore"):
        column = np.floor((lon + 180) * CELLS_PER_DEGREE).astype(np.int64)
        row = np.floor((lat + 90) * CELLS_PER_DEGREE).astype(np.int64)
    within = (column >= 0) & (column < cells.shape[1]) & (row >= 0) & (row < cells.shape[0])
    cell = cells.ravel()[np.where(within, row * cells.shape[1] + column, 0)]
    mixed = np.flatnonzero(~within | (cell == MIXED))
    found: NDArray[np.object_] = codes[cell]
    found[mixed] = countries_by_polygons(lon[mixed], lat[mixed])
    return found


def countries_by_polygons(lon: Floats, lat: Floats) -> NDArray[np.object_]:
    """Return what ``countries_at`` does, asking the 1:10m polygons for every place: the exact way, and the slow one."""
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
        towns, tree, _ = _towns()
        chord, index = tree.query(unit_vectors(lon, lat)[at_sea])
        near = 2 * EARTH_KM * np.arcsin(np.clip(np.asarray(chord) / 2, 0, 1)) <= within_km
        found[at_sea[near]] = towns["iso3"].to_numpy()[np.asarray(index)[near]]
    return found


def town_near(lon: float, lat: float, within_km: float = 80.0, other_than: str = "") -> Town | None:
    """Return the town by which people would name a place: large and near; None when none lies within reach.

    Each tenfold in population is worth a quarter of the reach, a port (``PORT_WORTH``) somewhat less. Where names are
    transcribed from another script, the marks of the transcription are left out: Sabratah, not Şabrātah. Where
    ``other_than`` is given, it is the best known but for the one of that name.
    """
    towns, tree, port = _towns()
    here = unit_vectors(np.array([lon]), np.array([lat]))[0]
    rows = np.sort(np.asarray(tree.query_ball_point(here, within_km / EARTH_KM), dtype=np.int64))
    if not rows.size:
        return None
    near = towns[rows]
    there = unit_vectors(near["lon"].to_numpy(), near["lat"].to_numpy())
    km = EARTH_KM * np.linalg.norm(there - here, axis=1)
    score = np.log10(near["population"].to_numpy() + 1.0) + PORT_WORTH * port[rows] - 4.0 * km / within_km
    order = np.argsort(-score, kind="stable").tolist()
    found = (_town(near.row(row, named=True)) for row in order)
    return next((town for town in found if town.name != other_than), None)


def largest_towns(codes: Sequence[str], most: int) -> list[Town]:
    """Return the largest towns of some countries (ISO 3166-1 alpha-3), at most so many, the largest first."""
    towns = _towns()[0].filter(pl.col("iso3").is_in(codes)).sort("population", "name", descending=[True, False])
    return [_town(row) for row in towns.head(most).iter_rows(named=True)]


def shown_name(name: str, iso3: str) -> str:
    """Return the name of a town as the map shows it: without the marks of a transcription where it is one.

    Examples
    --------
    >>> shown_name("Şabrātah", "LBY"), shown_name("Kuşadası", "TUR")
    ('Sabratah', 'Kuşadası')
    """
    return _unmarked(name) if iso3 in _TRANSCRIBED else name


def _town(row: Mapping[str, Any]) -> Town:
    return Town(shown_name(row["name"], row["iso3"]), row["lon"], row["lat"], row["iso3"])


@cache
def airports() -> dict[str, Airport]:
    """Return airports by IATA code."""
    by_iso2 = {country.iso2: code for code, country in countries().items()}
    return {
        code: Airport(code, row["name"], row["city"], by_iso2.get(row["country"], ""), row["lon"], row["lat"])
        for code, row in _airport_rows().items()
    }


def airport_named(words: str) -> Airport | None:
    """Return the airport that an IATA code, an ICAO code or an airport's full name stands for, or None."""
    text = words.strip()
    code = _airport_names().get(folded(text)) or (text if text in airports() else None)
    return airports()[code] if code else None


def folded(words: str) -> str:
    """Return words without case, accents and punctuation, as names are compared.

    Words in another script than Latin keep their letters, without marks.

    Examples
    --------
    >>> folded("Fecha-del Suceso (día)"), folded("تاريخ الحادث")
    ('fecha del suceso dia', 'تاريخ الحادث')
    """
    if words.isascii():
        return " ".join(words.lower().translate(_SPACED).split())
    letters = (letter for letter in unicodedata.normalize("NFKD", words.lower().translate(_PLAIN_LETTERS)))
    plain = "".join(letter if letter.isalnum() else " " for letter in letters if not unicodedata.combining(letter))
    return " ".join(plain.encode("ascii", "ignore").decode().split()) or " ".join(plain.split())


@cache
def _codes_by_name() -> dict[str, str]:
    """Return the code for each folded name, "" for names that are not taken for any country."""
    found = dict(_ambiguous())
    for code, country in countries().items():
        for name in (code, country.iso2, country.name, *country.aliases):
            found.setdefault(folded(name), code)
    with (REFERENCE / "country_names.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found.setdefault(folded(row["name"]), row["iso3"])
    return found


@cache
def _codes_by_people() -> dict[str, str]:
    every = countries().items()
    found = {folded(word): code for code, country in every for word in country.demonyms}
    return found | {folded(f"{word}s"): code for code, country in every for word in country.demonyms}


@cache
def _ambiguous_entries() -> list[dict[str, Any]]:
    with (REFERENCE / "ambiguous_countries.toml").open("rb") as file:
        entries: list[dict[str, Any]] = tomllib.load(file)["name"]
    return entries


@cache
def _ambiguous() -> dict[str, str]:
    return {folded(word): entry["iso3"] for entry in _ambiguous_entries() for word in entry["words"]}


@cache
def _never_formal() -> frozenset[str]:
    """Return names that mean another country behind "Democratic Republic of": their formal names are all aliases."""
    return frozenset(folded(word) for entry in _ambiguous_entries() if entry.get("divided") for word in entry["words"])


@cache
def _airport_rows() -> dict[str, dict[str, Any]]:
    rows: dict[str, dict[str, Any]] = airportsdata.load("IATA")
    return rows


@cache
def _airport_names() -> dict[str, str]:
    found: dict[str, str] = {}
    for code, row in _airport_rows().items():
        for name in (row["icao"], row["name"]):
            if name:
                found.setdefault(folded(name), code)
    return found


@cache
def _country_grid() -> tuple[NDArray[np.uint8], NDArray[np.object_]]:
    """Return the cells, south up, and the code for each of their values; ``MIXED`` has none."""
    with np.load(REFERENCE / "country_grid.npz") as archive:
        cells: NDArray[np.uint8] = archive["cells"]
        names = [str(code) or None for code in archive["codes"]]
    codes = np.full(MIXED + 1, None, dtype=object)
    codes[: len(names)] = names
    return cells, codes


@cache
def _country_tiles() -> tuple[NDArray[np.object_], shapely.STRtree]:
    # A GeoParquet file, read without geopandas, which every command would otherwise load first.
    tiles = pl.read_parquet(REFERENCE / "countries_10m.parquet", columns=["iso3", "geometry"]).drop_nulls("iso3")
    shapes = shapely.from_wkb(tiles["geometry"].to_numpy())
    shapely.prepare(shapes)
    return tiles["iso3"].to_numpy().astype(object), shapely.STRtree(shapes)


@cache
def _towns() -> tuple[pl.DataFrame, cKDTree, NDArray[np.bool_]]:
    """Return the towns, a tree of them, and which have a port."""
    towns = pl.read_parquet(REFERENCE / "places.parquet")
    vectors = unit_vectors(towns["lon"].to_numpy(), towns["lat"].to_numpy())
    ports = pl.read_parquet(REFERENCE / "toponyms.parquet").filter(pl.col("kind") == "port")
    quays = cKDTree(unit_vectors(ports["lon"].to_numpy(), ports["lat"].to_numpy()))
    chord, _ = quays.query(vectors, distance_upper_bound=PORT_KM / EARTH_KM)
    return towns, cKDTree(vectors), np.isfinite(np.asarray(chord))


def _unmarked(name: str) -> str:
    """Return a name without accents, dots, macrons and signs for letters that Latin script lacks."""
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", name) if not unicodedata.combining(letter))
    return plain.translate(_SIGNS).strip()


def territory_named(text: str) -> str | None:
    """Return the country of a place that lies apart from what its neighbours' files call it, None for any other.

    A territory with a code of its own (Macau, Gibraltar) or an exclave (Melilla, Ceuta): it lies where it lies,
    whatever state is written beside it.

    Examples
    --------
    >>> territory_named("Melilla"), territory_named("Macau"), territory_named("Libya")
    ('ESP', 'MAC', None)
    """
    plain = folded(text.partition(",")[0])
    exclave: str | None = _apart()["exclaves"].get(plain)
    if exclave:
        return exclave
    code = country_code(plain)
    return code if code in _apart()["territories"] else None


@cache
def _apart() -> dict[str, Any]:
    with (REFERENCE / "territories.toml").open("rb") as file:
        return tomllib.load(file)
