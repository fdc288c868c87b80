"""GeoPackage, zipped Shapefile and FlatGeobuf through GDAL, with exactly one driver and in a sealed process.

GDAL opens what a file says it is, and some formats say to open another file or address. So every driver but the one
that the name of the file asks for is taken away, and the reading ends if that did not work.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from geodata.readers.limits import CHUNK_CELLS, MOST_COLUMNS, unreadable
from geodata.readers.parquet import as_texts
from geodata.readers.point_geometry import DEGREES, system_described
from geodata.readers.zip_guard import members

DRIVERS = {".gpkg": "GPKG", ".fgb": "FlatGeobuf", ".zip": "ESRI Shapefile"}
_BATCH = 4_096
_LAYERS = 100
_PARTS = (".shp", ".shx", ".dbf")


def prepare(driver: str) -> None:
    """Leave GDAL one driver, and load what reading may need, before the process is sealed.

    Raises
    ------
    RuntimeError
        If GDAL keeps another driver.
    """
    import pyogrio as gdal
    import pyproj

    pyproj.CRS.from_epsg(4326)
    others = ",".join(sorted(set(gdal.list_drivers()) - {driver}))
    gdal.set_gdal_config_options({"GDAL_SKIP": others, "CPL_VSIL_USE_TEMP_FILE_FOR_RANDOM_WRITE": "NO"})
    gdal._ogr._register_drivers()  # noqa: SLF001 - registering again is what takes drivers away
    if set(gdal.list_drivers()) != {driver}:
        raise RuntimeError(f"GDAL keeps other drivers than {driver}")


def batches(path: Path, driver: str) -> Iterator[pa.RecordBatch]:
    """Yield the rows of the first layer with points, else the first layer, as text, with ``lon``, ``lat`` and ``_row``.

    Raises
    ------
    UnreadableFile
    """
    import pyogrio as gdal

    source = shapefile_in(path) if driver == "ESRI Shapefile" else str(path)
    options = {"IMMUTABLE": "YES"} if driver == "GPKG" else {}
    try:
        layer = _layer(path.name, gdal.list_layers(source))
        with gdal.raw.open_arrow(
            source, layer=layer, batch_size=_BATCH, use_pyarrow=True, datetime_as_string=True, **options
        ) as (meta, reader):
            if len(meta["fields"]) > MOST_COLUMNS:
                unreadable(path.name, f"it has {len(meta['fields']):,} columns", f"at most {MOST_COLUMNS:,} are read")
            if driver == "ESRI Shapefile" and not len(meta["fields"]):
                unreadable(path.name, "its .dbf file cannot be read", "a Shapefile needs .shp, .shx and .dbf")
            geometry = meta["geometry_name"] or "wkb_geometry"
            yield from _rows(path.name, reader, geometry, meta["crs"])
    except gdal.errors.DataSourceError as error:
        unreadable(path.name, f"it is not what its name says ({_first(error)})", f"{path.suffix} must be a {driver}")


def shapefile_in(path: Path) -> str:
    """Return GDAL's name for the only Shapefile in an archive.

    Raises
    ------
    UnreadableFile
        If there is none, more than one, or a part is missing.
    """
    names = [member.filename for member in members(path, "a zipped Shapefile")]
    shapes = [name for name in names if name.lower().endswith(".shp") and not name.startswith("__MACOSX")]
    if len(shapes) != 1:
        unreadable(path.name, f"it holds {len(shapes)} files ending in .shp", "a .zip must hold one Shapefile")
    stem = shapes[0][:-4].lower()
    missing = [part for part in _PARTS if f"{stem}{part}" not in {name.lower() for name in names}]
    if missing:
        unreadable(path.name, f"its {missing[0]} file is missing", "a Shapefile needs .shp, .shx and .dbf")
    return f"/vsizip/{{{path}}}/{shapes[0]}"


def _layer(file: str, layers: Any) -> str:
    found = [(str(name), kind) for name, kind in layers[:_LAYERS]]
    if not found:
        unreadable(file, "it holds no layer", "a map file must hold a layer of points")
    placed = [name for name, kind in found if kind and "Point" in str(kind)]
    return placed[0] if placed else found[0][0]


def _rows(file: str, reader: Any, geometry: str, crs: str | None) -> Iterator[pa.RecordBatch]:
    if geometry not in reader.schema.names:
        unreadable(file, "its layer has no geometry", "a map file must hold a layer of points")
    if crs is None:
        unreadable(file, "it does not say in which system its coordinates are", "a system must be stated")
    system = DEGREES if crs == DEGREES else system_described(file, crs)
    row = 1
    step = max(1, CHUNK_CELLS // max(1, len(reader.schema.names)))
    for batch in reader:
        for start in range(0, batch.num_rows, step):
            part = batch.slice(start, step)
            yield as_texts(file, part, row, geometry, system)
            row += part.num_rows


def _first(error: Exception) -> str:
    return (str(error).splitlines() or [""])[0]
