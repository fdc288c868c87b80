"""INDEXING. Incidents indexed into H3 cells: counts by cell and day, the graph of cells, what incidents state.

In: incidents. Out: cubes and graphs.
"""
