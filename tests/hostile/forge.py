"""Bad files, made from good ones and by hand; the same ones every time.

Each is a name and its content. What stands in capitals is aimed by the test: ``CANARY`` at a file that must never be
read, ``PORT`` at a port of this machine on which nobody may knock.
"""

import io
import itertools
import json
import random
import sqlite3
import string
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa

from tests import samples

Aim = Callable[[str], str]
MAGIC = {
    ".xlsx": b"PK\x03\x04",
    ".ods": b"PK\x03\x04",
    ".kmz": b"PK\x03\x04",
    ".zip": b"PK\x03\x04",
    ".parquet": b"PAR1",
    ".geoparquet": b"PAR1",
    ".gpkg": b"SQLite format 3\0",
    ".fgb": b"fgb\x03fgb\x00",
    ".kml": b"<?xml version='1.0'?><kml>",
    ".json": b'[{"lat": 1},',
    ".geojson": b'{"type": "FeatureCollection", "features": [',
    ".ndjson": b'{"lat": 1}\n{',
    ".csv": b"lat,lon,date\n",
    ".tsv": b"lat\tlon\tdate\n",
}
VRT = (
    "<OGRVRTDataSource><OGRVRTLayer name='canary'><SrcDataSource>CANARY</SrcDataSource><SrcLayer>canary</SrcLayer>"
    "<GeometryType>wkbPoint</GeometryType></OGRVRTLayer><OGRVRTLayer name='remote'>"
    "<SrcDataSource>/vsicurl/http://127.0.0.1:PORT/canary.csv</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"
)
LAUGHS = "<!DOCTYPE kml [<!ENTITY a0 'ha'>" + "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 11))


_GRIDS = (
    'GEOGCS["a",DATUM["b",SPHEROID["c",6378137,298],EXTENSION["PROJ4_GRIDS","CANARY"]],'
    'PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]]'
)
_ENDLESS = (
    "CREATE VIEW layer AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
    "SELECT i AS fid, NULL AS geom, '2024-05-03' AS date, 'death' AS kind, 'a' AS place FROM n"
)
_VIRTUAL = "CREATE VIRTUAL TABLE v USING VirtualOGR(''CANARY'')"
_EXTENSIONS = "gpkg_extensions (table_name TEXT, column_name TEXT, extension_name TEXT, definition TEXT, scope TEXT)"
_STATEMENTS = {
    "no-tables": ["DROP TABLE gpkg_contents"],
    "no-system": ["DELETE FROM gpkg_spatial_ref_sys"],
    "grids": [
        f"UPDATE gpkg_spatial_ref_sys SET organization='NONE', organization_coordsys_id=900900, definition='{_GRIDS}'"
    ],
    "blobs": ["UPDATE layer SET geom = CAST(hex(zeroblob(20)) AS BLOB)"],
    "empty-blobs": ["UPDATE layer SET geom = x''"],
    "null-blobs": ["UPDATE layer SET geom = NULL"],
    "giant-blob": ["UPDATE layer SET geom = zeroblob(3000000)"],
    "rows": ["DELETE FROM layer"],
    "texts": ["UPDATE layer SET place = CAST(x'fffe00ff' AS TEXT)"],
    "endless-view": ["ALTER TABLE layer RENAME TO hidden", _ENDLESS],
    "attached": [
        "ALTER TABLE layer RENAME TO hidden",
        "CREATE VIEW layer AS SELECT fid, geom, readfile('CANARY') AS date, kind, place FROM hidden",
    ],
    "virtual": [
        "PRAGMA writable_schema=1",
        f"INSERT INTO sqlite_master VALUES ('table', 'v', 'v', 0, '{_VIRTUAL}')",
    ],
    "columns": [f"ALTER TABLE layer ADD COLUMN c{n} TEXT" for n in range(1990)],
    "names": ["ALTER TABLE layer ADD COLUMN lon TEXT", "ALTER TABLE layer ADD COLUMN _row TEXT"],
    "layers": ["UPDATE gpkg_contents SET table_name='../../CANARY'"],
    "extension": [
        f"CREATE TABLE IF NOT EXISTS {_EXTENSIONS}",
        "INSERT INTO gpkg_extensions VALUES (NULL, NULL, 'a', 'CANARY', 'read-write')",
    ],
}
"""What is done to a sound GeoPackage."""


