"""Every page looks as it did when somebody last looked at it: in both themes, on a laptop, a wall and a phone.

Pictures are compared coarsely, so that another font or another version of the browser changes nothing; a panel that is
gone, lies elsewhere or has another colour does. ``pytest tests/browser/test_pictures.py -m browser --new-pictures``
keeps new ones; look at each before it is committed.
"""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Seen

KEPT = Path(__file__).parent / "pictures"
SIZES = {"laptop": (1440, 900), "wall": (2560, 1440), "phone": (390, 844)}
COARSE = 8
"""Pixels of a page to one of a picture, in each direction."""
APART = 26
"""Of 255: two places differ if any of their colours does by more."""
MOST = 0.02
"""Share of a picture that may differ."""
PAGES = ("", "routes", "countries", "incidents", "changes", "assumptions", "method")
OFTEN = ("", "routes")


@pytest.fixture(scope="module")
def viewer(chromium: Browser, dashboard: str):
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    context.set_default_timeout(30_000)
    yield Seen(context.new_page(), dashboard)
    context.close()


def still(viewer: Seen, name: str) -> None:
    """Open a page and wait until nothing moves there any more."""
    if not name:
        # How long ago the last batch came in takes one line or two, by how long the suite has been running.
        viewer.open("?lat=34&lon=15&z=4.5").evaluate("document.querySelector('.fresh').style.display = 'none'")
        return
    viewer.page.goto(f"{viewer.url}/{name}")
    viewer.page.wait_for_selector("[data-testid=stMainBlockContainer] .stamp", state="attached", timeout=60_000)
    expect(viewer.page.get_by_test_id("stSpinner")).to_have_count(0, timeout=60_000)


def coarse(page: Page) -> Image.Image:
    whole = Image.open(io.BytesIO(page.screenshot(animations="disabled", caret="hide"))).convert("RGB")
    return whole.resize((whole.width // COARSE, whole.height // COARSE), Image.Resampling.BOX)


def apart(one: Image.Image, other: Image.Image) -> float:
    """Return the share of places at which two pictures differ; all of it where their sizes do."""
    if one.size != other.size:
        return 1.0
    difference = np.abs(np.asarray(one, np.int16) - np.asarray(other, np.int16)).max(axis=2)
    return float((difference > APART).mean())


@pytest.mark.parametrize(
    "name", [name if name in OFTEN else pytest.param(name, marks=pytest.mark.long) for name in PAGES]
)
def test_a_page_looks_as_it_did(viewer, name, request):
    still(viewer, name)
    found = {}
    for size, (width, height) in SIZES.items():
        viewer.page.set_viewport_size({"width": width, "height": height})
        for scheme in ("light", "dark"):
            viewer.page.emulate_media(color_scheme=scheme)
            viewer.page.wait_for_timeout(1200)
            assert viewer.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{size} is too narrow"
            file = KEPT / f"{name or 'monitor'}-{size}-{scheme}.png"
            picture = coarse(viewer.page)
            if request.config.getoption("--new-pictures"):
                picture.save(file, optimize=True)
            found[file.stem] = apart(picture, Image.open(file).convert("RGB"))
    viewer.page.emulate_media(color_scheme="light")
    assert {stem: share for stem, share in found.items() if share > MOST} == {}
