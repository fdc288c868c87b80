"""The server: ``streamlit run app.py``."""

import streamlit as st
from starlette.middleware import Middleware

from pages.headers import SecurityHeaders, streamlit_policy
from pages.service import routes
from pages.startup import start
from pages.workspace import sight

app = st.App("pages/dashboard.py", routes=routes(), middleware=[Middleware(SecurityHeaders, policy=streamlit_policy())])
start(sight())
