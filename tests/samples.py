"""A small valid file of every format that is read, made on the spot, to be read, cut, bent and disguised in tests."""

import io
import json
import zipfile
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyarrow.parquet
import pyogrio

ROWS = [
    {"date": "2024-05-03", "lat": 35.5, "lon": 12.6, "kind": "rescue", "place": "Lampedusa"},
    {"date": "2024-05-04", "lat": 36.25, "lon": -5.5, "kind": "death", "place": "Algeciras, Málaga"},
    {"date": "2024-06-01", "lat": -8.0, "lon": 115.125, "kind": "smuggling", "place": "Denpasar"},
]
NAMES = list(ROWS[0])
ENDINGS = (
    ".csv",
    ".tsv",
    ".json",
    ".ndjson",
    ".geojson",
    ".xlsx",
    ".ods",
    ".parquet",
    ".geoparquet",
    ".kml",
    ".kmz",
    ".gpkg",
    ".fgb",
    ".zip",
)

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def separated(separator: str = ",") -> bytes:
    lines = [separator.join(NAMES)]
    lines += [separator.join(f'"{row[name]}"' if name == "place" else str(row[name]) for name in NAMES) for row in ROWS]
    return ("\n".join(lines) + "\n").encode()


def features() -> list[dict]:
    return [
        {
            "type": "Feature",
            "properties": {name: row[name] for name in ("date", "kind", "place")},
            "geometry": {"type": "Point", "coordinates": [row["lon"], row["lat"]]},
        }
        for row in ROWS
    ]


def geojson(**members: object) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": features(), **members}).encode()


