"""What a newly issued file does to what stands: adds, updates, withdraws, splits and merges, in any order of rows."""

import polars as pl
import pytest

from geodata.ledger.edition_diff import compared
from geodata.ledger.record_keys import KEYS, fingerprints


def given(*rows: tuple[int, int], year: int = 2024, source: str = "s") -> pl.DataFrame:
    """Return rows of (record, print)."""
    same = {"source": source, "year": year, "place": 0}
    data = [
        same | {"at": at, "record": record, "print": print_, "time": print_} for at, (record, print_) in enumerate(rows)
    ]
    return pl.DataFrame(data, schema=KEYS)


def standing(*rows: tuple[int, int, int], year: int = 2024, source: str = "s") -> pl.DataFrame:
    """Return standing rows of (record, part, print)."""
    keys = given(*((record, print_) for record, _, print_ in rows), year=year, source=source).drop("at")
    return keys.with_columns(pl.Series("part", [part for _, part, _ in rows], dtype=pl.UInt32))


NOBODY = pl.Series("record", [], dtype=pl.UInt64)
EMPTY = standing()


def written(comparison) -> list[tuple[int, int, bool]]:
    return comparison.written.rows()


def test_all_rows_of_a_first_file_are_new():
    comparison = compared(given((1, 10), (2, 20)), EMPTY, "whole", NOBODY)
    assert written(comparison) == [(0, 1, False), (1, 1, False)]
    assert (comparison.added, comparison.updated, comparison.duplicates) == (2, 0, 0)


def test_the_same_again_is_duplicate_and_a_changed_row_an_update():
    comparison = compared(given((1, 10), (2, 21)), standing((1, 1, 10), (2, 1, 20)), "part", NOBODY)
    assert written(comparison) == [(1, 1, True)]
    assert comparison.duplicates == 1


def test_rows_of_one_id_that_differ_become_parts_and_the_same_row_twice_counts_once():
    comparison = compared(given((1, 12), (1, 10), (1, 12)), EMPTY, "part", NOBODY)
    assert written(comparison) == [(0, 2, False), (1, 1, False)]
    assert comparison.duplicates == 1


def test_a_split_keeps_the_part_that_stands_and_adds_the_other():
    comparison = compared(given((1, 10), (1, 11), (1, 12)), standing((1, 1, 10)), "whole", NOBODY)
    assert written(comparison) == [(1, 2, False), (2, 3, False)]
    assert (comparison.splits, comparison.merges) == (1, 0)


def test_a_split_whose_parts_all_differ_revises_the_standing_one_first():
    comparison = compared(given((1, 12), (1, 11)), standing((1, 1, 10)), "whole", NOBODY)
    assert written(comparison) == [(0, 2, False), (1, 1, True)]


def test_a_merge_withdraws_the_part_left_over():
    comparison = compared(given((1, 13)), standing((1, 1, 10), (1, 2, 11)), "whole", NOBODY)
    assert written(comparison) == [(0, 1, True)]
    assert comparison.withdrawn.rows() == [(1, 2)]
    assert (comparison.splits, comparison.merges) == (0, 1)


@pytest.mark.parametrize(("edition", "gone"), [("whole", [2, 3]), ("span", [2]), ("part", [])])
def test_what_an_edition_leaves_out_is_withdrawn_as_far_as_it_covers(edition, gone):
    stands = pl.concat([standing((1, 1, 10), (2, 1, 20)), standing((3, 1, 30), year=2019)])
    comparison = compared(given((1, 10)), stands, edition, NOBODY)
    assert comparison.withdrawn["record"].sort().to_list() == gone


def test_other_sources_and_refused_rows_are_not_withdrawn():
    stands = pl.concat([standing((1, 1, 10), (2, 1, 20)), standing((9, 1, 90), source="other")])
    comparison = compared(given((1, 10)), stands, "whole", pl.Series("record", [2], dtype=pl.UInt64))
    assert comparison.withdrawn.is_empty()


def test_a_fingerprint_is_the_same_with_or_without_an_empty_column_and_differs_between_columns():
    rows = pl.DataFrame({"a": ["x", "y"], "b": [None, "z"], "c": [None, None]}, schema=dict.fromkeys("abc", pl.String))
    whole = fingerprints(rows, ["a", "b", "c"])
    assert whole.equals(fingerprints(rows.drop("c"), ["a", "b", "c"]))
    assert fingerprints(rows.head(1), ["a", "b"])[0] == whole[0]
    assert fingerprints(rows.select(b="a"), ["a", "b"])[0] != whole[0]
    assert whole.str.contains("^[0-9a-f]{24}$").all()


def test_fingerprints_do_not_change_between_versions_of_anything():
    row = pl.DataFrame({"lat": ["35.5"], "lon": ["12.6"]})
    assert fingerprints(row, ["lat", "lon"])[0] == "0f11902d02e405b5be644b4d"
