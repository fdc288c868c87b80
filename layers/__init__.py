"""LAYERS. From routes to map payloads and files; the only room that imports folium.

The way down, each package importing only those before it: export, web, payload, map.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from layers.api import explore

__all__ = ["explore"]


def __getattr__(name: str) -> Any:
    """Return a function of ``layers.api``, loaded when it is first asked for."""
    if name in __all__:
        from layers import api

        return getattr(api, name)
    raise AttributeError(name)
