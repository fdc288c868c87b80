"""PEOPLE. Who may see what. Today everybody on this machine sees the workspace.

See ``pages.data.workspace_cache.sight``.

tokens: which programs may hand in incidents.
"""
