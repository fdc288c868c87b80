"""Pictures of true and found routes, one for each region."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure as Sheet

from benchmarks.corridors.choices import chosen
from benchmarks.corridors.figures import Figure
from benchmarks.corridors.methods import OURS, Method
from benchmarks.corridors.planes import Plane
from benchmarks.corridors.regions import regions
from benchmarks.corridors.runs import STRESS_SIZE
from benchmarks.corridors.worlds import HELD_OUT_SEEDS, Recipe, world
from routes.core.geodesy import Vectors, unit_vectors

INCHES = 7.0
DOTS_PER_INCH = 75


def draw(figures: list[Figure], known: dict[str, Method], folder: Path) -> list[Path]:
    """Draw truth, our lines and the best peer's over the incidents of each region; return the files."""
    folder.mkdir(parents=True, exist_ok=True)
    drawn = []
    for name, region in regions().items():
        some = [one for one in figures if (one.cell.place, one.cell.incidents) == (name, STRESS_SIZE)]
        peers = [one for one in chosen(some, known) if one.method.name != OURS and not one.method.oracle]
        if OURS not in known or not peers:
            continue
        peer = max(peers, key=lambda one: one.mean("f1"))
        made = world(region, Recipe(STRESS_SIZE), HELD_OUT_SEEDS[0])
        places = unit_vectors(made.incidents["lon"].to_numpy(), made.incidents["lat"].to_numpy())
        plane = Plane.around(np.concatenate(region.lines))
        sheet = _sheet(plane.flat(places))
        axes = sheet.axes[0]
        axes.set_title(f"{region.title}; peer: {peer.method.title} {peer.variant}", fontsize=9)
        _lines(axes, plane, region.lines, "0.55", 5)
        _lines(axes, plane, peer.method.variants[peer.variant](made), "tab:blue", 1.2)
        _lines(axes, plane, known[OURS].variants[""](made), "tab:red", 1.6)
        path = folder / f"{name}.png"
        sheet.savefig(path, dpi=DOTS_PER_INCH, metadata={"Software": None})
        drawn.append(path)
    return drawn


def _sheet(flat: np.ndarray) -> Sheet:
    wide, high = np.ptp(flat, axis=0)
    sheet = Sheet(figsize=(INCHES, float(np.clip(INCHES * high / wide, 2.5, 9))), layout="constrained")
    FigureCanvasAgg(sheet)
    axes = sheet.add_subplot()
    axes.set_aspect("equal")
    axes.set_axis_off()
    axes.plot(*flat.T, ",", color="0.75", rasterized=True)
    return sheet


def _lines(axes: Axes, plane: Plane, lines: Iterable[Vectors], colour: str, width: float) -> None:
    for line in lines:
        axes.plot(*plane.flat(line).T, color=colour, linewidth=width, solid_capstyle="round")
