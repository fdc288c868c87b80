"""REDUCE. Incidents become one network of routes, on which everything is counted.

Values in, values out: no files, clock or sockets.

The way down, each importing only what stands before it:

- lines that incidents trace: corridors, sphere <- statements <- cube <- domain <- index, density <- ridges <- chains <-
  tails, blobs <- heaps, bridges <- graph <- support; refine <- passages <- centrelines <- assignment, roles, names,
  evidence <- attributes; air <- reduce; members; young, those of the last months;
- journeys: voyages; sealines, hubs <- crossings <- ways <- journeys <- selection <- flow; overlay, which lays the lines
  under them <- stretches <- layout, passes, named, itineraries;
- the network: network, which lays it out <- counting, what a selection of incidents comes to on it; records, by which
  it is stored; identity, by which routes keep their ids and names <- standing, the one that a workspace has;
- over time: change, alarms, shifts, hotspots <- windows <- comparison, of two windows, and surveys.
"""
