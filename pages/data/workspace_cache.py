"""The workspace as the screens see it: the ledger, and what was computed from it, each at most once per version.

``sight`` is the one way to it for every page and route: whoever asks must pass here.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from datetime import datetime
from functools import cache
from typing import Any, Generic, TypeVar

import polars as pl

from geodata.core.audit import Audit
from geodata.core.errors import RoutesError, WrongValue
from geodata.core.handling import highest
from geodata.core.settings import Settings
from geodata.ingest.pipeline import Rehearsal, Step
from geodata.ingest.receipt import Receipt
from geodata.ingest.waiting import Waiting, waiting
from geodata.ledger.batch import Batch
from geodata.ledger.corridor_registry import corridor_events
from geodata.ledger.mapped_words import map_word
from geodata.ledger.store import Ledger
from geodata.ledger.version_diff import Undone, undo
from geodata.ledger.withdrawal import withdraw
from geodata.mapping.column_inference import Guess
from geodata.mapping.profiles import Profile, credits_of
from geodata.model.assumptions import Facts
from geodata.model.incident import empty, is_synthetic
from geodata.model.query import View
from geodata.model.reporting import Editions
from geodata.model.source_words import unknown_words
from geodata.parsing.value_words import VALUES, keep_word
from geodata.places.lookup import country_name
from geodata.workspace.editions import editions_of
from geodata.workspace.network_store import Networks
from geodata.workspace.soundness import damage
from layers.audience.audiences import Audience
from layers.export.area import Area, area_asked, known_routes
from layers.export.contents import Export
from layers.export.making import Asked, Known, made, touching, within_area
from layers.export.records import keep as keep_record
from layers.export.records import record_of
from layers.from_workspace import read_since
from layers.payload.incident_points import Keys, keys_of
from layers.payload.snapshot import Ground, Snapshot, ground, snapshot
from layers.payload.time_steps import Unit
from layers.reports.since import Since
from pages.data import uploads
from pages.data.by_hand import PROFILE, Entry, entered
from pages.data.network_builder import Builder
from pages.data.uploads import Preview, Upload
from pages.data.who import in_their_name, whoever
from pages.presenters.headline import Headline
from pages.presenters.route_profile import heirs, manners
from pages.presenters.window_choice import against
from routes.core.corridor import METHOD_VERSION
from routes.pipelines.counting import Directed, counted_on, placed
from routes.pipelines.flow_network import network
from routes.pipelines.kept_network import Standing, kept, renamed, standing
from routes.temporal.comparison import Comparison, compared
from routes.temporal.emerging_hotspots import HotSpots
from routes.temporal.findings import Finding, findings_of
from routes.temporal.hotspot_survey import SURVEY_MONTHS, hot_spots, whole_months
from routes.temporal.series import Series, series_of
from routes.temporal.time_windows import Window

SNAPSHOTS = 24
"""Snapshots kept; the least recently used goes first."""
GROUNDS = 6
"""Counts on which snapshots stand, of one View and step of time each."""
HEAD_SECONDS = 1.0
"""For so long the newest version is taken as known."""
_MOST_MANNERS = 60
"""Modi operandi that the bar offers, the most frequent."""
Value = TypeVar("Value")


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

    def clear(self) -> None:
        """Keep nothing of what is kept."""
        with self._guard:
            self._values.clear()

    def values(self) -> list[Value]:
        """Return what is kept, oldest first."""
        with self._guard:
            return list(self._values.values())


class Workspace:
    """One ledger, read by version, and the network that stands on it.

    Parameters
    ----------
    ledger : Ledger
    builder : Builder, optional
        Lays out networks in a process of its own; without one, whoever asks first does it and waits.
    """

    def __init__(self, ledger: Ledger, builder: Builder | None = None) -> None:
        self._ledger = ledger
        self.home = ledger.home
        self.builder = builder
        self._networks = Networks(ledger)
        self.assumptions = self._networks.assumptions
        self._incidents: Kept[pl.DataFrame] = Kept(2)
        self._keys: Kept[Keys] = Kept(2)
        self._heirs: Kept[dict[str, str]] = Kept(2)
        self._in_area: Kept[pl.Series] = Kept(8)
        self._linked: Kept[pl.DataFrame] = Kept(2)
        self._standing: Kept[Standing] = Kept(3)
        self._placed: Kept[pl.DataFrame] = Kept(3)
        self._directed: Kept[Directed] = Kept(8)
        self._compared: Kept[Comparison] = Kept(8)
        self._editions: Kept[Editions] = Kept(2)
        self._series: Kept[Series] = Kept(4)
        self._findings: Kept[list[Finding]] = Kept(8)
        self._hot_spots: Kept[HotSpots | None] = Kept(4)
        self._grounds: Kept[Ground] = Kept(GROUNDS)
        self._snapshots: Kept[Snapshot] = Kept(SNAPSHOTS)
        self._offers: Kept[dict[str, Any]] = Kept(4)
        self._histories: Kept[list[tuple[int, Batch]]] = Kept(2)
        self._renamed = 0
        self._seen: tuple[float, int | None] = (-HEAD_SECONDS, None)
        self._identity = ""
        self._damaged: tuple[float, list[str]] = (-HEAD_SECONDS, [])

    def version(self) -> int | None:
        """Return the newest version of the ledger, None for an empty one; known for ``HEAD_SECONDS``."""
        at, version = self._seen
        if time.monotonic() - at >= HEAD_SECONDS:
            version = self._look()
        return version

    def _look(self) -> int | None:
        version, identity = self._ledger.head()
        if identity != self._identity and self._identity:  # purged: nothing that was read before is shown
            self._clear()
        self._identity = identity
        self._seen = (time.monotonic(), version)
        return version

    def _clear(self) -> None:
        """Keep nothing of what was computed."""
        for part in vars(self).values():
            if isinstance(part, Kept):
                part.clear()

    def damage(self) -> list[str]:
        """Return what of the newest version cannot be shown, a sentence a file; known for ``HEAD_SECONDS``."""
        at, said = self._damaged
        if time.monotonic() - at >= HEAD_SECONDS:
            before, said = said, damage(self._ledger)
            if set(before) - set(said):  # put back: what was computed without it is computed anew
                self._clear()
            self._damaged = (time.monotonic(), said)
        return said

    def incidents(self, version: int) -> pl.DataFrame:
        """Return the incidents of a version."""
        return self._incidents.get(version, lambda: self._ledger.incidents(version))

    def linked(self, version: int) -> pl.DataFrame:
        """Return the reports that are counted with another one: ``incident_id``, ``counted_with``."""
        return self._linked.get(version, lambda: self._ledger.linked(version))

    def keyed(self, version: int) -> pl.DataFrame:
        """Return the incidents of a version with ``key``, by which a map names single ones."""
        keys = self._keys.get(version, lambda: keys_of(self.incidents(version)))
        return self.incidents(version).with_columns(pl.Series("key", keys, dtype=pl.UInt64))

    def offers(self, version: int) -> dict[str, Any]:
        """Return what the bar offers and the header says: modes, kinds, origins, sources, areas, count, synthetic."""
        try:
            found = self.ready(version)
        except RoutesError:  # of assumptions that cannot be read the page tells
            found = None
        key = found.key if found else None
        return self._offers.get((version, key), lambda: _offers(self.incidents(version)) | {"areas": _areas(found)})

    def ready(self, version: int, facts: Facts | None = None) -> Standing | None:
        """Return the network for a version if there is one at once: that of the version, else the nearest that is kept.

        If that is an older one, the network is laid out anew beside it, and is there for the next one who looks.
        """
        known = facts or self.assumptions.facts()
        wanted = self._networks.state(version, known.digest, METHOD_VERSION)
        state = self._networks.nearest(wanted)
        if state is None:
            return self._standing.ready((version, known.digest))
        if state.version < version and self.builder is not None and version == self.version():
            self.builder.begin(version, known.digest)
        found = self._standing.ready((state.version, known.digest))
        if found is None and (read := kept(self._networks, state.version, known)):
            found = self._standing.get((read.version, known.digest), lambda: read)
        return found

    def network(self, version: int, facts: Facts | None = None) -> Standing:
        """Return the network for a version; where none is kept, it is laid out now, which takes many seconds.

        Parameters
        ----------
        version : int
        facts : Facts, optional
            To try, kept nowhere; None takes those of the workspace.
        """
        found = self.ready(version, facts)
        if found is not None:
            return found
        known = facts or self.assumptions.facts()
        trial = known.digest != self.assumptions.facts().digest

        def laid_out() -> Standing:
            if trial:
                return Standing(network(self.incidents(version), known), version, known.digest)
            if self.builder is not None:
                self.builder.begin(version, known.digest, at_once=True)
                self.builder.wait()
                if built := kept(self._networks, version, known):
                    return built
            newest = version == self.version()
            return standing(self._networks, self.incidents(version), version, known, newest=newest)

        return self._standing.get((version, known.digest), laid_out)

    def placed(self, version: int, facts: Facts | None = None) -> tuple[Standing, pl.DataFrame]:
        """Return the network for a version, and its incidents with where each lies on it."""
        found = self.network(version, facts)
        return found, self._placed.get((version, found.key), lambda: placed(found.network, self.incidents(version)))

    def selected(self, view: View, version: int, rows: pl.DataFrame | None = None) -> pl.DataFrame:
        """Return the incidents that a View asks for, in its area too.

        Parameters
        ----------
        view : View
        version : int
        rows : DataFrame, optional
            Of which they are taken: incidents of the version, with whatever columns; None for those of the ledger.

        Raises
        ------
        WrongValue
            If there is no such area.
        """
        given = self.incidents(version) if rows is None else rows
        chosen = view.everywhere().select(given)
        return self._held(view, version, chosen) if view.area else chosen

    def reached(self, view: View, version: int, rows: pl.DataFrame | None = None) -> pl.DataFrame:
        """Return the same, and those that began before the window and last into it."""
        chosen = view.everywhere().reached(self.incidents(version) if rows is None else rows)
        return self._held(view, version, chosen) if view.area else chosen

    def _held(self, view: View, version: int, rows: pl.DataFrame) -> pl.DataFrame:
        """Return those that lie in the area of a View."""
        found, every = self.placed(version)

        def inside() -> pl.Series:
            return within_area(every, self.area(view, version), found.network)["incident_id"]

        ids = self._in_area.get((version, found.key, view.area), inside)
        return rows.filter(pl.col("incident_id").is_in(ids.implode()))

    def of_route(self, corridor_id: str, version: int, rows: pl.DataFrame) -> pl.DataFrame:
        """Return those of some incidents that lie in the corridor of a route."""
        _, every = self.placed(version)
        return rows.join(every.filter(pl.col("corridor_id") == corridor_id), on="incident_id", how="semi")

    def area(self, view: View, version: int) -> Area:
        """Return the area of a View, or refuse one that there is not."""
        return area_asked(view.area, self.network(version).network.routes if view.area else ())

    def routes(self, view: View, version: int, detail: float = 1.0, facts: Facts | None = None) -> Directed:
        """Return what the incidents of a View come to on the network, over all time.

        Parameters
        ----------
        view : View
        version : int
        detail : float
        facts : Facts, optional
            To try; None takes those of the workspace.
        """
        return self._counted(view.without_window(), version, detail, facts)

    def counts(self, view: View, version: int) -> dict[str, int]:
        """Return how many incidents of a View, its window too, lie in the corridor of each route."""
        _, every = self.placed(version)
        inside = self.selected(view, version, every)
        return dict(inside["corridor_id"].drop_nulls().value_counts().iter_rows())

    def _counted(self, view: View, version: int, detail: float = 1.0, facts: Facts | None = None) -> Directed:
        found, every = self.placed(version, facts)
        known = facts or self.assumptions.facts()

        def told() -> Directed:
            chosen, area = self.selected(view, version, every), self.area(view, version)
            return touching(area, counted_on(found.network, chosen, known, detail, view.modes))

        return self._directed.get((version, found.key, view, detail), told)

    def laid_out(self, version: int) -> str:
        """Return what tells the network that is shown for a version from any other; "" while there is none."""
        found = self.ready(version)
        names = f"-{self._renamed}" if self._renamed else ""
        return "" if found is None else f"{found.version}-{found.facts[:8]}{names}"

    def rename(self, corridor_id: str, name: str, purpose: str = "") -> str:
        """Give a route the name that an analyst uses, everywhere and over rebuilds; return it.

        Raises
        ------
        NotAllowed
            If who asks may not.
        WrongValue
            If there is no such route, the name does not fit, or the network of the newest incidents is not there yet.
        NotRecorded
            If it cannot be entered in the audit; then nothing is renamed.
        """
        with in_their_name("assume") as person:
            version = self.version()
            if version is None:
                raise WrongValue("the workspace is empty", rule="a route needs incidents", done="nothing was renamed")
            known = self.assumptions.facts()
            routes = self.network(version).network.routes
            before = next((route.name for route in routes if route.corridor_id == corridor_id), "")
            Audit(self.home).enter(person.name, "rename", corridor_id, purpose, before=before, name=name)
            made = renamed(self._networks, version, known, corridor_id, name)
        self._renamed += 1
        for kept_ in vars(self).values():  # whatever bears names is told anew
            if isinstance(kept_, Kept) and kept_ not in (self._incidents, self._keys, self._linked):
                kept_.clear()
        return next(route.name for route in made.network.routes if route.corridor_id == corridor_id)

    def change(self, view: View, version: int) -> Comparison | None:
        """Return what became of the routes of a View in its window, against the time before; None for no incident."""
        spans = against(view, self.known_months(version))
        return self.compared(view, version, spans.before, spans.after) if spans else None

    def headline(self, view: View, version: int) -> Headline:
        """Return how many incidents a View holds, and what became of them since the time that it is compared with."""
        incidents = self.reached(view, version).height
        spans = against(view, self.known_months(version))
        if spans is None or (spans.after.start, spans.after.end) != (view.start, view.end):
            return Headline(incidents)
        earlier = view.model_copy(update={"start": spans.before.start, "end": spans.before.end})
        found = self.compared(view, version, spans.before, spans.after)
        change = next((one.change for one in found.above if one.level == "all"), None)
        return Headline(incidents, self.reached(earlier, version).height, spans, change)

    def heirs(self, version: int) -> dict[str, str]:
        """Return the route into which each one that is no more was merged, by their ids."""
        return self._heirs.get(self.laid_out(version), lambda: heirs(self.events()))

    def events(self) -> pl.DataFrame:
        """Return what the register says became of corridors, the latest last."""
        return corridor_events(self._ledger)

    def known_months(self, version: int | None) -> Window | None:
        """Return the whole months of which incidents are known, None where there are none."""
        return None if version is None else whole_months(self.incidents(version))

    def compared(self, view: View, version: int, before: Window, after: Window) -> Comparison:
        """Return what became of the routes of a View, passing over its window, from one window to another."""
        whole = view.without_window()
        found, _ = self.placed(version)

        def told() -> Comparison:
            return compared(self.series(whole, version), self.routes(whole, version).corridors, before, after)

        return self._compared.get((version, found.key, whole, before, after), told)

    def series(self, view: View, version: int) -> Series:
        """Return the incidents of a View over all time by node, by what delivers them and by month."""
        whole = view.without_window()
        found, every = self.placed(version)
        editions = self._editions.get(version, lambda: editions_of(self._ledger, self.incidents(version), version))
        chosen = self.selected(whole, version, every)
        return self._series.get((version, found.key, whole), lambda: series_of(found.network, chosen, editions))

    def findings(self, view: View, version: int) -> list[Finding]:
        """Return every change of a View over all time as it could be known, the latest first."""
        whole = view.without_window()
        found, _ = self.placed(version)
        return self._findings.get(
            (version, found.key, whole), lambda: findings_of(self.series(whole, version), found.network.routes)
        )

    def hot_spots(self, view: View, version: int) -> HotSpots | None:
        """Return the emerging hot spots of a View over the latest months that are known, None where there are none."""
        whole = view.without_window()

        def found() -> HotSpots | None:
            chosen = self.selected(whole, version)
            months = whole_months(chosen, SURVEY_MONTHS)
            return hot_spots(chosen, months) if months else None

        return self._hot_spots.get((version, whole), found)

    def corridor_names(self, view: View, version: int) -> pl.DataFrame:
        """Return ``incident_id`` and ``corridor``, the name of the route in whose corridor it lies, of those in one."""
        found, every = self.placed(version)
        names = {route.corridor_id: route.name for route in found.network.routes}
        named = pl.col("corridor_id").replace_strict(names, return_dtype=pl.String).alias("corridor")
        inside = self.selected(view.without_window(), version, every)
        return inside.drop_nulls("corridor_id").select("incident_id", named)

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
        with in_their_name("take in"):
            return uploads.kept_profile(seen, guess, name, source, self._ledger.home)

    def keep_word(self, field: str, word: str, value: str) -> None:
        """Map a word of a source from now on."""
        with in_their_name("take in"):
            keep_word(self.home, field, word, value)

    def map_word(self, field: str, word: str, value: str) -> int:
        """Map a word of a source, and read the incidents that bear it again; return how many these are."""
        try:
            with in_their_name("take in"):
                keep_word(self.home, field, word, value)
                return map_word(self._ledger, field, word, value).updated
        finally:
            self._look()

    def unknown_words(self, version: int) -> pl.DataFrame:
        """Return the words for kinds and modes that no map knows: ``field``, ``text``, ``rows``."""
        words = unknown_words(self.incidents(version))
        return words.filter(pl.col("field").is_in(list(VALUES)))

    def waiting(self) -> list[Waiting]:
        """Return the rows that wait to be placed by hand."""
        return waiting(self._ledger)

    def rehearse(self, upload: Upload, profile: Profile, step: Step) -> Rehearsal:
        """Return what taking an uploaded file in would come to."""
        return uploads.rehearsed(upload, self._ledger, profile, step)

    def take_in(self, upload: Upload, profile: Profile, step: Step, *, may_withdraw: bool) -> Receipt:
        """Take an uploaded file in; its incidents are there for the next one who looks."""
        try:
            with in_their_name("take in"):
                return uploads.taken_in(upload, self._ledger, profile, step, may_withdraw=may_withdraw)
        finally:
            self._look()

    def by_hand(self, *, everybody: bool) -> pl.DataFrame:
        """Return the incidents that were entered by hand: by who asks, or by anybody."""
        version = self.version()
        if version is None:
            return empty()
        return entered(self.incidents(version), self.history(), None if everybody else whoever().name)

    def withdraw(self, entry: Entry) -> Batch:
        """Withdraw an incident that was entered by hand, as a new version."""
        try:
            with in_their_name("take in"):
                return withdraw(self._ledger, entry.incident_id, f"{entry.record}.ndjson", PROFILE)
        finally:
            self._look()

    def undo(self, batch: str) -> Undone:
        """Take a batch back, as a new version."""
        try:
            with in_their_name("undo"):
                return undo(self._ledger, batch)
        finally:
            self._look()

    def hexes(self, view: View, version: int, unit: Unit = "month") -> Snapshot:
        """Return what a map draws at once for a View over all time: all of it, or hexes while no network is there."""
        if self.ready(version) is not None:
            return self.snapshot(view, version, unit)
        return snapshot(self._ground(view, version, unit), view.without_window(), version)

    def snapshot(self, view: View, version: int, unit: Unit = "month") -> Snapshot:
        """Return all that a map draws for a View over all time."""
        whole = view.without_window()
        found, _ = self.placed(version)

        def take() -> Snapshot:
            return snapshot(self._ground(whole, version, unit), whole, version, self.routes(whole, version))

        return self._snapshots.get((version, found.key, whole, unit), take)

    def export(self, asked: Asked, version: int, generated: datetime) -> Export:
        """Return what is exported: the routes of the map, counted in the window and area that are asked for."""
        found, every = self.placed(version)
        whole = asked.view.without_window()

        def changes(allowed: pl.DataFrame) -> tuple[Sequence[Finding], str]:
            if not asked.audience.sees_all:  # of changes nothing is told beyond the own organisation
                return (), self.series(whole, version).horizon
            if allowed.height == self.selected(whole, version, every).height:
                return self.findings(whole, version), self.series(whole, version).horizon
            series = series_of(found.network, allowed, editions_of(self._ledger, self.incidents(version), version))
            return findings_of(series, found.network.routes), series.horizon

        known = Known(version, found.network, every, self.assumptions.facts(), changes, credits_of)
        return made(asked, known, generated)

    def since(self, asked: Asked, before: int, after: int) -> Since:
        """Return what changed of what is asked for between two versions of the ledger."""
        return read_since(asked, self._ledger, before, after, self.network(after))

    def record(self, export: Export, name: str, content: bytes, audience: Audience, purpose: str) -> None:
        """Keep a record of a file that leaves."""
        person = whoever()
        keep_record(record_of(export, name, content, person.name, audience), self._ledger.home, purpose)

    def resource(self, name: str) -> bytes | None:
        """Return a resource of one of the kept pictures, None if none has it."""
        pictures: tuple[Snapshot | Ground, ...] = (*self._snapshots.values(), *self._grounds.values())
        found = (kept.resources[name] for kept in pictures if name in kept.resources)
        return next(found, None)

    def _ground(self, view: View, version: int, unit: Unit) -> Ground:
        whole = view.without_window()
        return self._grounds.get((version, whole, unit), lambda: ground(self.selected(whole, version), unit))


@cache
def sight() -> Workspace:
    """Return what the one who asks may see: today, for everybody on this machine, the workspace of the installation."""
    return Workspace(Ledger(Settings().home))


def _areas(found: Standing | None) -> list[str]:
    """Return the areas of a network, as ``View.area`` spells them: known routes, countries, and pairs of them."""
    if found is None:
        return []
    routes = [one for one in found.network.routes if one.countries]
    countries = sorted({country.iso3 for one in routes for country in one.countries}, key=country_name)
    ends = [(one.countries[0].iso3, one.countries[-1].iso3) for one in routes]
    pairs = sorted({",".join(pair) for pair in ends if pair[0] != pair[1]}, key=lambda pair: country_name(pair[:3]))
    return [*known_routes(found.network.routes), *countries, *pairs]


def _offers(incidents: pl.DataFrame) -> dict[str, Any]:
    codes = incidents.select(pl.col("origins").list.eval(pl.element().struct.field("iso3")).explode()).to_series()
    return {
        "incidents": incidents.height,
        "synthetic": is_synthetic(incidents),
        "marking": highest(incidents["handling"].drop_nulls().unique()),
        "modes": sorted(incidents["mode"].drop_nulls().unique()),
        "kinds": sorted(incidents["kind"].drop_nulls().unique()),
        "origins": sorted(codes.drop_nulls().unique()),
        "sources": sorted(incidents["source"].drop_nulls().unique()),
        "manners": [words for words, _ in manners(incidents)[:_MOST_MANNERS]],
    }
