"""Pictures of the product as it is: ``make docs`` draws the demonstration's into ``docs/pictures``.

``python -m docs.pictures --home DIR --out DIR`` draws the same views of any workspace, for whoever wants to look at
real data. Each picture is a screenshot of the served product.
"""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from playwright.sync_api import Browser

from benchmarks.served import browser, served
from geodata.ingest.pipeline import ingest_file
from geodata.ledger.store import Ledger
from geodata.workspace.demo_data import demo_file

HERE = Path(__file__).parent / "pictures"
LAST_DAY = date(2026, 11, 24)
SIZES = {"laptop": (1440, 900), "wall": (2560, 1440)}
DASHBOARD = {"monitor": "", "method": "method"}
REGIONS = {
    "mediterranean": "lat=37&lon=15&z=5",
    "sahara": "lat=22&lon=10&z=5",
    "atlantic": "lat=22&lon=-16&z=5.25",
    "balkans": "lat=43&lon=21&z=6",
    "channel": "lat=50.7&lon=2&z=8",
    "us-mexico": "lat=29&lon=-107&z=5.25",
    "horn-and-gulf": "lat=14&lon=45&z=5",
    "south-east-asia": "lat=12&lon=97&z=5",
}


def drawn(chromium: Browser, url: str, path: Path, size: tuple[int, int], theme: str) -> None:
    """Take a picture of a page once nothing moves any more.

    Parameters
    ----------
    size : (width, height), pixels
    theme : str
        light or dark.
    """
    page = chromium.new_page(
        viewport={"width": size[0], "height": size[1]}, color_scheme="dark" if theme == "dark" else "light"
    )
    page.goto(url)
    page.wait_for_load_state("load")
    embedded = page.query_selector("iframe[src^='/map']")
    frame = embedded.content_frame() if embedded else page
    if embedded or "/map" in url:
        frame.wait_for_selector('#map[aria-busy="false"][data-unsure="false"]', timeout=120_000)
    page.wait_for_timeout(800)
    page.screenshot(path=path)
    page.close()


def main(
    home: Annotated[Path | None, typer.Option(help="Workspace to draw [default: the demonstration].")] = None,
    out: Annotated[Path, typer.Option(help="Folder for the pictures.")] = HERE,
    regions: Annotated[bool, typer.Option(help="Draw every region instead of every page.")] = False,
) -> None:
    """Draw every page at both sizes and in both themes, or the map over every region."""
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, browser() as chromium:
        shown = home or Path(folder)
        if home is None:
            with demo_file(20_000, 1, LAST_DAY) as file:
                ingest_file(file, Ledger(shown))
        with served(shown) as url:
            if regions:
                for name, place in REGIONS.items():
                    view = f"{place}&from=2000-01&to=2030-01"
                    drawn(chromium, f"{url}/map?{view}", out / f"{name}.png", SIZES["laptop"], "light")
                return
            for size, pixels in SIZES.items():
                for theme in ("light", "dark"):
                    for page, path in DASHBOARD.items():
                        drawn(chromium, f"{url}/{path}", out / f"{page}-{size}-{theme}.png", pixels, theme)


if __name__ == "__main__":
    typer.run(main)
