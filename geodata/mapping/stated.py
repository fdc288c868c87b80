"""What a person says on the command line of how a file is read, as a profile for that file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from geodata.core.errors import WrongValue
from geodata.mapping.column_inference import by_profile, guessed, profile_of, stated
from geodata.mapping.profiles import FIELDS, PLAIN, Profile, fitting
from geodata.model.incident import KINDS
from geodata.readers.dispatch import Reading, read_file

NAME = "stated"
"""Of a profile that holds for one file and is kept nowhere."""


@dataclass(frozen=True, slots=True)
class Said:
    """What is said; empty or None where nothing is.

    Attributes
    ----------
    columns : str
        ``field=column,field=column``.
    day_first, lat_first : bool or None
    source, kind : str
    """

    columns: str = ""
    day_first: bool | None = None
    lat_first: bool | None = None
    source: str = ""
    kind: str = ""

    @property
    def anything(self) -> bool:
        """Tell whether anything is said."""
        return self != Said()


def stated_profile(path: Path, home: Path, said: Said, parts: Sequence[str] = ()) -> Profile | None:
    """Return the profile that a file is read by where a person says something of it, None where nothing is said.

    Raises
    ------
    WrongValue
        If a field or column is not there, or something is left open.
    UnreadableFile, UnknownFormat
        If the file cannot be read.
    """
    if not said.anything:
        return None
    if said.kind and said.kind not in KINDS:
        raise WrongValue(f"{said.kind!r}", rule=f"a kind is one of {', '.join(KINDS)}", where=path.name)
    reading = read_file(path, parts)
    like = fitting(reading, home)
    own = {
        "source": said.source or (like.source if like else ""),
        "kind": said.kind or (like.kind if like else "other"),
    }
    if like is not None and not said.columns and said.day_first is None and said.lat_first is None:
        return like.model_copy(update=own)
    guess = guessed(reading) if like is None or like.name == PLAIN else by_profile(like, reading)
    columns = guess.columns | _columns(said.columns, reading)
    form = None
    if said.lat_first is not None and "coordinates" in columns:
        form = "lat, lon" if said.lat_first else "lon, lat"
    elif like is not None and not said.columns:
        form = like.coordinate_form
    told = stated(guess, columns, reading, coordinate_form=form, day_first=said.day_first)
    return profile_of(told, NAME, own["source"], like if like is not None and like.of_a_source else None).model_copy(
        update=own
    )


def _columns(text: str, reading: Reading) -> dict[str, str]:
    found = {}
    for pair in filter(None, (one.strip() for one in text.split(","))):
        field, equals, column = (one.strip() for one in pair.partition("="))
        if not equals or field not in FIELDS:
            raise WrongValue(
                f"{pair!r} names no field", rule=f"columns are stated as field=column; fields are {', '.join(FIELDS)}"
            )
        if column not in reading.columns:
            raise WrongValue(
                f"there is no column {column!r}",
                rule=f"columns are {', '.join(reading.columns[:20])}",
                where=reading.file,
            )
        found[field] = column
    return found
