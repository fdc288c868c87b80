"""IDENTITY: a route keeps its id and its name for life, however often the network is laid out anew.

Chains between junctions come and go with every new incident; the ground they cover does not. A route is the one that
stood before whose cells, widened by one ring, hold most of its own or lie mostly within them. Where two routes come
from one, the one that shares most is its heir and the other is split off; where one comes from two, it is the heir of
the one that it shares most with and the other is merged into it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Any, Literal

import numpy as np
import polars as pl

from geodata.spatial import h3_cells as hexes
from geodata.spatial.h3_cells import Cells
from routes.attribution.naming import bare
from routes.core.corridor import Corridor
from routes.core.geodesy import lonlat, resampled, unit_vectors

Event = Literal["birth", "death", "return", "split", "merge"]

RESOLUTION = 5
LEAST_SHARED = 0.5
"""Overlap coefficient (Szymkiewicz-Simpson) from which two are the same."""
_STEP_KM = 5.0

REGISTER: Mapping[str, pl.DataType | type[pl.DataType]] = {
    "corridor_id": pl.String,
    "method": pl.String,
    "mode": pl.String,
    "name": pl.String,
    "cells": pl.List(pl.UInt64),
    "alive": pl.Boolean,
    "formerly": pl.List(pl.String),
}
"""Every corridor that ever was, once: where it last ran, whether it stood in the last reduction by its method, and the
names that it bore before (null where it was registered before they were kept)."""
EVENTS: Mapping[str, pl.DataType | type[pl.DataType]] = {
    "event": pl.String,
    "corridor_id": pl.String,
    "other_id": pl.String,
    "mode": pl.String,
    "name": pl.String,
}
"""``other_id`` is the corridor that it split off or was merged into, else null."""


@dataclass(frozen=True, slots=True)
class Identified:
    """Corridors under their lasting ids, the register as it is now, and what happened since the one before."""

    corridors: tuple[Corridor, ...]
    register: pl.DataFrame
    events: pl.DataFrame


def cells_of(corridor: Corridor) -> Cells:
    """Return the cells of ``RESOLUTION`` that a corridor runs through, ordered."""
    parts = [lonlat(resampled(unit_vectors(line[:, 0], line[:, 1]), _STEP_KM)) for line in corridor.lines]
    places = np.concatenate(parts)
    return np.unique(hexes.cells_at(places[:, 0].copy(), places[:, 1].copy(), RESOLUTION))


def identified(corridors: Sequence[Corridor], register: pl.DataFrame, method: str) -> Identified:
    """Give corridors the ids and names under which the register knows them; the others keep their own.

    Parameters
    ----------
    corridors : sequence of Corridor
        Of one network, of one kind.
    register : DataFrame
        Columns of ``REGISTER``; empty at first.
    method : str
        The kind of corridor; those of other kinds stay as they are.
    """
    others = register.filter(pl.col("method") != method)
    register = register.filter(pl.col("method") == method)
    own = [cells_of(corridor) for corridor in corridors]
    known = register.rows(named=True)
    shared = _shared(corridors, own, known)
    heir: dict[int, int] = {}
    taken: dict[int, int] = {}
    for _, number, before in shared:
        if number not in heir and before not in taken:
            heir[number] = before
            taken[before] = number
    named = _named(corridors, known, heir)
    events = [
        *_events_of_new(named, known, heir, shared),
        *_events_of_old(named, known, taken, shared),
    ]
    rows = [
        {
            "corridor_id": one.corridor_id,
            "method": method,
            "mode": one.mode,
            "name": one.name,
            "cells": cells.tolist(),
            "alive": True,
            "formerly": list(one.formerly),
        }
        for one, cells in zip(named, own, strict=True)
    ]
    ids = {row["corridor_id"] for row in rows}
    rows += [{**row, "alive": False} for row in known if row["corridor_id"] not in ids]
    return Identified(
        named,
        pl.concat([others, pl.DataFrame(rows, schema=REGISTER)]).sort("corridor_id", "method"),
        pl.DataFrame(events, schema=EVENTS).sort("corridor_id", "event"),
    )


def _named(corridors: Sequence[Corridor], known: list[dict[str, Any]], heir: Mapping[int, int]) -> tuple[Corridor, ...]:
    """Return corridors under the ids and names of those that they are heirs of; no two of them are alike."""
    ids = {str(row["corridor_id"]) for row in known}
    names = {str(known[before]["name"]) for before in heir.values() if known[before]["alive"]}
    found = list(corridors)
    for number in sorted(range(len(corridors)), key=lambda number: number not in heir):  # who returns comes before new
        corridor = corridors[number]
        row = known[heir[number]] if number in heir else None
        if row is not None and row["alive"]:
            lasting = {name: row[name] for name in ("corridor_id", "name")}
            found[number] = replace(corridor, **lasting, formerly=tuple(row["formerly"] or ()))
            continue
        plain = corridor.name if row is None else str(row["name"])
        name = plain if row is not None and plain not in names else _free(bare(plain), names, "{} ({})")
        own = _free(corridor.corridor_id, ids, "{}-{}") if row is None else str(row["corridor_id"])
        names.add(name)
        ids.add(own)
        before = () if row is None else tuple(row["formerly"] or ())
        found[number] = replace(corridor, corridor_id=own, name=name, formerly=before)
    return tuple(found)


def _free(word: str, taken: set[str], form: str) -> str:
    """Return a word, numbered where it is taken."""
    return next(one for one in _numbered(word, form) if one not in taken)


def _numbered(word: str, form: str) -> Iterator[str]:
    """Yield a word, then that word with 2, 3, ..."""
    yield word
    for number in count(2):
        yield form.format(word, number)


def _shared(
    corridors: Sequence[Corridor], own: Sequence[Cells], known: list[dict[str, object]]
) -> list[tuple[float, int, int]]:
    """Return pairs of a corridor and one known before that cover the same ground, those that share most first."""
    was = [np.asarray(row["cells"], dtype=np.uint64) for row in known]
    within = _common(_table(own), _table([_wide(cells) for cells in was]))
    holding = _common(_table([_wide(cells) for cells in own]), _table(was))
    pairs = []
    for number, before in sorted(within.keys() & holding.keys()):
        if corridors[number].mode != known[before]["mode"]:
            continue
        inside, held = within[number, before], holding[number, before]
        if max(inside / len(own[number]), held / len(was[before])) >= LEAST_SHARED:
            pairs.append((float(-min(inside, held)), number, before))
    return sorted(pairs, key=lambda pair: (pair[0], str(known[pair[2]]["corridor_id"]), pair[1]))


def _wide(cells: Cells) -> Cells:
    return np.unique(hexes.disks(cells, 1)[1]) if len(cells) else cells


def _table(cells: Sequence[Cells]) -> pl.DataFrame:
    """Return the cells of each of several, in one table."""
    number = np.repeat(np.arange(len(cells)), [len(one) for one in cells])
    return pl.DataFrame({"number": number, "cell": np.concatenate([np.empty(0, np.uint64), *cells])})


def _common(one: pl.DataFrame, other: pl.DataFrame) -> dict[tuple[int, int], int]:
    """Return how many cells each pair has in common, for those that have any."""
    both = one.join(other, on="cell").group_by("number", "number_right").len()
    return {(first, second): size for first, second, size in both.iter_rows()}


def _events_of_new(
    named: Sequence[Corridor],
    known: list[dict[str, object]],
    heir: dict[int, int],
    shared: list[tuple[float, int, int]],
) -> list[dict[str, object]]:
    events = []
    for number, corridor in enumerate(named):
        if number in heir:
            if not known[heir[number]]["alive"]:
                events.append(_event("return", corridor.corridor_id, None, corridor.mode, corridor.name))
            continue
        parent = next((before for _, one, before in shared if one == number), None)
        other = None if parent is None else known[parent]["corridor_id"]
        kind: Event = "birth" if parent is None else "split"
        events.append(_event(kind, corridor.corridor_id, other, corridor.mode, corridor.name))
    return events


def _events_of_old(
    named: Sequence[Corridor],
    known: list[dict[str, object]],
    taken: dict[int, int],
    shared: list[tuple[float, int, int]],
) -> list[dict[str, object]]:
    events = []
    for before, row in enumerate(known):
        if before in taken or not row["alive"]:
            continue
        into = next((number for _, number, one in shared if one == before), None)
        other = None if into is None else named[into].corridor_id
        kind: Event = "death" if into is None else "merge"
        events.append(_event(kind, row["corridor_id"], other, row["mode"], row["name"]))
    return events


def _event(kind: Event, corridor_id: object, other_id: object, mode: object, name: object) -> dict[str, object]:
    return {"event": kind, "corridor_id": corridor_id, "other_id": other_id, "mode": mode, "name": name}
