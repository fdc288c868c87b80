"""PIPELINES. The stages put together.

The reduction to ridges, the flow network, what a selection counts on it, how it is stored and keeps its ids.

In: incidents. Out: ``Network``, ``Directed``.
"""
