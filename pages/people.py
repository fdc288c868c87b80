"""The People page, for administrators: who is signed in, and whether the audit is whole."""

from __future__ import annotations

import polars as pl
import streamlit as st

from desk.sessions import Session
from geodata.core.audit import Audit, Entry
from pages.data.who import in_their_name, sessions
from pages.data.workspace_cache import sight
from pages.ui.data_table import tabulate
from pages.ui.notices import aside, hint, notice, sentences
from pages.ui.translate import mark, say
from pages.ui.url_state import tabs

TABS = (mark("Sessions"), mark("Audit"))
MOST_ENTRIES = 500
STATES = {"stands": mark("signed in"), "ended": mark("ended"), "expired": mark("expired")}
ACTIONS = {
    "sign in": mark("signed in"),
    "sign out": mark("signed out"),
    "read": mark("read"),
    "export": mark("took away"),
    "share": mark("shared"),
    "open": mark("opened"),
    "revoke": mark("withdrew"),
    "extend": mark("extended"),
    "rename": mark("renamed"),
    "token": mark("token"),
    "purge": mark("purged"),
    "backup": mark("backed up"),
    "restore": mark("restored"),
    "move": mark("moved"),
    "watch": mark("watch-list"),
    "alert": mark("alert"),
    "acknowledge": mark("acknowledged"),
    "brief": mark("briefing"),
    "layer": mark("own layer"),
}
"""What the audit tells, in words."""
_SAID = "said-of-people"


def page() -> None:
    """Show the tab that is asked for."""
    signed, audit = tabs(TABS, "tab")
    with signed:
        if signed.open:
            everybody()
    with audit:
        if audit.open:
            entries()


def everybody() -> None:
    """List the sessions, and offer to end the one that is chosen."""
    if said := st.session_state.pop(_SAID, ""):
        notice(said, "done")
    with in_their_name("administer"):
        found = sessions().every()
    titles = {
        "name": say("Name"),
        "roles": say("Roles"),
        "state": say("State"),
        "began": say("Began (UTC)"),
        "seen": say("Last seen (UTC)"),
        "ends": say("Ends (UTC)"),
        "client": say("Address"),
        "purpose": say("Purpose"),
    }
    chosen = tabulate(
        pl.DataFrame([_row(one) for one in found], schema=dict.fromkeys(titles, pl.String)),
        titles,
        say("Sessions, the latest first"),
        height=520,
        key="sessions",
        on_select="rerun",
        selection_mode="single-row",
    ).selection.rows
    if not chosen or chosen[0] >= len(found):
        hint(say("Choose a row, by its box on the left, to end a session."))
        return
    one = found[chosen[0]]
    if st.button(say("End this session"), icon=":material/logout:", disabled=one.state != "stands"):
        with sentences(), in_their_name("administer") as person:
            sessions().end(one.session, person.name)
            st.session_state[_SAID] = say("The session of {name} was ended.", name=one.name)
            st.rerun()


def _row(one: Session) -> dict[str, str]:
    return {
        "name": one.name,
        "roles": one.roles.replace(",", ", "),
        "state": say(STATES[one.state]),
        "began": _short(one.began_at),
        "seen": _short(one.seen_at),
        "ends": _short(one.ends_at),
        "client": one.client,
        "purpose": one.purpose,
    }


def entries() -> None:
    """Say whether the audit is whole, and list its latest entries."""
    with in_their_name("audit"):
        audit = Audit(sight().home)
        found = audit.verify()
        latest = list(audit.entries())[-MOST_ENTRIES:][::-1]
    if found.fault:
        notice(say("The audit is not whole: {fault}.", fault=found.fault), "error")
    else:
        aside(say("{count} entries, each as it was written.", count=found.entries))
    titles = {
        "number": st.column_config.NumberColumn(say("No."), width="small", format="localized"),
        "at": say("Time (UTC)"),
        "who": say("Who"),
        "what": say("What"),
        "on": say("On what"),
        "purpose": say("Purpose"),
        "details": say("Details"),
    }
    rows = [
        {
            "number": one.number,
            "at": _short(one.at),
            "who": one.actor,
            "what": say(ACTIONS[one.action]),
            "on": one.subject,
        }
        | {"purpose": one.purpose, "details": _details(one)}
        for one in latest
    ]
    schema = {name: pl.Int64 if name == "number" else pl.String for name in titles}
    tabulate(
        pl.DataFrame(rows, schema=schema), titles, say("Entries, the latest first"), total=found.entries, height=520
    )


def _details(one: Entry) -> str:
    told = {name: value for name, value in one.details.items() if value not in ("", None) and name != "session"}
    return ", ".join(f"{name}: {value}" for name, value in told.items())


def _short(at: str) -> str:
    return at[:16].replace("T", " ")


page()
