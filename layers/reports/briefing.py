"""A briefing as a report of one page a view: map, note and numbered routes, what changed since, and how it was made.

Audience and disclosure are those of reports: everything counted is what the audience may see.
"""

# Texts here are said in reports.

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import parse_qsl

from geodata.core.handling import HANDLING_MARKS
from geodata.core.messages import mark
from layers.audience.audiences import Audience
from layers.export.contents import Export
from layers.export.making import Asked
from layers.reports.asking import asked_by
from layers.reports.contents import Block, Figures, House, Picture, Report, Section, Spread, Table, legible
from layers.reports.documents import REPORTS
from layers.reports.marks import Mark, mark_on
from layers.reports.presentation import presentation
from layers.reports.sheet import Map, mapped
from layers.reports.since import Since, shown_count
from layers.reports.standalone import policy_of
from layers.reports.told import asked_for, period, route_title
from layers.reports.writing import limits_of
from layers.web.translations import Words, words

ENDINGS: Final = ("pdf", "pptx", "html")
SHARED: Final = "shared"
"""Beside the documents: the page behind a link."""
_MAP: Final = (900, 640)
_NUMBERED: Final = 6
_ROWS: Final = 18
_NO_ADDRESS: Final = ("lat", "lon", "z", "step", "sel", "theme", "lang", "hide", "show", "own", "version")


@dataclass(frozen=True, slots=True)
class Slide:
    """A page as it is told: ``desk.briefing.model.Page``."""

    kind: str
    query: str
    box: tuple[float, float, float, float] | None
    heading: str
    note: str
    marks: Sequence[Mark]


@dataclass(frozen=True, slots=True)
class Told:
    """A briefing as it is told; ``before`` is the version that its forerunner was pinned to, None for none."""

    title: str
    audience: Audience
    language: str
    version: int
    before: int | None
    draft: bool
    slides: Sequence[Slide]


@dataclass(frozen=True, slots=True)
class Source:
    """What answers: exports of the version that a briefing is pinned to, and what changed since another one."""

    export: Callable[[Asked], Export]
    since: Callable[[Asked, int], Since]


def asked_on(query: str, audience: Audience) -> Asked:
    """Return what a page asks for; where on the map somebody was is no part of it.

    Raises
    ------
    WrongValue
    """
    pairs = [(name, value) for name, value in parse_qsl(query) if name not in _NO_ADDRESS]
    asked = asked_by(pairs, audience)
    return Asked(asked.view, asked.area, asked.routes, audience=audience, with_changes=False)


def documents(told: Told, source: Source, moment: datetime | None = None) -> tuple[dict[str, bytes], dict[str, Any]]:
    """Return the documents of a briefing by ending, the page to share among them, and what they say of themselves."""
    report, facts = briefed(told, source, moment=moment)
    made = {ending: REPORTS[ending].write(report) for ending in ("pdf", "pptx")}
    made |= {"html": presentation(report), SHARED: presentation(report, shared=True)}
    return made, facts | {"policy": policy_of(made[SHARED])}


def briefed(
    told: Told, source: Source, house: House | None = None, moment: datetime | None = None
) -> tuple[Report, dict[str, Any]]:
    """Return a briefing as a report, and what it says of itself as ``desk.shares.Shares.new`` asks.

    Parameters
    ----------
    told : Told
    source : Source
    house : House, optional
    moment : datetime, optional
        When it is made; None for now.

    Raises
    ------
    WrongValue
        If a page asks for what is not there.
    """
    writer = _Writer(told, source)
    sections = tuple(writer.sections())
    exports = writer.exports
    spoken, now = writer.spoken, moment or datetime.now(UTC)
    marking = max((one.marking for one in exports), key=_height, default="")
    methods = sorted({one.routes.method_version for one in exports})
    foot = [
        spoken.say(mark("ledger version {version}"), {"version": str(told.version)}),
        spoken.say(mark("method {method}"), {"method": ", ".join(methods)}),
        now.astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z"),
    ]
    report = Report(
        spoken=spoken,
        title=legible(told.title),
        subtitle=legible(" · ".join((*writer.periods(), f"{now:%Y-%m-%d}", spoken.say(told.audience.words, {})))),
        marking=marking,
        foot=" · ".join(foot),
        sections=legible(sections),
        moment=now,
        synthetic=spoken.say(mark("SYNTHETIC DEMONSTRATION DATA"), {}) if any(one.synthetic for one in exports) else "",
        house=house or House(),
        state=spoken.say(mark("DRAFT"), {}) if told.draft else "",
        one_a_page=True,
    )
    return report, {
        "title": told.title,
        "audience": told.audience.name,
        "language": told.language,
        "view": " | ".join(slide.query for slide in told.slides)[:2000],
        "marking": marking,
        "export_id": exports[0].export_id if exports else "",
        "ledger_version": told.version,
        "method_version": ", ".join(methods),
        "incidents": max((made.seen.incidents for made in writer.maps), default=0),
        "withheld": max((made.seen.withheld for made in writer.maps), default=0.0),
    }


