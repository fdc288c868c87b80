"""Vector tiles (MVT 2.1) of a layer in the tiles of the web (WebMercatorQuad), cut and encoded one by one by GDAL.

Hexes by month would lie over each other by the hundred. In tiles each hex is there once, with the incidents of all its
rows, and further out its H3 ancestors stand for them, so that the counts of a tile are whole at every zoom.

Source: OGC 17-083r4 (WebMercatorQuad); Mapbox Vector Tile 2.1, as GDAL's driver MVT writes it.
"""

from __future__ import annotations

import math
import tempfile
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import polars as pl
import pyogrio
import shapely

from geodata.core.errors import UnknownVersion
from geodata.spatial import h3_cells as hexes
from layers.export.features import Collection
from layers.export.tables import HEX_LEVEL, hex_outline

TILED = ("routes", "corridors", "hubs", "hexes", "dense_areas", "changes")
"""Layers that come as tiles; single incidents do not, as hexes count them."""
DEEPEST = 14
"""Zoom of the finest tiles; a unit of these is 60 cm at the equator."""
_LEVELS = (2, 2, 3, 3, 4, HEX_LEVEL)
"""H3 resolution of hexes by zoom; the last from there on."""
_MARGIN = 80 / 4096
"""Of the side of a tile: what is drawn beyond it, so that no seam shows."""
_MOST_KEPT = 16 * 2**20
"""Bytes of tiles of one tileset."""
_UNREADABLE = ["months", "bridges"]
"""Columns of JSON, which no style can read."""
_MODES = ("land", "sea", "air")
_OPTIONS = {"FORMAT": "DIRECTORY", "COMPRESS": "NO", "MAX_SIZE": "20000000", "MAX_FEATURES": "1000000"}
"""No feature is left out of a tile because it is full."""


@dataclass(eq=False)
class Tileset:
    """The rows of a layer that somebody asked for, to be cut into tiles.

    Attributes
    ----------
    layer : Collection
        Whose rows lie somewhere.
    rows : int array
        From ``Collection.rows``.
    """

    layer: Collection
    rows: np.ndarray
    _kept: dict[tuple[int, int, int], bytes] = field(default_factory=dict)
    _levels: dict[int, gpd.GeoDataFrame] = field(default_factory=dict)

    def tile(self, zoom: int, row: int, column: int) -> bytes:
        """Return a tile, b"" where nothing lies in it.

        Parameters
        ----------
        zoom, row, column : int
            Rows from north, columns from west.

        Raises
        ------
        UnknownVersion
            If there is no such tile.
        """
        if not 0 <= zoom <= DEEPEST:
            raise _none(f"there is no zoom {zoom}", f"zooms are 0 to {DEEPEST}")
        if not (0 <= row < 2**zoom and 0 <= column < 2**zoom):
            raise _none(f"there is no tile {row}/{column} at zoom {zoom}", f"rows and columns are 0 to {2**zoom - 1}")
        at = (zoom, row, column)
        made = self._kept.get(at)
        if made is None:
            made = _encoded(self._cut(*at), self.layer.table.name, *at)
            if sum(map(len, list(self._kept.values()))) + len(made) > _MOST_KEPT:
                self._kept.clear()
            self._kept[at] = made
        return made

    def columns(self) -> dict[str, str]:
        """Return what features of a tile tell: name -> what people call it."""
        known = {column.name: column.alias for column in self.layer.table.columns}
        known |= {mode: f"Incidents by {mode}" for mode in _MODES if self.layer.table.name == "hexes"}
        return {name: known[name] for name in self._frame(0).columns if name != "geometry"}

    def most(self, column: str) -> float:
        """Return the largest value of a column, 1 where there is none."""
        values = self.layer.column(column).gather(self.rows).drop_nulls()
        return max(1.0, float(values.max() or 0))  # type: ignore[arg-type]  # it is a column of numbers

    def _cut(self, zoom: int, row: int, column: int) -> gpd.GeoDataFrame:
        """Return what lies in a tile and a little beyond it, cut off there."""
        frame = self._frame(zoom)
        box = tile_bounds(zoom, row, column, _MARGIN)
        near = frame.iloc[np.sort(frame.sindex.query(shapely.box(*box), predicate="intersects"))]
        cut = near.set_geometry(shapely.clip_by_rect(near.geometry.to_numpy(), *box), crs=4326)
        return cut[~cut.geometry.is_empty]

    def _frame(self, zoom: int) -> gpd.GeoDataFrame:
        if self.layer.table.name != "hexes":
            return self._whole
        level = _LEVELS[min(zoom, len(_LEVELS) - 1)]
        if level not in self._levels:
            self._levels[level] = self._rolled_up(level)
        return self._levels[level]

    @cached_property
    def _whole(self) -> gpd.GeoDataFrame:
        return gpd.GeoDataFrame(self.layer.table.frame.iloc[self.rows].drop(columns=_UNREADABLE, errors="ignore"))

    def _rolled_up(self, level: int) -> gpd.GeoDataFrame:
        """Return hexes of a resolution, each once, with the incidents of all its rows."""
        asked = pl.DataFrame(
            [self.layer.column(name).gather(self.rows) for name in ("cell", "mode", "incidents", "people")]
        )
        names = asked["cell"].unique()
        cells = np.array([int(name, 16) for name in names], dtype=np.uint64)
        parent = pl.Series(hexes.names(hexes.parents(cells, level)), dtype=pl.String)
        counted = (
            asked.with_columns(pl.col("cell").replace_strict(names, parent, return_dtype=pl.String))
            .group_by("cell")
            .agg(
                pl.col("incidents", "people").sum(),
                *(pl.col("incidents").filter(pl.col("mode") == mode).sum().alias(mode) for mode in _MODES),
            )
            .sort("cell")
        )
        told = {name: counted[name].to_list() for name in counted.columns}
        frame = pd.DataFrame({"cell": told.pop("cell"), "resolution": level, **told})
        stamp = ("marking", "period_start", "period_end", "ledger_version", "synthetic")
        first = self.layer.table.frame.iloc[:1]
        frame = frame.assign(**{name: first[name].iloc[0] if len(first) else None for name in stamp})
        shapes = [hex_outline(int(cell, 16)) for cell in frame["cell"]]
        return gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries(shapes, crs=4326, index=frame.index))


def tile_bounds(zoom: int, row: int, column: int, margin: float = 0.0) -> tuple[float, float, float, float]:
    """Return west, south, east, north of a tile in degrees, widened by a share of its side."""
    tiles = 2**zoom

    def lat(down: float) -> float:
        return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * down / tiles))))

    west, east = ((column + step) / tiles * 360 - 180 for step in (-margin, 1 + margin))
    return west, lat(row + 1 + margin), east, lat(row - margin)


def _encoded(frame: gpd.GeoDataFrame, name: str, zoom: int, row: int, column: int) -> bytes:
    if frame.empty:
        return b""
    zooms: dict[str, Any] = {"MINZOOM": str(zoom), "MAXZOOM": str(zoom)}
    with tempfile.TemporaryDirectory(prefix="routes-tile-") as folder:
        made = Path(folder) / "tiles"
        pyogrio.write_dataframe(
            frame, made, layer=name, driver="MVT", geometry_type="Unknown", dataset_options=_OPTIONS | zooms
        )
        tile = made / str(zoom) / str(column) / f"{row}.pbf"
        return tile.read_bytes() if tile.is_file() else b""


def _none(what: str, rule: str) -> UnknownVersion:
    return UnknownVersion(what, rule=rule, done="nothing was drawn")
