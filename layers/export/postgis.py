"""Layers into PostGIS: made, refreshed and withdrawn in one transaction, under ids that stay.

Each layer is a table, keyed by the ids that the service has too, with a spatial index and what each column means as its
comment; beside it stands a view under the names that people use. ``exports`` says what was pushed when. Who reads while
a push is under way sees what was there before.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import psycopg
import shapely
from psycopg import sql

from geodata.core.errors import WrongValue
from layers.export.features import Collection
from layers.export.tables import Column, Table, missing

_TYPES = {"text": "text", "whole": "bigint", "number": "double precision", "yes": "boolean", "day": "date"}
_ID, _SHAPE = "feature_id", "geom"
_OF_THE_PUSH = frozenset(["export_id", "generated", "ledger_version"])
"""Columns that differ in each push, and do not make a row another one."""


@dataclass(frozen=True, slots=True)
class Pushed:
    """What became of the rows of a layer."""

    layer: str
    created: int
    changed: int
    withdrawn: int
    same: int


def push(address: str, tables: Sequence[Table], stamp: Mapping[str, Any], schema: str = "routes") -> list[Pushed]:
    """Write layers into a database, all or none.

    Parameters
    ----------
    address : str
        postgresql://user:password@host:port/database; the password may stand in the environment (PGPASSWORD) or in
        ``~/.pgpass``.
    tables : sequence of Table
    stamp : mapping
        What the export says of itself; a row of ``exports``.
    schema : str
        Made where it is not there.

    Raises
    ------
    WrongValue
        If the database cannot be reached, has no PostGIS, or gives no right. Nothing was written then.
    """
    if not address.startswith(("postgresql://", "postgres://")):
        raise _refused("the address of a database begins with postgresql://", "postgresql://user@host/database")
    with _connected(address) as line, line.transaction(), line.cursor() as cursor:
        _require_postgis(cursor)
        cursor.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(schema)))
        done = [_refreshed(cursor, schema, table) for table in tables]
        _recorded(cursor, schema, stamp)
        return done


@contextlib.contextmanager
def _connected(address: str) -> Iterator[psycopg.Connection[Any]]:
    """Give a connection for the time of the block; whatever the database says against it becomes one sentence."""
    try:
        with psycopg.connect(address, connect_timeout=10, application_name="routes push") as line:
            yield line
    except psycopg.errors.InsufficientPrivilege as error:
        rule = "the role must own or may create a schema"
        raise _refused(f"the database gives no right ({_first(error)})", rule) from None
    except psycopg.OperationalError as error:
        rule = "it must run and take this role"
        raise _refused(f"the database cannot be reached ({_first(error)})", rule) from None
    except psycopg.Error as error:
        rule = "tables of the schema must be those of a push"
        raise _refused(f"the database refused it ({_first(error)})", rule) from None


def _refused(what: str, rule: str) -> WrongValue:
    return WrongValue(what, rule=rule, done="nothing was written", where="push")


def _first(error: Exception) -> str:
    """Return the first line of what the database says; it holds no password."""
    return " ".join(str(error).split("\n")[0].split())[:160]


def _require_postgis(cursor: psycopg.Cursor[Any]) -> None:
    found = cursor.execute("SELECT 1 FROM pg_extension WHERE extname = 'postgis'").fetchone()
    if found is None:
        raise _refused("the database has no PostGIS", "an administrator says CREATE EXTENSION postgis in it once")


def _refreshed(cursor: psycopg.Cursor[Any], schema: str, table: Table) -> Pushed:
    """Bring a table to what a layer holds now."""
    whole = sql.Identifier(schema, table.name)
    fresh = sql.Identifier(f"fresh_{table.name}")
    columns = [_ID, *(column.name for column in table.columns), *([_SHAPE] if table.shape else [])]
    told = [name for name in columns if name not in _OF_THE_PUSH]
    cursor.execute(_definition(whole, table))
    for column in table.columns:  # one that an older push did not have
        added = sql.SQL("ALTER TABLE {} ADD COLUMN IF NOT EXISTS {} {}")
        cursor.execute(added.format(whole, sql.Identifier(column.name), sql.SQL(_TYPES[column.kind])))
    for column in table.columns:
        comment = sql.SQL("COMMENT ON COLUMN {}.{} IS {}")
        cursor.execute(comment.format(whole, sql.Identifier(column.name), sql.Literal(column.alias)))
    cursor.execute(sql.SQL("COMMENT ON TABLE {} IS {}").format(whole, sql.Literal(f"{table.title}. {table.about}")))
    cursor.execute(sql.SQL("CREATE TEMPORARY TABLE {} (LIKE {}) ON COMMIT DROP").format(fresh, whole))
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    with cursor.copy(sql.SQL("COPY {} ({}) FROM STDIN").format(fresh, names)) as copy:
        for row in _rows(table):
            copy.write_row(row)
    same = sql.SQL(" AND ").join(
        sql.SQL("old.{0} IS NOT DISTINCT FROM new.{0}").format(sql.Identifier(name)) for name in told
    )
    counts = sql.SQL(
        "SELECT count(*) FILTER (WHERE old.{id} IS NULL),"
        " count(*) FILTER (WHERE old.{id} IS NOT NULL AND NOT ({same})),"
        " count(*) FILTER (WHERE old.{id} IS NOT NULL AND ({same}))"
        " FROM {fresh} new LEFT JOIN {whole} old USING ({id})"
    )
    given = {"id": sql.Identifier(_ID), "same": same, "fresh": fresh, "whole": whole}
    created, changed, unchanged = cursor.execute(counts.format(**given)).fetchone() or (0, 0, 0)
    gone = sql.SQL("DELETE FROM {whole} old WHERE NOT EXISTS (SELECT FROM {fresh} new WHERE new.{id} = old.{id})")
    withdrawn = cursor.execute(gone.format(**given)).rowcount
    taken = sql.SQL(", ").join(
        sql.SQL("{0} = EXCLUDED.{0}").format(sql.Identifier(name)) for name in columns if name != _ID
    )
    upsert = sql.SQL(
        "INSERT INTO {whole} ({names}) SELECT {names} FROM {fresh} ON CONFLICT ({id}) DO UPDATE SET {taken}"
    )
    cursor.execute(upsert.format(names=names, taken=taken, **given))
    _seen_as(cursor, schema, table)
    return Pushed(table.name, created, changed, withdrawn, unchanged)


def _definition(whole: sql.Identifier, table: Table) -> sql.Composed:
    columns = [sql.SQL("{} text PRIMARY KEY").format(sql.Identifier(_ID))]
    columns += [
        sql.SQL("{} {}").format(sql.Identifier(column.name), sql.SQL(_TYPES[column.kind])) for column in table.columns
    ]
    if table.shape is None:
        return sql.SQL("CREATE TABLE IF NOT EXISTS {} ({})").format(whole, sql.SQL(", ").join(columns))
    kind = sql.SQL(
        {"Point": "Point", "MultiLineString": "MultiLineString", "MultiPolygon": "MultiPolygon"}[table.shape]
    )
    columns.append(sql.SQL("{} geometry({}, 4326)").format(sql.Identifier(_SHAPE), kind))
    index = sql.Identifier(f"{table.name}_{_SHAPE}")
    made = "CREATE TABLE IF NOT EXISTS {} ({}); CREATE INDEX IF NOT EXISTS {} ON {} USING gist ({})"
    return sql.SQL(made).format(whole, sql.SQL(", ").join(columns), index, whole, sql.Identifier(_SHAPE))


def _seen_as(cursor: psycopg.Cursor[Any], schema: str, table: Table) -> None:
    """Make a view of a table under the names that people use; what an older push did not have stands last in both."""
    view, whole = sql.Identifier(schema, f"{table.name}_named"), sql.Identifier(schema, table.name)
    cursor.execute(sql.SQL("SELECT * FROM {} LIMIT 0").format(whole))
    columns = {column.name: column for column in table.columns}
    order = [column.name for column in cursor.description or ()]
    named: list[sql.Composable] = [_named(columns[name]) if name in columns else sql.Identifier(name) for name in order]
    made = sql.SQL("CREATE OR REPLACE VIEW {} AS SELECT {} FROM {}")
    cursor.execute(made.format(view, sql.SQL(", ").join(named), whole))


def _named(column: Column) -> sql.Composed:
    """Return a column under its alias, which PostgreSQL cuts at 63 bytes."""
    alias = column.alias.encode()[:63].decode(errors="ignore")
    return sql.SQL("{} AS {}").format(sql.Identifier(column.name), sql.Identifier(alias))


def _rows(table: Table) -> Iterator[tuple[Any, ...]]:
    frame = table.frame
    values = [Collection(table).ids.to_list()]
    values += [[_value(value) for value in frame[column.name].tolist()] for column in table.columns]
    if isinstance(frame, gpd.GeoDataFrame):
        shapes = shapely.set_srid(frame.geometry.to_numpy(), 4326)
        values.append(shapely.to_wkb(shapes, hex=True, include_srid=True).tolist())
    return zip(*values, strict=True)


def _value(value: Any) -> Any:
    if missing(value):
        return None
    return value.replace("\0", "") if isinstance(value, str) else value


def _recorded(cursor: psycopg.Cursor[Any], schema: str, stamp: Mapping[str, Any]) -> None:
    whole = sql.Identifier(schema, "exports")
    made = "CREATE TABLE IF NOT EXISTS {} (export_id text PRIMARY KEY, pushed timestamptz DEFAULT now(), stamp jsonb)"
    cursor.execute(sql.SQL(made).format(whole))
    kept = sql.SQL("INSERT INTO {} (export_id, stamp) VALUES (%s, %s) ON CONFLICT DO NOTHING").format(whole)
    cursor.execute(kept, (stamp["export_id"], json.dumps(dict(stamp), default=str)))
