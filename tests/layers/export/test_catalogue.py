"""Records of exports in catalogues: DCAT-AP that is linked data, ISO 19139 by its schema, and both the same."""

import json
import zipfile
from dataclasses import replace
from datetime import date
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

import pytest
import rdflib
from lxml import etree
from owslib.iso import MD_Metadata
from rdflib.namespace import DCAT, DCTERMS, RDF, RDFS

from geodata.model.query import View
from layers.export.catalogue import records_of
from layers.export.dataset import Dataset
from layers.export.files import as_file, write
from tests.layers.export.test_formats import export as export  # noqa: PLC0414 (a fixture)

pytestmark = [
    pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning"),  # within rdflib
]

SCHEMA = Path(find_spec("pycsw").origin).parent / "plugins/profiles/apiso/schemas/ogc/iso/19139/20060504/gmd/gmd.xsd"
SPDX = rdflib.Namespace("http://spdx.org/rdf/terms#")
VCARD = rdflib.Namespace("http://www.w3.org/2006/vcard/ns#")
CREDIT = "IOM's Missing Migrants Project (CC BY 4.0)"
CONTACT = "Analysis desk <desk@example.org>"


@pytest.fixture
def told(export, tmp_path):
    def made(special=None, contact=CONTACT, layers=("routes", "incidents")) -> tuple[rdflib.Graph, MD_Metadata, Path]:
        what = replace(special or export(), credits=(CREDIT,))
        path = tmp_path / "a b.gpkg"
        tables = write(path, what, layers)
        records = records_of(Dataset(what, tuple(tables), (as_file(path),), contact=contact))
        graph = rdflib.Graph().parse(
            data=records["dataset.jsonld"], format="json-ld", publicID="https://example.org/exports/record.jsonld"
        )
        return graph, MD_Metadata(valid(records["dataset.xml"])), path

    return made


def valid(content: bytes) -> etree._Element:
    """Return a record that the schema of ISO 19139 takes."""
    schema = etree.XMLSchema(etree.parse(SCHEMA, etree.XMLParser(no_network=True)))
    root = etree.fromstring(content)
    schema.assertValid(root)
    return root


def one(graph: rdflib.Graph, kind: rdflib.URIRef, *path: rdflib.URIRef) -> str | None:
    """Return what is at the end of a path from the one resource of a kind."""
    (found,) = graph.subjects(RDF.type, kind) if kind != DCAT.Dataset else graph.subjects(DCTERMS.identifier)
    for step in path:
        found = graph.value(found, step)
    return None if found is None else str(found)


def test_both_records_say_what_when_where_and_of_which_mark_it_is(told):
    graph, iso, _ = told()
    title = "Smuggling routes, 2024-01-01 to 2025-01-01 [TLP:AMBER]"
    assert one(graph, DCAT.Dataset, DCTERMS.title) == iso.identification[0].title == title
    abstract = one(graph, DCAT.Dataset, DCTERMS.description)
    assert abstract == iso.identification[0].abstract
    assert abstract.startswith(
        "Made from 3 incidents. Routes (1 rows): Lines along which smuggling moves. Incidents (3 r"
    )
    period = [one(graph, DCAT.Dataset, DCTERMS.temporal, end) for end in (DCAT.startDate, DCAT.endDate)]
    assert period == ["2024-01-01", "2024-12-31"]
    assert [iso.identification[0].temporalextent_start, iso.identification[0].temporalextent_end] == period
    box = iso.identification[0].extent.boundingBox
    assert (box.minx, box.miny, box.maxx, box.maxy) == ("10.76000", "34.74000", "12.60000", "35.50000")
    assert one(graph, DCAT.Dataset, DCTERMS.spatial, DCAT.bbox).startswith("POLYGON ((12.6 34.74, ")
    assert one(graph, DCAT.Dataset, DCTERMS.accessRights).endswith("/RESTRICTED")
    rights = {str(graph.value(right, RDFS.label)) for right in graph.objects(None, DCTERMS.rights)}
    assert {"Handling mark: TLP:AMBER", CREDIT} <= rights
    assert iso.identification[0].securityconstraints == ["restricted"]
    assert iso.identification[0].uselimitation == ["Handling mark: TLP:AMBER"]
    assert iso.identification[0].otherconstraints == [CREDIT]


