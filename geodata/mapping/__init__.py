"""MAPPING. Columns of a file to the fields of an incident: profiles of known sources, and guesses for unknown ones.

In: the names and first rows of a file. Out: a ``Profile``.
"""
