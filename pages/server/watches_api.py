"""Watch-lists: their feeds, and for analysts to make, list, change and end them and to acknowledge what they found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from desk.watch.alerts import Alerts, Worded
from desk.watch.feed import MEDIA_TYPE, atom
from desk.watch.listing import listed
from desk.watch.model import Area, watch_list
from desk.watch.outbox import NotDelivered, deliveries, trial
from desk.watch.sending import Installed, base_of
from desk.watch.store import NoSuchWatch, Watches
from geodata.core.actor import actor
from geodata.core.errors import WrongValue
from geodata.core.settings import Settings
from geodata.model.query import View
from layers.export.drawn_areas import areas_of
from layers.reports.alerted import trial as words_of_trial
from layers.web.translations import language_named
from pages.data.who import allowed
from pages.data.workspace_cache import Workspace, sight
from pages.server.asked_versions import version_of
from pages.server.checked_answers import checked
from pages.server.json_bodies import with_body

MOST_LISTED = 200
_NEVER: Final = {"Cache-Control": "no-store"}
_OWN: Final = {"Cache-Control": "private, no-cache", "X-Robots-Tag": "noindex, nofollow"}
_GIVEN: Final = ("name", "kinds", "least_incidents", "least_confidence", "channel", "address", "timing")
"""What a body may say of a watch-list; its places and filters stand in the address, as they do for the map."""


def watch_routes(in_thread: Callable[[Callable[[Request], Response]], Any]) -> list[BaseRoute]:
    """Return the routes of watch-lists.

    Parameters
    ----------
    in_thread : function
        Makes a handler that runs beside the event loop and turns errors of ours into sentences.
    """
    return [
        Route("/watch/{token}.atom", in_thread(_feed)),
        Route("/data/watches", in_thread(_list), methods=["GET"]),
        Route("/data/watches", with_body(_make, NoSuchWatch), methods=["POST"]),
        Route("/data/watches/alerts", in_thread(_alerts), methods=["GET"]),
        Route("/data/watches/acknowledge", with_body(_acknowledge, NoSuchWatch), methods=["POST"]),
        Route("/data/watches/{watch_id}/{what}", with_body(_act, NoSuchWatch), methods=["POST"]),
    ]


def _feed(request: Request) -> Response:
    """Answer with the feed behind a token: what was sent into it, the latest first."""
    home, settings = sight().home, Settings()
    token = request.path_params["token"]
    try:
        kept = Watches(home).of_feed(token)
    except NoSuchWatch:
        return PlainTextResponse("This feed is not known. Ask whoever made it.\n", 404, _OWN | _NEVER)
    sent = [one for one in deliveries(home, kept.watch_id) if one.state == "sent"]
    found = Alerts(home).by_id(dict.fromkeys(alert_id for one in sent for alert_id in one.items))
    latest = sorted(found, key=lambda alert: (alert.found_at, alert.alert_id), reverse=True)
    base = base_of(settings)
    content = atom(kept, latest, f"{base}/watch/{token}.atom", base)
    return checked(request, content, MEDIA_TYPE, headers=_OWN)


def _list(_: Request) -> Response:
    home = sight().home
    told = [listed(home, kept) for kept in Watches(home).every()]
    return JSONResponse({"watches": told, "mail": bool(Settings().smtp)}, headers=_NEVER)


def _make(request: Request, body: dict[str, Any]) -> Response:
    seen, params = sight(), request.query_params
    view, _ = View.from_query(params.multi_items())
    given = {name: body[name] for name in _GIVEN if name in body}
    places = {
        "view": view.without_window().query(),
        "areas": [Area(name=one.name, corners=one.corners.tolist()) for one in areas_of(params.getlist("area"))],
        "routes": params.getlist("route"),
        "countries": params.getlist("country"),
    }
    language = language_named(params.get("lang", "en"))
    made = watch_list(given | places | {"language": language})
    kept, once = Watches(seen.home).new(made, actor(), seen.version())
    feed = f"watch/{once}.atom" if made.channel == "feed" else ""
    secret = once if made.channel == "webhook" else ""
    return JSONResponse({"id": kept.watch_id, "feed": feed, "secret": secret}, headers=_NEVER)


def _act(request: Request, body: dict[str, Any]) -> Response:
    """Change, mute, delete or try out a watch-list."""
    home, what, watch_id = sight().home, request.path_params["what"], request.path_params["watch_id"]
    watches = Watches(home)
    if what == "change":
        kept = watches.change(watch_id, {name: body[name] for name in _GIVEN if name in body}, actor())
    elif what == "mute":
        kept = watches.mute(watch_id, _days(body.get("days", 1)), actor())
    elif what == "test":
        kept = watches.one(watch_id)
        message = trial(kept, Worded(**asdict(words_of_trial(kept.watch.language))), datetime.now(UTC))
        try:
            Installed(Settings()).deliver(message)
        except NotDelivered as error:
            raise WrongValue(
                error.what, rule=error.rule, done="the message did not arrive", where=error.where
            ) from None
    elif what == "delete":
        watches.delete(watch_id, actor())
        return JSONResponse({"id": watch_id}, headers=_NEVER)
    else:
        rule = "a watch-list is changed, muted, deleted or tried out"
        raise WrongValue(f"{what[:20]!r}", rule=rule, done="nothing changed")
    return JSONResponse(listed(home, kept), headers=_NEVER)


def _alerts(request: Request) -> Response:
    """Answer with the alerts of all watch-lists; of a version with what stands of each change that the map tells.

    Names of lists, and who took note of what and why, are for whoever may keep watch-lists.
    """
    if not allowed("watch"):
        return JSONResponse({"alerts": [], "states": {}}, headers=_NEVER)
    seen = sight()
    found = Alerts(seen.home)
    notes, names = found.notes(), {kept.watch_id: kept.watch.name for kept in Watches(seen.home).every()}
    every = found.latest(names)
    told = [alert for alert in every if alert.told]
    answer: dict[str, Any] = {
        "alerts": [
            {
                "id": alert.alert_id,
                "watch": names[alert.watch_id],
                "key": alert.finding_id,
                "name": alert.name,
                "verdict": alert.verdict,
                "since": alert.since,
                "found_at": alert.found_at,
                "version": alert.ledger_version,
                "note": next((asdict(note) for note in notes if note.is_of(alert)), None),
            }
            for alert in told[:MOST_LISTED]
        ]
    }
    if "version" in request.query_params:
        view, _ = View.from_query(request.query_params.multi_items())
        answer["states"] = {
            finding.finding_id: {
                "watches": sorted({names[alert.watch_id] for alert in every if alert.is_of(finding)}),
                "note": next((asdict(note) for note in notes if note.is_of(finding)), None),
            }
            for finding in seen.findings(view, version_of(request, seen))
        }
    return JSONResponse(answer, headers=_NEVER)


def _acknowledge(request: Request, body: dict[str, Any]) -> Response:
    """Keep that somebody took note of a change: one that the map tells, or one that a watch-list found."""
    seen = sight()
    key, why, found = str(body.get("key", ""))[:200], str(body.get("why", "")), Alerts(seen.home)
    finding = next((one for one in _told_on_the_map(request, seen) if one.finding_id == key), None)
    note = found.acknowledge(finding or found.one(key), why, actor())
    return JSONResponse(asdict(note), headers=_NEVER)


def _told_on_the_map(request: Request, seen: Workspace) -> list[Any]:
    if "version" not in request.query_params:
        return []
    view, _ = View.from_query(request.query_params.multi_items())
    return list(seen.findings(view, version_of(request, seen)))


def _days(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise WrongValue(f"{str(value)[:20]!r} days", rule="it is a whole number", done="nothing changed")
    return value
