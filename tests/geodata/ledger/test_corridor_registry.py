"""The register keeps under which ids a workspace knows its corridors, and every event, and writes only what changed."""

import polars as pl
import pytest

from geodata.ledger.corridor_registry import CORRIDORS, EVENT_SCHEMA, corridor_events, register, registered
from geodata.ledger.maintenance import verify
from geodata.ledger.store import Ledger

SCHEMA = pl.Schema(
    {
        **dict.fromkeys(("corridor_id", "method", "mode", "name"), pl.String),
        "cells": pl.List(pl.UInt64),
        "alive": pl.Boolean,
    }
)
CELL = 0x851E8C27FFFFFFF


def corridors(*ids: str) -> pl.DataFrame:
    return pl.DataFrame([(one, "ridges", "sea", one.upper(), [CELL], True) for one in ids], schema=SCHEMA, orient="row")


def births(*ids: str) -> pl.DataFrame:
    rows = [("birth", one, None, "sea", one.upper()) for one in ids]
    return pl.DataFrame(rows, schema=list(EVENT_SCHEMA)[:5], orient="row").cast({"other_id": pl.String})


@pytest.fixture
def ledger(home) -> Ledger:
    return Ledger(home)


def test_a_workspace_knows_no_corridor_at_first(ledger):
    assert registered(ledger, SCHEMA).is_empty()
    assert corridor_events(ledger).schema == EVENT_SCHEMA


def test_what_is_kept_comes_back_and_events_only_grow(ledger):
    register(ledger, corridors("a"), births("a"))
    register(ledger, corridors("a", "b"), births("b"))
    assert registered(ledger, SCHEMA).equals(corridors("a", "b"))
    assert corridor_events(ledger)["corridor_id"].to_list() == ["a", "b"]
    assert verify(ledger) == []


def test_a_register_from_before_there_were_two_methods_is_one_of_ridges(ledger):
    ledger.append(CORRIDORS, corridors("a").drop("method").with_columns(pl.col("cells").cast(pl.List(pl.Int64))))
    assert registered(ledger, SCHEMA).equals(corridors("a"))
    register(ledger, corridors("a", "b"), births("b"))
    assert registered(ledger, SCHEMA).equals(corridors("a", "b"))


def test_nothing_is_written_where_nothing_changed(ledger):
    register(ledger, corridors("a"), births("a"))
    before = ledger.table(name=CORRIDORS).version()
    register(ledger, corridors("a"), births().clear())
    assert ledger.table(name=CORRIDORS).version() == before
