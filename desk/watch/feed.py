"""Atom feeds (RFC 4287): the alerts of a watch-list that were sent, the latest first."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Final
from xml.etree.ElementTree import Element, SubElement, tostring

from desk.watch.alerts import Alert
from desk.watch.store import Kept

ATOM: Final = "http://www.w3.org/2005/Atom"
MOST_ENTRIES: Final = 50
MEDIA_TYPE: Final = "application/atom+xml"
_SPACE = uuid.UUID("6f2f3d52-3e58-5c58-9a0e-2a6a1b0c9d11")
"""Of ids of our feeds (RFC 9562, version 5)."""


def atom(kept: Kept, alerts: Sequence[Alert], address: str, base: str) -> bytes:
    """Return a feed.

    Parameters
    ----------
    kept : Kept
    alerts : sequence of Alert
        The latest first.
    address : str
        Of the feed itself.
    base : str
        Address of the server, in front of links to the map.
    """
    feed = Element("feed", {"xmlns": ATOM, "xml:lang": kept.watch.language.replace("_", "-")})
    _add(feed, "id", _id(kept.watch_id))
    _add(feed, "title", kept.watch.name)
    _add(feed, "updated", max((alert.found_at for alert in alerts), default=kept.made_at))
    SubElement(feed, "link", {"rel": "self", "type": MEDIA_TYPE, "href": address})
    _add(SubElement(feed, "author"), "name", "Smuggling route monitor")
    for alert in alerts[:MOST_ENTRIES]:
        entry = SubElement(feed, "entry")
        _add(entry, "id", _id(f"{alert.alert_id} {alert.verdict}"))
        _add(entry, "title", alert.worded.title)
        _add(entry, "updated", alert.found_at)
        SubElement(entry, "link", {"rel": "alternate", "type": "text/html", "href": base + alert.worded.link})
        SubElement(entry, "content", {"type": "text"}).text = _clean(alert.worded.text)
    written: bytes = tostring(feed, encoding="utf-8", xml_declaration=True)
    return written


def _add(above: Element, name: str, said: str) -> None:
    SubElement(above, name).text = _clean(said)


def _clean(said: str) -> str:
    """Return a text without signs that XML 1.0 has not."""
    return "".join(letter if letter.isprintable() else " " for letter in said)


def _id(name: str) -> str:
    return uuid.uuid5(_SPACE, name).urn
