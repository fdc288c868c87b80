"""BACKUP: a workspace in one file, taken while it is in use, and laid out again elsewhere.

A backup is a tar archive packed with gzip. Its first member, ``manifest.json``, lists every other one with its size and
SHA-256. The ledger is that of one moment between two commits: its data files and seals are never changed, so that they
are linked aside while writers wait, some milliseconds. Networks, which are laid out anew, answers of the intake and
what is on its way in are left out.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import shutil
import tarfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any

from geodata.core import staging
from geodata.core.atomic_write import as_written, proof_of
from geodata.core.audit import Audit
from geodata.core.errors import RoutesError, WrongValue
from geodata.core.file_lock import exclusive_lock
from geodata.ledger.batch import now_rfc3339
from geodata.ledger.seals import LOG, SEALS
from geodata.ledger.store import PURGING, BusyLedger, Ledger, require_folder, writing
from geodata.workspace.network_store import FOLDER as NETWORKS
from geodata.workspace.purge import is_pending

ENDING = ".tar.gz"
_NAME, _NEWEST = "routes-backup", 1
_MANIFEST = "manifest.json"
_LARGEST_MANIFEST = 256 << 20
_LEFT_OUT = (NETWORKS, staging.FOLDER, "intake", PURGING.name, "ledger")
_DESK = ("desk/desk.sqlite", "desk/desk.sqlite-wal", "desk/desk.sqlite-shm", "desk/audit.jsonl", "desk/audit.head")
"""Copied by those who know how, while others write them."""
_PIECE = 1 << 20
_TRIES = 5


class NoBackup(RoutesError):
    """A file that is no backup, or not as it was written."""


@dataclass(frozen=True, slots=True)
class Member:
    """A file of a backup: its size in bytes, SHA-256 and mode."""

    size: int
    sha256: str
    mode: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds.

    Attributes
    ----------
    made_at, actor : str
        RFC 3339, UTC; who made it.
    ledger_version : int or None
    audit : str
        SHA-256 of the last entry of the audit.
    files : mapping
        By path within the workspace.
    left : tuple of str
        What was not taken along, as it is no plain file.
    """

    made_at: str
    actor: str
    ledger_version: int | None
    audit: str
    files: Mapping[str, Member]
    left: tuple[str, ...] = ()


def backed_up(home: Path, to: Path, actor: str, tables: Callable[[Path, Path], None]) -> Manifest:
    """Write a workspace into a new file that only its owner reads, and read it back.

    Parameters
    ----------
    home : Path
    to : Path
        Outside the workspace; must not exist.
    actor : str
    tables : callable
        Copies the tables of the desk from one workspace folder into another.

    Raises
    ------
    WrongValue
        If the file exists, lies in the workspace, has another ending or cannot be written.
    BusyLedger
        If a purge is not finished.
    """
    _require_place(home, to)
    with staging.room(home) as aside:
        copy = aside / "copy"
        with writing(home):
            left, version = _copied(home, copy, tables)
        files = {str(path.relative_to(copy)): _member(path) for path in sorted(copy.rglob("*")) if path.is_file()}
        manifest = Manifest(now_rfc3339(), actor, version, Audit(copy).verify().sha256, files, tuple(left))
        part = to.with_name(f".{to.name}.{os.urandom(8).hex()}.part")
        try:
            _pack(copy, manifest, part)
            read_back(part)
            os.link(part, to)  # fails where there is a file meanwhile
        except FileExistsError:
            raise _exists(to) from None
        except OSError as error:
            raise WrongValue(
                f"it cannot be written ({error.strerror or error})",
                rule="the folder must exist, be writable and have room",
                done="no backup was made",
                where=str(to),
            ) from None
        finally:
            part.unlink(missing_ok=True)
    return manifest


