"""Incidents one by one: points with the ring within which each of them lies."""

from __future__ import annotations

from typing import ClassVar

from geodata.incident import MODES
from layers.asset import script
from layers.part import Part
from layers.points import MOST_FACTS

FROM_ZOOM = 6
"""Farther out, hexes tell more than single marks could."""


class Incidents(Part):
    """Marks from ``from_zoom`` on; those nearer than ``apart`` pixels are drawn as one with their number."""

    default_js: ClassVar[list[tuple[str, str]]] = [script("incidents.js"), script("facts.js")]

    def __init__(self) -> None:
        super().__init__(from_zoom=FROM_ZOOM, apart=36, modes=list(MODES), listed=MOST_FACTS)
