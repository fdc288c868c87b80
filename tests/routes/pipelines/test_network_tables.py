"""Records: a network that was stored as text and tables counts the same, and its sentences know their parts."""

import io
import json
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from geodata.core.messages import Country, Sentence
from geodata.model.assumptions import reference_facts
from routes.core.params import DEFAULT, NetworkParams
from routes.pipelines.counting import counted_on, placed
from routes.pipelines.flow_network import Network
from routes.pipelines.network_tables import restored, stored, under_ids
from tests.networks import FLIGHT, ROAD, handmade, knowing, seen

FACTS = reference_facts()


def written_and_read(network: Network) -> Network:
    """Return a network by way of JSON text and Parquet bytes, as it comes from a disk."""
    record, tables = stored(network)
    again = {}
    for name, table in tables.items():
        content = io.BytesIO()
        table.write_parquet(content)
        again[name] = pl.read_parquet(content.getvalue())
    return restored(json.loads(json.dumps(record, allow_nan=False)), again)


@pytest.fixture(scope="module")
def incidents() -> pl.DataFrame:
    return seen(desert=3, oasis=1, strait=16, lampedusa=9)


@pytest.fixture(scope="module")
def network(incidents) -> Network:
    return knowing(incidents)


def test_a_network_that_was_stored_counts_the_same(network, incidents):
    again = written_and_read(network)
    one, other = (counted_on(own, placed(own, incidents), FACTS) for own in (network, again))
    assert other.corridors == one.corridors
    assert json.dumps(other.collection()) == json.dumps(one.collection())
    for part in ("legs", "countries", "hubs", "landings", "explained", "facts_version"):
        assert getattr(other.movement, part) == getattr(one.movement, part)
    assert other.named == one.named
    assert other.assignments.equals(one.assignments)


def test_a_network_that_was_stored_is_stored_as_the_same_again(network):
    (record, tables), (again, others) = stored(network), stored(written_and_read(network))
    assert again == record
    assert others.keys() == tables.keys() == {"members", "piles", "passes"}
    assert all(others[name].equals(tables[name]) for name in tables)


def test_what_is_counted_in_every_view_is_not_stored(network):
    routes = tuple(replace(one, incidents=5, people=7, months={"2024-01": 5}, passing=3.0) for one in network.routes)
    again = written_and_read(replace(network, routes=routes))
    assert {one.incidents for one in again.routes} == {one.people for one in again.routes} == {0}
    assert [one.months for one in again.routes] == [{}, {}, {}]


def test_what_a_route_is_comes_back_as_it_was(network):
    again = written_and_read(network)
    for before, after in zip((*network.routes, *network.dense), (*again.routes, *again.dense), strict=True):
        assert after == before
        assert [part.tolist() for part in after.lines] == [part.tolist() for part in before.lines]
    assert [one.airports for one in again.routes] == [None, None, ("BOG", "MAD")]
    assert again.routes[1].bridges == ((0.0, 50.0),)
    assert (again.facts_version, again.method_version) == (network.facts_version, network.method_version)


def test_the_parameters_by_which_it_was_laid_out_come_back(network):
    params = NetworkParams.changed({"segments.one_way": 0.8, "young.spans": (6, 12)})
    made = replace(network, params=params, method_version=f"{network.method_version}{params.suffix}")
    again = written_and_read(made)
    assert (again.params, again.method_version) == (params, made.method_version)
    assert written_and_read(network).params == DEFAULT


def test_a_network_that_was_kept_before_there_were_parameters_has_the_usual_ones(network):
    record, tables = stored(network)
    del record["params"]
    assert restored(record, tables).params == DEFAULT


def test_a_line_that_is_cut_at_180_degrees_comes_back_in_its_parts(network):
    parts = np.array([[179.0, 5.0], [180.0, 5.5]]), np.array([[-180.0, 5.5], [-179.0, 6.0]])
    again = written_and_read(replace(network, routes=(replace(network.routes[0], lines=parts), *network.routes[1:])))
    assert [part.tolist() for part in again.routes[0].lines] == [part.tolist() for part in parts]


def test_sentences_still_know_what_they_were_made_of(network):
    told, plain = written_and_read(network).notes
    assert isinstance(told, Sentence)
    assert (told, told.text) == ("Movement: 25% is told of Libya.", "Movement: {share:.0%} is told of {who}.")
    assert told.values["share"] == 0.25
    assert isinstance(told.values["who"], Country)
    assert told.values["who"].iso3 == "LBY"
    assert plain == "A plain note."


def test_a_counted_sentence_keeps_both_of_its_forms(network):
    note = Sentence("{count} incident in {place}.", {"count": 2, "place": Sentence("all")}, "{count} incidents.")
    (again,) = written_and_read(replace(network, notes=(note,))).notes
    assert (again, again.text, again.many) == ("2 incidents.", note.text, note.many)
    assert isinstance(again.values["place"], Sentence)


def test_a_network_without_journeys_or_anything_is_stored_too():
    bare = handmade(passes=None, routes=(), dense=(), landings=(), named=(), legs=(), leg_support=(), hubs=())
    again = written_and_read(bare)
    assert again.passes is None
    assert again.routes == again.named == again.legs == ()
    empty = written_and_read(Network())
    assert counted_on(empty, placed(empty, seen(strait=3)), FACTS).off == 3


def test_routes_and_areas_take_other_ids_and_names_each_its_own(network, incidents):
    crossing, *others = network.routes
    routes = (replace(crossing, corridor_id="sea-old", name="Zuwara - Lampedusa (2)"), *others)
    known = under_ids(network, routes, [replace(area, name="Malta") for area in network.dense])
    assert [one.corridor_id for one in known.routes] == ["sea-old", ROAD, FLIGHT]
    assert [one.name for one in (*known.routes[:2], *known.dense)] == [
        "Zuwara - Lampedusa (2)",
        "Agadez - Sabha",
        "Malta",
    ]
    where = placed(known, incidents)
    assert where["corridor_id"].value_counts().sort("corridor_id").rows() == [(ROAD, 4), ("sea-old", 25)]
