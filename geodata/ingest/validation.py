"""The gate: rows of text become incidents, or are refused with every fault that they have.

A row with any fault is refused whole, so that nothing half right is kept. Rules are written down here once; past this
gate, coordinates, times and numbers are trusted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
import polars as pl

from geodata.core.handling import HANDLING_MARKS
from geodata.core.lists import gathered
from geodata.core.messages import mark
from geodata.ledger.batch import REFUSAL_SCHEMA
from geodata.mapping.profiles import Profile
from geodata.model.incident import EARLIEST, TIME
from geodata.model.place_notes import Code, fact, notes
from geodata.model.source_words import WORD, word
from geodata.parsing.coordinate_repair import REPAIR_SCHEMA, REPAIRS, Policy, with_repairs
from geodata.parsing.coordinates import TOLD_BY_HEMISPHERES, with_coordinates
from geodata.parsing.counts import read_counts
from geodata.parsing.dates import with_times
from geodata.parsing.modus_operandi import modi_operandi
from geodata.parsing.origins import origins_of, spelt_otherwise
from geodata.parsing.transport_mode import stated_modes
from geodata.parsing.value_words import Own, kind_words, meanings
from geodata.places.geocoder import located
from geodata.places.lookup import countries_at, country_name, territory_named
from geodata.places.place_check import stands_for_country
from geodata.readers.dispatch import ROW
from geodata.spatial import h3_cells as hexes

UNKNOWN_PLACE = mark("a place must be known to the gazetteer, and be one place only")
PILE_UP = 5
"""Coordinates that so many rows of one file share are taken for a town or centroid, not for the place itself."""
PILE_UP_KM = 8.0
PLACEHOLDER_COUNTRIES = 4
"""Coordinates that rows of so many stated countries share stand for an unknown place: no border point has as many."""
PLACEHOLDER_KM = 1000.0
FINEST_KM = 0.1
_METRES = 400.0
"""No angle is so large: both numbers beyond it are metres."""
_NO_DATES = (date(1900, 1, 1), date(1899, 12, 30), date(1970, 1, 1), date(1904, 1, 1))
"""First days of calendars of machines, which exports write for an empty date."""

_COUNTS = ("people", "dead", "missing", "survivors")


@dataclass(frozen=True, slots=True)
class Fault:
    """A rule that rows break: where it is broken (boolean column), the field it concerns, and the rule in words."""

    broken: pl.Expr
    field: str
    rule: str


@dataclass(frozen=True, slots=True)
class Checked:
    """What became of some rows.

    Attributes
    ----------
    incidents : DataFrame
        Columns as far as known of ``incident.SCHEMA`` beside ``text``, ``airport``, ``country_stated``,
        ``_row`` and ``precision_stated``.
    refusals : DataFrame
        Columns of ``REFUSAL_SCHEMA``, one row for each fault.
    refused_ids : Series
        ``source_record`` of the refused rows, null where they have none.
    """

    incidents: pl.DataFrame
    refusals: pl.DataFrame
    refused_ids: pl.Series


def check(
    rows: pl.DataFrame,
    profile: Profile,
    columns: dict[str, str],
    now: datetime,
    repairs: Policy = "propose",
    own: Own | None = None,
    ceiling: str = HANDLING_MARKS[-1],
) -> Checked:
    """Turn rows of text into incidents without mode, and refuse those that break a rule.

    Parameters
    ----------
    rows : DataFrame
        Text, as ``profiles.mapped`` returns it, and ``fingerprint``.
    profile : Profile
        Says how coordinates and times are written.
    columns : dict
        Field -> column of the file, so that a refusal names the column that the analyst knows.
    now : datetime, UTC
        Later days are refused.
    repairs : str
        What to do with coordinates that look wrong, as in ``geodata.parsing.coordinate_repair``.
    own : mapping, optional
        Words of sources that a workspace maps itself.
    ceiling : str
        The highest handling mark that may be held; rows marked higher are refused.
    """
    if profile.or_by_name:
        unplaced = pl.all_horizontal(pl.col("coordinates", "lat", "lon").is_null())
        by_name = profile.model_copy(update={"or_by_name": False, "coordinate_form": "none"})
        given = profile.model_copy(update={"or_by_name": False})
        parts = [(rows.filter(~unplaced), given), (rows.filter(unplaced), by_name)]
        return _joined(
            [check(own_rows, how, columns, now, repairs, own, ceiling) for own_rows, how in parts if own_rows.height]
        )
    own = with_own(profile, own)
    rows = rows.with_columns(country_stated=pl.col("country"))
    if "_ruined_id" not in rows.columns:
        rows = rows.with_columns(pl.lit(None, pl.String).alias("_ruined_id"))
    if profile.coordinate_form == "none":
        placed = _placed_by_name(rows)
    else:
        placed = with_coordinates(rows, profile.coordinate_form, profile.o_means or None)
        placed = _with_centres(with_repairs(placed, repairs))
    parsed = with_times(placed, profile.time_forms).with_columns(
        *(column for name in _COUNTS for column in _counts(rows[name])),
        pl.coalesce(_decimal("place_precision_km"), _decimal("accuracy_m") / 1000).alias("_stated_km"),
        _handling(profile.handling).alias("_handling"),
        meanings(rows["kind"], kind_words(), own["kind"]).alias("_kind"),
    )
    faults = _faults(now, ceiling, by_name=profile.coordinate_form == "none")
    broken = parsed.select(fault.broken.fill_null(value=False).alias(str(n)) for n, fault in enumerate(faults))
    refused = broken.select(pl.any_horizontal(pl.all())).to_series()
    if not refused.any():
        nothing = pl.DataFrame(schema=REFUSAL_SCHEMA)
        return Checked(_incidents(parsed, profile, own), nothing, rows["source_record"].clear())
    refusals = pl.concat(
        [
            parsed.filter(broken[str(n)]).select(
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
    refusals = refusals.select(pl.col(name).cast(kind) for name, kind in REFUSAL_SCHEMA.items())
    return Checked(_incidents(parsed.filter(~refused), profile, own), refusals, rows.filter(refused)["source_record"])


def with_own(profile: Profile, own: Own | None) -> Own:
    """Return the words for kinds and modes that a workspace maps itself, and below them those of a profile."""
    return {field: profile.values.get(field, {}) | dict((own or {}).get(field, {})) for field in ("kind", "mode")}


def _joined(checked: list[Checked]) -> Checked:
    """Return what became of rows that were checked in several groups, in the order of the file."""
    if len(checked) == 1:
        return checked[0]
    first = checked[0].incidents.columns
    return Checked(
        pl.concat([one.incidents.select(first) for one in checked], how="vertical_relaxed").sort(ROW),
        pl.concat([one.refusals for one in checked]).sort("row", maintain_order=True),
        pl.concat([one.refused_ids for one in checked]),
    )


def _country_of(rows: pl.DataFrame) -> pl.Series:
    """Return the country in which a place is looked for: a territory that it names goes before the stated one."""
    own = {text: territory_named(text) for text in rows["place"].drop_nulls().unique()}
    known = {text: code for text, code in own.items() if code}
    if not known:
        return rows["country"]
    meant = rows["place"].replace_strict(list(known), list(known.values()), default=None, return_dtype=pl.String)
    return rows.select(pl.coalesce(pl.lit(meant), pl.col("country")).alias("country"))["country"]


def _with_centres(placed: pl.DataFrame) -> pl.DataFrame:
    """Add ``_centre``, the country for which a point that is its middle stands, and how far that reaches, km."""
    codes = stands_for_country(placed["place"], placed["_lat"], placed["_lon"])
    known = codes.drop_nulls().unique().to_list()
    if not known:
        return placed.with_columns(
            pl.lit(None, pl.String).alias("_centre"), pl.lit(None, pl.Float64).alias("_centre_km")
        )
    names = [country_name(code) or code for code in known]
    reach = located(pl.Series([None] * len(known), dtype=pl.String), pl.Series(known))["precision_km"].to_list()
    return placed.with_columns(
        codes.replace_strict(known, names, default=None, return_dtype=pl.String).alias("_centre"),
        codes.replace_strict(known, reach, default=None, return_dtype=pl.Float64).alias("_centre_km"),
    )


def _placed_by_name(rows: pl.DataFrame) -> pl.DataFrame:
    """Return rows without coordinates placed by what they name: an airport or place, within its country if one is."""
    names = pl.coalesce("airport", "place", "route_label")
    found = located(rows.select(names.alias("place"))["place"], _country_of(rows))
    return rows.with_columns(
        found["lat"].alias("_lat"),
        found["lon"].alias("_lon"),
        found["precision_km"].alias("_written_km"),
        found.select(pl.format("placed by its name: {}", pl.col("note").fill_null("unknown")))
        .to_series()
        .alias("_reading"),
        pl.lit(value=False).alias("_order_told"),
        pl.lit(None, pl.String).alias("_centre"),
        pl.lit(None, pl.Float64).alias("_centre_km"),
        *(pl.lit(None, kind).alias(name) for name, kind in REPAIR_SCHEMA.items()),
    )


def _faults(now: datetime, ceiling: str, *, by_name: bool) -> list[Fault]:
    placed = pl.col("_lat").is_not_null() & pl.col("_lon").is_not_null()
    where = ("airport", "place", "route_label", "country") if by_name else ("coordinates", "lat", "lon")
    given = pl.any_horizontal(pl.col(where).is_not_null())
    metres = placed & (pl.col("_lat").abs() > _METRES) & (pl.col("_lon").abs() > _METRES)
    timed = pl.any_horizontal(pl.col("time", "year").is_not_null())
    latest = pl.lit(now).cast(TIME) + pl.duration(days=1)
    faults = [
        *(
            (
                Fault(~given, "place", mark("an incident needs a place or a country")),
                Fault(given & ~placed, "place", UNKNOWN_PLACE),
            )
            if by_name
            else (
                Fault(~given, "coordinates", mark("an incident needs coordinates")),
                Fault(
                    given & ~placed,
                    "coordinates",
                    mark("coordinates must be numbers in the form that the profile states"),
                ),
            )
        ),
        Fault(
            metres,
            "coordinates",
            mark("coordinates too large for degrees are metres of a projection: state its EPSG number"),
        ),
        Fault(placed & ~metres & ~pl.col("_lat").is_between(-90, 90), "lat", mark("latitude must lie within -90..90")),
        Fault(
            placed & ~metres & ~pl.col("_lon").is_between(-180, 180), "lon", mark("longitude must lie within -180..180")
        ),
        Fault(
            placed & (pl.col("_lat") == 0) & (pl.col("_lon") == 0),
            "coordinates",
            mark("0, 0 stands for an unknown place"),
        ),
        Fault(~timed, "time", mark("an incident needs a date")),
        Fault(
            timed & pl.col("_start").is_null(),
            "time",
            mark("a date must be in a form that the profile or ISO 8601 states"),
        ),
        Fault(pl.col("_start") > latest, "time", mark("a date must not lie in the future")),
        Fault(pl.col("_start").dt.year() < EARLIEST.year, "time", f"a date must not lie before {EARLIEST.year}"),
        Fault(
            pl.col("_start").dt.date().is_in(_NO_DATES)
            & ~pl.col("time").str.contains(r"^\d{4}$").fill_null(value=False),
            "time",
            mark("1900-01-01, 1970-01-01 and the like stand for no date: an incident needs a date"),
        ),
        Fault(
            pl.col("time_end").is_not_null() & pl.col("_end").is_null(),
            "time_end",
            mark("an end must be in a form like a date"),
        ),
        Fault(pl.col("_end") <= pl.col("_start"), "time_end", mark("an end must come after its start")),
        Fault(
            pl.col("place_precision_km").is_not_null() & ~(_decimal("place_precision_km") >= 0).fill_null(value=False),
            "place_precision_km",
            mark("a precision must be a number of km, 0 or more"),
        ),
        *_faults_of_marks(ceiling),
    ]
    for name in _COUNTS:
        unread = ~pl.col(f"_{name}_read") | (pl.col(f"_{name}") < 0).fill_null(value=False)
        faults.append(
            Fault(pl.col(name).is_not_null() & unread, name, mark("a count must be a whole number, 0 or more"))
        )
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
        written = pl.concat_str("coordinates", "lat", "lon", separator=", ", ignore_nulls=True)
        return pl.concat_str(written, "_repair", separator="; ", ignore_nulls=True)
    if field == "place":
        return pl.concat_str("airport", "place", "country", separator=", ", ignore_nulls=True)
    if field == "time":
        return pl.concat_str("time", "month", "year", separator=" ", ignore_nulls=True)
    return pl.col(field).fill_null("")


def _decimal(name: str) -> pl.Expr:
    """Return a column of text as numbers; a single comma is taken for a decimal point."""
    text = pl.col(name)
    return text.str.replace(r"^([-+]?\d+),(\d+)$", "$1.$2").cast(pl.Float64, strict=False)


def _counts(texts: pl.Series) -> list[pl.Series]:
    """Return the count that each text of a column states, whether it is exact, and whether it was read."""
    found, name = read_counts(texts), texts.name
    return [
        found["count"].alias(f"_{name}"),
        found["exact"].alias(f"_{name}_exact"),
        found["read"].alias(f"_{name}_read"),
    ]


def above_the_ceiling(ceiling: str) -> str:
    """Return the rule that rows marked above the ceiling of a system break; of these nothing is kept anywhere."""
    return f"this system holds nothing above {ceiling}"


def _faults_of_marks(ceiling: str) -> list[Fault]:
    above = HANDLING_MARKS[HANDLING_MARKS.index(ceiling) + 1 :]
    return [
        Fault(
            ~pl.col("_handling").is_in(HANDLING_MARKS),
            "handling",
            mark("handling must be a Traffic Light Protocol mark"),
        ),
        Fault(pl.col("_handling").is_in(above), "handling", above_the_ceiling(ceiling)),
    ]


def _handling(default: str) -> pl.Expr:
    mark = pl.coalesce(pl.col("handling"), pl.lit(default)).str.to_uppercase()
    mark = mark.replace({"TLP:WHITE": "TLP:CLEAR", "WHITE": "TLP:CLEAR"})
    return pl.when(mark.str.starts_with("TLP:")).then(mark).otherwise(pl.lit("TLP:") + mark)


def _incidents(sound: pl.DataFrame, profile: Profile, own: Own | None) -> pl.DataFrame:
    """Return sound rows under the names of the ledger, with precision, note, country and cell."""
    toll = pl.sum_horizontal("_dead", "_missing", "_survivors")
    counted = pl.any_horizontal(pl.col("_dead", "_missing", "_survivors").is_not_null())
    frame = sound.with_columns(
        pl.col("_lat").alias("lat"),
        pl.col("_lon").alias("lon"),
        pl.col("_start").alias("time_start"),
        pl.col("_end").alias("time_end"),
        pl.max_horizontal(pl.coalesce("_stated_km", "_written_km"), "_centre_km")
        .clip(lower_bound=FINEST_KM)
        .alias("place_precision_km"),
        pl.col("_stated_km").is_not_null().alias("precision_stated"),
        pl.coalesce("_kind", pl.when(pl.col("kind").is_not_null()).then(pl.lit("other")), pl.lit(profile.kind)).alias(
            "kind"
        ),
        _words(sound, own).alias("source_words"),
        pl.coalesce("_people", pl.when(counted).then(toll)).alias("people"),
        *(pl.col(f"_{name}").alias(name) for name in _COUNTS[1:]),
        pl.col("_handling").alias("handling"),
        pl.coalesce("grade_scale", pl.lit(profile.grade_scale or None, pl.String)).alias("grade_scale"),
        pl.coalesce("mode", pl.lit(profile.mode or None, pl.String)).alias("mode"),
        modi_operandi(sound),
        origins_of(sound["origins"]),
    )
    places = frame["lon"].to_numpy(), frame["lat"].to_numpy()
    return frame.with_columns(
        _notes(frame, "placed_by_name" if profile.coordinate_form == "none" else "read"),
        pl.Series("country", countries_at(*places).tolist(), dtype=pl.String),
        cells(frame),
    )


NOTES = (
    *(mark("as given"), mark("read with decimal commas"), mark("read from degrees and hemisphere")),
    mark("read from degrees, minutes and seconds"),
    mark("order told by the hemispheres, against the stated form"),
    mark("projected from EPSG:{number}"),
    mark("read from UTM zone {zone}S, S taken for its band of latitude, 32 to 40 north"),
    mark("read from UTM zone {zone}, northern half of the Earth"),
    mark("read from UTM zone {zone}, southern half of the Earth"),
    mark("read from UTM zone {zone}"),
    mark("middle of an MGRS square of {metres} m"),
    mark("placed by its name: {place}"),
    mark("the middle of {country}, which stands for all of it"),
    mark("shared by {rows} rows of {countries} stated countries; stands for no place"),
    mark("shared by {rows} rows of the file; taken for a town, precision widened"),
    *REPAIRS,
)
"""What the notes on a place say, to be recognised where a table shows them."""


def _words(sound: pl.DataFrame, own: Own | None = None) -> pl.Series:
    """Return what the source wrote where something else is stored, so that no word is lost."""
    mode, kind = pl.col("mode"), pl.col("kind")
    read = pl.lit(meanings(sound["mode"], stated_modes(), (own or {}).get("mode")))
    other, unread = spelt_otherwise(sound["origins"])
    vague = [
        (pl.col(name).is_not_null() & ~pl.col(f"_{name}_exact"), word(name, pl.col(name), known=True))
        for name in _COUNTS
    ]
    return gathered(
        sound,
        "source_words",
        WORD,
        (
            kind.is_not_null() & (kind.str.to_lowercase() != pl.col("_kind").fill_null("")),
            word("kind", kind, pl.col("_kind").is_not_null()),
        ),
        (mode.is_not_null() & (mode.str.to_lowercase() != read.fill_null("")), word("mode", mode, read.is_not_null())),
        (pl.col("_ruined_id").is_not_null(), word("source_record", pl.col("_ruined_id"), known=False)),
        (pl.lit(other), word("origins", pl.col("origins"), ~pl.lit(unread))),
        *vague,
    )


def _notes(frame: pl.DataFrame, reading: Code) -> pl.Series:
    """Return what there is to say of how each place was read, and of what it contradicts."""
    return notes(
        frame,
        (pl.col("_reading").is_not_null(), fact(reading, pl.col("_reading"))),
        (pl.col("_order_told"), fact("order_told", pl.lit(TOLD_BY_HEMISPHERES))),
        (
            pl.col("_centre").is_not_null(),
            fact("stands_for_country", pl.format("the middle of {}, which stands for all of it", "_centre")),
        ),
        (
            pl.col("_repair").is_not_null(),
            fact(pl.col("_repair_code"), pl.col("_repair"), pl.col("_repair_lat"), pl.col("_repair_lon")),
        ),
    )


def piled_up(frame: pl.DataFrame, sharing: pl.Expr, sharing_countries: pl.Expr) -> pl.DataFrame:
    """Return incidents with the precision of those widened that share their place with too many others.

    Parameters
    ----------
    frame : DataFrame
        As ``check`` returns it.
    sharing, sharing_countries : Expr
        How many rows of the file lie at the same place, and how many countries these state; null where too few rows to
        matter.
    """
    piled = sharing.is_not_null() & ~pl.col("precision_stated")
    if not frame.select(piled.any()).item():
        return frame
    placeholder = sharing_countries >= PLACEHOLDER_COUNTRIES
    nowhere = pl.format("shared by {} rows of {} stated countries; stands for no place", sharing, sharing_countries)
    town = pl.format("shared by {} rows of the file; taken for a town, precision widened", sharing)
    said = (
        (piled & placeholder, fact("stands_for_no_place", nowhere)),
        (piled & ~placeholder, fact("shared_by_town", town)),
    )
    least = pl.when(placeholder).then(PLACEHOLDER_KM).otherwise(PILE_UP_KM)
    wide = pl.max_horizontal("place_precision_km", least)
    frame = frame.with_columns(
        pl.when(piled).then(wide).otherwise("place_precision_km").alias("place_precision_km"),
        notes(frame, *said, after="place_notes"),
    )
    return frame.with_columns(cells(frame))


def cells(frame: pl.DataFrame) -> pl.Series:
    """Return each incident's cell, at the finest resolution that its precision allows."""
    lon, lat = frame["lon"].to_numpy(), frame["lat"].to_numpy()
    resolution = hexes.finest_resolution(frame["place_precision_km"].to_numpy())
    cells = np.zeros(len(lon), np.uint64)
    for step in np.unique(resolution).tolist():
        here = resolution == step
        cells[here] = hexes.cells_at(lon[here], lat[here], step)
    return pl.Series("cell", cells, dtype=pl.UInt64)
