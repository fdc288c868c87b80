"""Sheets, layers and members: all of them are looked at, those that hold incidents are read, and each is named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from geodata.core.errors import UnknownColumns
from geodata.core.messages import mark, sentence
from geodata.mapping.profiles import Profile, profile_for, profile_of_columns
from geodata.readers.dispatch import Part, Reading, read_file


def read_parts(
    path: Path, home: Path | None, wanted: Sequence[str] = (), profile: Profile | None = None
) -> tuple[Reading, Profile, tuple[str, ...]]:
    """Read those sheets or layers of a file that hold incidents.

    Parameters
    ----------
    path : Path
    home : Path, optional
        Workspace whose profiles are known too.
    wanted : sequence of str
        Names of sheets or layers; by default all visible ones that the profile of most rows fits.
    profile : Profile, optional
        How columns are read; by default the one that fits best.

    Returns
    -------
    tuple of Reading, Profile, notes
        Notes are sentences that name each sheet or layer with its rows, and why any was left out.

    Raises
    ------
    UnreadableFile, UnknownFormat, UnknownColumns
        If the file as a whole is unfit.
    """
    reading = read_file(path, wanted)
    if wanted or len(reading.parts) <= 1:
        return reading, profile or profile_for(reading, home), _hidden_alone(reading)
    fitting = {part.name: _fit(part, home, profile) for part in reading.parts if not part.hidden}
    chosen = _of_most_rows(reading.parts, fitting)
    if chosen is None:
        return (
            reading,
            profile or profile_for(reading, home),
            _left_out(reading.parts, [reading.parts[0].name], fitting),
        )
    names = [part.name for part in reading.parts if fitting.get(part.name) is chosen]
    if names != [reading.parts[0].name]:
        reading = read_file(path, names)
    return reading, chosen, _left_out(reading.parts, names, fitting)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A sheet, layer or member that is not read: its name, its rows, and why in a few words."""

    name: str
    rows: int
    why: str


def left_out(
    parts: Sequence[Part], read: Sequence[str], home: Path | None, *, chosen: bool = False
) -> tuple[LeftOut, ...]:
    """Return the sheets, layers or members of a file that are not read, with why, in words for a screen.

    Parameters
    ----------
    parts : sequence of Part
    read : sequence of str
        Names of those that are.
    home : Path, optional
        Workspace whose profiles are known too.
    chosen : bool
        Whether a person chose those.
    """

    def why(part: Part) -> str:
        if part.hidden:
            return mark("it is hidden")
        if _fit(part, home, None) is None:
            return mark("it has no columns of a place and a date")
        return mark("it was not chosen") if chosen else mark("its columns are others")

    return tuple(LeftOut(part.name, part.rows, why(part)) for part in parts if part.name not in read)


def _fit(part: Part, home: Path | None, profile: Profile | None) -> Profile | None:
    if profile is not None:
        return profile if profile.fits(list(part.columns)) else None
    try:
        return profile_of_columns(part.columns, home, part.name)
    except UnknownColumns:
        return None


def _of_most_rows(parts: Sequence[Part], fitting: dict[str, Profile | None]) -> Profile | None:
    rows: dict[str, int] = {}
    found: dict[str, Profile] = {}
    for part in parts:
        fit = fitting.get(part.name)
        if fit is not None:
            rows[fit.name] = rows.get(fit.name, 0) + part.rows
            fitting[part.name] = found.setdefault(fit.name, fit)
    return found[max(rows, key=lambda name: rows[name])] if rows else None


def _left_out(parts: Sequence[Part], names: list[str], fitting: dict[str, Profile | None]) -> tuple[str, ...]:
    read = ", ".join(f"{part.name!r} ({part.rows:,})" for part in parts if part.name in names)
    notes = [sentence("Read, with rows: {parts}.", parts=read)] if len(parts) > 1 else []
    for part in parts:
        if part.name in names:
            continue
        fit = fitting.get(part.name)
        if part.hidden:
            why = sentence(
                "{part!r} ({rows:,} rows) is hidden and was left out; --sheet reads it.", part=part.name, rows=part.rows
            )
        elif fit is None:
            why = sentence(
                "{part!r} ({rows:,} rows) has no columns of a place and a date and was left out.",
                part=part.name,
                rows=part.rows,
            )
        else:
            why = sentence(
                "{part!r} ({rows:,} rows) is of another kind ({profile}) and was left out; --sheet reads it.",
                part=part.name,
                rows=part.rows,
                profile=fit.name,
            )
        notes.append(why)
    return tuple(notes)


def _hidden_alone(reading: Reading) -> tuple[str, ...]:
    """Say that the only sheet that was read is hidden."""
    only = reading.parts[0] if len(reading.parts) == 1 else None
    if only is None or not only.hidden or reading.wanted:
        return ()
    return (sentence("{part!r} is hidden; no other sheet holds a table.", part=only.name),)
