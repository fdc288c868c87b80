"""Command line of the third stage: ``python -m layers export -o corridors.gpkg``, and what is known of a file."""

# Texts here are said on the map.

from __future__ import annotations

import getpass
import json
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import polars as pl
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
from layers.export.area import Area, area_of
from layers.export.catalogue import records_of
from layers.export.contents import USUAL_CEILING, Export, within_ceiling
from layers.export.dataset import Dataset
from layers.export.files import DEGREES, FORMATS, LAYERS, as_file, format_of, require_crs, write
from layers.export.records import MANIFEST, keep, known, record_of
from layers.export.tables import tables_of
from routes.pipelines.counting import counted_on, placed
from routes.pipelines.kept_network import standing
from routes.temporal.findings import findings_of
from routes.temporal.series import series_of

app = typer.Typer(
    help="OUT: corridors as files for QGIS, ArcGIS, PostGIS, Google Earth, Excel and the web.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
Home = Annotated[Path | None, typer.Option(help="Workspace folder [env: ROUTES_HOME; default: workspace].")]
_ENDINGS = ", ".join(f".{ending}" for ending in FORMATS)


Start = Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day.")]
End = Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="First day no longer in.")]
Modes = Annotated[list[str] | None, typer.Option("--mode", help="land, sea or air; may be repeated [default: all].")]
Kinds = Annotated[list[str] | None, typer.Option("--kind", help="Kind of incident; may be repeated.")]
Sources = Annotated[list[str] | None, typer.Option("--source", help="Source; may be repeated.")]
Origins = Annotated[list[str] | None, typer.Option("--origin", help="Country of origin (ISO 3166-1); may be repeated.")]
In = Annotated[list[str] | None, typer.Option("--country", help="Incidents and routes in a country; may be repeated.")]
Pair = Annotated[tuple[str, str] | None, typer.Option(help="Routes that two countries are a part of.")]
AreaFile = Annotated[Path | None, typer.Option(help="File of polygons: what lies in them or runs through.")]
LayerNames = Annotated[list[str] | None, typer.Option("--layer", help=f"{', '.join(LAYERS)}; may be repeated.")]
Detail = Annotated[float, typer.Option(min=0, max=1, help="0 the main routes, 1 all.")]
Ceiling = Annotated[str, typer.Option(help="Incidents marked higher stay here.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of words.")]


@app.command()
def export(
    out: Annotated[Path | None, typer.Option("--out", "-o", help=f"File to write: {_ENDINGS}.")] = None,
    home: Home = None,
    start: Start = None,
    end: End = None,
    mode: Modes = None,
    kind: Kinds = None,
    source: Sources = None,
    origin: Origins = None,
    country: In = None,
    between: Pair = None,
    area: AreaFile = None,
    layer: LayerNames = None,
    crs: Annotated[int, typer.Option(help="System of coordinates (EPSG), as 3035; 4326 is degrees.")] = DEGREES,
    detail: Detail = 1.0,
    handling: Ceiling = USUAL_CEILING,
    preview: Annotated[bool, typer.Option("--preview", help="Tell how many rows there are; write nothing.")] = False,
    catalogue: Annotated[bool, typer.Option("--record", help="Write records for catalogues beside the file.")] = False,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Lay the network out anew, even if it is kept.")] = False,
    version: Annotated[int | None, typer.Option(help="Ledger version to read [default: newest].")] = None,
    as_json: AsJson = False,
) -> None:
    """Write the layers of a view to one file, stamped with what they came from, and beside it a manifest."""
    ledger = Ledger(home or Settings().home)
    with told_in_a_sentence():
        if out is None and not preview:
            raise typer.BadParameter("say which file to write: -o NAME, or --preview")
        if out is not None:
            format_of(out.name)
        require_crs(crs)
        view = _view(start, end, mode, kind, source, origin)
        where = area_of(country or (), between, area)
        made = _made(view, where, ledger, version, detail, handling, rebuild=rebuild)
        if preview or out is None:
            _tell_rows(made, layer or (), as_json=as_json)
            return
        with handed_over(out) as part:
            tables = write(part, made, layer or (), crs, format_of(out.name))
            record = record_of(made, out.name, part, getpass.getuser())
            keep(record, ledger.home)  # before the file is there: none leaves that is not recorded
        with handed_over(out.with_name(out.name + MANIFEST)) as part:
            part.write_text(json.dumps(record, indent=2, ensure_ascii=False), encoding="utf-8")
        if catalogue:
            told = Dataset(made, tuple(tables), (as_file(out),), crs, Settings().contact)
            for ending, content in records_of(told).items():
                with handed_over(out.with_name(f"{out.name}.{ending}")) as part:
                    part.write_bytes(content)
    _tell(made, out, as_json=as_json)
    end_if_damaged(ledger, made.version)


