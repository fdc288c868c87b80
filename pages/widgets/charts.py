"""Small figures as HTML: bars, months, shares and flows. Text out of data is escaped; colours are variables.

Nothing is told by colour alone: every figure has its numbers as text or as a label for screen readers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from math import ceil
from typing import Any, Final
from urllib.parse import urlencode

from layers.palette import palette
from pages.presenters.route_profile import OTHERS
from pages.ui.translate import LANGUAGE, asked, counted, mark, number, say

MOST_BANDS = 8
"""Bands on each side of a diagram; the smaller ones are drawn as one."""
MOST_BARS = 8
_MONTHS: Final = (
    *(mark("January"), mark("February"), mark("March"), mark("April"), mark("May"), mark("June")),
    *(mark("July"), mark("August"), mark("September"), mark("October"), mark("November"), mark("December")),
)
_ROLES = ("source", "transit", "destination")
_MOST_YEARS = 12
"""Years that have room below a diagram of months."""
_ROW, _GAP, _TALLEST, _STEPS = 34.0, 8.0, 240.0, 16


def colours() -> str:
    """Return the palette's colours as CSS variables that follow the theme: ``--land``, ``--source``, ``--bar`` ..."""
    light, dark = (_flat(palette()[theme]) for theme in ("light", "dark"))
    pairs = "".join(f"--{name}:light-dark({light[name]},{dark[name]});" for name in light)
    return f"<style>.figure{{{pairs}}}</style>"


