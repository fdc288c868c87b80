"""Parameters: values out of range are refused, what differs is told, and every one of them is described and used."""

import ast
import json
from collections.abc import Iterator
from dataclasses import FrozenInstanceError, fields, is_dataclass
from fractions import Fraction
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

USUAL = """
ridges.density.enough_in_kernel             22
ridges.density.fewest_steps                 2
ridges.density.most_steps                   9
ridges.density.clutter_levels_up            4
ridges.density.quiet                        2
ridges.density.least_above_clutter          3
ridges.density.most_above_clutter           6
ridges.density.least_density                1.5
ridges.density.possible                     0.05
ridges.density.certain                      0.001
ridges.crests.join_sigma                    0.5
ridges.crests.loop_sigma                    3
ridges.lengths.reach_km                     45
ridges.lengths.leaf_km                      60
ridges.lengths.spur_km                      45
ridges.lengths.part_km                      80
ridges.lengths.elongation                   3
ridges.compactness.part_elongation          1.5
ridges.compactness.leaf_elongation          2
ridges.compactness.straight_on              0.7
ridges.compactness.look_ahead               4
ridges.heaps.part_spread                    1.4
ridges.heaps.end_spread                     1.3
ridges.heaps.longest_part                   9
ridges.heaps.dip                            2
ridges.heaps.junction                       2
ridges.ends.end_share                       0.35
ridges.bridging.least_chance                0.1
ridges.bridging.farthest_km                 500
ridges.bridging.constant                    8.14
ridges.bridging.of_log_km                   -2.37
ridges.bridging.of_end                      -2.9
ridges.bridging.of_cosine                   5.32
ridges.bridging.of_log_contrast             1.2
ridges.bridging.of_log_detour               -8.57
ridges.bridging.least_contrast              0.01
ridges.bridging.most_detour                 3
ridges.bridging.finest_km                   14
ridges.bridging.growth                      0.75
ridges.bridging.look_back                   7
ridges.refinement.kernel_per_bandwidth      1.4
ridges.refinement.farthest_spacings         1.5
ridges.refinement.farthest_ashore_spacings  2
ridges.strokes.straight_on_degrees          45
ridges.strokes.look_back                    4
ridges.strokes.smoothing_rounds             6
ridges.strokes.reach_bandwidths             3
ridges.coast.finer                          2
ridges.coast.reach_spacings                 2 4
ridges.support.near_km                      25
ridges.support.least_drawn                  0.5
ridges.attribution.band_share               0.8
ridges.attribution.source_share             0.1
ridges.attribution.most_sources             5
ridges.attribution.offshore_km              60
ridges.attribution.fewest_flights           3
ridges.attribution.town_km                  80
ridges.attribution.far_town_km              250
young.spans                                 3 12 24
young.longer                                2
young.fewest                                10
young.chance                                1e-09
young.apart                                 0.5
trip_ends.neighbours                        30
trip_ends.kernel_km                         200
trip_ends.farthest_km                       1500
trip_ends.detour_km                         1500
trip_ends.decay_km                          800
trip_ends.nearest_sources                   4
trip_ends.half_told                         1
trip_ends.far_reports                       10
hubs.near_km                                110
hubs.inland_km                              12
hubs.kernel_km                              30
hubs.kernel_cut_km                          90
hubs.apart_km                               70
hubs.apart_abroad_km                        25
hubs.node_km                                75
hubs.inland_share                           0.97
hubs.large_part                             200
hubs.offshore_km                            60
sea_paths.on_land                           0.04
sea_paths.ashore_km                         18
sea_paths.seen_km                           75
sea_paths.reach_km                          45
sea_paths.cut_km                            100
sea_paths.middle                            0.2 0.8
crossings.shortest_km                       12
crossings.longest_km                        2000
crossings.round_a_cape                      700 0.45
crossings.roundabout                        1.3 30
crossings.land_instead                      1.7 60
crossings.land_instead_abroad               3
crossings.plausible                         1.5 100
crossings.seen_share                        0.5
crossings.least_support                     1
crossings.mainland_km                       100
traced.farthest_km                          60
traced.lands_km                             110
traced.inland_km                            50
traced.along_coast_km                       30
traced.one_coast                            0.7
traced.coast_km                             200
traced.alike                                0.7
ways.border_km                              60
ways.open_border_ease                       0.5
ways.open_border_length                     0.6
ways.seen_length                            0.7
ways.exit_km                                150
ways.half_seen                              2
ways.ring_share                             0.25
ways.evidence_ease                          4
ways.band_km                                100
ways.sea_effort                             1.3
ways.sea_excess                             1.5
ways.embark_km                              120
ways.busy_ease                              1.5
ways.sea_length                             0.7
ways.sea_fixed_km                           80
ways.lonely                                 2
ways.ferry_ease                             0.5
ways.ferry_km                               20
ways.ferry_longest_km                       2500
ways.air_km                                 1500
ways.air_ease                               0.1
ways.air_shortest_km                        1500
ways.air_length                             0.03
ways.air_fixed_km                           20
ways.snap_km                                300
journeys.nearness                           0.15
journeys.network_ease                       0.4
journeys.flow_ease                          0.3
journeys.least_start                        0.02
selection.land_free_km                      8
selection.land_reach_km                     45
selection.land_cut_km                       110
selection.origin_reward                     2
selection.usual_density                     37.7
selection.density_km                        100
selection.least_scale                       0.1
selection.most_scale                        4
selection.plenty                            1000
selection.least_gain                        1/60
selection.rounds                            4 2 1
selection.most_piles                        10000
selection.untold                            0.1
selection.most_untold                       2
selection.fixed_km                          30
selection.least_share                       0.15
selection.least_on_land                     0.3
selection.least_at_sea                      0.5
layout.gain                                 0.7
layout.plenty_power                         3
layout.scarce_power                         0.6
layout.sea_length                           2
layout.lone_end                             0.5
layout.least_end                            1
layout.end_kernel_km                        30
layout.mostly_told                          0.5
layout.coastal                              0.2
layout.traced_land                          0.85
segments.spur_km                            100
segments.smoothing_rounds                   6
segments.observed                           0.5
segments.observed_share                     0.5
segments.one_way                            0.65
segments.least_back                         3
segments.least_share                        0.02
segments.near_km                            50
segments.kernel_km                          30
segments.farthest_km                        45
segments.least_evidence                     3
segments.beside_km                          25
segments.join_km                            45
segments.least_piece_km                     20
segments.least_sea_piece_km                 30
segments.along_km                           50
segments.turns_km                           150
segments.least_left                         0.5
segments.least_flow                         0.5
segments.country_km                         60
routes.fewest_incidents                     5
routes.least_link                           0.7
routes.straight_on_degrees                  60
routes.look_back                            2
routes.shortest_km                          10
routes.main_routes                          0.15
membership.reach_km                         100
membership.traced_reach_km                  42
membership.pile_km                          60
legs.near_km                                60
legs.seen                                   2
legs.flow                                   5
legs.share                                  0.03
named.joined_km                             60
named.least_share                           0.1
named.town_km                               80
named.most_places                           6
telling.least_flow                          0.5
telling.decides                             0.8
telling.most_pairs                          3
"""
"""The values by which networks are kept. Whoever changes one here changes every kept network, and has to mean it."""


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


def named(group: object = DEFAULT, before: str = "") -> Iterator[tuple[str, object]]:
    """Yield the name and the value of every parameter of a group and of all below it."""
    for one in fields(group):
        value = getattr(group, one.name)
        if is_dataclass(value):
            yield from named(value, f"{before}{one.name}.")
        else:
            yield f"{before}{one.name}", value


def test_a_changed_usual_value_changes_every_kept_network_and_has_to_be_meant():
    told = {
        name: [float(Fraction(part)) for part in values] for name, *values in map(str.split, USUAL.split("\n")[1:-1])
    }
    assert {name: value if isinstance(value, tuple) else (value,) for name, value in named(NetworkParams())} == {
        name: pytest.approx(tuple(values), rel=1e-12) for name, values in told.items()
    }


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
