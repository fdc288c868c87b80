"""The comparison: what became of the corridors of the network from one window to another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from geodata.core.messages import Sentence, sentence
from geodata.spatial import h3_cells as hexes
from routes.attribution.membership import path_of
from routes.core.corridor import Corridor, Reduction
from routes.core.geodesy import Floats, Vectors, chord, resampled, unit_vectors
from routes.indexing.evidence_index import USUAL_RESOLUTION
from routes.temporal.hierarchy import NOT_THERE, Hierarchy, Level
from routes.temporal.lateral_shift import NEAR_KM, Displacement, Shift, displacements, offsets, shifts
from routes.temporal.rate_tests import LEVEL, VERDICTS, Change, Verdict, changes, not_reported
from routes.temporal.series import Series
from routes.temporal.time_windows import Window

MOST_OF_IT = 2 / 3
"""Share of a change that nodes below account for, from which on the node above has nothing of its own to tell."""
UNTOLD: tuple[Verdict, ...] = ("not reported", "not testable")
_MOVED = ("lost", "gained", "score", "share", "low", "high", "p", "q")
_NEAR_STEP_KM = 20.0


@dataclass(frozen=True, slots=True)
class NodeChange:
    """What became of a node above the routes, or of a country; ``speaks``: no node below it accounts for most of it."""

    node_id: str
    level: Level
    name: str
    mode: str | None
    countries: tuple[str, ...]
    change: Change
    speaks: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """What became of each corridor, in the order in which they were given.

    ``displaced`` holds the pairs of corridors, by their numbers, that are consistent with displacement; ``above`` what
    became of the branches, known routes, modes and countries.
    """

    before: Window
    after: Window
    corridors: tuple[Corridor, ...]
    changes: tuple[Change, ...]
    shifts: tuple[Shift | None, ...]
    displaced: tuple[Displacement, ...]
    notes: tuple[str, ...] = ()
    above: tuple[NodeChange, ...] = ()

    def collection(self) -> dict[str, Any]:
        """Return the corridors as a GeoJSON FeatureCollection with a ``change`` in the properties of each."""
        whole = Reduction(self.corridors, self.notes).collection()
        for number, feature in enumerate(whole["features"]):
            feature["properties"]["change"] = self.change_of(number)
        windows = {name: [str(window.start), str(window.end)] for name, window in self._windows()}
        return whole | {"windows": windows, "above": [self._above(one) for one in self.above]}

    def change_of(self, number: int) -> dict[str, Any]:
        """Return what became of one corridor as plain values; what is infinite or unknown is null."""
        change, shift = self.changes[number], self.shifts[number]
        return {
            **_figures(change),
            "shift": _plain_shift(shift) if shift else None,
            "displacement": [
                self._pair(pair, number) for pair in self.displaced if number in (pair.source, pair.target)
            ],
        }

    def _above(self, one: NodeChange) -> dict[str, Any]:
        told = {"node_id": one.node_id, "level": one.level, "name": str(one.name), "mode": one.mode}
        return {**told, "countries": list(one.countries), "speaks": one.speaks, **_figures(one.change)}

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
        """Return the comparison in words, a line for each place that could be judged, the changed ones first."""
        told, untold = self.told(), self.untold()
        pairs = [("displaced", self.pair_in_words(pair)) for pair in self.displaced]
        return [f"{state:>12}  {said}" for state, said in (*told, *pairs, *untold)]

    def told(self) -> list[tuple[str, Sentence]]:
        """Return verdicts and why, or ``shifted`` and where: of all places that changed and speak, then of routes."""
        places: list[tuple[str, Change, Shift | None]] = [
            (one.name, one.change, None) for one in self.above if one.speaks
        ]
        routes = zip(self.corridors, self.changes, self.shifts, strict=True)
        places += [(one.name, found, shift) for one, found, shift in routes if found.verdict not in UNTOLD]
        said: list[tuple[str, Sentence]] = []
        for name, change, shift in sorted(places, key=lambda place: _rank(place[1], place[2])):
            said.append((change.verdict, sentence("{corridor}: {reason}", corridor=name, reason=change.reason)))
            if shift is not None and shift.flagged:
                said.append(("shifted", sentence("{corridor}: {reason}", corridor=name, reason=shift_in_words(shift))))
        return said

    def untold(self) -> list[tuple[str, Sentence]]:
        """Return how many routes could not be judged, by verdict."""
        found: list[tuple[str, Sentence]] = []
        for verdict in UNTOLD:
            untold = sum(change.verdict == verdict for change in self.changes)
            if untold:
                said = sentence(
                    "{untold:,} of {total:,} routes; the file says why for each.",
                    untold=untold,
                    total=len(self.changes),
                )
                found.append((verdict, said))
        return found

    def name_of(self, number: int) -> str:
        """Return the name of a place by its number: that of a route or, behind them, of ``above``."""
        size = len(self.corridors)
        return self.corridors[number].name if number < size else self.above[number - size].name

    def _id_of(self, number: int) -> str:
        size = len(self.corridors)
        return self.corridors[number].corridor_id if number < size else self.above[number - size].node_id

    def pair_in_words(self, pair: Displacement) -> Sentence:
        """Return what one place lost and another gained."""
        return sentence(
            "{loser} lost about {lost:,.0f} incidents and {gainer} gained about {gained:,.0f}: as if {share:.0%} of "
            "what was lost had moved there (likely {low:.0%} to {high:.0%}).",
            loser=self.name_of(pair.source),
            lost=pair.lost,
            gainer=self.name_of(pair.target),
            gained=pair.gained,
            share=pair.share,
            low=pair.low,
            high=pair.high,
        )

    def _windows(self) -> tuple[tuple[str, Window], tuple[str, Window]]:
        return ("before", self.before), ("after", self.after)

    def _pair(self, pair: Displacement, number: int) -> dict[str, Any]:
        other = {"to" if number == pair.source else "from": self._id_of(_other(pair, number))}
        own = {"corridor_id": self._id_of(number)}
        figures = {name: round(getattr(pair, name), 4) for name in _MOVED}
        return {**own, **other, **figures, "meaning": "consistent with displacement"}


def compared(
    series: Series, corridors: Sequence[Corridor], before: Window, after: Window, *, seed: int = 0
) -> Comparison:
    """Compare two windows at every node of the hierarchy.

    Parameters
    ----------
    series : Series
        Of the incidents of both windows and any others.
    corridors : sequence of Corridor
        The routes to tell of. A birth is told only of one with enough support, if that is known.
    before, after : Window
    seed : int
        Of the permutations behind displacement.

    Notes
    -----
    A fall is told of the months alone that are known well enough, against the same months of the first window; a rise
    may be told of what is reported so far as well. Where no month is known well enough there is no other verdict.
    """
    corridors = tuple(corridors)
    rows = {node.node_id: row for row, node in enumerate(series.tree.nodes)}
    counts = [_within(series, window) for window in (before, after)]
    own = {corridor.corridor_id: corridor.support for corridor in corridors}
    support = [_or_whole(own.get(node.node_id)) for node in series.tree.nodes]
    found = _judged(series, counts, (before, after), support)
    at = [rows[corridor.corridor_id] for corridor in corridors]
    alike = before.same_season(after)
    calendar = (before.calendar, after.calendar)
    moved = [
        (offsets(*_places(series, row, before), path_of(one)), offsets(*_places(series, row, after), path_of(one)))
        for row, one in zip(at, corridors, strict=True)
    ]
    above = tuple(_above(series.tree, found))
    places = [*at, *(rows[one.node_id] for one in above)]
    months = [one[places].sum(axis=1) for one in counts]
    effort = np.array([found[row].effort for row in places])
    strata = np.concatenate(calendar) if alike else np.zeros(len(before.months) + len(after.months), dtype=np.int64)
    judged = tuple(found[row] for row in at)
    candidates = [*_candidates(corridors, judged), *_between_branches(above, len(corridors))]
    pairs = displacements(months[0], months[1] / effort[:, None], candidates, strata, seed)
    return Comparison(
        before,
        after,
        corridors,
        judged,
        tuple(shifts(moved, float(hexes.SPACING_KM[USUAL_RESOLUTION]))),
        tuple(pair for pair in pairs if pair.q < LEVEL),
        tuple(_notes(series, counts, before, after)),
        above,
    )


def _or_whole(support: float | None) -> float:
    return 1.0 if support is None else support


def _within(series: Series, window: Window) -> Floats:
    """Return the counts of a window, (nodes, groups, months); nothing in months of which none is known."""
    at = {month: number for number, month in enumerate(series.months)}
    columns = [at.get(month, NOT_THERE) for month in window.months]
    found = np.zeros((*series.counts.shape[:2], len(columns)))
    known = np.array(columns) != NOT_THERE
    found[:, :, known] = series.counts[:, :, np.array(columns)[known]]
    return found


def _judged(
    series: Series, counts: Sequence[Floats], windows: Sequence[Window], support: Sequence[float]
) -> list[Change]:
    """Return what became of each node; of months that are not known well enough only a rise."""
    before, after = windows
    begin = after.start.year * 12 + after.start.month - 1 - series.first
    told = np.clip(series.known.horizon + 1 - begin, 0, len(after.months))  # months of each node that are known
    branches = np.array([node.level == "branch" for node in series.tree.nodes], bool)

    def tested(months: int) -> list[Change]:
        early, late = before, after.first(months)
        if before.same_season(after) and len(before.months) == len(after.months):
            early = before.first(months)
        calendar = (early.calendar, late.calendar) if early.same_season(late) else None
        cut = counts[0][:, :, : len(early.months)], counts[1][:, :, :months]
        return changes(*cut, calendar=calendar, support=support, alike=branches)

    whole = tested(len(after.months))
    by_months = {months: tested(months) for months in sorted(set(told.tolist())) if 0 < months < len(after.months)}
    found = []
    for row, months in enumerate(told.tolist()):
        if months == len(after.months) or whole[row].up:
            found.append(whole[row])
        elif months:
            found.append(by_months[months][row])
        else:
            found.append(not_reported(whole[row]))
    return found


def _above(tree: Hierarchy, found: Sequence[Change]) -> Iterator[NodeChange]:
    """Yield what became of the nodes above the routes, and of countries; and which of them speak."""
    speaking: list[int] = []
    for row in range(len(found) - 1, -1, -1):
        change = found[row]
        if not (change.up or change.down):
            continue
        below = [one for one in speaking if tree.above[row, one] and found[one].up == change.up]
        top = [one for one in below if not any(two != one and tree.above[two, one] for two in below)]
        if sum(found[one].excess for one in top) < MOST_OF_IT * change.excess or not top:
            speaking.append(row)
    for row, node in enumerate(tree.nodes):
        if node.level != "route":
            yield NodeChange(
                node.node_id, node.level, node.name, node.mode, node.countries, found[row], row in speaking
            )


def _places(series: Series, row: int, window: Window) -> tuple[Vectors, NDArray[np.int64]]:
    """Return where incidents lie that are placed exactly and close to their line, and the month of each, from 0."""
    at = {month: number for number, month in enumerate(series.months)}
    first = at.get(window.months[0], 0)
    numbers = [at[month] for month in window.months if month in at]
    rows = series.placed.rows_of(row)
    rows = rows[np.isin(series.month[rows], numbers) & series.exact[rows]]
    own = series.incidents[rows]
    return unit_vectors(own["lon"].to_numpy(), own["lat"].to_numpy()), series.month[rows] - first


def _candidates(corridors: Sequence[Corridor], found: Sequence[Change]) -> list[tuple[int, int]]:
    """Return the pairs of a corridor that fell and one that rose, near to each other or between the same countries."""
    fell = [number for number, change in enumerate(found) if change.down]
    rose = [number for number, change in enumerate(found) if change.up]
    return [(one, other) for one in fell for other in rose if _related(corridors[one], corridors[other])]


def _between_branches(above: Sequence[NodeChange], first: int) -> list[tuple[int, int]]:
    """Return the pairs of a branch that fell and one that rose, that begin or end in the same country."""
    own = [(first + at, one) for at, one in enumerate(above) if one.level == "branch"]
    fell, rose = ([(at, one) for at, one in own if getattr(one.change, way)] for way in ("down", "up"))
    return [
        (one, other)
        for one, loser in fell
        for other, gainer in rose
        if loser.countries and gainer.countries and _ends(loser) & _ends(gainer)
    ]


def _ends(branch: NodeChange) -> set[str]:
    return {f"from {branch.countries[0]}", f"to {branch.countries[-1]}"}


def _related(one: Corridor, other: Corridor) -> bool:
    for role in ("source", "destination"):
        first, second = (
            {country.iso3 for country in corridor.countries if country.role == role} for corridor in (one, other)
        )
        if first & second:
            return True
    first_path, second_path = (resampled(path_of(corridor), _NEAR_STEP_KM) for corridor in (one, other))
    return bool(np.min(cKDTree(first_path).query(second_path)[0]) <= chord(NEAR_KM))


def _notes(series: Series, counts: Sequence[Floats], before: Window, after: Window) -> list[str]:
    notes: list[str] = []
    if series.vague:
        notes.append(
            sentence("Incidents dated to no month are left out of the comparison: {vague:,}.", vague=series.vague)
        )
    early, late = (not one.any() for one in counts)
    if after.months[-1] > series.horizon and series.horizon and not late:
        notes.append(
            sentence(
                "Not all reports of the later window have arrived: all together they are known well enough up to "
                "{month}. A fall is told of those months alone, against the same months of the earlier window.",
                month=series.horizon,
            )
        )
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
        "There is no incident in the window {name} ({start} to {end}).",
        name=name,
        start=str(window.start),
        end=str(window.end),
    )


def _rank(change: Change, shift: Shift | None) -> tuple[bool, float]:
    """Order changed corridors first, by how surely."""
    return change.verdict == "steady" and not (shift is not None and shift.flagged), change.q


def _other(pair: Displacement, number: int) -> int:
    return pair.target if number == pair.source else pair.source


def shift_in_words(shift: Shift) -> Sentence:
    """Return how far a route moved, and where to."""
    low, high = sorted((abs(shift.low), abs(shift.high)))
    return sentence(
        "{km:.0f} km towards the {towards} (likely {low:.0f} to {high:.0f}).",
        km=abs(shift.km),
        towards=Sentence(shift.towards),
        low=low,
        high=high,
    )


def _figures(change: Change) -> dict[str, Any]:
    """Return a change as plain values; what is infinite or unknown is null."""
    figures = ("effort", "dispersion", "ratio", "low", "high", "p", "q")
    told = {"verdict": change.verdict, "reason": change.reason, "before": change.before, "after": change.after}
    return told | {name: _plain(getattr(change, name)) for name in figures}


def _plain(value: float) -> float | None:
    return float(f"{value:.4g}") if np.isfinite(value) else None


def _plain_shift(shift: Shift) -> dict[str, Any]:
    figures = {name: _plain(getattr(shift, name)) for name in ("km", "low", "high", "p", "q")}
    return {**figures, "towards": shift.towards, "flagged": shift.flagged}
