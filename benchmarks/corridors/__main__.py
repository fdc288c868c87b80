"""Measure corridors: ``python -m benchmarks.corridors`` writes ``docs/corridors.md`` and its pictures."""

from __future__ import annotations

from pathlib import Path
from time import perf_counter
from typing import Annotated

import typer

from benchmarks.corridors import labels as real_labels
from benchmarks.corridors import maps, report, sureness
from benchmarks.corridors.figures import Figures
from benchmarks.corridors.methods import ROOT, methods
from benchmarks.corridors.runs import Bounds, measured
from benchmarks.corridors.worlds import HELD_OUT_SEEDS, TUNING_SEED

REAL_FILES = ROOT.parent / "shared" / "data" / "iom_missing_migrants"
PAGE = ROOT / "docs" / "corridors.md"
PICTURES = Path("pictures") / "corridors"
PARTS = "synthetic", "stress", "noise", "lanes", "labels", "support"


def main(
    part: Annotated[list[str] | None, typer.Option(help=f"Measure only this: {', '.join(PARTS)}; may repeat.")] = None,
    method: Annotated[list[str] | None, typer.Option(help="Only this method, and print the page; may repeat.")] = None,
    quick: Annotated[bool, typer.Option(help="Measure 2,000 and 10,000 incidents, one seed.")] = False,
    tuning: Annotated[bool, typer.Option(help="Use the seed for tuning, and print the page.")] = False,
    cache: Annotated[Path, typer.Option(help="Where measurements are kept between runs.")] = ROOT / ".bench",
    out: Annotated[Path, typer.Option(help="The page to write.")] = PAGE,
) -> None:
    """Run our reduction and its peers over all worlds and write the page of figures.

    The page shows everything that has been measured with the code as it is now, in this run or an earlier one.

    Raises
    ------
    BadParameter
        For a part or a method that there is not.
    """
    start = perf_counter()
    for name in set(part or ()) - set(PARTS) | set(method or ()) - set(methods()):
        raise typer.BadParameter(f"there is no {name}. Parts: {', '.join(PARTS)}. Methods: {', '.join(methods())}.")
    known = {name: one for name, one in methods().items() if not method or name in method}
    figures = Figures(cache)
    bounds = Bounds((TUNING_SEED,) if tuning else HELD_OUT_SEEDS, quick=quick)
    wanted = part or PARTS
    found = {
        name: measured(name, known, figures, bounds, _said if name in wanted else None)
        for name in PARTS
        if name not in ("labels", "support")
    }
    printed = bool(method) or tuning
    labels = real_labels.section(REAL_FILES) if "labels" in wanted or not printed else ""
    if "support" in wanted and (not method or "ours" in method):
        labels += f"\n\n## Support\n\n{sureness.section(bounds.seeds[0])}"
    if printed:
        print(report.page(found, known, labels, []))
        return
    drawn = maps.draw(found["synthetic"], known, out.parent / PICTURES)
    out.write_text(report.page(found, known, labels, [PICTURES / path.name for path in drawn]), encoding="utf-8")
    print(f"{out} written, {perf_counter() - start:.0f} s")


def _said(sentence: str) -> None:
    print(sentence, flush=True)


if __name__ == "__main__":
    typer.run(main)
