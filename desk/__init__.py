"""PEOPLE. Who may see what. Today everybody on this machine sees the workspace: see ``pages.workspace.sight``.

tokens: which programs may hand in incidents.
"""
