"""READERS. Files to rows of text.

Delimited text, spreadsheets, JSON, MISP, STIX, KML, GeoPackage, Shapefile, Parquet, archives of them. A reader decides
nothing about meaning; binary formats run in a sandboxed process.

In: a path. Out: batches of rows, every cell as it was written.
"""
