"""Events that services share with one another, as MISP and STIX have them, become rows of places and dates."""

import json

import pytest

from geodata.core.errors import NothingKept, UnreadableFile
from geodata.ingest.pipeline import ingest_file
from geodata.ledger.store import Ledger
from geodata.mapping.profiles import profile_for
from geodata.readers.dispatch import read_file
from geodata.readers.handling_marks import MARKING_IDS

EVENT = "5f0e1d2c-0000-4000-8000-000000000001"
TLP2_STRICT = "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003"
TLP1_GREEN = "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da"


def put(folder, content, name="events.json"):
    path = folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def rows_of(path):
    return read_file(path).head.to_dicts()


def stored(path, home):
    ingest_file(path, Ledger(home))
    return Ledger(home).incidents().sort("source_record").to_dicts()


def place(uuid="6a000000-0000-4000-8000-000000000001", **attributes: object):
    listed = [{"object_relation": name.replace("_", "-"), "value": value} for name, value in attributes.items()]
    return {"name": "geolocation", "uuid": uuid, "Attribute": listed}


def event(*objects: dict, **facts: object):
    return {
        "Event": {
            "uuid": EVENT,
            "date": "2024-05-03",
            "info": "Rubber boat left the beach at night",
            "timestamp": "1714780800",
            "event_creator_email": "a.person@example.org",
            "Orgc": {"name": "Coast Watch"},
            "Attribute": [{"type": "text", "value": "not a place"}],
            "Object": list(objects),
            "Tag": [{"name": "tlp:green"}, {"name": "migrant smuggling"}],
            **facts,
        }
    }


BOAT = place(latitude="32.9", longitude="12.06", city="Zuwarah", countrycode="LY", accuracy_radius="3")


@pytest.mark.parametrize(
    "wrapped",
    [
        lambda one: one,
        lambda one: [one],
        lambda one: {"response": [one]},
        lambda one: {"response": one},
    ],
)
def test_an_event_of_misp_reads_the_same_however_it_is_wrapped(tmp_path, home, wrapped):
    path = put(tmp_path, wrapped(event(BOAT)))
    assert profile_for(read_file(path)).name == "misp"
    (row,) = stored(path, home)
    assert (row["lon"], row["lat"], row["place"], row["country"]) == (12.06, 32.9, "Zuwarah", "LBY")
    assert (row["time_start"].isoformat(), row["place_precision_km"]) == ("2024-05-03T00:00:00+00:00", 3.0)
    assert (row["kind"], row["handling"], row["source"]) == ("smuggling", "TLP:GREEN", "MISP")
    assert row["source_record"] == f"{EVENT}/6a000000-0000-4000-8000-000000000001"
    assert json.loads(row["extra"])["organisation"] == "Coast Watch"


def test_a_user_and_an_address_of_misp_are_never_stored(tmp_path, home):
    where = place(latitude="33.05", longitude="11.92", address="12 Example Street")
    person = {"name": "person", "Attribute": [{"object_relation": "last-name", "value": "Nobody"}]}
    done = ingest_file(put(tmp_path, event(where, person)), Ledger(home))
    assert "Column 'address' was not stored: persons are never held." in done.notes
    kept = str(Ledger(home).incidents().to_dicts())
    assert not any(word in kept for word in ("a.person@example.org", "12 Example", "Nobody", "not a place"))


def test_the_strictest_mark_and_the_closest_date_of_misp_count(tmp_path, home):
    where = place(latitude="33.05", longitude="11.92", first_seen="2024-05-02T21:15:00+00:00")
    where["Attribute"][0]["Tag"] = [{"name": "tlp:amber+strict"}]
    (row,) = stored(put(tmp_path, event(where)), home)
    assert (row["handling"], row["time_start"].isoformat()) == ("TLP:AMBER+STRICT", "2024-05-02T21:15:00+00:00")


