"""Text from outside, as formats can hold it."""

from __future__ import annotations

import re

_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def for_xml(value: object) -> str:
    """Return a value as text without the characters that XML 1.0 cannot hold: control characters and surrogates."""
    return _NOT_IN_XML.sub("", str(value))