def link(page: str, query: Mapping[str, Any], words: str) -> str:
    """Return words that lead to another page, asked with a query, as HTML; the language that was asked for is kept."""
    kept = {**query, LANGUAGE: asked()} if asked() else query
    return f'<a href="{escape(f"{page}?{urlencode(kept, doseq=True)}")}" target="_self">{escape(words)}</a>'


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar with what it is of and how much that is in words; ``html`` stands for the name where it is given."""

    name: str
    share: float
    words: str
    html: str = ""


def bars(rows: Sequence[Bar], name: str, colour: str = "accent") -> str:
    """Return bars below each other; ``share`` of the longest is at most one."""
    items = "".join(
        f'<li><span class="name">{row.html or escape(row.name)}</span><span class="track">'
        f'<span style="width:{_percent(row.share)};background:var(--{colour})"></span></span>'
        f'<span class="value">{escape(row.words)}</span></li>'
        for row in rows
    )
    return f'<ul class="figure bars" aria-label="{escape(name)}">{items}</ul>'


def share_bars(shares: Sequence[tuple[str, float]]) -> list[Bar]:
    """Return named shares as bars, the smallest of more than ``MOST_BARS`` as one, and ``OTHERS`` last."""
    named = [(name, share) for name, share in shares if name != OTHERS]
    rest = sum(share for _, share in named[MOST_BARS:]) + sum(share for name, share in shares if name == OTHERS)
    rows = [*named[:MOST_BARS], *([(say(OTHERS), rest)] if rest >= 0.005 else [])]
    return [Bar(name, share, _share_in_words(share)) for name, share in rows]


def shares_bar(shares: tuple[float, float, float]) -> str:
    """Return the shares of source, transit and destination as one bar with a letter in each part that has room."""
    parts = "".join(
        f'<span style="width:{_percent(share)};background:var(--{role})">'
        f"{escape(say(role)[0].upper()) if share >= 0.08 else ''}</span>"
        for role, share in zip(_ROLES, shares, strict=True)
        if share >= 0.005
    )
    return f'<span class="shares" aria-hidden="true">{parts}</span>'


def chain(steps: Iterable[tuple[str, tuple[float, float, float] | None, str]], name: str) -> str:
    """Return countries in their order with the bar of their shares and these in words.

    Parameters
    ----------
    steps : iterable of (HTML of the name, shares or None, words)
    name : str
    """
    items = "".join(
        f'<li><span class="name">{html}</span>{shares_bar(shares) if shares else "<span></span>"}'
        f'<span class="value">{escape(words)}</span></li>'
        for html, shares, words in steps
    )
    return f'<ol class="figure chain" aria-label="{escape(name)}">{items}</ol>'


def months(counts: Mapping[str, int], marked: Sequence[str], name: str, known_up_to: str = "") -> str:
    """Return a column for each month, and the years below; those of ``marked`` are filled with the accent.

    Months after ``known_up_to``, "2024-06", are hatched: not all reports of them have arrived.
    """
    most = max(counts.values(), default=0)
    last = set(marked)
    columns = "".join(
        f'<span class="{" ".join(_classes(month, last, known_up_to))}" title="{escape(_titled(month, number(count)))}">'
        f'<i style="height:{_percent(count / most if most else 0)}"></i></span>'
        for month, count in counts.items()
    )
    label = _months_in_words(counts, name)
    return (
        f'<div class="figure columns" role="img" aria-label="{escape(label)}"><b>{number(most)}</b>'
        f'<div class="plot">{columns}</div><div class="axis">{_years(counts)}</div></div>'
    )


def _years(months_: Iterable[str]) -> str:
    """Return the years below their months; of more than ``_MOST_YEARS`` every second, third, ... at its first month."""
    lengths = list(Counter(month[:4] for month in months_).items())
    each = max(1, ceil(len(lengths) / _MOST_YEARS))
    place = "" if each == 1 else ";text-align:start"
    groups = [lengths[at : at + each] for at in range(0, len(lengths), each)]
    return "".join(f'<span style="flex:{sum(n for _, n in group)}{place}">{group[0][0]}</span>' for group in groups)


def _classes(month: str, marked: Collection[str], known_up_to: str) -> list[str]:
    late = bool(known_up_to) and month > known_up_to
    return [*(["marked"] if month in marked else []), *(["late"] if late else [])]


def seasons(means: Sequence[float], name: str) -> str:
    """Return a column for each month of the year with its mean above."""
    most = max(means, default=0.0)
    named = [say(month) for month in _MONTHS]
    columns = "".join(
        f'<span title="{escape(_titled(month, number(mean, 1)))}"><em>{number(mean, 0 if most >= 10 else 1)}</em>'
        f'<i style="height:{_percent(mean / most if most else 0)}"></i></span>'
        for month, mean in zip(named, means, strict=True)
    )
    letters = "".join(f"<span>{escape(month[0].upper())}</span>" for month in named)
    label = _titled(name, ", ".join(f"{month} {number(mean, 1)}" for month, mean in zip(named, means, strict=True)))
    return (
        f'<div class="figure columns season" role="img" aria-label="{escape(label)}">'
        f'<div class="plot">{columns}</div><div class="axis">{letters}</div></div>'
    )


@dataclass(frozen=True, slots=True)
class Band:
    """A flow on one side of a diagram: a name, what it is in words ("by sea", "") and the colour's variable."""

    name: str
    flow: float
    way: str
    colour: str

    @property
    def words(self) -> str:
        """Return it as text."""
        if not self.way:
            return _titled(self.name, amount(self.flow))
        return say("{name}, {way}: {amount}", name=self.name, way=self.way, amount=amount(self.flow))


def flows(middle: str, arriving: Sequence[Band], leaving: Sequence[Band]) -> str:
    """Return a diagram of what comes to a place and what goes from it, widths by flow, "" for no flow.

    Bands are clipped boxes and no SVG, which Streamlit takes out of HTML; so their text keeps its size and breaks.

    Parameters
    ----------
    middle : str
    arriving, leaving : sequence of Band
        Most flow first; the smallest of more than ``MOST_BANDS`` are drawn as one.
    """
    sides = [_fewer(arriving), _fewer(leaving)]
    most = max(sum(band.flow for band in side) for side in sides)
    if not most:
        return ""
    scale = _TALLEST / most
    rows = [[max(band.flow * scale, _ROW) for band in side] for side in sides]
    height = max(sum(own) + _GAP * max(len(own) - 1, 0) for own in rows)
    labels = [_labels(side, own) for side, own in zip(sides, rows, strict=True)]
    drawn = [
        _bands(side, own, height, scale, left=left) for side, own, left in zip(sides, rows, (True, False), strict=True)
    ]
    block = f'<div class="block"><b>{escape(middle)}</b><span style="height:{_TALLEST:.0f}px"></span></div>'
    return (
        f'<div class="figure flows" role="img" aria-label="{escape(flows_in_words(middle, arriving, leaving))}">'
        f"{labels[0]}{drawn[0]}{block}{drawn[1]}{labels[1]}</div>"
    )


