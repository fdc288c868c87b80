"""Exports: the corridors of a View as GeoJSON or GeoPackage, stamped with what they came from.

The corridors are those of the map, counted in the window: a route keeps its id, its name and its course.
"""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import geopandas as gpd
import pandas as pd
import polars as pl
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError

from geodata.core.errors import WrongValue
from geodata.model.incident import is_synthetic
from geodata.model.query import View
from geodata.places.lookup import country_name
from geodata.spatial import h3_cells as hexes
from routes.core.corridor import Corridor
from routes.pipelines.counting import Directed
from routes.temporal.findings import Finding

Format = Literal["geojson", "gpkg"]
MEDIA_TYPES: dict[Format, str] = {"geojson": "application/geo+json", "gpkg": "application/geopackage+sqlite3"}
HEX_LEVEL = 5
"""H3 resolution of the exported hexes; what was reported coarser stays coarser."""
_ColumnTypes = dict[str, type | str]
_STAMP_TYPES: _ColumnTypes = {
    "method_version": str,
    "view": str,
    "ledger_version": int,
    "synthetic": bool,
    "credits": str,
    "generated": str,
}
_CORRIDOR_TYPES: _ColumnTypes = {
    "corridor_id": str,
    "system_id": str,
    "name": str,
    "mode": str,
    "length_km": float,
    "band_km": float,
    "incidents": int,
    "people": int,
    "passing": float,
    "months": str,
    "source_countries": str,
    "transit_countries": str,
    "destination_countries": str,
    "inferred": bool,
    "inferred_km": float,
    "bridges": str,
    "direction": "string",
    "flow": float,
    "basis": str,
    "route": "string",
    "origins": str,
    "destinations": str,
    "direction_basis": "string",
    "support": float,
    "confidence": "string",
    "detail": float,
    **_STAMP_TYPES,
}
_CHANGE_TYPES: _ColumnTypes = {
    **dict.fromkeys(("finding_id", "node_id", "level", "name"), str),
    "mode": "string",
    **dict.fromkeys(("direction", "verdict", "since", "detected_in", "last_seen"), str),
    "a_month": float,
    "usual_a_month": float,
    "incidents": int,
    **dict.fromkeys(("confidence", "sentence", "sources", "rests_on", "countries", "corridor_ids"), str),
    "log_e_value": float,
    **_STAMP_TYPES,
}
_COUNTRY_TYPES: _ColumnTypes = {
    "iso3": str,
    "name": str,
    "source": int,
    "transit": int,
    "destination": int,
    **_STAMP_TYPES,
}
"""Columns of a layer and their types, the same whether it has rows or none; ``synthetic`` of a corridor is its own.

A text that may be missing is "string": a ``str`` would make a word of what is missing.
"""


@dataclass(frozen=True, slots=True)
class Export:
    """What an export is made from.

    Attributes
    ----------
    view : View
        With its window.
    incidents : DataFrame
        What the View selects, window included.
    routes : Directed
        What these incidents come to on the network.
    version : int
        Of the ledger.
    generated : datetime
        UTC.
    changes : tuple of Finding
        What changed, over all time, the latest first.
    credits : tuple of str
        Of the sources of its incidents: attribution and licence.
    """

    view: View
    incidents: pl.DataFrame
    routes: Directed
    version: int
    generated: datetime
    changes: tuple[Finding, ...] = ()
    credits: tuple[str, ...] = ()

    @property
    def stamp(self) -> dict[str, Any]:
        """Return what every file says about itself."""
        return {
            "method_version": self.routes.method_version,
            "view": self.view.query(),
            "ledger_version": self.version,
            "synthetic": self.synthetic,
            "credits": "; ".join(self.credits),
            "generated": self.generated.astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z"),
        }

    @property
    def synthetic(self) -> bool:
        """Tell whether anything in it was made up, be it an incident or what shaped a route."""
        return is_synthetic(self.incidents) or any(one.synthetic for one in self.corridors())

    def corridors(self) -> list[Corridor]:
        """Return the routes that have incidents in the window, or that journeys of its incidents pass."""
        return [one for one in self.routes.corridors if one.incidents or one.flow > 0]

    def dense_areas(self) -> list[Corridor]:
        """Return the areas in which incidents of the window pile up along a line that no journey takes."""
        return [area for area in self.routes.dense if area.incidents]

    def name(self, kind: Format) -> str:
        """Return a file name."""
        made_up = "-synthetic" if self.synthetic else ""
        return f"corridors-v{self.version}-{self.generated.astimezone(UTC):%Y%m%d}{made_up}.{kind}"


def encoded(export: Export, kind: Format) -> bytes:
    """Return the content of a file."""
    writers: Mapping[Format, Callable[[Export], bytes]] = {"geojson": _geojson, "gpkg": _geopackage}
    return writers[kind](export)


def format_of(path: Path) -> Format:
    """Return the format that a file name asks for.

    Raises
    ------
    WrongValue
        If it asks for none of ours.
    """
    for kind in MEDIA_TYPES:
        if path.suffix.lower() == f".{kind}":
            return kind
    raise WrongValue(
        f"{path.suffix or path.name!r}",
        rule=f"the name must end in {' or '.join(f'.{kind}' for kind in MEDIA_TYPES)}",
        done="nothing was written",
        where="--out",
    )


