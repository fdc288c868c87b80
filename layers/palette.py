"""The palette: colours, dashes and class breaks of the map, kept as data in ``palette.toml``."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

PALETTE = Path(__file__).parent / "palette.toml"


@cache
def palette() -> dict[str, Any]:
    """Return the palette: ``breaks``, ``dash`` by mode, and the themes ``light`` and ``dark``."""
    return tomllib.loads(PALETTE.read_text(encoding="utf-8"))
