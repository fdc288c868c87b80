"""Command line of the second stage: ``python -m routes reduce -o corridors.geojson``, ``python -m routes change``."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import polars as pl
import typer
from rich.console import Console

from geodata.core.atomic_write import handed_over
from geodata.core.errors import WrongValue, told_in_a_sentence
from geodata.core.settings import Settings
from geodata.io.simple_table import read_table
from geodata.ledger.corridor_registry import corridor_events
from geodata.ledger.store import Ledger
from geodata.model.assumptions import Facts
from geodata.model.incident import CORRIDOR_MODES
from geodata.model.query import View, require_view
from geodata.model.reporting import Editions
from geodata.workspace.editions import editions_of, reporting
from geodata.workspace.network_store import Networks
from geodata.workspace.soundness import end_if_damaged
from routes.core.corridor import Reduction
from routes.pipelines.counting import counted_on, placed
from routes.pipelines.flow_network import Network, network
from routes.pipelines.kept_network import renamed, standing
from routes.temporal.arrears import arrears
from routes.temporal.comparison import compared
from routes.temporal.findings import collection, findings_of
from routes.temporal.hotspot_survey import SURVEY_MONTHS, SURVEY_RESOLUTION, hot_spots, spots_collection, whole_months
from routes.temporal.series import Series, series_of
from routes.temporal.time_windows import Window

app = typer.Typer(
    help="REDUCE: incidents to land, sea and air route corridors.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


Out = Annotated[Path, typer.Option("--out", "-o", help="GeoJSON file to write.")]
Home = Annotated[Path | None, typer.Option(help="Workspace folder [env: ROUTES_HOME; default: workspace].")]
Incidents = Annotated[
    Path | None, typer.Option(help="CSV or Parquet with lon, lat, time, mode, in place of the workspace.")
]
Modes = Annotated[list[str] | None, typer.Option(help="land, sea or air; may be repeated [default: all].")]
Rebuild = Annotated[bool, typer.Option("--rebuild", help="Lay the network out anew, even if it is kept.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of words.")]


@app.command()
def reduce(
    out: Out,
    home: Home = None,
    incidents: Incidents = None,
    start: Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day.")] = None,
    end: Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="First day no longer in.")] = None,
    mode: Modes = None,
    detail: Annotated[float, typer.Option(min=0, max=1, help="0 the main routes, 1 all.")] = 1.0,
    assign: Annotated[
        Path | None, typer.Option(help="Parquet file to write: which incident lies in which corridor.")
    ] = None,
    rebuild: Rebuild = False,
    as_json: AsJson = False,
) -> None:
    """Write the routes, counted for the window and the modes, as GeoJSON."""
    with told_in_a_sentence():
        view = require_view(
            {"start": start.date() if start else None, "end": end.date() if end else None, "modes": mode or None}
        )
        ground = _ground(incidents, home, rebuild=rebuild)
        found = counted_on(ground.network, view.select(ground.placed), ground.facts, detail, view.modes)
        if assign:
            with handed_over(assign) as part:
                found.assignments.write_parquet(part)
        _write(found.collection() | {"view": view.query()}, out)
    _tell(found, out, as_json=as_json)
    _end_if_damaged(incidents, home)


@app.command()
def build(home: Home = None) -> None:
    """Lay out the network of the newest incidents and keep it, unless it is kept; each stage is told on a line."""
    with told_in_a_sentence():
        ledger = Ledger(home or Settings().home)
        version = ledger.version()
        if version is None:
            raise WrongValue(
                "the workspace is empty",
                rule="a network needs incidents",
                done="none was laid out",
                where=str(ledger.home),
            )
        store = Networks(ledger)
        standing(
            store, ledger.incidents(), version, store.assumptions.facts(), say=lambda stage: print(stage, flush=True)
        )
        end_if_damaged(ledger)


@app.command()
def rename(
    corridor_id: Annotated[str, typer.Argument(help="The id of a route, as `reduce` and `events` write it.")],
    name: Annotated[str, typer.Argument(help="The name that it shall have.")],
    home: Home = None,
) -> None:
    """Give a route the name that analysts use; it keeps it from edition to edition."""
    with told_in_a_sentence():
        ledger = Ledger(home or Settings().home)
        store = Networks(ledger)
        renamed(store, ledger.version() or 0, store.assumptions.facts(), corridor_id, name)
    print(f"{corridor_id} is {' '.join(name.split())!r}. A server that runs shows it with its next import or start.")


@app.command()
def change(
    out: Out,
    before: Annotated[str, typer.Option(help="Window START:END of whole months, the end excluded.")],
    after: Annotated[str, typer.Option(help="The window to compare with it.")],
    home: Home = None,
    incidents: Incidents = None,
    mode: Modes = None,
    rebuild: Rebuild = False,
    as_json: AsJson = False,
) -> None:
    """Compare two windows: which routes were born, grew, faded, are gone, shifted or displaced others."""
    with told_in_a_sentence():
        windows = Window.of(before), Window.of(after)
        view = require_view({"modes": mode or None})
        ground = _ground(incidents, home, rebuild=rebuild)
        chosen = view.select(ground.placed)
        routes = counted_on(ground.network, chosen, ground.facts, modes=view.modes).corridors
        comparison = compared(series_of(ground.network, chosen, ground.editions), routes, *windows)
        _write(comparison.collection() | {"view": view.query()}, out)
    if as_json:
        print(json.dumps(comparison.summary()))
    else:
        for line in (*comparison.sentences(), *comparison.notes, f"Written to {out}."):
            print(line)
    _end_if_damaged(incidents, home)


@app.command()
def hotspots(
    out: Out,
    home: Home = None,
    incidents: Incidents = None,
    window: Annotated[
        str | None, typer.Option(help=f"START:END of whole months [default: the last {SURVEY_MONTHS} that are known].")
    ] = None,
    mode: Modes = None,
    resolution: Annotated[int, typer.Option(min=3, max=7, help="H3 resolution.")] = SURVEY_RESOLUTION,
    as_json: AsJson = False,
) -> None:
    """Write the hexes that are emerging hot or cold spots, month by month, as GeoJSON."""
    with told_in_a_sentence():
        every = require_view({"modes": mode or None}).select(_read(incidents, home))
        months = Window.of(window) if window else whole_months(every, SURVEY_MONTHS)
        if months is None:
            raise WrongValue("no month is over", rule="hot spots need whole months", done="nothing was written")
        found = hot_spots(every, months, resolution)
        _write(spots_collection(found, months), out)
    counted = pl.Series([spot.name for spot in found.spots], dtype=pl.String).value_counts(sort=True).rows()
    if as_json:
        print(json.dumps({"window": [str(months.start), str(months.end)], "classes": dict(counted)}))
    else:
        for name, number in counted:
            print(f"{number:>7,} {name}")
        print(f"Months {months.start} to {months.end}. Written to {out}.")
    _end_if_damaged(incidents, home)


@app.command()
def events(
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Tell what became of routes: births, deaths, returns, splits and merges, the latest last."""
    with told_in_a_sentence():
        told = corridor_events(Ledger(home or Settings().home))
    if as_json:
        print(json.dumps(told.to_dicts(), ensure_ascii=False))
    else:
        for row in told.iter_rows(named=True):
            other = {"split": " from ", "merge": " into "}.get(row["event"], "") + (row["other_id"] or "")
            print(
                f"{row['at']}  version {row['version']}  {row['event']:<6} {row['corridor_id']}{other}  {row['name']}"
            )
        if told.is_empty():
            print("Nothing yet: what becomes of routes is kept each time that the network of a workspace is laid out.")
    _end_if_damaged(None, home)


