"""Names in a text about a place: what stands before them, and the toponyms that each may stand for.

From ``reference/toponyms.parquet`` and airports; the words are data, ``reference/place_words.toml``.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
import polars as pl

from geodata.places.lookup import Airport, airports, country_code, country_name, folded
from geodata.spatial.coastline import EARTH_KM, REFERENCE, unit_vectors

MOST_CANDIDATES = 60
LONGEST_NAME = 5
MOST_MENTIONS = 9
SHORTEST_SKELETON = 4
AIRPORT_KM = 3.0

_SEPARATOR = ","
_ARTICLE = r"^(?:al|el|as|ash|at|ad|az|an|ar|la|le|los|las) "
_BONES = (
    (r"c(?=[eiy])|sh|ch|sch|x", "s"),
    (r"kh|q|c|gh", "k"),
    (r"ph", "f"),
    (r"dj|zh", "j"),
    (r"[vw]", "w"),
    (r"(?<=.)[aeiouyhw]", ""),
    (r"^[aeiouyhw]", "a"),
    (r"(.)\1+", r"\1"),
)


@dataclass(frozen=True, slots=True)
class Toponym:
    """A place of the gazetteer.

    Attributes
    ----------
    name, iso3, kind : str
        ``iso3`` is "" for a sea or a river.
    lon, lat : float, degrees
    reach_km : float
        How far it extends from there.
    """

    name: str
    iso3: str
    kind: str
    lon: float
    lat: float
    reach_km: float


@dataclass(frozen=True, slots=True)
class Candidate(Toponym):
    """A toponym that a name may stand for.

    Attributes
    ----------
    prior : float
        Logarithm of how often the name is meant for it, unscaled.
    province : str
        GeoNames' code of the province that it lies in or is; "" where unknown.
    """

    prior: float = 0.0
    province: str = ""

    def km_to(self, other: Candidate) -> float:
        """Return the distance between two candidates."""
        here, there = unit_vectors([self.lon, other.lon], [self.lat, other.lat])
        return float(2 * EARTH_KM * np.arcsin(min(1.0, float(np.linalg.norm(here - there)) / 2)))


@dataclass(slots=True)
class Mention:
    """A name in a text, the words before it up to the name before, and what they say.

    Attributes
    ----------
    key : str
        Folded.
    before, after : str
        The words before it up to the name before, and those after it up to the comma.
    kinds : frozenset of str
        Kinds of place that the words beside the name state; empty where none.
    whole : bool
        The name fills what stands between two commas.
    inner : bool
        Other words with capitals stand before the comma before it, so that it is where those lie.
    iso3 : str or None
        Of the country that the name stands for.
    misspelt : bool
        No toponym is written so; the candidates are those of the stated country that are written nearly so.
    """

    key: str
    before: str
    after: str
    kinds: frozenset[str]
    whole: bool
    inner: bool
    iso3: str | None
    misspelt: bool
    candidates: list[Candidate] = field(default_factory=list)

    def says(self, relation: str) -> bool:
        """Tell whether the words before the name hold those of a relation; of a border also those after it."""
        where = f"{self.before} {self.after}" if relation == "border" else self.before
        return bool(re.search(words()[relation], where))

    def is_local(self) -> bool:
        """Tell a road, ranch or quarter, which may bear the name of any other place, from a place on the map."""
        rules = words()["local"]
        return bool(re.search(rules["before"], self.before) or re.search(rules["after"], self.after))


def mentions_of(texts: list[str | None], stated: list[str | None]) -> list[list[Mention]]:
    """Return the names of each text in their order, with their candidates.

    Parameters
    ----------
    texts : list of str or None
    stated : list of str or None
        Alpha-3 code of the country that the source states for each.
    """
    streams = [_stream(text) if text else [] for text in texts]
    found = _toponyms_of({key for stream in streams for _, _, key in _grams(stream)})
    return [_mentions(stream, iso3, found) for stream, iso3 in zip(streams, stated, strict=True)]


@cache
def words() -> dict[str, Any]:
    """Return ``reference/place_words.toml``, its patterns ready for ``re`` on lower case."""
    return tomllib.loads((REFERENCE / "place_words.toml").read_text(encoding="utf-8"))


Token = tuple[str, bool]


def _stream(text: str) -> list[Token]:
    """Return folded words, each with whether it bore a capital letter, and commas; without what lies elsewhere."""
    here = re.sub(r"\([^)]*\)?", " , ", re.sub(r"\(([A-Z]{2,3})\)", _country_in_brackets, text))
    for pattern in words()["elsewhere"]:
        cut = re.search(pattern, here, re.IGNORECASE)
        if cut and here[: cut.start()].strip(" ,.;-"):
            here = here[: cut.start()]
    tokens: list[Token] = []
    for part in re.split(r"[,;:\n]|\s[-–—]\s|\.\s", here):
        for word in part.split():
            capital = any(letter.isupper() for letter in word)
            tokens += [(piece, capital) for piece in folded(word).split()]
        tokens.append((_SEPARATOR, False))
    return tokens


def _country_in_brackets(found: re.Match[str]) -> str:
    """Return "Sabratha (LY)" as "Sabratha, Libya"."""
    code = country_code(found[1], people=False)
    return f", {country_name(code)}," if code else " , "


def _grams(stream: list[Token]) -> list[tuple[int, int, str]]:
    """Return start, end and key of every run of words that may be a name, the longest first.

    A name begins and ends with a capital letter; a part without any may be a name as a whole.
    """
    found = []
    for start, end in _parts(stream):
        shouted = not any(capital for _, capital in stream[start:end])
        for length in range(min(LONGEST_NAME, end - start), 0, -1):
            for first in range(start, end - length + 1):
                last = first + length
                named = (stream[first][1] and stream[last - 1][1]) or (shouted and length == end - start)
                key = " ".join(word for word, _ in stream[first:last])
                if named and len(key) > 1 and key not in _ordinary():
                    found.append((first, last, key))
    return sorted(found, key=lambda gram: gram[0] - gram[1])


def _parts(stream: list[Token]) -> list[tuple[int, int]]:
    """Return the start and end of what stands between two commas."""
    cuts = [-1, *(place for place, (word, _) in enumerate(stream) if word == _SEPARATOR)]
    return [(before + 1, after) for before, after in pairwise(cuts) if after > before + 1]


def _mentions(stream: list[Token], stated: str | None, found: dict[str, list[dict[str, Any]]]) -> list[Mention]:
    """Return the names of a text in their order; where names overlap, the longest that may be meant is taken."""
    parts = {place: part for part in _parts(stream) for place in range(*part)}
    grams = _grams(stream)
    nations = {key: code for _, _, key in grams if (code := _nation(key))}
    allowed = {code for code in (stated, *nations.values()) if code}
    taken: dict[int, tuple[int, str]] = {}
    used: set[int] = set()
    for start, end, key in grams:
        possible = key in nations or any(
            not allowed or row["iso3"] in allowed or not row["iso3"] for row in found.get(key, ())
        )
        if possible and used.isdisjoint(range(start, end)):
            used.update(range(start, end))
            taken[start] = (end, key)
    guessed = _misspelt(stream, used, stated) if stated else {}
    taken |= {start: (end, key) for start, (end, key, _) in guessed.items()}
    mentions, done = [], 0
    for start, (end, key) in sorted(taken.items()):
        part = parts[start]
        before = " ".join(word for word, _ in stream[max(done, 0) : start])
        beside = {word for word, _ in stream[max(part[0], start - 2) : start] + stream[end : min(end + 2, part[1])]}
        mention = Mention(
            key,
            before,
            " ".join(word for word, _ in stream[end : part[1]]),
            _kinds(beside | set(key.split())),
            whole=(start, end) == part,
            inner=any(capital and word not in _ordinary() for word, capital in stream[: part[0]]),
            iso3=nations.get(key),
            misspelt=start in guessed,
        )
        rows = guessed[start][2] if start in guessed else found.get(key, [])
        mention.candidates = _candidates(mention, rows, stated, allowed)
        mentions.append(mention)
        done = end
    return mentions[:MOST_MENTIONS]


def _misspelt(stream: list[Token], used: set[int], stated: str) -> dict[int, tuple[int, str, list[dict[str, Any]]]]:
    """Return names in parts of a text that hold no known one, where the stated country has one spelt nearly so."""
    taken = {}
    for start, end in _parts(stream):
        capitals = [place for place in range(start, end) if stream[place][1] and stream[place][0] not in _ordinary()]
        if not capitals or not used.isdisjoint(range(start, end)) or len(capitals) > 3:
            continue
        first, last = capitals[0], capitals[-1] + 1
        key = " ".join(word for word, _ in stream[first:last])
        bones = _skeleton(key)
        like = _spelt(stated).get(bones) if len(bones) >= SHORTEST_SKELETON else None
        if like:
            rows = [{**toponyms().row(row, named=True), "own": False, "key": key} for row in sorted(like)]
            taken[first] = (last, key, rows)
    return taken


def _kinds(beside: set[str]) -> frozenset[str]:
    return frozenset(kind for kind, names in words()["kinds"].items() if beside & set(names))


@cache
def _ordinary() -> frozenset[str]:
    return frozenset(words()["ordinary"])


def _nation(key: str) -> str | None:
    """Return the country that a name stands for in running text; its codes, but for USA and the like, do not count."""
    return country_code(key, people=False) if len(key) > 3 or key in {"usa", "uae", "drc", "uk"} else None


# Candidates: what each name may stand for.


def _toponyms_of(keys: set[str]) -> dict[str, list[dict[str, Any]]]:
    """Return the toponyms that bear one of the names."""
    if not keys:
        return {}
    names = _names().join(pl.DataFrame({"key": sorted(keys)}, schema={"key": pl.String}), on="key", how="semi")
    rows = names.drop("iso3").join(toponyms(), on="row", how="left").sort("row", "key")
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows.iter_rows(named=True):
        found.setdefault(row["key"], []).append(row)
    return found


@cache
def country_places() -> pl.DataFrame:
    """Return the toponyms that stand for whole countries; the others are not kept in memory for it."""
    return pl.scan_parquet(REFERENCE / "toponyms.parquet").filter(pl.col("kind") == "country").collect()


@cache
def toponyms() -> pl.DataFrame:
    """Return toponyms of the reference file, and airports, with the number of each as ``row``."""
    table = pl.read_parquet(REFERENCE / "toponyms.parquet")
    fields = [
        {
            "name": airport.name,
            "iso3": airport.iso3,
            "kind": "airport",
            "lon": airport.lon,
            "lat": airport.lat,
            "population": 0,
            "reach_km": AIRPORT_KM,
            "province": "",
            "keys": _airport_keys(airport),
        }
        for airport in airports().values()
    ]
    return pl.concat([table, pl.DataFrame(fields, schema=table.schema)]).with_row_index("row")


def _airport_keys(airport: Airport) -> list[str]:
    name = folded(airport.name)
    short = re.sub(r"\b(international|intl|airport|airfield|air base|aerodrome)\b", " ", name)
    keys = name, " ".join(short.split()), folded(airport.city), airport.iata.lower()
    return list(dict.fromkeys(filter(None, keys)))


@cache
def _names() -> pl.DataFrame:
    keys = toponyms().select("row", "iso3", key="keys").with_columns(own=pl.col("key").list.first()).explode("key")
    named = keys.select("row", "iso3", "key", own=pl.col("key") == pl.col("own"))
    bare = named.with_columns(pl.col("key").str.replace(_ARTICLE, "")).filter(pl.col("key").str.len_chars() > 3)
    return pl.concat([named, bare]).unique(["row", "key"], keep="first", maintain_order=True)


@cache
def _spelt(iso3: str) -> dict[str, set[int]]:
    """Return the rows of a country's toponyms by how their names are spelt but for vowels and the like."""
    found: dict[str, set[int]] = {}
    for row, key in _names().filter(pl.col("iso3") == iso3).select("row", "key").iter_rows():
        found.setdefault(_skeleton(key), set()).add(row)
    return found


