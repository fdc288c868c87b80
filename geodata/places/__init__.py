"""PLACES. Names of places: countries.

Towns, ports, airports; words of a cell to places (geocoder) and the search box.

In: words, or lon and lat. Out: countries (ISO 3166-1 alpha-3), towns, places with their precision.
"""
