"""Command line of the desk: tokens of programs, shared links, the audit, watch-lists, briefings."""

from __future__ import annotations

import getpass
import json
import os
import socket
import sys
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated
from urllib.parse import urlencode

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from desk.briefing.commands import briefing
from desk.keeping_cli import keeping
from desk.live_shares import LiveShares, require_no_phrase
from desk.sessions import Sessions
from desk.shares import DAYS, MOST_DAYS, Shares
from desk.tokens import DAYS as TOKEN_DAYS
from desk.tokens import HAND_IN, Tokens
from desk.tokens import MOST_DAYS as TOKEN_MOST_DAYS
from desk.watch.commands import watch
from geodata.core.audit import ACTIONS, Audit
from geodata.core.errors import WrongValue, told_in_a_sentence
from geodata.core.settings import Settings
from geodata.ledger.store import Ledger
from geodata.model.query import require_view

app = typer.Typer(
    help="PEOPLE: who may do what.", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
)
token = typer.Typer(
    help="Tokens by which programs hand in incidents, read layers or measure the server.", no_args_is_help=True
)
app.add_typer(token, name="token")
audit = typer.Typer(help="The audit: who did what, when and for what purpose.", no_args_is_help=True)
app.add_typer(audit, name="audit")
app.add_typer(keeping)
app.add_typer(watch, name="watch")
app.add_typer(briefing, name="briefing")

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON value instead of words.")]
Home = Annotated[Path | None, typer.Option(help="Workspace folder [env: ROUTES_HOME; default: workspace].")]


@token.command()
def new(
    name: Annotated[str, typer.Option(help="Who or what it is for.")],
    home: Home = None,
    right: Annotated[
        list[str] | None, typer.Option(help="hand in (the default), read, measure; may be repeated.")
    ] = None,
    source: Annotated[
        list[str] | None, typer.Option(help="Whose incidents it may hand in; by default those of its own name.")
    ] = None,
    days: Annotated[int, typer.Option(help=f"Until it ends, at most {TOKEN_MOST_DAYS}.")] = TOKEN_DAYS,
) -> None:
    """Make a token and print it, this once."""
    with told_in_a_sentence():
        secret = _tokens(home).new(name, rights=right or (HAND_IN,), sources=source or (), days=days)
    print(secret)
    print("It is not shown again; hand it over by a way that you trust.", file=sys.stderr)


@token.command("list")
def list_(home: Home = None, as_json: AsJson = False) -> None:
    """List the tokens, without what would let anyone use them."""
    found = _tokens(home).every()
    if as_json:
        told = [{name: value for name, value in asdict(one).items() if name != "sha256"} for one in found]
        print(json.dumps([one | {"state": each.state} for one, each in zip(told, found, strict=True)]))
        return
    if not found:
        print("There is no token yet: python -m desk token new makes one.")
        return
    table = Table("name", "may", "for", "made", "by", "until", "")
    for one in found:
        facts = (", ".join(one.rights), ", ".join(one.sources), one.at[:10], one.actor, one.expires_at[:10])
        table.add_row(one.name, *map(escape, facts), one.state)
    Console().print(table)


@token.command()
def revoke(name: Annotated[str, typer.Argument()], home: Home = None) -> None:
    """Let a token count no more."""
    with told_in_a_sentence():
        _tokens(home).revoke(name)
    print(f"{name} is revoked.")


@app.command()
def share(
    title: Annotated[str, typer.Option(help="Written above the map.")],
    home: Home = None,
    audience: Annotated[str, typer.Option(help="partner or public: what may be seen (docs/export.md).")] = "partner",
    days: Annotated[int, typer.Option(help=f"Until it ends, at most {MOST_DAYS}.")] = DAYS,
    phrase: Annotated[str, typer.Option(help="A pass-phrase that is asked for as well [env: ROUTES_PHRASE].")] = "",
    purpose: Annotated[str, typer.Option(help="For the audit.")] = "",
    language: Annotated[str, typer.Option(help="Language of the map: en, fr.")] = "en",
    start: Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day.")] = None,
    end: Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="First day no longer in.")] = None,
    mode: Annotated[list[str] | None, typer.Option(help="land, sea or air; may be repeated.")] = None,
    country: Annotated[list[str] | None, typer.Option(help="A country; may be repeated.")] = None,
    route: Annotated[list[str] | None, typer.Option(help="A route by id, or by a part of its name.")] = None,
    live: Annotated[bool, typer.Option("--live", help="A running server makes it anew as incidents come in.")] = False,
) -> None:
    """Make a link to a frozen map for an audience, and print its address, this once."""
    from layers.audience.audiences import shared_with
    from layers.export.area import area_of
    from layers.export.making import Asked
    from layers.from_workspace import read_export
    from layers.reports.standalone import to_share
    from layers.web.translations import language_named

    folder = home if home is not None else Settings().home
    with told_in_a_sentence():
        readers = shared_with(audience)
        window = {"start": start.date() if start else None, "end": end.date() if end else None}
        view = require_view(window | {"modes": mode or None})
        asked = Asked(view, area_of(country or ()), route or (), audience=readers, with_changes=False)
        page, told = to_share(
            read_export(asked, Ledger(folder)), readers, language_named(language), title.strip(), live=live
        )
        secret = phrase or os.environ.get("ROUTES_PHRASE", "")
        if live:
            require_no_phrase(secret)
        token_, made = Shares(folder).new(page, told, getpass.getuser(), days=days, phrase=secret, purpose=purpose)
        if live:
            more = [("country", one) for one in country or ()] + [("route", one) for one in route or ()]
            LiveShares(folder).keep(made.share_id, "&".join(filter(None, (view.query(), urlencode(more)))))
    print(f"/s/{token_}")
    held = f"{made.withheld:.0%} of {made.incidents:,} incidents are in no hex that is shown"
    print(f"{made.share_id}, until {made.expires_at[:10]}; {held}. The address is not shown again.", file=sys.stderr)


