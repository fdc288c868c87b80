"""What every test may use: a workspace of its own, and the real incident files where they stand beside the checkout."""

import os
from functools import partial
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp

import pytest
from hypothesis import settings

from tests.workspaces import SHELF, demonstration

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
REAL_FILES = Path(__file__).parent.parent.parent / "shared" / "data"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--new-pictures", action="store_true", help="Keep the pictures of pages as they are now.")
    parser.addoption(
        "--state", choices=("sqlite", "postgresql"), default="sqlite", help="Where the desk keeps its tables."
    )


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):  # the processes that it starts see what it sees
        os.environ[SHELF] = mkdtemp(prefix="demonstrations-")
        config.add_cleanup(partial(rmtree, os.environ[SHELF], ignore_errors=True))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "workspace"


@pytest.fixture(scope="session")
def synthetic_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a workspace of some 1,500 synthetic incidents with their network, to read and not to write."""
    return demonstration(tmp_path_factory.mktemp("synthetic") / "workspace", 1500, 3)


@pytest.fixture
def real_files() -> Path:
    if not REAL_FILES.is_dir():
        pytest.skip("the real incident files are not beside this checkout")
    return REAL_FILES
