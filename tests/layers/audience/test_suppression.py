"""Small counts: what may be shown, and that what may not cannot be worked out of what is."""

import re
from datetime import date
from itertools import combinations, combinations_with_replacement
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from geodata.core.errors import WrongValue
from geodata.model.query import View
from layers.audience.audiences import AUDIENCES, OWN, audience_named
from layers.audience.suppression import rounded, shown, totals
from layers.export.making import Asked


def table(*rows: tuple[str | None, int, int]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema={"group": pl.String, "step": pl.Int64, "count": pl.UInt32}, orient="row")


def left(counts: pl.DataFrame, least: int = 5) -> list[tuple[str, int, int]]:
    return shown(counts, least).rows()


def test_a_count_at_the_bound_is_shown_and_one_below_is_not():
    assert left(table(("a", 0, 5), ("b", 0, 6), ("c", 0, 9))) == [("a", 0, 5), ("b", 0, 6), ("c", 0, 9)]
    assert left(table(("a", 0, 2), ("b", 0, 3), ("c", 0, 9))) == [("c", 0, 9)]


def test_a_single_small_count_takes_the_smallest_shown_one_of_its_step_with_it():
    counts = table(("a", 0, 3), ("b", 0, 6), ("c", 0, 11), ("b", 1, 6), ("c", 1, 11))
    assert left(counts) == [("b", 1, 6), ("c", 0, 11), ("c", 1, 11)]


def test_so_many_go_until_what_is_left_out_is_as_much_as_the_bound():
    assert left(table(("a", 0, 4), ("b", 0, 11), ("c", 0, 12)), 11) == [("c", 0, 12)]
    assert left(table(("a", 0, 4), ("b", 0, 7), ("c", 0, 12)), 11) == [("c", 0, 12)]


def test_what_is_in_no_group_counts_as_left_out_and_is_never_shown():
    assert left(table((None, 0, 2), ("b", 0, 6), ("c", 0, 11))) == [("c", 0, 11)]
    assert left(table((None, 0, 8), ("b", 0, 6))) == [("b", 0, 6)]


def test_a_total_below_the_bound_is_not_shown():
    assert totals(table(("a", 0, 2), ("b", 0, 3), ("a", 1, 4)), 5) == {0: 5}


def worlds(number: int) -> pl.DataFrame:
    dice = np.random.default_rng(number)
    size = int(dice.integers(1, 60))
    groups = [None if at == 0 else f"g{at}" for at in dice.integers(0, 8, size)]
    rows = {"group": groups, "step": dice.integers(0, 5, size), "count": dice.integers(1, 14, size)}
    frame = pl.DataFrame(rows, schema={"group": pl.String, "step": pl.Int64, "count": pl.Int64})
    return frame.group_by("group", "step").agg(pl.col("count").sum())


@pytest.mark.parametrize("least", [5, 10])
def test_over_all_windows_what_can_be_worked_out_is_nothing_or_at_least_the_bound(least):
    breaches = 0
    for number in range(500):
        counts = worlds(number)
        whole, allowed = totals(counts, least), shown(counts, least)
        allowed = allowed.filter(pl.col("step").is_in(list(whole)))
        cells = {(group, step): count for group, step, count in allowed.iter_rows()}
        by_step = {step: sum(n for (_, at), n in cells.items() if at == step) for step in whole}
        for start, end in combinations(range(6), 2):
            window = [step for step in whole if start <= step < end]
            total = sum(whole[step] for step in window)
            seen = [sum(cells.get((group, step), 0) for step in window) for group in {group for group, _ in cells}]
            rest = total - sum(by_step[step] for step in window)
            breaches += sum(0 < one < least for one in (total, rest, *seen))
    assert breaches == 0


@pytest.mark.parametrize("unit", [5, 10])
def test_two_files_that_count_almost_the_same_do_not_tell_how_many_one_has_more(unit):
    """Behind two shown counts there may be several differences, with none at all or as many as the bound among them."""
    behind: dict[tuple[int, int], set[int]] = {}
    for one, other in combinations_with_replacement(range(unit, 8 * unit - unit // 2), 2):
        behind.setdefault((rounded(one, unit), rounded(other, unit)), set()).add(other - one)
    assert min(map(len, behind.values())) >= unit / 2
    assert all(0 in differences or max(differences) >= unit for differences in behind.values())
    assert min(map(min, behind)) == unit


def test_an_audience_sees_whole_steps_only_and_the_own_organisation_what_it_asks_for():
    partner = AUDIENCES["partner"]
    assert partner.period(date(2023, 1, 1), date(2024, 1, 1)) == (date(2023, 1, 1), date(2024, 1, 1))
    assert partner.period(date(2023, 12, 31), date(2024, 1, 2)) == (date(2023, 1, 1), date(2025, 1, 1))
    assert partner.period(None, None) == (None, None)
    assert OWN.period(date(2023, 5, 7), None) == (date(2023, 5, 7), None)


def test_the_audiences_are_those_of_the_documentation():
    text = (Path(__file__).parents[3] / "docs" / "export.md").read_text(encoding="utf-8")
    told = re.findall(r"^\| `(\w+)` \| (TLP:\S+) \| resolution (\d) \| (\w+) \| (\d+) \| (\d+) \|$", text, re.MULTILINE)
    known = [(a.name, a.ceiling, str(a.resolution), a.step, str(a.least), str(a.unit)) for a in AUDIENCES.values()]
    assert told == known


@pytest.mark.parametrize(
    ("audience", "asked", "allowed"),
    [
        ("own", None, "TLP:AMBER+STRICT"),
        ("own", "TLP:RED", "TLP:RED"),
        ("partner", None, "TLP:GREEN"),
        ("partner", "TLP:RED", "TLP:GREEN"),
        ("partner", "TLP:CLEAR", "TLP:CLEAR"),
        ("public", "TLP:AMBER", "TLP:CLEAR"),
    ],
)
def test_no_wish_lifts_the_mark_above_what_an_audience_may_have(audience, asked, allowed):
    assert Asked(View(), audience=AUDIENCES[audience], handling=asked).ceiling == allowed


def test_an_audience_that_there_is_not_is_refused_with_those_that_there_are():
    with pytest.raises(WrongValue, match="own, partner, public"):
        audience_named("press")
