"""REDUCE. Incidents become hex counts, ridges and route corridors. Values in, values out: no files, clock or network.

The way down, each importing only what stands before it:
corridors, sphere <- cube <- domain <- density <- ridges <- chains <- tails, blobs <- refine <- attributes, air <- reduce.

Where later stages go: bridging of gaps between ``blobs`` and ``refine``; legalising against the coast after ``refine``;
support by bootstrap around ``reduce``'s ``_ridge_lines``; movement (directed legs) beside it, as another source of lines.
"""
