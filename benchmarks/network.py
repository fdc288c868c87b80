"""Measure the network: ``python -m benchmarks.network`` prints the figures and writes ``docs/network.md``.

What of it stands on real files needs ``shared/data`` beside the checkout; without it these parts are left out, and the
page says so. Movement worlds and their peers are those of ``benchmarks.movement``, plain worlds those of
``benchmarks.corridors``. Tuning looked at seeds 3 and 101 of them, at files of ten years with seeds below 100 and at
the hand-drawn lines; what is reported has other seeds.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import mean
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Annotated

import numpy as np
import polars as pl
import typer
from scipy.spatial import cKDTree

from benchmarks import legs
from benchmarks.corridors import regions as plain
from benchmarks.corridors import worlds as plain_worlds
from benchmarks.corridors.figures import Figures
from benchmarks.corridors.methods import ROOT
from benchmarks.corridors.networks import evenly
from benchmarks.movement import worlds as movement_worlds
from benchmarks.movement.methods import methods
from benchmarks.movement.ours import ours
from benchmarks.movement.regions import regions
from benchmarks.movement.report import means
from benchmarks.movement.runs import Bounds, measured
from benchmarks.movement.scores import score
from geodata.ingest.pipeline import ingest_file
from geodata.ledger.store import Ledger
from geodata.model.assumptions import reference_facts
from geodata.spatial.coastline import is_land
from geodata.workspace.demo_data import demo_file
from geodata.workspace.network_store import Networks
from routes.attribution.membership import path_of
from routes.core.corridor import METHOD_VERSION, Corridor
from routes.core.geodesy import Vectors, chord, line_km, lonlat, unit_vectors
from routes.pipelines.corridor_tracking import cells_of
from routes.pipelines.counting import counted_on, placed
from routes.pipelines.flow_network import network
from routes.pipelines.kept_network import standing
from routes.pipelines.ridge_corridors import reduce_incidents

PAGE = ROOT / "docs" / "network.md"
DATA = ROOT.parent / "shared" / "data"
HAND_DRAWN = DATA / "iom_routes" / "west.geojson"
EARLIER = DATA / "iom_missing_migrants" / "alldata_2022-05.xlsx"
FOOTPRINT_KM, STEP_KM = 300.0, 5.0
SEED = 7
TOLD = (0.0, 0.05, 0.15, 0.3, 0.6, 1.0)
YOUNG_FILES = 100
FIRST_YOUNG = 5_000
"""Seeds below were looked at in tuning."""
SAME_GROUND = 0.5

INTRODUCTION = """# The network, measured

Written by `make bench-network` (method {version}, facts {facts}). Peers ran in the same run. Times are of a shared
machine with two cores: read them as ratios. What the method is stands in `method.md`, what was tried in
`decisions/0015-one-network.md`.
"""


BEFORE = """Legs are pairs of a country and the next. Astray: length farther than 100 km from every true route, over the
true length. Before the one network (movement-0.4, two seeds, commit 0aed69a), at half of the origins: legs .82 / .84,
F1 .79 at 50 km and .88 at 100 km with 2,000 incidents, length 1.16; .76 / .84, .80, .91 and 1.43 with 10,000. Without
origins: .81 / .78, .74, .84 and .71 / .85, .77, .88."""


PICTURES = """## Before and after, drawn

The routes of the newest real edition before (movement-0.4) and with the one network: brown over land, blue by sea,
dashed where inferred; wider where estimated importance is larger.

