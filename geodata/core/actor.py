"""In whose name something is done: whoever runs this program, unless a server says for whom it acts."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_ACTING: ContextVar[str] = ContextVar("actor", default="")


def actor() -> str:
    """Return the name that batches and the audit bear: of the one acted for, else the user of the system."""
    return _ACTING.get() or getpass.getuser()


@contextmanager
def acting_as(name: str) -> Iterator[None]:
    """Let everything within be done in a name.

    Examples
    --------
    >>> with acting_as("coast guard feed"):
    ...     actor()
    'coast guard feed'
    """
    before = _ACTING.set(name)
    try:
        yield
    finally:
        _ACTING.reset(before)
