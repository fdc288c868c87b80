"""The service for GIS programs as other people's programs use it: OWSLib and, where it is installed, GDAL's ogrinfo."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from owslib.ogcapi.features import Features

from benchmarks.served import served

pytestmark = pytest.mark.slow

SEA = "mode = 'sea' AND incidents >= 2"


@pytest.fixture(scope="module")
def service(two_versions: Path) -> Iterator[str]:
    with served(two_versions) as url:
        yield f"{url}/ogc"


def test_owslib_finds_the_layers_what_they_are_filtered_by_and_their_features(service):
    client = Features(service)
    assert {"routes", "hexes", "incidents"} <= set(client.feature_collections())
    assert client.collection_queryables("hexes")["properties"]["incidents"]["type"] == "integer"
    every = client.collection_items("hexes", limit=10_000)["features"]
    wanted = [one for one in every if one["properties"]["mode"] == "sea" and one["properties"]["incidents"] >= 2]
    told = client.collection_items("hexes", limit=10_000, filter=SEA)
    assert told["numberMatched"] == len(wanted)
    assert told["features"] == wanted
    tree = {"op": "=", "args": [{"property": "mode"}, "sea"]}
    told = client.collection_items("hexes", limit=1, **{"filter-lang": "cql2-json", "filter": json.dumps(tree)})
    assert told["numberMatched"] == sum(one["properties"]["mode"] == "sea" for one in every)
    assert client.collection_items("incidents", bbox=[8, 30, 20, 40], limit=1)["numberMatched"] > 0


@pytest.mark.skipif(shutil.which("ogrinfo") is None, reason="GDAL's ogrinfo is not installed")
def test_gdal_counts_the_same_with_a_filter_in_its_own_words(service):
    client = Features(service)
    command = ["ogrinfo", "-ro", "-so", "-where", SEA, "-oo", "PAGE_SIZE=100", f"OAPIF:{service}", "hexes"]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    counted = re.search(r"Feature Count: (\d+)", said)
    assert counted
    assert int(counted[1]) == client.collection_items("hexes", limit=1, filter=SEA)["numberMatched"]
