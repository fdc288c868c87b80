"""Saved views: one's own and everybody's, replaced by name, deleted by whoever may."""

import pytest

from desk.people import Person
from desk.views import LONGEST_NAME, LONGEST_QUERY, NoSuchView, Views
from geodata.core.errors import WrongValue

ANA = Person("ana@desk.test", frozenset({"operator"}))
BO = Person("bo@desk.test", frozenset({"viewer"}))
ROOT = Person("root@desk.test", frozenset({"administrator"}))


def names(views: Views, person: Person) -> list[str]:
    return [one.name for one in views.seen_by(person)]


def test_everybody_sees_their_own_views_and_those_for_everybody(tmp_path):
    views = Views(tmp_path)
    views.save(ANA, "Aegean", "mode=sea")
    views.save(ANA, "Morning round", "from=2024-01-01", shared=True)
    views.save(BO, "Channel", "")
    assert names(views, ANA) == ["Aegean", "Morning round"]
    assert names(views, BO) == ["Channel", "Morning round"]


def test_a_view_of_the_same_name_takes_the_place_of_ones_own_alone(tmp_path):
    views = Views(tmp_path)
    views.save(ANA, "Aegean", "mode=sea")
    views.save(BO, "Aegean", "mode=air")
    views.save(ANA, "  Aegean ", "mode=land")
    assert [(one.owner, one.query) for one in views.seen_by(ANA)] == [("ana@desk.test", "mode=land")]
    assert [(one.owner, one.query) for one in views.seen_by(BO)] == [("bo@desk.test", "mode=air")]


def test_one_deletes_ones_own_and_an_administrator_those_for_everybody(tmp_path):
    views = Views(tmp_path)
    own, shared = views.save(ANA, "Aegean", ""), views.save(ANA, "Morning round", "", shared=True)
    for person, view in ((BO, own), (BO, shared), (ROOT, own)):
        with pytest.raises(NoSuchView):
            views.delete(person, view.view_id)
    views.delete(ROOT, shared.view_id)
    assert names(views, ANA) == ["Aegean"]
    views.delete(ANA, own.view_id)
    assert names(views, ANA) == []


@pytest.mark.parametrize(
    ("name", "query", "shared", "person"),
    [
        ("", "", False, ANA),
        ("a" * (LONGEST_NAME + 1), "", False, ANA),
        ("a\u202eb", "", False, ANA),
        ("a", "m" * (LONGEST_QUERY + 1), False, ANA),
        ("a", "mode=sea\njavascript:", False, ANA),
        ("a", "mode sea", False, ANA),
        ("a", "", True, BO),
    ],
)
def test_what_does_not_fit_is_not_saved(tmp_path, name, query, shared, person):
    views = Views(tmp_path)
    with pytest.raises(WrongValue):
        views.save(person, name, query, shared=shared)
    assert names(views, person) == []


def test_names_and_queries_of_the_greatest_length_are_saved(tmp_path):
    views = Views(tmp_path)
    views.save(ANA, "a" * LONGEST_NAME, "m" * LONGEST_QUERY)
    assert names(views, ANA) == ["a" * LONGEST_NAME]
