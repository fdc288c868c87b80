"""The list of incidents: what a table and a panel say of each, in words. Frames in, frames out."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

import polars as pl

from geodata.core.messages import recognised
from geodata.ingest.validation import NOTES
from geodata.model.incident import KINDS, MODES
from geodata.model.place_notes import CODES, Code, noted
from geodata.parsing.coordinate_repair import REPAIRS
from geodata.parsing.modus_operandi import MANNERS
from geodata.parsing.transport_mode import REASONS
from layers.web.translations import SOURCE
from pages.ui import translate as spoken
from pages.ui.translate import country, mark, number, percent, say

MOST_ROWS = 5_000
"""Rows of a table that are sent to a browser."""
ROUGH_KM = 25.0
"""From here on a place is too inexact for a single line of the reduction."""
_CONTRADICTIONS: Final[tuple[Code, ...]] = ("contradiction", "repair_proposed")
UNSURE = 0.5
"""A mode of no more confidence than this is unsure."""

_FLAGS: Final[tuple[tuple[pl.Expr, str], ...]] = (
    (noted("contradiction", "repair_proposed"), mark("place contradicts the row")),
    (noted("repair_applied"), mark("place repaired")),
    (noted("stands_for_no_place"), mark("stands for no place")),
    (noted("stands_for_country"), mark("stands for a whole country")),
    (noted("shared_by_town"), mark("place shared, taken for a town")),
    (noted("placed_by_name"), mark("placed by its name")),
    (noted("order_told"), mark("order of coordinates doubtful")),
    (pl.col("place_precision_km") >= ROUGH_KM, mark("place is rough")),
    (pl.col("time_precision").is_in(["month", "quarter", "year"]), mark("day unknown")),
    ((pl.col("mode") == "unknown") | (pl.col("mode_confidence") <= UNSURE), mark("mode unsure")),
)
"""Where a flag stands, and the flag in words."""

_WORDS = ("place", "route_label", "departure", "transit", "destination", "country_name")
_KNOWN_TO: Final[Mapping[str, str]] = {
    "instant": mark("the instant"),
    "day": mark("the day"),
    "month": mark("the month"),
    "quarter": mark("the quarter"),
    "year": mark("the year"),
}
_SHAPES = {"instant": "%Y-%m-%d %H:%M", "month": "%Y-%m", "year": "%Y"}

HEADINGS: Final[Mapping[str, str]] = {
    "time": mark("Time (UTC)"),
    "mode": mark("Mode"),
    "why": mark("Why this mode"),
    "kind": mark("Kind"),
    "country_name": mark("Country"),
    "place": mark("Place"),
    "manners": mark("Modus operandi"),
    "people": mark("People"),
    "precision": mark("Place known to"),
    "flags": mark("Flags"),
    "repair": mark("What contradicts the place"),
    "corridor": mark("Route"),
    "source": mark("Source"),
    "grade": mark("Grade"),
}
"""Columns of the table and what stands above them."""


def listed(incidents: pl.DataFrame, corridors: pl.DataFrame) -> pl.DataFrame:
    """Return incidents, newest first, with what there is to say of them.

    Parameters
    ----------
    incidents : DataFrame
        Columns of ``incident.SCHEMA``.
    corridors : DataFrame
        ``incident_id`` and ``corridor``, the name of the one that it belongs to.

    Returns
    -------
    DataFrame
        The columns of the ledger, ``country_name``, ``flags`` (list of str) and ``corridor``.
    """
    codes = incidents["country"].drop_nulls().unique().to_list()
    named = pl.col("country").replace_strict(codes, [country(code) for code in codes], return_dtype=pl.String)
    flags = pl.concat_list(pl.when(where).then(pl.lit(say(words))) for where, words in _FLAGS).list.drop_nulls()
    return (
        incidents.sort("time_start", "incident_id", descending=[True, False])
        .with_columns((named if codes else pl.lit(None, pl.String)).alias("country_name"), flags.alias("flags"))
        .join(corridors, on="incident_id", how="left", maintain_order="left")
    )


def manner(words: str) -> str:
    """Return a modus operandi in the reader's language, where it is one of ours."""
    return say(words) if words in MANNERS else words


def _manners(found: pl.DataFrame) -> pl.Series:
    """Return what is told of how each incident was done."""
    lists = found["modus_operandi"].to_list()
    return pl.Series(["; ".join(map(manner, own or ())) for own in lists], dtype=pl.String)


def flagged(found: pl.DataFrame) -> pl.DataFrame:
    """Return those incidents of a list that bear a flag."""
    return found.filter(pl.col("flags").list.len() > 0)


