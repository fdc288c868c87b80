"""Times are read as they are written, never finer; the order of day and month is stated or told, never guessed."""

from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geodata.parsing.date_inference import guessed_forms
from geodata.parsing.dates import with_times

TEXT = dict.fromkeys(("time", "time_end", "clock", "time_precision_stated", "year", "month", "day"), pl.String)


def rows(*times: str | None, end: str | None = None, year: str | None = None, month: str | None = None) -> pl.DataFrame:
    return pl.DataFrame([(time, end, None, None, year, month, None) for time in times], schema=TEXT, orient="row")


def window(frame: pl.DataFrame, *forms: str) -> tuple[str | None, str | None, str | None]:
    start, end, precision = with_times(frame, forms).select("_start", "_end", "time_precision").row(0)
    return (start and start.isoformat()[:19], end and end.isoformat()[:19], precision)


DAY = ("2024-05-03T00:00:00", "2024-05-04T00:00:00", "day")
INSTANT = ("2024-05-03T14:30:00", "2024-05-03T14:30:00", "instant")
MONTH = ("2021-05-01T00:00:00", "2021-06-01T00:00:00", "month")
QUARTER = ("2021-04-01T00:00:00", "2021-07-01T00:00:00", "quarter")
YEAR = ("2021-01-01T00:00:00", "2022-01-01T00:00:00", "year")
UNREAD = (None, None, None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-05-03", DAY),
        (" 2024/05/03 ", DAY),
        ("03.05.2024", DAY),
        ("20240503", DAY),
        ("2024-05-03T00:00:00", DAY),
        ("2024-05-03 12:00:00", DAY),
        ("2024-05-03T12:00:00Z", DAY),
        ("45415", DAY),
        ("1714694400", DAY),
        ("2024-05-03 06:00:00", ("2024-05-03T06:00:00", "2024-05-03T06:00:00", "instant")),
        ("2024-05-03 18:00:00", ("2024-05-03T18:00:00", "2024-05-03T18:00:00", "instant")),
        ("2024-05-03 14:30", INSTANT),
        ("2024-05-03T14:30:00.000", INSTANT),
        ("2024-05-03T14:30:00Z", INSTANT),
        ("2024-05-03T16:30:00+02:00", INSTANT),
        ("2024-05-03 16:30:00+0200", INSTANT),
        ("20240503T143000Z", INSTANT),
        ("45415.604166666664", INSTANT),
        ("1714746600", INSTANT),
        ("1714746600000", INSTANT),
        ("3 May 2024", DAY),
        ("3rd of May, 2024", DAY),
        ("May 3, 2024", DAY),
        ("Friday, 3 May 2024", DAY),
        ("vendredi 3 mai 2024", DAY),
        ("3 de mayo de 2024", DAY),
        ("3 maggio 2024", DAY),
        ("3. Mai 2024", DAY),
        ("2024-May-03", DAY),
        ("May 3, 2024 14:30", INSTANT),
        ("May 2021", MONTH),
        ("mayo de 2021", MONTH),
        ("2021-05", MONTH),
        ("05/2021", MONTH),
        ("2021 May", MONTH),
        ("2021-Q2", QUARTER),
        ("Q2 2021", QUARTER),
        ("2021Q2", QUARTER),
        ("2. Quartal 2021", QUARTER),
        ("2e trimestre 2021", QUARTER),
        ("2021", YEAR),
        ("2021.0", YEAR),
    ],
)
def test_what_has_one_reading_needs_no_form_and_keeps_its_precision(text, expected):
    assert window(rows(text)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "yesterday", "03/05/2024", "03-05-24", "2024-02-30", "31 février 2021", "before 3 May 2024", "circa 2020",
        "24-05-03", "2021-13", "2021-Q5", "19723", "", "3 Maybe 2024",
    ],
)  # fmt: skip
def test_what_has_no_reading_or_two_is_not_read(text):
    assert window(rows(text)) == UNREAD


@pytest.mark.parametrize(
    ("name", "number"),
    [
        (name, number)
        for number, names in enumerate(
            [
                "January Jan janvier janv. gennaio gen enero ene. Januar Jän. Jänner",
                "February Feb février févr. febbraio febrero Februar Feber",
                "March Mar mars marzo mar. März Mrz",
                "April Apr avril avr. aprile abril abr.",
                "May mai maggio mag mayo Mai",
                "June Jun juin giugno giu junio Juni",
                "July Jul juillet juil. luglio lug julio Juli",
                "August Aug août agosto ago. AOÛT",
                "September Sept septembre settembre set septiembre",
                "October Oct octobre ottobre ott octubre Oktober Okt.",
                "November Nov novembre noviembre",
                "December Dec décembre déc. dicembre dic diciembre Dezember Dez.",
            ],
            start=1,
        )
        for name in names.split()
    ],
)
def test_months_are_known_by_name_in_five_languages(name, number):
    assert window(rows(f"1 {name} 2021")) == (f"2021-{number:02}-01T00:00:00", f"2021-{number:02}-02T00:00:00", "day")


