"""The layers of an export as tables: which columns they have, in what units, and where their rows lie.

Every count obeys the window of the export. Geometries are in EPSG:4326, lon before lat.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import polars as pl
import shapely
from shapely.ops import substring

from geodata.core.errors import WrongValue
from geodata.places.lookup import country_name
from geodata.spatial import h3_cells as hexes
from layers.export.contents import Export
from routes.core.corridor import Corridor
from routes.core.geodesy import EARTH_KM, lonlat, unit_vectors

Kind = Literal["text", "whole", "number", "yes", "day"]
Shape = Literal["MultiLineString", "MultiPolygon", "Point"]
HEX_LEVEL = 5
"""H3 resolution of the exported hexes; what is known more coarsely is in none, and the layer says how many."""
_NUL = "\0"
"""Left out of every text, as most formats end a text at it."""
_PIECE_KM = 150.0
"""Stretches of a line that are widened each in a projection of its own, so that the width is right everywhere."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, what kind of value it holds, and what people call it, with its unit."""

    name: str
    kind: Kind
    alias: str
    short: str = ""
    """For Shapefiles: at most ten letters; the name itself where it is short enough."""

    @property
    def ten(self) -> str:
        """Return a name of at most ten letters."""
        return self.short or self.name[:10]


@dataclass(frozen=True)
class Table:
    """A layer.

    Attributes
    ----------
    name, title, about : str
        For machines, for a list of layers, and what it shows in a sentence or two.
    shape : str or None
        Of its geometries; None for a table to be joined.
    columns : tuple of Column
    frame : GeoDataFrame or DataFrame
        With these columns, and ``geometry`` in EPSG:4326 where it has a shape.
    period : (first, last) or None
        Names of the columns of days between which a row holds.
    """

    name: str
    title: str
    about: str
    shape: Shape | None
    columns: tuple[Column, ...]
    frame: pd.DataFrame
    period: tuple[str, str] | None = None


