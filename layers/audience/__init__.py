"""AUDIENCE. Who a picture or a file is for, and what is too few to be shown to them.

In: counts. Out: which of them may be shown.
"""
