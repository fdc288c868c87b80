"""Profiles: how the columns of a source become ours. Each is a TOML file under ``profiles/``.

A profile fits a file when every column that it requires is there; of those that fit, the one that uses most of the
file's columns is taken. The plain profile comes last: it knows the usual names of columns (``lat``, ``longitude``,
``date``).
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, Literal

import polars as pl
from pydantic import BaseModel, ConfigDict, ValidationError, field_validator

from geodata.core.atomic_write import whole
from geodata.core.errors import UnknownColumns, WrongValue
from geodata.ledger.edition_diff import Edition
from geodata.model.incident import KINDS, MODES
from geodata.model.reporting import Reporting
from geodata.parsing.coordinates import CoordinateForm
from geodata.places.lookup import folded
from geodata.readers.dispatch import ROW, Reading

FOLDER = Path(__file__).parent.parent / "profiles"

FIELDS = (
    "source",
    "source_record",
    "time",
    "clock",
    "time_end",
    "time_precision_stated",
    "year",
    "month",
    "day",
    "coordinates",
    "country",
    "lat",
    "lon",
    "place",
    "place_precision_km",
    "accuracy_m",
    "kind",
    "mode",
    "people",
    "dead",
    "missing",
    "survivors",
    "origins",
    "departure",
    "transit",
    "destination",
    "airport",
    "route_label",
    "text",
    "modus_operandi",
    "source_grade",
    "information_grade",
    "grade_scale",
    "handling",
    "url",
)
"""What a profile can fill. ``coordinates`` is one cell with both numbers; ``year``, ``month``, ``day`` stand in for a
missing ``time``; ``clock`` is the time of day; ``accuracy_m`` is what a device says of how far off it may be, metres;
``country`` is the one that the source states; ``text`` is what the mode rules read."""
_BESIDE = frozenset(
    ["clock", "year", "month", "day", "text", "country", "airport", "accuracy_m", "time_precision_stated"]
)
"""Fields that are no columns of the ledger: what they are read from stays in ``extra``."""
_WORDS = ("kind", "mode")
"""Fields whose words are looked up where rows are checked, so that what the source wrote is kept."""


class Profile(BaseModel):
    """How one source, or one edition of it, is read.

    Attributes
    ----------
    name, title, source : str
        ``source`` names the origin of the incidents; editions of one source share it.
    licence, attribution : str
    requires : list of str
        Columns that must be there.
    requires_one_of : list of lists of str
        Columns of which one in each list must be there beside, for lists whose headers differ from issue to issue.
    columns : dict
        Field of ``FIELDS`` -> names of the column, first found wins. A column fills one field, the first that names it.
    values : dict
        Field -> what a code or word of this source stands for, as ``{"1": "5"}`` for ``place_precision_km``. Words for
        ``kind`` and ``mode`` are kept beside what they stand for.
    coordinate_form : str
        How coordinates are written, as in ``geodata.parsing.coordinates``. The order of lat and lon is stated,
        never guessed.
        "none" for a source without points: its rows are placed by the names that they state.
    or_by_name : bool
        Whether rows without coordinates are placed by the names that they state; else they are refused.
    o_means : str
        "east" or "west": what the hemisphere letter O stands for, which differs between languages.
    record_pattern : str
        Regular expression whose first group is the id of the record within the id of a row.
    edition : str
        What the source says by leaving a record out of a file, as in ``geodata.ledger.edition_diff``.
    time_forms : list of str
        strptime forms, tried in order.
    kind, handling, grade_scale, mode : str
        Taken where a row states none.
    reporting : Reporting or None
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    title: str
    source: str
    licence: str = ""
    attribution: str = ""
    requires: tuple[str, ...] = ()
    requires_one_of: tuple[tuple[str, ...], ...] = ()
    columns: dict[str, tuple[str, ...]]
    values: dict[str, dict[str, str]] = {}
    coordinate_form: CoordinateForm | Literal["none"] = "columns"
    or_by_name: bool = False
    o_means: Literal["", "east", "west"] = ""
    record_pattern: str = ""
    edition: Edition = "part"
    time_forms: tuple[str, ...] = ()
    kind: str = "other"
    mode: str = ""
    handling: str = "TLP:AMBER"
    grade_scale: str = ""
    reporting: Reporting | None = None

    @field_validator("columns", "values")
    @classmethod
    def _of_fields(cls, stated: dict[str, Any]) -> dict[str, Any]:
        for name in stated:
            if name not in FIELDS:
                raise ValueError(f"there is no field {name!r}; fields are {', '.join(FIELDS)}")
        return stated

    @field_validator("kind")
    @classmethod
    def _of_kinds(cls, stated: str) -> str:
        if stated not in KINDS:
            raise ValueError(f"a kind is one of {', '.join(KINDS)}")
        return stated

    @field_validator("mode")
    @classmethod
    def _of_modes(cls, stated: str) -> str:
        if stated and stated not in MODES:
            raise ValueError(f"a mode is one of {', '.join(MODES)}")
        return stated

    @property
    def of_a_source(self) -> bool:
        """Tell whether it is of one source, or one kind of list, rather than of usual names of columns."""
        return bool(self.requires or self.requires_one_of)

    def fits(self, names: list[str]) -> bool:
        """Tell whether a file with columns of these names can be read by this profile."""
        mapped = self.mapping(names)
        by_name = self.or_by_name or self.coordinate_form == "none"
        placed = by_name or "coordinates" in mapped or {"lat", "lon"} <= mapped.keys()
        there = {folded(name) for name in names}
        dated = self.of_a_source or not mapped.keys().isdisjoint(("time", "year"))
        one_of_each = all(there & {folded(name) for name in one} for one in self.requires_one_of)
        return placed and dated and one_of_each and {folded(name) for name in self.requires} <= there

    def mapping(self, names: list[str]) -> dict[str, str]:
        """Return field -> column for the columns that are there; names compare without case, accents or punctuation."""
        by_folded = {folded(name): name for name in reversed(names)}
        found: dict[str, str] = {}
        for field, candidates in self.columns.items():
            present = (by_folded[folded(candidate)] for candidate in candidates if folded(candidate) in by_folded)
            free = next((name for name in present if name not in found.values()), None)
            if free is not None:
                found[field] = free
        return found if self.of_a_source else found | self._cut(names, found)

    def _cut(self, names: list[str], found: dict[str, str]) -> dict[str, str]:
        """Return field -> column of names that a Shapefile cut at ten letters, where they can be of one field only."""
        cut = [name for name in names if len(name) == _CUT and name not in found.values()]
        if not cut or any(len(name) > _CUT for name in names):
            return {}
        meant = {
            name: {
                field
                for field, candidates in self.columns.items()
                if any(folded(one).replace(" ", "_")[:_CUT] == name.lower() for one in candidates)
            }
            for name in cut
        }
        return {
            fields.copy().pop(): name
            for name, fields in meant.items()
            if len(fields) == 1 and not fields & found.keys()
        }


