"""The search box: countries, places, routes and positions."""

from __future__ import annotations

from typing import ClassVar

from layers.asset import script
from layers.part import Part


class Search(Part):
    """A combobox that flies to what is chosen; at most ``most`` results, places from ``longest`` letters or fewer."""

    default_js: ClassVar[list[tuple[str, str]]] = [script("search.js")]

    def __init__(self) -> None:
        super().__init__(most=8, longest=80, pause_ms=140)
