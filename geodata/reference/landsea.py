"""The graph of cells over which people move: land and sea, from the mask of land and the polygons of countries.

``terrain_r4.npz`` holds H3 cells of resolution 4 between ``SOUTH`` and ``NORTH``, the share of land and the country of
each, which cells are joined, and the share of land along each join. Distances are not stored: they follow from cells.
"""

from __future__ import annotations

from typing import Any

import h3.api.numpy_int as h3
import h3ronpy
import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from geodata.places.lookup import countries_at
from geodata.spatial import h3_cells as hexes
from geodata.spatial.coastline import EARTH_KM, Floats, is_land, unit_vectors
from geodata.spatial.h3_cells import Cells

RESOLUTION = 4
SOUTH, NORTH = -56.0, 72.0
RINGS = ((0.2, 6), (0.38, 10), (0.5, 12))
"""Where land is asked around the centre of a cell: share of the spacing, number of bearings."""
ALONG = np.linspace(0.05, 0.95, 13)
"""Where land is asked along a join, as a share of its length."""
CORNER_RATIO = 1.87
"""Cells of the second ring nearer than this many times the first ring's distance touch a shared neighbour's corner."""
ISLAND_DEGREES2 = (0.0008, 0.5)
"""Areas of polygons that make the cell of their middle land, whatever its share: Lampedusa is invisible otherwise."""
ISLAND_SHARE = 0.12
LEAST_SHARE = 0.02


def terrain(polygons: Any, codes: list[str | None]) -> dict[str, NDArray[Any]]:
    """Return the arrays of ``terrain_r4.npz``.

    Parameters
    ----------
    polygons : array of shapely geometries
        The countries, whole.
    codes : list of str or None
        Alpha-3 code of each.
    """
    cells = _cells()
    lon, lat = hexes.centres(cells)
    share, country = _land(lon, lat)
    _mark_islands(cells, share, country, polygons, codes)
    share[country == ""] = 0
    start, end = _joins(cells, unit_vectors(lon, lat))
    along = _land_along(unit_vectors(lon, lat), start, end)
    names, index = np.unique(country, return_inverse=True)
    return {
        "cells": cells,
        "share": np.round(share * 255).astype(np.uint8),
        "country": index.astype(np.uint8),
        "codes": names,
        "joins": np.bincount(start, minlength=len(cells)).astype(np.uint8),
        "end": end.astype(np.int32),
        "along": np.round(along * len(ALONG)).astype(np.uint8),
    }


def _cells() -> Cells:
    bases = pa.array(np.array(h3.get_res0_cells(), np.uint64), pa.uint64())
    cells = np.unique(pa.array(h3ronpy.change_resolution(bases, RESOLUTION)).to_numpy(zero_copy_only=False))
    _, lat = hexes.centres(cells)
    kept: Cells = cells[(lat > SOUTH) & (lat < NORTH)]
    return kept


def _land(lon: Floats, lat: Floats) -> tuple[Floats, NDArray[np.str_]]:
    """Return the share of land around each place, and the country of most samples there ("" for none)."""
    votes: list[NDArray[np.str_]] = []
    share = np.zeros(len(lon))
    for across, up in _samples(lon, lat):
        land = is_land(across, up)
        share += land
        code = np.full(len(lon), "", dtype="U3")
        code[land] = [name or "" for name in countries_at(across[land], up[land])]
        votes.append(code)
    share /= len(votes)
    country = np.full(len(lon), "", dtype="U3")
    stacked = np.stack(votes, axis=1)
    for row in np.flatnonzero(share > LEAST_SHARE):
        names, counts = np.unique(stacked[row][stacked[row] != ""], return_counts=True)
        if names.size:
            country[row] = names[np.argmax(counts)]
    return share, country


def _samples(lon: Floats, lat: Floats) -> list[tuple[Floats, Floats]]:
    found = [(lon, lat)]
    for part, bearings in RINGS:
        radius = np.degrees(part * hexes.SPACING_KM[RESOLUTION] / EARTH_KM)
        for bearing in np.radians(np.arange(bearings) * 360 / bearings):
            across = lon + radius * np.sin(bearing) / np.cos(np.radians(lat))
            found.append(((across + 180) % 360 - 180, lat + radius * np.cos(bearing)))
    return found


def _mark_islands(
    cells: Cells, share: Floats, country: NDArray[np.str_], polygons: Any, codes: list[str | None]
) -> None:
    """Make land of the cells in which small islands have their middle."""
    parts, whole = shapely.get_parts(polygons, return_index=True)
    area = shapely.area(parts)
    small = np.flatnonzero((area >= ISLAND_DEGREES2[0]) & (area <= ISLAND_DEGREES2[1]))
    small = small[np.argsort(area[small], kind="stable")]
    middle = shapely.get_coordinates(shapely.point_on_surface(parts[small]))
    wanted = hexes.cells_at(middle[:, 0], middle[:, 1], RESOLUTION)
    rows = np.minimum(np.searchsorted(cells, wanted), len(cells) - 1)
    for part, row, cell in zip(small, rows, wanted, strict=True):
        code = codes[whole[part]]
        if code and cells[row] == cell and share[row] < ISLAND_SHARE:
            share[row], country[row] = ISLAND_SHARE, code


def _joins(cells: Cells, points: Floats) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the pairs of cells that touch, or of which each lies behind the other's corner; each once, ordered."""
    start, around, steps = hexes.disks(cells, 2)
    end = np.minimum(np.searchsorted(cells, around), len(cells) - 1)
    kept = (cells[end] == around) & (steps > 0)
    start, end, steps = start[kept], end[kept], steps[kept]
    chord = np.linalg.norm(points[start] - points[end], axis=1)
    first = steps == 1
    usual = np.bincount(start[first], chord[first], len(cells)) / np.maximum(
        np.bincount(start[first], minlength=len(cells)), 1
    )
    kept = (start < end) & (first | (chord < CORNER_RATIO * usual[start]))
    order = np.lexsort((end[kept], start[kept]))
    return start[kept][order], end[kept][order]


def _land_along(points: Floats, start: NDArray[np.int64], end: NDArray[np.int64]) -> Floats:
    """Return the share of land along each join."""
    share = np.zeros(len(start))
    for part in ALONG:
        mixed = (1 - part) * points[start] + part * points[end]
        lon = np.degrees(np.arctan2(mixed[:, 1], mixed[:, 0]))
        lat = np.degrees(np.arctan2(mixed[:, 2], np.hypot(mixed[:, 0], mixed[:, 1])))
        share += is_land(lon, lat)
    return share / len(ALONG)
