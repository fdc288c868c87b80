"""Single incidents for drawing: never finer than they were reported, and no free text among their facts."""

from datetime import UTC, datetime

import numpy as np
import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as some

from geodata.model.incident import MODES, SCHEMA
from geodata.spatial.coastline import EARTH_KM
from layers.payload.hex_tiles import WORLD
from layers.payload.incident_points import LATTICE, facts_of, keys_of, lattice_places, points_of

BYTES = 25


def keyed(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(pl.Series("key", keys_of(frame), dtype=pl.UInt64))


def columns(content: bytes) -> dict[str, np.ndarray]:
    n, found, at = len(content) // BYTES, {}, 0
    places = (("key", "<u8"), ("x", "<i4"), ("y", "<i4"), ("km", "<f4"))
    for name, kind in (*places, ("day", "<u2"), ("last", "<u2"), ("mode", "u1")):
        found[name] = np.frombuffer(content, kind, n, at)
        at += n * np.dtype(kind).itemsize
    assert at == len(content)
    return found


def degrees(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return x / WORLD * 360, np.degrees(np.arctan(np.sinh(-y / WORLD * 2 * np.pi)))


def test_an_incident_is_sent_with_its_place_precision_day_and_mode(incidents):
    frame = keyed(incidents(("2024-03-05", 12.6, 35.5, {"place_precision_km": 1.5}), ("1931-12-31", -70.0, -20.0)))
    sent = columns(points_of(frame))
    lon, lat = degrees(sent["x"], sent["y"])
    assert lon == pytest.approx([12.6, -70.0], abs=0.02)
    assert lat == pytest.approx([35.5, -20.0], abs=0.02)
    assert sent["km"].tolist() == [1.5, 0.0]
    days = np.datetime64("1900-01-01") + sent["day"].astype("timedelta64[D]")
    assert days.astype(str).tolist() == ["2024-03-05", "1931-12-31"]
    assert sent["last"].tolist() == sent["day"].tolist()
    assert [MODES[mode] for mode in sent["mode"]] == ["sea", "sea"]
    assert sent["key"].tolist() == frame["key"].to_list()


def test_an_incident_that_lasts_is_sent_with_its_last_day(incidents):
    end = datetime(2024, 6, 1, tzinfo=UTC)
    lasting, vague = {"time_end": end}, {"time_end": end, "time_precision": "month"}
    ever = {"time_end": datetime(9999, 1, 1, tzinfo=UTC)}
    frame = incidents(
        ("2024-03-05", 12.6, 35.5, lasting), ("2024-05-01", 12.6, 35.5, vague), ("2024-05-01", 12.6, 35.5, ever)
    )
    sent = columns(points_of(keyed(frame)))
    days = np.datetime64("1900-01-01") + sent["last"].astype("timedelta64[D]")
    assert days.astype(str).tolist() == ["2024-05-31", "2024-05-01", "2079-06-06"]


def test_an_incident_without_a_place_is_not_sent(incidents):
    frame = keyed(incidents(("2024-03-05", 12.6, 35.5), ("2024-03-05", 0.0, 0.0, {"lon": None, "lat": None})))
    assert len(points_of(frame)) == BYTES


def test_no_incidents_are_no_bytes(incidents):
    assert points_of(keyed(incidents())) == b""


@given(
    some.floats(-180, 180, exclude_max=True),
    some.floats(-84, 84),
    some.floats(0.1, 2_000),
)
@example(0.0, -84.0, 1047.0)
def test_a_place_lies_within_its_precision_on_a_lattice_that_is_not_finer_than_an_eighth_of_it(lon, lat, km):
    x, y = lattice_places(np.array([lon]), np.array([lat]), np.array([km]))
    units = WORLD / (2 * np.pi * EARTH_KM * np.cos(np.radians(lat)))
    exact = np.array([lon / 360 * WORLD, -np.arcsinh(np.tan(np.radians(lat))) / (2 * np.pi) * WORLD])
    assert np.abs(np.array([x[0], y[0]]) - exact).max() <= max(1.0, km * units / LATTICE / 2 + 1)
    step = int(2 ** np.floor(np.log2(max(km * units / LATTICE, 1))))
    assert step == 1 or step * 2 * LATTICE > km * units
    assert x[0] % step in (0, step - 1)  # the last unit before 180 degrees
    assert y[0] % step == 0


def test_two_reports_of_one_rough_place_are_not_told_apart_by_the_digits_of_their_coordinates(incidents):
    rough = {"place_precision_km": 50.0}
    sent = columns(points_of(keyed(incidents(("2024-03-05", 12.61, 35.51, rough), ("2024-03-05", 12.6, 35.5, rough)))))
    assert len(set(sent["x"].tolist())) == len(set(sent["y"].tolist())) == 1


def test_facts_come_newest_first_and_only_of_those_asked_for(incidents):
    frame = keyed(incidents(*((f"2024-03-0{day}", 12.6, 35.5) for day in (5, 7, 6))))
    asked = frame["key"].to_list()
    assert [facts["time"] for facts in facts_of(frame, asked)] == ["2024-03-07", "2024-03-06", "2024-03-05"]
    assert [facts["id"] for facts in facts_of(frame, asked[:1])] == ["i0"]
    assert facts_of(frame, [1]) == facts_of(frame, []) == []


@pytest.mark.parametrize(
    ("precision", "told"),
    [
        ("instant", "2024-05-01 00:00"),
        ("day", "2024-05-01"),
        ("month", "2024-05"),
        ("quarter", "2024, quarter 2"),
        ("year", "2024"),
    ],
)
def test_a_time_is_told_as_exactly_as_it_is_known(incidents, precision, told):
    frame = keyed(incidents(("2024-05-01", 12.6, 35.5, {"time_precision": precision})))
    assert facts_of(frame, frame["key"].to_list())[0]["time"] == told


def test_no_narrative_and_no_place_in_words_is_among_the_facts(incidents):
    texts = [name for name, kind in SCHEMA.items() if kind == pl.String]
    said = {name: f"text of {name}" for name in texts}
    frame = keyed(
        incidents(("2024-03-05", 12.6, 35.5, said | {"time_precision": "day", "country": "ITA", "mode": "sea"}))
    )
    (facts,) = facts_of(frame, frame["key"].to_list())
    told = {value for value in facts.values() if isinstance(value, str)}
    assert {text for text in told if text.startswith("text of")} == {
        "text of incident_id",
        "text of source",
        "text of kind",
    }
    assert facts["country"] == "Italy"
    assert "lon" not in facts


def test_a_key_is_the_same_at_every_time(incidents):
    assert keys_of(incidents(("2024-03-05", 12.6, 35.5))).tolist() == [0x5D70E176294AE21C]
