"""PAYLOAD. What the map draws.

As compact payloads: snapshot, hexes, points, changes, alerts, watch areas, steps of time.

In: values of ``routes``. Out: bytes and JSON values.
"""
