"""Command line of the third stage: ``python -m layers export -o corridors.gpkg``, and what is known of a file."""

# Texts here are said on the map.

from __future__ import annotations

import getpass
import json
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from geodata.core.atomic_write import handed_over
from geodata.core.errors import WrongValue, told_in_a_sentence
from geodata.core.settings import Settings
from geodata.ledger.store import Ledger
from geodata.model.query import View, require_view
from geodata.workspace.soundness import end_if_damaged
from layers.audience.audiences import AUDIENCES, OWN, Audience, audience_named
from layers.export.area import area_of
from layers.export.catalogue import records_of
from layers.export.contents import USUAL_CEILING, Export
from layers.export.dataset import Dataset
from layers.export.files import DEGREES, FORMATS, LAYERS, as_file, format_of, require_crs, write
from layers.export.making import Asked
from layers.export.records import MANIFEST, beside, keep, known, record_of
from layers.export.tables import Table, tables_of
from layers.from_workspace import read_export
from layers.own_commands import own
from layers.reports.documents import DOCUMENTS, REPORTS, Document, document_of, form_of
from layers.reports.house import house_of
from layers.web.translations import SOURCE, language_named, report_languages

app = typer.Typer(
    help="OUT: routes as files for QGIS, ArcGIS, PostGIS, Google Earth, Excel and the web.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(own, name="own")
Home = Annotated[Path | None, typer.Option(help="Workspace folder [env: ROUTES_HOME; default: workspace].")]
_ENDINGS = ", ".join(f".{ending}" for ending in (*FORMATS, *DOCUMENTS))
_REPORTS = ", ".join(f".{ending}" for ending in REPORTS)


Start = Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day.")]
End = Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="First day no longer in.")]
Modes = Annotated[list[str] | None, typer.Option("--mode", help="land, sea or air; may be repeated [default: all].")]
Kinds = Annotated[list[str] | None, typer.Option("--kind", help="Kind of incident; may be repeated.")]
Sources = Annotated[list[str] | None, typer.Option("--source", help="Source; may be repeated.")]
Origins = Annotated[list[str] | None, typer.Option("--origin", help="Country of origin (ISO 3166-1); may be repeated.")]
In = Annotated[
    list[str] | None,
    typer.Option("--country", help="A country: what is in it, its routes, and incidents at sea on these."),
]
Pair = Annotated[tuple[str, str] | None, typer.Option(help="Routes that two countries are a part of.")]
Route = Annotated[list[str] | None, typer.Option("--route", help="A route by id, or by a part of its name.")]
AreaFile = Annotated[Path | None, typer.Option(help="File of polygons: what lies in them or runs through.")]
LayerNames = Annotated[list[str] | None, typer.Option("--layer", help=f"{', '.join(LAYERS)}; may be repeated.")]
Detail = Annotated[float, typer.Option(min=0, max=1, help="0 the main routes, 1 all.")]
Ceiling = Annotated[str | None, typer.Option(help=f"Incidents marked higher stay here [default: {USUAL_CEILING}].")]
For = Annotated[str, typer.Option("--audience", help=f"{', '.join(AUDIENCES)}: who a map, picture or report is for.")]
Language = Annotated[str, typer.Option(help="Language of a map or picture: en, fr; of a report also es, ar.")]
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
    route: Route = None,
    layer: LayerNames = None,
    crs: Annotated[int, typer.Option(help="System of coordinates (EPSG), as 3035; 4326 is degrees.")] = DEGREES,
    detail: Detail = 1.0,
    handling: Ceiling = None,
    audience: For = OWN.name,
    language: Language = SOURCE,
    preview: Annotated[bool, typer.Option("--preview", help="Tell how many rows there are; write nothing.")] = False,
    catalogue: Annotated[
        bool, typer.Option("--record", help="Write records for catalogues beside a file of layers.")
    ] = False,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Lay the network out anew, even if it is kept.")] = False,
    version: Annotated[int | None, typer.Option(help="Ledger version to read [default: newest].")] = None,
    as_json: AsJson = False,
) -> None:
    """Write the layers of a view, or a map of it, to one file stamped with what it came from; beside it a manifest."""
    ledger = Ledger(home or Settings().home)
    with told_in_a_sentence():
        if out is None and not preview:
            raise typer.BadParameter("say which file to write: -o NAME, or --preview")
        readers = audience_named(audience)
        document = _document(out, readers)
        language_named(language)
        require_crs(crs)
        view = _view(start, end, mode, kind, source, origin)
        where = area_of(country or (), between, area)
        told = document is None or document.with_changes
        asked = Asked(view, where, route or (), detail, readers, handling, told)
        made = read_export(asked, ledger, version, rebuild=rebuild)
        if preview or out is None:
            _tell_rows(made, layer or (), as_json=as_json)
            return

        def write_to(part: Path) -> None:
            if document:
                part.write_bytes(document.make(made, readers, language))
            else:
                tables.extend(write(part, made, layer or (), crs, format_of(out.name)))

        tables: list[Table] = []
        _hand_over(out, made, ledger, readers, write_to)
        if catalogue and not document:
            dataset = Dataset(made, tuple(tables), (as_file(out),), crs, Settings().contact)
            for ending, content in records_of(dataset).items():
                with handed_over(out.with_name(f"{out.name}.{ending}")) as part:
                    part.write_bytes(content)
    _tell(made, out, as_json=as_json)
    end_if_damaged(ledger, made.version)


