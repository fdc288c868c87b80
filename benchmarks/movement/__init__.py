"""The benchmark of movement: made-up journeys along known directed routes, and what is drawn from their incidents.

``python -m benchmarks.movement`` runs our reduction to movement and its peers and writes ``docs/movement.md``.
The way down: answers <- regions <- worlds <- scores <- compass <- ours, ridges, density, accumulation <- methods <-
runs <- report.
"""
