"""The card of what was clicked, and the tip of what is under the pointer."""

from __future__ import annotations

from typing import ClassVar

from layers.asset import script
from layers.part import Part


class Card(Part):
    """Details of a corridor or a hex; ``width`` is that of its chart in pixels."""

    default_js: ClassVar[list[tuple[str, str]]] = [script("card.js")]

    def __init__(self) -> None:
        super().__init__(width=270)
