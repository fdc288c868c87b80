"""The dashboard's entry: which pages there are."""

import streamlit as st

from layers.asset import ASSETS
from pages.stamps import stamp

st.set_page_config(page_title="Smuggling route monitor", page_icon=ASSETS / "icon.svg", layout="wide")
st.html(ASSETS / "dashboard.css")
st.navigation(
    [
        st.Page("monitor.py", title="Monitor", default=True),
        st.Page("corridors.py", title="Routes", url_path="routes"),
        st.Page("countries.py", title="Countries", url_path="countries"),
        st.Page("incidents.py", title="Incidents", url_path="incidents"),
        st.Page("changes.py", title="Changes", url_path="changes"),
        st.Page("assumptions.py", title="Assumptions", url_path="assumptions"),
        st.Page("method.py", title="Method", url_path="method"),
    ],
    position="top",
).run()
stamp()
