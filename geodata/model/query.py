"""The View: the one question that the app, the command line, an export and a share all ask with.

Whoever holds a View and a ledger version can redraw the same picture. A View is frozen, compares by value, and has one
canonical spelling as a query string, so that it is a cache key and a link at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Annotated, Any, get_args
from urllib.parse import urlencode

import polars as pl
from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError, field_validator, model_validator

from geodata.core.errors import WrongValue
from geodata.core.messages import sentence
from geodata.model.incident import Kind, Mode, lasts


def _sorted_unique(values: Any) -> Any:
    return tuple(sorted(set(values))) if isinstance(values, Iterable) and not isinstance(values, str) else values


def _month_as_day(value: Any) -> Any:
    return f"{value}-01" if isinstance(value, str) and len(value) == len("2021-01") else value


Day = Annotated[date, BeforeValidator(_month_as_day)]
Modes = Annotated[tuple[Mode, ...], BeforeValidator(_sorted_unique)]
Kinds = Annotated[tuple[Kind, ...], BeforeValidator(_sorted_unique)]
Names = Annotated[tuple[str, ...], BeforeValidator(_sorted_unique)]

QUERY_NAMES = {
    "start": "from",
    "end": "to",
    "modes": "mode",
    "kinds": "kind",
    "origins": "origin",
    "sources": "source",
    "manners": "modus",
    "area": "in",
    "against": "against",
    "region": "region",
    "resolution": "resolution",
}
"""Field of the View -> its name in a query string. Fields with several values repeat the name."""
BEFORE = "before"
LONGEST_AREA = 240
_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
_SEVERAL = ("modes", "kinds", "origins", "sources", "manners")


class View(BaseModel):
    """Which incidents to look at. An empty tuple or None means all.

    Attributes
    ----------
    start, end : date, optional
        The window [start, end), UTC, end excluded.
    modes, kinds : tuple of str
        As in ``geodata.model.incident``.
    origins : tuple of str
        Countries of origin, ISO 3166-1 alpha-3; an incident matches if any of its origins does.
    sources : tuple of str
    manners : tuple of str
        Modi operandi; an incident matches if any of its own does.
    area : str
        A country (``LBY``), two of them (``LBY,ITA``), the name of a known route, or a drawn area (``name~code``); ""
        for everywhere. What lies in it is told where the network is known (``layers.export.area.area_asked``).
    against : str
        What the window is compared with: "" for the same months a year before, ``before`` for those before it, or
        other ones, as ``2022-01:2023-01`` with the end excluded.
    region : (west, south, east, north), degrees, optional
        West may exceed east: the region then crosses 180 degrees.
    resolution : int, optional
        H3 resolution of the reduction, 3..7; None leaves the choice to the reduction.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    start: Day | None = None
    end: Day | None = None
    modes: Modes = ()
    kinds: Kinds = ()
    origins: Names = ()
    sources: Names = ()
    manners: Names = ()
    area: str = ""
    against: str = ""
    region: tuple[float, float, float, float] | None = None
    resolution: int | None = None

    @field_validator("origins", "sources", "manners")
    @classmethod
    def _unicode(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        if any("\ud800" <= letter <= "\udfff" for text in values for letter in text):
            message = "must be text in UTF-8"
            raise ValueError(message)
        return values

    @field_validator("area")
    @classmethod
    def _one_line(cls, value: str) -> str:
        if len(value) > LONGEST_AREA or (value and not value.isprintable()):
            message = f"must be printable text of at most {LONGEST_AREA} letters"
            raise ValueError(message)
        return value

    @field_validator("against")
    @classmethod
    def _months(cls, value: str) -> str:
        if value in ("", BEFORE):
            return value
        start, _, end = value.partition(":")
        if not (_MONTH.fullmatch(start) and _MONTH.fullmatch(end) and start < end):
            message = f"must be {BEFORE}, or months as 2022-01:2023-01"
            raise ValueError(message)
        return value

    @field_validator("resolution")
    @classmethod
    def _within_h3(cls, value: int | None) -> int | None:
        if value is not None and not 3 <= value <= 7:
            message = "must be 3 to 7"
            raise ValueError(message)
        return value

    @field_validator("region")
    @classmethod
    def _within_world(cls, value: tuple[float, float, float, float] | None) -> tuple[float, float, float, float] | None:
        if value is not None:
            west, south, east, north = value
            if not (-180 <= west <= 180 and -180 <= east <= 180 and -90 <= south < north <= 90):
                message = "must be west, south, east, north in degrees"
                raise ValueError(message)
        return value

    @model_validator(mode="after")
    def _ends_after_start(self) -> View:
        if self.start is not None and self.end is not None and self.start >= self.end:
            message = "start must be before end"
            raise ValueError(message)
        return self

    @classmethod
    def from_query(cls, items: Iterable[tuple[str, str]]) -> tuple[View, tuple[str, ...]]:
        """Read a View from the pairs of a query string; what does not fit is left out and named in a note.

        Names that are not the View's are passed over without a note: a link also carries the state of the map.
        """
        pairs = list(items)
        given: dict[str, Any] = {}
        notes: list[str] = []
        for field, name in QUERY_NAMES.items():
            values = [value for key, value in pairs if key == name and value]
            if not values:
                continue
            parsed, unknown = _read_field(field, values)
            left_out = (f"{name}={value[:40]!r}" for value in unknown)
            notes += [sentence("{given} was left out", given=one) for one in left_out]
            if parsed is not None:
                given[field] = parsed
        try:
            return cls(**given), tuple(notes)
        except ValidationError:
            given.pop("start", None)
            given.pop("end", None)
            return cls(**given), (*notes, sentence("the window was left out, as it must start before it ends"))

    def query(self) -> str:
        """Return the canonical query string; ``from_query`` of it gives the same View."""
        pairs: list[tuple[str, str]] = []
        for field, name in QUERY_NAMES.items():
            value = getattr(self, field)
            if field in _SEVERAL:
                pairs += [(name, part) for part in value]
            elif field == "region" and value is not None:
                pairs.append((name, ",".join(repr(part).removesuffix(".0") for part in value)))
            elif value not in (None, ""):
                pairs.append((name, str(value)))
        return urlencode(pairs)

    def without_window(self) -> View:
        """Return the same View over all time: what a map needs to move its window by itself."""
        return self.model_copy(update={"start": None, "end": None, "against": ""})

    def everywhere(self) -> View:
        """Return the same View without its area."""
        return self.model_copy(update={"area": ""})

    def reached(self, incidents: pl.DataFrame) -> pl.DataFrame:
        """Return the incidents of ``select``, and those that began before the window and last into it."""
        if self.start is None:
            return self.select(incidents)
        start = pl.lit(_moment(self.start))
        going_on = (pl.col("time_start") >= start) | (lasts() & (pl.col("time_end") > start))
        return self.model_copy(update={"start": None}).select(incidents).filter(going_on)

    def select(self, incidents: pl.DataFrame) -> pl.DataFrame:
        """Return the incidents that the View asks for, in their order; a window holds those that begin in it.

        Raises
        ------
        ValueError
            If it asks for an area: what lies there is told where the network is known.
        """
        if self.area:
            message = "what lies in an area is told by the network"
            raise ValueError(message)
        keep = pl.lit(value=True)
        if self.start is not None:
            keep &= pl.col("time_start") >= _moment(self.start)
        if self.end is not None:
            keep &= pl.col("time_start") < _moment(self.end)
        for column, wanted in (("mode", self.modes), ("kind", self.kinds), ("source", self.sources)):
            if wanted:
                keep &= pl.col(column).is_in(list(wanted))
        if self.origins:
            codes = pl.col("origins").list.eval(pl.element().struct.field("iso3"))
            keep &= codes.list.set_intersection(list(self.origins)).list.len() > 0
        if self.manners:
            keep &= pl.col("modus_operandi").list.set_intersection(list(self.manners)).list.len() > 0
        if self.region is not None:
            west, south, east, north = self.region
            across = pl.col("lon").is_between(west, east)
            if west > east:
                across = (pl.col("lon") >= west) | (pl.col("lon") <= east)
            keep &= across & pl.col("lat").is_between(south, north)
        return incidents.filter(keep)


def _moment(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _read_field(field: str, values: list[str]) -> tuple[Any, list[str]]:
    """Return the value of one field from its texts, None if none fits, and the texts that do not fit."""
    if field in _SEVERAL:
        allowed = {"modes": get_args(Mode), "kinds": get_args(Kind)}.get(field)
        fit = [value for value in values if allowed is None or value in allowed]
        return (tuple(fit) or None), [value for value in values if value not in fit]
    text = values[-1]
    candidate: Any = tuple(text.split(",")) if field == "region" else text
    try:
        return getattr(View(**{field: candidate}), field), []
    except ValidationError:
        return None, [text]


def require_view(options: Mapping[str, Any]) -> View:
    """Return a View from command-line options, or raise ``WrongValue`` with the first thing that is wrong."""
    try:
        return View(**{name: value for name, value in options.items() if value is not None})
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        given = repr(first["input"]) if field else f"{options.get('start')} to {options.get('end')}"
        raise WrongValue(
            given,
            rule=str(first["msg"]).removeprefix("Value error, "),
            done="nothing was computed",
            where=field or "window",
        ) from None
