"""PEOPLE. Who may see what. Today everybody on this machine sees the workspace.

tokens: which programs may hand in incidents.
shares: frozen maps under links that end.
state: the tables that these keep.
"""