""" + "\n\n".join(
    f"![{title}](pictures/network/{name}.png)"
    for name, title in (
        ("mediterranean", "Mediterranean"),
        ("sahara", "Sahara and Libya"),
        ("horn", "Horn of Africa"),
        ("balkans-iran", "Balkans to Iran"),
        ("americas", "Americas"),
        ("south-east-asia", "South-East Asia"),
    )
)


def main(
    quick: Annotated[bool, typer.Option(help="The real file and one size of worlds only; write no page.")] = False,
    cache: Annotated[Path, typer.Option(help="Where measurements of worlds are kept.")] = ROOT / ".bench" / "network",
    out: Annotated[Path, typer.Option(help="The page to write.")] = PAGE,
) -> None:
    """Measure, print and write."""
    parts = [INTRODUCTION.format(version=METHOD_VERSION, facts=reference_facts().version).strip()]
    sections = (real_file, lambda: movement_made(cache, quick=quick), plain_made, noise, told_by_degrees)
    more = (editions, young_routes, costs)
    for section in sections if quick else (*sections, *more):
        text = section()
        print(text, flush=True)
        parts.append(text)
    if not quick:
        out.write_text("\n\n".join([*parts, PICTURES]) + "\n", encoding="utf-8")
        print(f"{out} written")


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Return a table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)


def real_file() -> str:
    """Return how the newest real edition agrees with hand-drawn lines and with known legs, beside ridges."""
    path = legs.newest()
    if path is None or not HAND_DRAWN.is_file():
        return "## Real files\n\nNot beside this checkout."
    incidents = legs.incidents_of(path)
    _, found = legs.answer(incidents)
    ridges = reduce_incidents(incidents).corridors
    rows = [
        ["the network", *hand_drawn(found.corridors)],
        ["ridges alone", *hand_drawn(ridges)],
    ]
    head = ["", "F1 100 km", "complete", "correct", "F1 50 km", "sea F1 100", "land F1 100", "km near the lines"]
    return "\n\n".join(
        [
            f"## Real: {path.name}, {incidents.height:,} incidents, route labels withheld",
            "Held against the hand-drawn lines of the west, within 300 km of them.",
            table(head, rows),
            "```\n" + legs.report(no_origins=True) + "\n```",
        ]
    )


def hand_drawn(corridors: Sequence[Corridor]) -> list[str]:
    """Return the agreement of some corridors with the hand-drawn lines."""
    drawn = np.concatenate(
        [
            evenly(unit_vectors(*np.array(feature["geometry"]["coordinates"], float).T), STEP_KM)
            for feature in json.loads(HAND_DRAWN.read_text(encoding="utf-8"))["features"]
        ]
    )
    found = np.concatenate([evenly(path_of(one), STEP_KM) for one in corridors if one.mode != "air"])
    found = found[_near(found, drawn, FOOTPRINT_KM)]
    whole = _agreement(found, drawn, drawn)
    by_side = []
    for land in (False, True):
        own, true = found[_on_land(found) == land], drawn[_on_land(drawn) == land]
        by_side.append(_agreement(own, true, true)[100])
    complete, correct = _near(drawn, found, 100).mean(), _near(found, drawn, 100).mean()
    figures = [whole[100], complete, correct, whole[50], *by_side]
    return [*(f"{figure:.3f}" for figure in figures), f"{len(found) * STEP_KM:,.0f}"]


def _agreement(found: Vectors, true: Vectors, near: Vectors) -> dict[int, float]:
    scores = {}
    for km in (50, 100):
        shares = float(_near(true, found, km).mean()), float(_near(found, near, km).mean())
        scores[km] = 2 * shares[0] * shares[1] / max(sum(shares), 1e-9)
    return scores


def _near(points: Vectors, others: Vectors, km: float) -> np.ndarray:
    if not len(points) or not len(others):
        return np.zeros(len(points), bool)
    return np.asarray(np.isfinite(cKDTree(others).query(points, distance_upper_bound=chord(km))[0]))


def _on_land(points: Vectors) -> np.ndarray:
    places = lonlat(points)
    return np.asarray(is_land(places[:, 0], places[:, 1]))


def movement_made(cache: Path, *, quick: bool) -> str:
    """Return the scores over worlds with movement in them, beside the peers."""
    bounds = Bounds((2_000,), (SEED,), (0.5,)) if quick else Bounds(seeds=(SEED,))
    known = methods()
    figures = measured(known, Figures(cache), bounds, _said)
    return "\n\n".join(
        [
            f"## Made-up worlds with movement, seed {SEED}, all regions",
            BEFORE,
            means(figures, known),
        ]
    )


def plain_made() -> str:
    """Return the scores over worlds of plain points, which state no origin, beside the ridges."""
    rows = []
    for size in (2_000, 10_000):
        scores = []
        for region in plain.regions().values():
            made = plain_worlds.world(region, plain_worlds.Recipe(size), SEED)
            incidents = made.incidents.with_columns(pl.lit(made.mode).alias("mode"))
            found = [path_of(one) for one in network(incidents, reference_facts()).routes]
            ridges = [path_of(one) for one in reduce_incidents(incidents).corridors]
            scores.append([*_plain(found, made.truth), *_plain(ridges, made.truth)])
            _said(f"plain, {region.name}, {size:,}: {scores[-1][0]:.3f} beside {scores[-1][2]:.3f}")
        rows.append([f"{size:,}", *(f"{figure:.3f}" for figure in np.mean(scores, axis=0))])
    head = ["incidents", "F1 25 km", "length", "ridges F1 25 km", "ridges length"]
    return f"## Made-up worlds of plain points, seed {SEED}, all regions\n\n" + table(head, rows)


def _plain(lines: Sequence[Vectors], truth: Sequence[Vectors]) -> tuple[float, float]:
    if not lines:
        return 0.0, 0.0
    found, true = (np.concatenate([evenly(line, STEP_KM) for line in some]) for some in (lines, truth))
    shares = float(_near(true, found, 25).mean()), float(_near(found, true, 25).mean())
    length = sum(map(line_km, lines)) / sum(map(line_km, truth))
    return 2 * shares[0] * shares[1] / max(sum(shares), 1e-9), length


def noise() -> str:
    """Return the length that is drawn where there is no route at all, over that of the true network."""
    rows = []
    for size, blobs in ((2_000, 0), (2_000, 12), (10_000, 12)):
        shares = []
        for region in plain.regions().values():
            made = plain_worlds.noise(region, size, blobs, SEED)
            laid = network(made.incidents.with_columns(pl.lit(made.mode).alias("mode")), reference_facts())
            shares.append(sum(one.length_km for one in laid.routes) / region.km)
        rows.append([f"{size:,}", "even" if not blobs else f"{blobs} heaps", f"{mean(shares):.3f}"])
    return "## Noise alone\n\n" + table(["incidents", "", "length drawn over that of the region's routes"], rows)


def told_by_degrees() -> str:
    """Return the scores as more and more incidents state an origin: no jump between them."""
    rows = []
    for told in TOLD:
        scores = []
        for place in regions().values():
            made = movement_worlds.world(place, movement_worlds.Recipe(2_000), SEED).telling(told)
            scores.append(score(ours(made)[""], place.truth))
        names = ("leg_precision", "leg_recall", "f1_50", "f1_100", "length")
        rows.append([f"{told:.0%}", *(f"{mean(one[name] for one in scores):.3f}" for name in names)])
        _said(f"{told:.0%} told: {rows[-1][1:]}")
    head = ["origins", "leg precision", "leg recall", "F1 50 km", "F1 100 km", "length"]
    return f"## From no origin stated to all, 2,000 incidents, seed {SEED}\n\n" + table(head, rows)


def editions() -> str:
    """Return how many routes keep their id and name from one edition to the next, and under redraws."""
    newest = legs.newest()
    if newest is None or not EARLIER.is_file():
        return "## Ids and names\n\nThe real files are not beside this checkout."
    with TemporaryDirectory() as folder:
        ledger = Ledger(Path(folder) / "workspace")
        store = Networks(ledger)
        facts = store.assumptions.facts()
        first = _standing(ledger, store, EARLIER)
        then = _standing(ledger, store, newest)
        incidents = ledger.incidents()
        random = np.random.default_rng(SEED)
        kept = incidents.filter(pl.Series(random.random(incidents.height) >= 0.1))
        again = pl.concat([kept, kept.sample(incidents.height - kept.height, seed=SEED)])
        again = again.with_columns(pl.col("incident_id") + "-" + pl.int_range(pl.len()).cast(pl.String))
        redrawn = standing(store, again, 99, facts, newest=False).network.routes
    rows = [
        [f"{EARLIER.name} to {newest.name}", len(first), len(then), *_kept(first, then)],
        ["a tenth of the incidents drawn again", len(then), len(redrawn), *_kept(then, redrawn)],
    ]
    head = ["", "routes before", "after", "held by both", "keep their id", "keep their name"]
    return "## Ids and names\n\n" + table(head, rows)


def _standing(ledger: Ledger, store: Networks, path: Path) -> tuple[Corridor, ...]:
    ingest_file(path, ledger, may_withdraw=True)
    version = ledger.version() or 0
    return standing(store, ledger.incidents(), version, store.assumptions.facts()).network.routes


def _kept(before: Sequence[Corridor], after: Sequence[Corridor]) -> list[str]:
    """Return how many routes run over the same ground in both, and the share that keep their id, and their name."""
    ground = [(one, set(cells_of(one).tolist())) for one in after]
    both = ids = names = 0
    for one in before:
        own = set(cells_of(one).tolist())
        same = [
            other
            for other, cells in ground
            if other.mode == one.mode and len(own & cells) >= SAME_GROUND * max(len(own), len(cells))
        ]
        both += bool(same)
        ids += any(other.corridor_id == one.corridor_id for other in same)
        names += any((other.corridor_id, other.name) == (one.corridor_id, one.name) for other in same)
    return [str(both), f"{ids / max(both, 1):.2f}", f"{names / max(both, 1):.2f}"]


def young_routes() -> str:
    """Return how often a route of the last two months is on the network, and how often one is that is not there."""
    found = false = 0
    begin, end = (19.0, 15.0), (20.5, 17.5)
    there = unit_vectors(np.linspace(begin[0], end[0], 30), np.linspace(begin[1], end[1], 30))
    for seed in range(YOUNG_FILES):
        for young in (15, 0):
            incidents = _ten_years(np.random.default_rng(FIRST_YOUNG + seed + 1000 * (young == 0)), young, begin, end)
            old = {one.corridor_id for one in reduce_incidents(incidents, replicates=0).corridors}
            routes = network(incidents, reference_facts(), replicates=0).routes
            near = [one for one in routes if _near(there, evenly(path_of(one), STEP_KM), 50).mean() > 0.5]
            if young:
                found += bool(near)
            else:
                false += sum(one.corridor_id not in old and one.basis == "evidence" for one in near)
    rows = [["with 15 incidents in the last two months", f"{found} of {YOUNG_FILES} on the network"]]
    rows.append(["without", f"{false} young routes"])
    return "## A young route in a file of ten years\n\n" + table(["6,000 incidents", ""], rows)


def _ten_years(
    random: np.random.Generator, young: int, begin: tuple[float, float], end: tuple[float, float]
) -> pl.DataFrame:
    """Return incidents of ten years along three routes, a third of them clutter, and a few along a new one."""

    def along(start: tuple[float, float], stop: tuple[float, float], number: int) -> np.ndarray:
        part = random.random(number)[:, None]
        return np.array(start) + (np.array(stop) - np.array(start)) * part + random.normal(0, 0.11, (number, 2))

    days = 3650.0
    old = [along((5, 15), (9, 24), 1500), along((9, 24), (14, 31), 1500), along((13, 12), (14.5, 24), 1200)]
    clutter = np.column_stack([random.uniform(-2, 24, 1800), random.uniform(12, 32, 1800)])
    places = np.concatenate([*old, clutter])
    when = random.uniform(0, days, len(places))
    if young:
        places = np.concatenate([places, along(begin, end, young)])
        when = np.r_[when, random.uniform(days - 60, days, young)]
    first = datetime(2015, 1, 1, tzinfo=UTC)
    return pl.DataFrame(
        {
            "lon": places[:, 0],
            "lat": places[:, 1],
            "time_start": [first + timedelta(days=float(day)) for day in when],
            "mode": ["land"] * len(places),
        }
    )


def costs() -> str:
    """Return what it takes to lay out, read and count the network, and to export from the command line."""
    rows = []
    with TemporaryDirectory() as folder:
        for title, fill in _workspaces():
            home = Path(folder) / title.replace(" ", "-")
            ledger = Ledger(home)
            fill(ledger)
            rows.append([title, *_measured(home)])
            _said(f"{title}: {rows[-1][1:]}")
    head = ["", "laid out, s", "GB", "read, s", "placed, s", "a view counted, ms", "export from the command line, s"]
    return "## Cost\n\n" + table(head, rows)


def _workspaces() -> Iterator[tuple[str, Callable[[Ledger], object]]]:
    newest = legs.newest()
    if newest is not None:
        yield f"{newest.name}", lambda ledger: ingest_file(newest, ledger)

    def made(ledger: Ledger) -> None:
        with demo_file(1_000_000, 1, date(2026, 11, 24)) as file:
            ingest_file(file, ledger)

    yield "1,000,000 of the demonstration", made


def _measured(home: Path) -> list[str]:
    begin = perf_counter()
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    _run("routes", "build", "--home", str(home))
    built = perf_counter() - begin
    gigabytes = max(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, before) / 1e6
    begin = perf_counter()
    _run("layers", "export", "--home", str(home), "-o", str(home / "out.gpkg"))
    exported = perf_counter() - begin
    ledger = Ledger(home)
    store, version = Networks(ledger), ledger.version() or 0
    facts, incidents = store.assumptions.facts(), ledger.incidents()
    begin = perf_counter()
    laid = standing(store, incidents, version, facts).network
    read = perf_counter() - begin
    begin = perf_counter()
    every = placed(laid, incidents)
    put = perf_counter() - begin
    views = [pl.col("mode") == "sea", pl.col("time_start").dt.year() == 2023, pl.lit(value=True)]
    taken = []
    for view in views:
        begin = perf_counter()
        counted_on(laid, every.filter(view), facts)
        taken.append(1000 * (perf_counter() - begin))
    return [f"{built:.1f}", f"{gigabytes:.2f}", f"{read:.2f}", f"{put:.2f}", f"{max(taken):.0f}", f"{exported:.1f}"]


def _run(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", *arguments], check=True, cwd=ROOT, capture_output=True)


def _said(sentence: str) -> None:
    print(sentence, flush=True)


if __name__ == "__main__":
    typer.run(main)
