"""What is told of a watch-list to whoever may see it: nothing by which its feed could be read or its webhook signed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from desk.watch.alerts import Alerts
from desk.watch.outbox import deliveries
from desk.watch.store import Kept


def listed(home: Path, kept: Kept) -> dict[str, Any]:
    """Return a watch-list as JSON values, with how many alerts it gave and how its last message fared.

    Parameters
    ----------
    home : Path
        The workspace folder.
    kept : Kept
    """
    watch, sent = kept.watch, deliveries(home, kept.watch_id)
    said = watch.model_dump(mode="json", exclude={"address"})
    last = next((one for one in sent if one.tries or one.state != "waiting"), None)
    return said | {
        "id": kept.watch_id,
        "to": watch.aimed_at,
        "made_at": kept.made_at,
        "made_by": kept.made_by,
        "muted_until": kept.muted_until,
        "evaluated": kept.evaluated,
        "told": Alerts(home).told(kept.watch_id),
        "waiting": sum(one.state == "waiting" for one in sent),
        "state": last.state if last else "",
        "fault": last.fault if last else "",
        "last_at": last.ended_at if last else "",
    }
