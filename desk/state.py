"""Where the desk keeps its tables: in SQLite in the workspace, or in a PostgreSQL that a team has.

Every change is on the disk before it is told of, and changes follow one another: in SQLite by its lock for writing, in
PostgreSQL by a lock that every change takes first. Tables are brought up to date when they are first asked for, by the
steps in ``desk/migrations`` (Alembic).
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any, Final

from sqlalchemy import Connection, Engine, Row, create_engine, event, func, insert, inspect, select, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from desk.tables import META, PURGES
from geodata.core.errors import RoutesError, WrongValue
from geodata.core.settings import Settings

REVISION: Final = "0001"
"""The step of ``desk/migrations`` that the tables of this program stand at."""
_FILE = "desk.sqlite"
_SECONDS = 2
_LOCK = 0x6465736B
"""Key of the lock that changes take in PostgreSQL: "desk"."""
_IN_FILE = "the folder desk of the workspace must be there, writable and not locked for long"
_IN_DATABASE = "the database that ROUTES_STATE names must answer, and no change may hold it for long"
_DONE = "nothing was changed"
_FAILURES = (DBAPIError, PoolTimeout)
_steps = Lock()
"""Alembic keeps what it works on for the whole process."""
_log = logging.getLogger(__name__)


class StateUnusable(RoutesError):
    """The tables cannot be read or written."""


@cache
def engine(home: Path) -> Engine:
    """Return the way to the tables of a workspace; they are made or brought up to date where they have to be.

    Raises
    ------
    StateUnusable
        If they can be neither opened nor made, are of a newer program, or lie in a file and in a database.
    WrongValue
        If ``ROUTES_STATE`` is no address of a PostgreSQL.
    """
    url = address_of(home)
    if url is None:
        made = _of_file(home)
    else:
        if (home / "desk" / _FILE).exists():
            raise StateUnusable(
                f"what the desk keeps lies in {_FILE} of the workspace, and ROUTES_STATE names a database",
                rule="it lies in one of them: `python -m desk state take` brings it into an empty database",
                done=_DONE,
            )
        made = _of_database(url)
    try:
        _bring_up_to_date(made)
    except _FAILURES as error:
        raise unusable(error) from None
    return made


def address_of(home: Path) -> URL | None:
    """Return the database that keeps the tables of a workspace, or nothing if they lie in its own file.

    The database belongs to the workspace of the settings; another one, as a backup that is laid out, has its file.

    Raises
    ------
    WrongValue
        If ``ROUTES_STATE`` is no address of a PostgreSQL.
    """
    settings = Settings()
    given = settings.state.get_secret_value()
    if not given or home.resolve() != settings.home.resolve():
        return None
    try:
        url = make_url(given)
    except (ArgumentError, ValueError):
        url = None
    if url is None or url.drivername not in ("postgresql", "postgres") or not url.database:
        raise WrongValue(
            "ROUTES_STATE", rule="it is postgresql://user:password@host/database, or not set", done="nothing was opened"
        )
    return url.set(drivername="postgresql+psycopg")


def rows_of(home: Path, question: Any) -> list[Row[Any]]:
    """Return what the tables of a workspace answer, or raise ``StateUnusable``."""
    try:
        with engine(home).connect() as connection:
            return list(connection.execute(question))
    except _FAILURES as error:
        raise unusable(error) from None


def require_not_purged(home: Path, version: int) -> None:
    """Return if nothing was purged from the ledger since a version.

    Raises
    ------
    WrongValue
        If something was.
    """
    ((purged,),) = rows_of(home, select(func.max(PURGES.c.ledger_version)))
    if purged is not None and version < purged:
        rule = "nothing is shared of a version from which incidents were purged since"
        raise WrongValue(f"version {version} of the ledger", rule=rule, done="nothing was shared; share it anew")


@contextmanager
def changing(home: Path) -> Iterator[Connection]:
    """Hold the tables of a workspace for changes that stand all together or not at all, while others wait."""
    try:
        with _alone(engine(home)) as connection:
            yield connection
    except _FAILURES as error:
        raise unusable(error) from None


def unusable(error: DBAPIError | PoolTimeout) -> StateUnusable:
    """Return what to say when the tables do not answer; what a database says of itself goes into the log alone."""
    fault = error.orig if isinstance(error, DBAPIError) else None
    if isinstance(fault, sqlite3.Error):
        return StateUnusable(f"what the desk keeps cannot be used ({fault})", rule=_IN_FILE, done=_DONE)
    _log.warning("The database of the desk: %s", " ".join(str(fault or error).split()))
    return StateUnusable(
        "what the desk keeps cannot be used (its database does not answer)", rule=_IN_DATABASE, done=_DONE
    )


def copy(home: Path, to: Path) -> None:
    """Copy the tables into the file of another workspace folder, as they are at one moment, while others write.

    Raises
    ------
    StateUnusable
        If they cannot be read.
    """
    path, target = home / "desk" / _FILE, to / "desk" / _FILE
    if address_of(home) is not None:
        _copy_rows(engine(home), _new_file(target))
    elif path.exists():
        try:
            with (
                closing(sqlite3.connect(path, timeout=_SECONDS)) as source,
                closing(sqlite3.connect(target)) as copied,
            ):
                source.backup(copied)
                copied.execute("PRAGMA journal_mode=DELETE")
        except sqlite3.Error as error:
            raise StateUnusable(f"what the desk keeps cannot be read ({error})", rule=_IN_FILE, done=_DONE) from None
    else:
        return
    target.chmod(0o600)


def take(home: Path) -> dict[str, int]:
    """Bring the tables of a workspace from its file into the database of the settings, which has to be empty.

    The file is removed when all of it stands in the database.

    Returns
    -------
    dict
        How many rows each table has.

    Raises
    ------
    WrongValue
        If no database is set, there is no file, or the database has rows.
    StateUnusable
        If either cannot be used.
    """
    path, url = home / "desk" / _FILE, address_of(home)
    if url is None or not path.exists():
        missing = "ROUTES_STATE is not set for this workspace" if url is None else f"the workspace has no {_FILE}"
        rule = "what lies in the file of the workspace is brought into the database of ROUTES_STATE"
        raise WrongValue(missing, rule=rule, done=_DONE)
    source, target = _of_file(home), _of_database(url)
    try:
        for one in (source, target):
            _bring_up_to_date(one)
        with target.connect() as connection:
            if any(
                connection.execute(select(func.count()).select_from(table)).scalar() for table in META.sorted_tables
            ):
                raise WrongValue("the database has rows", rule="it has to be empty", done=_DONE)
        told = _copy_rows(source, target)
    except _FAILURES as error:
        raise unusable(error) from None
    finally:
        source.dispose()
        target.dispose()
    for ending in ("", "-wal", "-shm"):
        path.with_name(f"{_FILE}{ending}").unlink(missing_ok=True)
    return told


def counts(home: Path) -> dict[str, int]:
    """Return how many rows each table of a workspace has, or raise ``StateUnusable``."""
    return {
        table.name: int(rows_of(home, select(func.count()).select_from(table))[0][0]) for table in META.sorted_tables
    }


def scrub(home: Path) -> None:
    """Leave nothing of rows that were deleted or changed in the files of the tables, nor in the log of SQLite.

    PostgreSQL keeps a log of its own for as long as it is set to; that is beyond this program.

    Raises
    ------
    StateUnusable
        If somebody reads or writes meanwhile; rows may be left then.
    """
    busy, made = 0, engine(home)
    try:
        with made.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            if made.dialect.name == "sqlite":
                connection.exec_driver_sql("VACUUM")
                busy = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").scalar() or 0
            else:
                connection.exec_driver_sql("VACUUM (FULL) " + ", ".join(META.tables))
    except _FAILURES as error:
        raise unusable(error) from None
    if busy:
        raise StateUnusable(
            "the log of what the desk keeps could not be emptied",
            rule="nobody may read it for that moment",
            done="run the same command again",
        )


def _of_file(home: Path) -> Engine:
    folder = home / "desk"
    with suppress(OSError):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = create_engine(f"sqlite:///{folder / _FILE}", connect_args={"timeout": _SECONDS})
    event.listen(made, "connect", _careful)
    return made


def _new_file(path: Path) -> Engine:
    """Return a way to a file that nobody else knows of yet, with empty tables."""
    made = create_engine(f"sqlite:///{path}")
    _bring_up_to_date(made)
    return made


def _of_database(url: URL) -> Engine:
    made = create_engine(
        url, pool_pre_ping=True, pool_timeout=_SECONDS, max_overflow=20, connect_args={"connect_timeout": _SECONDS}
    )
    event.listen(made, "connect", _impatient)
    return made


def _bring_up_to_date(made: Engine) -> None:
    """Make the tables, or change them step by step; several threads and programs may be the first at once."""
    with made.connect() as connection:
        stands = _revision(connection)
    if stands == REVISION:
        return
    try:
        with _alone(made) as connection:
            stands = _revision(connection)  # somebody else may have been first
            if stands and stands > REVISION:
                raise StateUnusable(
                    f"what the desk keeps was changed by a newer version of this program (step {stands})",
                    rule=f"this one knows the steps up to {REVISION}",
                    done=_DONE,
                )
            if stands != REVISION:
                _upgrade(connection)
    except DBAPIError as error:
        if "readonly" not in str(error.orig):  # what can only be read is read as it is
            raise


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if found is None else str(found)


def _upgrade(connection: Connection) -> None:
    from alembic import command  # takes a quarter of a second, once in the life of a workspace
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    with _steps:
        command.upgrade(config, REVISION)


@contextmanager
def _alone(made: Engine) -> Iterator[Connection]:
    """Hold the tables for changes, of which there is one at a time."""
    with made.begin() as connection:
        if made.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
        yield connection


def _copy_rows(source: Engine, target: Engine) -> dict[str, int]:
    """Copy every row of every table, as they are at one moment, into empty tables."""
    told = {}
    with source.connect().execution_options(**_AT_ONE_MOMENT[source.dialect.name]) as read, _alone(target) as write:
        if source.dialect.name == "sqlite":
            read.exec_driver_sql("BEGIN")
        for table in META.sorted_tables:
            rows = [dict(row) for row in read.execute(select(table)).mappings()]
            if rows:
                write.execute(insert(table), rows)
            told[table.name] = len(rows)
    return told


_AT_ONE_MOMENT: Final[dict[str, dict[str, Any]]] = {"sqlite": {}, "postgresql": {"isolation_level": "REPEATABLE READ"}}


def _careful(connection: Any, _: Any) -> None:
    cursor = connection.cursor()
    with suppress(sqlite3.OperationalError):  # of a database that can only be read
        cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA secure_delete=ON")
    cursor.close()


def _impatient(connection: Any, _: Any) -> None:
    connection.autocommit = True
    connection.execute(f"SET lock_timeout = '{_SECONDS}s'")
    connection.autocommit = False
