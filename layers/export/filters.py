"""Filters in CQL2, the query language of the OGC: read, checked, and turned into an expression on columns.

Nothing of a filter is run as code. The text is parsed by the library ``cql2``; what it returns, which is CQL2 JSON, is
translated here word by word, and a word that is not known here is refused. As its parser recurses, and takes twice the
time for each bracket that is left open, length, nesting and number of words are limited before it sees the text.

Source: OGC 21-065r2 (CQL2).
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import reduce
from operator import and_, eq, ge, gt, le, lt, ne, or_
from typing import Any, Literal

import cql2
import polars as pl

from geodata.core.errors import WrongValue
from layers.export.filter_shapes import shape_of
from layers.export.filter_times import TIMES, Span, moment_of, span_of
from layers.export.tables import Kind

Language = Literal["cql2-text", "cql2-json"]
GEOMETRY = "geometry"
"""What a filter calls the place of a feature."""
LONGEST = 8_000
"""Letters of a filter."""
_DEEPEST: dict[Language, int] = {"cql2-text": 10, "cql2-json": 24}
"""Brackets within brackets; in JSON each operator takes two."""
_MOST_WORDS = 300
_FAMILIES: dict[Kind, str] = {"text": "text", "whole": "number", "number": "number", "yes": "yes or no", "day": "time"}
_QUOTED = re.compile(r"'(?:[^']|'')*'|\"[^\"]*\"")
_QUOTED_JSON = re.compile(r'"(?:[^"\\]|\\.)*\\?(?:"|$)', re.DOTALL)
_WORD = re.compile(r"[^\W\d]\w*|[+*/^%=<>]|-(?!\d)")
_PLACE = re.compile(r"(\d+):(\d+)")
_COMPARED: dict[str, Callable[[Any, Any], Any]] = {"=": eq, "<>": ne, "<": lt, ">": gt, "<=": le, ">=": ge}
_TURNED = {"s_contains": "s_within", "s_within": "s_contains"}
SPATIAL = ("intersects", "disjoint", "equals", "touches", "within", "contains", "overlaps", "crosses")

Touching = Callable[[str, Any], pl.Series]
"""Of the name of a relation and a shape in degrees: for each row whether it holds, null where the row lies nowhere."""


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter as it was asked for; those of one text are the same.

    Attributes
    ----------
    text : str
    tree : object
        What it says, in CQL2 JSON.
    crs : int
        EPSG code of the coordinates in it.
    north_first : bool
        Whether they are written y before x.
    """

    text: str
    tree: Any = field(compare=False)
    crs: int
    north_first: bool = False


@dataclass(frozen=True, slots=True)
class _Operand:
    """One side of a comparison; ``value`` is None for a column."""

    expression: pl.Expr
    family: str
    value: str | float | bool | datetime | None = None


def read_filter(text: str, language: Language, crs: int = 4326, *, north_first: bool = False) -> Filter:
    """Return a filter.

    Parameters
    ----------
    text : str
    language : str
        "cql2-text" or "cql2-json".
    crs : int
        EPSG code of the coordinates in it.
    north_first : bool
        Whether they are written y before x.

    Raises
    ------
    WrongValue
        If it is too long, too deep or cannot be read.
    """
    if len(text) > LONGEST:
        raise _wrong(f"{len(text):,} letters", f"a filter has at most {LONGEST:,}")
    bare = (_QUOTED if language == "cql2-text" else _QUOTED_JSON).sub("''", text)
    if (depth := _depth(bare)) > _DEEPEST[language]:
        raise _wrong(f"{depth} brackets within each other", f"there are at most {_DEEPEST[language]}")
    if language == "cql2-json":
        return Filter(text, _read_json(text), crs, north_first)
    if len(_WORD.findall(bare)) > _MOST_WORDS:
        raise _wrong("too many words", f"a filter has at most {_MOST_WORDS} names and signs")
    try:
        return Filter(text, cql2.parse_text(text).to_json(), crs, north_first)
    except Exception as error:  # noqa: BLE001 - the library says so of a shape that it cannot read
        raise _unread(text, str(error)) from None


def _unread(text: str, said: str) -> WrongValue:
    """Return what is wrong with a text, by the line and letter that the parser names."""
    place = _PLACE.search(said)
    if place is None:
        return _wrong("a shape cannot be read", "it is written as POLYGON((8 30, 20 30, 20 40, 8 30))")
    line, letter = int(place[1]), int(place[2])
    near = text.split("\n")[line - 1][letter - 1 :][:30]
    seen = f"cannot be read at {near!r}" if near else "ends too early"
    at = f"letter {letter}" if line == 1 else f"line {line}, letter {letter}"
    return _wrong(seen, "it is CQL2 text, as mode = 'sea' AND incidents >= 5", f"filter, {at}")


