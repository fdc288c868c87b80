"""PURGE: incidents taken out of a workspace for good, with all that was derived from them or quotes them.

The ledger is written anew beside the one that stands. A journal is put down once all of it is ready; from then on the
purge is done, whatever happens: the two ledgers change places in one step, what quotes purged incidents is deleted,
and the journal goes last. A process that is ended before the journal stands leaves the old workspace, one that is
ended after it leaves what the next ``finish`` completes; meanwhile nothing is stored.
"""

from __future__ import annotations

import ctypes
import errno
import getpass
import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from geodata.core import staging
from geodata.core.atomic_write import proof_of, whole
from geodata.core.errors import WrongValue
from geodata.core.file_lock import exclusive_lock
from geodata.ledger.batch import Batch, now_rfc3339, require_batch
from geodata.ledger.maintenance import verify
from geodata.ledger.rewriting import PurgeRule, Survey, rewritten, survey
from geodata.ledger.seals import LOG, commit_path
from geodata.ledger.store import PURGE_JOURNAL, PURGING, BusyLedger, DamagedLedger, Ledger, require_folder, writing
from geodata.ledger.version_diff import undo
from geodata.workspace.network_store import FOLDER as NETWORKS
from geodata.workspace.network_store import Networks
from geodata.workspace.quoting_files import Quoting, quoting

_PULLS, _INTAKE = "pulls", "intake"
_AT_FDCWD, _EXCHANGE = -100, 2
"""Of ``renameat2``, from ``linux/fcntl.h`` and ``linux/fs.h``."""
_TABLE = "incidents"


