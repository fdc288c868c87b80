"""The steps that make the tables lead to what the program reads, from nothing and from workspaces of before."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, inspect

from desk import state
from desk.state import REVISION, StateUnusable, changing, engine, rows_of
from desk.tables import META, VIEWS
from tests.desk.conftest import closed

STEPS = Path(state.__file__).parent / "migrations"


def test_the_steps_end_at_the_tables_that_the_program_reads(home):
    with engine(home).connect() as connection:
        told = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(told, META) == []


def test_the_program_knows_the_last_step():
    config = Config()
    config.set_main_option("script_location", str(STEPS))
    assert ScriptDirectory.from_config(config).get_heads() == [REVISION]


@pytest.mark.sqlite
def test_a_workspace_of_before_the_steps_keeps_its_rows_and_gets_what_it_has_not(home):
    engine(home)
    with changing(home) as tables:
        tables.execute(
            VIEWS.insert().values(view_id="v1", name="Sicily", owner="anna", query="?", shared=True, made_at="2026")
        )
    with changing(home) as tables:
        tables.exec_driver_sql("DROP TABLE alembic_version")
        tables.exec_driver_sql("DROP TABLE briefings")
    closed(home)
    assert [row.name for row in rows_of(home, VIEWS.select())] == ["Sicily"]
    assert inspect(engine(home)).has_table("briefings")


@pytest.mark.sqlite
def test_tables_of_a_newer_program_are_left_alone(home):
    engine(home)
    with changing(home) as tables:
        tables.exec_driver_sql("UPDATE alembic_version SET version_num = '0999'")
    closed(home)
    with pytest.raises(StateUnusable, match=r"changed by a newer version of this program \(step 0999\)"):
        engine(home)
    with closing(sqlite3.connect(home / "desk" / "desk.sqlite")) as file:
        assert file.execute("SELECT version_num FROM alembic_version").fetchall() == [("0999",)]


@pytest.mark.sqlite
def test_tables_that_can_only_be_read_are_read(home, monkeypatch):
    engine(home)
    with changing(home) as tables:
        tables.exec_driver_sql("DROP TABLE alembic_version")
    closed(home)

    def read_only(url: str, **more: object) -> Engine:
        return create_engine(url.replace("sqlite:///", "sqlite:///file:") + "?mode=ro&uri=true", **more)

    monkeypatch.setattr(state, "create_engine", read_only)
    assert rows_of(home, VIEWS.select()) == []
