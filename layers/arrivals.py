"""Arrivals: where new incidents lie, once, the moment a batch is there."""

from __future__ import annotations

from typing import ClassVar

from layers.asset import script
from layers.part import Part


class Arrivals(Part):
    """A ring that widens for ``pulse_ms``; for whoever wants less motion one that stands still for ``still_ms``."""

    default_js: ClassVar[list[tuple[str, str]]] = [script("arrivals.js")]

    def __init__(self) -> None:
        super().__init__(pulse_ms=2600, still_ms=10_000)