@pytest.mark.parametrize(
    ("form", "text", "expected"),
    [
        ("%a, %m/%d/%Y - %H:%M", "Fri, 05/03/2024 - 12:00", DAY),
        ("%a, %m/%d/%Y - %H:%M", "Fri, 05/03/2024 - 14:30", INSTANT),
        ("%a, %m/%d/%Y - %H:%M", "Mon, 05/03/2024 - 14:30", UNREAD),  # it was a Friday
        ("%d/%m/%Y", "03/05/2024", DAY),
        ("%m/%d/%Y", "05/03/2024", DAY),
        ("%d/%m/%y", "03/05/24", DAY),
        ("%d/%m/%y", "31/12/99", ("1999-12-31T00:00:00", "2000-01-01T00:00:00", "day")),
        ("%d/%m/%Y", "03/05/24", UNREAD),
        ("%d/%m/%Y", "05/13/2024", UNREAD),
        ("%d/%m/%Y", "2024-05-03", DAY),
        ("%d-%b-%y", "03-mai-24", DAY),
        ("%d-%b-%y", "03-May-24", DAY),
        ("%m.%Y", "05.2021", MONTH),
        ("excel serial", "45415", DAY),
        ("excel serial", "1", ("1900-01-01T00:00:00", "1900-01-02T00:00:00", "day")),
        ("excel serial", "59", ("1900-02-28T00:00:00", "1900-03-01T00:00:00", "day")),
        ("excel serial", "60", UNREAD),
        ("excel serial", "61", ("1900-03-01T00:00:00", "1900-03-02T00:00:00", "day")),
        ("epoch days", "19846", DAY),
        ("epoch seconds", "-86399", ("1969-12-31T00:00:01", "1969-12-31T00:00:01", "instant")),
        ("epoch milliseconds", "1000", ("1970-01-01T00:00:01", "1970-01-01T00:00:01", "instant")),
        ("epoch milliseconds", "31536000000000", ("2969-05-03T00:00:00", "2969-05-04T00:00:00", "day")),
        ("epoch milliseconds", "31536000000001", UNREAD),  # more than a thousand years of 365 days away
    ],
)
def test_what_has_two_readings_is_read_by_a_stated_form(form, text, expected):
    assert window(rows(text), form) == expected


def test_the_first_form_that_fits_takes_a_text_and_the_next_sees_the_rest():
    frame = rows("03/05/2024", "13/05/2024", "05/13/2024", "2021-05", None)
    found = with_times(frame, ("%m/%d/%Y", "%d/%m/%Y"))
    assert found["_start"].dt.date().to_list() == [
        date(2024, 3, 5),
        date(2024, 5, 13),
        date(2024, 5, 13),
        date(2021, 5, 1),
        None,
    ]
    assert found["time_precision"].to_list() == ["day", "day", "day", "month", None]


def test_times_stay_in_order_from_1900_on_and_across_the_ninth_of_september_2001():
    days = ["1900-01-01", "1969-12-31", "1970-01-01", "2001-09-08", "2001-09-09", "2026-11-24"]
    seconds = ["999999999", "1000000000"]
    assert with_times(rows(*days))["_start"].is_sorted()
    assert with_times(rows(*days))["_start"].null_count() == 0
    assert with_times(rows(*seconds))["_start"].dt.date().to_list() == [date(2001, 9, 9)] * 2
    assert with_times(rows(*seconds))["_start"].is_sorted()


@pytest.mark.parametrize(
    ("time", "year", "month", "expected"),
    [
        (None, "2021", "May", MONTH),
        (None, "2021", "mai", MONTH),
        (None, "2021", "5", MONTH),
        (None, "2021.0", "5.0", MONTH),
        (None, "2021", "Q2", QUARTER),
        (None, "2021", None, YEAR),
        (None, "2021", "unknown", YEAR),
        ("2021", None, "May", MONTH),
        ("2021-Q2", "2021", "May", QUARTER),
        (None, None, "May", UNREAD),
        ("never", "2021", "May", UNREAD),
    ],
)
def test_year_and_month_stand_in_for_a_missing_time(time, year, month, expected):
    assert window(rows(time, year=year, month=month)) == expected


