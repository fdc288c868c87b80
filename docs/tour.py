"""Write the tour of the map as pages, one a language: ``python -m docs.tour``."""

from __future__ import annotations

from pathlib import Path

from layers.map.tour import STEPS, TITLE
from layers.web.translations import SOURCE, languages, words

FOLDER = Path(__file__).parent


def page(language: str) -> str:
    """Return the tour in a language, as Markdown."""
    spoken = words(language)
    steps = (
        f"## {at}. {spoken.say(title, {})}\n\n{spoken.say(text, {})}\n" for at, (_, title, text) in enumerate(STEPS, 1)
    )
    return f"# {spoken.say(TITLE, {})}\n\n" + "\n".join(steps)


def file_of(language: str) -> Path:
    """Return where the page of a language lies."""
    return FOLDER / ("tour.md" if language == SOURCE else f"tour.{language}.md")


if __name__ == "__main__":
    for code in languages():
        file_of(code).write_text(page(code), encoding="utf-8")
