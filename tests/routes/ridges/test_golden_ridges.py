"""A small desert, stage by stage: what is dense, what is a ridge of it, and what each filter takes away again.

Two pieces of one road with a gap between them, a branch, a heap beside the road, a heap by itself, and reports spread
over all of it. Each stage has something to do. The figures were looked at once; a change of one has to be meant.
"""

from collections.abc import Callable

import numpy as np
import pytest

from routes.core.corridor import Corridor
from routes.pipelines.ridge_corridors import reduce_incidents
from routes.ridges import ridge_pipeline
from tests.routes.conftest import incidents_at, scattered_over, spread_along

STAGES = {
    "ridge_edges": 32,
    "with_tails": 99,
    "without_blobs": 71,
    "without_heaps": 62,
    "without_overshoot": 51,
    "bridged": (59, 8),
    "without_round_parts": 55,
}
"""Edges that each leaves, and of those the ones across a gap."""
DESERT = [(605.70082, 14.334145, 290, 0.52045902, 20.28453, 20.001921)]
DESERT_AS_COUNTED = [
    (745.21899, 12.134118, 330, 0, 19.616396, 20.001166),
    (171.79164, 14.225339, 78, 0, 17.323527, 20.783046),
]
COAST = [(404.97168, 12.771644, 230, 0, -16.905677, 23.055141)]
STRAIT = [
    (81.834948, 6.3447083, 145, 0, -5.3782324, 35.943735),
    (164.95023, 11.142255, 124, 0, -4.0467038, 35.945626),
]
"""Length and band, km; incidents; support; and the middle of its points."""


def desert() -> np.ndarray:
    west, east = spread_along([(16, 20), (18.6, 20)], 150), spread_along([(19.9, 20), (23, 20)], 170, seed=8)
    branch = spread_along([(17.3, 20), (17.3, 21.6)], 80, seed=9)
    beside = spread_along([(21.5, 20.9), (21.51, 20.9)], 60, 15.0, seed=3)
    alone = spread_along([(15, 17.9), (15.01, 17.9)], 50, 12.0, seed=5)
    return np.concatenate([west, east, branch, beside, alone, scattered_over(14, 17, 25, 23, 60)])


@pytest.fixture
def stages(monkeypatch) -> dict[str, object]:
    """Return what each stage gives from now on."""
    given: dict[str, object] = {}

    def watched(name: str, own: Callable[..., object]) -> Callable[..., object]:
        def stage(*arguments: object) -> object:
            given[name] = own(*arguments)
            return given[name]

        return stage

    for name in ("kernel_density", "clutter", "dense", *STAGES):
        monkeypatch.setattr(ridge_pipeline, name, watched(name, getattr(ridge_pipeline, name)))
    return given


def named(corridor: Corridor) -> str:
    return " ".join([corridor.name, *(f"{country.iso3}:{country.role}" for country in corridor.countries)])


def told(corridor: Corridor) -> tuple[float, ...]:
    (line,) = corridor.lines
    return corridor.length_km, corridor.band_km, corridor.incidents, corridor.support or 0.0, *line.mean(axis=0)


def test_each_stage_keeps_what_it_did(stages):
    found = reduce_incidents(incidents_at(desert()), replicates=0).corridors
    assert [told(one) for one in found] == [pytest.approx(row, rel=1e-6) for row in DESERT_AS_COUNTED]
    assert [named(one) for one in found] == [
        "inland Libya - Zouar LBY:transit TCD:transit",
        "near Zouar - Aozou TCD:transit",
    ]
    assert [one.bridges for one in found] == [(pytest.approx((319.73291, 463.49429)),), ()]
    density = stages["kernel_density"]
    assert (density.steps, density.width_km) == (2, pytest.approx(13.2205, rel=1e-4))
    assert density.counts.sum() == pytest.approx(4962.555, rel=1e-6)
    assert (density.counts**2).sum() == pytest.approx(104000.22, rel=1e-6)
    assert stages["clutter"].sum() == pytest.approx(459.0148, rel=1e-6)
    assert stages["dense"].sum() == 327
    edges = {name: stages[name] for name in STAGES}
    assert {n: tuple(map(len, one)) if isinstance(one, tuple) else len(one) for n, one in edges.items()} == STAGES


def test_lines_run_on_the_crest_and_come_back_as_often_as_they_did():
    found = reduce_incidents(incidents_at(desert()), replicates=4).corridors
    assert [told(one) for one in found] == [pytest.approx(row, rel=1e-6) for row in DESERT]
    assert [named(one) for one in found] == ["near Zouar - inland Libya TCD:transit LBY:transit"]
    assert [one.bridges for one in found] == [(pytest.approx((141.31083, 285.07221)),)]


def test_lines_at_sea_keep_off_the_coast_as_they_did():
    spots = (
        spread_along([(-17.3, 21.2), (-17.0, 23.4)], 150, 9.0),
        spread_along([(-17.0, 23.4), (-16.2, 24.6)], 80, 9.0),
    )
    found = reduce_incidents(incidents_at(np.concatenate(spots), "sea"), replicates=0).corridors
    assert [told(one) for one in found] == [pytest.approx(row, rel=1e-6) for row in COAST]
    assert [named(one) for one in found] == ["off Dakhla - Nouadhibou MRT:transit"]
    (line,) = found[0].lines
    assert np.abs(np.diff(line, axis=0)).sum(axis=0).tolist() == pytest.approx([1.1740258, 3.4461907], rel=1e-6)


def test_a_strait_is_drawn_in_finer_cells_as_it_was():
    narrow = spread_along([(-5.75, 35.85), (-5.55, 36.05)], 120, 3.0)
    beyond = spread_along([(-5.5, 35.9), (-3.0, 36.0)], 150, 9.0, seed=3)
    found = reduce_incidents(incidents_at(np.concatenate([narrow, beyond]), "sea"), replicates=0)
    assert [told(one) for one in found.corridors] == [pytest.approx(row, rel=1e-6) for row in STRAIT]
    assert [named(one) for one in found.corridors] == [
        "Tangier - Ceuta MAR:transit ESP:transit",
        "Melilla - Ceuta ESP:transit",
    ]
    members = found.assignments
    assert (members.height, members["distance_km"].mean(), members["stretch"].sum()) == (
        269,
        pytest.approx(5.301262),
        157,
    )
