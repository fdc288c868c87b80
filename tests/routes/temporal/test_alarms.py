"""Alarms: a change is told within months, once, at the most specific place; season, bursts and silence raise none."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import logsumexp
from scipy.stats import f_oneway

from routes.temporal.alarms import Alarm, Watch, _confidence, _say, _threshold, evidence_for, overdispersion, season
from routes.temporal.completeness import Known
from routes.temporal.hierarchy import Hierarchy, Node

MONTHS = 72
STEP = 48


def tree(branches: int = 6, each: int = 2) -> Hierarchy:
    """Return a root, a mode, branches and routes; row 2 is the first branch, and its routes come right behind it."""
    nodes = [Node("all", "all", "all", None, -1, (), ()), Node("sea", "mode", "sea", "sea", 0, (), ())]
    for branch in range(branches):
        row = len(nodes)
        nodes.append(Node(f"b{branch}", "branch", f"b{branch}", "sea", 1, (), ()))
        nodes += [Node(f"r{branch}{at}", "route", f"r{branch}{at}", "sea", row, (), ()) for at in range(each)]
    return Hierarchy(tuple(nodes))


TREE = tree()
ROUTES = [row for row, node in enumerate(TREE.nodes) if node.level == "route"]


def counted(rates: np.ndarray, seed: int, spread: float = 1.0) -> np.ndarray:
    """Return counts at every node of one source from rates of the routes, (routes, months)."""
    random = np.random.default_rng(seed)
    mean = np.broadcast_to(rates, (len(ROUTES), MONTHS)).astype(float)
    if spread > 1:
        mean = random.gamma(mean / (spread - 1), spread - 1)
    own = np.zeros((len(TREE.nodes), 1, MONTHS))
    own[ROUTES, 0] = random.poisson(mean)
    return TREE.summed(own)


def steady(rate: float) -> np.ndarray:
    return np.full((len(ROUTES), MONTHS), rate)


def stepped(rows: list[int], factor: float, rate: float = 8.0) -> np.ndarray:
    rates = steady(rate)
    rates[rows, STEP:] *= factor
    return rates


@pytest.mark.parametrize(("factor", "direction"), [(3.0, "more"), (0.1, "fewer")])
def test_a_route_that_changes_is_told_of_with_its_month_and_direction_and_no_other_is(factor, direction):
    alarms = Watch(TREE, counted(stepped([0], factor, 12.0), 1)).alarms()
    assert [(TREE.nodes[alarm.node].node_id, alarm.direction) for alarm in alarms] == [("r00", direction)]
    assert abs(alarms[0].since - STEP) <= 1
    assert 1 <= alarms[0].detected - STEP <= 4
    assert alarms[0].usual == pytest.approx(12, rel=0.2)
    assert alarms[0].rate == pytest.approx(12 * factor, rel=0.4, abs=1)


def test_where_all_routes_of_a_branch_rise_a_little_the_branch_speaks():
    alarms = Watch(TREE, counted(stepped([0, 1], 1.8, 8.0), 4)).alarms()
    assert TREE.nodes[alarms[0].node].node_id == "b0"
    assert not any(TREE.nodes[alarm.node].level in ("mode", "all") for alarm in alarms)


def test_quiet_and_bursting_months_are_silent():
    for spread in (1.0, 3.0):
        assert sum(len(Watch(TREE, counted(steady(3.0), seed, spread)).alarms()) for seed in range(8)) <= 1


def test_one_burst_is_no_change():
    counts = np.full((len(TREE.nodes), 1, MONTHS), 0.0)
    counts[ROUTES] = 6
    counts[ROUTES[0], 0, 40] = 40
    assert Watch(TREE, TREE.summed(counts)).alarms() == []


def test_a_season_is_no_change_once_it_is_known():
    yearly = 1 + 0.6 * np.sin(2 * np.pi * np.arange(MONTHS) / 12)
    alarms = [Watch(TREE, counted(steady(8.0) * yearly, seed)).alarms() for seed in range(5)]
    assert sum(alarm.detected >= 36 for found in alarms for alarm in found) == 0


def test_twice_the_reporting_everywhere_is_no_change():
    rates = steady(8.0)
    rates[:, STEP:] *= 2
    assert Watch(TREE, counted(rates, 3)).alarms() == []


def test_no_month_knows_what_comes_after_it():
    counts = counted(stepped([0], 3.0), 1)
    whole, cut = Watch(TREE, counts).alarms(), Watch(TREE, counts[:, :, :55]).alarms()
    assert [(one.node, one.since, one.detected) for one in whole if one.detected < 55] == [
        (one.node, one.since, one.detected) for one in cut
    ]


def known(share: float, horizon: int) -> Known:
    """Return that of each month all is known up to a horizon, then a share."""
    mean = np.ones((len(TREE.nodes), MONTHS))
    mean[:, horizon + 1 :] = share
    return Known(mean, mean, mean, np.full(len(TREE.nodes), horizon), mean < 0)


def test_fewer_is_never_said_of_months_that_have_not_been_reported():
    counts = counted(stepped(list(range(len(ROUTES))), 0.05), 1)
    ended = counts.copy()
    ended[:, :, STEP:] = 0
    for seen in (counts, ended):
        told = Watch(TREE, seen, known(0.05, STEP - 1)).alarms()
        assert not [alarm for alarm in told if alarm.direction == "fewer"]
    assert [alarm for alarm in Watch(TREE, counted(stepped([0], 0.05, 20.0), 1)).alarms() if alarm.direction == "fewer"]


def test_more_may_be_said_of_months_that_are_known_in_part():
    told = Watch(TREE, counted(stepped([0], 4.0, 10.0), 1), known(0.5, STEP - 1)).alarms()
    assert [TREE.nodes[alarm.node].node_id for alarm in told] == ["r00"]


def test_a_source_that_begins_is_no_rise_and_one_that_ends_is_no_fall():
    counts = np.concatenate([counted(steady(4.0), 1), counted(steady(6.0), 2), counted(steady(6.0), 3)], axis=1)
    counts[:, 1, :STEP] = 0
    counts[:, 2, STEP:] = 0
    assert Watch(TREE, counts).alarms() == []


def test_what_rests_on_one_deliverer_alone_says_so():
    rising, other = counted(stepped([0], 5.0, 10.0), 1), counted(steady(1.0), 2)
    alarms = Watch(TREE, np.concatenate([rising, other], axis=1)).alarms()
    assert {TREE.nodes[alarm.node].node_id for alarm in alarms} == {"b0", "r00"}  # first the branch, then its route
    assert all(alarm.needs == (0,) for alarm in alarms)


def test_evidence_by_hand():
    """With no overdispersion and much known before, it is the likelihood ratio of Poisson counts, mixed over rates."""
    one = np.ones(1)
    late, before, expected, usual = 30 * one, 1e6 * one, 1.0 * one, 1e5 * one  # ten a month, then thirty in one
    ratio = [times**30 * np.exp(-10 * (times - 1)) for times in (1.5, 2, 3, 5, 10, 20)]
    found = evidence_for(late, before, expected, usual, one, "more")
    assert found[0] == pytest.approx(np.log(np.mean(ratio)), abs=0.1)
    assert evidence_for(late, before, expected, usual, one, "fewer")[0] == -np.inf
    assert evidence_for(late, before, 0 * one, usual, one, "more")[0] == -np.inf


def test_bursts_count_for_less():
    one = np.ones(1)
    counts = (30 * one, 240 * one, 1.0 * one, 24 * one)
    plain, bursting = (evidence_for(*counts, spread * one, "more")[0] for spread in (1.0, 6.0))
    assert 0 < bursting < plain / 2


def test_a_series_without_a_season_gets_none():
    random = np.random.default_rng(2)
    assert np.allclose(season(np.full(48, 5.0), 60), 1)
    assert np.allclose(season(random.poisson(20.0, 48).astype(float), 60), 1, atol=0.25)
    assert np.allclose(season(100 + 60 * np.sin(np.arange(24.0) * np.pi / 6), 36), 1)  # two years are too few
    yearly = 1 + 0.8 * np.sin(2 * np.pi * np.arange(60) / 12)
    assert np.allclose(season(random.poisson(1000 * yearly[:48]).astype(float), 60), yearly, atol=0.1)


def test_bursts_are_measured_and_a_step_is_hardly_one():
    random = np.random.default_rng(5)
    ones, every = np.ones((20, 60)), np.ones(20, bool)
    mean = np.full((20, 60), 5.0)
    assert overdispersion(random.poisson(mean).astype(float), ones, every).mean() == pytest.approx(1.05, abs=0.1)
    bursts = random.poisson(random.gamma(mean / 3, 3)).astype(float)
    assert overdispersion(bursts, ones, every).mean() == pytest.approx(4, rel=0.15)
    step = np.r_[np.full(30, 5.0), np.full(30, 50.0)][None]
    assert overdispersion(step, np.ones((1, 60)), np.ones(1, bool))[0] < 1.5


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=40))
@settings(max_examples=25)
def test_any_counts_have_an_answer(series):
    own = np.zeros((len(TREE.nodes), 1, len(series)))
    own[ROUTES[0], 0] = series
    for alarm in Watch(TREE, TREE.summed(own)).alarms():
        assert alarm.since < alarm.detected < len(series)
        assert alarm.confidence in ("high", "medium", "low")


@pytest.mark.parametrize(
    ("found", "threshold"),
    [([4.4, 1, 0, 0], 4.4), ([4.3, 3.7, 0, 0], 3.7), ([4.3, 3.6, 0, 0], np.inf), ([3.3, 3.4, 3.5, 0], 3.3)],
)
def test_evidence_is_enough_by_e_bh(found, threshold):
    """Of four, the first needs an e-value of 4 / 0.05 = 80 (log 4.38), two of 40 (3.69), three of 26.7 (3.28)."""
    assert _threshold(np.array(found).reshape(2, 2)) == threshold


@pytest.mark.parametrize(("evidence", "word"), [(7.61, "high"), (7.59, "medium"), (5.30, "medium"), (5.29, "low")])
def test_confidence_is_by_the_false_discovery_rate(evidence, word):
    """Of ten, 10 / 0.005 = 2000 (log 7.60) is high and 10 / 0.05 = 200 (log 5.298) is medium."""
    assert _confidence(evidence, 10) == word


def test_a_season_that_comes_every_year_is_taken_whole_from_its_own_months():
    years = np.tile([2.0] * 6 + [0.0] * 6, 3)
    factors = season(np.r_[5.0, 5.0, years], 50)  # the latest three years begin with the third month
    assert factors[2:14].tolist() == [2.0] * 6 + [0.1] * 6
    assert factors[:2].tolist() == [0.1, 0.1]
    assert factors[38:44].tolist() == [2.0] * 6
    assert season(years[1:], 36).tolist() == [1.0] * 36


def test_a_season_is_trusted_by_as_much_as_the_years_agree():
    """1 - 1 / F of the analysis of variance, as scipy has it, of each month's share in three years."""
    years = np.random.default_rng(3).poisson(np.tile(10 + 6 * np.sin(np.arange(12) * np.pi / 6), 3)).astype(float)
    shares = years.reshape(3, 12) / years.reshape(3, 12).mean(axis=1, keepdims=True)
    trust = 1 - 1 / f_oneway(*shares.T).statistic
    assert 0.3 < trust < 0.98
    assert season(years, 12).tolist() == pytest.approx((1 + trust * (shares.mean(axis=0) - 1)).tolist())
    with_a_gap = np.r_[years[:12], np.zeros(12), years[12:]]  # a year without any report tells nothing
    assert season(with_a_gap, 12).tolist() == pytest.approx(season(years, 12).tolist())
    assert season(np.r_[years[:24], np.zeros(12)], 12).tolist() == [1.0] * 12


