"""The reduction: incidents in, route corridors out.

The same incidents give the same corridors to the byte, in whatever order they come.
"""

# Texts here are said in reports.

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl

from geodata.core.errors import WrongValue
from geodata.core.messages import counted, mark, sentence
from geodata.model.incident import CORRIDOR_MODES, TIME, Mode, require_columns
from routes.attribution.corridor_builder import Beside, Share, corridors_beside, members_beside
from routes.attribution.country_roles import countries_of
from routes.attribution.flights import flights
from routes.attribution.naming import told_apart
from routes.attribution.summaries import corridor_of, members_of, told_of
from routes.core.corridor import ASSIGNMENTS, Reduction
from routes.core.params import RIDGES, AttributionParams, RidgeParams
from routes.indexing.cell_day_cube import ALWAYS, Days
from routes.indexing.evidence_index import (
    STRAIT_RESOLUTION,
    SYSTEM_RESOLUTION,
    USUAL_RESOLUTION,
    Index,
    in_strait,
    straits_of,
)
from routes.indexing.statements import stated_by
from routes.ridges.bootstrap_support import REPLICATES
from routes.ridges.centrelines import Centreline, centrelines
from routes.ridges.ridge_pipeline import Scale

COARSEST, FINEST = 3, 7
"""H3 resolutions between which a reduction makes sense: hexes of 60 km and of 1 km."""
INDEXED: tuple[Mode, ...] = ("land", "sea")
REQUIRED = ("lon", "lat", "time_start", "mode")
RIDGES_VERSION = "ridges-0.4"
"""The reduction to ridges alone, which lays the lines that incidents trace under the network."""
_MODE = {"land": sentence("Land"), "sea": sentence("Sea")}


SCATTERED = mark("{mode}: {count:,} incident known, too few or too scattered to show a corridor.")


class Evidence:
    """Incidents indexed once, to be reduced over any window.

    Parameters
    ----------
    incidents : DataFrame
        ``REQUIRED`` columns as in ``geodata.model.incident.SCHEMA``; cell, people, origins, departure,
        destination and source are used where they are there.
    resolution : int, optional
        H3 resolution to look at; None takes 5, in the straits of ``geodata.places.lookup.straits`` 6, and 4 for a
        mode most of whose incidents are placed too inexactly for 5.
    params : RidgeParams
        Of the method; what differs from the defaults is told behind the version of the method.

    Raises
    ------
    UnknownColumns
        If a required column is missing.
    WrongValue
        If the resolution is not one of ``COARSEST`` to ``FINEST``.
    """

    def __init__(self, incidents: pl.DataFrame, resolution: int | None = None, params: RidgeParams = RIDGES) -> None:
        require_columns(incidents, REQUIRED, "a reduction")
        if resolution is not None and not COARSEST <= resolution <= FINEST:
            raise WrongValue(
                f"resolution {resolution}",
                rule=f"it is an H3 resolution from {COARSEST} to {FINEST}",
                done="nothing was reduced",
            )
        finite = incidents.with_columns(pl.col("lon", "lat").cast(pl.Float64).fill_nan(None))
        if finite["time_start"].dtype == pl.Null:
            finite = finite.with_columns(pl.col("time_start").cast(TIME))
        placed = finite.drop_nulls(["lon", "lat", "time_start"])
        self._resolution = resolution
        self._params = params
        self._unplaced = finite.filter(pl.any_horizontal(pl.col("lon", "lat", "time_start").is_null()))
        self._unknown = placed.filter(~pl.col("mode").is_in(CORRIDOR_MODES) | pl.col("mode").is_null())
        self._flown = placed.filter(pl.col("mode") == "air")
        self._indices = [Index(placed.filter(pl.col("mode") == mode), mode) for mode in INDEXED]

    def reduce(self, days: Days = ALWAYS, replicates: int = REPLICATES) -> Reduction:
        """Return the land, sea and air corridors of a window, most incidents first.

        Parameters
        ----------
        days : Days
        replicates : int
            Of the bootstrap that tells how sure a land or sea corridor is; 0 leaves the support open.
        """
        found = [_reduced(index, days, self._resolution, self._params, replicates) for index in self._indices]
        found.append(_air(self._flown.filter(days.holds()), self._params.attribution))
        corridors = [corridor for one in found for corridor in one.corridors]
        corridors.sort(key=lambda corridor: (-corridor.incidents, corridor.corridor_id))
        names = told_apart([corridor.name for corridor in corridors])
        version = f"{RIDGES_VERSION}{self._params.suffix}"
        return Reduction(
            tuple(
                replace(corridor, name=name, method_version=version)
                for corridor, name in zip(corridors, names, strict=True)
            ),
            (*self._notes(days), *(note for one in found for note in one.notes)),
            lambda: pl.concat([one.assignments for one in found]).sort("incident_id", "corridor_id"),
        )

    def _notes(self, days: Days) -> list[str]:
        notes: list[str] = []
        unplaced, unknown = (some.filter(days.holds()).height for some in (self._unplaced, self._unknown))
        if unplaced:
            notes.append(
                counted(
                    "{count:,} incident without a place or a time left out.",
                    "{count:,} incidents without a place or a time left out.",
                    unplaced,
                )
            )
        if unknown:
            notes.append(
                counted(
                    "{count:,} incident of unknown mode; no corridor is drawn from them.",
                    "{count:,} incidents of unknown mode; no corridor is drawn from them.",
                    unknown,
                )
            )
        return notes


