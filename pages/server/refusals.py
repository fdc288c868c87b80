"""A request that is refused, from wherever on its way through the server that is found."""

from __future__ import annotations


class RequestRefused(Exception):
    """A request that is answered with one sentence.

    Parameters
    ----------
    status : int
    sentence : str
    headers : str
        Further headers of the answer, under their names with ``_`` for ``-``.
    """

    def __init__(self, status: int, sentence: str, **headers: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}