def test_overdispersion_by_hand():
    """0 and 4 in turn differ by 16 where 4 were due: 4. Beside a still series it is 560 over 140 + 210."""
    turns, still, every = np.tile([0.0, 4.0], 18), np.full(36, 3.0), np.ones(2, bool)
    ones = np.ones((2, 36))
    assert overdispersion(turns[None], ones[:1], every[:1]).tolist() == pytest.approx([4])
    found = overdispersion(np.stack([turns, still]), ones, every)
    assert found.tolist() == pytest.approx([(40 * 1.6 + 560) / (40 + 140), 1.6])
    alone = overdispersion(np.stack([turns, still]), ones, np.array([False, True]))
    assert alone.tolist() == pytest.approx([(40 + 560) / 180, 1.0])
    seasonal = overdispersion(np.tile([2.0, 6.0], (1, 18)), np.tile([0.5, 1.5], (1, 18)), every[:1])
    assert seasonal.tolist() == [1.0]


def test_overdispersion_is_of_the_last_five_years_and_of_a_quarter_until_a_season_is_known():
    calm = np.full(60, 3.0)
    assert overdispersion(np.r_[0, 90, calm][None], np.ones((1, 62)), np.ones(1, bool)).tolist() == [1.0]
    assert overdispersion(np.r_[0, 90, calm[1:]][None], np.ones((1, 61)), np.ones(1, bool))[0] > 1.0
    pairs = np.tile([0.0, 0, 4, 4], 9)  # two months apart they differ by 16 where 4 were due
    found = [overdispersion(pairs[None, :size], np.ones((1, size)), np.ones(1, bool))[0] for size in (24, 35, 36)]
    assert found[:2] == pytest.approx([4.0, 4.0])
    assert found[2] == pytest.approx(17 * 16 / (9 * 8 + 17 * 4))


