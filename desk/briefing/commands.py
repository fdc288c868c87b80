"""Command line of briefings: ``python -m desk briefing``."""

from __future__ import annotations

import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from desk.briefing.due import drafted, mailed
from desk.briefing.model import SCHEDULES, Annotation, Briefing, Page, checked
from desk.briefing.store import Briefings, Kept
from desk.shares import DAYS, MOST_DAYS, Shares
from desk.watch.outbox import NotDelivered
from geodata.core.actor import actor
from geodata.core.atomic_write import handed_over
from geodata.core.errors import UnknownVersion, WrongValue, told_in_a_sentence
from geodata.core.settings import Settings
from geodata.ledger.store import Ledger

briefing = typer.Typer(help="Briefings: views with notes, made final, exported and shared.", no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON value instead of words.")]
Home = Annotated[Path | None, typer.Option(help="Workspace folder [env: ROUTES_HOME; default: workspace].")]
Id = Annotated[str, typer.Argument(help="Id of a briefing.")]
Purpose = Annotated[str, typer.Option(help="For the audit.")]


@briefing.command("list")
def list_(home: Home = None, as_json: AsJson = False) -> None:
    """List the briefings, the newest first."""
    with told_in_a_sentence():
        found = Briefings(_home(home)).every()
    if as_json:
        print(json.dumps([listed(one) for one in found], ensure_ascii=False))
        return
    table = Table("id", "title", "for", "", "pages", "version", "schedule", "made", "by")
    for one in found:
        facts = (one.state, str(len(one.pages)), str(one.version), one.briefing.schedule or "none", one.made_at[:10])
        table.add_row(*map(escape, (one.briefing_id, one.briefing.title, one.briefing.audience, *facts, one.made_by)))
    Console().print(table)


@briefing.command()
def new(
    title: Annotated[str, typer.Argument(help="What it is called.")],
    home: Home = None,
    audience: Annotated[str, typer.Option(help="own, partner or public: what may be seen (docs/export.md).")] = "own",
    language: Annotated[str, typer.Option(help="Of its documents: en, fr, es, ar.")] = "en",
    schedule: Annotated[str, typer.Option(help="weekly or monthly: makes the next draft by itself.")] = "",
) -> None:
    """Begin a briefing of the newest version of the ledger."""
    from layers.web.translations import language_named, report_languages

    told = {"title": title, "audience": audience, "schedule": schedule}
    with told_in_a_sentence():
        if schedule not in SCHEDULES:
            rule = f"it is {' or '.join(filter(None, SCHEDULES))}"
            raise WrongValue(repr(schedule[:20]), rule=rule, done="nothing was made", where="--schedule")
        told |= {"language": language_named(language, report_languages())}
        made = checked(Briefing, told, "the briefing")
        kept = Briefings(_home(home)).new(made, actor(), _newest(Ledger(_home(home))))
    print(kept.briefing_id)


@briefing.command()
def add(
    briefing_id: Id,
    heading: Annotated[str, typer.Option(help="Written above the map.")],
    home: Home = None,
    note: Annotated[str, typer.Option(help="Plain text beside it.")] = "",
    view: Annotated[
        str, typer.Option("--view", help="What is shown, as an address says it: from=2024-01-01&mode=sea")
    ] = "",
    box: Annotated[str, typer.Option(help="WEST,SOUTH,EAST,NORTH in degrees: the part of the map.")] = "",
    draw: Annotated[
        Path | None, typer.Option(help="GeoJSON with points, lines or polygons, each with a label.")
    ] = None,
    changes: Annotated[bool, typer.Option("--changes", help="A page of what changed since the last one.")] = False,
) -> None:
    """Put a page at the end of a draft."""
    from layers.audience.audiences import AUDIENCES
    from layers.reports.briefing import asked_on

    with told_in_a_sentence():
        store = Briefings(_home(home))
        told = {
            "kind": "changes" if changes else "view",
            "query": view,
            "box": _box(box) if box else None,
            "heading": heading,
            "note": note,
            "annotations": _drawn(draw) if draw else (),
        }
        page = checked(Page, told, "the page")
        asked_on(page.query, AUDIENCES[store.one(briefing_id).briefing.audience])
        page_id = store.add(briefing_id, page)
    print(page_id)


@briefing.command()
def final(briefing_id: Id, home: Home = None, purpose: Purpose = "") -> None:
    """Make a draft final: its documents are written, and it is never changed again."""
    from desk.briefing.making import frozen

    folder = _home(home)
    with told_in_a_sentence():
        kept = Briefings(folder).one(briefing_id)
        frozen(folder, kept, _source(Ledger(folder), kept.version), actor(), purpose)
    print(f"{briefing_id} is final.")


@briefing.command()
def export(
    briefing_id: Id,
    out: Annotated[Path, typer.Option("--out", "-o", help="File to write: .pdf, .pptx or .html.")],
    home: Home = None,
    purpose: Purpose = "",
) -> None:
    """Write a briefing as a file; that of a draft says so on each page."""
    from desk.briefing.making import document, recorded

    folder = _home(home)
    with told_in_a_sentence():
        kept, ending = Briefings(folder).one(briefing_id), out.suffix.lower().removeprefix(".")
        content, facts = document(folder, kept, ending, _source(Ledger(folder), kept.version))
        recorded(folder, kept, ending, content, facts, actor(), purpose)
        with handed_over(out) as part:
            part.write_bytes(content)
    print(f"Written to {out}.")


@briefing.command()
def share(
    briefing_id: Id,
    home: Home = None,
    days: Annotated[int, typer.Option(help=f"Until it ends, at most {MOST_DAYS}.")] = DAYS,
    phrase: Annotated[str, typer.Option(help="A pass-phrase that is asked for as well [env: ROUTES_PHRASE].")] = "",
    purpose: Purpose = "",
) -> None:
    """Make a link to a final briefing, and print its address, this once."""
    folder = _home(home)
    with told_in_a_sentence():
        secret = phrase or os.environ.get("ROUTES_PHRASE", "")
        content, told = Briefings(folder).to_share(briefing_id)
        token, made = Shares(folder).new(content, told, actor(), days=days, phrase=secret, purpose=purpose)
    print(f"/s/{token}")
    print(f"{made.share_id}, until {made.expires_at[:10]}. The address is not shown again.", file=sys.stderr)


@briefing.command("next")
def next_(briefing_id: Id, home: Home = None) -> None:
    """Begin the next briefing of a final one, with a page of what changed since."""
    from layers.reports.briefing import heading_of_changes

    folder, now = _home(home), datetime.now(UTC)
    with told_in_a_sentence():
        store = Briefings(folder)
        heading = heading_of_changes(store.one(briefing_id).briefing.language)
        made = store.next(briefing_id, actor(), _newest(Ledger(folder)), heading, now=now)
    print(made.briefing_id)


@briefing.command()
def run(home: Home = None) -> None:
    """Make the drafts that are due and mail a link to each; for cron. Exit code 1 where a link could not be mailed."""
    from layers.reports.briefing import heading_of_changes, worded_link

    settings = Settings()
    folder, now = home or settings.home, datetime.now(UTC)
    with told_in_a_sentence():
        for one in drafted(folder, actor(), _newest(Ledger(folder)), heading_of_changes, now):
            print(f"{one.briefing_id} was made after {one.follows}.")
        try:
            for one in mailed(folder, settings, worded_link, now):
                print(f"A link to {one.briefing_id} was mailed.")
        except (NotDelivered, WrongValue) as error:
            print(f"The drafts stand, no link was mailed: {error}", file=sys.stderr)
            raise typer.Exit(1) from None


def listed(kept: Kept) -> dict[str, Any]:
    """Return what of a briefing a list tells."""
    return {
        "id": kept.briefing_id,
        **kept.briefing.model_dump(),
        "state": kept.state,
        "version": kept.version,
        "follows": kept.follows,
        "made_at": kept.made_at,
        "made_by": kept.made_by,
        "final_at": kept.final_at,
        "final_by": kept.final_by,
        "marking": kept.told.get("marking", ""),
        "pages": len(kept.pages),
    }


def _source(ledger: Ledger, version: int) -> Any:
    from layers.from_workspace import read_export, read_since
    from layers.reports.briefing import Source

    return Source(
        lambda asked: read_export(asked, ledger, version),
        lambda asked, before: read_since(asked, ledger, before, version),
    )


def _newest(ledger: Ledger) -> int:
    version = ledger.version()
    if version is None:
        rule = "a briefing needs incidents: take a file in with `python -m geodata ingest FILE`"
        raise UnknownVersion("the workspace is empty", rule=rule, done="nothing was made", where=str(ledger.home))
    return version


def _box(text: str) -> list[float]:
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        rule = "it is WEST,SOUTH,EAST,NORTH in degrees"
        raise WrongValue(repr(text[:60]), rule=rule, done="nothing changed", where="--box") from None
    return [west, south, east, north]


def _drawn(path: Path) -> list[Annotation]:
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        features = told["features"] if told["type"] == "FeatureCollection" else [told]
    except (OSError, ValueError, KeyError, TypeError):
        rule = "it is a file of GeoJSON, features with a label each"
        raise WrongValue(repr(path.name[:60]), rule=rule, done="nothing changed", where="--draw") from None
    return [Annotation.of_geojson(feature) for feature in features]


def _home(home: Path | None) -> Path:
    return home or Settings().home
