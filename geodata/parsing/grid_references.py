"""Metres of a projection into degrees: columns of any EPSG projection, cells with UTM or MGRS.

Projections by PROJ through ``pyproj``. Lettering of MGRS: NGA.STND.0037, Universal Grids and Grid Reference Systems.
The polar grid (UPS, letters A, B, Y and Z) is not read.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import polars as pl
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError

from geodata.core.errors import WrongValue
from geodata.parsing.dms import DEGREE_KM

Floats = NDArray[np.float64]

BANDS = "CDEFGHJKLMNPQRSTUVWX"
"""Letters of the bands of latitude, 8 degrees each from 80 south on, the last of 12."""

_BAND_SLACK = 0.2
"""Degrees by which a place may miss its band: squares of 100 km straddle the edges of bands."""
_AREA_SLACK = 10.0
"""Degrees outside the area of a projection beyond which its metres mean nothing."""
_LEAST_NORTHING = (11, 20, 28, 37, 46, 55, 64, 73, 82, 91, 0, 8, 17, 26, 35, 44, 53, 62, 70, 79)
"""Least northing of each band, 100 km; rounded down."""
_COLUMN_LETTERS = ("STUVWXYZ", "ABCDEFGH", "JKLMNPQR")
"""Letters of eastings 1 to 8, 100 km, by zone modulo 3."""
_ROW_LETTERS = "ABCDEFGHJKLMNPQRSTUV"
"""Letters of northings, 100 km, from 0 on in odd zones, from F on in even zones; they come round every 2,000 km."""

_FRACTION = r"(?:[.,]\d+)?"
_ZONE = r"(?:UTM\s*)?(?:ZONE\s*)?(?<zone>\d{1,2})\s*(?<letter>[A-Z])?"
_EASTING = rf"(?:E(?:ASTING)?\s*[:=]?\s*)?(?<easting>\d{{6}}{_FRACTION})\s*M?\s*E?"
_NORTHING = rf"(?:N(?:ORTHING)?\s*[:=]?\s*)?(?<northing>\d{{1,8}}{_FRACTION})\s*M?\s*N?"
_GAP = r"(?:\s*[,;:/]\s*|\s+)"
_UTM = rf"^{_ZONE}{_GAP}{_EASTING}{_GAP}{_NORTHING}$"
_UTM_ZONE_LAST = rf"^{_EASTING}{_GAP}{_NORTHING}{_GAP}{_ZONE}$"
_MGRS = (
    r"^(?:MGRS:?\s*)?(?<zone>\d{1,2})\s*(?<letter>[A-Z])\s*(?<column>[A-Z])(?<row>[A-Z])"
    r"\s*(?<first>\d*)\s*(?<second>\d*)$"
)


@cache
def crs_numbered(epsg: int) -> CRS:
    """Return the plane or geographic reference system of an EPSG number.

    Raises
    ------
    WrongValue
        If the number stands for none, or for one of heights or of the Earth's centre.
    """
    rule = "x and y columns need the EPSG number of a plane or geographic reference system"
    try:
        found = CRS.from_epsg(epsg)
    except CRSError:
        raise WrongValue(f"EPSG:{epsg} is not known", rule=rule) from None
    if not (found.is_projected or found.is_geographic) or len(found.axis_info) != 2:
        raise WrongValue(f"EPSG:{epsg} ({found.name}) has no pair of plane axes", rule=rule)
    return found


def from_projected(x: pl.Series, y: pl.Series, epsg: int) -> pl.DataFrame:
    """Return the places of eastings and northings, text in the unit of the projection.

    Returns
    -------
    DataFrame
        ``_lat``, ``_lon`` (float, degrees WGS 84; null where unreadable or far outside the projection's area),
        ``_written_km`` (float, km) and ``_reading`` (how it was read, or why not).

    Raises
    ------
    WrongValue
        See `crs_numbered`.
    """
    crs = crs_numbered(epsg)
    unit_km = DEGREE_KM if crs.is_geographic else crs.axis_info[0].unit_conversion_factor / 1000
    cells = pl.select(_number(x).alias("x"), _number(y).alias("y"), _decimals(x, y).alias("decimals"))
    lon, lat = _degrees(cells["x"].to_numpy(), cells["y"].to_numpy(), epsg)
    lat[_far_from_area(lon, lat, crs)] = np.nan
    given = pl.col("x").is_not_null() & pl.col("y").is_not_null()
    note = (
        pl.when(_placed())
        .then(pl.lit(f"projected from EPSG:{epsg}"))
        .when(given)
        .then(pl.lit(f"not read: lies far outside the area of EPSG:{epsg}"))
    )
    return _places(cells, lon, lat, unit_km, note)


def from_utm(texts: pl.Series) -> pl.DataFrame:
    """Return the places of cells such as ``33S 283000 3931000``, in upper case; columns as of `from_projected`.

    The letter behind the zone is its band of latitude or, where that does not fit the northing, N(orth) or S(outh).
    Between 50 and 58 south S fits both: it is read as the band (32 to 40 north), and the note says so.
    """
    text = pl.col("text").str.replace(_UTM_ZONE_LAST, "${zone}${letter} ${easting} ${northing}")
    cells = pl.select(texts.alias("text")).select(text.str.extract_groups(_UTM).alias("parts")).unnest("parts")
    easting, northing, letter = pl.col("easting"), pl.col("northing"), pl.col("letter")
    cells = cells.with_columns(
        pl.col("zone").cast(pl.Int32, strict=False),
        _number(easting).alias("x"),
        _number(northing).alias("y"),
        _decimals(easting, northing).alias("decimals"),
    )
    sound = pl.col("zone").is_between(1, 60) & pl.col("x").is_between(1e5, 9e5) & pl.col("y").is_between(0, 1e7)
    cells = cells.with_columns(pl.when(sound & letter.is_in([*BANDS])).then("zone").alias("zone_in_use"))
    lon, lat = _degrees_in_zones(cells, south=(cells["letter"] < "N").to_numpy())
    in_band = _within_band(lat, cells["letter"])
    half_south = ~in_band & (cells["letter"] == "S").fill_null(value=False).to_numpy()
    lon_south, lat_south = _degrees_in_zones(cells.filter(half_south), south=np.True_)
    lon[half_south], lat[half_south] = lon_south, lat_south
    lat[~in_band & ~cells["letter"].is_in(["N", "S"]).fill_null(value=False).to_numpy()] = np.nan
    by_band = pl.lit(pl.Series(in_band))
    note = (
        pl.when(_placed() & (letter == "S") & by_band)
        .then(pl.format("read from UTM zone {}S, S taken for its band of latitude, 32 to 40 north", "zone"))
        .when(_placed() & letter.is_in(["N", "S"]))
        .then(
            pl.format(
                "read from UTM zone {}, {}ern half of the Earth", "zone", letter.replace({"N": "north", "S": "south"})
            )
        )
        .when(_placed())
        .then(pl.format("read from UTM zone {}{}", "zone", letter))
        .when(pl.col("zone").is_not_null() & letter.is_null())
        .then(pl.lit("not read: a UTM zone needs its letter, or N or S for its half of the Earth"))
        .when(pl.col("zone").is_not_null())
        .then(pl.lit("not read: zone, easting and northing do not fit each other"))
    )
    return _places(cells, lon, lat, 0.001, note)


def from_mgrs(texts: pl.Series) -> pl.DataFrame:
    """Return the places of cells such as ``33S TV 830 310``, in upper case: the middle of the square that is named.

    Columns as of `from_projected`; ``_written_km`` is the side of the square.
    """
    cells = pl.select(texts.alias("text")).select(pl.col("text").str.extract_groups(_MGRS).alias("parts"))
    cells = cells.unnest("parts").with_columns(pl.col("zone").cast(pl.Int32, strict=False))
    first, second = pl.col("first"), pl.col("second")
    digits, total = first + second, (first + second).str.len_bytes().cast(pl.Int32)
    half = total // 2
    # Both numbers have the same count of digits, parted or not.
    sound = (total % 2 == 0) & (total <= 10) & ((second == "") | (first.str.len_bytes() == second.str.len_bytes()))
    side = 100_000 / pl.lit(10.0).pow(half)
    band, column, row = _letters(pl.col("letter"), BANDS), _column(), _row()
    least = pl.col("letter").replace_strict([*BANDS], [*_LEAST_NORTHING], default=None, return_dtype=pl.Float64)
    square = row + 20 * ((least - row) / 20).ceil().clip(lower_bound=0)
    sound &= pl.col("zone").is_between(1, 60) & band.is_not_null() & column.is_not_null() & row.is_not_null()

    def metres(digits: pl.Expr) -> pl.Expr:
        return (digits.cast(pl.Float64, strict=False).fill_null(0) + 0.5) * side

    cells = cells.with_columns(
        (column * 100_000 + metres(digits.str.head(half))).alias("x"),
        (square * 100_000 + metres(digits.str.tail(half))).alias("y"),
        (half - 5).alias("decimals"),
        pl.when(sound).then("zone").alias("zone_in_use"),
    )
    lon, lat = _degrees_in_zones(cells, south=(cells["letter"] < "N").to_numpy())
    lat[~_within_band(lat, cells["letter"], _BAND_SLACK + 1)] = np.nan
    note = (
        pl.when(_placed())
        .then(pl.format("middle of an MGRS square of {} m", side.cast(pl.Int64)))
        .when(pl.col("zone").is_not_null())
        .then(pl.lit("not read: zone, letters and digits do not name a square of MGRS"))
    )
    return _places(cells, lon, lat, 0.001, note)


def _places(cells: pl.DataFrame, lon: Floats, lat: Floats, unit_km: float, note: pl.Expr) -> pl.DataFrame:
    """Return the columns of `from_projected`; what is not finite becomes null."""
    both = np.isfinite(lon) & np.isfinite(lat)
    placed = cells.with_columns(
        pl.Series("_lat", np.where(both, lat, np.nan), nan_to_null=True),
        pl.Series("_lon", np.where(both, lon, np.nan), nan_to_null=True),
    )
    written = unit_km * pl.lit(10.0).pow(-pl.col("decimals").cast(pl.Int32))
    return placed.select(
        "_lat",
        "_lon",
        pl.when(_placed()).then(written).alias("_written_km"),
        note.alias("_reading"),
    )


def _placed() -> pl.Expr:
    return pl.col("_lat").is_not_null()


def _number(text: pl.Series | pl.Expr) -> pl.Expr:
    """Return metres as numbers: ``649776.5``, ``649 776,5``, ``4,649,776``.

    One comma before three digits is a thousand to some and a decimal to others: such a number is not read.
    """
    plain = (pl.lit(text) if isinstance(text, pl.Series) else text).str.strip_chars().str.replace_all(r"[\s']", "")
    thousands = plain.str.contains(r"^[-+]?\d{1,3}(?:,\d{3}){2,}(?:\.\d+)?$")
    plain = pl.when(thousands).then(plain.str.replace_all(",", "", literal=True)).otherwise(plain)
    decimal = plain.str.replace(r"^([-+]?\d+),(\d{1,2}|\d{4,})$", "$1.$2")
    return decimal.cast(pl.Float64, strict=False)


def _decimals(*texts: pl.Series | pl.Expr) -> pl.Expr:
    """Return the most decimals that any of the texts has."""
    every = [pl.lit(text) if isinstance(text, pl.Series) else text for text in texts]
    return pl.max_horizontal(text.str.extract(r"[.,](\d+)\s*$", 1).str.len_bytes().fill_null(0) for text in every)


def _letters(letter: pl.Expr, alphabet: str) -> pl.Expr:
    """Return the position of a letter in an alphabet, null where it is not in it."""
    return letter.replace_strict([*alphabet], list(range(len(alphabet))), default=None, return_dtype=pl.Int32)


def _column() -> pl.Expr:
    """Return the easting of the square of 100 km, in 100 km."""
    column, turn = pl.col("column"), pl.col("zone") % 3
    return pl.coalesce(
        pl.when(turn == remainder).then(_letters(column, letters)) for remainder, letters in enumerate(_COLUMN_LETTERS)
    ) + 1  # fmt: skip


def _row() -> pl.Expr:
    """Return the northing of the square of 100 km, in 100 km, less a multiple of 20."""
    return (_letters(pl.col("row"), _ROW_LETTERS) - pl.when(pl.col("zone") % 2 == 0).then(5).otherwise(0)) % 20


def _within_band(lat: Floats, letter: pl.Series, slack: float = _BAND_SLACK) -> NDArray[np.bool_]:
    """Tell for each place whether it lies in the band of latitude that a letter names."""
    south = pl.Series(-80 + 8 * _band_numbers(letter)).to_numpy()
    north = np.where(south == 72, 84, south + 8)
    inside: NDArray[np.bool_] = (lat >= south - slack) & (lat <= north + slack)
    return inside


def _band_numbers(letter: pl.Series) -> Floats:
    return pl.select(_letters(pl.lit(letter), BANDS).cast(pl.Float64)).to_series().fill_null(float("nan")).to_numpy()


def _degrees_in_zones(cells: pl.DataFrame, south: NDArray[np.bool_] | np.bool_) -> tuple[Floats, Floats]:
    """Return lon and lat of ``x`` and ``y`` in the UTM zone ``zone_in_use``; not a number where that is null."""
    codes = cells["zone_in_use"].fill_null(0).to_numpy() + np.where(south, 32700, 32600)
    codes = np.where(cells["zone_in_use"].is_null().to_numpy(), 0, codes)
    lon, lat = np.full(cells.height, np.nan), np.full(cells.height, np.nan)
    x, y = cells["x"].to_numpy(), cells["y"].to_numpy()
    for code in np.unique(codes[codes > 0]):
        rows = codes == code
        lon[rows], lat[rows] = _degrees(x[rows], y[rows], int(code))
    return lon, lat


def _degrees(x: Floats, y: Floats, epsg: int) -> tuple[Floats, Floats]:
    """Return lon and lat, degrees WGS 84; not a number where a projection has no answer."""
    lon, lat = _to_degrees(epsg).transform(np.asarray(x, float), np.asarray(y, float))
    finite = np.isfinite(lon) & np.isfinite(lat)
    return np.where(finite, lon, np.nan), np.where(finite, lat, np.nan)


def _far_from_area(lon: Floats, lat: Floats, crs: CRS) -> NDArray[np.bool_]:
    area = crs.area_of_use
    if area is None:
        return np.zeros(len(lat), bool)
    far: NDArray[np.bool_] = (lat < area.south - _AREA_SLACK) | (lat > area.north + _AREA_SLACK)
    if area.west <= area.east:  # else it crosses 180 degrees
        far |= (lon < area.west - _AREA_SLACK) | (lon > area.east + _AREA_SLACK)
    return far


@cache
def _to_degrees(epsg: int) -> Transformer:
    return Transformer.from_crs(crs_numbered(epsg), CRS.from_epsg(4326), always_xy=True)
