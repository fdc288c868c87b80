"""PEOPLE. Who may see what. Today everybody on this machine sees the workspace.

tokens: which programs may hand in incidents.
shares: frozen maps under links that end.
watch: what somebody wants to be told of, and how it is told.
state: the tables that these keep.
"""
