"""Each change is said once for a watch-list: over evaluations, over a restart, and while it grows."""

from datetime import UTC, datetime, timedelta

import pytest

from desk.watch.alerts import Alerts
from desk.watch.evaluation import Evaluation, Look
from desk.watch.outbox import deliveries
from desk.watch.store import NoSuchWatch, Watches
from geodata.core.audit import Audit
from geodata.core.errors import RoutesError, WrongValue
from geodata.model.query import View
from tests.desk.watch.conftest import LAMPEDUSA, NOON


def test_what_was_known_when_the_list_was_made_is_not_said_and_what_comes_then_is_said_once(desk, found):
    desk.versions = {1: [found()], 2: [found(), found(node_id="sea-b", name="Tripoli - Malta")]}
    desk.watch(version=1)
    assert desk.new(1) == []
    assert desk.new(2) == ["Tripoli - Malta"]
    assert desk.new(2) == []
    assert desk.send() == ["sent"]
    assert [[alert.name for alert in message.alerts] for message in desk.sent] == [["Tripoli - Malta"]]
    desk.versions[3] = desk.versions[2]
    assert desk.new(3) == []
    assert desk.send() == []


def test_a_list_is_measured_by_the_version_at_which_it_was_made_though_it_is_looked_at_later(desk, found):
    desk.versions = {1: [found()], 2: [found(), found(node_id="sea-b", name="Tripoli - Malta")]}
    desk.watch(version=1)
    assert desk.new(2) == ["Tripoli - Malta"]


def test_a_list_that_is_made_in_an_empty_workspace_is_told_of_all_that_is_recent(desk, found):
    desk.versions = {0: [found()]}
    desk.watch(version=None)
    assert desk.new(0) == ["Sfax - Lampedusa"]


def test_with_since_the_past_is_told_from_that_month_on(desk, found):
    old = found(node_id="sea-old", name="Old", since="2016-10", detected="2016-11", last="2017-01")
    desk.versions = {1: [found(), old]}
    desk.watch("from 2025", version=1, since="2025-01")
    desk.watch("from 2010", version=1, since="2010-01")
    desk.watch("later", version=1, since="2025-07")
    assert sorted(desk.new(1)) == ["Old", "Sfax - Lampedusa", "Sfax - Lampedusa"]


def test_a_change_of_years_ago_that_is_found_now_is_kept_and_not_said(desk, found):
    desk.versions = {1: [], 2: [found(last="2024-11")], 3: [found(last="2024-12", node_id="sea-b")]}
    kept = desk.watch(version=1)
    assert desk.new(2) == []
    assert [alert.told for alert in Alerts(desk.home).of(kept.watch_id)] == [False]
    assert len(desk.new(3)) == 1


def test_a_change_that_grows_or_begins_a_little_earlier_than_it_seemed_is_not_said_again(desk, found):
    desk.versions = {
        1: [],
        2: [found()],
        3: [found(incidents=90, rate=30.0, last="2025-09")],
        4: [found(incidents=120, since="2025-02")],
        5: [],
        6: [found()],
    }
    desk.watch(version=1)
    assert desk.new(2) == ["Sfax - Lampedusa"]
    assert [desk.new(version) for version in (3, 4, 5, 6)] == [[], [], [], []]


def test_it_is_said_again_when_its_judgement_changes_and_then_no_more(desk, found):
    desk.versions = {
        1: [],
        2: [found(confidence="low")],
        3: [found(confidence="high")],
        4: [found(confidence="medium")],
    }
    kept = desk.watch(version=1)
    assert desk.new(2) == ["Sfax - Lampedusa"]
    assert desk.new(3) == ["Sfax - Lampedusa"]
    assert desk.new(4) == []  # medium is a clear rise as high is
    (alert,) = Alerts(desk.home).of(kept.watch_id)
    assert (alert.verdict, alert.ledger_version) == ("clear rise", 3)


def test_only_what_fits_is_said_and_every_list_by_itself(desk, found):
    away = found(node_id="land-x", name="Away", at=(45.0, 30.0), corridor_ids=("land-x",), mode="land")
    desk.versions = {1: [], 2: [found(), away]}
    desk.watch("sea", version=1, areas=[{"name": "Lampedusa", "corners": LAMPEDUSA}])
    desk.watch("land", version=1, modes=["land"])
    desk.watch("deaths", version=1, view="kind=death", countries=["GRC"])
    told = {one.name: len(one.new) for one in desk.evaluate(2)}
    assert told == {"sea": 1, "land": 1, "deaths": 0}
    assert (View(kinds=("death",)), 2) in desk.looked


def test_what_is_found_while_a_list_is_muted_is_kept_and_never_sent(desk, found):
    desk.versions = {1: [], 2: [found()], 3: [found(), found(node_id="sea-b", name="Tripoli - Malta")]}
    kept = desk.watch(version=1)
    Watches(desk.home).mute("Sicily", 2, "chief")
    now = datetime.now(UTC)
    assert desk.new(2, now) == []
    assert desk.new(3, now + timedelta(days=3)) == ["Tripoli - Malta"]
    assert len(Alerts(desk.home).of(kept.watch_id)) == 2


