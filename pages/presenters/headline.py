"""The headline of a View: its incidents, how many there were in the time it is compared with, and what came of it."""

# Texts here are said on the map.

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import Any

from layers.web.translations import spelt_out
from pages.presenters.window_choice import Spans, in_words, spelt
from pages.ui.translate import counted, number, say
from routes.temporal.rate_tests import WORDS, Change


@dataclass(frozen=True, slots=True)
class Headline:
    """What is said above everything.

    Attributes
    ----------
    incidents : int
        In the period.
    before : int
        In the time that it is compared with; all of them, whoever reported them.
    spans : Spans or None
        The period and what it is compared with; None where it is compared with nothing.
    change : Change or None
        What became of them: of the months and sources alone that can be compared, as on the page of changes.
    """

    incidents: int
    before: int = 0
    spans: Spans | None = None
    change: Change | None = None

    @property
    def verdict(self) -> str:
        """Return the verdict as a marked word, "" where none is told."""
        return str(WORDS[self.change.verdict]) if self.change else ""

    def sentence(self, period: str) -> str:
        """Return it in words; the counts of the reason are those that can be compared.

        Parameters
        ----------
        period : str
            What the period is called.
        """
        said = counted("{count} incident in {period}", "{count} incidents in {period}", self.incidents, period=period)
        if self.spans is None or self.change is None:
            return f"{said}."
        return say(
            "{incidents}, {before} in {window}. Of what can be compared, {verdict}: {reason}",
            incidents=said,
            before=number(self.before),
            window=in_words(self.spans.before),
            verdict=say(self.verdict),
            reason=say(self.change.reason),
        )

    def for_the_map(self) -> dict[str, Any]:
        """Return it as the map takes it, which counts the period by itself."""
        if self.spans is None or self.change is None:
            return {"before": None}
        told = self.change.up or self.change.down
        return {
            "before": self.before,
            "window": spelt(self.spans.before),
            "verdict": self.verdict,
            "times": self.change.ratio if told and isfinite(self.change.ratio) else None,
            "reason": spelt_out(self.change.reason),
        }
