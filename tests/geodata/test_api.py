"""``geodata.read_incidents``: a file as a GeoDataFrame, by the rules of an ingest."""

import pytest

import geodata
from geodata.core.errors import NothingKept, UnreadableFile


def test_a_file_becomes_points_in_degrees_with_what_was_refused_beside_them(tmp_path):
    file = tmp_path / "reports.csv"
    file.write_text("id,date,lat,lon,mode,dead\n1,2024-05-03,35.5,12.6,sea,2\n2,2024-05-04,95,12.6,sea,\n")
    found = geodata.read_incidents(file, home=tmp_path / "none")
    assert found.crs.to_epsg() == 4326
    assert [(point.x, point.y) for point in found.geometry] == [(12.6, 35.5)]
    assert found.loc[0, ["mode", "dead", "coordinate_note"]].to_list() == ["sea", 2, "as given"]
    assert str(found["date"][0]) == "2024-05-03 00:00:00"
    assert (found.attrs["profile"], found.attrs["read"], found.attrs["refused"]) == ("plain", 2, 1)
    assert found.attrs["faults"] == ["latitude must lie within -90..90 (1, the first in row 3, lat: '95, 12.6')"]
    assert not (tmp_path / "none").exists(), "nothing is stored"


def test_a_file_that_is_unfit_is_one_sentence(tmp_path):
    with pytest.raises(UnreadableFile):
        geodata.read_incidents(tmp_path / "nowhere.csv", home=tmp_path)
    file = tmp_path / "bad.csv"
    file.write_text("date,lat,lon\n2024-05-03,95,12\n")
    with pytest.raises(NothingKept, match="its only row was refused"):
        geodata.read_incidents(file, home=tmp_path)


def test_profiles_of_a_workspace_are_known(tmp_path):
    (tmp_path / "profiles").mkdir()
    (tmp_path / "profiles" / "patrol.toml").write_text(
        'title = "Patrol"\nsource = "Patrol"\nrequires = ["Wann"]\ncoordinate_form = "columns"\n'
        '[columns]\ntime = ["Wann"]\nlat = ["N"]\nlon = ["E"]\n'
    )
    file = tmp_path / "patrol.csv"
    file.write_text("Wann,N,E\n2024-05-03,35.5,12.6\n")
    assert geodata.read_incidents(file, home=tmp_path).attrs["profile"] == "patrol"
