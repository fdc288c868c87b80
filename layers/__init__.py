"""LAYERS. From routes to map payloads and files; the only room that imports folium.

The way down, each package importing only those before it: export, web, payload, map.
"""
