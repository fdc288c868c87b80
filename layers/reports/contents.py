"""What a report consists of: sections of sentences, figures, tables and pictures, before they become a file."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from layers.export.texts import for_xml
from layers.reports import fonts
from layers.reports.charts import Bars
from layers.web.translations import Words

_LETTERS, _ROOM, _BESIDE = 8.5, 493.0, 12.0
"""Size of the letters of a table on A4, the width of the page and what stands empty beside a text, points."""
_LONGEST_WORD, _LONGEST = 40, 300
"""Letters; texts of sources may have any number, and a word that is not broken would lie over its neighbours."""


def _wide(text: str) -> float:
    return fonts.width(text, _LETTERS, bold=True) + _BESIDE


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its caption, the heads of its columns, rows of texts, and which columns hold figures."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    figures: frozenset[int] = frozenset()

    @property
    def widths(self) -> list[int]:
        """Return how wide each column is beside the others: for its longest word, and what is left for longer texts."""
        columns = list(zip(self.heads, *self.rows, strict=True))
        least = [max(_wide(word) for text in column for word in text.split() or [""]) for column in columns]
        more = [max(map(_wide, column)) - own for column, own in zip(columns, least, strict=True)]
        share = max(0.0, min(1.0, (_ROOM - sum(least)) / max(sum(more), 1.0)))
        return [round(own + share * rest) for own, rest in zip(least, more, strict=True)]


@dataclass(frozen=True, slots=True)
class Picture:
    """A map: SVG, what it shows for who cannot see it, and its size in pixels."""

    svg: str
    words: str
    size: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Figures:
    """Headline figures: each with what it counts."""

    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Bullets:
    """Sentences, each a point of its own."""

    points: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Spread:
    """A map, and beside it what is said of it: sentences, then routes by the numbers that they have on the map.

    Attributes
    ----------
    picture : Picture
    texts : tuple of str
        Paragraphs.
    numbered : tuple of str
        In the order of their numbers, from 1.
    small : tuple of str
        What stands below in small letters.
    """

    picture: Picture
    texts: tuple[str, ...]
    numbered: tuple[str, ...]
    small: tuple[str, ...]

    @property
    def scale(self) -> float:
        """Return how large its letters are beside usual ones, so that all of it has room."""
        lines = sum(2 + len(text) // 34 for text in (*self.texts, *self.numbered))
        lines += sum(1 + len(text) // 48 for text in self.small)
        return next((size for size, most in ((1.0, 28), (0.86, 38), (0.74, 50)) if lines <= most), 0.62)


Block = str | Table | Picture | Figures | Bullets | Bars | Spread


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a report."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class House:
    """How the reports of an agency look.

    Attributes
    ----------
    organisation : str
        Written at the head of each page.
    banner : str
        A line of the agency's own over each page, such as a national classification.
    accent : str
        Colour of heads, "#rrggbb".
    logo : bytes, optional
        PNG.
    slides, letter : Path, optional
        PPTX and DOCX to start from, with the agency's own master and styles.
    """

    organisation: str = ""
    banner: str = ""
    accent: str = "#0067a8"
    logo: bytes | None = None
    slides: Path | None = None
    letter: Path | None = None


@dataclass(frozen=True)
class Report:
    """A report.

    Attributes
    ----------
    spoken : Words
    title : str
    subtitle : str
    marking : str
        The highest handling mark of what went in.
    foot : str
        Export, versions and moment, for every page.
    sections : tuple of Section
    moment : datetime
        When it was made, UTC.
    synthetic : str
        A sentence where anything in it is made up, else "".
    house : House
    state : str
        "DRAFT" in words while it is one, else "".
    one_a_page : bool
        Each section has a page of its own, broad, to be shown on a screen: a briefing.
    """

    spoken: Words
    title: str
    subtitle: str
    marking: str
    foot: str
    sections: tuple[Section, ...]
    moment: datetime
    synthetic: str = ""
    house: House = field(default_factory=House)
    state: str = ""
    one_a_page: bool = False

    def say(self, text: str, **values: Any) -> str:
        """Return a text in the report's language."""
        return self.spoken.say(text, values)

    @property
    def banner(self) -> str:
        """Return what stands over each page: that it is a draft, the agency's line and the handling mark."""
        return " · ".join(filter(None, (self.state, self.house.banner, self.marking, self.synthetic)))


def legible(part: Any) -> Any:
    """Return texts, and blocks of them, as documents hold them: without control characters, no word too long."""
    if isinstance(part, str):
        return " ".join(_short(word, _LONGEST_WORD) for word in for_xml(part).split(" "))
    if isinstance(part, tuple):
        return tuple(map(legible, part))
    if isinstance(part, Picture):
        return replace(part, svg=for_xml(part.svg), words=legible(part.words))
    if isinstance(part, Table):
        rows = tuple(tuple(_short(legible(text), _LONGEST) for text in row) for row in part.rows)
        return replace(part, caption=legible(part.caption), rows=rows)
    if isinstance(part, (Section, Figures, Bullets, Spread)):
        return replace(part, **{one.name: legible(getattr(part, one.name)) for one in fields(part)})
    return part


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def described(properties: Any, report: Report) -> None:
    """Write what an Office document says of itself; whoever made its template, and when, is not told."""
    properties.title, properties.comments, properties.revision = report.title, report.foot, 1
    properties.author = properties.last_modified_by = report.house.organisation
    properties.created = properties.modified = report.moment.replace(tzinfo=None)


def as_data(content: bytes, media: str) -> str:
    """Return content as an address that holds it."""
    return f"data:{media};base64,{base64.b64encode(content).decode()}"
