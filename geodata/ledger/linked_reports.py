"""Linked reports: incidents of different sources that a person found to be one event, counted once from then on.

Decisions stand in a Delta table of their own, ``links``, beside the incidents. It is only appended to: of two decisions
on one pair the later counts, and every earlier one stays readable, with who gave it and when. No incident is changed.
Each decision makes a version of the ledger, a batch without rows, so that every answer that names a version is of one
state of the decisions; taking that batch back takes the decision back.

Source: entity resolution as connected components of the pairs that were linked, after Christen, *Data Matching*
(2012), chapter 7.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np
import polars as pl
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geodata.model.incident import TIME

TABLE = "links"
Decision = Literal["one event", "apart"]
LINK_SCHEMA: Mapping[str, pl.DataType | type[pl.DataType]] = {
    "incident_id": pl.String,
    "other_id": pl.String,
    "decision": pl.String,
    "actor": pl.String,
    "at": TIME,
    "since": pl.Int64,
}
"""Of each decision; ``incident_id`` < ``other_id``, ``since`` the first version of the ledger that it holds for."""


def standing(decisions: pl.DataFrame, version: int | None = None) -> pl.DataFrame:
    """Return the decision that counts for each pair, the last one given by ``version`` (default: of all)."""
    given = decisions if version is None else decisions.filter(pl.col("since") <= version)
    return given.unique(["incident_id", "other_id"], keep="last", maintain_order=True)


def groups(linked: pl.DataFrame) -> pl.DataFrame:
    """Return which incidents are one event by links that stand, through others too.

    Parameters
    ----------
    linked : DataFrame
        ``incident_id``, ``other_id`` of each link.

    Returns
    -------
    DataFrame
        ``incident_id``, ``group`` (the first id of the group); incidents without a link are not in it.
    """
    ends = pl.concat([linked["incident_id"], linked["other_id"]]).unique().sort()
    count = len(ends)
    place = pl.DataFrame({"id": ends, "n": np.arange(count)})
    left = linked.select(pl.col("incident_id").alias("id")).join(place, on="id", how="left", maintain_order="left")["n"]
    right = linked.select(pl.col("other_id").alias("id")).join(place, on="id", how="left", maintain_order="left")["n"]
    edges = coo_array((np.ones(linked.height), (left.to_numpy(), right.to_numpy())), shape=(count, count))
    labels = connected_components(edges, directed=False)[1] if count else np.empty(0, dtype=np.int32)
    return pl.DataFrame({"incident_id": ends, "label": labels}).select(
        "incident_id", pl.col("incident_id").min().over("label").alias("group")
    )


def counted_with(placed: pl.DataFrame, linked: pl.DataFrame) -> pl.DataFrame:
    """Return the reports that are not counted, each with the report of the same event that is.

    The best placed of an event is counted, then the first by id.

    Parameters
    ----------
    placed : DataFrame
        ``incident_id``, ``place_precision_km`` of the reports at hand; a link to any other is passed over.
    linked : DataFrame
        ``incident_id``, ``other_id`` of the links that stand.

    Returns
    -------
    DataFrame
        ``incident_id``, ``counted_with``.

    Examples
    --------
    >>> placed = pl.DataFrame({"incident_id": ["a/1", "b/1"], "place_precision_km": [5.0, 1.0]})
    >>> counted_with(placed, pl.DataFrame({"incident_id": ["a/1"], "other_id": ["b/1"]})).rows()
    [('a/1', 'b/1')]
    """
    grouped = placed.select("incident_id", "place_precision_km").join(groups(linked), on="incident_id")
    ranked = grouped.sort("place_precision_km", "incident_id", nulls_last=True)
    first = pl.col("incident_id").first().over("group")
    return ranked.select("incident_id", first.alias("counted_with")).filter(
        pl.col("incident_id") != pl.col("counted_with")
    )
