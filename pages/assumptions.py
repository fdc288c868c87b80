"""The Assumptions page: the facts that direction rests on, each with its source, and changing them."""

from __future__ import annotations

import hashlib
from html import escape

import streamlit as st

from geodata.core.errors import RoutesError
from geodata.model.assumptions import Facts, facts_from
from geodata.model.query import View
from geodata.places.lookup import countries, country_name
from pages.data.who import allowed, in_their_name
from pages.data.workspace_cache import Workspace, sight
from pages.presenters.assumption_edits import blocs_open_to, difference, farther, going_to, renamed
from pages.presenters.assumption_tables import believed, blocs_by_code, grids, starts
from pages.ui.notices import aside, facts, notice, sentences
from pages.ui.translate import counted, mark, say
from pages.ui.translate import country as name_of
from pages.ui.url_state import tabs
from pages.widgets.page_views import OF_THE_METHOD, views

PARTS = (mark("What is assumed"), mark("Change it"))
MOST_CHARACTERS = 400_000
_SAID, _WRITTEN = "said-of-facts", "said-of-the-form"
_DRAFT, _KEPT, _BASE = "draft", "draft-kept", "draft-base"
_FARTHEST = 20_000


def page() -> None:
    """Show the part that is asked for."""
    seen = sight()
    views(OF_THE_METHOD)
    with st.container(key="assumptions"):
        known = None
        with sentences():
            known = seen.assumptions.facts()
        read, *change = tabs(PARTS if allowed("assume") else PARTS[:1], "part")
        with read:
            if read.open and known is not None:
                reading(seen, known)
        for one in change:
            with one:
                if one.open:
                    changing(seen, known)


def tell_once(key: str) -> None:
    """Say what was just done, or what was wrong with it."""
    said, weight = st.session_state.pop(key, ("", "note"))
    if said:
        notice(said, weight)


def reading(seen: Workspace, known: Facts) -> None:
    """Show everything that is assumed, and what of it is about people from one country."""
    version = (
        say("Version {version}, kept in this workspace", version=known.version)
        if seen.assumptions.has_own
        else say("Version {version}, the assumptions of the product", version=known.version)
    )
    st.html(f'<p class="count">{escape(version)}</p>')
    aside(
        say(
            "Where an incident does not state where people came from or were going, the direction of a route rests on "
            "what stands here: it is an inference under these assumptions, and no evidence for them. Every route names "
            "the version that it was drawn with."
        )
    )
    country = which_country()
    if country:
        facts(believed(known, country), say("What is assumed about people from {country}", country=name_of(country)))
    for grid in grids(known):
        part(grid.name)
        if grid.rows:
            st.html(grid.html)
        else:
            aside(say("None."))
    with st.expander(say("Where journeys begin")):
        aside(known.starts.source)
        st.html(starts(known).html)


def part(heading: str) -> None:
    """Head a part of the page."""
    st.html(f'<h2 class="part">{escape(heading)}</h2>')


def which_country() -> str | None:
    """Ask about people from which country; the address holds its code."""
    codes = by_name()
    asked = st.query_params.get("country", "")

    def remember() -> None:
        chosen = st.session_state["country"]
        if chosen:
            st.query_params["country"] = chosen
        else:
            st.query_params.pop("country", None)

    return st.selectbox(
        say("What is assumed about people from"),
        codes,
        index=codes.index(asked) if asked in codes else None,
        format_func=name_of,
        placeholder=say("Choose a country"),
        key="country",
        on_change=remember,
        width=420,
    )


def by_name() -> list[str]:
    """Return the codes of all countries in the order of their names."""
    return sorted(countries(), key=country_name)


def changing(seen: Workspace, known: Facts | None) -> None:
    """Offer to change the facts: by a form for the commonest change, or in their text."""
    begin(seen)
    draft = None
    with st.container(border=True):
        part(say("People of one country"))
        try:
            draft = facts_from(st.session_state[_DRAFT])
        except RoutesError:
            aside(say("The text below has a fault. This form is back once it is mended; “Check” says what it is."))
        if draft is not None:
            guided(draft)
    part(say("All assumptions, as text"))
    text = st.text_area(
        say("Assumptions (TOML)"),
        key=_DRAFT,
        height=460,
        max_chars=MOST_CHARACTERS,
        label_visibility="collapsed",
    )
    st.session_state[_KEPT] = text
    actions(seen, known, text)
    earlier(seen, known)


