"""Handling marks: the Traffic Light Protocol 2.0 (FIRST)."""

from __future__ import annotations

from collections.abc import Iterable

from geodata.core.errors import WrongValue

HANDLING_MARKS = ("TLP:CLEAR", "TLP:GREEN", "TLP:AMBER", "TLP:AMBER+STRICT", "TLP:RED")
"""From the one that restricts least to the one that restricts most."""


def highest(marks: Iterable[str]) -> str:
    """Return the mark that restricts most, "" of none.

    Examples
    --------
    >>> highest(["TLP:GREEN", "TLP:AMBER", "TLP:CLEAR"])
    'TLP:AMBER'
    """
    return max((mark for mark in marks if mark in HANDLING_MARKS), key=HANDLING_MARKS.index, default="")


def ceiling_of(setting: str) -> str:
    """Return the highest mark that a system may hold, from the setting ``ROUTES_CEILING``; the highest of all for "".

    Raises
    ------
    WrongValue
        If it is no mark.
    """
    if setting == "":
        return HANDLING_MARKS[-1]
    if setting not in HANDLING_MARKS:
        rule = f"it is {', '.join(HANDLING_MARKS)}"
        raise WrongValue(f"ROUTES_CEILING is {setting[:40]!r}", rule=rule, done="nothing was stored")
    return setting
