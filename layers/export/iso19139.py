"""The record of an export for catalogues of geographic data: ISO 19115:2003 as XML.

Source: ISO/TS 19139:2007 in the schemas of OGC 07-045 (CSW 2.0.2, application profile ISO), which catalogues read.
"""

from __future__ import annotations

from xml.etree import ElementTree as ET

from geodata.core.handling import HANDLING_MARKS
from layers.export.dataset import Dataset, File
from layers.export.texts import for_xml

_SPACES = {
    "gmd": "http://www.isotc211.org/2005/gmd",
    "gco": "http://www.isotc211.org/2005/gco",
    "gml": "http://www.opengis.net/gml",
}
_CODES = "http://www.isotc211.org/2005/resources/Codelist/gmxCodelists.xml#"
_OBJECTS = {"Point": "point", "MultiLineString": "curve", "MultiPolygon": "surface"}


def iso19139_of(told: Dataset) -> bytes:
    """Return the record as XML in UTF-8."""
    root = ET.Element("gmd:MD_Metadata", {f"xmlns:{prefix}": space for prefix, space in _SPACES.items()})
    _text(root, "gmd:fileIdentifier", told.name)
    _text(root, "gmd:language", "eng")
    _code(root, "gmd:characterSet/gmd:MD_CharacterSetCode", "utf8")
    _code(root, "gmd:hierarchyLevel/gmd:MD_ScopeCode", "dataset")
    if told.contact:
        _contact(_at(root, "gmd:contact"), told)
    else:
        ET.SubElement(root, "gmd:contact", {"gco:nilReason": "missing"})
    _at(root, "gmd:dateStamp/gco:DateTime").text = told.export.moment.removesuffix("Z")
    _text(root, "gmd:metadataStandardName", "ISO 19115:2003")
    _objects(root, told)
    system = "gmd:referenceSystemInfo/gmd:MD_ReferenceSystem/gmd:referenceSystemIdentifier/gmd:RS_Identifier"
    _text(_at(root, system), "gmd:code", f"urn:ogc:def:crs:EPSG::{told.crs}")
    _identification(root, told)
    _distribution(root, told.files)
    quality = _at(root, "gmd:dataQualityInfo/gmd:DQ_DataQuality")
    _code(quality, "gmd:scope/gmd:DQ_Scope/gmd:level/gmd:MD_ScopeCode", "dataset")
    lineage = _at(quality, "gmd:lineage/gmd:LI_Lineage")
    _text(lineage, "gmd:statement", told.lineage)
    for name, count in told.sources:
        _text(_at(lineage, "gmd:source/gmd:LI_Source"), "gmd:description", f"{name} ({count:,} incidents)")
    ET.indent(root)
    return bytes(ET.tostring(root, "utf-8", xml_declaration=True))


def _objects(root: ET.Element, told: Dataset) -> None:
    """Add how many points, lines and areas there are, layer by layer."""
    located = [table for table in told.tables if table.shape is not None]
    if not located:
        return
    vectors = _at(root, "gmd:spatialRepresentationInfo/gmd:MD_VectorSpatialRepresentation")
    for table in located:
        found = _at(vectors, "gmd:geometricObjects/gmd:MD_GeometricObjects")
        kind = _OBJECTS[table.shape or "Point"]
        _code(found, "gmd:geometricObjectType/gmd:MD_GeometricObjectTypeCode", kind)
        if len(table.frame):
            _at(found, "gmd:geometricObjectCount/gco:Integer").text = str(len(table.frame))


def _identification(root: ET.Element, told: Dataset) -> None:
    data = _at(root, "gmd:identificationInfo/gmd:MD_DataIdentification")
    citation = _at(data, "gmd:citation/gmd:CI_Citation")
    _text(citation, "gmd:title", told.title)
    made = _at(citation, "gmd:date/gmd:CI_Date")
    _at(made, "gmd:date/gco:DateTime").text = told.export.moment.removesuffix("Z")
    _code(made, "gmd:dateType/gmd:CI_DateTypeCode", "creation")
    _text(_at(citation, "gmd:identifier/gmd:MD_Identifier"), "gmd:code", told.export.export_id)
    _text(data, "gmd:abstract", told.abstract)
    for credit in told.export.credits:
        _text(data, "gmd:credit", credit)
    if told.contact:
        _contact(_at(data, "gmd:pointOfContact"), told)
    keywords = _at(data, "gmd:descriptiveKeywords/gmd:MD_Keywords")
    for table in told.tables:
        _text(keywords, "gmd:keyword", table.title)
    _constraints(data, told)
    _code(data, "gmd:spatialRepresentationType/gmd:MD_SpatialRepresentationTypeCode", "vector")
    _text(data, "gmd:language", "eng")
    _at(data, "gmd:topicCategory/gmd:MD_TopicCategoryCode").text = "society"
    _extent(data, told)


