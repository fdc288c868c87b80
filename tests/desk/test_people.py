"""Roles and rights: what each role may do, written out by hand, and that nothing else is allowed."""

import pytest

from desk.claims import claimed, given_roles, name_of, roles_of
from desk.people import NOBODY, RIGHTS, ROLES, NotAllowed, NotSignedIn, Person, may, of_this_machine, require, rights_of
from geodata.core.errors import WrongValue

BY_HAND = {
    "viewer": {"see"},
    "operator": {"see", "read incidents", "watch"},
    "planner": {"see", "read incidents", "watch", "export", "read service", "share", "brief"},
    "analyst": {
        *("see", "read incidents", "watch", "export", "read service", "share", "brief"),
        *("take in", "undo", "assume"),
    },
    "administrator": {"administer", "audit", "measure"},
}


@pytest.mark.parametrize("role", ROLES)
def test_a_role_has_the_rights_of_the_table_and_no_other(role):
    assert set(rights_of(Person("somebody", frozenset({role})))) == BY_HAND[role]


def test_what_is_not_written_down_is_not_allowed():
    everything = Person("somebody", frozenset(ROLES))
    assert not may(everything, "launch")
    assert not may(everything, "")
    assert not may(Person("somebody", frozenset({"gardener"})), "see")
    assert not may(Person("", frozenset(ROLES)), "see")
    assert not any(may(NOBODY, right) for right in RIGHTS)


def test_the_user_of_this_machine_may_do_everything():
    assert set(rights_of(of_this_machine())) == set(RIGHTS)


def test_a_refusal_says_who_may():
    with pytest.raises(NotAllowed, match="V has the role viewer; it is for analyst or planner; nothing was shown"):
        require(Person("V", frozenset({"viewer"})), "export")
    with pytest.raises(NotAllowed, match="S has no role here"):
        require(Person("S"), "see")
    with pytest.raises(NotSignedIn):
        require(NOBODY, "see")


def test_roles_come_from_the_values_that_were_written_down():
    given = given_roles("analyst=desk, viewer=staff, viewer=desk")
    assert roles_of(["desk"], given) == {"analyst", "viewer"}
    assert roles_of(["Desk", "analyst", "nobody"], given) == frozenset()
    assert roles_of(["analyst", "root"], given_roles("")) == {"analyst"}


@pytest.mark.parametrize("setting", ["analyst", "boss=desk", "analyst=", "=desk"])
def test_a_setting_that_gives_no_role_is_refused(setting):
    with pytest.raises(WrongValue, match="ROUTES_ROLES names"):
        given_roles(setting)


def test_claims_are_read_as_they_stand_and_along_dots():
    assert claimed({"roles": ["a", 1, "b"]}, "roles") == ["a", "b"]
    assert claimed({"a": {"b": "x y"}}, "a.b") == ["x", "y"]
    assert claimed({"a.b": ["z"], "a": {"b": "x"}}, "a.b") == ["z"]
    assert claimed({"roles": {"a": 1}}, "roles") == []
    assert claimed({}, "a.b.c") == []


def test_a_name_is_an_address_else_what_tells_people_apart_and_holds_no_control_characters():
    assert name_of({"sub": "7f", "email": "a@desk.test"}) == "a@desk.test"
    assert name_of({"sub": "7f", "email": " "}) == "7f"
    assert name_of({"sub": "a\nb"}) == "a b"
    assert name_of({"sub": 7}) == ""


def test_an_address_that_was_not_verified_names_nobody():
    claims = {"sub": "7f", "email": "boss@desk.test", "preferred_username": "eve"}
    assert name_of(claims | {"email_verified": False}) == "eve"
    assert name_of(claims | {"email_verified": True}) == name_of(claims) == "boss@desk.test"
