"""What the server does once, when it starts."""

from __future__ import annotations

import gc
import logging
import sys
import threading

from geodata.core.errors import RoutesError
from geodata.model.query import View
from pages.data.network_builder import Builder
from pages.data.workspace_cache import Workspace
from pages.server.watcher import Watcher

TURN_SECONDS = 0.001
"""A request changes threads several times; while routes are being computed it waits for so long each time."""
_LOG = logging.getLogger(__name__)


def start(seen: Workspace) -> None:
    """Make the server quick to answer, and let it begin with what the first viewer asks for.

    Streamlit collects garbage after every run of a page and holds all else up meanwhile: what is loaded by now is kept
    for good and need not be looked through.
    """
    gc.collect()
    gc.freeze()
    sys.setswitchinterval(TURN_SECONDS)
    seen.builder = Builder(seen.home)
    threading.Thread(target=_drawn, args=(seen,), daemon=True).start()
    Watcher(seen).start()


def _drawn(seen: Workspace) -> None:
    """Draw of the newest version what the map shows when it opens without a filter; see that there is a network."""
    try:
        version = seen.version()
        if version is not None:
            seen.hexes(View(), version)
            seen.network(version)
            seen.hexes(View(), version)
    except RoutesError as error:
        _LOG.warning("%s", error)