def zipped(members: dict[str, bytes | str], kind: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", kind) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def sheet(rows: list[list], start: int = 1) -> str:
    """Return a worksheet; a pair is a number and the style of its cell (1: a day, 2: a moment)."""
    lines = []
    for number, row in enumerate(rows, start):
        cells = []
        for place, value in enumerate(row):
            at = f"r='{chr(65 + place)}{number}'"
            if isinstance(value, tuple):
                cells.append(f"<c {at} s='{value[1]}'><v>{value[0]}</v></c>")
            elif isinstance(value, int | float):
                cells.append(f"<c {at}><v>{value}</v></c>")
            elif value:
                cells.append(f"<c {at} t='inlineStr'><is><t>{value}</t></is></c>")
        lines.append(f"<row r='{number}'>{''.join(cells)}</row>")
    return f"<worksheet xmlns='{_MAIN}'><sheetData>{''.join(lines)}</sheetData></worksheet>"


def xlsx(sheets: list[str] | None = None) -> bytes:
    rows = [NAMES, *([row[name] for name in NAMES] for row in ROWS)]
    sheets = [sheet(rows)] if sheets is None else sheets
    numbers = range(1, len(sheets) + 1)
    types = "".join(
        f"<Override PartName='/xl/worksheets/sheet{n}.xml' "
        "ContentType='application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml'/>"
        for n in numbers
    )
    listed = "".join(f"<sheet name='Sheet {n}' sheetId='{n}' r:id='rId{n}'/>" for n in numbers)
    related = "".join(
        f"<Relationship Id='rId{n}' Type='{_OFFICE}/worksheet' Target='worksheets/sheet{n}.xml'/>" for n in numbers
    )
    return zipped(
        {
            "[Content_Types].xml": "<Types xmlns='http://schemas.openxmlformats.org/package/2006/content-types'>"
            "<Default Extension='rels' ContentType='application/vnd.openxmlformats-package.relationships+xml'/>"
            "<Default Extension='xml' ContentType='application/xml'/>"
            "<Override PartName='/xl/workbook.xml' "
            "ContentType='application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml'/>"
            "<Override PartName='/xl/styles.xml' "
            "ContentType='application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml'/>"
            f"{types}</Types>",
            "_rels/.rels": f"<Relationships xmlns='{_PACKAGE}'><Relationship Id='rId1' "
            f"Type='{_OFFICE}/officeDocument' Target='xl/workbook.xml'/></Relationships>",
            "xl/workbook.xml": f"<workbook xmlns='{_MAIN}' xmlns:r='{_OFFICE}'><sheets>{listed}</sheets></workbook>",
            "xl/_rels/workbook.xml.rels": f"<Relationships xmlns='{_PACKAGE}'>{related}"
            f"<Relationship Id='rId99' Type='{_OFFICE}/styles' Target='styles.xml'/></Relationships>",
            "xl/styles.xml": f"<styleSheet xmlns='{_MAIN}'><cellXfs count='3'><xf numFmtId='0'/><xf numFmtId='14'/>"
            "<xf numFmtId='22'/></cellXfs></styleSheet>",
            **{f"xl/worksheets/sheet{n}.xml": content for n, content in zip(numbers, sheets, strict=True)},
        }
    )


def ods(body: str | None = None) -> bytes:
    """Return an OpenDocument workbook; days in it are days."""
    if body is None:
        rows = [[("string", name) for name in NAMES]]
        rows += [[("date" if name == "date" else _ods_kind(row[name]), row[name]) for name in NAMES] for row in ROWS]
        body = "".join(f"<table:table-row>{''.join(map(_ods_cell, row))}</table:table-row>" for row in rows)
    space = "urn:oasis:names:tc:opendocument:xmlns"
    content = (
        f"<?xml version='1.0'?><office:document-content xmlns:office='{space}:office:1.0' "
        f"xmlns:table='{space}:table:1.0' xmlns:text='{space}:text:1.0' office:version='1.2'><office:body>"
        f"<office:spreadsheet><table:table table:name='Sheet'>{body}</table:table></office:spreadsheet></office:body>"
        "</office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = (
        f"<?xml version='1.0'?><manifest:manifest xmlns:manifest='{space}:manifest:1.0'><manifest:file-entry "
        f"manifest:full-path='/' manifest:media-type='{kind}'/><manifest:file-entry manifest:full-path='content.xml' "
        "manifest:media-type='text/xml'/></manifest:manifest>"
    )
    return zipped({"mimetype": kind, "META-INF/manifest.xml": manifest, "content.xml": content})


def _ods_kind(value: object) -> str:
    return "string" if isinstance(value, str) else "float"


def _ods_cell(cell: tuple[str, object]) -> str:
    kind, value = cell
    stated = {"date": f" office:date-value='{value}'", "float": f" office:value='{value}'"}.get(kind, "")
    return f"<table:table-cell office:value-type='{kind}'{stated}><text:p>{value}</text:p></table:table-cell>"


def parquet() -> bytes:
    table = pa.table({name: [row[name] for row in ROWS] for name in NAMES})
    return written(table)


def written(table: pa.Table, **options: object) -> bytes:
    buffer = io.BytesIO()
    pa.parquet.write_table(table, buffer, **options)
    return buffer.getvalue()


def frame(system: int = 4326) -> gpd.GeoDataFrame:
    table = pd.DataFrame(ROWS)
    points = gpd.points_from_xy(table.pop("lon"), table.pop("lat"), crs=4326)
    return gpd.GeoDataFrame(table, geometry=points).to_crs(system)


def geoparquet(system: int = 4326, **options: object) -> bytes:
    buffer = io.BytesIO()
    frame(system).to_parquet(buffer, **options)
    return buffer.getvalue()


def map_file(folder: Path, suffix: str, system: int = 4326, table: gpd.GeoDataFrame | None = None) -> bytes:
    """Return a .gpkg, .fgb or zipped Shapefile, written in a folder."""
    table = frame(system) if table is None else table
    driver = {".gpkg": "GPKG", ".fgb": "FlatGeobuf", ".zip": "ESRI Shapefile"}[suffix]
    folder.mkdir(exist_ok=True)
    made = folder / f"layer{'.shp' if suffix == '.zip' else suffix}"
    pyogrio.write_dataframe(table, made, driver=driver)
    content = zipped({part.name: part.read_bytes() for part in folder.iterdir()}) if suffix == ".zip" else b""
    content = content or made.read_bytes()
    for part in folder.iterdir():
        part.unlink()
    return content


def kml(before: str = "") -> bytes:
    marks = "".join(
        f"<Placemark><name>{row['place']}</name><TimeStamp><when>{row['date']}</when></TimeStamp>"
        f"<ExtendedData><Data name='kind'><value>{row['kind']}</value></Data></ExtendedData>"
        f"<Point><coordinates>{row['lon']},{row['lat']},0</coordinates></Point></Placemark>"
        for row in ROWS
    )
    return (
        f"<?xml version='1.0' encoding='UTF-8'?>{before}<kml xmlns='http://www.opengis.net/kml/2.2'>"
        f"<Document><name>All</name><Folder><name>May</name>{marks}</Folder></Document></kml>"
    ).encode()


def kmz() -> bytes:
    return zipped({"doc.kml": kml(), "files/icon.png": b"\x89PNG"})


def every(folder: Path) -> dict[str, bytes]:
    """Return a valid file of every format, by its ending."""
    return {
        ".csv": separated(),
        ".tsv": separated("\t"),
        ".json": json.dumps(ROWS).encode(),
        ".ndjson": "\n".join(json.dumps(row) for row in ROWS).encode(),
        ".geojson": geojson(),
        ".xlsx": xlsx(),
        ".ods": ods(),
        ".parquet": parquet(),
        ".geoparquet": geoparquet(),
        ".kml": kml(),
        ".kmz": kmz(),
        **{suffix: map_file(folder, suffix) for suffix in (".gpkg", ".fgb", ".zip")},
    }
