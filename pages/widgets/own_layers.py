"""Own layers: a file of shapes dropped in, named and styled; those that there are, changed, ordered and deleted."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any, Final

import polars as pl
import streamlit as st

from geodata.core.messages import mark
from geodata.workspace.layer_files import ENDINGS, LARGEST, Look
from geodata.workspace.own_layer import COLOUR, DASHES, LONGEST_CREDIT, LONGEST_NAME, VECTOR, OwnLayer
from geodata.workspace.own_layers import OwnLayers
from pages.data.uploads import Upload, layer_look, layer_shapes
from pages.data.who import in_their_name
from pages.ui.data_table import tabulate
from pages.ui.notices import aside, facts, hint, notice, sentences
from pages.ui.translate import counted, say

DASH_WORDS: Final[Mapping[str, str]] = {"solid": mark("solid"), "dashed": mark("dashed"), "dotted": mark("dotted")}
PLACE_WORDS: Final[Mapping[str, str]] = {"overlay": mark("over hexes"), "base": mark("under everything")}
_SAID, _ROUND = "said-of-own-layers", "round-of-own-layers"


def own_layers(home: Path) -> None:
    """List the own layers, topmost first, and offer to add, change, order and delete them."""
    layers = OwnLayers(home)
    if said := st.session_state.pop(_SAID, ()):
        notice(" ".join(said), "done")
    for fault in layers.faults():
        notice(say(fault), "warning")
    there = layers.every()[::-1]
    if there:
        _listed(layers, there)
    else:
        notice(
            say(
                "There are no own layers yet. Patrol areas, search and rescue regions, border posts or camps, given as "
                "a file, are drawn on the map with their name and source; nothing is counted from them."
            )
        )
    heading = say("Add a layer")
    st.html(f'<h2 class="part">{escape(heading)}</h2>')
    _add(layers, home)


def _listed(layers: OwnLayers, there: tuple[OwnLayer, ...]) -> None:
    titles: dict[str, Any] = {
        "name": say("Name"),
        "credit": say("Source to name"),
        "what": say("Holds"),
        "place": say("Lies"),
        "shown": st.column_config.CheckboxColumn(say("Shown at first"), width="small"),
        "by": say("By"),
        "at": say("Time (UTC)"),
    }
    rows = [
        {
            "name": one.name,
            "credit": one.credit,
            "what": _what(one),
            "place": say(PLACE_WORDS[one.place]),
            "shown": one.shown,
            "by": one.added_by,
            "at": one.added_at[:16].replace("T", " "),
        }
        for one in there
    ]
    chosen = tabulate(
        pl.DataFrame(rows),
        titles,
        say("Own layers, the topmost first"),
        height="content",
        key=f"own-layers-{layers.stamp()}",
        on_select="rerun",
        selection_mode="single-row",
    ).selection.rows
    if chosen and chosen[0] < len(there):
        _change(layers, there, there[chosen[0]])
    else:
        hint(say("Choose a row, by its box on the left, to change, move or delete a layer."))


def _what(layer: OwnLayer) -> str:
    if layer.kind == VECTOR:
        return counted("{count} feature", "{count} features", layer.features)
    return say("tiles from {host}", host=layer.host.partition("://")[2] or layer.file)


def _change(layers: OwnLayers, there: tuple[OwnLayer, ...], layer: OwnLayer) -> None:
    """Offer to change a layer, to move it and to delete it."""
    if layer.kind == VECTOR:
        told = [(say("File"), layer.file), (say("Labels from column"), layer.label or say("none"))]
        told += [(say("Columns not kept"), ", ".join(layer.dropped))] if layer.dropped else []
        facts(told, say("The chosen layer"))
    with st.form(key=f"own-{layer.id}-{layers.stamp()}"):
        name, credit = _names(layer.name, layer.credit)
        style = _style(layer)
        saved = st.form_submit_button(say("Save"), type="primary")
    if saved:
        with sentences():
            with in_their_name("take in"):
                layers.change(layer.id, name=name, credit=credit, **style)
            _done(say("{name} was changed.", name=layer.name))
    at = there.index(layer)
    with st.container(horizontal=True):
        up = st.button(say("Move up"), icon=":material/arrow_upward:", disabled=at == 0)
        down = st.button(say("Move down"), icon=":material/arrow_downward:", disabled=at == len(there) - 1)
        gone = st.button(say("Delete"), icon=":material/delete:")
    if up or down:
        ids = [one.id for one in there]
        ids.insert(at - 1 if up else at + 1, ids.pop(at))
        with sentences():
            with in_their_name("take in"):
                layers.order(ids[::-1])
            st.rerun()
    if gone:
        st.dialog(say("Delete this layer?"))(_confirm)(layers, layer)


def _confirm(layers: OwnLayers, layer: OwnLayer) -> None:
    """Ask again before a layer goes."""
    aside(
        say(
            "{name} ({what}) goes from the map of everybody. It is not kept: to have it back, add its file again.",
            name=layer.name,
            what=_what(layer),
        )
    )
    with st.container(horizontal=True):
        gone = st.button(say("Delete the layer"), type="primary")
        kept = st.button(say("Keep the layer"))
    if kept:
        st.rerun()
    if gone:
        with sentences():
            with in_their_name("take in"):
                layers.remove(layer.id)
            _done(say("{name} was deleted.", name=layer.name))


def _names(name: str, credit: str) -> tuple[str, str]:
    one, other = st.columns(2)
    return (
        one.text_input(say("Name"), name, max_chars=LONGEST_NAME),
        other.text_input(
            say("Source to name"),
            credit,
            max_chars=LONGEST_CREDIT,
            help=say("Stands on the map and on pictures wherever the layer is shown."),
        ),
    )


def _style(layer: OwnLayer | None) -> dict[str, Any]:
    """Ask how a layer is drawn."""
    vector = layer is None or layer.kind == VECTOR
    places = st.columns([1, 2, 2, 2, 2], vertical_alignment="bottom")
    style: dict[str, Any] = {}
    if vector:
        style["colour"] = places[0].color_picker(say("Colour"), layer.colour if layer else COLOUR)
        style["width"] = places[1].slider(say("Width in pixels"), 0.5, 8.0, layer.width if layer else 1.6, 0.1)
        dash = layer.dash if layer else DASHES[0]
        words = [say(DASH_WORDS[one]) for one in DASHES]
        said = places[3].selectbox(say("Line"), words, DASHES.index(dash))
        style["dash"] = DASHES[words.index(said)]
    label = say("Fill") if vector else say("Opacity")
    style["fill"] = places[2].slider(label, 0.0, 1.0, layer.fill if layer else 0.12, 0.01)
    style["shown"] = places[4].checkbox(say("Shown at first"), value=layer.shown if layer else True)
    return style


def _add(layers: OwnLayers, home: Path) -> None:
    """Ask for a file, show what of it would be kept, and keep that."""
    turn = st.session_state.setdefault(_ROUND, 0)
    sent = st.file_uploader(
        say("A file of points, lines or areas"),
        type=[ending.removeprefix(".") for ending in ENDINGS],
        key=f"own-file-{turn}",
        max_upload_size=LARGEST >> 20,
        help=say(
            "GeoJSON, GeoPackage, FlatGeobuf, KML, KMZ or a zipped Shapefile of at most {size} MB.", size=LARGEST >> 20
        ),
    )
    aside(
        say(
            "Shapes are kept with one column of labels and nothing else of the file. Tiles from a server are added by "
            "the operator, on the command line."
        )
    )
    if sent is None:
        return
    with sentences():
        upload = Upload(sent.name, sent.getvalue())
        with in_their_name("take in"), st.spinner(say("Reading")):
            seen = layer_look(upload, home)
            if len(seen.layers) > 1:
                layer = st.selectbox(say("Layer of the file"), seen.layers, key=f"own-part-{turn}")
                seen = layer_look(upload, home, layer) if layer != seen.layers[0] else seen
            else:
                layer = ""
        _new(layers, home, upload, seen, layer, turn)


def _new(layers: OwnLayers, home: Path, upload: Upload, seen: Look, layer: str, turn: int) -> None:
    with st.form(key=f"own-new-{turn}-{layer}"):
        aside(counted("{count} feature in {file}.", "{count} features in {file}.", seen.features, file=seen.file))
        name, credit = _names(Path(seen.file).stem[:LONGEST_NAME], "")
        none = say("no labels")
        options = [none, *seen.labels]
        at = options.index(seen.label) if seen.label else 0
        label = st.selectbox(
            say("Labels from column"),
            options,
            at,
            help=say("Shown where somebody points at the map. Columns of persons are not offered."),
        )
        persons = [one for one in seen.columns if one not in seen.labels]
        if persons:
            aside(say("Not offered, as they may be of persons: {columns}.", columns=", ".join(persons)[:300]))
        style = _style(None)
        added = st.form_submit_button(say("Add"), type="primary")
    if added:
        with in_their_name("take in"), st.spinner(say("Reading")):
            shapes = layer_shapes(upload, home, "" if label == none else label, layer)
            made = layers.add(name, credit, shapes, **style)
        st.session_state[_ROUND] = turn + 1
        what = counted("{count} feature", "{count} features", made.features)
        _done(say("{name} was added: {what}.", name=made.name, what=what), *(say(note) for note in shapes.notes))


def _done(*said: str) -> None:
    st.session_state[_SAID] = said
    st.rerun()