def reduce_incidents(
    incidents: pl.DataFrame,
    resolution: int | None = None,
    replicates: int = REPLICATES,
    params: RidgeParams = RIDGES,
) -> Reduction:
    """Reduce incidents to land, sea and air corridors, most incidents first; parameters as of ``Evidence``.

    Raises
    ------
    UnknownColumns
        If a required column is missing.
    """
    return Evidence(incidents, resolution, params).reduce(replicates=replicates)


def _reduced(index: Index, days: Days, resolution: int | None, params: RidgeParams, replicates: int) -> Reduction:
    mode, known = index.mode, index.exact_enough(days, 0)
    if not known:
        return Reduction(())
    notes: list[str] = []
    if resolution is None and _is_coarse(index, days):
        resolution = SYSTEM_RESOLUTION
        notes.append(
            sentence(
                "{mode}: most incidents are placed to some 25 km; looked at in hexes of that size.", mode=_MODE[mode]
            )
        )
    fine = index.exact_enough(days, resolution or USUAL_RESOLUTION)
    if fine < known:
        notes.append(
            counted(
                "{mode}: {count:,} incident placed less exactly than the hexes of the reduction; it adds nothing to a "
                "corridor.",
                "{mode}: {count:,} incidents placed less exactly than the hexes of the reduction; they add nothing to "
                "a corridor.",
                known - fine,
                mode=_MODE[mode],
            )
        )
    lines, shares = _lines(index, days, resolution, params, replicates)
    beside = Beside(index, shares, lines, params.attribution)
    corridors = corridors_beside(beside, mode, lines, params)
    if not corridors and fine:
        notes.append(
            counted(
                # Said here in full, as catalogues take both forms from one place: it is ``SCATTERED``.
                "{mode}: {count:,} incident known, too few or too scattered to show a corridor.",
                "{mode}: {count:,} incidents known, too few or too scattered to show a corridor.",
                fine,
                mode=_MODE[mode],
            )
        )
    return Reduction(
        tuple(corridor for _, corridor in corridors),
        tuple(notes),
        lambda: members_beside(index, days, beside, shares, corridors),
    )


def _lines(
    index: Index, days: Days, resolution: int | None, params: RidgeParams, replicates: int
) -> tuple[list[Centreline], list[Share]]:
    """Return the centrelines of a mode and the evidence to assign to them; by default, straits in finer hexes."""
    usual = resolution or USUAL_RESOLUTION
    layer = index.layer(usual)
    traced = others = layer.cube.only(days.inside(layer.cube.day))
    groups: list[list[Centreline]] = []
    shares: list[Share] = []
    for number in straits_of(traced.part) if resolution is None else ():
        near = index.layer(STRAIT_RESOLUTION, number)
        inside = near.cube.only(days.inside(near.cube.day))
        scale = Scale.at(STRAIT_RESOLUTION, params.lengths)
        crossings = centrelines(near.area(inside, index.mode), scale, params, replicates)
        if crossings:
            groups.append(crossings)
            shares.append(Share(STRAIT_RESOLUTION, inside))
            traced = traced.only(~in_strait(traced.part, number))
            others = others.only(~in_strait(others.part, number, exact=True))
    groups.append(centrelines(layer.area(traced, index.mode), Scale.at(usual, params.lengths), params, replicates))
    return _as_one(groups), [*shares, Share(usual, others)]


def _as_one(groups: list[list[Centreline]]) -> list[Centreline]:
    """Return the lines of several calls, with the numbers of their systems apart."""
    lines: list[Centreline] = []
    for group in groups:
        first = 1 + max((line.system for line in lines), default=-1)
        lines += [replace(line, system=first + line.system) for line in group]
    return lines


def _air(incidents: pl.DataFrame, params: AttributionParams) -> Reduction:
    pairs, without = flights(incidents, params)
    corridors = []
    members = [pl.DataFrame(schema=ASSIGNMENTS)]
    for flight in pairs:
        own = incidents[list(flight.rows)]
        # By country, as an airport's code can be the code of another country: CAN is Guangzhou's and Canada's.
        stated = own.with_columns(departure=pl.lit(flight.start.iso3), destination=pl.lit(flight.end.iso3))
        touched = list(dict.fromkeys([flight.start.iso3, flight.end.iso3]))
        countries, _ = countries_of(touched, stated_by(stated), params)
        flown = corridor_of("air", flight.path, flight.name, told_of(own))
        airports = (flight.start.iata, flight.end.iata)
        corridors.append(replace(flown, countries=countries, airports=airports, basis="flights"))
        members.append(members_of(corridors[-1], own, np.full(own.height, np.nan), np.zeros(own.height)))
    note = counted(
        "Air: {count:,} incident in no pair of airports named three times; none is drawn for them.",
        "Air: {count:,} incidents in no pair of airports named three times; none is drawn for them.",
        without,
    )
    return Reduction(tuple(corridors), (note,) if without else (), lambda: pl.concat(members))


def _is_coarse(index: Index, days: Days) -> bool:
    """Tell whether most of the incidents that the hexes of ``SYSTEM_RESOLUTION`` can hold are too inexact for finer."""
    return 2 * index.exact_enough(days, USUAL_RESOLUTION) < index.exact_enough(days, SYSTEM_RESOLUTION)
