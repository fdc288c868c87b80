"""A report as one HTML page: it loads nothing, runs nothing, and prints."""

from __future__ import annotations

from functools import cache
from html import escape
from importlib.resources import files

from layers.reports.charts import Bars, drawn
from layers.reports.contents import Block, Bullets, Figures, Picture, Report, Spread, Table, as_data


def web_page(report: Report) -> bytes:
    """Return a report as HTML, UTF-8."""
    sections = "".join(
        f"<section><h2>{escape(section.title)}</h2>{''.join(map(block_of, section.blocks))}</section>"
        for section in report.sections
    )
    banner = f'<span class="banner">{escape(report.banner)}</span>' if report.banner else ""
    logo = ""
    if report.house.logo:
        source = as_data(report.house.logo, "image/png")
        logo = f'<img class="logo" alt="{escape(report.house.organisation)}" src="{source}">'
    look = f":root {{ --accent: {report.house.accent}; }}{_look()}"
    page = (
        f'<!DOCTYPE html>\n<html lang="{report.spoken.language}" dir="{report.spoken.direction}">\n<head>\n'
        '<meta charset="utf-8">\n<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; img-src data:; '
        "style-src 'unsafe-inline'\">\n"
        f"<title>{escape(report.title)}</title>\n<style>{look}</style>\n</head>\n<body>\n"
        f"<header><span>{escape(report.house.organisation)}</span>{banner}</header>\n<main>{logo}"
        f'<h1>{escape(report.title)}</h1><p class="subtitle">{escape(report.subtitle)}</p>{sections}</main>\n'
        f"<footer><span>{escape(report.foot)}</span>{banner}</footer>\n</body>\n</html>\n"
    )
    return page.encode()


@cache
def _look() -> str:
    return (files("layers.reports") / "report.css").read_text(encoding="utf-8")


def block_of(block: Block) -> str:
    """Return a block as HTML."""
    if isinstance(block, Table):
        kinds = [' class="figure"' if at in block.figures else "" for at in range(len(block.heads))]
        heads = "".join(
            f'<th scope="col"{kind}>{escape(head)}</th>' for kind, head in zip(kinds, block.heads, strict=True)
        )
        rows = "".join(
            f"<tr>{''.join(f'<td{kind}>{escape(text)}</td>' for kind, text in zip(kinds, row, strict=True))}</tr>"
            for row in block.rows
        )
        caption = escape(block.caption)
        return f"<table><caption>{caption}</caption><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
    if isinstance(block, Figures):
        pairs = "".join(f"<div><b>{escape(figure)}</b>{escape(words)}</div>" for figure, words in block.pairs)
        return f'<div class="figures">{pairs}</div>'
    if isinstance(block, Bullets):
        return f"<ul>{''.join(f'<li>{escape(point)}</li>' for point in block.points)}</ul>"
    if isinstance(block, Spread):
        texts = "".join(f"<p>{escape(text)}</p>" for text in block.texts)
        numbered = "".join(f"<li>{escape(text)}</li>" for text in block.numbered)
        numbered = f"<ol>{numbered}</ol>" if numbered else ""
        small = "".join(f'<p class="small">{escape(text)}</p>' for text in block.small)
        beside = f'<div class="beside size-{round(block.scale * 100)}">{texts}{numbered}{small}</div>'
        return f'<div class="spread">{block_of(block.picture)}{beside}</div>'
    if isinstance(block, (Picture, Bars)):
        svg = block.svg if isinstance(block, Picture) else drawn(block)
        return f'<img alt="{escape(block.words)}" src="{as_data(svg.encode(), "image/svg+xml")}">'
    return f"<p>{escape(block)}</p>"
