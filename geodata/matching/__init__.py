"""MATCHING. Reports of different sources that may be one event: candidates and decisions.

In: a ledger. Out: pairs and what was decided.
"""
