"""A map as SVG, drawn without a browser: the colours, dashes and widths of the map on the screen.

Lengths are in pixels of the drawing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from html import escape
from typing import Any, Final

import numpy as np

from geodata.places.lookup import country_name
from layers.palette import palette
from layers.payload.hex_tiles import CORNERS
from layers.reports import fonts
from layers.reports.frame import Frame, Places, mercator
from layers.reports.seen import Route, Seen, countries

_DETAIL_FROM = 90.0
"""Pixels for ten degrees of longitude from which on the finer base map is drawn."""
_ARROW_EVERY = 130.0
_THIN, _WIDE = 1.4, 7.0
_DOT = 9.0
_LEADER = 26.0
_MOST_HUBS = 20
MOST_NUMBERED: Final = 10


class Drawing:
    """A map being drawn: each method adds to it, what is added later lies above.

    Parameters
    ----------
    seen : Seen
    frame : Frame
    theme : str
        "light" or "dark".
    chosen : collection of str
        Ids of routes that are drawn in full colour; the others pale. Empty draws all alike.
    name_of : function
        Gives the name of a country by its ISO 3166-1 alpha-3 code.
    most : int
        So many routes get a number.
    """

    def __init__(
        self,
        seen: Seen,
        frame: Frame,
        theme: str = "light",
        chosen: Iterable[str] = (),
        name_of: Callable[[str], str] = country_name,
        most: int = MOST_NUMBERED,
    ) -> None:
        self.seen, self.frame, self.name_of = seen, frame, name_of
        self.skin, self.dash, self.breaks = palette()[theme], palette()["dash"], palette()["breaks"]
        self.chosen, self.most = frozenset(chosen), most
        self.parts: list[str] = []
        self.taken: list[tuple[float, float, float, float]] = []

    def svg(self, language: str, title: str) -> str:
        """Return the drawing as a whole file."""
        width, height = self.frame.width, self.frame.height
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
            f'lang="{language}" role="img" font-family="{fonts.FAMILY}, sans-serif"><title>{escape(title)}</title>'
            f"{self.body()}</svg>"
        )

    def body(self) -> str:
        """Return the map and nothing around it, cut at its frame."""
        if not self.parts:
            self._ground()
            self._hexes()
            self._lines()
            self._hubs()
            self._numbers()
            self._countries()
            self._scale()
        width, height = self.frame.width, self.frame.height
        return (
            f'<defs><clipPath id="frame"><rect width="{width}" height="{height}"/></clipPath></defs>'
            f'<g clip-path="url(#frame)"><rect width="{width}" height="{height}" fill="{self.skin["sea"]}"/>'
            f"{''.join(self.parts)}</g>"
        )

    @cached_property
    def numbered(self) -> list[Route]:
        """Return the routes that get a number: the busiest in sight; where some are chosen, of these alone."""
        found = [route for route in self.seen.routes if self._in_sight(route)]
        if self.chosen:
            found = [route for route in found if route.told["corridor_id"] in self.chosen]
        return found[: self.most]

    def _in_sight(self, route: Route) -> bool:
        for line in route.lines:
            x, y = self.frame.pixels(line).T
            if ((x > 0) & (x < self.frame.width) & (y > 0) & (y < self.frame.height)).any():
                return True
        return False

    def _ground(self) -> None:
        scale = "50m" if self.frame.ten_degrees >= _DETAIL_FROM else "110m"
        roles = self._roles()
        for told, rings in countries(scale):
            path = "".join(self._rings(rings))
            if not path:
                continue
            self.parts.append(
                f'<path d="{path}" fill="{self.skin["land"]}" stroke="{self.skin["border"]}" stroke-width=".7" '
                f'fill-rule="evenodd"/>'
            )
            role = roles.get(told["iso3"])
            if role:
                colour = self.skin["role"][role]
                self.parts.append(f'<path d="{path}" fill="{colour}" fill-opacity=".13" fill-rule="evenodd"/>')

    def _rings(self, rings: Iterable[Places]) -> Iterator[str]:
        for ring in rings:
            pixels = self.frame.pixels(ring)
            if self.frame.sees(pixels) and np.ptp(pixels, axis=0).max() > 0.6:
                yield f"{_path(_thinned(pixels))}Z"

    def _roles(self) -> dict[str, str]:
        """Return the role of each country in the routes that are drawn in full, by incidents."""
        weights: dict[str, dict[str, int]] = {}
        for route in self.seen.routes:
            if not self.chosen or route.told["corridor_id"] in self.chosen:
                for country in route.told["countries"]:
                    own = weights.setdefault(country["iso3"], {})
                    own[country["role"]] = own.get(country["role"], 0) + route.incidents
        return {iso3: max(sorted(own), key=own.__getitem__) for iso3, own in weights.items()}

    def _hexes(self) -> None:
        corners, counts = self.seen.hexes(self.frame)
        pale = ".35" if self.chosen else "1"
        for row, count in zip(corners, counts, strict=True):
            pixels = self.frame.pixels(row.reshape(CORNERS, 2).astype(float))
            if self.frame.sees(pixels):
                at = max(0, int(np.searchsorted(self.breaks, count, side="right")) - 1)
                self.parts.append(
                    f'<path d="{_path(pixels)}Z" fill="{self.skin["ramp"][at]}" '
                    f'fill-opacity="{self.skin["ramp_alpha"][at]}" opacity="{pale}"/>'
                )

    def _lines(self) -> None:
        most = max((route.incidents for route in self.seen.routes), default=1)
        for route in reversed(self.seen.routes):
            if self._in_sight(route):
                full = not self.chosen or route.told["corridor_id"] in self.chosen
                wide = _THIN + (_WIDE - _THIN) * math.sqrt(route.incidents / most)
                self.parts.append(f'<g opacity="{1 if full else 0.25}">{"".join(self._line(route, wide))}</g>')

    def _line(self, route: Route, wide: float) -> Iterator[str]:
        mode = route.told["mode"]
        colour, dash = self.skin["mode"][mode], " ".join(map(str, self.dash[mode]))
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        cap = "butt" if mode == "sea" else "round"
        sure = route.told["confidence"] in ("high", None)
        for line in route.observed:
            path = _path(_thinned(self.frame.pixels(line)))
            look = f'fill="none" stroke-linejoin="round" stroke-linecap="{cap}"'
            yield f'<path d="{path}" {look} stroke="{self.skin["casing"]}" stroke-width="{wide + 2:.1f}"/>'
            yield f'<path d="{path}" {look} stroke="{colour}" stroke-width="{wide:.1f}"{dashed}/>'
            if not sure:
                yield f'<path d="{path}" {look} stroke="{self.skin["casing"]}" stroke-width="{wide * 0.45:.1f}"/>'
        for line in route.inferred:
            path = _path(_thinned(self.frame.pixels(line)))
            yield f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="1.6" stroke-dasharray="4 4"/>'
        if route.told["direction"] == "one-way":
            for line in route.lines:
                yield from self._arrows(self.frame.pixels(line), colour, wide)

    def _arrows(self, pixels: Places, colour: str, wide: float) -> Iterator[str]:
        """Yield heads along a line, in the order of its points, at even distances."""
        along = np.r_[0, np.cumsum(np.hypot(*np.diff(pixels, axis=0).T))]
        size = 3.2 + wide * 0.6
        count = int(along[-1] // _ARROW_EVERY) or int(along[-1] > 4 * size)
        for at in (np.arange(count) + 0.5) * along[-1] / max(count, 1):
            (x, y), (x0, y0), (x1, y1) = (
                [float(np.interp(place, along, pixels[:, axis])) for axis in (0, 1)] for place in (at, at - 3, at + 3)
            )
            turn = math.degrees(math.atan2(y1 - y0, x1 - x0))
            yield (
                f'<path d="M{-size:.1f} {-size * 0.8:.1f}L{size:.1f} 0L{-size:.1f} {size * 0.8:.1f}Z" fill="{colour}" '
                f'stroke="{self.skin["casing"]}" stroke-width=".8" '
                f'transform="translate({x:.1f} {y:.1f}) rotate({turn:.0f})"/>'
            )

    def _hubs(self) -> None:
        hubs = self.seen.snapshot.manifest["hubs"]
        most = max((hub["leaving"] + hub["landing"] for hub in hubs), default=1.0) or 1.0
        for hub in [] if self.chosen else sorted(hubs, key=_busy)[-_MOST_HUBS:]:
            flow = hub["leaving"] + hub["landing"]
            share = hub["leaving"] / flow if flow else 0.5
            (x, y), size = (
                self.frame.pixels(mercator(np.array([[hub["lon"], hub["lat"]]])))[0],
                3 + 4 * math.sqrt(flow / most),
            )
            shape = hub_shape(share)
            path = "L".join(f"{x + dx * size:.1f} {y + dy * size:.1f}" for dx, dy in shape)
            self.parts.append(
                f'<path d="M{path}Z" fill="{self.skin["panel"][:7]}" stroke="{self.skin["mode"]["sea"]}" '
                f'stroke-width="1.6"/>'
            )

    def _numbers(self) -> None:
        """Write the numbers of the busiest routes on their lines, or beside with a leader where there is no room."""
        for number, route in enumerate(self.numbered, start=1):
            (x, y), (on_x, on_y) = self._free_on(route)
            colour = self.skin["mode"][route.told["mode"]]
            if (x, y) != (on_x, on_y):
                self.parts.append(
                    f'<path d="M{on_x:.1f} {on_y:.1f}L{x:.1f} {y:.1f}" stroke="{self.skin["text"]}" '
                    f'stroke-width="1.2"/>'
                )
            self.parts.append(
                f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{_DOT}" fill="{self.skin["panel"][:7]}" stroke="{colour}" '
                f'stroke-width="2"/><text x="{x:.1f}" y="{y + 3.8:.1f}" text-anchor="middle" font-size="10.5" '
                f'font-weight="bold" fill="{self.skin["text"]}">{number}</text>'
            )
            self.taken.append((x - _DOT - 1, y - _DOT - 1, x + _DOT + 1, y + _DOT + 1))

    def _free_on(self, route: Route) -> tuple[tuple[float, float], tuple[float, float]]:
        """Return a place for the number of a line where no other number is, and the place on the line it stands for."""
        line = max((self.frame.pixels(one) for one in route.lines), key=lambda one: float(np.ptp(one, axis=0).sum()))
        along = np.r_[0, np.cumsum(np.hypot(*np.diff(line, axis=0).T))]
        for share in (0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8, 0.1, 0.9, 0.0, 1.0):
            x, y = (float(np.interp(share * along[-1], along, line[:, axis])) for axis in (0, 1))
            if self._is_free(x, y):
                return (x, y), (x, y)
        on_x, on_y = (float(np.interp(along[-1] / 2, along, line[:, axis])) for axis in (0, 1))
        for far in (1, 1.6, 2.4, 3.4):
            for turn in range(0, 360, 30):
                x = on_x + far * _LEADER * math.cos(math.radians(turn))
                y = on_y - far * _LEADER * math.sin(math.radians(turn))
                if self._is_free(x, y):
                    return (x, y), (on_x, on_y)
        return (on_x, on_y), (on_x, on_y)

    def _is_free(self, x: float, y: float) -> bool:
        box = (x - _DOT, y - _DOT, x + _DOT, y + _DOT)
        inside = _DOT < x < self.frame.width - _DOT and _DOT < y < self.frame.height - _DOT
        return inside and not any(_overlap(box, other) for other in self.taken)

    def _countries(self) -> None:
        """Name countries where there is room, the large ones first."""
        for told, _ in sorted(countries("110m"), key=lambda one: -one[0]["extent"]):
            x, y = self.frame.pixels(mercator(np.array([told["label"]], float)))[0]
            name = self.name_of(told["iso3"])
            half = fonts.width(name, 10.5) / 2
            box = (x - half - 4, y - 9, x + half + 4, y + 5)
            room = told["extent"] / 10 * self.frame.ten_degrees * 1.3
            inside = box[0] > 0 and box[1] > 0 and box[2] < self.frame.width and box[3] < self.frame.height
            if inside and room > half and not any(_overlap(box, other) for other in self.taken):
                self.taken.append(box)
                self.parts.append(
                    f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="middle" font-size="10.5" fill="{self.skin["name"]}" '
                    f'stroke="{self.skin["halo"][:7]}" stroke-width="2.4" paint-order="stroke">{escape(name)}</text>'
                )

    def _scale(self) -> None:
        km = next(
            (k for k in (2000, 1000, 500, 200, 100, 50, 20, 10) if k * self.frame.km_pixels < self.frame.width / 6), 5
        )
        long, y = km * self.frame.km_pixels, self.frame.height - 12
        self.parts.append(
            f'<path d="M12 {y}h{long:.1f}" stroke="{self.skin["text"]}" stroke-width="3"/>'
            f'<text x="12" y="{y - 7}" font-size="11" font-weight="bold" fill="{self.skin["text"]}" '
            f'stroke="{self.skin["halo"][:7]}" stroke-width="2.4" paint-order="stroke">{km:,} km</text>'
        )


def _busy(hub: Mapping[str, Any]) -> float:
    return float(hub["leaving"] + hub["landing"])


def hub_shape(share: float) -> Sequence[tuple[float, float]]:
    """Return the corners of a hub by the share of its flow that leaves: a triangle, a square or a diamond."""
    if share > 0.65:
        return (0, -1.15), (1, 0.75), (-1, 0.75)
    if share < 0.35:
        return (-0.85, -0.85), (0.85, -0.85), (0.85, 0.85), (-0.85, 0.85)
    return (0, -1.2), (1.2, 0), (0, 1.2), (-1.2, 0)


def _thinned(pixels: Places, least: float = 0.7) -> Places:
    """Return a line without points that lie nearer to the one before than can be seen; its ends stay."""
    kept = [0]
    for at in range(1, len(pixels) - 1):
        if np.abs(pixels[at] - pixels[kept[-1]]).max() >= least:
            kept.append(at)
    return pixels[[*kept, len(pixels) - 1]]


def _path(pixels: Places) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in pixels.tolist())


def _overlap(one: Sequence[float], other: Sequence[float]) -> bool:
    return one[0] < other[2] and one[2] > other[0] and one[1] < other[3] and one[3] > other[1]
