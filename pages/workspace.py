"""The workspace as the screens see it: the ledger, and what was computed from it, each at most once per version.

``sight`` is the one way to it for every page and route: whoever asks must pass here.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from datetime import datetime
from functools import cache
from typing import Any, Generic, Literal, TypeVar

import polars as pl

from geodata.batches import Batch
from geodata.changes import Undone, undo
from geodata.facts import Facts
from geodata.guesses import Guess
from geodata.incident import is_synthetic
from geodata.ingest import Rehearsal, Step
from geodata.ledger import Ledger
from geodata.profiles import Profile
from geodata.receipts import Receipt
from geodata.register import corridor_events
from geodata.settings import Settings
from geodata.theatre import Theatre
from geodata.view import View
from layers.exports import Export
from layers.points import Keys, keys_of
from layers.snapshot import Ground, Snapshot, ground, snapshot
from layers.steps import Unit
from pages import uploads
from pages.uploads import Preview, Upload
from pages.years import last_years
from routes.comparison import Comparison, compared
from routes.corridors import Reduction
from routes.cube import Days
from routes.hotspots import HotSpots
from routes.itineraries import Directed, Routes
from routes.reduce import Evidence, reduce_incidents
from routes.support import REPLICATES
from routes.surveys import SURVEY_MONTHS, alarms_of, hot_spots, whole_months
from routes.windows import Window

SNAPSHOTS = 24
"""Snapshots kept; the least recently used goes first."""
GROUNDS = 6
"""Counts on which snapshots stand, of one View and step of time each."""
HEAD_SECONDS = 1.0
"""For so long the newest version is taken as known."""
Stage = Literal["sketch", "routed", "supported"]
Value = TypeVar("Value")
_NO_CORRIDOR = pl.lit(None, pl.String).alias("corridor")


class Kept(Generic[Value]):
    """The most recent answers by key; whoever asks for one that is being computed waits for it.

    Parameters
    ----------
    size : int
        How many answers are kept.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._values: OrderedDict[Hashable, Value] = OrderedDict()
        self._locks: dict[Hashable, threading.Lock] = {}
        self._guard = threading.Lock()

    def get(self, key: Hashable, compute: Callable[[], Value]) -> Value:
        """Return the answer for ``key``, computed at most once at a time."""
        with self._guard:
            if key in self._values:
                self._values.move_to_end(key)
                return self._values[key]
            lock = self._locks.setdefault(key, threading.Lock())
        with lock:
            with self._guard:
                if key in self._values:
                    return self._values[key]
            try:
                value = compute()
                with self._guard:
                    self._values[key] = value
                    while len(self._values) > self._size:
                        self._values.popitem(last=False)
            finally:
                with self._guard:
                    self._locks.pop(key, None)
        return value

    def ready(self, key: Hashable) -> Value | None:
        """Return the answer for ``key`` if it is kept, else None."""
        with self._guard:
            if key in self._values:
                self._values.move_to_end(key)
            return self._values.get(key)

    def values(self) -> list[Value]:
        """Return what is kept, oldest first."""
        with self._guard:
            return list(self._values.values())