def searched(found: pl.DataFrame, words: str) -> pl.DataFrame:
    """Return those incidents of a list in whose places every one of the words stands, without case and accents."""
    text = _plain(pl.concat_str(_WORDS, separator=" ", ignore_nulls=True))
    wanted = pl.select(_plain(pl.lit(words))).item().split()
    return found.filter(text.str.contains(word, literal=True) for word in wanted) if wanted else found


def shown(found: pl.DataFrame) -> pl.DataFrame:
    """Return the columns of ``HEADINGS`` of the first ``MOST_ROWS`` incidents of a list, in words."""
    few = found.head(MOST_ROWS)
    return few.select(
        _time("time_start").alias("time"),
        _said("mode", MODES),
        _why(few).alias("why"),
        _said("kind", KINDS),
        pl.coalesce("country_name", pl.lit(say("at sea"))).alias("country_name"),
        "place",
        _manners(few).alias("manners"),
        "people",
        _precision().alias("precision"),
        pl.col("flags").list.join("; "),
        _sentences(few, REPAIRS, *_CONTRADICTIONS).alias("repair"),
        pl.Series("corridor", [name and spoken.route(name) for name in few["corridor"]], pl.String),
        "source",
        _grade().alias("grade"),
    )


def counted(found: pl.DataFrame) -> str:
    """Return how many incidents a list has, and how many of them are flagged."""
    return spoken.counted(
        "{count} incident, {flagged} flagged",
        "{count} incidents, {flagged} flagged",
        found.height,
        flagged=flagged(found).height,
    )


def told(found: pl.DataFrame, row: int, linked: pl.DataFrame | None = None) -> list[tuple[str, str]]:
    """Return all that is known of one incident of a list as pairs of a label and words; what is empty is left out.

    Parameters
    ----------
    found : DataFrame
        As ``listed`` returns it.
    row : int
        Which of its incidents.
    linked : DataFrame, optional
        ``incident_id``, ``counted_with`` of reports that are counted with another.
    """
    of = found[row]
    words = of.select(
        time=_time("time_start"),
        end=_time("time_end"),
        mode=_said("mode", MODES),
        why=_why(of),
        kind=_said("kind", KINDS),
        precision=_precision(),
        repair=_sentences(of, REPAIRS, *_CONTRADICTIONS),
        note=_sentences(of, NOTES, *(code for code in CODES if code not in _CONTRADICTIONS)),
        flags=pl.col("flags").list.join("; "),
        grade=_grade(),
    ).row(0, named=True)
    raw = of.row(0, named=True)
    known_to = _KNOWN_TO.get(raw["time_precision"], "")
    pairs = [
        (say("Time (UTC)"), words["time"]),
        (say("Until"), words["end"] if raw["time_precision"] == "instant" else None),
        (say("Time known to"), say(known_to)),
        (say("Mode"), words["mode"]),
        (say("Why this mode"), words["why"]),
        (say("Route"), spoken.route(raw["corridor"] or "") or say("none that was found runs by it")),
        (say("Flags"), words["flags"] or say("none")),
        (say("What contradicts the place"), words["repair"]),
        (say("Kind"), words["kind"]),
        *_people(raw),
        *_way(raw),
        (say("Country"), raw["country_name"] or say("none: at sea")),
        (say("Place"), raw["place"]),
        (say("Latitude, longitude"), f"{raw['lat']:.5f}, {raw['lon']:.5f}"),
        (say("Place known to"), words["precision"]),
        (say("Coordinates"), words["note"]),
        (say("Hex (H3)"), format(raw["cell"], "x") if raw["cell"] else None),
        (say("Route, by the source"), raw["route_label"]),
        (say("Modus operandi"), "; ".join(map(manner, raw["modus_operandi"] or ()))),
        (say("Source"), raw["source"]),
        (say("Record of the source"), raw["source_record"]),
        (say("Grade"), words["grade"]),
        (say("Handling"), raw["handling"]),
        (say("Address"), raw["url"]),
        (say("Import"), raw["batch"]),
        (say("Written by the source"), _written(raw["source_words"])),
        (say("Incident"), raw["incident_id"]),
        (say("Also reported as, counted once"), "; ".join(_also(raw["incident_id"], linked))),
        *((say("In the file: {column}", column=name), value) for name, value in _rest(raw["extra"]).items()),
    ]
    return [(label, str(value)) for label, value in pairs if value not in (None, "")]


def _written(words: list[dict[str, Any]] | None) -> str:
    """Return what the source wrote where something else is stored, as "kind: Pushback"."""
    return "; ".join(f"{one['field']}: {one['text']}" for one in words or ())


