"""Measure the map: ``python -m benchmarks.map`` prints the figures and writes ``docs/map.md``."""

from __future__ import annotations

from pathlib import Path
from time import perf_counter
from typing import Annotated

import typer

from benchmarks.map import report
from benchmarks.map.stages import QUICK, SMALL, STAGES, WHOLE
from benchmarks.map.workspaces import KEPT
from benchmarks.served import browser

PAGE = Path(__file__).parent.parent.parent / "docs" / "map.md"
FIGURES = KEPT / "figures"


def main(
    quick: Annotated[bool, typer.Option(help="Run a small part of each, and write no page.")] = False,
    only: Annotated[list[str] | None, typer.Option(help="Measure this stage again; the rest as kept.")] = None,
    out: Annotated[Path, typer.Option(help="The page to write.")] = PAGE,
) -> None:
    """Measure the map in a real browser, and write the page of figures."""
    start = perf_counter()
    with browser() as chromium:
        version = chromium.version
        if quick:
            report.measured(only or QUICK, chromium, SMALL, None)
            return
        report.measured(only or list(STAGES), chromium, WHOLE, FIGURES)
    out.write_text(report.page(report.kept(FIGURES), version), encoding="utf-8")
    print(f"{out} written, {perf_counter() - start:.0f} s")


if __name__ == "__main__":
    typer.run(main)