def matching(asked: Filter, kinds: Mapping[str, Kind], touching: Touching | None) -> pl.Expr:
    """Return an expression that is true for rows that a filter asks for, null where a value that it needs is missing.

    Parameters
    ----------
    asked : Filter
    kinds : mapping
        Column -> kind of its values. Days must be moments (``pl.Datetime``) in the frame on which this is evaluated.
    touching : function, optional
        Tells which rows touch a shape; None where no row lies anywhere.

    Raises
    ------
    WrongValue
        If it names what is not there, or compares what cannot be compared.
    """
    return _Translation(kinds, touching, asked).condition(asked.tree)


@dataclass(frozen=True, slots=True)
class _Translation:
    kinds: Mapping[str, Kind]
    touching: Touching | None
    asked: Filter

    def condition(self, tree: Any) -> pl.Expr:
        if isinstance(tree, bool):
            return pl.lit(tree)
        operator, parts = _split(tree)
        if operator in _COMPARED:
            left, right = _alike(operator, *map(self._operand, _count(operator, parts, 2)))
            return _expression(_COMPARED[operator](left.expression, right.expression))
        if operator in TIMES:
            first, second = map(self._span, _count(operator, parts, 2))
            return TIMES[operator](first, second)
        if operator.removeprefix("s_") in SPATIAL and operator.startswith("s_"):
            return self._spatial(operator, *_count(operator, parts, 2))
        others: dict[str, Callable[[list[Any]], pl.Expr]] = {
            "and": lambda parts: reduce(and_, map(self.condition, _count("and", parts, 2, None))),
            "or": lambda parts: reduce(or_, map(self.condition, _count("or", parts, 2, None))),
            "not": lambda parts: ~self.condition(*_count("not", parts, 1)),
            "isNull": lambda parts: self._empty(*_count("isNull", parts, 1)),
            "between": lambda parts: self._between(*_count("between", parts, 3)),
            "in": lambda parts: self._among(*_count("in", parts, 2)),
            "like": lambda parts: self._like(*_count("like", parts, 2)),
        }
        if operator not in others:
            raise _wrong(f"{operator[:40]!r} is not understood here", "see the conformance classes (/conformance)")
        return others[operator](parts)

    def _between(self, *parts: Any) -> pl.Expr:
        value, low, high = _alike("between", *map(self._operand, parts))
        return value.expression.is_between(low.expression, high.expression)

    def _operand(self, tree: Any) -> _Operand:
        if isinstance(tree, bool):
            return _Operand(pl.lit(tree), "yes or no", tree)
        if isinstance(tree, str):
            return _Operand(pl.lit(tree), "text", tree)
        if isinstance(tree, int | float):
            number = _number(tree)
            return _Operand(pl.lit(number), "number", number)
        if isinstance(tree, dict) and tree.keys() & {"date", "timestamp"}:
            moment = moment_of(tree)
            return _Operand(pl.lit(moment), "time", moment)
        if isinstance(tree, dict) and "property" in tree:
            name = self._named(tree)
            return _Operand(pl.col(name), _FAMILIES[self.kinds[name]])
        if isinstance(tree, dict) and tree.get("op") == "casei":
            return self._any_case(_count("casei", _split(tree)[1], 1)[0])
        raise _wrong(f"{_short(tree)} is no value that can be compared", "it is a column, a text, a number or a time")

    def _any_case(self, tree: Any) -> _Operand:
        inner = self._operand(tree)
        if inner.family != "text":
            raise _wrong("CASEI of no text", "it takes a text")
        value = inner.value.lower() if isinstance(inner.value, str) else None
        return _Operand(inner.expression.str.to_lowercase(), "text", value)

    def _named(self, tree: Mapping[str, Any]) -> str:
        name = tree["property"]
        if isinstance(name, str) and name in self.kinds:
            return name
        if name == GEOMETRY:
            raise _wrong("geometry is compared as a value", "a place is asked for with S_INTERSECTS and its like")
        raise _wrong(f"there is no column {_short(name)}", "see the queryables of the layer (/queryables)")

    def _empty(self, tree: Any) -> pl.Expr:
        if isinstance(tree, dict) and tree.get("property") == GEOMETRY and self.touching is not None:
            return pl.lit(self.touching("missing", None))
        return self._operand(tree).expression.is_null()

    def _among(self, tree: Any, listed: Any) -> pl.Expr:
        value = self._operand(tree)
        if not isinstance(listed, list) or not listed:
            raise _wrong("IN without a list", "it takes values in brackets, as mode IN ('sea', 'land')")
        _, *items = _alike("in", value, *map(self._operand, listed))
        if any(item.value is None for item in items):
            raise _wrong("IN with a column in its list", "it takes values")
        if value.family == "number":
            numbers = pl.Series([item.value for item in items], dtype=pl.Float64, strict=False)
            return value.expression.cast(pl.Float64).is_in(numbers.implode())
        return value.expression.is_in(pl.Series([item.value for item in items]).implode())

    def _like(self, tree: Any, pattern: Any) -> pl.Expr:
        value, wanted = self._operand(tree), self._operand(pattern)
        if value.family != "text" or not isinstance(wanted.value, str):
            raise _wrong("LIKE of no text", "it compares a column of texts with a pattern, as name LIKE 'S%'")
        return value.expression.str.contains(_regular(wanted.value))

    def _span(self, tree: Any) -> Span:
        def end(part: Any) -> pl.Expr:
            operand = self._operand(part)
            return _alike("time", operand, _Operand(pl.lit(None), "time"))[0].expression

        return span_of(tree, end)

    def _spatial(self, operator: str, one: Any, other: Any) -> pl.Expr:
        named = [isinstance(part, dict) and part.get("property") == GEOMETRY for part in (one, other)]
        if self.touching is None:
            raise _wrong(f"{operator.upper()} in a layer without geometries", "its rows lie nowhere")
        if named.count(True) != 1:
            raise _wrong(f"{operator.upper()} without the column geometry", "it compares geometry with one shape")
        shape, relation = (other, operator) if named[0] else (one, _TURNED.get(operator, operator))
        there = shape_of(shape, self.asked.crs, north_first=self.asked.north_first)
        return pl.lit(self.touching(relation.removeprefix("s_"), there))


