"""An export out of a workspace, for command lines: it opens the ledger and lays the network out where none is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl
from rich.console import Console

from geodata.core.errors import UnknownVersion
from geodata.ledger.store import Ledger
from geodata.ledger.version_diff import changes
from geodata.mapping.profiles import credits_of
from geodata.model.query import View
from geodata.workspace.editions import editions_of
from geodata.workspace.network_store import Networks
from layers.export.area import area_asked
from layers.export.contents import Export, within_ceiling
from layers.export.making import Asked, Known, made, within_area
from layers.reports.since import Since, counted_since, routes_shown_since, routes_since, within_sight
from routes.core.corridor import Corridor
from routes.pipelines.counting import counted_on, placed
from routes.pipelines.kept_network import Standing, kept, standing
from routes.temporal.comparison import Comparison, compared
from routes.temporal.findings import Finding, findings_of, recent_from
from routes.temporal.hotspot_survey import whole_months
from routes.temporal.series import Series, series_of
from routes.temporal.time_windows import Window, last_years


def read_export(asked: Asked, ledger: Ledger, version: int | None = None, *, rebuild: bool = False) -> Export:
    """Return the export of a version of the ledger, the newest where none is named.

    Raises
    ------
    UnknownVersion
        If the ledger is empty or has no such version.
    WrongValue
        If what is asked for is not there.
    """
    read = _version(ledger, version)
    store = Networks(ledger)
    facts = store.assumptions.facts()
    with Console(stderr=True).status("reading incidents ...") as status:
        every = ledger.incidents(read)
        found = standing(
            store,
            every,
            read,
            facts,
            rebuild=rebuild,
            newest=version is None,
            say=lambda stage: status.update(f"{stage} ..."),
        )

    def found_in(allowed: pl.DataFrame) -> tuple[Sequence[Finding], str]:
        series = series_of(found.network, allowed, editions_of(ledger, every, read))
        told = findings_of(series, found.network.routes) if asked.audience.sees_all else ()
        return told, series.horizon

    return made(asked, Known(read, found.network, placed(found.network, every), facts, found_in, credits_of))


@dataclass(frozen=True, eq=False)
class Changes:
    """What changed: the findings of a View, the routes, the incidents by place and month, and what is recent."""

    findings: Sequence[Finding]
    routes: Sequence[Corridor]
    series: Series
    recent_from: str


def read_changes(view: View, ledger: Ledger, version: int) -> Changes:
    """Return what changed as it could be told at a version of the ledger, on the network that is kept nearest to it."""
    store = Networks(ledger)
    facts, every = store.assumptions.facts(), ledger.incidents(version)
    newest = version == ledger.version()
    found = None if newest else kept(store, version, facts)
    if found is None:
        with Console(stderr=True).status("reading incidents ...") as status:
            found = standing(
                store, every, version, facts, newest=newest, say=lambda stage: status.update(f"{stage} ...")
            )
    routes, known = found.network.routes, whole_months(every)
    lying = view.everywhere().without_window().select(placed(found.network, every))
    chosen = within_area(lying, area_asked(view.area, routes), found.network)
    series = series_of(found.network, chosen, editions_of(ledger, every, version))
    return Changes(findings_of(series, routes), routes, series, recent_from(known) if known else "")


def read_since(asked: Asked, ledger: Ledger, before: int, after: int, found: Standing | None = None) -> Since:
    """Return what changed of what is asked for between two versions of the ledger, as its audience may see it.

    Both are counted on the network of the later one, so that a route is the same in both.

    Parameters
    ----------
    asked : Asked
    ledger : Ledger
    before, after : int
    found : Standing, optional
        The network of the later version; None takes the kept one, or lays it out.

    Raises
    ------
    UnknownVersion, DamagedLedger
        If one of them cannot be read.
    """
    store = Networks(ledger)
    facts, every = store.assumptions.facts(), ledger.incidents(_version(ledger, after))
    standing_ = found or kept(store, after, facts) or standing(store, every, after, facts)
    bare = replace(asked, with_changes=False)

    def at(version: int, incidents: pl.DataFrame) -> tuple[Export, Comparison | None]:
        lying = placed(standing_.network, incidents)
        known = Known(version, standing_.network, lying, facts, lambda _: ((), ""), lambda _: ())
        export = made(bare, known)
        if not asked.audience.sees_all:
            return export, None
        area = area_asked(asked.view.area, standing_.network.routes)
        told = asked.view.everywhere().without_window().select(lying)
        chosen = within_area(within_ceiling(told, asked.ceiling), area, standing_.network)
        years = last_years(chosen)
        if years is None:
            return export, None
        series = series_of(standing_.network, chosen, editions_of(ledger, incidents, version))
        routes = counted_on(standing_.network, chosen, facts, modes=asked.view.modes).corridors
        return export, within_sight(compared(series, routes, *years), export.routes.corridors)

    (then, said), (now, says) = at(before, ledger.incidents(_version(ledger, before))), at(after, every)
    counts = counted_since(then.incidents, now.incidents, changes(ledger, before, after))
    told = routes_since(said, says) if asked.audience.sees_all else routes_shown_since(then, now, asked.audience)
    windows = (_months(says.before), _months(says.after)) if says else ("", "")
    return Since(before, after, *counts, told, windows)


def _months(window: Window) -> str:
    return f"{window.months[0]} – {window.months[-1]}"


def _version(ledger: Ledger, wanted: int | None) -> int:
    newest = ledger.version()
    if newest is None:
        raise UnknownVersion(
            "the workspace is empty",
            rule="an export needs incidents: take a file in with `python -m geodata ingest FILE`",
            done="nothing was written",
            where=str(ledger.home),
        )
    if wanted is not None and not 0 <= wanted <= newest:
        raise UnknownVersion(
            f"there is no version {wanted}",
            rule=f"versions are 0 to {newest}",
            done="nothing was written",
            where=str(ledger.home),
        )
    return newest if wanted is None else wanted
