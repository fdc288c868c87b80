"""Amendments to the facts: edits of their text that leave all else in it as it stands, and what a change comes to.

An edit is made in the text, so that comments stay, and then read back: if it does not state exactly what was meant, and
nothing besides, it is refused.
"""

from __future__ import annotations

import json
import re
import textwrap
import tomllib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from geodata.core.errors import WrongValue
from geodata.model.assumptions import Facts, facts_from
from pages.presenters.assumption_tables import BY_MODE
from pages.ui.html_table import Grid
from pages.ui.translate import country, say
from routes.core.params import DEFAULT
from routes.network.movement_model import CountryShares, Leg, Movement, main_role

_HEADER = re.compile(r"^\s*\[\[?\s*([A-Za-z0-9_.-]+)\s*\]\]?\s*(#.*)?$")
_QUOTES = ('"""', "'" * 3)
_WIDTH = 100
_INDENT = "    "


@dataclass(frozen=True, slots=True)
class Difference:
    """What a change of facts comes to.

    Attributes
    ----------
    appear, vanish : tuple of str
        Legs from one country straight to another that are drawn only after, or only before.
    turn : tuple of str
        Legs that go another way after.
    roles : tuple of str
        Countries whose main role changes.
    """

    appear: tuple[str, ...]
    vanish: tuple[str, ...]
    turn: tuple[str, ...]
    roles: tuple[str, ...]

    @property
    def nothing(self) -> bool:
        """Tell whether all stays as it is."""
        return not (self.appear or self.vanish or self.turn or self.roles)

    @property
    def grid(self) -> Grid:
        """Return it as a table."""
        parts = (
            (say("appears"), self.appear),
            (say("vanishes"), self.vanish),
            (say("turns"), self.turn),
            (say("changes its main role"), self.roles),
        )
        rows = tuple((what, line) for what, lines in parts for line in lines)
        return Grid(say("What would change"), (say("What"), say("Leg or country")), rows)


def difference(now: Movement, then: Movement) -> Difference:
    """Return what changes from one answer of the reduction to another."""
    before, after = _by_pair(now.legs), _by_pair(then.legs)
    roles = {one.iso3: _role(one) for one in now.countries}
    return Difference(
        tuple(_leg(pair, after[pair]) for pair in sorted(after.keys() - before.keys(), key=_by(after))),
        tuple(_leg(pair, before[pair]) for pair in sorted(before.keys() - after.keys(), key=_by(before))),
        tuple(
            say("{leg}: now {way}", leg=_leg(pair, before[pair]), way=_way(pair, after[pair]))
            for pair in sorted(before.keys() & after.keys(), key=_by(before))
            if _direction(before[pair]) != _direction(after[pair])
        ),
        tuple(
            say(
                "{country}: from {before} to {after}",
                country=country(one.iso3),
                before=say(roles[one.iso3]),
                after=say(_role(one)),
            )
            for one in then.countries
            if one.iso3 in roles and roles[one.iso3] != _role(one)
        ),
    )


Pair = tuple[str, str, str]
"""Two countries, the first by its code first, and the mode."""
Flows = tuple[float, float]
"""Flow from the first to the second, and back."""


def _by_pair(legs: Iterable[Leg]) -> dict[Pair, Flows]:
    found: dict[Pair, Flows] = {}
    for leg in legs:
        one, other = sorted((leg.start, leg.end))
        there, back = found.get((one, other, leg.mode), (0.0, 0.0))
        found[one, other, leg.mode] = (there + leg.flow, back) if leg.start == one else (there, back + leg.flow)
    return found


def _by(flows: dict[Pair, Flows]) -> Callable[[Pair], tuple[float, Pair]]:
    return lambda pair: (-sum(flows[pair]), pair)


def _direction(flows: Flows) -> int:
    """Return 1 from the first to the second, -1 back, 0 where it is both ways."""
    share = flows[0] / sum(flows)
    one_way = DEFAULT.segments.one_way
    return 1 if share > one_way else -1 if share < 1 - one_way else 0


def _way(pair: Pair, flows: Flows) -> str:
    return _one_way(pair, flows) or say("both ways")


def _leg(pair: Pair, flows: Flows) -> str:
    one, other = (country(code) for code in pair[:2])
    way = _one_way(pair, flows) or say("between {one} and {other}", one=one, other=other)
    return f"{way}, {say(BY_MODE[pair[2]])}"


