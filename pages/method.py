"""The Method page: what is computed, how far it can be trusted, what it stands on."""

from pathlib import Path

import streamlit as st

from pages.workspace import sight
from routes.corridors import METHOD_VERSION

TEXT = Path(__file__).parent.parent / "docs" / "method.md"

version = sight().version()
st.markdown(TEXT.read_text(encoding="utf-8"))
st.caption(f"Method {METHOD_VERSION} · ledger version {'none yet' if version is None else version}")
