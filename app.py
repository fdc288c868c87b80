"""The server: ``streamlit run app.py``."""

import streamlit as st
from starlette.middleware import Middleware

from pages.data.workspace_cache import sight
from pages.server.endpoints import routes
from pages.server.security_headers import SecurityHeaders, streamlit_policy
from pages.server.warm_up import start

app = st.App(
    "pages/navigation.py",
    routes=routes(st.get_option("server.baseUrlPath") or ""),
    middleware=[Middleware(SecurityHeaders, policy=streamlit_policy())],
)
start(sight())
