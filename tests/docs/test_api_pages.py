"""The pages of the public API are made, name every function and load nothing; examples in docstrings are true."""

import doctest
import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

import geodata
import layers
import routes

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_the_pages_of_the_api_name_every_public_function_and_load_nothing(tmp_path):
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "-b", "html", "docs/api", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    public = {*routes.__all__, *geodata.__all__, *layers.__all__} - {"__version__"}
    assert {name for name in public if f">{name}<" not in page} == set()
    assert not re.findall(r'<(?:script|link|img)[^>]+(?:src|href)="https?:', page)


def with_examples() -> list[str]:
    folders = ("geodata", "routes", "layers", "pages", "desk")
    files = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    found = [path for path in files if ">>>" in path.read_text(encoding="utf-8")]
    return sorted(".".join(path.relative_to(ROOT).with_suffix("").parts) for path in found)


@pytest.mark.parametrize("module", with_examples())
def test_examples_in_docstrings_are_true(module):
    assert doctest.testmod(importlib.import_module(module)).failed == 0
