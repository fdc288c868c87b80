"""A report as DOCX, in the styles of Word's own template or of an agency's."""

from __future__ import annotations

import io
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from layers.reports.charts import Bars, drawn
from layers.reports.contents import Block, Bullets, Figures, Picture, Report, Table
from layers.reports.sheet import rastered

_WIDTH = Mm(170)


def docx(report: Report) -> bytes:
    """Return a report as DOCX: native headings, lists and tables; the map and the bars as pictures with their words."""
    made = Document(str(report.house.letter) if report.house.letter else None)
    about = made.core_properties
    about.title, about.author, about.subject = report.title, report.house.organisation, report.subtitle
    about.comments, about.keywords, about.language = report.foot, report.banner, report.spoken.language
    _page(made, report)
    if report.logo and report.house.logo and report.house.logo.suffix.lower() != ".svg":
        made.add_picture(io.BytesIO(report.logo), height=Mm(14))
    _coloured(made.add_heading(report.title, 0), report.house.accent)
    made.add_paragraph(report.subtitle)
    for section in report.sections:
        _coloured(made.add_heading(section.title, 1), report.house.accent)
        for block in section.blocks:
            _add(made, block)
    if report.spoken.direction == "rtl":
        for paragraph in made.element.body.iter(qn("w:p")):
            paragraph.get_or_add_pPr().append(OxmlElement("w:bidi"))
    content = io.BytesIO()
    made.save(content)
    return content.getvalue()


def _page(made: Any, report: Report) -> None:
    """Write the mark over each page, and what it was made from with its number below."""
    section = made.sections[0]
    section.left_margin = section.right_margin = Mm(20)
    head, foot = section.header.paragraphs[0], section.footer.paragraphs[0]
    head.text = "\t".join(filter(None, (report.house.organisation, report.banner)))
    for run in head.runs:
        run.bold = True
    foot.text = f"{report.foot}\t"
    for run in foot.runs:
        run.font.size = Pt(7)
    _field(foot, "PAGE")
    foot.add_run(" / ")
    _field(foot, "NUMPAGES")


def _field(paragraph: Any, name: str) -> None:
    """Add a number that Word works out by itself."""
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), name)
    paragraph._p.append(field)


def _coloured(heading: Any, accent: str) -> None:
    for run in heading.runs:
        run.font.color.rgb = RGBColor.from_string(accent.lstrip("#").upper())


def _add(made: Any, block: Block) -> None:
    if isinstance(block, Table):
        _table(made, block)
    elif isinstance(block, Figures):
        table = made.add_table(rows=2, cols=len(block.pairs))
        for at, (figure, words) in enumerate(block.pairs):
            run = table.cell(0, at).paragraphs[0].add_run(figure)
            run.bold, run.font.size = True, Pt(18)
            table.cell(1, at).text = words
    elif isinstance(block, Bullets):
        for point in block.points:
            made.add_paragraph(point, style="List Bullet")
    elif isinstance(block, (Picture, Bars)):
        svg = block.svg if isinstance(block, Picture) else drawn(block)
        shape = made.add_picture(io.BytesIO(rastered(svg, 1.5)), width=_WIDTH)
        shape._inline.docPr.set("descr", block.words)
    else:
        made.add_paragraph(block)


def _table(made: Any, block: Table) -> None:
    made.add_paragraph(block.caption, style="Caption")
    table = made.add_table(rows=1, cols=len(block.heads), style="Light List Accent 1" if _has(made) else None)
    table.autofit = False
    whole = sum(block.widths)
    for column, share in zip(table.columns, block.widths, strict=True):
        column.width = int(_WIDTH * share / whole)
    for row in (block.heads, *block.rows):
        cells = table.rows[0].cells if row is block.heads else table.add_row().cells
        for at, text in enumerate(row):
            cells[at].width = int(_WIDTH * block.widths[at] / whole)
            paragraph = cells[at].paragraphs[0]
            run = paragraph.add_run(text)
            run.font.size = Pt(8.5)
            if at in block.figures:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    heads = table.rows[0]._tr.get_or_add_trPr()
    heads.append(OxmlElement("w:tblHeader"))  # repeated on each page that the table goes on


def _has(made: Any) -> bool:
    return any(style.name == "Light List Accent 1" for style in made.styles)
