"""GeoPackage, zipped Shapefile and FlatGeobuf through GDAL, with exactly one driver and in a sealed process.

GDAL opens what a file says it is, and some formats say to open another file or address. So every driver but the one
that the name of the file asks for is taken away, and the reading ends if that did not work.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from geodata.readers.limits import CHUNK_CELLS, MOST_COLUMNS, PART, PARTS, unreadable
from geodata.readers.parquet import as_texts
from geodata.readers.point_geometry import DEGREES, system_described
from geodata.readers.zip_guard import members

DRIVERS = {".gpkg": "GPKG", ".fgb": "FlatGeobuf", ".zip": "ESRI Shapefile"}
ROW = "_row"
_BATCH = 4_096
_LOOKED_AT = 8 << 20
"""Bytes of a table of attributes by which its code is told."""
_LAYERS = 100
_PARTS = (".shp", ".shx", ".dbf")


def prepare(driver: str, _: str = "") -> None:
    """Leave GDAL one driver, and load what reading may need, before the process is sealed.

    Raises
    ------
    RuntimeError
        If GDAL keeps another driver.
    """
    import pyproj

    pyproj.CRS.from_epsg(4326)
    driver_alone(driver)


def driver_alone(driver: str) -> None:
    """Leave GDAL one driver.

    Raises
    ------
    RuntimeError
        If it keeps another one.
    """
    import pyogrio as gdal

    others = ",".join(sorted(set(gdal.list_drivers()) - {driver}))
    gdal.set_gdal_config_options({"GDAL_SKIP": others, "CPL_VSIL_USE_TEMP_FILE_FOR_RANDOM_WRITE": "NO"})
    gdal._ogr._register_drivers()  # noqa: SLF001 - registering again is what takes drivers away
    if set(gdal.list_drivers()) != {driver}:
        raise RuntimeError(f"GDAL keeps other drivers than {driver}")


def batches(path: Path, driver: str, wanted: str = "[]") -> Iterator[pa.RecordBatch]:
    """Yield the rows of layers as text, with ``lon``, ``lat``, ``_row`` and ``_part``, the name of the layer.

    Parameters
    ----------
    path : Path
    driver : str
    wanted : str
        Names of layers as a JSON list; without any, the first with points, else the first.

    Raises
    ------
    UnreadableFile
    """
    import pyogrio as gdal

    try:
        layers = _layers(path, driver, gdal)
        chosen = _chosen(path.name, layers, json.loads(wanted))
        parts = [
            {"name": layer.name, "columns": layer.columns, "rows": layer.rows, "hidden": False}
            for layer in layers
            if layer.of_points or layer in chosen
        ]
        first: pa.Schema | None = None
        for layer in chosen:
            for batch in _of_layer(path.name, layer, driver):
                named = batch.append_column(PART, pa.array([layer.name] * batch.num_rows, pa.string()))
                if first is None:
                    columns = dict.fromkeys([*batch.schema.names[:-1], *(c for one in chosen for c in one.columns)])
                    fields = [*((name, pa.string()) for name in columns), (ROW, pa.int64()), (PART, pa.string())]
                    first = pa.schema(fields, metadata={PARTS: json.dumps(parts)})
                yield _fitted(named, first)
    except gdal.errors.DataSourceError as error:
        unreadable(path.name, f"it is not what its name says ({_first(error)})", f"{path.suffix} must be a {driver}")


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer: GDAL's name for what holds it, its own, its fields and rows, and whether it is of points."""

    source: str
    name: str
    columns: tuple[str, ...]
    rows: int
    of_points: bool


def _shown(name: str) -> str:
    """Return the name of a field, another one where it means something to us."""
    return f"{name} of the file" if name in (ROW, PART, "lon", "lat") else name


def _layers(path: Path, driver: str, gdal: Any) -> list[Layer]:
    sources = shapefiles_in(path) if driver == "ESRI Shapefile" else [str(path)]
    found = []
    for source in sources:
        for name, kind in gdal.list_layers(source)[:_LAYERS]:
            told = gdal.read_info(source, layer=name)
            of_points = bool(kind) and "Point" in str(kind)
            columns = (*(_shown(str(field)) for field in told["fields"]), "lon", "lat")
            found.append(Layer(source, str(name), columns, int(told["features"]), of_points))
    if not found:
        unreadable(path.name, "it holds no layer", "a map file must hold a layer of points")
    return found


