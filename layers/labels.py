"""Names on the map: corridors and countries."""

from __future__ import annotations

from typing import ClassVar

from layers.asset import script
from layers.part import Part


class Labels(Part):
    """Chips of corridors and names of countries that never overlap."""

    default_js: ClassVar[list[tuple[str, str]]] = [script("labels.js")]
