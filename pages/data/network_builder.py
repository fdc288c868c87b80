"""The builder: lays out the network of a workspace in a process of its own, so that the server goes on answering."""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
import time
from pathlib import Path

REST = 2.0
"""After a network was laid out, the next one waits for so many times as long as that took."""
_LOG = logging.getLogger(__name__)


class Builder:
    """One workspace's networks, one at a time.

    Parameters
    ----------
    home : Path
        The workspace folder.
    """

    def __init__(self, home: Path) -> None:
        self._home = home
        self._guard = threading.Lock()
        self._thread: threading.Thread | None = None
        self._tried: tuple[int, str] | None = None
        self._rested = 0.0
        self.stage: str | None = None

    def begin(self, version: int, facts: str = "", *, at_once: bool = False) -> None:
        """See that the network of a version of the ledger is laid out soon; what is under way goes on.

        A state of the data for which it failed is not tried again before there is another one.

        Parameters
        ----------
        version : int
        facts : str
            What tells the assumptions from others.
        at_once : bool
            Somebody waits for it: there is no rest after the one before.
        """
        with self._guard:
            if self._thread is not None and self._thread.is_alive():
                return
            if (version, facts) == self._tried or (time.monotonic() < self._rested and not at_once):
                return
            self._tried = version, facts
            self.stage = "starting"
            self._thread = threading.Thread(target=self._build, daemon=True)
            self._thread.start()

    def wait(self) -> None:
        """Wait until nothing is under way."""
        thread = self._thread
        if thread is not None:
            thread.join()

    def _build(self) -> None:
        begun = time.monotonic()
        command = [sys.executable, "-m", "routes", "build", "--home", str(self._home)]
        root = Path(__file__).parent.parent.parent
        try:
            with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root) as process:
                for line in process.stdout or ():
                    self.stage = line.strip()
            if process.returncode:
                _LOG.warning("The network could not be laid out: %s", self.stage)
        except OSError as error:
            _LOG.warning("The network could not be laid out: %s", error)
        finally:
            now = time.monotonic()
            self._rested = now + REST * (now - begun)
            self.stage = None
