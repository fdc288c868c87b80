"""Findings made by hand, and a workspace that is evaluated on them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from desk.state import engine
from desk.watch.alerts import Alerts, Worded
from desk.watch.evaluation import Evaluated, Evaluation, Look
from desk.watch.model import WatchList, watch_list
from desk.watch.outbox import Message, NotDelivered, Outbox
from desk.watch.store import Kept, Watches
from geodata.model.query import View
from routes.temporal.findings import Finding
from tests.layers.payload.test_changes import finding as a_finding

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
LAMPEDUSA = [[10.0, 34.0], [13.0, 34.0], [13.0, 36.0], [10.0, 36.0]]


@pytest.fixture
def found() -> Callable[..., Finding]:
    """Return a maker of findings: a clear rise from Sfax to Lampedusa, unless something else is said."""

    def made(**special: Any) -> Finding:
        told = {"direction": "more", "rate": 14.2, "usual": 2.0, "incidents": 40, **special}
        node, since = told.get("node_id", "sea-route"), told.get("since", "2025-04")
        return a_finding(finding_id=f"{node}:{told['direction']}:{since}", **told)

    return made


@dataclass
class Desk:
    """A workspace with watch-lists; ``versions`` holds what was found in each, ``sent`` what left."""

    home: Path
    versions: dict[int, list[Finding]] = field(default_factory=dict)
    recent_from: str = "2024-12"
    sent: list[Message] = field(default_factory=list)
    fault: str = ""
    looked: list[tuple[View, int]] = field(default_factory=list)

    def watch(self, name: str = "Sicily", version: int | None = None, **said: Any) -> Kept:
        """Make a watch-list."""
        return Watches(self.home).new(self.list_of(name, **said), "analyst", version)[0]

    @staticmethod
    def list_of(name: str = "Sicily", **said: Any) -> WatchList:
        """Return a watch-list that goes to a webhook."""
        return watch_list({"name": name, "channel": "webhook", "address": "https://desk.example.org/in"} | said)

    def evaluate(self, version: int, now: datetime = NOON) -> list[Evaluated]:
        """Look through a version as a program does that has just been started."""
        return Evaluation(self.home, self._look, self._word).run(version, now)

    def new(self, version: int, now: datetime = NOON) -> list[str]:
        """Evaluate a version; return the names of the places of which something is new, for every watch-list."""
        ids = [alert_id for one in self.evaluate(version, now) for alert_id in one.new]
        return [alert.name for alert in Alerts(self.home).by_id(ids)]

    def send(self, now: datetime = NOON) -> list[str]:
        """Send what is due; return the states of the messages that were looked at."""
        return [one.state for one in Outbox(self.home, self).send_due(now)]

    def deliver(self, message: Message) -> None:
        """Take a message, or fail as is wished."""
        self.sent.append(message)
        if self.fault:
            raise NotDelivered(self.fault, rule="it must arrive", done="it is tried again")

    def _look(self, view: View, version: int) -> Look:
        self.looked.append((view, version))
        lines = {"sea-route": [np.array([[10.7, 34.7], [12.6, 35.5]])]}
        return Look(self.versions.get(version, []), lines, self.recent_from)

    @staticmethod
    def _word(finding: Finding, _: WatchList, __: int) -> Worded:
        return Worded(
            f"{finding.name}: {finding.verdict}", "More than usual.", "/?lat=35&lon=12&z=6", "Show on the map"
        )


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    yield Desk(tmp_path)
    engine(tmp_path).dispose()
