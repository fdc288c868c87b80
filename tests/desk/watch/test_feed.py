"""A feed is Atom (RFC 4287): what it must hold, and nothing that a place's name could add."""

from datetime import datetime

import pytest
from lxml import etree

from desk.watch.alerts import Alerts
from desk.watch.feed import atom
from desk.watch.outbox import deliveries
from desk.watch.store import NoSuchWatch, Watches
from tests.desk.watch.conftest import NOON

NAMES = {"a": "http://www.w3.org/2005/Atom"}
HOSTILE = "<script>alert(1)</script> & \x0b \ud800 ]]>"


@pytest.fixture
def read(desk, found):
    """Return a feed of two alerts as a reader of feeds parses it."""
    desk.versions = {1: [], 2: [found(), found(node_id="sea-b", name=HOSTILE.replace("\ud800", ""))]}
    kept = desk.watch(version=1, channel="feed", address="")
    desk.new(2)
    desk.send()
    (sent,) = deliveries(desk.home, kept.watch_id)
    address, base = "https://monitor.example.org/watch/T.atom", "https://monitor.example.org"
    return etree.fromstring(atom(kept, Alerts(desk.home).by_id(sent.items), address, base))


def texts(element: etree._Element, path: str) -> list[str]:
    return [str(one) for one in element.xpath(path, namespaces=NAMES)]


def test_a_feed_and_each_entry_have_what_rfc_4287_asks_for_once(read):
    assert read.tag == "{http://www.w3.org/2005/Atom}feed"
    for name in ("id", "title", "updated", "author"):
        assert len(read.findall(f"a:{name}", NAMES)) == 1, name
    assert texts(read, "a:author/a:name/text()") == ["Smuggling route monitor"]
    assert texts(read, "a:link[@rel='self']/@href") == ["https://monitor.example.org/watch/T.atom"]
    entries = read.findall("a:entry", NAMES)
    assert len(entries) == 2
    for entry in entries:
        for name in ("id", "title", "updated", "link", "content"):
            assert len(entry.findall(f"a:{name}", NAMES)) == 1, name
        assert texts(entry, "a:content/@type") == ["text"]
        assert texts(entry, "a:link/@href") == ["https://monitor.example.org/?lat=35&lon=12&z=6"]
    ids = [*texts(read, "a:id/text()"), *texts(read, "a:entry/a:id/text()")]
    assert len(set(ids)) == 3
    assert all(one.startswith("urn:uuid:") for one in ids)
    assert all(datetime.fromisoformat(one).tzinfo for one in texts(read, "//a:updated/text()"))
    assert set(texts(read, "//*[not(namespace-uri()='http://www.w3.org/2005/Atom')]")) == set()


def test_names_of_places_are_text(read):
    titles = [" ".join(one.split()) for one in texts(read, "a:entry/a:title/text()")]
    assert "<script>alert(1)</script> & ]]>: clear rise" in titles
    assert read.findall(".//script") == []


def test_a_feed_without_alerts_was_updated_when_the_list_was_made(desk):
    kept = desk.watch(version=1, channel="feed", address="")
    made = etree.fromstring(atom(kept, [], "https://monitor.example.org/watch/T.atom", ""))
    assert texts(made, "a:updated/text()") == [kept.made_at]


def test_an_entry_waits_for_its_digest_as_any_message(desk, found):
    desk.versions = {1: [], 2: [found()]}
    kept = desk.watch(version=1, channel="feed", address="", timing={"when": "daily", "hour": 18})
    desk.new(2)
    desk.send(NOON)
    assert [one.state for one in deliveries(desk.home, kept.watch_id)] == ["waiting"]


def test_a_token_opens_one_feed_is_kept_nowhere_and_ends_with_its_list(desk):
    watches = Watches(desk.home)
    kept, token = watches.new(desk.list_of(channel="feed", address=""), "analyst", 1)
    assert len(token) == 43
    assert watches.of_feed(token).watch_id == kept.watch_id
    for file in desk.home.rglob("*"):
        assert not file.is_file() or token.encode() not in file.read_bytes()
    for wrong in ("", token[:-1], token + "A", token.swapcase(), "é" * 43, kept.watch_id):
        with pytest.raises(NoSuchWatch):
            watches.of_feed(wrong)
    watches.delete(kept.watch_id, "chief")
    with pytest.raises(NoSuchWatch):
        watches.of_feed(token)
