"""Keys of the map, the panel that tells them, and the words that a screen reader hears."""

from __future__ import annotations

from typing import ClassVar

from layers.asset import script
from layers.part import Part


class Keys(Part):
    """Shortcuts; each press pans by ``step`` pixels, and a window is announced once it has stood for ``settle_ms``."""

    default_js: ClassVar[list[tuple[str, str]]] = [script("keys.js")]

    def __init__(self) -> None:
        super().__init__(step=140, settle_ms=700)
