"""STIX 2.1: bundles as JSON, each place at which something was sighted or is said to be as a row.

A row is an event and a location: a sighting and where it was, the source of a relationship (located-at, targets,
originates-from) and its target, an incident, report or observation and a location that it refers to. Identities are
never read: where a person or an organisation is, is no incident. Names are taken of events only, never of actors.

Source: OASIS, STIX Version 2.1, sections 4.9 (location), 5 (relationships) and 7.2 (markings).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from geodata.core.messages import sentence
from geodata.readers.chunks import Contents, Record, from_records
from geodata.readers.encoding import Text
from geodata.readers.handling_marks import MARKING_IDS, mark_of, strictest
from geodata.readers.json_records import Window, written
from geodata.readers.limits import unreadable

_ID = re.compile(r"[a-z0-9-]+--[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_RELATIONS = ("located-at", "targets", "originates-from")
"""Types of relationships that lead to a location, that which says most of where it happened first."""
_LISTING = ("incident", "observed-data", "report", "grouping")
"""Objects that refer to locations by themselves."""
_ACTORS = ("identity", "threat-actor", "intrusion-set")
"""Objects that may be persons or groups of them: their names are not read."""
_NAMED = ("incident", "report", "campaign", "grouping", "infrastructure", "indicator", "x-incident")
_TYPES = ("incident_types", "incident_type", "report_types", "labels")
_SPANS = (
    ("first_seen", "last_seen"),
    ("first_observed", "last_observed"),
    ("start_time", "stop_time"),
    ("valid_from", "valid_until"),
    ("published", ""),
)
"""Properties that tell when something was, and until when."""
_KEPT = frozenset(
    [
        *("type", "id", "created", "modified", "revoked", "name", "description", "confidence", "count", "lang"),
        *("object_marking_refs", "granular_markings", "external_references", "definition_type", "definition"),
        *("extensions", "sighting_of_ref", "where_sighted_refs", "observed_data_refs", "relationship_type"),
        *("source_ref", "target_ref", "object_refs", "location_ref", "location_refs", "summary"),
        *("latitude", "longitude", "precision", "region", "country", "administrative_area", "city", "street_address"),
        *_TYPES,
        *(name for span in _SPANS for name in span if name),
    ]
)
_CODE = re.compile(r"[A-Z]{2}-[A-Z0-9]{1,3}")
"""ISO 3166-2: no name of a place."""

Object = dict[str, Any]


def read_stix(text: Text) -> Contents | None:
    """Read a bundle; None where a file is none.

    Raises
    ------
    UnreadableFile
        If nothing in it happened at a location.
    """
    if not _is_bundle(text):
        return None
    bundle = _Bundle(text)
    rows = list(bundle.rows())
    if not rows:
        unreadable(
            text.path.name,
            f"none of the {bundle.read:,} objects of this STIX bundle lies at a location",
            "incidents are read from sightings, incidents, reports and relationships that refer to a location",
        )
    contents = from_records(text.path.name, lambda: rows, written)
    return Contents(contents.columns, contents.chunks, tuple(bundle.notes()))


def _is_bundle(text: Text) -> bool:
    """Tell whether a document is an object whose list ``objects`` begins with an object of STIX."""
    window = Window(text)
    if window.peek() != "{":
        return False
    for name in window.members():
        if window.peek() == "[" and window.begins_list_of_objects():
            if name != "objects":
                return False
            window.take("[")
            first = window.value()
            return _is_object(first)
        value = window.value()
        if name == "type" and value != "bundle":
            return False
    return False


def _is_object(item: Any) -> bool:
    return isinstance(item, dict) and isinstance(item.get("id"), str) and _ID.fullmatch(item["id"]) is not None


class _Bundle:
    """The objects of one file that tell of a place, by their id."""

    def __init__(self, text: Text) -> None:
        self.read = self.revoked = self.actors = self.recorded = 0
        self._objects: dict[str, Object] = {}
        for item in _objects(text):
            self.read += 1
            if not isinstance(item.get("id"), str) or not isinstance(item.get("type"), str):
                unreadable(
                    text.path.name,
                    f"object {self.read:,} of this STIX bundle has no type or no id",
                    "each object needs both, as text",
                )
            known = self._objects.get(item["id"])
            if known is None or str(item.get("modified", "")) >= str(known.get("modified", "")):
                self._objects[item["id"]] = {name: item[name] for name in _KEPT & item.keys()}
        for name in [name for name, item in self._objects.items() if item.get("revoked") is True]:
            self.revoked += 1
            del self._objects[name]
        self._named: set[str] = set()
        self._given: set[str] = set()

    def rows(self) -> Iterator[Record]:
        """Yield a record for each event and location."""
        for sighting in self._of("sighting"):
            sighted = self._objects.get(str(sighting.get("sighting_of_ref")))
            if str(sighting.get("sighting_of_ref")).startswith("identity--"):
                self._leave(self._places(sighting.get("where_sighted_refs")))
                continue
            seen = self._found(sighting.get("observed_data_refs"))
            for place in self._places(sighting.get("where_sighted_refs")):
                yield from self._row(sighting, place, "sighted", [sighting, *seen], sighted)
        for relation in _RELATIONS:
            yield from self._related(relation)
        for kind in _LISTING:
            for event in self._of(kind):
                refs = [event.get("location_ref"), *_listed(event.get("location_refs"))]
                # A place of which more is said elsewhere is not taken from a list once more.
                listed = [ref for ref in _listed(event.get("object_refs")) if ref not in self._named]
                for place in self._places([*refs, *listed], noted=False):
                    yield from self._row(event, place, "listed", [event])

    def notes(self) -> Iterator[str]:
        """Yield sentences about what was left out or stands in for something else."""
        if self.recorded:
            yield sentence(
                "Rows dated by when their STIX object was made, as nothing tells when it happened: {count:,}.",
                count=self.recorded,
            )
        if self.actors:
            yield sentence("Places of persons, organisations and groups, left out: {count:,}.", count=self.actors)
        if self.revoked:
            yield sentence("STIX objects that were revoked, left out: {count:,}.", count=self.revoked)
        alone = sum(item.get("type") == "location" and name not in self._given for name, item in self._objects.items())
        if alone:
            yield sentence("STIX locations at which no event lies, left out: {count:,}.", count=alone)

    def _related(self, relation: str) -> Iterator[Record]:
        for link in self._of("relationship"):
            if link.get("relationship_type") != relation:
                continue
            event = self._objects.get(str(link.get("source_ref")))
            kind = str(link.get("source_ref")).partition("--")[0]
            for place in self._places([link.get("target_ref")]):
                if kind == "identity" or (kind in _ACTORS and relation != "targets"):
                    self._leave([place])
                    continue
                yield from self._row(event or link, place, relation, [link, *([event] if event else [])])

    def _leave(self, places: list[Object]) -> None:
        """Leave out where a person, organisation or group is."""
        self.actors += len(places)
        self._given.update(str(place["id"]) for place in places)

    def _of(self, kind: str) -> Iterator[Object]:
        return (item for item in self._objects.values() if item.get("type") == kind)

    def _found(self, refs: Any) -> list[Object]:
        return [self._objects[ref] for ref in _listed(refs) if ref in self._objects]

    def _places(self, refs: Any, *, noted: bool = True) -> list[Object]:
        found = [item for item in self._found(refs) if item.get("type") == "location"]
        if noted:
            self._named.update(str(item["id"]) for item in found)
        return found

    def _row(
        self, event: Object, place: Object, relation: str, dated: list[Object], about: Object | None = None
    ) -> Iterator[Record]:
        """Yield the record of an event at a place, once.

        ``dated`` are the objects that may tell when it was, the first that does counts; ``about`` is what was sighted.
        """
        record = f"{event['id']} {place['id']}"
        if record in self._given:
            return
        self._given |= {record, str(place["id"])}
        begun, ended, stated = _span(dated)
        self.recorded += not stated
        told = [event, *([about] if about else [])]
        marks = (self._mark(item) for item in (*told, *dated, place))
        city, area = place.get("city"), place.get("administrative_area")
        area = None if area is None or _CODE.fullmatch(str(area)) else area
        yield {
            "stix_record": record,
            "stix_event": event["id"],
            "event_type": event.get("type"),
            "sighted_type": str(event["sighting_of_ref"]).partition("--")[0] if "sighting_of_ref" in event else None,
            "relation": relation,
            "time": begun,
            "time_end": ended if ended != begun else None,
            "time_from": stated or "created",
            "lat": place.get("latitude"),
            "lon": place.get("longitude"),
            "accuracy_m": place.get("precision"),
            "place": place.get("name") or city or area or (None if place.get("country") else place.get("region")),
            "city": city,
            "administrative_area": place.get("administrative_area"),
            "region": place.get("region"),
            "country": place.get("country"),
            "labels": "; ".join(_labels(told)) or None,
            "title": next((item["name"] for item in told if item.get("type") in _NAMED and item.get("name")), None),
            "description": next((text for item in told if (text := _description(item))), None),
            "count": event.get("count"),
            "confidence": event.get("confidence"),
            "tlp": strictest(marks),
            "url": next((url for item in told if (url := _url(item))), None),
            "modified": event.get("modified"),
            # The column of this name is dropped by the rule for columns of persons, which says so.
            **({"address": place["street_address"]} if place.get("street_address") else {}),
        }

    def _mark(self, item: Object) -> str | None:
        """Return the mark of an object, of the whole or of any part of it."""
        parts = item.get("granular_markings")
        refs = _listed(item.get("object_marking_refs"))
        refs += [
            str(one.get("marking_ref")) for one in (parts if isinstance(parts, list) else []) if isinstance(one, dict)
        ]
        return strictest(MARKING_IDS.get(ref) or self._defined(ref) for ref in refs)

    def _defined(self, ref: str) -> str | None:
        """Return the mark for which a marking definition of the bundle stands."""
        marking = self._objects.get(ref, {})
        definition = marking.get("definition")
        told = [str(definition.get("tlp"))] if isinstance(definition, dict) else []
        extensions = marking.get("extensions")
        for extension in extensions.values() if isinstance(extensions, dict) else ():
            told += [str(extension.get("tlp_2_0"))] if isinstance(extension, dict) else []
        return mark_of(str(marking.get("name"))) or strictest(mark_of(f"tlp:{word}") for word in told)


def _objects(text: Text) -> Iterator[Object]:
    window = Window(text)
    for name in window.members():
        if name == "objects" and window.peek() == "[":
            for _ in window.items():
                item = window.value()
                if not isinstance(item, dict):
                    window.refuse("one of its objects is no object", "a STIX bundle holds a list of objects")
                yield item
        else:
            window.skip()
    if window.peek():
        window.refuse("something follows its end", "JSON must follow RFC 8259")


def _listed(refs: Any) -> list[str]:
    return [ref for ref in refs if isinstance(ref, str)] if isinstance(refs, list) else []


def _span(dated: Iterable[Object]) -> tuple[Any, Any, str]:
    """Return when something began and ended, and the property that tells, "" where only a record's own date does."""
    objects = list(dated)
    for item in objects:
        for begin, end in _SPANS:
            if item.get(begin):
                return item[begin], item.get(end), begin
    return next((item.get("created") for item in objects if item.get("created")), None), None, ""


def _labels(told: list[Object]) -> list[str]:
    found = [item.get(name) for item in told if item.get("type") not in _ACTORS for name in _TYPES]
    words = [word for one in found for word in ([one] if isinstance(one, str) else _listed(one))]
    return list(dict.fromkeys(words))


def _description(item: Object) -> Any:
    return None if item.get("type") in _ACTORS else item.get("summary") or item.get("description")


def _url(item: Object) -> Any:
    refs = item.get("external_references")
    found = (ref.get("url") for ref in (refs if isinstance(refs, list) else []) if isinstance(ref, dict))
    return next(filter(None, found), None)
