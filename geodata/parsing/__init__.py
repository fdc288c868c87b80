"""PARSING. Cells to values: coordinates, dates, origins, transport mode; and repairs that are proposed.

In: columns of text. Out: typed columns with what was doubtful.
"""
