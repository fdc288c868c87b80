"""``python -m layers own``: reference data of the operator that is drawn with the map."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from geodata.core.errors import WrongValue, told_in_a_sentence
from geodata.core.settings import Settings
from geodata.workspace.layer_files import ENDINGS, read_shapes
from geodata.workspace.own_layer import COLOUR, DASHES, PLACES, TILED, VECTOR, OwnLayer
from geodata.workspace.own_layers import OwnLayers

own = typer.Typer(help="Own layers: reference data drawn with the map, never counted.", no_args_is_help=True)
Home = Annotated[Path | None, typer.Option(help="Workspace folder [env: ROUTES_HOME; default: workspace].")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of words.")]
Named = Annotated[str, typer.Argument(help="Its name or id.")]
Colour = Annotated[str | None, typer.Option(help=f"As {COLOUR}.")]
Width = Annotated[float | None, typer.Option(help="Of lines and outlines, 0.5 to 8 pixels.")]
Fill = Annotated[float | None, typer.Option(help="Opacity of areas, or of tiles: 0 none, 1 opaque.")]
Dash = Annotated[str | None, typer.Option(help=f"{', '.join(DASHES)}.")]
Shown = Annotated[bool | None, typer.Option("--shown/--hidden", help="Whether it shows where nobody chose.")]
Place = Annotated[str | None, typer.Option(help=f"{' or '.join(PLACES)}: over hexes, or under all that is drawn.")]


@own.command()
def add(
    source: Annotated[str, typer.Argument(help=f"A file ({', '.join(ENDINGS)}, .pmtiles), or the address of tiles.")],
    name: Annotated[str, typer.Option(help="What it is called on the map.")],
    credit: Annotated[str, typer.Option(help="Whom to name where it is shown.")],
    kind: Annotated[str | None, typer.Option(help=f"Of an address: {', '.join(TILED)}.")] = None,
    label: Annotated[str | None, typer.Option(help='Column that gives the labels, "" for none.')] = None,
    layer: Annotated[str, typer.Option(help="Of a file with several layers; of a WMS, those to ask for.")] = "",
    colour: Colour = None,
    width: Width = None,
    fill: Fill = None,
    dash: Dash = None,
    shown: Shown = None,
    place: Place = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Add a layer, above those that there are."""
    notes: tuple[str, ...] = ()
    style = _stated(colour=colour, width=width, fill=fill, dash=dash, shown=shown, place=place)
    with told_in_a_sentence():
        layers = OwnLayers(home or Settings().home)
        if Path(source).suffix.lower() == ".pmtiles" and "://" not in source:
            made = layers.add_archive(Path(source), name, credit, **style)
        elif "://" in source:
            if kind not in TILED:
                rule = f"--kind says what an address is: {', '.join(TILED)}"
                raise WrongValue(f"{kind!r}", rule=rule, where=source[:80])
            made = layers.add(name, credit, kind=kind, address=source, wms_layers=layer, **style)
        else:
            shapes = read_shapes(Path(source), label, layer)
            made, notes = layers.add(name, credit, shapes, **style), shapes.notes
    if as_json:
        typer.echo(json.dumps(asdict(made) | {"notes": list(notes)}, ensure_ascii=False))
        return
    typer.echo(f"{made.name!r} was added ({made.id}): {_holds(made)}.")
    for note in notes:
        typer.echo(note)


@own.command("list")
def list_(home: Home = None, as_json: AsJson = False) -> None:
    """List the layers, the lowest first."""
    with told_in_a_sentence():
        layers = OwnLayers(home or Settings().home)
        found = layers.every()
    if as_json:
        typer.echo(json.dumps([asdict(one) for one in found], ensure_ascii=False))
        return
    for one in found:
        shown = "shown" if one.shown else "hidden"
        typer.echo(f"{one.id:<24} {one.kind:<7} {one.place:<8} {shown:<7} {_holds(one):<40} {one.name} ({one.credit})")
    for fault in layers.faults():
        typer.echo(fault, err=True)


@own.command()
def change(
    layer: Named,
    name: Annotated[str | None, typer.Option(help="Another name; its id stays.")] = None,
    credit: Annotated[str | None, typer.Option(help="Whom to name.")] = None,
    colour: Colour = None,
    width: Width = None,
    fill: Fill = None,
    dash: Dash = None,
    shown: Shown = None,
    place: Place = None,
    home: Home = None,
) -> None:
    """Change how a layer is called, credited, drawn or shown."""
    stated = _stated(
        name=name, credit=credit, colour=colour, width=width, fill=fill, dash=dash, shown=shown, place=place
    )
    with told_in_a_sentence():
        made = OwnLayers(home or Settings().home).change(layer, **stated)
    typer.echo(f"{made.name!r} was changed.")


@own.command()
def order(
    layer: Annotated[list[str], typer.Argument(help="Names or ids, the lowest first.")], home: Home = None
) -> None:
    """Put layers into an order, the lowest first; those that are not named stay below them."""
    with told_in_a_sentence():
        found = OwnLayers(home or Settings().home).order(layer)
    typer.echo(_names(found))


@own.command()
def remove(layer: Named, home: Home = None) -> None:
    """Remove a layer for good."""
    with told_in_a_sentence():
        gone = OwnLayers(home or Settings().home).remove(layer)
    typer.echo(f"{gone.name!r} was removed.")


def _stated(**given: Any) -> dict[str, Any]:
    return {name: value for name, value in given.items() if value is not None}


def _holds(layer: OwnLayer) -> str:
    if layer.kind != VECTOR:
        return f"tiles from {layer.host or layer.file}"
    return f"{layer.features:,} feature{'s' if layer.features != 1 else ''}"


def _names(layers: tuple[OwnLayer, ...]) -> str:
    return ", ".join(one.name for one in layers)