def _one_way(pair: Pair, flows: Flows) -> str:
    """Return from where to where movement goes, "" where it goes both ways."""
    one, other = (country(code) for code in pair[:2])
    way = _direction(flows)
    if not way:
        return ""
    start, end = (one, other) if way > 0 else (other, one)
    return say("from {start} to {end}", start=start, end=end)


def _role(of: CountryShares) -> str:
    return main_role((of.source, of.transit, of.destination))


def going_to(text: str, origin: str, destinations: Sequence[str], source: str) -> str:
    """Return the text of facts in which people of a country may be going to other blocs than before.

    Parameters
    ----------
    text : str
        TOML that ``facts_from`` takes.
    origin : str
        Alpha-3 code. It leaves the entry that it shares with others, and gets one of its own.
    destinations : sequence of str
        Codes of blocs; none takes the entry away, so that the default holds. Offsets to others are taken away too.
    source : str

    Raises
    ------
    WrongValue
        As ``facts_from``; also where the text is written in a way that cannot be amended safely.
    """
    facts_from(text)
    meant = tomllib.loads(text)
    entries = [dict(entry) for entry in meant.get("allowed", ())]
    at = next((number for number, entry in enumerate(entries) if origin in entry["origins"]), None)
    pieces = _pieces(text)
    own = [number for number, (name, _) in enumerate(pieces) if name == "allowed"]
    place = own[-1] if own else len(pieces) - 1
    if at is not None:
        left = [code for code in entries[at]["origins"] if code != origin]
        entries[at]["origins"] = left
        if at < len(own):
            place = own[at]
            pieces[place] = ("allowed", _with_origins(pieces[place][1], left) if left else _remarks(pieces[place][1]))
        entries = [entry for entry in entries if entry["origins"]]
        at += bool(left)
    if destinations:
        entry = {"origins": [origin], "destinations": [*destinations], "source": source}
        entries.insert(len(entries) if at is None else at, entry)
        pieces.insert(place + 1, ("allowed", _block("allowed", entry)))
    meant["allowed"] = entries
    amended = "".join(piece for _, piece in pieces)
    for offset in [*meant.get("offset", ())]:
        if offset["origin"] == origin and offset["destination"] not in destinations:
            meant["offset"].remove(offset)
            amended = _without_offset(amended, origin, offset["destination"])
    return _as_meant(amended, meant)


def farther(text: str, origin: str, destination: str, km: float, source: str) -> str:
    """Return the text of facts in which a destination is taken to lie farther for people of a country.

    Parameters
    ----------
    text, origin, source : str
        As for ``going_to``.
    destination : str
        Code of a bloc.
    km : float
        0 takes the offset away.

    Raises
    ------
    WrongValue
        As ``going_to``.
    """
    facts_from(text)
    meant = tomllib.loads(text)
    offsets = [
        offset
        for offset in meant.get("offset", ())
        if (offset["origin"], offset["destination"]) != (origin, destination)
    ]
    amended = _without_offset(text, origin, destination)
    if km > 0:
        entry = {"origin": origin, "destination": destination, "km": float(km), "source": source}
        offsets.append(entry)
        pieces = _pieces(amended)
        own = [number for number, (name, _) in enumerate(pieces) if name in ("offset", "allowed")]
        pieces.insert((own[-1] if own else len(pieces) - 1) + 1, ("offset", _block("offset", entry)))
        amended = "".join(piece for _, piece in pieces)
    meant["offset"] = offsets
    return _as_meant(amended, meant)


def renamed(text: str, version: str) -> str:
    """Return the text of facts under another version.

    Raises
    ------
    WrongValue
        As ``going_to``.
    """
    facts_from(text)
    meant = tomllib.loads(text) | {"version": version}
    pieces = _pieces(text)
    head = re.sub(r"(?m)^version\s*=.*$", lambda _: f"version = {_string(version)}", pieces[0][1], count=1)
    return _as_meant("".join([head, *(piece for _, piece in pieces[1:])]), meant)


def _pieces(text: str) -> list[tuple[str, str]]:
    """Return the text cut before every header of a table: the name of the table, "" for the head, and its lines.

    Comments that stand before a header go with it. What looks like a header within a long string is none.
    """
    pieces: list[tuple[str, list[str]]] = [("", [])]
    open_quote = ""
    for line in text.splitlines(keepends=True):
        header = None if open_quote else _HEADER.match(line)
        if header:
            pieces.append((header[1], [*_remarks_at_end(pieces[-1][1]), line]))
        else:
            pieces[-1][1].append(line)
        open_quote = _still_open(line, open_quote)
    return [(name, "".join(lines)) for name, lines in pieces]


