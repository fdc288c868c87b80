"""The dashboard's entry: which pages there are."""

import streamlit as st

from layers.web.assets import ASSETS
from pages.data.workspace_cache import sight
from pages.ui.notices import notice, sentences
from pages.ui.translate import choose, say
from pages.widgets.print_footer import stamp

st.set_page_config(page_title=say("Smuggling route monitor"), page_icon=ASSETS / "icon.svg", layout="wide")
st.html(ASSETS / "dashboard.css")
choose()
page = st.navigation(
    [
        st.Page("monitor.py", title=say("Monitor"), default=True),
        st.Page("routes.py", title=say("Routes"), url_path="routes"),
        st.Page("countries.py", title=say("Countries"), url_path="countries"),
        st.Page("incidents.py", title=say("Incidents"), url_path="incidents"),
        st.Page("changes.py", title=say("Changes"), url_path="changes"),
        st.Page("assumptions.py", title=say("Assumptions"), url_path="assumptions"),
        st.Page("method.py", title=say("Method"), url_path="method"),
    ],
    position="top",
)
with sentences():
    for said in sight().damage():
        notice(say(said), "error")
with sentences():
    page.run()
with sentences():
    stamp()
