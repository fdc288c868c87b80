"""What a report consists of: sections of sentences, figures, tables and pictures, before they become a file."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from layers.export.texts import for_xml
from layers.reports.charts import Bars
from layers.web.translations import Words

_NARROW, _BROAD = 6, 34
"""Letters of the narrowest and the broadest column of a table."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its caption, the heads of its columns, rows of texts, and which columns hold figures."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    figures: frozenset[int] = frozenset()

    @property
    def widths(self) -> list[int]:
        """Return how wide each column is beside the others: by its longest text, within bounds."""
        columns = zip(self.heads, *self.rows, strict=True)
        return [min(max(_NARROW, *map(len, column)), _BROAD) for column in columns]


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


Block = str | Table | Picture | Figures | Bullets | Bars


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

    def say(self, text: str, **values: Any) -> str:
        """Return a text in the report's language."""
        return self.spoken.say(text, values)

    @property
    def banner(self) -> str:
        """Return what stands over each page: the agency's line and the handling mark."""
        return " · ".join(filter(None, (self.house.banner, self.marking, self.synthetic)))


def legible(part: Any) -> Any:
    """Return texts, and blocks of them, without the characters that documents cannot hold (XML 1.0)."""
    if isinstance(part, str):
        return for_xml(part)
    if isinstance(part, tuple):
        return tuple(map(legible, part))
    if isinstance(part, (Section, Table, Picture, Figures, Bullets, Bars)):
        return replace(part, **{one.name: legible(getattr(part, one.name)) for one in fields(part)})
    return part


def described(properties: Any, report: Report) -> None:
    """Write what an Office document says of itself; whoever made its template, and when, is not told."""
    properties.title, properties.comments, properties.revision = report.title, report.foot, 1
    properties.author = properties.last_modified_by = report.house.organisation
    properties.created = properties.modified = report.moment.replace(tzinfo=None)


def as_data(content: bytes, media: str) -> str:
    """Return content as an address that holds it."""
    return f"data:{media};base64,{base64.b64encode(content).decode()}"
