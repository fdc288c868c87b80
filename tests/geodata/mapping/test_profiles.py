"""Profiles: a file of each known source is recognised by its columns, and its rows mean what the source means."""

import polars as pl
import pytest

from geodata.ingest.pipeline import ingest_file
from geodata.ledger.store import Ledger
from geodata.mapping.profiles import FIELDS, credits_of, profile_for, profiles
from geodata.places.lookup import folded
from geodata.readers.dispatch import read_file

FILES = {
    "asam": (
        "asam.csv",
        (
            "reference,date,position,navArea,subreg,hostility,victim,description\n"
            '2022-148,2022-05-28,"1°07\'00""N\n103°31\'00""E",XI,71,Boarding,tanker,Three robbers boarded a tanker.\n'
        ),
        {"lon": 103.517, "lat": 1.117, "kind": "piracy", "mode": "sea", "source_record": "2022-148"},
    ),
    "frontex-monthly": (
        "frontex.csv",
        "route,type,nat,n,month\nCentral Mediterranean Route,Sea,BGD,41.0,2009-01\n",
        {"kind": "detection", "mode": "sea", "people": 41, "time_precision": "month", "lat": 34.8},
    ),
    "acled": (
        "acled.csv",
        (
            "event_id_cnty,event_date,year,event_type,sub_event_type,country,location,latitude,longitude,geo_precision,notes,"
            "fatalities\nLBY1,16 May 2025,2025,Battles,Armed clash,Libya,Sabha,27.04,14.43,1,A clash.,2\n"
        ),
        {"lon": 14.43, "lat": 27.04, "dead": 2, "place": "Sabha", "country": "LBY", "source_record": "LBY1"},
    ),
    "ucdp-ged": (
        "ged.csv",
        (
            "id,relid,year,type_of_violence,where_prec,where_coordinates,where_description,latitude,longitude,country,"
            "date_start,date_end,best\n7,LIB-7,2019,1,1,Sabha town,,27.04,14.43,Libya,2019-05-04 00:00:00.000,"
            "2019-05-04 00:00:00.000,3\n"
        ),
        {"lon": 14.43, "lat": 27.04, "dead": 3, "time_precision": "day", "source_record": "7"},
    ),
    "unodc-seizures": (
        "seizures.csv",
        (
            "COUNTRY,DRUG_NAME,AMOUNT,SEIZURE_DATE,DEPARTURE_COUNTRY,DESTINATION_COUNTRY,PRODUCING_COUNTRY\n"
            'Italy,Cocaine,12,2015-03-04,"Bolivia, Plurinational State of",Germany,Bolivia\n'
        ),
        {"kind": "seizure", "destination": "Germany", "departure": "Bolivia, Plurinational State of"},
    ),
    "kml-points": (
        "points.kml",
        (
            '<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Folder><name>Boats</name><Placemark><name>A</name>'
            "<description>A boat.</description><TimeStamp><when>2024-05-01</when></TimeStamp>"
            "<Point><coordinates>14.4,33.2</coordinates></Point></Placemark></Folder></Document></kml>"
        ),
        {"lon": 14.4, "lat": 33.2, "place": "Boats", "time_precision": "day"},
    ),
    "plain": (
        "points.geojson",
        (
            '{"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": {"type": "Point", '
            '"coordinates": [14.4, 33.2]}, "properties": {"date": "2024-05-01", "kind": "rescue"}}]}'
        ),
        {"lon": 14.4, "lat": 33.2, "kind": "rescue"},
    ),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_of_a_known_source_is_recognised_and_its_row_means_what_the_source_means(name, tmp_path, home):
    file, text, expected = FILES[name]
    path = tmp_path / file
    path.write_text(text, encoding="utf-8")
    assert profile_for(read_file(path)).name == name
    ledger = Ledger(home)
    assert ingest_file(path, ledger).batch.kept == 1
    row = ledger.incidents().row(0, named=True)
    assert {field: row[field] for field in expected} == pytest.approx(expected, abs=0.001)


@pytest.mark.parametrize("profile", profiles(), ids=lambda profile: profile.name)
def test_a_profile_maps_known_fields_and_no_column_of_persons(profile):
    assert set(profile.columns) <= set(FIELDS)
    columns = {folded(column) for candidates in profile.columns.values() for column in candidates}
    assert not columns & {"name", "names", "age", "sex", "gender", "name gender age", "prs firstname", "prs birthdate"}
    assert profile.title


def test_a_source_is_credited_as_its_profile_says():
    iom = pl.DataFrame({"source": ["IOM Missing Migrants Project", "mine", None]})
    assert credits_of(iom) == ("IOM's Missing Migrants Project (CC BY 4.0)",)
    assert credits_of(pl.DataFrame({"source": ["mine"]})) == ()
    assert credits_of(pl.DataFrame({"lon": [1.0]})) == ()
