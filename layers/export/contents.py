"""What an export is made from: a View counted on the network, what it may hold, and what every file says of itself."""

# Texts here are said in reports.

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import polars as pl

from geodata.core.errors import WrongValue
from geodata.core.handling import HANDLING_MARKS
from geodata.core.messages import counted, sentence
from geodata.model.incident import is_synthetic
from geodata.model.query import View
from routes.core.corridor import Corridor
from routes.pipelines.counting import Directed
from routes.temporal.findings import Finding

_CALLED = {"html": "map", "svg": "map", "png": "map", "pdf": "report", "pptx": "report", "docx": "report"}
"""What a file of an ending is called, where it is none of layers."""
USUAL_CEILING = "TLP:AMBER+STRICT"
"""What is marked higher is for the eyes of single recipients (FIRST, Traffic Light Protocol 2.0), and stays here."""


@dataclass(frozen=True, slots=True)
class Export:
    """What an export is made from.

    Attributes
    ----------
    view : View
        With its window.
    incidents : DataFrame
        What the View selects, window and area included.
    routes : Directed
        What these incidents come to on the network.
    version : int
        Of the ledger.
    generated : datetime
        UTC.
    changes : tuple of Finding
        What changed, over all time, the latest first.
    credits : tuple of str
        Of the sources of its incidents: attribution and licence.
    area : str
        Where it was asked for beside the View, in words; "" for everywhere.
    known_up_to : str
        The last month, "2024-06", of which enough has arrived to say that there are fewer; "" where that is not known.
    withheld : int
        Incidents of the View that are marked too high to leave, and are counted nowhere in it.
    asked : tuple of date
        First day and day after the last that were asked for; the View's own are wider where its audience sees whole
        years alone.
    """

    view: View
    incidents: pl.DataFrame
    routes: Directed
    version: int
    generated: datetime
    changes: tuple[Finding, ...] = ()
    credits: tuple[str, ...] = ()
    area: str = ""
    withheld: int = 0
    known_up_to: str = ""
    asked: tuple[date | None, date | None] | None = None

    @property
    def marking(self) -> str:
        """Return the highest handling mark of what went in, "" where nothing is marked."""
        marks = self.incidents["handling"].drop_nulls().unique() if "handling" in self.incidents.columns else ()
        return max(marks, key=_height, default="").replace("\0", "")

    @property
    def moment(self) -> str:
        """Return when it was made, RFC 3339."""
        return self.generated.astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")

    @property
    def export_id(self) -> str:
        """Return an id of this export: of what was asked for, of what state, and when."""
        seed = "|".join((self.view.query(), self.area, str(self.version), self.routes.method_version, self.moment))
        return f"x-{hashlib.blake2b(seed.encode(), digest_size=6).hexdigest()}"

    @property
    def stamp(self) -> dict[str, Any]:
        """Return what every file says about itself."""
        return {
            "export_id": self.export_id,
            "marking": self.marking,
            "period_start": self.view.start,
            "period_end": self.view.end,
            "view": self.view.query(),
            "area": self.area,
            "ledger_version": self.version,
            "method_version": self.routes.method_version,
            "synthetic": self.synthetic,
            "credits": "; ".join(self.credits),
            "generated": self.moment,
        }

    @property
    def title(self) -> str:
        """Return what a file is called in a list of layers or a catalogue."""
        period = " to ".join(day.isoformat() for day in (self.view.start, self.view.end) if day) or "all time"
        made_up = " SYNTHETIC" if self.synthetic else ""
        mark = f" [{self.marking}]" if self.marking else ""
        return f"Smuggling routes, {period}{mark}{made_up}"

    @property
    def notes(self) -> tuple[str, ...]:
        """Return what a reader has to know of it, sentences."""
        left = counted(
            "{count:,} incident is marked too high to leave this machine and is counted nowhere in it.",
            "{count:,} incidents are marked too high to leave this machine and are counted nowhere in it.",
            self.withheld,
        )
        whole = sentence("What follows is of all incidents and all time, from which the routes were worked out:")
        return (*([left] if self.withheld else []), *([whole] if self.routes.notes else []), *self.routes.notes)

    @property
    def synthetic(self) -> bool:
        """Tell whether anything in it was made up, be it an incident or what shaped a route."""
        return is_synthetic(self.incidents) or any(one.synthetic for one in self.corridors())

    def corridors(self) -> list[Corridor]:
        """Return the routes that have incidents in the window, or that journeys of its incidents pass."""
        return [one for one in self.routes.corridors if one.incidents or one.flow > 0]

    @property
    def routes_with_incidents(self) -> int:
        """Return how many routes have incidents in the window: the number that is told wherever routes are counted."""
        return sum(one.incidents > 0 for one in self.routes.corridors)

    def dense_areas(self) -> list[Corridor]:
        """Return the areas in which incidents of the window pile up along a line that no journey takes."""
        return [area for area in self.routes.dense if area.incidents]

    def name(self, ending: str) -> str:
        """Return a file name."""
        made_up = "-synthetic" if self.synthetic else ""
        mark = f"-{re.sub('[^A-Za-z0-9-]', '', self.marking) or 'marked'}" if self.marking else ""
        kind = _CALLED.get(ending, "corridors")
        return f"{kind}-v{self.version}-{self.generated.astimezone(UTC):%Y%m%d}{mark}{made_up}.{ending}"


def within_ceiling(incidents: pl.DataFrame, ceiling: str = USUAL_CEILING) -> pl.DataFrame:
    """Return the incidents that are marked no higher than a ceiling; marks of other schemes count as the highest.

    Raises
    ------
    WrongValue
        If the ceiling is no mark.
    """
    allowed = _up_to(HANDLING_MARKS, _require_mark(ceiling))
    return incidents.filter(pl.col("handling").is_null() | pl.col("handling").is_in(allowed))


def lower(one: str, other: str) -> str:
    """Return the mark of two that restricts less, which as a ceiling lets less leave."""
    return min(_require_mark(one), _require_mark(other), key=_height)


def _require_mark(text: str) -> str:
    if text not in HANDLING_MARKS:
        raise WrongValue(
            f"{text!r} is no handling mark",
            rule=f"it is one of {', '.join(HANDLING_MARKS)}",
            done="nothing was written",
            where="--handling",
        )
    return text


def _up_to(marks: Sequence[str], ceiling: str) -> list[str]:
    return list(marks[: marks.index(ceiling) + 1])


def _height(mark: str) -> int:
    return HANDLING_MARKS.index(mark) if mark in HANDLING_MARKS else len(HANDLING_MARKS)
