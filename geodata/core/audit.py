"""The audit: who did what with the data, when and for what purpose, in entries that cannot be changed unseen.

One file, ``desk/audit.jsonl`` in the workspace, a JSON object a line, only ever added to. Each entry holds the
SHA-256 of the one before it and its own, so that a changed, dropped or moved entry is found; how many there are and
the last SHA-256 stand in ``desk/audit.head`` as well, so that entries dropped from the end are found too. Whoever can
write both files can write both anew: what the head says is to be kept elsewhere from time to time (``audit show``
prints it).

What cannot be entered is not done: callers let ``NotRecorded`` through and show nothing (EU 2016/680, article 25).
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from geodata.core.errors import RoutesError
from geodata.core.file_lock import exclusive_lock

ACTIONS: Final = (
    *("sign in", "sign out", "read", "export", "share", "open", "revoke", "extend"),
    *("rename", "token", "purge", "backup", "restore", "move"),
    *("watch", "alert", "acknowledge", "brief", "layer"),
)
_FILE, _HEAD = "audit.jsonl", "audit.head"
_BEGINNING = "0" * 64
_FACILITY_LOCAL0, _NOTICE = 16, 5
_ENTERPRISE = 32473
"""The number that RFC 5612 sets apart for examples: an agency puts its own in its collector."""
_LONGEST_VALUE = 500
_LONGEST_LINE = 65_536
_NO_ROOM = 28


class NotRecorded(RoutesError):
    """An entry that cannot be written; what it would have told of is not done."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry.

    Attributes
    ----------
    number : int
        From 1.
    at : str
        RFC 3339, UTC, with microseconds.
    actor, action, subject, purpose : str
        Who, one of ``ACTIONS``, on what, and for what purpose.
    details : mapping
        What else is worth knowing; no persons and no places of single incidents.
    before, sha256 : str
        Of the entry before, and of this one.
    """

    number: int
    at: str
    actor: str
    action: str
    subject: str
    purpose: str
    details: Mapping[str, Any]
    before: str
    sha256: str

    def line(self) -> str:
        """Return it as it stands in the file."""
        return json.dumps(_told(self) | {"sha256": self.sha256}, ensure_ascii=False, sort_keys=True)

    def syslog(self, host: str = "-") -> str:
        """Return it as a message of syslog (RFC 5424), facility local0, severity notice."""
        priority = _FACILITY_LOCAL0 * 8 + _NOTICE
        values = {"action": self.action, "actor": self.actor, "subject": self.subject, "purpose": self.purpose}
        told = " ".join(f'{name}="{_escaped(value)}"' for name, value in values.items())
        data = f'[entry@{_ENTERPRISE} number="{self.number}" {told}]'
        return f"<{priority}>1 {self.at} {host} routes - audit {data} {self.sha256}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the audit is whole: how many entries are, the last SHA-256, and the first fault, "" for none."""

    entries: int
    sha256: str
    fault: str = ""


