"""What a viewer must know: synthetic data, loading, nothing to show, a lost connection."""

from __future__ import annotations

from typing import ClassVar

from layers.asset import script
from layers.part import Part


class Status(Part):
    """Badge, notices and the sheet for an empty workspace."""

    default_js: ClassVar[list[tuple[str, str]]] = [script("status.js")]
