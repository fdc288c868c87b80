"""Whatever bytes a file holds, a reader refuses it in one sentence or reads it: random bytes, and bent good files."""

import json
import random
import select
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geodata.core.errors import RoutesError
from geodata.readers.dispatch import read_file
from geodata.readers.reader_server import ENVIRONMENT
from tests import samples
from tests.hostile import forge

ROOT = Path(__file__).parent.parent.parent
FEW, QUICK, FULL = 60, 200, 10_000
READERS = {
    "delimited": {".csv": (), ".tsv": ()},
    "json_documents": {".json": ("document",), ".geojson": ("document",), ".ndjson": ("lines",)},
    "kml": {".kml": (), ".kmz": ()},
    "spreadsheet": {".xlsx": (), ".ods": ()},
    "parquet": {".parquet": (), ".geoparquet": ()},
    "vector": {".gpkg": ("GPKG",), ".fgb": ("FlatGeobuf",), ".zip": ("ESRI Shapefile",)},
}
"""Reader -> ending -> options of the reader."""
LONGEST = 10
RENEWED = 4000
"""Files after which a sealed process is started anew."""


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    return samples.every(tmp_path_factory.mktemp("made"))


def contents(good, suffixes):
    """Return a strategy of (ending, content)."""

    def of(suffix: str) -> st.SearchStrategy:
        chance = st.integers(0, 2**32).map(random.Random)
        noise = chance.map(lambda lot: forge.MAGIC[suffix] + lot.randbytes(lot.randrange(400)))
        once = chance.map(lambda lot: forge.bent(good[suffix], lot))
        often = chance.map(lambda lot: forge.bent(forge.bent(forge.bent(good[suffix], lot), lot), lot))
        return st.tuples(st.just(suffix), st.one_of(st.binary(max_size=100), noise, once, often))

    return st.one_of([of(suffix) for suffix in suffixes])


def holds(check, strategy, examples):
    """Check a property over so many examples, the same ones every time."""
    settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )(given(strategy)(check))()


def read_or_refused(folder, good, reader, examples):
    def check(made: tuple[str, bytes]) -> None:
        suffix, content = made
        path = folder / f"any{suffix}"
        path.write_bytes(content)
        said = "."
        try:
            for chunk in read_file(path).chunks:
                assert chunk.table.columns[-1] == "_row"
        except RoutesError as error:
            said = str(error)
        assert said.endswith(".")
        assert "\n" not in said

    holds(check, contents(good, READERS[reader]), examples)


class Worker:
    """A sealed process that reads its file whenever it is asked, started anew when it died or is old."""

    def __init__(self, reader: str, path: Path, options: tuple[str, ...]) -> None:
        self.command = [sys.executable, "-m", "tests.hostile.worker", reader, str(path), *options]
        self.path, self.process, self.asked = path, None, 0

    def ask(self, content):
        """Return what came of reading this content; ``broke off`` if the process died of it."""
        self.path.write_bytes(content)
        if self.process is None or self.asked >= RENEWED:
            self.close()
            self.process = subprocess.Popen(
                self.command,
                cwd=ROOT,
                env=ENVIRONMENT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
            self.asked = 0
        self.asked += 1
        self.process.stdin.write(b"\n")
        self.process.stdin.flush()
        ready, _, _ = select.select([self.process.stdout], [], [], LONGEST)
        assert ready, f"{len(content)} bytes took more than {LONGEST} s"
        line = self.process.stdout.readline()
        if not line:
            self.close()
            return "refused", "broke off"
        return json.loads(line)

    def close(self):
        """End the process."""
        if self.process is not None:
            self.process.kill()
            self.process.communicate()
            self.process = None


def read_or_refused_when_sealed(folder, good, reader, examples):
    workers = {}
    for suffix, options in READERS[reader].items():
        path = folder / f"any{suffix}"
        path.write_bytes(good[suffix])
        workers[suffix] = Worker(reader, path, options)
        came, said = workers[suffix].ask(good[suffix])
        assert (came, said) == ("read", "3 rows")

    def check(made: tuple[str, bytes]) -> None:
        suffix, content = made
        came, said = workers[suffix].ask(content)
        assert came in ("read", "refused"), said

    try:
        holds(check, contents(good, READERS[reader]), examples)
    finally:
        for worker in workers.values():
            with closing(worker):
                pass


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.slow
def test_any_bytes_are_read_or_refused_in_one_sentence(tmp_path, good, reader):
    read_or_refused(tmp_path, good, reader, FEW)


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.slow
def test_any_bytes_are_read_or_refused_within_one_seal(tmp_path, good, reader):
    read_or_refused_when_sealed(tmp_path, good, reader, QUICK)


@pytest.mark.long
@pytest.mark.parametrize("reader", READERS)
def test_ten_thousand_contents_are_read_or_refused_within_one_seal(tmp_path, good, reader):
    read_or_refused_when_sealed(tmp_path, good, reader, FULL)
