"""GEODATA. From files and places to checked, graded, indexed incidents in a versioned ledger.

The way down, each package importing only those before it: core, spatial, places, readers, model, reference, parsing,
ledger, mapping, io, ingest, matching, feeds, workspace. Nothing here imports another room of the product.
"""
