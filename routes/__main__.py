"""Command line of the second stage: ``python -m routes reduce -o corridors.geojson``."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

import polars as pl
import typer
from rich.console import Console

from geodata.errors import RoutesError, WrongValue
from geodata.incident import CORRIDOR_MODES
from geodata.ledger import Ledger
from geodata.settings import Settings
from geodata.table import read_table
from geodata.view import View, require_view
from routes.corridors import Reduction
from routes.reduce import reduce_incidents

app = typer.Typer(
    help="REDUCE: incidents to land, sea and air route corridors.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def _stage() -> None:
    """Keep ``reduce`` a subcommand, as others will stand beside it."""


@app.command()
def reduce(
    out: Annotated[Path, typer.Option("--out", "-o", help="GeoJSON file to write.")],
    home: Annotated[Path | None, typer.Option(help="Workspace folder [env: ROUTES_HOME; default: workspace].")] = None,
    incidents: Annotated[
        Path | None, typer.Option(help="CSV or Parquet with lon, lat, time, mode, in place of the workspace.")
    ] = None,
    start: Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day.")] = None,
    end: Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="First day no longer in.")] = None,
    mode: Annotated[list[str] | None, typer.Option(help="land, sea or air; may be repeated [default: all].")] = None,
    resolution: Annotated[int | None, typer.Option(help="H3 resolution, 3 to 7 [default: 5, in straits 6].")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead of words.")] = False,
) -> None:
    """Reduce incidents to corridors and write them as GeoJSON."""
    try:
        view = require_view(
            {
                "start": start.date() if start else None,
                "end": end.date() if end else None,
                "modes": mode or None,
                "resolution": resolution,
            }
        )
        with Console(stderr=True).status("reading incidents ..."):
            every = read_table(incidents) if incidents else Ledger(home or Settings().home).incidents()
        with Console(stderr=True).status("reducing to corridors ..."):
            reduction = reduce_incidents(view.select(every), view.resolution)
        _write(reduction, view, out)
    except RoutesError as error:
        print(error, file=sys.stderr)
        raise typer.Exit(2) from None
    _tell(reduction, out, as_json=as_json)


def _write(reduction: Reduction, view: View, out: Path) -> None:
    """Write whole or not at all."""
    part = out.parent / f".{out.name}.part"
    collection = reduction.collection() | {"view": view.query()}
    try:
        part.write_text(json.dumps(collection, ensure_ascii=False, allow_nan=False), encoding="utf-8")
        part.replace(out)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise WrongValue(
            f"it cannot be written ({error.strerror or error})",
            rule="the folder must exist and be writable",
            done="nothing was written",
            where=str(out),
        ) from None


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
