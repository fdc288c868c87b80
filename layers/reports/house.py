"""How an agency's reports look, read from a file of its own."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from geodata.core.errors import WrongValue
from layers.reports.contents import House

_LARGEST_LOGO = 2 * 2**20
_RULE = "it is a TOML file with organisation, banner, accent (#rrggbb), logo (PNG or SVG), slides (PPTX), letter (DOCX)"


class _Read(BaseModel):
    model_config = ConfigDict(extra="forbid")

    organisation: Annotated[str, StringConstraints(max_length=120)] = ""
    banner: Annotated[str, StringConstraints(max_length=120)] = ""
    accent: Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$")] = "#0067a8"
    logo: str = ""
    slides: str = ""
    letter: str = ""


def house_of(path: Path | None) -> House:
    """Return how reports look by a file; its paths are beside it.

    Raises
    ------
    WrongValue
        If the file or one that it names is missing, or says what is not known.
    """
    if path is None:
        return House()
    try:
        read = _Read.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, ValidationError) as error:
        what = re.sub(r"\s+", " ", str(error))[:160]
        raise WrongValue(what, rule=_RULE, done="nothing was written", where=path.name) from None
    logo = _beside(path, read.logo, (".png", ".svg"))
    if logo is not None and logo.stat().st_size > _LARGEST_LOGO:
        raise WrongValue(
            "the logo is too large", rule="it has at most 2 MB", done="nothing was written", where=logo.name
        )
    return House(
        read.organisation,
        read.banner,
        read.accent,
        logo,
        _beside(path, read.slides, (".pptx",)),
        _beside(path, read.letter, (".docx",)),
    )


def _beside(path: Path, name: str, endings: tuple[str, ...]) -> Path | None:
    if not name:
        return None
    found = path.parent / name
    if found.suffix.lower() not in endings or not found.is_file():
        raise WrongValue(
            f"there is no {name[:60]!r} beside it", rule=_RULE, done="nothing was written", where=path.name
        )
    return found
