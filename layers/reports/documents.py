"""The documents: which there are, by the ending of a file's name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from geodata.core.errors import WrongValue
from layers.audience.audiences import Audience
from layers.export.contents import Export
from layers.reports.standalone import standalone


@dataclass(frozen=True, slots=True)
class Document:
    """A kind of document: its media type, and what makes it of an export for an audience in a language."""

    media: str
    make: Callable[[Export, Audience, str], bytes]


DOCUMENTS: Final[dict[str, Document]] = {
    "html": Document("text/html", standalone),
}
"""Ending -> document."""


def document_of(name: str, audience: Audience) -> Document | None:
    """Return the document that a file name asks for, None if it asks for a format of layers.

    Raises
    ------
    WrongValue
        If it asks for layers for an audience that does not see every count: layers hold what maps show rounded off.
    """
    ending = name.lower().rpartition(".")[2]
    if ending in DOCUMENTS:
        return DOCUMENTS[ending]
    if not audience.sees_all:
        raise WrongValue(
            f"{name[-60:]!r} for the audience {audience.name!r}",
            rule=f"beyond the own organisation there are {', '.join(f'.{one}' for one in DOCUMENTS)}",
            done="nothing was written",
            where="--audience",
        )
    return None
