"""API: routes, members, change and hot spots for a notebook, from GeoDataFrames and to GeoDataFrames.

Any CRS comes in and EPSG:4326 goes out. The pages are made by ``make api``; examples stand in ``docs/examples``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import polars as pl
import shapely

from geodata.core.errors import UnknownColumns, WrongValue
from geodata.model.assumptions import Facts, reference_facts
from geodata.model.incident import CORRIDOR_MODES, ORIGIN, TIME
from routes.attribution.incident_assignment import assigned
from routes.core.corridor import Corridor
from routes.core.geodesy import unit_vectors
from routes.core.params import DEFAULT, NetworkParams, RidgeParams
from routes.pipelines.counting import counted_on, placed
from routes.pipelines.flow_network import network
from routes.ridges.bootstrap_support import REPLICATES
from routes.ridges.centrelines import Centreline
from routes.temporal.comparison import compared
from routes.temporal.hotspot_survey import SURVEY_RESOLUTION, hot_spots, spots_collection, whole_months
from routes.temporal.series import series_of
from routes.temporal.time_windows import Window

Span = tuple[str, str]
"""First month and the month after the last: ("2023-01", "2024-01")."""
_CRS = 4326


def find_routes(
    incidents: gpd.GeoDataFrame,
    *,
    time: str = "date",
    mode: str = "mode",
    origins: str | None = None,
    source: str | None = None,
    assumptions: Facts | None = None,
    replicates: int = REPLICATES,
    params: NetworkParams = DEFAULT,
) -> gpd.GeoDataFrame:
    """Find the routes that incidents show.

    Parameters
    ----------
    incidents : GeoDataFrame
        Points in any CRS.
    time, mode : str
        Columns with dates (anything pandas reads) and with land, sea or air, in any case.
    origins, source : str, optional
        Columns with the country of origin (ISO 3166-1 alpha-3, or several of them with commas), and with who reported.
    assumptions : Facts, optional
        Where journeys may lead; the ones that come with the product by default.
    replicates : int
        Redraws of the evidence behind ``support`` and ``confidence``; 0 leaves both open and is ten times as fast.
    params : NetworkParams
        Numbers of the method; those of the product by default.

    Returns
    -------
    GeoDataFrame
        A line for each route in EPSG:4326, most important first: corridor_id, name, mode, incidents, passing,
        length_km, flow (estimated importance, square roots of incidents), direction, basis, support, confidence,
        countries. ``attrs["method_version"]`` is the method; with other ``params`` a digest of them stands behind it.

    Raises
    ------
    UnknownColumns
        If a column is not there.
    WrongValue
        If there is no CRS, something is no point, or a parameter is out of range.

    Examples
    --------
    Call a route one-way only from four fifths of its flow on, and ask each kilometre to explain half as much again:

    >>> from routes import NetworkParams
    >>> params = NetworkParams.changed({"segments.one_way": 0.8, "selection.least_gain": 0.025})
    >>> params.suffix
    '+params.4b8b47e4'
    >>> strict = find_routes(points, params=params)  # doctest: +SKIP
    >>> strict.attrs["method_version"]  # doctest: +SKIP
    'network-1.0+params.4b8b47e4'
    """
    frame = _incidents(incidents, time=time, mode=mode, origins=origins, source=source)
    known = assumptions or reference_facts()
    laid = network(frame, known, replicates, params=params)
    return _lines(counted_on(laid, placed(laid, frame), known).corridors, laid.method_version)


def assign(
    incidents: gpd.GeoDataFrame, found: gpd.GeoDataFrame, *, mode: str = "mode", params: NetworkParams = DEFAULT
) -> pd.DataFrame:
    """Tell in whose corridor each incident lies: that of the nearest route of its mode, within reach.

    Parameters
    ----------
    incidents : GeoDataFrame
        Points in any CRS, with a column ``mode``.
    found : GeoDataFrame
        Of ``find_routes``.
    mode : str
        Column with land, sea or air, in any case.
    params : NetworkParams
        As of ``find_routes``: ``membership`` says how far a corridor reaches.

    Returns
    -------
    DataFrame
        With the index of ``incidents``: corridor_id, None for none; distance_km from the line, NaN for none. Flights
        lie at airports, and are assigned to none.
    """
    points = _points(incidents)
    modes = _column(incidents, mode).astype(str).str.strip().str.lower().to_numpy()
    ids = np.full(len(points), None, dtype=object)
    away = np.full(len(points), np.nan)
    for own in ("land", "sea"):
        lines = found[found["mode"] == own]
        rows = np.flatnonzero(modes == own)
        if len(lines) and rows.size:
            traced = lines["basis"].to_numpy() == "evidence"
            paths = [_path(line) for line in lines.geometry]
            reach = np.where(traced, params.membership.traced_reach_km, params.membership.reach_km)
            at = assigned(points[rows], [Centreline(path, float(km)) for path, km in zip(paths, reach, strict=True)])
            inside = at.line >= 0
            ids[rows[inside]] = lines["corridor_id"].to_numpy(dtype=object)[at.line[inside]]
            away[rows[inside]] = at.km[inside]
    return pd.DataFrame({"corridor_id": ids, "distance_km": away}, index=incidents.index)


def compare(
    incidents: gpd.GeoDataFrame,
    *,
    before: Span,
    after: Span,
    time: str = "date",
    mode: str = "mode",
    params: NetworkParams = DEFAULT,
    **columns: Any,
) -> gpd.GeoDataFrame:
    """Compare two windows of whole months along the routes of all incidents.

    Parameters
    ----------
    incidents : GeoDataFrame
    before, after : (first month, month after the last)
    time, mode, params, **columns
        As of ``find_routes``.

    Returns
    -------
    GeoDataFrame
        The routes with before, after (incidents), ratio, low, high, q, reason and verdict: born, growing, steady,
        fading, gone, not testable.
    """
    windows = Window.of(":".join(before)), Window.of(":".join(after))
    frame = _incidents(incidents, time=time, mode=mode, **columns)
    known = reference_facts()
    laid = network(frame, known, replicates=0, params=params)
    every = placed(laid, frame)
    found = compared(series_of(laid, every), counted_on(laid, every, known).corridors, *windows)
    lines = _lines(found.corridors, laid.method_version)
    figures = [found.change_of(number) for number in range(len(found.corridors))]
    for name in ("before", "after", "ratio", "low", "high", "q", "verdict", "reason"):
        lines[name] = [figure[name] for figure in figures]
    return lines


def hotspots(
    incidents: gpd.GeoDataFrame, *, time: str = "date", resolution: int = SURVEY_RESOLUTION, window: Span | None = None
) -> gpd.GeoDataFrame:
    """Return the hexes that are emerging hot or cold spots, month by month (Gi*, classes after Esri).

    Parameters
    ----------
    incidents : GeoDataFrame
    time : str
    resolution : int, 3..7
        H3.
    window : (first month, month after the last), optional
        All whole months by default.

    Raises
    ------
    WrongValue
        If no month is over, or the resolution is out of range.
    """
    if not 3 <= resolution <= 7:
        raise WrongValue(
            f"resolution {resolution}", rule="it is an H3 resolution from 3 to 7", done="nothing was looked for"
        )
    frame = _incidents(incidents, time=time, mode=None)
    months = Window.of(":".join(window)) if window else whole_months(frame)
    if months is None:
        raise WrongValue("no month is over", rule="hot spots need whole months", done="nothing was looked for")
    told = spots_collection(hot_spots(frame, months, resolution), months)
    if not told["features"]:
        columns = ["cell", "heat", "pattern", "class", "months_hot", "months_cold"]
        return gpd.GeoDataFrame({name: [] for name in columns}, geometry=[], crs=_CRS)
    return gpd.GeoDataFrame.from_features(told["features"], crs=_CRS)


def _incidents(
    incidents: gpd.GeoDataFrame,
    *,
    time: str,
    mode: str | None,
    origins: str | None = None,
    source: str | None = None,
) -> pl.DataFrame:
    """Return incidents with the columns of the ledger that a reduction takes."""
    lon, lat = _degrees(incidents)
    when = pd.to_datetime(_column(incidents, time), utc=True, errors="coerce")
    microseconds = when.dt.tz_localize(None).to_numpy("datetime64[us]")
    names = [str(name) for name in incidents.index]
    frame = pl.DataFrame({"incident_id": names, "lon": lon, "lat": lat, "time_start": microseconds})
    frame = frame.with_columns(pl.col("time_start").dt.replace_time_zone("UTC").cast(TIME))
    if mode is None:
        stated = pl.Series("mode", [None] * frame.height, dtype=pl.String)
    else:
        words = _column(incidents, mode).astype("string").str.strip().str.lower()
        stated = pl.Series("mode", [word if word in CORRIDOR_MODES else "unknown" for word in words.fillna("")])
    frame = frame.with_columns(stated)
    if source:
        frame = frame.with_columns(pl.Series("source", _column(incidents, source).astype(str).tolist()))
    if origins:
        told = [_shares(text) for text in _column(incidents, origins)]
        frame = frame.with_columns(pl.Series("origins", told, dtype=pl.List(ORIGIN)))
    return frame


def _shares(text: object) -> list[dict[str, Any]] | None:
    codes = [code.strip().upper() for code in str(text).split(",") if code.strip()] if isinstance(text, str) else []
    return [{"iso3": code, "weight": 1 / len(codes)} for code in codes] or None


def _column(incidents: gpd.GeoDataFrame, name: str) -> Any:
    if name not in incidents.columns:
        there = ", ".join(map(str, incidents.columns[:8]))
        raise UnknownColumns(
            f"there is no column {name!r} among {there}",
            rule="say which column it is, as time='date', mode='mode'",
            done="nothing was computed",
        )
    return incidents[name]


def _degrees(incidents: gpd.GeoDataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return lon and lat of the points, NaN where there is none."""
    if incidents.crs is None:
        raise WrongValue(
            "the GeoDataFrame has no CRS",
            rule="say in which its coordinates are, as gdf.set_crs(4326)",
            done="nothing was computed",
        )
    shapes = incidents.geometry.to_crs(_CRS).to_numpy()
    wrong = shapely.get_type_id(shapes)
    if ((wrong != 0) & (wrong != -1)).any():
        raise WrongValue(
            "not all geometries are points", rule="an incident lies at a point", done="nothing was computed"
        )
    return shapely.get_x(shapes), shapely.get_y(shapes)


