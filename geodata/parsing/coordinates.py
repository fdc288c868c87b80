"""Where a row lies: columns and cells of text become degrees, with the precision and the note of their writing.

The order of latitude and longitude is stated by the form. It is never guessed: only hemisphere letters, which tell it,
overrule the form, and the note says so.
"""

from __future__ import annotations

import re
from typing import Annotated, Final

import polars as pl
from pydantic import AfterValidator

from geodata.core.errors import WrongValue
from geodata.core.messages import Sentence, part_of, sentence
from geodata.parsing.dms import DEGREE_KM, O_IS_AMBIGUOUS, READ_NOTES, UNREAD_NOTES, OMeans, angles, plainly_written
from geodata.parsing.grid_references import from_mgrs, from_projected, from_utm

NAMED_FORMS: Final = ("columns", "lat, lon", "lon, lat", "wkt", "dms", "utm", "mgrs")
AS_GIVEN = "as given"
TOLD_BY_HEMISPHERES = "order told by the hemispheres, against the stated form"
ORDER_UNTOLD = "not read: nothing tells latitude from longitude"
WRONG_AXIS = "not read: the hemispheres do not name one latitude and one longitude"

_EPSG = re.compile(r"EPSG:(\d{4,6})")
_FLOAT = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_PAIR = rf"^[(\[]?\s*({_FLOAT})\s*[,;]\s*({_FLOAT})\s*[)\]]?$"
_WKT = rf"(?i)^(?:SRID\s*=\s*4326\s*;)?\s*POINT\s*Z?M?\s*\(\s*({_FLOAT})\s+({_FLOAT})(?:\s+{_FLOAT}){{0,2}}\s*\)$"
_POINT_DECIMAL = r"[-+]?\d+(?:\.\d+)?"
_COMMA_DECIMAL = r"[-+]?\d+,\d+"
_HALVES = (
    r"^([^NSEWO]*[NSEWO])(?:[\s,;/|]+-\s+|[\s,;/|]*)([^NSEWO]*[NSEWO])$",  # 46°37'N 31°35'E, 46°37'N - 31°35'E
    r"^([NSEWO][^NSEWO]*?)[\s,;/|]*([NSEWO][^NSEWO]*)$",  # N 46°37' E 31°35'
    r"^([^;/|\n]+)[;/|\n]\s*([^;/|\n]+)$",  # 46,5; 31,2
    rf"^({_COMMA_DECIMAL}),({_COMMA_DECIMAL})$",  # 46,5,31,2
    r"^((?:[^,]|,\S)+),\s+((?:[^,]|,\S)+)$",  # 46,5, 31,2
    r"^([^,\s]+)\s*,\s*([^,\s]+)$",  # 46.5,31.2
    r"^([^,]*°[^,]*),([^,]*°[^,]*)$",  # 46° 37',31° 35'
    rf"^({_COMMA_DECIMAL}) ({_COMMA_DECIMAL})$",  # 46,5 31,2
    rf"^({_POINT_DECIMAL}) ({_POINT_DECIMAL})$",  # 46.5 31.2
)
"""Ways in which a cell of two angles parts, tried in this order. 46,12 30 parts in none: it may be 46.12 and 30, or 46
and 12°30'."""
_COLUMNS = ("_lat", "_lon", "_written_km", "_reading", "_order_told")
_SAMPLE = 10_000
_MOST = 0.9


def known_form(form: str) -> str:
    """Return a form as it is spelt here.

    Raises
    ------
    ValueError
        If there is no such form.
    """
    if form in NAMED_FORMS:
        return form
    number = _EPSG.fullmatch(form.strip().upper())
    if number is None:
        raise ValueError(f"{form!r} is none of {', '.join(NAMED_FORMS)}, EPSG:<number>")
    return number.group()


CoordinateForm = Annotated[str, AfterValidator(known_form)]
"""How coordinates are written: one of ``NAMED_FORMS``, or ``EPSG:<number>`` for x in ``lon`` and y in ``lat``.

``columns``
    latitude and longitude in a column each, as decimals or in degrees, minutes and seconds.
``lat, lon`` and ``lon, lat``
    both in one cell, in this order.
``wkt``
    ``POINT (lon lat)``.
``dms``
    both in one cell, in degrees, minutes and seconds, the order told by the hemispheres.
``utm`` and ``mgrs``
    ``33S 283000 3931000`` and ``33S TV 83000 31000``.
"""


