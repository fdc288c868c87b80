"""From points to routes in five lines, and a map of them.

Run: ``python -m docs.examples.routes_from_points``. Any GeoDataFrame of points with a date and a mode will do.
"""

import geodata
import layers
import routes

points = geodata.demonstration()  # a GeoDataFrame: geometry, date, mode

found = routes.find_routes(points, replicates=0)
members = routes.assign(points, found)
shown = layers.explore(found, points)
shown.save("routes.html")  # opens without a network

print(found[["name", "mode", "incidents", "length_km"]].head())
print(f"{members['corridor_id'].notna().mean():.0%} of the points lie in a corridor.")
