"""What one can do with the view: zoom, copy its link, take it away, change the light."""

from __future__ import annotations

from typing import ClassVar

from layers.asset import script
from layers.part import Part


class Actions(Part):
    """A column of buttons."""

    default_js: ClassVar[list[tuple[str, str]]] = [script("actions.js")]
