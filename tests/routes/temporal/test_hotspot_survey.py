"""Over time: hexes in which incidents gather are told from the rest."""

from datetime import UTC, datetime

import polars as pl

from routes.temporal.hotspot_survey import hot_spots, spots_collection, whole_months
from routes.temporal.time_windows import Window

YEARS = Window.of("2021-01:2024-01")


def monthly(places: list[tuple[float, float]], each: int) -> pl.DataFrame:
    """Return incidents at each (lon, lat), so many in every month of three years."""
    rows = [
        (lon, lat, datetime(year, month, 1 + number, tzinfo=UTC), "sea")
        for lon, lat in places
        for year in (2021, 2022, 2023)
        for month in range(1, 13)
        for number in range(each)
    ]
    return pl.DataFrame(rows, schema=["lon", "lat", "time_start", "mode"], orient="row")


def test_a_hex_that_is_hot_in_every_month_is_a_persistent_hot_spot():
    scattered = [(12.0 + lon, 33.0 + lat) for lon in range(8) for lat in range(4)]
    found = hot_spots(pl.concat([monthly(scattered, 1), monthly([(12.5, 35.5)], 20)]), YEARS)
    told = spots_collection(found, YEARS)["features"]
    assert {feature["properties"]["class"] for feature in told} == {"persistent hot spot"}
    months = [(feature["properties"]["months_hot"], feature["properties"]["months_cold"]) for feature in told]
    assert set(months) == {(36, 0)}
    lons = [lon for feature in told for lon, _ in feature["geometry"]["coordinates"][0]]
    assert min(lons) < 12.5 < max(lons)
    assert len(told) < len(found.cells) / 3


def test_a_window_without_incidents_has_no_spots():
    found = hot_spots(monthly([(12.5, 35.5)], 1), Window.of("2010-01:2011-01"))
    assert spots_collection(found, YEARS)["features"] == []


def test_the_months_run_from_the_first_incident_to_before_the_last_which_may_not_be_over():
    incidents = monthly([(12.5, 35.5)], 1)
    assert whole_months(incidents) == Window.of("2021-01:2023-12")
    assert whole_months(incidents, 12) == Window.of("2022-12:2023-12")
    assert whole_months(incidents.clear()) is None
    assert whole_months(incidents.head(1)) is None
