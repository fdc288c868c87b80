"""Shapes of any map file for drawing, in the process that reads it: geometry in degrees, simplified, and one label.

Unlike the readers of incidents, which take points alone, this one builds lines and areas; so it counts what it builds,
and everything of it happens behind the seal. Of the attributes it hands over the first rows, so that one can be chosen
as the label, or that one and nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from geodata.readers.kml import Placemarks, pieces_of
from geodata.readers.limits import MOST_COLUMNS, one_line, unreadable
from geodata.readers.parquet import as_text
from geodata.readers.point_geometry import DEGREES, in_degrees, system_described, system_named
from geodata.readers.vector import chosen_layer, driver_alone, open_layer

MOST_FEATURES, MOST_VERTICES = 20_000, 200_000
TOLERANCE = 0.00045
"""Degrees, 50 m of latitude: less than a pixel at the nearest zoom of the map."""
_DECIMALS = 5
"""Of degrees: about a metre."""
_LOOKED_AT = 1000
"""Rows by which a label is chosen."""
_LONGEST = 200
TOLD, CELLS, LABEL, SHAPE = b"told", "cell{}", "label", "shape"
"""Metadata of the batch, and names of its columns."""


class Found(NamedTuple):
    """What a file holds: names of its attributes, their values by feature, its shapes, and the system of these."""

    columns: list[str]
    values: list[list[Any]]
    shapes: Any
    system: str
    layers: list[str]


def prepare(form: str, _: str = "") -> None:
    """Load what reading needs, before the process is sealed."""
    import pyproj
    import shapely

    shapely.points(0, 0)
    pyproj.Transformer.from_crs(3857, 4326)
    if form not in ("GeoJSON", "KML"):
        driver_alone(form)


def batches(path: Path, form: str, asked: str) -> Iterator[pa.RecordBatch]:
    """Yield one batch: the first rows of all attributes, or every shape as GeoJSON with its label.

    Parameters
    ----------
    path : Path
    form : str
        "GeoJSON", "KML" or a driver of GDAL.
    asked : str
        JSON: ``layer``, "" for the first that holds anything; ``label``, null to look at the attributes, else the
        column whose values are labels, "" for none.

    Raises
    ------
    UnreadableFile
    """
    wish = json.loads(asked)
    found = _found(path, form, wish["layer"])
    if not len(found.shapes):
        unreadable(path.name, "it holds no feature", "a layer needs a point, a line or an area at least")
    if len(found.shapes) > MOST_FEATURES:
        _too_many(path.name, f"more than {MOST_FEATURES:,} features")
    told: dict[str, Any] = {"columns": found.columns, "layers": found.layers, "features": len(found.shapes)}
    if wish["label"] is None:
        yield _batch({CELLS.format(at): column for at, column in enumerate(_head(found))}, told)
        return
    if wish["label"] and wish["label"] not in found.columns:
        there = ", ".join(map(repr, found.columns))
        unreadable(path.name, f"it has no column {wish['label'][:80]!r}", f"its columns are {there[:200] or 'none'}")
    at = found.columns.index(wish["label"]) if wish["label"] else None
    labels = [None if at is None else _text(row[at]) for row in found.values]
    yield _drawn(path.name, found, labels, told)


def _too_many(file: str, what: str) -> None:
    rule = f"a layer may hold {MOST_FEATURES:,} features and, simplified to 50 m, {MOST_VERTICES:,} vertices"
    unreadable(file, f"it has {what}", rule)


def _found(path: Path, form: str, layer: str) -> Found:
    if form == "KML":
        return _placemarks(path)
    return _features(path) if form == "GeoJSON" else _rows(path, form, layer)


def _head(found: Found) -> list[list[str | None]]:
    rows = found.values[:_LOOKED_AT]
    return [[_text(row[at]) for row in rows] for at in range(len(found.columns))]


def _text(value: Any) -> str | None:
    if value is None or value == "" or isinstance(value, (dict, list)):
        return None
    return one_line(str(value), _LONGEST) or None


def _batch(columns: dict[str, list[str | None]], told: dict[str, Any]) -> pa.RecordBatch:
    texts = columns or {CELLS.format(0): []}
    schema = pa.schema([(name, pa.large_string()) for name in texts], metadata={TOLD: json.dumps(told)})
    return pa.RecordBatch.from_pydict(texts, schema=schema)


def _drawn(file: str, found: Found, labels: list[str | None], told: dict[str, Any]) -> pa.RecordBatch:
    """Return shapes in degrees, simplified and rounded, points, lines and areas each for themselves."""
    import shapely

    there = ~(shapely.is_missing(found.shapes) | shapely.is_empty(found.shapes))
    shapes, kept = found.shapes[there], [label for label, is_there in zip(labels, there, strict=True) if is_there]
    if not len(shapes):
        unreadable(file, "none of its features has a shape", "a layer needs a point, a line or an area at least")
    before = int(shapely.get_num_coordinates(shapes).sum())
    shapes = shapely.simplify(_placed(file, shapely.force_2d(shapes), found.system), TOLERANCE)
    vertices = int(shapely.get_num_coordinates(shapes).sum())
    if vertices > MOST_VERTICES:
        _too_many(file, f"{vertices:,} vertices, simplified to 50 m")
    rounded = np.round(shapely.get_coordinates(shapes), _DECIMALS)
    pairs = [(label, one) for label, shape in zip(kept, shapely.set_coordinates(shapes, rounded), strict=True)
             for one in _plain(shape)]  # fmt: skip
    told |= {"before": before, "vertices": vertices, "left_out": int((~there).sum()), "kept": len(shapes)}
    written = shapely.to_geojson(np.array([one for _, one in pairs], dtype=object))
    return _batch({LABEL: [label for label, _ in pairs], SHAPE: list(written)}, told)


def _placed(file: str, shapes: Any, system: str) -> Any:
    """Return shapes in degrees; refuse what lies nowhere on earth."""
    import shapely

    places = shapely.get_coordinates(shapes)
    lon, lat = in_degrees(file, system, places[:, 0], places[:, 1])
    wrong = ~((np.abs(lon) <= 180.000001) & (np.abs(lat) <= 90.000001))
    if wrong.any():
        east, north = places[int(np.argmax(wrong))]
        rule = "longitudes lie within -180..180, latitudes within -90..90, in the system that the file states"
        unreadable(file, f"one of its places is {east:.6g}, {north:.6g}", rule)
    return shapely.set_coordinates(shapes, np.column_stack([lon, lat]))


def _plain(shape: Any) -> Iterator[Any]:
    """Yield a shape, a collection as one of points, one of lines and one of areas."""
    import shapely

    if shape.geom_type != "GeometryCollection":
        yield shape
        return
    parts = list(_parts(shape))
    makers: tuple[Any, ...] = (shapely.multipoints, shapely.multilinestrings, shapely.multipolygons)
    for dimension, make in enumerate(makers):
        alike = [part for part in parts if shapely.get_dimensions(part) == dimension and not part.is_empty]
        if alike:
            yield make(alike)


def _parts(shape: Any) -> Iterator[Any]:
    for part in getattr(shape, "geoms", ()):
        if hasattr(part, "geoms"):
            yield from _parts(part)
        else:
            yield part


def _built(geometries: list[Any]) -> Any:
    """Return GeoJSON geometries as shapes; what is none is missing."""
    import shapely

    texts = [json.dumps(one) if isinstance(one, dict) else None for one in geometries]
    return shapely.from_geojson(np.array(texts, dtype=object), on_invalid="ignore")


def _features(path: Path) -> Found:
    """Return the features of a GeoJSON file (RFC 7946, and the ``crs`` of its forerunner)."""
    try:
        document = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        unreadable(path.name, f"it is no JSON ({one_line(str(error), 80)})", "GeoJSON must be whole, in UTF-8")
    if not isinstance(document, dict) or "type" not in document:
        unreadable(path.name, "it is no GeoJSON", "GeoJSON is a FeatureCollection, a Feature or a geometry")
    listed = document.get("features") if document["type"] == "FeatureCollection" else [document]
    if not isinstance(listed, list):
        unreadable(path.name, "it lists no features", "a FeatureCollection has a list of features")
    if len(listed) > MOST_FEATURES:
        _too_many(path.name, f"{len(listed):,} features")
    crs = document.get("crs")
    named = crs.get("properties") if isinstance(crs, dict) else None
    system = system_named(path.name, str(named.get("name"))) if isinstance(named, dict) else DEGREES
    plain = [one if isinstance(one, dict) else {} for one in listed]
    shapes = _built([one.get("geometry") if one.get("type") == "Feature" else one for one in plain])
    attributes = [one["properties"] if isinstance(one.get("properties"), dict) else {} for one in plain]
    return _named(path.name, attributes, shapes, system)


def _named(file: str, attributes: list[dict[str, Any]], shapes: Any, system: str = DEGREES) -> Found:
    columns = list(dict.fromkeys(name for one in attributes for name in one))
    if len(columns) > MOST_COLUMNS:
        unreadable(file, f"it has {len(columns):,} columns", f"at most {MOST_COLUMNS:,} are read")
    return Found(columns, [[one.get(name) for name in columns] for one in attributes], shapes, system, [])


def _rows(path: Path, driver: str, layer: str) -> Found:
    """Return a layer of what GDAL reads."""
    import pyogrio as gdal
    import shapely

    shapes: list[Any] = []
    values: list[list[Any]] = []
    try:
        chosen, names = chosen_layer(path, driver, layer)
        with open_layer(path.name, chosen, driver) as (meta, reader):
            geometry = meta["geometry_name"] or "wkb_geometry"
            columns = [name for name in reader.schema.names if name != geometry]
            if geometry not in reader.schema.names:
                unreadable(path.name, "its layer has no geometry", "a layer needs points, lines or areas")
            if meta["crs"] is None:
                unreadable(path.name, "it does not say in which system its coordinates are", "a system must be stated")
            system = DEGREES if meta["crs"] == DEGREES else system_described(path.name, meta["crs"])
            for batch in reader:
                written = batch.column(batch.schema.get_field_index(geometry))
                storage = written.storage if isinstance(written, pa.ExtensionArray) else written
                shapes += list(shapely.from_wkb(np.array(storage.to_pylist(), dtype=object), on_invalid="ignore"))
                texts = [as_text(batch.column(batch.schema.get_field_index(name))).to_pylist() for name in columns]
                values += [list(row) for row in zip(*texts, strict=True)] if texts else [[]] * batch.num_rows
                if len(shapes) > MOST_FEATURES:
                    _too_many(path.name, f"more than {MOST_FEATURES:,} features")
    except gdal.errors.DataSourceError as error:
        said = one_line(str(error), 80)
        unreadable(path.name, f"it is not what its name says ({said})", f"{path.suffix} must be a {driver}")
    return Found(columns, values, np.array(shapes, dtype=object), system, names)


def _placemarks(path: Path) -> Found:
    """Return the placemarks of a KML file that have a shape, with their values."""
    reader = _Shaped(path.name)
    records: list[dict[str, Any]] = []
    for piece in pieces_of(path):
        records += reader.feed(piece)
        if len(records) > MOST_FEATURES:
            _too_many(path.name, f"more than {MOST_FEATURES:,} features")
    records += reader.feed(b"", final=True)
    hidden = ("lon", "lat", SHAPE)
    shapes = _built([one.get(SHAPE) for one in records])
    return _named(path.name, [{n: v for n, v in one.items() if n not in hidden} for one in records], shapes)


class _Shaped(Placemarks):
    """Collects placemarks with all of their geometry, as GeoJSON under ``SHAPE``."""

    def __init__(self, file: str) -> None:
        super().__init__(file)
        self._built: list[dict[str, Any]] = []
        self._rings: list[list[list[float]]] = []

    def within_placemark(self, name: str, parent: str, text: str) -> None:
        """Take the end of an element of a placemark; the outer ring of an area comes before its holes."""
        if name == "coordinates":
            self._take(parent, text)
        elif name == "Polygon":
            self._built.append({"type": "Polygon", "coordinates": self._rings})
            self._rings = []
        elif name == "Placemark":
            if self.record is not None and self._built:
                self.record[SHAPE] = {"type": "GeometryCollection", "geometries": self._built}
            self._built, self._rings = [], []
        super().within_placemark(name, parent, text)

    def _take(self, parent: str, text: str) -> None:
        places = [_numbers(place) for place in text.split()]
        if [] in places:
            wrong = text.split()[places.index([])][:40]
            unreadable(self.file, f"it has a place {wrong!r}", "a place of KML is lon,lat in degrees")
        if not places:
            return
        outer = "outerBoundaryIs" in self._path
        if outer or "innerBoundaryIs" in self._path:
            self._rings.insert(0, places) if outer else self._rings.append(places)
        elif parent == "Point":
            self._built.append({"type": "Point", "coordinates": places[0]})
        else:
            self._built.append({"type": "LineString", "coordinates": places})


def _numbers(place: str) -> list[float]:
    try:
        return [float(part) for part in place.split(",")[:2]] if "," in place else []
    except ValueError:
        return []
