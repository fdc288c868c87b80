"""The time bar: a histogram by step and the window over it."""

from __future__ import annotations

from typing import ClassVar

from layers.asset import script
from layers.part import Part


class TimeBar(Part):
    """Window with two handles and a draggable middle, play, speed and step."""

    default_js: ClassVar[list[tuple[str, str]]] = [script("timebar.js")]

    def __init__(self) -> None:
        super().__init__(speeds=[1, 2, 4])
