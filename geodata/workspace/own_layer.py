"""One own layer: what it is called, whom to credit, how it is drawn, and what of it may not be."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, get_type_hints

from geodata.core.errors import WrongValue
from geodata.places.lookup import folded

LONGEST_NAME, LONGEST_CREDIT, LONGEST_ADDRESS = 60, 160, 500
VECTOR, XYZ, WMS, WMTS, PMTILES = KINDS = ("vector", "xyz", "wms", "wmts", "pmtiles")
TILED = (XYZ, WMS, WMTS)
OVERLAY, BASE = PLACES = ("overlay", "base")
DASHES = ("solid", "dashed", "dotted")
COLOUR = "#7a3e9d"
ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_COLOUR = re.compile(r"#[0-9a-f]{6}")
_HOST = re.compile(r"(https?://(?:[a-z0-9]+(?:[-.][a-z0-9]+)*)(?::[0-9]{1,5})?)/[\x21\x23-\x26\x28-\x7e]*")
_TEMPLATES = {
    XYZ: ((("{z}",), ("{x}",), ("{y}", "{-y}")), "{z}, {x} and {y}"),
    WMS: ((), ""),
    WMTS: ((("{TileMatrix}",), ("{TileRow}",), ("{TileCol}",)), "{TileMatrix}, {TileRow} and {TileCol}"),
}
_PLACEHOLDER = re.compile(r"\{[^}]*\}")


@dataclass(frozen=True, slots=True)
class OwnLayer:
    """A layer.

    Attributes
    ----------
    id : str
        Made from its first name; in links and files.
    name, credit : str
        What it is called, and who is to be named where it is shown.
    kind : str
        One of ``KINDS``.
    place : str
        Of ``PLACES``: an overlay lies over hexes and under routes, a base under all that is drawn.
    colour : str
        "#rrggbb".
    width : float, pixels
        Of lines and outlines.
    fill : float
        Opacity of areas, 0 to 1; of tiles too.
    dash : str
        One of ``DASHES``.
    shown : bool
        Whether it is shown where nobody chose.
    rank : int
        Lower lies lower.
    address, wms_layers : str
        Of tiles; for PMTiles the path of the archive, which stays where it lies.
    file, label : str
        What it was read from, and the column that gives its labels.
    dropped : tuple of str
        Columns that were not kept.
    features, vertices : int
    most_zoom : int
        The nearest for which there are tiles.
    added_at, added_by : str
    """

    id: str
    name: str
    kind: str
    credit: str
    place: str = OVERLAY
    colour: str = COLOUR
    width: float = 1.6
    fill: float = 0.12
    dash: str = "solid"
    shown: bool = True
    rank: int = 0
    address: str = ""
    wms_layers: str = ""
    file: str = ""
    label: str = ""
    dropped: tuple[str, ...] = ()
    features: int = 0
    vertices: int = 0
    most_zoom: int = 19
    added_at: str = ""
    added_by: str = ""

    @property
    def host(self) -> str:
        """Return the origin that its tiles come from, "" for none."""
        found = _HOST.fullmatch(_PLACEHOLDER.sub("0", self.address)) if self.kind in TILED else None
        return found[1] if found else ""


def id_of(name: str) -> str:
    """Return the id of a layer that is called so.

    Examples
    --------
    >>> id_of("Patrol areas (2026)")
    'patrol-areas-2026'
    """
    plain = re.sub(r"[^a-z0-9]+", "-", folded(name).encode("ascii", "ignore").decode()).strip("-")[:40].strip("-")
    return plain or f"layer-{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def layer_of(layer_id: str, told: Mapping[str, Any]) -> OwnLayer:
    """Return a layer as its file tells it.

    Raises
    ------
    TypeError, WrongValue
        If a value is not of its kind, or not as it must be.
    """
    kinds = get_type_hints(OwnLayer)
    known = {one.name: told[one.name] for one in fields(OwnLayer) if one.name in told}
    if "dropped" in known:
        known["dropped"] = tuple(map(str, known["dropped"]))
    for name, value in known.items():
        kind = kinds[name]
        if not (isinstance(value, tuple) or type(value) is kind or (kind is float and isinstance(value, int))):
            raise TypeError(name)
    return checked(OwnLayer(id=layer_id, **known), ())


def wrong(layer: OwnLayer, what: str, rule: str) -> WrongValue:
    """Return what to say of a layer that is not as it must be."""
    return WrongValue(what, rule=rule, where=layer.name[:LONGEST_NAME])


def checked(layer: OwnLayer, others: Sequence[OwnLayer]) -> OwnLayer:
    """Return a layer with its words trimmed, if all of it is as it must be and its name is its own.

    Raises
    ------
    WrongValue
    """
    name, credit = (" ".join(text.split()) for text in (layer.name, layer.credit))
    layer = replace(layer, name=name, credit=credit, colour=layer.colour.lower(), address=layer.address.strip())
    for what, text, longest in (("a name", name, LONGEST_NAME), ("a credit", credit, LONGEST_CREDIT)):
        if not 0 < len(text) <= longest or not text.isprintable():
            rule = f"a layer needs {what} of at most {longest} letters"
            raise wrong(layer, f"{text[:80]!r} is not {what}", rule)
    if any(layer.id == one.id or folded(name) == folded(one.name) for one in others):
        raise wrong(layer, "a layer of this name is there", "every own layer needs a name of its own")
    ranges = {
        "kind": (layer.kind in KINDS, f"a layer is one of {', '.join(KINDS)}"),
        "place": (layer.place in PLACES, f"a layer lies as one of {', '.join(PLACES)}"),
        "colour": (_COLOUR.fullmatch(layer.colour), "a colour is written as #7a3e9d"),
        "width": (0.5 <= layer.width <= 8, "lines are 0.5 to 8 pixels wide"),
        "fill": (0 <= layer.fill <= 1, "a fill is from 0, none, to 1, opaque"),
        "dash": (layer.dash in DASHES, f"a line is one of {', '.join(DASHES)}"),
    }
    for field, (fits, rule) in ranges.items():
        if not fits:
            raise wrong(layer, f"{field} {getattr(layer, field)!r}", rule)
    if layer.kind in TILED:
        _check_address(layer)
    return layer


def _check_address(layer: OwnLayer) -> None:
    """Refuse an address from which no tile can be asked, or that names more than one host."""
    wanted, said = _TEMPLATES[layer.kind]
    if len(layer.address) > LONGEST_ADDRESS or not layer.host:
        rule = "an address is http(s)://host/..., without a user, quotes, blanks or a changing host"
        raise wrong(layer, f"{layer.address[:80]!r} is no address of tiles", rule)
    held = set(_PLACEHOLDER.findall(layer.address))
    if not all(any(one in held for one in choice) for choice in wanted) or len(held) != len(wanted):
        rule = f"the address of {layer.kind} holds {said}, and nothing else in braces"
        if layer.kind == WMS:
            rule = "the address of wms is that of the service, without anything in braces"
        raise wrong(layer, f"{layer.address[:80]!r}", rule)
    if (layer.kind == WMS) != bool(layer.wms_layers):
        raise wrong(layer, f"the layers of the service are {layer.wms_layers!r}", "wms, and nothing else, names them")
