"""The real editions of the IOM Missing Migrants Project, where they are at hand."""

import polars as pl
import pytest

from geodata.ingest.pipeline import ingest_file
from geodata.ledger.store import Ledger

EDITIONS = {
    "alldata_2022-05.xlsx": ("iom-2022", 10_606, 10_563),
    "alldata_2024-11.xlsx": ("iom-2024", 17_474, 17_000),
    "api_2014.json": ("iom-api", 535, 520),
    "api_2021.json": ("iom-api", 1_920, 1_850),
    "web_export_2024-04.csv": ("iom-website", 535, 520),
}


@pytest.mark.slow
@pytest.mark.parametrize("edition", EDITIONS)
def test_each_edition_is_recognised_and_nearly_all_of_it_is_kept(real_files, home, edition):
    profile, read, at_least = EDITIONS[edition]
    batch = ingest_file(real_files / "iom_missing_migrants" / edition, Ledger(home)).batch
    assert (batch.profile, batch.read) == (profile, read)
    assert batch.kept >= at_least
    assert batch.kept + batch.refused + batch.duplicates == read


@pytest.mark.slow
def test_the_2022_edition_has_modes_with_reasons_countries_and_cells(real_files, home):
    ingest_file(real_files / "iom_missing_migrants" / "alldata_2022-05.xlsx", Ledger(home))
    incidents = Ledger(home).incidents()
    by_label = {"Central Mediterranean": "sea", "Sahara Desert crossing": "land", "English Channel to the UK": "sea"}
    for label, mode in by_label.items():
        modes = incidents.filter(pl.col("route_label") == label)["mode"]
        assert (modes == mode).mean() > 0.8
    assert incidents["mode_reason"].null_count() == 0
    assert incidents["cell"].null_count() == 0
    assert incidents.filter(pl.col("mode") == "air").height >= 5
    assert set(
        incidents.filter(pl.col("route_label") == "US-Mexico border crossing")["country"].drop_nulls().unique()
    ) <= {
        "USA",
        "MEX",
        "GTM",
        "BLZ",
        "HND",
    }
