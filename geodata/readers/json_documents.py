"""Any file of JSON, in the process that reads it: events of MISP, a bundle of STIX, or other records."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from geodata.readers.chunks import Piece, as_pieces
from geodata.readers.encoding import text_of
from geodata.readers.json_records import read_document, read_lines
from geodata.readers.misp import read_misp
from geodata.readers.stix import read_stix


def prepare(_: str = "") -> None:
    """Load nothing more before the process is sealed."""


def batches(path: Path, form: str) -> Iterator[Piece]:
    """Yield the records of a file.

    Parameters
    ----------
    path : Path
    form : str
        "lines" for one object a line; "document" for anything else.
    """
    text = text_of(path)
    contents = read_lines(text) if form == "lines" else read_misp(text) or read_stix(text) or read_document(text)
    return as_pieces(replace(contents, notes=(*text.notes, *contents.notes)))
