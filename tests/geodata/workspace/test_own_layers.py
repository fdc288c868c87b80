"""Own layers: what of a file is kept, what is refused and in which words, and how layers are kept in the workspace."""

import json
import zipfile

import geopandas as gpd
import pytest
from shapely.geometry import Point, Polygon

from geodata.core.audit import Audit
from geodata.core.errors import RoutesError, UnreadableFile, WrongValue
from geodata.workspace import layer_files
from geodata.workspace.layer_files import look, read_shapes
from geodata.workspace.own_layer import id_of
from geodata.workspace.own_layers import OwnLayers

AREA = [[12.0, 33.0], [14.0, 33.0], [14.0, 35.0], [12.0, 33.0]]
KML = """<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Placemark><name>Sector 1</name>
<description>told by J. Doe</description><Polygon><outerBoundaryIs><LinearRing><coordinates>
12,33,0 14,33,0 14,35,0 12,33,0</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark></Document></kml>"""


def feature(properties, kind="Polygon", coordinates=None):
    geometry = {"type": kind, "coordinates": coordinates or [AREA]}
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def geojson(folder, *features: dict):
    file = folder / "areas.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return file


def kept(shapes):
    """Return labels and geometries of what was read."""
    found = json.loads(shapes.geojson)["features"]
    return [(one["properties"].get("label"), one["geometry"]["type"]) for one in found]


@pytest.fixture
def layers(home):
    return OwnLayers(home)


@pytest.fixture
def area(tmp_path):
    return read_shapes(geojson(tmp_path, feature({"name": "Sector 1"})))


@pytest.mark.parametrize("ending", ["geojson", "kml", "kmz", "gpkg", "fgb", "zip"])
def test_every_format_gives_the_same_area_in_degrees_with_its_label(tmp_path, ending):
    file = tmp_path / f"areas.{ending}"
    table = gpd.GeoDataFrame({"name": ["Sector 1"]}, geometry=[Polygon(AREA)], crs=4326)
    if ending == "geojson":
        geojson(tmp_path, feature({"name": "Sector 1"}))
    elif ending == "kml":
        file.write_text(KML, encoding="utf-8")
    elif ending == "kmz":
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("doc.kml", KML)
    elif ending == "zip":
        table.to_crs(3857).to_file(tmp_path / "areas.shp.zip", driver="ESRI Shapefile")
        (tmp_path / "areas.shp.zip").rename(file)
    else:
        table.to_crs(3857).to_file(file, driver={"gpkg": "GPKG", "fgb": "FlatGeobuf"}[ending])
    ((label, kind),) = kept(shapes := read_shapes(file))
    assert (label, kind.removeprefix("Multi")) == ("Sector 1", "Polygon")
    assert b"[12.0,33.0]" in shapes.geojson
    assert b"Doe" not in shapes.geojson


def test_of_the_attributes_only_the_label_is_kept_and_the_others_are_named(tmp_path):
    shapes = read_shapes(
        geojson(tmp_path, feature({"Post": "Ras Ajdir", "staff": 14}), feature({"Post": "Dehiba"})), "Post"
    )
    assert kept(shapes) == [("Ras Ajdir", "Polygon"), ("Dehiba", "Polygon")]
    assert shapes.dropped == ("staff",)
    assert "14" not in shapes.geojson.decode().replace("14.0", "")
    assert [str(note) for note in shapes.notes] == ["Labels are those of column 'Post'.", "Not kept: staff."]


def test_columns_of_persons_are_never_labels_and_beside_them_a_plain_name_is_none_either(tmp_path):
    file = geojson(tmp_path, feature({"name": "A. Smith", "Date of birth": "1990-01-01", "site": "Camp 2"}))
    assert look(file).labels == ("site",)
    assert look(file).label == ""
    for column in ("name", "Date of birth"):
        with pytest.raises(WrongValue, match=r"persons.*the labels of a layer are of places.*nothing was stored"):
            read_shapes(file, column)
    assert look(geojson(tmp_path, feature({"name": "Camp 2", "site": "x"}))).label == "name"


def test_a_column_of_telephone_numbers_is_no_label_whatever_it_is_called(tmp_path):
    file = geojson(tmp_path, feature({"label": "+39 0925 123456"}), feature({"label": "+39 0925 654321"}))
    assert look(file).labels == ()


