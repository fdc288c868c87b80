"""A report as DOCX, in the styles of Word's own template or of an agency's."""

from __future__ import annotations

import io
from typing import Any
from zipfile import BadZipFile

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from geodata.core.errors import WrongValue
from layers.reports.charts import Bars, drawn
from layers.reports.contents import Block, Bullets, Figures, House, Picture, Report, Table, described
from layers.reports.sheet import rastered

_WIDTH = Mm(170)


def docx(report: Report) -> bytes:
    """Return a report as DOCX: native headings, lists and tables; the map and the bars as pictures with their words."""
    made = _begun(report.house)
    about = made.core_properties
    described(about, report)
    about.subject, about.keywords, about.language = report.subtitle, report.banner, report.spoken.language
    _page(made, report)
    if report.house.logo:
        logo = made.add_picture(io.BytesIO(report.house.logo), height=Mm(14))
        logo._inline.docPr.set("descr", report.house.organisation)
    _heading(made, report, report.title, "Title", 24)
    made.add_paragraph(report.subtitle)
    for section in report.sections:
        _heading(made, report, section.title, "Heading 1", 15)
        for block in section.blocks:
            _add(made, block)
    if report.spoken.direction == "rtl":
        for paragraph in made.element.body.iter(qn("w:p")):
            paragraph.get_or_add_pPr().append(OxmlElement("w:bidi"))
    content = io.BytesIO()
    made.save(content)
    return content.getvalue()


def _begun(house: House) -> Any:
    try:
        return Document(str(house.letter) if house.letter else None)
    except (PackageNotFoundError, BadZipFile, KeyError, ValueError):
        name, rule = house.letter.name if house.letter else "", "Word begins from a DOCX"
        raise WrongValue("it cannot be used", rule=rule, done="nothing was written", where=name) from None


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


def _heading(made: Any, report: Report, text: str, style: str, size: int) -> None:
    paragraph = made.add_paragraph(style=_style(made, style))
    run = paragraph.add_run(text)
    run.font.color.rgb = RGBColor.from_string(report.house.accent.lstrip("#").upper())
    if _style(made, style) is None:
        run.bold, run.font.size = True, Pt(size)


def _style(made: Any, name: str) -> str | None:
    """Return the name of a style if the document has it: Word stores its own only once they are used."""
    return name if any(style.name == name for style in made.styles) else None


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
            listed = _style(made, "List Bullet")
            made.add_paragraph(point if listed else f"• {point}", style=listed)
    elif isinstance(block, (Picture, Bars)):
        svg = block.svg if isinstance(block, Picture) else drawn(block)
        shape = made.add_picture(io.BytesIO(rastered(svg, 1.5)), width=_WIDTH)
        shape._inline.docPr.set("descr", block.words)
    else:
        made.add_paragraph(block)


def _table(made: Any, block: Table) -> None:
    made.add_paragraph(block.caption, style=_style(made, "Caption"))
    table = made.add_table(rows=1, cols=len(block.heads), style=_style(made, "Light List Accent 1"))
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
