"""A report as PDF: tagged, after PDF/UA-1 (ISO 14289-1), set by Typst. Every page bears the mark and its number."""

# Texts here are said in reports.

from __future__ import annotations

import json
import tempfile
from importlib.resources import files
from pathlib import Path
from typing import Any

import typst

from layers.reports import fonts
from layers.reports.charts import Bars, drawn
from layers.reports.contents import Bullets, Figures, Picture, Report, Spread, Table

_TEMPLATE = "report.typ"


def pdf(report: Report) -> bytes:
    """Return a report as PDF.

    What it says reaches the template as data, never as markup, so that no text of a source is read as a command.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        template = (files("layers.reports") / _TEMPLATE).read_text(encoding="utf-8")
        (folder / _TEMPLATE).write_text(template, encoding="utf-8")
        (folder / "report.json").write_text(json.dumps(_told(report, folder), ensure_ascii=False), encoding="utf-8")
        made = typst.compile(
            folder / _TEMPLATE,
            root=folder,
            font_paths=[fonts.folder()],
            ignore_system_fonts=True,
            format="pdf",
            pdf_standards=["ua-1"],
        )
    return bytes(made)


def _told(report: Report, folder: Path) -> dict[str, Any]:
    logo = "logo.png" if report.house.logo else ""
    if report.house.logo:
        (folder / logo).write_bytes(report.house.logo)
    return {
        "language": report.spoken.language,
        "direction": report.spoken.direction,
        "title": report.title,
        "subtitle": report.subtitle,
        "organisation": report.house.organisation,
        "banner": report.banner,
        "accent": report.house.accent,
        "logo": logo,
        "logo_words": report.house.organisation or "Logo",
        "foot": report.foot,
        "one_a_page": report.one_a_page,
        "sections": [
            {
                "title": section.title,
                "blocks": [_block(block, folder, f"{number}-{at}") for at, block in enumerate(section.blocks)],
            }
            for number, section in enumerate(report.sections)
        ],
    }


def _block(block: Any, folder: Path, name: str) -> dict[str, Any]:
    if isinstance(block, Table):
        figures = [at in block.figures for at in range(len(block.heads))]
        table = {"kind": "table", "caption": block.caption, "heads": block.heads, "rows": block.rows}
        return table | {"figures": figures, "widths": block.widths}
    if isinstance(block, Figures):
        return {"kind": "figures", "pairs": block.pairs}
    if isinstance(block, Bullets):
        return {"kind": "bullets", "points": block.points}
    if isinstance(block, Spread):
        picture = _block(block.picture, folder, name)
        told = {"texts": block.texts, "numbered": block.numbered, "small": block.small, "scale": block.scale}
        return {"kind": "spread", "file": picture["file"], "words": picture["words"], **told}
    if isinstance(block, (Picture, Bars)):
        svg = block.svg if isinstance(block, Picture) else drawn(block)
        (folder / f"{name}.svg").write_text(svg, encoding="utf-8")
        return {"kind": "picture", "file": f"{name}.svg", "words": block.words}
    return {"kind": "text", "text": block}
