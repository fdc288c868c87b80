"""Records of exports: what left, when, of what, under which mark, and its SHA-256, so that a file can be known again.

Each workspace keeps one line a file in ``exports.jsonl``; the command line puts the same beside the file as
``NAME.manifest.json``, for whoever has the file and not the workspace.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from geodata.core.audit import Audit
from geodata.core.errors import WrongValue
from geodata.core.staging import unwritable
from layers.audience.audiences import OWN, Audience
from layers.export.contents import Export

MANIFEST = ".manifest.json"
_KEPT = "exports.jsonl"
_OWN_ALONE = ("incidents", "withheld", "routes", "actor")


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a file: its record, None for none; and whether the file is as it was written."""

    record: dict[str, Any] | None
    sha256: str
    untouched: bool


def record_of(export: Export, name: str, content: Path | bytes, actor: str, audience: Audience = OWN) -> dict[str, Any]:
    """Return the record of a file, as the workspace keeps it."""
    stamp = json.loads(json.dumps(export.stamp, default=str))
    size = len(content) if isinstance(content, bytes) else content.stat().st_size
    return {
        "file": name,
        "sha256": digest_of(content),
        "bytes": size,
        "incidents": export.incidents.height,
        "withheld": export.withheld,
        "routes": export.routes_with_incidents,
        "actor": actor,
        "audience": audience.name,
        **stamp,
    }


def beside(record: Mapping[str, Any], audience: Audience) -> dict[str, Any]:
    """Return what of a record may lie beside the file, as it is handed on with it.

    Beyond the own organisation it holds no exact counts, nothing of what is marked too high, and no user.
    """
    return {name: value for name, value in record.items() if audience.sees_all or name not in _OWN_ALONE}


def digest_of(content: Path | bytes) -> str:
    """Return a SHA-256 in hexadecimal digits."""
    if isinstance(content, bytes):
        return hashlib.sha256(content).hexdigest()
    with content.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def keep(record: dict[str, Any], home: Path, purpose: str = "") -> None:
    """Add a record to those of a workspace, and an entry to its audit, on the disk before this returns.

    Raises
    ------
    UnwritableWorkspace, NotRecorded
        If it cannot be written; nothing may leave that is not recorded.
    """
    facts: dict[str, Any] = {
        name: record.get(name) for name in ("file", "sha256", "marking", "incidents", "ledger_version", "view")
    }
    Audit(home).enter(record["actor"], "export", record["export_id"], purpose, **facts)
    line = json.dumps(record, ensure_ascii=False, sort_keys=True).encode() + b"\n"
    try:
        handle = os.open(home / _KEPT, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(handle, line)
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError as error:
        raise unwritable(home, error) from None


def known(path: Path, home: Path) -> Known:
    """Tell what a file is and whether it is untouched, by its manifest or the records of a workspace.

    Raises
    ------
    WrongValue
        If there is no such file.
    """
    if not path.is_file():
        raise WrongValue(
            f"there is no file {path.name!r}", rule="name a file that was exported", done="nothing was read"
        )
    sha256 = digest_of(path)
    beside = path.with_name(path.name + MANIFEST)
    kept = [] if not (home / _KEPT).is_file() else (home / _KEPT).read_text(encoding="utf-8").splitlines()
    records = [json.loads(line) for line in reversed(kept) if line]
    same = next((record for record in records if record["sha256"] == sha256), None)
    if same is not None:
        return Known(same, sha256, untouched=True)
    if beside.is_file():
        record = json.loads(beside.read_text(encoding="utf-8"))
        return Known(record, sha256, untouched=record.get("sha256") == sha256)
    named = next((record for record in records if record["file"] == path.name), None)
    return Known(named, sha256, untouched=False)
