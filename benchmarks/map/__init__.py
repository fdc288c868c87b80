"""The map in a real browser: frames, filters, openings, live ticks, many people, and what others do for the same deeds.

``python -m benchmarks.map`` (``make bench-map``) writes ``docs/map.md``; ``--quick`` prints a small run and writes
nothing. Workspaces are made once and stand under ``.bench/map/``.
"""