class Workspace:
    """One ledger, read by version.

    Parameters
    ----------
    ledger : Ledger
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self.theatre = Theatre(ledger.home)
        self._incidents: Kept[pl.DataFrame] = Kept(2)
        self._keys: Kept[Keys] = Kept(2)
        self._evidence: Kept[Evidence] = Kept(3)
        self._reductions: Kept[Reduction] = Kept(SNAPSHOTS)
        self._routes: Kept[Routes] = Kept(2)
        self._directed: Kept[Directed] = Kept(SNAPSHOTS)
        self._changes: Kept[Comparison | None] = Kept(4)
        self._compared: Kept[Comparison] = Kept(SNAPSHOTS)
        self._alarms: Kept[list[dict[str, Any]]] = Kept(4)
        self._hot_spots: Kept[HotSpots | None] = Kept(4)
        self._grounds: Kept[Ground] = Kept(GROUNDS)
        self._snapshots: Kept[Snapshot] = Kept(SNAPSHOTS)
        self._offers: Kept[dict[str, Any]] = Kept(4)
        self._histories: Kept[list[tuple[int, Batch]]] = Kept(2)
        self._seen: tuple[float, int | None] = (-HEAD_SECONDS, None)

    def version(self) -> int | None:
        """Return the newest version of the ledger, None for an empty one; known for ``HEAD_SECONDS``."""
        at, version = self._seen
        if time.monotonic() - at >= HEAD_SECONDS:
            version = self._look()
        return version

    def _look(self) -> int | None:
        version = self._ledger.version()
        self._seen = (time.monotonic(), version)
        return version

    def incidents(self, version: int) -> pl.DataFrame:
        """Return the incidents of a version."""
        return self._incidents.get(version, lambda: self._ledger.incidents(version))

    def keyed(self, version: int) -> pl.DataFrame:
        """Return the incidents of a version with ``key``, by which a map names single ones."""
        keys = self._keys.get(version, lambda: keys_of(self.incidents(version)))
        return self.incidents(version).with_columns(pl.Series("key", keys, dtype=pl.UInt64))

    def offers(self, version: int) -> dict[str, Any]:
        """Return what the filters offer and the header says: modes, kinds, origins, sources, count, synthetic."""
        return self._offers.get(version, lambda: _offers(self.incidents(version)))

    def reduction(self, view: View, version: int, replicates: int = REPLICATES) -> Reduction:
        """Return the corridors of a View in its window; with no replicates sooner, and without their support."""
        whole = view.without_window()

        def indexed() -> Evidence:
            return Evidence(whole.select(self.incidents(version)), whole.resolution)

        def reduced() -> Reduction:
            evidence = self._evidence.get((version, whole), indexed)
            return evidence.reduce(Days.between(view.start, view.end), replicates)

        return self._reductions.get((version, view, replicates), reduced)

    def routes(self, view: View, version: int, detail: float = 0.5, facts: Facts | None = None) -> Directed:
        """Return the directed corridors of a View over all time, graded; takes many seconds the first time.

        Parameters
        ----------
        view : View
        version : int
        detail : float
        facts : Facts, optional
            To try; None takes those of the workspace.
        """
        whole, known = view.without_window(), facts or self.theatre.facts()
        key = (version, whole, known.digest)

        def laid_out() -> Routes:
            return Routes(whole.select(self.incidents(version)), known)

        return self._directed.get((*key, detail), lambda: self._routes.get(key, laid_out).reduce(detail))

    def change(self, view: View, version: int) -> Comparison | None:
        """Return what became of the directed routes of a View over the last year known; None for no incident."""
        whole = view.without_window()

        def compare() -> Comparison | None:
            incidents = whole.select(self.incidents(version))
            years = last_years(incidents)
            return compared(incidents, self.routes(whole, version), *years) if years else None

        return self._changes.get((version, whole, self.theatre.facts().digest), compare)

    def events(self) -> pl.DataFrame:
        """Return what the register says became of corridors, the latest last."""
        return corridor_events(self._ledger)

    def known_months(self, version: int) -> Window | None:
        """Return the whole months of which incidents are known, None where there are none."""
        return whole_months(self.incidents(version))

    def compared(self, view: View, version: int, before: Window, after: Window) -> Comparison:
        """Return what became of the corridors of a View, passing over its window, from one window to another."""
        whole = view.without_window()

        def told() -> Comparison:
            both = whole.select(self.incidents(version)).filter(before.holds() | after.holds())
            reduction = reduce_incidents(both, whole.resolution)
            return compared(both, reduction, before, after, resolution=whole.resolution)

        return self._compared.get((version, whole, before, after), told)

    def alarms(self, view: View, version: int) -> list[dict[str, Any]]:
        """Return every alarm of the corridors of a View over all time, the latest first."""
        whole, months = view.without_window(), self.known_months(version)

        def raised() -> list[dict[str, Any]]:
            return alarms_of(self.reduction(whole, version, 0), months) if months else []

        return self._alarms.get((version, whole), raised)

    def hot_spots(self, view: View, version: int) -> HotSpots | None:
        """Return the emerging hot spots of a View over the latest months that are known, None where there are none."""
        whole = view.without_window()

        def found() -> HotSpots | None:
            chosen = whole.select(self.incidents(version))
            months = whole_months(chosen, SURVEY_MONTHS)
            return hot_spots(chosen, months) if months else None

        return self._hot_spots.get((version, whole), found)

    def corridor_names(self, view: View, version: int) -> pl.DataFrame:
        """Return ``incident_id`` and ``corridor``, its name, of those in one: as on the map, routes if known."""
        whole = view.without_window()
        routes = self._directed.ready((version, whole, self.theatre.facts().digest, 0.5))
        graded = self._reductions.ready((version, whole, REPLICATES))
        reduction: Reduction = routes or graded or self.reduction(whole, version, 0)
        names = {corridor.corridor_id: corridor.name for corridor in reduction.corridors}
        named = pl.col("corridor_id").replace_strict(names, default=None, return_dtype=pl.String)
        assigned = reduction.assignments.select("incident_id", named.alias("corridor") if names else _NO_CORRIDOR)
        return assigned.group_by("incident_id").agg(pl.col("corridor").unique().sort().str.join("; "))

    def history(self) -> list[tuple[int, Batch]]:
        """Return every batch with the version that it made, newest first."""
        return self._histories.get(self.version(), self._ledger.history)

    def preview(self, upload: Upload) -> Preview:
        """Return what can be seen of an uploaded file before it is checked."""
        return uploads.preview(upload, self._ledger.home)

    def has_profile(self, name: str) -> bool:
        """Tell whether a profile of this name was saved."""
        return uploads.stands(name, self._ledger.home)

    def keep_profile(self, seen: Preview, guess: Guess, name: str, source: str) -> Profile:
        """Save how the columns of an uploaded file are read."""
        return uploads.kept_profile(seen, guess, name, source, self._ledger.home)

    def rehearse(self, upload: Upload, profile: Profile, step: Step) -> Rehearsal:
        """Return what taking an uploaded file in would come to."""
        return uploads.rehearsed(upload, self._ledger, profile, step)

    def take_in(self, upload: Upload, profile: Profile, step: Step, *, may_withdraw: bool) -> Receipt:
        """Take an uploaded file in; its incidents are there for the next one who looks."""
        try:
            return uploads.taken_in(upload, self._ledger, profile, step, may_withdraw=may_withdraw)
        finally:
            self._look()

    def undo(self, batch: str) -> Undone:
        """Take a batch back, as a new version."""
        try:
            return undo(self._ledger, batch)
        finally:
            self._look()

    def hexes(self, view: View, version: int, unit: Unit = "month") -> Snapshot:
        """Return what a map draws at once for a View over all time: hexes, unless more is there already."""
        kept = self._ready(view, version, unit, "supported", "routed", "sketch")
        return kept or snapshot(self._ground(view, version, unit), view.without_window(), version)

    def drawn(self, view: View, version: int, unit: Unit = "month") -> bool:
        """Tell whether lines are known: whether ``sketch`` has nothing to compute."""
        return self._ready(view, version, unit, "supported", "routed", "sketch") is not None

    def sketch(self, view: View, version: int, unit: Unit = "month") -> Snapshot:
        """Return what it draws next: ungraded ridges, unless more is there already."""
        kept = self._ready(view, version, unit, "supported", "routed")
        return kept or self._taken(view, version, "sketch", unit)

    def routed(self, view: View, version: int, unit: Unit = "month") -> Snapshot:
        """Return it with the directed routes, which take many times as long."""
        return self._taken(view, version, "routed", unit)

    def snapshot(self, view: View, version: int, unit: Unit = "month") -> Snapshot:
        """Return all that a map draws for a View over all time: routes, and ridges with their support."""
        return self._taken(view, version, "supported", unit)

    def export(self, view: View, version: int, generated: datetime) -> Export:
        """Return what an export of a View is made from: what the map draws, support included."""
        whole, incidents = view.without_window(), view.select(self.incidents(version))
        routes, ridges = self.routes(whole, version), self.reduction(whole, version)
        if not routes.movement.stretches:
            return Export(view, incidents, ridges, version, generated)
        return Export(view, incidents, routes, version, generated, ridges)

    def resource(self, name: str) -> bytes | None:
        """Return a resource of one of the kept pictures, None if none has it."""
        pictures: tuple[Snapshot | Ground, ...] = (*self._snapshots.values(), *self._grounds.values())
        found = (kept.resources[name] for kept in pictures if name in kept.resources)
        return next(found, None)

    def _ground(self, view: View, version: int, unit: Unit) -> Ground:
        whole = view.without_window()
        return self._grounds.get((version, whole, unit), lambda: ground(whole.select(self.incidents(version)), unit))

    def _ready(self, view: View, version: int, unit: Unit, *stages: Stage) -> Snapshot | None:
        kept = (self._snapshots.ready(self._key(view, version, stage, unit)) for stage in stages)
        return next(filter(None, kept), None)

    def _key(self, view: View, version: int, stage: Stage, unit: Unit) -> Hashable:
        facts = "" if stage == "sketch" else self.theatre.facts().digest
        return version, view.without_window(), stage, unit, facts

    def _taken(self, view: View, version: int, stage: Stage, unit: Unit) -> Snapshot:
        whole = view.without_window()

        def take() -> Snapshot:
            routes = None if stage == "sketch" else self.routes(whole, version)
            ridges = self.reduction(whole, version, REPLICATES if stage == "supported" else 0)
            return snapshot(self._ground(whole, version, unit), whole, version, ridges, routes)

        return self._snapshots.get(self._key(view, version, stage, unit), take)


@cache
def sight() -> Workspace:
    """Return what the one who asks may see: today, for everybody on this machine, the workspace of the installation."""
    return Workspace(Ledger(Settings().home))


def _offers(incidents: pl.DataFrame) -> dict[str, Any]:
    codes = incidents.select(pl.col("origins").list.eval(pl.element().struct.field("iso3")).explode()).to_series()
    return {
        "incidents": incidents.height,
        "synthetic": is_synthetic(incidents),
        "modes": sorted(incidents["mode"].drop_nulls().unique()),
        "kinds": sorted(incidents["kind"].drop_nulls().unique()),
        "origins": sorted(codes.drop_nulls().unique()),
        "sources": sorted(incidents["source"].drop_nulls().unique()),
    }
