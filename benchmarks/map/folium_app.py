"""The peer's page with Leaflet from this process: by default folium asks the network for it and stays blank here."""

from pathlib import Path

import folium
import streamlit as st
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from xstatic.pkg import leaflet

folium.Map.default_js = [("leaflet", "/vendor/leaflet/leaflet.js")]
folium.Map.default_css = [("leaflet_css", "/vendor/leaflet/leaflet.css")]
app = st.App(
    Path(__file__).parent / "folium_page.py",
    routes=[Mount("/vendor/leaflet", StaticFiles(directory=leaflet.BASE_DIR))],
)
