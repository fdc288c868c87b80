"""IN. From files and places to checked, graded, indexed incidents in a versioned ledger.

The way down, each importing only what stands before it:

- values, which every room may import: errors, incident, hexes, coast, places, facts, terrain, mentions <-
  gazetteer, toponyms; view, settings; errors <- whole, for every file that is written;
- what a row says: angles <- projections <- coordinates; times, repairs, origins; identity <- revisions, datafiles <-
  batches <- ledger;
- reading: limits <- texts <- chunks <- positions, archives <- separated, documents, markup; seal <- confined <-
  columnar, workbooks, vectors <- readings;
- one file in: profiles <- check <- modes; spool <- refusals <- ingest;
- the ledger over time: changes, upkeep; unknown files: guesses <- mappings;
- live: receipts <- inbox; sources <- fetch <- pulls; across sources: links <- verdicts;
- out again: export; demo; table; by themselves: register, theatre, the facts of a workspace.

Nothing here imports another room of the product.
"""
