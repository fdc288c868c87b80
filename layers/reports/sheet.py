"""A picture of the map to hand round: with its title, mark, period, list of routes, legend and credits."""

# Texts here are said in reports.

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Final

import numpy as np
import resvg_py

from geodata.core.messages import mark
from layers.audience.audiences import OWN, Audience
from layers.export.contents import Export
from layers.export.texts import for_xml
from layers.payload.disclosed import Disclosed, disclosed
from layers.reports import fonts
from layers.reports.drawing import MOST_NUMBERED, Drawing, hub_shape
from layers.reports.frame import Frame
from layers.reports.seen import Seen
from layers.reports.told import about, heading, parts_of_stamp, route_title
from layers.web.translations import SOURCE, Words, words

SIZE: Final = (1600, 900)
_PANEL = 380
_HEAD, _FOOT = 58, 30
_ROUND_ALL, _ROUND_CHOSEN = 0.07, 0.4
"""Room around what is drawn, as a share of it; around chosen routes there is some of the land they lie in."""
_LEFT_OUT = ("air",)
"""Modes that no frame is laid around: flights cross the world and would make the rest small."""
_TLP: Final = {"TLP:RED": "#ff2b2b", "TLP:AMBER": "#ffc000", "TLP:GREEN": "#33ff00"}
"""Colours of the marks on black (FIRST, Traffic Light Protocol 2.0)."""


@dataclass(frozen=True)
class Map:
    """A drawn map with what it was drawn from."""

    seen: Disclosed
    drawing: Drawing
    spoken: Words


def mapped(
    export: Export,
    audience: Audience,
    language: str,
    size: tuple[int, int],
    theme: str = "light",
    chosen: Sequence[str] = (),
    box: tuple[float, float, float, float] | None = None,
    most: int = MOST_NUMBERED,
) -> Map:
    """Return the map of an export for an audience, framed around its routes, around those that are chosen, or a box.

    The box is west, south, east, north in degrees; so many routes at ``most`` get a number.
    """
    spoken = words(language)
    found = disclosed(export.incidents, export.routes, export.view, export.version, audience)
    seen = Seen(found.snapshot)
    told = [route for route in seen.routes if not chosen or route.told["corridor_id"] in chosen]
    ground = [route for route in told if route.told["mode"] not in _LEFT_OUT] or told
    lines = [line for route in ground for line in route.lines]
    margin = _ROUND_CHOSEN if chosen else _ROUND_ALL
    around = np.concatenate(lines) if lines else np.empty((0, 2))
    frame = Frame.of_box(box, *size) if box else Frame.around(around, *size, margin)
    return Map(found, Drawing(seen, frame, theme, chosen, spoken.country, most), spoken)


def svg(export: Export, audience: Audience = OWN, language: str = SOURCE, theme: str = "light") -> bytes:
    """Return a picture of the map of an export as SVG.

    Parameters
    ----------
    export : Export
        Made with the audience's ceiling.
    audience : Audience
    language : str
        One of ``layers.web.translations.languages``.
    theme : str
        "light" or "dark".
    """
    wide, tall = SIZE
    made = mapped(export, audience, language, (wide - _PANEL, tall - _HEAD - _FOOT), theme)
    sheet = _Sheet(made, export, audience)
    body = made.drawing.body()
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide}" height="{tall}" viewBox="0 0 {wide} {tall}" '
            f'font-family="{fonts.FAMILY}, sans-serif" role="img" lang="{language}">'
        ),
        f"<title>{escape(heading(export, made.spoken))}</title>",
        f'<rect width="{wide}" height="{tall}" fill="{sheet.skin["panel"][:7]}"/>',
        f'<g transform="translate(0 {_HEAD})">{body}</g>',
        *sheet.head(),
        *sheet.panel(),
        *sheet.foot(),
        "</svg>",
    ]
    return for_xml("".join(parts)).encode()


