"""Do the daily jobs of the dashboard in a browser and count clicks and seconds: ``make bench-jobs``.

Each job starts on the page that its user has before them, on a copy of a workspace: of real files, or of the
demonstration. Counted are presses of the mouse; a text that is typed and a file that is chosen are told apart. Seconds
run from the first press to what is asked for standing on the screen, with nobody thinking in between: they are what the
program takes, not what a person does.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Annotated, Literal

import typer
from playwright.sync_api import Browser, Frame, Locator, Page, expect

from benchmarks.served import browser, served

PATIENCE_MS = 120_000
FRENCH = (
    "Date de l'incident;Latitude;Longitude;Mode;Nombre de personnes\n"
    "13/05/2024;35,42;12,31;Mer;41\n"
    "02/06/2024;27,03;14,43;Terre;12\n"
    "28/06/2024;34,91;11,87;Mer;77\n"
)


@dataclass
class Desk:
    """A page, and what was pressed, typed and chosen on it."""

    page: Page
    url: str
    clicks: int = 0
    typed: int = 0
    files: int = 0
    started: float = field(default=0.0)

    def open(self, path: str = "") -> None:
        """Turn to a page and wait until it stands; nothing of that is counted."""
        self.page.goto(f"{self.url}/{path}")
        if path.partition("?")[0] == "":
            self.map()
        else:
            self.page.get_by_role("tablist").wait_for(timeout=PATIENCE_MS)
        self.page.wait_for_timeout(2000)
        self.clicks = self.typed = self.files = 0
        self.started = perf_counter()

    def map(self) -> Frame:
        """Return the map once it has come to rest."""
        element = self.page.wait_for_selector("iframe[src^='/map']", timeout=PATIENCE_MS)
        frame = element.content_frame() if element else None
        if frame is None:
            raise RuntimeError("there is no map")
        frame.wait_for_selector('#map[aria-busy="false"]', timeout=PATIENCE_MS)
        return frame

    def press(self, what: Locator) -> None:
        """Press the mouse on something."""
        what.click(timeout=PATIENCE_MS)
        self.clicks += 1

    def taken_away(self, role: Literal["button", "link"], name: str) -> str:
        """Take what the menu of downloads offers; return the name of the file."""
        frame = self.map()
        self.press(frame.get_by_label("Download this view"))
        with self.page.expect_download(timeout=PATIENCE_MS) as waiting:
            self.press(frame.get_by_role(role, name=name))
        return str(waiting.value.suggested_filename)

    def type(self, where: Locator, text: str) -> None:
        """Type a text."""
        where.fill(text)
        self.typed += 1


def new_on_a_route(desk: Desk) -> str:
    """Tell what is new on the Central Mediterranean in the last three months."""
    desk.open()
    _in_area(desk, "Central Med", "Central Mediterranean")
    desk.press(desk.page.locator(".st-key-period-menu button").first)
    desk.press(desk.page.get_by_role("button", name="The last 3 whole months"))
    desk.press(desk.page.get_by_role("link", name="Changes"))
    expect(desk.page.locator(".headline")).to_contain_text("compared", timeout=PATIENCE_MS)
    return desk.page.locator(".headline").inner_text()


def import_a_french_table(desk: Desk) -> str:
    """Take in a table with French headers, days first, decimal commas, "Mer" and "Terre"."""
    desk.open("incidents?tab=Import")
    with TemporaryDirectory() as folder:
        file = Path(folder) / "releve.csv"
        file.write_text(FRENCH, encoding="utf-8")
        desk.page.locator("input[type=file]").set_input_files(file)
        desk.files += 1
        button = desk.page.get_by_role("button", name="Import", exact=True)
        expect(button).to_be_enabled(timeout=PATIENCE_MS)
        desk.press(button)
        expect(desk.page.get_by_text("was imported as")).to_be_visible(timeout=PATIENCE_MS)
    return desk.page.get_by_text("was imported as").inner_text()


def corridors_for_qgis(desk: Desk) -> str:
    """Take the corridors from Libya to Italy in 2024 away for QGIS."""
    desk.open("?from=2024-01-01&to=2025-01-01")
    _in_area(desk, "Libya – Italy", "Libya – Italy")
    return desk.taken_away("link", "GeoPackage")


def show_to_somebody(desk: Desk) -> str:
    """Show exactly this view to somebody next week."""
    desk.open("?mode=sea")
    frame = desk.map()
    desk.press(frame.locator("#actions").get_by_label("Share this view"))
    dialog = frame.get_by_role("dialog", name="Share this view")
    desk.press(dialog.get_by_role("button", name="Make the link"))
    link = dialog.get_by_label("Link")
    link.wait_for(timeout=PATIENCE_MS)
    return link.input_value().rpartition("/")[0] + "/..."


def evidence_of_a_route(desk: Desk) -> str:
    """Look at the incidents for which a route exists, on the map."""
    desk.open()
    frame = desk.map()
    desk.press(frame.locator("#ranking li button").first)
    expect(frame.locator("#card h2")).to_be_visible(timeout=PATIENCE_MS)
    for _ in range(400):
        if frame.evaluate("monitor.evidence.points !== null"):
            return frame.locator("#card h2").inner_text()
        desk.page.wait_for_timeout(25)
    raise RuntimeError("its incidents were never lit")


def picture_for_a_slide(desk: Desk) -> str:
    """Put this map on a slide, with its credits."""
    desk.open()
    return desk.taken_away("button", "Picture (PNG)")


def undo_an_import(desk: Desk) -> str:
    """Undo the import of just now."""
    desk.open()
    desk.press(desk.page.get_by_role("link", name="Data"))
    desk.press(desk.page.get_by_role("tab", name="History"))
    table = desk.page.get_by_test_id("stDataFrame").first
    table.click(position={"x": 15, "y": 52}, timeout=PATIENCE_MS)
    desk.clicks += 1
    desk.press(desk.page.get_by_role("button", name="Undo this import"))
    desk.press(desk.page.get_by_role("button", name="Take it back"))
    expect(desk.page.get_by_text("was undone")).to_be_visible(timeout=PATIENCE_MS)
    return desk.page.get_by_text("was undone").inner_text()


def watch_an_area(desk: Desk) -> str:
    """Watch the Eastern Mediterranean, and be told when something changes."""
    desk.open()
    _in_area(desk, "Eastern Med", "Eastern Mediterranean")
    frame = desk.map()
    desk.press(frame.locator("#actions").get_by_label("Watch-lists"))
    dialog = frame.get_by_role("dialog", name="Watch-lists")
    desk.press(dialog.get_by_role("button", name="Watch this"))
    row = dialog.locator(".row").first
    row.wait_for(timeout=PATIENCE_MS)
    return row.inner_text().replace("\n", " ")[:100]


def _in_area(desk: Desk, text: str, name: str) -> None:
    """Ask for an area by its name."""
    field = desk.page.locator(".st-key-filter-bar").get_by_role("combobox", name="Area")
    desk.press(field)
    desk.type(field, text)
    desk.press(desk.page.get_by_role("option", name=name).first)
    desk.page.wait_for_url("**in=**")
    desk.map()


JOBS: tuple[Callable[[Desk], str], ...] = (
    new_on_a_route,
    import_a_french_table,
    corridors_for_qgis,
    show_to_somebody,
    evidence_of_a_route,
    picture_for_a_slide,
    undo_an_import,
    watch_an_area,
)


@contextmanager
def _desk(chromium: Browser, url: str) -> Iterator[Desk]:
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB", accept_downloads=True)
    try:
        yield Desk(context.new_page(), url)
    finally:
        context.close()


def main(
    home: Annotated[Path, typer.Argument(help="A workspace; a copy of it is worked on.", exists=True)],
    runs: Annotated[int, typer.Option(help="How often each job is done; the median is told.", min=1)] = 3,
) -> None:
    """Do each job some times and print what it takes."""
    with TemporaryDirectory() as folder, browser() as chromium:
        copy = Path(folder) / "workspace"
        shutil.copytree(home, copy)
        with served(copy) as url:
            print(f"{'job':70s} clicks typed files seconds  result")
            for job in JOBS:
                taken = []
                for _ in range(1 if job in (import_a_french_table, undo_an_import) else runs):
                    with _desk(chromium, url) as desk:
                        result = job(desk)
                        taken.append(perf_counter() - desk.started)
                seconds = sorted(taken)[len(taken) // 2]
                words = (job.__doc__ or "").strip()
                print(f"{words:70s} {desk.clicks:6d} {desk.typed:5d} {desk.files:5d} {seconds:7.1f}  {result}")
                sys.stdout.flush()


if __name__ == "__main__":
    typer.run(main)