@app.command()
def shares(home: Home = None, as_json: AsJson = False) -> None:
    """List the shared links, without what would let anyone open them."""
    with told_in_a_sentence():
        found = _shares(home).every()
    if as_json:
        told = [{name: value for name, value in asdict(one).items() if name != "policy"} for one in found]
        print(json.dumps([one | {"state": each.state} for one, each in zip(told, found, strict=True)]))
        return
    if not found:
        print("Nothing is shared yet: python -m desk share makes a link.")
        return
    table = Table("id", "title", "for", "until", "", "opened", "withheld")
    for one in found:
        facts = (one.share_id, one.title, one.audience, one.expires_at[:10], one.state, str(one.opened))
        table.add_row(*facts, f"{one.withheld:.0%}")
    Console().print(table)


@app.command("revoke")
def revoke_share(share_id: Annotated[str, typer.Argument()], home: Home = None) -> None:
    """Withdraw a shared link: it opens nothing from now on."""
    with told_in_a_sentence():
        found = _shares(home).revoke(share_id, getpass.getuser())
    print(f"{share_id} was withdrawn." if found.state == "withdrawn" else f"{share_id} had expired already.")


@app.command()
def extend(
    share_id: Annotated[str, typer.Argument()],
    home: Home = None,
    days: Annotated[int, typer.Option(help=f"From now, at most {MOST_DAYS}.")] = DAYS,
) -> None:
    """Let a shared link that stands end later."""
    with told_in_a_sentence():
        found = _shares(home).extend(share_id, getpass.getuser(), days)
    print(f"{share_id} stands until {found.expires_at[:10]}.")


@app.command()
def sessions(home: Home = None, as_json: AsJson = False) -> None:
    """List who is signed in, or was."""
    with told_in_a_sentence():
        found = Sessions(_home(home)).every()
    if as_json:
        print(json.dumps([asdict(one) | {"state": one.state} for one in found]))
        return
    if not found:
        print("Nobody has signed in: on one machine nobody needs to (docs/signing-in.md).")
        return
    table = Table("session", "name", "roles", "", "began", "last seen", "ends", "from")
    for one in found:
        facts = (one.session, one.name, one.roles, one.state, one.began_at, one.seen_at, one.ends_at, one.client)
        table.add_row(*map(escape, facts))
    Console().print(table)


@app.command("end-session")
def end_session(session: Annotated[str, typer.Argument()], home: Home = None) -> None:
    """End a session before its time."""
    with told_in_a_sentence():
        found = Sessions(_home(home)).end(session, getpass.getuser())
    print(f"The session of {found.name} is over.")


@audit.command("verify")
def verify_audit(home: Home = None, as_json: AsJson = False) -> None:
    """Tell whether every entry is as it was written and none is missing; exit code 1 where not."""
    found = _audit(home).verify()
    if as_json:
        print(json.dumps(asdict(found)))
    elif found.fault:
        print(f"THE AUDIT IS NOT WHOLE: {found.fault}. {found.entries:,} entries before that are sound.")
    else:
        print(f"{found.entries:,} entries, each as it was written; the last is {found.sha256}.")
    if found.fault:
        raise typer.Exit(1)


@audit.command("show")
def show_audit(
    home: Home = None,
    actor: Annotated[str, typer.Option(help="Of this one alone.")] = "",
    action: Annotated[str, typer.Option(help=", ".join(ACTIONS))] = "",
    last: Annotated[int, typer.Option(min=1, help="So many of the latest.")] = 50,
) -> None:
    """Print the latest entries."""
    fits = [one for one in _audit(home).entries() if actor in ("", one.actor) and action in ("", one.action)]
    table = Table("no.", "at", "who", "what", "on", "purpose", "details")
    for one in fits[-last:]:
        details = ", ".join(f"{name}={value}" for name, value in one.details.items() if value not in ("", None))
        facts = (str(one.number), one.at[:19], one.actor, one.action, one.subject, one.purpose, details)
        table.add_row(*map(escape, facts))
    Console().print(table)


@audit.command("export")
def export_audit(
    home: Home = None,
    form: Annotated[str, typer.Option("--format", help="jsonl, or syslog (RFC 5424).")] = "jsonl",
    after: Annotated[int, typer.Option(min=0, help="Entries behind this number.")] = 0,
) -> None:
    """Print entries a line each, for a SIEM to take in."""
    with told_in_a_sentence():
        if form not in ("jsonl", "syslog"):
            raise WrongValue(
                f"{form[:20]!r}", rule="it is jsonl or syslog", done="nothing was printed", where="--format"
            )
    for one in _audit(home).entries():
        if one.number > after:
            print(one.line() if form == "jsonl" else one.syslog(socket.gethostname()))


def _home(home: Path | None) -> Path:
    return home if home is not None else Settings().home


def _audit(home: Path | None) -> Audit:
    return Audit(_home(home))


def _shares(home: Path | None) -> Shares:
    return Shares(_home(home))


def _tokens(home: Path | None) -> Tokens:
    return Tokens(_home(home))


if __name__ == "__main__":
    app()
