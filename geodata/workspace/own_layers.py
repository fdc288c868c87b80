"""OWN LAYERS of a workspace: reference data of the operator or an analyst that is drawn with the map, never counted.

``layers/<id>.toml`` says what a layer is called, whom to credit and how it is drawn; ``layers/<id>.geojson`` beside it
holds the shapes of one that was read from a file. A layer of tiles has an address instead, from which browsers fetch
them: it is the one thing of the map that may come from another host, and only from those that stand here.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from geodata.core.actor import actor
from geodata.core.atomic_write import proof_of, whole
from geodata.core.audit import Audit
from geodata.core.errors import WrongValue
from geodata.core.file_lock import exclusive_lock
from geodata.core.messages import Sentence, sentence
from geodata.core.staging import unwritable
from geodata.readers.pmtiles import archive_of
from geodata.workspace.layer_files import Shapes
from geodata.workspace.own_layer import ID, PMTILES, VECTOR, OwnLayer, checked, id_of, layer_of, wrong

FOLDER = "layers"
MOST_LAYERS: Final = 40


class OwnLayers:
    """The own layers of a workspace; adding, changing and removing are entered in the audit first.

    Parameters
    ----------
    home : Path
        The workspace folder.
    """

    def __init__(self, home: Path) -> None:
        self._home = home
        self._folder = home / FOLDER

    def every(self) -> tuple[OwnLayer, ...]:
        """Return the layers, the lowest first; one whose file is damaged is left out."""
        return self._read()[0]

    def faults(self) -> tuple[Sentence, ...]:
        """Return a sentence for each layer whose file cannot be read."""
        return self._read()[1]

    def stamp(self) -> str:
        """Return what changes whenever a layer does, "" for no layers."""
        states = []
        for path in self._files():
            with suppress(FileNotFoundError):  # removed meanwhile
                states.append((path.name, path.stat().st_mtime_ns))
        return hashlib.sha256(repr(states).encode()).hexdigest()[:16] if states else ""

    def hosts(self) -> tuple[str, ...]:
        """Return the origins from which browsers fetch tiles."""
        return tuple(sorted({one.host for one in self.every() if one.host}))

    def shapes(self, layer_id: str) -> bytes | None:
        """Return the GeoJSON of a layer, None where there is none of it."""
        if not ID.fullmatch(layer_id):
            return None
        try:
            return (self._folder / f"{layer_id}.geojson").read_bytes()
        except OSError:
            return None

    def tile(self, layer_id: str, zoom: int, x: int, y: int) -> tuple[bytes, str] | None:
        """Return a tile of an archive on the own disk with its media type, None where there is none.

        Raises
        ------
        UnreadableFile
            If the archive is gone or damaged.
        """
        layer = next((one for one in self.every() if one.id == layer_id and one.kind == PMTILES), None)
        if layer is None:
            return None
        archive = archive_of(Path(layer.address))
        content = archive.tile(zoom, x, y)
        return None if content is None else (content, archive.media)

    def add_archive(self, path: Path, name: str, credit: str, **given: Any) -> OwnLayer:
        """Show the tiles of a PMTiles archive, which stays where it lies.

        Raises
        ------
        UnreadableFile
            If it is none of pictures.
        WrongValue
            As ``add``.
        """
        archive = archive_of(path)
        facts: dict[str, Any] = {
            "kind": PMTILES,
            "address": str(path.resolve()),
            "file": path.name,
            "most_zoom": archive.most_zoom,
        }
        return self.add(name, credit, **facts, **given)

    def add(self, name: str, credit: str, shapes: Shapes | None = None, **given: Any) -> OwnLayer:
        """Keep a new layer, above those that there are.

        Parameters
        ----------
        name, credit : str
        shapes : Shapes, optional
            None for one of tiles.
        **given
            Fields of ``OwnLayer``.

        Raises
        ------
        WrongValue
            If a field is not as it must be, or a layer of this name is there.
        """
        facts: dict[str, Any] = {"kind": VECTOR} if shapes else {}
        if shapes:
            facts |= {"file": shapes.file, "label": shapes.label, "dropped": shapes.dropped}
            facts |= {"features": shapes.features, "vertices": shapes.vertices}
        else:
            facts["fill"] = 1.0
        with self._writing():
            there = self.every()
            at = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
            rank = max((one.rank for one in there), default=0) + 1
            made = OwnLayer(
                **{"id": id_of(name), "name": name, "credit": credit, "rank": rank, **facts, **given},
                added_at=at,
                added_by=actor(),
            )
            made = checked(made, there)
            if len(there) >= MOST_LAYERS:
                raise wrong(made, f"{len(there)} layers are there", f"a workspace has at most {MOST_LAYERS}")
            self._enter(made, "added")
            if shapes:
                with whole(self._folder / f"{made.id}.geojson", proven=True) as part:
                    part.write_bytes(shapes.geojson)
            self._write(made)
        return made

    def change(self, layer_id: str, **given: Any) -> OwnLayer:
        """Change how a layer is called, credited, drawn or shown.

        Raises
        ------
        WrongValue
            If there is none, or a field is not as it must be.
        """
        with self._writing():
            there = self.every()
            before = _found(there, layer_id)
            made = checked(replace(before, **given), [one for one in there if one.id != before.id])
            if made != before:
                self._enter(made, "changed")
                self._write(made)
        return made

    def order(self, layer_ids: Sequence[str]) -> tuple[OwnLayer, ...]:
        """Put layers into an order, the lowest first; those that are not named stay below them, in theirs.

        Raises
        ------
        WrongValue
            If one is not there.
        """
        with self._writing():
            there = self.every()
            named = [_found(there, one) for one in dict.fromkeys(layer_ids)]
            rest = [one for one in there if one not in named]
            for rank, one in enumerate([*rest, *named], start=1):
                if one.rank != rank:
                    self._write(replace(one, rank=rank))
        return self.every()

    def remove(self, layer_id: str) -> OwnLayer:
        """Remove a layer for good.

        Raises
        ------
        WrongValue
            If there is none.
        """
        with self._writing():
            gone = _found(self.every(), layer_id)
            self._enter(gone, "removed")
            for ending in ("toml", "geojson"):  # what is listed goes first
                path = self._folder / f"{gone.id}.{ending}"
                for left in (path, proof_of(path)):
                    left.unlink(missing_ok=True)
        return gone

    def _enter(self, layer: OwnLayer, did: str) -> None:
        told = {"kind": layer.kind, "credit": layer.credit, "file": layer.file, "host": layer.host}
        Audit(self._home).enter(actor(), "layer", f"{did}: {layer.name}", **told)

    def _files(self) -> list[Path]:
        return sorted(path for path in self._folder.glob("*.toml") if ID.fullmatch(path.stem))

    def _read(self) -> tuple[tuple[OwnLayer, ...], tuple[Sentence, ...]]:
        found, faults = [], []
        for path in self._files():
            try:
                found.append(layer_of(path.stem, tomllib.loads(path.read_text(encoding="utf-8"))))
            except FileNotFoundError:
                continue  # removed meanwhile
            except (OSError, ValueError, TypeError, WrongValue):
                name = f"{FOLDER}/{path.name}"
                faults.append(sentence("{path} is damaged or was changed by hand, and is not shown.", path=name))
        return tuple(sorted(found, key=lambda one: (one.rank, one.id))), tuple(faults)

    def _write(self, layer: OwnLayer) -> None:
        stated = {name: value for name, value in asdict(layer).items() if name != "id" and value not in ("", ())}
        lines = [f"{name} = {_quoted(value)}" for name, value in stated.items()]
        with whole(self._folder / f"{layer.id}.toml", proven=True) as part:
            part.write_text("\n".join(lines) + "\n", encoding="utf-8")

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Let one change in at a time; say in one sentence that the workspace cannot be written."""
        try:
            with exclusive_lock(self._folder):
                yield
        except OSError as error:
            raise unwritable(self._home, error) from None


def _quoted(value: Any) -> str:
    """Return a value as TOML; JSON's escapes are a part of TOML's."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _found(there: Sequence[OwnLayer], asked: str) -> OwnLayer:
    for one in there:
        if asked in (one.id, one.name):
            return one
    listed = ", ".join(repr(one.name) for one in there)[:200] or "none"
    raise WrongValue(f"there is no own layer {asked[:60]!r}", rule=f"there are {listed}", done="nothing was changed")
