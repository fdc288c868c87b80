"""Files of own layers: shapes with one label each out of a file that an operator or analyst drops in.

A file is read in a sealed process as one of incidents is (``geodata.readers.shapes``). Of its attributes one column at
most is kept, as the label; columns of persons are no labels, and no column but that one leaves the reader.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from geodata.core.errors import UnknownFormat, WrongValue
from geodata.core.messages import Sentence, counted, sentence
from geodata.ingest.persons import personal
from geodata.places.lookup import folded
from geodata.readers.dispatch import require_kind
from geodata.readers.limits import MB, one_line, unreadable
from geodata.readers.sandboxed_reader import confined
from geodata.readers.shapes import LABEL, SHAPE, TOLD
from geodata.readers.vector import DRIVERS, shapefiles_in

LARGEST = 32 * MB
_FORMS = {".geojson": "GeoJSON", ".json": "GeoJSON", ".kml": "KML", ".kmz": "KML", **DRIVERS}
ENDINGS = tuple(_FORMS)
"""Of the files that are read, each with its dot."""
_PLAIN_NAMES = ("name", "nom", "nombre", "nome", "الاسم", "اسم")
"""Headers by which map files call the thing itself; beside a person they are those of a person."""
_LABELS = (*_PLAIN_NAMES, "label", "title", "titre", "titulo", "designation", "name en", "name 1")
_LIKE_A_NAME = frozenset(("name", "names", "nom", "nombre", "nome", "label", "title", "اسم", "الاسم"))


@dataclass(frozen=True, slots=True)
class Look:
    """What a file offers.

    Attributes
    ----------
    file : str
    columns : tuple of str
        Attributes, as named in the file.
    labels : tuple of str
        Those that may be the label.
    label : str
        The one that is taken unless another is named, "" for none.
    layers : tuple of str
        Of a file that can have several.
    features : int
    """

    file: str
    columns: tuple[str, ...]
    labels: tuple[str, ...]
    label: str
    layers: tuple[str, ...]
    features: int


@dataclass(frozen=True, slots=True)
class Shapes:
    """What was read.

    Attributes
    ----------
    geojson : bytes
        A FeatureCollection in degrees (RFC 7946), rounded to 5 decimals; ``label`` is the one property.
    file, label : str
        Its name, and the column that gives the labels, "" for none.
    dropped : tuple of str
        The columns that were not kept.
    features, vertices : int
    notes : tuple of Sentence
        What was done with it.
    """

    geojson: bytes
    file: str
    label: str
    dropped: tuple[str, ...]
    features: int
    vertices: int
    notes: tuple[Sentence, ...]


def look(path: Path, layer: str = "") -> Look:
    """Return what a file offers, without keeping anything of it.

    Raises
    ------
    UnreadableFile, UnknownFormat
    """
    told, table = _read(path, layer, None)
    columns = tuple(str(name) for name in told["columns"])
    head = pl.DataFrame([column.alias(name) for name, column in zip(columns, table.get_columns(), strict=False)])
    persons = {*personal([name for name in columns if not _is_plain(name)]), *personal([], head)}
    if persons:  # then a plain name is likely that of a person
        persons |= set(personal(columns))
    labels = tuple(name for name in columns if name not in persons)
    return Look(path.name, columns, labels, _usual(labels), tuple(told["layers"]), int(told["features"]))


def read_shapes(path: Path, label: str | None = None, layer: str = "") -> Shapes:
    """Read a file.

    Parameters
    ----------
    path : Path
    label : str, optional
        The column whose values are the labels, "" for none; the usual one where it is not stated.
    layer : str
        Of a file with several; "" for the first that has features.

    Raises
    ------
    UnreadableFile, UnknownFormat
    WrongValue
        If the label is a column of persons.
    """
    seen = look(path, layer)
    chosen = seen.label if label is None else label
    if chosen and chosen in seen.columns and chosen not in seen.labels:
        raise WrongValue(
            f"column {chosen[:80]!r} names or describes persons, or stands beside columns that do",
            rule="the labels of a layer are of places: take columns of persons out of the file first",
            where=path.name,
        )
    told, table = _read(path, layer, chosen)
    features = [
        json.dumps({"type": "Feature", "properties": {"label": label} if label else {}}, ensure_ascii=False)[:-1]
        + f', "geometry": {shape}}}'
        for label, shape in table.select(LABEL, SHAPE).iter_rows()
    ]
    content = '{"type": "FeatureCollection", "features": [' + ",\n".join(features) + "]}"
    dropped = tuple(name for name in seen.columns if name != chosen)
    counts = {name: int(told[name]) for name in ("kept", "vertices", "before", "left_out")}
    notes = tuple(_notes(seen, chosen, dropped, layer, counts))
    return Shapes(content.encode(), path.name, chosen, dropped, counts["kept"], counts["vertices"], notes)


def _notes(seen: Look, label: str, dropped: Sequence[str], layer: str, counts: dict[str, int]) -> list[Sentence]:
    """Return what was done with a file, in sentences."""
    said = [
        sentence("Labels are those of column {column!r}.", column=label)
        if label
        else sentence("No column gives labels: the layer has none.")
    ]
    if dropped:
        listed = one_line(", ".join(dropped), 300)
        said.append(sentence("Not kept: {columns}.", columns=listed))
    if counts["vertices"] < counts["before"]:
        said.append(
            sentence(
                "Simplified to 50 m: {after:,} of {before:,} vertices are left.",
                after=counts["vertices"],
                before=counts["before"],
            )
        )
    if counts["left_out"]:
        said.append(
            counted(
                "{count} feature without a shape was left out.",
                "{count} features without a shape were left out.",
                counts["left_out"],
            )
        )
    others = [name for name in seen.layers if name != (layer or seen.layers[0])]
    if others:
        said.append(sentence("Its other layers were not read: {layers}.", layers=one_line(", ".join(others), 200)))
    return said


def _read(path: Path, layer: str, label: str | None) -> tuple[dict[str, Any], pl.DataFrame]:
    form = _FORMS.get(path.suffix.lower())
    if form is None:
        raise UnknownFormat(
            f"files ending in {one_line(path.suffix, 40) or 'nothing'!r} are no layers",
            rule=f"known are {', '.join(ENDINGS)}",
            where=one_line(path.name),
        )
    require_kind(path, LARGEST)
    if form == "ESRI Shapefile":
        shapefiles_in(path)
    pieces = list(confined("shapes", path, form, json.dumps({"layer": layer, "label": label})))
    if not pieces:
        unreadable(path.name, "reading it gave nothing", "a file must be whole")
    batch = pieces[0].batch
    batch.validate(full=True)
    table = pl.from_arrow(batch)
    assert isinstance(table, pl.DataFrame)  # noqa: S101 - tells mypy what a batch becomes
    return json.loads(batch.schema.metadata[TOLD]), table


def _is_plain(name: str) -> bool:
    return folded(name) in _PLAIN_NAMES


def _usual(labels: Sequence[str]) -> str:
    """Return the column that is taken for the label: one that bears a usual name, else one whose name says so."""
    plain = {folded(name): name for name in reversed(labels)}
    exact = next((plain[name] for name in _LABELS if name in plain), "")
    return exact or next((name for name in labels if _LIKE_A_NAME & set(folded(name).replace("_", " ").split())), "")
