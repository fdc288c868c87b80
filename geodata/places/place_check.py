"""How far a point lies from the place that its row names: a check of what is given, no search for a place.

Only the first name of a text is looked up, as it is written, among towns, ports and islands: in the stated country, or
in the one that stands last in the text. Of several places of one name the nearest counts, so that a point is far off
only where it is far from all of them.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from geodata.places.lookup import country_code, folded
from geodata.places.toponym_parsing import country_places, toponyms
from geodata.spatial.coastline import EARTH_KM, REFERENCE, Floats, unit_vectors

Flags = NDArray[np.bool_]
Rows = NDArray[np.int64]

FAR_KM = 200.0
"""From here on a point contradicts the place that its row names."""
NEAR_KM = 50.0
"""A point so near to a place of the name is where the row says it is."""
_KINDS = ("town", "port", "island")
_GENERIC = frozenset(
    [
        "river",
        "rio",
        "canal",
        "creek",
        "lake",
        "bank",
        "ranch",
        "road",
        "highway",
        "route",
        "desert",
        "border",
        "sea",
        "port",
    ]
)
"""Words of a name that is no town's: many rivers and roads bear a town's name."""
_LARGE = 100_000
"""People of a town that is looked for beyond the stated country."""
SCHEMA = {"name": pl.String, "km": pl.Float64, "any_km": pl.Float64}


def km_from_named(places: pl.Series, countries: pl.Series, lat: pl.Series, lon: pl.Series) -> pl.DataFrame:
    """Return how far each point lies from the place that its row names.

    Parameters
    ----------
    places : Series of str
        "Lampedusa, Italy"; null where none.
    countries : Series of str
        ISO 3166-1 alpha-3 of the country that the row states, null where none.
    lat, lon : Series of float
        Degrees WGS 84; null where there is no point.

    Returns
    -------
    DataFrame
        ``name`` (of the place in that country), ``km`` (to the nearest of that name in that country) and ``any_km`` (to
        the nearest there or to a large town of that name anywhere); null where no such place is known.
    """
    rows = pl.DataFrame({"text": places.cast(pl.String), "stated": countries, "lat": lat, "lon": lon}).with_row_index(
        "row"
    )
    texts = rows.select("text", "stated").unique().drop_nulls("text")
    asked = [(text, stated, *_asked(text, stated)) for text, stated in texts.iter_rows()]
    schema = dict.fromkeys(("text", "stated", "key", "iso3"), pl.String)
    named = pl.DataFrame(asked, schema=schema, orient="row").drop_nulls("key")
    nothing = rows.with_columns(pl.lit(None, kind).alias(name) for name, kind in SCHEMA.items()).select(*SCHEMA)
    if named.is_empty():
        return nothing
    met = (
        rows.drop_nulls(["lat", "lon"])
        .join(named, on=["text", "stated"], how="inner", nulls_equal=True)
        .join(_by_key(), on="key", how="inner", suffix="_place")
        .filter((pl.col("iso3") == pl.col("iso3_place")) | (pl.col("population") >= _LARGE))
        .with_columns(_km().alias("km"), (pl.col("iso3") == pl.col("iso3_place")).fill_null(value=False).alias("there"))
        .sort("row", "km")
    )
    own = met.filter("there").group_by("row", maintain_order=True).first().select("row", "name", "km")
    anywhere = met.group_by("row", maintain_order=True).first().select("row", pl.col("km").alias("any_km"))
    found = rows.select("row").join(own, on="row", how="left").join(anywhere, on="row", how="left").sort("row")
    return found.select(*SCHEMA)


def _asked(text: str, stated: str | None) -> tuple[str | None, str | None]:
    """Return the folded first name of a text, and the country in which it is looked for."""
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if not parts:
        return None, None
    key = folded(parts[0])
    if _GENERIC & set(key.split()):
        return None, None
    country = stated or (country_code(parts[-1]) if len(parts) > 1 else None)
    return (key, country) if key and not country_code(parts[0]) else (None, None)


@cache
def _by_key() -> pl.DataFrame:
    """Return places by their folded names: key, name, iso3_place, population, lat_place, lon_place."""
    return (
        toponyms()
        .filter(pl.col("kind").is_in(_KINDS))
        .select(
            pl.col("keys").alias("key"),
            pl.col("name").map_elements(folded, return_dtype=pl.String).alias("folded"),
            "name",
            pl.col("iso3").alias("iso3_place"),
            "population",
            pl.col("lat").cast(pl.Float64).alias("lat_place"),
            pl.col("lon").cast(pl.Float64).alias("lon_place"),
        )
        .explode("key")
        .filter((pl.col("key") == pl.col("folded")) | (pl.col("population") >= _LARGE))
        .drop("folded")
    )


def _km() -> pl.Expr:
    """Return the great-circle distance (haversine), km."""
    lat, other = pl.col("lat").radians(), pl.col("lat_place").radians()
    across = (pl.col("lon_place") - pl.col("lon")).radians()
    half = ((other - lat) / 2).sin() ** 2 + lat.cos() * other.cos() * (across / 2).sin() ** 2
    return 2 * EARTH_KM * half.clip(0, 1).sqrt().arcsin()


CENTRE_KM = 1.0
"""A point so near to the middle of a country is that middle, whatever its row says."""
NAMED_CENTRE_KM = 60.0
"""A point so near to it whose row names the country as its place is, too."""


def stands_for_country(places: pl.Series, lat: pl.Series, lon: pl.Series) -> pl.Series:
    """Return the country for which a point that is its middle stands, null elsewhere.

    Parameters
    ----------
    places : Series of str
    lat, lon : Series of float
        Degrees; null where there is no point.
    """
    codes, points, around = _centres()
    east, north = lon.cast(pl.Float64).to_numpy(), lat.cast(pl.Float64).to_numpy()
    with np.errstate(invalid="ignore"):
        there = np.flatnonzero((np.abs(east) <= 180) & (np.abs(north) <= 90))
    there = there[around[_degree(north[there], 180), _degree(east[there], 360)]]
    nowhere = pl.Series([None], dtype=pl.String).new_from_index(0, len(lat))
    if not there.size:
        return nowhere
    reach = 2 * np.sin(NAMED_CENTRE_KM / (2 * EARTH_KM))
    query = points.query(unit_vectors(east[there], north[there]), distance_upper_bound=reach)
    chord, nearest = (np.asarray(one) for one in query)
    near = np.flatnonzero(np.isfinite(chord))
    km = 2 * EARTH_KM * np.arcsin(chord[near] / 2)
    rows = there[near]
    texts = places.gather(rows)
    named = {text: country_code(text) for text in texts.drop_nulls().unique()}
    found = pl.DataFrame({"row": rows, "code": [codes[at] for at in nearest[near]], "km": km, "place": texts})
    stated = pl.col("place").replace_strict(named, default=None, return_dtype=pl.String) if named else pl.lit(None)
    found = found.filter((pl.col("km") <= CENTRE_KM) | (stated == pl.col("code")))
    return nowhere.scatter(found["row"], found["code"]) if found.height else nowhere


def _degree(values: Floats, span: int) -> Rows:
    """Return the square of one degree that each latitude (span 180) or longitude (span 360) lies in."""
    return np.clip(np.floor(values + span / 2).astype(np.int64), 0, span - 1)


@cache
def _centres() -> tuple[list[str], cKDTree, Flags]:
    """Return the codes of countries and their middles, as area and outline have them and as gazetteers do.

    The third tells of each square of one degree, shape (180, 360), whether a middle lies in it or near.
    """
    drawn = pl.read_csv(REFERENCE / "country_centres.csv")
    every = pl.concat([drawn, country_places().select("iso3", pl.col("lon", "lat").cast(pl.Float64))])
    lon, lat = every["lon"].to_numpy(), every["lat"].to_numpy()
    points = cKDTree(unit_vectors(lon, lat))
    row, column = (one.ravel() for one in np.mgrid[0:180, 0:360])
    chord, _ = points.query(unit_vectors(column - 179.5, row - 89.5))
    half_diagonal = np.radians(np.hypot(0.5, 0.5))
    widest = 2 * np.sin((NAMED_CENTRE_KM / EARTH_KM + half_diagonal) / 2)
    return every["iso3"].to_list(), points, (np.asarray(chord) <= widest).reshape(180, 360)
