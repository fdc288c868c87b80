"""Measure movement: ``python -m benchmarks.movement`` prints the figures and writes ``docs/movement.md``."""

from __future__ import annotations

from pathlib import Path
from time import perf_counter
from typing import Annotated

import typer

from benchmarks.corridors.figures import Figures
from benchmarks.corridors.methods import ROOT
from benchmarks.movement import report
from benchmarks.movement.methods import methods
from benchmarks.movement.runs import QUICK, Bounds, measured

PAGE = ROOT / "docs" / "movement.md"


def main(
    quick: Annotated[bool, typer.Option(help="Measure 2,000 incidents, one seed, and write no page.")] = False,
    cache: Annotated[Path, typer.Option(help="Where measurements are kept between runs.")] = ROOT
    / ".bench"
    / "movement",
    out: Annotated[Path, typer.Option(help="The page to write.")] = PAGE,
) -> None:
    """Run our reduction to movement and its peers over all worlds, and write the page of figures."""
    start = perf_counter()
    known = methods()
    figures = measured(known, Figures(cache), QUICK if quick else Bounds(), _said)
    print(report.means(figures, known))
    if quick:
        return
    out.write_text(report.page(figures, known), encoding="utf-8")
    print(f"{out} written, {perf_counter() - start:.0f} s")


def _said(sentence: str) -> None:
    print(sentence, flush=True)


if __name__ == "__main__":
    typer.run(main)
