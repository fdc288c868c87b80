"""Pulls: sources on the network, each asked on its schedule, its body taken in if it changed.

What is known of a source stands in the workspace, ``pulls/<name>.json``, and survives a restart. It is written after
the batch stands: who dies in between asks again and takes the same body again, which adds nothing. A body of which
nothing could be taken leaves no trace that it is known, so that it is asked for again.
"""

from __future__ import annotations

import hashlib
import json
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from threading import Event
from typing import Any, Literal

from geodata.core.atomic_write import whole
from geodata.core.errors import RoutesError
from geodata.core.staging import room, unwritable
from geodata.feeds.config import Source
from geodata.feeds.http_client import MOST_PATIENT, Unfetched, Validators, fetch
from geodata.ingest.receipt import Receipt, receive
from geodata.ledger.batch import now_rfc3339
from geodata.ledger.store import Ledger

FOLDER = "pulls"
FIRST_WAIT = 60.0
"""Seconds to the second try after a first failure; it doubles with each failure more."""
LONGEST_WAIT = 3600.0
"""Seconds between two tries of a source that fails, unless its schedule is slower."""

Outcome = Literal["taken", "unchanged", "refused", "postponed", "failed"]


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of a source between two pulls.

    Attributes
    ----------
    url, etag, last_modified, sha256 : str
        Of the last body taken in.
    due : float, seconds since 1970
        When it is asked next.
    failures : int
        Since it last went well.
    outcome, at, error : str
        Of the last pull; RFC 3339, UTC; one sentence.
    """

    url: str = ""
    etag: str = ""
    last_modified: str = ""
    sha256: str = ""
    due: float = 0.0
    failures: int = 0
    outcome: str = ""
    at: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class Pulled:
    """What became of one pull; ``receipt`` where there was a body."""

    source: str
    outcome: Outcome
    error: str = ""
    receipt: Receipt | None = None

    def report(self) -> dict[str, Any]:
        """Return it as JSON holds it."""
        found = {"source": self.source, "outcome": self.outcome, "error": self.error}
        return found if self.receipt is None else found | {"file": self.receipt.report()}


class Puller:
    """The sources of a workspace.

    Parameters
    ----------
    sources : tuple of Source
    ledger : Ledger
    clock : callable
        Seconds since 1970.
    chance : callable
        Number in [0, 1): spreads the tries of many who were turned away at the same time.
    """

    def __init__(
        self,
        sources: tuple[Source, ...],
        ledger: Ledger,
        clock: Callable[[], float] = time.time,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.sources = sources
        self._ledger = ledger
        self._clock = clock
        self._chance = chance
        self._due: dict[str, float] = {}

    def standing(self, source: Source) -> Standing:
        """Return what is known of a source; nothing if its address is another one now."""
        try:
            known = json.loads(self._path(source).read_text(encoding="utf-8"))
            standing = Standing(**known)
        except (OSError, ValueError, TypeError):
            return Standing(url=source.url)
        return standing if standing.url == source.url else Standing(url=source.url)

    def wait(self) -> float:
        """Return the seconds until the next source is due, 0 if one is."""
        return max(0.0, min(self._due_at(source) for source in self.sources) - self._clock())

    def due(self) -> list[Source]:
        """Return the sources that are to be asked now."""
        return [source for source in self.sources if self._due_at(source) <= self._clock()]

    def pull(self, source: Source) -> Pulled:
        """Ask a source once, take its body in if it is a new one, and remember when to ask again."""
        standing = self.standing(source)
        wait, known = 0.0, standing
        try:
            pulled, known = self._pulled(source, standing)
        except RoutesError as error:
            pulled = Pulled(source.name, "failed", str(error))
            wait = error.wait if isinstance(error, Unfetched) else 0.0
        except OSError as error:
            pulled = Pulled(source.name, "failed", str(unwritable(self._ledger.home, error)))
        failed = pulled.outcome in ("failed", "postponed")
        failures = standing.failures + 1 if failed else 0
        pause = max(wait, self._back_off(source, failures)) if failed else float(source.every)
        self._due[source.name] = due = self._clock() + pause
        said = {"outcome": pulled.outcome, "error": pulled.error, "at": now_rfc3339()}
        return self._remember(source, replace(known, due=due, failures=failures, **said), pulled)

    def _pulled(self, source: Source, standing: Standing) -> tuple[Pulled, Standing]:
        with room(self._ledger.home) as folder:
            body = folder / source.file_name
            found = fetch(source, Validators(standing.etag, standing.last_modified), body)
            if found is None:
                return Pulled(source.name, "unchanged"), standing
            digest = _sha256(body)
            fresh = replace(standing, etag=found.etag, last_modified=found.last_modified, sha256=digest)
            if digest == standing.sha256:
                return Pulled(source.name, "unchanged"), fresh
            receipt = receive(body, self._ledger, "part")
        pulled = Pulled(source.name, receipt.outcome, receipt.error, receipt)
        return pulled, fresh if receipt.outcome == "taken" else Standing(url=source.url)

    def _due_at(self, source: Source) -> float:
        """Return when a source is asked next; a clock that was set back puts it off for no longer than a wait lasts."""
        due = max(self.standing(source).due, self._due.get(source.name, 0.0))
        return due if due <= self._clock() + max(source.every, MOST_PATIENT) else 0.0

    def _back_off(self, source: Source, failures: int) -> float:
        """Return the seconds to the next try: doubled with each failure, and half of it left to chance."""
        longest = max(float(source.every), LONGEST_WAIT)
        return min(FIRST_WAIT * 2.0 ** min(failures - 1, 20), longest) * (0.5 + self._chance() / 2)

    def _remember(self, source: Source, known: Standing, pulled: Pulled) -> Pulled:
        path = self._path(source)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with whole(path, proven=True) as part:
                part.write_text(json.dumps(asdict(known), indent=1), encoding="utf-8")
        except OSError as error:
            said = str(unwritable(self._ledger.home, error))
            return replace(pulled, outcome="failed", error=pulled.error or said)
        return pulled

    def _path(self, source: Source) -> Path:
        return self._ledger.home / FOLDER / f"{source.name}.json"


def pull(puller: Puller, stop: Event, *, once: bool = False) -> Iterator[Pulled]:
    """Give what becomes of each pull, until ``stop`` is set: then the source in hand is finished.

    Parameters
    ----------
    puller : Puller
    stop : Event
    once : bool
        Ask every source that is due, once, and end.
    """
    while not stop.is_set():
        for source in puller.due():
            if stop.is_set():
                return
            yield puller.pull(source)
        if once or stop.wait(max(puller.wait(), 1.0)):
            return


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
