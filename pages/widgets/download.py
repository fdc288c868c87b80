"""A file to take away from a page: for whoever may, and entered in the audit before it leaves."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from desk.people import NotSignedIn, require
from geodata.core.audit import Audit
from pages.data.audited import require_purpose
from pages.data.who import allowed, sessions, whoever
from pages.data.workspace_cache import sight

Written = Callable[[], str | bytes]


def download(place: Any, label: str, write: Written, name: str, kind: str, about: str, **how: Any) -> None:
    """Offer a file to whoever may take one away; it is made, and entered, when they press.

    Parameters
    ----------
    place
        Of Streamlit, where the button goes.
    label : str
    write : function
        Returns what is in the file.
    name, kind : str
        Of the file; ``kind`` is its media type.
    about : str
        What it holds, for the audit: the View, or the page.
    **how
        The other arguments of ``st.download_button``.
    """
    if not allowed("export"):
        return
    person = whoever()

    def written() -> str | bytes:
        require(person, "export")
        if person.session and not sessions().stands(person):
            raise NotSignedIn("the session is over", rule="sign in anew", done="no file was made")
        content = write()
        sha256 = hashlib.sha256(content.encode() if isinstance(content, str) else content).hexdigest()
        Audit(sight().home).enter(person.name, "export", name, require_purpose(person), sha256=sha256, view=about)
        return content

    place.download_button(label, written, name, kind, icon=":material/download:", on_click="ignore", **how)