_STAMP = (
    Column("export_id", "text", "Export"),
    Column("marking", "text", "Handling mark"),
    Column("period_start", "day", "First day of the period", "per_start"),
    Column("period_end", "day", "First day after the period", "per_end"),
    Column("view", "text", "What was asked for"),
    Column("area", "text", "Area asked for"),
    Column("ledger_version", "whole", "Version of the ledger", "ledger_v"),
    Column("method_version", "text", "Version of the method", "method_v"),
    Column("synthetic", "yes", "Made up for demonstration"),
    Column("credits", "text", "Credits and licences of the sources"),
    Column("generated", "text", "Made at (UTC)"),
)
_ROUTE = (
    Column("corridor_id", "text", "Id of the route", "route_id"),
    Column("system_id", "text", "Id of connected routes"),
    Column("name", "text", "Name"),
    Column("mode", "text", "Mode: land, sea or air"),
    Column("route", "text", "Known route"),
    Column("incidents", "whole", "Incidents in the period"),
    Column("people", "whole", "People in them, where stated"),
    Column("passing", "number", "Incidents whose journeys pass (mean along the line)"),
    Column("flow", "number", "Estimated importance (square roots of incidents; no number of people)"),
    Column("direction", "text", "Direction, in the order of the line"),
    Column("direction_basis", "text", "What the direction rests on", "dir_basis"),
    Column("support", "number", "Share of redraws in which it comes back (0 to 1)"),
    Column("confidence", "text", "Confidence"),
    Column("basis", "text", "What the line rests on"),
    Column("length_km", "number", "Length (km)"),
    Column("band_km", "number", "Half width that holds 80 % of its incidents (km)"),
    Column("inferred", "yes", "Mostly inferred"),
    Column("inferred_km", "number", "Length inferred (km)", "infer_km"),
    Column("detail", "number", "Shown from this detail on (0 main routes, 1 all)"),
    Column("source_countries", "text", "Source countries (ISO 3166-1)", "sources"),
    Column("transit_countries", "text", "Transit countries (ISO 3166-1)", "transit"),
    Column("destination_countries", "text", "Destination countries (ISO 3166-1)", "dests"),
    Column("origins", "text", "Countries of origin, with shares"),
    Column("destinations", "text", "Destinations, with shares", "destins"),
    Column("months", "text", "Incidents by month (JSON)"),
    Column("bridges", "text", "Stretches that bridge a gap (JSON, km from the first point)"),
    Column("formerly", "text", "Former names"),
)
_LEG = (
    Column("from_iso3", "text", "From (ISO 3166-1)"),
    Column("from_name", "text", "From"),
    Column("to_iso3", "text", "To (ISO 3166-1)"),
    Column("to_name", "text", "To"),
    Column("mode", "text", "Mode: land, sea or air"),
    Column("flow", "number", "Estimated importance (square roots of incidents; no number of people)"),
    Column("support", "number", "Share of redraws in which it comes back (0 to 1)"),
)
_HUB = (
    Column("hub_id", "text", "Id of the hub"),
    Column("iso3", "text", "Country (ISO 3166-1)"),
    Column("leaving", "number", "Estimated importance of what leaves"),
    Column("landing", "number", "Estimated importance of what lands"),
)
_HEX = (
    Column("cell", "text", "H3 cell"),
    Column("resolution", "whole", "H3 resolution"),
    Column("month_start", "day", "First day of the month", "month_1st"),
    Column("month_end", "day", "First day of the next month", "next_1st"),
    Column("mode", "text", "Mode: land, sea, air or unknown"),
    Column("incidents", "whole", "Incidents"),
    Column("people", "whole", "People in them, where stated"),
)
_INCIDENT = (
    Column("incident_id", "text", "Id of the incident", "incid_id"),
    Column("first_day", "day", "First day"),
    Column("last_day", "day", "First day after"),
    Column("time_precision", "text", "How exactly the time is known", "time_prec"),
    Column("kind", "text", "Kind"),
    Column("mode", "text", "Mode"),
    Column("people", "whole", "People"),
    Column("dead", "whole", "Dead"),
    Column("missing", "whole", "Missing"),
    Column("place", "text", "Place"),
    Column("place_precision_km", "number", "How exactly the place is known (km)", "place_km"),
    Column("country", "text", "Country (ISO 3166-1)"),
    Column("origins", "text", "Countries of origin"),
    Column("corridor_id", "text", "Id of the route that it lies in", "route_id"),
    Column("source", "text", "Source"),
    Column("handling", "text", "Handling mark of the incident"),
    Column("source_grade", "text", "Grade of the source", "src_grade"),
    Column("information_grade", "text", "Grade of the information", "inf_grade"),
    Column("url", "text", "Link"),
)
_COUNTRY = (
    Column("iso3", "text", "Country (ISO 3166-1)"),
    Column("name", "text", "Name"),
    Column("source", "whole", "Incidents on routes of which it is a source"),
    Column("transit", "whole", "Incidents on routes of which it is a transit country"),
    Column("destination", "whole", "Incidents on routes of which it is a destination", "destin"),
)
_CHANGE = (
    Column("finding_id", "text", "Id of the change"),
    Column("node_id", "text", "Id of what changed"),
    Column("level", "text", "Level"),
    Column("name", "text", "Name"),
    Column("mode", "text", "Mode"),
    Column("direction", "text", "More or fewer"),
    Column("verdict", "text", "What it is"),
    Column("since", "text", "Since (month)"),
    Column("detected_in", "text", "Could be known after (month)", "detected"),
    Column("last_seen", "text", "Last seen (month)"),
    Column("a_month", "number", "Incidents a month since"),
    Column("usual_a_month", "number", "Incidents a month before", "usual"),
    Column("incidents", "whole", "Incidents reported since"),
    Column("confidence", "text", "Confidence"),
    Column("sentence", "text", "In words"),
    Column("sources", "text", "Sources"),
    Column("rests_on", "text", "Would not stand without"),
    Column("countries", "text", "Countries (ISO 3166-1)"),
    Column("corridor_ids", "text", "Ids of routes", "route_ids"),
    Column("log_e_value", "number", "Evidence (natural logarithm of the e-value)", "log_e"),
)

_TYPES: dict[Kind, str] = {"text": "object", "whole": "Int64", "number": "float64", "yes": "bool", "day": "object"}


def tables_of(export: Export, names: Sequence[str] = ()) -> list[Table]:
    """Return layers of an export.

    Parameters
    ----------
    export : Export
    names : sequence of str
        Of ``LAYERS``; none stands for all but single incidents.

    Raises
    ------
    WrongValue
        If there is no such layer.
    """
    unknown = next((name for name in names if name not in LAYERS), None)
    if unknown is not None:
        raise WrongValue(
            f"there is no layer {unknown!r}",
            rule=f"layers are {', '.join(LAYERS)}",
            done="nothing was written",
            where="--layer",
        )
    return [LAYERS[name](export) for name in (names or [name for name in LAYERS if name != "incidents"])]


