"""A file stands whole under its name or not at all, and what fails leaves nothing behind."""

import resource
import subprocess
import sys
from pathlib import Path

import pytest

from geodata.core.atomic_write import handed_over, whole
from geodata.core.errors import WrongValue

ROOT = Path(__file__).parent.parent.parent.parent
WRITES = """
import sys
from pathlib import Path
import polars as pl
from geodata.core.errors import WrongValue
from geodata.core.atomic_write import handed_over
table = pl.DataFrame({"number": range(50_000)}).with_columns(pl.col("number").hash().cast(pl.String).alias("text"))
path = Path(sys.argv[1])
try:
    with handed_over(path) as part:
        table.write_csv(part) if path.suffix == ".csv" else table.write_parquet(part)
except WrongValue as error:
    print(error)
"""
"""A program of its own, as the limit on files also binds what the tests themselves write."""


def ten_kilobytes() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))


def test_what_is_written_takes_the_place_of_what_stood(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("before", encoding="utf-8")
    with whole(path) as part:
        part.write_text("after", encoding="utf-8")
        assert path.read_text(encoding="utf-8") == "before"
    assert path.read_text(encoding="utf-8") == "after"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_what_fails_leaves_the_earlier_file_and_nothing_else(tmp_path, error):
    path = tmp_path / "a.txt"
    path.write_text("before", encoding="utf-8")

    def failing() -> None:
        with whole(path) as part:
            part.write_text("half", encoding="utf-8")
            raise error

    with pytest.raises(error):
        failing()
    assert path.read_text(encoding="utf-8") == "before"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_full_disk_is_one_sentence_also_where_a_library_words_it_otherwise(tmp_path, ending):
    command = [sys.executable, "-c", WRITES, str(tmp_path / f"a.{ending}")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, preexec_fn=ten_kilobytes)
    assert done.returncode == 0, done.stderr
    assert "it cannot be written (File too large)" in done.stdout
    assert len(done.stdout.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_a_missing_folder_is_one_sentence(tmp_path: Path):
    with pytest.raises(WrongValue, match="the folder must exist"), handed_over(tmp_path / "no" / "a.txt") as part:
        part.write_text("x", encoding="utf-8")
