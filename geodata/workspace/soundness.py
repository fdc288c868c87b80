"""SOUNDNESS: what of a workspace is as it was written: the ledger, the networks beside it, and every file around them.

Files that the product writes bear their SHA-256 beside them. One that a person wrote or changed by hand is said, until
it is vouched for.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from geodata.core.atomic_write import as_written, vouch
from geodata.core.errors import told_in_a_sentence
from geodata.core.messages import Sentence, sentence
from geodata.core.staging import FOLDER as SPOOL
from geodata.ledger import maintenance
from geodata.ledger.store import PURGING, Ledger, writing
from geodata.model.assumptions import FACTS_FILE
from geodata.workspace.network_store import FOLDER as NETWORKS
from geodata.workspace.network_store import Networks

_PROOF, _PART = ".sha256", ".part"


def faults(ledger: Ledger) -> list[str]:
    """Read every file of a workspace anew; return what is wrong, one sentence each, nothing for a sound one."""
    changed = [_changed(ledger.home, path) for path in _files(ledger.home) if as_written(path) is False]
    return [*maintenance.verify(ledger), *Networks(ledger).faults(), *changed]


def unproven(ledger: Ledger) -> int:
    """Return of how many files nothing says how they were written."""
    return maintenance.unproven(ledger) + sum(as_written(path) is None for path in _files(ledger.home))


def adopt(ledger: Ledger) -> None:
    """Vouch for every file of which nothing says how it was written, or that was changed, as it stands.

    Data files of the ledger that are damaged stay so.

    Raises
    ------
    UnwritableLedger
        If the workspace does not take it.
    """
    maintenance.adopt(ledger)
    with writing(ledger.home):
        for path in _files(ledger.home):
            if not as_written(path):
                vouch(path)


def damage(ledger: Ledger, version: int | None = None) -> list[str]:
    """Return what of a workspace cannot be shown as it was written at a version of the ledger, a sentence a file.

    Raises
    ------
    UnknownVersion
        If there is no such version.
    """
    facts = ledger.home / FACTS_FILE
    changed = [_changed(ledger.home, facts)] if as_written(facts) is False else []
    return [*ledger.damage(version), *changed]


def end_if_damaged(ledger: Ledger, *versions: int | None) -> None:
    """End a command line whose answer lacks what lies in damaged files: a sentence for each, and exit code 2."""
    with told_in_a_sentence():
        said = dict.fromkeys(fault for version in versions or (None,) for fault in damage(ledger, version))
    if said:
        sys.stderr.write("".join(f"{sentence}\n" for sentence in said))
        raise SystemExit(2)


def _files(home: Path) -> Iterator[Path]:
    """Give the files of a workspace outside of ledger and networks that are meant to stay."""
    for path in sorted(home.rglob("*")):
        if path.relative_to(home).parts[0] in ("ledger", NETWORKS, SPOOL, PURGING.name) or path.suffix in (
            _PROOF,
            _PART,
        ):
            continue
        if path.is_file():
            yield path


def _changed(home: Path, path: Path) -> Sentence:
    return sentence(
        "File {path} is not as it was written: it is damaged, or was changed by hand; "
        "if that was meant, `python -m geodata verify --adopt` takes it as it is.",
        path=str(path.relative_to(home)),
    )
