"""NETWORKS: what was laid out from the incidents of a workspace, kept beside the ledger, each whole or not at all.

Every network is a folder of its own under ``network/``, named by the state of the data: the ledger and its version, the
assumptions and the method. It is written aside and moved into its place in one step; the digest of each file stands in
its record, so that a damaged one is found, said and left aside, and never served.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from geodata.core.atomic_write import system_errors
from geodata.core.errors import RoutesError
from geodata.core.file_lock import exclusive_lock
from geodata.ledger.corridor_registry import register, registered
from geodata.ledger.linked_reports import TABLE as LINKS
from geodata.ledger.store import Ledger, UnwritableLedger
from geodata.workspace.assumptions_store import AssumptionsStore

FOLDER = "network"
RECORD = "record.json"
KEPT = 3
"""Networks that stay; the oldest versions of the ledger go first."""
_LOG = logging.getLogger(__name__)


class DamagedNetwork(RoutesError):
    """A kept network is not as it was written."""


@dataclass(frozen=True, order=True, slots=True)
class State:
    """The state of the data that a network was laid out from.

    Attributes
    ----------
    version : int
        Of the ledger.
    ledger : str
        What tells this ledger from another one in the same place.
    facts : str
        Digest of the assumptions.
    method : str
    """

    version: int
    ledger: str
    facts: str
    method: str

    @property
    def name(self) -> str:
        """Return the name of its folder."""
        told = f"{self.ledger} {self.facts} {self.method}"
        return f"v{self.version:08d}-{hashlib.blake2b(told.encode(), digest_size=8).hexdigest()}"


@dataclass(frozen=True, slots=True)
class Kept:
    """A network that is kept: its state, its record and its tables."""

    state: State
    record: Mapping[str, Any]
    tables: Mapping[str, pl.DataFrame]


class Networks:
    """The networks of one workspace, with all that is needed to lay one out.

    Parameters
    ----------
    ledger : Ledger
    """

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.assumptions = AssumptionsStore(ledger.home)
        self._folder = ledger.home / FOLDER

    def state(self, version: int, facts: str, method: str) -> State:
        """Return the state of the data at a version of the ledger, with some assumptions and a method."""
        return State(version, self.ledger.identity(), facts, method)

    def nearest(self, wanted: State) -> State | None:
        """Return the state, of the same ledger, assumptions and method, of the kept network nearest to one.

        That is the newest version that is no newer, else the oldest.
        """
        states = sorted(one for one in self._states() if (one.ledger, one.facts, one.method) == _of(wanted))
        older = [one for one in states if one.version <= wanted.version]
        return older[-1] if older else next(iter(states), None)

    def read(self, state: State) -> Kept | None:
        """Return a kept network, None where it is not kept or is damaged, which is said in the log."""
        try:
            return self._read(state)
        except DamagedNetwork as error:
            _LOG.warning("%s", error)
            with suppress(OSError):
                shutil.rmtree(self._folder / state.name)
            return None

    def faults(self) -> list[str]:
        """Return which kept networks are not as they were written, a sentence each."""
        told = {state.name: state for state in self._states()}
        return [
            f"Network {FOLDER}/{folder.name} is damaged: nothing is lost, it is laid out anew when next asked for."
            for folder in sorted(self._folder.glob("v*"))
            if not self._is_whole(folder, told.get(folder.name))
        ]

    def _is_whole(self, folder: Path, state: State | None) -> bool:
        """Tell whether a kept network is as it was written, to the byte."""
        try:
            kept = None if state is None else self._read(state)
            text = (folder / RECORD).read_text(encoding="utf-8")
            return kept is not None and text == _record_of(json.loads(text))
        except (DamagedNetwork, OSError, ValueError):
            return False

    def _read(self, state: State) -> Kept | None:
        folder = self._folder / state.name
        try:
            text = (folder / RECORD).read_bytes()
        except OSError:
            return None
        try:
            whole = json.loads(text)
            record = whole["network"]
            _alike(whole["state"], _plain(state), RECORD)
            _alike(whole["sha256"], _digest(json.dumps(record, ensure_ascii=False).encode()), RECORD)
            tables = {}
            for name, digest in whole["tables"].items():
                content = (folder / f"{name}.parquet").read_bytes()
                _alike(digest, _digest(content), name)
                tables[name] = pl.read_parquet(content)
        except (OSError, ValueError, KeyError, TypeError, pl.exceptions.PolarsError) as error:
            raise DamagedNetwork(
                f"the kept network is damaged ({error})",
                rule="its files must be as they were written",
                done="it was taken away, and is laid out anew",
                where=str(folder),
            ) from None
        return Kept(state, record, tables)

    def keep(self, state: State, record: Mapping[str, Any], tables: Mapping[str, pl.DataFrame]) -> None:
        """Keep a network in place of the oldest.

        Raises
        ------
        UnwritableLedger
            If the workspace does not take it, or its ledger is damaged; nothing is kept then.
        """
        self.ledger.require_sound("incidents", LINKS)
        part = self._folder / f".{os.urandom(8).hex()}.part"
        try:
            with system_errors():
                part.mkdir(parents=True)
                digests = {}
                for name, table in tables.items():
                    path = part / f"{name}.parquet"
                    table.write_parquet(path)
                    digests[name] = _digest(path.read_bytes())
                text = json.dumps(record, ensure_ascii=False)
                whole = {"state": _plain(state), "sha256": _digest(text.encode()), "tables": digests}
                (part / RECORD).write_text(_record_of({**whole, "network": record}), encoding="utf-8")
                _flushed(part)
                place = self._folder / state.name
                if place.exists():
                    shutil.rmtree(place)
                part.rename(place)
        except OSError as error:
            shutil.rmtree(part, ignore_errors=True)
            raise UnwritableLedger(
                f"the network cannot be kept ({error.strerror or error})",
                rule="the workspace must be writable and have room",
                done="it is laid out anew when it is next asked for",
                where=str(self._folder),
            ) from None
        self._tidy(state)

    @contextmanager
    def building(self) -> Iterator[None]:
        """Let one process of this machine lay out a network at a time; in a workspace that cannot be written, any."""
        try:
            door = exclusive_lock(self._folder)
            door.__enter__()
        except OSError:
            yield
            return
        try:
            for part in self._folder.glob(".*.part"):  # of a process that was ended
                shutil.rmtree(part, ignore_errors=True)
            yield
        finally:
            door.__exit__(None, None, None)

    def registered(self, schema: pl.Schema) -> pl.DataFrame:
        """Return the routes that the workspace knows by id."""
        return registered(self.ledger, schema)

    def register(self, routes: pl.DataFrame, events: pl.DataFrame) -> None:
        """Keep the routes as they are now, and what became of them.

        Raises
        ------
        UnwritableLedger
            If the workspace does not take it.
        """
        register(self.ledger, routes, events)

    def _states(self) -> Iterator[State]:
        for record in sorted(self._folder.glob(f"v*/{RECORD}")):
            with suppress(OSError, ValueError, KeyError, TypeError), record.open(encoding="utf-8") as file:
                # The state stands at the beginning: the rest is read only where it is wanted.
                head = file.read(2000)
                state = State(**json.JSONDecoder().raw_decode(head, head.index("{", 1))[0])
                if state.name == record.parent.name:
                    yield state

    def _tidy(self, newest: State) -> None:
        """Take away the oldest networks, those of other assumptions before them, and what no longer says what it is."""
        states = sorted(self._states(), key=lambda one: (one == newest, _of(one) == _of(newest), one.version))
        stay = {one.name for one in states[-KEPT:]}
        for folder in self._folder.glob("v*"):
            if folder.name not in stay:
                shutil.rmtree(folder, ignore_errors=True)


def _record_of(whole: Mapping[str, Any]) -> str:
    """Return what stands in the file of a record; its state comes first."""
    return json.dumps(whole, ensure_ascii=False)


def _alike(written: object, found: object, name: str) -> None:
    if written != found:
        raise ValueError(name)


def _of(state: State) -> tuple[str, str, str]:
    return state.ledger, state.facts, state.method


def _plain(state: State) -> dict[str, Any]:
    return {"version": state.version, "ledger": state.ledger, "facts": state.facts, "method": state.method}


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _flushed(folder: Path) -> None:
    """Wait until what was written stands on the disk."""
    for path in (*folder.iterdir(), folder):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
