"""The Method page: what is computed, how far it can be trusted, what it stands on."""

from pathlib import Path

import streamlit as st

from layers.web.translations import SOURCE
from pages.data.workspace_cache import sight
from pages.ui.notices import notice
from pages.ui.translate import language, say
from pages.widgets.page_views import OF_THE_METHOD, views
from routes.core.corridor import METHOD_VERSION

DOCS = Path(__file__).parent.parent / "docs"

views(OF_THE_METHOD)
text = DOCS / f"method.{language()}.md"
if language() != SOURCE and not text.exists():
    notice(say("This description is kept in English."))
st.markdown((text if text.exists() else DOCS / "method.md").read_text(encoding="utf-8"))
version = sight().version()
ledger = say("ledger version none yet") if version is None else say("ledger version {version}", version=str(version))
st.caption(" · ".join([say("Method {method}", method=METHOD_VERSION), ledger]))
