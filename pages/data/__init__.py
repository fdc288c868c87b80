"""DATA. The workspace as pages see it.

With what was computed from it kept in memory; uploads; the process that lays out networks.

In: a ledger. Out: answers, each computed once.
"""
