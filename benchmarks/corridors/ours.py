"""Our own method, called through this one place."""

from __future__ import annotations

from benchmarks.corridors.worlds import World
from routes.core.geodesy import Vectors
from routes.core.params import RIDGES
from routes.ridges.bootstrap_support import REPLICATES
from routes.ridges.centrelines import centrelines_of
from routes.ridges.ridge_pipeline import Scale


def ours(world: World, resolution: int = 5) -> list[Vectors]:
    """Return the centrelines of a world's incidents, as the product traces them, none with too little support."""
    columns = world.incidents.select("lon", "lat", "time_start")
    return [
        line.points
        for line in centrelines_of(columns, world.mode, Scale.at(resolution, RIDGES.lengths), RIDGES, REPLICATES)
    ]
