"""Our method and its peers; each peer with the setting that did best on the tuning seed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from benchmarks.corridors.methods import ROOT, digest, imported
from benchmarks.movement import accumulation, density, ours, ridges
from benchmarks.movement.answers import Answer
from benchmarks.movement.worlds import World
from routes.core.corridor import METHOD_VERSION
from routes.pipelines.ridge_corridors import RIDGES_VERSION

HERE = Path(__file__).parent
CORRIDORS = HERE.parent / "corridors"
REFERENCE = ROOT / "geodata" / "reference"
OURS, RIDGES = "ours", "ridges"

Finder = Callable[[World], dict[str, Answer]]


@dataclass(frozen=True)
class Method:
    """A way from incidents to directed lines and legs.

    Attributes
    ----------
    find : function
        From a world to an answer for each setting.
    sources : tuple of Path
        Where it is written: its figures are kept as long as these stay the same.
    settings : tuple of str
        The names of its settings.
    """

    name: str
    title: str
    find: Finder
    sources: tuple[Path, ...]
    settings: tuple[str, ...] = ("",)

    @cached_property
    def code(self) -> str:
        """Identify its source."""
        return digest(self.sources)


def methods() -> dict[str, Method]:
    """Return every method by name, ours first."""
    facts = REFERENCE / "facts.toml", REFERENCE / "terrain_r4.npz"
    compass = HERE / "compass.py", facts[0]
    found = (
        Method(OURS, f"network ({METHOD_VERSION})", ours.ours, (*_all_of("ours.py"), *facts)),
        Method(RIDGES, f"ridges ({RIDGES_VERSION})", ridges.ridges, (*_all_of("ridges.py"), *compass), ridges.SETTINGS),
        Method(
            "density",
            "KDE, skeleton",
            density.density,
            (HERE / "density.py", CORRIDORS / "kde.py", CORRIDORS / "skeletons.py", CORRIDORS / "planes.py", *compass),
            density.SETTINGS,
        ),
        Method(
            "accumulation",
            "flow accumulation",
            accumulation.accumulation,
            (HERE / "accumulation.py", *facts),
            accumulation.SETTINGS,
        ),
    )
    return {method.name: method for method in found}


def _all_of(name: str) -> list[Path]:
    return sorted(imported(HERE / name))