def bent(content: bytes, chance: random.Random) -> bytes:
    """Return a file with one accident: bits flipped, a piece lost, doubled, blanked, swapped or put in."""
    octets = bytearray(content or b"\0")
    at, length = chance.randrange(len(octets)), chance.choice([1, 2, 4, 16, 64, 256])
    match chance.randrange(7):
        case 0 | 1:
            for _ in range(chance.choice([1, 1, 2, 8, 64])):
                octets[chance.randrange(len(octets))] ^= 1 << chance.randrange(8)
        case 2:
            del octets[at : at + length]
        case 3:
            octets[at:at] = octets[at : at + length] * chance.choice([1, 2, 50])
        case 4:
            octets[at : at + length] = bytes([chance.choice([0, 255, 0x7F])]) * length
        case 5:
            octets[at:at] = chance.randbytes(length)
        case 6:
            other = chance.randrange(len(octets))
            octets[at : at + length], octets[other : other + length] = (
                octets[other : other + length],
                octets[at : at + length],
            )
    return bytes(octets)


def accidents(good: dict[str, bytes], seed: int, each: int) -> Iterator[tuple[str, bytes]]:
    """Yield files of every format cut short, bent, and with nothing but their first bytes right."""
    chance = random.Random(seed)
    for suffix, content in good.items():
        for number in range(each):
            yield f"bent-{number}{suffix}", bent(content, chance)
        for number in range(each // 4):
            yield f"cut-{number}{suffix}", content[: chance.randrange(len(content))]
            noise = chance.randbytes(chance.choice([1, 40, 4000]))
            yield f"noise-{number}{suffix}", MAGIC[suffix] + noise
        yield f"twice{suffix}", content * 2
        yield f"after{suffix}", content + b"\0" * 1000


def repacked(good: dict[str, bytes], seed: int, each: int) -> Iterator[tuple[str, bytes]]:
    """Yield archives that are whole, but hold a bent member."""
    chance = random.Random(seed)
    for suffix in (".xlsx", ".ods", ".kmz", ".zip"):
        with zipfile.ZipFile(io.BytesIO(good[suffix])) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
        for number in range(each):
            name = chance.choice([name for name, content in members.items() if content])
            if number % 8 == 0:
                yield f"lost-{number}{suffix}", samples.zipped({k: v for k, v in members.items() if k != name})
            else:
                yield f"repacked-{number}{suffix}", samples.zipped(members | {name: bent(members[name], chance)})


def disguises(good: dict[str, bytes], aim: Aim) -> Iterator[tuple[str, bytes]]:
    """Yield every format, and a virtual one that names other files, under the name of every other."""
    vrt = aim(VRT)
    for suffix in good:
        for other, content in good.items():
            if other != suffix:
                yield f"is{other[1:]}{suffix}", content
        yield f"vrt{suffix}", vrt.encode()
        yield f"vrt-bom{suffix}", b"\xef\xbb\xbf \n" + vrt.encode()
        yield f"vrt-magic{suffix}", MAGIC[suffix] + vrt.encode()
    for part in ("layer.shp", "layer.dbf", "layer.shx", "layer.prj"):
        with zipfile.ZipFile(io.BytesIO(good[".zip"])) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
        yield f"vrt-{part}.zip", samples.zipped(members | {part: vrt})
    yield "vrt.kmz", samples.zipped({"doc.kml": vrt})


def separated(aim: Aim) -> Iterator[tuple[str, bytes]]:
    """Yield texts that are hard on a reader of separated text."""
    row = b"2024-05-03,35.5,12.6\n"
    head = b"date,lat,lon\n"
    yield "million-columns.csv", b",".join(b"c%d" % n for n in range(10**6)) + b"\n1\n"
    yield "million-commas.csv", b"," * 10**6 + b"\n"
    yield "giant-cell.csv", head + b"2024-05-03,1," + b"9" * 5_000_000 + b"\n"
    yield "long-cell.csv", head + b"2024-05-03,1," + b"9" * 1_100_000 + b"\n"
    yield "giant-header.csv", b"date,lat," + b"lon" * 2_000_000
    yield "open-quote.csv", head + b'"2024-05-03,1,2\n' + row * 200_000
    yield "quotes.csv", head + b'"' * 1_000_001
    yield "quoted-quotes.csv", head + b'""",""",""""\n' * 1000
    yield "newlines.csv", b"\n" * 3_000_000
    yield "header-newlines.csv", head + b"\n" * 3_000_000 + row
    yield "returns.csv", b"\r" * 1_000_000 + head
    yield "misfits.csv", head + b"1\n" * 300_000
    yield "blanks.csv", head + b"  ,\n" * 300_000
    yield "only-separators.csv", b",,,\n" * 1000
    yield "nul.csv", head + b"2024-05-03,1,\0\n"
    yield "late-nul.csv", head + row * 100_000 + b"\0"
    yield "late-latin.csv", head + row * 100_000 + b"\xe9\n"
    yield "control.csv", bytes(range(1, 256)) * 20
    yield "end.csv", head + b"\x03the end of the file\x03,,\n" + row
    yield "sep-quote.csv", b'sep="\n' + head
    yield "sep-line.csv", b"sep=\n\n" + head
    yield "sep-only.csv", b"sep=;"
    yield "escape.csv", b'a\\,b,c\n"\\",1,2\n'
    yield "utf7.csv", "date,lat,lon\n+AGEALQ-,1,2\n".encode("ascii")
    yield "utf32.csv", head.decode().encode("utf-32")
    yield "utf16-odd.csv", head.decode().encode("utf-16")[:-1]
    yield "utf16-lone.csv", b"\xff\xfe" + b"a\0,\0\x00\xd8\n\0" * 20
    yield "utf16-blank.csv", b"\xff\xfe"
    yield "boms.csv", b"\xef\xbb\xbf" * 3 + head + row
    yield "overlong.csv", head + b"\xc0\xaf,1,2\n" * 3
    yield "surrogate.csv", head + b"\xed\xa0\x80,1,2\n" * 3
    yield "names.csv", b"a,a\n1,2\n"
    yield "_row.csv", b"_row,_row of the file\n1,2\n"
    yield "long-name.csv", b"a" * 5000 + b",lat\n1,2\n"
    numbers = ["1e999999", "-1e999999", "NaN", "inf", "-inf", "9" * 5000, "0x10", "1_0", "--1", "\u0661", "1e-400", "+"]
    for number, value in enumerate(numbers):
        yield f"number-{number}.csv", f"date,lat,lon\n2024-05-03,{value},1\n2024-05-03,1,{value}\n".encode()
        yield f"number-{number}.ndjson", f'{{"date": "2024-05-03", "lat": {json.dumps(value)}, "lon": 1}}\n'.encode()
        yield f"date-{number}.csv", f"date,lat,lon\n{value},1,2\n9999999-01-01,1,2\n".encode()
    for value in (
        "=1+1",
        "@SUM(A1)",
        "../../etc/passwd",
        "CANARY",
        "file://CANARY",
        "http://127.0.0.1:PORT/",
        "${HOME}",
    ):
        yield f"text-{zlib.crc32(value.encode())}.csv", f"date,lat,lon,url\n2024-05-03,1,2,{aim(value)}\n".encode()


def documents(aim: Aim) -> Iterator[tuple[str, bytes]]:
    """Yield JSON that is deep, wide, broken or not what it says."""
    point = '{"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": %s}}'
    for number, (opening, closing) in enumerate([("[", "]"), ('{"a":', "}"), ('[{"a":', "}]")]):
        for depth in (70, 900, 5_000, 500_000):
            nested = opening * depth + "1" + closing * depth
            yield f"deep-{number}-{depth}.json", nested.encode()
            yield f"deep-value-{number}-{depth}.json", f'[{{"lat": {nested}}}]'.encode()
            yield f"deep-value-{number}-{depth}.ndjson", f'{{"lat": {nested}}}\n'.encode()
            yield f"deep-open-{number}-{depth}.geojson", (opening * depth).encode()
    for number, value in enumerate(
        ["NaN", "Infinity", "-Infinity", "1e999999", "9" * 100_000, "01", "+1", ".5", "1.", "0x1"]
    ):
        yield f"value-{number}.json", f'[{{"lat": {value}, "lon": 1, "date": "2024-05-03"}}]'.encode()
        yield f"value-{number}.geojson", f'{{"features": [{point % f"[{value}, 1]"}]}}'.encode()
        yield f"value-{number}.ndjson", f'{{"lat": {value}}}\n{{"lat": 1}}'.encode()
    for number, place in enumerate(
        ["[]", "[1]", "null", "{}", '"1,2"', "[null, null]", "[[1, 2]]", "[[[1, 2]]]", "true"]
    ):
        yield f"place-{number}.geojson", f'{{"features": [{point % place}]}}'.encode()
    systems = ["+init=CANARY", "+proj=longlat +nadgrids=CANARY", "CANARY", "EPSG:" + "9" * 50, "EPSG:4978", "EPSG:5703"]
    systems += [
        "http://127.0.0.1:PORT/crs#4326",
        "ESRI:999",
        "OGC:CRS1",
        "a" * 10_000,
        "urn:ogc:def:crs:::",
        "IGNF:LAMB93",
    ]
    for number, name in enumerate(map(aim, systems)):
        yield f"system-{number}.geojson", samples.geojson(crs={"type": "name", "properties": {"name": name}})
        yield f"link-{number}.geojson", samples.geojson(crs={"type": "link", "properties": {"href": name}})
    for number, crs in enumerate([1, [], {}, "EPSG:3857", {"properties": []}, {"properties": {"name": {"a": 1}}}]):
        yield f"crs-{number}.geojson", samples.geojson(crs=crs)
    yield "half.json", b'[{"place": "\\ud800", "lat": 1}]'
    yield "half-name.json", b'[{"\\udfff": 1}]'
    yield "half.ndjson", b'{"place": "\\ud800"}\n'
    yield "nul.json", b'[{"a\\u0000b": "\\u0000"}]'
    yield "names.json", json.dumps([{f"c{n}": n for n in range(100_000)}]).encode()
    yield "new-names.ndjson", "\n".join(f'{{"c{n}": 1}}' for n in range(50_000)).encode()
    yield "same-name.json", b'[{"a": 1, "a": 2, " a": 3}]'
    yield "row-name.json", b'[{"_row": 1, "lat": 2}]'
    yield "no-name.json", b'[{"": 1, "lat": 2}]'
    yield "empty-objects.ndjson", b"{}\n" * 300_000
    yield "empty-lists.json", b"{" + b",".join(b'"%d": []' % n for n in range(50_000)) + b"}"
    yield "object-lists.json", b'{"a": [{}], "b": [{}]}'
    yield "giant.json", b'[{"a": "' + b"x" * 6_000_000 + b'"}]'
    yield "long.json", b'[{"a": "' + b"x" * 2_000_000 + b'"}]'
    yield "endless.ndjson", b'{"a": "' + b"x" * 6_000_000
    yield (
        "vertices.geojson",
        json.dumps(
            {
                "features": [
                    {
                        "type": "Feature",
                        "properties": {},
                        "geometry": {"type": "Polygon", "coordinates": [[[1, 2]] * 10**6]},
                    }
                ]
            }
        ).encode(),
    )
    yield "blank.json", b" " * 5_000_000
    yield "blank-list.json", b"[" + b" " * 5_000_000 + b"]"
    yield "commas.json", b"[" + b"," * 1_000_000
    yield "numbers.json", b"[" + b"1," * 500_000 + b"1]"
    yield "mixed.json", b'[{"lat": 1}, 2, "three", null]'
    yield "features.json", b'{"type": "FeatureCollection", "features": {"a": 1}}'
    yield "null-feature.geojson", b'{"features": [null, {"type": "Feature", "geometry": 1, "properties": 2}]}'
    yield "comment.json", b'// a\n[{"lat": 1}]'
    yield "single.json", b"[{'lat': 1}]"
    yield "latin.json", '[{"place": "Málaga"}]'.encode("latin-1")
    yield "utf16.json", '[{"lat": 1}]'.encode("utf-16")


def markup(aim: Aim) -> Iterator[tuple[str, bytes]]:
    """Yield KML that defines, refers, nests and swells."""
    body = "<Placemark><name>%s</name><Point><coordinates>1,2</coordinates></Point></Placemark>"
    kml = "<kml xmlns='http://www.opengis.net/kml/2.2'><Document>%s</Document></kml>"
    made = {
        "laughs": LAUGHS + "]>" + kml % (body % "&a10;"),
        "quadratic": f"<!DOCTYPE kml [<!ENTITY a '{'a' * 100_000}'>]>" + kml % (body % ("&a;" * 1000)),
        "external": "<!DOCTYPE kml [<!ENTITY a SYSTEM 'CANARY'>]>" + kml % (body % "&a;"),
        "external-file": "<!DOCTYPE kml [<!ENTITY a SYSTEM 'file://CANARY'>]>" + kml % (body % "&a;"),
        "remote": "<!DOCTYPE kml [<!ENTITY a SYSTEM 'http://127.0.0.1:PORT/'>]>" + kml % (body % "&a;"),
        "parameter": "<!DOCTYPE kml [<!ENTITY % a SYSTEM 'CANARY'> %a;]>" + kml % (body % "a"),
        "type": "<!DOCTYPE kml SYSTEM 'http://127.0.0.1:PORT/kml.dtd'>" + kml % (body % "a"),
        "plain-type": "<!DOCTYPE kml>" + kml % (body % "a"),
        "link": kml % "<NetworkLink><Link><href>http://127.0.0.1:PORT/</href></Link></NetworkLink>",
        "include": kml % "<xi:include xmlns:xi='http://www.w3.org/2001/XInclude' href='CANARY'/>",
        "icon": kml % ("<Style><IconStyle><Icon><href>CANARY</href></Icon></IconStyle></Style>" + body % "a"),
        "deep": kml % ("<Folder>" * 100_000),
        "deep-closed": kml % ("<Folder>" * 200 + "</Folder>" * 200),
        "attribute": kml % f"<Placemark id='{'x' * 5_000_000}'/>",
        "attributes": kml % ("<Placemark " + " ".join(f"a{n}='1'" for n in range(100_000)) + "/>"),
        "giant": kml % (body % ("x" * 5_000_000)),
        "many": kml % ("<Placemark/>" * 100_000),
        "values": kml
        % (
            "<Placemark><ExtendedData>"
            + "<Data name='a'><value>1</value></Data>" * 5000
            + "</ExtendedData></Placemark>"
        ),
        "names": kml
        % "<Placemark>%s</Placemark>"
        % "".join(f"<ExtendedData><Data name='c{n}'><value>1</value></Data></ExtendedData>" for n in range(5000)),
        "places": kml
        % "".join(
            f"<Placemark><Point><coordinates>{place}</coordinates></Point></Placemark>"
            for place in ("", "1", ",", "a,b", "1 2", "1e999,nan", "1,2,3,4,5")
        ),
        "points": kml
        % (
            "<Placemark><MultiGeometry>"
            + "<Point><coordinates>1,2</coordinates></Point>" * 3
            + "</MultiGeometry></Placemark>"
        ),
        "within": kml % "<Placemark><Placemark><name>a</name></Placemark></Placemark>",
        "not-closed": "<kml><Document>",
        "other-space": "<kml xmlns='http://example.org/kml'><Placemark/></kml>",
        "no-space": "<kml><Placemark><name>a</name></Placemark></kml>",
        "encoding": "<?xml version='1.0' encoding='utf-7'?>" + kml % (body % "a"),
        "encoding-unknown": "<?xml version='1.0' encoding='x-nothing'?>" + kml % (body % "a"),
        "encoding-rot13": "<?xml version='1.0' encoding='rot13'?>" + kml % (body % "a"),
        "encoding-shift": "<?xml version='1.0' encoding='shift_jis'?>" + kml % (body % "a"),
        "encoding-lie": "<?xml version='1.0' encoding='utf-16'?>" + kml % (body % "a"),
        "instruction": "<?xml version='1.0'?><?xml-stylesheet href='CANARY'?>" + kml % (body % "a"),
        "sections": kml % (body % "<![CDATA[]]>" * 1000),
        "ampersand": kml % (body % "&nothing;"),
        "character": kml % (body % "&#0;&#xD800;"),
        "comment": kml % ("<!--" + "-" * 1000 + body % "a"),
    }
    for name, content in ((name, aim(content)) for name, content in made.items()):
        yield f"{name}.kml", content.encode()
        yield f"{name}.kmz", samples.zipped({"doc.kml": content})
    yield "latin.kml", (kml % (body % "Málaga")).encode("latin-1")
    yield "utf16.kml", ("<?xml version='1.0' encoding='utf-16'?>" + kml % (body % "a")).encode("utf-16")


def archives(good: dict[str, bytes]) -> Iterator[tuple[str, bytes]]:
    """Yield archives that swell, lie, nest, or reach outside themselves."""
    names = [
        "../../escape.kml",
        "/etc/escape.kml",
        "..\\escape.kml",
        "C:\\escape.kml",
        "a/../../b.kml",
        "a\0.kml",
        "a" * 60_000,
    ]
    for suffix, inner in (
        (".xlsx", "xl/workbook.xml"),
        (".ods", "content.xml"),
        (".kmz", "doc.kml"),
        (".zip", "layer.shp"),
    ):
        for number, name in enumerate(names):
            with zipfile.ZipFile(io.BytesIO(good[suffix])) as archive:
                members = {member: archive.read(member) for member in archive.namelist()}
            yield f"slip-{number}{suffix}", samples.zipped(members | {name: samples.kml()})
            yield f"slip-only-{number}{suffix}", samples.zipped({name.replace(".kml", f".{inner[-3:]}"): b"x"})
        yield f"bomb{suffix}", samples.zipped({inner: b"0" * 30_000_000, "layer.shx": b"", "layer.dbf": b""})
        yield f"many{suffix}", samples.zipped({f"{number}.xml": b"" for number in range(11_000)})
        yield f"empty{suffix}", samples.zipped({})
        nested = samples.zipped({inner: b"0" * 100_000})
        for _ in range(20):
            nested = samples.zipped({inner: nested, "layer.shx": nested, "layer.dbf": b""})[: 2**20]
        yield f"nested{suffix}", nested
        for kind in (zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA, zipfile.ZIP_STORED):
            yield f"kind-{kind}{suffix}", samples.zipped({inner: samples.kml()}, kind)
        central = good[suffix].rfind(b"PK\x01\x02")
        for number, (at, value) in enumerate(
            [(8, 1), (10, 99), (20, 2**32 - 1), (24, 2**32 - 1), (24, 10), (42, 2**31)]
        ):
            octets = bytearray(good[suffix])
            octets[central + at : central + at + 4] = struct.pack("<I", value)
            yield f"lie-{number}{suffix}", bytes(octets)
        end = good[suffix].rfind(b"PK\x05\x06")
        for number, (at, value) in enumerate([(8, 2**32 - 1), (12, 2**32 - 1), (16, 2**31), (16, 0)]):
            octets = bytearray(good[suffix])
            octets[end + at : end + at + 4] = struct.pack("<I", value)
            yield f"end-{number}{suffix}", bytes(octets)


def gathered(good: dict[str, bytes], aim: Aim) -> Iterator[tuple[str, bytes]]:
    """Yield archives of other files: bad members beside good ones, and documents of shared events that are none."""
    for suffix in (".csv", ".json", ".xlsx", ".kml", ".gpkg", ".parquet"):
        cut = good[suffix][: len(good[suffix]) // 2]
        yield f"gathered-cut{suffix}.zip", samples.zipped({f"a{suffix}": cut, "b.csv": good[".csv"]})
        yield f"gathered-only{suffix}.zip", samples.zipped({f"a{suffix}": cut})
        layer = "<OGRVRTLayer name='a'><SrcDataSource>CANARY</SrcDataSource></OGRVRTLayer>"
        vrt = aim(f"<OGRVRTDataSource>{layer}</OGRVRTDataSource>")
        yield f"gathered-vrt{suffix}.zip", samples.zipped({f"a{suffix}": vrt, f"b{suffix}": good[suffix]})
    yield "gathered-bomb.zip", samples.zipped({"a.xlsx": samples.zipped({"xl/workbook.xml": b"0" * 20_000_000})})
    yield "gathered-nested.zip", samples.zipped({"a.zip": samples.zipped({"b.zip": samples.zipped({"c.csv": b"0"})})})
    yield (
        "gathered-names.zip",
        samples.zipped({f"{name}.csv": good[".csv"] for name in ("a\nb", "=1", "x" * 5_000, "ü")}),
    )
    yield "gathered-many.zip", samples.zipped({f"{number}.csv": b"a,b\n1,2\n" for number in range(101)})
    place = {"type": "location", "id": "location--00000000-0000-4000-8000-000000000001"}
    seen = {"type": "sighting", "where_sighted_refs": [place["id"]]}
    odd = {"id": {}, "granular_markings": 7, "object_marking_refs": [[]]}
    event = {"uuid": "1", "info": "a"}
    documents = (
        [{"Event": {"uuid": {}, "info": [], "Object": [{"name": "geolocation", "Attribute": 7}]}}],
        {"Event": event | {"Object": [{"name": "geolocation", "Attribute": [7, {"value": {}}]}]}},
        {"Event": event | {"Object": 7, "Tag": [7], "Orgc": []}},
        {"response": [{"Event": 7}, 7]},
        {"type": "bundle", "objects": [place | {"type": 7}]},
        {"type": "bundle", "objects": [place, seen]},
        {"type": "bundle", "objects": [place, seen | odd]},
        {"type": "bundle", "objects": [place, seen | odd | {"id": "a", "external_references": {"url": 1}}]},
        {"type": "bundle", "objects": [place, place | {"extensions": [], "definition": 7}, 7]},
    )
    for number, document in enumerate(documents):
        yield f"shared-{number}.json", json.dumps(document).encode()
    yield "shared-deep.json", b'{"Event": {"uuid": "1", "info": "a", "Object": ' + b"[" * 5_000


def workbooks(aim: Aim) -> Iterator[tuple[str, bytes]]:
    """Yield workbooks whose few bytes ask for billions of cells, and ones that point elsewhere."""
    main = "<worksheet xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'>%s</worksheet>"
    cell = "<c r='%s' t='inlineStr'><is><t>a</t></is></c>"
    places = ("".join(letters) for letters in itertools.product("ABC", string.ascii_uppercase, string.ascii_uppercase))
    wide = "".join(cell % f"{place}1" for place in places)
    sheets = {
        "sparse": main
        % f"<sheetData><row r='1'>{cell % 'A1'}</row><row r='1048576'>{cell % 'XFD1048576'}</row></sheetData>",
        "beyond": main
        % f"<sheetData><row r='1'>{cell % 'A1'}</row><row r='9'>{cell % 'ZZZZZZZ4294967295'}</row></sheetData>",
        "rows": main % f"<sheetData><row r='4294967296'>{cell % 'A4294967296'}</row></sheetData>",
        "negative": main % f"<sheetData><row r='-1'>{cell % 'A-1'}</row></sheetData>",
        "dimension": main % f"<dimension ref='A1:XFD1048576'/><sheetData><row r='1'>{cell % 'A1'}</row></sheetData>",
        "shared": main % "<sheetData><row r='1'><c r='A1' t='s'><v>99999999</v></c></row></sheetData>",
        "style": main % "<sheetData><row r='1'><c r='A1' s='99999'><v>1</v></c></row></sheetData>",
        "dates": samples.sheet([["date", "lat"], [(1e300, 1), 1], [(-1e300, 2), 2], [(2958466, 1), 3], [(-1, 1), 4]]),
        "numbers": samples.sheet([["date", "lat"], ["a", float("inf")], ["b", float("nan")], ["c", 1e308]]),
        "deep": main % ("<a>" * 100_000),
        "laughs": LAUGHS
        + "]>"
        + main % "<sheetData><row r='1'><c r='A1' t='inlineStr'><is><t>&a10;</t></is></c></row></sheetData>",
        "external": "<!DOCTYPE a [<!ENTITY a SYSTEM 'CANARY'>]>"
        + main % "<sheetData><row r='1'><c r='A1' t='inlineStr'><is><t>&a;</t></is></c></row></sheetData>",
        "none": "",
        "names": samples.sheet([["lat", "lat"], [1, 2]]),
        "wide": main % f"<sheetData><row r='1'>{wide}</row><row r='2'>{cell % 'A2'}</row></sheetData>",
        "long": samples.sheet([["date", "lat"], ["x" * 1_500_000, 1]]),
        "formula": main
        % "<sheetData><row r='1'><c r='A1'><f>WEBSERVICE(\"http://127.0.0.1:PORT/\")</f></c></row></sheetData>",
    }
    for name, sheet in sheets.items():
        yield f"{name}.xlsx", samples.xlsx([aim(sheet)])
    yield "sheets.xlsx", samples.xlsx(["<worksheet/>"] * 500)
    cell = "<table:table-cell%s office:value-type='string'><text:p>a</text:p></table:table-cell>"
    row = f"<table:table-row%s>{cell}</table:table-row>"
    bodies = {
        "columns": row % ("", " table:number-columns-repeated='2000000000'"),
        "rows": row % (" table:number-rows-repeated='2000000000'", "") * 2,
        "both": row % (" table:number-rows-repeated='1048576'", " table:number-columns-repeated='16384'"),
        "negative": row % (" table:number-rows-repeated='-5'", " table:number-columns-repeated='x'"),
        "date": row.replace("'string'", "'date' office:date-value='99999-99-99'") % ("", "") * 3,
        "deep": "<table:table-row>" * 100_000,
        "object": "<draw:object xmlns:draw='a' xlink:href='CANARY' xmlns:xlink='b'/>",
        "empty": "",
    }
    for name, body in bodies.items():
        yield f"{name}.ods", samples.ods(aim(body))


def columnar(aim: Aim) -> Iterator[tuple[str, bytes]]:
    """Yield Parquet that lies about its sizes, swells when unpacked, or describes its geometry strangely."""
    good = samples.parquet()
    for number, length in enumerate([0, 1, 2**16, 2**31 - 1, 2**32 - 1]):
        yield f"footer-{number}.parquet", good[:-8] + struct.pack("<I", length) + b"PAR1"
    yield "only-ends.parquet", b"PAR1PAR1"
    yield "encrypted.parquet", b"PARE" + good[4:-4] + b"PARE"
    word = "x" * 900_000
    swelling = pa.table({"lat": pa.DictionaryArray.from_arrays(pa.array([0] * 200_000, pa.int32()), [word])})
    yield "dictionary.parquet", samples.written(swelling)
    yield "nulls.parquet", samples.written(pa.table({"lat": pa.nulls(20_000_000, pa.int8())}))
    yield "long.parquet", samples.written(pa.table({"lat": ["x" * 2_000_000]}), compression="zstd")
    yield "columns.parquet", samples.written(pa.table({f"c{n}": [1] for n in range(3000)}))
    yield "twice.parquet", samples.written(pa.table([[1], [2]], names=["lat", "lat"]))
    yield "row.parquet", samples.written(pa.table({"_row": [1], " _row": [2], "": [3]}))
    yield "empty.parquet", samples.written(pa.table({"lat": pa.array([], pa.int8())}))
    yield "no-columns.parquet", samples.written(pa.table({}))
    broken = pa.Array.from_buffers(
        pa.string(), 1, [None, pa.py_buffer(struct.pack("<ii", 0, 2)), pa.py_buffer(b"\xff\xfe")]
    )
    yield "not-utf8.parquet", samples.written(pa.table({"lat": broken}))
    yield (
        "times.parquet",
        samples.written(
            pa.table({n: pa.array([2**63 - 1, -(2**63), 0], pa.timestamp(n)) for n in ("ms", "us", "ns")}),
            version="2.6",
        ),
    )
    yield (
        "zone.parquet",
        samples.written(pa.table({"t": pa.array([0], pa.timestamp("us", "Not/AZone"))})),
    )
    nested = pa.array([1])
    for _ in range(40):
        nested = pa.ListArray.from_arrays([0, 1], nested)
    yield "nested.parquet", samples.written(pa.table({"lat": nested}))
    column = {"encoding": "WKB", "geometry_types": []}
    statements = [
        b"{",
        b"[" * 100_000,
        b"null",
        b'{"primary_column": "geometry", "columns": {}}',
        json.dumps({"primary_column": "lat", "columns": {"lat": column}}).encode(),
        json.dumps({"primary_column": "geometry", "columns": {"geometry": column | {"encoding": "TWKB"}}}).encode(),
        json.dumps({"primary_column": "geometry", "columns": {"geometry": column | {"crs": None}}}).encode(),
        json.dumps(
            {"primary_column": "geometry", "columns": {"geometry": column | {"crs": "+nadgrids=CANARY"}}}
        ).encode(),
        json.dumps(
            {"primary_column": "geometry", "columns": {"geometry": column | {"crs": {"type": "GeographicCRS"}}}}
        ).encode(),
        json.dumps({"primary_column": "geometry", "columns": {"geometry": column | {"crs": 4326}}}).encode(),
        json.dumps({"primary_column": "geometry", "columns": {"geometry": column}}).encode(),
        json.dumps({"primary_column": ["geometry"], "columns": {"geometry": column}}).encode(),
    ]
    shapes = [
        b"",
        b"\1",
        b"\1\1\0\0\0",
        struct.pack("<BIdd", 1, 1, 1e308, float("nan")),
        struct.pack(">BIdd", 0, 1, 1, 2),
    ]
    shapes += [struct.pack("<BII", 1, 3, 2**32 - 1) + bytes(12), struct.pack("<BIIdd", 1, 0x20000001, 4326, 1, 2), None]
    shapes += [
        struct.pack("<BII", 1, 4, 1) + struct.pack("<BIdd", 1, 1, 1, 2),
        struct.pack("<BIdd", 7, 1, 1, 2),
        bytes(99),
    ]
    table = pa.table({"geometry": shapes, "lat": range(len(shapes))})
    for number, statement in enumerate(statements):
        yield (
            f"geo-{number}.geoparquet",
            samples.written(table.replace_schema_metadata({b"geo": aim(statement.decode()).encode()})),
        )


def vectors(good: dict[str, bytes], folder: Path, aim: Aim) -> Iterator[tuple[str, bytes]]:
    """Yield map files that are well-formed where GDAL looks first, and hostile behind."""
    path = folder / "forged.gpkg"
    for name, statements in _STATEMENTS.items():
        path.write_bytes(good[".gpkg"])
        connection = sqlite3.connect(path)
        connection.execute("PRAGMA trusted_schema=0")
        triggers = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for (trigger,) in triggers:
            connection.execute(f'DROP TRIGGER "{trigger}"')
        for statement in statements:
            connection.execute(aim(statement))
        connection.commit()
        connection.close()
        yield f"{name}.gpkg", path.read_bytes()
    path.unlink()
    for number, size in enumerate([0, 1, 2**20, 2**31 - 1, 2**32 - 1]):
        yield f"header-{number}.fgb", good[".fgb"][:8] + struct.pack("<I", size) + good[".fgb"][12:]
    with zipfile.ZipFile(io.BytesIO(good[".zip"])) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    for part, places in (
        ("layer.dbf", [(4, "<I"), (8, "<H"), (10, "<H")]),
        ("layer.shp", [(24, ">I"), (100, ">I"), (104, ">I")]),
        ("layer.shx", [(24, ">I"), (100, ">I"), (104, ">I")]),
    ):
        for at, form in places:
            for value in (0, 1, 2 ** (8 * struct.calcsize(form)) - 1, 2 ** (8 * struct.calcsize(form) - 1)):
                octets = bytearray(members[part])
                struct.pack_into(form, octets, at, value)
                yield f"{part[-3:]}-{at}-{value}.zip", samples.zipped(members | {part: bytes(octets)})
    systems = ["", "CANARY", "GEOGCS[", "+proj=longlat +nadgrids=CANARY", "EPSG:4326", "(" * 100_000, "PROJCS[" * 5000]
    for number, system in enumerate(systems):
        yield f"prj-{number}.zip", samples.zipped(members | {"layer.prj": aim(system)})
    yield "two.zip", samples.zipped(members | {"other.shp": members["layer.shp"]})
    yield "cpg.zip", samples.zipped(members | {"layer.cpg": "NO-SUCH-ENCODING"})


def every(folder: Path, seed: int, each: int, aim: Aim) -> Iterator[tuple[str, bytes]]:
    """Yield all bad files; ``each`` says how many accidents befall every format."""
    good = samples.every(folder)
    yield from accidents(good, seed, each)
    yield from repacked(good, seed + 1, each)
    yield from disguises(good, aim)
    yield from separated(aim)
    yield from documents(aim)
    yield from markup(aim)
    yield from archives(good)
    yield from gathered(good, aim)
    yield from workbooks(aim)
    yield from columnar(aim)
    yield from vectors(good, folder, aim)
