"""What a catalogue of data sets is told of an export: DCAT-AP 3 as JSON-LD, and ISO 19115 as XML (``iso19139``).

Both say the same: title, what it holds, period, bounds, sources and credits, handling mark, how it was made, and
each file with its format, size and SHA-256.

Source: SEMIC, DCAT-AP 3.0; W3C, Data Catalog Vocabulary, version 3.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import shapely

from geodata.core.handling import HANDLING_MARKS
from layers.export.dataset import Dataset, File
from layers.export.iso19139 import iso19139_of
from layers.export.texts import for_xml

_CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "geo": "http://www.opengis.net/ont/geosparql#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "spdx": "http://spdx.org/rdf/terms#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
_ACCESS = "http://publications.europa.eu/resource/authority/access-right/"
_MEDIA = "http://www.iana.org/assignments/media-types/"
_ENGLISH = "http://publications.europa.eu/resource/authority/language/ENG"


def dcat_of(told: Dataset) -> dict[str, Any]:
    """Return the record as DCAT-AP 3.0, JSON-LD; addresses of files are relative to where it lies."""
    mark = told.export.marking
    record: dict[str, Any] = {
        "@context": _CONTEXT,
        "@id": told.name,
        "@type": "dcat:Dataset",
        "dct:title": _english(told.title),
        "dct:description": _english(told.abstract),
        "dct:identifier": told.export.export_id,
        "dct:issued": _typed(told.export.moment, "dateTime"),
        "dct:language": {"@id": _ENGLISH, "@type": "dct:LinguisticSystem"},
        "dcat:version": str(told.export.version),
        "dcat:keyword": [_english(table.title) for table in told.tables],
        "dct:provenance": {"@type": "dct:ProvenanceStatement", "rdfs:label": _english(told.lineage)},
        "dct:source": [
            {"@type": "dcat:Dataset", "dct:title": for_xml(name), "dct:description": _english(f"{count:,} incidents")}
            for name, count in told.sources
        ],
        "dct:rights": [_rights(f"Handling mark: {mark}")] * bool(mark) + [_rights(one) for one in told.export.credits],
        "dcat:distribution": [_distribution(file, told) for file in told.files],
    }
    if mark:
        access = {HANDLING_MARKS[0]: "PUBLIC", HANDLING_MARKS[-1]: "NON_PUBLIC"}.get(mark, "RESTRICTED")
        record["dct:accessRights"] = {"@id": f"{_ACCESS}{access}", "@type": "dct:RightsStatement"}
    if told.period is not None:
        first, last = (_typed(day.isoformat(), "date") for day in told.period)
        record["dct:temporal"] = {"@type": "dct:PeriodOfTime", "dcat:startDate": first, "dcat:endDate": last}
    if told.bounds is not None:
        box = {"@value": shapely.box(*told.bounds).wkt, "@type": "geo:wktLiteral"}
        record["dct:spatial"] = {"@type": "dct:Location", "dcat:bbox": box}
    if told.contact:
        name, address = told.whom
        record["dcat:contactPoint"] = {"@type": "vcard:Kind", "vcard:fn": name or address} | (
            {"vcard:hasEmail": {"@id": f"mailto:{quote(address, safe='@')}"}} if address else {}
        )
    return {name: value for name, value in record.items() if value != []}


def records_of(told: Dataset) -> dict[str, bytes]:
    """Return both records, by the ending that they have behind the name of what they tell of."""
    text = json.dumps(dcat_of(told), indent=1, ensure_ascii=False)
    return {"dataset.jsonld": for_xml(text).encode(), "dataset.xml": iso19139_of(told)}


def _distribution(file: File, told: Dataset) -> dict[str, Any]:
    rights = [f"Handling mark: {told.export.marking}"] * bool(told.export.marking) + list(told.export.credits)
    return {
        "@type": "dcat:Distribution",
        "dct:title": file.name,
        "dcat:accessURL": {"@id": file.address, "@type": "rdfs:Resource"},
        "dcat:downloadURL": {"@id": file.address, "@type": "rdfs:Resource"},
        "dcat:mediaType": {"@id": f"{_MEDIA}{file.media}", "@type": "dct:MediaType"},
        "dct:format": {"@type": "dct:MediaTypeOrExtent", "rdfs:label": file.format},
        "dcat:byteSize": _typed(str(file.size), "nonNegativeInteger"),
        "spdx:checksum": {
            "@type": "spdx:Checksum",
            "spdx:algorithm": {"@id": "spdx:checksumAlgorithm_sha256", "@type": "spdx:ChecksumAlgorithm"},
            "spdx:checksumValue": _typed(file.sha256, "hexBinary"),
        },
    } | ({"dct:rights": _rights("; ".join(rights))} if rights else {})


def _english(text: str) -> dict[str, str]:
    return {"@value": for_xml(text), "@language": "en"}


def _typed(text: str, kind: str) -> dict[str, str]:
    return {"@value": text, "@type": f"xsd:{kind}"}


def _rights(text: str) -> dict[str, Any]:
    return {"@type": "dct:RightsStatement", "rdfs:label": _english(text)}