@pytest.mark.parametrize(
    ("time", "end", "expected"),
    [
        ("2024-05-03", "2024-05-05", ("2024-05-03T00:00:00", "2024-05-06T00:00:00", "day")),
        ("2024-05-03", "2024-05-05T00:00:00Z", ("2024-05-03T00:00:00", "2024-05-05T00:00:00", "day")),
        ("2021-05", "2021-07", ("2021-05-01T00:00:00", "2021-08-01T00:00:00", "month")),
        ("2024-05-03", None, DAY),
        ("2024-05-03", "never", ("2024-05-03T00:00:00", None, "day")),
        ("2021-05-01T00:00:00Z", "2021-06-01T00:00:00Z", MONTH),
        ("2021-04-01T00:00:00Z", "2021-07-01T00:00:00Z", QUARTER),
        ("2021-01-01T00:00:00Z", "2022-01-01T00:00:00Z", YEAR),
        ("never", "2024-05-05", UNREAD),
    ],
)
def test_a_stated_end_is_kept_and_what_we_write_out_comes_back(time, end, expected):
    assert window(rows(time, end=end)) == expected


@pytest.mark.parametrize(
    ("texts", "forms", "reason"),
    [
        (["2024-05-03", "May 2021"], (), "all 2 times can be read in one way only"),
        (["01/02/2024", "13/02/2024"], ("%d/%m/%Y",), "the first number exceeds 12 in 1 of 2 times"),
        (["01/02/2024", "02/13/2024"], ("%m/%d/%Y",), "the second number exceeds 12 in 1 of 2 times"),
        (["13-02-24 14:30"], ("%d-%m-%y %H:%M",), "the day comes first"),
        (["Thu, 01/01/2026 - 12:00", "Fri, 01/30/2026 - 12:00"], ("%a, %m/%d/%Y - %H:%M",), "the month comes first"),
        (["Thu, 01/01/2026 - 12:00"], None, "no day exceeds 12"),
        (["01/02/2024"], None, "no day exceeds 12"),
        (["13/02/2024", "02/13/2024"], None, "both numbers exceed 12"),
        (["soon"], None, "only 0 of 1 times"),
        ([None], None, "neither times nor years"),
    ],
)
def test_forms_are_guessed_with_their_reason_and_never_the_order_of_day_and_month(texts, forms, reason):
    found, words = guessed_forms(rows(*texts))
    assert found == forms
    assert reason in words


def test_guessed_forms_read_what_they_were_guessed_from():
    frame = rows("Fri, 05/03/2024 - 14:30", "Fri, 05/31/2024 - 12:00")
    forms, _ = guessed_forms(frame)
    assert with_times(frame, forms)["_start"].null_count() == 0


def test_only_years_are_guessed_to_need_no_form():
    assert guessed_forms(rows(None, year="2021")) == ((), "no times are given, years are")


MONTHS = (
    "janvier",
    "February",
    "marzo",
    "Avril",
    "mayo",
    "Juni",
    "luglio",
    "août",
    "settembre",
    "Oktober",
    "nov",
    "dic",
)
WRITINGS = {  # form or None, how a moment is written, the widest window that may come back
    "%Y-%m-%d": (None, "day"),
    "%Y-%m-%dT%H:%M:%SZ": (None, "instant"),
    "%Y-%m-%d %H:%M:%S": (None, "instant"),
    "%d/%m/%Y": ("%d/%m/%Y", "day"),
    "%m/%d/%Y %H:%M:%S": ("%m/%d/%Y %H:%M:%S", "instant"),
    "%a, %m/%d/%Y - %H:%M:%S": ("%a, %m/%d/%Y - %H:%M:%S", "instant"),
    "%d MONTH %Y": (None, "day"),
    "MONTH %Y": (None, "month"),
    "%Y-%m": (None, "month"),
    "%Y-QUARTER": (None, "quarter"),
    "%Y": (None, "year"),
    "EXCEL": ("excel serial", "instant"),
    "SECONDS": ("epoch seconds", "instant"),
    "MILLISECONDS": ("epoch milliseconds", "instant"),
}
SPAN = {"instant": 0, "day": 1, "month": 31, "quarter": 92, "year": 366}
SAMPLE = {
    "moment": st.datetimes(datetime(1900, 3, 1), datetime(2099, 12, 30)),  # noqa: DTZ001 - made UTC below
    "writing": st.sampled_from(sorted(WRITINGS)),
}


