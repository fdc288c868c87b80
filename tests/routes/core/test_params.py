"""Parameters: values out of range are refused, what differs is told, and every one of them is described and used."""

import ast
import json
from collections.abc import Iterator
from dataclasses import FrozenInstanceError, fields, is_dataclass
from pathlib import Path

import numpy as np
import pytest

import routes
from geodata.core.errors import WrongValue
from routes.core.params import (
    DEFAULT,
    RIDGES,
    BridgeParams,
    CoastParams,
    CrossingParams,
    DensityParams,
    NetworkParams,
    RidgeParams,
    RouteParams,
    SegmentParams,
    SelectionParams,
    StrokeParams,
    YoungParams,
)


def groups(group: object = DEFAULT) -> Iterator[object]:
    """Yield a group and all below it."""
    yield group
    for one in fields(group):
        if is_dataclass(getattr(group, one.name)):
            yield from groups(getattr(group, one.name))


def leaves() -> list[tuple[str, str]]:
    return [
        (type(group).__name__, one.name)
        for group in groups()
        for one in fields(group)
        if not is_dataclass(getattr(group, one.name))
    ]


def test_there_are_as_many_as_are_told_and_all_are_numbers_or_tuples_of_them():
    assert len(leaves()) > 150
    values = [getattr(group, one.name) for group in groups() for one in fields(group)]
    plain = [value for value in values if not is_dataclass(value)]
    flat = [part for value in plain for part in (value if isinstance(value, tuple) else (value,))]
    assert {type(part) for part in flat} == {int, float}


def test_every_parameter_is_described_with_its_unit_in_the_group_it_belongs_to():
    for group in {type(group) for group in groups()}:
        lines = [line.strip() for line in (group.__doc__ or "").splitlines() if " : " in line]
        described = {name.strip() for line in lines for name in line.partition(" : ")[0].split(",")}
        assert described == {one.name for one in fields(group)}, group


def test_every_parameter_is_read_somewhere():
    files = [path for path in Path(routes.__file__).parent.rglob("*.py") if path.name != "params.py"]
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in files]
    read = {node.attr for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert {name for _, name in leaves()} - read == set()


def test_they_are_frozen_and_can_be_keys():
    with pytest.raises(FrozenInstanceError):
        DEFAULT.segments.one_way = 0.9
    assert len({NetworkParams(), NetworkParams(ridges=RidgeParams()), DEFAULT}) == 1


@pytest.mark.parametrize(
    ("group", "values", "sentence"),
    [
        (
            SegmentParams,
            {"one_way": 1.1},
            "the parameter SegmentParams.one_way is 1.1; it is a finite number from 0 to 1",
        ),
        (SegmentParams, {"spur_km": -1}, "SegmentParams.spur_km is -1; it is a finite number of at least 0"),
        (SegmentParams, {"kernel_km": 0.0}, "SegmentParams.kernel_km is 0.0; it is a finite number above 0"),
        (BridgeParams, {"constant": float("inf")}, "BridgeParams.constant is inf; it is a finite number;"),
        (BridgeParams, {"constant": float("nan")}, "BridgeParams.constant is nan; it is a finite number;"),
        (BridgeParams, {"look_back": 0}, "BridgeParams.look_back is 0; it is a whole number of at least 1"),
        (BridgeParams, {"look_back": 2.5}, "BridgeParams.look_back is 2.5; it is a whole number"),
        (StrokeParams, {"straight_on_degrees": 181}, "is 181; it is a finite number from 0 to 180"),
        (StrokeParams, {"smoothing_rounds": True}, "is True; it is a whole number of at least 0"),
        (StrokeParams, {"reach_bandwidths": "3"}, "is '3'; it is a finite number above 0"),
        (
            CoastParams,
            {"reach_spacings": (2.0, -1.0)},
            r"CoastParams.reach_spacings\[1\] is -1.0; it is a finite number",
        ),
        (CoastParams, {"reach_spacings": ()}, r"reach_spacings is \(\); it is a tuple of one number or more"),
        (CrossingParams, {"plausible": (1.5,)}, r"plausible is \(1.5,\); it is a tuple of 2 numbers"),
        (CrossingParams, {"plausible": [1.5, 100.0]}, r"plausible is \[1.5, 100.0\]; it is a tuple of 2 numbers"),
        (DensityParams, {"fewest_steps": 10}, "fewest_steps is 10; it is no larger than most_steps, which is 9"),
        (CrossingParams, {"longest_km": 1.0}, "shortest_km is 12.0; it is no larger than longest_km, which is 1.0"),
        (RouteParams, {"main_routes": 1.0}, "main_routes is 1.0; it is a finite number from 0 to 0.99"),
        (NetworkParams, {"ridges": 3}, "NetworkParams.ridges is 3; it is a RidgeParams"),
        (NetworkParams, {"segments": RIDGES}, "it is a SegmentParams"),
    ],
)
def test_a_value_out_of_range_is_refused_with_the_rule(group, values, sentence):
    with pytest.raises(WrongValue, match=sentence) as refused:
        group(**values)
    assert str(refused.value).endswith("; nothing was computed.")


@pytest.mark.parametrize(
    ("group", "values"),
    [
        (SegmentParams, {"one_way": 0}),
        (SegmentParams, {"one_way": 1}),
        (SegmentParams, {"spur_km": np.float64(0)}),
        (BridgeParams, {"look_back": np.int64(1)}),
        (DensityParams, {"fewest_steps": 9}),
        (YoungParams, {"spans": (6,)}),
    ],
)
def test_the_ends_of_a_range_and_numbers_of_numpy_are_taken(group, values):
    assert group(**values)


def test_what_differs_is_told_by_name_and_by_a_digest():
    assert (DEFAULT.changes(), DEFAULT.suffix, RIDGES.suffix) == ({}, "", "")
    strict = NetworkParams(
        segments=SegmentParams(one_way=0.8), ridges=RidgeParams(bridging=BridgeParams(farthest_km=0))
    )
    assert strict.changes() == {"ridges.bridging.farthest_km": 0, "segments.one_way": 0.8}
    assert strict.ridges.changes() == {"bridging.farthest_km": 0}
    assert strict.suffix == "+params.b48229cb"


def test_equal_values_have_equal_digests_and_others_have_others():
    whole, real = (NetworkParams(selection=SelectionParams(fixed_km=km)) for km in (40, 40.0))
    assert whole == real
    assert whole.suffix == real.suffix
    spans = [NetworkParams(young=YoungParams(spans=some)) for some in ((3, 12), (12, 3), (3, 12, 24))]
    assert len({one.suffix for one in spans}) == 3
    assert spans[2].suffix == ""
    assert len({NetworkParams.changed({f"segments.{name}": 40.0}).suffix for name in ("near_km", "along_km")}) == 2


def test_changes_that_were_written_down_give_the_same_parameters_again():
    made = NetworkParams.changed(
        {"young.spans": (6, 12), "ridges.coast.finer": 1, "selection.rounds": (2.0,), "crossings.plausible": (2, 50.0)}
    )
    assert made.young.spans == (6, 12)
    again = NetworkParams.changed(json.loads(json.dumps(made.changes())))
    assert (again, again.suffix) == (made, made.suffix)
    assert NetworkParams.changed({}) == DEFAULT


@pytest.mark.parametrize("name", ["one_way", "segments", "segments.two_way", "segments.one_way.more", "ORDERED", ""])
def test_a_parameter_that_there_is_not_is_refused(name):
    with pytest.raises(WrongValue, match=f"there is no parameter {name!r}; it is named as its group and its field"):
        NetworkParams.changed({name: 0.5})
