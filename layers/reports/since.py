"""What changed between two versions of the ledger: incidents that came, went or were revised, and what routes did.

Routes are judged by the comparison of the Changes page alone (``routes.temporal.comparison``): told is where it now
says something else than it said then.
"""

# Texts here are said in reports.

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

import polars as pl

from geodata.core.messages import Sentence, mark, sentence
from layers.audience.audiences import Audience
from layers.audience.suppression import rounded
from layers.export.contents import Export
from layers.payload.disclosed import disclosed
from layers.reports.seen import Seen
from routes.core.corridor import Corridor
from routes.temporal.comparison import Comparison, shift_in_words

NEW, RISEN, FALLEN, SHIFTED, OVER = _JUDGED = (
    mark("new"),
    mark("risen"),
    mark("fallen"),
    mark("shifted"),
    mark("no longer told"),
)
"""What the comparison says."""
SHOWN, MORE, FEWER = _COUNTED = mark("newly shown"), mark("more incidents"), mark("fewer incidents")
"""What two counts say, of which nobody judged whether reporting or chance explains them."""
STATES = (*_JUDGED, *_COUNTED)
_STATE: Final = {"born": NEW, "growing": RISEN, "fading": FALLEN, "gone": FALLEN}
"""Verdict of the comparison -> state."""
_WAS: Final = {NEW: mark("new"), RISEN: mark("risen"), FALLEN: mark("fallen"), SHIFTED: mark("shifted")}


@dataclass(frozen=True, slots=True)
class RouteChange:
    """What became of a route: one of ``STATES``, its id and name, a sentence, and by how many incidents it changed."""

    state: str
    corridor_id: str
    name: str
    text: str
    weight: int = 0


@dataclass(frozen=True, slots=True)
class Since:
    """What changed.

    Attributes
    ----------
    before, after : int
        Versions of the ledger.
    added, revised, withdrawn : int
        Incidents of the View. Exact: ``shown_count`` is what an audience may see.
    routes : tuple of RouteChange
        As an audience may see them.
    windows : tuple of str
        The months that the comparison compares now, "" twice where it compares none.
    """

    before: int
    after: int
    added: int
    revised: int
    withdrawn: int
    routes: tuple[RouteChange, ...]
    windows: tuple[str, str] = ("", "")


def counted_since(before: pl.DataFrame, after: pl.DataFrame, differing: pl.DataFrame) -> tuple[int, int, int]:
    """Return how many incidents were added, revised and withdrawn.

    Parameters
    ----------
    before, after : DataFrame
        ``incident_id`` of what is asked for, at each version.
    differing : DataFrame
        ``incident_id`` and ``change``, as ``geodata.ledger.version_diff.changes`` gives them.

    Notes
    -----
    An incident that a revision moves into what is asked for, or out of it, is a revised one.

    Examples
    --------
    >>> ids = lambda *names: pl.DataFrame({"incident_id": names}, schema={"incident_id": pl.String})
    >>> change = {"incident_id": ["b", "c", "d", "e"], "change": ["updated", "added", "withdrawn", "added"]}
    >>> counted_since(ids("a", "b", "d"), ids("a", "b", "c"), pl.DataFrame(change))
    (1, 1, 1)
    """
    there, then = (rows["incident_id"].unique().implode() for rows in (after, before))
    asked = pl.col("incident_id")
    where = {
        "added": asked.is_in(there),
        "updated": asked.is_in(there) | asked.is_in(then),
        "withdrawn": asked.is_in(then),
    }
    added, revised, withdrawn = (
        differing.filter(pl.col("change") == change, inside).height for change, inside in where.items()
    )
    return added, revised, withdrawn