def _routes(export: Export) -> Table:
    rows = [_route_row(one) for one in export.corridors()]
    lines = [shapely.MultiLineString([line.tolist() for line in one.lines]) for one in export.corridors()]
    return _table(
        export, "routes", "Routes", "Lines along which smuggling moves.", "MultiLineString", _ROUTE, rows, lines
    )


def _corridors(export: Export) -> Table:
    wide = [one for one in export.corridors() if one.band_km > 0]
    about = "Bands around routes that hold 80 % of their incidents; flights have none."
    bands = [_band(one) for one in wide]
    return _table(export, "corridors", "Corridors", about, "MultiPolygon", _ROUTE, map(_route_row, wide), bands)


def _dense_areas(export: Export) -> Table:
    areas = export.dense_areas()
    about = "Lines along which incidents pile up that no journey takes."
    lines = [shapely.MultiLineString([line.tolist() for line in one.lines]) for one in areas]
    title = "Dense areas"
    return _table(export, "dense_areas", title, about, "MultiLineString", _ROUTE, map(_route_row, areas), lines)


def _route_row(corridor: Corridor) -> dict[str, Any]:
    properties: dict[str, Any] = corridor.feature()["properties"]
    countries = properties.pop("countries")
    as_text = {name: json.dumps(properties[name]) for name in ("months", "bridges")}
    by_role = {
        f"{role}_countries": ", ".join(country["iso3"] for country in countries if country["role"] == role)
        for role in ("source", "transit", "destination")
    }
    as_text |= {name: _shares(properties[name]) for name in ("origins", "destinations")}
    return properties | as_text | by_role | {"synthetic": corridor.synthetic}


def _shares(shares: Mapping[str, float]) -> str:
    """Return shares as a text to read, such as "SDN 0.24, NER 0.14"."""
    return ", ".join(f"{code} {share:.2f}" for code, share in shares.items())


def _band(corridor: Corridor) -> shapely.MultiPolygon:
    """Return the band of a corridor, each stretch of its line widened in a projection around its own middle."""
    parts = []
    for line in corridor.lines:
        whole = shapely.LineString(line)
        pieces = max(1, int(np.ceil(corridor.length_km / _PIECE_KM)))
        at = np.linspace(0, 1, pieces + 1)
        for start, end in pairwise(at):
            piece = substring(whole, start, end, normalized=True)
            if isinstance(piece, shapely.LineString) and piece.length > 0:
                parts.append(_widened(piece, corridor.band_km))
    joined = shapely.union_all(parts)
    polygons = [part for part in shapely.get_parts(joined) if isinstance(part, shapely.Polygon)]
    return shapely.MultiPolygon(polygons)


def _widened(line: shapely.LineString, km: float) -> shapely.Geometry:
    """Return a short line as a band, widened in the plane that touches the Earth at its middle (orthographic)."""
    corners = shapely.get_coordinates(line)
    places = unit_vectors(corners[:, 0], corners[:, 1])
    up = places.mean(axis=0) / np.linalg.norm(places.mean(axis=0))
    east = np.cross([0.0, 0.0, 1.0], up)
    east /= max(float(np.linalg.norm(east)), 1e-9)
    north = np.cross(up, east)
    flat = shapely.LineString(np.column_stack([places @ east, places @ north]) * EARTH_KM)
    band = shapely.simplify(shapely.buffer(flat, km, quad_segs=6), 0.2)

    def back(points: np.ndarray) -> np.ndarray:
        across, along = points.T / EARTH_KM
        high = np.sqrt(np.clip(1 - across**2 - along**2, 0, 1))
        return lonlat(across[:, None] * east + along[:, None] * north + high[:, None] * up)

    return shapely.make_valid(shapely.transform(band, back))


def _legs(export: Export) -> Table:
    rows = [
        {
            "from_iso3": leg.start,
            "from_name": country_name(leg.start),
            "to_iso3": leg.end,
            "to_name": country_name(leg.end),
            "mode": leg.mode,
            "flow": round(leg.flow, 1),
            "support": None if leg.support is None else round(leg.support, 2),
        }
        for leg in export.routes.movement.legs
    ]
    return _table(export, "legs", "Legs", "Movement from one country straight to another.", None, _LEG, rows)


