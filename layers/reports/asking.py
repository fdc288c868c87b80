"""What an address asks an export for: a View, and countries, a pair of them, a drawn area or routes."""

from __future__ import annotations

from collections.abc import Sequence

import shapely

from geodata.core.errors import WrongValue
from geodata.model.query import View
from layers.audience.audiences import Audience
from layers.export.area import area_of, within
from layers.export.drawn_areas import areas_of
from layers.export.making import Asked


def asked_by(pairs: Sequence[tuple[str, str]], readers: Audience) -> Asked:
    """Return what an export is asked for by the pairs of a query.

    Raises
    ------
    WrongValue
        If one of them is not understood: an export leaves nothing out in silence.
    """
    view, notes = View.from_query(pairs)
    if notes:
        raise WrongValue("; ".join(notes), rule="an export takes only what it understands", done="nothing was written")

    def every(name: str) -> list[str]:
        return [value for key, value in pairs if key == name]

    pair = every("between")[-1].split(",") if every("between") else None
    if pair is not None and len(pair) != len(("start", "goal")):
        rule = "a pair of countries is asked for as between=LBY,ITA"
        raise WrongValue(f"between={every('between')[-1][:40]!r}", rule=rule, done="nothing was written")
    between = (pair[0], pair[1]) if pair else None
    drawn = areas_of(every("area"))
    if len(drawn) > 1 or (drawn and (pair or every("country"))):
        rule = "an area is asked for in one way"
        raise WrongValue("several areas", rule=rule, done="nothing was written")
    where = area_of(every("country"), between)
    where = within(shapely.Polygon(drawn[0].corners), drawn[0].name) if drawn else where
    return Asked(view, where, every("route"), audience=readers)