def test_nothing_is_told_of_less_than_three_or_of_less_than_a_quarter_more():
    one = np.ones(1)
    assert evidence_for(2 * one, one, one, 24 * one, one, "more")[0] == -np.inf
    assert evidence_for(3 * one, one, one, 24 * one, one, "more")[0] > 2
    rates = [(1249.0, False), (1252.0, True)]  # where 1000.5 / 1000 are usual, a quarter more are 1250.6
    for late, told in rates:
        assert np.isfinite(evidence_for(late * one, 1000 * one, one, one, one, "more")[0]) == told
    for late, told in [(801.0, False), (799.0, True)]:
        assert np.isfinite(evidence_for(late * one, 1000 * one, one, one, one, "fewer")[0]) == told
    for before, told in [(35.0, False), (36.0, True)]:  # three months' due of a year's 36 is 3, without any left
        assert np.isfinite(evidence_for(0 * one, before * one, one, 12 * one, one, "fewer")[0]) == told


def alarm(node: int, since: int, detected: int, direction: str = "more") -> Alarm:
    return Alarm(node, direction, since, detected, detected, 1.0, 1.0, 9.0, "high")


@pytest.mark.parametrize(
    ("later", "told"),
    [
        (alarm(2, 26, 28), [(2, 20, 28)]),  # the same place within half a year: it only stands longer
        (alarm(2, 27, 29), [(2, 20, 22), (2, 27, 29)]),
        (alarm(2, 26, 28, "fewer"), [(2, 20, 22), (2, 26, 28)]),
        (alarm(0, 26, 28), [(2, 20, 22)]),  # what lies above has no more to say
        (alarm(3, 26, 28), [(2, 20, 22), (3, 26, 28)]),  # what lies below is more specific
        (alarm(5, 26, 28), [(2, 20, 22), (5, 26, 28)]),
    ],
)
def test_a_change_is_told_once(later, told):
    said: list[Alarm] = [alarm(2, 20, 22)]
    _say(said, later, TREE, TREE.related)
    assert [(one.node, one.since, one.last) for one in said] == told


