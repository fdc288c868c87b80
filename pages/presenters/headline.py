"""The headline of a View: its incidents, how many there were in the time it is compared with, and what came of it."""

# Texts here are said on the map.

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from layers.web.translations import spelt_out
from pages.presenters.window_choice import Spans, in_words, spelt
from pages.ui.translate import counted, number, percent, say
from routes.temporal.rate_tests import WORDS, Change

_LEAST = 20
"""Incidents from which on a difference is told in percent: of fewer a share says little."""


@dataclass(frozen=True, slots=True)
class Headline:
    """What is said above everything.

    Attributes
    ----------
    incidents : int
        In the period.
    spans : Spans or None
        The period and what it is compared with; None where it is compared with nothing.
    change : Change or None
        What became of those dated to a month, which alone are compared, reporting accounted for.
    """

    incidents: int
    spans: Spans | None = None
    change: Change | None = None

    @property
    def verdict(self) -> str:
        """Return the verdict as a marked word, "" where none is told."""
        return str(WORDS[self.change.verdict]) if self.change else ""

    @property
    def difference(self) -> str:
        """Return how many more or fewer there are, in percent where there are enough, "" where nothing is compared."""
        if self.change is None:
            return ""
        before, after = self.change.before, self.change.after
        if before < _LEAST:
            return f"{after - before:+d}"
        share = after / before - 1
        return f"{'+' if share >= 0 else '−'}{percent(abs(share))}"

    def sentence(self, period: str) -> str:
        """Return it in words.

        Parameters
        ----------
        period : str
            What the period is called.
        """
        said = counted("{count} incident in {period}", "{count} incidents in {period}", self.incidents, period=period)
        if self.spans is None or self.change is None:
            return f"{said}."
        values = {
            "incidents": said,
            "before": number(self.change.before),
            "window": in_words(self.spans.before),
            "difference": self.difference,
            "verdict": say(self.verdict),
        }
        if self.change.after == self.incidents:
            return say("{incidents}; {before} in {window} ({difference}): {verdict}.", **values)
        return say(
            "{incidents}, {after} of them dated to a month; {before} in {window} ({difference}): {verdict}.",
            after=number(self.change.after),
            **values,
        )

    def for_the_map(self) -> dict[str, Any]:
        """Return it as the map takes it, which counts the period by itself."""
        if self.spans is None or self.change is None:
            return {"before": None}
        return {
            "before": self.change.before,
            "after": self.change.after,
            "least": _LEAST,
            "window": spelt(self.spans.before),
            "verdict": self.verdict,
            "reason": spelt_out(self.change.reason),
        }
