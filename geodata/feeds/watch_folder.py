"""The inbox: a folder into which others drop files, each taken in by itself once it stands still.

A file stays where it is until its batch stands in the ledger, and is moved after that, its report beside it. Who dies
in between finds the file again and takes it again, which adds nothing. What is read is a copy in the workspace, made
from the file as it was looked at: a symbolic link, or a file changed underfoot, is not taken.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

from geodata.core.atomic_write import whole
from geodata.core.errors import RoutesError, UnreadableFile, WrongValue
from geodata.core.staging import DONE, REFUSED, UnwritableWorkspace, room, unwritable
from geodata.ingest.receipt import Receipt, receive
from geodata.ledger.batch import now_rfc3339
from geodata.ledger.store import Ledger

_PASSED_STARTS = (".", "~")
_PASSED_ENDS = ("~", ".part", ".partial", ".filepart", ".tmp", ".temp", ".crdownload", ".download", ".swp")

LARGEST = 4 * 2**30
"""Bytes past which a file is not even copied; what may be read is up to the ingest."""
_LEFT_SECONDS = 60
"""Age past which a report that was begun and not finished is cleared away."""


@dataclass(frozen=True, slots=True)
class Mark:
    """By what a file is known to stand still: its inode, size in bytes and time of change in ns."""

    inode: int
    size: int
    changed: int

    @classmethod
    def of(cls, found: os.stat_result) -> Mark:
        """Return the mark of a file."""
        return cls(found.st_ino, found.st_size, found.st_mtime_ns)


class Inbox:
    """A folder that is looked into again and again.

    Parameters
    ----------
    folder : Path
        Must exist; ``done/`` and ``refused/`` are made in it.
    ledger : Ledger

    Raises
    ------
    WrongValue
        If it is no folder that files can be moved in.
    """

    def __init__(self, folder: Path, ledger: Ledger) -> None:
        self.folder = folder
        self._ledger = ledger
        self._seen: dict[str, Mark] = {}
        self._settled: dict[str, Mark] = {}
        for name in (DONE, REFUSED):
            self._prepare(folder / name)

    def standing_still(self) -> list[str]:
        """Look once; return the names of files that are as they were at the last look, oldest first.

        Raises
        ------
        WrongValue
            If the folder cannot be read.
        """
        before, self._seen = self._seen, self._look()
        self._settled = {name: mark for name, mark in self._settled.items() if self._seen.get(name) == mark}
        still = [name for name, mark in self._seen.items() if before.get(name) == mark and name not in self._settled]
        return sorted(still, key=lambda name: (self._seen[name].changed, name))

    def take(self, name: str) -> Receipt | None:
        """Take in one file and move it to where it belongs; None if it is no longer as it was looked at."""
        mark = self._seen[name]
        if mark.size > LARGEST:
            refused = Receipt(name, now_rfc3339(), "refused", error=str(_too_large(name, mark.size)))
            self._settle(name, mark, refused)
            return refused
        try:
            with room(self._ledger.home) as folder:
                copy = self._copied(name, mark, folder)
                receipt = receive(copy, self._ledger) if copy is not None else None
        except UnwritableWorkspace as error:
            return Receipt(name, now_rfc3339(), "postponed", error=str(error))
        if receipt is not None and receipt.outcome != "postponed":
            self._settle(name, mark, receipt)
        return receipt

    def _look(self) -> dict[str, Mark]:
        try:
            with os.scandir(self.folder) as entries:
                files = [entry for entry in entries if not _passed_over(entry.name)]
                return {
                    entry.name: Mark.of(entry.stat(follow_symlinks=False))
                    for entry in files
                    if entry.is_file(follow_symlinks=False)
                }
        except FileNotFoundError:
            if self.folder.is_dir():  # a file went away between being listed and being looked at
                return {}
            raise self._unfit("there is no such folder") from None
        except OSError as error:
            raise self._unfit(f"it cannot be read ({error.strerror})") from None

    def _copied(self, name: str, mark: Mark, folder: Path) -> Path | None:
        """Return a copy of the file whose mark it was, read through no symbolic link; None if it has changed."""
        try:
            opened = os.open(self.folder / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except OSError:
            return None
        copy = folder / name
        with os.fdopen(opened, "rb") as source:
            if not stat.S_ISREG(os.fstat(opened).st_mode):
                return None
            try:
                with copy.open("xb") as target:
                    shutil.copyfileobj(source, target)
            except OSError as error:
                raise unwritable(self._ledger.home, error) from None
            return copy if Mark.of(os.fstat(opened)) == mark else None

    def _settle(self, name: str, mark: Mark, receipt: Receipt) -> None:
        """Write the report and move the file; one that cannot be moved is remembered, and not taken twice."""
        self._settled[name] = mark
        place = self.folder / (DONE if receipt.outcome == "taken" else REFUSED)
        stamp = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}-{name}"
        try:
            _write(place / f"{stamp}.json", json.dumps(receipt.report(), ensure_ascii=False, indent=1).encode())
            if receipt.refusals is not None:
                _write(place / f"{stamp}.refusals.csv", receipt.refusals.read_bytes())
            if Mark.of(os.lstat(self.folder / name)) == mark:
                (self.folder / name).rename(place / stamp)
        except OSError as error:
            raise WrongValue(
                f"it was {receipt.outcome}, and cannot be moved ({error.strerror})",
                rule=f"the inbox must be writable, {DONE}/ and {REFUSED}/ too",
                done="it stays where it is and is not taken again unless it changes or the watch is started anew",
                where=name,
            ) from None

    def _prepare(self, place: Path) -> None:
        try:
            place.mkdir(exist_ok=True)
            sound = stat.S_ISDIR(place.lstat().st_mode)
            for left in place.glob(".*.part") if sound else ():
                if time.time() - left.lstat().st_mtime > _LEFT_SECONDS:
                    left.unlink(missing_ok=True)
        except OSError as error:
            raise self._unfit(f"{place.name}/ cannot be made in it ({error.strerror})") from None
        if not sound:
            raise self._unfit(f"{place.name} in it is not a folder of its own")

    def _unfit(self, what: str) -> WrongValue:
        return WrongValue(
            what, rule="an inbox is a folder that can be written", done="nothing was taken", where=str(self.folder)
        )


def watch(inbox: Inbox, every: float, stop: Event, *, once: bool = False) -> Iterator[Receipt | RoutesError]:
    """Give the receipt of each file as it is taken, until ``stop`` is set: then the file in hand is finished.

    Parameters
    ----------
    inbox : Inbox
    every : float, seconds
        Between two looks; a file is taken once two looks find it the same.
    stop : Event
    once : bool
        Look twice, take what stands still, and end.

    Yields
    ------
    Receipt or RoutesError
        Of what is postponed, and of what goes wrong with the folder itself, only what was not said before.
    """
    told: set[str] = set()
    looks = 0
    while not stop.is_set():
        looks += 1
        said: set[str] = set()
        for found in _taken(inbox, stop):
            sentence = "" if isinstance(found, Receipt) and found.outcome != "postponed" else _sentence(found)
            if sentence not in told:
                yield found
            said |= {sentence} - {""}
        told = said
        if (once and looks > 1) or stop.wait(every):
            return


def _taken(inbox: Inbox, stop: Event) -> Iterator[Receipt | RoutesError]:
    try:
        names = inbox.standing_still()
    except RoutesError as error:
        yield error
        return
    for name in names:
        if stop.is_set():
            return
        try:
            receipt = inbox.take(name)
        except RoutesError as error:
            yield error
            continue
        if receipt is not None:
            yield receipt


def _sentence(found: Receipt | RoutesError) -> str:
    return found.error if isinstance(found, Receipt) else str(found)


def _passed_over(name: str) -> bool:
    """Tell whether a name is hidden, or one under which programs keep what they have not finished."""
    return name.startswith(_PASSED_STARTS) or name.lower().endswith(_PASSED_ENDS)


def _write(path: Path, content: bytes) -> None:
    """Write a new file, whole or not at all."""
    with whole(path) as part:
        part.write_bytes(content)


def _too_large(name: str, size: int) -> UnreadableFile:
    rule = f"files may hold {LARGEST / 2**20:.0f} MB"
    return UnreadableFile(f"{size / 2**20:.0f} MB", rule=rule, where=name)
