"""PRESENTERS. Values to words and rows, without Streamlit.

Profiles of routes and countries, the report of changes, tables of incidents.

In: values of ``routes``. Out: frames and sentences.
"""
