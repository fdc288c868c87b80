"""What changed between two years: along routes, and by hex.

Run: ``python -m docs.examples.what_changed``.
"""

import geodata
import routes

points = geodata.demonstration(3000)

change = routes.compare(points, before=("2024-01", "2025-01"), after=("2025-01", "2026-01"))
told = change[~change["verdict"].isin(["steady", "not testable"])]
print(told[["name", "before", "after", "verdict"]].to_string())

dense = routes.hotspots(points, resolution=3)
print(dense["class"].value_counts())