def with_coordinates(rows: pl.DataFrame, form: CoordinateForm, o_means: OMeans | None = None) -> pl.DataFrame:
    """Add the place of each row.

    Parameters
    ----------
    rows : DataFrame
        With ``coordinates``, ``lat`` and ``lon`` as text, null where absent.
    form : str
        How they are written, see `CoordinateForm`.
    o_means : "east", "west" or None
        What the letter O stands for in this source. Without it, angles with an O are not read.

    Returns
    -------
    DataFrame
        The rows with ``_lat``, ``_lon`` (float, degrees WGS 84; null where unreadable or not finite; range is not
        checked), ``_written_km`` (float, km: the smallest unit in which they are written), ``_reading`` (how they were
        read; where they were not, the reason as far as it is known) and ``_order_told`` (whether hemispheres told the
        order against the stated form).

    Raises
    ------
    WrongValue
        If there is no such form or projection.
    """
    try:
        form = known_form(form)
    except ValueError as error:
        raise WrongValue(str(error), rule="coordinates are read in a form that is known") from None
    cells, lat, lon = rows["coordinates"], rows["lat"], rows["lon"]
    if form == "columns":
        found = _from_columns(lat, lon, o_means)
    elif form == "wkt":
        found = _from_wkt(cells)
    elif form == "utm":
        found = from_utm(_plain(cells))
    elif form == "mgrs":
        found = from_mgrs(_plain(cells))
    elif form.startswith("EPSG:"):
        found = from_projected(lon, lat, int(form.removeprefix("EPSG:")))
    else:
        found = _from_pairs(cells, form, o_means)
    if "_order_told" not in found.columns:
        found = found.with_columns(pl.lit(value=False).alias("_order_told"))
    return rows.with_columns(found[name].alias(name) for name in _COLUMNS)


def guessed_form(texts: pl.DataFrame) -> tuple[CoordinateForm | None, str]:
    """Return the form in which coordinates seem to be written, and the reason in words, for a person to confirm.

    The order of latitude and longitude in a cell is told only where one of both goes beyond 90 or where hemispheres
    stand; else the form is None and the reason says what is to be stated.

    Parameters
    ----------
    texts : DataFrame
        With ``coordinates``, ``lat`` and ``lon`` as text, null where absent; the first 10,000 that are given are read.
    """
    cells = _plain(texts["coordinates"].drop_nulls().head(_SAMPLE))
    if cells.is_empty():
        return _guessed_columns(texts.select("lat", "lon").drop_nulls().head(_SAMPLE))
    grids: tuple[CoordinateForm, ...] = ("wkt", "mgrs", "utm")
    for form in grids:
        sample = pl.DataFrame({"coordinates": cells, "lat": cells, "lon": cells})
        read = with_coordinates(sample, form)["_lat"].count()
        if read >= _MOST * len(cells):
            return form, _in_a_grid(form, part_of(read, len(cells)))
    return _guessed_pairs(cells)


def _in_a_grid(form: CoordinateForm, share: Sentence) -> Sentence:
    if form == "wkt":
        return sentence("{share} cells are points of well-known text, which states longitude first", share=share)
    if form == "mgrs":
        return sentence("{share} cells are squares of the military grid", share=share)
    return sentence("{share} cells are a UTM zone with easting and northing", share=share)


def _guessed_columns(sample: pl.DataFrame) -> tuple[CoordinateForm | None, str]:
    """Return the form of two columns."""
    if sample.is_empty():
        return None, sentence("no row gives both latitude and longitude")
    numbers = _from_columns(sample["lat"], sample["lon"], None)
    lat, lon = numbers["_lat"], numbers["_lon"]
    ambiguous = (numbers["_reading"] == O_IS_AMBIGUOUS).sum()
    if ambiguous:
        return None, sentence(
            "rows with the letter O: {count}; it is east in German and west in French: state which",
            count=int(ambiguous),
        )
    if lat.count() < _MOST * sample.height:
        return None, sentence("only {share} rows are numbers or angles", share=part_of(lat.count(), sample.height))
    metres = int(((lat.abs() > 90) & (lon.abs() > 180)).sum())
    if metres > lat.count() / 2:
        return None, sentence(
            "{share} rows are too large for degrees: state the EPSG number", share=part_of(metres, lat.count())
        )
    beyond = int((lat.abs() > 90).sum())
    if beyond > lat.count() / 100:
        return None, sentence("latitudes beyond 90: {count}; state which column is which", count=beyond)
    return "columns", sentence(
        "{share} rows are degrees in the columns of latitude and longitude", share=part_of(lat.count(), sample.height)
    )


