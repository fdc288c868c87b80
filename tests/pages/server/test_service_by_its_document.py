"""The service for GIS programs, asked for whatever its own OpenAPI document allows, and for what it does not.

Each answer must have a status, a media type and a body that the document promises, and no question may end in a fault
of the server. A filter that means nothing is refused in a sentence, which the document promises as well.
"""

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance, unsupported_method

from pages.server.service_interface import MOST

pytestmark = pytest.mark.slow

ASKED = 25
"""Examples of an operation and kind, so that all take some seconds."""
TILES = "tiles/WebMercatorQuad"
PATHS = [
    "/",
    "/api",
    "/collections",
    "/styles",
    "/styles/routes",
    "/tileMatrixSets/WebMercatorQuad",
    "/collections/hubs/queryables",
    "/collections/routes/items",
    "/collections/hexes/items",
    "/collections/legs/items",
    "/collections/hubs/items/{id}",
    "/collections/routes/tiles",
    f"/collections/hubs/{TILES}",
    f"/collections/hexes/{TILES}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}",
]


@pytest.fixture
def document(app, shown):
    return schemathesis.openapi.from_asgi("/ogc/api", app)


def asks_for_too_many(case) -> bool:
    """Tell whether a page is asked for that is too long: by OGC API Features that is no error, as the most is given."""
    limit = str((case.query or {}).get("limit", ""))
    return limit.isdecimal() and int(limit) > MOST


@pytest.mark.parametrize("mode", list(schemathesis.GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize("path", PATHS)
def test_every_answer_is_one_that_the_document_promises(document, path, mode):
    @given(case=document[path]["GET"].as_strategy(generation_mode=mode))
    @settings(max_examples=ASKED, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
    def ask(case) -> None:
        taken = [negative_data_rejection] if asks_for_too_many(case) else []
        case.call_and_validate(excluded_checks=[positive_data_acceptance, unsupported_method, *taken])

    ask()
