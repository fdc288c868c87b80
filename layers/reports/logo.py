"""The logo of an agency, as PNG: whatever else its file holds (scripts, links, notes of who drew it) stays outside."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

import resvg_py
from PIL import Image, UnidentifiedImageError

from geodata.core.errors import WrongValue
from layers.reports import fonts

ENDINGS: Final = (".png", ".svg")
_LARGEST_BYTES: Final = 2 * 2**20
_TALL: Final = 400
"""Pixels; on paper it is 14 mm high."""
_MOST_PIXELS: Final = 4000
_UNITS: Final = "abcdefghijklmnopqrstuvwxyz "
_WIDEST: Final = 12
"""So many times as wide as it is high, or as high as it is wide."""
_RULE: Final = (
    f"a logo is a PNG or an SVG of at most 2 MB and {_MOST_PIXELS} pixels either way, at most {_WIDEST} times as wide "
    "as high, and refers to no other file"
)


def logo_of(path: Path) -> bytes:
    """Return a logo as PNG.

    Raises
    ------
    WrongValue
        If it is none, or larger than a logo may be.
    """
    if path.stat().st_size > _LARGEST_BYTES:
        raise _refused("it is too large", path)
    try:
        return _drawn(path) if path.suffix.lower() == ".svg" else _redrawn(path)
    except (UnidentifiedImageError, ET.ParseError, Image.DecompressionBombError, OSError, ValueError):
        raise _refused("it cannot be read as a picture", path) from None


def _redrawn(path: Path) -> bytes:
    with Image.open(path, formats=["PNG"]) as image:
        _require_size(*image.size, path)
        if max(image.size) > _MOST_PIXELS:
            raise _refused(f"it has {image.width:,} x {image.height:,} pixels", path)
        bare = image.convert("RGBA")
    bare.info.clear()
    content = io.BytesIO()
    bare.save(content, "PNG")
    return content.getvalue()


def _drawn(path: Path) -> bytes:
    text = path.read_text(encoding="utf-8")
    root = ET.fromstring(text)  # noqa: S314  # expat bounds what entities may grow to
    for node in root.iter():
        for name, value in node.attrib.items():
            if name.rpartition("}")[2] == "href" and not value.lstrip().startswith(("#", "data:")):
                raise _refused(f"it refers to {value[:60]!r}", path)
    _require_size(*_size(root), path)
    return bytes(resvg_py.svg_to_bytes(svg_string=text, skip_system_fonts=True, font_files=fonts.files(), height=_TALL))


def _size(root: ET.Element) -> tuple[float, float]:
    """Return width and height of an SVG, in whatever unit: what it says of them, else its box."""
    box = [*root.get("viewBox", "").replace(",", " ").split(), *("1",) * 4][2:4]
    wide, high = (root.get(name, other) for name, other in zip(("width", "height"), box, strict=True))
    if "%" in wide + high:
        wide, high = box
    return float(wide.rstrip(_UNITS)), float(high.rstrip(_UNITS))


def _require_size(wide: float, high: float, path: Path) -> None:
    if not (wide > 0 < high and 1 / _WIDEST <= wide / high <= _WIDEST):
        raise _refused(f"it is {wide:g} wide and {high:g} high", path)


def _refused(what: str, path: Path) -> WrongValue:
    return WrongValue(what, rule=_RULE, done="nothing was written", where=path.name)
