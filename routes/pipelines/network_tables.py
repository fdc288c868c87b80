"""RECORDS: a network as tables and plain values that can be stored, and back again, exactly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from typing import Any

import numpy as np
import polars as pl

from geodata.core.messages import Country, Sentence
from routes.attribution.membership import Piles
from routes.core.corridor import Corridor, CountryRole
from routes.core.params import NetworkParams
from routes.network.named_routes import NamedRoute
from routes.network.passage_tables import Passes
from routes.network.segments import Under
from routes.pipelines.flow_network import Network

Tables = Mapping[str, pl.DataFrame]
MEMBERS, PILES, PASSES = "members", "piles", "passes"
_COUNTED = ("incidents", "people", "months", "passing", "origins", "destinations", "direction_basis")
"""What is counted of a corridor in every view, and not stored."""


def stored(network: Network) -> tuple[dict[str, Any], dict[str, pl.DataFrame]]:
    """Return a network as JSON values and tables."""
    record = {
        "routes": [_corridor(one) for one in network.routes],
        "dense": [_corridor(one) for one in network.dense],
        "journeys": [list(pair) for pair in network.journeys],
        "legs": [list(leg) for leg in network.legs],
        "leg_support": list(network.leg_support),
        "hubs": [list(hub) for hub in network.hubs],
        "countries": list(network.countries),
        "named": [one.properties() | {"flow": one.flow} for one in network.named],
        "landings": list(network.landings),
        "notes": [_said(note) for note in network.notes],
        "facts_version": network.facts_version,
        "method_version": network.method_version,
        "params": network.params.changes(),
    }
    piles = network.piles
    tables = {
        MEMBERS: network.members,
        PILES: pl.DataFrame(
            {
                **{name: piles.points[:, axis] for axis, name in enumerate("xyz")},
                "at_sea": piles.at_sea,
                "place": piles.place,
                "explained": piles.explained,
            }
        ),
    }
    if network.passes is not None:
        tables[PASSES] = network.passes.frame()
    return record, tables


def restored(record: Mapping[str, Any], tables: Tables) -> Network:
    """Return the network of ``stored``."""
    piles = tables[PILES]
    return Network(
        routes=tuple(_corridor_of(one) for one in record["routes"]),
        dense=tuple(_corridor_of(one) for one in record["dense"]),
        members=tables[MEMBERS],
        piles=Piles(
            piles.select("x", "y", "z").to_numpy(),
            piles["at_sea"].to_numpy(),
            piles["place"].to_numpy(),
            piles["explained"].to_numpy(),
        ),
        passes=Passes.of_frame(tables[PASSES]) if PASSES in tables else None,
        journeys=tuple((start, goal) for start, goal in record["journeys"]),
        legs=tuple((start, end, mode) for start, end, mode in record["legs"]),
        leg_support=tuple(record["leg_support"]),
        hubs=tuple((lon, lat, iso3) for lon, lat, iso3 in record["hubs"]),
        countries=tuple(record["countries"]),
        named=tuple(_named_of(one) for one in record["named"]),
        landings=tuple(record["landings"]),
        notes=tuple(_said_of(note) for note in record["notes"]),
        facts_version=record["facts_version"],
        method_version=record["method_version"],
        params=NetworkParams.changed(record.get("params", {})),
    )


def _corridor(corridor: Corridor) -> dict[str, Any]:
    values = {one.name: getattr(corridor, one.name) for one in fields(Corridor) if one.name not in _COUNTED}
    lines = [line.tolist() for line in corridor.lines]
    countries = [[one.iso3, one.role] for one in corridor.countries]
    return values | {"lines": lines, "countries": countries}


def _corridor_of(values: Mapping[str, Any]) -> Corridor:
    airports = values["airports"]
    return Corridor(
        **{
            **values,
            "lines": tuple(np.array(line, float) for line in values["lines"]),
            "countries": tuple(CountryRole(iso3, role) for iso3, role in values["countries"]),
            "bridges": tuple((start, end) for start, end in values["bridges"]),
            "formerly": tuple(values.get("formerly", ())),
            "airports": None if airports is None else (airports[0], airports[1]),
            "incidents": 0,
            "people": 0,
            "months": {},
        }
    )


def _named_of(values: Mapping[str, Any]) -> NamedRoute:
    places, countries, modes = (tuple(values[name]) for name in ("places", "countries", "modes"))
    return NamedRoute(values["name"], places, countries, modes, values["flow"], Under.of([], []))


def _said(value: Any) -> Any:
    """Return a sentence with what it was made of; what is no text as it is."""
    if isinstance(value, Sentence):
        values = {name: _said(part) for name, part in value.values.items()}
        return {"text": value.text, "values": values, "many": value.many}
    if isinstance(value, Country):
        return {"country": str(value), "iso3": value.iso3}
    return value


def _said_of(value: Any) -> Any:
    if isinstance(value, Mapping):
        if "country" in value:
            return Country(value["country"], value["iso3"])
        return Sentence(value["text"], {name: _said_of(part) for name, part in value["values"].items()}, value["many"])
    return value


def under_ids(network: Network, routes: Sequence[Corridor], dense: Sequence[Corridor]) -> Network:
    """Return a network with ids, names and former names of others, one for each of its routes and dense areas."""

    def known(corridor: Corridor, other: Corridor) -> Corridor:
        return replace(corridor, corridor_id=other.corridor_id, name=other.name, formerly=other.formerly)

    return replace(
        network,
        routes=tuple(known(*pair) for pair in zip(network.routes, routes, strict=True)),
        dense=tuple(known(*pair) for pair in zip(network.dense, dense, strict=True)),
    )