@dataclass(frozen=True, slots=True)
class Purge:
    """What a purge comes to; nothing is done yet.

    Attributes
    ----------
    rule : PurgeRule
    found : Survey
    quoting : Quoting
        Files that hold or may hold what goes, and batches whose refused rows stay.
    networks : int
        Kept networks, which all go.
    """

    rule: PurgeRule
    found: Survey
    quoting: Quoting
    networks: int

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing in the workspace is hit."""
        return not (self.found.rows or self.quoting.files or self.quoting.refused_rows)

    def counts(self) -> dict[str, int]:
        """Return how much goes, by what it is."""
        return {
            "incidents": self.found.incidents,
            "rows": self.found.rows,
            "refused_rows": self.quoting.refused_rows,
            "files": len(self.quoting.files),
            "networks": self.networks,
        }


def is_pending(home: Path) -> bool:
    """Tell whether a purge was begun and is not finished."""
    return (home / PURGE_JOURNAL).exists()


@contextmanager
def alone(home: Path) -> Iterator[None]:
    """Keep every writer of this machine, and whoever lays out a network, out of a workspace.

    Raises
    ------
    UnwritableLedger
        If the workspace cannot be written.
    """
    with Networks(Ledger(home)).building(), writing(home), exclusive_lock(home):
        yield


def foreseen(ledger: Ledger, rule: PurgeRule, inboxes: Sequence[Path] = ()) -> Purge:
    """Return what a purge would come to.

    Parameters
    ----------
    ledger : Ledger
    rule : PurgeRule
    inboxes : sequence of Path
        Watched folders outside the workspace; those within it are found.

    Raises
    ------
    WrongValue
        If there is no such batch or source, or the ledger is empty.
    DamagedLedger
        If anything of the ledger is not as it was written: what cannot be read cannot be told apart.
    """
    require_folder(ledger, "nothing was changed")
    if ledger.table() is None:
        raise WrongValue("the ledger is empty", rule="there must be something to purge", done="nothing was changed")
    if (ledger.home / "ledger").is_symlink():
        raise WrongValue(
            "the folder ledger is a link",
            rule="the ledger lies in the workspace itself",
            done="nothing was changed",
            where=str(ledger.home),
        )
    if faults := verify(ledger):
        raise DamagedLedger(
            faults[0].removesuffix("."),
            rule="only a ledger that is sound is purged",
            done="nothing was changed; `python -m geodata restore` mends it",
        )
    if rule.batch:
        require_batch(ledger.history(), rule.batch)
    found = survey(ledger, rule)
    if rule.source and not found.rows:
        raise WrongValue(
            f"no incident is of a source {rule.source!r}",
            rule="a source is named as its incidents name it",
            done="nothing was changed",
        )
    networks = len(list((ledger.home / NETWORKS).glob("v*")))
    return Purge(rule, found, quoting(ledger, found, inboxes), networks)


def made_ready(ledger: Ledger, purge: Purge) -> dict[str, Any]:
    """Write the new ledger beside the old one; return the journal, which is not put down yet.

    Raises
    ------
    NotRewritten
        If the new ledger is not what it should be.
    BusyLedger
        If another purge is not finished.
    UnwritableLedger
        If there is no room or right.
    """
    home, aside = ledger.home, ledger.home / PURGING
    if is_pending(home):
        raise BusyLedger(
            "a purge was begun and did not end",
            rule="`python -m desk purge` finishes it",
            done="nothing was changed",
            where=str(home),
        )
    shutil.rmtree(aside, ignore_errors=True)  # of a process that was ended before its journal stood
    with writing(home):
        aside.mkdir(mode=0o700)
        source, found = ledger, purge.found
        if purge.rule.batch:
            source = _without(ledger, purge.rule.batch, aside / "undone")
            found = survey(source, purge.rule)
        batch = Batch(
            batch=f"b-{os.urandom(6).hex()}",
            file="",
            sha256="",
            source="",
            profile="",
            actor=getpass.getuser(),
            at=now_rfc3339(),
            purge=purge.rule.told(),
            purged=_fewer(ledger, source, found),
        )
        made = rewritten(source, aside / "made", found, batch, purge.quoting.refusals_of)
        shutil.rmtree(aside / "undone", ignore_errors=True)
        _flushed(aside)
    return {
        "identity": made.identity(),
        "version": made.version(),
        "purged": purge.rule.told(),
        "at": batch.at,
        "actor": batch.actor,
        "delete": [str(path) for path in purge.quoting.files],
    }


def begin(home: Path, journal: Mapping[str, Any]) -> None:
    """Put the journal down: from here on the purge is done, at the latest by whoever asks for the next one.

    Raises
    ------
    UnwritableLedger
        If it cannot be written; then nothing was changed.
    """
    with writing(home):
        with whole(home / PURGE_JOURNAL) as part:
            part.write_text(json.dumps(journal), encoding="utf-8")
            _flush(part)
        _flush(home / PURGING)


def finish(home: Path, first: Callable[[Mapping[str, Any]], None]) -> dict[str, Any]:
    """Carry out what the journal says, as often as it takes, and return it.

    Parameters
    ----------
    home : Path
    first : callable
        Does, given the journal, what is to be done outside of the ledger before it changes; may be called again.

    Raises
    ------
    UnwritableLedger
        If something cannot be written or deleted; the journal stays.
    """
    journal: dict[str, Any] = json.loads((home / PURGE_JOURNAL).read_text(encoding="utf-8"))
    first(journal)
    with writing(home):
        _swapped(home, str(journal["identity"]))
        for name in journal["delete"]:
            path = home / name
            for left in (path, proof_of(path)):
                left.unlink(missing_ok=True)
        for folder in (home / NETWORKS, home / _INTAKE):
            _emptied(folder)
        for pull in (home / _PULLS).glob("*.json"):
            _without_error(pull)
        for part in [path for path in home.rglob(".*.part") if PURGING.name not in path.parts]:
            _deleted(part)
        with staging.room(home):  # clears the rooms that nobody holds
            pass
        for left in (home / PURGING).iterdir():
            if left.name != PURGE_JOURNAL.name:
                _deleted(left)
        (home / PURGE_JOURNAL).unlink()
        (home / PURGING).rmdir()
        _flush(home)
    return journal


def _without(ledger: Ledger, batch: str, aside: Path) -> Ledger:
    """Return a copy of a ledger in which a batch is taken back, so that what it revised stands as before."""
    shutil.copytree(ledger.home / "ledger", aside / "ledger", copy_function=_linked)
    copy = Ledger(aside)
    with suppress(WrongValue):  # it was taken back already
        undo(copy, batch)
    return copy


def _fewer(before: Ledger, source: Ledger, found: Survey) -> int:
    """Return how many incidents the newest version will have lost."""
    stood, stands = (one.require(_TABLE).to_pyarrow_dataset().count_rows() for one in (before, source))
    return int(stood - stands + found.incidents)


def _swapped(home: Path, identity: str) -> None:
    """Let the new ledger stand in the place of the old one, unless it does already."""
    made, stands = home / PURGING / "made" / "ledger", home / "ledger"
    first = stands / _TABLE / commit_path(0)
    if first.is_file() and f'"id":"{identity}"' in first.read_text(encoding="utf-8"):
        return
    try:
        if stands.exists():
            _exchange(made, stands)
            return
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOSYS):
            raise
        stands.rename(home / PURGING / "before")  # where folders cannot change places there is a gap of two steps
    made.rename(stands)
    _flush(home)


def _exchange(one: Path, other: Path) -> None:
    """Let two folders change places in one step (``renameat2``, Linux 3.15).

    Raises
    ------
    OSError
        ENOSYS or EINVAL where the system or the disk cannot.
    """
    call = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if call is None:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))
    if call(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _EXCHANGE) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), str(other))
    for folder in (one.parent, other.parent):
        _flush(folder)


def _without_error(pull: Path) -> None:
    """Clear what a pull said of the last body, which may quote it."""
    try:
        known = json.loads(pull.read_text(encoding="utf-8"))
    except ValueError:
        _deleted(pull)
        return
    if known.get("error"):
        with whole(pull, proven=True) as part:
            part.write_text(json.dumps(known | {"error": ""}, indent=1), encoding="utf-8")


def _emptied(folder: Path) -> None:
    for left in folder.iterdir() if folder.is_dir() else ():
        _deleted(left)


def _deleted(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _linked(source: str, target: str) -> None:
    """Link what is never written again; copy commits and seals, of which there may be more."""
    if LOG in Path(source).parts or not source.endswith(".parquet"):
        shutil.copyfile(source, target)
        return
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def _flushed(folder: Path) -> None:
    """Wait until a folder stands on the disk with all that is in it."""
    every: Iterable[Path] = [path for path in folder.rglob("*") if not path.is_symlink()]
    for path in (*every, folder):
        _flush(path)


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
