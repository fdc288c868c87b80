"""The gate: rows of text become incidents, or are refused with every fault that they have.

A row with any fault is refused whole, so that nothing half right is kept. Rules are written down here once; past this
gate, coordinates, times and numbers are trusted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import polars as pl

from geodata import hexes
from geodata.incident import KINDS, ORIGIN, TIME
from geodata.ledger import REFUSAL_SCHEMA
from geodata.places import countries_at, country_code
from geodata.profiles import CoordinateForm, Profile
from geodata.readings import ROW

HANDLING_MARKS = ("TLP:CLEAR", "TLP:GREEN", "TLP:AMBER", "TLP:AMBER+STRICT", "TLP:RED")
PILE_UP = 5
"""Coordinates that so many rows of one file share are taken for a town or centroid, not for the place itself."""
PILE_UP_KM = 8.0
FINEST_KM = 0.1
DEGREE_KM = 111.0
EARLIEST_YEAR = 1900

_NUMBER = r"([-+]?\d+(?:\.\d+)?)"
_PAIR = rf"^\(?\s*{_NUMBER}\s*[,;]\s*{_NUMBER}\s*\)?$"
_WKT = rf"(?i)^(?:SRID=4326;)?\s*POINT\s*Z?\s*\(\s*{_NUMBER}\s+{_NUMBER}(?:\s+{_NUMBER})?\s*\)$"
_COUNTS = ("people", "dead", "missing", "survivors")
_ZONED_FORMS = ("%Y-%m-%dT%H:%M:%S%.f%:z", "%Y-%m-%d %H:%M:%S%.f%:z", "%Y-%m-%dT%H:%M:%S%.f%#z")
_MOMENT_FORMS = ("%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M")
_DAY_FORMS = ("%Y-%m-%d", "%Y/%m/%d", "%d.%m.%Y", "%d %B %Y", "%d %b %Y")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


@dataclass(frozen=True, slots=True)
class Fault:
    """A rule that rows break: where it is broken (boolean column), the field it concerns, and the rule in words."""

    broken: pl.Expr
    field: str
    rule: str


def check(
    rows: pl.DataFrame, profile: Profile, columns: dict[str, str], now: datetime
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the incidents without mode, and the refusals.

    Parameters
    ----------
    rows : DataFrame
        Text, as ``profiles.mapped`` returns it.
    profile : Profile
        Says how coordinates and times are written.
    columns : dict
        Field -> column of the file, so that a refusal names the column that the analyst knows.
    now : datetime, UTC
        Later days are refused.

    Returns
    -------
    incidents, refusals : DataFrame
        Columns as far as known of ``incident.SCHEMA`` beside ``text`` and ``_row``; columns of ``REFUSAL_SCHEMA``.
    """
    parsed = rows.with_columns(
        *_coordinates(profile.coordinate_form),
        *(_count(name) for name in _COUNTS),
        _decimal("place_precision_km").alias("_stated_km"),
        _handling(profile.handling).alias("_handling"),
    )
    parsed = _with_times(parsed, profile)
    faults = _faults(now)
    flagged = parsed.with_columns(fault.broken.fill_null(value=False).alias(f"_{n}") for n, fault in enumerate(faults))
    refusals = pl.concat(
        [
            flagged.filter(pl.col(f"_{n}")).select(
                pl.lit("").alias("batch"),
                pl.lit("").alias("file"),
                pl.col(ROW).alias("row"),
                pl.lit(_column_of(fault.field, columns)).alias("column"),
                pl.lit(fault.rule).alias("rule"),
                _shown(fault.field).str.slice(0, 200).alias("value"),
            )
            for n, fault in enumerate(faults)
        ],
    ).sort("row", maintain_order=True)
    sound = flagged.filter(~pl.any_horizontal(f"_{n}" for n in range(len(faults))))
    return _incidents(sound, profile), refusals.select(pl.col(name).cast(kind) for name, kind in REFUSAL_SCHEMA.items())


