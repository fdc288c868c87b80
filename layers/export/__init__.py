"""EXPORT. Files to take away: GeoJSON and GeoPackage.

In: an ``Export``. Out: bytes.
"""
