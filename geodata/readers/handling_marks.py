"""Marks of the Traffic Light Protocol as MISP and STIX carry them, and which of several holds.

Sources: FIRST, Traffic Light Protocol 2.0; OASIS, STIX 2.1, section 7.2.1.4 and extension definition TLP 2.0.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from geodata.core.handling import HANDLING_MARKS

_WRITTEN = re.compile(r"(?i)^\s*tlp\s*[:-]\s*\"?(white|clear|green|amber(?:\s*\+\s*strict)?|red)\"?\s*$")
MARKING_IDS = {
    "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9": "TLP:CLEAR",
    "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da": "TLP:GREEN",
    "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82": "TLP:AMBER",
    "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed": "TLP:RED",
    "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487": "TLP:CLEAR",
    "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb": "TLP:GREEN",
    "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421": "TLP:AMBER",
    "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003": "TLP:AMBER+STRICT",
    "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1": "TLP:RED",
}
"""Well-known marking definitions of STIX: those of TLP 1, then those of TLP 2."""


def mark_of(text: str) -> str | None:
    """Return the mark that a tag or name states, None where it states none.

    Examples
    --------
    >>> mark_of("tlp:amber+strict"), mark_of("TLP:WHITE"), mark_of("tlp:unclear")
    ('TLP:AMBER+STRICT', 'TLP:CLEAR', None)
    """
    found = _WRITTEN.match(text)
    if found is None:
        return None
    word = re.sub(r"\s", "", found[1]).upper()
    return "TLP:CLEAR" if word == "WHITE" else f"TLP:{word}"


def strictest(marks: Iterable[str | None]) -> str | None:
    """Return the mark that restricts most, None where there is none."""
    return max((mark for mark in marks if mark), key=HANDLING_MARKS.index, default=None)
