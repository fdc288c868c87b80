"""GEODATA. From files and places to checked, graded, indexed incidents in a versioned ledger.

The way down, each package importing only those before it: core, spatial, places, readers, model, reference, parsing,
ledger, mapping, io, ingest, matching, feeds, workspace. Nothing here imports another room of the product.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from geodata.api import demonstration, read_incidents

__all__ = ["demonstration", "read_incidents"]


def __getattr__(name: str) -> Any:
    """Return a function of ``geodata.api``, loaded when it is first asked for."""
    if name in __all__:
        from geodata import api

        return getattr(api, name)
    raise AttributeError(name)