def begin(seen: Workspace) -> None:
    """Fill the text with the facts in use, unless it was changed already; say where those were changed meanwhile."""
    try:
        current = seen.assumptions.text()
    except RoutesError:
        current = ""
    base, kept = st.session_state.get(_BASE), st.session_state.get(_KEPT)
    if kept is None or (kept == base and base != current):
        st.session_state[_BASE] = st.session_state[_KEPT] = st.session_state[_DRAFT] = current
    elif base != current:
        notice(
            say("The assumptions in use were changed since this text was begun. Keeping it replaces them."), "warning"
        )
    if _DRAFT not in st.session_state:  # Streamlit forgets what is not on the screen
        st.session_state[_DRAFT] = st.session_state[_KEPT]


def guided(draft: Facts) -> None:
    """Ask where people of one country may be going to, and which of these places few of them choose."""
    left, right = st.columns([1, 2])
    country = left.selectbox(
        say("People from"), by_name(), index=None, format_func=name_of, placeholder=say("Choose a country"), key="of"
    )
    if not country:
        return
    names = blocs_by_code(draft)
    mark = hashlib.sha256(f"{country}{st.session_state[_DRAFT]}".encode()).hexdigest()[:12]
    goals = right.multiselect(
        say("may be going to"),
        blocs_open_to(draft, country),
        default=draft.destinations(country),
        format_func=lambda code: names[code],
        placeholder=say("The default for countries without an entry"),
        key=f"goals-{mark}",
    )
    stated = kilometres(draft, country)
    if goals:
        aside(say("Km by which a destination is taken to lie farther than it does, as few choose it; 0 for none."))
        places = st.columns(6)
        for number, code in enumerate(goals):
            place = places[number % len(places)]
            label = say("{destination}, km farther", destination=code)
            place.number_input(label, 0, _FARTHEST, stated.get(code, 0), 100, key=f"km-{code}-{mark}")
    st.text_input(say("How is this known? It stands with the entry as its source."), key="source")

    def write() -> None:  # as the form stands when it is sent, which may be later than this run
        state = st.session_state
        going = state[f"goals-{mark}"]
        km = {code: state.get(f"km-{code}-{mark}", stated.get(code, 0)) for code in going}
        state[_WRITTEN] = amend(country, going, km, draft, state["source"])

    st.button(say("Write into the text below"), on_click=write, icon=":material/edit:")
    tell_once(_WRITTEN)


def amend(country: str, goals: list[str], offsets: dict[str, int], draft: Facts, source: str) -> tuple[str, str]:
    """Write a change into the text; return what was done or refused, and its weight."""
    if not source.strip():
        return say("Nothing was written: each entry says how it is known, so please state a source."), "error"
    text = st.session_state[_DRAFT]
    stated = kilometres(draft, country)
    try:
        if sorted(goals) != sorted(draft.destinations(country)):
            text = going_to(text, country, goals, source.strip())
        for code, km in offsets.items():
            if km != stated.get(code, 0):
                text = farther(text, country, code, km, source.strip())
    except RoutesError as error:
        return str(error), "error"
    if text == st.session_state[_DRAFT]:
        return say("Nothing was written, as the text says so already."), "note"
    st.session_state[_DRAFT] = st.session_state[_KEPT] = text
    written = say("Written into the text for {country}. It is not in use before you keep it.", country=name_of(country))
    return written, "done"


def kilometres(draft: Facts, country: str) -> dict[str, int]:
    """Return by how many km each destination is taken to lie farther for people of a country."""
    return {offset.destination: round(offset.km) for offset in draft.offsets if offset.origin == country}


def actions(seen: Workspace, known: Facts | None, text: str) -> None:
    """Offer to check the text, to see what it would change, and to keep it."""
    in_use = known.version if known else ""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        check = st.button(say("Check"), icon=":material/rule:")
        look = st.button(say("Preview what would change"), icon=":material/compare_arrows:")
        st.button(say("Start again from the assumptions in use"), on_click=start_again, args=(seen,))
        version = st.text_input(
            say("New version, in place of that in the text"),
            key="new-version",
            placeholder=say("not {version}", version=in_use)[:60] if in_use else "",
            width=320,
            autocomplete="off",
        )
        keep = st.button(say("Keep"), type="primary", icon=":material/save:")
    tell_once(_SAID)
    if check or look or keep:
        with sentences():
            stated = facts_from(text)
            if check:
                notice(checked(stated), "done")
            if look:
                preview(seen, known, stated)
            if keep:
                store(seen, in_use, renamed(text, version.strip()) if version.strip() else text)


def start_again(seen: Workspace) -> None:
    """Put the facts in use into the text."""
    with sentences():
        text = seen.assumptions.text()
        st.session_state[_BASE] = st.session_state[_KEPT] = st.session_state[_DRAFT] = text