def _also(name: str, linked: pl.DataFrame | None) -> list[str]:
    """Return the reports that are counted with an incident."""
    return [] if linked is None else linked.filter(pl.col("counted_with") == name)["incident_id"].sort().to_list()


def _people(raw: Mapping[str, Any]) -> list[tuple[str, str | None]]:
    return [
        (say("People"), _number(raw["people"])),
        (say("Dead"), _number(raw["dead"])),
        (say("Missing"), _number(raw["missing"])),
        (say("Survivors"), _number(raw["survivors"])),
    ]


def _way(raw: Mapping[str, Any]) -> list[tuple[str, str | None]]:
    return [
        (say("Origins"), _origins(raw["origins"])),
        (say("Departure"), raw["departure"]),
        (say("Transit"), raw["transit"]),
        (say("Destination"), raw["destination"]),
    ]


def _plain(text: pl.Expr) -> pl.Expr:
    return text.str.normalize("NFKD").str.replace_all(r"\p{M}", "").str.to_lowercase()


def _time(column: str) -> pl.Expr:
    """Return a time as exactly as it is known."""
    time = pl.col(column).dt
    known = pl.col("time_precision")
    quarters = [
        pl.when((known == "quarter") & (time.quarter() == quarter)).then(
            pl.format(say("{year}, quarter {quarter}", year="{}", quarter=str(quarter)), time.year())
        )
        for quarter in range(1, 5)
    ]
    shaped = [pl.when(known == precision).then(time.strftime(shape)) for precision, shape in _SHAPES.items()]
    return pl.coalesce(*quarters, *shaped, time.strftime("%Y-%m-%d"))


def _said(column: str, known: Sequence[str]) -> pl.Expr:
    """Return a column with those of its values that are words of ours in the reader's language."""
    return pl.col(column).replace(known, [say(word) for word in known])


def _why(found: pl.DataFrame) -> pl.Expr:
    sure = (100 * pl.col("mode_confidence")).round(0).cast(pl.Int64)
    reason = _anew(found, pl.col("mode_reason"), REASONS)
    return pl.format("{} ({})", reason, pl.format(say("{share} % sure", share="{}"), sure))


def _anew(found: pl.DataFrame, kept: pl.Expr, texts: Sequence[str]) -> pl.Expr:
    """Return what was kept in English, those of it that are sentences of ours in the reader's language."""
    own = [] if spoken.language() == SOURCE else found.select(kept.drop_nulls().unique()).to_series().to_list()
    return kept.replace(own, [say(recognised(one, texts)) for one in own]) if own else kept


def _precision() -> pl.Expr:
    km = pl.col("place_precision_km")
    metres = pl.format(say("about {distance} m", distance="{}"), (km * 100).round(0).cast(pl.Int64) * 10)
    about = say("about {distance} km", distance="{}")
    point = number(0.5, digits=1)[1:-1]
    fine = pl.format(about, km.round(1).cast(pl.String).str.replace(".", point, literal=True))
    coarse = pl.format(about, km.round(0).cast(pl.Int64))
    return pl.when(km < 1).then(metres).when((km < 10) & (km != km.round(0))).then(fine).otherwise(coarse)


def _sentences(found: pl.DataFrame, texts: Sequence[str], *codes: Code) -> pl.Series:
    """Return the notes of some codes in the reader's language, sentence by sentence; null where there is none."""
    each = found.select(pl.int_range(pl.len()).alias("row"), "place_notes").explode("place_notes")
    each = each.unnest("place_notes").filter(pl.col("code").is_in(codes))
    said = each.with_columns(_anew(each, pl.col("text"), texts)).group_by("row").agg(pl.col("text").str.join("; "))
    rows = found.select(pl.int_range(pl.len()).alias("row"))
    return rows.join(said, on="row", how="left", maintain_order="left")["text"]


def _grade() -> pl.Expr:
    grade = pl.concat_str("source_grade", "information_grade", ignore_nulls=True)
    scaled = pl.when(pl.col("grade_scale").is_not_null()).then(pl.format("{} ({})", grade, "grade_scale"))
    return pl.when(grade != "").then(scaled.otherwise(grade))


def _number(value: int | None) -> str | None:
    return None if value is None else number(value)


def _origins(origins: list[dict[str, Any]] | None) -> str:
    """Return countries of origin by name, with their share where there are several."""
    several = len(origins or ()) > 1
    return "; ".join(
        country(origin["iso3"]) + (f" ({percent(origin['weight'])})" if several else "")
        for origin in origins or ()
        if origin["iso3"]
    )


def _rest(extra: str | None) -> dict[str, Any]:
    rest = json.loads(extra or "{}")
    return rest if isinstance(rest, dict) else {}
