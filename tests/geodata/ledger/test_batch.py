"""The import: an edition that takes away much more than editions do is refused unless it is meant."""

import pytest

from geodata.core.errors import WrongValue
from geodata.ledger.batch import Batch, refuse_many_withdrawn


def batch(withdrawn: int) -> Batch:
    return Batch("b-1", "edition.csv", "0", "S", "plain", "somebody", "2026-01-01T00:00:00Z", withdrawn=withdrawn)


@pytest.mark.parametrize(
    ("withdrawn", "standing", "refused"),
    [(3, 12, False), (4, 12, True), (200, 1000, False), (201, 1000, True), (0, 0, False)],
)
def test_more_than_a_fifth_of_what_stands_and_more_than_three_are_refused(withdrawn, standing, refused):
    if not refused:
        refuse_many_withdrawn(batch(withdrawn), standing)
        return
    with pytest.raises(WrongValue, match=f"it leaves out {withdrawn} of the {standing:,} incidents"):
        refuse_many_withdrawn(batch(withdrawn), standing)
