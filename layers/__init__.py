"""OUT. From corridors to map layers and files. The only room that imports folium.

The way down: asset, palette, hexmesh <- points; part <- one module for each part of the map <- monitor; hexmesh <-
snapshot; exports.
"""
