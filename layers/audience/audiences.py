"""The audiences: how fine and how few the counts may be that each of them sees."""

# Texts here are said on the map.
# Texts here are said in reports.

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from typing import Final, Literal

from geodata.core.errors import WrongValue
from geodata.core.messages import mark

Step = Literal["month", "quarter", "year"]
_MONTHS: Final = MappingProxyType({"month": 1, "quarter": 3, "year": 12})


@dataclass(frozen=True, slots=True)
class Audience:
    """Who something is for.

    Attributes
    ----------
    name : str
        In commands and addresses.
    words : str
        What a reader is told.
    least : int
        The smallest count that is shown; 1 shows all.
    unit : int
        To multiples of it shown counts are rounded; 1 shows them as they are.
    resolution : int
        H3 resolution of the finest hexes.
    step : str
        The shortest step of time.
    ceiling : str
        Incidents marked higher are left out (Traffic Light Protocol 2.0, FIRST).
    """

    name: str
    words: str
    least: int
    unit: int
    resolution: int
    step: Step
    ceiling: str

    def period(self, start: date | None, end: date | None) -> tuple[date | None, date | None]:
        """Return a period [start, end) widened to whole steps: of two that differ by days the difference could be told.

        Examples
        --------
        >>> from datetime import date
        >>> AUDIENCES["public"].period(date(2023, 5, 7), date(2024, 2, 1))
        (datetime.date(2023, 1, 1), datetime.date(2025, 1, 1))
        """
        first = _begin(start, _MONTHS[self.step]) if start else None
        last = _begin(end - timedelta(days=1), _MONTHS[self.step], 1) if end else None
        return (start, end) if self.sees_all else (first, last)

    @property
    def sees_all(self) -> bool:
        """Tell whether nothing is withheld but what is marked too high."""
        return self.least <= 1


OWN: Final = Audience("own", mark("own organisation"), 1, 1, 5, "month", "TLP:AMBER+STRICT")
"""The own organisation."""
AUDIENCES: Final = MappingProxyType(
    {
        one.name: one
        for one in (
            OWN,
            Audience("partner", mark("partner organisations"), 5, 5, 4, "year", "TLP:GREEN"),
            Audience("public", mark("the public"), 11, 10, 3, "year", "TLP:CLEAR"),
        )
    }
)
"""By name. How many incidents of real files could be shown at which steps: docs/decisions/0025-leaving-the-house.md."""


def _begin(day: date, months: int, later: int = 0) -> date:
    """Return the first day of the step of so many months in which a day lies, or of a later one."""
    at = (day.year * 12 + day.month - 1) // months * months + later * months
    return date(at // 12, at % 12 + 1, 1)


def audience_named(name: str) -> Audience:
    """Return the audience of a name.

    Raises
    ------
    WrongValue
        If there is none.
    """
    if name not in AUDIENCES:
        rule = f"it is one of {', '.join(AUDIENCES)}"
        raise WrongValue(f"there is no audience {name[:40]!r}", rule=rule, done="nothing was made", where="--audience")
    return AUDIENCES[name]


def shared_with(name: str) -> Audience:
    """Return the audience of a name with whom links are shared: whoever has one can hand it on, so never the own.

    Raises
    ------
    WrongValue
        If there is none, or it is the own organisation.
    """
    found = audience_named(name)
    if found is OWN:
        rule = "a link is for partners or the public"
        raise WrongValue(f"the audience {name!r}", rule=rule, done="nothing was shared", where="--audience")
    return found
