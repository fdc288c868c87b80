"""What can go wrong on the way in, said in the analyst's words: what, where, the rule, what was done."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class RoutesError(Exception):
    """Root of every error that this product raises on purpose; its text is one sentence fit for a screen.

    Parameters
    ----------
    what : str
        What is wrong, with the offending value.
    rule : str
        The rule that was broken.
    done : str
        What was done about it, so that nobody has to guess what is stored.
    where : str, optional
        File, row or column.
    """

    def __init__(self, what: str, *, rule: str, done: str = "nothing was stored", where: str = "") -> None:
        self.what, self.rule, self.done, self.where = what, rule, done, where
        place = f"{where}: " if where else ""
        super().__init__(f"{place}{what}; {rule}; {done}.")


class UnreadableFile(RoutesError):
    """A file that cannot be opened or decoded as what it claims to be."""


class UnknownFormat(RoutesError):
    """A file whose format no reader knows."""


class UnknownColumns(RoutesError):
    """A file whose columns no profile fits, most often because it has no coordinates."""


class NothingKept(RoutesError):
    """A file of which every row was refused.

    Parameters
    ----------
    report : Path, optional
        CSV of the rows refused: row, column, rule, value.
    correction : Path, optional
        The rows as they stand in the file, the reason beside each.
    """

    def __init__(
        self, what: str, *, rule: str, where: str, report: Path | None, correction: Path | None = None
    ) -> None:
        self.report, self.correction = report, correction
        super().__init__(what, rule=rule, where=where)


class UnknownVersion(RoutesError):
    """A ledger or ledger version that does not exist."""


class WrongValue(RoutesError):
    """A setting, option or View with a value outside its range."""


@contextmanager
def told_in_a_sentence() -> Iterator[None]:
    """End a command line on an error of ours: its sentence on standard error, and exit code 2."""
    try:
        yield
    except RoutesError as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(2) from None
