"""WIDGETS. Larger pieces of a page: charts, tables of routes and batches, the upload wizard.

In: frames. Out: Streamlit elements.
"""
