"""The corridors of the window as a list, for the keyboard and for readers of lists."""

from __future__ import annotations

from typing import ClassVar

from layers.asset import script
from layers.part import Part


class Ranking(Part):
    """The ``rows`` busiest corridors; folded in windows narrower than ``open_from`` pixels."""

    default_js: ClassVar[list[tuple[str, str]]] = [script("ranking.js")]

    def __init__(self) -> None:
        super().__init__(rows=8, open_from=1100)
