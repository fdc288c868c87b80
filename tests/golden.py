"""Tables of what came out once: rows of words and numbers, compared by word and to five digits."""

import pytest


def close(values: list[tuple], known: list[tuple]) -> bool:
    """Tell whether rows have the same words, and the same numbers to five digits."""
    words, numbers = zip(*map(_parted, values), strict=True) if values else ((), ())
    assert list(words) == [_parted(row)[0] for row in known]
    assert list(numbers) == [pytest.approx(_parted(row)[1], rel=1e-5, abs=1e-12) for row in known]
    return True


def _parted(row: tuple) -> tuple[list[str], list[float]]:
    return [one for one in row if isinstance(one, str)], [one for one in row if not isinstance(one, str)]
