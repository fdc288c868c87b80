"""The dashboard's entry: which pages there are."""

import streamlit as st

st.set_page_config(page_title="Smuggling route monitor", page_icon=":material/route:", layout="wide")
st.navigation(
    [
        st.Page("monitor.py", title="Monitor", default=True),
        st.Page("method.py", title="Method", url_path="method"),
    ],
    position="top",
).run()
