"""Profiles: a file of each known source is recognised by its columns, and its rows mean what the source means."""

import json

import polars as pl
import pytest

from geodata.ingest.pipeline import ingest_file
from geodata.ledger.store import Ledger
from geodata.mapping.profiles import FIELDS, credits_of, keep, profile_for, profiles, saved_profiles
from geodata.places.lookup import folded
from geodata.readers.dispatch import read_file

FILES = {
    "by-hand": (
        "by-hand-1.csv",
        "by_hand_id,date,place,mode,remarks\nby-hand-1,2024-05,Sfax,sea,two boats\n",
        {"source": "By hand", "source_record": "by-hand-1", "time_precision": "month", "country": "TUN", "mode": "sea"},
    ),
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
    "piracy-list": (
        "attacks.csv",
        (
            "Attack number,Date,Time,Vessel name,Type,Flag,IMO number,Latitude,Longitude,Area,Narrations,Status,"
            "Type of attack\n"
            "014-24,03.05.2024,0345 LT,Example Star,Bulk Carrier,Panama,9000001,01:16.50N,103° 34.5' E,"
            "Singapore Strait,Three robbers boarded the ship at anchor and left with spares.,Anchored,Attempted\n"
        ),
        {
            "lon": 103.575,
            "lat": 1.275,
            "kind": "piracy",
            "mode": "sea",
            "source_record": "014-24",
            "place": "Singapore Strait",
        },
    ),
    "piracy-position": (
        "recaap.csv",
        (
            "No,Date,Time,Ship name,Type of ship,Flag,Position,Area,Details,Status of ship,Type of incident\n"
            "7,3 May 2024,1930 LT,Example Star,Tanker,Panama,01°16.50'N - 103° 34.5' E,Batu Berhanti,"
            "Two men were seen on deck; nothing was stolen.,Berthed,Sea robbery\n"
        ),
        {"lon": 103.575, "lat": 1.275, "kind": "piracy", "mode": "sea", "source_record": "7", "source": "recaap"},
    ),
    "frontex-incidents": (
        "sir.csv",
        (
            "Incident number,Date of incident,Reporting country,Location,Border section,Incident category,"
            "Number of persons,Border type\nSIR 0001/2024,03/05/2024,Bulgaria,Svilengrad,Bulgarian-Turkish land border,"
            "Pushback,12,Land border\n"
        ),
        {"kind": "other", "mode": "land", "people": 12, "country": "BGR", "source_record": "SIR 0001/2024"},
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


def kept(path, home, text):
    path.write_text(text, encoding="utf-8")
    done = ingest_file(path, Ledger(home))
    return done, Ledger(home).incidents().sort("source_record")


def test_a_list_of_piracy_keeps_its_words_and_no_name_of_a_seafarer(tmp_path, home):
    head = "Attack No,Date,Ship name,Name of master,Guard's name,Latitude,Longitude,Details,Status,Type of attack"
    done, found = kept(
        tmp_path / "attacks.csv",
        home,
        f"{head}\n1,02.05.2024,Example Star,A. Nobody,B. Nobody,01:16.50N,103:34.50E,Robbed in port.,Berthed,Boarded\n"
        "2,03.05.2024,Example Moon,A. Nobody,B. Nobody,04:10S,006:59E,Ship was chased.,Steaming,Chased by skiffs\n",
    )
    assert found["mode"].to_list() == ["sea", "sea"]
    assert found["kind"].to_list() == ["piracy", "other"]
    words = [[(word["field"], word["text"], word["known"]) for word in row] for row in found["source_words"]]
    assert words == [[("kind", "Boarded", True)], [("kind", "Chased by skiffs", False)]]
    assert sum("persons are never held" in note for note in done.notes) == 2
    assert "Nobody" not in str(found.to_dicts())
    assert json.loads(found["extra"][0])["Status"] == "Berthed"


def test_a_report_of_a_serious_incident_is_placed_by_name_or_by_its_point(tmp_path, home):
    head = "SIR number,Date of incident,Host Member State,Location,Operational area,SIR category,Latitude,Longitude"
    done, found = kept(
        tmp_path / "reports.csv",
        home,
        f"{head}\n1,03/05/2024,Greece,Lesvos,Aegean,Death,,\n2,03/05/2024,Greece,,Evros,Use of force,,\n"
        "3,03/05/2024,Italy,Lampedusa,Themis,Shipwreck,35.45,12.55\n4,03/05/2024,,Nowhere at all,Themis,Death,,\n",
    )
    assert found["kind"].to_list() == ["death", "other", "death"]
    assert found["place_notes"].list.first().struct.field("code").to_list() == [
        "placed_by_name",
        "placed_by_name",
        "read",
    ]
    assert found["lat"][2] == 35.45
    assert found["place_precision_km"][1] > 100
    (fault,) = done.faults
    assert fault.startswith("a place must be known to the gazetteer")
    assert fault.endswith("(1, the first in row 5, Location: 'Nowhere at all')")


@pytest.mark.parametrize("name", ["acled", "iom-2024", "piracy-list", "misp"])
def test_a_profile_that_is_saved_reads_back_as_it_was(name, home):
    (shipped,) = (profile for profile in profiles() if profile.name == name)
    keep(shipped, home)
    (saved,) = saved_profiles(home)
    assert saved == shipped
