"""What a map asks for beside its picture: changes, alerts, hot spots, watch areas, what came in, how fresh all is."""

# Texts here are said on the map.

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import polars as pl

from geodata.ledger.batch import Batch
from geodata.model.query import View
from layers.export.drawn_areas import DrawnArea
from layers.payload.alerts import MOST_ALERTS, alerts_of
from layers.payload.changes import drawn_changes
from layers.payload.hotspots import drawn_spots
from layers.payload.incident_points import lattice_places
from layers.payload.time_steps import Steps, Unit
from layers.payload.watch_areas import counted_in
from layers.web.translations import spelt_out
from pages.data.workspace_cache import Workspace
from pages.presenters.change_report import rate
from pages.presenters.window_choice import FEWEST_MONTHS, NONE_SO_FAR, ONLY_SO_FAR, against, reaching, spelt
from pages.ui.translate import mark
from pages.widgets.source_table import LATE, usual_interval
from routes.temporal.arrears import arrears
from routes.temporal.findings import recent
from routes.temporal.hotspot_survey import SURVEY_MONTHS, SURVEY_RESOLUTION, whole_months
from routes.temporal.time_windows import Window

MOST_ARRIVALS = 200
"""Places of new incidents that are given at once, the latest of them."""
MOST_SOURCES = 12


def changes(seen: Workspace, view: View, version: int) -> dict[str, Any]:
    """Return what became of the routes in the window of a View, against what the View compares it with."""
    known = seen.known_months(version)
    spans = against(view, known)
    if spans is None:
        return _too_short(known)
    found = seen.compared(view, version, spans.before, spans.after)
    told = {
        "windows": spans.query(),
        "link": f"/changes?{view.query()}",
        "corridors": drawn_changes(found, [spelt_out(rate(one)) for one in found.changes]),
        "notes": list(found.notes),
    }
    none = mark("No route can be drawn from the incidents of the two windows.")
    return told if found.corridors else {**told, "insufficient": none}


def headline(seen: Workspace, view: View, version: int) -> dict[str, Any]:
    """Return what the incidents of a View are compared with, and what became of them."""
    return seen.headline(view, version).for_the_map()


def alerts(seen: Workspace, view: View, version: int) -> dict[str, Any]:
    """Return what changed in the last year that is known, the latest first, and how much of the latest is known."""
    known = seen.known_months(version)
    listed = alerts_of(recent(seen.findings(view, version), known)) if known else []
    said = {} if listed or against(view, known) else _too_short(known)
    arrived = arrears(seen.series(view, version))
    return {
        "alerts": listed[:MOST_ALERTS],
        "more": max(len(listed) - MOST_ALERTS, 0),
        "known_up_to": arrived["known_up_to"],
        "months": arrived["months"],
        **said,
    }


def hot_spots(seen: Workspace, view: View, version: int) -> dict[str, Any]:
    """Return the hexes that are emerging hot or cold spots over the latest months."""
    window = whole_months(seen.selected(view.without_window(), version), SURVEY_MONTHS)
    found = seen.hot_spots(view, version)
    if window is None or found is None:
        return {"insufficient": mark("No month of incidents is over yet: hot spots are told from whole months.")}
    return {
        "window": spelt(window),
        "months": len(window.months),
        "resolution": SURVEY_RESOLUTION,
        "spots": drawn_spots(found, window),
    }


def watched(
    seen: Workspace, view: View, version: int, areas: Sequence[DrawnArea], unit: Unit = "month"
) -> dict[str, Any]:
    """Return for each area its incidents by step, as the picture counts, and what the latest batches brought."""
    every = seen.selected(view.without_window(), version)
    calendar = Steps.over(every["time_start"], unit)
    versions = {batch.batch: made for made, batch in seen.history() if made <= version} if len(calendar) else {}
    chosen = every.drop_nulls(["lon", "lat"])
    return {"areas": [counted_in(area, chosen, versions, calendar) for area in areas]}


def arrivals(seen: Workspace, view: View, since: int, version: int) -> dict[str, Any]:
    """Return where incidents lie that batches brought or revised after ``since``, up to ``version``."""
    batches = [batch.batch for made, batch in seen.history() if since < made <= version]
    brought = seen.incidents(version).filter(pl.col("batch").is_in(batches))
    late = seen.selected(view.without_window(), version, brought)
    placed = late.drop_nulls(["lon", "lat"]).sort("time_start", descending=True).head(MOST_ARRIVALS)
    km = placed["place_precision_km"].fill_null(0.0).to_numpy()
    x, y = lattice_places(placed["lon"].to_numpy(), placed["lat"].to_numpy(), km)
    places = [list(at) for at in zip(x.tolist(), y.tolist(), strict=True)]
    return {"since": since, "version": version, "count": late.height, "places": places}


def freshness(seen: Workspace, version: int) -> dict[str, Any]:
    """Return when incidents last happened and came in; of each source its last batch and usual interval, seconds."""
    latest = seen.incidents(version)["time_start"].max()
    taken = [batch for made, batch in seen.history() if made <= version and not (batch.undoes or batch.purge)]
    sources: dict[str, list[Batch]] = {}
    for batch in taken:
        sources.setdefault(batch.source or batch.file, []).append(batch)
    told = [{"name": name, "at": own[0].at, "usual": usual_interval(own)} for name, own in sources.items()]
    return {
        "latest": f"{latest.astimezone(UTC):%Y-%m-%d}" if isinstance(latest, datetime) else None,
        "taken": taken[0].at if taken else None,
        "late_after": LATE,
        "sources": sorted(told, key=lambda source: str(source["at"]), reverse=True)[:MOST_SOURCES],
        "more": max(len(told) - MOST_SOURCES, 0),
    }


def _too_short(known: Window | None) -> dict[str, Any]:
    """Return why nothing can be compared, as ``say`` takes it."""
    return {
        "insufficient": ONLY_SO_FAR if known else NONE_SO_FAR,
        "values": {"fewest": FEWEST_MONTHS, "months": spelt_out(reaching(known)) if known else None},
    }
