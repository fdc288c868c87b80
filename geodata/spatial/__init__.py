"""SPATIAL. Places on the sphere as arrays: H3 cells, coastline and land mask, how hard ground is to cross.

In: lon and lat in degrees. Out: cells, distances in km, masks.
"""