def _points(incidents: gpd.GeoDataFrame) -> Any:
    return unit_vectors(*_degrees(incidents))


def _path(line: shapely.LineString | shapely.MultiLineString) -> Any:
    corners = shapely.get_coordinates(line)
    return unit_vectors(corners[:, 0], corners[:, 1])


def _lines(corridors: Sequence[Corridor], method_version: str) -> gpd.GeoDataFrame:
    rows = []
    for one in corridors:
        told = one.feature()["properties"]
        names = ("corridor_id", "name", "mode", "incidents", "passing", "length_km", "flow", "direction", "basis")
        row = {name: told[name] for name in (*names, "support", "confidence")}
        rows.append(row | {"countries": ", ".join(country["iso3"] for country in told["countries"])})
    shapes = [shapely.MultiLineString([line.tolist() for line in one.lines]) for one in corridors]
    lines = [shape.geoms[0] if len(shape.geoms) == 1 else shape for shape in shapes]
    columns = ["corridor_id", "name", "mode", "incidents", "passing", "length_km", "flow", "direction", "basis"]
    frame = pd.DataFrame(rows, columns=[*columns, "support", "confidence", "countries"])
    found = gpd.GeoDataFrame(frame, geometry=lines, crs=_CRS)
    found.attrs["method_version"] = method_version
    return found


__all__ = ["NetworkParams", "RidgeParams", "Span", "assign", "compare", "find_routes", "hotspots"]
