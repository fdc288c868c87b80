"""Bring the catalogues of other languages up to what the code says: ``make words``.

A text that is new stands in each catalogue without a translation, and one that is no longer said is taken out; the
tests ask that none lacks.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from layers.web.translations import IN_REPORTS, LANGUAGES, ON_THE_MAP, REPORTS

ROOT = Path(__file__).parent.parent
_MARKERS = {ON_THE_MAP: "# Texts here are said on the map.", IN_REPORTS: "# Texts here are said in reports."}
_METHODS = [("**.js", "javascript"), ("**.py", "python")]
_OPTIONS: dict[str, dict[str, object]] = {"**.js": {"parse_template_string": True}}
_KEYWORDS = {"say": None, "mark": None, "sentence": None, "counted": (1, 2)}


def said() -> Catalog:
    """Return every text that a page, the map or a record says, with the files that say it."""
    catalogue = Catalog()
    for room in ("geodata", "routes", "layers", "desk", "pages"):
        found = extract_from_dir(ROOT / room, _METHODS, _OPTIONS, keywords=_KEYWORDS)
        for name, _, message, _, context in found:
            path = f"{room}/{name}"
            catalogue.add(message, locations=[(path, 1)], context=context, auto_comments=_comments(path))
    return catalogue


@cache
def _comments(path: str) -> tuple[str, ...]:
    """Return the comments of the texts of a file: whether the map says them, and whether reports do."""
    if path.endswith(".js"):
        return (ON_THE_MAP,)
    lines = (ROOT / path).read_text(encoding="utf-8").splitlines()
    return tuple(comment for comment, marker in _MARKERS.items() if marker in lines)


def bring_up(catalogue: Catalog, *, of_reports: bool = False) -> None:
    """Give a catalogue the texts that are said now, in reports or at all, with what it has of them."""
    template = said()
    for message in [one for one in template if of_reports and one.id and IN_REPORTS not in one.auto_comments]:
        template.delete(message.id, message.context)
    template.creation_date = catalogue.creation_date
    catalogue.update(template, no_fuzzy_matching=True)


def lacking(catalogue: Catalog) -> list[Message]:
    """Return the texts of which a form has no translation."""
    return [message for message in catalogue if message.id and not all(_forms(message.string))]


def _forms(texts: str | Sequence[str] | None) -> Sequence[str]:
    return [texts or ""] if isinstance(texts, str) or not texts else list(texts)


def main() -> None:
    """Write every catalogue anew."""
    for file in [*sorted(LANGUAGES.glob("*.po")), *sorted((LANGUAGES / REPORTS).glob("*.po"))]:
        with file.open("rb") as content:
            catalogue = read_po(content, locale=file.stem)
        bring_up(catalogue, of_reports=file.parent.name == REPORTS)
        with file.open("wb") as content:
            write_po(content, catalogue, width=120, sort_output=True, ignore_obsolete=True, include_lineno=False)
        told = f"{file.relative_to(ROOT)}: {len(catalogue)} texts, {len(lacking(catalogue))} without a translation"
        sys.stdout.write(f"{told}\n")


if __name__ == "__main__":
    main()
