"""IN. From files and places to checked, graded, indexed incidents in a versioned ledger.

The way down, each importing only what stands before it:
errors, incident, hexes, coast, places, view, settings <- ledger <- readings <- profiles <- check <- modes <- ingest <-
export, demo; table.
The first row are value modules, which every room may import. Nothing here imports another room of the product.
"""
