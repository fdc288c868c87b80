"""The tables of the desk: made once, whoever comes first, and told of in a sentence where they cannot be used."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import inspect

from desk.state import StateUnusable, engine, rows_of
from desk.tables import META

FIRST = 12
"""Threads that are the first at once."""


@pytest.mark.parametrize("round_", range(5))
def test_several_that_are_the_first_at_once_all_find_the_tables(tmp_path: Path, round_: int):
    home, together = tmp_path / str(round_), Barrier(FIRST)

    def first(_: int) -> set[str]:
        together.wait()
        return set(inspect(engine.__wrapped__(home)).get_table_names())

    with ThreadPoolExecutor(FIRST) as pool:
        found = list(pool.map(first, range(FIRST)))
    assert all(names == {*META.tables, "alembic_version"} for names in found)


def test_tables_with_their_indexes_are_there_after_the_first_question(tmp_path: Path):
    assert rows_of(tmp_path, META.tables["shares"].select()) == []
    made = {index["name"] for name in META.tables for index in inspect(engine(tmp_path)).get_indexes(name)}
    assert {index.name for table in META.tables.values() for index in table.indexes} <= made


@pytest.mark.sqlite
def test_a_file_that_is_no_database_is_told_of_in_a_sentence(tmp_path: Path):
    (tmp_path / "desk").mkdir()
    (tmp_path / "desk" / "desk.sqlite").write_bytes(b"not a database" * 100)
    with pytest.raises(StateUnusable, match="what the desk keeps cannot be used"):
        rows_of(tmp_path, META.tables["shares"].select())
