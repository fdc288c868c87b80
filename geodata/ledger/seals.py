"""Seals: what proves that a table of the ledger is as it was written.

Beside each version of a table stands its seal, in ``_seals/`` of the table: a copy of the commit, and the SHA-256 of
every data file that the commit added. The seal begins with its own SHA-256. A commit that is damaged is put back from
its copy; a data file that is damaged is left out, and what lay in it is said. Checkpoints of the Delta log only repeat
the commits: a damaged one is taken away.

A version that no seal stands for, of an earlier version of this product or of a process that was ended just after its
commit, is sealed as it is with the next commit.

Source: Delta Lake protocol, https://github.com/delta-io/delta/blob/master/PROTOCOL.md.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.fs as pa_fs
from deltalake.exceptions import DeltaError
from deltalake.fs import DeltaStorageHandler

from geodata.core.atomic_write import whole
from geodata.core.messages import Sentence, counted, sentence

LOG, SEALS, ASIDE = "_delta_log", "_seals", "_damaged"
STATED = "sha256"
"""In the metadata of a commit: the SHA-256 of each data file that was written for it, by name, as JSON."""
_COMMIT = re.compile(r"(\d{20})\.json")
_SEAL = re.compile(r"(\d{20})\.seal")
_DERIVED = re.compile(r"_last_checkpoint|\d{20}\.checkpoint\..*parquet|\d{20}\.checkpoint\.parquet")
_DIGEST = 64
_PIECE = 1 << 20
_known: dict[tuple[str, str, int, int], str] = {}
"""SHA-256 of files as this process read them, by address, path, size and time of change."""
_seen: dict[tuple[str, str, int, int], Seal | None] = {}
"""Seals as this process read them, None for a damaged one."""


def forget() -> None:
    """Read every file anew when it is next asked for."""
    _known.clear()
    _seen.clear()


@dataclass(frozen=True)
class Seal:
    """What is known of one version of a table.

    Attributes
    ----------
    commit : str
        The commit, as it stands in the log.
    files : mapping
        SHA-256 of each data file that it added, by name.
    derived : mapping
        SHA-256 of each checkpoint that stood then, by name.
    """

    commit: str
    files: Mapping[str, str]
    derived: Mapping[str, str]

    @cached_property
    def sha256(self) -> str:
        """Return the SHA-256 of the commit."""
        return _sha256(self.commit.encode())

    @cached_property
    def added(self) -> list[tuple[str, int | None, str | None]]:
        """Return each data file that the commit added, with its rows and the SHA-256 that the commit states, if any."""
        return list(_added(self.commit))

    def content(self) -> bytes:
        """Return what stands in the file of the seal."""
        told = {"commit": self.commit, "files": dict(self.files), "derived": dict(self.derived)}
        text = json.dumps(told, ensure_ascii=False, sort_keys=True).encode()
        return f"{_sha256(text)} ".encode() + text


@dataclass(frozen=True, slots=True)
class Fault:
    """A file that is not as it was written: its path in the table, and a sentence on what that costs."""

    path: str
    sentence: str


@dataclass(frozen=True, slots=True)
class _Written:
    """A data file as the commit that added it tells of it."""

    version: int
    rows: int | None
    sha256: str | None


class Sealed:
    """One table with its seals.

    Parameters
    ----------
    name : str
    address : str
        Folder or address of the table.
    options : mapping or None
        For an object store.
    shown : str
        How sentences name the place.
    """

    def __init__(self, name: str, address: str, options: Mapping[str, str] | None, shown: str) -> None:
        self.name = name
        self._address = address.removeprefix("file://")
        self._options = dict(options or {})
        self._shown = shown

    @cached_property
    def _place(self) -> Any:
        if "://" in self._address:
            return pa_fs.PyFileSystem(DeltaStorageHandler(self._address, self._options))
        return pa_fs.SubTreeFileSystem(self._address, pa_fs.LocalFileSystem())

    def mend(self) -> int | None:
        """Put damaged commits back; return the first version that cannot be read all the same, None if there is none.

        Nothing is read of what did not change since this process read it last.
        """
        seals, _ = self._seals()
        log = self._listed(LOG)
        commits = _numbered(log, _COMMIT)
        broken = []
        for version in sorted({*seals, *commits}):
            seal = seals.get(version)
            path = commit_path(version)
            if seal is None:
                sound = self._is_json(version, commits[version])
            else:
                sound = version in commits and self.digest(path, commits[version]) == seal.sha256
                sound = sound or self._written(path, seal.commit.encode())
            if not sound:
                broken.append(version)
        if self._damaged_derived(seals, log):
            for name in log:
                if _DERIVED.fullmatch(name):
                    with suppress(OSError, DeltaError):
                        self._place.delete_file(f"{LOG}/{name}")
        return min(broken, default=None)

    def seal(self, *, anew: bool = False) -> int:
        """Seal every version that no seal stands for; return how many were.

        Parameters
        ----------
        anew : bool
            Also in place of damaged seals.

        Raises
        ------
        OSError, DeltaError
            If there is no room or right.
        """
        seals, damaged = self._seals()
        log = self._listed(LOG)
        known, commits = self._digests(seals), _numbered(log, _COMMIT)
        missing = [
            version
            for version in sorted(commits)
            if version not in seals and (anew or version not in damaged) and self._is_json(version, commits[version])
        ]
        for version in missing:
            commit = self._read(commit_path(version)).decode()
            files = {}
            for name, _, stated in _added(commit):
                digest = known.get(name) or stated or self.digest(name)
                if digest is not None:
                    files[name] = known[name] = digest
            derived = {}
            if version == missing[-1]:
                derived = {name: self.digest(f"{LOG}/{name}") or "" for name in log if _DERIVED.fullmatch(name)}
            self._write(f"{SEALS}/{version:020d}.seal", Seal(commit, files, derived).content())
        return len(missing)

    def proven(self, names: Iterator[str] | list[str]) -> dict[str, bool | None]:
        """Return of data files whether each is as it was written, None where nothing says how it was.

        Nothing is read of what did not change since this process read it last.
        """
        known = self._digests(self._seals()[0])
        infos = self._listed("")
        return {
            name: None
            if name in infos and name not in known
            else name in infos and self.digest(name, infos[name]) == known[name]
            for name in names
        }

    def cost(self, name: str) -> Sentence:
        """Return in a sentence what the damage of a data file costs."""
        path = f"{self._shown}/{name}"
        state = sentence("damaged") if name in self._listed("") else sentence("missing")
        written = self._every_added().get(name)
        if written is None or written.rows is None:
            return sentence("File {path} is {state}: what lies in it cannot be shown.", path=path, state=state)
        return sentence(
            "File {path} is {state}: {what} written with version {version} cannot be shown.",
            path=path,
            state=state,
            what=counted("{count:,} incident", "{count:,} incidents", written.rows)
            if self.name == "incidents"
            else counted("{count:,} row", "{count:,} rows", written.rows),
            version=str(written.version),
        )

    def rows(self, name: str) -> int:
        """Return how many rows were written to a data file, 0 if nothing says so."""
        written = self._every_added().get(name)
        return 0 if written is None else written.rows or 0

    def cut(self, version: int) -> Sentence:
        """Return in a sentence what a commit that cannot be read costs."""
        path = f"{self._shown}/{commit_path(version)}"
        if version == 0:
            return sentence(
                "File {path} is damaged: nothing of table {table} can be shown.", path=path, table=self.name
            )
        return sentence(
            "File {path} is damaged: table {table} is shown as it was at version {version}.",
            path=path,
            table=self.name,
            version=str(version - 1),
        )

    def faults(self) -> list[Fault]:
        """Read every file of the table anew; return those that are not as they were written."""
        forget()
        seals, damaged = self._seals()
        log, files = self._listed(LOG), self._listed("")
        commits, known = _numbered(log, _COMMIT), self._digests(seals)
        proof = "nothing is lost, but {} is no longer proven; `python -m geodata verify --adopt` seals it anew"
        copied = "nothing is lost, its copy is put back"
        repeated = "nothing is lost, it repeats what stands elsewhere and is taken away"
        faults = [
            self._fault(f"{SEALS}/{version:020d}.seal", proof.format(f"what version {version} added"))
            for version in sorted(damaged)
        ]
        faults += [
            self._fault(path, copied)
            for version, seal in sorted(seals.items())
            if (path := commit_path(version))
            and (version not in commits or self.digest(path, commits[version]) != seal.sha256)
        ]
        faults += [
            Fault(commit_path(version), self.cut(version))
            for version in sorted(set(commits) - set(seals))
            if not self._is_json(version, commits[version])
        ]
        faults += [self._fault(f"{LOG}/{name}", repeated) for name in self._damaged_derived(seals, log)]
        wrong = (name for name in sorted(known) if name in files and self.digest(name, files[name]) != known[name])
        return faults + [Fault(name, self.cost(name)) for name in wrong]

    def set_aside(self, path: str) -> None:
        """Move a damaged file of the table out of the way, into ``_damaged/``.

        Raises
        ------
        OSError, DeltaError
            If that does not go.
        """
        if path.rpartition("/")[2] not in self._listed(path.rpartition("/")[0]):
            return
        if "://" not in self._address:
            self._place.create_dir(ASIDE)
        self._place.move(path, f"{ASIDE}/{path.rpartition('/')[2]}")

    def commits(self) -> list[int]:
        """Return the versions whose commits stand in the log."""
        return sorted(_numbered(self._listed(LOG), _COMMIT))

    def _fault(self, path: str, cost: str) -> Fault:
        return Fault(path, f"File {self._shown}/{path} is damaged: {cost}.")

    def unproven(self) -> int:
        """Return how many data files stand of which nothing says how they were written."""
        known, files = self._digests(self._seals()[0]), self._listed("")
        return sum(name in files and name not in known for name in self._every_added())

    def digest(self, path: str, info: tuple[int, int] | None = None) -> str | None:
        """Return the SHA-256 of a file, None where there is none."""
        if info is not None and (found := _known.get((self._address, path, *info))):
            return found
        digest = hashlib.sha256()
        try:
            with self._place.open_input_stream(path) as file:
                while piece := file.read(_PIECE):
                    digest.update(piece)
        except (OSError, DeltaError):
            return None
        if info is not None:
            _known[self._address, path, *info] = digest.hexdigest()
        return digest.hexdigest()

    def _digests(self, seals: Mapping[int, Seal]) -> dict[str, str]:
        """Return the SHA-256 of every data file that is known, from seals and from commits that state it."""
        known: dict[str, str] = {}
        for name, one in self._every_added().items():
            if one.sha256 is not None:
                known[name] = one.sha256
        for seal in seals.values():
            known |= seal.files
        return known

    def _every_added(self) -> dict[str, _Written]:
        """Return every data file that a commit added, as the first of them tells of it."""
        seals, _ = self._seals()
        found: dict[str, _Written] = {}
        commits = _numbered(self._listed(LOG), _COMMIT)
        for version in sorted({*seals, *commits}):
            if version in seals:
                added = seals[version].added
            else:
                added = list(_added(self._read(commit_path(version)).decode(errors="replace")))
            for name, rows, stated in added:
                found.setdefault(name, _Written(version, rows, stated))
        return found

    def _seals(self) -> tuple[dict[int, Seal], set[int]]:
        """Return the seals by version, and the versions whose seal is damaged."""
        sound: dict[int, Seal] = {}
        damaged: set[int] = set()
        for version, info in _numbered(self._listed(SEALS), _SEAL).items():
            path = f"{SEALS}/{version:020d}.seal"
            key = (self._address, path, *info)
            if key not in _seen:
                _seen[key] = _seal(self._read(path))
            seal = _seen[key]
            if seal is None:
                damaged.add(version)
            else:
                sound[version] = seal
        return sound, damaged

    def _damaged_derived(self, seals: Mapping[int, Seal], log: Mapping[str, tuple[int, int]]) -> list[str]:
        """Return checkpoints that are not as they were; none where a commit is not sealed yet, as it may bring one."""
        if set(_numbered(log, _COMMIT)) - set(seals):
            return []
        known: dict[str, str] = {}
        for _, seal in sorted(seals.items()):
            known |= seal.derived
        return [name for name in log if name in known and self.digest(f"{LOG}/{name}", log[name]) != known[name]]

    def _is_json(self, version: int, info: tuple[int, int]) -> bool:
        path = commit_path(version)
        key = (self._address, path, *info)
        if key in _known:
            return True
        try:
            content = self._read(path)
            for line in content.splitlines():
                json.loads(line)
        except (OSError, DeltaError, ValueError):
            return False
        _known[key] = _sha256(content)
        return True

    def _listed(self, folder: str) -> dict[str, tuple[int, int]]:
        """Return size and time of change of each file of a folder, by name."""
        try:
            found = self._place.get_file_info(pa_fs.FileSelector(folder, allow_not_found=True))
        except (OSError, DeltaError):
            return {}
        return {one.base_name: (one.size, one.mtime_ns or 0) for one in found if one.is_file}

    def _read(self, path: str) -> bytes:
        with self._place.open_input_stream(path) as file:
            content: bytes = file.read()
        return content

    def _written(self, path: str, content: bytes) -> bool:
        """Write a file if it goes; tell whether it did."""
        try:
            self._write(path, content)
        except (OSError, DeltaError):
            return False
        return True

    def _write(self, path: str, content: bytes) -> None:
        if "://" in self._address:
            store = DeltaStorageHandler(self._address, self._options)
            # Buffered, because the store takes bytes and Arrow hands over buffers.
            with store.open_output_stream(path) as sent, pa.BufferedOutputStream(sent, 1 << 16) as buffered:
                buffered.write(content)
            return
        target = Path(self._address) / path
        target.parent.mkdir(exist_ok=True)
        with whole(target) as part:
            part.write_bytes(content)


def _seal(content: bytes) -> Seal | None:
    """Return a seal from its file, None if it is damaged."""
    stated, text = content[: _DIGEST + 1], content[_DIGEST + 1 :]
    if stated != f"{_sha256(text)} ".encode():
        return None
    told = json.loads(text)
    return Seal(told["commit"], told["files"], told["derived"])


def _added(commit: str) -> Iterator[tuple[str, int | None, str | None]]:
    """Give each data file that a commit adds: its name, its rows and the SHA-256 that the commit states, if any."""
    actions = []
    for line in commit.splitlines():
        with suppress(ValueError):
            action = json.loads(line)
            actions += [action] if isinstance(action, dict) else []
    stated: dict[str, str] = {}
    for action in actions:
        stated |= json.loads(action.get("commitInfo", {}).get(STATED, "{}"))
    for action in actions:
        if "add" in action:
            name = unquote(action["add"]["path"])
            yield name, json.loads(action["add"].get("stats") or "{}").get("numRecords"), stated.get(name)


def commit_path(version: int) -> str:
    """Return where the commit of a version stands in its table."""
    return f"{LOG}/{version:020d}.json"


def _numbered(names: Mapping[str, tuple[int, int]], pattern: re.Pattern[str]) -> dict[int, tuple[int, int]]:
    found = ((pattern.fullmatch(name), info) for name, info in names.items())
    return {int(match[1]): info for match, info in found if match}


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
