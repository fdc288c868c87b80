"""The watcher: looks through each new version of the ledger for what fits the watch-lists, and sends what is due.

It makes the pages of live shares anew, too.
"""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import asdict

from desk.watch.alerts import Worded
from desk.watch.evaluation import Evaluation, Look
from desk.watch.model import WatchList
from desk.watch.outbox import Outbox
from desk.watch.sending import Installed
from desk.watch.store import Watches
from geodata.core.settings import Settings
from geodata.model.query import View
from layers.reports.alerted import alerted, marking_of
from pages.data.workspace_cache import Workspace
from pages.server.shares_api import renew
from routes.temporal.findings import Finding, recent_from

EVERY_SECONDS = 3.0
REST_SECONDS = 60.0
"""After something went wrong it is tried again so much later."""
_LOG = logging.getLogger(__name__)


class Watcher:
    """Watches one workspace, in a thread of its own, so that nobody who looks at the map waits for it.

    Parameters
    ----------
    seen : Workspace
    """

    def __init__(self, seen: Workspace) -> None:
        self._seen, self._watches = seen, Watches(seen.home)
        self._evaluation = Evaluation(seen.home, self._look, self._word)
        self._looked_at: tuple[int, str] | None = None
        self._rested = 0.0

    def start(self) -> None:
        """Watch for as long as this program runs."""
        threading.Thread(target=self._run, name="watcher", daemon=True).start()

    def _run(self) -> None:
        pause = threading.Event()
        while not pause.wait(EVERY_SECONDS):
            for turn, what in ((self.turn, "watch-lists"), (self.send, "messages"), (self.renew, "live shares")):
                try:
                    turn()
                except Exception:  # noqa: BLE001 - whatever goes wrong once, watching goes on
                    _LOG.exception("The %s could not be looked through; this is tried again", what)

    def renew(self) -> None:
        """Make live shares anew that show an older version."""
        version = self._seen.version()
        if version is not None:
            renew(self._seen, version)

    def send(self) -> None:
        """Send the messages of watch-lists that are due."""
        if self._watches.every():
            Outbox(self._seen.home, Installed(Settings())).send_due()

    def turn(self) -> None:
        """Look through what is new, if anything is."""
        kept = self._watches.every()
        if not kept:
            return
        version = self._seen.version()
        if version is not None and time.monotonic() >= self._rested:
            state = version, self._seen.laid_out(version)
            known = state == self._looked_at
            if not known or any(one.evaluated is None for one in kept):
                self._evaluate(version, state, unseen=known)

    def _evaluate(self, version: int, state: tuple[int, str], *, unseen: bool) -> None:
        """Evaluate a version; where a list could not be, that is tried again after a rest."""
        faults = [one for one in self._evaluation.run(version, unseen=unseen) if one.fault]
        for one in faults:
            _LOG.warning("Watch-list %s: %s", one.name, one.fault)
        self._looked_at = None if faults else state
        self._rested = time.monotonic() + REST_SECONDS if faults else 0.0

    def _look(self, view: View, version: int) -> Look:
        found, _ = self._seen.placed(version)
        lines = {one.corridor_id: one.lines for one in found.network.routes}
        known = self._seen.known_months(version)
        return Look(self._seen.findings(view, version), lines, recent_from(known) if known else "")

    def _word(self, finding: Finding, watch: WatchList, version: int) -> Worded:
        marking = marking_of(finding, self._seen.series(watch.seen, version))
        return Worded(**asdict(alerted(finding, marking, watch.seen, watch.language)))
