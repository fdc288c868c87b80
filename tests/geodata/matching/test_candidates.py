"""Incidents of different sources that may be one event are proposed, decided on by people, and counted once."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from geodata.ingest.pipeline import ingest_file
from geodata.ledger.store import Ledger
from geodata.matching import candidates as links
from geodata.matching.candidates import CANDIDATE_SCHEMA, COLUMNS, THRESHOLD, candidates, open_candidates

ROOT = Path(__file__).parent.parent.parent.parent
NOON = datetime(2024, 5, 3, tzinfo=UTC)


def incident(name: str, **more: object) -> dict[str, object]:
    """Return an incident off Lampedusa; the letter before its number is its source."""
    start = more.pop("start", NOON)
    row = {
        "incident_id": name,
        "source": name[0],
        "time_start": start,
        "time_end": start + more.pop("lasts", timedelta(days=1)),
        "time_precision": "day",
        "lat": 35.5,
        "lon": 12.6,
        "place_precision_km": 1.0,
        "kind": "death",
        "dead": 12,
        "missing": 3,
        "people": 40,
    }
    return row | more


def frame(*rows: dict[str, object]) -> pl.DataFrame:
    whole = pl.DataFrame(rows, schema_overrides={"dead": pl.Int64, "missing": pl.Int64, "people": pl.Int64})
    return whole.select(COLUMNS)


def score(one: dict[str, object], other: dict[str, object]) -> float:
    found = candidates(frame(one, other), 0.0)
    return found["score"][0] if found.height else 0.0


def test_the_same_event_of_two_sources_is_a_candidate_with_its_reasons():
    found = candidates(frame(incident("b1", lat=35.52, kind="rescue"), incident("a1")))
    assert dict(found.schema) == CANDIDATE_SCHEMA
    (pair,) = found.to_dicts()
    assert (pair["incident_id"], pair["other_id"]) == ("a1", "b1")
    assert THRESHOLD < pair["score"] < 1
    assert "same time; 2.2 km apart; dead and missing 15 and 15; " in pair["reasons"]
    assert {"rescue and death", "death and rescue"} & set(pair["reasons"].split("; "))


def test_incidents_of_one_source_are_never_candidates():
    assert candidates(frame(incident("a1"), incident("a2")), 0.0).is_empty()


def test_nothing_gives_no_candidates():
    assert candidates(frame(incident("a1")).clear()).is_empty()
    assert candidates(frame(incident("a1"))).is_empty()


@pytest.mark.parametrize(
    ("nearer", "farther"),
    [
        ({}, {"start": NOON + timedelta(days=1)}),
        ({"start": NOON + timedelta(days=1)}, {"start": NOON - timedelta(days=2)}),
        ({}, {"lat": 35.6}),
        ({"lat": 35.6}, {"lat": 35.8}),
        ({}, {"dead": 11}),
        ({"dead": 11}, {"dead": 2}),
        ({"dead": 2}, {"dead": 500}),
        ({}, {"dead": None, "missing": None, "people": None}),
        ({}, {"kind": "rescue"}),
        ({"kind": "rescue"}, {"kind": "seizure"}),
        ({}, {"place_precision_km": 100.0}),
        ({"lat": 35.8, "place_precision_km": 50.0}, {"lat": 35.8}),
        ({}, {"start": datetime(2024, 5, 1, tzinfo=UTC), "lasts": timedelta(days=31), "time_precision": "month"}),
    ],
)
def test_what_agrees_less_scores_less(nearer, farther):
    assert score(incident("a1"), incident("b1", **nearer)) > score(incident("a1"), incident("b1", **farther))


@pytest.mark.parametrize(
    "apart",
    [
        {"start": NOON + timedelta(days=5)},
        {"lat": 36.6},
        {"start": datetime(2024, 1, 1, tzinfo=UTC), "lasts": timedelta(days=366), "time_precision": "year"},
    ],
)
def test_what_lies_too_far_apart_or_says_too_little_is_no_candidate(apart):
    assert score(incident("a1"), incident("b1", **apart)) < 0.1


@pytest.mark.parametrize("days", range(-3, 4))
def test_pairs_are_found_across_the_borders_of_day_bands(days):
    for shift in range(4):
        start = NOON + timedelta(days=shift)
        assert score(incident("a1", start=start), incident("b1", start=start + timedelta(days=days))) > 0.1


@pytest.mark.slow
def test_pairs_are_found_across_the_borders_of_cells_and_180_degrees():
    rng = np.random.default_rng(1)
    for lon, lat in zip(rng.uniform(-180, 180, 60), rng.uniform(-70, 70, 60), strict=True):
        there = incident("b1", lat=lat + 0.15, lon=lon, place_precision_km=20.0)
        assert score(incident("a1", lat=lat, lon=lon, place_precision_km=20.0), there) > 0.4
    assert score(incident("a1", lon=179.99), incident("b1", lon=-179.99)) > 0.8


def test_a_day_within_a_month_is_compared_with_the_month_whichever_comes_first():
    month = {"start": datetime(2024, 5, 1, tzinfo=UTC), "lasts": timedelta(days=31), "time_precision": "month"}
    for day in (1, 15, 31):
        start = {"start": datetime(2024, 5, day, tzinfo=UTC)}
        assert score(incident("a1", **month), incident("b1", **start)) > 0.3
        assert score(incident("a1", **start), incident("b1", **month)) > 0.3


def test_of_several_that_fit_equally_well_none_scores_high():
    found = candidates(frame(incident("a1"), *(incident(f"b{number}") for number in range(4))), 0.0)
    assert found.height == 4
    assert found["score"].max() < 0.3
    assert all("4 fit equally well" in reasons for reasons in found["reasons"])


def test_the_better_of_two_is_preferred():
    found = candidates(frame(incident("a1"), incident("b1"), incident("b2", lat=35.6, dead=9)), 0.0)
    assert found["other_id"].to_list() == ["b1", "b2"]
    assert found["score"][0] > THRESHOLD > 0.2 > found["score"][1]


def test_an_event_that_three_sources_report_scores_high_in_every_pair():
    found = candidates(frame(incident("a1"), incident("b1"), incident("c1")))
    assert found.height == 3
    assert found["score"].min() > 0.9


def test_it_does_not_matter_in_which_order_incidents_come():
    rows = [incident(f"{source}{n}", lat=35.5 + n / 40, dead=n) for source in "abc" for n in range(12)]
    one, other = candidates(frame(*rows), 0.0), candidates(frame(*reversed(rows)), 0.0)
    assert one.sort("incident_id", "other_id").equals(other.sort("incident_id", "other_id"))
    assert one.height > 30


def piled_up(count: int) -> pl.DataFrame:
    rows = frame(incident("a1"))
    many = pl.concat([rows] * count)
    number = pl.int_range(pl.len())
    source = pl.when(number % 2 == 0).then(pl.lit("a")).otherwise(pl.lit("b"))
    return many.with_columns(source.alias("source"), pl.format("x{}", number).alias("incident_id"))


@pytest.mark.parametrize("count", [2_000, 8_000])
def test_the_pairs_compared_in_a_pile_up_grow_with_it_and_not_with_its_square(count):
    compared = sum(pairs.height for pairs in links._pairs(links._rows(piled_up(count))))
    assert compared < 20 * count


@pytest.mark.slow
def test_a_large_pile_up_is_gone_through_in_seconds():
    began = time.perf_counter()
    assert candidates(piled_up(100_000)).is_empty()
    assert time.perf_counter() - began < 20


@pytest.mark.slow
def test_a_dense_pile_of_reports_still_finds_most_of_its_pairs():
    rng = np.random.default_rng(2)
    count = 20_000
    days = [NOON + timedelta(days=int(day)) for day in rng.integers(0, 30, count)]
    one = piled_up(count).with_columns(
        pl.Series("time_start", days, dtype=pl.Datetime("us", "UTC")),
        pl.Series("lat", rng.uniform(35, 36, count)),
        pl.Series("lon", rng.uniform(12, 13, count)),
        pl.Series("dead", rng.integers(1, 50, count)),
        pl.lit("a").alias("source"),
        pl.format("a{}", pl.int_range(pl.len())).alias("incident_id"),
    )
    one = one.with_columns((pl.col("time_start") + pl.duration(days=1)).alias("time_end"))
    other = one.with_columns(pl.lit("b").alias("source"), pl.col("incident_id").str.replace("a", "b"))
    found = candidates(pl.concat([one, other]))
    right = found["incident_id"].str.slice(1) == found["other_id"].str.slice(1)
    assert right.sum() > 0.95 * count


@pytest.mark.slow
def test_two_editions_of_the_iom_taken_for_two_sources_find_each_other(real_files, tmp_path):
    """Of 10,340 records in both editions. Rows alike in day, place and toll (6 %) cannot be told apart."""
    editions = []
    for name, file in (("a", "alldata_2022-05.xlsx"), ("b", "alldata_2024-11.xlsx")):
        ledger = Ledger(tmp_path / name)
        ingest_file(real_files / "iom_missing_migrants" / file, ledger)
        taken = ledger.incidents(columns=[*COLUMNS, "source_record"]).filter(pl.col("time_start").dt.year() < 2018)
        editions.append(
            taken.with_columns(pl.lit(name).alias("source"), pl.format(name + "{}", "incident_id").alias("incident_id"))
        )
    one, other = editions
    there = set(one["incident_id"].str.slice(1)) & set(other["incident_id"].str.slice(1))
    found = candidates(pl.concat(editions).select(COLUMNS))
    right = (found["incident_id"].str.slice(1) == found["other_id"].str.slice(1)).sum()
    precision, recall = right / found.height, right / len(there)
    assert len(there) > 3_500
    assert precision > 0.92
    assert recall > 0.93


def test_a_decision_takes_a_candidate_off_the_list(one_event_of_two_sources):
    ledger = one_event_of_two_sources
    (pair,) = open_candidates(ledger).to_dicts()
    assert (pair["incident_id"], pair["other_id"]) == ("alpha/1", "beta/9")
    ledger.decide("beta/9", "alpha/1", "one event")
    assert open_candidates(ledger).is_empty()
    ledger.decide("alpha/1", "beta/9", "apart")
    assert open_candidates(ledger).is_empty()
