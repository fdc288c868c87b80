"""INGEST. One file into the ledger: read, map, validate, store; a receipt and a report of rejected rows.

In: a path and a profile. Out: a ``Batch``.
"""
