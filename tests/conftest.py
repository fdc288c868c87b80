"""What every test may use: a workspace of its own, and the real incident files where they stand beside the checkout."""

from datetime import date
from pathlib import Path

import pytest

from geodata.demo import demo_file
from geodata.ingest import ingest_file
from geodata.ledger import Ledger

REAL_FILES = Path(__file__).parent.parent.parent / "shared" / "data"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--new-pictures", action="store_true", help="Keep the pictures of pages as they are now.")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "workspace"


@pytest.fixture(scope="session")
def synthetic_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a workspace of some 1,500 synthetic incidents, to read and not to write."""
    home = tmp_path_factory.mktemp("synthetic") / "workspace"
    with demo_file(1500, 3, date(2026, 11, 24)) as file:
        ingest_file(file, Ledger(home))
    return home


@pytest.fixture
def real_files() -> Path:
    if not REAL_FILES.is_dir():
        pytest.skip("the real incident files are not beside this checkout")
    return REAL_FILES