def flows_in_words(middle: str, arriving: Sequence[Band], leaving: Sequence[Band]) -> str:
    """Return what such a diagram shows as a sentence."""
    coming, going = (
        "; ".join(band.words for band in side) or say("nothing that is told") for side in (arriving, leaving)
    )
    return say("Movement through {place}, in: {coming}. out: {going}.", place=middle, coming=coming, going=going)


def amount(flow: float) -> str:
    """Return a flow as text: whole from ten on."""
    return number(flow, 0 if flow >= 9.95 else 1)


def _fewer(side: Sequence[Band]) -> list[Band]:
    if len(side) <= MOST_BANDS:
        return list(side)
    rest = side[MOST_BANDS - 1 :]
    others = counted("{count} other", "{count} others", len(rest))
    return [*side[: MOST_BANDS - 1], Band(others, sum(band.flow for band in rest), "", "bar")]


def _labels(side: Sequence[Band], rows: Sequence[float]) -> str:
    labels = (
        f'<span style="height:{row:.1f}px">{escape(band.words)}</span>' for band, row in zip(side, rows, strict=True)
    )
    return f'<div class="labels" style="gap:{_GAP:.0f}px">{"".join(labels)}</div>'


def _bands(side: Sequence[Band], rows: Sequence[float], height: float, scale: float, *, left: bool) -> str:
    """Return the bands between the rows of a side and the block in the middle."""
    at = (height - sum(rows) - _GAP * max(len(rows) - 1, 0)) / 2
    into = (height - scale * sum(band.flow for band in side)) / 2
    drawn = []
    for band, row in zip(side, rows, strict=True):
        thick = band.flow * scale
        shape = _shape(at + (row - thick) / 2, into, max(thick, 1.5), left=left)
        drawn.append(f'<span style="--own:var(--{band.colour});clip-path:polygon({shape})"></span>')
        at += row + _GAP
        into += thick
    return f'<div class="bands {"in" if left else "out"}" style="height:{height:.1f}px">{"".join(drawn)}</div>'


def _shape(outer: float, inner: float, thick: float, *, left: bool) -> str:
    """Return the outline of a band that eases from one height to another, as the points of a CSS polygon."""
    steps = [step / _STEPS for step in range(_STEPS + 1)]
    edge = [
        (through if left else 1 - through, outer + (inner - outer) * through**2 * (3 - 2 * through))
        for through in steps
    ]
    there = [f"{100 * across:.1f}% {down:.1f}px" for across, down in edge]
    back = [f"{100 * across:.1f}% {down + thick:.1f}px" for across, down in reversed(edge)]
    return ",".join([*there, *back])


def _months_in_words(counts: Mapping[str, int], name: str) -> str:
    total, span = sum(counts.values()), len(counts)
    if not total:
        return counted("{name}: 0 in {count} month, none", "{name}: 0 in {count} months, none", span, name=name)
    month = max(counts, key=lambda name: (counts[name], name))
    return counted(
        "{name}: {total} in {count} month, most in {month} with {most}",
        "{name}: {total} in {count} months, most in {month} with {most}",
        span,
        name=name,
        total=total,
        month=month,
        most=counts[month],
    )


def _share_in_words(share: float) -> str:
    return say("{share} %", share=number(100 * share)) if share >= 0.005 else say("under 1 %")


def _titled(name: str, amount: str) -> str:
    return say("{name}: {amount}", name=name, amount=amount)


def _percent(share: float) -> str:
    return f"{100 * min(max(share, 0), 1):.1f}%"


def _flat(theme: Mapping[str, Any]) -> dict[str, str]:
    named = {name: value for name, value in theme.items() if isinstance(value, str)}
    modes = {f"way-{mode}": colour for mode, colour in theme["mode"].items()}
    return named | modes | dict(theme["role"])