def _hubs(export: Export) -> Table:
    hubs = export.routes.movement.hubs
    rows = [
        {
            "hub_id": f"{hub.iso3}-{hub.lat:.2f}-{hub.lon:.2f}",
            "iso3": hub.iso3,
            "leaving": round(hub.leaving, 1),
            "landing": round(hub.landing, 1),
        }
        for hub in hubs
    ]
    points = [shapely.Point(hub.lon, hub.lat) for hub in hubs]
    about = "Places on a coast where crossings begin or end."
    return _table(export, "hubs", "Hubs", about, "Point", _HUB, rows, points)


def _hexes(export: Export) -> Table:
    placed = export.incidents.filter(pl.col("cell").is_not_null() & pl.col("time_start").is_not_null())
    rolled = hexes.parents(placed["cell"].to_numpy(), HEX_LEVEL)
    month = pl.col("time_start").dt.date().dt.truncate("1mo")
    counted = (
        placed.select(pl.Series("cell", rolled), month.alias("month_start"), "mode", "people")
        .filter(pl.Series(hexes.resolutions(rolled)) == HEX_LEVEL)
        .group_by("cell", "month_start", "mode")
        .agg(pl.len().alias("incidents"), pl.col("people").sum())
        .with_columns(pl.col("month_start").dt.offset_by("1mo").alias("month_end"))
        .sort("cell", "month_start", "mode")
    )
    coarser = placed.height - int(counted["incidents"].sum())
    unique, which = np.unique(counted["cell"].to_numpy(), return_inverse=True)
    names = np.array(hexes.names(unique), dtype=object)
    outlines = np.array([hex_outline(int(cell)) for cell in unique], dtype=object)
    columns: dict[str, Any] = {
        name: counted[name] for name in ("month_start", "month_end", "mode", "incidents", "people")
    }
    columns |= {"cell": names[which], "resolution": np.full(len(which), HEX_LEVEL)}
    about = (
        f"Incidents by H3 cell of resolution {HEX_LEVEL}, month and mode. {coarser:,} incidents are known too coarsely "
        "to lie in one."
    )
    period = ("month_start", "month_end")
    return _table(export, "hexes", "Hexes by month", about, "MultiPolygon", _HEX, columns, outlines[which], period)


def hex_outline(cell: int) -> shapely.MultiPolygon:
    """Return a hex as polygons, cut where it crosses 180 degrees."""
    ring = hexes.outline(cell)
    if max(lon for lon, _ in ring) - min(lon for lon, _ in ring) <= 180:
        return shapely.MultiPolygon([shapely.Polygon(ring)])
    whole = shapely.Polygon([(lon % 360, lat) for lon, lat in ring])
    halves = [
        shapely.clip_by_rect(whole, 0, -90, 180, 90),
        shapely.transform(shapely.clip_by_rect(whole, 180, -90, 360, 90), lambda corners: corners - [360, 0]),
    ]
    return shapely.MultiPolygon([half for half in halves if isinstance(half, shapely.Polygon) and not half.is_empty])


def _incidents(export: Export) -> Table:
    rows = export.incidents.filter(pl.col("lon").is_not_null() & pl.col("lat").is_not_null())
    if "corridor_id" not in rows.columns:
        rows = rows.with_columns(pl.lit(None, pl.String).alias("corridor_id"))
    listed = pl.col("origins").list.eval(pl.element().struct.field("iso3")).list.join(", ")
    shown = rows.with_columns(
        pl.col(pl.String).str.replace_all(_NUL, "", literal=True),
        pl.col("time_start").dt.date().alias("first_day"),
        pl.col("time_end").dt.date().alias("last_day"),
        listed.alias("origins"),
    )
    columns = {column.name: shown[column.name] for column in _INCIDENT}
    points = np.atleast_1d(np.asarray(shapely.points(shown["lon"].to_numpy(), shown["lat"].to_numpy()), dtype=object))
    about = "Single incidents: places and events, never persons."
    return _table(
        export, "incidents", "Incidents", about, "Point", _INCIDENT, columns, points, ("first_day", "last_day")
    )


