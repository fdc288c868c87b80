"""Coordinates that contradict what their row says: a repair is proposed, with its reason, and can always be undone.

A place contradicts its row where it lies neither in nor near the stated country or, where none is stated, outside the
region of the route (``reference/route_regions.toml``). Tried are a lost or gained sign, swapped order, a lost decimal
point and a lost digit. A repair fits where country and route, as far as they are stated, agree with it.
"""

from __future__ import annotations

import itertools
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, Literal, cast, get_args

import numpy as np
import polars as pl
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from geodata.core.errors import WrongValue
from geodata.core.messages import mark
from geodata.places.lookup import countries_at, country_code, country_name, folded
from geodata.places.place_check import FAR_KM as FAR_FROM_PLACE_KM
from geodata.places.place_check import NEAR_KM, km_from_named
from geodata.spatial.coastline import EARTH_KM, REFERENCE, Floats, unit_vectors

Policy = Literal["propose", "apply", "off"]
Flags = NDArray[np.bool_]

BORDER_KM = 30.0
"""On land, a place so close to the stated country is on the wrong side of a border at most: no error."""
SEA_KM = 370.0
"""At sea, a place so close to the stated country is no error: 200 nautical miles (UNCLOS, article 57)."""
REPAIRED_SEA_KM = 200.0
"""At sea, a repaired place must lie so close to the stated country."""
FAR_KM = 1000.0
"""Labels of routes speak loosely of neighbouring waters; where no country is stated, only a place so far outside the
region of its route is repaired, and others are proposed."""

REPAIRS = (
    mark("{fault}: {given} as given, {place} proposed, which agrees with {told}"),
    mark("{fault}: {given} as given, {place} applied, which agrees with {told}"),
    mark("one place is given for different countries or routes: {given} as given, no repair known"),
    mark("latitude and longitude are the same: {given} as given, no repair known"),
    mark("lies {km} km from {place}, which the row names: {given} as given, no repair known"),
    mark("lies in {where}, not in {country}, which the row states: {given} as given, no repair known"),
    mark("lies outside the region of {route}, which the row states: {given} as given, no repair known"),
    *(mark("longitude lost its sign"), mark("latitude lost its sign"), mark("latitude and longitude lost their signs")),
    *(mark("longitude gained its sign"), mark("latitude gained its sign")),
    *(mark("latitude and longitude gained their signs"), mark("latitude and longitude are swapped")),
    *(mark("latitude lost its decimal point"), mark("longitude lost its decimal point")),
    *(mark("latitude and longitude lost their decimal points"), mark("latitude lost a digit")),
    mark("longitude lost a digit"),
)
"""What a repair says, to be recognised where a table shows it; where several fit, it stays as it was written."""
REPAIR_SCHEMA: Mapping[str, pl.DataType | type[pl.DataType]] = {
    "_repair": pl.String,
    "_repair_code": pl.String,
    "_repair_lat": pl.Float64,
    "_repair_lon": pl.Float64,
}
_ONE_TERRITORY = (("ESH", "MAR"),)
"""Countries that sources and maps draw differently: either is no error."""
_NO_REPAIR = "no repair known"
_CELLS_PER_DEGREE = 10
_CELL_KM = 8.0  # half the diagonal of a cell
_DEGREE_KM = 111.0
_SPACING = 0.1  # degrees between points along a country's outline
_BATCH = 20_000
_SHOWN = 3
_FEW = 2


@dataclass(frozen=True, slots=True)
class Candidate:
    """A fault in words, and the places that it would have spoilt; not a number where it is none."""

    fault: str
    lat: Floats
    lon: Floats


def policy_named(name: str) -> Policy:
    """Return the policy of this name.

    Raises
    ------
    WrongValue
        If there is none.
    """
    for policy in get_args(Policy):
        if name == policy:
            return cast("Policy", policy)
    raise WrongValue(f"{name!r} is no policy for repairs", rule=f"it is one of {', '.join(get_args(Policy))}")


