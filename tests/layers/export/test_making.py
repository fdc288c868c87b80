"""What an export is made of: what is marked too high for its readers is in no row and no count."""

import polars as pl
import pytest

from geodata.ledger.store import Ledger
from geodata.model.query import View
from geodata.workspace.network_store import Networks
from layers.audience.audiences import AUDIENCES
from layers.export.making import Asked, Known, made
from routes.pipelines.counting import placed
from tests.workspaces import laid_out


@pytest.mark.parametrize(("audience", "marks"), [("own", {"TLP:AMBER", "TLP:GREEN"}), ("partner", {"TLP:GREEN"})])
def test_incidents_that_are_marked_above_what_readers_may_have_are_counted_nowhere(synthetic_home, audience, marks):
    ledger = Ledger(synthetic_home)
    network, every = laid_out(synthetic_home).network, ledger.incidents(ledger.version())
    each = pl.int_range(pl.len())
    marked = placed(network, every).with_columns(
        pl.when(each % 3 == 0).then(pl.lit("TLP:AMBER")).otherwise(pl.lit("TLP:GREEN")).alias("handling")
    )
    told: list[set[str]] = []

    def changes(allowed: pl.DataFrame) -> tuple[tuple[()], str]:
        told.append(set(allowed["handling"]))
        return (), ""

    known = Known(1, network, marked, Networks(ledger).assumptions.facts(), changes, lambda _: ())
    export = made(Asked(View(), audience=AUDIENCES[audience]), known)
    assert set(export.incidents["handling"]) == marks
    assert told == [marks]
    assert export.marking == max(marks - {"TLP:GREEN"}, default="TLP:GREEN")
    assert export.incidents.height + export.withheld == marked.height
    on_routes = export.incidents.filter(pl.col("corridor_id").is_not_null()).height
    assert sum(route.incidents for route in export.routes.corridors) == on_routes
