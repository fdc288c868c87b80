"""QGIS styles (QML) for the layers of an export, in the colours of the map: how they look, aliases, and time.

Source: layer_styles of QGIS, kept in the GeoPackage; the elements are those of QGIS 3.
"""

from __future__ import annotations

from xml.etree import ElementTree as ET

from layers.export.tables import Table
from layers.palette import palette

_MODES = ("land", "sea", "air")
_KINDS = {"MultiLineString": "line", "MultiPolygon": "fill", "Point": "marker"}


def qml(table: Table) -> str:
    """Return the style of a layer; of a table without geometries its aliases alone."""
    root = ET.Element("qgis", version="3.22", styleCategories="Symbology|Fields|Temporal|Labeling")
    if table.period is not None:
        _temporal(root, table)
    if table.shape is not None:
        _renderer(root, table)
    aliases = ET.SubElement(root, "aliases")
    for at, column in enumerate(table.columns, start=1):
        ET.SubElement(aliases, "alias", field=column.name, index=str(at), name=column.alias)
    return f"<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n{ET.tostring(root, encoding='unicode')}"


def colour_of(mode: str | None) -> str:
    """Return the colour of a mode on the light map."""
    light = palette()["light"]
    return str(light["mode"].get(mode or "", light["muted"]))


def _temporal(root: ET.Element, table: Table) -> None:
    first, last = table.period or ("", "")
    attributes = {
        "enabled": "1" if table.name in ("hexes", "incidents") else "0",
        "mode": "2",  # a row holds from the one day to the other
        "startField": first,
        "endField": last,
        "limitMode": "0",
        "accumulate": "0",
        "durationUnit": "day",
        "fixedDuration": "0",
        "startExpression": "",
        "endExpression": "",
        "durationField": "",
    }
    temporal = ET.SubElement(root, "temporal", attributes)
    fixed = ET.SubElement(temporal, "fixedRange")
    ET.SubElement(fixed, "start")
    ET.SubElement(fixed, "end")


def _renderer(root: ET.Element, table: Table) -> None:
    kind = _KINDS[table.shape or "Point"]
    if table.name == "hexes":
        _graduated(root, kind)
        return
    if not any(column.name == "mode" for column in table.columns):
        single = ET.SubElement(root, "renderer-v2", type="singleSymbol", forceraster="0", symbollevels="0")
        _symbol(ET.SubElement(single, "symbols"), "0", kind, colour_of("sea"), "")
        return
    found = ET.SubElement(root, "renderer-v2", type="categorizedSymbol", attr="mode", forceraster="0", symbollevels="0")
    categories, symbols = ET.SubElement(found, "categories"), ET.SubElement(found, "symbols")
    for at, mode in enumerate((*_MODES, "")):
        label = mode.capitalize() or "Other"
        ET.SubElement(categories, "category", symbol=str(at), value=mode, label=label, render="true", type="string")
        _symbol(symbols, str(at), kind, colour_of(mode), mode, arrows=table.name == "routes")


def _graduated(root: ET.Element, kind: str) -> None:
    ramp, breaks = palette()["light"]["ramp"], [*palette()["breaks"], 1_000_000]
    attributes = {"type": "graduatedSymbol", "attr": "incidents", "graduatedMethod": "GraduatedColor"}
    found = ET.SubElement(root, "renderer-v2", attributes | {"forceraster": "0", "symbollevels": "0"})
    ranges, symbols = ET.SubElement(found, "ranges"), ET.SubElement(found, "symbols")
    for at, colour in enumerate(ramp):
        low, high = breaks[at], breaks[at + 1]
        label = f"{low} or more" if at == len(ramp) - 1 else f"{low}" if high == low + 1 else f"{low} to {high - 1}"
        lower, upper = str(low - 0.5), str(high - 0.5)
        ET.SubElement(ranges, "range", symbol=str(at), lower=lower, upper=upper, label=label, render="true")
        _symbol(symbols, str(at), kind, colour, "")


def _symbol(parent: ET.Element, name: str, kind: str, colour: str, mode: str, *, arrows: bool = False) -> None:
    alpha = "0.35" if kind == "fill" and mode else "1"
    symbol = ET.SubElement(parent, "symbol", name=name, type=kind, alpha=alpha, clip_to_extent="1", force_rhr="0")
    rgb = ",".join(str(int(colour[at : at + 2], 16)) for at in (1, 3, 5))
    dash = palette()["dash"].get(mode) or []
    options = {
        "line": {
            "line_color": f"{rgb},255",
            "line_width": "0.6",
            "line_width_unit": "MM",
            "use_custom_dash": "1" if dash else "0",
            "customdash": ";".join(str(round(part / 4, 2)) for part in dash) or "5;2",
            "customdash_unit": "MM",
            "capstyle": "round",
            "joinstyle": "round",
        },
        "fill": {"color": f"{rgb},255", "outline_style": "no", "style": "solid"},
        "marker": {"color": f"{rgb},255", "name": "circle", "size": "2", "outline_color": "255,255,255,255"},
    }[kind]
    names = {"line": "SimpleLine", "fill": "SimpleFill", "marker": "SimpleMarker"}
    _layer(symbol, names[kind], options)
    if arrows:
        marker = {
            "interval": "30",
            "interval_unit": "MM",
            "placements": "Interval",
            "rotate": "1",
            "place_on_every_part": "1",
        }
        line = _layer(symbol, "MarkerLine", marker)
        head = ET.SubElement(line, "symbol", name=f"@{name}@1", type="marker", alpha="1", clip_to_extent="1")
        _layer(head, "SimpleMarker", {"name": "filled_arrowhead", "color": f"{rgb},255", "size": "3"})


def _layer(symbol: ET.Element, kind: str, options: dict[str, str]) -> ET.Element:
    layer = ET.SubElement(symbol, "layer", {"class": kind, "pass": "0", "locked": "0", "enabled": "1"})
    told = ET.SubElement(layer, "Option", type="Map")
    for name, value in options.items():
        ET.SubElement(told, "Option", type="QString", name=name, value=value)
        ET.SubElement(layer, "prop", k=name, v=value)
    return layer
