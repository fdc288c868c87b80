"""Small tables as HTML, whose cells may hold text out of files: every cell is escaped here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

Row = Sequence[str]


@dataclass(frozen=True, slots=True)
class Grid:
    """A table of texts.

    Attributes
    ----------
    name : str
        What it is of, for whoever hears it.
    headings : tuple of str
    rows : tuple of sequence of str
        As long as the headings.
    numbers : frozenset of int
        Columns of figures, set to the right.
    """

    name: str
    headings: tuple[str, ...]
    rows: tuple[Row, ...]
    numbers: frozenset[int] = frozenset()

    @property
    def html(self) -> str:
        """Return the table; it scrolls by itself where it is too wide."""
        head = "".join(f'<th scope="col"{self._side(at)}>{escape(text)}</th>' for at, text in enumerate(self.headings))
        body = "".join(f"<tr>{self._cells(row)}</tr>" for row in self.rows)
        return (
            f'<div class="grid" role="region" tabindex="0" aria-label="{escape(self.name)}"><table>'
            f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
        )

    def _cells(self, row: Row) -> str:
        first, *rest = row
        cells = (f"<td{self._side(at)}>{escape(text)}</td>" for at, text in enumerate(rest, start=1))
        if not first:
            return f"<td></td>{''.join(cells)}"
        return f'<th scope="row"{self._side(0)}>{escape(first)}</th>{"".join(cells)}'

    def _side(self, column: int) -> str:
        return ' class="number"' if column in self.numbers else ""


def points(sentences: Iterable[str]) -> str:
    """Return sentences as a list in HTML."""
    return f'<ul class="points">{"".join(f"<li>{escape(one)}</li>" for one in sentences)}</ul>'