def _countries(export: Export) -> Table:
    roles: dict[str, Counter[str]] = {}
    for corridor in export.corridors():
        for country in corridor.countries:
            roles.setdefault(country.iso3, Counter())[country.role] += corridor.incidents
    rows = [
        {"iso3": iso3, "name": country_name(iso3)}
        | {role: found.get(role, 0) for role in ("source", "transit", "destination")}
        for iso3, found in sorted(roles.items())
    ]
    about = "Incidents on the routes that each country is a part of, by its role; to be joined by iso3."
    return _table(export, "countries", "Country roles", about, None, _COUNTRY, rows)


def _changes(export: Export) -> Table:
    rows, boxes = [], []
    for one in export.changes:
        told = one.properties()
        lists = {name: ", ".join(told[name]) for name in ("countries", "corridor_ids", "rests_on")}
        sources = ", ".join(f"{source['name']} {source['incidents']}" for source in told["sources"])
        rows.append(told | lists | {"sources": sources})
        box = shapely.box(*one.box) if one.box else None
        boxes.append(None if box is None else shapely.MultiPolygon([box]))
    about = "What changed, each as the box around its incidents."
    return _table(export, "changes", "Changes", about, "MultiPolygon", _CHANGE, rows, boxes)


LAYERS: dict[str, Callable[[Export], Table]] = {
    "routes": _routes,
    "corridors": _corridors,
    "legs": _legs,
    "hubs": _hubs,
    "hexes": _hexes,
    "dense_areas": _dense_areas,
    "changes": _changes,
    "countries": _countries,
    "incidents": _incidents,
}
"""Name of a layer -> what makes it; single incidents only go out if they are asked for."""


_COLUMNS = {
    **dict.fromkeys(("routes", "corridors", "dense_areas"), _ROUTE),
    "legs": _LEG,
    "hubs": _HUB,
    "hexes": _HEX,
    "changes": _CHANGE,
    "countries": _COUNTRY,
    "incidents": _INCIDENT,
}


def columns_of(name: str) -> tuple[Column, ...]:
    """Return the columns of a layer, whatever its rows."""
    return (*_COLUMNS[name], *_STAMP)


def _table(
    export: Export,
    name: str,
    title: str,
    about: str,
    shape: Shape | None,
    columns: tuple[Column, ...],
    rows: Iterable[dict[str, Any]] | Mapping[str, pl.Series | np.ndarray],
    shapes: Sequence[Any] | np.ndarray = (),
    period: tuple[str, str] | None = None,
) -> Table:
    """Return a table with the stamp behind its own columns; a route says for itself whether it was made up.

    Rows are given one by one, or as columns where there may be many.
    """
    every = (*columns, *_STAMP)
    if isinstance(rows, Mapping):
        own: Mapping[str, Any] = rows
        count = len(next(iter(rows.values())))
    else:
        listed = list(rows)
        own = {
            column.name: [row.get(column.name) for row in listed]
            for column in every
            if listed and column.name in listed[0]
        }
        count = len(listed)
    stamp = export.stamp
    frame = pd.DataFrame(
        {
            column.name: _cells(own[column.name], column.kind)
            if column.name in own
            else pd.Series([stamp.get(column.name)] * count, dtype=_TYPES[column.kind])
            for column in every
        }
    )
    if shape is None:
        return Table(name, title, about, None, every, frame)
    located = gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries(list(shapes), crs=4326, index=frame.index))
    return Table(name, title, about, shape, every, located, period or ("period_start", "period_end"))


def _cells(values: pl.Series | np.ndarray | Sequence[Any], kind: Kind) -> pd.Series:
    """Return a column of a table; of equal texts and days one alone is kept, however many rows have it."""
    if not isinstance(values, pl.Series):
        plain = [value.replace(_NUL, "") if isinstance(value, str) else value for value in values]
        return pd.Series(plain, dtype=_TYPES[kind])
    if kind in ("text", "day"):
        distinct = np.array([None, *values.drop_nulls().unique().sort().to_list()], dtype=object)
        return pd.Series(distinct[values.rank("dense").fill_null(0).to_numpy()], dtype=object)
    return pd.Series(values.cast(pl.Float64).to_numpy(), dtype=_TYPES[kind])


def missing(value: object) -> bool:
    """Tell whether a value of a table is none: None, the missing number of pandas, or not a number."""
    return value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value))


def day_text(value: object) -> str:
    """Return a day as ISO 8601, "" for none."""
    return value.isoformat() if isinstance(value, date) else ""
