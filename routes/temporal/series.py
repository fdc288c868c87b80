"""SERIES: the incidents of a selection by node of the hierarchy, by what delivers them and by month, and what is known.

Everything that tells of change stands on it: the comparison of two windows, the alarms, and the nowcast of months that
have not been reported whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from geodata.model.reporting import BODY, Editions, month_of, strata
from geodata.spatial import h3_cells as hexes
from routes.core.geodesy import Floats, Mask, Rows
from routes.indexing.evidence_index import USUAL_RESOLUTION
from routes.pipelines.flow_network import Network
from routes.temporal.completeness import Delays, Known, delays, known_at, nowcast
from routes.temporal.hierarchy import Hierarchy, Placed, hierarchy_of

UNNAMED = "unnamed source"
_DATED = ("instant", "day", "month")
_YEAR = 12
_USUAL_MONTHS, _NEW_MONTHS = 48, 12
"""What usually delivers at a node is told by so many months, the newest left out, as they may be known in part."""


@dataclass(frozen=True, eq=False)
class Series:
    """Incidents by node, what delivers them and month.

    Attributes
    ----------
    placed : Placed
    incidents : DataFrame
        Those that are counted, in the order of ``month`` and ``group``.
    first : int
        The first month, counted from the year 0.
    months : tuple of str
        "2021-03" and on, up to that of the newest incident.
    month : Rows, (n,)
        Of each incident, by its place in ``months``; -1 where it is not known.
    group : Rows, (n,)
        What delivers each incident: a body that the source names and that delivers often, else the source.
    groups : tuple of str
    counts : Floats, (nodes, groups, months)
    delays : Delays
    strata : DataFrame
        source and stratum by number, with the incidents and the last month of each.
    known : Known
    vague : int
        Incidents that are dated to no month, which are left out.
    reach_km : float, km
        So near to its line an incident tells where that runs.
    """

    placed: Placed
    incidents: pl.DataFrame
    first: int
    months: tuple[str, ...]
    month: Rows
    group: Rows
    groups: tuple[str, ...]
    counts: Floats
    delays: Delays
    strata: pl.DataFrame
    known: Known
    vague: int
    reach_km: float

    @property
    def tree(self) -> Hierarchy:
        """The nodes."""
        return self.placed.hierarchy

    @cached_property
    def exact(self) -> Mask:
        """Which incidents are placed exactly enough, and close enough to their line, to tell where it runs, (n,)."""
        found = np.ones(self.incidents.height, bool)
        if "km" in self.incidents.columns:
            found &= self.incidents["km"].fill_nan(None).fill_null(0.0).to_numpy() <= self.reach_km
        if "cell" in self.incidents.columns:
            cells = self.incidents["cell"].cast(pl.UInt64)
            fine = hexes.resolutions(cells.fill_null(0).to_numpy()) >= USUAL_RESOLUTION
            found &= fine | cells.is_null().to_numpy()
        return found

    @property
    def over(self) -> int:
        """The number of months that are over: the newest may still go on."""
        return max(len(self.months) - 1, 0)

    @cached_property
    def reported(self) -> Floats:
        """Incidents that are reported, (nodes, months)."""
        return np.asarray(self.counts.sum(axis=1))

    @cached_property
    def expected(self) -> Floats:
        """What each month may come to once all is reported: expected, low and high, (nodes, months, 3)."""
        return nowcast(self.reported, self.known)

    @property
    def horizon(self) -> str:
        """The last month up to which all incidents together are known well enough; "" for none."""
        last = int(self.known.horizon[0]) if len(self.known.horizon) else -1
        return self.months[last] if last >= 0 else ""


def series_of(network: Network, chosen: pl.DataFrame, editions: Editions | None = None) -> Series:
    """Return the series of a selection of incidents.

    Parameters
    ----------
    network : Network
    chosen : DataFrame
        Rows of ``counting.placed``.
    editions : Editions, optional
        How late reports arrive; None where nothing is known of it.
    """
    late = editions or Editions()
    dated = chosen.drop_nulls("time_start")
    if "time_precision" in dated.columns:
        dated = dated.filter(pl.col("time_precision").is_null() | pl.col("time_precision").is_in(_DATED))
    named = pl.col("source").fill_null(UNNAMED) if "source" in dated.columns else pl.lit(UNNAMED)
    dated = dated.with_columns(named.cast(pl.String).alias("source"))
    placed = hierarchy_of(dated, network.routes, network.landings)
    absolute = dated.select(month_of()).to_series()
    first, last = (int(absolute.min() or 0), int(absolute.max() or -1)) if dated.height else (0, -1)  # type: ignore[arg-type]
    months = tuple(f"{at // _YEAR:04d}-{at % _YEAR + 1:02d}" for at in range(first, last + 1))
    month = absolute.to_numpy().astype(np.int64) - first
    own = dated.select("source", absolute.alias("month"), strata(dated, late.reporting).alias("stratum"))
    own = own.with_columns(number=pl.struct("source", "stratum").rank("dense").cast(pl.Int64) - 1)
    groups, group = _groups(own)
    number = own["number"].to_numpy().astype(np.int64)
    priors = {source: one.held for source, one in late.reporting.items()}
    found = delays(own, late.triangle, priors, first, len(months))
    size = len(placed.hierarchy.nodes)
    usual = (month >= len(months) - _USUAL_MONTHS) & (month < len(months) - _NEW_MONTHS)
    of_node = np.zeros((size, max(len(found.mean), 1)))
    if usual.any():
        of_node = placed.counts(number, len(found.mean), np.where(usual, 0, -1), 1)[:, :, 0]
    share = of_node / np.maximum(of_node.sum(axis=1, keepdims=True), 1)
    return Series(
        placed,
        dated,
        first,
        months,
        month,
        group,
        groups,
        placed.counts(group, len(groups), month, len(months)),
        found,
        own.group_by("number")
        .agg(pl.col("source", "stratum").first(), incidents=pl.len(), last=pl.col("month").max())
        .sort("number"),
        known_at(found, share),
        chosen.height - dated.height,
        network.params.membership.traced_reach_km,
    )


def _groups(own: pl.DataFrame) -> tuple[tuple[str, ...], Rows]:
    """Return what delivers, and the number of what delivers each incident."""
    body = pl.col("stratum").str.strip_prefix(BODY)
    named = pl.when(pl.col("stratum").str.starts_with(BODY)).then(body).otherwise(pl.col("source"))
    names = own.select(named.alias("group")).to_series()
    groups = tuple(names.unique().sort().to_list())
    numbers = (
        names.replace_strict(groups, range(len(groups)), return_dtype=pl.Int64) if groups else names.cast(pl.Int64)
    )
    return groups, numbers.to_numpy()