def checked(stated: Facts) -> str:
    """Return the sentence on facts without a fault."""
    parts = (
        counted("{count} destination", "{count} destinations", len(stated.blocs)),
        counted("{count} entry of origin", "{count} entries of origin", len(stated.allowed)),
        counted("{count} offset", "{count} offsets", len(stated.offsets)),
        counted("{count} gateway", "{count} gateways", len(stated.gateways)),
        counted("{count} landing", "{count} landings", len(stated.landings)),
        counted("{count} known route", "{count} known routes", len(stated.known)),
    )
    return say(
        "No fault was found. Version {version}: {entries}. Nothing was kept.",
        version=stated.version,
        entries=", ".join(parts),
    )


def preview(seen: Workspace, known: Facts | None, stated: Facts) -> None:
    """Draw the routes under the facts in use and under the new ones, and show what differs."""
    version = seen.version()
    if version is None or known is None:
        notice(say("There is nothing to compare with: no incidents, or no assumptions in use that can be read."))
        return
    with st.status(say("Drawing the routes under the assumptions in use (1 of 2) ..."), expanded=False) as progress:
        now = seen.routes(View(), version).movement
        progress.update(label=say("Drawing the routes under the new assumptions (2 of 2) ..."))
        then = seen.routes(View(), version, facts=stated).movement
        progress.update(label=say("Both were drawn from all incidents."), state="complete")
    found = difference(now, then)
    if found.nothing:
        notice(say("No leg would appear, vanish or turn, and no country would change its main role."), "done")
        return
    counts = say(
        "Legs that appear: {appear}, vanish: {vanish}, turn: {turn}; countries whose main role changes: {roles}",
        appear=len(found.appear),
        vanish=len(found.vanish),
        turn=len(found.turn),
        roles=len(found.roles),
    )
    st.html(f'<p class="count">{escape(counts)}</p>')
    st.html(found.grid.html)
    aside(say("A leg goes from one country straight to the next. Nothing was kept."))


def store(seen: Workspace, in_use: str, text: str) -> None:
    """Keep the text, under a version that tells it from the facts in use."""
    stated = facts_from(text)
    if stated.version == in_use:
        notice(
            say(
                "Nothing was kept: these assumptions bear the version in use, {version}, and every route names its "
                "version; "
                "please give them another.",
                version=in_use,
            ),
            "error",
        )
        return
    with in_their_name("assume"):
        seen.assumptions.keep(text)
    done(
        say(
            "Kept: the assumptions {version} are in use from now on, and maps are drawn anew with them.",
            version=stated.version,
        )
    )


def done(sentence: str) -> None:
    """Say what was done on a page that begins anew from the facts in use."""
    anew(sentence)
    st.rerun()


def anew(sentence: str) -> None:
    """Let the page begin anew from the facts in use, and say what was done."""
    for key in (_DRAFT, _KEPT, _BASE, "new-version"):
        st.session_state.pop(key, None)
    st.session_state[_SAID] = (sentence, "done")


def earlier(seen: Workspace, known: Facts | None) -> None:
    """Offer the facts that were kept before, and those of the product."""
    own, before = seen.assumptions.has_own, seen.assumptions.before()
    part(say("Go back"))
    there = before is not None and (known is None or before != known)
    if there and before is not None:
        aside(say("Kept before: version {version}.", version=before.version))
    else:
        aside(say("No other assumptions were kept before these."))
    with st.container(horizontal=True):
        back = st.button(say("Take back"), icon=":material/undo:", disabled=not there)
        product = st.button(say("Back to the assumptions of the product"), disabled=not own)
    if back:
        with sentences():
            with in_their_name("assume"):
                restored = seen.assumptions.restore()
            done(
                say(
                    "Undone: the assumptions {version} are in use again; those in their place can be had back.",
                    version=restored.version,
                )
            )
    if product:
        st.dialog(say("Back to the assumptions of the product?"))(confirm)(seen)


def confirm(seen: Workspace) -> None:
    """Ask again before the facts of the workspace are laid aside."""
    aside(say("The assumptions of this workspace are laid aside; “Take back” brings them into use again."))

    def leave() -> None:
        try:
            with in_their_name("assume"):
                left = seen.assumptions.leave()
            anew(say("The assumptions of the product, {version}, are in use.", version=left.version))
        except RoutesError as error:
            st.session_state[_SAID] = (str(error), "error")

    with st.container(horizontal=True):
        left = st.button(say("Go back"), type="primary", on_click=leave)
        stayed = st.button(say("Stay"))
    if left or stayed:
        st.rerun()


page()