def _document(out: Path | None, readers: Audience) -> Document | None:
    """Return the document that a file is to be, None for layers or none; refuse an ending that is not ours."""
    found = document_of(out.name, readers) if out else None
    if out is not None and found is None:
        format_of(out.name)
    return found


@app.command()
def report(
    out: Annotated[Path, typer.Option("--out", "-o", help=f"File to write: {_REPORTS}.")],
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
    route: Route = None,
    change: Annotated[str, typer.Option(help="Id of a change: its routes, from a year before it began.")] = "",
    handling: Ceiling = None,
    audience: For = OWN.name,
    language: Language = SOURCE,
    style: Annotated[Path | None, typer.Option(help="TOML file with the look of the agency (docs/export.md).")] = None,
    as_json: AsJson = False,
) -> None:
    """Write a report of a view, a route, a country or a change, to read: text, tables, the map, limits and sources."""
    from layers.reports.writing import report_of

    ledger = Ledger(home or Settings().home)
    with told_in_a_sentence():
        form, readers, house = form_of(out.name), audience_named(audience), house_of(style)
        language_named(language, report_languages())
        view, routes = _view(start, end, mode, kind, source, origin), list(route or ())
        if change:
            view, routes = _of_change(change, Asked(view, audience=readers, handling=handling), ledger)
        where = area_of(country or (), between, area)
        made = read_export(Asked(view, where, routes, 1.0, readers, handling), ledger)
        chosen = [one.corridor_id for one in made.routes.corridors] if routes else []
        content = form.write(report_of(made, readers, language, house, chosen))
        _hand_over(out, made, ledger, readers, lambda part: part.write_bytes(content))
    _tell(made, out, as_json=as_json)
    end_if_damaged(ledger, made.version)


def _of_change(key: str, asked: Asked, ledger: Ledger) -> tuple[View, list[str]]:
    """Return the view and the routes of a change: a year before it began, and on.

    It is looked up among those of the own organisation: others are told of none, but may get a report of its routes.
    """
    view = asked.view
    every = read_export(replace(asked, view=view.without_window(), audience=OWN), ledger).changes
    found = next((one for one in every if one.finding_id == key), None)
    if found is None or not found.corridor_ids:
        rule = "`python -m routes alarms -o alarms.geojson` writes them with their ids"
        raise WrongValue(
            f"{key[:60]!r} is no change of routes", rule=rule, done="nothing was written", where="--change"
        )
    year, month = map(int, found.since.split("-"))
    window = {"start": view.start or f"{year - 1}-{month:02d}-01", "end": view.end}
    return require_view(view.model_dump() | window), list(found.corridor_ids)


def _hand_over(out: Path, made: Export, ledger: Ledger, readers: Audience, write_to: Callable[[Path], object]) -> None:
    """Write a file whole or not at all, keep its record, and write its manifest beside it."""
    with handed_over(out) as part:
        write_to(part)
        record = record_of(made, out.name, part, getpass.getuser(), readers)
        keep(record, ledger.home)  # before the file is there: none leaves that is not recorded
    with handed_over(out.with_name(out.name + MANIFEST)) as part:
        part.write_text(json.dumps(beside(record, readers), indent=2, ensure_ascii=False), encoding="utf-8")


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
    handling: Ceiling = None,
    as_json: AsJson = False,
) -> None:
    """Write the layers of a view into PostGIS, or refresh them there, in one transaction."""
    from layers.export.postgis import push as pushed

    ledger = Ledger(home or Settings().home)
    with told_in_a_sentence():
        view = _view(start, end, mode, kind, source, origin)
        where = area_of(country or (), between, area)
        made = read_export(Asked(view, where, detail=detail, handling=handling), ledger)
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
        counts = f", {told['incidents']:,} incidents, {told['routes']:,} routes" if "incidents" in told else ""
        print(
            f"{file.name}: export {told['export_id']} of ledger version {told['ledger_version']}, made "
            f"{told['generated']}{' by ' + told['actor'] if 'actor' in told else ''}{counts}, "
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


def _tell_rows(made: Export, layers: list[str] | tuple[()], *, as_json: bool) -> None:
    rows = {table.name: len(table.frame) for table in tables_of(made, layers)}
    if as_json:
        print(json.dumps({"rows": rows, "stamp": made.stamp}, default=str))
        return
    for name, count in rows.items():
        print(f"{name:<12} {count:>9,} rows")
    print(f"Of {made.incidents.height:,} incidents, handling mark {made.marking or 'none'}. Nothing was written.")


def _tell(made: Export, out: Path, *, as_json: bool) -> None:
    routes = made.routes_with_incidents
    if as_json:
        told = made.stamp | {"routes": routes, "incidents": made.incidents.height, "notes": list(made.notes)}
        print(json.dumps(told, default=str))
        return
    print(f"Ledger version {made.version}: {made.incidents.height:,} incidents, {routes:,} routes with incidents.")
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
