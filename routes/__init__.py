"""REDUCE. Incidents become hex counts, ridges and route corridors. Values in, values out: no files, clock or network.

The way down, each importing only what stands before it:

- evidence: corridors, sphere <- statements <- cube <- domain <- index, density <- ridges <- chains <- tails,
  blobs <- heaps, bridges <- graph <- support; refine <- passages <- centrelines <- assignment, roles, names, evidence
  <- attributes; air;
- movement: voyages; sealines, hubs <- crossings <- ways <- journeys <- selection <- flow <- stretches <-
  named, residue <- movement;
- over time: change, alarms, shifts, hotspots <- windows <- comparison, of two windows along one reduction, and surveys;
- reduce, which puts a reduction together, itineraries, which does so from movement, and identity,
  by which corridors keep their names.
"""
