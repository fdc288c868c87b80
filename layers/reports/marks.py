"""What somebody drew on a map: points, lines and polygons, each with its label, over all that the map draws."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from typing import Final, Protocol

import numpy as np

from layers.reports import fonts
from layers.reports.drawing import Drawing
from layers.reports.frame import mercator

_INK: Final = "#c2185b"
"""A colour that no mode, role or class of hexes has."""
_LETTERS: Final = 13.0


class Mark(Protocol):
    """What is drawn: ``kind`` is Point, LineString or Polygon, ``corners`` are lon, lat in degrees."""

    @property
    def kind(self) -> str:
        """Return its kind."""
        ...

    @property
    def corners(self) -> Sequence[tuple[float, float]]:
        """Return its corners."""
        ...

    @property
    def label(self) -> str:
        """Return its label."""
        ...


def mark_on(drawing: Drawing, marks: Iterable[Mark]) -> None:
    """Draw marks on a map that has been drawn; one out of sight is not."""
    drawing.body()
    for one in marks:
        drawing.parts.extend(_drawn(drawing, one))


def _drawn(drawing: Drawing, one: Mark) -> Iterator[str]:
    pixels = drawing.frame.pixels(mercator(np.array(one.corners, float)))
    if not drawing.frame.sees(pixels):
        return
    path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in pixels.tolist())
    if one.kind == "Point":
        ((x, y),) = pixels.tolist()
        yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="7" fill="none" stroke="#ffffff" stroke-width="5"/>'
        yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="7" fill="none" stroke="{_INK}" stroke-width="2.6"/>'
        left, top = x + 13, y + 4.5
    else:
        closed = "Z" if one.kind == "Polygon" else ""
        fill = f'fill="{_INK}" fill-opacity=".1"' if closed else 'fill="none"'
        yield f'<path d="{path}{closed}" fill="none" stroke="#ffffff" stroke-width="5" stroke-linejoin="round"/>'
        yield f'<path d="{path}{closed}" {fill} stroke="{_INK}" stroke-width="2.6" stroke-linejoin="round"/>'
        left, top = pixels[:, 0].min(), pixels[:, 1].min() - 8
        if not closed:
            left, top = pixels[-1, 0] + 8, pixels[-1, 1] + 4.5
    yield _label(drawing, one.label, float(left), float(top))


def _label(drawing: Drawing, label: str, left: float, top: float) -> str:
    """Return the label, moved as far as it needs to be seen whole."""
    wide = fonts.width(label, _LETTERS, bold=True)
    left = max(4.0, min(left, drawing.frame.width - wide - 8))
    top = max(_LETTERS + 4, min(top, drawing.frame.height - 8))
    return (
        f'<text x="{left:.1f}" y="{top:.1f}" font-size="{_LETTERS}" font-weight="bold" fill="{_INK}" stroke="#ffffff" '
        f'stroke-width="3.4" stroke-linejoin="round" paint-order="stroke">{escape(label)}</text>'
    )