def _alike(operator: str, *operands: _Operand) -> list[_Operand]:
    """Return operands of one family; a text beside a time is read as one, as many programs write it so."""
    families = {operand.family for operand in operands}
    if families == {"time", "text"} and all(one.family == "time" or one.value is not None for one in operands):
        return [
            operand if operand.family == "time" else _Operand(pl.lit(moment), "time", moment)
            for operand in operands
            for moment in [moment_of({"date": operand.value}) if operand.family == "text" else None]
        ]
    if len(families) > 1:
        raise _wrong(f"{operator} of {' and '.join(sorted(families))}", "values of one kind are compared")
    return list(operands)


def _expression(value: Any) -> pl.Expr:
    expression: pl.Expr = value
    return expression


def _regular(pattern: str) -> str:
    """Return a LIKE pattern as a regular expression: % is any text, _ any letter, a backslash takes what follows."""
    parts = re.findall(r"\\.|.", pattern, re.DOTALL)
    told = {"%": ".*", "_": "."}
    return f"(?s)^{''.join(told.get(part) or re.escape(part[-1]) for part in parts)}$"


def _number(value: float) -> float:
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise _wrong("a number is too large", "numbers are finite")
    return value if isinstance(value, int) and abs(value) < 2**53 else number


def _split(tree: Any) -> tuple[str, list[Any]]:
    if isinstance(tree, dict) and isinstance(tree.get("op"), str) and isinstance(tree.get("args"), list):
        return tree["op"], tree["args"]
    raise _wrong(f"{_short(tree)} is no condition", "a condition compares, as mode = 'sea' or synthetic = TRUE")


def _count(operator: str, parts: list[Any], least: int, most: int | None = 0) -> list[Any]:
    most = least if most == 0 else most
    if len(parts) < least or (most is not None and len(parts) > most):
        raise _wrong(f"{operator} of {len(parts)}", f"it takes {least}{'' if most == least else ' or more'}")
    return parts


def _depth(text: str) -> int:
    deepest = depth = 0
    for letter in text:
        depth += (letter in "([{") - (letter in ")]}")
        deepest = max(deepest, depth)
    return deepest


def _read_json(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise _wrong("cannot be read", "it is CQL2 JSON", f"filter, letter {error.pos + 1}") from None


def _short(tree: Any) -> str:
    return repr(tree if isinstance(tree, str) else json.dumps(tree))[:60]


def _wrong(what: str, rule: str, where: str = "filter") -> WrongValue:
    return WrongValue(what, rule=rule, done="nothing was read", where=where)


def value_of(text: str, kind: Kind, name: str) -> str | float | bool | datetime:
    """Return what a column of a kind must hold to be equal to a text, as ``?incidents=5`` gives it.

    Raises
    ------
    WrongValue
        If no value of the kind is written so.
    """
    rules = {"whole": "a whole number", "number": "a number", "yes": "true or false", "day": "a day, as 2024-01-31"}
    try:
        if kind == "whole" and re.fullmatch(r"-?\d{1,15}", text):
            return int(text)
        if kind == "number" and math.isfinite(number := float(text)):
            return number
        if kind == "yes":
            return {"true": True, "false": False}[text.lower()]
        if kind == "day":
            day = date.fromisoformat(text)
            return datetime(day.year, day.month, day.day, tzinfo=UTC).replace(tzinfo=None)
    except (ValueError, KeyError):
        pass
    if kind == "text":
        return text
    raise WrongValue(f"{name}={text[:40]!r}", rule=f"it is {rules[kind]}", done="nothing was read")