def test_shapes_are_simplified_to_fifty_metres_and_rounded_and_it_is_said(tmp_path):
    line = [[12 + at / 10_000, 33.123456] for at in range(101)]
    shapes = read_shapes(geojson(tmp_path, feature({}, "LineString", line)))
    assert json.loads(shapes.geojson)["features"][0]["geometry"]["coordinates"] == [[12.0, 33.12346], [12.01, 33.12346]]
    assert "Simplified to 50 m: 2 of 101 vertices are left." in shapes.notes


def test_features_without_a_shape_are_left_out_and_counted(tmp_path):
    empty = {"type": "Feature", "properties": {"name": "?"}, "geometry": None}
    shapes = read_shapes(geojson(tmp_path, empty, feature({"name": "Sector 1"})))
    assert shapes.features == 1
    assert "1 feature without a shape was left out." in shapes.notes


def test_another_layer_of_a_file_is_read_when_it_is_asked_for(tmp_path):
    file = tmp_path / "two.gpkg"
    for name in ("camps", "posts"):
        gpd.GeoDataFrame({"name": [name]}, geometry=[Point(12, 33)], crs=4326).to_file(file, layer=name, driver="GPKG")
    assert kept(read_shapes(file)) == [("camps", "Point")]
    assert "Its other layers were not read: posts." in read_shapes(file).notes
    assert kept(read_shapes(file, layer="posts")) == [("posts", "Point")]
    with pytest.raises(UnreadableFile, match=r"has no layer 'roads'; its layers are 'camps', 'posts'"):
        read_shapes(file, layer="roads")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.geojson", '{"type": "FeatureCollection", "features": []}', "it holds no feature"),
        ("a.geojson", '{"type": "FeatureCollection", "features": [', "it is no JSON"),
        ("a.geojson", json.dumps(feature({}, "Point", [500000, 4000000])), "one of its places is 500000, 4e+06"),
        ("a.geojson", json.dumps({"type": "Feature", "geometry": None}), "none of its features has a shape"),
        ("a.kml", '<!DOCTYPE x [<!ENTITY a "b">]><kml/>', "it defines entities or a document type"),
        ("a.kml", KML.replace("14,33,0", "14;33"), "it has a place '14;33'"),
        ("a.gpkg", "no database", "it begins as text does"),
        ("a.csv", "lat,lon", "files ending in '.csv' are no layers"),
        ("a.zip", "PK", "it is not a zipped Shapefile"),
    ],
)
def test_a_bad_file_is_refused_in_one_sentence(tmp_path, name, content, said):
    file = tmp_path / name
    file.write_text(content, encoding="utf-8")
    with pytest.raises(RoutesError) as refused:
        read_shapes(file)
    assert said in str(refused.value)
    assert str(refused.value).startswith(f"{name}: ")
    assert str(refused.value).endswith("nothing was stored.")


def test_twenty_thousand_features_are_read_and_one_more_is_refused(tmp_path):
    point = feature({}, "Point", [12, 33])
    assert read_shapes(geojson(tmp_path, *[point] * 20_000)).features == 20_000
    with pytest.raises(UnreadableFile, match=r"20,001 features; a layer may hold 20,000"):
        read_shapes(geojson(tmp_path, *[point] * 20_001))


def test_a_file_above_the_limit_is_refused_before_it_is_read(tmp_path, monkeypatch):
    file = geojson(tmp_path, feature({"name": "Sector 1"}))
    monkeypatch.setattr(layer_files, "LARGEST", file.stat().st_size)
    assert read_shapes(file).features == 1
    monkeypatch.setattr(layer_files, "LARGEST", file.stat().st_size - 1)
    with pytest.raises(UnreadableFile, match="files of this kind may hold"):
        read_shapes(file)


def test_a_layer_is_kept_with_its_style_above_those_before_it_and_stands_in_the_audit(layers, area, home):
    layers.add("Patrol areas", "Coast guard", area, colour="#2A6FDB", dash="dashed")
    layers.add("Sea chart", "Map office", kind="xyz", address="https://tiles.example.org/{z}/{x}/{y}.png", place="base")
    patrol, chart = OwnLayers(home).every()
    assert (patrol.id, patrol.colour, patrol.features, patrol.label) == ("patrol-areas", "#2a6fdb", 1, "name")
    assert layers.shapes("patrol-areas") == area.geojson
    assert (chart.host, chart.fill) == ("https://tiles.example.org", 1.0)
    assert layers.hosts() == ("https://tiles.example.org",)
    entered = [(one.action, one.subject) for one in Audit(home).entries()]
    assert entered == [("layer", "added: Patrol areas"), ("layer", "added: Sea chart")]


