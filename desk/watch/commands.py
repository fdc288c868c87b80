"""Command line of watch-lists: ``python -m desk watch``."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from desk.watch.alerts import LONGEST_REASON, Alerts, Worded
from desk.watch.evaluation import Evaluation, Look
from desk.watch.listing import listed
from desk.watch.model import CHANNELS, CONFIDENCES, KINDS, WHEN, WatchList, watch_list
from desk.watch.outbox import Outbox, trial
from desk.watch.sending import Installed, base_of
from desk.watch.store import MOST_MUTED_DAYS, Watches, moment
from geodata.core.actor import actor
from geodata.core.errors import UnknownVersion, WrongValue, told_in_a_sentence
from geodata.core.settings import Settings
from geodata.ledger.store import Ledger
from geodata.model.query import View
from geodata.places.lookup import country_code
from routes.temporal.findings import Finding

watch = typer.Typer(help="Watch-lists: what somebody wants to be told of.", no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON value instead of words.")]
Home = Annotated[Path | None, typer.Option(help="Workspace folder [env: ROUTES_HOME; default: workspace].")]
Name = Annotated[str, typer.Argument(help="Name or id of a watch-list.")]
Several = list[str] | None


@watch.command()
def new(
    name: Annotated[str, typer.Argument(help="What it is called.")],
    home: Home = None,
    area: Annotated[Several, typer.Option(help="WEST,SOUTH,EAST,NORTH in degrees, or an area of a link.")] = None,
    route: Annotated[Several, typer.Option(help="Id of a route.")] = None,
    country: Annotated[Several, typer.Option(help="A country.")] = None,
    pair: Annotated[Several, typer.Option(help="LBY,ITA: the country that routes lead from, and to.")] = None,
    mode: Annotated[Several, typer.Option(help="land, sea or air.")] = None,
    view: Annotated[str, typer.Option("--filter", help="Filters of the map, as kind=death&source=...")] = "",
    kind: Annotated[Several, typer.Option(help=", ".join(KINDS))] = None,
    least: Annotated[int, typer.Option(min=0, help="The least number of incidents.")] = 0,
    confidence: Annotated[str, typer.Option(help=f"The least: {', '.join(CONFIDENCES)}.")] = "low",
    since: Annotated[str, typer.Option(help="YYYY-MM: also tell at first what could be known since.")] = "",
    channel: Annotated[str, typer.Option(help=", ".join(CHANNELS))] = "feed",
    to: Annotated[str, typer.Option(help="Address of e-mail, or of the webhook.")] = "",
    when: Annotated[str, typer.Option(help=", ".join(WHEN))] = "at once",
    hour: Annotated[int, typer.Option(help="Of a daily or weekly message.")] = 7,
    weekday: Annotated[int, typer.Option(help="Of a weekly message; Monday is 0.")] = 0,
    zone: Annotated[str, typer.Option(help="Time zone, as Europe/Rome.")] = "UTC",
    quiet: Annotated[str, typer.Option(help="22:00-06:00: nothing is sent then.")] = "",
    language: Annotated[str, typer.Option(help="Of messages: en, fr.")] = "en",
) -> None:
    """Make a watch-list; print the address of its feed or the secret of its webhook, this once."""
    from layers.web.translations import language_named

    begin, _, end = quiet.partition("-")
    timing = {"when": when, "hour": hour, "weekday": weekday, "zone": zone, "quiet_from": begin, "quiet_to": end}
    told = {
        "name": name,
        "view": view,
        "routes": route or (),
        "modes": mode or (),
        "kinds": kind or KINDS,
        "least_incidents": least,
        "least_confidence": confidence,
        "since": since,
        "channel": channel,
        "address": to,
        "timing": timing,
    }
    settings = Settings()
    with told_in_a_sentence():
        places = {"areas": _areas(area or ()), "countries": _codes(country or ()), "pairs": _pairs(pair or ())}
        made = watch_list(told | places | {"language": language_named(language)})
        folder = home or settings.home
        kept, once = Watches(folder).new(made, actor(), Ledger(folder).version())
    if once:
        print(f"{base_of(settings)}/watch/{once}.atom" if channel == "feed" else once)
        print("It is not shown again.", file=sys.stderr)
    print(f"{kept.watch_id} watches from now on.", file=sys.stderr)


@watch.command("list")
def list_(
    home: Home = None,
    alerts: Annotated[bool, typer.Option(help="Also list what was found.")] = False,
    as_json: AsJson = False,
) -> None:
    """List the watch-lists and how their messages fared, without what would let anyone read a feed."""
    folder = home or Settings().home
    with told_in_a_sentence():
        found = [listed(folder, kept) for kept in Watches(folder).every()]
        held = {one["id"]: [asdict(alert) for alert in Alerts(folder).of(one["id"])] for one in found if alerts}
    if as_json:
        told = [one | ({"alerts": held[one["id"]]} if alerts else {}) for one in found]
        print(json.dumps(told, ensure_ascii=False))
        return
    table = Table("id", "name", "by", "to", "when", "alerts", "last message")
    for one in found:
        last = one["state"] or "none yet"
        last = f"muted until {one['muted_until'][:10]}" if one["muted_until"] > moment(datetime.now(UTC)) else last
        facts = (one["id"], one["name"], one["channel"], one["to"], one["timing"]["when"], str(one["told"]), last)
        table.add_row(*map(escape, facts))
    Console().print(table)
    for one in found:
        if one["fault"]:
            print(f"{one['name']}: {one['fault']}")
    for one in found if alerts else ():
        _print_alerts(one["name"], held[one["id"]])


@watch.command()
def delete(name: Name, home: Home = None) -> None:
    """Watch no longer."""
    with told_in_a_sentence():
        Watches(home or Settings().home).delete(name, actor())
    print(f"{name} watches no longer.")


@watch.command()
def mute(
    name: Name,
    home: Home = None,
    days: Annotated[int, typer.Option(help=f"At most {MOST_MUTED_DAYS}; 0 ends it.")] = 1,
) -> None:
    """Send nothing for some days; what is found meanwhile is kept and not sent later."""
    with told_in_a_sentence():
        kept = Watches(home or Settings().home).mute(name, days, actor())
    print(f"{name} is muted until {kept.muted_until}." if kept.muted_until else f"{name} is not muted.")


@watch.command()
def run(home: Home = None, as_json: AsJson = False) -> None:
    """Look for what is new, and send what is due; for a timer such as cron. Exit code 1 if something went wrong."""
    settings = Settings()
    folder = home or settings.home
    with told_in_a_sentence():
        ledger = Ledger(folder)
        version = ledger.version()
        if version is None:
            rule = "take a file in with `python -m geodata ingest FILE`"
            raise UnknownVersion("the workspace is empty", rule=rule, done="nothing was watched", where=str(folder))
        found = _evaluation(ledger).run(version)
        sent = Outbox(folder, Installed(settings)).send_due()
    if as_json:
        print(json.dumps({"lists": [asdict(one) for one in found], "messages": [asdict(one) for one in sent]}))
    else:
        for one in found:
            print(f"{one.name}: {one.fault or f'{one.fitting} changes fit, {len(one.new)} of them new'}")
        for message in sent:
            print(f"{message.delivery_id}: {' '.join(filter(None, [message.state, message.fault]))}")
    if any(one.fault for one in found) or any(message.fault for message in sent):
        raise typer.Exit(1)


@watch.command("test")
def try_out(name: Name, home: Home = None) -> None:
    """Send a message that tells of nothing, now, to see whether it arrives."""
    from layers.reports.alerted import trial as words_of

    settings = Settings()
    with told_in_a_sentence():
        kept = Watches(home or settings.home).one(name)
        if kept.watch.channel == "feed":
            rule = "a feed is read, and nothing is sent"
            raise WrongValue(f"{name!r} is a feed", rule=rule, done="nothing was sent")
        Installed(settings).deliver(trial(kept, Worded(**asdict(words_of(kept.watch.language))), datetime.now(UTC)))
    print(f"A message of {kept.watch.name} was sent to {kept.watch.aimed_at}.")


@watch.command()
def acknowledge(
    alert: Annotated[str, typer.Argument(help="Id of an alert, or of the change that it tells of.")],
    why: Annotated[str, typer.Option(help=f"The reason, at most {LONGEST_REASON} letters.")],
    home: Home = None,
) -> None:
    """Keep that somebody took note of a change, and why no more is to be done."""
    folder = home or Settings().home
    with told_in_a_sentence():
        found = Alerts(folder)
        note = found.acknowledge(found.one(alert), why, actor())
    print(f"{note.finding_id} was acknowledged by {note.by}.")


def _evaluation(ledger: Ledger) -> Evaluation:
    from layers.from_workspace import Changes, read_changes
    from layers.reports.alerted import alerted, marking_of

    @lru_cache(maxsize=4)
    def read(view: View, version: int) -> Changes:
        return read_changes(view, ledger, version)

    def look(view: View, version: int) -> Look:
        found = read(view, version)
        return Look(found.findings, {one.corridor_id: one.lines for one in found.routes}, found.recent_from)

    def word(finding: Finding, made: WatchList, version: int) -> Worded:
        marking = marking_of(finding, read(made.seen, version).series)
        return Worded(**asdict(alerted(finding, marking, made.seen, made.language)))

    return Evaluation(ledger.home, look, word)


def _print_alerts(name: str, found: Sequence[Mapping[str, Any]]) -> None:
    table = Table("alert", "found", "what", "", title=escape(name))
    for one in found:
        what = f"{one['name']}: {one['verdict']} since {one['since']}"
        facts = (one["alert_id"], one["found_at"][:10], what, "told" if one["told"] else "not told")
        table.add_row(*map(escape, facts))
    Console().print(table)


def _areas(texts: Sequence[str]) -> list[dict[str, Any]]:
    from layers.export.drawn_areas import areas_of

    found = []
    for text in texts:
        if "~" in text:
            (area,) = areas_of([text])
            found.append({"name": area.name, "corners": area.corners.tolist()})
            continue
        try:
            west, south, east, north = (float(part) for part in text.split(","))
        except ValueError:
            rule = "an area is WEST,SOUTH,EAST,NORTH in degrees, or as a link of the map has it"
            raise WrongValue(repr(text[:60]), rule=rule, done="nothing is watched", where="--area") from None
        corners = [[west, south], [east, south], [east, north], [west, north]]
        found.append({"name": text[:60], "corners": corners})
    return found


def _pairs(texts: Sequence[str]) -> list[tuple[str, str]]:
    found = []
    for text in texts:
        start, _, end = text.partition(",")
        (first,), (last,) = _codes([start]), _codes([end])
        found.append((first, last))
    return found


def _codes(texts: Sequence[str]) -> list[str]:
    found = []
    for text in texts:
        code = country_code(text.strip())
        if code is None:
            rule = "a country is named in English or by its code, as LBY"
            raise WrongValue(f"there is no country {text[:40]!r}", rule=rule, done="nothing is watched")
        found.append(code)
    return found
