"""Watch-lists as the map and readers of feeds ask for them, and the watcher that runs beside them."""

import json
from shutil import copytree

import pytest
from lxml import etree

from desk.watch.alerts import Alerts
from desk.watch.model import watch_list
from desk.watch.outbox import deliveries
from desk.watch.store import Watches
from geodata.core.audit import Audit
from geodata.ingest.pipeline import ingest_file
from geodata.ledger.store import Ledger
from geodata.model.query import View
from layers.export.drawn_areas import spelt
from pages.data.workspace_cache import sight
from pages.server.watcher import Watcher

pytestmark = pytest.mark.slow

SAID = {"name": "World", "channel": "feed"}


@pytest.fixture
def desk(get, at, two_versions, home):
    """Return the way to ask the desk of a copy of a workspace, in whose version 1 changes are told, with JSON."""
    at(copytree(two_versions, home))

    def post(address: str, body: object) -> object:
        return get(address, method="POST", body=[json.dumps(body).encode()], content_type="application/json")

    return post


@pytest.fixture
def since_empty(desk, home):
    """Make a feed of all changes, as if it had been made before there were any; give its token."""
    _, token = Watches(home).new(watch_list({"name": "World", "channel": "feed"}), "analyst", None)
    return token


def test_an_alert_is_a_change_of_the_map_with_its_id_and_is_said_once(get, home, since_empty):
    watcher = Watcher(sight())
    watcher.turn()
    watcher.send()
    map_alerts = get("/data/alerts?version=1").json()["alerts"]
    told = get("/data/watches/alerts?version=1").json()
    assert {one["key"] for one in told["alerts"]} == {one["key"] for one in map_alerts}
    assert all(told["states"][one["key"]] == {"watches": ["World"], "note": None} for one in map_alerts)
    feed = etree.fromstring(get(f"/watch/{since_empty}.atom").body)
    assert len(feed.findall("{*}entry")) == len(map_alerts) > 0
    Watcher(sight()).turn()
    Watcher(sight()).turn()
    kept = Watches(home).one("World")
    assert sum(alert.told for alert in Alerts(home).of(kept.watch_id)) == len(map_alerts)
    assert [one.state for one in deliveries(home, kept.watch_id)] == ["sent"]


def test_a_list_that_is_made_on_the_map_is_quiet_on_what_it_shows(get, desk, home):
    area = spelt("Lampedusa", [(10, 34), (13, 34), (13, 36), (10, 36)])
    answer = desk(
        f"/data/watches?mode=sea&area={area}&country=ITA&lang=fr",
        SAID | {"timing": {"quiet_from": "22:00", "quiet_to": "06:00"}},
    )
    assert answer.status == 200, answer.body
    assert answer.json()["feed"].endswith(".atom")
    (told,) = get("/data/watches").json()["watches"]
    assert (told["view"], told["countries"], told["language"]) == ("mode=sea", ["ITA"], "fr")
    assert told["areas"] == [{"name": "Lampedusa", "corners": [[10, 34], [13, 34], [13, 36], [10, 36]]}]
    Watcher(sight()).turn()
    (told,) = get("/data/watches").json()["watches"]
    assert (told["evaluated"], told["told"], told["waiting"]) == (1, 0, 0)


def test_a_new_version_is_looked_through_by_itself(get, desk, home, tmp_path):
    desk("/data/watches", SAID)
    watcher = Watcher(sight())
    watcher.turn()
    watcher.send()
    report = tmp_path / "more.csv"
    report.write_text("date,lat,lon,mode\n2026-11-03,35.5,12.6,sea\n", encoding="utf-8")
    ingest_file(report, Ledger(home))
    sight()._look()
    watcher.turn()
    watcher.send()
    assert get("/data/watches").json()["watches"][0]["evaluated"] == 2