def _constraints(data: ET.Element, told: Dataset) -> None:
    """Add the handling mark and what the sources ask for."""
    mark = told.export.marking
    if mark or told.export.credits:
        legal = _at(data, "gmd:resourceConstraints/gmd:MD_LegalConstraints")
        if mark:  # here too, as many catalogues show no constraints of security
            _text(legal, "gmd:useLimitation", f"Handling mark: {mark}")
        if told.export.credits:
            _code(legal, "gmd:useConstraints/gmd:MD_RestrictionCode", "license")
        for credit in told.export.credits:
            _text(legal, "gmd:otherConstraints", credit)
    if mark:
        secrecy = _at(data, "gmd:resourceConstraints/gmd:MD_SecurityConstraints")
        code = "unclassified" if mark == HANDLING_MARKS[0] else "restricted"
        _code(secrecy, "gmd:classification/gmd:MD_ClassificationCode", code)
        _text(secrecy, "gmd:userNote", mark)
        if mark in HANDLING_MARKS:
            _text(secrecy, "gmd:classificationSystem", "Traffic Light Protocol 2.0")


def _extent(data: ET.Element, told: Dataset) -> None:
    if told.bounds is None and told.period is None:
        return
    extent = _at(data, "gmd:extent/gmd:EX_Extent")
    if told.bounds is not None:
        box = _at(extent, "gmd:geographicElement/gmd:EX_GeographicBoundingBox")
        west, south, east, north = told.bounds
        sides = {"westBoundLongitude": west, "eastBoundLongitude": east}
        for side, degrees in (sides | {"southBoundLatitude": south, "northBoundLatitude": north}).items():
            _at(box, f"gmd:{side}/gco:Decimal").text = f"{degrees:.5f}"
    if told.period is not None:
        period = _at(extent, "gmd:temporalElement/gmd:EX_TemporalExtent/gmd:extent/gml:TimePeriod")
        period.set("gml:id", "period")
        for tag, day in zip(("gml:beginPosition", "gml:endPosition"), told.period, strict=True):
            ET.SubElement(period, tag).text = day.isoformat()


def _distribution(root: ET.Element, files: tuple[File, ...]) -> None:
    """Add each file: its format, its size in megabytes as the standard has it, its exact size and SHA-256 in words."""
    distribution = _at(root, "gmd:distributionInfo/gmd:MD_Distribution")
    for name in dict.fromkeys(file.format for file in files):
        kind = _at(distribution, "gmd:distributionFormat/gmd:MD_Format")
        _text(kind, "gmd:name", name)
        ET.SubElement(kind, "gmd:version", {"gco:nilReason": "inapplicable"})
    for file in files:
        option = _at(distribution, "gmd:transferOptions/gmd:MD_DigitalTransferOptions")
        _at(option, "gmd:transferSize/gco:Real").text = f"{file.size / 1e6:.6f}"
        online = _at(option, "gmd:onLine/gmd:CI_OnlineResource")
        _at(online, "gmd:linkage/gmd:URL").text = file.address
        _text(online, "gmd:name", file.name)
        _text(online, "gmd:description", f"{file.format}, {file.media}, {file.size} bytes, SHA-256 {file.sha256}")
        _code(online, "gmd:function/gmd:CI_OnLineFunctionCode", "download")


def _contact(parent: ET.Element, told: Dataset) -> None:
    party = _at(parent, "gmd:CI_ResponsibleParty")
    name, address = told.whom
    _text(party, "gmd:organisationName", name or address)
    if address:
        path = "gmd:contactInfo/gmd:CI_Contact/gmd:address/gmd:CI_Address"
        _text(_at(party, path), "gmd:electronicMailAddress", address)
    _code(party, "gmd:role/gmd:CI_RoleCode", "pointOfContact")


def _at(parent: ET.Element, path: str) -> ET.Element:
    """Return a new element below a parent, with those on the way to it."""
    for tag in path.split("/"):
        parent = ET.SubElement(parent, tag)
    return parent


def _text(parent: ET.Element, tag: str, text: str) -> None:
    _at(parent, f"{tag}/gco:CharacterString").text = for_xml(text)


def _code(parent: ET.Element, path: str, value: str) -> None:
    found = _at(parent, path)
    found.set("codeList", f"{_CODES}{path.rpartition(':')[2]}")
    found.set("codeListValue", value)
    found.text = value
