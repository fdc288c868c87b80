"""Text that no spreadsheet takes for a formula."""

from __future__ import annotations

import polars as pl

_SIGN = r"[=+\-@\x{ff1d}\x{ff0b}\x{ff0d}\x{ff20}]"
_PARTED = rf"([;\t\r\n])((?:[^\S\t\r\n]|[\x{{200b}}\x{{feff}}])*{_SIGN})"
STARTS = rf"[\s\x{{200b}}\x{{feff}}]*{_SIGN}|[\t\r]"
"""What begins a formula: its signs, behind whatever blanks and also as the wide ones of East Asian scripts; a tab and a
carriage return, behind which a program may begin anew (OWASP, CSV Injection)."""


def inert(table: pl.DataFrame) -> pl.DataFrame:
    """Return a table in whose text no spreadsheet finds a formula: an apostrophe stands before what would begin one."""
    return table.with_columns(pl.col(pl.String).str.replace(rf"^({STARTS})", "'$1"))


def inert_text(text: str) -> str:
    """Return the same of one text."""
    return str(inert(pl.DataFrame({"text": [text]}))["text"][0])


def inert_within(table: pl.DataFrame) -> pl.DataFrame:
    """Return the same also for programs that part a CSV at semicolons, tabs or ends of lines, wherever these stand."""
    return inert(table).with_columns(pl.col(pl.String).str.replace_all(_PARTED, "$1'$2"))
