"""The Monitor page: ask with the filters, show the map."""

import streamlit as st

from layers.web.assets import ASSETS
from pages.data.workspace_cache import sight
from pages.ui.sidebar_filters import ask
from pages.ui.translate import language, say

seen = sight()
version = seen.version()
view = ask(seen.offers(version) if version is not None else {})

st.iframe(f"/map?lang={language()}", height=600, alt=say("Map of smuggling route corridors, with a time bar"))
bridge = st.components.v2.component(
    "filter_bridge", js=(ASSETS / "dashboard/filter_bridge.js").read_text(encoding="utf-8")
)
bridge(key="filter_bridge", data={"query": view.query()}, height=1)
