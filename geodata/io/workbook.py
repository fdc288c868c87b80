"""Tables of text as an Excel workbook: every cell is text, so that no id or date is rewritten and no formula computes.

Source: ECMA-376, Office Open XML: a workbook of one sheet, its cells as inline strings in the format for text ("@").
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape, quoteattr

import polars as pl

MOST_ROWS = 1_048_575
"""Below the header, of a sheet of Excel."""
LONGEST_CELL = 32_767
"""Characters in a cell of Excel; what is longer is cut."""
_NARROWEST, _WIDEST = 8, 60
"""Widths of columns, in characters."""
_LOOKED_AT = 200
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
"""Characters that XML cannot hold."""
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_HEAD = "<?xml version='1.0' encoding='UTF-8' standalone='yes'?>"
_PARTS = {
    "[Content_Types].xml": (
        f"{_HEAD}<Types xmlns='{_PACKAGE}/content-types'>"
        "<Default Extension='rels' ContentType='application/vnd.openxmlformats-package.relationships+xml'/>"
        f"<Override PartName='/xl/workbook.xml' ContentType='{_KIND}.sheet.main+xml'/>"
        f"<Override PartName='/xl/styles.xml' ContentType='{_KIND}.styles+xml'/>"
        f"<Override PartName='/xl/worksheets/sheet1.xml' ContentType='{_KIND}.worksheet+xml'/></Types>"
    ),
    "_rels/.rels": (
        f"{_HEAD}<Relationships xmlns='{_PACKAGE}/relationships'>"
        f"<Relationship Id='rId1' Type='{_OFFICE}/officeDocument' Target='xl/workbook.xml'/></Relationships>"
    ),
    "xl/_rels/workbook.xml.rels": (
        f"{_HEAD}<Relationships xmlns='{_PACKAGE}/relationships'>"
        f"<Relationship Id='rId1' Type='{_OFFICE}/worksheet' Target='worksheets/sheet1.xml'/>"
        f"<Relationship Id='rId2' Type='{_OFFICE}/styles' Target='styles.xml'/></Relationships>"
    ),
    "xl/styles.xml": (
        f"{_HEAD}<styleSheet xmlns='{_MAIN}'><fonts count='2'><font><sz val='11'/><name val='Calibri'/></font>"
        "<font><b/><sz val='11'/><name val='Calibri'/></font></fonts>"
        "<fills count='2'><fill><patternFill patternType='none'/></fill>"
        "<fill><patternFill patternType='gray125'/></fill></fills>"
        "<borders count='1'><border/></borders><cellStyleXfs count='1'><xf numFmtId='0'/></cellStyleXfs>"
        "<cellXfs count='3'><xf numFmtId='0' xfId='0'/><xf numFmtId='49' xfId='0' applyNumberFormat='1'/>"
        "<xf numFmtId='49' fontId='1' xfId='0' applyNumberFormat='1' applyFont='1'/></cellXfs></styleSheet>"
    ),
}
"""Members of a workbook that are always the same; style 1 is text, style 2 a header."""


def xlsx_of(table: pl.DataFrame, sheet: str = "Sheet 1") -> bytes:
    """Return a table of text as a workbook with a header that stays in sight and columns as wide as their cells.

    Parameters
    ----------
    table : DataFrame
        Text columns; rows beyond what a sheet holds are left out.
    sheet : str
        Its name.
    """
    book = (
        f"{_HEAD}<workbook xmlns='{_MAIN}' xmlns:r='{_OFFICE}'><sheets>"
        f"<sheet name={quoteattr(sheet)} sheetId='1' r:id='rId1'/></sheets></workbook>"
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in _PARTS.items():
            archive.writestr(name, content)
        archive.writestr("xl/workbook.xml", book)
        with archive.open("xl/worksheets/sheet1.xml", "w") as file:
            for piece in _sheet(table.head(MOST_ROWS)):
                file.write(piece.encode())
    return buffer.getvalue()


def _sheet(table: pl.DataFrame) -> Iterator[str]:
    widths = [_width(table.get_column(name)) for name in table.columns]
    columns = "".join(
        f"<col min='{at}' max='{at}' width='{width}' style='1' customWidth='1'/>"
        for at, width in enumerate(widths, start=1)
    )
    yield (
        f"{_HEAD}<worksheet xmlns='{_MAIN}'><sheetViews><sheetView workbookViewId='0'>"
        "<pane ySplit='1' topLeftCell='A2' activePane='bottomLeft' state='frozen'/></sheetView></sheetViews>"
        f"<cols>{columns}</cols><sheetData>"
    )
    yield _row(table.columns, 2)
    for row in table.iter_rows():
        yield _row(row, 1)
    yield "</sheetData></worksheet>"


def _row(cells: Sequence[str | None], style: int) -> str:
    return f"<row>{''.join(_cell(cell, style) for cell in cells)}</row>"


def _cell(cell: str | None, style: int) -> str:
    if not cell:
        return f"<c s='{style}'/>"
    text = escape(_FORBIDDEN.sub(" ", cell[:LONGEST_CELL]))
    return f"<c s='{style}' t='inlineStr'><is><t xml:space='preserve'>{text}</t></is></c>"


def _width(cells: pl.Series) -> int:
    longest = cells.head(_LOOKED_AT).str.len_chars().max()
    return min(_WIDEST, max(_NARROWEST, len(cells.name), int(str(longest or 0))) + 2)