class Audit:
    """The audit of a workspace.

    Parameters
    ----------
    home : Path
        The workspace folder.
    """

    def __init__(self, home: Path) -> None:
        self._folder = home / "desk"
        self._file, self._head = self._folder / _FILE, self._folder / _HEAD

    def enter(self, actor: str, action: str, subject: str, purpose: str = "", **details: Any) -> Entry:
        """Add an entry, on the disk before this returns.

        Raises
        ------
        NotRecorded
            If it cannot be written, or if the end of the file is not as it was left.
        ValueError
            If the action is none of ``ACTIONS``.
        """
        if action not in ACTIONS:
            raise ValueError(action)
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with exclusive_lock(self._folder / "audit.lock"):
                number, before = self._end()
                at = datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
                short = {name: _short(value) for name, value in details.items()}
                made = _sealed(number + 1, at, actor, action, _short(subject), _short(purpose), short, before)
                self._add(made)
        except OSError as error:
            raise NotRecorded(
                f"the audit cannot be written ({error.strerror or error})",
                rule="what cannot be recorded is not done",
                done="nothing was shown or changed",
            ) from None
        return made

    def entries(self) -> Iterator[Entry]:
        """Yield the entries in their order; the first line that is none ends them."""
        for line in self._lines():
            found = _read(line)
            if found is None:
                return
            yield found

    def number(self) -> int:
        """Return how many entries there are, as the head says it."""
        return (self._read_head() or (0, _BEGINNING))[0]

    def copy(self, home: Path) -> None:
        """Copy the audit into another workspace folder as it is between two entries.

        Raises
        ------
        OSError
            If it cannot be read or written.
        """
        to = home / "desk"
        to.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not self._folder.is_dir():
            return
        with exclusive_lock(self._folder / "audit.lock"):
            for path in (self._file, self._head):
                if path.exists():
                    shutil.copyfile(path, to / path.name)
                    (to / path.name).chmod(0o600)

    def verify(self) -> Verdict:
        """Return whether every entry is as it was written and none is missing.

        An entry behind the head, or half of one, is of a program that was ended while it wrote, and no fault.
        """
        before, number, known = _BEGINNING, 0, [(0, _BEGINNING)]
        for line in self._lines():
            found = _read(line)
            if found is None:
                return Verdict(number, before, f"line {number + 1} is no entry")
            if found.number != number + 1 or found.before != before:
                return Verdict(number, before, f"entry {number + 1} is missing or was moved")
            if _sum(_told(found)) != found.sha256:
                return Verdict(number, before, f"entry {number + 1} was changed")
            before, number = found.sha256, number + 1
            known = [known[-1], (number, before)]
        if (self._read_head() or (0, _BEGINNING)) not in known:
            return Verdict(number, before, f"entries behind {number} are missing, or {_HEAD} was changed")
        return Verdict(number, before)

    def _lines(self) -> Iterator[str]:
        if not self._file.is_file():
            return
        with self._file.open(encoding="utf-8", errors="replace") as file:
            for line in file:
                if line.endswith("\n"):
                    yield line[:-1]

    def _end(self) -> tuple[int, str]:
        """Return the number and the SHA-256 of the last entry, which the head confirms.

        Of a program that was ended while it wrote, half a line is cut off, and a whole one that the head does not know
        yet is taken as written.
        """
        head = self._read_head()
        if head is None and self._file.exists() and self._file.stat().st_size:
            head = self._begun()
        if head is None:
            return 0, _BEGINNING
        self._cut_half_a_line()
        last = _read(_last_line(self._file)) if self._file.exists() else None
        if last is not None and (last.number, last.sha256) == head:
            return head
        if last is None or (last.number, last.before) != (head[0] + 1, head[1]) or _sum(_told(last)) != last.sha256:
            raise _broken("its last entry is not the one that was written last")
        self._write_head(last)
        return last.number, last.sha256

    def _begun(self) -> tuple[int, str]:
        """Return the head of an audit whose first entry was written and nothing else."""
        if sum(1 for _ in self._lines()) > 1:
            raise _broken(f"{_HEAD} is missing")
        return 0, _BEGINNING

    def _cut_half_a_line(self) -> None:
        if not self._file.exists():
            return
        with self._file.open("rb+") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(size - _LONGEST_LINE, 0))
            tail = file.read()
            if tail and not tail.endswith(b"\n"):
                file.truncate(size - len(tail) + tail.rfind(b"\n") + 1)

    def _read_head(self) -> tuple[int, str] | None:
        try:
            number, _, sha256 = self._head.read_text(encoding="ascii").strip().partition(" ")
            return int(number), sha256
        except (OSError, ValueError):
            return None

    def _add(self, made: Entry) -> None:
        """Write the entry and then the head; where either fails, neither stands."""
        size = self._file.stat().st_size if self._file.exists() else 0
        handle = os.open(self._file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            _write_whole(handle, made.line().encode() + b"\n")
            self._write_head(made)
        except OSError:
            os.ftruncate(handle, size)
            raise
        finally:
            os.close(handle)

    def _write_head(self, made: Entry) -> None:
        part = self._head.with_suffix(".part")
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            _write_whole(handle, f"{made.number} {made.sha256}\n".encode())
        finally:
            os.close(handle)
        part.replace(self._head)


def _write_whole(handle: int, content: bytes) -> None:
    """Write content to the disk, or raise what the system says of it."""
    if os.write(handle, content) != len(content):
        raise OSError(_NO_ROOM, os.strerror(_NO_ROOM))
    os.fsync(handle)


def _sealed(
    number: int, at: str, actor: str, action: str, subject: str, purpose: str, details: Mapping[str, Any], before: str
) -> Entry:
    bare = Entry(number, at, actor, action, subject, purpose, details, before, "")
    return Entry(number, at, actor, action, subject, purpose, details, before, _sum(_told(bare)))


def _told(entry: Entry) -> dict[str, Any]:
    return {
        "number": entry.number,
        "at": entry.at,
        "actor": entry.actor,
        "action": entry.action,
        "subject": entry.subject,
        "purpose": entry.purpose,
        "details": dict(entry.details),
        "before": entry.before,
    }


def _sum(told: Mapping[str, Any]) -> str:
    text = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _read(line: str) -> Entry | None:
    try:
        found = Entry(**json.loads(line))
    except (ValueError, TypeError):
        return None
    return found if found.line() == line else None


def _last_line(path: Path) -> str:
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        reach = min(size, _LONGEST_LINE)
        file.seek(size - reach)
        return file.read().rstrip(b"\n").rpartition(b"\n")[2].decode("utf-8", "replace")


def _short(value: Any) -> Any:
    if isinstance(value, str):
        return value[:_LONGEST_VALUE].encode("utf-8", "replace").decode()
    return value if isinstance(value, int | float | bool) or value is None else _short(str(value))


def _escaped(text: str) -> str:
    plain = "".join(letter if letter.isprintable() else " " for letter in text)
    return plain.replace("\\", "\\\\").replace('"', '\\"').replace("]", "\\]")


def _broken(what: str) -> NotRecorded:
    return NotRecorded(
        f"the audit is not as it was left: {what}",
        rule="`python -m desk audit verify` tells where; an administrator decides",
        done="nothing was shown or changed",
    )
