"""Command line of the third stage: ``python -m layers export -o corridors.gpkg``."""

# Texts here are said on the map.

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from geodata.core.atomic_write import handed_over
from geodata.core.errors import UnknownVersion, told_in_a_sentence
from geodata.core.settings import Settings
from geodata.ledger.store import Ledger
from geodata.mapping.profiles import credits_of
from geodata.model.query import View, require_view
from geodata.workspace.editions import editions_of
from geodata.workspace.network_store import Networks
from geodata.workspace.soundness import end_if_damaged
from layers.export.vector_files import Export, encoded, format_of
from routes.pipelines.counting import counted_on, placed
from routes.pipelines.kept_network import standing
from routes.temporal.findings import findings_of
from routes.temporal.series import series_of

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
    detail: Annotated[float, typer.Option(min=0, max=1, help="0 the main routes, 1 all.")] = 1.0,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Lay the network out anew, even if it is kept.")] = False,
    version: Annotated[int | None, typer.Option(help="Ledger version to read [default: newest].")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead of words.")] = False,
) -> None:
    """Write the corridors with incidents in the window; into .gpkg also changes, dense areas, hexes and countries."""
    ledger = Ledger(home or Settings().home)
    with told_in_a_sentence():
        kind = format_of(out)
        view = require_view(
            {"start": start.date() if start else None, "end": end.date() if end else None, "modes": mode or None}
        )
        made = _made(view, ledger, version, detail, rebuild=rebuild)
        content = encoded(made, kind)
        with handed_over(out) as part:
            part.write_bytes(content)
    _tell(made, out, as_json=as_json)
    end_if_damaged(ledger, made.version)


def _made(view: View, ledger: Ledger, version: int | None, detail: float, *, rebuild: bool) -> Export:
    """Return the export of a version of the ledger: routes and incidents of the window."""
    read = _version(ledger, version)
    store = Networks(ledger)
    facts = store.assumptions.facts()
    with Console(stderr=True).status("reading incidents ...") as status:
        every = ledger.incidents(read)
        found = standing(
            store,
            every,
            read,
            facts,
            rebuild=rebuild,
            newest=version is None,
            say=lambda stage: status.update(f"{stage} ..."),
        )
    chosen = view.select(placed(found.network, every))
    routes = counted_on(found.network, chosen, facts, detail, view.modes)
    whole = view.without_window().select(placed(found.network, every))
    series = series_of(found.network, whole, editions_of(ledger, every, read))
    changes = tuple(findings_of(series, found.network.routes))
    return Export(view, chosen, routes, read, datetime.now(UTC), changes, credits_of(chosen))


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
    notes = list(made.routes.notes)
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