def test_an_unmarked_event_is_handled_as_amber(tmp_path, home):
    (row,) = stored(put(tmp_path, event(BOAT, Tag=[{"name": "tlp:unclear"}])), home)
    assert row["handling"] == "TLP:AMBER"


def test_a_place_of_misp_without_a_point_is_placed_by_its_name_and_as_coarsely_as_that_tells(tmp_path, home):
    town = place("6a000000-0000-4000-8000-000000000002", city="Zuwarah", country="Libya")
    country = place("6a000000-0000-4000-8000-000000000003", country="Libya")
    point, by_town, by_country = stored(put(tmp_path, event(BOAT, town, country)), home)
    assert (point["lat"], by_town["place"], by_country["country"]) == (32.9, "Zuwarah", "LBY")
    assert point["place_precision_km"] < by_town["place_precision_km"] < by_country["place_precision_km"]
    assert by_country["place_precision_km"] > 500
    assert by_country["place_notes"][0]["code"] == "placed_by_name"


def test_a_deleted_place_is_passed_over_and_events_without_a_place_are_counted(tmp_path):
    gone = {**place(latitude="1", longitude="2"), "deleted": True}
    reading = read_file(put(tmp_path, [event(BOAT), event(gone)]))
    assert reading.head.height == 1
    assert reading.notes == ("MISP events without an object of a place, left out: 1.",)


def test_coordinates_of_misp_in_another_system_or_stated_twice_are_refused(tmp_path, home):
    metres = place(latitude="3900000", longitude="1300000", epsg="3857")
    twice = place("6a000000-0000-4000-8000-000000000002", latitude="33.05", longitude="11.92")
    twice["Attribute"].append({"object_relation": "latitude", "value": "34.05"})
    with pytest.raises(NothingKept, match=r"coordinates must be numbers.*in EPSG:3857"):
        ingest_file(put(tmp_path, event(metres, twice)), Ledger(home))


def test_misp_without_places_is_refused_in_one_sentence(tmp_path):
    with pytest.raises(UnreadableFile, match="none of its 1 MISP events has a place"):
        read_file(put(tmp_path, event()))


@pytest.mark.parametrize(
    ("content", "names"),
    [
        ({"Event": {"a": 1}, "rows": [{"date": "2024-05-03", "lat": 1, "lon": 2}]}, {"date", "lat", "lon"}),
        ({"type": "harbours", "objects": [{"id": "7", "lat": 1}]}, {"id", "lat"}),
        ({"objects": [{"id": "7", "lat": 1}]}, {"id", "lat"}),
        ([{"Event": "Landing", "lat": 1}], {"Event", "lat"}),
    ],
)
def test_other_documents_stay_plain_records(tmp_path, content, names):
    assert set(read_file(put(tmp_path, content)).columns) == names


@pytest.mark.parametrize(
    "content",
    [
        '{"Event": {"uuid": "1", "info": "a", "info": "b", "Object": []}}',
        '{"Event": {"uuid": "1", "info": "a", "Object": [{"name": "geolocation", "name": "person"}]}}',
        '{"type": "bundle", "id": "1", "id": "2", "objects": []}',
    ],
)
def test_a_name_that_stands_twice_refuses_shared_events_too(tmp_path, content):
    with pytest.raises(UnreadableFile, match="stands twice in one object"):
        read_file(put(tmp_path, content))


def an_id(kind, number):
    return f"{kind}--00000000-0000-4000-8000-{number:012d}"


def made(kind, number, **properties: object):
    stamp = "2024-06-01T08:00:00.000Z"
    return {
        "type": kind,
        "spec_version": "2.1",
        "id": an_id(kind, number),
        "created": stamp,
        "modified": stamp,
        **properties,
    }


def bundle(*objects: object, **members: object):
    return {"type": "bundle", "id": an_id("bundle", 1), "objects": list(objects), **members}


