"""The API for notebooks: GeoDataFrames of any CRS in, GeoDataFrames in degrees out, and errors that say what to do."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

import routes
from geodata.core.errors import UnknownColumns, WrongValue
from routes.api import _incidents
from routes.core.corridor import METHOD_VERSION


@pytest.fixture(scope="module")
def incidents() -> gpd.GeoDataFrame:
    """Return 400 incidents along a road in the Sahara over two years, the second with three times as many."""
    random = np.random.default_rng(3)
    part = random.random(400)
    lon, lat = 8 + 6 * part + random.normal(0, 0.05, 400), 17 + 10 * part + random.normal(0, 0.05, 400)
    days = np.r_[random.integers(0, 365, 100), random.integers(365, 730, 300)]
    frame = pd.DataFrame(
        {"when": pd.Timestamp("2022-01-01") + pd.to_timedelta(days, "D"), "way": ["Land", "land "] * 200}
    )
    return gpd.GeoDataFrame(frame, geometry=gpd.points_from_xy(lon, lat), crs=4326)


@pytest.fixture(scope="module")
def found(incidents) -> gpd.GeoDataFrame:
    return routes.find_routes(incidents, time="when", mode="way", replicates=0)


def test_the_road_is_found_and_most_incidents_are_assigned_to_it(incidents, found):
    assert found.crs.to_epsg() == 4326
    road = found.iloc[found["incidents"].argmax()]
    assert road["mode"] == "land"
    members = routes.assign(incidents.rename(columns={"way": "mode"}), found)
    assert list(members.index) == list(incidents.index)
    assert members["corridor_id"].notna().mean() > 0.95
    assert members["corridor_id"].value_counts().to_dict() == dict(
        found.loc[found["incidents"] > 0, ["corridor_id", "incidents"]].itertuples(index=False)
    )


def test_another_crs_gives_the_same_routes(incidents, found):
    metres = routes.find_routes(incidents.to_crs(3857), time="when", mode="way", replicates=0)
    assert metres["corridor_id"].to_list() == found["corridor_id"].to_list()
    assert metres["incidents"].to_list() == found["incidents"].to_list()


def test_two_years_are_compared(incidents):
    told = routes.compare(
        incidents, before=("2022-01", "2023-01"), after=("2023-01", "2024-01"), time="when", mode="way"
    )
    most = told.iloc[told["after"].argmax()]
    assert told["before"].sum() <= 100
    assert most["verdict"] in ("growing", "born")


def test_routes_by_other_parameters_say_so(incidents, found):
    assert found.attrs["method_version"] == METHOD_VERSION
    params = routes.NetworkParams.changed({"ridges.strokes.reach_bandwidths": 1.0, "membership.traced_reach_km": 8.0})
    others = routes.find_routes(incidents, time="when", mode="way", replicates=0, params=params)
    assert others.attrs["method_version"] == f"{METHOD_VERSION}{params.suffix}"
    assert others["incidents"].sum() < found["incidents"].sum()
    members = routes.assign(incidents, others, mode="way", params=params)
    assert members["corridor_id"].notna().sum() == others["incidents"].sum()
    windows = {"before": ("2022-01", "2023-01"), "after": ("2023-01", "2024-01")}
    told = routes.compare(incidents, **windows, time="when", mode="way", params=params)
    assert told.attrs["method_version"] == others.attrs["method_version"]


def test_a_parameter_out_of_range_is_refused():
    with pytest.raises(WrongValue, match="one_way is 2; it is a finite number from 0 to 1; nothing was computed"):
        routes.NetworkParams.changed({"segments.one_way": 2})


def test_hot_spots_are_hexes_in_degrees(incidents):
    told = routes.hotspots(incidents, time="when")
    assert told.crs.to_epsg() == 4326
    assert {"cell", "class"} <= set(told.columns)
    with pytest.raises(WrongValue, match="H3 resolution from 3 to 7"):
        routes.hotspots(incidents, time="when", resolution=12)


def test_what_is_missing_is_said_with_what_to_do(incidents):
    with pytest.raises(UnknownColumns, match="there is no column 'date' among when, way"):
        routes.find_routes(incidents, mode="way")
    with pytest.raises(WrongValue, match="set_crs"):
        routes.find_routes(
            gpd.GeoDataFrame(incidents.drop(columns="geometry"), geometry=incidents.geometry.to_numpy()),
            time="when",
            mode="way",
        )
    areas = incidents.set_geometry(incidents.to_crs(3857).buffer(10).to_crs(4326))
    with pytest.raises(WrongValue, match="an incident lies at a point"):
        routes.find_routes(areas, time="when", mode="way")
    with pytest.raises(AttributeError):
        routes.nothing  # noqa: B018


def test_times_with_a_zone_are_taken_in_utc_and_what_is_no_time_is_none():
    times = pd.Series(pd.to_datetime(["2024-05-01 01:30", "2024-05-01 03:00", None])).dt.tz_localize("Europe/Rome")
    frame = gpd.GeoDataFrame({"when": times}, geometry=gpd.points_from_xy([12.6] * 3, [35.5] * 3), crs=4326)
    told = _incidents(frame, time="when", mode=None)["time_start"]
    assert told.dt.strftime("%Y-%m-%d %H:%M").to_list() == ["2024-04-30 23:30", "2024-05-01 01:00", None]
