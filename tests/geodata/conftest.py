"""What tests of several rooms of geodata begin from."""

from pathlib import Path

import pytest

from geodata.ingest.pipeline import ingest_file
from geodata.ledger.store import Ledger


@pytest.fixture
def one_event_of_two_sources(tmp_path: Path, home: Path) -> Ledger:
    """Return a ledger of one event from two sources (alpha/1, beta/9), and another incident (alpha/2)."""
    file = tmp_path / "reports.csv"
    file.write_text(
        "source,id,date,lat,lon,mode,kind,dead\n"
        "alpha,1,2024-05-03,35.5,12.6,sea,death,15\n"
        "beta,9,2024-05-03,35.51,12.61,sea,death,15\n"
        "alpha,2,2024-06-04,17.0,8.0,land,death,2\n",
        encoding="utf-8",
    )
    found = Ledger(home)
    ingest_file(file, found)
    return found
