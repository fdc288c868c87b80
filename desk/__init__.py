"""PEOPLE. Who may see what. Today everybody on this machine sees the workspace.

tokens: which programs may hand in incidents.
shares: frozen maps under links that end.
audit: who did what, in a chain of entries that cannot be changed unseen.
state: the tables that these keep.
"""
