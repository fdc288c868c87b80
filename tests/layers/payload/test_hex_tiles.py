"""Hexes for drawing: nothing is lost on the way up the levels, and nothing drawn finer than it was reported."""

from collections import Counter

import h3.api.numpy_int as h3
import numpy as np
import polars as pl
import pytest

from geodata.spatial import h3_cells as hexes
from layers.payload.hex_tiles import CORNERS, LEVELS, WORLD, Outlines, corners, meshes


@pytest.fixture(scope="module")
def reported():
    """Cells of 3,000 incidents over the whole world, each as fine as it was reported, with their months."""
    random = np.random.default_rng(5)
    count = 3000
    lon, lat = random.uniform(-180, 180, count // 3), random.uniform(-70, 75, count // 3)
    lon, lat = np.repeat(lon, 3), np.repeat(lat, 3)
    own = random.integers(1, 9, count)
    cells = np.zeros(count, np.uint64)
    for resolution in np.unique(own):
        at = own == resolution
        cells[at] = hexes.cells_at(lon[at], lat[at], int(resolution))
    steps = random.integers(0, 40, count)
    return pl.DataFrame({"cell": cells, "step": steps, "last": steps})


@pytest.mark.parametrize("resolution", LEVELS)
def test_the_counts_of_every_level_sum_to_the_number_of_incidents(reported, resolution):
    assert meshes(reported, [resolution])[0].counts.sum() == reported.height


@pytest.mark.parametrize("resolution", LEVELS)
def test_a_hex_is_never_finer_than_reported_nor_than_its_level(reported, resolution):
    cells = reported["cell"].to_numpy()
    drawn = meshes(reported, [resolution])[0]
    shown = hexes.resolutions(hexes.parents(cells, resolution))
    assert (shown <= hexes.resolutions(cells)).all()
    assert (hexes.resolutions(drawn.cells) <= resolution).all()
    assert set(drawn.cells.tolist()) == {
        int(h3.cell_to_parent(int(cell), min(resolution, h3.get_resolution(int(cell))))) for cell in cells
    }


def test_a_level_is_the_same_whether_finer_ones_are_asked_for_or_not(reported):
    lasting = reported.with_columns(last=pl.col("step") + pl.col("step") % 3)
    for level in meshes(lasting):
        (alone,) = meshes(lasting, [level.resolution])
        assert level.cells.tolist() == alone.cells.tolist()
        assert level.counts_bytes() == alone.counts_bytes()
        assert level.lasting.tolist() == alone.lasting.tolist()


def test_every_hex_holds_its_own_months(reported):
    drawn = meshes(reported, [4])[0]
    rolled = hexes.parents(reported["cell"].to_numpy(), 4)
    expected = Counter(zip(rolled.tolist(), reported["step"].to_list(), strict=True))
    found = {
        (int(cell), int(drawn.steps[at])): int(drawn.counts[at])
        for number, cell in enumerate(drawn.cells)
        for at in range(drawn.offsets[number], drawn.offsets[number + 1])
    }
    assert found == expected


def test_coarse_hexes_come_before_fine_ones_so_that_these_are_drawn_above(reported):
    drawn = meshes(reported, [6])[0]
    assert (np.diff(hexes.resolutions(drawn.cells).astype(int)) >= 0).all()


def test_the_order_of_incidents_changes_nothing(reported):
    lasting = reported.with_columns(last=pl.col("step") + pl.col("step") % 3)
    shuffled = lasting.sample(fraction=1, shuffle=True, seed=1)
    (one,), (two,) = meshes(lasting, [5]), meshes(shuffled, [5])
    assert one.lasting.tobytes() == two.lasting.tobytes()
    assert one.counts_bytes() == two.counts_bytes()
    assert one.corners.tobytes() == two.corners.tobytes()


def test_the_bytes_hold_offsets_then_counts_then_steps_little_endian(reported):
    drawn = meshes(reported, [3])[0]
    content, hexagons, entries = drawn.counts_bytes(), len(drawn.cells), len(drawn.steps)
    assert len(content) == 4 * (hexagons + 1) + 6 * entries
    offsets = np.frombuffer(content, "<u4", hexagons + 1)
    counts = np.frombuffer(content, "<u4", entries, 4 * (hexagons + 1))
    steps = np.frombuffer(content, "<u2", entries, 4 * (hexagons + 1 + entries))
    assert (offsets[0], offsets[-1]) == (0, entries)
    assert counts.tolist() == drawn.counts.tolist()
    assert steps.tolist() == drawn.steps.tolist()


def test_a_hex_holds_what_is_under_way_where_its_steps_meet():
    (cell,) = hexes.cells_at(np.array([12.6]), np.array([35.5]), 6).tolist()
    rows = [(cell, 2, 2), (cell, 1, 4), (cell, 1, 4), (cell, 3, 4)]
    (drawn,) = meshes(pl.DataFrame(rows, {"cell": pl.UInt64, "step": pl.Int64, "last": pl.Int64}, orient="row"), [5])
    assert drawn.lasting.tolist() == [[0, 2, 2, 4], [0, 1, 4, 4]]


def test_no_incidents_give_a_mesh_without_hexes():
    (drawn,) = meshes(pl.DataFrame(schema={"cell": pl.UInt64, "step": pl.Int64, "last": pl.Int64}), [5])
    assert (len(drawn.cells), drawn.corners.shape, drawn.offsets.tolist()) == (0, (0, 2 * CORNERS), [0])


def test_corners_are_those_of_the_hex_in_mercator():
    cell = int(hexes.cells_at(np.array([12.6]), np.array([35.5]), 5)[0])
    ((*flat,),) = corners([cell]).tolist()
    for (x, y), (lon, lat) in zip(zip(flat[::2], flat[1::2], strict=True), hexes.outline(cell), strict=True):
        assert x / WORLD * 360 == pytest.approx(lon, abs=1e-6)
        assert np.degrees(np.arctan(np.sinh(-y / WORLD * 2 * np.pi))) == pytest.approx(lat, abs=1e-6)


def test_corners_that_are_kept_are_those_that_are_traced():
    cells = hexes.cells_at(np.linspace(-170, 170, 300), np.linspace(-80, 80, 300), 4)
    kept = Outlines(250)
    assert kept.of(cells[100:200]).tolist() == Outlines(250).of(cells)[100:200].tolist()
    again = kept.of(cells[np.r_[120:220, 90:130]])
    assert again.tolist() == Outlines(250).of(cells)[np.r_[120:220, 90:130]].tolist()
    assert kept.of(cells).tolist() == Outlines(250).of(cells).tolist()
    assert kept.of(cells[:0]).shape == (0, 2 * CORNERS)


def test_north_is_up_and_the_equator_in_the_middle():
    north, south = corners(hexes.cells_at(np.array([0.0, 0.0]), np.array([60.0, -60.0]), 3))[:, 1]
    assert north < 0 < south


@pytest.mark.parametrize("resolution", LEVELS)
def test_a_hex_across_180_degrees_stays_in_one_piece(resolution):
    cells = hexes.cells_at(np.full(40, 179.9999), np.linspace(-80, 80, 40), resolution)
    across = corners(cells)[:, ::2].astype(np.int64)
    assert (np.ptp(across, axis=1) < WORLD / 8).all()


def test_a_pentagon_and_a_hex_with_more_corners_are_drawn_with_six():
    pentagons = [int(cell) for cell in h3.get_pentagons(3)]
    more = next(
        int(cell) for cell in h3.cell_to_children(h3.get_res0_cells()[0], 3) if len(h3.cell_to_boundary(int(cell))) > 6
    )
    drawn = corners([*pentagons, more])
    assert drawn.shape == (len(pentagons) + 1, 2 * CORNERS)
    assert (np.ptp(drawn[:, ::2].astype(np.int64), axis=1) > 0).all()
