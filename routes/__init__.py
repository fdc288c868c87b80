"""ROUTES. Incidents become one network of routes, on which everything is counted and compared.

Values in, values out: no files, clock or sockets. The way down, each package importing only those before it: core,
indexing, ridges, attribution, network, pipelines, temporal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from routes._version import __version__

if TYPE_CHECKING:
    from routes.api import NetworkParams, RidgeParams, assign, compare, find_routes, hotspots

__all__ = ["NetworkParams", "RidgeParams", "__version__", "assign", "compare", "find_routes", "hotspots"]


def __getattr__(name: str) -> Any:
    """Return a name of ``routes.api``, loaded when it is first asked for."""
    if name in __all__:
        from routes import api

        return getattr(api, name)
    raise AttributeError(name)