LANDING = made("location", 1, name="Lampedusa", country="IT", latitude=35.5, longitude=12.6, precision=2000)
LIBYA = made("location", 2, country="LY")
CAMPAIGN = made("campaign", 3, name="Night boats", labels=["migrant smuggling"])


def sighting(number=4, where=(LANDING,), **properties: object):
    refs = [one["id"] for one in where]
    return made("sighting", number, sighting_of_ref=CAMPAIGN["id"], where_sighted_refs=refs, **properties)


def link(number, source, kind, target, **properties: object):
    ends = {"source_ref": source["id"], "target_ref": target["id"]}
    return made("relationship", number, relationship_type=kind, **ends, **properties)


def test_a_sighting_is_an_incident_where_and_when_it_was_seen(tmp_path, home):
    seen = sighting(first_seen="2024-05-03T04:00:00Z", last_seen="2024-05-03T06:00:00Z", confidence=70)
    path = put(tmp_path, bundle(LANDING, CAMPAIGN, seen))
    assert profile_for(read_file(path)).name == "stix"
    (row,) = stored(path, home)
    assert (row["lon"], row["lat"], row["place_precision_km"], row["place"]) == (12.6, 35.5, 2.0, "Lampedusa")
    assert (row["time_start"].hour, row["time_end"].hour, row["kind"]) == (4, 6, "smuggling")
    assert (row["information_grade"], row["grade_scale"]) == ("70", "STIX confidence, 0 to 100")
    assert row["source_record"] == f"{seen['id']} {LANDING['id']}"
    extra = json.loads(row["extra"])
    assert (extra["title"], extra["relation"], extra["time_from"]) == ("Night boats", "sighted", "first_seen")


def test_an_event_at_two_locations_is_two_rows_and_a_country_alone_is_no_point(tmp_path, home):
    seen = sighting(where=(LANDING, LIBYA), first_seen="2024-05-03T04:00:00Z")
    landed, country = stored(put(tmp_path, bundle(seen, CAMPAIGN, LANDING, LIBYA)), home)
    assert (landed["country"], landed["place_precision_km"]) == ("ITA", 2.0)
    assert (country["country"], country["place_precision_km"] > 500) == ("LBY", True)
    assert country["place_notes"][0]["code"] == "placed_by_name"


def test_relationships_lists_and_dates_of_stix(tmp_path):
    left = made("incident", 5, name="Boat left", labels=["departure"])
    report = made("report", 6, name="Weekly", published="2024-05-09T00:00:00Z", object_refs=[LANDING["id"]])
    seen = made("observed-data", 7, first_observed="2024-05-04T00:00:00Z", last_observed="2024-05-04T00:00:00Z")
    seen |= {"object_refs": [LANDING["id"]]}
    started = link(8, left, "originates-from", LIBYA, start_time="2024-05-02T00:00:00Z")
    rows = rows_of(put(tmp_path, bundle(left, report, seen, started, LANDING, LIBYA)))
    told = {(row["event_type"], row["relation"], row["time"], row["time_end"], row["country"]) for row in rows}
    assert told == {
        ("incident", "originates-from", "2024-05-02T00:00:00Z", None, "LY"),
        ("report", "listed", "2024-05-09T00:00:00Z", None, "IT"),
        ("observed-data", "listed", "2024-05-04T00:00:00Z", None, "IT"),
    }


def test_a_location_that_a_sighting_names_is_not_taken_from_a_report_once_more(tmp_path):
    seen = sighting(first_seen="2024-05-03T04:00:00Z")
    report = made("report", 6, name="Weekly", published="2024-05-09T00:00:00Z", object_refs=[LANDING["id"], seen["id"]])
    (row,) = rows_of(put(tmp_path, bundle(report, seen, LANDING, CAMPAIGN)))
    assert row["event_type"] == "sighting"


@pytest.mark.parametrize("name", MARKING_IDS)
def test_a_well_known_marking_is_the_handling_mark(tmp_path, name):
    (row,) = rows_of(put(tmp_path, bundle(LANDING, sighting(object_marking_refs=[name]))))
    assert row["tlp"] == MARKING_IDS[name]


