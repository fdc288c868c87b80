"""ATTRIBUTION. Which incident belongs to which line, what countries are to it, and what it is called.

In: lines and incidents. Out: members, roles, names.
"""