_CUT = 10
PLAIN = "plain"
"""The profile that knows the usual names of columns and requires none."""


@cache
def profiles() -> tuple[Profile, ...]:
    """Return every shipped profile, the plain one last.

    Raises
    ------
    WrongValue
        If a profile file breaks the schema above.
    """
    found = [_load(path) for path in sorted(FOLDER.glob("*.toml"))]
    return tuple(sorted(found, key=lambda profile: (not profile.of_a_source, profile.name)))


def credits_of(incidents: pl.DataFrame) -> tuple[str, ...]:
    """Return attribution and licence of the sources of incidents, "IOM's Missing Migrants Project (CC BY 4.0)", sorted.

    A source that no shipped profile knows has none.
    """
    named = set(incidents["source"].drop_nulls().unique()) if "source" in incidents.columns else set()
    known = [one for one in profiles() if one.source in named and one.attribution]
    return tuple(sorted({f"{one.attribution} ({one.licence})" if one.licence else one.attribution for one in known}))


def saved_profiles(home: Path) -> tuple[Profile, ...]:
    """Return the profiles that were saved in a workspace; they go before the shipped ones.

    Raises
    ------
    WrongValue
        If one of them breaks the schema above.
    """
    return tuple(_load(path) for path in sorted((home / "profiles").glob("*.toml")))


def profile_for(reading: Reading, home: Path | None = None) -> Profile:
    """Return the profile that fits a file best, of those saved in a workspace and those shipped.

    Raises
    ------
    UnknownColumns
        If none fits, which means that no coordinates were found.
    """
    return profile_of_columns(reading.columns, home, reading.file)


