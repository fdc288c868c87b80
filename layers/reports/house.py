"""How an agency's reports look, read from a file of its own."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from geodata.core.errors import WrongValue
from layers.reports.contents import House
from layers.reports.logo import ENDINGS, logo_of

_RULE = "it is a TOML file with organisation, banner, accent (#rrggbb), logo (PNG or SVG), slides (PPTX), letter (DOCX)"


Line = Annotated[str, StringConstraints(max_length=120, pattern=r"^[^\x00-\x1f\x7f]*$")]


class _Read(BaseModel):
    model_config = ConfigDict(extra="forbid")

    organisation: Line = ""
    banner: Line = ""
    accent: Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$")] = "#0067a8"
    logo: Line = ""
    slides: Line = ""
    letter: Line = ""


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
    except OSError:
        raise WrongValue("it cannot be read", rule=_RULE, done="nothing was written", where=path.name) from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, ValidationError) as error:
        what = re.sub(r"\s+", " ", str(error))[:160]
        raise WrongValue(what, rule=_RULE, done="nothing was written", where=path.name) from None
    logo = _beside(path, read.logo, ENDINGS)
    return House(
        read.organisation,
        read.banner,
        read.accent,
        logo_of(logo) if logo else None,
        _beside(path, read.slides, (".pptx",)),
        _beside(path, read.letter, (".docx",)),
    )


def _beside(path: Path, name: str, endings: tuple[str, ...]) -> Path | None:
    if not name:
        return None
    found = (path.parent / name).resolve()
    inside = found.is_relative_to(path.parent.resolve())  # of another folder nothing gets into a report, nor by a link
    if not inside or found.suffix.lower() not in endings or not found.is_file():
        raise WrongValue(
            f"there is no {name[:60]!r} beside it", rule=_RULE, done="nothing was written", where=path.name
        )
    return found
