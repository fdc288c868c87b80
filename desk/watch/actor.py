"""Who acts: for the audit and for what a list shows."""

from __future__ import annotations

import getpass


def actor() -> str:
    """Return who makes, changes and acknowledges: as there are no logins yet, who runs this program."""
    return getpass.getuser()
