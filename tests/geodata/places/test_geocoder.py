"""Places of words: known texts lie where everybody knows they lie, and what is not known is said, never guessed."""

import json
from time import perf_counter

import numpy as np
import polars as pl
import pytest

from geodata.places.geocoder import SCHEMA, located
from geodata.places.lookup import countries_at
from geodata.spatial.coastline import EARTH_KM, is_land, unit_vectors


def place_of(text, country=None):
    answers = located(pl.Series([text], dtype=pl.String), pl.Series([country], dtype=pl.String))
    return answers.row(0, named=True)


def km_between(lon, lat, other_lon, other_lat):
    apart = np.linalg.norm(unit_vectors(lon, lat) - unit_vectors(other_lon, other_lat), axis=-1)
    return 2 * EARTH_KM * np.arcsin(apart / 2)


@pytest.mark.parametrize(
    ("text", "country", "lon", "lat", "within_km"),
    [
        ("Sabha, Libya", None, 14.43, 27.04, 5),
        ("Sabha", "LBY", 14.43, 27.04, 5),
        ("near Calais, France", None, 1.86, 50.95, 5),
        ("Train tracks near Colonia Amapolas, Hermosillo, Sonora, Mexico", "Mexico", -110.97, 29.07, 10),
        ("Springfield, Illinois", "United States", -89.65, 39.80, 5),
        ("Georgia, USA", None, -83.5, 32.8, 60),
        ("Djibouti, Djibouti", None, 43.15, 11.59, 5),
        ("Pima County, Arizona", "USA", -111.5, 32.1, 80),
        ("Sonora province", "Mexico", -110.5, 29.5, 120),
        ("Şırnak, Türkiye", None, 42.46, 37.52, 40),
        ("Off the coast of Lampedusa, Italy - departure from Zwara, Libya", "Italy", 12.6, 35.5, 30),
        ("Gulf of Aden", None, 47.5, 12.2, 50),
        ("Boat rescued in the Strait of Gibraltar", "Spain", -5.6, 35.95, 20),
        ("Mitiga International Airport", "Libya", 13.28, 32.89, 3),
        ("Casablanca airport", "Morocco", -7.59, 33.37, 3),
        ("CMN", None, -7.59, 33.37, 3),
        ("GMMN", "Morocco", -7.59, 33.37, 3),
        ("port of Piraeus", "Greece", 23.63, 37.95, 5),
        ("Belarus-Poland border", None, 23.6, 52.6, 60),
        ("at the border with Poland", "Belarus", 23.6, 52.6, 60),
        ("between Tripoli and Misrata", "Libya", 14.1, 32.65, 25),
        ("Subratah", "Libya", 12.48, 32.79, 5),
        ("presumed drowned, body retrieved in Tripoli (LY)", None, 13.19, 32.89, 5),
        ("Western Balkan Route", None, 20.8, 43.5, 50),
    ],
)
def test_a_text_is_placed_where_everybody_knows_that_it_lies(text, country, lon, lat, within_km):
    place = place_of(text, country)
    off = km_between(place["lon"], place["lat"], lon, lat)
    assert off <= within_km, place
    assert off <= place["precision_km"]


@pytest.mark.parametrize(
    ("text", "north_km", "east_km", "precision_km"),
    [
        ("20 km north of Zuwara", 20, 0, 35),
        ("twenty km north of nowhere, 10 miles east of Zuwara", 0, 16.09, 34),
        ("Boat found 5 nautical miles south of Zuwara", -9.26, 0, 30),
        ("30 km southwest of Zuwara", -21.2, -21.2, 40),
    ],
)
def test_a_distance_with_its_direction_moves_the_place_and_widens_its_precision(text, north_km, east_km, precision_km):
    town, place = place_of("Zuwara", "Libya"), place_of(text, "Libya")
    assert (place["lat"] - town["lat"]) * 111.2 == pytest.approx(north_km, abs=1)
    assert (place["lon"] - town["lon"]) * 111.2 * np.cos(np.radians(town["lat"])) == pytest.approx(east_km, abs=1)
    assert place["precision_km"] == pytest.approx(precision_km, abs=1.1)


def test_off_the_coast_of_a_town_lies_at_sea():
    town, place = place_of("Zuwara, Libya"), place_of("Off the coast of Zuwara, Libya")
    assert is_land(np.array([town["lon"]]), np.array([town["lat"]]))[0]
    assert not is_land(np.array([place["lon"]]), np.array([place["lat"]]))[0]
    assert place["precision_km"] > town["precision_km"]
    assert place["note"].startswith("off Zuwarah")


def test_near_is_less_precise_than_in_and_a_province_less_than_a_town():
    stated = [place_of(text)["precision_km"] for text in ("Sabha, Libya", "near Sabha, Libya", "Fezzan region, Libya")]
    assert stated == sorted(stated)
    assert stated[0] < stated[1]


def test_a_stated_country_restricts_what_a_name_may_mean():
    assert place_of("Tripoli", "Libya")["lon"] == pytest.approx(13.19, abs=0.1)
    assert place_of("Tripoli", "Lebanon")["lon"] == pytest.approx(35.84, abs=0.1)
    assert {place["iso3"] for place in json.loads(place_of("Paris", "United States")["candidates"])} == {"USA"}
    assert place_of("Paris", "Libya")["note"] == "only the country is known: Libya"


