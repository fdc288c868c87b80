"""The Method page: what is computed, how far it can be trusted, what it stands on."""

import streamlit as st

from routes.corridors import METHOD_VERSION

st.title("Method")
st.write(METHOD_VERSION)
