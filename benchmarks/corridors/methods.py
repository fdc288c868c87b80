"""Every method of the benchmark, each with the settings that are tried; the table shows its best, chosen afterwards."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path

from benchmarks.corridors import clusters, elastic, kde, ours, scms, trips
from benchmarks.corridors.worlds import World
from routes.core.geodesy import Vectors
from routes.pipelines.ridge_corridors import RIDGES_VERSION

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
OURS = "ours"
PRODUCT = "routes", "geodata"
EVERYWHERE = frozenset({"synthetic", "stress", "noise", "lanes"})

Finder = Callable[[World], list[Vectors]]


@dataclass(frozen=True)
class Method:
    """A way from incidents to lines.

    Attributes
    ----------
    variants : mapping of name to function
        The settings that are tried.
    sources : tuple of Path
        Where it is written: its figures are kept as long as these stay the same.
    version : str
    parts : set of str
        The parts of the benchmark in which it runs.
    largest : int, incidents
        It is not run on more.
    oracle : bool
        It is told what no method can know.
    """

    name: str
    title: str
    variants: Mapping[str, Finder]
    sources: tuple[Path, ...]
    version: str = ""
    parts: frozenset[str] = EVERYWHERE
    largest: int = 1_000_000
    oracle: bool = False

    @cached_property
    def code(self) -> str:
        """Identify its source."""
        return f"{self.version}+{digest(self.sources)}"


def digest(files: Iterable[Path]) -> str:
    """Return a short hash of the content of files."""
    whole = hashlib.sha256()
    for file in files:
        whole.update(file.read_bytes())
    return whole.hexdigest()[:12]


def imported(file: Path) -> set[Path]:
    """Return a module and all of our own modules that it imports, directly or not, but for the benchmark's."""
    found: set[Path] = set()
    ahead = [file]
    while ahead:
        module = ahead.pop()
        if module not in found:
            found.add(module)
            ahead += _imports(module)
    return found


def _imports(file: Path) -> list[Path]:
    parsed = ast.parse(file.read_text(encoding="utf-8"))
    froms = [node for node in ast.walk(parsed) if isinstance(node, ast.ImportFrom) and node.module]
    names = {
        name for node in froms for name in (str(node.module), *(f"{node.module}.{one.name}" for one in node.names))
    }
    ours = [ROOT.joinpath(*name.split(".")).with_suffix(".py") for name in names if name.split(".")[0] in PRODUCT]
    return [path for path in ours if path.is_file()]


def methods() -> dict[str, Method]:
    """Return every method by name, ours first."""
    tidy = HERE / "skeletons.py", HERE / "planes.py"
    few = frozenset({"synthetic"})
    found = (
        Method(OURS, "ours", {"": ours.ours}, tuple(sorted(imported(HERE / "ours.py"))), RIDGES_VERSION),
        Method(
            "kde",
            "KDE, Otsu, skeleton",
            {f"{km:.0f} km": partial(kde.kde_skeleton, bandwidth_km=km) for km in kde.BANDWIDTHS_KM},
            (HERE / "kde.py", *tidy),
        ),
        Method(
            "scms",
            "SCMS, spanning tree",
            {f"{km:.0f} km": partial(scms.ridges_by_mean_shift, bandwidth_km=km) for km in scms.BANDWIDTHS_KM},
            (HERE / "scms.py", *tidy),
        ),
        Method(
            "dbscan",
            "DBSCAN, axis",
            {f"{km:.0f} km": partial(clusters.axes_of_clusters, reach_km=km) for km in clusters.REACHES_KM},
            (HERE / "clusters.py",),
        ),
        Method(
            "elpigraph",
            "DBSCAN, ElPiGraph",
            {f"{km:.0f} km": partial(elastic.elastic_trees, reach_km=km) for km in elastic.REACHES_KM},
            (HERE / "elastic.py", HERE / "clusters.py", *tidy),
            parts=few,
            largest=10_000,
        ),
        Method(
            "movingpandas",
            "MovingPandas (oracle)",
            {f"{km:.0f} km": partial(trips.oracle_flows, cluster_km=km) for km in trips.CLUSTERS_KM},
            (HERE / "trips.py", HERE / "planes.py"),
            parts=few,
            largest=10_000,
            oracle=True,
        ),
    )
    return {method.name: method for method in found}
