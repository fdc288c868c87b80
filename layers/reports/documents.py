"""The documents: which there are, by the ending of a file's name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final

from geodata.core.errors import WrongValue
from layers.audience.audiences import Audience
from layers.export.contents import Export
from layers.reports.contents import Report

_ROOM: Final = "layers.reports"


@dataclass(frozen=True, slots=True)
class Document:
    """A kind of document: its media type, what makes it of an export, and whether it tells of changes."""

    media: str
    make: Callable[[Export, Audience, str], bytes]
    with_changes: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """A form of a report: its media type, and what writes it."""

    media: str
    write: Callable[[Report], bytes]


def _late(module: str, name: str) -> Callable[..., bytes]:
    """Return a function that is loaded when it is first called: a file of layers needs no library for slides."""

    def call(*given: Any) -> bytes:
        content: bytes = getattr(import_module(f"{_ROOM}.{module}"), name)(*given)
        return content

    return call


def _report(ending: str) -> Document:
    def make(export: Export, audience: Audience, language: str) -> bytes:
        from layers.reports.writing import report_of

        return REPORTS[ending].write(report_of(export, audience, language))

    return Document(REPORTS[ending].media, make, with_changes=True)


_OFFICE = "application/vnd.openxmlformats-officedocument"
REPORTS: Final[dict[str, Form]] = {
    "pdf": Form("application/pdf", _late("pdf", "pdf")),
    "pptx": Form(f"{_OFFICE}.presentationml.presentation", _late("pptx", "pptx")),
    "docx": Form(f"{_OFFICE}.wordprocessingml.document", _late("docx", "docx")),
    "html": Form("text/html", _late("web_page", "web_page")),
}
"""Ending -> form of a report."""
DOCUMENTS: Final[dict[str, Document]] = {
    "html": Document("text/html", _late("standalone", "standalone")),
    "svg": Document("image/svg+xml", _late("sheet", "svg")),
    "png": Document("image/png", _late("sheet", "png")),
    "pdf": _report("pdf"),
    "pptx": _report("pptx"),
    "docx": _report("docx"),
}
"""Ending -> document, as an export is asked for; the page of a report is asked for as a report."""


def form_of(name: str) -> Form:
    """Return the form of a report that a file name asks for, or refuse another."""
    ending = name.lower().rpartition(".")[2]
    if ending not in REPORTS:
        rule = f"the name of a report must end in {', '.join(f'.{one}' for one in REPORTS)}"
        raise WrongValue(f"{name[-60:]!r}", rule=rule, done="nothing was written", where="--out")
    return REPORTS[ending]


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
