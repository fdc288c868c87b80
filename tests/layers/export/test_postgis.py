"""Layers in a real PostgreSQL with PostGIS, started here."""

from dataclasses import replace
from datetime import UTC, date, datetime

import psycopg
import pytest

from geodata.core.errors import WrongValue
from geodata.model.query import View
from layers.export.contents import Export
from layers.export.postgis import push
from layers.export.tables import tables_of
from routes.core.corridor import Corridor
from routes.pipelines.counting import Directed
from tests.postgres import postgres

pytestmark = pytest.mark.long

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
YEAR = View(start=date(2024, 1, 1), end=date(2025, 1, 1))


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """Start a database server of its own and return the address of a database with PostGIS."""
    with postgres(tmp_path_factory.mktemp("postgres")) as started:
        with psycopg.connect(started.address, autocommit=True) as line:
            line.execute("CREATE EXTENSION postgis")
            line.execute("CREATE DATABASE plain")
            line.execute("CREATE ROLE reader LOGIN")
        yield started.address


@pytest.fixture
def export(incidents, corridor):
    def made(*corridors: Corridor, generated=NOON) -> Export:
        rows = [("2024-03-05", 12.6, 35.5), ("2024-05-31", 11.1, 34.9)]
        return Export(YEAR, incidents(*rows), Directed(corridors or (corridor(),)), 3, generated)

    return made


def asked(address, question):
    with psycopg.connect(address) as line:
        return line.execute(question).fetchall()


def test_a_push_makes_tables_with_keys_indexes_comments_and_views(server, export):
    made = export()
    done = push(server, tables_of(made), made.stamp, "first")
    assert {one.layer: one.created for one in done}["routes"] == 1
    assert asked(server, "SELECT name, incidents, period_start FROM first.routes") == [
        ("Sfax - Lampedusa", 7, date(2024, 1, 1))
    ]
    assert asked(server, "SELECT ST_SRID(geom), ST_GeometryType(geom) FROM first.corridors") == [
        (4326, "ST_MultiPolygon")
    ]
    assert asked(server, 'SELECT "Length (km)" FROM first.routes_named') == [(187.0,)]
    comment = "SELECT col_description('first.routes'::regclass, ordinal_position) FROM information_schema.columns"
    where = "WHERE table_schema = 'first' AND table_name = 'routes' AND column_name = 'band_km'"
    assert asked(server, f"{comment} {where}") == [("Half width that holds 80 % of its incidents (km)",)]
    indexes = {name for (name,) in asked(server, "SELECT indexname FROM pg_indexes WHERE schemaname = 'first'")}
    assert {"routes_geom", "routes_pkey", "hexes_geom"} <= indexes
    assert asked(server, "SELECT stamp->>'ledger_version' FROM first.exports") == [("3",)]


def test_a_second_push_tells_what_is_new_changed_withdrawn_and_the_same(server, export, corridor):
    one, two, three = (corridor(corridor_id=f"sea-{n}", name=f"Route {n}") for n in (1, 2, 3))
    first = export(one, two)
    push(server, tables_of(first, ["routes"]), first.stamp, "again")
    later = datetime(2026, 11, 25, 12, tzinfo=UTC)
    second = export(one, corridor(corridor_id="sea-2", name="Route 2", incidents=9), three, generated=later)
    (done,) = push(server, tables_of(second, ["routes"]), second.stamp, "again")
    assert (done.created, done.changed, done.withdrawn, done.same) == (1, 1, 0, 1)
    third = export(one, generated=later)
    (done,) = push(server, tables_of(third, ["routes"]), third.stamp, "again")
    assert (done.created, done.changed, done.withdrawn, done.same) == (0, 0, 2, 1)
    assert asked(server, "SELECT feature_id, generated FROM again.routes") == [("sea-1", "2026-11-25T12:00:00Z")]


def test_a_push_that_breaks_off_leaves_what_was_there(server, export, corridor):
    made = export()
    push(server, tables_of(made, ["routes"]), made.stamp, "kept")
    with psycopg.connect(server, autocommit=True) as line:
        line.execute("CREATE TABLE kept.hubs (something int)")
    other = export(corridor(corridor_id="sea-other"))
    with pytest.raises(WrongValue, match=r"the database refused it .*; nothing was written"):
        push(server, tables_of(other, ["routes", "hubs"]), other.stamp, "kept")
    assert asked(server, "SELECT feature_id FROM kept.routes") == [("sea-0123456789",)]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda address: address.replace("/postgres", "/plain"), "has no PostGIS"),
        (lambda address: address.replace("/postgres", "/nowhere"), "cannot be reached"),
        (lambda address: address.replace("planner@", "reader@"), "gives no right"),
        (lambda _: "postgresql://planner:secret@127.0.0.1:9/postgres", "cannot be reached"),
        (lambda _: "mysql://somewhere", "begins with postgresql://"),
    ],
)
def test_a_database_that_cannot_take_it_is_one_sentence_without_the_password(server, export, change, said):
    made = export()
    with pytest.raises(WrongValue, match=said) as refused:
        push(change(server), tables_of(made, ["routes"]), made.stamp, "denied")
    assert "secret" not in str(refused.value)
    assert "\n" not in str(refused.value)
    assert asked(server, "SELECT 1 FROM pg_namespace WHERE nspname = 'denied'") == []


def test_hostile_text_stays_text(server, export, corridor):
    name = "'); DROP TABLE hostile.routes; -- \\ \t \n \u202e"
    made = export(corridor(name=name))
    push(server, tables_of(made, ["routes"]), made.stamp, "hostile")
    assert asked(server, "SELECT name FROM hostile.routes") == [(name,)]


def test_a_table_of_an_older_push_gets_the_columns_that_it_lacks_behind_its_own(server, export):
    made = export()
    (routes,) = (table for table in tables_of(made) if table.name == "routes")
    older = replace(routes, columns=tuple(one for one in routes.columns if one.name != "formerly"))
    push(server, [older], made.stamp, "older")
    renamed = export(replace(made.routes.corridors[0], formerly=("Sfax", "Lampedusa")))
    push(server, tables_of(renamed), renamed.stamp, "older")
    assert asked(server, "SELECT formerly FROM older.routes") == [("Sfax; Lampedusa",)]
    assert asked(server, 'SELECT "Former names" FROM older.routes_named') == [("Sfax; Lampedusa",)]