def _faults(now: datetime) -> list[Fault]:
    placed = pl.col("_lat").is_not_null() & pl.col("_lon").is_not_null()
    given = pl.any_horizontal(pl.col("coordinates", "lat", "lon").is_not_null())
    timed = pl.any_horizontal(pl.col("time", "year").is_not_null())
    latest = pl.lit(now).cast(TIME) + pl.duration(days=1)
    faults = [
        Fault(~given, "coordinates", "an incident needs coordinates"),
        Fault(given & ~placed, "coordinates", "coordinates must be numbers in the form that the profile states"),
        Fault(placed & ~pl.col("_lat").is_between(-90, 90), "lat", "latitude must lie within -90..90"),
        Fault(placed & ~pl.col("_lon").is_between(-180, 180), "lon", "longitude must lie within -180..180"),
        Fault(
            placed & (pl.col("_lat") == 0) & (pl.col("_lon") == 0), "coordinates", "0, 0 stands for an unknown place"
        ),
        Fault(~timed, "time", "an incident needs a date"),
        Fault(
            timed & pl.col("_start").is_null(), "time", "a date must be in a form that the profile or ISO 8601 states"
        ),
        Fault(pl.col("_start") > latest, "time", "a date must not lie in the future"),
        Fault(pl.col("_start").dt.year() < EARLIEST_YEAR, "time", f"a date must not lie before {EARLIEST_YEAR}"),
        Fault(pl.col("_end") <= pl.col("_start"), "time_end", "an end must come after its start"),
        Fault(
            pl.col("place_precision_km").is_not_null() & ~(pl.col("_stated_km") >= 0).fill_null(value=False),
            "place_precision_km",
            "a precision must be a number of km, 0 or more",
        ),
        Fault(~pl.col("_handling").is_in(HANDLING_MARKS), "handling", "handling must be a Traffic Light Protocol mark"),
    ]
    for name in _COUNTS:
        counted = (pl.col(f"_{name}") >= 0).fill_null(value=False)
        faults.append(Fault(pl.col(name).is_not_null() & ~counted, name, "a count must be a whole number, 0 or more"))
    return faults


def _column_of(field: str, columns: dict[str, str]) -> str:
    """Return the name under which the analyst knows a field."""
    if field in ("lat", "lon") and "coordinates" in columns:
        return columns["coordinates"]
    if field == "coordinates" and "lat" in columns:
        return f"{columns['lat']}, {columns['lon']}"
    return columns.get(field, field)


def _shown(field: str) -> pl.Expr:
    """Return the text of the cell or cells that broke a rule."""
    if field in ("coordinates", "lat", "lon"):
        return pl.concat_str("coordinates", "lat", "lon", separator=", ", ignore_nulls=True)
    if field == "time":
        return pl.concat_str("time", "month", "year", separator=" ", ignore_nulls=True)
    return pl.col(field).fill_null("")


def _decimal(name: str) -> pl.Expr:
    """Return a column of text as numbers; a single comma is taken for a decimal point."""
    text = pl.col(name)
    return text.str.replace(r"^([-+]?\d+),(\d+)$", "$1.$2").cast(pl.Float64, strict=False)


def _count(name: str) -> pl.Expr:
    number = _decimal(name)
    whole = pl.when(number == number.round(0)).then(number)
    return whole.cast(pl.Int64, strict=False).alias(f"_{name}")


def _coordinates(form: CoordinateForm) -> list[pl.Expr]:
    """Return ``_lat``, ``_lon`` and ``_decimals``, the number of decimals that were written."""
    if form == "columns":
        texts = {"_lat": pl.col("lat"), "_lon": pl.col("lon")}
        numbers = {"_lat": _decimal("lat"), "_lon": _decimal("lon")}
    else:
        pattern = _WKT if form == "wkt" else _PAIR
        order = ("_lat", "_lon") if form == "lat, lon" else ("_lon", "_lat")
        texts = {name: pl.col("coordinates").str.extract(pattern, group) for group, name in enumerate(order, start=1)}
        numbers = {name: text.cast(pl.Float64, strict=False) for name, text in texts.items()}
    finite = [pl.when(number.is_finite()).then(number).alias(name) for name, number in numbers.items()]
    decimals = [text.str.extract(r"[.,](\d+)", 1).str.len_chars().fill_null(0) for text in texts.values()]
    return [*finite, pl.max_horizontal(decimals).alias("_decimals")]


