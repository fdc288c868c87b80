"""The service for GIS programs at a million rows: ``python -m benchmarks.service``; about a minute.

Hexes by month, asked for over HTTP on this machine, one after the other, as a GIS program does: pages, filters, tiles.
The table is made once and kept, as the service does; the first of each kind is told apart, as it makes what is kept.
"""

from __future__ import annotations

import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from unittest.mock import patch
from urllib.parse import quote

import numpy as np
import polars as pl
import uvicorn
from starlette.applications import Starlette

from geodata.model.incident import SCHEMA, empty
from geodata.model.query import View
from geodata.spatial import h3_cells as hexes
from layers.export.contents import Export
from layers.export.features import Collection
from layers.export.tables import tables_of
from pages.server.endpoints import routes
from routes.pipelines.counting import Directed

CELLS, MONTHS = 8_400, 120
ROUNDS = 40
ITEMS = "/ogc/collections/hexes/items"
FILTERS = {
    "two comparisons": "mode = 'sea' AND people > 200",
    "time": "T_DURING(month_start, INTERVAL('2018-01-01', '2020-01-01'))",
    "text pattern": "CASEI(cell) LIKE CASEI('85%A%FF')",
    "shape": "S_INTERSECTS(geometry, POLYGON((8 30, 20 30, 20 40, 8 30)))",
    "three at once": "people > 9 AND month_start > DATE('2018-01-01') AND S_INTERSECTS(geometry, BBOX(8, 30, 20, 40))",
}


def million() -> Collection:
    """Return a layer of a million hexes by month, between 15 degrees west and 50 east, the equator and 45 north."""
    random = np.random.default_rng(1)
    many = hexes.distinct(hexes.cells_at(random.uniform(-15, 50, 60_000), random.uniform(0, 45, 60_000), 5))
    cells = random.permutation(many)[:CELLS]
    months = [datetime(2016 + at // 12, at % 12 + 1, 5, tzinfo=UTC) for at in range(MONTHS)]
    rows = len(cells) * MONTHS
    start = pl.Series(months * len(cells))
    frame = pl.DataFrame(
        {
            "incident_id": pl.int_range(rows, eager=True).cast(pl.String),
            "time_start": start,
            "time_end": start + timedelta(days=1),
            "mode": random.choice(["land", "sea", "air"], rows),
            "people": random.integers(1, 300, rows),
            "cell": np.repeat(cells, MONTHS),
        }
    ).cast({name: SCHEMA[name] for name in ("time_start", "time_end", "people", "cell")})
    incidents = pl.concat([empty(), frame], how="diagonal")
    (table,) = tables_of(Export(View(), incidents, Directed((), ()), 1, datetime.now(UTC)), ["hexes"])
    return Collection(table)


@contextmanager
def answering(layer: Collection) -> Iterator[str]:
    """Serve a layer in place of those of a workspace; give the address."""
    config = uvicorn.Config(Starlette(routes=routes()), port=0, log_level="error")
    server = uvicorn.Server(config)
    names = ("features_api", "tiles_api")
    patches = [
        patch(f"pages.server.{name}.{what}", new)
        for name in names
        for what, new in (("layer_of", lambda *_: layer), ("sight", lambda: None))
    ]
    for one in patches:
        one.start()
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()
        for one in patches:
            one.stop()


def timed(addresses: list[str]) -> str:
    """Ask for addresses in turn; say how long the first took, and the median and 95th percentile of the others."""
    taken = []
    for address in addresses:
        start = time.perf_counter()
        with urllib.request.urlopen(address) as answer:
            answer.read()
        taken.append((time.perf_counter() - start) * 1000)
    first, *others = taken
    return f"first {first:5.0f} ms, p50 {np.percentile(others, 50):5.0f} ms, p95 {np.percentile(others, 95):5.0f} ms"


def main() -> None:
    """Print the figures."""
    layer = million()
    print(f"{len(layer.table.frame):,} rows")
    with answering(layer) as url:
        pages = [f"{url}{ITEMS}?limit=100&offset={at * 20_000}" for at in range(ROUNDS)]
        print(f"page of 100            {timed(pages)}")
        print(f"page of 100 in a box   {timed([f'{page}&bbox=8,30,20,40' for page in pages[:10] * 4])}")
        for name, text in FILTERS.items():
            asked = [f"{url}{ITEMS}?limit=100&offset={at * 100}&filter={quote(text)}" for at in range(ROUNDS)]
            print(f"{f'filter: {name}':22} {timed(asked)}")
        for zoom in range(8):
            side = min(2**zoom, 8)
            column, row = 2**zoom // 2, int(0.38 * 2**zoom)
            at = [(column + step % side, row + step // side) for step in range(side * side)]
            tiles = [
                f"{url}/ogc/collections/hexes/tiles/WebMercatorQuad/{zoom}/{y}/{x}"
                for x, y in at
                if max(x, y) < 2**zoom
            ]
            print(f"tile at zoom {zoom}         {timed([*tiles, *tiles[:1]])}")


if __name__ == "__main__":
    main()
