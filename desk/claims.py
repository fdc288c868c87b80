"""Which roles somebody has, from what their provider or proxy says of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from desk.people import ROLES
from geodata.core.errors import WrongValue

_MOST_LETTERS = 200


def given_roles(setting: str) -> dict[str, frozenset[str]]:
    """Return the roles that each value of a claim gives, from the setting ``ROUTES_ROLES``.

    Raises
    ------
    WrongValue
        If a part is not ``role=value``, or the role is none.

    Examples
    --------
    >>> sorted(given_roles("analyst=desk, viewer=desk, viewer=staff")["desk"])
    ['analyst', 'viewer']
    """
    found: dict[str, frozenset[str]] = {}
    for part in filter(None, (part.strip() for part in setting.split(","))):
        role, equals, value = (piece.strip() for piece in part.partition("="))
        if not equals or role not in ROLES or not value:
            raise WrongValue(
                f"ROUTES_ROLES names {part[:80]!r}",
                rule=f"a part is role=value, with the role {', '.join(ROLES)}",
                done="the server did not start",
            )
        found[value] = found.get(value, frozenset()) | {role}
    return found or {role: frozenset({role}) for role in ROLES}


def roles_of(values: Iterable[str], given: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """Return the roles that some values give; a value that is not written down gives none."""
    none: frozenset[str] = frozenset()
    return none.union(*(given.get(value, none) for value in values))


def claimed(claims: Mapping[str, Any], path: str) -> list[str]:
    """Return the values of a claim; ``path`` leads into claims by dots, where no claim bears it as it stands.

    Examples
    --------
    >>> claimed({"realm_access": {"roles": ["analyst", 7]}}, "realm_access.roles")
    ['analyst']
    >>> claimed({"groups": "analyst viewer"}, "groups")
    ['analyst', 'viewer']
    """
    found: Any = claims.get(path)
    if found is None:
        found = claims
        for part in path.split("."):
            found = found.get(part) if isinstance(found, Mapping) else None
    if isinstance(found, str):
        return found.replace(",", " ").split()
    return [value for value in found if isinstance(value, str)] if isinstance(found, list | tuple) else []


def name_of(claims: Mapping[str, Any]) -> str:
    """Return what somebody is called in the audit: their address or short name, else what tells them apart.

    An address that the provider did not verify is not taken: it may be anybody's.
    """
    for claim in ("email", "preferred_username", "upn", "sub"):
        value = None if claim == "email" and claims.get("email_verified") is False else claims.get(claim)
        if isinstance(value, str) and value.strip():
            return "".join(letter if letter.isprintable() else " " for letter in value.strip())[:_MOST_LETTERS]
    return ""
