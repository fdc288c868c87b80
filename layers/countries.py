"""Countries by role: source, transit or destination of the corridors in the window."""

from __future__ import annotations

from typing import ClassVar

from layers.asset import script
from layers.part import Part


class Countries(Part):
    """Tint and hatch of each country by its role; the letter stands with its name."""

    default_js: ClassVar[list[tuple[str, str]]] = [script("countries.js")]
