"""MODEL. What the product speaks of.

The incident and its columns, a query of incidents (View), assumptions about journeys, how sources report.

In: plain values. Out: frozen values and the column schema.
"""
