"""What is taken away from the map: a file of layers, or a document, of what is asked for; or what it would hold."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response

from geodata.core.errors import WrongValue
from layers.audience.audiences import OWN, Audience, audience_named
from layers.export.contents import Export
from layers.export.files import FORMATS, encoded
from layers.export.making import Asked
from layers.export.tables import tables_of
from layers.reports.asking import asked_by
from layers.reports.documents import DOCUMENTS, document_of
from layers.web.translations import language_named, nearest, report_languages
from pages.data.audited import require_purpose
from pages.data.workspace_cache import sight
from pages.server.asked_versions import version_of
from pages.server.checked_answers import checked


def export(request: Request) -> Response:
    """Answer with a file, recorded before it leaves; with ``preview``, with what would be in it."""
    seen = sight()
    params = request.query_params
    kind = _format(params.get("format", ""))
    readers = audience_named(params.get("audience", OWN.name))
    document = document_of(f".{kind}", readers)
    purpose = require_purpose()
    asked = replace(asked_of(params, readers), with_changes=document is None or document.with_changes)
    export = seen.export(asked, version_of(request, seen), now())
    if document:
        spoken = nearest(request.headers.get("accept-language", ""))
        content = document.make(export, readers, language_named(params.get("lang", spoken), report_languages()))
    else:
        content = encoded(export, kind, params.getlist("layer"))
    if "preview" in params:
        return checked(request, json.dumps(_preview(export, kind, content, params)).encode(), "application/json")
    seen.record(export, export.name(kind), content, readers, purpose)
    headers = {"Content-Disposition": f'attachment; filename="{export.name(kind)}"', "Cache-Control": "no-store"}
    return Response(content, media_type=document.media if document else FORMATS[kind].media, headers=headers)


def now() -> datetime:
    """Return the moment."""
    return datetime.now(UTC)


def asked_of(params: QueryParams, readers: Audience) -> Asked:
    """Return what an export is asked for: a View, and countries, a pair of them, a drawn area or routes."""
    return asked_by(params.multi_items(), readers)


def _preview(export: Export, kind: str, content: bytes, params: QueryParams) -> dict[str, Any]:
    """Return what a file would hold, for who is about to take it."""
    tables = tables_of(export, params.getlist("layer")) if kind in FORMATS else []
    return {
        "name": export.name(kind),
        "bytes": len(content),
        "incidents": export.incidents.height,
        "withheld": export.withheld,
        "routes": export.routes_with_incidents,
        "marking": export.marking,
        "start": export.view.start.isoformat() if export.view.start else None,
        "end": export.view.end.isoformat() if export.view.end else None,
        "rows": [{"layer": table.name, "rows": len(table.frame)} for table in tables],
    }


def _format(text: str) -> str:
    if text in FORMATS or text in DOCUMENTS:
        return text
    rule = f"a format is {', '.join((*FORMATS, *DOCUMENTS))}"
    raise WrongValue(f"format={text[:20]!r}", rule=rule, done="nothing was written")