@app.command()
def alarms(
    out: Out,
    home: Home = None,
    incidents: Incidents = None,
    mode: Modes = None,
    rebuild: Rebuild = False,
    as_json: AsJson = False,
) -> None:
    """Write as GeoJSON where and since when more or fewer than usual are reported, month by month as known today."""
    with told_in_a_sentence():
        view, ground, series = _over_time(incidents, home, mode, rebuild=rebuild)
        found = findings_of(series, ground.network.routes)
        stamp = {"view": view.query(), "known_up_to": series.horizon, "method": ground.network.method_version}
        _write(collection(found, ground.network.routes) | stamp, out)
    if as_json:
        print(json.dumps({"alarms": len(found), "known_up_to": series.horizon}))
    else:
        for one in found[:20]:
            print(f"{one.detected}  {one.name}: {one.sentence} ({one.confidence} confidence)")
        if series.horizon:
            print(f"All together is known well enough to tell fewer up to {series.horizon}.")
        print(f"{len(found):,} alarms in all. Written to {out}.")
    _end_if_damaged(incidents, home)


@app.command()
def completeness(
    out: Out,
    home: Home = None,
    incidents: Incidents = None,
    mode: Modes = None,
    rebuild: Rebuild = False,
    as_json: AsJson = False,
) -> None:
    """Write as JSON how much of the latest months is known, by what delivers it, and what may still come."""
    with told_in_a_sentence():
        _, _, series = _over_time(incidents, home, mode, rebuild=rebuild)
        told = arrears(series)
        _write(told, out)
    if as_json:
        print(json.dumps({"known_up_to": told["known_up_to"], "strata": len(told["strata"])}))
    else:
        for row in told["strata"][:20]:
            state = (
                f"silent since {row['silent_since']}"
                if row["silent_since"]
                else f"known up to {row['known_up_to'] or 'no month'}"
            )
            print(f"{row['incidents']:>7,}  {row['name']}: {state}")
        print(f"All together: known well enough up to {told['known_up_to'] or 'no month'}. Written to {out}.")
    _end_if_damaged(incidents, home)


