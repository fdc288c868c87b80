"""Field cases: small inputs that real files taught us; ``cases.json`` says what is right of each, and why.

A case runs its command lines in a workspace of its own and holds what they print, refuse and store against what is
expected. Values that must not be lost may stand in any cell of the exported row.
"""

import csv
import io
import json
import shlex
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from geodata.__main__ import app

FOLDER = Path(__file__).parent
CASES = json.loads((FOLDER / "cases.json").read_text(encoding="utf-8"))


@dataclass
class Seen:
    """What a case came to: rows of the export, what was printed (in all, and last), and the reports of refusals."""

    rows: list[dict[str, str]]
    printed: str
    last: str
    reports: str
    refused: int
    answer: Any


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_field_case(case, tmp_path, monkeypatch):
    seen = run(case, tmp_path, monkeypatch)
    assert differences(case["expected"], seen) == [], case["why"]


def run(case: dict[str, Any], home: Path, monkeypatch: pytest.MonkeyPatch) -> Seen:
    monkeypatch.setenv("ROUTES_HOME", str(home / "ws"))
    printed, last, answer, refused = "", "", None, 0
    for line in case["command"]:
        words = shlex.split(line.replace("{dir}", str(FOLDER / case["id"])))
        while "=" in words[0]:
            monkeypatch.setenv(*words.pop(0).split("=", 1))
        last = CliRunner().invoke(app, words).output
        printed += last
        if last.startswith("{"):
            answer = json.loads(last)
    out = home / "out.csv"
    CliRunner().invoke(app, ["incidents", "-o", str(out)])
    text = out.read_text(encoding="utf-8") if out.exists() else ""
    reports = [path.read_text("utf-8-sig") for path in sorted((home / "ws" / "refusals").glob("*.csv"))]
    refused = sum(len({row["row"] for row in csv.DictReader(io.StringIO(report))}) for report in reports)
    rows = [{key: value.removeprefix("'") for key, value in row.items()} for row in csv.DictReader(io.StringIO(text))]
    return Seen(rows, printed, last, "".join(reports), refused, answer)


def differences(expected: dict[str, Any], seen: Seen) -> list[str]:
    """Return what of an expected block does not hold."""
    wrong = [
        f"{name} is {count}, not {expected[name]}"
        for name, count in (("rows_stored", len(seen.rows)), ("rows_refused", seen.refused))
        if name in expected and not within(count, expected[name])
    ]
    everything = seen.printed + seen.reports
    for name, text in (("says", everything), ("prints", seen.printed)):
        for item in expected.get(name, ()):
            options = item if isinstance(item, list) else [item]
            wrong += [] if any(plain(one) in plain(text) for one in options) else [f"{name}: none of {options}"]
    wrong += [f"{item!r} is said" for item in expected.get("says_not", ()) if plain(item) in plain(everything)]
    wrong += [f"{item!r} is not whole" for item in expected.get("last_prints", ()) if item not in seen.last]
    widest = max(map(len, seen.last.splitlines()), default=0)
    wrong += [f"a line has {widest} characters"] if widest > expected.get("last_widest", widest) else []
    for check in expected.get("json", ()):
        value = seen.answer
        for key in check["path"].split("."):
            value = (value or {}).get(key)
        wrong += [] if value == check["value"] else [f"{check['path']} is {value!r}"]
    wrong += [told for check in expected.get("checks", ()) for told in of_rows(check, seen)]
    if "any_of" in expected:
        tried = [differences(block, seen) for block in expected["any_of"]]
        wrong += [f"none of {tried}"] if all(tried) else []
    return wrong


def within(count: int, wanted: int | list[int]) -> bool:
    low, high = wanted if isinstance(wanted, list) else (wanted, wanted)
    return low <= count <= high


def plain(text: str) -> str:
    return " ".join(text.casefold().split())


def of_rows(check: dict[str, Any], seen: Seen) -> list[str]:
    """Return what does not hold of the cells of the rows that a check is of."""
    op, value, where = check.get("op", "equals"), check.get("value"), check["row"]
    if where == "whole":
        return (
            []
            if HOLDS[op](" ".join(" ".join(row.values()) for row in seen.rows), value, 0)
            else [f"whole: not {op} {value}"]
        )
    found = [row for row in seen.rows if where == "every" or is_of(row, where)]
    if not found:
        return [] if op.endswith("_or_absent") else [f"no row {where}"]
    cells = {id(row): " ".join(row.values()) if check["column"] == "*" else row[check["column"]] for row in found}
    holds = HOLDS[op.removesuffix("_or_absent").replace("same", "equals")]
    return [
        f"{where}: {cell[:200]!r} not {op} {value!r}"
        for cell in cells.values()
        if not holds(cell, value, check.get("tol", 0))
    ]


def is_of(row: dict[str, str], where: dict[str, str]) -> bool:
    if "any" in where:
        return any(where["any"] in cell for cell in row.values())
    return all(text in row[column] for column, text in where.items())


def same(text: str, value: Any) -> bool:
    try:
        return float(text) == float(value)
    except (TypeError, ValueError):
        return text == ("" if value is None else str(value))


HOLDS: dict[str, Callable[[str, Any, float], bool]] = {
    "equals": lambda text, value, _: same(text, value),
    "contains": lambda text, value, _: plain(value) in plain(text),
    "contains_any": lambda text, value, _: any(plain(one) in plain(text) for one in value),
    "not_contains": lambda text, value, _: plain(value) not in plain(text),
    "in": lambda text, value, _: any(same(text, one) for one in value),
    "not_in": lambda text, value, _: not any(same(text, one) for one in value),
    "near": lambda text, value, tolerance: abs(float(text) - value) <= tolerance,
    "gt": lambda text, value, _: float(text) > value,
    "lt": lambda text, value, _: float(text) < value,
    "starts": lambda text, value, _: text.startswith(value),
    "null": lambda text, *_: text == "",
}
