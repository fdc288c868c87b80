"""Pictures of the map to take away: one PNG, or one for each place of the window, made in the browser."""

from __future__ import annotations

from typing import ClassVar

from layers.asset import script
from layers.basemap import ATTRIBUTION
from layers.part import Part

MOST_FRAMES = 360


class Camera(Part):
    """A sheet of the map as seen with title, window, legend and what it came from.

    At most ``most_frames`` at once; ``sharpness`` times as sharp as the screen while the map has less than
    ``most_pixels`` million pixels.
    """

    default_js: ClassVar[list[tuple[str, str]]] = [script("zip.js"), script("sheet.js"), script("camera.js")]

    def __init__(self, title: str) -> None:
        super().__init__(title=title, attribution=ATTRIBUTION, most_frames=MOST_FRAMES, sharpness=2, most_pixels=8)