def _guessed_pairs(cells: pl.Series) -> tuple[CoordinateForm | None, str]:
    """Return the form of two angles in one cell, which `_plain` has been over."""
    pairs = _angles_of_pairs(cells, "east")
    read = pairs["first"].is_not_null() & pairs["second"].is_not_null()
    given, count = len(cells), int(read.sum())
    if count < _MOST * given:
        return None, sentence("only {share} cells are read in any form that is known", share=part_of(count, given))
    ambiguous = cells.filter(read).str.contains("O", literal=True).sum()
    if ambiguous:
        return None, sentence(
            "cells with the letter O: {count}; it is east in German and west in French: state which",
            count=int(ambiguous),
        )
    told = pairs["first_axis"].is_not_null() & pairs["second_axis"].is_not_null()
    if told.sum() >= _MOST * given:
        first = "lat" if (pairs["first_axis"] == "lat").sum() >= told.sum() / 2 else "lon"
        minutes = pairs["note"].str.contains("minutes", literal=True).any()
        form = "dms" if minutes else ("lat, lon" if first == "lat" else "lon, lat")
        return form, sentence("hemispheres tell the order in {share} cells", share=part_of(int(told.sum()), given))
    beyond = {half: int((pairs[half].abs() > 90).sum()) for half in ("first", "second")}
    return _order_by_range(beyond["first"], beyond["second"], given)


def _order_by_range(first: int, second: int, given: int) -> tuple[CoordinateForm | None, str]:
    """Return the order that numbers beyond 90 tell: so many of the first, so many of the second of each pair."""
    if first and second:
        return None, sentence(
            "both numbers go beyond 90: the first {first:,} times, the second {second:,} times",
            first=first,
            second=second,
        )
    if first:
        return "lon, lat", sentence(
            "the first number goes beyond 90 in {share} cells: it is the longitude", share=part_of(first, given)
        )
    if second:
        return "lat, lon", sentence(
            "the second number goes beyond 90 in {share} cells: it is the longitude", share=part_of(second, given)
        )
    return None, sentence(
        "no number goes beyond 90 and no hemisphere stands: state whether latitude or longitude comes first"
    )


def _plain(texts: pl.Series) -> pl.Series:
    return pl.select(plainly_written(pl.lit(texts))).to_series()


def _from_columns(lat: pl.Series, lon: pl.Series, o_means: OMeans | None) -> pl.DataFrame:
    """Return the places of two columns: plain numbers at once, patterns only for what is left."""
    found = _of_numbers(lat, lon)
    missed = found["_lat"].is_null() & lat.is_not_null() & lon.is_not_null()
    if not missed.any():
        return found
    halves = pl.DataFrame({"first": lat.filter(missed), "second": lon.filter(missed)})
    halves = halves.select(plainly_written(pl.col("first", "second")))
    return _laid_over(found, missed, _in_order(_of_halves(halves, o_means), "columns"))


def _from_pairs(cells: pl.Series, form: str, o_means: OMeans | None) -> pl.DataFrame:
    """Return the places of cells that hold both angles: plain numbers at once, patterns only for what is left."""
    if form == "dms":
        return _in_order(_angles_of_pairs(_plain(cells), o_means), form)
    numbers = _groups(cells, _PAIR)
    found = _of_numbers(numbers["second"], numbers["first"])
    if form == "lat, lon":
        found = _of_numbers(numbers["first"], numbers["second"])
    missed = found["_lat"].is_null() & cells.is_not_null()
    if not missed.any():
        return found
    return _laid_over(found, missed, _in_order(_angles_of_pairs(_plain(cells.filter(missed)), o_means), form))


def _from_wkt(cells: pl.Series) -> pl.DataFrame:
    numbers = _groups(cells, _WKT)
    found = _of_numbers(numbers["second"], numbers["first"])
    missed = found["_lat"].is_null() & cells.is_not_null()
    if not missed.any():
        return found
    numbers = _groups(_plain(cells.filter(missed)), _WKT)
    return _laid_over(found, missed, _of_numbers(numbers["second"], numbers["first"]))


def _groups(cells: pl.Series, pattern: str) -> pl.DataFrame:
    """Return the two groups of a pattern as ``first`` and ``second``."""
    found = pl.select(pl.lit(cells).str.extract_groups(pattern).struct.rename_fields(["first", "second"]).alias("both"))
    return found.unnest("both")


