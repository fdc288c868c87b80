"""PAGES. What a person sees. Each page is a short story: ask, reduce, show.

The way down, each package importing only those before it: ui, presenters, data, widgets, server; then the pages
themselves, and ``navigation``, which Streamlit runs.
"""