def read_back(file: Path, to: Path | None = None) -> Manifest:
    """Check every byte of a backup; where a folder is given, lay its files out there.

    Raises
    ------
    NoBackup
        If it is none, is of a newer format, or holds anything else than its manifest says.
    OSError
        If a file cannot be written.
    """
    try:
        with tarfile.open(file, "r|gz") as archive:
            members = iter(archive)
            manifest = _manifest(archive, next(members, None))
            missing = set(manifest.files)
            for member in members:
                known = manifest.files.get(member.name) if member.name in missing else None
                if known is None or not _is_plain(member) or member.size != known.size:
                    raise _none(f"{member.name[:120]!r} is not in its list, or not as there")
                missing.discard(member.name)
                with _sink(to, member.name, known) as sink:
                    if _sha256(_opened(archive, member), sink) != known.sha256:
                        raise _none(f"{member.name[:120]!r} is damaged")
    except (tarfile.TarError, gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise _none(
            f"it cannot be read ({str(error).splitlines()[0][:80] if str(error) else 'it ends early'})"
        ) from None
    if missing:
        raise _none(f"{min(missing)[:120]!r} is missing")
    return manifest


def laid_out(file: Path, to: Path, last: Callable[[Path, Manifest], None]) -> Manifest:
    """Lay a backup out as a workspace, whole or not at all.

    Parameters
    ----------
    file, to : Path
        ``to`` is an empty folder or none.
    last : callable
        Does, given the folder, what is to be done before anybody sees it.

    Raises
    ------
    WrongValue
        If there is something in the folder, no such file, or it cannot be written.
    NoBackup
    """
    if (to.exists() or to.is_symlink()) and (not to.is_dir() or to.is_symlink() or any(to.iterdir())):
        rule = "a backup is restored into an empty folder or a new one"
        raise WrongValue("there is something already", rule=rule, done="nothing was restored", where=str(to))
    part = to.absolute().with_name(f".{to.name}.{os.urandom(8).hex()}.part")
    try:
        part.mkdir(mode=0o700, parents=True)
        manifest = read_back(file, part)
        last(part, manifest)
        part.rename(to.absolute())
    except OSError as error:
        raise WrongValue(
            f"it cannot be restored ({error.strerror or error})",
            rule="the file must be readable, the folder writable and have room",
            done="nothing was restored",
            where=str(error.filename or to),
        ) from None
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return manifest


def _require_place(home: Path, to: Path) -> None:
    if not to.name.endswith(ENDING):
        raise WrongValue(f"{to.name!r}", rule=f"a backup is a {ENDING}", done="no backup was made")
    if to.resolve().is_relative_to(home.resolve()):
        rule = "a backup lies outside of the workspace"
        raise WrongValue(f"{to.name!r} is within it", rule=rule, done="no backup was made")
    if to.exists() or to.is_symlink():
        raise _exists(to)


def _exists(to: Path) -> WrongValue:
    return WrongValue("it exists", rule="a backup overwrites nothing", done="no backup was made", where=str(to))


def _copied(home: Path, copy: Path, tables: Callable[[Path, Path], None]) -> tuple[list[str], int | None]:
    """Bring a workspace aside; return what was left, and the version of the ledger."""
    require_folder(Ledger(home), "no backup was made")
    with exclusive_lock(home):
        if is_pending(home):
            raise BusyLedger(
                "a purge was begun and did not end",
                rule="`python -m desk purge` finishes it",
                done="no backup was made",
                where=str(home),
            )
        for table in sorted((home / "ledger").glob("*")):
            _table(table, copy / "ledger" / table.name)
    (copy / "desk").mkdir(parents=True, mode=0o700)
    tables(home, copy)
    Audit(home).copy(copy)
    left = []
    for folder, _, names in os.walk(home):
        for name in sorted(names):
            path = Path(folder) / name
            within = path.relative_to(home)
            if within.parts[0] in _LEFT_OUT or str(within) in _DESK or name.endswith(".part"):
                continue
            if path.is_symlink() or not path.is_file():
                left.append(str(within))
            elif not _is_proof(path):
                _file(path, copy / within)
    with suppress(RoutesError):  # a damaged ledger is taken along as it is
        return left, Ledger(copy).version()
    return left, None


def _table(table: Path, copy: Path) -> None:
    """Link a table aside, data files last: they are there before a commit names them."""
    for folder in (SEALS, LOG, ""):
        (copy / folder).mkdir(parents=True, exist_ok=True)
        for path in (table / folder).glob("*"):
            if path.is_file() and not path.name.endswith((".part", ".tmp")):
                _linked(path, copy / folder / path.name)


def _linked(path: Path, to: Path) -> None:
    try:
        os.link(path, to)
    except OSError:  # a disk without links
        shutil.copyfile(path, to)


def _is_proof(path: Path) -> bool:
    name = path.name.removeprefix(".").removesuffix(".sha256")
    return path == proof_of(path.with_name(name)) and path.with_name(name).is_file()


def _file(path: Path, to: Path) -> None:
    """Copy a file with what proves it; one that is replaced meanwhile is copied again, one that is gone is not."""
    to.parent.mkdir(parents=True, exist_ok=True)
    for _ in range(_TRIES):
        with suppress(FileNotFoundError):
            shutil.copyfile(path, to)
            shutil.copymode(path, to)
            if proof_of(path).exists():
                shutil.copyfile(proof_of(path), proof_of(to))
        if as_written(to) is not False:
            break
    if path.name == "exports.jsonl":  # a line that is being added
        content = to.read_bytes()
        to.write_bytes(content[: content.rfind(b"\n") + 1])


def _member(path: Path) -> Member:
    with path.open("rb") as file:
        return Member(path.stat().st_size, _sha256(file), path.stat().st_mode & 0o777)


def _pack(copy: Path, manifest: Manifest, part: Path) -> None:
    told = {"format": _NAME, "version": _NEWEST} | asdict(manifest)
    text = json.dumps(told, ensure_ascii=False, indent=1).encode("utf-8", "surrogateescape")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        with tarfile.open(fileobj=file, mode="w:gz", compresslevel=6, format=tarfile.PAX_FORMAT) as archive:
            _add(archive, _MANIFEST, len(text), 0o600, io.BytesIO(text))
            for name, member in manifest.files.items():
                with (copy / name).open("rb") as content:
                    _add(archive, name, member.size, member.mode, content)
        file.flush()
        os.fsync(file.fileno())


def _add(archive: tarfile.TarFile, name: str, size: int, mode: int, content: IO[bytes]) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, mode
    archive.addfile(info, content)


def _manifest(archive: tarfile.TarFile, first: tarfile.TarInfo | None) -> Manifest:
    if first is None or first.name != _MANIFEST or not _is_plain(first) or first.size > _LARGEST_MANIFEST:
        raise _none("it does not begin with its list of files")
    try:
        told: dict[str, Any] = json.loads(_opened(archive, first).read())
        if told["format"] != _NAME:
            raise _none("its list of files is of something else")
        if told["version"] > _NEWEST:
            raise _none(f"its format {told['version']} is newer than this product, which knows {_NEWEST}")
        files = {
            name: Member(int(of["size"]), str(of["sha256"]), int(of["mode"])) for name, of in told["files"].items()
        }
        facts = (str(told["made_at"]), str(told["actor"]), told["ledger_version"], str(told["audit"]))
    except (ValueError, LookupError, TypeError, AttributeError):
        raise _none("its list of files cannot be read") from None
    for name in files:
        if not _stays_within(name):
            raise _none(f"{name[:120]!r} would leave the folder")
    return Manifest(*facts, files, tuple(told.get("left", ())))


def _stays_within(name: str) -> bool:
    path = PurePosixPath(name)
    plain = bool(name) and "\0" not in name and not path.is_absolute() and str(path) == name
    return plain and not {"", ".", ".."} & set(path.parts)


def _is_plain(member: tarfile.TarInfo) -> bool:
    return member.type in (tarfile.REGTYPE, tarfile.AREGTYPE) and not member.issparse()


def _opened(archive: tarfile.TarFile, member: tarfile.TarInfo) -> IO[bytes]:
    found = archive.extractfile(member)
    if found is None:
        raise _none(f"{member.name[:120]!r} is no plain file")
    return found


@contextmanager
def _sink(to: Path | None, name: str, known: Member) -> Iterator[IO[bytes] | None]:
    """Give a new file within a folder, on the disk when the block ends; None for no folder."""
    if to is None:
        yield None
        return
    path = to / name
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, (known.mode & 0o700) | 0o600)
    with os.fdopen(handle, "wb") as file:
        yield file
        os.fchmod(handle, (known.mode & 0o777) | 0o600)
        file.flush()
        os.fsync(handle)


def _sha256(content: IO[bytes], sink: IO[bytes] | None = None) -> str:
    digest = hashlib.sha256()
    while piece := content.read(_PIECE):
        digest.update(piece)
        if sink is not None:
            sink.write(piece)
    return digest.hexdigest()


def _none(what: str) -> NoBackup:
    return NoBackup(what, rule="only a backup that is as it was written is restored", done="nothing was restored")
