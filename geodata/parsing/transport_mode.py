"""Land, sea or air: the mode of an incident, with its reason and how sure it is.

A land mask alone is wrong for a third of the incidents on sea routes, because people are found ashore. Rules are data
(``reference/modes.toml``) and are tried in this order: what the source states, words for air near an airport, the
publicly known route label, words for road or vessel, drowning near open water, and last where it lies.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
import polars as pl
from scipy.spatial import cKDTree

from geodata.core.messages import mark
from geodata.parsing.value_words import meanings
from geodata.places.lookup import airports, folded
from geodata.spatial.coastline import EARTH_KM, REFERENCE, Floats, is_land, km_to_coast, unit_vectors

REASONS = (
    mark("stated by the source: {word}"),
    mark("words for an airport or aircraft, near an airport"),
    mark("route label: {label}"),
    mark("words for the open sea"),
    mark("words for road, rail, river or desert"),
    mark("words for a vessel or the shore"),
    mark("drowned within {km} km of the coast"),
    mark("lies on land, {km} km from the coast"),
    mark("lies on sea, {km} km from the coast"),
)
"""What a reason can be, to be recognised where a table shows it: those of the rules, and of the words of their file."""
_ROUTE = frozenset(["route", "routes", "the", "ruta", "rotta", "rota", "corridor", "migration"])
_COLUMNS = ("mode", "mode_reason", "mode_confidence")


def with_modes(incidents: pl.DataFrame, own: Mapping[str, str] | None = None) -> pl.DataFrame:
    """Replace the stated ``mode`` by land, sea, air or unknown, and add ``mode_reason`` and ``mode_confidence``.

    Parameters
    ----------
    incidents : DataFrame
        With lon, lat, mode (as stated, or null), route_label, place and text, and ``place_precision_km`` where it is
        known: a place that is known to many km only says little of land and sea.
    own : mapping, optional
        A workspace's own words for modes.
    """
    if incidents.is_empty():
        return incidents.with_columns(mode_reason=pl.lit(""), mode_confidence=pl.lit(0.0))
    rules = mode_rules()
    lon, lat = incidents["lon"].to_numpy(), incidents["lat"].to_numpy()
    placed = incidents.with_columns(
        _words(incidents).alias("_words"),
        pl.Series("_land", is_land(lon, lat)),
        pl.Series("_coast_km", km_to_coast(lon, lat)),
        meanings(incidents["mode"], stated_modes(), own).alias("_stated"),
        _labels(incidents["route_label"]).alias("_label"),
        _precision(incidents).alias("_rough_km"),
    )
    candidates = [
        _stated(rules),
        _air(rules),
        _labelled(rules),
        *(_worded(rule) for rule in rules["words"]),
        _drowned(rules),
        _positioned(rules),
    ]
    placed = placed.with_columns(_air_worded(placed, rules["air_words"]))
    decision = pl.coalesce(candidates).alias("_decision")
    decided = placed.with_columns(decision).drop(name for name in _COLUMNS if name in placed.columns)
    named = decided.with_columns(pl.col("_decision").struct.rename_fields(_COLUMNS)).unnest("_decision")
    return named.drop("_words", "_land", "_coast_km", "_air", "_stated", "_label", "_rough_km")


@cache
def mode_rules() -> dict[str, Any]:
    """Return the rules of ``reference/modes.toml``."""
    return tomllib.loads((REFERENCE / "modes.toml").read_text(encoding="utf-8"))


@cache
def stated_modes() -> dict[str, str]:
    """Return the mode that each word for a means of transport stands for, folded."""
    return {folded(word): mode for mode, words in mode_rules()["stated"].items() for word in words}


@cache
def label_modes() -> dict[str, str]:
    """Return the mode of each publicly known route label, by its folded name."""
    return {folded(name): rule["mode"] for rule in mode_rules()["label"] for name in rule["names"]}


def _words(incidents: pl.DataFrame) -> pl.Expr:
    """Return what place and text say together; nothing where a file has neither."""
    if incidents["place"].null_count() + incidents["text"].null_count() == 2 * incidents.height:
        return pl.lit("")
    return _without_accents(pl.concat_str("place", "text", separator=". ", ignore_nulls=True))


def _without_accents(text: pl.Expr) -> pl.Expr:
    return text.str.normalize("NFKD").str.replace_all(r"\p{M}", "")


def _labels(texts: pl.Series) -> pl.Series:
    """Return the mode of each publicly known route label, with or without the word "route"."""
    table = label_modes()
    known = {text: table.get(folded(text)) or table.get(_bare(folded(text))) for text in texts.drop_nulls().unique()}
    if not any(known.values()):
        return pl.Series(texts.name, [None], dtype=pl.String).new_from_index(0, len(texts))
    return texts.replace_strict(list(known), list(known.values()), default=None, return_dtype=pl.String)


def _bare(label: str) -> str:
    return " ".join(word for word in label.split() if word not in _ROUTE)


def _precision(incidents: pl.DataFrame) -> pl.Expr:
    return pl.col("place_precision_km").fill_null(0.0) if "place_precision_km" in incidents.columns else pl.lit(0.0)


def _decided(when: pl.Expr, mode: pl.Expr | str, reason: pl.Expr | str, confidence: float | pl.Expr) -> pl.Expr:
    """Return a decision where the condition holds, null elsewhere, so that the next rule is asked."""
    parts = [
        (pl.lit(mode) if isinstance(mode, str) else mode).alias("mode"),
        (pl.lit(reason) if isinstance(reason, str) else reason).alias("reason"),
        (pl.lit(confidence) if isinstance(confidence, float) else confidence).alias("confidence"),
    ]
    return pl.when(when.fill_null(value=False)).then(pl.struct(parts))


def _stated(rules: dict[str, Any]) -> pl.Expr:
    stated = pl.col("_stated")
    reason = pl.format("stated by the source: {}", pl.col("mode"))
    return _decided(stated.is_not_null(), stated, reason, rules["stated_confidence"]["value"])


def _air(rules: dict[str, Any]) -> pl.Expr:
    confidence = rules["air_words"]["confidence"]
    return _decided(pl.col("_air"), "air", "words for an airport or aircraft, near an airport", confidence)


def _air_worded(placed: pl.DataFrame, rule: dict[str, Any]) -> pl.Series:
    """Tell which rows speak of an airport or aircraft and lie near an airport; the distance is asked for these only."""
    words = pl.col("_words").str.contains(rule["pattern"]) & ~pl.col("_words").str.contains(rule["not_pattern"])
    worded = placed.select(words.fill_null(value=False)).to_series()
    near = worded.to_numpy().copy()
    rows = placed.filter(worded)
    near[near] = _km_to_airport(rows["lon"].to_numpy(), rows["lat"].to_numpy()) <= rule["within_km"]
    return pl.Series("_air", near)


def _labelled(rules: dict[str, Any]) -> pl.Expr:
    label, limits = pl.col("_label"), rules["label_yields"]
    far_inland = pl.col("_land") & (pl.col("_coast_km") > limits["inland_km"])
    far_offshore = ~pl.col("_land") & (pl.col("_coast_km") > limits["offshore_km"])
    yields = ((label == "sea") & far_inland) | ((label == "land") & far_offshore)
    reason = pl.format("route label: {}", pl.col("route_label"))
    return _decided(label.is_not_null() & ~yields, label, reason, rules["label"][0]["confidence"])


def _worded(rule: dict[str, Any]) -> pl.Expr:
    """Return a decision by words; words for a vessel far inland, or for a road far offshore, are not believed."""
    far = pl.col("_coast_km") > rule["believed_km"]
    contradicted = far & (pl.col("_land") == (rule["mode"] == "sea"))
    found = pl.col("_words").str.contains(rule["pattern"]) & ~contradicted
    return _decided(found, rule["mode"], rule["reason"], rule["confidence"])


def _drowned(rules: dict[str, Any]) -> pl.Expr:
    rule = rules["drowned"]
    found = pl.col("_words").str.contains(rule["pattern"]) & (pl.col("_coast_km") <= rule["within_km"])
    return _decided(found, "sea", f"drowned within {rule['within_km']:g} km of the coast", rule["confidence"])


def _positioned(rules: dict[str, Any]) -> pl.Expr:
    rule = rules["position"]
    mode = pl.when(pl.col("_land")).then(pl.lit("land")).otherwise(pl.lit("sea"))
    doubtful = pl.col("_coast_km") <= rule["doubtful_km"]
    confidence = (
        pl.when(pl.col("_rough_km") >= rule["rough_km"])
        .then(rule["rough_confidence"])
        .when(doubtful)
        .then(rule["doubtful_confidence"])
        .otherwise(rule["confidence"])
    )
    reason = pl.format("lies on {}, {} km from the coast", mode, pl.col("_coast_km").round(0).cast(pl.Int64))
    return _decided(pl.lit(value=True), mode, reason, confidence)


def _km_to_airport(lon: Floats, lat: Floats) -> Floats:
    chord, _ = _airport_tree().query(unit_vectors(lon, lat))
    return 2 * EARTH_KM * np.arcsin(np.clip(np.asarray(chord) / 2, 0, 1))


@cache
def _airport_tree() -> cKDTree:
    every = airports().values()
    return cKDTree(unit_vectors(np.array([a.lon for a in every]), np.array([a.lat for a in every])))
