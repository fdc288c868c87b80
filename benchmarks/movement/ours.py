"""Our own method, called through this one place."""

from __future__ import annotations

from benchmarks.movement.answers import Answer, Leg, Line, decided
from benchmarks.movement.worlds import World
from geodata.facts import reference_facts
from routes.movement import movement
from routes.support import REPLICATES

LEAST_FLOW = 1.0


def ours(world: World) -> dict[str, Answer]:
    """Return the stretches and legs of a world's incidents, as the product draws them."""
    moved = movement(world.incidents, reference_facts(), replicates=REPLICATES)
    lines = tuple(Line(one.points, one.mode, one.direction != "unclear") for one in moved.stretches)
    flow: dict[Leg, float] = {
        (leg.start, leg.end, "land" if leg.mode == "land" else "sea"): leg.flow for leg in moved.legs
    }
    return {"": Answer(lines, decided(flow, LEAST_FLOW))}