def _remarks_at_end(lines: list[str]) -> list[str]:
    """Take the comments at the end, and the empty lines between and after them, off lines and return them."""
    first = len(lines)
    for number in range(len(lines) - 1, -1, -1):
        if lines[number].lstrip().startswith("#"):
            first = number
        elif lines[number].strip():
            break
    taken = lines[first:]
    del lines[first:]
    return taken


def _still_open(line: str, quote: str) -> str:
    """Return the quotes of the long string that is open after a line, "" for none."""
    rest = line
    while rest:
        if quote:
            _, found, rest = rest.partition(quote)
            quote = "" if found else quote
            if not found:
                return quote
        else:
            first = min(((at, mark) for mark in _QUOTES if (at := rest.find(mark)) >= 0), default=None)
            if first is None:
                return ""
            quote, rest = first[1], rest[first[0] + 3 :]
    return quote


def _with_origins(piece: str, origins: Sequence[str]) -> str:
    """Return a piece with other origins, on as many lines as they need."""
    return re.sub(r"(?ms)^origins\s*=\s*\[[^\]]*\]", lambda _: f"origins = {_list(origins)}", piece, count=1)


def _remarks(piece: str) -> str:
    """Return what is left of a piece that is taken away: the comments above it."""
    lines = piece.splitlines(keepends=True)
    return "".join(lines[: next(number for number, line in enumerate(lines) if _HEADER.match(line))])


def _without_offset(text: str, origin: str, destination: str) -> str:
    """Return the text without one offset."""
    stated = tomllib.loads(text).get("offset", [])
    pieces = _pieces(text)
    own = [number for number, (name, _) in enumerate(pieces) if name == "offset"]
    for number, offset in zip(own, stated, strict=False):
        if (offset["origin"], offset["destination"]) == (origin, destination):
            pieces[number] = ("offset", _remarks(pieces[number][1]))
    return "".join(piece for _, piece in pieces)


def _block(name: str, entry: dict[str, Any]) -> str:
    """Return an entry as TOML, an empty line after it."""
    return "\n".join([f"[[{name}]]", *(f"{key} = {_value(value)}" for key, value in entry.items())]) + "\n\n"


def _value(value: Any) -> str:
    if isinstance(value, list):
        return _list(value)
    return repr(value) if isinstance(value, float) else _string(str(value))


def _list(values: Iterable[str]) -> str:
    words = ", ".join(_string(value) for value in values)
    if len(words) < _WIDTH:
        return f"[{words}]"
    lines = textwrap.wrap(words, _WIDTH, initial_indent=_INDENT, subsequent_indent=_INDENT, break_long_words=False)
    return "\n".join(["[", *lines[:-1], f"{lines[-1]},", "]"])


def _string(text: str) -> str:
    """Return a text as a string of TOML, which escapes as JSON does, and delete besides."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _as_meant(text: str, meant: dict[str, Any]) -> str:
    """Return a text that says what was meant and contradicts nothing.

    Raises
    ------
    WrongValue
        If it does not.
    """
    try:
        safe = _plain(tomllib.loads(text)) == _plain(meant)
    except tomllib.TOMLDecodeError:
        safe = False
    if not safe:
        raise WrongValue(
            "these facts are written in a way that this form cannot change safely",
            rule="each [[allowed]] and [[offset]] stands on lines of its own",
            done="nothing was changed; change the text itself",
        )
    facts_from(text)
    return text


def _plain(stated: dict[str, Any]) -> dict[str, Any]:
    """Return facts with offsets in one order, as theirs means nothing, and an empty list where there is none."""
    offsets = sorted(stated.get("offset", []), key=lambda one: (one["origin"], one["destination"]))
    return stated | {"offset": offsets, "allowed": stated.get("allowed", [])}


def blocs_open_to(facts: Facts, origin: str) -> tuple[str, ...]:
    """Return the codes of the blocs that people of a country can be said to be going to: all but their own."""
    own = facts.bloc_of.get(origin)
    return tuple(bloc.code for bloc in facts.blocs if own is None or bloc.code != own.code)