def png(export: Export, audience: Audience = OWN, language: str = SOURCE, theme: str = "light") -> bytes:
    """Return the same picture as PNG, twice as sharp as its size in pixels."""
    return rastered(svg(export, audience, language, theme).decode(), 2)


def rastered(drawn: str, zoom: float) -> bytes:
    """Return an SVG as PNG, so many times as sharp as its size says."""
    return bytes(resvg_py.svg_to_bytes(svg_string=drawn, skip_system_fonts=True, font_files=fonts.files(), zoom=zoom))


class _Sheet:
    """What stands around the map."""

    def __init__(self, made: Map, export: Export, audience: Audience) -> None:
        self.made, self.export, self.audience = made, export, audience
        self.skin = made.drawing.skin
        self.y = 0.0

    def say(self, text: str, **values: Any) -> str:
        return self.made.spoken.say(text, values)

    def head(self) -> Iterator[str]:
        x = 16.0
        if self.export.marking:
            wide = fonts.width(self.export.marking, 14, bold=True) + 16
            colour = _TLP.get(self.export.marking.replace("+STRICT", ""), "#ffffff")
            yield f'<rect x="{x}" y="16" width="{wide:.0f}" height="26" fill="#000000" stroke="#ffffff"/>'
            yield self._text(self.export.marking, x + 8, 34, 14, bold=True, colour=colour)
            x += wide + 14
        title = heading(self.export, self.made.spoken)
        yield self._text(title, x, 27, 17, bold=True)
        yield self._text(
            " · ".join(about(self.export, self.made.seen, self.made.spoken)), x, 46, 12, colour=self.skin["muted"]
        )
        if self.export.synthetic:
            said = self.say(mark("SYNTHETIC DEMONSTRATION DATA"))
            wide = fonts.width(said, 12, bold=True)
            yield self._text(said, SIZE[0] - wide - 16, 34, 12, bold=True, colour=self.skin["alert"])

    def panel(self) -> Iterator[str]:
        self.x, self.y = SIZE[0] - _PANEL + 18.0, _HEAD + 22.0
        self.wide = _PANEL - 36.0
        numbered = self.made.drawing.numbered
        yield self._heading(mark("Busiest routes"))
        for number, route in enumerate(numbered, start=1):
            yield from self._row(number, route.told, route.incidents)
        if not numbered:
            yield from self._note(self.say(mark("No route has incidents enough to be shown.")))
        yield from self._legend()
        if not self.audience.sees_all:
            share = self.made.spoken.percent(self.made.seen.withheld)
            values = {"least": self.audience.unit, "share": share}
            yield from self._note(
                self.say(
                    mark(
                        "Counts are rounded to the nearest {least}, none below it is shown; "
                        "{share} of the incidents are in no hex."
                    ),
                    **values,
                )
            )

    def _row(self, number: int, told: Mapping[str, Any], incidents: int) -> Iterator[str]:
        colour = self.skin["mode"][told["mode"]]
        figure = self.made.spoken.number(incidents)
        yield f'<circle cx="{self.x + 9}" cy="{self.y - 4:.1f}" r="9" fill="none" stroke="{colour}" stroke-width="2"/>'
        yield self._text(str(number), self.x + 9, self.y - 0.2, 10.5, bold=True, anchor="middle")
        yield self._text(figure, self.x + self.wide, self.y, 12, bold=True, anchor="end")
        for line in _broken(
            route_title(told["name"], self.made.spoken), self.wide - 40 - fonts.width(figure, 12, bold=True), 12
        ):
            yield self._text(line, self.x + 26, self.y, 12)
            self.y += 16
        self.y += 6

    def _legend(self) -> Iterator[str]:
        self.y += 12
        yield self._heading(mark("Legend"))
        modes = {"land": mark("land"), "sea": mark("sea"), "air": mark("air")}
        dash = self.made.drawing.dash
        for mode, name in modes.items():
            dashes = f' stroke-dasharray="{" ".join(map(str, dash[mode]))}"' if dash[mode] else ""
            yield (
                f'<path d="M{self.x} {self.y - 4:.1f}h36" stroke="{self.skin["mode"][mode]}" stroke-width="4" '
                f'fill="none"{dashes}/>'
            )
            yield from self._beside(self.say(name), 46)
        yield (
            f'<path d="M{self.x} {self.y - 4:.1f}h36" stroke="{self.skin["muted"]}" stroke-width="1.6" fill="none" '
            f'stroke-dasharray="4 4"/>'
        )
        yield from self._beside(self.say(mark("inferred: no report near it")), 46)
        for share, name in ((1.0, mark("departures")), (0.0, mark("landings")), (0.5, mark("both"))):
            path = "L".join(f"{self.x + 18 + dx * 6:.1f} {self.y - 4 + dy * 6:.1f}" for dx, dy in hub_shape(share))
            yield f'<path d="M{path}Z" fill="none" stroke="{self.skin["mode"]["sea"]}" stroke-width="1.6"/>'
            yield from self._beside(self.say(name), 46)
        yield from self._ramp()
        for role, name in (
            ("source", mark("source")),
            ("transit", mark("transit")),
            ("destination", mark("destination")),
        ):
            colour = self.skin["role"][role]
            yield (
                f'<rect x="{self.x + 6}" y="{self.y - 12:.1f}" width="24" height="14" fill="{colour}" '
                f'fill-opacity=".25" stroke="{colour}"/>'
            )
            yield from self._beside(self.say(name), 46)

    def _ramp(self) -> Iterator[str]:
        breaks = self.made.drawing.breaks
        step = self.wide / len(breaks)
        self.y += 4
        yield self._text(self.say(mark("Incidents per hex")), self.x, self.y, 11.5, colour=self.skin["muted"])
        self.y += 8
        for at, least in enumerate(breaks):
            x = self.x + at * step
            yield f'<rect x="{x:.1f}" y="{self.y:.1f}" width="{step:.1f}" height="10" fill="{self.skin["ramp"][at]}"/>'
            last = "+" if at == len(breaks) - 1 else ""
            yield self._text(f"{least}{last}", x, self.y + 24, 11, colour=self.skin["muted"])
        self.y += 46

    def foot(self) -> Iterator[str]:
        y = SIZE[1] - 11
        credits_ = " · ".join(
            ["Natural Earth · GeoNames · H3", *self.export.credits, *parts_of_stamp(self.export, self.made.spoken)]
        )
        yield self._text(_cut(credits_, SIZE[0] - 32, 10.5), 16, y, 10.5, colour=self.skin["muted"])

    def _heading(self, text: str) -> str:
        made = self._text(self.say(text), self.x, self.y, 13, bold=True)
        self.y += 24
        return made

    def _beside(self, text: str, indent: float) -> Iterator[str]:
        yield self._text(text, self.x + indent, self.y, 11.5, colour=self.skin["muted"])
        self.y += 20

    def _note(self, text: str) -> Iterator[str]:
        for line in _broken(text, self.wide, 11.5):
            yield self._text(line, self.x, self.y, 11.5, colour=self.skin["muted"])
            self.y += 16

    def _text(
        self, text: str, x: float, y: float, size: float, *, bold: bool = False, colour: str = "", anchor: str = "start"
    ) -> str:
        weight = ' font-weight="bold"' if bold else ""
        return (
            f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}"{weight} text-anchor="{anchor}" '
            f'fill="{colour or self.skin["text"]}">{escape(text)}</text>'
        )


def _broken(text: str, wide: float, size: float) -> list[str]:
    """Return a text broken between words into lines no wider than they may be."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and fonts.width(longer, size) > wide:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def _cut(text: str, wide: float, size: float) -> str:
    """Return as much of a text as there is room for."""
    while text and fonts.width(text, size) > wide:
        text = f"{text[:-2].rstrip(' ·…')}…"
    return text
