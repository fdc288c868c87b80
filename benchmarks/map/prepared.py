"""The product served with made hexes and routes in place of its workspace: same pages, same routes, same scripts.

``MAP_HEXES`` and ``MAP_ROUTES`` in the environment say how many. Only what the ledger and the network would answer is
made up; the snapshot is built, packed and sent by the product.
"""

import os
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import streamlit as st
from starlette.middleware import Middleware

import pages.data.workspace_cache
from benchmarks.map import fields
from geodata.ledger.store import Ledger
from geodata.model.assumptions import Facts
from geodata.model.query import View
from pages.server.security_headers import SecurityHeaders, streamlit_policy
from routes.pipelines.counting import Directed
from routes.pipelines.flow_network import Network
from routes.pipelines.kept_network import Standing

ROOT = Path(__file__).parent.parent.parent
HEXES, ROUTES = int(os.environ.get("MAP_HEXES", "10000")), int(os.environ.get("MAP_ROUTES", "200"))
VERSION = 1


class Prepared(pages.data.workspace_cache.Workspace):
    """A workspace whose incidents and routes are made."""

    def version(self) -> int | None:
        """Return the one version there is."""
        return VERSION

    def incidents(self, version: int) -> pl.DataFrame:
        """Return the incidents of the field."""
        return self._incidents.get(version, lambda: fields.incidents(HEXES))

    def ready(self, version: int, facts: Facts | None = None) -> Standing:  # noqa: ARG002  there is one
        """Return a network that stands for the made routes."""
        return Standing(Network(), version, "made")

    def placed(self, version: int, facts: Facts | None = None) -> tuple[Standing, pl.DataFrame]:
        """Return it with the incidents of the field."""
        return self.ready(version, facts), self.incidents(version)

    def routes(self, *_: Any, **__: Any) -> Directed:
        """Return the routes."""
        return _routes()


@cache
def _routes() -> Directed:
    return fields.corridors(ROUTES, HEXES)


@cache
def prepared() -> Prepared:
    """Return the workspace, its picture of everything made ready."""
    made = Prepared(Ledger(Path(tempfile.mkdtemp(prefix="map-")) / "workspace"))
    made.snapshot(View(), VERSION)
    return made


pages.data.workspace_cache.sight = prepared
from geodata.core.settings import Settings  # noqa: E402
from pages.server.endpoints import routes  # noqa: E402  it must find the made workspace
from pages.server.gate import Gate  # noqa: E402
from pages.server.login import login_of  # noqa: E402
from pages.server.page_base import PageBase  # noqa: E402
from pages.server.warm_up import start  # noqa: E402

login = login_of(Settings(), (), st.get_option("server.port"), "")
app = st.App(
    ROOT / "pages" / "navigation.py",
    routes=routes(""),
    middleware=[
        Middleware(SecurityHeaders, policy=streamlit_policy()),
        Middleware(PageBase, prefix=""),
        Middleware(Gate, login=login, prefix=""),
    ],
    secrets=login.secrets(),
)
start(prepared())
