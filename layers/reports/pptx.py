"""A report as slides: text, tables, charts and the legend can be edited in PowerPoint; the map is a picture."""

# Texts here are said in reports.

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any, Final
from zipfile import BadZipFile

from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE
from pptx.enum.dml import MSO_PATTERN
from pptx.enum.shapes import MSO_SHAPE, PP_PLACEHOLDER
from pptx.enum.text import PP_ALIGN
from pptx.exc import PackageNotFoundError
from pptx.util import Emu, Inches, Pt

from geodata.core.errors import WrongValue
from geodata.core.messages import mark
from layers.palette import palette
from layers.reports.charts import Bars
from layers.reports.contents import Block, Bullets, Figures, House, Picture, Report, Spread, Table, described
from layers.reports.sheet import rastered

_WIDE, _TALL = Inches(13.333), Inches(7.5)
_EDGE, _TOP, _BOTTOM = Inches(0.5), Inches(1.25), Inches(0.55)
_ROWS: Final = 11
"""Rows of a table on one slide."""
_LEGEND = Inches(2.9)
_CAPTION = Inches(1.15)
_BESIDE = Inches(3.9)
"""The least room beside a map of which something is said there."""


def pptx(report: Report) -> bytes:
    """Return a report as PPTX; each slide bears the mark, what it was made from, and its number."""
    made, layout = _begun(report.house)
    described(made.core_properties, report)
    made.core_properties.subject = report.banner
    first = made.slides.add_slide(made.slide_layouts[0])
    (first.shapes.title or _write(first, [""], _EDGE, _TOP, made.slide_width - 2 * _EDGE, _TOP, 32)).text = report.title
    if len(first.placeholders) > 1:
        first.placeholders[1].text = "\n".join(filter(None, (report.house.organisation, report.subtitle)))
    if report.house.slides is None:
        for shape, top in zip(first.placeholders, (Inches(2.2), Inches(4.0)), strict=True):
            shape.left, shape.top, shape.width, shape.height = _EDGE, top, made.slide_width - 2 * _EDGE, Inches(1.5)
        if report.one_a_page:
            _begin(first, report)
    if report.house.logo:
        logo = first.shapes.add_picture(io.BytesIO(report.house.logo), _EDGE, _EDGE, height=Inches(0.8))
        logo.element.nvPicPr.cNvPr.set("descr", report.house.organisation)
    for section in report.sections:
        room = made.slide_height - _TOP - _BOTTOM
        together = report.one_a_page and sum(map(_height, section.blocks)) <= room
        parts = [(section.title, list(section.blocks))] if together else _slides(section.title, section.blocks)
        for title, blocks in parts:
            _slide(made, layout, report, title, blocks)
    for number, slide in enumerate(made.slides, start=1):
        _frame(made, report, slide, number)
    content = io.BytesIO()
    made.save(content)
    return content.getvalue()


def _begin(first: Any, report: Report) -> None:
    """Set the first slide of a briefing: at the left, the title in the colour of heads."""
    for shape, size, colour in zip(first.placeholders, (40, 16), (report.house.accent, "#50606c"), strict=True):
        for paragraph in shape.text_frame.paragraphs:
            paragraph.alignment, paragraph.font.size = PP_ALIGN.LEFT, Pt(size)
            paragraph.font.color.rgb = _colour(colour)


def _begun(house: House) -> tuple[Any, Any]:
    """Return a presentation, and of its layouts the one that has a title and the least beside it."""
    try:
        made = Presentation(str(house.slides) if house.slides else None)
        layouts: list[Any] = list(made.slide_layouts)
        titled = [one for one in layouts if any(_is_title(place) for place in one.placeholders)]
        layout = min(titled, key=lambda one: len(one.placeholders))
    except (PackageNotFoundError, BadZipFile, KeyError, ValueError):
        rule = "slides begin from a PPTX with a layout that has a title"
        name = house.slides.name if house.slides else ""
        raise WrongValue("it cannot be used", rule=rule, done="nothing was written", where=name) from None
    if house.slides is None:
        made.slide_width, made.slide_height = _WIDE, _TALL
    return made, layout


def _is_title(place: Any) -> bool:
    return place.placeholder_format.type in (PP_PLACEHOLDER.TITLE, PP_PLACEHOLDER.CENTER_TITLE)


