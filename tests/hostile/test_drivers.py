"""GDAL keeps one driver, so that a file cannot make it open another, even where no seal would stop that."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from geodata.readers.vector import DRIVERS
from tests import samples
from tests.hostile.forge import VRT

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent.parent
START = """
import sys
from pathlib import Path
from geodata.readers import vector as vectors
from geodata.core.errors import UnreadableFile
vectors.prepare(sys.argv[1])
"""
KEPT = """
import pyogrio
print(*pyogrio.list_drivers(), sep=",")
"""
READ = """
try:
    print([batch.to_pylist() for batch in vectors.batches(Path(sys.argv[2]), sys.argv[1])])
except UnreadableFile as error:
    print("refused")
"""


def unsealed(deed, *arguments: object):
    """Do something with GDAL in a process that nothing holds back."""
    command = [sys.executable, "-c", START + deed, *map(str, arguments)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.mark.parametrize("driver", DRIVERS.values())
def test_one_driver_is_kept(driver):
    assert unsealed(KEPT, driver) == driver


@pytest.mark.parametrize("suffix", DRIVERS)
def test_a_virtual_file_in_disguise_opens_nothing(tmp_path, suffix):
    canary = tmp_path / "canary.csv"
    canary.write_text("lon,lat,secret\n1,2,canary\n", encoding="utf-8")
    os.utime(canary, (1, 2))
    disguised = VRT.replace("CANARY", str(canary)).replace("PORT", "9")
    path = tmp_path / f"map{suffix}"
    path.write_bytes(samples.zipped({f"a.{end}": disguised for end in ("shp", "shx", "dbf")}))
    if suffix != ".zip":
        path.write_text(disguised, encoding="utf-8")
    assert unsealed(READ, DRIVERS[suffix], path) == "refused"
    assert canary.stat().st_atime == 1
