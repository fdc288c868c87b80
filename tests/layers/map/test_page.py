"""The map's page: the same bytes for everybody, nothing from another host, and only its own script may run."""

import base64
import hashlib
import json
import re
from html.parser import HTMLParser

import pytest
from xstatic.pkg import leaflet

from layers.map.page import MonitorMap, Page, dictionary, map_page
from layers.web.assets import ASSETS, modules
from layers.web.component import Part
from layers.web.translations import words


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
    assert {address.partition("?")[0] for address in addresses} >= {"/vendor/leaflet/leaflet.js", "/assets/monitor.js"}
    assert [address for address in addresses if not re.match(r"/(assets|vendor)/", address or "")] == []
    assert "//" not in "".join(page.inline)


def test_no_element_carries_a_handler_or_a_style(page):
    carried = {name for _, found in page.tags for name in found}
    assert [name for name in carried if name.startswith("on") or name == "style"] == []
    assert "style" not in {tag for tag, _ in page.tags}


def test_the_policy_lets_exactly_the_inline_scripts_of_the_page_run(page):
    assert len(page.inline) == 2
    allowed = directives(map_page().policy)
    digests = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in page.inline]
    assert allowed["script-src"] == ["'self'", *(f"'sha256-{digest}'" for digest in digests)]


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
        content = (ASSETS / path.removeprefix("/assets/")).read_bytes()
        assert hashlib.sha256(content).hexdigest().startswith(version)
        assert len(version) == 12


def test_every_part_is_a_class_that_the_modules_offer(page):
    offered = re.findall(
        r"\w+", " ".join(re.findall(r"export \{(.*?)\}", (ASSETS / "parts.js").read_text(encoding="utf-8")))
    )
    used = re.findall(r"new parts\.(\w+)\(", page.inline[1])
    assert {"BaseMap", "Hexes", "Corridors", "TimeBar"} <= set(used)
    assert sorted(used) == sorted(offered)


def imports(language: str = "en") -> dict[str, str]:
    """Return where the page says that its modules are found."""
    found: dict[str, str] = json.loads(Read(map_page(language).html).inline[0])["imports"]
    return found


def test_every_module_is_found_and_fetched_at_once(page):
    fetched = [found["href"] for tag, found in page.tags if tag == "link" and found["rel"] == "modulepreload"]
    assert list(imports()) == [f"/assets/{name}" for name in modules()]
    assert fetched == list(imports().values())


def test_the_import_map_stands_before_whatever_asks_for_a_module(page):
    asking = [found for tag, found in page.tags if tag in ("script", "link")]
    assert asking[0] == {"type": "importmap"}


def test_a_module_imports_only_what_is_there():
    for name in modules():
        named = re.findall(r'(?:from|import) "\./([\w.]+)"', (ASSETS / name).read_text(encoding="utf-8"))
        assert set(named) <= set(modules()), name


def test_another_language_has_a_dictionary_of_its_own_and_all_else_alike():
    french, english = imports("fr"), imports()
    assert [name for name in french if french[name] != english[name]] == ["/assets/dictionary.js"]
    path, _, version = french["/assets/dictionary.js"].partition("?v=")
    assert path == "/assets/dictionary.fr.js"
    assert hashlib.sha256(dictionary("fr")).hexdigest().startswith(version)


HOSTILE = "</script><script>alert(1)</script>`${alert(2)}`\u2028'\"<!--"


class Note(Part):
    """A part whose option is hostile."""


def test_an_option_of_a_part_can_not_become_code():
    figure = Page(words("en"))
    monitor = MonitorMap()
    figure.add_child(monitor)
    monitor.add_child(Note(text=HOSTILE), name="note")
    html = figure.render()
    _, script = Read(html).inline
    assert "new parts.Note(" in script
    assert html.count("</script>") == html.count("<script")
    assert "<!--" not in script
    assert "`" not in script.replace(r"`${alert(2)}`", "", 1)
