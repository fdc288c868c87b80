"""What the server does once, when it starts."""

from __future__ import annotations

import gc
import logging
import sys
import threading
from collections.abc import Callable

from geodata.errors import RoutesError
from geodata.view import View
from pages.workspace import Workspace

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
    for draw in (seen.hexes, seen.sketch):
        threading.Thread(target=_drawn, args=(seen, draw), daemon=True).start()


def _drawn(seen: Workspace, draw: Callable[[View, int], object]) -> None:
    """Draw of the newest version what the map shows when it opens without a filter."""
    try:
        version = seen.version()
        if version is not None:
            draw(View(), version)
    except RoutesError as error:
        _LOG.warning("%s", error)
