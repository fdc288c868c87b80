"""How the columns of a file are read, for the screen: by a profile, or by a guess that can be kept."""

from __future__ import annotations

import json
from pathlib import Path

from rich.console import Console
from rich.table import Table

from geodata.mapping.column_inference import Guess, guessed, saved
from geodata.mapping.date_order import with_order
from geodata.mapping.profiles import Profile, fitting
from geodata.readers.dispatch import Reading, read_file


def told(file: Path, home: Path, save: str | None, source: str, *, as_json: bool) -> None:
    """Print the mapping of a file, and keep it as a profile if ``save`` names one.

    Raises
    ------
    RoutesError
        If the file cannot be read, or the guess leaves open what a profile must say.
    """
    reading = read_file(file)
    fits = fitting(reading, home)
    guess = guessed(reading)
    columns = fits.mapping(list(reading.columns)) if fits else guess.columns
    rest = [name for name in reading.columns if name not in columns.values()]
    reasons = dict.fromkeys(columns, "the profile") if fits else guess.reasons
    path = saved(guess, save, source, home) if save else None
    if as_json:
        answer = {
            "profile": fits.name if fits else None,
            "columns": columns,
            "reasons": reasons,
            "rest": rest,
            "coordinate_form": fits.coordinate_form if fits else guess.coordinate_form,
            "open": [] if fits else list(guess.open),
            "saved": str(path) if path else None,
        }
        print(json.dumps(answer, ensure_ascii=False))  # noqa: T201
        return
    _table(reading, columns, reasons)
    _sum_up(reading, fits, guess, rest, path)


def _table(reading: Reading, columns: dict[str, str], reasons: dict[str, str]) -> None:
    table = Table("field", "column", "for example", "because of")
    for field, column in columns.items():
        example = reading.head[column].drop_nulls().head(1).to_list()
        table.add_row(field, column, (example[0] if example else "")[:40], reasons.get(field, ""))
    Console().print(table)


def _order(reading: Reading, fitting: Profile) -> str:
    """Say how the order of day and month was told, or by which option it is stated where nothing tells it."""
    told = with_order(reading, fitting)
    if told.open:
        return f"Dates: {told.open}; take the file in with --day-first or --month-first."
    return " ".join(told.notes)


def _sum_up(reading: Reading, fitting: Profile | None, guess: Guess, rest: list[str], path: Path | None) -> None:
    said = [f"Kept as they are, under extra: {', '.join(rest)}."] if rest else []
    if path:
        said.append(f"Saved as {path}; files like this are read by it from now on.")
    elif fitting and (order := _order(reading, fitting)):
        said += [f"The profile {fitting.name!r} fits: {fitting.title}.", order]
    elif fitting:
        said.append(f"The profile {fitting.name!r} fits: {fitting.title}.")
    elif guess.open:
        said += [f"To be stated before this can be read: {what}." for what in guess.open]
        said.append(
            "State it when the file is taken in: --day-first or --month-first, --lat-first or --lon-first, "
            "--columns field=column."
        )
    else:
        said.append("No profile fits. Look at the guess above; keep it with --save NAME if it is right.")
    for sentence in said:
        print(sentence)  # noqa: T201
