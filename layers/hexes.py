"""Hexes: incidents of the window per H3 cell, rolled up by zoom."""

from __future__ import annotations

from typing import ClassVar

from layers.asset import script
from layers.part import Part


class Hexes(Part):
    """Hexagons coloured by the number of incidents in the window."""

    default_js: ClassVar[list[tuple[str, str]]] = [script("hexes.js")]
