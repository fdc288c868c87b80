"""The map's page: the same bytes for everybody, nothing from another host, and only its own script may run."""

import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest
from xstatic.pkg import leaflet

from layers.export.files import FORMATS, LAYERS
from layers.map.components import DOCUMENT_NAMES, FORMAT_NAMES, LAYER_NAMES
from layers.map.page import SCRIPT as PATTERN
from layers.map.page import MonitorMap, Page, map_page
from layers.reports.documents import DOCUMENTS
from layers.web.assets import ASSETS
from layers.web.component import Part
from layers.web.translations import words

SCRIPT = PATTERN.format(language="en")


class Read(HTMLParser):
    """Elements with their attributes, and the text of inline scripts."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.inline: list[str] = []
        self._in_script = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.tags.append((tag, dict(attrs)))
        self._in_script = tag == "script" and "src" not in dict(attrs)

    def handle_endtag(self, _tag: str) -> None:
        """Leave the script."""
        self._in_script = False

    def handle_data(self, data: str) -> None:
        """Note what an inline script says."""
        if self._in_script:
            self.inline.append(data)


@pytest.fixture(scope="module")
def page():
    return Read(map_page().html)


def directives(policy: str) -> dict[str, list[str]]:
    return {words[0]: words[1:] for words in (part.split() for part in policy.split(";"))}


def test_nothing_is_fetched_from_another_host(page):
    addresses = [value for _, found in page.tags for name, value in found.items() if name in ("src", "href")]
    assert {address.partition("?")[0] for address in addresses} >= {"/vendor/leaflet/leaflet.js", SCRIPT}
    assert [address for address in addresses if not re.match(r"/(assets|vendor)/", address or "")] == []
    assert "//" not in "".join(page.inline)


def test_no_element_carries_a_handler_or_a_style(page):
    carried = {name for _, found in page.tags for name in found}
    assert [name for name in carried if name.startswith("on") or name == "style"] == []
    assert "style" not in {tag for tag, _ in page.tags}


def test_the_policy_lets_exactly_the_inline_script_of_the_page_run(page):
    (script,) = page.inline
    allowed = directives(map_page().policy)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert allowed["script-src"] == ["'self'", f"'sha256-{digest}'"]


def test_the_policy_lets_nothing_else_in():
    allowed = directives(map_page().policy)
    assert allowed["default-src"] == ["'none'"]
    assert allowed["base-uri"] == allowed["form-action"] == ["'none'"]
    assert allowed["frame-ancestors"] == ["'self'"]
    words = {word for name, values in allowed.items() if name != "script-src" for word in values}
    assert words == {"'none'", "'self'", "data:"}


def test_the_page_is_the_same_bytes_each_time_it_is_made():
    first = map_page()
    map_page.cache_clear()
    assert map_page() == first


def test_the_page_is_html_in_english_with_a_title(page):
    assert map_page().html.startswith("<!DOCTYPE html>\n")
    assert ("html", {"lang": "en", "dir": "ltr"}) in page.tags
    assert "<title>Smuggling route monitor</title>" in map_page().html


def test_every_address_changes_with_what_stands_behind_it(page):
    for tag, found in page.tags:
        address = found.get("src") if tag == "script" else found.get("href") if tag == "link" else None
        if address is None:
            continue
        path, _, version = address.partition("?v=")
        if path.startswith("/vendor/leaflet/"):
            assert version == leaflet.PACKAGE_VERSION
            continue
        content = map_page().script if path == SCRIPT else (ASSETS / path.removeprefix("/assets/")).read_bytes()
        assert hashlib.sha256(content).hexdigest().startswith(version)
        assert len(version) == 12


def test_every_part_is_a_class_that_the_modules_offer(page):
    offered = re.findall(
        r"\w+", " ".join(re.findall(r"export \{(.*?)\}", (ASSETS / "parts.js").read_text(encoding="utf-8")))
    )
    used = re.findall(r"new parts\.(\w+)\(", page.inline[0])
    assert {"BaseMap", "Hexes", "Corridors", "TimeBar"} <= set(used)
    assert sorted([*used, "Absent", "Banner", "Standing"]) == sorted(offered)  # those three are of a map in a file


def test_our_modules_are_loaded_as_one_behind_leaflet(page):
    addresses = [found["src"].partition("?")[0] for tag, found in page.tags if tag == "script" and "src" in found]
    assert addresses == ["/vendor/leaflet/leaflet.js", SCRIPT]
    loaded = map_page().script.decode()
    assert [file.name for file in ASSETS.glob("*.js") if loaded.count(f'modules["{file.name}"] = (') != 1] == [
        "frozen.js"
    ]


HOSTILE = "</script><script>alert(1)</script>`${alert(2)}`\u2028'\"<!--"


class Note(Part):
    """A part whose option is hostile."""


def test_an_option_of_a_part_can_not_become_code():
    figure = Page(words("en"))
    monitor = MonitorMap()
    figure.add_child(monitor)
    monitor.add_child(Note(text=HOSTILE), name="note")
    html = figure.render()
    (script,) = Read(html).inline
    assert "new parts.Note(" in script
    assert html.count("</script>") == html.count("<script")
    assert "<!--" not in script
    assert "`" not in script.replace(r"`${alert(2)}`", "", 1)


def test_the_export_names_every_format_layer_and_document_that_there_is():
    assert list(FORMAT_NAMES) == list(FORMATS)
    assert list(LAYER_NAMES) == list(LAYERS)
    assert set(DOCUMENT_NAMES) == set(DOCUMENTS)