def test_both_records_name_sources_method_and_whom_to_ask(told):
    graph, iso, _ = told()
    sources = {str(graph.value(source, DCTERMS.title)) for source in graph.objects(None, DCTERMS.source)}
    assert sources == {"Coast guard"}
    lineage = one(graph, DCAT.Dataset, DCTERMS.provenance, RDFS.label)
    assert lineage == iso.dataquality.lineage
    assert lineage.startswith("Method ")
    assert "on version 3 of the ledger, for the view 'from=2024-01-01&to=2025-01-01'; export x-" in lineage
    assert one(graph, DCAT.Dataset, DCAT.contactPoint, VCARD.fn) == "Analysis desk"
    assert one(graph, DCAT.Dataset, DCAT.contactPoint, VCARD.hasEmail) == "mailto:desk@example.org"
    assert (iso.contact[0].organization, iso.contact[0].email) == ("Analysis desk", "desk@example.org")


def test_a_file_can_be_found_and_proven_from_its_record(told):
    graph, iso, path = told()
    proof = sha256(path.read_bytes()).hexdigest()
    assert one(graph, DCAT.Distribution, DCAT.accessURL) == "https://example.org/exports/a%20b.gpkg"
    assert one(graph, DCAT.Distribution, DCAT.byteSize) == str(path.stat().st_size)
    assert one(graph, DCAT.Distribution, SPDX.checksum, SPDX.checksumValue) == proof
    assert one(graph, DCAT.Distribution, DCTERMS.format, RDFS.label) == iso.distribution.format == "GeoPackage 1.3"
    assert iso.distribution.online[0].name == "a b.gpkg"
    assert iso.distribution.online[0].description.endswith(f"{path.stat().st_size} bytes, SHA-256 {proof}")


def test_an_export_of_nothing_without_mark_or_contact_has_records_that_leave_these_out(export, told):
    nothing = export(rows=[], view=View())
    graph, iso, _ = told(replace(nothing, routes=replace(nothing.routes, corridors=())), contact="")
    for absent in (DCAT.contactPoint, DCTERMS.accessRights, DCTERMS.temporal, DCTERMS.spatial, DCTERMS.source):
        assert one(graph, DCAT.Dataset, absent) is None
    assert "Routes (0 rows)" in iso.identification[0].abstract
    assert (iso.contact, hasattr(iso.identification[0], "extent")) == ([], False)


def test_an_open_period_is_that_of_the_incidents(export, told):
    graph, _, _ = told(export(view=View(end=date(2024, 5, 1))))
    period = [one(graph, DCAT.Dataset, DCTERMS.temporal, end) for end in (DCAT.startDate, DCAT.endDate)]
    assert period == ["2024-03-05", "2024-04-30"]


def test_a_mark_of_another_scheme_is_told_as_it_stands(export, told):
    graph, iso, _ = told(export(rows=[("2024-03-05", 12.6, 35.5, {"handling": "EU SECRET"})]))
    assert one(graph, DCAT.Dataset, DCTERMS.accessRights).endswith("/RESTRICTED")
    assert iso.identification[0].securityconstraints == ["restricted"]
    assert iso.identification[0].uselimitation == ["Handling mark: EU SECRET"]


def test_names_of_sources_that_no_xml_can_hold_break_neither_record(export, told):
    names = ["\x00\x1b</gmd:x>&\ufffe", '"]}\n<script>', "x" * 100_000]
    _, iso, _ = told(export(rows=[("2024-03-05", 12.6, 35.5, {"source": name}) for name in names]))
    assert iso.identification[0].title.startswith("Smuggling routes")


def test_the_archive_of_all_holds_both_records_and_they_prove_its_files(export, tmp_path, monkeypatch):
    monkeypatch.setenv("ROUTES_CONTACT", CONTACT)
    write(tmp_path / "all.zip", export(), (), 3035)
    with zipfile.ZipFile(tmp_path / "all.zip") as archive:
        iso = MD_Metadata(valid(archive.read("dataset.xml")))
        record = json.loads(archive.read("dataset.jsonld"))
        files = {one["dct:title"]: one["spdx:checksum"]["spdx:checksumValue"] for one in record["dcat:distribution"]}
        assert set(files) == set(archive.namelist()) - {"README.txt", "dataset.jsonld", "dataset.xml"}
        for name, proof in files.items():
            assert proof["@value"] == sha256(archive.read(name)).hexdigest()
    assert iso.contact[0].email == "desk@example.org"
    assert iso.referencesystem.code.endswith("3035")
