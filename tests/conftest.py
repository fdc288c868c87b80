"""What every test may use: a workspace of its own, and the real incident files where they stand beside the checkout."""

from pathlib import Path

import pytest

REAL_FILES = Path(__file__).parent.parent.parent / "shared" / "data"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "workspace"


@pytest.fixture
def real_files() -> Path:
    if not REAL_FILES.is_dir():
        pytest.skip("the real incident files are not beside this checkout")
    return REAL_FILES
