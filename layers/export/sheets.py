"""Excel workbooks of the layers: a cover that says what it is, and a sheet for each layer. No cell is a formula."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import xlsxwriter

from geodata.core.errors import WrongValue
from layers.export.tables import Table, missing
from layers.export.texts import for_xml

_LONGEST = 32_767
"""Units of UTF-16 in a cell of Excel; what is longer is cut."""


_LONGEST_HEADER = 100
_MOST_ROWS = 1_048_575
"""Below the titles of a sheet of Excel."""


def write_workbook(
    path: Path, tables: Sequence[Table], stamp: Mapping[str, Any], title: str, notes: Sequence[str]
) -> None:
    """Write a workbook; where a layer has a shape, ``lon`` and ``lat`` are those of a point within it.

    Raises
    ------
    WrongValue
        If a layer has more rows than a sheet.
    """
    for table in tables:
        if len(table.frame) > _MOST_ROWS:
            raise WrongValue(
                f"layer {table.name!r} has {len(table.frame):,} rows",
                rule=f"a sheet of Excel holds {_MOST_ROWS:,}; ask for a shorter period or for .csv",
                done="nothing was written",
                where="--out",
            )
    options = {
        "constant_memory": True,
        "tmpdir": str(path.parent),  # which is cleared, whatever fails
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "nan_inf_to_errors": True,
    }
    with xlsxwriter.Workbook(str(path), options) as book:
        told = "\n".join(f"{name}: {value}" for name, value in stamp.items() if value not in (None, ""))
        book.set_properties({"title": for_xml(title), "comments": for_xml(told)})
        mark = for_xml(stamp["marking"])[:_LONGEST_HEADER].replace("&", "&&")
        printed = f"&C{mark}" if mark else ""
        bold, day = book.add_format({"bold": True, "text_wrap": True}), book.add_format({"num_format": "yyyy-mm-dd"})
        wrap = book.add_format({"text_wrap": True, "valign": "top"})
        cover = book.add_worksheet("About")
        cover.set_column(0, 0, 24)
        cover.set_column(1, 1, 100)
        lines = [("", title), *((name, value) for name, value in stamp.items()), *(("note", note) for note in notes)]
        lines += [(table.title, table.about) for table in tables]
        for row, (name, value) in enumerate(lines):
            cover.write_string(row, 0, str(name), bold)
            cover.write_string(row, 1, "" if value is None else str(value), bold if row == 0 else wrap)
        cover.set_header(printed)
        for table in tables:
            sheet = book.add_worksheet(table.title[:31])
            sheet.set_header(printed)  # on paper too
            _sheet(sheet, table, bold, day)


def _sheet(sheet: Any, table: Table, bold: Any, day: Any) -> None:
    frame = table.frame
    titles = [column.alias for column in table.columns]
    cells = [frame[column.name].tolist() for column in table.columns]
    if isinstance(frame, gpd.GeoDataFrame):
        points = frame.geometry.representative_point()
        titles += ["Longitude (degrees)", "Latitude (degrees)"]
        cells += [points.x.round(5).tolist(), points.y.round(5).tolist()]
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(len(frame), 1), len(titles) - 1)
    for at, title in enumerate(titles):
        sheet.set_column(at, at, 10 if len(title) < 12 else 20)
        sheet.write_string(0, at, title, bold)
    for row, values in enumerate(zip(*cells, strict=True), start=1):
        for at, value in enumerate(values):
            _write(sheet, row, at, value, day)


def _write(sheet: Any, row: int, at: int, value: Any, day: Any) -> None:
    if missing(value):
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, at, value)
    elif isinstance(value, date):
        sheet.write_datetime(row, at, value, day)
    elif isinstance(value, int | float) and math.isfinite(value):
        sheet.write_number(row, at, value)
    else:
        sheet.write_string(row, at, _cut(str(value)))


def _cut(text: str) -> str:
    """Return a text no longer than a cell holds, cut between letters."""
    if len(text) <= _LONGEST // 2:
        return text
    return text.encode("utf-16-le")[: 2 * _LONGEST].decode("utf-16-le", errors="ignore")
