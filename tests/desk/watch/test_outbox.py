"""A message is tried until it arrives or a day is over, by whichever program runs, under one id."""

from datetime import timedelta

import pytest

from desk.watch.outbox import GIVE_UP_AFTER, Message, deliveries, wait_after
from desk.watch.store import Watches
from geodata.core.audit import Audit
from tests.desk.watch.conftest import NOON


@pytest.fixture
def queued(desk, found):
    """Return the desk with one message that is on its way, and its watch-list."""
    desk.versions = {1: [], 2: [found()]}
    kept = desk.watch(version=1)
    desk.new(2)
    return desk, kept


def test_a_message_that_failed_is_tried_again_later_and_later_under_the_same_id(queued):
    desk, kept = queued
    desk.fault = "the server is away"
    now, waits = NOON, []
    for _ in range(6):
        assert desk.send(now) == ["waiting"]
        assert desk.send(now + timedelta(seconds=29)) == []
        (one,) = deliveries(desk.home, kept.watch_id)
        waits.append(one.next_at)
        now += wait_after(one.tries)
    assert waits == [f"2026-11-30T12:{at}Z" for at in ("00:30", "01:30", "03:30", "07:30", "15:30", "31:30")]
    desk.fault = ""
    assert desk.send(now) == ["sent"]
    assert desk.send(now + timedelta(days=1)) == []
    assert len({message.message_id for message in desk.sent}) == 1
    assert len(desk.sent) == 7


def test_it_is_given_up_after_a_day_and_that_is_said(queued, caplog):
    desk, kept = queued
    desk.fault = "the server is away"
    now = NOON
    while desk.send(now) != ["given up"]:
        (one,) = deliveries(desk.home, kept.watch_id)
        now += wait_after(one.tries)
        now = min(now, NOON + GIVE_UP_AFTER)
        assert len(desk.sent) < 40
    assert now == NOON + timedelta(days=1)
    (one,) = deliveries(desk.home, kept.watch_id)
    assert (one.state, one.ended_at) == ("given up", "2026-12-01T12:00:00Z")
    assert "the server is away" in one.fault
    assert "Sicily: a message was given up after a day: the server is away" in caplog.text
    assert desk.send(now + timedelta(days=30)) == []


def test_what_a_program_that_ended_had_not_sent_is_sent_by_the_next_one(queued):
    desk, kept = queued

    class Ended(BaseException):
        """The program was ended while it sent."""

    def end(message: Message) -> None:
        desk.sent.append(message)
        raise Ended

    usual, desk.deliver = desk.deliver, end
    with pytest.raises(Ended):
        desk.send()
    desk.deliver = usual
    assert desk.send() == ["sent"]
    first, second = desk.sent
    assert first.message_id == second.message_id
    assert [one.tries for one in deliveries(desk.home, kept.watch_id)] == [2]


def test_a_message_that_cannot_be_made_keeps_no_other_from_being_sent(desk, found):
    desk.versions = {1: [], 2: [found()]}
    broken, whole = desk.watch("broken", version=1), desk.watch("whole", version=1)
    desk.new(2)
    usual = desk.deliver

    def deliver(message: Message) -> None:
        if message.kept.watch.name == "broken":
            raise ValueError
        usual(message)

    desk.deliver = deliver
    assert sorted(desk.send()) == ["sent", "waiting"]
    assert [one.state for one in deliveries(desk.home, whole.watch_id)] == ["sent"]
    assert "the log says why" in deliveries(desk.home, broken.watch_id)[0].fault


def test_a_try_that_comes_due_in_quiet_hours_waits_for_their_end(desk, found):
    desk.versions = {1: [], 2: [found()]}
    kept = desk.watch(version=1, timing={"quiet_from": "12:01", "quiet_to": "18:00"})
    desk.new(2)
    desk.fault = "the server is away"
    assert desk.send(NOON) == ["waiting"]
    assert desk.send(NOON + timedelta(seconds=60)) == ["waiting"]
    assert len(desk.sent) == 1
    assert deliveries(desk.home, kept.watch_id)[0].next_at == "2026-11-30T18:00:00Z"


def test_what_leaves_is_in_the_audit_once_without_what_it_says(queued):
    desk, kept = queued
    desk.fault = "the server is away"
    desk.send(NOON)
    desk.send(NOON + timedelta(seconds=30))
    (entry,) = [one for one in Audit(desk.home).entries() if one.action == "alert"]
    assert (entry.actor, entry.subject) == (f"watch-list {kept.watch_id}", desk.sent[0].message_id)
    assert entry.details == {"channel": "webhook", "to": "desk.example.org", "alerts": 1}


def test_a_message_that_waits_when_its_list_is_muted_is_withdrawn(queued):
    desk, _ = queued
    Watches(desk.home).mute("Sicily", 90, "chief")
    assert desk.send(NOON) == ["withdrawn"]
    assert desk.sent == []


@pytest.mark.parametrize(("days", "listed"), [(90, True), (91, False)])
def test_a_message_is_listed_for_90_days_after_it_was_sent(desk, found, days, listed):
    kept = desk.watch()
    desk.versions = {1: [], 2: [found()]}
    desk.evaluate(1)
    desk.evaluate(2)
    assert desk.send(NOON) == ["sent"]
    desk.versions[3] = [found(node_id="land-route")]
    later = NOON + timedelta(days=days)
    desk.evaluate(3, later)
    desk.send(later)
    assert len(deliveries(desk.home, kept.watch_id)) == 1 + listed


def test_waits_double_up_to_two_hours():
    assert [wait_after(tries).total_seconds() for tries in (1, 2, 3, 8, 9, 50)] == [30, 60, 120, 3840, 7200, 7200]
