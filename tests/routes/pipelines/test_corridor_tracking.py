"""A route keeps its id and its name however often it is laid out; what splits, merges, comes and goes is told."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from routes.core.corridor import Corridor
from routes.pipelines.corridor_tracking import REGISTER, _free, identified
from routes.pipelines.ridge_corridors import reduce_incidents

NOTHING = pl.DataFrame(schema=REGISTER)


def corridor(*places: tuple[float, float], own_id: str, mode: str = "land") -> Corridor:
    return Corridor(own_id, f"{own_id}-system", own_id.title(), mode, (np.array(places),), 0.0, 0.0, 1, 0, (), {})


WEST = (10.0, 20.0)
MIDDLE = (14.0, 20.0)
EAST = (18.0, 20.0)
A_LITTLE_NORTH = 0.08


def north(place: tuple[float, float]) -> tuple[float, float]:
    return (place[0], place[1] + A_LITTLE_NORTH)


def events(*runs: list[Corridor]) -> list[tuple[str, str, str | None]]:
    """Return what happened in the last of several runs."""
    register = NOTHING
    for run in runs:
        answer = identified(run, register, "network")
        register = answer.register
    return [(row["event"], row["corridor_id"], row["other_id"]) for row in answer.events.rows(named=True)]


def test_the_first_run_gives_birth_to_all():
    assert events([corridor(WEST, EAST, own_id="a")]) == [("birth", "a", None)]


def test_a_line_that_moves_a_little_and_grows_keeps_its_id_without_an_event():
    first = identified([corridor(WEST, MIDDLE, own_id="a")], NOTHING, "network")
    again = identified([corridor(north(WEST), north(EAST), own_id="b")], first.register, "network")
    assert [one.corridor_id for one in again.corridors] == ["a"]
    assert again.events.is_empty()


def test_a_corridor_of_another_kind_is_another_corridor_and_the_first_stands():
    first = identified([corridor(WEST, EAST, own_id="a")], NOTHING, "network")
    second = identified([corridor(WEST, EAST, own_id="b")], first.register, "dense")
    assert [one.corridor_id for one in second.corridors] == ["b"]
    assert second.events["event"].to_list() == ["birth"]
    assert second.register["method"].to_list() == ["network", "dense"]
    assert second.register["alive"].to_list() == [True, True]


def test_a_line_elsewhere_or_of_another_mode_is_another_corridor():
    before = [corridor(WEST, EAST, own_id="a")]
    assert ("birth", "b", None) in events(before, [corridor((10, 25), (18, 25), own_id="b")])
    assert ("birth", "b", None) in events(before, [corridor(WEST, EAST, own_id="b", mode="sea")])


def test_of_two_halves_the_longer_keeps_the_id_and_the_other_is_split_off():
    halves = [corridor(WEST, (12.0, 20.0), own_id="short"), corridor((12.2, 20.0), EAST, own_id="long")]
    assert events([corridor(WEST, EAST, own_id="a")], halves) == [("split", "short", "a")]


def test_two_that_become_one_are_merged_into_the_longer():
    halves = [corridor(WEST, (12.0, 20.0), own_id="short"), corridor((12.2, 20.0), EAST, own_id="long")]
    assert events(halves, [corridor(WEST, EAST, own_id="a")]) == [("merge", "short", "long")]


def test_what_is_gone_dies_once_and_may_return():
    one = [corridor(WEST, EAST, own_id="a")]
    assert events(one, []) == [("death", "a", None)]
    assert events(one, [], []) == []
    assert events(one, [], one) == [("return", "a", None)]


def known_by(*runs: list[Corridor]) -> dict[str, str]:
    """Return the names, by id, that the last of several runs has."""
    register = NOTHING
    for run in runs:
        answer = identified(run, register, "network")
        register = answer.register
    return {one.corridor_id: one.name for one in answer.corridors}


def named(corridor: Corridor, name: str) -> Corridor:
    return replace(corridor, name=name)


SHORT, LONG = corridor(WEST, (12.0, 20.0), own_id="short"), corridor((12.2, 20.0), EAST, own_id="long")
WHOLE, ELSEWHERE = corridor(WEST, EAST, own_id="a"), corridor((10.0, 25.0), (18.0, 25.0), own_id="b")


def test_an_heir_has_the_id_and_the_name_of_the_one_before_whatever_it_would_be_called_now():
    again = named(corridor(north(WEST), north(EAST), own_id="other"), "Another name")
    assert known_by([WHOLE], [again]) == {"a": "A"}
    assert known_by([WHOLE], [again], [named(again, "A third")]) == {"a": "A"}


def test_of_two_parts_the_longer_is_the_heir_of_the_name_too_and_the_other_has_its_own():
    assert known_by([WHOLE], [SHORT, LONG]) == {"short": "Short", "a": "A"}


def test_two_that_become_one_leave_it_the_name_of_the_longer():
    assert known_by([SHORT, LONG], [WHOLE]) == {"long": "Long"}


def test_two_new_ones_of_one_name_are_told_apart():
    assert known_by([WHOLE, named(ELSEWHERE, "A")]) == {"a": "A", "b": "A (2)"}


def test_a_new_one_does_not_take_the_name_of_an_heir_whichever_comes_first():
    new = named(ELSEWHERE, "A")
    for run in ([WHOLE, new], [new, WHOLE]):
        assert known_by([WHOLE], run) == {"a": "A", "b": "A (2)"}


def test_a_number_by_which_it_was_told_apart_within_one_run_is_not_kept_by_a_new_one():
    assert known_by([WHOLE], [named(ELSEWHERE, "B (7)"), WHOLE]) == {"b": "B", "a": "A"}


def test_who_returns_has_its_name_again_unless_another_has_taken_it_meanwhile():
    assert known_by([WHOLE], [], [named(WHOLE, "Another name")]) == {"a": "A"}
    thief = named(ELSEWHERE, "A")
    assert known_by([WHOLE], [thief]) == {"b": "A"}
    assert known_by([WHOLE], [thief], [WHOLE, thief]) == {"a": "A (2)", "b": "A"}
    assert known_by([WHOLE], [thief], [WHOLE, thief], [thief, WHOLE]) == {"a": "A (2)", "b": "A"}


def test_who_returns_comes_before_one_that_is_new():
    new = named(ELSEWHERE, "A")
    assert known_by([WHOLE], [], [new, WHOLE]) == {"a": "A", "b": "A (2)"}


def test_a_new_one_never_takes_an_id_that_ever_was():
    again = corridor((10.0, 25.0), (18.0, 25.0), own_id="a")
    assert known_by([WHOLE], [again, WHOLE]) == {"a": "A", "a-2": "A (2)"}
    assert known_by([WHOLE], [], [again]) == {"a-2": "A"}


@pytest.mark.parametrize("seed", [1, 2])
def test_two_halves_of_the_incidents_of_one_route_give_one_corridor_under_one_id(at, along, seed):
    incidents = at(along([(8.0, 17.0), (10.5, 21.5), (14.4, 27.0)], 1500))
    mask = np.random.default_rng(seed).random(incidents.height) < 0.5
    here, there = (reduce_incidents(incidents.filter(part), replicates=0).corridors for part in (mask, ~mask))
    known = identified(here, NOTHING, "network")
    again = identified(there, known.register, "network")
    assert again.corridors[0].corridor_id == known.corridors[0].corridor_id
    assert here[0].corridor_id != there[0].corridor_id


def test_the_order_of_corridors_does_not_matter():
    halves = [corridor(WEST, (12.0, 20.0), own_id="short"), corridor((12.2, 20.0), EAST, own_id="long")]
    register = identified([corridor(WEST, EAST, own_id="a")], NOTHING, "network").register
    one, other = identified(halves, register, "network"), identified(halves[::-1], register, "network")
    assert one.register.equals(other.register)
    assert one.events.equals(other.events)


def test_a_word_that_is_taken_is_numbered():
    assert _free("Agadez", set(), "{} ({})") == "Agadez"
    assert _free("Agadez", {"Agadez"}, "{} ({})") == "Agadez (2)"
    assert _free("land-1", {"land-1", "land-1-2"}, "{}-{}") == "land-1-3"
