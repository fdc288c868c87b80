"""A peer: deck.gl's own layer of H3 hexagons in a Streamlit page, which brings deck.gl along and needs no network."""

import numpy as np
import pandas as pd
import pydeck
import streamlit as st

from benchmarks.map import fields
from benchmarks.map.peer_data import HEXES, RAMP, SPAN, Field, colours


@st.cache_resource
def field() -> Field:
    """Return the counts."""
    return Field(HEXES)


st.set_page_config(layout="wide")
start = st.sidebar.slider("First month", 0, fields.MONTHS - SPAN, fields.MONTHS - SPAN)
mode = st.sidebar.radio("Mode", ("all", *fields.MODES))
steps = colours(field().counts(start, mode))
seen = np.flatnonzero(steps >= 0)
red, green, blue = np.array(RAMP)[steps[seen]].T
frame = pd.DataFrame({"hex": np.array(field().names)[seen], "r": red, "g": green, "b": blue})
layer = pydeck.Layer(
    "H3HexagonLayer",
    frame,
    id="hexes",
    get_hexagon="hex",
    get_fill_color="[r, g, b, 180]",
    high_precision=False,  # one shape for all hexes, drawn many times: the fast way
    extruded=False,
    stroked=False,
    pickable=True,
)
view = pydeck.ViewState(latitude=fields.LAT, longitude=fields.LON, zoom=fields.ZOOM - 1)
st.pydeck_chart(pydeck.Deck([layer], initial_view_state=view, map_provider=None, map_style=None), height=780)
st.caption(f"{len(frame)} hexes of {start}-{mode}")