@cache
def _skeleton(key: str) -> str:
    """Return what different spellings of a name share: Subratah and Sabratha are both sbrt."""
    bones = re.sub(_ARTICLE, "", key).replace(" ", "")
    for pattern, bone in _BONES:
        bones = re.sub(pattern, bone, bones)
    return bones


def _candidates(mention: Mention, rows: list[dict[str, Any]], stated: str | None, allowed: set[str]) -> list[Candidate]:
    found = []
    for row in rows:
        if allowed and row["iso3"] and row["iso3"] not in allowed:
            continue
        if row["kind"] in ("country", "coast", "border"):
            continue
        if row["kind"] == "airport" and "airport" not in mention.kinds:
            continue
        prior = _prior(row, mention)
        if stated and row["iso3"] != stated:
            prior -= 2.0
        found.append(candidate(row, prior))
    if any(place.kind == "airport" for place in found):
        found = [place for place in found if place.kind == "airport"]
    return sorted(found, key=lambda place: -place.prior)[:MOST_CANDIDATES]


def candidate(row: dict[str, Any], prior: float = 0.0) -> Candidate:
    """Return a row of ``toponyms`` as a candidate."""
    fields = ("name", "iso3", "kind", "lon", "lat", "reach_km", "province")
    return Candidate(**{name: row[name] for name in fields}, prior=prior)


def _prior(row: dict[str, Any], mention: Mention) -> float:
    """Return the logarithm of how often a name is meant for this place, before its company is looked at."""
    kind = row["kind"]
    base = {"province": 7.0, "district": 5.5, "port": 4.5, "airport": 5.0, "town": 0.0}.get(kind, 8.5)
    if kind == "town":
        base = 0.6 * float(np.log(row["population"] + 100))
    if not row["own"]:
        base -= 1.0 if mention.whole and len(row["key"]) > 4 else 2.0
    if not mention.whole and " " not in row["key"] and not mention.before:
        base -= 1.0
    if mention.inner and kind in ("province", "district"):
        base += 1.5
    if mention.kinds:
        base += 3.0 if kind in mention.kinds else -3.0 if mention.kinds & {"district", "province"} else -1.5
    return base