def _with_times(rows: pl.DataFrame, profile: Profile) -> pl.DataFrame:
    """Add ``_start``, ``_end`` (excluded) and ``time_precision``: as fine as the text was, never finer."""
    text = pl.col("time")
    zoned = pl.coalesce(
        text.str.to_datetime(form, time_unit="us", time_zone="UTC", strict=False) for form in _ZONED_FORMS
    )
    naive = [
        text.str.to_datetime(form, time_unit="us", strict=False).dt.replace_time_zone("UTC")
        for form in (*profile.time_forms, *_MOMENT_FORMS)
        if "%H" in form
    ]
    days = [
        text.str.to_date(form, strict=False).cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
        for form in (*profile.time_forms, *_DAY_FORMS)
        if "%H" not in form
    ]
    year = pl.coalesce(pl.col("year"), text.str.extract(r"^(\d{4})$"), text.str.extract(r"^(\d{4})-\d{2}$"))
    month_text = pl.coalesce(text.str.extract(r"^\d{4}-(\d{2})$"), pl.col("month")).str.to_lowercase().str.slice(0, 3)
    month = month_text.replace({name: str(number) for number, name in enumerate(_MONTHS, start=1)})
    by_month = _first_day(year, month.cast(pl.Int8, strict=False))
    by_year = _first_day(year, pl.lit(1, pl.Int8))
    rows = rows.with_columns(
        pl.coalesce(zoned, *naive).alias("_moment"),
        pl.coalesce(days).alias("_day"),
        pl.when(text.is_null() | text.str.contains(r"^\d{4}(-\d{2})?$")).then(by_month).alias("_month"),
        pl.when(text.is_null() | text.str.contains(r"^\d{4}$")).then(by_year).alias("_year"),
    )
    # Midnight and noon are how spreadsheets write "that day".
    whole_hour = pl.col("_moment").dt.strftime("%H:%M:%S").is_in(["00:00:00", "12:00:00"])
    precision = (
        pl.when(pl.col("_moment").is_not_null() & ~whole_hour)
        .then(pl.lit("instant"))
        .when(pl.col("_moment").is_not_null() | pl.col("_day").is_not_null())
        .then(pl.lit("day"))
        .when(pl.col("_month").is_not_null())
        .then(pl.lit("month"))
        .otherwise(pl.lit("year"))
    )
    rows = rows.with_columns(precision.alias("time_precision"))
    day = pl.coalesce(pl.col("_moment").dt.truncate("1d"), "_day")
    fine = pl.col("time_precision") == "instant"
    start = pl.when(fine).then("_moment").otherwise(pl.coalesce(day, "_month", "_year"))
    step = {"instant": "1us", "day": "1d", "month": "1mo", "quarter": "1q", "year": "1y"}
    stated_end = pl.col("time_end").str.to_datetime(
        "%Y-%m-%dT%H:%M:%S%.f%:z", time_unit="us", time_zone="UTC", strict=False
    )
    return rows.with_columns(start.cast(TIME).alias("_start")).with_columns(
        pl.coalesce(stated_end, pl.col("_start").dt.offset_by(pl.col("time_precision").replace_strict(step)))
        .cast(TIME)
        .alias("_end"),
    )


def _first_day(year: pl.Expr, month: pl.Expr) -> pl.Expr:
    number = year.cast(pl.Int32, strict=False)
    possible = number.is_between(1, 9999) & month.is_between(1, 12)
    parts = [pl.when(possible).then(part) for part in (number, month)]
    return pl.datetime(parts[0], parts[1], 1, time_unit="us", time_zone="UTC")


def _handling(default: str) -> pl.Expr:
    mark = pl.coalesce(pl.col("handling"), pl.lit(default)).str.to_uppercase()
    mark = mark.replace({"TLP:WHITE": "TLP:CLEAR", "WHITE": "TLP:CLEAR"})
    return pl.when(mark.str.starts_with("TLP:")).then(mark).otherwise(pl.lit("TLP:") + mark)


