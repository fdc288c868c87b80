"""MISP: events as JSON, each object of the template ``geolocation`` as a row.

Read are a place, its event's id, date, title, tags and the organisation that made it. Attributes beside these places,
e-mail addresses of users and other objects (persons among them) are passed over unread.

Sources: MISP core format; template ``geolocation`` of MISP objects.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from geodata.core.messages import sentence
from geodata.readers.chunks import Contents, Record, from_records
from geodata.readers.encoding import Text
from geodata.readers.handling_marks import mark_of, strictest
from geodata.readers.json_records import Window, written
from geodata.readers.limits import unreadable

_TEMPLATE = "geolocation"
_FACTS = frozenset(["uuid", "id", "date", "info", "timestamp"])
_DEGREES = "4326"


def read_misp(text: Text) -> Contents | None:
    """Read an event, a list of events or the answer to a search; None where a file is none of these.

    Raises
    ------
    UnreadableFile
        If no event has a place.
    """
    if not _begins_as_events(text):
        return None
    found = _Events(text)
    contents = from_records(text.path.name, found.records, written)
    if not found.sound:
        return None
    if not contents.columns:
        unreadable(
            text.path.name,
            f"none of its {found.read:,} MISP events has a place",
            f"incidents are read from objects of the template {_TEMPLATE!r}",
        )
    if not found.unplaced:
        return contents
    said = sentence("MISP events without an object of a place, left out: {count:,}.", count=found.unplaced)
    return Contents(contents.columns, contents.chunks, (said,))


def _begins_as_events(text: Text) -> bool:
    """Tell whether a document, or the first item of its list, begins with the name ``Event`` or ``response``."""
    start = next(text.characters(), "")[:4096]
    return re.match(r"\s*\[?\s*\{\s*\"(?:Event\"\s*:\s*\{|response\"\s*:\s*[\[{]\s*\{?\s*\"Event)", start) is not None


class _Events:
    """The places of the events of one file."""

    def __init__(self, text: Text) -> None:
        self.text = text
        self.sound = True
        self.read = self.unplaced = 0

    def records(self) -> Iterator[Record]:
        """Yield a record for each place of each event."""
        self.read = self.unplaced = 0
        window = Window(self.text)
        while opening := window.peek():
            if opening == "[":
                for _ in window.items():
                    yield from self._wrapped(window)
            else:
                yield from self._wrapped(window)

    def _wrapped(self, window: Window) -> Iterator[Record]:
        for name in window.members():
            inner = window.peek()
            if name == "Event" and inner == "{":
                yield from self._event(window)
            elif name == "response" and inner == "[":
                for _ in window.items():
                    yield from self._wrapped(window)
            elif name == "response" and inner == "{":
                yield from self._wrapped(window)
            else:
                window.skip()

    def _event(self, window: Window) -> Iterator[Record]:
        facts: dict[str, Any] = {}
        tags: list[str] = []
        places: list[dict[str, Any]] = []
        for name in window.members():
            listed = window.peek() == "["
            if name == "Object" and listed:
                places += (item for item in _values(window) if _is_place(item))
            elif name == "Tag" and listed:
                tags += _tags(list(_values(window)))
            elif name == "Orgc":
                maker = window.value()
                facts["organisation"] = maker.get("name") if isinstance(maker, dict) else None
            elif name in _FACTS:
                facts[name] = window.value()
            else:
                window.skip()
        self.read += 1
        self.sound = self.sound and "info" in facts and not facts.keys().isdisjoint(("uuid", "id"))
        self.unplaced += not places
        for number, place in enumerate(places, start=1):
            yield _record(facts, tags, place, number)


def _values(window: Window) -> Iterator[Any]:
    for _ in window.items():
        yield window.value()


def _is_place(item: Any) -> bool:
    return isinstance(item, dict) and item.get("name") == _TEMPLATE and not _deleted(item)


def _deleted(item: dict[str, Any]) -> bool:
    return str(item.get("deleted", False)).lower() in ("true", "1")


def _tags(listed: Any) -> list[str]:
    tags = listed if isinstance(listed, list) else []
    return [str(tag["name"]) for tag in tags if isinstance(tag, dict) and tag.get("name")]


def _record(facts: dict[str, Any], tags: list[str], place: dict[str, Any], number: int) -> Record:
    stated: dict[str, list[str]] = {}
    own = list(tags)
    listed = place.get("Attribute")
    for attribute in listed if isinstance(listed, list) else []:
        if isinstance(attribute, dict) and not _deleted(attribute) and attribute.get("value") is not None:
            stated.setdefault(str(attribute.get("object_relation")), []).append(str(attribute["value"]).strip())
            own += _tags(attribute.get("Tag"))
    # More than one value stays visible, and is refused where one number is needed.
    told = {name: "; ".join(values) for name, values in stated.items()}
    event = facts.get("uuid") or facts.get("id")
    begun = told.get("first-seen") or place.get("first_seen") or facts.get("date")
    ended = told.get("last-seen") or place.get("last_seen")
    system = _system(told)
    lat, lon = told.get("latitude"), told.get("longitude")
    if system != _DEGREES and lat and lon:
        lat, lon = (f"{number} in EPSG:{system}" for number in (lat, lon))
    labels = [tag for tag in own if ":" not in tag]
    record = {
        "misp_record": f"{event}/{place.get('uuid') or number}",
        "misp_event": event,
        "event_date": facts.get("date"),
        "time": begun,
        "time_end": ended if ended != begun else None,
        "lat": lat,
        "lon": lon,
        "place_precision_km": told.get("accuracy-radius"),
        "place": told.get("city") or told.get("region"),
        "region": told.get("region"),
        "country": told.get("country") or told.get("countrycode"),
        "info": facts.get("info"),
        "remark": told.get("text"),
        "labels": "; ".join(dict.fromkeys(labels)) or None,
        "tags": "; ".join(dict.fromkeys(own)) or None,
        "tlp": strictest(mark_of(tag) for tag in own),
        "organisation": facts.get("organisation"),
        "timestamp": facts.get("timestamp"),
    }
    # The column of this name is dropped by the rule for columns of persons, which says so.
    return record | ({"address": told["address"]} if "address" in told else {})


def _system(told: dict[str, str]) -> str:
    """Return the EPSG number of a place's coordinates."""
    found = re.search(r"(\d{4,6})", told.get("epsg") or "") or re.search(
        r"EPSG:(\d{4,6})", told.get("spacial-reference") or ""
    )
    return found[1] if found else _DEGREES
