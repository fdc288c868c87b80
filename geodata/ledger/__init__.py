"""LEDGER. The versioned store of incidents.

One Delta table whose versions all stay readable; keys, editions, undo, maintenance.

In: checked rows and a ``Batch``. Out: versions.
"""
