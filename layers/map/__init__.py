"""MAP. The map page: folium with our parts.

In: options. Out: HTML.
"""
