"""Bars of incidents by step of time: as numbers, for programs that draw charts themselves, and as SVG."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from html import escape
from typing import Any

from layers.palette import palette
from layers.reports import fonts

_EPOCH = date(1970, 1, 1)
_NAME = 50.0
"""Pixels that the name of a step takes."""


@dataclass(frozen=True, slots=True)
class Bars:
    """Incidents by step: names, counts, how many of the last are not fully known yet, and what is counted."""

    names: tuple[str, ...]
    counts: tuple[int, ...]
    late: int
    title: str

    @property
    def words(self) -> str:
        """Return what the bars show, for who cannot see them."""
        told = ", ".join(f"{name}: {count}" for name, count in zip(self.names, self.counts, strict=True))
        return f"{self.title}. {told}."


def steps_of(manifest: Mapping[str, Any], known_up_to: str, title: str) -> Bars:
    """Return the bars of a picture's whole period."""
    days = [_EPOCH + timedelta(days=day) for day in manifest["edges"][:-1]]
    length = 4 if manifest["unit"] == "year" else 7
    names = tuple(day.isoformat()[:length] for day in days)
    late = sum(name > known_up_to[:length] for name in names) if known_up_to else 0
    return Bars(names, tuple(manifest["totals"]), late, title)


def drawn(bars: Bars, width: int = 1000, height: int = 260) -> str:
    """Return the bars as SVG; those that are not fully known are hatched."""
    skin = palette()["light"]
    left, bottom, most = 56.0, 34.0, max(*bars.counts, 1)
    step = (width - left) / max(len(bars.counts), 1)
    tall = height - bottom - 10
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
            f'font-family="{fonts.FAMILY}, sans-serif" role="img"><title>{escape(bars.words)}</title>'
            f'<defs><pattern id="late" width="6" height="6" patternUnits="userSpaceOnUse" '
            f'patternTransform="rotate(45)">'
            f'<rect width="6" height="6" fill="{skin["track"]}"/><rect width="2.4" height="6" fill="{skin["accent"]}"/>'
            f"</pattern></defs>"
        )
    ]
    for value in _ticks(most):
        y = 10 + tall * (1 - value / most)
        parts.append(
            f'<path d="M{left} {y:.1f}H{width}" stroke="{skin["line"]}"/>'
            f'<text x="{left - 8}" y="{y + 4:.1f}" font-size="12" text-anchor="end" fill="{skin["muted"]}">'
            f"{value:,}</text>"
        )
    every = max(1, round(70 / step))
    for at, (name, count) in enumerate(zip(bars.names, bars.counts, strict=True)):
        x, high = left + at * step, tall * count / most
        fill = "url(#late)" if at >= len(bars.counts) - bars.late else skin["accent"]
        parts.append(
            f'<rect x="{x + step * 0.08:.1f}" y="{10 + tall - high:.1f}" width="{step * 0.84:.1f}" height="{high:.1f}" '
            f'fill="{fill}"/>'
        )
        if at % every == 0 and x + _NAME <= width:
            parts.append(f'<text x="{x + 2:.1f}" y="{height - 12}" font-size="12" fill="{skin["muted"]}">{name}</text>')
    return "".join([*parts, "</svg>"])


def _ticks(most: int) -> list[int]:
    """Return at most five round numbers from nothing up to the highest."""
    size = 10 ** max(len(str(most)) - 1, 0)
    step = next(unit for unit in (size // 5 or 1, size // 2 or 1, size, 2 * size) if most / unit <= 5)
    return list(range(0, most + 1, step))
