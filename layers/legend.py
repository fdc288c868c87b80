"""The legend, which also switches the layers."""

from __future__ import annotations

from typing import ClassVar

from layers.asset import script
from layers.part import Part


class Legend(Part):
    """Modes, widths, hex classes and roles; folded in windows narrower than ``open_from`` pixels."""

    default_js: ClassVar[list[tuple[str, str]]] = [script("legend.js")]

    def __init__(self) -> None:
        super().__init__(open_from=1100)