def test_the_strictest_marking_of_event_part_and_place_counts(tmp_path):
    own = made("marking-definition", 9, definition_type="tlp", definition={"tlp": "amber"})
    part = [{"marking_ref": TLP2_STRICT, "selectors": ["description"]}]
    seen = sighting(object_marking_refs=[TLP1_GREEN], granular_markings=part)
    (row,) = rows_of(put(tmp_path, bundle(LANDING | {"object_marking_refs": [own["id"]]}, seen, own)))
    assert row["tlp"] == "TLP:AMBER+STRICT"
    (row,) = rows_of(put(tmp_path, bundle(LANDING | {"object_marking_refs": [own["id"]]}, sighting(), own)))
    assert row["tlp"] == "TLP:AMBER"


def test_no_person_of_a_bundle_is_read(tmp_path, home):
    person = made("identity", 10, name="A. Nobody", identity_class="individual", contact_information="n@example.org")
    actor = made("threat-actor", 11, name="The Ferryman", aliases=["Ferry"], description="A. Nobody, born 1970")
    where = made("location", 12, latitude=35.1, longitude=12.1, street_address="12 Example Street")
    mail = {"type": "email-addr", "id": an_id("email-addr", 13), "value": "n@example.org"}
    aimed = link(14, actor, "targets", where, start_time="2024-05-03T00:00:00Z")
    path = put(
        tmp_path,
        bundle(
            *(person, actor, where, mail, LANDING, CAMPAIGN, LIBYA, aimed),
            link(15, person, "located-at", LANDING),
            link(16, actor, "located-at", LIBYA),
            made("sighting", 17, sighting_of_ref=person["id"], where_sighted_refs=[LANDING["id"]]),
        ),
    )
    done = ingest_file(path, Ledger(home))
    assert done.batch.kept == 1
    assert "Places of persons, organisations and groups, left out: 3." in done.notes
    assert "Column 'address' was not stored: persons are never held." in done.notes
    kept = str(Ledger(home).incidents().to_dicts())
    assert not any(word in kept for word in ("Nobody", "Ferry", "example.org", "Example Street"))


def test_what_is_revoked_superseded_or_alone_is_said(tmp_path):
    old = sighting(first_seen="2024-05-01T00:00:00Z")
    new = sighting(first_seen="2024-05-02T00:00:00Z", modified="2024-06-02T08:00:00.000Z")
    gone = sighting(5, first_seen="2024-05-01T00:00:00Z", revoked=True)
    undated = sighting(6)
    reading = read_file(put(tmp_path, bundle(new, old, gone, undated, LANDING, LIBYA)))
    assert [row["time"] for row in reading.head.to_dicts()] == ["2024-05-02T00:00:00Z", "2024-06-01T08:00:00.000Z"]
    assert reading.notes == (
        "Rows dated by when their STIX object was made, as nothing tells when it happened: 1.",
        "STIX objects that were revoked, left out: 1.",
        "STIX locations at which no event lies, left out: 1.",
    )


def test_a_bundle_is_known_whatever_the_order_of_its_members(tmp_path):
    seen = sighting(first_seen="2024-05-03T04:00:00Z")
    path = tmp_path / "sorted.json"
    path.write_text(json.dumps(bundle(LANDING, seen), sort_keys=True, indent=1))
    assert "stix_record" in read_file(path).columns


def test_a_bundle_without_locations_is_refused_in_one_sentence(tmp_path):
    with pytest.raises(UnreadableFile, match="none of the 1 objects of this STIX bundle lies at a location"):
        read_file(put(tmp_path, bundle(CAMPAIGN)))
    with pytest.raises(UnreadableFile, match="one of its objects is no object"):
        read_file(put(tmp_path, bundle(CAMPAIGN, "text")))
