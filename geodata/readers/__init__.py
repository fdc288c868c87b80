"""READERS. Files to rows of text.

Delimited text, spreadsheets, JSON, MISP, STIX, KML, GeoPackage, Shapefile, Parquet, archives of them. A reader decides
nothing about meaning, and runs in a sandboxed process of its own, forked from one that is kept warm.

In: a path. Out: batches of rows, every cell as it was written.
"""
