"""STANDING: the network of a workspace as it stands, and how it is laid out anew. One answer for whoever asks."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Any, Protocol, TypeVar

import polars as pl

from geodata.core.errors import RoutesError, WrongValue
from geodata.core.messages import sentence
from geodata.model.assumptions import Facts
from routes.core.corridor import METHOD_VERSION, Corridor
from routes.pipelines.corridor_tracking import EVENTS, REGISTER, identified
from routes.pipelines.flow_network import Network, Say, network
from routes.pipelines.network_tables import restored, stored, under_ids

ROUTES, DENSE = "network", "dense"
"""The two kinds of corridors that the register knows."""
LONGEST_NAME = 80


class State(Protocol):
    """The state of the data that a network was laid out from."""

    @property
    def version(self) -> int:
        """Return the version of the ledger."""
        ...


class Kept(Protocol):
    """A network that is kept."""

    @property
    def record(self) -> Mapping[str, Any]:
        """Return its values."""
        ...

    @property
    def tables(self) -> Mapping[str, pl.DataFrame]:
        """Return its tables."""
        ...


Known = TypeVar("Known", bound=State)


class Store(Protocol[Known]):
    """Where networks are kept: ``geodata.workspace.network_store.Networks``."""

    def state(self, version: int, facts: str, method: str) -> Known:
        """Return the state of the data at a version of the ledger."""
        ...

    def nearest(self, wanted: Known) -> Known | None:
        """Return the state of the kept network nearest to one."""
        ...

    def read(self, state: Known) -> Kept | None:
        """Return a kept network."""
        ...

    def keep(self, state: Known, record: Mapping[str, Any], tables: Mapping[str, pl.DataFrame]) -> None:
        """Keep a network."""
        ...

    def building(self) -> AbstractContextManager[None]:
        """Let one process lay out a network at a time."""
        ...

    def registered(self, schema: pl.Schema) -> pl.DataFrame:
        """Return the routes that are known by id."""
        ...

    def register(self, routes: pl.DataFrame, events: pl.DataFrame) -> None:
        """Keep the routes as they are now, and what became of them."""
        ...


@dataclass(frozen=True, eq=False)
class Standing:
    """A network, and the state of the data that it was laid out from: version of the ledger, digest of the facts."""

    network: Network
    version: int
    facts: str

    @property
    def key(self) -> tuple[int, str]:
        """Return what tells it from any other of the same ledger and method."""
        return self.version, self.facts


def kept(store: Store[Known], version: int, facts: Facts, *, exactly: bool = False) -> Standing | None:
    """Return the kept network for a version of the ledger, or nearest to it; None where none is kept.

    Parameters
    ----------
    store : Store
    version : int
    facts : Facts
    exactly : bool
        Ask for that version alone.
    """
    wanted = store.state(version, facts.digest, METHOD_VERSION)
    while (state := store.nearest(wanted)) is not None:
        if exactly and state != wanted:
            return None
        found = store.read(state)
        if found is not None:
            return Standing(restored(found.record, found.tables), state.version, facts.digest)
        if store.nearest(wanted) == state:  # damaged, and could not be taken away
            return None
    return None


def laid_out_anew(
    store: Store[Known],
    incidents: pl.DataFrame,
    version: int,
    facts: Facts,
    *,
    newest: bool = True,
    say: Say = lambda _: None,
) -> Standing:
    """Lay out the network of a version of the ledger and keep it, routes under the ids and names that they had.

    Where the workspace cannot be written, the network is returned all the same, with a note.

    Parameters
    ----------
    store : Store
    incidents : DataFrame
        Of that version.
    version : int
    facts : Facts
    newest : bool
        It is the newest version: what became of routes is kept too.
    say : function of a sentence
        Told of each stage as it begins.
    """
    made = network(incidents, facts, say=say)
    say("giving routes their names")
    routes = identified(made.routes, store.registered(pl.Schema(REGISTER)), ROUTES)
    dense = identified(made.dense, routes.register, DENSE)
    made = under_ids(made, routes.corridors, dense.corridors)
    try:
        if newest:  # first, so that one who ends between the two leaves ids that the next one finds
            store.register(dense.register, routes.events)
        store.keep(store.state(version, facts.digest, METHOD_VERSION), *stored(made))
    except RoutesError:
        note = sentence(
            "The workspace cannot be written: the network is not kept, and is laid out anew when it is next asked for."
        )
        made = replace(made, notes=(*made.notes, note))
    return Standing(made, version, facts.digest)


def standing(
    store: Store[Known],
    incidents: pl.DataFrame,
    version: int,
    facts: Facts,
    *,
    rebuild: bool = False,
    newest: bool = True,
    say: Say = lambda _: None,
) -> Standing:
    """Return the network of a version of the ledger: the kept one, else one that is laid out now.

    Parameters
    ----------
    rebuild : bool
        Lay it out even if it is kept.
    newest : bool
        It is the newest version of the ledger.

    Notes
    -----
    Of two processes that ask for the same network at once, one lays it out and the other waits and takes that one.
    """
    if not rebuild and (found := kept(store, version, facts, exactly=True)):
        return found
    wanted = store.state(version, facts.digest, METHOD_VERSION)
    with store.building():
        if store.state(version, facts.digest, METHOD_VERSION) != wanted:
            raise WrongValue(
                "the ledger was purged meanwhile",
                rule="no network is laid out of what was read before a purge",
                done="no network was laid out; ask for it again",
            )
        if not rebuild and (found := kept(store, version, facts, exactly=True)):
            return found
        return laid_out_anew(store, incidents, version, facts, newest=newest, say=say)


def renamed(store: Store[Known], version: int, facts: Facts, corridor_id: str, name: str) -> Standing:
    """Give a route the name that an analyst uses; it keeps it over rebuilds, as long as it keeps its id.

    The name that it bore is kept as one of its former names. Whoever gives it one of those again takes back what was
    given since.

    Parameters
    ----------
    store : Store
    version : int
        The newest of the ledger.
    facts : Facts
    corridor_id, name : str

    Raises
    ------
    WrongValue
        If no network is kept for the version, no route has the id, or the name is empty, too long or another route's.
    """
    name = " ".join(name.split())
    with store.building():
        found = kept(store, version, facts, exactly=True)
        if found is None:
            raise WrongValue(
                "no network is kept for the newest incidents",
                rule="`python -m routes build` lays it out",
                done="nothing was renamed",
            )
        routes = found.network.routes
        if corridor_id not in {route.corridor_id for route in routes}:
            raise WrongValue(
                f"there is no route {corridor_id[:40]!r}",
                rule="`python -m routes reduce -o FILE` writes the ids of all routes",
                done="nothing was renamed",
            )
        taken = any(route.name == name and route.corridor_id != corridor_id for route in routes)
        if not name or len(name) > LONGEST_NAME or taken:
            raise WrongValue(
                f"the name {name[:40]!r}",
                rule=f"it has 1 to {LONGEST_NAME} letters and is no other route's",
                done="nothing was renamed",
            )
        formerly = _formerly(next(route for route in routes if route.corridor_id == corridor_id), name)
        own = tuple(
            replace(route, name=name, formerly=formerly) if route.corridor_id == corridor_id else route
            for route in routes
        )
        made = replace(found.network, routes=own)
        known = store.registered(pl.Schema(REGISTER))
        is_it = pl.col("corridor_id") == corridor_id
        told = known.with_columns(
            pl.when(is_it).then(pl.lit(name)).otherwise("name").alias("name"),
            pl.when(is_it).then(pl.lit([*formerly], pl.List(pl.String))).otherwise("formerly").alias("formerly"),
        )
        store.register(told, pl.DataFrame(schema=EVENTS))
        store.keep(store.state(version, facts.digest, METHOD_VERSION), *stored(made))
    return Standing(made, version, facts.digest)


def _formerly(route: Corridor, name: str) -> tuple[str, ...]:
    """Return the former names of a route once it bears another."""
    if name == route.name:
        return route.formerly
    if name in route.formerly:
        return route.formerly[: route.formerly.index(name)]
    return (*route.formerly, route.name)
