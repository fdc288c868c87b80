"""The server: ``streamlit run app.py``."""

import logging

import streamlit as st
from starlette.middleware import Middleware

from geodata.core.errors import told_in_a_sentence
from geodata.core.settings import Settings
from pages.data.workspace_cache import sight
from pages.server.door import Door, own_origins, require_login
from pages.server.endpoints import routes
from pages.server.fair_share import FairShare
from pages.server.gate import Gate
from pages.server.login import login_of
from pages.server.logs import set_up
from pages.server.measured import Measured
from pages.server.page_base import PageBase
from pages.server.security_headers import SecurityHeaders, streamlit_policy
from pages.server.warm_up import start

settings = Settings()
prefix = st.get_option("server.baseUrlPath") or ""
without_login = settings.without_login == "yes"

# The server imports this before it answers anything: what ends here was never open.
with told_in_a_sentence():
    set_up(settings.log, settings.log_level)
    named = own_origins(settings.origins)
    login = login_of(settings, named, st.get_option("server.port"), prefix)
    signing_in = bool(settings.login)
    address = st.get_option("server.address") or ""
    warning = require_login(address, named, without_login=without_login, login=signing_in)
if warning:
    logging.getLogger(__name__).warning(warning)

app = st.App(
    "pages/navigation.py",
    routes=routes(prefix),
    middleware=[
        Middleware(Measured, prefix=prefix),
        Middleware(SecurityHeaders, policy=streamlit_policy()),  # on what the door refuses, too
        Middleware(
            Door,
            named=named,
            secure=bool(st.get_option("server.sslCertFile")),
            prefix=prefix,
            beyond=without_login or signing_in,
        ),
        Middleware(PageBase, prefix=prefix),
        Middleware(FairShare),
        Middleware(Gate, login=login, prefix=prefix),
    ],
    secrets=login.secrets(),
)
start(sight())
