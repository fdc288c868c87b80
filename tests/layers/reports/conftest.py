"""An export made by hand: three routes of 2024, one of them with a name that means harm."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pytest

from geodata.model.query import View
from layers.export.contents import Export
from routes.pipelines.counting import Directed

HOSTILE = '#import "x": * = $x$ </script><img src=x onerror=alert(1)> @a *b* _c_ \\d'
SECRET = "Name of the boat"


@pytest.fixture
def year(incidents, corridor) -> Callable[..., Export]:
    """Return a maker of exports: nine incidents on the first route, six on the second, three on the hostile one."""

    def made(**special: Any) -> Export:
        counts = {"first": 9, "second": 6, "hostile": 3}
        names = {"first": "Sfax - Lampedusa", "second": "Zuwarah - Lampedusa", "hostile": HOSTILE}
        rows = []
        for number, count in enumerate(counts.values()):
            for at in range(count):
                day = f"2024-{1 + at % 12:02d}-{1 + number * 9 + at % 9:02d}"
                rows.append((day, 10.8 + number, 34.9, {"place": SECRET, "handling": "TLP:AMBER", "kind": "rescue"}))
        chosen = incidents(*rows)
        lines = {key: np.array([[10.7 + n, 34.7], [12.6, 35.5]]) for n, key in enumerate(counts)}
        routes = tuple(
            corridor(corridor_id=key, name=names[key], incidents=count, lines=(lines[key],))
            for key, count in counts.items()
        )
        ids = np.array([key for key, count in counts.items() for _ in range(count)], dtype=object)
        lying = chosen.select("incident_id").with_columns(corridor_id=ids)
        view = special.pop("view", View(start=date(2024, 1, 1), end=date(2025, 1, 1)))
        told = {"known_up_to": "2024-06", "credits": ("Coast guard (CC BY 4.0)",)} | special
        return Export(view, chosen, Directed(routes, (), lambda: lying), 3, datetime(2026, 11, 30, tzinfo=UTC), **told)

    return made