def test_a_country_that_the_text_names_beside_the_stated_one_is_said_to_differ():
    place = place_of("Off Lampedusa, Italy", "Libya")
    assert place["lat"] == pytest.approx(35.5, abs=0.3)
    assert "the text names Italy, the source states Libya" in place["note"]


@pytest.mark.parametrize("text", ["San Jose", "Tripoli", "Springfield"])
def test_a_name_of_many_places_without_a_country_is_not_placed_but_its_candidates_are_weighed(text):
    answer = place_of(text)
    assert (answer["lon"], answer["lat"], answer["precision_km"]) == (None, None, None)
    candidates = json.loads(answer["candidates"])
    assert len(candidates) > 1
    weights = [candidate["weight"] for candidate in candidates]
    assert weights == sorted(weights, reverse=True)
    assert 0 < sum(weights) <= 1.001
    assert "places of that name" in answer["note"]


def test_a_name_of_many_places_in_the_stated_country_covers_the_country():
    answer = place_of("Springfield", "United States")
    assert answer["note"].startswith("only the country is known: United States; ")
    assert answer["precision_km"] > 1000
    assert len(json.loads(answer["candidates"])) > 1


@pytest.mark.parametrize(
    ("text", "country"), [("Nowhereville", "Libya"), (None, "Libya"), ("", "LBY"), ("طرابلس", "Libya")]
)
def test_where_only_the_country_is_known_the_precision_covers_it(text, country):
    answer = place_of(text, country)
    assert "only the country is known" in answer["note"]
    lon, lat = np.meshgrid(np.arange(9.5, 25.5, 0.5), np.arange(19.5, 33.5, 0.5))
    inside = countries_at(lon.ravel(), lat.ravel()) == "LBY"
    km = km_between(answer["lon"], answer["lat"], lon.ravel()[inside], lat.ravel()[inside])
    assert km.max() <= answer["precision_km"] <= 1.1 * km.max()


@pytest.mark.parametrize(("text", "country"), [(None, None), ("Nowhereville", None), ("Unknown", "Unknown"), ("", "")])
def test_where_nothing_fits_everything_is_null(text, country):
    assert set(place_of(text, country).values()) == {None}


@pytest.mark.parametrize(
    "text",
    [
        "Rescued near Zuwara, Libya - embarkation from Sabratha",
        "Near Zuwara, en route to Lampedusa, Italy",
        "Near Zuwara (close to Tripoli), Libya",
    ],
)
def test_where_people_came_from_or_went_to_is_not_where_it_happened(text):
    place = place_of(text, "Libya")
    assert km_between(place["lon"], place["lat"], 12.08, 32.93) < 10


@pytest.mark.parametrize(
    "text", ["Morelos street, Piedras Negras, Coahuila", "Allende ranch, Piedras Negras, Coahuila"]
)
def test_names_of_roads_and_ranches_are_not_taken_for_the_places_of_that_name(text):
    place = place_of(text, "Mexico")
    assert km_between(place["lon"], place["lat"], -100.52, 28.70) < 10


def test_there_is_one_row_for_each_text_in_their_order_and_like_texts_have_like_answers():
    texts = pl.Series(["Sabha", None, "Zuwara", "Sabha"])
    answers = located(texts, pl.Series(["Libya", None, "Libya", "Libya"]))
    assert dict(answers.schema) == SCHEMA
    assert answers.row(0) == answers.row(3)
    assert answers["lon"].is_null().to_list() == [False, True, False, False]


def test_an_answer_does_not_depend_on_the_texts_beside_it():
    alone = place_of("Subratah", None)
    beside = located(pl.Series(["Subratah", "Subratah"]), pl.Series(["Libya", None], dtype=pl.String))
    assert beside.row(1, named=True) == alone


def test_repeated_texts_are_resolved_once():
    texts = ["Sabha", "near Zuwara", "off Sfax, Tunisia"]
    located(pl.Series(texts), pl.Series([None] * 3, dtype=pl.String))
    start = perf_counter()
    located(pl.Series(texts * 50_000), pl.Series([None] * 150_000, dtype=pl.String))
    assert perf_counter() - start < 3


def test_no_texts_are_placed_nowhere():
    assert located(pl.Series([], dtype=pl.String), pl.Series([], dtype=pl.String)).shape == (0, 5)


@pytest.mark.slow
def test_nine_in_ten_incidents_of_the_missing_migrants_project_lie_within_the_stated_precision(real_files):
    rows = pl.read_excel(real_files / "iom_missing_migrants" / "alldata_2024-11.xlsx").sample(4000, seed=1)
    pair = rows["Coordinates"].str.extract_groups(r"^\s*([-\d.]+)\s*,\s*([-\d.]+)\s*$").struct.unnest()
    lat, lon = (pair[name].cast(pl.Float64, strict=False).to_numpy() for name in ("1", "2"))
    answers = located(rows["Location of Incident"], rows["Country of Incident"])
    placed = answers["lon"].is_not_null().to_numpy() & np.isfinite(lat) & np.isfinite(lon)
    km = km_between(answers["lon"].to_numpy()[placed], answers["lat"].to_numpy()[placed], lon[placed], lat[placed])
    precise = answers.filter(~pl.col("note").str.starts_with("only the country"))
    assert placed.mean() > 0.99
    assert len(precise) / len(rows) > 0.85
    assert np.median(km) < 30
    assert (km <= answers["precision_km"].to_numpy()[placed]).mean() > 0.88
    assert precise["precision_km"].median() < 80
