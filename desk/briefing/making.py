"""How a briefing becomes documents: drafts when they are looked at, final ones once, when they are made final."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

from desk.briefing.store import Briefings, Kept
from geodata.core.errors import WrongValue
from layers.audience.audiences import AUDIENCES
from layers.export.records import digest_of, keep
from layers.reports.briefing import ENDINGS, Slide, Source, Told, briefed, documents
from layers.reports.documents import REPORTS
from layers.reports.presentation import presentation

MEDIA: Final = {ending: REPORTS[ending].media for ending in ENDINGS}
"""Ending -> media type of each document."""


def told_of(kept: Kept) -> Told:
    """Return a briefing as its documents tell it."""
    pages = (page for _, page in kept.pages)
    slides = [Slide(one.kind, one.query, one.box, one.heading, one.note, one.annotations) for one in pages]
    audience = AUDIENCES[kept.briefing.audience]
    draft = kept.state == "draft"
    return Told(kept.briefing.title, audience, kept.briefing.language, kept.version, kept.before, draft, slides)


def frozen(home: Path, kept: Kept, source: Source, actor: str, purpose: str = "") -> Kept:
    """Make a draft final, with its documents.

    Raises
    ------
    WrongValue
        If it cannot be made final; it stays a draft.
    """
    if not kept.pages:
        raise WrongValue("the briefing", rule="it has one page at least", done="it stays a draft")
    told = told_of(kept)
    final = Told(told.title, told.audience, told.language, told.version, told.before, draft=False, slides=told.slides)
    made, facts = documents(final, source)
    return Briefings(home).make_final(kept, actor, made, facts, purpose)


def document(home: Path, kept: Kept, ending: str, source: Source) -> tuple[bytes, dict[str, Any]]:
    """Return a document of a briefing and what it says of itself: as it was made final, or of the draft as it is now.

    Raises
    ------
    WrongValue
        If there is no such form, or a page asks for what is not there.
    """
    if ending not in ENDINGS:
        rule = f"a briefing is {', '.join(ENDINGS)}"
        raise WrongValue(f"{ending[:20]!r}", rule=rule, done="nothing was written")
    if kept.state != "draft":
        return Briefings(home).document(kept.briefing_id, ending), dict(kept.told)
    report, facts = briefed(told_of(kept), source)
    return presentation(report) if ending == "html" else REPORTS[ending].write(report), facts


def file_name(kept: Kept, ending: str) -> str:
    """Return what a document is called: briefing-monthly-b-1a2b3c4d-TLPGREEN.pdf."""
    title = re.sub(r"[^a-z0-9]+", "-", kept.briefing.title.lower()).strip("-")[:40]
    state = "draft" if kept.state == "draft" else ""
    marked = re.sub(r"[^A-Za-z0-9-]", "", str(kept.told.get("marking", "")))
    return "-".join(filter(None, ("briefing", title, kept.briefing_id, state, marked))) + f".{ending}"


def recorded(home: Path, kept: Kept, ending: str, content: bytes, facts: dict[str, Any], actor: str, case: str) -> None:
    """Keep a record of a document that leaves, and an entry "export" in the audit, before it does.

    Raises
    ------
    NotRecorded, UnwritableWorkspace
    """
    told = {name: value for name, value in facts.items() if name not in ("policy", "title", "language", "withheld")}
    record = {
        "file": file_name(kept, ending),
        "sha256": digest_of(content),
        "bytes": len(content),
        "actor": actor,
        "briefing": kept.briefing_id,
    }
    keep(told | record, home, case)
