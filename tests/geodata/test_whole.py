"""A file stands whole under its name or not at all, and what fails leaves nothing behind."""

import resource
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from geodata.errors import WrongValue
from geodata.whole import handed_over, whole

TABLE = pl.DataFrame({"number": range(50_000)}).with_columns(pl.col("number").hash().cast(pl.String).alias("text"))


@pytest.fixture
def full_disk() -> Iterator[None]:
    """Let no file grow beyond 10 kB."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


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


@pytest.mark.usefixtures("full_disk")
@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_full_disk_is_one_sentence_also_where_a_library_words_it_otherwise(tmp_path, ending):
    def written() -> None:
        with handed_over(tmp_path / f"a.{ending}") as part:
            TABLE.write_csv(part) if ending == "csv" else TABLE.write_parquet(part)

    with pytest.raises(WrongValue, match=r"cannot be written .*nothing was written\.$"):
        written()
    assert list(tmp_path.iterdir()) == []


def test_a_missing_folder_is_one_sentence(tmp_path: Path):
    with pytest.raises(WrongValue, match="the folder must exist"), handed_over(tmp_path / "no" / "a.txt") as part:
        part.write_text("x", encoding="utf-8")