def test_a_change_is_acknowledged_on_the_map_for_everybody(get, desk, home, since_empty):
    Watcher(sight()).turn()
    first = get("/data/alerts?version=1").json()["alerts"][0]["key"]
    answer = desk("/data/watches/acknowledge?version=1", {"key": first, "why": "The survey began"})
    assert answer.status == 200, answer.body
    told = get("/data/watches/alerts?version=1").json()
    assert told["states"][first]["note"]["why"] == "The survey began"
    assert [one["note"] is not None for one in told["alerts"] if one["key"] == first] == [True]
    (entry,) = [one for one in Audit(home).entries() if one.action == "acknowledge"]
    assert (entry.subject, entry.purpose) == (first, "")
    assert desk("/data/watches/acknowledge?version=1", {"key": first, "why": " "}).status == 400
    assert desk("/data/watches/acknowledge?version=1", {"key": "no-such", "why": "x"}).status == 404


def test_a_change_that_no_list_watches_is_acknowledged_too(get, desk):
    first = get("/data/alerts?version=1").json()["alerts"][0]["key"]
    assert desk("/data/watches/acknowledge?version=1", {"key": first, "why": "Known"}).status == 200
    assert get("/data/watches/alerts?version=1").json()["states"][first] == {
        "watches": [],
        "note": get("/data/watches/alerts?version=1").json()["states"][first]["note"],
    }


def test_a_list_is_changed_muted_tried_out_and_deleted(get, desk, monkeypatch):
    monkeypatch.delenv("ROUTES_WEBHOOKS_TO", raising=False)
    made = desk("/data/watches", SAID | {"channel": "webhook", "address": "https://127.0.0.1/SECRET"}).json()
    assert made["secret"].startswith("whsec_")
    way = f"/data/watches/{made['id']}"
    assert desk(f"{way}/change", {"least_incidents": 10}).json()["least_incidents"] == 10
    assert desk(f"{way}/mute", {"days": 7}).json()["muted_until"] > "2026"
    assert desk(f"{way}/mute", {"days": "7"}).status == 400
    tried = desk(f"{way}/test", {})
    assert tried.status == 400
    assert "private network" in tried.json()["error"]
    assert desk(f"{way}/forget", {}).status == 400
    assert b"SECRET" not in get("/data/watches").body
    assert made["secret"].encode() not in get("/data/watches").body
    assert desk(f"{way}/delete", {}).status == 200
    assert desk(f"{way}/delete", {}).status == 404
    assert get("/data/watches").json()["watches"] == []


def test_a_feed_is_for_whoever_has_its_token_and_ends_with_its_list(get, desk):
    made = desk("/data/watches", SAID).json()
    answer = get(f"/{made['feed']}")
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("application/atom+xml")
    assert answer.headers["x-robots-tag"] == "noindex, nofollow"
    assert get(f"/{made['feed']}", if_none_match=answer.headers["etag"]).status == 304
    assert get(f"/{made['feed'].replace('.atom', 'x.atom')}").status == 404
    desk(f"/data/watches/{made['id']}/delete", {})
    assert get(f"/{made['feed']}").status == 404


@pytest.mark.parametrize(
    ("address", "body", "said"),
    [
        ("/data/watches", {"name": ""}, "at least 1 character"),
        ("/data/watches", {"name": "x", "channel": "pigeon"}, "Input should be"),
        ("/data/watches", {"name": "x", "kinds": []}, "at least 1 item"),
        ("/data/watches", {"name": "x", "channel": "email", "address": "a@b.org\r\nBcc: c@d.org"}, "one address"),
        ("/data/watches?area=broken", {"name": "x"}, "an area has 3 to 24 corners"),
        ("/data/watches?route=../x", {"name": "x"}, "should match pattern"),
        ("/data/watches?lang=xx", {"name": "x"}, "there is no language"),
    ],
)
def test_what_does_not_fit_is_one_sentence_and_nothing_is_watched(get, desk, address, body, said):
    answer = desk(address, body)
    assert answer.status == 400
    assert said in answer.json()["error"]
    assert get("/data/watches").json()["watches"] == []


def test_the_same_findings_are_computed_once_for_the_map_and_for_all_lists(desk, home, monkeypatch):
    for name in ("a", "b", "c"):
        desk("/data/watches", SAID | {"name": name})
    seen, calls = sight(), []
    seen.findings(View(), 1)
    usual = seen._findings.get
    monkeypatch.setattr(seen._findings, "get", lambda key, compute: usual(key, lambda: calls.append(key) or compute()))
    Watcher(seen).turn()
    assert calls == []
