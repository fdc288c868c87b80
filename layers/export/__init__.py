"""EXPORT. Files to take away: layers of a view in the formats that planners use, stamped with what they came from.

In: an ``Export``. Out: files, and records of what left.
"""
