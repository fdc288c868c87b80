"""Write NOTICE: what of others this product carries or needs, with licences: ``python -m docs.notice``."""

from __future__ import annotations

import re
import tomllib
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).parent.parent
NOTICE = ROOT / "NOTICE"
_UNSTATED = {"polars-hash": "MIT", "resvg-py": "MIT"}
"""Licences that a library's metadata do not name: they stand in its repository, or in the text that it brings."""


def notice() -> str:
    """Return the text, from ``SOURCES.toml`` and the metadata of what ``requirements.txt`` pins."""
    sources = tomllib.loads((ROOT / "geodata/reference/SOURCES.toml").read_text(encoding="utf-8"))
    data = [f"  {file}: {told['source']} ({told['licence']})" for file, told in sources.items()]
    pinned = re.findall(r"^([A-Za-z0-9_.-]+)==", (ROOT / "requirements.txt").read_text(encoding="utf-8"), re.MULTILINE)
    libraries = [f"  {name}: {licence(name)}" for name in dict.fromkeys(pinned) if licence(name)]
    return "\n".join(
        [
            "Smuggling route monitor",
            "Licensed under the Apache License, version 2.0 (LICENSE).",
            "",
            "Reference data that it carries (geodata/reference):",
            *sorted(data),
            "",
            "Libraries that it needs (requirements.txt), installed beside it and not carried in it:",
            *libraries,
            "",
        ]
    )


def licence(name: str) -> str:
    """Return the licence of an installed library, "" for one that this platform does not need."""
    try:
        told = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return ""
    stated = told.get("License-Expression") or ""
    classified = [one.rpartition(" :: ")[2] for one in told.get_all("Classifier") or () if one.startswith("License")]
    short = (told.get("License") or "").strip().partition("\n")[0]
    return stated or _UNSTATED.get(name) or ", ".join(classified) or short or "see its own files"


if __name__ == "__main__":
    NOTICE.write_text(notice(), encoding="utf-8")
