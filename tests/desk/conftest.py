"""The tests of the desk over SQLite, as it is delivered, and with ``--state postgresql`` over a real PostgreSQL."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Engine
from sqlalchemy.engine import URL, make_url

from desk import state
from tests.postgres import postgres

WORKSPACES = ("home", "workspace")
"""Folders that tests work in; others, as those that a backup is laid out in, keep their file."""


def database_for(address: str, home: Path) -> str:
    """Return the address of a part of a database that only this workspace has."""
    name = "w" + hashlib.sha256(str(home.resolve()).encode()).hexdigest()[:20]
    with psycopg.connect(address, autocommit=True) as line:
        line.execute(f"CREATE SCHEMA IF NOT EXISTS {name}")
    return f"{address}?options=-csearch_path%3D{name}"


def closed(home: Path) -> None:
    """Close what is open to the tables of a workspace, as the end of a program does."""
    state.engine(home).dispose()
    getattr(state.engine, "cache_clear", lambda: None)()


@pytest.fixture(scope="session")
def database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str | None]:
    """Return the address of a real PostgreSQL, if the tests are to run over one."""
    if request.config.getoption("--state") != "postgresql":
        yield None
        return
    with postgres(tmp_path_factory.mktemp("postgres")) as server:
        yield server.address


@pytest.fixture(autouse=True)
def tables(
    request: pytest.FixtureRequest, database: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """Give each workspace of a test tables of its own in the database."""
    if database is None:
        yield
        return
    if request.node.get_closest_marker("sqlite"):
        pytest.skip("looks into the file of SQLite")

    def address_of(home: Path) -> URL | None:
        inside = home.resolve().relative_to(tmp_path.resolve()) if home.is_relative_to(tmp_path) else None
        if inside is None or (inside.parts and inside.name not in WORKSPACES):
            return None
        return make_url(database_for(database, home)).set(drivername="postgresql+psycopg")

    def engine(home: Path) -> Engine:
        if (home / "desk" / "desk.sqlite").exists() and address_of(home) is not None:
            state.take(home)  # a copy of a workspace that was filled once for many tests
        made.append(opened(home))
        return made[-1]

    made: list[Engine] = []
    opened = state.engine
    monkeypatch.setattr(state, "engine", engine)
    monkeypatch.setattr(state, "address_of", address_of)
    yield
    for one in made:
        one.dispose()
