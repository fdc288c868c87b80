"""Corridors: their bands under the hexes, their lines above."""

from __future__ import annotations

from typing import ClassVar

from layers.asset import script
from layers.part import Part


class Bands(Part):
    """The width beside each corridor that holds 80 % of its incidents."""

    default_js: ClassVar[list[tuple[str, str]]] = [script("corridors.js")]


class Corridors(Part):
    """Centrelines: mode by colour and dash, width by incidents a month in the window."""

    default_js: ClassVar[list[tuple[str, str]]] = [script("corridors.js")]
