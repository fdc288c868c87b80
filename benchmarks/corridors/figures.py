"""What was measured, kept as JSON lines, so that an interrupted run goes on and only what changed is measured again."""

from __future__ import annotations

import json
from dataclasses import asdict, astuple, dataclass
from pathlib import Path

FILE_NAME = "corridors.jsonl"


@dataclass(frozen=True, slots=True)
class Cell:
    """One measurement.

    Attributes
    ----------
    part : str
        synthetic, stress, noise, lanes or labels.
    place, case : str
        Which region, box or file, and what is special about its incidents.
    incidents, seed : int
    method, variant : str
    code : str
        Of the source of the method and of the harness.
    """

    part: str
    place: str
    case: str
    incidents: int
    seed: int
    method: str
    variant: str
    code: str


@dataclass(frozen=True, slots=True)
class Figure:
    """What was measured in a cell: the scores, and the seconds that the method took."""

    cell: Cell
    scores: dict[str, float]
    seconds: float


class Figures:
    """All measurements of a folder."""

    def __init__(self, folder: Path) -> None:
        """Read what the folder holds; a line that was cut off in writing is left out."""
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / FILE_NAME
        self._kept: dict[tuple[object, ...], Figure] = {}
        lines = self._path.read_text(encoding="utf-8").splitlines() if self._path.exists() else []
        for line in lines:
            try:
                record = json.loads(line)
            except json.JSONDecodeError:
                continue
            figure = Figure(Cell(**record["cell"]), record["scores"], record["seconds"])
            self._kept[astuple(figure.cell)] = figure

    def get(self, cell: Cell) -> Figure | None:
        """Return the measurement of a cell, if there is one."""
        return self._kept.get(astuple(cell))

    def put(self, figure: Figure) -> None:
        """Keep a measurement."""
        self._kept[astuple(figure.cell)] = figure
        with self._path.open("a", encoding="utf-8") as file:
            # The line before may have been cut off.
            file.write("\n" + json.dumps(asdict(figure)) if file.tell() else json.dumps(asdict(figure)))
