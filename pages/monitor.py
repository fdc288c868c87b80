"""The page of the map: the bar, and below it the map."""

import streamlit as st

from layers.web.assets import ASSETS
from pages.data.workspace_cache import sight
from pages.ui.translate import language, say
from pages.widgets.filter_bar import MAP, ask, chosen, moved

seen = sight()
version = seen.version()
view = ask(seen.offers(version) if version is not None else {}, seen.known_months(version), MAP)

st.iframe(f"/map?lang={language()}", height=600, alt=say("Map of smuggling routes, with a time bar"))
bridge = st.components.v2.component(
    "filter_bridge", js=(ASSETS / "dashboard/filter_bridge.js").read_text(encoding="utf-8")
)


def follow() -> None:
    """Take over where the map was moved to in time."""
    start, _, end = str(st.session_state["filter_bridge"].window or "").partition(":")
    moved(start, end)


bridge(
    key="filter_bridge",
    data={"query": view.without_window().query(), "period": chosen()},
    height=1,
    on_window_change=follow,
)
