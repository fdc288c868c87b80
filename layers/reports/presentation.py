"""A briefing as one HTML file: a page at a time on the whole screen, by keys; it asks no server for anything.

Without a script all pages stand below each other, and so they print.
"""

# Texts here are said in reports.

from __future__ import annotations

import base64
import hashlib
from functools import cache
from html import escape

from geodata.core.messages import mark
from layers.reports.contents import Report, Spread, as_data
from layers.reports.web_page import block_of
from layers.web.assets import ASSETS

_FULL = '<svg viewBox="0 0 20 20" aria-hidden="true"><path d="M3 7V3h4M13 3h4v4M17 13v4h-4M7 17H3v-4"/></svg>'


def presentation(report: Report, *, shared: bool = False) -> bytes:
    """Return a briefing as HTML, UTF-8.

    Parameters
    ----------
    report : Report
    shared : bool
        It stands behind a link, and asks its own address from time to time whether that still stands.
    """
    script, look = (
        _asset("presentation.js"),
        f":root {{ --accent: {report.house.accent}; }}{_asset('presentation.css')}",
    )
    connect = "connect-src 'self'; " if shared else ""
    policy = (
        f"default-src 'none'; script-src {_hash(script)}; style-src {_hash(look)}; {connect}img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    banner = f'<span class="banner">{escape(report.banner)}</span>' if report.banner else ""
    live = ' data-live="yes"' if shared else ""
    page = (
        f'<!DOCTYPE html>\n<html lang="{report.spoken.language}" dir="{report.spoken.direction}"{live}>\n<head>\n'
        f'<meta charset="utf-8">\n<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<title>{escape(report.title)}</title>\n<link rel="icon" href="data:,">\n<style>{look}</style>\n</head>\n'
        f"<body>\n<header><span>{escape(report.house.organisation)}</span>{banner}</header>\n"
        f"<main>{''.join(_pages(report))}</main>\n"
        f"<footer><span>{escape(report.foot)}</span>{_keys(report)}</footer>\n"
        f"<script>{script}</script>\n</body>\n</html>\n"
    )
    return page.encode()


def _pages(report: Report) -> list[str]:
    logo = ""
    if report.house.logo:
        source = as_data(report.house.logo, "image/png")
        logo = f'<img class="logo" alt="{escape(report.house.organisation)}" src="{source}">'
    first = (
        f'<section class="title">{logo}<h1 tabindex="-1">{escape(report.title)}</h1>'
        f'<p class="subtitle">{escape(report.subtitle)}</p></section>'
    )
    return [
        first,
        *(
            f"<section{' class=page' if any(isinstance(block, Spread) for block in section.blocks) else ''}>"
            f'<h2 tabindex="-1">{escape(section.title)}</h2>{"".join(map(block_of, section.blocks))}</section>'
            for section in report.sections
        ),
    ]


def _keys(report: Report) -> str:
    def button(name: str, sign: str, words: str) -> str:
        said = escape(words)
        return f'<button type="button" id="{name}" title="{said}" aria-label="{said}">{sign}</button>'

    back, on = ("→", "←") if report.spoken.direction == "rtl" else ("←", "→")
    before = button("back", back, report.say(mark("Page before")))
    after = button("on", on, report.say(mark("Next page")))
    full = button("full", _FULL, report.say(mark("Full screen (F)")))
    return f'<nav>{before}<span id="place" role="status"></span>{after}{full}</nav>'


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@cache
def _asset(name: str) -> str:
    return (ASSETS / "briefing" / name).read_text(encoding="utf-8")