def with_repairs(rows: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """Add what would repair the place of each row, and under "apply" do it where exactly one repair fits.

    Parameters
    ----------
    rows : DataFrame
        With ``_lat``, ``_lon`` (degrees, or null), ``country_stated`` (name or code of the country of the incident, or
        null) and ``route_label`` (or null).
    policy : "propose", "apply" or "off"

    Returns
    -------
    DataFrame
        The rows with ``_repair`` (a sentence; null where nothing contradicts), ``_repair_code`` ("contradiction",
        "repair_proposed" or "repair_applied") and ``_repair_lat``, ``_repair_lon``: the point that is proposed or,
        where it was applied, the point as given. Applied repairs have changed ``_lat`` and ``_lon``.

    Raises
    ------
    WrongValue
        If there is no such policy.
    """
    policy_named(policy)
    repairs = None if policy == "off" else _repairs(_suspects(rows), policy)
    if repairs is None or repairs.is_empty():
        return rows.with_columns(pl.lit(None, kind).alias(name) for name, kind in REPAIR_SCHEMA.items())
    joined = rows.with_row_index("_at").join(repairs, on="_at", how="left", maintain_order="left").drop("_at")
    applied = (pl.col("_repair_code") == "repair_applied").fill_null(value=False)
    return joined.with_columns(
        *(pl.when(applied).then(f"_repair_{axis}").otherwise(f"_{axis}").alias(f"_{axis}") for axis in ("lat", "lon")),
        *(
            pl.when(applied).then(f"_{axis}").otherwise(f"_repair_{axis}").alias(f"_repair_{axis}")
            for axis in ("lat", "lon")
        ),
    )


def _suspects(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the rows whose place contradicts what is stated: ``_at``, ``lat``, ``lon`` and what they state.

    That is ``country``, ``route``, ``place`` (the text), ``named`` (the name of the place in it), ``km`` and ``any_km``
    (how far the point lies from it; null where it is not known).

    Rows are first thrown together by cell of a tenth of a degree: where a whole cell agrees, none of its rows is
    looked at.
    """
    known = {name: _known(rows[column], knower).alias(name) for name, column, knower in _STATED}
    stated = (
        rows.lazy()
        .select(pl.int_range(rows.height, dtype=pl.UInt32).alias("_at"), pl.col("_lat", "_lon").name.strip_prefix("_"))
        .with_columns(known.values())
        .filter(pl.any_horizontal(pl.col(*known).is_not_null()) & pl.col("lat").is_finite() & pl.col("lon").is_finite())
        .with_columns(
            (pl.col("lat", "lon") * _CELLS_PER_DEGREE).floor().clip(-1e6, 1e6).cast(pl.Int32).name.suffix("_cell")
        )
        .collect()
    )
    key = ["lat_cell", "lon_cell", *known]
    cells = stated.select(key).unique()
    lat, lon = (((cells[name] + 0.5) / _CELLS_PER_DEGREE).to_numpy() for name in ("lat_cell", "lon_cell"))
    unsure = cells.filter(_contradict(lat, lon, cells, _CELL_KM))
    close = stated.join(unsure, on=key, how="semi", nulls_equal=True, maintain_order="left").drop(
        "lat_cell", "lon_cell"
    )
    wrong = close.filter(_contradict(close["lat"].to_numpy(), close["lon"].to_numpy(), close, 0.0))
    return _with_places(rows, wrong, known)


def _with_places(rows: pl.DataFrame, wrong: pl.DataFrame, known: Mapping[str, pl.Expr]) -> pl.DataFrame:
    """Return wrong places with those besides that lie far from the place that their row names."""
    at = pl.int_range(rows.height, dtype=pl.UInt32).alias("_at")
    texts = (
        rows["place"]
        if "place" in rows.columns
        else pl.Series("place", [None], dtype=pl.String).new_from_index(0, rows.height)
    )
    stated = rows.select(at, pl.col("_lat", "_lon").name.strip_prefix("_"), *known.values()).with_columns(
        texts.alias("place")
    )
    told = km_from_named(stated["place"], stated["country"], stated["lat"], stated["lon"]).rename({"name": "named"})
    every = pl.concat([stated, told], how="horizontal")
    far = every.filter((pl.col("km") >= FAR_FROM_PLACE_KM) & pl.col("lat").is_finite() & pl.col("lon").is_finite())
    ids = pl.concat([wrong["_at"], far["_at"]]).unique()
    return every.filter(pl.col("_at").is_in(ids.implode()))


def _known(texts: pl.Series, knower: Callable[[str], str | None]) -> pl.Expr:
    """Return what each text of a column stands for, null where it is not known; each text is asked once."""
    found = {text: knower(text) for text in texts.drop_nulls().unique().to_list()}
    return (
        pl.lit(texts).replace_strict(found, default=None, return_dtype=pl.String) if found else pl.lit(None, pl.String)
    )


def _contradict(lat: Floats, lon: Floats, stated: pl.DataFrame, slack_km: float) -> Flags:
    """Tell of each place whether it contradicts its country or, where none is stated, its route.

    With a slack, places that might contradict it somewhere within the slack count too.
    """
    by_country = stated["country"].is_not_null().to_numpy()
    wrong = ~_in_route(lat, lon, stated["route"], -slack_km)
    wrong[by_country] = ~_in_country(
        lat[by_country], lon[by_country], stated["country"].filter(by_country), SEA_KM, -slack_km
    )
    return wrong | ~_in_range(lat, lon)


def _in_range(lat: Floats, lon: Floats) -> Flags:
    inside: Flags = (np.abs(lat) <= 90) & (np.abs(lon) <= 180)
    return inside


def _in_country(lat: Floats, lon: Floats, stated: pl.Series, sea_km: float, slack_km: float = 0.0) -> Flags:
    """Tell of each place whether it lies in the stated country or near enough; True where none is stated."""
    codes = stated.to_numpy()
    here = countries_at(lon, lat)
    agrees: Flags = (here == codes) | stated.is_null().to_numpy()
    for one, other in _ONE_TERRITORY:
        agrees |= ((here == one) & (codes == other)) | ((here == other) & (codes == one))
    limit = np.where(here == None, sea_km, BORDER_KM) + slack_km  # noqa: E711 - elementwise on an object array
    asked = ~agrees & _in_range(lat, lon)
    for code in set(codes[asked]):
        rows = np.flatnonzero(asked & (codes == code))
        agrees[rows] = _km_to_country(lat[rows], lon[rows], code) <= limit[rows]
    return agrees


def _in_route(lat: Floats, lon: Floats, stated: pl.Series, slack_km: float = 0.0) -> Flags:
    """Tell of each place whether it lies in the region of the stated route; True where none is."""
    agrees = stated.is_null().to_numpy().copy()
    routes = stated.to_numpy()
    slack = slack_km / _DEGREE_KM
    for name in set(routes[~agrees]):
        rows = np.flatnonzero(routes == name)
        for west, south, east, north in _regions()[name]:
            across = (lon[rows] >= west - slack) & (lon[rows] <= east + slack)
            agrees[rows] |= across & (lat[rows] >= south - slack) & (lat[rows] <= north + slack)
    return agrees


def _repairs(suspects: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """Return the rows with something to say: ``_at`` and the columns of ``REPAIR_SCHEMA``, the point as repaired."""
    key = ["lat", "lon", *(name for name, *_ in _STATED), "place"]
    wrong = suspects.select(*key, "named", "km", "any_km").unique(maintain_order=True)
    found = [_proposed(wrong.slice(start, _BATCH), policy) for start in range(0, wrong.height, _BATCH)]
    if not found:
        return pl.DataFrame()
    return suspects.join(pl.concat(found), on=key, how="inner", nulls_equal=True).select("_at", *REPAIR_SCHEMA)


_PROPOSED = {
    "lat": pl.Float64,
    "lon": pl.Float64,
    "country": pl.String,
    "route": pl.String,
    "place": pl.String,
    **REPAIR_SCHEMA,
}


def _proposed(wrong: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """Return what is proposed for wrong places, each stated once: the columns of ``_PROPOSED``.

    Where one place contradicts different statements it stands in for unknown places, and nothing is proposed.
    """
    lat, lon = wrong["lat"].to_numpy(), wrong["lon"].to_numpy()
    options: dict[int, list[tuple[str, float, float]]] = {}
    for which, *fit in _fitting(wrong).iter_rows():
        options.setdefault(which, []).append((fit[0], fit[1], fit[2]))
    statements = wrong.select(pl.coalesce("country", "route").n_unique().over("lat", "lon")).to_series()
    sure = (wrong["country"].is_not_null() | wrong["km"].is_not_null()).to_numpy() | ~_in_route(
        lat, lon, wrong["route"], FAR_KM
    )
    against = _how_far(wrong)
    rows = []
    for which, place in enumerate(wrong.iter_rows(named=True)):
        fitting = options.get(which, []) if statements[which] == 1 else []
        applied = policy == "apply" and len(fitting) == 1 and bool(sure[which])
        stands_in = statements[which] > _FEW
        if place["any_km"] is not None and place["any_km"] <= NEAR_KM:
            fitting = []  # the point is where the row's own words say: what else it states is wrong
        one = len(fitting) == 1 and not stands_in
        code = ("repair_applied" if applied else "repair_proposed") if one else "contradiction"
        text = _in_words(place, fitting, "applied" if applied else "proposed", stands_in) or against[which]
        given = [place[name] for name in ("lat", "lon", "country", "route", "place")]
        rows.append((*given, text, code, *(fitting[0][1:] if one else (None, None))))
    return pl.DataFrame(rows, schema=_PROPOSED, orient="row").filter(pl.col("_repair").is_not_null())


def _in_words(place: dict[str, Any], fitting: list[tuple[str, float, float]], done: str, stands_in: bool) -> str | None:
    """Return a repair in words; lat, lon in this order, in full, so that it can be undone."""
    given = f"{place['lat']}, {place['lon']} as given"
    if stands_in:
        return f"one place is given for different countries or routes: {given}, no repair known"
    if not fitting:
        same = place["lat"] == place["lon"]
        return f"latitude and longitude are the same: {given}, no repair known" if same else None
    if len(fitting) == 1:
        ((fault, lat, lon),) = fitting
        country = country_name(place["country"]) if place["country"] else None
        told = " and ".join(filter(None, (country, place["route"], place["named"])))
        return f"{fault}: {given}, {lat}, {lon} {done}, which agrees with {told}"
    shown = "; ".join(f"{lat}, {lon} if {fault}" for fault, lat, lon in fitting[:_SHOWN])
    more = f"; {len(fitting) - _SHOWN} more" if len(fitting) > _SHOWN else ""
    return f"{len(fitting)} repairs fit, none is applied: {given}, {shown}{more}"


def _how_far(wrong: pl.DataFrame) -> list[str | None]:
    """Return for each wrong place how far off it is and from what, where no repair is known."""
    lat, lon = wrong["lat"].to_numpy(), wrong["lon"].to_numpy()
    near = np.flatnonzero(_in_range(lat, lon))
    here: list[str | None] = [None] * wrong.height
    for row, code in zip(near.tolist(), countries_at(lon[near], lat[near]), strict=True):
        here[row] = code
    elsewhere = ~_in_country(lat, lon, wrong["country"], SEA_KM)
    astray = ~_in_route(lat, lon, wrong["route"])
    told: list[str | None] = []
    for at, place in enumerate(wrong.iter_rows(named=True)):
        given = f"{place['lat']}, {place['lon']} as given"
        where = (country_name(here[at] or "") if here[at] else None) or "no country"
        if place["km"] is not None and place["km"] >= FAR_FROM_PLACE_KM:
            told.append(f"lies {place['km']:,.0f} km from {place['named']}, which the row names: {given}, {_NO_REPAIR}")
        elif place["country"] and elsewhere[at]:
            told.append(
                f"lies in {where}, not in {country_name(place['country'])}, which the row states: {given}, {_NO_REPAIR}"
            )
        elif place["route"] and astray[at]:
            told.append(f"lies outside the region of {place['route']}, which the row states: {given}, {_NO_REPAIR}")
        else:
            told.append(None)
    return told


def _fitting(wrong: pl.DataFrame) -> pl.DataFrame:
    """Return what fits: ``which`` place, ``fault``, ``lat`` and ``lon``, for each place the simplest fault first."""
    given = wrong["lat"].to_numpy(), wrong["lon"].to_numpy()
    candidates = list(_candidates(*given))
    lat, lon = (np.concatenate([getattr(candidate, name) for candidate in candidates]) for name in ("lat", "lon"))
    which = np.tile(np.arange(wrong.height), len(candidates))
    fault = np.repeat(np.arange(len(candidates)), wrong.height)
    fits = _in_range(lat, lon) & ((lat != given[0][which]) | (lon != given[1][which]))
    for agree in (_in_route, partial(_in_country, sea_km=REPAIRED_SEA_KM)):
        at = np.flatnonzero(fits)
        stated = wrong["route" if agree is _in_route else "country"].gather(which[at])
        fits[at] = agree(lat[at], lon[at], stated)
    at = np.flatnonzero(fits)
    of = wrong[which[at]]
    told = km_from_named(of["place"], of["country"], pl.Series(lat[at]), pl.Series(lon[at]))
    fits[at] = (told["km"].fill_null(0.0) < FAR_FROM_PLACE_KM).to_numpy()
    names = pl.Series([candidate.fault for candidate in candidates], dtype=pl.String)
    found = pl.DataFrame({"which": which[fits], "fault": names.gather(fault[fits]), "lat": lat[fits], "lon": lon[fits]})
    # Two faults that come to one place are one repair, named by the simpler.
    return found.unique(["which", "lat", "lon"], keep="first", maintain_order=True)


def _candidates(lat: Floats, lon: Floats) -> Iterator[Candidate]:
    """Return every way to read places differently, the simplest fault first."""
    lat_sign, lon_sign = (np.where(values > 0, 1, -1) for values in (lat, lon))
    for sign, fault in ((1, "lost"), (-1, "gained")):
        of_lat, of_lon = lat_sign == sign, lon_sign == sign
        yield Candidate(f"longitude {fault} its sign", lat, _where(of_lon, -lon))
        yield Candidate(f"latitude {fault} its sign", _where(of_lat, -lat), lon)
        yield Candidate(f"latitude and longitude {fault} their signs", _where(of_lat & of_lon, -lat), -lon)
    yield Candidate("latitude and longitude are swapped", lon, lat)
    lat_shifts, lon_shifts = _without_point(lat), _without_point(lon)
    for lat_shifted in lat_shifts:
        yield Candidate("latitude lost its decimal point", lat_shifted, lon)
    for lon_shifted in lon_shifts:
        yield Candidate("longitude lost its decimal point", lat, lon_shifted)
    for lat_shifted, lon_shifted in itertools.product(lat_shifts, lon_shifts):
        yield Candidate("latitude and longitude lost their decimal points", lat_shifted, lon_shifted)
    for lat_grown in _with_digit(lat):
        yield Candidate("latitude lost a digit", lat_grown, lon)
    for lon_grown in _with_digit(lon):
        yield Candidate("longitude lost a digit", lat, lon_grown)


def _where(condition: Flags, values: Floats) -> Floats:
    return np.where(condition, values, np.nan)


def _without_point(values: Floats) -> list[Floats]:
    """Return whole numbers with a decimal point set behind one or more of their digits."""
    whole = (values == np.round(values)) & (np.abs(values) >= 10)
    shifted = [_where(whole & (np.abs(values) >= 10**shift), values / 10**shift) for shift in range(1, 9)]
    return [shift for shift in shifted if np.isfinite(shift).any()]


def _with_digit(values: Floats) -> list[Floats]:
    """Return numbers with one more digit before the decimal point, at any place."""
    size = np.abs(values)
    whole = np.floor(size)
    rest = size - whole
    grown = []
    for place in (1, 10, 100):
        for digit in range(10):
            # Behind the digit stand those of lower places, before it the others; it is no digit more beyond the first.
            more = whole // place * place * 10 + digit * place + whole % place
            grown.append(_where((whole >= place // 10) & (more != whole), np.sign(values) * np.round(more + rest, 9)))
    return grown


def _km_to_country(lat: Floats, lon: Floats, code: str) -> Floats:
    """Return the distance of each place to the outline of a country, km, to some 5 km; ``SEA_KM`` or more beyond."""
    outline = _outline(code)
    km = np.full(len(lat), np.inf)
    if outline is None:
        return km
    (west, south, east, north), tree = outline
    reach = SEA_KM / _DEGREE_KM
    across = reach / np.maximum(np.cos(np.radians(lat)), 0.05)
    near = (lat >= south - reach) & (lat <= north + reach) & (lon >= west - across) & (lon <= east + across)
    chord, _ = tree.query(unit_vectors(lon[near], lat[near]), distance_upper_bound=2 * SEA_KM / EARTH_KM)
    km[near] = 2 * EARTH_KM * np.arcsin(np.clip(np.asarray(chord) / 2, 0, 1))
    return km


@cache
def _outline(code: str) -> tuple[Floats, cKDTree] | None:
    """Return the bounds (west, south, east, north) of a country, degrees, and the points along its outline."""
    parts = shapely.from_wkb(_tiles().filter(pl.col("iso3") == code)["geometry"].to_numpy())
    if not parts.size:
        return None
    lon, lat = shapely.get_coordinates(shapely.segmentize(parts, _SPACING)).T
    return shapely.total_bounds(parts), cKDTree(unit_vectors(lon, lat))


@cache
def _tiles() -> pl.DataFrame:
    return pl.read_parquet(REFERENCE / "countries_10m.parquet", columns=["iso3", "geometry"])


@cache
def _regions() -> dict[str, list[list[float]]]:
    """Return the boxes, degrees (west, south, east, north), in which each publicly known route can lie."""
    with (REFERENCE / "route_regions.toml").open("rb") as file:
        entries = tomllib.load(file)["region"]
    return {name: entry["boxes"] for entry in entries for name in entry["names"]}


@cache
def _region_names() -> dict[str, str]:
    return {folded(name): name for name in _regions()}


def _region_named(label: str) -> str | None:
    """Return the route under its name in ``route_regions.toml``, or None."""
    return _region_names().get(folded(label))


_STATED = (("country", "country_stated", country_code), ("route", "route_label", _region_named))
"""What a row may state of its place: our name for it, its column, and what its texts stand for."""