def test_effort_is_the_median_over_five_branches_that_are_due_four():
    watch = Watch(TREE, counted(steady(1.0), 1))
    branches = np.array([node.level == "branch" for node in TREE.nodes])
    late, due = np.where(branches, 9.5, 0.0), np.where(branches, 4.5, 0.0)
    assert watch._effort(late, due) == pytest.approx(2.0)
    assert watch._effort(late, np.where(branches, 3.9, 0.0)) == 1.0
    rows = np.flatnonzero(branches)
    due[rows[0]] = 0
    assert watch._effort(late, due) == pytest.approx(2.0)
    due[rows[1]] = 0
    assert watch._effort(late, due) == 1.0


def test_an_alarm_by_hand():
    """Every route has 8 a month, and the first 24 from a month on: no season, no bursts, no more reporting in all.

    Looks begin two to six months ago, against the year and the two years before. Their mean is divided by the price of
    looking, and weighed: 20 nodes have three levels (all and mode go with the known routes), of which routes are 12.
    """
    rates = steady(8.0)
    rates[0, STEP:] = 24
    own = np.zeros((len(TREE.nodes), 1, MONTHS))
    own[ROUTES, 0] = rates
    counts = TREE.summed(own)
    alarms = Watch(TREE, counts).alarms()
    (told,) = [one for one in alarms if TREE.nodes[one.node].node_id == "r00"]
    assert (told.since, told.detected, told.direction) == (STEP, STEP + 1, "more")
    series = counts[told.node, 0]
    one, looks = np.ones(1), []
    for start in range(STEP - 4, STEP + 1):
        for usual in (12, 24):
            late, before = series[start : STEP + 2].sum(), series[start - usual : start].sum()
            looks += [evidence_for(late * one, before * one, (STEP + 2 - start) * one, usual * one, one, "more")[0]]
    assert len(looks) == 10
    weighed = logsumexp(looks) - np.log(10) - np.log(12) + np.log(20 / 3 / 12)
    assert told.evidence == pytest.approx(weighed, rel=0.02)  # but for bursts: what is usual did change once
    assert (told.rate, told.usual) == (24.0, 8.0)
    assert told.confidence == ("high" if weighed >= np.log(40 / 0.005) else "medium")
    assert told.needs == (0,)


