"""Pages run without a browser, for the tests of every page."""

from pathlib import Path

from streamlit.testing.v1 import AppTest

PAGES = Path(__file__).parent.parent / "pages"


def opened(name: str, **address: str) -> AppTest:
    """Run a page, "countries.py", as if its address held these; it may not fail."""
    page = AppTest.from_file(str(PAGES / name), default_timeout=120)
    for key, value in address.items():
        page.query_params[key] = value
    page.run()
    assert not page.exception
    return page


def texts(page: AppTest) -> str:
    """Return what a page says in HTML of ours."""
    return "\n".join(element.proto.body for element in page.get("html"))
