"""Briefings as they are kept: drafts that are changed, and final ones with their documents, which never are.

What a final briefing shows was made when it was made final and is kept byte by byte; nothing of it is asked of the
ledger again.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import secrets
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.engine import Row

from desk.briefing.model import MOST_PAGES, Briefing, Page, checked
from desk.state import changing, require_not_purged, rows_of
from desk.tables import BRIEFING_PAGES, BRIEFINGS
from desk.watch.store import moment
from geodata.core.atomic_write import whole
from geodata.core.audit import Audit
from geodata.core.errors import RoutesError, WrongValue

MOST_DRAFTS: Final = 100
FOLDER: Final = "briefings"
_EVERY: Final = timedelta(days=7)
_LOOK = "`python -m desk briefing list` shows them"
_YEAR = 12


class NoSuchBriefing(RoutesError):
    """A briefing, a page of one or a document that is not there."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A briefing as it is kept.

    Attributes
    ----------
    briefing_id, follows : str
        Its own id, and that of the briefing that it was made from; "" for none.
    briefing : Briefing
    state : str
        draft, final, thrown away or purged.
    version : int
        Of the ledger, that it is pinned to.
    before : int or None
        That of the briefing that it follows.
    made_at, made_by, final_at, final_by : str
        Moments are RFC 3339, UTC; "" for never.
    told : mapping
        Of a final one what its documents say of themselves: ``marking``, ``export_id`` and more (``desk.shares``).
    files : mapping
        Ending of each document -> its SHA-256.
    mail : str
        waiting for a link to be mailed, sent, or "".
    pages : tuple of (str, Page)
        Id and page, in their order.
    """

    briefing_id: str
    follows: str
    briefing: Briefing
    state: str
    version: int
    before: int | None
    made_at: str
    made_by: str
    final_at: str
    final_by: str
    told: Mapping[str, Any]
    files: Mapping[str, str]
    mail: str
    pages: tuple[tuple[str, Page], ...]


class Briefings:
    """The briefings of a workspace.

    Parameters
    ----------
    home : Path
        The workspace folder.
    """

    def __init__(self, home: Path) -> None:
        self._home, self._folder, self._audit = home, home / "desk" / FOLDER, Audit(home)

    def new(
        self,
        briefing: Briefing,
        actor: str,
        version: int,
        *,
        follows: str = "",
        pages: Sequence[Page] = (),
        by_itself: bool = False,
    ) -> Kept:
        """Begin a briefing.

        Parameters
        ----------
        briefing : Briefing
        actor : str
        version : int
            Of the ledger, that it is pinned to.
        follows : str
            Id of the one that it is made from.
        pages : sequence of Page
        by_itself : bool
            A schedule makes it: a link to it waits to be mailed.

        Raises
        ------
        WrongValue
            If there are too many drafts, or incidents of the version were purged since.
        """
        require_not_purged(self._home, version)
        if sum(one.state == "draft" for one in self.every()) >= MOST_DRAFTS:
            rule = f"there are at most {MOST_DRAFTS} drafts"
            raise WrongValue("one more draft", rule=rule, done="nothing was made")
        briefing_id = f"b-{secrets.token_hex(4)}"
        self._audit.enter(actor, "brief", briefing_id, what="begun", audience=briefing.audience, follows=follows)
        row = {
            "briefing_id": briefing_id,
            "said": briefing.model_dump_json(),
            "state": "draft",
            "ledger_version": version,
            "follows": follows or None,
            "made_at": moment(datetime.now(UTC)),
            "made_by": actor,
            "mail": "waiting" if by_itself else "",
        }
        with changing(self._home) as tables:
            tables.execute(insert(BRIEFINGS).values(row))
            for place, page in enumerate(pages):
                tables.execute(insert(BRIEFING_PAGES).values(_row(briefing_id, place, page)))
        return self.one(briefing_id)

    def every(self) -> list[Kept]:
        """Return all, the newest first."""
        rows = rows_of(self._home, select(BRIEFINGS))
        held: dict[str, list[tuple[str, Page]]] = {}
        for page in rows_of(self._home, select(BRIEFING_PAGES).order_by(BRIEFING_PAGES.c.place)):
            held.setdefault(page.briefing_id, []).append((page.page_id, Page.model_validate_json(page.said)))
        versions = {row.briefing_id: row.ledger_version for row in rows}
        found = [_kept(row, versions.get(row.follows), held.get(row.briefing_id, [])) for row in rows]
        return sorted(found, key=lambda one: (one.made_at, one.briefing_id), reverse=True)

    def one(self, briefing_id: str) -> Kept:
        """Return the one of an id.

        Raises
        ------
        NoSuchBriefing
        """
        found = [one for one in self.every() if one.briefing_id == briefing_id]
        if not found:
            raise NoSuchBriefing(f"there is no briefing {briefing_id[:40]!r}", rule=_LOOK, done="nothing changed")
        return found[0]

    def change(self, briefing_id: str, told: Mapping[str, Any]) -> Kept:
        """Change title, audience, language or schedule of a draft; of a final one the schedule alone.

        Raises
        ------
        NoSuchBriefing, WrongValue
        """
        kept = self.one(briefing_id)
        made = checked(Briefing, kept.briefing.model_dump() | dict(told), "the briefing")
        if kept.state == "final" and made.model_copy(update={"schedule": kept.briefing.schedule}) != kept.briefing:
            raise _frozen(kept.state)
        if kept.state == "final":  # when the next one is made is no part of what was made final
            of_it = (BRIEFINGS.c.briefing_id == briefing_id) & (BRIEFINGS.c.state == "final")
            with changing(self._home) as tables:
                tables.execute(update(BRIEFINGS).where(of_it).values(said=made.model_dump_json()))
            return self.one(briefing_id)
        with self._drafted(briefing_id) as tables:
            mine = BRIEFINGS.c.briefing_id == briefing_id
            tables.execute(update(BRIEFINGS).where(mine).values(said=made.model_dump_json()))
        return self.one(briefing_id)

    def pin(self, briefing_id: str, version: int) -> Kept:
        """Pin a draft to another version of the ledger."""
        require_not_purged(self._home, version)
        with self._drafted(briefing_id) as tables:
            tables.execute(
                update(BRIEFINGS).where(BRIEFINGS.c.briefing_id == briefing_id).values(ledger_version=version)
            )
        return self.one(briefing_id)

    def add(self, briefing_id: str, page: Page) -> str:
        """Put a page at the end of a draft; return its id."""
        with self._drafted(briefing_id) as tables:
            of_it = select(BRIEFING_PAGES.c.place).where(BRIEFING_PAGES.c.briefing_id == briefing_id)
            places = [row.place for row in tables.execute(of_it)]
            if len(places) >= MOST_PAGES:
                rule = f"a briefing has at most {MOST_PAGES} pages"
                raise WrongValue("one more page", rule=rule, done="nothing changed")
            row = _row(briefing_id, max(places, default=-1) + 1, page)
            tables.execute(insert(BRIEFING_PAGES).values(row))
        return str(row["page_id"])

    def edit(self, briefing_id: str, page_id: str, told: Mapping[str, Any]) -> None:
        """Change what a page of a draft says."""
        page = checked(Page, self._page(briefing_id, page_id).model_dump() | dict(told), "the page")
        with self._drafted(briefing_id) as tables:
            mine = BRIEFING_PAGES.c.page_id == page_id
            tables.execute(update(BRIEFING_PAGES).where(mine).values(said=page.model_dump_json()))

    def move(self, briefing_id: str, page_id: str, to: int) -> None:
        """Put a page of a draft into another place, from 0; beyond the end is the end."""
        self._page(briefing_id, page_id)
        order = [one for one, _ in self.one(briefing_id).pages if one != page_id]
        order.insert(max(0, to), page_id)
        with self._drafted(briefing_id) as tables:
            for place, one in enumerate(order):
                tables.execute(update(BRIEFING_PAGES).where(BRIEFING_PAGES.c.page_id == one).values(place=place))

    def remove(self, briefing_id: str, page_id: str) -> None:
        """Take a page out of a draft."""
        self._page(briefing_id, page_id)
        with self._drafted(briefing_id) as tables:
            tables.execute(delete(BRIEFING_PAGES).where(BRIEFING_PAGES.c.page_id == page_id))

    def delete(self, briefing_id: str, actor: str) -> None:
        """Throw a draft away."""
        self.one(briefing_id)
        self._audit.enter(actor, "brief", briefing_id, what="thrown away")
        with self._drafted(briefing_id) as tables:
            mine = BRIEFINGS.c.briefing_id == briefing_id
            tables.execute(delete(BRIEFING_PAGES).where(BRIEFING_PAGES.c.briefing_id == briefing_id))
            # One that follows another is remembered, so that a schedule does not make it again.
            tables.execute(delete(BRIEFINGS).where(mine, BRIEFINGS.c.follows.is_(None)))
            tables.execute(update(BRIEFINGS).where(mine).values(**_BARE | {"state": "thrown away"}))

    def make_final(
        self, kept: Kept, actor: str, documents: Mapping[str, bytes], told: Mapping[str, Any], purpose: str = ""
    ) -> Kept:
        """Freeze a draft with its documents.

        Parameters
        ----------
        kept : Kept
            The draft that the documents were made of.
        actor : str
        documents : mapping
            Ending -> document.
        told : mapping
            What they say of themselves.
        purpose : str

        Raises
        ------
        WrongValue
            If it has no page, is no draft, was changed meanwhile, or incidents of its version were purged since.
        """
        if not kept.pages:
            raise WrongValue("the briefing", rule="it has one page at least", done="it stays a draft")
        if kept.state != "draft":
            raise _frozen(kept.state)
        require_not_purged(self._home, kept.version)
        files = {ending: hashlib.sha256(content).hexdigest() for ending, content in documents.items()}
        facts = {"what": "made final", "ledger_version": kept.version, "marking": told.get("marking", "")}
        self._audit.enter(actor, "brief", kept.briefing_id, purpose, **facts)
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for ending, content in documents.items():
            with whole(self._file(files[ending])) as part:
                part.write_bytes(gzip.compress(content, mtime=0))
        with self._drafted(kept.briefing_id) as tables:
            if not _same(tables, kept):
                rule = "nobody changes it meanwhile"
                raise WrongValue("the briefing was changed", rule=rule, done="it stays a draft; make it final again")
            values = {
                "state": "final",
                "final_at": moment(datetime.now(UTC)),
                "final_by": actor,
                "told": json.dumps(dict(told)),
                "files": json.dumps(files),
            }
            tables.execute(update(BRIEFINGS).where(BRIEFINGS.c.briefing_id == kept.briefing_id).values(**values))
        try:  # a purge in between has not seen it
            require_not_purged(self._home, kept.version)
        except WrongValue:
            forget(self._home, kept.briefing_id)
            raise
        return self.one(kept.briefing_id)

    def document(self, briefing_id: str, ending: str) -> bytes:
        """Return a document of a final briefing, as it was when it was made final.

        Raises
        ------
        NoSuchBriefing
            If there is none, or it is damaged.
        """
        digest = self.one(briefing_id).files.get(ending, "")
        try:
            content = gzip.decompress(self._file(digest).read_bytes()) if digest else b""
        except (OSError, EOFError, ValueError, zlib.error):
            content = b""
        if not digest or hashlib.sha256(content).hexdigest() != digest:
            rule = "it is there once the briefing is made final, until a purge"
            raise NoSuchBriefing(f"there is no such document of {briefing_id}", rule=rule, done="nothing was read")
        return content

    def to_share(self, briefing_id: str) -> tuple[bytes, dict[str, Any]]:
        """Return the page of a final briefing that stands behind a link, and what ``Shares.new`` is told of it.

        Raises
        ------
        NoSuchBriefing
        WrongValue
            If it is not final, or for the own organisation: whoever has a link can hand it on.
        """
        kept = self.one(briefing_id)
        if kept.state != "final":
            rule = "a briefing is shared once it is final"
            raise WrongValue(f"{briefing_id} is {kept.state}", rule=rule, done="nothing was shared")
        if kept.briefing.audience == "own":
            rule = "a link is for partners or the public"
            raise WrongValue("the audience 'own'", rule=rule, done="nothing was shared")
        return self.document(briefing_id, "shared"), dict(kept.told)

    def next(
        self, briefing_id: str, actor: str, version: int, heading: str, *, by_itself: bool = False, now: datetime
    ) -> Kept:
        """Begin the briefing after a final one: the same pages behind one of what changed since.

        Windows of pages move on by the whole months since the one before was begun; notes and annotations stay, for
        whoever edits the draft. The schedule passes on to the new one.

        Parameters
        ----------
        briefing_id, actor : str
        version : int
            The newest version of the ledger.
        heading : str
            Of the page of what changed.
        by_itself : bool
        now : datetime

        Raises
        ------
        WrongValue
            If it is not final.
        """
        kept = self.one(briefing_id)
        if kept.state != "final":
            rule = "the next briefing is made of one that is final"
            raise WrongValue(f"{briefing_id} is {kept.state}", rule=rule, done="nothing was made")
        begun = datetime.fromisoformat(kept.made_at)
        months = max(0, now.year * _YEAR + now.month - begun.year * _YEAR - begun.month)
        shown = [page.moved_on(months) for _, page in kept.pages if page.kind == "view"]
        first = next((page for _, page in kept.pages if page.kind == "changes"), Page(kind="changes", heading=heading))
        pages = [first.model_copy(update={"note": ""}).moved_on(months), *shown][:MOST_PAGES]
        return self.new(kept.briefing, actor, version, follows=briefing_id, pages=pages, by_itself=by_itself)

    def due(self, now: datetime) -> list[Kept]:
        """Return the final briefings with a schedule whose next draft is due and not made."""
        every = self.every()
        followed = {one.follows for one in every}
        return [
            one
            for one in every
            if one.state == "final"
            and one.briefing.schedule
            and one.briefing_id not in followed
            and due_at(one.made_at, one.briefing.schedule) <= now
        ]

    def mailed(self, briefing_id: str) -> None:
        """Keep that a link to a draft was mailed."""
        with changing(self._home) as tables:
            tables.execute(update(BRIEFINGS).where(BRIEFINGS.c.briefing_id == briefing_id).values(mail="sent"))

    @contextmanager
    def _drafted(self, briefing_id: str) -> Iterator[Connection]:
        """Hold the tables for changes to a draft; of what is final nothing is changed."""
        with changing(self._home) as tables:
            # Written first, so that nobody makes it final between this look and the change.
            mine = BRIEFINGS.c.briefing_id == briefing_id
            draft = update(BRIEFINGS).where(mine, BRIEFINGS.c.state == "draft").values(state="draft")
            if not tables.execute(draft).rowcount:
                row = tables.execute(select(BRIEFINGS.c.state).where(mine)).first()
                if row is None:
                    raise NoSuchBriefing(
                        f"there is no briefing {briefing_id[:40]!r}", rule=_LOOK, done="nothing changed"
                    )
                raise _frozen(row.state)
            yield tables

    def _page(self, briefing_id: str, page_id: str) -> Page:
        found = dict(self.one(briefing_id).pages).get(page_id)
        if found is None:
            raise NoSuchBriefing(f"there is no page {page_id[:40]!r}", rule=_LOOK, done="nothing changed")
        return found

    def _file(self, digest: str) -> Path:
        return self._folder / f"{digest}.gz"


def due_at(made_at: str, schedule: str) -> datetime:
    """Return when the next draft is due after one that was begun: in seven days, or a calendar month.

    Examples
    --------
    >>> due_at("2026-01-31T08:00:00Z", "monthly").date().isoformat()
    '2026-02-28'
    """
    begun = datetime.fromisoformat(made_at)
    if schedule == "weekly":
        return begun + _EVERY
    first = begun.replace(day=1) + timedelta(days=32)
    last = (first.replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    return first.replace(day=min(begun.day, last.day))


_BARE: Final = {"said": Briefing(title="(gone)").model_dump_json(), "told": "{}", "files": "{}", "mail": ""}
"""What is left of a briefing that is gone."""


def forget(home: Path, briefing_id: str = "") -> None:
    """Leave of one briefing, or of all, that there was one: pages, title and documents quote counts and notes."""
    files: set[str] = set()
    with changing(home) as tables:
        rows = list(tables.execute(select(BRIEFINGS)))
        gone = [row.briefing_id for row in rows if briefing_id in ("", row.briefing_id)]
        files = {one for row in rows if row.briefing_id not in gone for one in json.loads(row.files or "{}").values()}
        tables.execute(delete(BRIEFING_PAGES).where(BRIEFING_PAGES.c.briefing_id.in_(gone)))
        tables.execute(update(BRIEFINGS).where(BRIEFINGS.c.briefing_id.in_(gone)).values(**_BARE | {"state": "purged"}))
    for file in (home / "desk" / FOLDER).glob("*"):
        if file.name.partition(".")[0] not in files:
            file.unlink(missing_ok=True)


def _same(tables: Connection, kept: Kept) -> bool:
    row = tables.execute(select(BRIEFINGS).where(BRIEFINGS.c.briefing_id == kept.briefing_id)).one()
    asked = select(BRIEFING_PAGES).where(BRIEFING_PAGES.c.briefing_id == kept.briefing_id)
    pages = [(one.page_id, one.said) for one in tables.execute(asked.order_by(BRIEFING_PAGES.c.place))]
    then = [(page_id, page.model_dump_json()) for page_id, page in kept.pages]
    return (row.said, row.ledger_version, pages) == (kept.briefing.model_dump_json(), kept.version, then)


def _row(briefing_id: str, place: int, page: Page) -> dict[str, Any]:
    said = page.model_dump_json()
    return {"page_id": f"p-{secrets.token_hex(4)}", "briefing_id": briefing_id, "place": place, "said": said}


def _kept(row: Row[Any], before: int | None, pages: list[tuple[str, Page]]) -> Kept:
    return Kept(
        row.briefing_id,
        row.follows or "",
        Briefing.model_validate_json(row.said),
        row.state,
        row.ledger_version,
        before,
        row.made_at,
        row.made_by,
        row.final_at,
        row.final_by,
        json.loads(row.told),
        json.loads(row.files),
        row.mail,
        tuple(pages),
    )


def _frozen(state: str) -> WrongValue:
    rule = "a final briefing is never changed; make a new one of it" if state == "final" else "it is a draft"
    return WrongValue(f"the briefing is {state}", rule=rule, done="nothing changed")
