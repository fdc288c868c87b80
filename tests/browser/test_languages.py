"""The dashboard in other languages: French as it comes, and an invented one that is read from right to left."""

import re
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po
from playwright.sync_api import Browser, Frame, Page, expect

from benchmarks.served import PRODUCT, running
from docs.catalogues import said
from geodata.core.handling import HANDLING_MARKS
from geodata.core.messages import Country, counted, sentence, series
from layers.web.translations import spelt_out, words
from tests.browser.conftest import Seen, fill

LETTERS = "ابجدهوزحطيكلمنسعفصقرشت"
OWN_TEXTS = """() => {
  const shown = (element) => element.checkVisibility();
  const data = "#ranking .name, #alerts .name, .sources, #actions select";
  const texts = [];
  for (const element of document.querySelectorAll("#map *")) {
    if (element.closest(data)) continue;
    for (const name of ["aria-label", "title", "placeholder"]) texts.push(element.getAttribute(name) ?? "");
    if (shown(element)) for (const node of element.childNodes) if (node.nodeType === 3) texts.push(node.data);
  }
  return texts;
}"""
DATA = {"Natural Earth · GeoNames · H3", "Natural", "Earth", "GeoNames", "Escape", "Space", "Shift", "Tab"}


def invented(text: str) -> str:
    """Return a text in letters of Arabic, with its values where they were."""
    parts = re.split(r"(\{\w+[^{}]*\})", text)
    arabic = (("".join(LETTERS[ord(sign) % len(LETTERS)] if sign.isalpha() else sign for sign in p)) for p in parts)
    return "".join(part if part.startswith("{") else letters for part, letters in zip(parts, arabic, strict=True))


