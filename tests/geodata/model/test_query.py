"""The View: one question, one spelling, and whatever does not fit is left out and named."""

from datetime import UTC, date, datetime
from urllib.parse import parse_qsl

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.core.errors import WrongValue
from geodata.model.incident import KINDS, MODES
from geodata.model.query import View, require_view

DEGREES = st.floats(-180, 180, allow_nan=False, allow_infinity=False)
LATITUDES = st.tuples(st.floats(-90, 90), st.floats(-90, 90)).map(sorted).filter(lambda pair: pair[0] < pair[1])
VIEWS = st.builds(
    View,
    start=st.none() | st.dates(date(1950, 1, 1), date(2000, 1, 1)),
    end=st.none() | st.dates(date(2000, 1, 2), date(2100, 1, 1)),
    modes=st.lists(st.sampled_from(MODES)),
    kinds=st.lists(st.sampled_from(KINDS)),
    sources=st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)),
    region=st.none() | st.builds(lambda w, e, s: (w, s[0], e, s[1]), DEGREES, DEGREES, LATITUDES),
    resolution=st.none() | st.integers(3, 7),
    area=st.sampled_from(["", "LBY", "LBY,ITA", "Central Mediterranean", "Aegean~1sa.24m.a.0.0.a"]),
    against=st.sampled_from(["", "before", "2022-01:2023-01"]),
)


@given(VIEWS)
def test_a_view_survives_its_own_query_string(view):
    again, notes = View.from_query(parse_qsl(view.query()))
    assert again == view
    assert notes == ()


@given(st.lists(st.tuples(st.sampled_from(["from", "to", "mode", "region", "resolution", "x"]), st.text(max_size=60))))
def test_any_query_string_gives_a_view(items):
    view, _ = View.from_query(items)
    assert View.from_query(parse_qsl(view.query()))[0] == view


def test_what_does_not_fit_is_left_out_and_named():
    items = [("mode", "sea"), ("mode", "teleport"), ("from", "soon"), ("region", "1,2"), ("zoom", "4")]
    view, notes = View.from_query(items)
    assert view == View(modes=("sea",))
    assert notes == ("from='soon' was left out", "mode='teleport' was left out", "region='1,2' was left out")


def test_months_to_compare_with_and_an_area_that_are_none_are_left_out():
    items = [("against", "2023-01:2022-01"), ("against", "2023-13:2024-01"), ("in", "a" * 241)]
    view, notes = View.from_query(items)
    assert view == View()
    assert notes == (f"in='{'a' * 40}' was left out", "against='2023-13:2024-01' was left out")


def test_what_lies_in_an_area_is_not_told_without_the_network():
    with pytest.raises(ValueError, match="told by the network"):
        View(area="LBY").select(pl.DataFrame())
    assert View(area="LBY", modes=("sea",)).everywhere() == View(modes=("sea",))


def test_a_window_that_ends_before_it_starts_is_left_out():
    view, notes = View.from_query([("from", "2024-05"), ("to", "2024-01"), ("mode", "air")])
    assert view == View(modes=("air",))
    assert len(notes) == 1


def test_a_view_selects_by_window_mode_origin_and_a_region_across_180_degrees():
    def row(lon: float, day: int, mode: str, origin: str | None) -> dict[str, object]:
        return {
            "lon": lon,
            "lat": 0.0,
            "time_start": datetime(2024, 1, day, tzinfo=UTC),
            "time_end": datetime(2024, 1, day + 1, tzinfo=UTC),
            "time_precision": "day",
            "mode": mode,
            "kind": "death",
            "source": "s",
            "origins": [{"iso3": origin, "weight": 1.0}] if origin else None,
        }

    rows = [row(179.0, 1, "sea", "SYR"), row(-179.0, 2, "sea", None), row(10.0, 3, "land", "SYR")]
    incidents = pl.DataFrame(rows)
    days = lambda view: view.select(incidents)["time_start"].dt.day().to_list()  # noqa: E731
    assert days(View(region=(170, -5, -170, 5))) == [1, 2]
    assert days(View(start=date(2024, 1, 2), end=date(2024, 1, 3))) == [2]
    assert days(View(modes=("land",))) == [3]
    assert View(start=date(2024, 1, 3)).reached(incidents)["time_start"].dt.day().to_list() == [3]
    longer = incidents.with_columns(time_end=pl.lit(datetime(2024, 1, 3, 12, tzinfo=UTC)))
    assert View(start=date(2024, 1, 3)).reached(longer)["time_start"].dt.day().to_list() == [1, 2, 3]
    assert View(start=date(2024, 1, 4)).reached(longer).is_empty()
    assert days(View(origins=("SYR",))) == [1, 3]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"resolution": 9}, "must be 3 to 7"),
        ({"modes": ["boat"]}, "'boat'"),
        ({"sources": ["a\udcff"]}, "must be text in UTF-8"),
        ({"start": date(2024, 2, 1), "end": date(2024, 1, 1)}, "window: 2024-02-01 to 2024-01-01"),
    ],
)
def test_a_wrong_option_of_the_command_line_is_one_sentence(options, sentence):
    with pytest.raises(WrongValue, match="nothing was computed") as caught:
        require_view(options)
    assert sentence in str(caught.value)
    assert "datetime" not in str(caught.value)
