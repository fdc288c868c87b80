"""WORKSPACE. What a workspace holds beside its ledger.

Kept networks, assumptions, editions of its sources, the demonstration.

In: a ledger. Out: stores.
"""
