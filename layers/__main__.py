"""Command line of the third stage: ``python -m layers export -o corridors.gpkg``."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from geodata.errors import UnknownVersion, told_in_a_sentence
from geodata.ledger import Ledger
from geodata.settings import Settings
from geodata.theatre import Theatre
from geodata.view import View, require_view
from geodata.whole import handed_over
from layers.exports import Export, encoded, format_of
from routes.itineraries import Method, reduce_movement
from routes.reduce import reduce_incidents

app = typer.Typer(
    help="OUT: corridors as files for QGIS, PostGIS and the web.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def _stage() -> None:
    """Keep ``export`` a subcommand, as others will stand beside it."""


@app.command()
def export(
    out: Annotated[Path, typer.Option("--out", "-o", help="File to write: .geojson or .gpkg.")],
    home: Annotated[Path | None, typer.Option(help="Workspace folder [env: ROUTES_HOME; default: workspace].")] = None,
    start: Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day.")] = None,
    end: Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="First day no longer in.")] = None,
    mode: Annotated[list[str] | None, typer.Option(help="land, sea or air; may be repeated [default: all].")] = None,
    method: Annotated[
        Method, typer.Option(help="ridges: where evidence traces a line; movement: the journeys that explain it.")
    ] = Method.MOVEMENT,
    detail: Annotated[
        float, typer.Option(min=0, max=1, help="Of movement: 0 the main routes, 1 everything supported.")
    ] = 0.5,
    version: Annotated[int | None, typer.Option(help="Ledger version to read [default: newest].")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead of words.")] = False,
) -> None:
    """Write the corridors that have incidents in the window; into .gpkg also hot ridges, hexes and countries."""
    with told_in_a_sentence():
        kind = format_of(out)
        view = require_view(
            {"start": start.date() if start else None, "end": end.date() if end else None, "modes": mode or None}
        )
        made = _made(view, Ledger(home or Settings().home), version, method, detail)
        content = encoded(made, kind)
        with handed_over(out) as part:
            part.write_bytes(content)
    _tell(made, out, as_json=as_json)


def _made(view: View, ledger: Ledger, version: int | None, method: Method, detail: float) -> Export:
    """Return the export of a version of the ledger: corridors over all time, incidents of the window."""
    read = _version(ledger, version)
    with Console(stderr=True).status("reading incidents ..."):
        every = ledger.incidents(read)
    whole = view.without_window().select(every)
    with Console(stderr=True).status("reducing to corridors ..."):
        ridges = reduce_incidents(whole, view.resolution)
        if method is Method.RIDGES:
            return Export(view, view.select(every), ridges, read, datetime.now(UTC))
        moved = reduce_movement(whole, Theatre(ledger.home).facts(), detail)
    return Export(view, view.select(every), moved, read, datetime.now(UTC), ridges)


def _version(ledger: Ledger, wanted: int | None) -> int:
    newest = ledger.version()
    if newest is None:
        raise UnknownVersion(
            "the workspace is empty",
            rule="an export needs incidents: take a file in with `python -m geodata ingest FILE`",
            done="nothing was written",
            where=str(ledger.home),
        )
    if wanted is not None and not 0 <= wanted <= newest:
        raise UnknownVersion(
            f"there is no version {wanted}",
            rule=f"versions are 0 to {newest}",
            done="nothing was written",
            where=str(ledger.home),
        )
    return newest if wanted is None else wanted


def _tell(made: Export, out: Path, *, as_json: bool) -> None:
    corridors = len(made.corridors())
    notes = list(made.reduction.notes)
    if as_json:
        print(json.dumps(made.stamp | {"corridors": corridors, "incidents": made.incidents.height, "notes": notes}))
        return
    print(f"Ledger version {made.version}: {made.incidents.height:,} incidents, {corridors:,} corridors.")
    for note in notes:
        print(note)
    if made.synthetic:
        print("This export holds SYNTHETIC incidents: made up for demonstration.")
    print(f"Written to {out}.")


if __name__ == "__main__":
    app()
