"""An incident entered by hand is stored as a file is, keeps its id when it is changed, and can be withdrawn."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from geodata.core.errors import WrongValue
from geodata.ledger.store import Ledger
from geodata.ledger.version_diff import undo
from pages.data.by_hand import Entry, entry_of, marks, profile
from pages.data.workspace_cache import Workspace

BOAT = Entry(
    day=date(2024, 5, 3),
    precision="instant",
    clock="14:30",
    place="Sfax",
    lat=34.74,
    lon=10.76,
    mode="sea",
    kind="interception",
    people=12,
    origins="Syria; Mali",
    modus_operandi="rubber boat; night",
    handling="TLP:GREEN",
    remarks="two boats",
)


def said(_: str) -> None:
    """Hear what is being done."""


def save(seen: Workspace, entry: Entry):
    receipt = seen.take_in(entry.upload(), profile(), said, may_withdraw=False)
    assert receipt.batch is not None, receipt.error
    return receipt.batch


@pytest.fixture
def seen(home) -> Workspace:
    return Workspace(Ledger(home))


def test_an_entry_becomes_an_incident_and_comes_back_as_it_was_said(seen):
    batch = save(seen, BOAT)
    row = seen.by_hand(everybody=False).row(0, named=True)
    assert (batch.kept, batch.source, batch.profile) == (1, "By hand", "by-hand")
    assert row["time_start"] == datetime(2024, 5, 3, 14, 30, tzinfo=UTC)
    assert (row["mode"], row["kind"], row["people"], row["dead"]) == ("sea", "interception", 12, None)
    assert [one["iso3"] for one in row["origins"]] == ["MLI", "SYR"]
    known = entry_of(row)
    assert replace(known, record="", incident_id="", source="", origins=BOAT.origins, reach_km=None) == BOAT


@pytest.mark.parametrize(("precision", "end"), [("day", date(2024, 5, 4)), ("month", date(2024, 6, 1))])
def test_a_date_is_kept_as_exactly_as_it_is_known(seen, precision, end):
    save(seen, replace(BOAT, precision=precision))
    assert seen.by_hand(everybody=True)["time_end"][0].date() == end


def test_without_a_position_it_is_placed_by_its_name_and_an_unknown_name_is_refused(seen):
    save(seen, replace(BOAT, lat=None, lon=None))
    row = seen.by_hand(everybody=True).row(0, named=True)
    assert row["country"] == "TUN"
    assert entry_of(row).lat is None
    found = seen.rehearse(replace(BOAT, lat=None, lon=None, place="Nowhere at all").upload(), profile(), said)
    assert found.refusals["rule"].to_list() == ["a place must be known to the gazetteer, and be one place only"]


def test_a_change_revises_the_incident_under_its_id_though_newer_ones_stand(seen):
    save(seen, BOAT)
    save(seen, replace(BOAT, day=date(2025, 1, 1)))
    first = entry_of(seen.by_hand(everybody=True).row(1, named=True))
    batch = save(seen, replace(first, people=40))
    assert (batch.kept, batch.updated) == (0, 1)
    after = seen.by_hand(everybody=True).row(1, named=True)
    assert (after["incident_id"], after["people"]) == (first.incident_id, 40)
    seen.undo(batch.batch)
    assert seen.by_hand(everybody=True)["people"].to_list() == [12, 12]


def test_an_incident_that_is_withdrawn_stands_in_earlier_versions_and_comes_back_when_that_is_undone(seen, home):
    save(seen, BOAT)
    known = entry_of(seen.by_hand(everybody=False).row(0, named=True))
    batch = seen.withdraw(known)
    assert (batch.withdrawn, batch.source) == (1, "By hand")
    assert seen.by_hand(everybody=True).is_empty()
    assert Ledger(home).incidents(0).height == 1
    with pytest.raises(WrongValue, match="nothing was changed"):
        seen.withdraw(known)
    undo(Ledger(home), batch.batch)
    assert Ledger(home).incidents()["incident_id"].to_list() == [known.incident_id]


@pytest.mark.parametrize("text", ["call +216 71 123 456", "write to a.b@example.org"])
def test_a_text_with_a_contact_of_a_person_is_refused(text):
    with pytest.raises(WrongValue, match="persons are never held"):
        replace(BOAT, remarks=text).upload()
    assert replace(BOAT, remarks="12 people, 2024-05-03, 33.5 11.25").upload().content


def test_no_mark_above_the_ceiling_of_a_system_is_offered(monkeypatch):
    monkeypatch.setenv("ROUTES_CEILING", "TLP:GREEN")
    assert marks() == ("TLP:CLEAR", "TLP:GREEN")


def test_what_others_entered_is_listed_only_when_asked_for(seen, monkeypatch):
    save(seen, BOAT)
    monkeypatch.setattr("getpass.getuser", lambda: "somebody else")
    assert seen.by_hand(everybody=False).is_empty()
    assert seen.by_hand(everybody=True).height == 1