def test_layers_are_changed_ordered_and_removed_and_each_time_the_stamp_is_another_one(layers, area, home):
    stamps = [layers.stamp()]
    for name in ("One", "Two", "Three"):
        layers.add(name, "Desk", area)
    stamps.append(layers.stamp())
    assert layers.change("one", name="First", shown=False).id == "one"
    stamps.append(layers.stamp())
    assert [one.name for one in layers.order(["two", "First"])] == ["Three", "Two", "First"]
    stamps.append(layers.stamp())
    layers.remove("First")
    stamps.append(layers.stamp())
    assert len(set(stamps)) == len(stamps)
    assert [one.id for one in layers.every()] == ["three", "two"]
    assert layers.shapes("one") is None
    assert [path.name for path in (home / "layers").iterdir() if "one" in path.name] == []


def test_a_name_belongs_to_one_layer(layers, area):
    layers.add("Patrol areas", "Desk", area)
    with pytest.raises(WrongValue, match="every own layer needs a name of its own"):
        layers.add("patrol  AREAS", "Desk", area)


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        ({"name": " "}, "a layer needs a name of at most 60 letters"),
        ({"name": "x" * 61}, "a layer needs a name of at most 60 letters"),
        ({"credit": ""}, "a layer needs a credit of at most 160 letters"),
        ({"colour": "red"}, "a colour is written as #7a3e9d"),
        ({"width": 8.1}, "0.5 to 8 pixels"),
        ({"fill": -0.1}, "a fill is from 0, none, to 1, opaque"),
        ({"dash": "wavy"}, "a line is one of solid, dashed, dotted"),
    ],
)
def test_what_a_layer_may_not_be_is_refused_and_nothing_is_kept(layers, area, given, rule):
    with pytest.raises(WrongValue, match=rule):
        layers.add(**({"name": "Patrol", "credit": "Desk", "shapes": area} | given))
    assert layers.every() == ()


@pytest.mark.parametrize(
    ("kind", "address", "of", "fits"),
    [
        ("xyz", "https://tiles.example.org/{z}/{x}/{y}.png?key=1", "", True),
        ("xyz", "http://10.0.0.5:8080/{z}/{x}/{-y}.png", "", True),
        ("wms", "https://wms.example.org/service?", "depth", True),
        ("wmts", "https://wmts.example.org/a/{TileMatrix}/{TileRow}/{TileCol}.png", "", True),
        ("xyz", "https://tiles.example.org/{z}/{x}.png", "", False),
        ("xyz", "https://{s}.example.org/{z}/{x}/{y}.png", "", False),
        ("xyz", "https://me:secret@tiles.example.org/{z}/{x}/{y}.png", "", False),
        ("xyz", "https://tiles.example.org; script-src */{z}/{x}/{y}.png", "", False),
        ("xyz", "https://*/{z}/{x}/{y}.png", "", False),
        ("xyz", "javascript:alert(1)//{z}/{x}/{y}", "", False),
        ("wms", "https://wms.example.org/service?", "", False),
    ],
)
def test_an_address_of_tiles_names_one_host_and_what_a_tile_is_asked_by(layers, kind, address, of, fits):
    if fits:
        assert layers.add("Tiles", "Desk", kind=kind, address=address, wms_layers=of).host.startswith("http")
        return
    with pytest.raises(WrongValue, match=r"^Tiles: "):
        layers.add("Tiles", "Desk", kind=kind, address=address, wms_layers=of)
    assert layers.hosts() == ()


def test_a_damaged_layer_is_left_out_and_said_and_the_others_stay(layers, area, home):
    layers.add("One", "Desk", area)
    layers.add("Two", "Desk", area)
    (home / "layers" / "one.toml").write_text('name = "One"\nkind = 7\n', encoding="utf-8")
    assert [one.id for one in layers.every()] == ["two"]
    assert [str(fault) for fault in layers.faults()] == [
        "layers/one.toml is damaged or was changed by hand, and is not shown."
    ]


def test_no_id_leads_out_of_the_folder(layers):
    assert layers.shapes("../facts") is None
    assert id_of("../../etc") == "etc"
    assert id_of("مناطق الدورية").startswith("layer-")
