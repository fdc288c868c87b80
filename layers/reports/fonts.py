"""The letters of pictures and reports: DejaVu Sans, with Latin, Cyrillic, Greek and Arabic, which matplotlib brings.

So a picture looks the same on every machine, also where no font is installed.
"""

from __future__ import annotations

from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path

from PIL import ImageFont

FAMILY = "DejaVu Sans"
_MEASURED_AT = 100


@cache
def folder() -> Path:
    """Return the folder of the font files."""
    spec = find_spec("matplotlib")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError("matplotlib, whose fonts pictures are lettered with, is not installed")
    return Path(spec.submodule_search_locations[0]) / "mpl-data" / "fonts" / "ttf"


def files() -> list[str]:
    """Return the font files that pictures need: plain and bold."""
    return [str(folder() / name) for name in ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf")]


@lru_cache(maxsize=4096)
def width(text: str, size: float, *, bold: bool = False) -> float:
    """Return how wide a text is at a size, in the size's unit."""
    return _font(bold).getlength(text) / _MEASURED_AT * size


@cache
def _font(bold: bool) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(files()[int(bold)], _MEASURED_AT)