def _slides(title: str, blocks: tuple[Block, ...]) -> Iterator[tuple[str, list[Block]]]:
    """Yield what stands on each slide: a picture, chart or part of a table has one of its own; texts share one."""
    held: list[Block] = []
    for block in blocks:
        if isinstance(block, (Picture, Bars, Spread)):
            if held:
                yield title, held
            held = [block]
        elif isinstance(block, Table):
            if held:
                yield title, held
                held = []
            for at in range(0, len(block.rows), _ROWS):
                yield title, [Table(block.caption, block.heads, block.rows[at : at + _ROWS], block.figures)]
        else:
            held.append(block)
    if held:
        yield title, held


def _height(block: Block) -> int:
    """Return how tall a block is on a slide; a picture or chart takes what is left."""
    if isinstance(block, Table):
        return Inches(0.34) + Inches(0.4) * (len(block.rows) + 1)
    if isinstance(block, Figures):
        return Inches(1.35)
    if isinstance(block, (Picture, Bars, Spread)):
        return 0
    lines = block.points if isinstance(block, Bullets) else (block,)
    return Emu(int(Pt((15 if isinstance(block, Bullets) else 13) * 1.5)) * sum(1 + len(line) // 105 for line in lines))


def _slide(made: Any, layout: Any, report: Report, title: str, blocks: list[Block]) -> None:
    slide = made.slides.add_slide(layout)
    slide.shapes.title.text = title
    slide.shapes.title.left, slide.shapes.title.top = _EDGE, Inches(0.45)
    slide.shapes.title.width, slide.shapes.title.height = made.slide_width - 2 * _EDGE, Inches(0.75)
    paragraph = slide.shapes.title.text_frame.paragraphs[0]
    paragraph.alignment, paragraph.font.size, paragraph.font.bold = PP_ALIGN.LEFT, Pt(26), True
    paragraph.font.color.rgb = _colour(report.house.accent)
    wide, y = made.slide_width - 2 * _EDGE, int(_TOP)
    for block in blocks:
        y += _put(slide, report, block, y, wide, made.slide_height - y - _BOTTOM)


def _put(slide: Any, report: Report, block: Block, y: int, wide: int, tall: int) -> int:
    """Put a block on a slide and return how tall it is."""
    if isinstance(block, Picture):
        return _map(slide, report, block, y, wide, tall)
    if isinstance(block, Spread):
        return _spread(slide, block, y, wide, tall)
    if isinstance(block, Bars):
        return _chart(slide, report, block, y, wide, tall)
    if isinstance(block, Table):
        return _table(slide, block, y, wide)
    if isinstance(block, Figures):
        return _figures(slide, report, block, y, wide)
    lines = block.points if isinstance(block, Bullets) else (block,)
    size = 15 if isinstance(block, Bullets) else 13
    high = _height(block)
    _write(slide, [f"• {line}" if isinstance(block, Bullets) else line for line in lines], _EDGE, y, wide, high, size)
    return high


def _map(slide: Any, report: Report, block: Picture, y: int, wide: int, tall: int) -> int:
    across, down = block.size
    tall -= _CAPTION
    room = wide - _LEGEND
    width = min(room, tall * across // down)
    shape = slide.shapes.add_picture(io.BytesIO(rastered(block.svg, 1.4)), _EDGE, y, width=width)
    shape.element.nvPicPr.cNvPr.set("descr", block.words)
    skin, left = palette()["light"], _EDGE + width + Inches(0.2)
    colours = [
        (mark("land"), skin["mode"]["land"]),
        (mark("sea"), skin["mode"]["sea"]),
        (mark("air"), skin["mode"]["air"]),
    ]
    colours += [(mark("source"), skin["role"]["source"]), (mark("transit"), skin["role"]["transit"])]
    colours += [(mark("destination"), skin["role"]["destination"])]
    at = y
    for name, colour in colours:
        swatch = slide.shapes.add_shape(MSO_SHAPE.RECTANGLE, left, at + Inches(0.09), Inches(0.35), Inches(0.13))
        swatch.fill.solid()
        swatch.fill.fore_color.rgb = _colour(colour)
        swatch.line.fill.background()
        _write(slide, [report.say(name)], left + Inches(0.42), at, Inches(2.2), Inches(0.32), 12)
        at += Inches(0.32)
    return tall + Inches(0.1)


def _spread(slide: Any, block: Spread, y: int, wide: int, tall: int) -> int:
    """Put a map at the left and what is said of it at the right."""
    across, down = block.picture.size
    width = min(wide - _BESIDE, tall * across // down)
    shape = slide.shapes.add_picture(io.BytesIO(rastered(block.picture.svg, 2)), _EDGE, y, width=width)
    shape.element.nvPicPr.cNvPr.set("descr", block.picture.words)
    numbered = [f"{number}  {text}" for number, text in enumerate(block.numbered, start=1)]
    left = _EDGE + width + Inches(0.2)
    size = 14 * block.scale
    lines = [*block.texts, *numbered, *block.small]
    box = _write(slide, lines, left, y, wide + _EDGE - left, tall, size)
    for at, paragraph in enumerate(box.text_frame.paragraphs):
        paragraph.space_after = Pt(size * 0.5)
        if at >= len(block.texts) + len(numbered):
            paragraph.font.size = Pt(size * 0.8)
            paragraph.font.color.rgb = _colour("#50606c")
    return tall


def _chart(slide: Any, report: Report, block: Bars, y: int, wide: int, tall: int) -> int:
    data = CategoryChartData()
    data.categories = block.names
    data.add_series(block.title, block.counts)
    tall -= Inches(0.6)
    chart = slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, _EDGE, y, wide, tall, data).chart
    chart.has_legend = False
    chart.font.size = Pt(11)
    plot = chart.plots[0]
    plot.gap_width = 20
    plot.series[0].format.fill.solid()
    plot.series[0].format.fill.fore_color.rgb = _colour(report.house.accent)
    for at in range(len(block.counts) - block.late, len(block.counts)):
        fill = plot.series[0].points[at].format.fill
        fill.patterned()
        fill.pattern = MSO_PATTERN.WIDE_UPWARD_DIAGONAL
        fill.fore_color.rgb, fill.back_color.rgb = _colour(report.house.accent), RGBColor(255, 255, 255)
    return tall


def _table(slide: Any, block: Table, y: int, wide: int) -> int:
    _write(slide, [block.caption], _EDGE, y, wide, Inches(0.3), 12)
    y += Inches(0.34)
    rows = (block.heads, *block.rows)
    table = slide.shapes.add_table(len(rows), len(block.heads), _EDGE, y, wide, Inches(0.4) * len(rows)).table
    whole = sum(block.widths)
    for at, width in enumerate(block.widths):
        table.columns[at].width = wide * width // whole
    for number, row in enumerate(rows):
        for at, text in enumerate(row):
            cell = table.cell(number, at)
            cell.text = text
            cell.margin_top = cell.margin_bottom = Inches(0.02)
            paragraph = cell.text_frame.paragraphs[0]
            paragraph.font.size = Pt(11)
            if at in block.figures:
                paragraph.alignment = PP_ALIGN.RIGHT
    return _height(block)


def _figures(slide: Any, report: Report, block: Figures, y: int, wide: int) -> int:
    step = wide // len(block.pairs)
    for at, (figure, words) in enumerate(block.pairs):
        box = _write(slide, [figure, words], _EDGE + at * step, y, step - Inches(0.15), Inches(1.2), 14)
        box.text_frame.paragraphs[0].font.size, box.text_frame.paragraphs[0].font.bold = Pt(32), True
        box.text_frame.paragraphs[0].font.color.rgb = _colour(report.house.accent)
    return _height(block)


def _frame(made: Any, report: Report, slide: Any, number: int) -> None:
    wide, low = made.slide_width - 2 * _EDGE, made.slide_height - Inches(0.4)
    if report.banner:
        box = _write(slide, [report.banner], _EDGE, Inches(0.1), wide, Inches(0.3), 12)
        paragraph = box.text_frame.paragraphs[0]
        paragraph.alignment, paragraph.font.bold = PP_ALIGN.RIGHT, True
    _write(slide, [f"{report.foot} · {number}"], _EDGE, low, wide, Inches(0.3), 9)
    if report.spoken.direction == "rtl":
        for shape in slide.shapes:
            for paragraph in shape.text_frame.paragraphs if shape.has_text_frame else ():
                paragraph._p.get_or_add_pPr().set("rtl", "1")


def _write(slide: Any, lines: list[str], left: int, top: int, wide: int, tall: int, size: float) -> Any:
    box = slide.shapes.add_textbox(left, top, wide, tall)
    frame = box.text_frame
    frame.word_wrap = True
    for at, line in enumerate(lines):
        paragraph = frame.paragraphs[0] if at == 0 else frame.add_paragraph()
        paragraph.text, paragraph.font.size = line, Pt(size)
    return box


def _colour(text: str) -> RGBColor:
    return RGBColor.from_string(text.lstrip("#").upper())