def _incidents(sound: pl.DataFrame, profile: Profile) -> pl.DataFrame:
    """Return sound rows under the names of the ledger, with precision, note, country and cell."""
    lat, lon = pl.col("_lat"), pl.col("_lon")
    as_written = (DEGREE_KM / pl.lit(10.0).pow(pl.col("_decimals"))).clip(lower_bound=FINEST_KM)
    sharing = pl.len().over("_lat", "_lon")
    piled = pl.col("_stated_km").is_null() & (sharing >= PILE_UP)
    precision = pl.coalesce("_stated_km", as_written).clip(lower_bound=FINEST_KM)
    toll = pl.sum_horizontal("_dead", "_missing", "_survivors")
    counted = pl.any_horizontal(pl.col("_dead", "_missing", "_survivors").is_not_null())
    kind = pl.col("kind").str.to_lowercase()
    note = pl.format("shared by {} rows of the file; taken for a town, precision widened", sharing)
    frame = sound.with_columns(
        lat.alias("lat"),
        lon.alias("lon"),
        pl.col("_start").alias("time_start"),
        pl.col("_end").alias("time_end"),
        pl.when(piled).then(pl.max_horizontal(precision, PILE_UP_KM)).otherwise(precision).alias("place_precision_km"),
        pl.when(piled).then(note).otherwise(pl.lit("as given")).alias("coordinate_note"),
        pl.when(kind.is_in(KINDS)).then(kind).otherwise(pl.lit(profile.kind)).alias("kind"),
        pl.coalesce("_people", pl.when(counted).then(toll)).alias("people"),
        *(pl.col(f"_{name}").alias(name) for name in _COUNTS[1:]),
        pl.col("_handling").alias("handling"),
        pl.coalesce("grade_scale", pl.lit(profile.grade_scale or None, pl.String)).alias("grade_scale"),
        pl.coalesce("mode", pl.lit(profile.mode or None, pl.String)).alias("mode"),
        pl.col("modus_operandi").str.split(";").list.eval(pl.element().str.strip_chars()),
        _origins(sound["origins"]),
    )
    places = frame["lon"].to_numpy(), frame["lat"].to_numpy()
    return frame.with_columns(
        pl.Series("country", countries_at(*places).tolist(), dtype=pl.String),
        _cells(frame),
    )


def _cells(frame: pl.DataFrame) -> pl.Series:
    """Return each incident's cell, at the finest resolution that its precision allows."""
    lon, lat = frame["lon"].to_numpy(), frame["lat"].to_numpy()
    resolution = hexes.finest_resolution(frame["place_precision_km"].to_numpy())
    cells = pl.zeros(len(lon), pl.UInt64, eager=True).to_numpy().copy()
    for step in sorted(set(resolution.tolist())):
        here = resolution == step
        cells[here] = hexes.cells_at(lon[here], lat[here], step)
    return pl.Series("cell", cells, dtype=pl.UInt64)


def _origins(texts: pl.Series) -> pl.Series:
    """Return countries of origin with weights that sum to one; null where none is known."""
    distinct = texts.unique(maintain_order=True)
    parsed = [None if text is None else _origins_in(text) for text in distinct.to_list()]
    table = pl.DataFrame({"text": distinct, "origins": pl.Series(parsed, dtype=pl.List(ORIGIN))})
    rows = pl.DataFrame({"text": texts}).join(table, on="text", how="left", nulls_equal=True, maintain_order="left")
    return rows["origins"]


def _origins_in(text: str) -> list[dict[str, str | float]] | None:
    """Return the countries named in one cell: one name, a list of names, or ``SYR:0.6;IRQ:0.4``."""
    whole = country_code(text)
    if whole:
        return [{"iso3": whole, "weight": 1.0}]
    weights: dict[str, float] = {}
    for part in text.replace(";", ",").replace("/", ",").replace("|", ",").split(","):
        name, _, weight = part.partition(":")
        code = country_code(name)
        if code:
            weights[code] = weights.get(code, 0.0) + (float(weight) if _is_weight(weight) else 1.0)
    total = sum(weights.values())
    return [{"iso3": code, "weight": weight / total} for code, weight in sorted(weights.items())] if total else None


def _is_weight(text: str) -> bool:
    return text.strip().replace(".", "", 1).isdigit()
