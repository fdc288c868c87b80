"""The parts list names every library that the product needs here, with version, hashes and licence."""

import json
import re

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from docs.notice import ROOT, licence
from docs.sbom import sbom


def test_the_parts_list_is_cyclonedx_and_holds_every_library_with_version_hashes_and_licence():
    text = sbom()
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    told = {(one["name"], one["version"]): one for one in json.loads(text)["components"]}
    pinned = re.findall(
        r"^([\w.-]+)==([\w.+!-]+)", (ROOT / "requirements.txt").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert told.keys() == {(name, version) for name, version in pinned if licence(name)}
    assert [key for key, one in told.items() if not one.get("licenses") or not one.get("hashes")] == []
    assert {"numpy", "streamlit", "prometheus-client"} <= {name for name, _ in told}