def test_what_goes_wrong_with_one_list_is_said_and_the_others_are_looked_at(desk, found):
    desk.versions = {1: [], 2: [found()]}
    desk.watch("broken", version=1, view="kind=death")
    desk.watch("whole", version=1)
    usual = desk._look

    def look(view: View, version: int) -> Look:
        if view.kinds:
            raise RoutesError("it is damaged", rule="it must be whole")
        return usual(view, version)

    told = Evaluation(desk.home, look, desk._word).run(2, NOON)
    assert {one.name: (len(one.new), "damaged" in one.fault) for one in told} == {
        "broken": (0, True),
        "whole": (1, False),
    }


def test_a_digest_gathers_what_is_found_until_its_hour(desk, found):
    desk.versions = {1: [], 2: [found()], 3: [found(), found(node_id="sea-b", name="Tripoli - Malta")]}
    desk.watch(version=1, timing={"when": "daily", "hour": 18})
    desk.new(2, NOON)
    desk.new(3, NOON + timedelta(hours=2))
    assert desk.send(NOON + timedelta(hours=5, minutes=59)) == []
    assert desk.send(NOON + timedelta(hours=6)) == ["sent"]
    assert [alert.name for alert in desk.sent[0].alerts] == ["Sfax - Lampedusa", "Tripoli - Malta"]


def test_one_message_tells_of_all_that_is_new_and_more_than_fifty_of_several(desk, found):
    desk.versions = {1: [], 2: [found(node_id=f"sea-{number}") for number in range(120)]}
    kept = desk.watch(version=1)
    desk.new(2)
    assert sorted(len(one.items) for one in deliveries(desk.home, kept.watch_id)) == [20, 50, 50]


def test_an_acknowledged_change_is_so_for_every_list_until_its_judgement_changes(desk, found):
    desk.versions = {1: [], 2: [found(confidence="low")], 3: [found(confidence="high")]}
    first, second = desk.watch("a", version=1), desk.watch("b", version=1)
    desk.new(2)
    alerts = Alerts(desk.home)
    note = alerts.acknowledge(alerts.of(first.watch_id)[0], "The survey of Lampedusa, see file 12", "chief")
    assert note.is_of(alerts.of(second.watch_id)[0])
    assert note.is_of(found(confidence="low", since="2025-06"))
    desk.new(3)
    assert not note.is_of(alerts.of(second.watch_id)[0])
    assert not note.is_of(found(confidence="high"))
    (entry,) = [one for one in Audit(desk.home).entries() if one.action == "acknowledge"]
    assert (entry.actor, entry.subject, entry.purpose) == ("chief", note.finding_id, "")
    for why in ("", "  ", "x" * 301, "a\nb"):
        with pytest.raises(WrongValue, match="1 to 300 letters"):
            alerts.acknowledge(found(), why, "chief")


def test_a_deleted_list_sends_nothing_more_and_its_name_is_free(desk, found):
    desk.versions = {1: [], 2: [found()]}
    kept = desk.watch(version=1, timing={"when": "daily", "hour": 18})
    desk.new(2)
    Watches(desk.home).delete("Sicily", "chief")
    assert desk.send(NOON + timedelta(days=1)) == []
    assert [one.state for one in deliveries(desk.home, kept.watch_id)] == ["withdrawn"]
    assert desk.evaluate(2) == []
    with pytest.raises(NoSuchWatch, match="there is no watch-list 'Sicily'"):
        Watches(desk.home).one("Sicily")
    desk.watch(version=2)


def test_a_name_stands_once_and_a_change_keeps_the_channel(desk):
    desk.watch(version=1)
    desk.watch("Aegean", version=1)
    watches = Watches(desk.home)
    with pytest.raises(WrongValue, match="a name stands once"):
        desk.watch(version=1)
    with pytest.raises(WrongValue, match="a name stands once"):
        watches.change("Aegean", {"name": "Sicily"}, "chief")
    with pytest.raises(WrongValue, match="another channel is another watch-list"):
        watches.change("Aegean", {"channel": "feed", "address": ""}, "chief")
    changed = watches.change("Aegean", {"least_incidents": 10}, "chief")
    assert (changed.watch.name, changed.watch.least_incidents) == ("Aegean", 10)
    told = [(one.action, one.actor) for one in Audit(desk.home).entries()]
    assert told == [("watch", "analyst"), ("watch", "analyst"), ("watch", "chief")]


def test_a_fault_with_one_list_keeps_no_other_from_being_seen(desk, found, monkeypatch):
    desk.versions = {0: [found()]}
    desk.watch("Broken", view="mode=air")
    desk.watch("Sound")
    look = desk._look

    def failing(view: View, version: int) -> Look:
        if view.modes:
            raise ZeroDivisionError
        return look(view, version)

    monkeypatch.setattr(desk, "_look", failing)
    told = {one.name: one for one in desk.evaluate(0)}
    assert told["Broken"].fault == "it could not be evaluated; the log says why"
    assert len(told["Sound"].new) == 1
    assert desk.send() == ["sent"]


def test_a_list_that_is_deleted_while_it_is_evaluated_leaves_no_message(desk, found, monkeypatch):
    desk.versions = {0: [found()]}
    kept = desk.watch("Gone")
    look = desk._look

    def deleting(view: View, version: int) -> Look:
        Watches(desk.home).delete(kept.watch_id, "analyst")
        return look(view, version)

    monkeypatch.setattr(desk, "_look", deleting)
    assert [one.new for one in desk.evaluate(0)] == [()]
    assert deliveries(desk.home, kept.watch_id) == []
    assert Alerts(desk.home).of(kept.watch_id) == []
