"""What a briefing says: its title, whom it is for, its pages and what is drawn on them. Checked, never repaired."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Final, Literal, TypeVar, get_args
from urllib.parse import parse_qsl, urlencode

import shapely
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from geodata.core.errors import WrongValue
from geodata.model.query import View

Schedule = Literal["", "weekly", "monthly"]
SCHEDULES: Final[tuple[str, ...]] = get_args(Schedule)
LONGEST_TITLE: Final = 120
LONGEST_HEADING: Final = 90
LONGEST_NOTE: Final = 900
LONGEST_LABEL: Final = 40
MOST_PAGES: Final = 30
MOST_ANNOTATIONS: Final = 12
MOST_CORNERS: Final = 24
_LONGEST_VIEW = 2_000
_FARTHEST_LAT = 85.0
_FEWEST: Final[Mapping[str, int]] = {"Point": 1, "LineString": 2, "Polygon": 3}
_YEAR = 12

Degrees = tuple[Annotated[float, Field(ge=-180, le=180)], Annotated[float, Field(ge=-_FARTHEST_LAT, le=_FARTHEST_LAT)]]
Made = TypeVar("Made", bound=BaseModel)


def _one_line(text: str) -> str:
    if not text.strip() or not text.isprintable():
        message = "it is one line of letters"
        raise ValueError(message)
    return text.strip()


class Annotation(BaseModel):
    """A point, line or polygon that is drawn on a page, with a label.

    Attributes
    ----------
    kind : str
        Point, LineString or Polygon.
    corners : tuple of (lon, lat), degrees
        One, two to 24, or three to 24; a polygon is open, its border does not cross itself and encloses something.
    label : str
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["Point", "LineString", "Polygon"]
    corners: tuple[Degrees, ...] = Field(max_length=MOST_CORNERS)
    label: str = Field(min_length=1, max_length=LONGEST_LABEL)

    _label = field_validator("label")(_one_line)

    @model_validator(mode="after")
    def _drawable(self) -> Annotation:
        fewest = _FEWEST[self.kind]
        if len(self.corners) < fewest or (self.kind == "Point" and len(self.corners) > 1):
            message = f"a {self.kind} has {fewest} corner{'s' if fewest > 1 else ''}{' or more' if fewest > 1 else ''}"
            raise ValueError(message)
        if self.kind == "Polygon":
            shape = shapely.Polygon(self.corners)
            if not shape.is_valid or shape.area == 0:
                message = "the border of a polygon does not cross itself and encloses something"
                raise ValueError(message)
        return self

    @classmethod
    def of_geojson(cls, told: Any) -> Annotation:
        """Read a Feature (RFC 7946) with a property ``label``.

        Raises
        ------
        WrongValue
            If it is none, or breaks a limit.
        """
        rule = "it is a GeoJSON Feature, a Point, LineString or Polygon of one ring with a property label"
        try:
            geometry, label = told["geometry"], told["properties"]["label"]
            kind, places = geometry["type"], geometry["coordinates"]
            if kind == "Polygon":
                (ring,) = places
                places = _opened(ring)
            corners = [places] if kind == "Point" else places
        except (KeyError, TypeError, ValueError, IndexError):
            raise WrongValue("the annotation", rule=rule, done="nothing changed") from None
        return checked(cls, {"kind": kind, "corners": corners, "label": label}, "the annotation")

    def geojson(self) -> dict[str, Any]:
        """Return it as a Feature (RFC 7946)."""
        places: Any = [list(corner) for corner in self.corners]
        if self.kind == "Point":
            (places,) = places
        elif self.kind == "Polygon":
            places = [[*places, places[0]]]
        geometry = {"type": self.kind, "coordinates": places}
        return {"type": "Feature", "geometry": geometry, "properties": {"label": self.label}}


class Page(BaseModel):
    """A page of a briefing.

    Attributes
    ----------
    kind : str
        view: a map; changes: what changed since the briefing before.
    query : str
        What is shown, as an address of the map or of an export says it: filters, window, area, countries, routes.
    box : (west, south, east, north) or None, degrees
        What part of the map is seen; None for what fits what is shown.
    heading, note : str
        Plain text; a note may have several lines.
    annotations : tuple of Annotation
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["view", "changes"] = "view"
    query: str = Field(default="", max_length=_LONGEST_VIEW)
    box: tuple[float, float, float, float] | None = None
    heading: str = Field(min_length=1, max_length=LONGEST_HEADING)
    note: str = Field(default="", max_length=LONGEST_NOTE)
    annotations: tuple[Annotation, ...] = Field(default=(), max_length=MOST_ANNOTATIONS)

    _heading = field_validator("heading")(_one_line)

    @field_validator("note")
    @classmethod
    def _plain(cls, note: str) -> str:
        if not note.replace("\n", "").isprintable():
            message = "a note is lines of letters"
            raise ValueError(message)
        return note.strip()

    @field_validator("query")
    @classmethod
    def _understood(cls, query: str) -> str:
        _, notes = View.from_query(parse_qsl(query))
        if notes:
            raise ValueError(str(notes[0]))
        return query

    @field_validator("box")
    @classmethod
    def _on_the_map(cls, box: tuple[float, float, float, float] | None) -> tuple[float, float, float, float] | None:
        if box is not None:
            west, south, east, north = box
            inside = -_FARTHEST_LAT <= south < north <= _FARTHEST_LAT and -360 <= west < east <= 360
            if not inside or east - west > 360:
                message = "it is west, south, east, north in degrees"
                raise ValueError(message)
        return box

    def moved_on(self, months: int) -> Page:
        """Return the page with its window moved on by so many months; one that has only one end stays."""
        pairs = parse_qsl(self.query)
        view, _ = View.from_query(pairs)
        if view.start is None or view.end is None or not months:
            return self
        ends = {"from": _later(view.start, months), "to": _later(view.end, months)}
        if ends["from"] >= ends["to"]:
            return self
        return self.model_copy(update={"query": urlencode([(name, ends.get(name, value)) for name, value in pairs])})


class Briefing(BaseModel):
    """What a briefing is, beside its pages.

    Attributes
    ----------
    title : str
    audience, language : str
        Whom it is for (``layers.audience.audiences``), and in which language its documents are.
    schedule : str
        weekly, monthly, or "": when the next draft is made by itself.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str = Field(min_length=1, max_length=LONGEST_TITLE)
    audience: Literal["own", "partner", "public"] = "own"
    language: str = Field(default="en", pattern=r"^[a-z]{2,3}(_[A-Za-z]{2,4})?$")
    schedule: Schedule = ""

    _title = field_validator("title")(_one_line)


def checked(model: type[Made], told: Mapping[str, Any], what: str) -> Made:
    """Return a model of what is told, or raise ``WrongValue`` with the first thing that is wrong."""
    try:
        return model.model_validate(dict(told))
    except ValidationError as error:
        first = error.errors()[0]
        rule = str(first["msg"]).removeprefix("Value error, ")
        field = ".".join(str(part) for part in first["loc"])
        raise WrongValue(what, rule=rule, done="nothing changed", where=field) from None


def _opened(ring: Any) -> Any:
    """Return a ring without its last corner, which is its first once more."""
    *places, last = ring
    if places[0] != last:
        raise ValueError(last)
    return places


def _later(day: date, months: int) -> date:
    """Return the same day so many months later; in a shorter month its last day."""
    at = day.year * _YEAR + day.month - 1 + months
    first = date(at // _YEAR, at % _YEAR + 1, 1)
    after = date((at + 1) // _YEAR, (at + 1) % _YEAR + 1, 1)
    return first.replace(day=min(day.day, (after - first).days))