def fitting(reading: Reading, home: Path | None = None) -> Profile | None:
    """Return the profile that fits a file best, None where none does."""
    try:
        return profile_for(reading, home)
    except UnknownColumns:
        return None


def profile_of_columns(columns: Sequence[str], home: Path | None, file: str) -> Profile:
    """Return the profile that fits columns best.

    A shipped profile of a source goes before one that was saved in the workspace, and this before the plain one.

    Raises
    ------
    UnknownColumns
        If none fits.
    """
    names = list(columns)
    shipped = [profile for profile in profiles() if profile.fits(names)]
    saved = [profile for profile in saved_profiles(home) if profile.fits(names)] if home else []
    fitting = [profile for profile in shipped if profile.of_a_source] or saved or shipped
    if not fitting:
        shown = ", ".join(names[:8]) + (", ..." if len(names) > 8 else "")
        raise UnknownColumns(
            f"no columns with coordinates and a date were found among {shown}",
            rule="a file needs a date and lat and lon columns, or what a profile names as such; "
            f"`python -m geodata profile {file}` shows what can be guessed",
            where=file,
        )
    return max(fitting, key=lambda profile: (profile.of_a_source, len(profile.mapping(names))))


def mapped(table: pl.DataFrame, profile: Profile) -> pl.DataFrame:
    """Return rows of a file under our names: each field of ``FIELDS`` as text (null where absent), ``_row``, ``extra``.

    ``extra`` is the rest of the row as JSON, so that nothing is thrown away.
    """
    names = [name for name in table.columns if name != ROW]
    columns = profile.mapping(names)
    stored = {column for field, column in columns.items() if field not in _BESIDE}
    rest = [name for name in names if name not in stored]
    fields = [
        (
            _valued(pl.col(columns[field]), None if field in _WORDS else profile.values.get(field))
            if field in columns
            else pl.lit(None, pl.String)
        ).alias(field)
        for field in FIELDS
    ]
    extra = pl.struct(rest).struct.json_encode() if rest else pl.lit("{}")
    return table.select(*fields, extra.alias("extra"), pl.col(ROW))


def _valued(column: pl.Expr, values: dict[str, str] | None) -> pl.Expr:
    """Return a column with what its codes or words stand for in this source; others stay as they are."""
    if not values:
        return column
    return column.str.strip_chars().str.replace(r"^(\d+)\.0$", "$1").replace(list(values), list(values.values()))


def keep(profile: Profile, home: Path) -> Path:
    """Save a profile in a workspace, in the place of one of its name; return its file.

    Raises
    ------
    WrongValue
        If its name is none for a file.
    """
    if not re.fullmatch(r"[a-z0-9][a-z0-9._-]{0,60}", profile.name):
        raise WrongValue(
            f"{profile.name!r}",
            rule="a profile's name is of small letters, digits, dots and dashes",
            done="nothing was saved",
        )
    path = home / "profiles" / f"{profile.name}.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole(path, proven=True) as part:
        part.write_text(_toml(profile), encoding="utf-8")
    return path


def _toml(profile: Profile) -> str:
    """Return a profile as TOML, without what is as it would be anyway."""
    stated = profile.model_dump(exclude={"name", "columns", "values"}, exclude_defaults=True)
    tables: dict[str, Any] = {"columns": dict(sorted(profile.columns.items()))}
    tables |= {f"values.{field}": words for field, words in profile.values.items()}
    tables |= {name: stated.pop(name) for name in list(stated) if isinstance(stated[name], dict)}
    lines = [f"{name} = {_quoted(value)}" for name, value in stated.items()]
    for name, table in tables.items():
        lines += ["", f"[{name}]", *(f"{_quoted(key)} = {_quoted(value)}" for key, value in table.items())]
    return "\n".join(lines) + "\n"


def _quoted(value: Any) -> str:
    """Return TOML basic strings, numbers or lists of them; JSON's escapes are a part of TOML's."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _load(path: Path) -> Profile:
    try:
        return Profile(name=path.stem, **tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        reason = str(error).splitlines()[0]
        if isinstance(error, ValidationError):
            first = error.errors()[0]
            reason = f"{'.'.join(map(str, first['loc'])) or 'it'}: {first['msg']}"
        raise WrongValue(
            reason, rule="a profile follows the schema of geodata.mapping.profiles.Profile", where=path.name
        ) from None
