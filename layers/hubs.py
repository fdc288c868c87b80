"""Hubs: places on coasts where crossings begin or end."""

from __future__ import annotations

from typing import ClassVar

from layers.asset import script
from layers.part import Part


class Hubs(Part):
    """Departures, landings and places that are both, by shape; size by movement."""

    default_js: ClassVar[list[tuple[str, str]]] = [script("hubs.js")]