def routes_since(before: Comparison | None, after: Comparison | None) -> tuple[RouteChange, ...]:
    """Return what the comparison says of routes now and did not say then, and what it said then and no longer says."""
    then, now = _told(before), _told(after)
    found = [RouteChange(state, one, *now[one, state]) for one, state in now if (one, state) not in then]
    found += [
        RouteChange(
            OVER,
            one,
            then[one, state][0],
            sentence("The briefing before called it {state}; that no longer stands.", state=Sentence(_WAS[state])),
        )
        for one, state in then
        if (one, state) not in now and not any(other == one for other, _ in now)
    ]
    return tuple(sorted(found, key=_rank))


def routes_shown_since(before: Export, after: Export, audience: Audience) -> tuple[RouteChange, ...]:
    """Return of which routes an audience beyond the own is shown other counts now than it was then.

    Both are what its maps show: rounded, and of no route below the smallest count.
    """
    then, now = (_shown(export, audience) for export in (before, after))
    found = []
    for one in sorted({*then, *now}):
        (name, was), (named, is_) = then.get(one, ("", 0)), now.get(one, ("", 0))
        told = {"count": is_, "before": was, "least": audience.least}
        if was and is_ and was != is_:
            text = sentence("{count} incidents in the period; {before} when the briefing before was made.", **told)
            found.append(RouteChange(MORE if is_ > was else FEWER, one, named, text, abs(is_ - was)))
        elif is_ and not was:
            text = sentence(
                "{count} incidents in the period; fewer than {least} when the briefing before was made.", **told
            )
            found.append(RouteChange(SHOWN, one, named, text, abs(is_ - was)))
        elif was and not is_:
            text = sentence(
                "Fewer than {least} incidents in the period; {before} when the briefing before was made.", **told
            )
            found.append(RouteChange(FEWER, one, name, text, abs(is_ - was)))
    return tuple(sorted(found, key=_rank))


def shown_count(count: int, audience: Audience) -> int | None:
    """Return a count as an audience may see it: exact, or rounded; None where it is too small to be shown.

    Examples
    --------
    >>> from layers.audience.audiences import AUDIENCES
    >>> [shown_count(count, AUDIENCES["partner"]) for count in (0, 4, 5, 13)]
    [None, None, 5, 15]
    """
    if audience.sees_all:
        return count
    return None if count < audience.least else rounded(count, audience.unit)


def _rank(change: RouteChange) -> tuple[int, int, str]:
    return STATES.index(change.state), -change.weight, change.name


def _told(comparison: Comparison | None) -> Mapping[tuple[str, str], tuple[str, str, int]]:
    return dict(_states(comparison)) if comparison else {}


def _states(comparison: Comparison) -> Iterator[tuple[tuple[str, str], tuple[str, str, int]]]:
    """Yield id and state of each route with its name and why, where the comparison tells of a change."""
    for route, change, shift in zip(comparison.corridors, comparison.changes, comparison.shifts, strict=True):
        if change.verdict in _STATE:
            weight = abs(change.after - change.before)
            yield (route.corridor_id, _STATE[change.verdict]), (route.name, change.reason, weight)
        if shift is not None and shift.flagged:
            yield (route.corridor_id, SHIFTED), (route.name, shift_in_words(shift), 0)


def _shown(export: Export, audience: Audience) -> dict[str, tuple[str, int]]:
    seen = Seen(disclosed(export.incidents, export.routes, export.view, export.version, audience).snapshot)
    return {str(route.told["corridor_id"]): (str(route.told["name"]), route.incidents) for route in seen.routes}


def within_sight(comparison: Comparison, routes: tuple[Corridor, ...]) -> Comparison:
    """Return a comparison of those routes alone that are among some."""
    ids = {route.corridor_id for route in routes}
    kept = [at for at, route in enumerate(comparison.corridors) if route.corridor_id in ids]
    return replace(
        comparison,
        corridors=tuple(comparison.corridors[at] for at in kept),
        changes=tuple(comparison.changes[at] for at in kept),
        shifts=tuple(comparison.shifts[at] for at in kept),
        displaced=(),
        above=(),
    )