def _chosen(file: str, layers: list[Layer], wanted: list[str]) -> list[Layer]:
    known = {layer.name: layer for layer in layers}
    for name in wanted:
        if name not in known:
            there = ", ".join(repr(one) for one in known)
            unreadable(file, f"it has no layer {name[:80]!r}", f"its layers are {there[:200]}")
    if wanted:
        return [known[name] for name in wanted]
    return ([layer for layer in layers if layer.of_points] or layers)[:1]


def chosen_layer(path: Path, driver: str, wanted: str) -> tuple[Layer, list[str]]:
    """Return the layer of a name, "" for the first that has features, and the names of all.

    Raises
    ------
    UnreadableFile
    """
    import pyogrio as gdal

    layers = _layers(path, driver, gdal)
    if wanted:
        return _chosen(path.name, layers, [wanted])[0], [layer.name for layer in layers]
    return next((layer for layer in layers if layer.rows), layers[0]), [layer.name for layer in layers]


def _of_layer(file: str, layer: Layer, driver: str) -> Iterator[pa.RecordBatch]:
    with open_layer(file, layer, driver) as (meta, reader):
        geometry = meta["geometry_name"] or "wkb_geometry"
        yield from _rows(file, reader, geometry, meta["crs"])


@contextmanager
def open_layer(file: str, layer: Layer, driver: str) -> Iterator[tuple[Any, Any]]:
    """Give what GDAL says of a layer, and its batches.

    Raises
    ------
    UnreadableFile
    """
    import pyogrio as gdal

    options = {"IMMUTABLE": "YES"} if driver == "GPKG" else {}
    if driver == "ESRI Shapefile" and _in_utf8(layer.source):
        options["encoding"] = "UTF-8"
    with gdal.raw.open_arrow(
        layer.source, layer=layer.name, batch_size=_BATCH, use_pyarrow=True, datetime_as_string=True, **options
    ) as (meta, reader):
        if len(meta["fields"]) > MOST_COLUMNS:
            unreadable(file, f"it has {len(meta['fields']):,} columns", f"at most {MOST_COLUMNS:,} are read")
        if driver == "ESRI Shapefile" and not len(meta["fields"]):
            unreadable(file, "its .dbf file cannot be read", "a Shapefile needs .shp, .shx and .dbf")
        yield meta, reader


def _in_utf8(source: str) -> bool:
    """Tell whether the attributes of a zipped Shapefile are sound UTF-8 beyond ASCII, whatever its .cpg says."""
    archive, _, shape = source.removeprefix("/vsizip/{").partition("}/")
    with zipfile.ZipFile(archive) as members_of:
        table = next((name for name in members_of.namelist() if name.lower() == f"{shape[:-4].lower()}.dbf"), None)
        if table is None:
            return False
        with members_of.open(table) as file:
            text = file.read(_LOOKED_AT)
    text = text[int.from_bytes(text[8:10], "little") :]  # behind the header, as dBase has it
    if text.isascii():
        return False
    try:
        text[: text.rfind(b" ")].decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _fitted(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    """Return a batch with the columns of a schema; what it does not have is null."""
    arrays = [
        batch.column(field.name).cast(field.type)
        if field.name in batch.schema.names
        else pa.nulls(batch.num_rows, field.type)
        for field in schema
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def shapefiles_in(path: Path) -> list[str]:
    """Return GDAL's names for the Shapefiles in an archive.

    Raises
    ------
    UnreadableFile
        If there is none, or a part of one is missing.
    """
    names = [member.filename for member in members(path, "a zipped Shapefile")]
    shapes = [name for name in names if name.lower().endswith(".shp") and not name.startswith("__MACOSX")]
    if not shapes:
        unreadable(path.name, "it holds no file ending in .shp", "a .zip must hold a Shapefile")
    there = {name.lower() for name in names}
    for shape in shapes[:_LAYERS]:
        missing = [part for part in _PARTS if f"{shape[:-4].lower()}{part}" not in there]
        if missing:
            unreadable(path.name, f"its {missing[0]} file is missing", "a Shapefile needs .shp, .shx and .dbf")
    return [f"/vsizip/{{{path}}}/{shape}" for shape in shapes[:_LAYERS]]


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
