"""The comparison: what became of the corridors of the network from one window to another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from scipy.spatial import cKDTree

from geodata import hexes
from geodata.sentences import Sentence, sentence
from routes.change import LEVEL, VERDICTS, Change, changes
from routes.corridors import Corridor, Reduction
from routes.index import USUAL_RESOLUTION
from routes.members import path_of
from routes.shifts import NEAR_KM, Displacement, Shift, displacements, offsets, shifts
from routes.sphere import chord, resampled
from routes.windows import Tally, Window, tallied

_NEAR_STEP_KM = 20.0


@dataclass(frozen=True, slots=True)
class Comparison:
    """What became of each corridor, in the order in which they were given.

    ``displaced`` holds the pairs of corridors, by their numbers, that are consistent with displacement.
    """

    before: Window
    after: Window
    corridors: tuple[Corridor, ...]
    changes: tuple[Change, ...]
    shifts: tuple[Shift | None, ...]
    displaced: tuple[Displacement, ...]
    notes: tuple[str, ...] = ()

    def collection(self) -> dict[str, Any]:
        """Return the corridors as a GeoJSON FeatureCollection with a ``change`` in the properties of each."""
        whole = Reduction(self.corridors, self.notes).collection()
        for number, feature in enumerate(whole["features"]):
            feature["properties"]["change"] = self.change_of(number)
        windows = {name: [str(window.start), str(window.end)] for name, window in self._windows()}
        return whole | {"windows": windows}

    def change_of(self, number: int) -> dict[str, Any]:
        """Return what became of one corridor as plain values; what is infinite or unknown is null."""
        change, shift = self.changes[number], self.shifts[number]
        figures = ("effort", "dispersion", "ratio", "low", "high", "p", "q")
        return {
            "verdict": change.verdict,
            "reason": change.reason,
            "before": change.before,
            "after": change.after,
            **{name: _plain(getattr(change, name)) for name in figures},
            "shift": _plain_shift(shift) if shift else None,
            "displacement": [
                self._pair(pair, number) for pair in self.displaced if number in (pair.source, pair.target)
            ],
        }

    def summary(self) -> dict[str, Any]:
        """Return how many corridors had each verdict, how many shifted, the pairs and the notes."""
        said = [change.verdict for change in self.changes]
        return {
            "windows": {name: [str(window.start), str(window.end)] for name, window in self._windows()},
            "verdicts": {verdict: said.count(verdict) for verdict in VERDICTS},
            "shifted": sum(shift is not None and shift.flagged for shift in self.shifts),
            "displaced": [self._pair(pair, pair.source) for pair in self.displaced],
            "notes": list(self.notes),
        }

    def sentences(self) -> list[str]:
        """Return the comparison in words, a line for each corridor that could be tested, the changed ones first."""
        told, untold = self.told(), self.untold()
        pairs = [("displaced", self._pair_in_words(pair)) for pair in self.displaced]
        rest = [("not testable", untold)] if untold else []
        return [f"{state:>12}  {said}" for state, said in (*told, *pairs, *rest)]

    def told(self) -> list[tuple[str, Sentence]]:
        """Return the verdict of each corridor that could be tested, or ``shifted``, and why, the changed ones first."""
        tested = [number for number, change in enumerate(self.changes) if change.verdict != "not testable"]
        order = sorted(tested, key=lambda number: _rank(self.changes[number], self.shifts[number]))
        said: list[tuple[str, Sentence]] = []
        for number in order:
            name, change, shift = self.corridors[number].name, self.changes[number], self.shifts[number]
            said.append((change.verdict, sentence("{corridor}: {reason}", corridor=name, reason=change.reason)))
            if shift is not None and shift.flagged:
                said.append(("shifted", sentence("{corridor}: {reason}", corridor=name, reason=_in_words(shift))))
        return said

    def untold(self) -> str:
        """Return how many corridors could not be tested, "" for none."""
        untold = sum(change.verdict == "not testable" for change in self.changes)
        if not untold:
            return ""
        return sentence(
            "{untold:,} of {total:,} corridors; the file says why for each.", untold=untold, total=len(self.changes)
        )

    def _pair_in_words(self, pair: Displacement) -> str:
        loser, gainer = (self.corridors[number].name for number in (pair.source, pair.target))
        moved = f"{loser} lost {pair.lost:,.0f}, {gainer} gained {pair.gained:,.0f}"
        return f"{moved}: consistent with displacement, q = {pair.q:.2g}."

    def _windows(self) -> tuple[tuple[str, Window], tuple[str, Window]]:
        return ("before", self.before), ("after", self.after)

    def _pair(self, pair: Displacement, number: int) -> dict[str, Any]:
        other = {"to" if number == pair.source else "from": self.corridors[_other(pair, number)].corridor_id}
        own = {"corridor_id": self.corridors[number].corridor_id}
        figures = {name: round(getattr(pair, name), 4) for name in ("lost", "gained", "score", "p", "q")}
        return {**own, **other, **figures, "meaning": "consistent with displacement"}


def compared(
    incidents: pl.DataFrame,
    corridors: Sequence[Corridor],
    before: Window,
    after: Window,
    *,
    seed: int = 0,
) -> Comparison:
    """Compare two windows along the corridors of the network.

    Parameters
    ----------
    incidents : DataFrame
        As for ``windows.tallied``; those outside the windows are passed over.
    corridors : sequence of Corridor
        A birth is told only of one with enough support, if that is known.
    before, after : Window
    seed : int
        Of the permutations behind displacement.
    """
    corridors = tuple(corridors)
    tallies, said = tallied(incidents, corridors, (before, after))
    alike = before.same_season(after)
    notes = [*said, *_notes(tallies, before, after)]
    calendar = (before.calendar, after.calendar)
    support = [1.0 if corridor.support is None else corridor.support for corridor in corridors]
    found = changes(tallies[0].counts, tallies[1].counts, calendar=calendar if alike else None, support=support)
    lines = [path_of(corridor) for corridor in corridors]
    early, late = tallies
    moved = [
        (offsets(*early.places[number], line), offsets(*late.places[number], line)) for number, line in enumerate(lines)
    ]
    spacing = float(hexes.SPACING_KM[USUAL_RESOLUTION])
    months = [tally.counts.sum(axis=1) for tally in tallies]
    effort = np.array([change.effort for change in found])
    strata = np.concatenate(calendar) if alike else np.zeros(len(before.months) + len(after.months), dtype=np.int64)
    pairs = displacements(months[0], months[1] / effort[:, None], _candidates(corridors, found), strata, seed)
    return Comparison(
        before,
        after,
        corridors,
        tuple(found),
        tuple(shifts(moved, spacing)),
        tuple(pair for pair in pairs if pair.q < LEVEL),
        tuple(notes),
    )


def _candidates(corridors: Sequence[Corridor], found: Sequence[Change]) -> list[tuple[int, int]]:
    """Return the pairs of a corridor that fell and one that rose, near to each other or between the same countries."""
    fell = [number for number, change in enumerate(found) if change.down]
    rose = [number for number, change in enumerate(found) if change.up]
    return [(one, other) for one in fell for other in rose if _related(corridors[one], corridors[other])]


def _related(one: Corridor, other: Corridor) -> bool:
    for role in ("source", "destination"):
        first, second = (
            {country.iso3 for country in corridor.countries if country.role == role} for corridor in (one, other)
        )
        if first & second:
            return True
    first_path, second_path = (resampled(path_of(corridor), _NEAR_STEP_KM) for corridor in (one, other))
    return bool(np.min(cKDTree(first_path).query(second_path)[0]) <= chord(NEAR_KM))


def _notes(tallies: Sequence[Tally], before: Window, after: Window) -> list[str]:
    notes: list[str] = []
    early, late = (not tally.counts.any() for tally in tallies)
    if early:
        notes.append(_none_in(before, sentence("before")))
    if late:
        notes.append(_none_in(after, sentence("after")))
    if not before.same_season(after):
        notes.append(
            sentence("The windows hold different months of the year, so that a seasonal route can look changed.")
        )
    if after.start < before.end and before.start < after.end:
        notes.append(
            sentence("The windows overlap: incidents in both count twice, and changes look smaller than they are.")
        )
    return notes


def _none_in(window: Window, name: Sentence) -> Sentence:
    return sentence(
        "No incident lies on a corridor in the window {name} ({start} to {end}).",
        name=name,
        start=str(window.start),
        end=str(window.end),
    )


def _rank(change: Change, shift: Shift | None) -> tuple[bool, float]:
    """Order changed corridors first, by how surely."""
    return change.verdict == "steady" and not (shift is not None and shift.flagged), change.q


def _other(pair: Displacement, number: int) -> int:
    return pair.target if number == pair.source else pair.source


def _in_words(shift: Shift) -> Sentence:
    low, high = sorted((abs(shift.low), abs(shift.high)))
    return sentence(
        "{km:.0f} km towards the {towards} ({low:.0f} to {high:.0f}), q = {q:.2g}.",
        km=abs(shift.km),
        towards=Sentence(shift.towards),
        low=low,
        high=high,
        q=shift.q,
    )


def _plain(value: float) -> float | None:
    return float(f"{value:.4g}") if np.isfinite(value) else None


def _plain_shift(shift: Shift) -> dict[str, Any]:
    figures = {name: _plain(getattr(shift, name)) for name in ("km", "low", "high", "p", "q")}
    return {**figures, "towards": shift.towards, "flagged": shift.flagged}
