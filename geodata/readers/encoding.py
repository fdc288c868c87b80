"""Text of files: which characters their bytes stand for. A file is gone through once, and never held as a whole.

UTF-8 and UTF-16 say of themselves what they are. Anything else is taken for the Windows code page in which its letters
make the most plausible words, and the reading says so, because that is a guess.
"""

from __future__ import annotations

import codecs
import hashlib
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from geodata.core.messages import sentence
from geodata.readers.limits import MB, unreadable

_BLOCK = MB
_SAMPLE = 4 * MB
_ASCII = bytes(range(128))
_CODE_PAGES = ("cp1252", "cp1250", "cp1254", "cp1251", "cp1253", "cp1256", "latin-1")
"""In the order in which they are preferred where letters do not tell: Western, Central European, Turkish, Cyrillic,
Greek, Arabic."""
_RARE = frozenset("ðþÐÞţŢđĐ")
"""Letters of Icelandic, Romanian and Croatian that stand at the places of the usual Turkish ones."""
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


@dataclass(frozen=True, slots=True)
class Text:
    """A file of text.

    Attributes
    ----------
    path : Path
    encoding : str
    skip : int
        Bytes of the byte order mark.
    notes : tuple of str
    """

    path: Path
    encoding: str
    skip: int
    notes: tuple[str, ...] = ()

    def characters(self) -> Iterator[str]:
        """Yield the text in pieces of about a megabyte, without its byte order mark.

        Raises
        ------
        UnreadableFile
            If it cannot be decoded.
        """
        decoder = codecs.getincrementaldecoder(self.encoding)()
        try:
            for block in self._blocks():
                yield decoder.decode(block)
            yield decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            unreadable(self.path.name, f"its characters are not {self.encoding.upper()}", "text must be of one kind")

    def utf8(self) -> Iterator[bytes]:
        """Yield the same as UTF-8, as it stands where it is UTF-8 already."""
        if self.encoding == "utf-8":
            yield from self._blocks()
        else:
            for piece in self.characters():
                yield piece.encode()

    def _blocks(self) -> Iterator[bytes]:
        with self.path.open("rb") as file:
            file.seek(self.skip)
            while block := file.read(_BLOCK):
                yield block


def fingerprint(path: Path) -> str:
    """Return the SHA-256 of a file of any size."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def text_of(path: Path) -> Text:
    """Find out how a file of text is written.

    Raises
    ------
    UnreadableFile
        If it holds bytes that no text has.
    """
    with path.open("rb") as file:
        start = file.read(64)
    encoding, skip = _stated(start)
    high, sample = set[int](), bytearray()
    decoder = codecs.getincrementaldecoder("utf-8")()
    sound = encoding == "utf-8"
    with path.open("rb") as file:
        while encoding == "utf-8" and (block := file.read(_BLOCK)):
            if b"\0" in block:
                unreadable(path.name, "it holds bytes that no text has", "CSV, JSON and KML must be text")
            if block.isascii():
                sound = sound and not decoder.getstate()[0]
                continue
            high.update(block.translate(None, _ASCII))
            if len(sample) < _SAMPLE:
                sample += block
            sound = sound and _decodes(decoder, block)
    sound = sound and not decoder.getstate()[0]
    if encoding == "utf-8" and not sound:
        if skip:
            unreadable(path.name, "its characters cannot be decoded", "text that begins as UTF-8 must stay UTF-8")
        encoding = _code_page(path, bytes(sample), frozenset(high))
        guessed = sentence(
            "Its characters were read as {encoding}, which was guessed from its words.", encoding=encoding
        )
        return Text(path, encoding, skip, (guessed,))
    return Text(path, encoding, skip)


def _stated(start: bytes) -> tuple[str, int]:
    """Return the encoding that the first bytes state, and the length of that statement; UTF-8 where they state none."""
    for mark, encoding in _BOMS:
        if start.startswith(mark):
            return encoding, len(mark)
    even, odd = start[::2], start[1::2]
    if all(even) and 2 * odd.count(0) > len(odd):
        return "utf-16-le", 0
    if all(odd) and 2 * even.count(0) > len(even):
        return "utf-16-be", 0
    return "utf-8", 0


def _decodes(decoder: codecs.IncrementalDecoder, block: bytes) -> bool:
    try:
        decoder.decode(block)
    except UnicodeDecodeError:
        return False
    return True


def _code_page(path: Path, sample: bytes, high: frozenset[int]) -> str:
    """Return the code page in which a sample makes the most plausible words."""
    trial = sample.decode("utf-8", "replace")
    broken = trial.count("\ufffd")
    whole = sum(1 for letter in trial if letter > "\x7f") - broken
    if whole > broken:
        unreadable(path.name, f"most of it is UTF-8, but {broken} bytes are not", "text must be of one kind")
    words = list(dict.fromkeys(re.findall(rb"[A-Za-z'\x80-\xff]*[\x80-\xff][A-Za-z'\x80-\xff]*", sample)))[:2000]
    fitting = [page for page in _CODE_PAGES if _defines(page, high)]
    return max(fitting, key=lambda page: sum(_plausible(word.decode(page, "replace")) for word in words))


def _defines(page: str, high: frozenset[int]) -> bool:
    try:
        bytes(high).decode(page)
    except UnicodeDecodeError:
        return False
    return True


def _plausible(word: str) -> int:
    """Return how much a word looks like one: letters of one script, a capital only in front or throughout."""
    score = 0
    scripts = {unicodedata.name(letter, "?").split()[0] for letter in word if letter.isalpha()}
    capitals = word.isupper()
    for before, letter in zip(" " + word, word, strict=False):
        if letter <= "\x7f":
            continue
        flipped = letter.isupper() and before.islower() and not capitals
        score += 1 if letter.isalpha() and not flipped and letter not in _RARE else -1
    strange = len(word) > 2 and scripts == {"LATIN"} and min(word) > "\x7f"  # no Latin word is all accents
    return score - 2 * max(0, len(scripts) - 1) - (2 * len(word) if strange else 0)
