"""RIDGES. Lines along which incidents lie.

Kernel density on the cell graph, its ridges, gaps bridged, lines refined, bootstrap support.

In: cells with weights. Out: centrelines.
"""
