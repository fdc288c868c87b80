"""Our own method, called through this one place."""

from __future__ import annotations

from benchmarks.movement.answers import Answer, Leg, Line, decided
from benchmarks.movement.worlds import World
from geodata.model.assumptions import reference_facts
from routes.attribution.membership import path_of
from routes.pipelines.counting import counted_on, placed
from routes.pipelines.flow_network import network

LEAST_FLOW = 1.0


def ours(world: World) -> dict[str, Answer]:
    """Return the routes and legs of a world's incidents, as the product draws them."""
    laid = network(world.incidents, reference_facts())
    found = counted_on(laid, placed(laid, world.incidents), reference_facts())
    lines = tuple(
        Line(path_of(one), one.mode, one.direction in ("one-way", "two-way"))
        for one in found.corridors
        if one.mode != "air"
    )
    flow: dict[Leg, float] = {
        (leg.start, leg.end, "land" if leg.mode == "land" else "sea"): leg.flow for leg in found.movement.legs
    }
    return {"": Answer(lines, decided(flow, LEAST_FLOW))}
