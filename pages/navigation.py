"""The dashboard's entry: which pages there are, and who is signed in."""

from __future__ import annotations

from functools import partial
from html import escape
from typing import Final

import streamlit as st
from streamlit.navigation.page import Page as StreamlitPage

from desk.people import RIGHTS, ROLES, Person
from layers.web.assets import ASSETS
from pages.data.audited import LONGEST_PURPOSE, purpose_of, work_on
from pages.data.who import allowed, signs_out, whoever, with_login
from pages.data.workspace_cache import sight
from pages.ui.notices import notice, sentences
from pages.ui.translate import choose, mark, say
from pages.widgets.filter_bar import left
from pages.widgets.print_footer import stamp

PAGES = (
    ("monitor.py", mark("Map"), "see"),
    ("countries.py", mark("Countries"), "see"),
    ("incidents.py", mark("Data"), "read incidents"),
    ("method.py", mark("Method"), "see"),
    ("people.py", mark("People"), "administer"),
    ("routes.py", mark("Routes"), "see"),
    ("changes.py", mark("Changes"), "see"),
    ("assumptions.py", mark("Assumptions"), "see"),
)
"""The pages, and the right that each needs; the first that somebody may see is where they begin."""
_WITHIN: Final = frozenset({"routes.py", "changes.py", "assumptions.py"})
"""Pages that belong to another one, which offers them (``pages.widgets.page_views``); they are in no menu."""
_LOOK_SECONDS = 2.0


def offered() -> list[StreamlitPage]:
    """Return the pages of whoever asks; those that they may not see say so at their address and are in no menu."""
    known = [one for one in PAGES if one[0] != "people.py" or with_login()]
    first = next((file for file, _, right in known if allowed(right)), None)
    if first is None:
        return []
    return [
        st.Page(
            file if allowed(right) else partial(refused, right),
            title=say(title),
            url_path=None if file == first else file.removesuffix(".py"),
            default=file == first,
            visibility="visible" if allowed(right) and file not in _WITHIN else "hidden",
        )
        for file, title, right in known
    ]


def _behind() -> str:
    """Return the path behind which the pages stand."""
    prefix = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{prefix}" if prefix else ""


def refused(right: str) -> None:
    """Say who may see a page."""
    person = whoever()
    roles = [say(role) for role in ROLES if role in RIGHTS[right]]
    own = ", ".join(say(role) for role in sorted(person.roles)) or say("no role")
    said = mark("This page is for: {roles}. You are signed in as {name} ({own}).")
    notice(say(said, roles=", ".join(roles), name=person.name, own=own), "warning")


def signed_in(person: Person) -> None:
    """Say who is signed in and for which purpose they read, and offer to sign out."""
    roles = ", ".join(say(role) for role in sorted(person.roles)) or say("no role")
    said = escape(say("Signed in as {name} ({roles})", name=person.name, roles=roles))
    out = escape(say("Sign out"))
    away = f'<br><a href="{_behind()}/auth/logout" target="_self">{out}</a>' if signs_out() else ""
    with st.popover(person.name, key="account"):
        st.html(f'<p class="aside who">{said}{away}</p>')
        if allowed("read incidents"):
            st.text_input(
                say("Purpose"),
                value=purpose_of(person),
                key="purpose",
                max_chars=LONGEST_PURPOSE,
                on_change=lambda: work_on(st.session_state["purpose"]),
                help=say("What you work on; it stands in the audit beside what you read and take away."),
            )


def marked() -> None:
    """Show the highest handling mark of all incidents."""
    version = sight().version()
    mark_ = "" if version is None else sight().offers(version)["marking"]
    if mark_:
        title = escape(say("The highest handling mark of all incidents"))
        st.html(f'<p class="handling" data-mark="{mark_.replace("+STRICT", "")}" title="{title}">{mark_}</p>')


@st.fragment(run_every=_LOOK_SECONDS)
def watch_the_end() -> None:
    """Take the page away once the session of whoever sees it is over."""
    if not whoever().name:
        st.rerun()


def over() -> None:
    """Say that nobody is signed in any more, and nothing else."""
    notice(say("You are not signed in, or no longer; open the page anew to sign in."), "warning")
    st.html(f'<p><a href="{_behind()}/" target="_self">{escape(say("Sign in"))}</a></p>')


def without_a_role(person: Person) -> None:
    """Say that somebody is known and may see nothing."""
    said = say(
        "You are signed in as {name}, and have no role here; whoever runs this can give you one.", name=person.name
    )
    notice(said, "warning")


st.set_page_config(page_title=say("Smuggling route monitor"), page_icon=ASSETS / "icon.svg", layout="wide")
st.html(ASSETS / "dashboard.css")
choose()
asks = whoever()
pages = offered()
if not asks.name:
    st.navigation([st.Page(over, title=say("Smuggling route monitor"))], position="hidden").run()
elif not pages:
    st.navigation([st.Page(lambda: without_a_role(asks), title=say("Smuggling route monitor"), url_path="none")]).run()
    signed_in(asks)
else:
    page = st.navigation(pages, position="top")
    if with_login():
        signed_in(asks)
    with sentences():
        if page.title != say("People"):
            marked()
        for said in sight().damage():
            notice(say(said), "error")
    if st.session_state.get("page") != page.url_path:
        left()
        st.session_state["page"] = page.url_path
    with sentences():
        page.run()
    with sentences():
        stamp()
if with_login() and asks.name:
    watch_the_end()