def _geojson(export: Export) -> bytes:
    features = [corridor.feature() for corridor in export.corridors()]
    collection = {
        "type": "FeatureCollection",
        **export.stamp,
        "notes": list(export.routes.notes),
        "changes": [one.properties() for one in export.changes],
        "features": features,
    }
    return json.dumps(collection, ensure_ascii=False, allow_nan=False).encode()


def _geopackage(export: Export) -> bytes:
    layers = (
        ("corridors", _corridor_frame(export, export.corridors()), "MultiLineString"),
        ("dense_areas", _corridor_frame(export, export.dense_areas()), "MultiLineString"),
        ("changes", _change_frame(export), "Polygon"),
        ("hexes", _hex_frame(export), "MultiPolygon"),
        ("countries", _country_frame(export), None),
    )
    try:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "corridors.gpkg"
            for layer, frame, shape in layers:
                pyogrio.write_dataframe(
                    frame, path, layer=layer, driver="GPKG", append=path.exists(), geometry_type=shape
                )
            return path.read_bytes()
    except (OSError, DataLayerError, DataSourceError) as error:
        raise WrongValue(
            f"the GeoPackage cannot be made ({str(error).partition(chr(10))[0][:120]})",
            rule="the folder for temporary files must have room",
            done="nothing was written",
        ) from None


def _corridor_frame(export: Export, corridors: Iterable[Corridor]) -> gpd.GeoDataFrame:
    stamp = export.stamp
    rows, lines = [], []
    for corridor in corridors:
        properties = corridor.feature()["properties"]
        countries = properties.pop("countries")
        as_text = {name: json.dumps(properties[name]) for name in ("months", "bridges")}
        by_role = {
            f"{role}_countries": ", ".join(country["iso3"] for country in countries if country["role"] == role)
            for role in ("source", "transit", "destination")
        }
        as_text |= {name: _shares(properties[name]) for name in ("origins", "destinations")}
        as_text |= {"method_version": corridor.method_version}
        rows.append(stamp | properties | as_text | by_role)
        lines.append(shapely.MultiLineString([line.tolist() for line in corridor.lines]))
    return gpd.GeoDataFrame(_typed(rows, _CORRIDOR_TYPES), geometry=lines, crs=4326)


def _change_frame(export: Export) -> gpd.GeoDataFrame:
    """Return what changed, each as the box around its incidents."""
    rows, boxes = [], []
    for one in export.changes:
        told = one.properties()
        lists = {name: ", ".join(told[name]) for name in ("countries", "corridor_ids", "rests_on")}
        sources = ", ".join(f"{source['name']} {source['incidents']}" for source in told["sources"])
        rows.append(export.stamp | told | lists | {"sources": sources})
        boxes.append(shapely.box(*one.box) if one.box else None)
    return gpd.GeoDataFrame(_typed(rows, _CHANGE_TYPES), geometry=boxes, crs=4326)


def _shares(shares: Mapping[str, float]) -> str:
    """Return shares as a text to read, such as "SDN 0.24, NER 0.14"."""
    return ", ".join(f"{code} {share:.2f}" for code, share in shares.items())


def _hex_frame(export: Export) -> gpd.GeoDataFrame:
    placed = export.incidents.filter(pl.col("cell").is_not_null())
    rolled = hexes.parents(placed["cell"].to_numpy(), HEX_LEVEL)
    counted = (
        placed.select(pl.Series("cell", rolled), "people")
        .group_by("cell")
        .agg(pl.len().alias("incidents"), pl.col("people").sum())
        .sort("cell")
    )
    cells = counted["cell"].to_numpy()
    frame = pd.DataFrame(
        {
            "cell": pd.Series(hexes.names(cells), dtype=str),
            "resolution": hexes.resolutions(cells).astype(int),
            "incidents": counted["incidents"].to_numpy().astype(int),
            "people": counted["people"].fill_null(0).to_numpy().astype(int),
        }
    ).assign(**export.stamp)
    return gpd.GeoDataFrame(frame, geometry=[_outline(int(cell)) for cell in cells], crs=4326)


def _outline(cell: int) -> shapely.MultiPolygon:
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


def _country_frame(export: Export) -> pd.DataFrame:
    """Return the countries with the incidents that each role of theirs stands on; a table to join by ``iso3``."""
    roles: dict[str, Counter[str]] = {}
    for corridor in export.corridors():
        for country in corridor.countries:
            roles.setdefault(country.iso3, Counter())[country.role] += corridor.incidents
    stamp = export.stamp
    rows = [
        {"iso3": iso3, "name": country_name(iso3)}
        | {role: found.get(role, 0) for role in ("source", "transit", "destination")}
        | stamp
        for iso3, found in sorted(roles.items())
    ]
    return _typed(rows, _COUNTRY_TYPES)


def _typed(rows: list[dict[str, Any]], types: _ColumnTypes) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(types)).astype(types)
