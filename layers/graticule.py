"""The graticule with its degrees, off unless asked for, and the scale bar."""

from __future__ import annotations

from typing import ClassVar

from layers.asset import script
from layers.part import Part


class Graticule(Part):
    """Meridians and parallels at least ``apart`` pixels from each other, under all that is drawn."""

    default_js: ClassVar[list[tuple[str, str]]] = [script("graticule.js")]

    def __init__(self) -> None:
        super().__init__(apart=110)


class Degrees(Part):
    """Their degrees along the edges of the view, over all that is drawn."""

    default_js: ClassVar[list[tuple[str, str]]] = [script("graticule.js")]


class Scale(Part):
    """A scale bar in kilometres and nautical miles, at most ``longest`` pixels long."""

    default_js: ClassVar[list[tuple[str, str]]] = [script("graticule.js")]

    def __init__(self) -> None:
        super().__init__(longest=150)