@pytest.fixture(scope="module")
def from_right_to_left(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve a demonstration with a catalogue of an installation's own."""
    root = tmp_path_factory.mktemp("languages")
    catalogue = Catalog(locale="ar")
    for message in said():
        if message.id:
            several = not isinstance(message.id, str)
            own = tuple(invented(message.id[1]) for _ in range(6)) if several else invented(message.id)
            catalogue.add(message.id, own, locations=message.locations, auto_comments=message.auto_comments)
    (root / "own").mkdir()
    with (root / "own" / "ar.po").open("wb") as file:
        write_po(file, catalogue)
    fill(root / "home")
    with running(PRODUCT, asked="/data/head", ROUTES_HOME=root / "home", ROUTES_LANGUAGES=root / "own") as url:
        yield url


@pytest.fixture
def mirrored(context, from_right_to_left) -> Iterator[Frame]:
    """Give the map read from right to left."""
    seen = Seen(context.new_page(), from_right_to_left)
    yield seen.open("?lang=ar")
    assert seen.complaints == []


def query(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def middle(frame: Frame, selector: str) -> float:
    box = frame.locator(selector).bounding_box()
    assert box
    return box["x"] + box["width"] / 2


def test_a_browser_in_french_gets_french_without_asking(chromium: Browser, dashboard):
    context = chromium.new_context(locale="fr-BE", viewport={"width": 1440, "height": 900})
    seen = Seen(context.new_page(), dashboard)
    frame = seen.open()
    expect(frame.locator("#legend summary", has_text="Légende")).to_be_visible()
    assert frame.locator("html").get_attribute("lang") == seen.page.locator("html").get_attribute("lang") == "fr"
    expect(frame.locator("#timebar")).to_contain_text("nov. 2025 – oct. 2026")
    expect(seen.page.get_by_role("link", name="Méthode")).to_be_visible()
    assert seen.complaints == []
    context.close()


def test_a_language_that_is_chosen_stays_from_page_to_page_and_in_links(page, seen):
    frame = seen.open("?mode=sea")
    frame.locator("#ranking li, #ranking .row, #ranking button").first.click()
    page.wait_for_url("**sel=**")
    page.get_by_role("combobox", name="Language").select_option("fr")
    page.wait_for_url("**lang=fr**")
    frame = seen.map()
    expect(frame.locator("#card")).to_contain_text("dans le couloir, sur la période")
    assert query(page)["mode"] == ["sea"]
    assert frame.locator("#card a").first.get_attribute("href").endswith("lang=fr")
    page.get_by_role("link", name="Pays", exact=True).click()
    expect(page.get_by_role("combobox", name="Langue")).to_have_value("fr")
    page.wait_for_url("**/countries?**lang=fr**")
    expect(page.get_by_text("Choisissez un pays")).to_be_visible()


SAY_KEPT = "kept => modules['text.js'].sayKept(kept)"


def test_the_map_says_a_kept_sentence_as_a_page_does(seen):
    frame = seen.open("?lang=fr")
    rate = sentence("x{ratio:.2g} ({low:.2g} to {high:.2g})", ratio=5.08, low=0.00012, high=123.0)
    many = counted("{count:,} known route", "{count:,} known routes", 4067)
    pairs = series([sentence("{start} to {goal} {share:.0%}", start=Country("Libya", "LBY"), goal="EU", share=0.5)])
    for kept in (rate, many, pairs, sentence("P = {p:.2f}, {far:.0f} km", p=0.956, far=30.6)):
        told = frame.evaluate(SAY_KEPT, spelt_out(kept))
        assert re.sub(r"\s", " ", told) == re.sub(r"\s", " ", words("fr").say(kept, {}))
    assert frame.evaluate(SAY_KEPT, "kept as {it} is") == "kept as {it} is"


def test_filters_in_another_language_ask_for_the_same(page, seen):
    frame = seen.open("?lang=fr")
    every = frame.evaluate("monitor.picture.manifest.incidents")
    page.get_by_role("button", name="mer", exact=True).click()
    page.wait_for_url("**mode=sea**")
    frame.wait_for_function("every => monitor.picture.manifest.incidents < every", arg=every)
    page.go_back()
    frame.wait_for_function("every => monitor.picture.manifest.incidents === every", arg=every)


def test_a_tab_in_another_language_is_the_same_tab_in_a_link(page, seen):
    page.goto(f"{seen.url}/incidents?lang=fr&tab=History")
    expect(page.get_by_role("tab", name="Historique")).to_have_attribute("aria-selected", "true")
    page.get_by_role("tab", name="Import").click()
    page.wait_for_url("**tab=Import**")


def test_a_language_that_there_is_not_opens_in_that_of_the_browser(page, seen):
    assert seen.open("?lang=tlh").locator("html").get_attribute("lang") == "en"


def test_nothing_that_the_map_says_is_left_in_english(mirrored):
    mirrored.evaluate("monitor.keys.help()")
    mirrored.evaluate("monitor.alerts.details.open = true")
    mirrored.wait_for_function("() => monitor.alerts.loader.state === 'ready'")
    names = [*mirrored.locator("#alerts .name").all_inner_texts(), "Synthetic demonstration"]
    told = [text for text in mirrored.evaluate(OWN_TEXTS) if text]
    for name in names:  # of routes and sources, within what is said of them
        told = [text.replace(name, "") for text in told]
    texts = {text.strip() for text in told} - DATA - set(HANDLING_MARKS)
    english = {text for text in texts if re.search(r"[A-Za-z]{3,}", text)}
    assert {text for text in english if not set(re.findall(r"[A-Za-z]{3,}", text)) <= DATA} == set()


def test_a_language_from_right_to_left_mirrors_the_panels_but_neither_time_nor_place(mirrored):
    assert mirrored.locator("html").get_attribute("dir") == "rtl"
    assert mirrored.page.locator("html").get_attribute("dir") == "rtl"
    assert middle(mirrored, "#legend") < middle(mirrored, "#search")
    assert middle(mirrored, ".track .start") < middle(mirrored, ".track .end")
    west, east = mirrored.evaluate("[0, 20].map((lon) => monitor.map.latLngToContainerPoint([0, lon]).x)")
    assert west < east
    assert mirrored.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("name", ["routes", "countries", "incidents", "changes", "assumptions", "method"])
def test_every_page_can_be_read_from_right_to_left(context, from_right_to_left, name):
    seen = Seen(context.new_page(), from_right_to_left)
    seen.page.goto(f"{seen.url}/{name}?lang=ar")
    expect(seen.page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning", timeout=60_000)
    expect(seen.page.locator("html")).to_have_attribute("dir", "rtl")
    assert seen.page.get_by_test_id("stException").count() == 0
    assert seen.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert seen.complaints == []


def test_a_place_is_called_as_in_the_language_and_found_by_either_name(seen):
    frame = seen.open("?lang=ar")
    field = frame.locator("#search-field")
    for name in ("القاهرة", "cairo"):
        field.fill(name)
        first = frame.locator("#search-list [role=option]").filter(has_text="القاهرة").first
        expect(first.locator(".name")).to_have_text("القاهرة")
        expect(first.locator(".detail")).to_contain_text("Cairo")


def test_a_route_is_named_by_its_ends_in_the_language_and_found_by_either(seen):
    frame = seen.open("?lang=ar")
    shown, own = frame.evaluate(
        """() => {
          const named = /\\p{Script=Arabic}.* – .*\\p{Script=Arabic}/u;
          const found = monitor.shown.corridors.find(({ title }) => named.test(title));
          return [found.title, found.name];
        }"""
    )
    for name in (shown, own):
        frame.locator("#search-field").fill(name)
        routes = frame.locator("#search-list [role=group]").filter(has=frame.locator("#search-routes"))
        expect(routes.locator(".name").filter(has_text=shown).first).to_be_visible()
