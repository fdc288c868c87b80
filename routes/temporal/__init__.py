"""TEMPORAL. Change over time.

Windows, completeness and nowcast, a hierarchy of places, alarms, comparison of windows, hot spots.

In: a network and incidents by month. Out: findings and comparisons.
"""
