"""How an export is made: what of the incidents may leave, where they lie, and what they come to on the network.

The command line and the server make it here, so that the same question has the same answer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import polars as pl

from geodata.core.errors import WrongValue
from geodata.model.assumptions import Facts
from geodata.model.query import View
from layers.audience.audiences import OWN, Audience
from layers.export.area import EVERYWHERE, Area, area_asked, routes_named
from layers.export.contents import Export, lower, within_ceiling
from routes.pipelines.counting import Directed, counted_on
from routes.pipelines.flow_network import Network
from routes.temporal.findings import Finding


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for.

    Attributes
    ----------
    view : View
    area : Area
    routes : sequence of str
        Ids or names of routes, in place of an area.
    detail : float, 0..1
        0 the main routes, 1 all.
    audience : Audience
    handling : str, optional
        The highest mark that may leave, where the audience allows it; None for what it allows.
    with_changes : bool
        Whether changes are told of; to find them takes seconds where a View is asked for the first time.
    """

    view: View
    area: Area = EVERYWHERE
    routes: Sequence[str] = ()
    detail: float = 1.0
    audience: Audience = OWN
    handling: str | None = None
    with_changes: bool = True

    @property
    def ceiling(self) -> str:
        """Return the highest mark that may leave: that of the audience, or a lower one that is asked for."""
        if self.handling is None:
            return self.audience.ceiling
        return self.handling if self.audience.sees_all else lower(self.handling, self.audience.ceiling)

    @property
    def whole_steps(self) -> View:
        """Return the View with the whole steps of time in which its audience sees it."""
        start, end = self.audience.period(self.view.start, self.view.end)
        return self.view.model_copy(update={"start": start, "end": end})


@dataclass(frozen=True)
class Known:
    """What an export is made of.

    Attributes
    ----------
    version : int
        Of the ledger.
    network : Network
    incidents : DataFrame
        All of the version, with where they lie on the network, as ``routes.pipelines.counting.placed`` gives them.
    facts : Facts
    changes : function
        Returns the changes that some incidents over all time show, the latest first, and the last month known well.
    credits : function
        Returns the credits of some incidents.
    """

    version: int
    network: Network
    incidents: pl.DataFrame
    facts: Facts
    changes: Callable[[pl.DataFrame], tuple[Sequence[Finding], str]]
    credits: Callable[[pl.DataFrame], tuple[str, ...]]


def made(asked: Asked, known: Known, generated: datetime | None = None) -> Export:
    """Return an export.

    Parameters
    ----------
    asked : Asked
    known : Known
    generated : datetime, optional
        None for now.

    Raises
    ------
    WrongValue
        If a route, a mark or the detail is none.
    """
    view = asked.whole_steps
    area = _area(asked, known.network)
    everywhere = view.everywhere()
    every = everywhere.select(known.incidents)
    chosen = within_ceiling(every, asked.ceiling)
    withheld = every.height - chosen.height
    if not asked.routes:  # one route is told of as among all
        chosen = within_area(chosen, area, known.network)
    counted = touching(area, counted_on(known.network, chosen, known.facts, asked.detail, view.modes))
    changes: Sequence[Finding] = ()
    known_up_to = ""
    if asked.with_changes:
        whole = within_ceiling(everywhere.without_window().select(known.incidents), asked.ceiling)
        changes, known_up_to = known.changes(within_area(whole, area, known.network) if view.area else whole)
    if asked.routes:
        chosen = within_area(chosen, area, known.network)
    if area.touches is not None and not view.area:
        ids = {one.corridor_id for one in counted.corridors}
        changes = [one for one in changes if ids & set(one.corridor_ids)]
    moment = generated or datetime.now(UTC)
    credits_ = known.credits(chosen)
    window = (asked.view.start, asked.view.end)
    told = (tuple(changes), credits_, area.words, withheld, known_up_to, window)
    return Export(view, chosen, counted, known.version, moment, *told)


def _area(asked: Asked, network: Network) -> Area:
    """Return the area that is asked for: by itself, by routes, or by the View."""
    ways = [bool(asked.routes), asked.area is not EVERYWHERE, bool(asked.view.area)]
    if sum(ways) > 1:
        rule = "an area is asked for in one way"
        raise WrongValue("several areas", rule=rule, done="nothing was written")
    if asked.view.area:
        return area_asked(asked.view.area, network.routes)
    return routes_named(asked.routes, network.routes) if asked.routes else asked.area


def touching(area: Area, counted: Directed) -> Directed:
    """Return what is counted with the routes and dense areas alone that run through an area."""
    if area.touches is None:
        return counted
    kept, dense = (tuple(filter(area.touches, them)) for them in (counted.corridors, counted.dense))
    return replace(counted, corridors=kept, dense=dense)


def within_area(chosen: pl.DataFrame, area: Area, network: Network) -> pl.DataFrame:
    """Return the incidents that lie in an area, in their order.

    Parameters
    ----------
    chosen : DataFrame
        Rows of ``routes.pipelines.counting.placed``.
    area : Area
    network : Network
    """
    ids = [route.corridor_id for route in network.routes if area.touches is not None and area.touches(route)]
    if area.holds is None:
        return chosen if area.touches is None else chosen.filter(pl.col("corridor_id").is_in(ids))
    held = area.holds(chosen)
    if not area.with_crossings:
        return held
    crossing = pl.col("country").is_null() & pl.col("corridor_id").is_in(ids)
    inside = pl.col("incident_id").is_in(held["incident_id"].implode())
    return chosen.filter(inside | crossing)