class _Writer:
    """Writes the pages of one briefing."""

    def __init__(self, told: Told, source: Source) -> None:
        self.told, self.source = told, source
        self.spoken: Words = words(told.language)
        self.exports: list[Export] = []
        self.maps: list[Map] = []

    def say(self, text: str, **values: Any) -> str:
        return self.spoken.say(text, values)

    def sections(self) -> Iterator[Section]:
        """Yield a section a page, then how it was made."""
        for slide in self.told.slides:
            blocks = tuple(self._changes(slide) if slide.kind == "changes" else self._view(slide))
            yield Section(slide.heading, blocks)
        if self.maps:
            limits = limits_of(self.exports[0], self.told.audience, self.maps[0])
            yield Section(self.say(mark("How sure this is, and how it was made")), (*limits, self._made()))

    def _view(self, slide: Slide) -> Iterator[Block]:
        export = self.source.export(asked_on(slide.query, self.told.audience))
        made = mapped(export, self.told.audience, self.told.language, _MAP, box=slide.box, most=_NUMBERED)
        self.exports.append(export)
        self.maps.append(made)
        mark_on(made.drawing, slide.marks)
        named = [
            self.say(
                mark("{name}: {count}"),
                name=route_title(one.told["name"], self.spoken),
                count=self.spoken.number(one.incidents),
            )
            for one in made.drawing.numbered
        ]
        said = self.say(mark("Map. Numbered routes, with incidents: {routes}."), routes="; ".join(named))
        if slide.marks:
            labels = ", ".join(one.label for one in slide.marks)
            said += " " + self.say(mark("Drawn on it: {labels}."), labels=labels)
        lines = self.say(
            mark("Lines: orange is land, blue dashed is sea, purple dotted is air; the wider, the more incidents.")
        )
        count = self.spoken.counted("{count} incident", "{count} incidents", made.seen.incidents, {})
        about = " · ".join((period(export, self.spoken), count, asked_for(export, self.spoken)))
        texts = tuple(line for line in slide.note.splitlines() if line.strip())
        picture = Picture(made.drawing.svg(self.spoken.language, slide.heading), said, _MAP)
        yield Spread(picture, texts, tuple(named), (about, lines))

    def _changes(self, slide: Slide) -> Iterator[Block]:
        if self.told.before is None:
            yield self.say(mark("There is no briefing before this one to compare with."))
            return
        audience = self.told.audience
        yield from (line for line in slide.note.splitlines() if line.strip())
        if self.told.before == self.told.version:
            yield self.say(mark("Nothing has come in since the last briefing."))
            return
        since = self.source.since(asked_on(slide.query, audience), self.told.before)
        figures = (
            (mark("incidents added"), since.added),
            (mark("incidents revised"), since.revised),
            (mark("incidents withdrawn"), since.withdrawn),
        )
        yield Figures(tuple((self._count(count), self.say(name)) for name, count in figures))
        yield from self._routes(since)

    def _count(self, count: int) -> str:
        shown = shown_count(count, self.told.audience)
        return f"< {self.told.audience.least}" if shown is None else self.spoken.number(shown)

    def _routes(self, since: Since) -> Iterator[Block]:
        yield self._compared(since)
        rows = tuple(
            (self.say(one.state), route_title(one.name, self.spoken), self.say(one.text)) for one in since.routes
        )
        if rows:
            heads = (mark("State"), mark("Route"), mark("Why"))
            caption = self.say(mark("Routes of which something else is told than in the briefing before"))
            if len(rows) > _ROWS:
                caption += " " + self.say(mark("({count} of {all})"), count=_ROWS, all=len(rows))
            yield Table(caption, tuple(map(self.say, heads)), rows[:_ROWS])
        else:
            yield self.say(mark("Nothing is said differently of any route."))

    def _compared(self, since: Since) -> str:
        audience = self.told.audience
        span = self.say(mark("Ledger version {before} to {after}."), before=since.before, after=since.after)
        if not audience.sees_all:
            rounding = mark("Counts are rounded to the nearest {unit}; none below {least} is shown.")
            span += " " + self.say(rounding, unit=audience.unit, least=audience.least)
        elif since.windows[0]:
            how = mark("Routes are compared over the twelve months {now}, with {then} before.")
            span += " " + self.say(how, now=since.windows[1], then=since.windows[0])
        return span

    def periods(self) -> list[str]:
        """Return the periods of its pages, each once."""
        return list(dict.fromkeys(period(export, self.spoken) for export in self.exports))

    def _made(self) -> Table:
        credits_ = sorted({credit for export in self.exports for credit in export.credits})
        periods = self.periods()
        facts = (
            (mark("Period"), "; ".join(periods[:4])),
            (mark("Audience"), self.say(self.told.audience.words)),
            (mark("Handling"), max((one.marking for one in self.exports), key=_height) or self.say(mark("no mark"))),
            (mark("Ledger version"), str(self.told.version)),
            (mark("Method"), ", ".join(sorted({one.routes.method_version for one in self.exports}))),
            (mark("Sources"), "; ".join((*credits_, "Natural Earth", "GeoNames", "H3"))),
        )
        heads = (self.say(mark("What")), self.say(mark("Value")))
        caption = self.say(mark("What this briefing was made from"))
        return Table(caption, heads, tuple((self.say(name), value) for name, value in facts))


def _height(marking: str) -> int:
    if not marking:
        return -1
    return HANDLING_MARKS.index(marking) if marking in HANDLING_MARKS else len(HANDLING_MARKS)


def heading_of_changes(language: str) -> str:
    """Return what the page of what changed is called."""
    return words(language).say(mark("What changed since the last briefing"), {})


def worded_link(language: str, link: str) -> tuple[str, str]:
    """Return subject and text of a letter that says that a draft was made: a link, and nothing of what it says."""
    spoken = words(language)
    subject = spoken.say(mark("A draft of a briefing is ready"), {})
    text = spoken.say(mark("It was made by its schedule and waits for somebody to look at it: {link}"), {"link": link})
    return subject, text