def _of_numbers(lat: pl.Series, lon: pl.Series) -> pl.DataFrame:
    """Return the places of numbers with decimal points; others stay null."""
    texts = pl.DataFrame({"lat": lat, "lon": lon})
    numbers = texts.lazy().with_columns(
        *(pl.col(name).cast(pl.Float64, strict=False).alias(f"_{name}") for name in ("lat", "lon")),
        pl.max_horizontal(_decimals("lat"), _decimals("lon")).alias("decimals"),
    )
    both = pl.col("_lat").is_finite() & pl.col("_lon").is_finite()
    steps = pl.Series([DEGREE_KM * 10.0**-count for count in range(40)])
    written = pl.lit(steps).gather(pl.col("decimals").clip(0, 39))
    return numbers.select(
        pl.when(both).then("_lat").alias("_lat"),
        pl.when(both).then("_lon").alias("_lon"),
        pl.when(both).then(written).alias("_written_km"),
        pl.when(both).then(pl.lit(AS_GIVEN)).alias("_reading"),
        pl.lit(value=False).alias("_order_told"),
    ).collect()


def _decimals(name: str) -> pl.Expr:
    """Return how many characters stand behind the decimal point."""
    text = pl.col(name)
    return (text.str.len_bytes() - 1 - text.str.find(".", literal=True)).fill_null(0)


def _angles_of_pairs(plain: pl.Series, o_means: OMeans | None) -> pl.DataFrame:
    """Return the angles of cells that hold two, as `_of_halves` does."""
    cell = pl.col("cell").str.strip_chars("()[] ")
    both = [cell.str.extract_groups(pattern).struct.rename_fields(["first", "second"]) for pattern in _HALVES]
    cells = pl.DataFrame({"cell": plain})
    halves = cells.select(
        pl.coalesce(way.struct.field(half) for way in both).str.strip_chars().alias(half)
        for half in ("first", "second")
    )
    return _of_halves(halves, o_means)


def _of_halves(halves: pl.DataFrame, o_means: OMeans | None) -> pl.DataFrame:
    """Return the angles of two texts each.

    ``first`` and ``second`` (float, degrees), ``first_axis`` and ``second_axis``, ``step`` (float, degrees) and
    ``note``: how they were read, or why not.
    """
    first, second = (angles(halves[half], o_means) for half in ("first", "second"))
    joined = pl.concat(
        [first.rename(lambda name: f"first_{name}"), second.rename(lambda name: f"second_{name}")], how="horizontal"
    )
    notes = pl.concat_list("first_note", "second_note")
    weightiest = pl.coalesce(
        *(pl.when(notes.list.contains(note)).then(pl.lit(note)) for note in (*UNREAD_NOTES, *READ_NOTES)),
        pl.lit(AS_GIVEN),
    )
    return joined.select(
        pl.col("first_degrees").alias("first"),
        pl.col("second_degrees").alias("second"),
        "first_axis",
        "second_axis",
        pl.min_horizontal("first_step", "second_step").alias("step"),
        weightiest.alias("note"),
    )


def _in_order(pairs: pl.DataFrame, form: str) -> pl.DataFrame:
    """Return places of pairs: the order is told by hemispheres, else by the form, else the pair is not read."""
    first, second = pl.col("first_axis"), pl.col("second_axis")
    by_form = {"lon, lat": False, "dms": None}.get(form, True)
    told = pl.coalesce(first == "lat", second == "lon")
    lat_first = pl.coalesce(told, pl.lit(by_form, pl.Boolean))
    numbers = pl.col("first").is_finite() & pl.col("second").is_finite()
    clash = (first == second).fill_null(value=False)
    read = (numbers & lat_first.is_not_null() & ~clash).fill_null(value=False)
    against = (told != pl.lit(by_form, pl.Boolean)).fill_null(value=False)
    note = (
        pl.when(read | pl.col("note").str.starts_with("not read"))
        .then("note")
        .when(numbers & clash)
        .then(pl.lit(WRONG_AXIS))
        .when(numbers)
        .then(pl.lit(ORDER_UNTOLD))
    )
    return pairs.select(
        pl.when(read).then(pl.when(lat_first).then("first").otherwise("second")).alias("_lat"),
        pl.when(read).then(pl.when(lat_first).then("second").otherwise("first")).alias("_lon"),
        pl.when(read).then(DEGREE_KM * pl.col("step")).alias("_written_km"),
        note.alias("_reading"),
        (read & against).alias("_order_told"),
    )


def _laid_over(found: pl.DataFrame, missed: pl.Series, part: pl.DataFrame) -> pl.DataFrame:
    """Return what was found, with the rows that were missed taken from a part of their own."""
    position = pl.when(missed).then(missed.cum_sum() + (found.height - 1)).otherwise(pl.int_range(found.height))
    return pl.concat([found, part])[pl.select(position).to_series()]