@pytest.mark.parametrize(("second", "lasting"), [(11, True), (10, False)])
def test_evidence_that_rests_on_one_month_is_none(second, lasting):
    """Of two months the first has 60 where 8 are usual; without it, the other has to be more than a quarter beyond."""
    own = np.zeros((len(TREE.nodes), 1, MONTHS))
    own[ROUTES, 0] = 8
    own[ROUTES[0], 0, STEP] = 60
    own[ROUTES[0], 0, STEP + 1] = second
    watch = Watch(TREE, TREE.summed(own))
    factors, spread = np.ones((len(TREE.nodes), MONTHS)), np.ones(len(TREE.nodes))
    look = watch._look(STEP - 12, STEP, STEP + 1, factors, spread)
    evidence = np.stack([look.evidence(way) for way in range(2)], axis=1)
    assert evidence[ROUTES[0], 0] > 2
    watch._only_lasting(look, evidence, factors)
    assert np.isfinite(evidence[ROUTES[0], 0]) == lasting


def test_a_look_counts_what_delivered_a_year_before_and_takes_out_season_and_what_is_not_known():
    """Of two sources the second began ten months before the look. Half of the new months is known."""
    own = np.zeros((len(TREE.nodes), 2, MONTHS))
    own[ROUTES] = 8
    own[:, 1, : STEP - 10] = 0
    watch = Watch(TREE, TREE.summed(own), known(0.5, STEP - 1))
    factors, spread = np.ones((len(TREE.nodes), MONTHS)), np.ones(len(TREE.nodes))
    factors[:, STEP] = 1.5
    look = watch._look(STEP - 12, STEP, STEP + 1, factors, spread)
    assert look.active.tolist() == [True, False]
    assert (look.late[ROUTES[0], 0], look.before[ROUTES[0], 0]) == (16, 96)
    assert look.usual[ROUTES[0]] == 12
    # Of 1.5 + 1 months half is known. All branches have 32 where 192 / 12 * 1.25 = 20 were due: effort is 32.5 / 20.5,
    # which is taken out of what is more alone.
    effort = (32 + 0.5) / (20 + 0.5)
    assert look.expected[ROUTES[0]].tolist() == pytest.approx([1.25 * effort, 1.25])
    assert Watch(TREE, TREE.summed(own))._look(STEP - 12, STEP, STEP + 1, factors, spread).expected[
        ROUTES[0]
    ].tolist() == pytest.approx([2.5, 2.5 * (32 + 0.5) / (40 + 0.5)])


def test_the_season_and_the_bursts_are_of_what_delivers_regularly():
    """A source that began within the year, and one that has fallen silent for a year, tell nothing."""
    own = np.zeros((len(TREE.nodes), 3, MONTHS))
    own[ROUTES, 0] = 8
    own[ROUTES, 1, STEP - 11 :] = 99
    own[ROUTES, 2, : STEP - 12] = np.arange(STEP - 12) % 2 * 50
    factors, spread = Watch(TREE, TREE.summed(own))._learnt(STEP, MONTHS)
    assert (factors == 1).all()
    assert (spread == 1).all()
    own[ROUTES, 2, STEP - 12] = 1
    _, spread = Watch(TREE, TREE.summed(own))._learnt(STEP, MONTHS)
    assert (spread > 1).all()
