"""REDUCE. Incidents become hex counts, ridges and route corridors. Values in, values out: no files, clock or network.

The way down, each importing only what stands before it:
corridors, sphere <- cube <- domain <- density <- ridges <- chains <- tails, blobs <- refine <- centrelines
<- assignment, roles, names, air <- reduce.

Where later stages go: bridging of gaps is marked in ``centrelines``; support by bootstrap goes around it; movement
(directed legs) stands beside it, as another source of lines for ``reduce``.
"""