@dataclass(frozen=True, eq=False)
class _Ground:
    """A network, the incidents on it, and the facts that it rests on."""

    network: Network
    placed: pl.DataFrame
    facts: Facts
    editions: Editions


def _ground(incidents: Path | None, home: Path | None, *, rebuild: bool) -> _Ground:
    """Return the kept network of a workspace, or that of a file, which is laid out now."""
    every = _read(incidents, home)
    ledger = Ledger(home or Settings().home)
    store = Networks(ledger)
    facts, version = store.assumptions.facts(), ledger.version()
    with Console(stderr=True).status("...") as status:

        def say(stage: str) -> None:
            status.update(f"{stage} ...")

        if incidents is not None or version is None:
            found, editions = network(every, facts, say=say), Editions(reporting=reporting())
        else:
            found = standing(store, every, version, facts, rebuild=rebuild, say=say).network
            say("comparing the editions of each source")
            editions = editions_of(ledger, every, version)
    return _Ground(found, placed(found, every), facts, editions)


def _over_time(
    incidents: Path | None, home: Path | None, mode: list[str] | None, *, rebuild: bool
) -> tuple[View, _Ground, Series]:
    """Return the View of some modes, what it stands on, and its incidents by place, deliverer and month."""
    view = require_view({"modes": mode or None})
    ground = _ground(incidents, home, rebuild=rebuild)
    return view, ground, series_of(ground.network, view.select(ground.placed), ground.editions)


def _read(incidents: Path | None, home: Path | None) -> pl.DataFrame:
    with Console(stderr=True).status("reading incidents ..."):
        return read_table(incidents) if incidents else Ledger(home or Settings().home).incidents()


def _end_if_damaged(incidents: Path | None, home: Path | None) -> None:
    """End with what is damaged, if the incidents are those of a workspace."""
    if incidents is None:
        end_if_damaged(Ledger(home or Settings().home))


def _write(collection: dict[str, Any], out: Path) -> None:
    with handed_over(out) as part:
        part.write_text(json.dumps(collection, ensure_ascii=False, allow_nan=False), encoding="utf-8")


def _tell(reduction: Reduction, out: Path, *, as_json: bool) -> None:
    by_mode = pl.DataFrame(
        [(corridor.mode, corridor.length_km, corridor.incidents) for corridor in reduction.corridors],
        schema={"mode": pl.String, "km": pl.Float64, "incidents": pl.Int64},
        orient="row",
    )
    summary = {}
    for mode in CORRIDOR_MODES:
        own = by_mode.filter(pl.col("mode") == mode)
        summary[mode] = {
            "corridors": own.height,
            "length_km": round(own["km"].sum()),
            "incidents": own["incidents"].sum(),
        }
    if as_json:
        print(json.dumps(summary | {"notes": list(reduction.notes)}))
        return
    for mode, said in summary.items():
        print(f"{mode:>4}: {said['corridors']:,} routes, {said['length_km']:,} km, {said['incidents']:,} incidents")
    for note in reduction.notes:
        print(note)
    print(f"Written to {out}.")


if __name__ == "__main__":
    app()