@app.command()
def push(
    address: Annotated[str, typer.Argument(help="postgresql://user@host/database; the password from PGPASSWORD.")],
    home: Home = None,
    schema: Annotated[str, typer.Option(help="Schema of the tables; made where it is not there.")] = "routes",
    start: Start = None,
    end: End = None,
    mode: Modes = None,
    kind: Kinds = None,
    source: Sources = None,
    origin: Origins = None,
    country: In = None,
    between: Pair = None,
    area: AreaFile = None,
    layer: LayerNames = None,
    detail: Detail = 1.0,
    handling: Ceiling = USUAL_CEILING,
    as_json: AsJson = False,
) -> None:
    """Write the layers of a view into PostGIS, or refresh them there, in one transaction."""
    from layers.export.postgis import push as pushed

    ledger = Ledger(home or Settings().home)
    with told_in_a_sentence():
        view = _view(start, end, mode, kind, source, origin)
        where = area_of(country or (), between, area)
        made = _made(view, where, ledger, None, detail, handling, rebuild=False)
        found = pushed(address, tables_of(made, layer or ()), made.stamp, schema)
        content = json.dumps([asdict(one) for one in found]).encode()
        keep(record_of(made, f"{schema} in PostGIS", content, getpass.getuser()), ledger.home)
    if as_json:
        print(json.dumps({"export_id": made.export_id, "layers": [asdict(one) for one in found]}))
    for one in () if as_json else found:
        print(
            f"{one.layer:<12} {one.created:>8,} created, {one.changed:,} changed, {one.withdrawn:,} withdrawn, "
            f"{one.same:,} the same"
        )
    end_if_damaged(ledger, made.version)


@app.command()
def verify(
    file: Annotated[Path, typer.Argument(help="A file that was exported.")],
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Say what an exported file is, and whether it is as it was written; exit code 1 where it is not."""
    with told_in_a_sentence():
        found = known(file, home or Settings().home)
    if as_json:
        print(json.dumps({"untouched": found.untouched, "sha256": found.sha256, "record": found.record}))
    elif found.record is None:
        print(f"{file.name}: nothing is known of it; its SHA-256 is {found.sha256}.")
    else:
        told = found.record
        print(
            f"{file.name}: export {told['export_id']} of ledger version {told['ledger_version']}, made "
            f"{told['generated']} by {told['actor']}, {told['incidents']:,} incidents, {told['routes']:,} routes, "
            f"mark {told['marking'] or 'none'}."
        )
        print("It is as it was written." if found.untouched else "IT WAS CHANGED since it was written.")
    if not found.untouched:
        raise typer.Exit(1)


def _view(
    start: datetime | None,
    end: datetime | None,
    mode: list[str] | None,
    kind: list[str] | None,
    source: list[str] | None,
    origin: list[str] | None,
) -> View:
    chosen = {"modes": mode, "kinds": kind, "sources": source, "origins": origin}
    window = {"start": start.date() if start else None, "end": end.date() if end else None}
    return require_view(window | {name: values or None for name, values in chosen.items()})


def _made(
    view: View, area: Area, ledger: Ledger, version: int | None, detail: float, ceiling: str, *, rebuild: bool
) -> Export:
    """Return the export of a version of the ledger: routes and incidents of the window and area."""
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
    on_network = placed(found.network, every)
    asked = view.select(on_network)
    chosen = within_ceiling(asked, ceiling)
    withheld = asked.height - chosen.height
    if area.holds is not None:
        chosen = area.holds(chosen)
    routes = counted_on(found.network, chosen, facts, detail, view.modes)
    if area.touches is not None:
        kept = tuple(filter(area.touches, routes.corridors))
        routes = replace(routes, corridors=kept, dense=tuple(filter(area.touches, routes.dense)))
        if area.holds is None:
            chosen = chosen.filter(pl.col("corridor_id").is_in([one.corridor_id for one in kept]))
    whole = within_ceiling(view.without_window().select(on_network), ceiling)
    series = series_of(found.network, whole, editions_of(ledger, every, read))
    changes = tuple(findings_of(series, found.network.routes))
    if area.touches is not None:
        ids = {one.corridor_id for one in routes.corridors}
        changes = tuple(one for one in changes if ids & set(one.corridor_ids))
    credits_ = credits_of(chosen)
    return Export(view, chosen, routes, read, datetime.now(UTC), changes, credits_, area.words, withheld)


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


def _tell_rows(made: Export, layers: list[str] | tuple[()], *, as_json: bool) -> None:
    rows = {table.name: len(table.frame) for table in tables_of(made, layers)}
    if as_json:
        print(json.dumps({"rows": rows, "stamp": made.stamp}, default=str))
        return
    for name, count in rows.items():
        print(f"{name:<12} {count:>9,} rows")
    print(f"Of {made.incidents.height:,} incidents, handling mark {made.marking or 'none'}. Nothing was written.")


def _tell(made: Export, out: Path, *, as_json: bool) -> None:
    corridors = len(made.corridors())
    if as_json:
        told = made.stamp | {"corridors": corridors, "incidents": made.incidents.height, "notes": list(made.notes)}
        print(json.dumps(told, default=str))
        return
    print(f"Ledger version {made.version}: {made.incidents.height:,} incidents, {corridors:,} corridors.")
    if made.incidents.is_empty():
        print("No incident lies in what was asked for: layers that count incidents have 0 rows.")
    for note in made.notes:
        print(note)
    if made.marking:
        print(f"Handling mark: {made.marking}.")
    if made.synthetic:
        print("This export holds SYNTHETIC incidents: made up for demonstration.")
    print(f"Written to {out}, with a manifest beside it.")


if __name__ == "__main__":
    app()
