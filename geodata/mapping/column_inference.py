"""Guesses: how the columns of an unknown file may become ours, with a reason for each, for a person to confirm.

Nothing is stored by a guess. Confirmed, it is saved as a profile of the workspace and fits every file like it from then
on. The order of latitude and longitude, and of day and month, is never guessed where nothing tells it: the guess then
says what must be stated.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from geodata.core.errors import WrongValue
from geodata.core.messages import sentence
from geodata.mapping.profiles import PLAIN, Profile, keep, profiles
from geodata.parsing.coordinates import guessed_form
from geodata.parsing.date_inference import guessed_forms, order_open
from geodata.parsing.transport_mode import stated_modes
from geodata.places.lookup import country_code, folded
from geodata.readers.dispatch import Reading

_MOST = 0.8
_LONGEST_FIGURES = 80
"""Letters of a text that may be a time or coordinates; of longer ones, remarks, each form would be tried in vain."""
_LONGEST_CODE, _SEVERAL = 3, 3
"""Letters of a code of a country, and from how many different ones a column holds countries."""
STATED = sentence("you said so")
_PLACES = ("airport", "place", "route_label", "country")
_TWO_NUMBERS = r"^\s*[(\[]?\s*[-+]?\d{1,3}\.\d+\s*[,;\s]\s*[-+]?\d{1,3}\.\d+\s*[)\]]?\s*$"
_LOOSE = frozenset(
    [
        *(
            "local",
            "data",
            "tag",
            "art",
            "land",
            "note",
            "notes",
            "time",
            "type",
            "start",
            "end",
            "fin",
            "from",
            "link",
            "via",
        ),
        *(
            "ort",
            "ora",
            "hora",
            "zeit",
            "nature",
            "means",
            "medio",
            "mezzo",
            "today",
            "day",
            "dia",
            "mes",
            "ano",
            "position",
        ),
        *(
            "local",
            "crime",
            "period",
            "gps",
            "geo",
            "site",
            "stato",
            "staat",
            "nom",
            "nombre",
            "lange",
            "breite",
            "date utc",
        ),
    ]
)
"""Names that are common words, and tell a column only where they are all of its name."""
BY_NAME = "none"
"""The form of coordinates that are not there: rows are placed by the names that they state."""


@dataclass(frozen=True, slots=True)
class Guess:
    """What the columns of a file seem to be.

    Attributes
    ----------
    columns : dict
        Field of ``profiles.FIELDS`` -> column.
    reasons : dict
        Field -> why, in words.
    rest : tuple of str
        Columns that are kept as they are, under ``extra``.
    coordinate_form, time_forms : str, tuple of str
        How coordinates and times are written.
    open : tuple of str
        What must be stated before the file can be read, in words; empty for a guess that can be saved.
    """

    columns: dict[str, str]
    reasons: dict[str, str]
    rest: tuple[str, ...]
    coordinate_form: str
    time_forms: tuple[str, ...]
    open: tuple[str, ...]


def guessed(reading: Reading) -> Guess:
    """Guess what the columns of a file are, from their names and from what the first rows hold."""
    columns: dict[str, str] = {}
    reasons: dict[str, str] = {}
    free = list(reading.columns)
    for told in (_pairs, _by_name, _by_words, _by_content):
        for field, column, reason in told(free, reading.head):
            if field not in columns and column in free:
                columns[field], reasons[field] = column, reason
                free.remove(column)
    return _completed(columns, reasons, reading)


def stated(
    guess: Guess,
    columns: Mapping[str, str],
    reading: Reading,
    *,
    coordinate_form: str | None = None,
    time_forms: tuple[str, ...] | None = None,
    day_first: bool | None = None,
) -> Guess:
    """Return a guess with what a person says instead of it; what follows from the columns is guessed anew.

    Parameters
    ----------
    guess : Guess
    columns : mapping
        Field -> column, all of them.
    reading : Reading
    coordinate_form, time_forms : str, tuple of str, optional
        How coordinates and times are written, where that is said.
    day_first : bool, optional
        Which of two numbers is the day, where no date tells.
    """
    reasons = {
        field: guess.reasons.get(field, STATED) if guess.columns.get(field) == column else STATED
        for field, column in columns.items()
    }
    return _completed(dict(columns), reasons, reading, coordinate_form, time_forms, day_first)


def by_profile(profile: Profile, reading: Reading) -> Guess:
    """Return what a profile says of the columns of a file that it fits, as a guess that leaves nothing open."""
    columns = profile.mapping(list(reading.columns))
    rest = tuple(name for name in reading.columns if name not in columns.values())
    return Guess(
        columns, dict.fromkeys(columns, sentence("the profile")), rest, profile.coordinate_form, profile.time_forms, ()
    )


def profile_of(guess: Guess, name: str, source: str, like: Profile | None = None) -> Profile:
    """Return a guess as a profile, in all that columns do not say like another one.

    Raises
    ------
    WrongValue
        If the guess leaves something open.
    """
    if guess.open:
        raise WrongValue(guess.open[0], rule="a profile must say it", done="nothing was saved")
    needed = [column for field, column in guess.columns.items() if field in ("coordinates", "lat", "lon", "time")]
    columns = {field: (column,) for field, column in guess.columns.items()}
    by_name = guess.coordinate_form == BY_NAME
    if by_name:  # rows that wait for a place come back with one
        columns |= {axis: (axis,) for axis in ("lat", "lon")}
    said = {
        "name": name,
        "title": f"Saved for {source}",
        "source": source,
        "requires": tuple(needed),
        "columns": columns,
        "coordinate_form": "columns" if by_name else guess.coordinate_form,
        "or_by_name": by_name or (like is not None and like.or_by_name),
        "time_forms": guess.time_forms,
    }
    return Profile.model_validate(said if like is None else like.model_dump() | said)


def saved(guess: Guess, name: str, source: str, home: Path) -> Path:
    """Save a guess as a profile of a workspace; return its file.

    Raises
    ------
    WrongValue
        If the guess leaves something open, or the name is none for a file.
    """
    return keep(profile_of(guess, name, source), home)


def _completed(
    columns: dict[str, str],
    reasons: dict[str, str],
    reading: Reading,
    coordinate_form: str | None = None,
    time_forms: tuple[str, ...] | None = None,
    day_first: bool | None = None,
) -> Guess:
    """Return a guess with what the columns say of coordinates and times, and what remains to be stated."""
    form, reason, unsaid = (coordinate_form, "", ()) if coordinate_form else _form(columns, reading.head)
    if reason and not unsaid:
        reasons["coordinates" if "coordinates" in columns else "lat"] = reason
    forms, times_unsaid = _times(columns, reading.head, day_first) if time_forms is None else (time_forms, ())
    rest = tuple(name for name in reading.columns if name not in columns.values())
    needed = {"time": sentence("no column holds a date"), "coordinates": sentence("no column holds coordinates")}
    if form == BY_NAME:
        needed["coordinates"] = sentence(
            "no column holds a place or a country, by whose name an incident could be placed"
        )
    missing = [told for field, told in needed.items() if not _there(field, columns, form)]
    return Guess(columns, reasons, rest, form, forms, (*missing, *unsaid, *times_unsaid))


Told = list[tuple[str, str, str]]
"""Field, column and the reason."""


def _aliases() -> dict[str, list[str]]:
    plain = next(profile for profile in profiles() if profile.name == PLAIN)
    return {field: [folded(name) for name in names] for field, names in plain.columns.items()}


def _pairs(free: list[str], head: pl.DataFrame) -> Told:
    """Tell a column of cells with two numbers each that bears the name of a place, where no columns of degrees are."""
    names = {alias for field in ("lat", "lon") for alias in _aliases()[field]}
    places = {alias for field in ("place", "coordinates") for alias in _aliases()[field]}
    if any(folded(name) in names for name in free):
        return []
    for column in free:
        given = head[column].drop_nulls()
        if folded(column) in places and len(given) and _share(given.str.contains(_TWO_NUMBERS)):
            return [("coordinates", column, guessed_form(_cells_of(given))[1])]
    return []


def _by_name(free: list[str], head: pl.DataFrame) -> Told:
    """Tell columns by their name; of a name that means two things the first that its cells allow."""
    found: Told = []
    for field, aliases in _aliases().items():
        column = next((name for alias in aliases for name in free if folded(name) == alias), None)
        if column is not None and column not in {one for _, one, _ in found} and _possible(field, head[column]):
            found.append((field, column, sentence("its name")))
    return found


def _possible(field: str, values: pl.Series) -> bool:
    """Tell whether a column may be what its name says: an empty one may."""
    return values.null_count() == len(values) or _plausible(field, values)


def _by_words(free: list[str], head: pl.DataFrame) -> Told:
    """Tell columns whose name holds a usual one, longest first: "event latitude (WGS84)"."""
    found: Told = []
    aliases = sorted(
        (
            (alias, field)
            for field, names in _aliases().items()
            for alias in names
            if len(alias) > 2 and alias not in _LOOSE
        ),
        key=lambda pair: -len(pair[0]),
    )
    for column in free:
        words = f" {folded(column)} "
        for alias, field in aliases:
            if f" {alias} " in words and _plausible(field, head[column]):
                found.append((field, column, sentence("its name holds {words!r}", words=alias)))
                break
    return found


def _plausible(field: str, values: pl.Series) -> bool:
    """Tell whether a column holds what its name says, where that can be told."""
    tests: dict[str, Callable[[pl.Series], bool]] = {
        "lat": lambda texts: _share(texts.str.replace(",", ".").cast(pl.Float64, strict=False).is_between(-90, 90)),
        "lon": lambda texts: _share(texts.str.replace(",", ".").cast(pl.Float64, strict=False).is_between(-180, 180)),
        "time": _are_times,
        "country": _are_countries,
        "origins": _are_countries,
    }
    given = values.drop_nulls()
    return field not in tests or (len(given) > 0 and tests[field](given))


def _by_content(free: list[str], head: pl.DataFrame) -> Told:
    found: Told = []
    for column in free:
        given = head[column].drop_nulls()
        if given.is_empty():
            continue
        number = given.cast(pl.Float64, strict=False)
        decimals = _share(given.str.contains(r"^-?\d+,\d+$"))  # a price or a measure with a decimal comma
        short = _share(given.str.contains(r"\d") & (given.str.len_chars() <= _LONGEST_FIGURES))
        cells = short and number.null_count() and not decimals
        form, reason = guessed_form(_cells_of(given)) if cells else (None, "")
        if form is not None or "latitude or longitude" in reason:
            found.append(("coordinates", column, reason))
        elif short and number.null_count() == len(number) and _are_times(given):
            found.append(("time", column, guessed_forms(_times_of(given))[1]))
        elif _share(given.is_in([word for word in given.unique() if folded(word) in stated_modes()])):
            found.append(("mode", column, sentence("it holds words for land, sea or air")))
        elif number.null_count() and _are_countries(given) and _name_several(given):
            field = "origins" if re.search(r"origin|national|citizen", folded(column)) else "country"
            found.append((field, column, sentence("it holds names of countries")))
    return found


def _form(columns: dict[str, str], head: pl.DataFrame) -> tuple[str, str, tuple[str, ...]]:
    """Return the form of the coordinates, its reason, and what is to be stated."""
    nothing = pl.lit(None, pl.String)
    texts = head.select(
        (pl.col(columns[field]) if field in columns else nothing).alias(field)
        for field in ("coordinates", "lat", "lon")
    )
    if "coordinates" not in columns and not {"lat", "lon"} <= columns.keys():
        return (BY_NAME if not columns.keys().isdisjoint(_PLACES) else "columns"), "", ()
    form, reason = guessed_form(texts)
    return (
        (form, reason, ())
        if form is not None
        else ("columns", reason, (sentence("coordinates: {reason}", reason=reason),))
    )


def _times(
    columns: dict[str, str], head: pl.DataFrame, day_first: bool | None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if "time" not in columns:
        return (), ()
    forms, reason = guessed_forms(_times_of(head[columns["time"]]), day_first)
    return (forms, ()) if forms is not None else ((), (sentence("dates: {reason}", reason=reason),))


def _there(field: str, columns: dict[str, str], form: str) -> bool:
    if field == "coordinates" and form == BY_NAME:
        return not columns.keys().isdisjoint(_PLACES)
    if field == "coordinates":
        return "coordinates" in columns or {"lat", "lon"} <= columns.keys()
    return field in columns or "year" in columns


def _cells_of(texts: pl.Series) -> pl.DataFrame:
    nothing = pl.Series([None] * len(texts), dtype=pl.String)
    return pl.DataFrame({"coordinates": texts, "lat": nothing, "lon": nothing})


def _times_of(texts: pl.Series) -> pl.DataFrame:
    nothing = pl.Series([None] * len(texts), dtype=pl.String)
    return pl.DataFrame({"time": texts, "year": nothing, "month": nothing})


def _are_times(texts: pl.Series) -> bool:
    """Tell whether texts are times, be it that nothing tells which of two numbers is the day."""
    forms, reason = guessed_forms(_times_of(texts))
    return forms is not None or order_open(reason)


def _are_countries(texts: pl.Series) -> bool:
    known = [text for text in texts.unique() if len(text) > 1 and country_code(text)]
    return _share(texts.is_in(known))


def _name_several(texts: pl.Series) -> bool:
    """Tell whether texts are no abbreviations of something else: a unit "GN" is not Guinea."""
    return bool((texts.str.len_chars() > _LONGEST_CODE).any()) or texts.n_unique() >= _SEVERAL


def _share(fits: pl.Series) -> bool:
    return len(fits) > 0 and fits.fill_null(value=False).cast(pl.Int64).sum() >= _MOST * len(fits)