def comes_back(moment, writing):
    moment = moment.replace(microsecond=0, tzinfo=UTC)
    since = moment - datetime(1970, 1, 1, tzinfo=UTC)
    text = moment.strftime(writing).replace("MONTH", MONTHS[moment.month - 1])
    text = text.replace("QUARTER", f"Q{(moment.month + 2) // 3}")
    numbers = {
        "EXCEL": repr(since / timedelta(days=1) + 25569),
        "SECONDS": str(since // timedelta(seconds=1)),
        "MILLISECONDS": str(since // timedelta(milliseconds=1)),
    }
    form, precision = WRITINGS[writing]
    found = with_times(rows(numbers.get(writing, text)), (form,) if form else ())
    start, end, kept = found.select("_start", "_end", "time_precision").row(0)
    whole = (moment.hour % 12, moment.minute, moment.second) == (0, 0, 0)
    assert kept == ("day" if precision == "instant" and whole else precision)
    assert start <= moment < end
    assert end - start <= timedelta(days=SPAN[kept], microseconds=1)


@pytest.mark.slow
@settings(max_examples=200)
@given(**SAMPLE)
def test_a_time_comes_back_within_the_precision_of_its_writing(moment, writing):
    comes_back(moment, writing)


@pytest.mark.long
@settings(max_examples=10_000, suppress_health_check=[HealthCheck.too_slow])
@given(**SAMPLE)
def test_ten_thousand_times_come_back_within_the_precision_of_their_writing(moment, writing):
    comes_back(moment, writing)


@pytest.mark.parametrize(
    ("text", "start", "precision"),
    [
        ("2024-05-03T00:00:00+03:00", "2024-05-03T00:00:00", "day"),  # midnight there
        ("2024-05-03T01:30:00+03:00", "2024-05-03T00:00:00", "day"),  # the day before in UTC
        ("2024-05-03T23:30:00-05:00", "2024-05-03T00:00:00", "day"),  # the day after in UTC
        ("2024-05-03T03:00:00+03:00", "2024-05-03T00:00:00", "instant"),
        ("2024-05-03T16:30:00+03:00", "2024-05-03T13:30:00", "instant"),
    ],
)
def test_a_time_with_an_offset_keeps_the_day_of_where_it_happened(text, start, precision):
    found = with_times(rows(text)).row(0, named=True)
    assert found["_start"].isoformat()[:19] == start
    if precision == "day":
        assert found["time_precision"] == "day"


@pytest.mark.parametrize(
    ("clock", "start"),
    [
        ("14:30", "14:30:00"), ("14h30", "14:30:00"), ("2.15 pm", "14:15:00"), ("12:05 am", "00:05:00"),
        ("09:15:20", "09:15:20"), ("22 Uhr", "22:00:00"), ("0340", None), ("25:10", None), ("about noon", None),
    ],
)  # fmt: skip
def test_a_clock_beside_a_date_makes_it_an_instant(clock, start):
    frame = rows("2024-03-05").with_columns(clock=pl.lit(clock))
    found = with_times(frame).row(0, named=True)
    assert found["_start"].isoformat()[:19] == f"2024-03-05T{start or '00:00:00'}"
    assert found["time_precision"] == ("instant" if start else "day")


@pytest.mark.parametrize(
    ("text", "year", "expected"),
    [
        ("Jan-18", "2018", "2018-01-01"), ("Feb 18", "2018", "2018-02-01"), ("mars-18", "2018.0", "2018-03-01"),
        ("Jan-18", "2017", None), ("Jan-18", None, None), ("Foo-18", "2018", None),
    ],
)  # fmt: skip
def test_a_month_with_two_digits_is_read_where_the_year_beside_it_is_the_same(text, year, expected):
    found = with_times(rows(text, year=year)).row(0, named=True)
    assert (found["_start"] and found["_start"].date().isoformat()) == expected
    assert found["time_precision"] == ("month" if expected else None)


def test_year_month_and_day_in_columns_of_their_own_make_a_day():
    frame = rows(None, year="2018", month="Marzo").with_columns(day=pl.lit("07"))
    found = with_times(frame).row(0, named=True)
    assert (found["_start"].date().isoformat(), found["time_precision"]) == ("2018-03-07", "day")


@pytest.mark.parametrize("text", ["5 mai 2024", "5 de maio de 2024", "5 مايو 2024", "5 أيار 2024", "5. Mai 2024"])
def test_names_of_months_are_read_in_seven_languages(text):
    assert with_times(rows(text))["_start"].item().date().isoformat() == "2024-05-05"


@pytest.mark.parametrize(
    ("stated", "start", "end", "precision"),
    [
        ("day", "2024-03-15", "2024-03-16", "day"),
        ("month", "2024-03-01", "2024-04-01", "month"),
        ("year", "2024-01-01", "2025-01-01", "year"),
        ("instant", "2024-03-15", "2024-03-16", "day"),
        ("often", "2024-03-15", "2024-03-16", "day"),
    ],
)
def test_a_time_is_no_more_precise_than_the_source_says(stated, start, end, precision):
    found = with_times(rows("2024-03-15").with_columns(time_precision_stated=pl.lit(stated))).row(0, named=True)
    assert (found["_start"].date().isoformat(), found["_end"].date().isoformat()) == (start, end)
    assert found["time_precision"] == precision


def test_an_end_at_midnight_without_a_zone_is_that_day():
    found = with_times(rows("2023-08-16 00:00:00.000", end="2023-08-18 00:00:00.000")).row(0, named=True)
    assert found["_end"].isoformat() == "2023-08-19T00:00:00+00:00"
