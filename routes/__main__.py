"""Command line of the second stage: ``python -m routes reduce -o corridors.geojson``, ``python -m routes change``."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import polars as pl
import typer
from rich.console import Console

from geodata.errors import WrongValue, told_in_a_sentence
from geodata.incident import CORRIDOR_MODES
from geodata.ledger import Ledger, UnwritableLedger
from geodata.register import corridor_events, register, registered
from geodata.settings import Settings
from geodata.table import read_table
from geodata.theatre import Theatre
from geodata.view import View, require_view
from geodata.whole import handed_over
from routes.comparison import compared
from routes.corridors import Reduction
from routes.identity import REGISTER, renamed
from routes.itineraries import Method, reduce_movement
from routes.reduce import reduce_incidents
from routes.support import REPLICATES
from routes.surveys import SURVEY_MONTHS, SURVEY_RESOLUTION, alarms_of, hot_spots, spots_collection, whole_months
from routes.windows import Window

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
Resolution = Annotated[int | None, typer.Option(help="Of ridges: H3, 3 to 7 [default: 5; straits 6; coarse data 4].")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of words.")]


@app.command()
def reduce(
    out: Out,
    home: Home = None,
    incidents: Incidents = None,
    start: Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day.")] = None,
    end: Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="First day no longer in.")] = None,
    mode: Modes = None,
    resolution: Resolution = None,
    method: Annotated[
        Method, typer.Option(help="ridges: where evidence traces a line; movement: the journeys that explain it.")
    ] = Method.MOVEMENT,
    detail: Annotated[
        float, typer.Option(min=0, max=1, help="Of movement: 0 the main routes, 1 everything supported.")
    ] = 0.5,
    replicates: Annotated[
        int,
        typer.Option(min=0, max=1000, help="Redraws of the evidence for the grades; 0 grades none."),
    ] = REPLICATES,
    assign: Annotated[
        Path | None, typer.Option(help="Parquet file to write: which incident belongs to which corridor.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Reduce incidents to corridors and write them as GeoJSON."""
    with told_in_a_sentence():
        view = require_view(
            {
                "start": start.date() if start else None,
                "end": end.date() if end else None,
                "modes": mode or None,
                "resolution": resolution,
            }
        )
        every = _read(incidents, home)
        with Console(stderr=True).status("reducing to corridors ..."):
            reduction: Reduction
            if method is Method.MOVEMENT:
                facts = Theatre(home or Settings().home).facts()
                reduction = reduce_movement(view.select(every), facts, detail, replicates)
            else:
                reduction = reduce_incidents(view.select(every), view.resolution, replicates)
        if incidents is None:
            reduction = _identified(reduction, Ledger(home or Settings().home), method, whole=view == View())
        if assign:
            with handed_over(assign) as part:
                reduction.assignments.write_parquet(part)
        _write(reduction.collection() | {"view": view.query()}, out)
    _tell(reduction, out, as_json=as_json)


@app.command()
def change(
    out: Out,
    before: Annotated[str, typer.Option(help="Window START:END of whole months, the end excluded.")],
    after: Annotated[str, typer.Option(help="The window to compare with it.")],
    home: Home = None,
    incidents: Incidents = None,
    mode: Modes = None,
    resolution: Resolution = None,
    method: Annotated[
        Method, typer.Option(help="ridges: what became of the lines of evidence; movement: of the directed routes.")
    ] = Method.RIDGES,
    as_json: AsJson = False,
) -> None:
    """Compare two windows: which corridors were born, grew, faded, are gone, shifted or displaced others."""
    with told_in_a_sentence():
        windows = Window.of(before), Window.of(after)
        view = require_view({"modes": mode or None, "resolution": resolution})
        every = view.select(_read(incidents, home))
        both = every.filter(windows[0].holds() | windows[1].holds())
        with Console(stderr=True).status("comparing the windows ..."):
            reduction: Reduction
            if method is Method.MOVEMENT:
                reduction = reduce_movement(both, Theatre(home or Settings().home).facts())
            else:
                reduction = reduce_incidents(both, view.resolution)
            comparison = compared(both, reduction, *windows, resolution=view.resolution)
        _write(comparison.collection() | {"view": view.query()}, out)
    if as_json:
        print(json.dumps(comparison.summary()))
        return
    for line in (*comparison.sentences(), *comparison.notes, f"Written to {out}."):
        print(line)


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
        return
    for name, number in counted:
        print(f"{number:>7,} {name}")
    print(f"Months {months.start} to {months.end}. Written to {out}.")


@app.command()
def events(
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Tell what became of corridors: births, deaths, returns, splits and merges, the latest last."""
    told = corridor_events(Ledger(home or Settings().home))
    if as_json:
        print(json.dumps(told.to_dicts(), ensure_ascii=False))
        return
    for row in told.iter_rows(named=True):
        other = {"split": " from ", "merge": " into "}.get(row["event"], "") + (row["other_id"] or "")
        print(f"{row['at']}  version {row['version']}  {row['event']:<6} {row['corridor_id']}{other}  {row['name']}")
    if told.is_empty():
        print(
            "Nothing yet: `python -m routes reduce` over all incidents of a workspace keeps what becomes of corridors."
        )


@app.command()
def alarms(
    out: Out,
    home: Home = None,
    incidents: Incidents = None,
    mode: Modes = None,
    resolution: Resolution = None,
    as_json: AsJson = False,
) -> None:
    """Write as JSON where and when the monthly rate of a corridor changed, as it could be known month by month."""
    with told_in_a_sentence():
        view = require_view({"modes": mode or None, "resolution": resolution})
        every = view.select(_read(incidents, home))
        months = whole_months(every)
        with Console(stderr=True).status("reducing to corridors ..."):
            found = alarms_of(reduce_incidents(every, view.resolution), months) if months else []
        _write({"alarms": found}, out)
    if as_json:
        print(json.dumps({"alarms": len(found)}))
        return
    for alarm in found[:20]:
        print(f"{alarm['name']}, {alarm['mode']}: {alarm['sentence']}")
    print(f"{len(found):,} alarms in all. Written to {out}.")


def _identified(reduction: Reduction, ledger: Ledger, method: Method, *, whole: bool) -> Reduction:
    """Return a reduction under the ids of the workspace; that of all incidents is kept in its register."""
    if ledger.version() is None:
        return reduction
    known, answer = renamed(reduction, registered(ledger, pl.Schema(REGISTER)), method)
    if not whole:
        return known
    try:
        register(ledger, answer.register, answer.events)
    except UnwritableLedger:
        note = "The workspace cannot be written: what became of corridors since the last reduction is not kept."
        return replace(known, notes=(*known.notes, note))
    return known


def _read(incidents: Path | None, home: Path | None) -> pl.DataFrame:
    with Console(stderr=True).status("reading incidents ..."):
        return read_table(incidents) if incidents else Ledger(home or Settings().home).incidents()


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
        print(f"{mode:>4}: {said['corridors']:,} corridors, {said['length_km']:,} km, {said['incidents']:,} incidents")
    for note in reduction.notes:
        print(note)
    print(f"Written to {out}.")


if __name__ == "__main__":
    app()
