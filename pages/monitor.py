"""The page of the map: the bar, and below it the map."""

import streamlit as st

from layers.web.assets import ASSETS
from pages.data.workspace_cache import sight
from pages.ui.translate import language, say
from pages.widgets.filter_bar import MAP, ask, chosen, moved, search_in

seen = sight()
version = seen.version()
view = ask(seen.offers(version) if version is not None else {}, seen.known_months(version), MAP)

frame = st.components.v2.component(
    "map_frame", js=(ASSETS / "dashboard/map_frame.js").read_text(encoding="utf-8"), isolate_styles=False
)


def follow() -> None:
    """Take over where the map was moved to in time."""
    start, _, end = str(st.session_state["map_frame"].window or "").partition(":")
    moved(start, end)


def within() -> None:
    """Ask for the area that was drawn on the map, everywhere for none."""
    search_in(str(st.session_state["map_frame"].area or ""))


frame(
    key="map_frame",
    data={
        "address": f"/map?lang={language()}",
        "name": say("Map of smuggling routes, with a time bar"),
        "asked": {"query": view.without_window().query(), "period": chosen()},
    },
    on_window_change=follow,
    on_area_change=within,
)
