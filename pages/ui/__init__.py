"""UI. Small pieces that every page uses: translation, notices, tables, filters, what the address holds.

In: texts and frames. Out: Streamlit elements.
"""
