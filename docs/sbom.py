"""Write the parts list of the product, ``build/sbom.json`` (CycloneDX 1.6): ``python -m docs.sbom``, ``make sbom``.

Versions and hashes are those that ``requirements.txt`` pins, licences those of ``docs.notice``. A library that this
platform does not need is left out.
"""

from __future__ import annotations

import re
from pathlib import Path

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

from docs.notice import ROOT, licence
from routes._version import __version__

SBOM = ROOT / "build" / "sbom.json"
_PINNED = re.compile(
    r"^([A-Za-z0-9_.-]+)==([^\s;\\]+)[^\n]*((?:\n    --hash=sha256:[0-9a-f]{64}[ \\]*)+)", re.MULTILINE
)


def sbom(requirements: Path = ROOT / "requirements.txt") -> str:
    """Return the list, in JSON."""
    made = LicenseFactory()
    product = Component(
        name="smuggling-route-monitor",
        version=__version__,
        type=ComponentType.APPLICATION,
        licenses=[made.make_from_string("Apache-2.0")],
    )
    bom = Bom()
    bom.metadata.component = product
    for name, version, hashes in _PINNED.findall(requirements.read_text(encoding="utf-8")):
        if not (of := licence(name)):
            continue
        part = Component(
            name=name,
            version=version,
            type=ComponentType.LIBRARY,
            bom_ref=f"{name}=={version}",
            purl=PackageURL("pypi", None, name, version),
            licenses=[made.make_from_string(of)],
            hashes=[HashType(alg=HashAlgorithm.SHA_256, content=one) for one in re.findall(r"[0-9a-f]{64}", hashes)],
        )
        bom.components.add(part)
        bom.register_dependency(product, [part])
    return JsonV1Dot6(bom).output_as_string(indent=2)


if __name__ == "__main__":
    SBOM.parent.mkdir(exist_ok=True)
    SBOM.write_text(sbom(), encoding="utf-8")
