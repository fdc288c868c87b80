"""A peer: a folium map in a Streamlit page, as its documentation advises for a map that changes.

The map itself never changes, so it is not loaded again; the hexes come as a feature group. Outlines are made once,
shapes are drawn on a canvas, nothing is sent back.
"""

import folium
import streamlit as st
from streamlit_folium import st_folium

from benchmarks.map import fields
from benchmarks.map.peer_data import HEXES, RAMP, SPAN, Field, colours

FILLS = ["#{:02x}{:02x}{:02x}".format(*colour) for colour in RAMP]


@st.cache_resource
def field() -> tuple[Field, list[dict[str, object]]]:
    """Return the counts and the outline of each hex."""
    made = Field(HEXES)
    return made, [{"type": "Polygon", "coordinates": [ring]} for ring in made.rings()]


st.set_page_config(layout="wide")
start = st.sidebar.slider("First month", 0, fields.MONTHS - SPAN, fields.MONTHS - SPAN)
mode = st.sidebar.radio("Mode", ("all", *fields.MODES))
counted, outlines = field()
steps = colours(counted.counts(start, mode))
features = [
    {"type": "Feature", "properties": {"fill": FILLS[step]}, "geometry": outline}
    for step, outline in zip(steps.tolist(), outlines, strict=True)
    if step >= 0
]
hexes = folium.FeatureGroup(name=f"{start}-{mode}")
folium.GeoJson(
    {"type": "FeatureCollection", "state": f"{start}-{mode}", "features": features},
    style_function=lambda feature: {"fillColor": feature["properties"]["fill"], "fillOpacity": 0.7, "weight": 0},
).add_to(hexes)
st_folium(
    folium.Map((fields.LAT, fields.LON), zoom_start=round(fields.ZOOM), tiles=None, prefer_canvas=True),
    key="map",
    feature_group_to_add=hexes,
    returned_objects=[],
    height=780,
    use_container_width=True,
)
st.caption(f"{len(features)} hexes of {start}-{mode}")
