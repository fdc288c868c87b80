"""Five years of seven routes, compared, watched and completed: the figures stay as they are unless a change is meant.

=======  ====================  ===============================================================
route    from and to           what happens in January 2024, after four years
=======  ====================  ===============================================================
gulf     Libya to Italy        falls to a quarter
cape     Tunisia to Italy      rises to three times as many: as if the other had moved there
desert   Niger to Libya        stays
dunes    Sudan to Libya        moves 30 km to the north
coast    within Libya          stays
crete    Egypt to Greece       begins
savanna  Nigeria to Niger      has a season, and rises to twice as many
=======  ====================  ===============================================================

Source A delivers late: of the newest month it holds a fifth, of that before it half. Source C falls silent.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest

from geodata.model.reporting import TRIANGLE, Editions, Reporting
from routes.core.corridor import Corridor, CountryRole
from routes.temporal.arrears import arrears
from routes.temporal.comparison import Comparison, compared
from routes.temporal.findings import Finding, findings_of
from routes.temporal.rate_tests import Change
from routes.temporal.series import Series, series_of
from routes.temporal.time_windows import Window
from tests.golden import close
from tests.networks import handmade, line

MONTHS, STEP = 60, 48
LINES = {
    "gulf": ("sea", [(12.4, 33.1), (12.6, 35.3)], "LBY ITA", 9.0, 0.25),
    "cape": ("sea", [(11.0, 34.0), (12.3, 35.3)], "TUN ITA", 4.0, 3.0),
    "desert": ("land", [(8.0, 17.0), (14.4, 27.0)], "NER LBY", 8.0, 1.0),
    "dunes": ("land", [(27.0, 20.0), (23.3, 20.0)], "SDN LBY", 4.0, 1.0),
    "coast": ("land", [(14.4, 27.0), (13.2, 32.8)], "LBY", 5.0, 1.0),
    "crete": ("sea", [(25.0, 32.0), (25.0, 34.9)], "EGY GRC", 0.0, 0.0),
    "savanna": ("land", [(7.4, 9.1), (8.0, 17.0)], "NGA NER", 6.0, 2.0),
}
BEFORE, AFTER = Window(date(2023, 1, 1), date(2024, 1, 1)), Window(date(2024, 1, 1), date(2025, 1, 1))

CHANGED = [
    ("Gulf", "fading", 55, 15, 0.9937709, 1.0, 0.2744368, 0.1439939, 0.492683, 1.87585e-06, 5.002268e-06),
    ("Cape", "growing", 49, 122, 1.165214, 1.337563, 2.136771, 1.441492, 3.22689, 9.54544e-05, 0.0002545451),
    ("Desert", "fading", 62, 49, 1.245544, 1.07158, 0.6345201, 0.4209037, 0.9515572, 0.02780817, 0.03925859),
    ("Dunes", "steady", 23, 29, 1.237909, 1.07158, 1.018548, 0.5567397, 1.885678, 1.0, 1.0),
    ("Coast", "fading", 51, 28, 0.9840149, 1.0, 0.5579383, 0.3387589, 0.9016534, 0.01562383, 0.02343575),
    ("Crete", "born", 0, 40, 1.105626, 1.337563, -1.0, 6.889408, -1.0, 8.087991e-09, 3.235196e-08),
    ("Savanna", "growing", 50, 90, 0.9834623, 1.0, 1.830268, 1.281309, 2.640585, 0.0006396614, 0.001279323),
    ("all", "steady", 340, 409, 1.231278, 1.07158, 0.976986, 0.8396098, 1.137457, 0.805209, 0.9202389),
    ("land", "steady", 222, 235, 1.234119, 1.07158, 0.857744, 0.7061424, 1.042183, 0.1236529, 0.1648705),
    ("sea", "growing", 92, 144, 1.000226, 1.0, 1.564864, 1.196375, 2.055531, 0.0008683409, 0.001603091),
    ("air", "not testable", 0, 0, 1.0, 1.0, -1.0, 0.0, -1.0, -1.0, -1.0),
    (
        "known-sea-central-mediterranean",
        "steady",
        92,
        108,
        0.9938277,
        1.0,
        1.181204,
        0.8861448,
        1.577265,
        0.2693644,
        0.3802791,
    ),
    (
        "branch-sea-central-mediterranean-LBY-lampedusa-malta-and-sicily",
        "fading",
        62,
        16,
        1.002994,
        1.0,
        0.2572942,
        0.1385854,
        0.4513567,
        1.410977e-07,
        4.232931e-07,
    ),
    (
        "branch-sea-central-mediterranean-TUN-ITA",
        "growing",
        54,
        136,
        1.167944,
        1.337563,
        2.156369,
        1.483812,
        3.187091,
        1.772509e-05,
        5.317526e-05,
    ),
    (
        "branch-land-NER-LBY",
        "fading",
        71,
        54,
        1.235584,
        1.07158,
        0.6155498,
        0.4180682,
        0.9014593,
        0.008651678,
        0.01597233,
    ),
    ("branch-land-SDN-LBY", "steady", 26, 30, 1.238457, 1.07158, 0.9316803, 0.5215304, 1.675584, 0.9361771, 0.9768804),
    ("branch-land-LBY-LBY", "fading", 54, 30, 0.9830834, 1.0, 0.5651154, 0.349115, 0.8990263, 0.01447973, 0.02316757),
    ("branch-sea-EGY-GRC", "born", 0, 44, 1.115778, 1.337563, -1.0, 7.55245, -1.0, 1.350779e-09, 6.483738e-09),
    ("branch-land-NGA-NER", "growing", 53, 99, 0.9871497, 1.0, 1.89224, 1.342196, 2.693883, 0.0001735282, 0.0003786069),
    ("country-EGY speaks", "born", 0, 44, 1.115778, 1.337563, -1.0, 7.55245, -1.0, 1.350779e-09, 6.483738e-09),
    (
        "country-LBY speaks",
        "fading",
        116,
        46,
        0.9926203,
        1.0,
        0.3994999,
        0.2775275,
        0.5667054,
        4.772289e-08,
        1.908916e-07,
    ),
    (
        "country-NER speaks",
        "fading",
        71,
        54,
        1.235584,
        1.07158,
        0.6155498,
        0.4180682,
        0.9014593,
        0.008651678,
        0.01597233,
    ),
    ("country-NGA speaks", "growing", 53, 99, 0.9871497, 1.0, 1.89224, 1.342196, 2.693883, 0.0001735282, 0.0003786069),
    ("country-SDN", "steady", 26, 30, 1.238457, 1.07158, 0.9316803, 0.5215304, 1.675584, 0.9361771, 0.9768804),
    (
        "country-TUN speaks",
        "growing",
        54,
        136,
        1.167944,
        1.337563,
        2.156369,
        1.483812,
        3.187091,
        1.772509e-05,
        5.317526e-05,
    ),
]
MOVED = [
    ("east", "", -0.004002519, -0.2535955, 0.2455905, 0.9729621, 0.9729621),
    ("south-east", "", -0.8711387, -1.88438, 0.1421025, 0.08834594, 0.1889679),
    ("north-west", "", 0.3834523, -0.9648238, 1.731728, 0.5608324, 0.6729989),
    ("north", "flagged", -31.40891, -34.78758, -28.03023, 6.784524e-12, 4.070714e-11),
    ("west", "", 0.3818354, -0.07305211, 0.8367229, 0.09448397, 0.1889679),
    ("east", "", -0.1082835, -0.2795819, 0.06301475, 0.2026851, 0.3040276),
]
SWAPPED = [
    (0, 1, 74.87464, 55.7018, 0.7439342, 0.7439342, 0.4909282, 1.0, 0.0005, 0.001),
    (2, 6, 35.82827, 42.86655, 0.8358095, 1.0, 0.132524, 1.0, 0.0035, 0.0035),
    (4, 1, 30.30148, 55.7018, 0.5439946, 1.0, 1.0, 1.0, 0.003, 0.0035),
    (12, 13, 86.06567, 62.44392, 0.7255381, 0.7255381, 0.4657657, 1.0, 0.0005, 0.001),
]
SAID = [
    (
        "gulf:fewer:2023-12",
        "2024-05 2024-05",
        "low",
        "A B C",
        2.333333,
        8.0,
        14,
        4.901441,
        12.4055,
        33.1047,
        12.5746,
        35.0885,
        12.4796,
        33.9914,
    ),
    (
        "savanna:more:2024-01",
        "2024-04 2024-06",
        "medium",
        "A B C",
        15.5,
        5.75,
        62,
        7.49124,
        7.4375,
        9.5185,
        7.9953,
        16.9037,
        7.705,
        13.1254,
    ),
    (
        "cape:more:2024-01",
        "2024-03 2024-09",
        "low",
        "A B",
        11.0,
        3.625,
        33,
        5.399131,
        11.0586,
        34.0376,
        12.2648,
        35.276,
        11.6334,
        34.6382,
    ),
    (
        "crete:more:2024-01",
        "2024-02 2024-08",
        "high",
        "A B C",
        5.5,
        0.0,
        11,
        21.9121,
        25.0,
        32.1263,
        25.0,
        34.398,
        25.0,
        33.0722,
    ),
]
LATE_AT = ("sea", "branch-sea-EGY-GRC", "country-NER")
LATE = [
    ("all 2024-09 2024-09", 33, 0.796, 41.5, 37, 46),
    ("all 2024-09 2024-10", 23, 0.635, 36.2, 28, 48),
    ("all 2024-09 2024-11", 24, 0.56, 42.9, 33, 54),
    ("all 2024-09 2024-12", 18, 0.418, 43.1, 33, 54),
    ("sea 2024-07 2024-09", 18, 0.825, 21.8, 19, 25),
    ("sea 2024-07 2024-10", 10, 0.67, 14.9, 11, 20),
    ("sea 2024-07 2024-11", 14, 0.674, 20.8, 16, 27),
    ("sea 2024-07 2024-12", 4, 0.244, 16.4, 10, 24),
    ("branch-sea-EGY-GRC 2024-07 2024-09", 3, 0.76, 3.9, 3, 6),
    ("branch-sea-EGY-GRC 2024-07 2024-10", 2, 0.668, 3.0, 2, 6),
    ("branch-sea-EGY-GRC 2024-07 2024-11", 2, 0.55, 3.6, 2, 7),
    ("branch-sea-EGY-GRC 2024-07 2024-12", 0, 0.0, 1.1, 0, 3),
    ("country-NER 2024-09 2024-09", 1, 0.474, 2.1, 1, 4),
    ("country-NER 2024-09 2024-10", 4, 0.699, 5.7, 4, 8),
    ("country-NER 2024-09 2024-11", 2, 0.391, 5.1, 2, 9),
    ("country-NER 2024-09 2024-12", 6, 0.638, 9.4, 6, 14),
]
STRATA = [
    ("LBY (A)", "place", "2024-10", "", 340),
    ("NER (A)", "place", "2024-10", "", 230),
    ("NGA (A)", "place", "2024-10", "", 217),
    ("TUN (A)", "place", "2024-10", "", 182),
    ("LBY (C)", "place", "2024-07", "", 140),
    ("SDN (A)", "place", "2024-10", "", 127),
    ("NER (C)", "place", "2024-07", "", 83),
    ("NGA (C)", "place", "2024-07", "", 81),
    ("TUN (C)", "place", "2024-07", "", 51),
    ("C", "rest", "2024-07", "", 42),
    ("A", "rest", "2024-10", "", 20),
]
KNOWN = [
    ("all", 56, 0, 58.3034, 57.77741, 58.82939),
    ("land", 56, 0, 58.33991, 57.82343, 58.85638),
    ("sea", 54, 0, 58.23459, 57.66747, 58.80171),
    ("air", 54, 0, 58.01797, 58.01797, 58.01797),
    ("known-sea-central-mediterranean", 54, 0, 58.23459, 57.66747, 58.80171),
    ("branch-sea-central-mediterranean-LBY-lampedusa-malta-and-sicily", 54, 0, 58.21815, 57.6463, 58.78999),
    ("branch-sea-central-mediterranean-TUN-ITA", 56, 0, 58.26792, 57.62575, 58.91009),
    ("branch-land-NER-LBY", 56, 0, 58.37355, 57.79593, 58.95118),
    ("branch-land-SDN-LBY", 56, 0, 58.49914, 57.8907, 59.10758),
    ("branch-land-LBY-LBY", 54, 0, 58.31957, 57.8339, 58.80524),
    ("branch-sea-EGY-GRC", 54, 0, 58.01797, 58.01797, 58.01797),
    ("branch-land-NGA-NER", 54, 0, 58.21196, 57.64936, 58.77456),
    ("gulf", 54, 0, 58.28059, 57.70356, 58.85761),
    ("cape", 56, 0, 58.23941, 57.58734, 58.89149),
    ("desert", 56, 0, 58.38602, 57.82451, 58.94752),
    ("dunes", 56, 0, 58.4271, 57.80602, 59.04817),
    ("coast", 54, 0, 58.38612, 57.9125, 58.85973),
    ("crete", 54, 0, 58.01797, 58.01797, 58.01797),
    ("savanna", 54, 0, 58.22323, 57.66337, 58.7831),
    ("country-EGY", 54, 0, 58.01797, 58.01797, 58.01797),
    ("country-LBY", 54, 0, 58.25667, 57.71756, 58.79578),
    ("country-NER", 56, 0, 58.37355, 57.79593, 58.95118),
    ("country-NGA", 54, 0, 58.21196, 57.64936, 58.77456),
    ("country-SDN", 56, 0, 58.49914, 57.8907, 59.10758),
    ("country-TUN", 56, 0, 58.26792, 57.62575, 58.91009),
]


def routes() -> tuple[Corridor, ...]:
    def roles(codes: str) -> tuple[CountryRole, ...]:
        start, *_, end = codes.split() * 2
        return CountryRole(start, "source"), CountryRole(end, "destination")

    drawn = {name: line(name, name.title(), mode, places) for name, (mode, places, *_) in LINES.items()}
    return tuple(
        replace(
            one,
            countries=roles(LINES[name][2]),
            support=0.9,
            route="Central Mediterranean" * (name in ("gulf", "cape")),
        )
        for name, one in drawn.items()
    )


def rows(random: np.random.Generator) -> Iterator[tuple]:
    for number, (name, (mode, ((west, south), (east, north)), codes, rate, times)) in enumerate(LINES.items()):
        for month in range(MONTHS):
            level = rate * (times if month >= STEP else 1.0)
            if name == "crete":
                level = 5.0 if month >= STEP else 0.0
            if name == "savanna":
                level *= 1 + 0.5 * np.sin(2 * np.pi * month / 12)
            for _ in range(random.poisson(level)):
                source = random.choice(["A", "B", "C"], p=[0.5, 0.3, 0.2])
                if source == "A" and random.random() > {MONTHS - 1: 0.2, MONTHS - 2: 0.5}.get(month, 1.0):
                    continue
                if source == "C" and month > MONTHS - 6:
                    continue
                along, off = random.random(), random.normal(0, 0.05)
                lat = south + along * (north - south) + off + (0.27 if name == "dunes" and month >= STEP else 0.0)
                place = west + along * (east - west), lat
                lost = random.random() < 0.1  # a tenth lies in no corridor
                day = datetime(2020 + month // 12, month % 12 + 1, 1 + int(random.integers(28)), tzinfo=UTC)
                vague = "year" if random.random() < 0.02 else "day"
                own = (codes.split()[0], -1 if lost else number, 60.0 if random.random() < 0.05 else 3.0)
                yield (*place, mode, day, str(source), vague, *own)


@pytest.fixture(scope="module")
def series() -> Series:
    columns = ["lon", "lat", "mode", "time_start", "source", "time_precision", "country", "route", "km"]
    frame = pl.DataFrame(list(rows(np.random.default_rng(17))), schema=columns, orient="row")
    held = [("A", "", 24_250 + at, 24_251, was, 20) for at, was in ((1, 4), (0, 9), (-1, 17))]
    triangle = pl.DataFrame(held, schema=TRIANGLE, orient="row")
    late = Editions(triangle=triangle, reporting={"A": Reporting(held=(0.2, 0.5, 0.9), source="a test")})
    return series_of(handmade(routes=routes(), landings=("Lampedusa, Malta and Sicily", "", *[""] * 5)), frame, late)


@pytest.fixture(scope="module")
def comparison(series) -> Comparison:
    return compared(series, routes(), BEFORE, AFTER)


def told_of(name: str, change: Change) -> tuple:
    """Return the words and the figures of a change; NaN and what has no bound as -1."""
    figures = (change.effort, change.dispersion, change.ratio, change.low, change.high, change.p, change.q)
    return (name, change.verdict, change.before, change.after, *(one if np.isfinite(one) else -1.0 for one in figures))


def changed(comparison: Comparison) -> list[tuple]:
    own = zip(comparison.corridors, comparison.changes, strict=True)
    above = [told_of(f"{one.node_id} speaks" if one.speaks else one.node_id, one.change) for one in comparison.above]
    return [*(told_of(one.name, change) for one, change in own), *above]


def moved(comparison: Comparison) -> list[tuple]:
    return [
        (one.towards, "flagged" if one.flagged else "", one.km, one.low, one.high, one.p, one.q)
        for one in comparison.shifts
        if one is not None
    ]


def swapped(comparison: Comparison) -> list[tuple]:
    return [
        (one.source, one.target, one.lost, one.gained, one.score, one.share, one.low, one.high, one.p, one.q)
        for one in comparison.displaced
    ]


def said(found: list[Finding]) -> list[tuple]:
    return [
        (
            one.finding_id,
            f"{one.detected} {one.last}",
            one.confidence,
            " ".join(one.rests_on),
            one.rate,
            one.usual,
            one.incidents,
            one.evidence,
            *one.box,
            *one.at,
        )
        for one in found
    ]


def late(told: dict) -> list[tuple]:
    """Return the latest four months of all and of some places."""
    places = [("all", told), *((one["node_id"], one) for one in told["places"] if one["node_id"] in LATE_AT)]
    return [
        (
            f"{name} {one['known_up_to']} {month['month']}",
            *(month[key] for key in ("reported", "known", "expected", "low", "high")),
        )
        for name, one in places
        for month in one["months"][-4:]
    ]


def strata_of(told: dict) -> list[tuple]:
    return [
        (one["name"], one["kind"], one["known_up_to"], one["silent_since"], one["incidents"]) for one in told["strata"]
    ]


def known_of(series: Series) -> list[tuple]:
    tables = series.known.mean, series.known.low, series.known.high
    return [
        (node.node_id, int(last), int(silent.sum()), *(float(table[row].sum()) for table in tables))
        for row, (node, last, silent) in enumerate(
            zip(series.tree.nodes, series.known.horizon, series.known.silent, strict=True)
        )
    ]


def test_what_is_counted_and_how_much_of_it_is_known(series):
    assert (series.incidents.height, series.vague, series.horizon, series.groups) == (
        2168,
        36,
        "2024-09",
        ("A", "B", "C"),
    )
    assert close(known_of(series), KNOWN)
    assert (series.exact.sum(), series.over) == (2060, 59)


def test_every_place_has_the_verdict_and_the_figures_that_it_had(comparison):
    assert close(changed(comparison), CHANGED)
    assert [type(note).__name__ for note in comparison.notes] == ["Sentence"] * 2
    assert not any("no incident in the window" in note for note in comparison.notes)


def test_what_moved_to_the_side_and_what_may_have_moved_elsewhere(comparison):
    assert close(moved(comparison), MOVED)
    assert close(swapped(comparison), SWAPPED)


def test_findings_are_told_in_the_months_in_which_they_were(series):
    assert close(said(findings_of(series, routes())), SAID)


def test_what_may_still_arrive_and_what_delivers_late(series):
    assert close(late(arrears(series)), LATE)
    assert close(strata_of(arrears(series)), STRATA)


@pytest.mark.parametrize(("horizon", "month"), [((50, 3), "2024-03"), ((-1, 3), ""), ((), "")])
def test_how_far_all_is_known_is_told_of_all_incidents_together(series, horizon, month):
    assert replace(series, known=SimpleNamespace(horizon=np.array(horizon))).horizon == month
