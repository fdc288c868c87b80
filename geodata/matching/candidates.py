"""Candidates for a link: incidents of different sources that may be one event, proposed with a score (record linkage).

Nothing is merged or deleted here. ``candidates`` proposes, a person decides (``Ledger.decide``), and the ledger counts
what was found to be one event once (``geodata.ledger.linked_reports``).

Only incidents that share a block are compared: the same band of days and the same or a neighbouring coarse cell. A
block so crowded that its pairs would grow with the square of its incidents is split by day, toll, kind and finer cell,
and past that into slices, so that the work grows with the number of incidents.

Source: blocking and pairwise scores after Christen, *Data Matching* (2012), chapters 4 to 6.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from geodata.ledger.linked_reports import standing
from geodata.ledger.store import Ledger
from geodata.spatial import h3_cells as hexes
from geodata.spatial.coastline import EARTH_KM

THRESHOLD = 0.3
"""Score from which a candidate is worth a look. Measured on two editions of one source: see the tests of links."""
BAND_DAYS = 3
"""Days that the reports of one event may lie apart."""
NEAR = 5
"""H3 resolution of the cell that the two of a pair in a crowd must share."""
COARSE = 3
"""H3 resolution of blocks; with its neighbours a cell reaches 60 km or more around every place."""
NEAR_KM = 10.0
"""Distance at which two exact places count half."""
CLOSER_KM = 3.0
"""Distance at which a pair has half the weight of one at the same spot, where the two compete."""
FEW = 5
"""From this toll on, two reports of the same one are rarely of two events."""
CROWD = 4_000
"""Pairs of one block past which it is split."""
SLICE = 16
"""Incidents of one source in a slice of a crowd whose rows are alike in day, toll and kind."""
PAIRS_AT_ONCE = 2_000_000
ROWS_AT_ONCE = 50_000
COLUMNS = [
    "incident_id",
    "source",
    "time_start",
    "time_end",
    "time_precision",
    "lat",
    "lon",
    "place_precision_km",
    "kind",
    "dead",
    "missing",
    "people",
]
"""What ``candidates`` reads of an incident."""
CANDIDATE_SCHEMA = {"incident_id": pl.String, "other_id": pl.String, "score": pl.Float64, "reasons": pl.String}

_COMPARABLE = ("instant", "day", "month")
_OF_ONE_EVENT = ("death", "rescue", "interception", "detection", "smuggling")
_BLOCK = ["cell", "band"]
_SAME = ["first", "toll", "kind", "near"]
"""What the two of a pair in a crowd must have in common."""
_DAY_US = 86_400_000_000
_LEAST_RAW = 0.05


def candidates(incidents: pl.DataFrame, least: float = THRESHOLD) -> pl.DataFrame:
    """Propose pairs of incidents of different sources that may be one event.

    Parameters
    ----------
    incidents : DataFrame
        Columns ``COLUMNS``. Rows known to the quarter or year only are passed over: they fit too much.
    least : float, 0..1
        Lowest score returned.

    Returns
    -------
    DataFrame
        ``incident_id`` < ``other_id``, ``score`` (0..1), ``reasons``; best first.

    Notes
    -----
    The score multiplies agreement in time, place, toll and kind, and then the share that the pair has among all pairs
    of either incident with the other's source, so that of several that fit equally well none scores high: who is who
    must be found out otherwise.
    """
    rows = _rows(incidents)
    found = [_scored(pairs, rows) for pairs in _pairs(rows) if pairs.height]
    if not found:
        return pl.DataFrame(schema=CANDIDATE_SCHEMA)
    rated = _shared(pl.concat(found)).with_columns((pl.col("raw") * pl.col("share")).alias("score"))
    kept = rated.filter(pl.col("score") >= least)
    return _named(kept, rows).sort("score", "incident_id", "other_id", descending=[True, False, False])


def open_candidates(ledger: Ledger, least: float = THRESHOLD) -> pl.DataFrame:
    """Return the candidates of the newest ledger on which no decision stands, best first."""
    found = candidates(ledger.reports(columns=COLUMNS), least)
    decided = standing(ledger.decisions())
    return found.join(decided, on=["incident_id", "other_id"], how="anti", maintain_order="left")


def _rows(incidents: pl.DataFrame) -> pl.DataFrame:
    """Return what is compared, one row each, numbered ``n``; the shorter its time the lower its number."""
    start, end = pl.col("time_start").dt.timestamp("us"), pl.col("time_end").dt.timestamp("us")
    toll = pl.when(pl.col("dead").is_not_null() | pl.col("missing").is_not_null()).then(
        pl.col("dead").fill_null(0) + pl.col("missing").fill_null(0)
    )
    rows = incidents.filter(pl.col("time_precision").is_in(_COMPARABLE)).select(
        "incident_id",
        pl.col("source").rank("dense").alias("source"),
        (start // _DAY_US).alias("first"),
        ((end - 1) // _DAY_US).alias("last"),
        "lat",
        "lon",
        pl.col("place_precision_km").fill_null(0.0).alias("precision"),
        "kind",
        toll.alias("toll"),
        "people",
    )
    rows = rows.with_columns(pl.max_horizontal("first", "last").alias("last"))
    lon, lat = rows["lon"].to_numpy(), rows["lat"].to_numpy()
    return (
        rows.with_columns(
            pl.Series("cell", hexes.cells_at(lon, lat, COARSE), dtype=pl.UInt64),
            pl.Series("near", hexes.cells_at(lon, lat, NEAR), dtype=pl.UInt64),
            (pl.col("last") - pl.col("first")).alias("span"),
        )
        .sort("span", "first", "toll", "lat", "lon", "incident_id")
        .with_row_index("n")
    )


def _pairs(rows: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Give ``i``, ``j``: every pair to be compared once, the one with the shorter time first, in many frames."""
    bands = rows.select("n", "source", "cell", (pl.col("first") // BAND_DAYS).alias("band")).sort("band", "n")
    turn = (pl.col("at").first().over("band") // ROWS_AT_ONCE).alias("turn")
    for shorter in bands.with_row_index("at").with_columns(turn).drop("at").partition_by("turn", include_key=False):
        yield from _pairs_of(shorter, _spread(rows, shorter["band"]), rows)


def _pairs_of(shorter: pl.DataFrame, longer: pl.DataFrame, rows: pl.DataFrame) -> Iterator[pl.DataFrame]:
    here, there = shorter.group_by(_BLOCK).len("here"), longer.group_by(_BLOCK).len("there")
    product = pl.col("here").cast(pl.Int64) * pl.col("there").cast(pl.Int64)
    blocks = here.join(there, on=_BLOCK).with_columns(product.alias("pairs")).sort(_BLOCK)
    calm, crowds = blocks.filter(pl.col("pairs") <= CROWD), blocks.filter(pl.col("pairs") > CROWD)
    turns = calm.select(*_BLOCK, (pl.col("pairs").cum_sum() // PAIRS_AT_ONCE).alias("turn"))
    for part in turns.partition_by("turn", include_key=False):
        yield _different(shorter.join(part, on=_BLOCK, how="semi").join(longer, on=_BLOCK, suffix="_there"))
    if crowds.height:
        left, right = (_sliced(side.join(crowds, on=_BLOCK, how="semi"), rows) for side in (shorter, longer))
        yield _different(left.join(right, on=[*_BLOCK, *_SAME, "ordinal"], suffix="_there", nulls_equal=True))


def _sliced(side: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of crowds with what pairs must have in common there, and the slice in which each stands."""
    known = side.join(rows.select("n", *_SAME), on="n", maintain_order="left").sort("n")
    return known.with_columns((pl.int_range(pl.len()).over(*_BLOCK, *_SAME, "source") // SLICE).alias("ordinal"))


def _spread(rows: pl.DataFrame, bands: pl.Series) -> pl.DataFrame:
    """Return each row once for every block within ``bands`` in which a partner with a shorter time may stand."""
    low = (pl.col("first") - BAND_DAYS - pl.col("span")) // BAND_DAYS
    high = (pl.col("last") + BAND_DAYS) // BAND_DAYS
    covered = bands.to_numpy()
    low, high = low.clip(lower_bound=int(covered.min())), high.clip(upper_bound=int(covered.max()))
    within = rows.with_columns(low.alias("low"), high.alias("high"))
    within = within.filter(pl.col("low") <= pl.col("high"))
    owner, around, _ = hexes.disks(within["cell"].to_numpy(), 1)
    near = within.select("n", "source", pl.int_ranges("low", pl.col("high") + 1).alias("band"))[owner]
    return near.with_columns(pl.Series("cell", around, dtype=pl.UInt64)).explode("band")


def _different(pairs: pl.DataFrame) -> pl.DataFrame:
    kept = pairs.filter((pl.col("source") != pl.col("source_there")) & (pl.col("n") < pl.col("n_there")))
    return kept.select(pl.col("n").alias("i"), pl.col("n_there").alias("j"))


def _scored(pairs: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Return pairs that agree at all, with what they agree in and ``raw``, the product of it."""
    values = rows.drop("incident_id", "cell", "near", "span")
    both = pairs.join(values, left_on="i", right_on="n").join(values, left_on="j", right_on="n", suffix="_b")
    both = both.with_columns(_gap().alias("days"), _km().alias("km"))
    raw = _time() * _place() * _toll() * _kind()
    agreed = both.with_columns(raw.round(6).alias("raw")).filter(pl.col("raw") >= _LEAST_RAW)
    compared = ("source", "toll", "people", "kind")
    return agreed.select("i", "j", "days", "km", "raw", *compared, *(f"{name}_b" for name in compared))


def _shared(pairs: pl.DataFrame) -> pl.DataFrame:
    """Add ``share``, that of a pair among all pairs of either of its two with the other's source, and ``alike``.

    Whichever of a pair stands first, its weight counts for both.
    """
    weight = pl.col("raw") ** 4 / (1 + (pl.col("km") / CLOSER_KM) ** 2)
    weighed = pairs.with_columns(weight.alias("weight"))
    ends = [("i", "source_b"), ("j", "source")]
    sides = [weighed.select(pl.col(n).alias("n"), pl.col(of).alias("of"), "weight", "raw") for n, of in ends]
    totals = pl.concat(sides).group_by("n", "of").agg(pl.col("weight").sum().alias("all"))
    equals = pl.concat(sides).group_by("n", "of", "raw").agg(pl.len().alias("equal"))
    for n, of in ends:
        weighed = weighed.join(totals.rename({"n": n, "of": of, "all": f"all_{n}"}), on=[n, of])
        weighed = weighed.join(equals.rename({"n": n, "of": of, "equal": f"equal_{n}"}), on=[n, of, "raw"])
    return weighed.with_columns(
        (pl.col("weight") / pl.max_horizontal("all_i", "all_j")).alias("share"),
        pl.max_horizontal("equal_i", "equal_j").alias("alike"),
    )


def _gap() -> pl.Expr:
    after, before = pl.col("first_b") - pl.col("last"), pl.col("first") - pl.col("last_b")
    return pl.max_horizontal(after, before, 0)


def _km() -> pl.Expr:
    """Return the great-circle distance in km (haversine)."""
    lat, lat_b = pl.col("lat").radians(), pl.col("lat_b").radians()
    across = (pl.col("lon_b") - pl.col("lon")).radians()
    half = ((lat_b - lat) / 2).sin() ** 2 + lat.cos() * lat_b.cos() * (across / 2).sin() ** 2
    return 2 * EARTH_KM * half.sqrt().clip(0, 1).arcsin()


def _time() -> pl.Expr:
    """Return 1 for the same day, falling to 0 past the band; a month says less than a day."""
    span = pl.max_horizontal(pl.col("last") - pl.col("first"), pl.col("last_b") - pl.col("first_b")) + 1
    return (1 - pl.col("days") / (BAND_DAYS + 1)).clip(0, 1) * span.cast(pl.Float64) ** -0.25


def _place() -> pl.Expr:
    """Return 1 for the same exact place; what is known to some km only says less, and reaches farther."""
    reach = NEAR_KM + pl.col("precision") + pl.col("precision_b")
    return (NEAR_KM / reach) ** 0.25 / (1 + (pl.col("km") / reach) ** 2)


def _toll() -> pl.Expr:
    """Return 1 for the same large toll; the same small one says less, and none on one side little."""
    return pl.when(_known("toll")).then(_alike("toll")).when(_known("people")).then(_alike("people")).otherwise(0.7)


def _known(count: str) -> pl.Expr:
    """Tell whether both of a pair state a count."""
    return pl.col(count).is_not_null() & pl.col(f"{count}_b").is_not_null()


def _alike(count: str) -> pl.Expr:
    least, most = pl.min_horizontal(count, f"{count}_b"), pl.max_horizontal(count, f"{count}_b")
    same = pl.when(most < FEW).then(0.9).otherwise(1.0)
    return pl.when(least == most).then(same).otherwise(((least + 1) / (most + 1) * 0.9).clip(0.1, 1))


def _kind() -> pl.Expr:
    """Return 1 for the same kind, 0.8 where one event may well be reported as both, else 0.4."""
    same = pl.col("kind") == pl.col("kind_b")
    vague = (pl.col("kind") == "other") | (pl.col("kind_b") == "other")
    together = pl.col("kind").is_in(_OF_ONE_EVENT) & pl.col("kind_b").is_in(_OF_ONE_EVENT)
    return pl.when(same).then(1.0).when(vague | together).then(0.8).otherwise(0.4)


def _named(rated: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Return ids and reasons in place of numbers."""
    ids = rows.select("n", "incident_id")
    named = rated.join(ids, left_on="i", right_on="n").join(ids, left_on="j", right_on="n", suffix="_b")
    return named.select(
        pl.min_horizontal("incident_id", "incident_id_b").alias("incident_id"),
        pl.max_horizontal("incident_id", "incident_id_b").alias("other_id"),
        pl.col("score").round(4),
        _reasons().alias("reasons"),
    )


def _reasons() -> pl.Expr:
    days = pl.when(pl.col("days") == 0).then(pl.lit("same time")).otherwise(pl.format("{} days apart", "days"))
    toll = (
        pl.when(_known("toll"))
        .then(pl.format("dead and missing {} and {}", "toll", "toll_b"))
        .when(_known("people"))
        .then(pl.format("people {} and {}", "people", "people_b"))
        .otherwise(pl.lit("toll not known to both"))
    )
    kind = pl.when(pl.col("kind") == pl.col("kind_b")).then(pl.format("both {}", "kind"))
    alike = pl.when(pl.col("alike") > 1).then(pl.format("{} fit equally well", "alike"))
    parts = [
        days,
        pl.format("{} km apart", pl.col("km").round(1)),
        toll,
        kind.otherwise(pl.format("{} and {}", "kind", "kind_b")),
        alike,
    ]
    return pl.concat_str(parts, separator="; ", ignore_nulls=True)
