"""What a report says of an export, section by section.

Everything counted in it is what the audience may see; what only single incidents tell is in reports of the own
organisation alone.
"""

# Texts here are said in reports.

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import polars as pl

from geodata.core.messages import mark
from layers.audience.audiences import Audience
from layers.export.contents import Export
from layers.reports.charts import steps_of
from layers.reports.contents import Block, Bullets, Figures, House, Picture, Report, Section, Table, legible
from layers.reports.seen import Route
from layers.reports.sheet import Map, mapped
from layers.reports.told import about, asked_for, heading, parts_of_stamp, period, route_title
from routes.temporal.findings import Finding

MOST_ROWS: Final = 20
_MAP: Final = (960, 580)
"""Pixels; on paper its letters are then as large as those around it."""
_AFTER: Final = 3
"""So many findings stand in the summary."""


def report_of(
    export: Export, audience: Audience, language: str, house: House | None = None, chosen: Sequence[str] = ()
) -> Report:
    """Return the report of an export.

    Parameters
    ----------
    export : Export
        Made with the audience's ceiling.
    audience : Audience
    language : str
        One of ``layers.web.translations.report_languages``.
    house : House, optional
    chosen : sequence of str
        Ids of the routes that it is of; empty for all.
    """
    made = mapped(export, audience, language, _MAP, chosen=chosen)
    writer = _Writer(export, audience, made, chosen)
    return Report(
        spoken=made.spoken,
        title=legible(writer.title()),
        subtitle=legible(" · ".join(about(export, made.seen, made.spoken))),
        marking=export.marking,
        foot=" · ".join(parts_of_stamp(export, made.spoken)),
        sections=legible(tuple(section for section in writer.sections() if section.blocks)),
        moment=export.generated,
        synthetic=made.spoken.say(mark("SYNTHETIC DEMONSTRATION DATA"), {}) if export.synthetic else "",
        house=house or House(),
    )


def limits_of(export: Export, audience: Audience, made: Map) -> tuple[Block, ...]:
    """Return how sure an export is, and what is missing in it."""
    return tuple(_Writer(export, audience, made, ()).limits())


class _Writer:
    """Writes the sections of one report."""

    def __init__(self, export: Export, audience: Audience, made: Map, chosen: Sequence[str]) -> None:
        self.export, self.audience, self.made, self.chosen = export, audience, made, frozenset(chosen)
        self.spoken = made.spoken
        self.routes = [
            route for route in made.drawing.seen.routes if not self.chosen or route.told["corridor_id"] in self.chosen
        ]

    def say(self, text: str, **values: Any) -> str:
        return self.spoken.say(text, values)

    def _name(self, route: Route) -> str:
        return route_title(route.told["name"], self.spoken)

    def title(self) -> str:
        """Return the title: the route's name where the report is of one, else what was asked for."""
        if len(self.chosen) == 1 and self.routes:
            return self.say(mark("Route {name}"), name=self._name(self.routes[0]))
        return heading(self.export, self.spoken)

    def sections(self) -> Iterator[Section]:
        """Yield the sections in their order."""
        yield Section(self.say(mark("Summary")), tuple(self._summary()))
        yield Section(self.say(mark("Map")), tuple(self._map()))
        yield Section(self.say(mark("Routes")), tuple(self._routes()))
        yield Section(self.say(mark("Over time")), tuple(self._time()))
        yield Section(self.say(mark("Countries and their roles")), tuple(self._countries()))
        if self.audience.sees_all:
            yield Section(self.say(mark("What was reported")), tuple(self._reported()))
            yield Section(self.say(mark("What changed")), tuple(self._changes()))
        yield Section(self.say(mark("How sure this is, and what is missing")), tuple(self.limits()))
        yield Section(self.say(mark("Sources")), tuple(self._sources()))

    def _summary(self) -> Iterator[Block]:
        manifest = self.made.seen.snapshot.manifest
        figures = [(self.spoken.number(self.made.seen.incidents), self.say(mark("incidents in the period")))]
        figures.append((self.spoken.number(len(self.routes)), self.say(mark("routes with incidents"))))
        if self.audience.sees_all:
            people = int(self.export.incidents["people"].sum() or 0)
            figures.append((self.spoken.number(people), self.say(mark("people in them, where stated"))))
        roles = {one["iso3"] for route in self.routes for one in route.told["countries"]}
        figures.append((self.spoken.number(len(roles)), self.say(mark("countries on these routes"))))
        yield Figures(tuple(figures))
        yield Bullets(tuple(self._points(manifest["totals"])))

    def _points(self, totals: Sequence[int]) -> Iterator[str]:
        whole = sum(totals)
        if not self.routes:
            yield self.say(mark("No route has incidents enough to be shown."))
        for route in self.routes[:3] if len(self.routes) > 1 else ():
            share = self.spoken.percent(route.incidents / whole) if whole else ""
            yield self.say(
                mark("{name}: {count} incidents, {share} of all."),
                name=self._name(route),
                count=self.spoken.number(route.incidents),
                share=share,
            )
        for one in self._findings()[:_AFTER] if self.audience.sees_all else ():
            yield f"{self.spoken.route(one.name)}: {self.say(one.sentence)}"
        if self.export.known_up_to:
            yield self.say(
                mark("Not all reports of the months after {month} have arrived: fewer need not be a fall."),
                month=self.export.known_up_to,
            )

    def _map(self) -> Iterator[Block]:
        numbered = self.made.drawing.numbered
        words = self.say(
            mark("Map of {count} routes. The busiest: {names}."),
            count=len(self.routes),
            names="; ".join(self._name(one) for one in numbered[:5]),
        )
        yield Picture(self.made.drawing.svg(self.spoken.language, self.title()), words, _MAP)
        yield self.say(
            mark(
                "Lines: orange is land, blue dashed is sea, purple dotted is air; the wider, the more incidents in the "
                "period. A hollow line is less sure; thin short dashes are inferred, with no report near them. "
                "Hexes are coloured by their incidents. Numbers are those of the table."
            )
        )

    def _routes(self) -> Iterator[Block]:
        if not self.routes:
            return
        if len(self.chosen) == 1:
            yield Bullets(tuple(self._of_one(self.routes[0])))
            return
        numbers = {id(route): number for number, route in enumerate(self.made.drawing.numbered, start=1)}
        order = [*self.made.drawing.numbered, *(one for one in self.routes if id(one) not in numbers)]
        rows = tuple(
            (
                str(numbers.get(id(route), "")),
                self._name(route),
                self.say(route.told["mode"]),
                self.spoken.number(route.incidents),
                self._direction(route),
                ", ".join(self.spoken.country(one["iso3"]) for one in route.told["countries"]),
                self._confidence(route),
            )
            for route in order[:MOST_ROWS]
        )
        heads = (
            mark("No."),
            mark("Route"),
            mark("Mode"),
            mark("Incidents"),
            mark("Direction"),
            mark("Countries"),
            mark("Confidence"),
        )
        caption = self.say(mark("The busiest first"))
        if len(rows) < len(self.routes):
            caption = self.say(mark("The {count} busiest of {all} routes"), count=len(rows), all=len(self.routes))
        yield Table(caption, tuple(map(self.say, heads)), rows, frozenset({3}))

    def _of_one(self, route: Route) -> Iterator[str]:
        told = route.told
        yield self.say(
            mark("{mode}, {km} km long, {direction}."),
            mode=self.say(told["mode"]),
            km=round(told["length_km"]),
            direction=self._direction(route),
        )
        for country in told["countries"]:
            yield f"{self.spoken.country(country['iso3'])}: {self.say(country['role'])}"
        if told["route"]:
            yield self.say(mark("Part of the known route {name}."), name=told["route"])
        if told["inferred_km"]:
            yield self.say(
                mark("{inferred} km of {length} km inferred"),
                inferred=round(told["inferred_km"]),
                length=round(told["length_km"]),
            )
        yield self.say(mark("Confidence: {confidence}."), confidence=self._confidence(route))

    def _direction(self, route: Route) -> str:
        words = {"one-way": mark("one way"), "two-way": mark("both ways"), "unclear": mark("direction unclear")}
        return self.say(words.get(route.told["direction"] or "unclear", words["unclear"]))

    def _confidence(self, route: Route) -> str:
        words = {"high": mark("high"), "medium": mark("medium"), "low": mark("low")}
        return self.say(words.get(route.told["confidence"] or "", mark("not computed")))

    def _time(self) -> Iterator[Block]:
        bars = steps_of(self.made.seen.snapshot.manifest, self.export.known_up_to, self.say(mark("Incidents")))
        if bars.counts:
            yield bars
        if self.export.known_up_to and bars.late:
            yield self.say(
                mark("Hatched: not all reports of the months after {month} have arrived."),
                month=self.export.known_up_to,
            )

    def _countries(self) -> Iterator[Block]:
        weights: dict[str, Counter[str]] = {}
        routes: Counter[str] = Counter()
        for route in self.routes:
            for one in route.told["countries"]:
                weights.setdefault(one["iso3"], Counter())[one["role"]] += route.incidents
                routes[one["iso3"]] += 1
        order = sorted(weights, key=lambda code: (-weights[code].total(), code))
        rows = tuple(
            (
                self.spoken.country(code),
                self.say(max(sorted(weights[code]), key=weights[code].__getitem__)),
                self.spoken.number(routes[code]),
                self.spoken.number(weights[code].total()),
            )
            for code in order[:MOST_ROWS]
        )
        if rows:
            heads = (mark("Country"), mark("Main role"), mark("Routes"), mark("Incidents on them"))
            caption = self.say(
                mark("Countries on the routes, by incidents on those; a route through three counts for each")
            )
            yield Table(caption, tuple(map(self.say, heads)), rows, frozenset({2, 3}))

    def _reported(self) -> Iterator[Block]:
        rows = self.export.incidents
        kinds = (
            rows.drop_nulls("kind")
            .group_by("kind")
            .agg(pl.len(), pl.col("people").sum())
            .sort("len", "kind", descending=[True, False])
        )
        if kinds.height:
            yield Table(
                self.say(mark("Kinds of incident")),
                (self.say(mark("Kind")), self.say(mark("Incidents")), self.say(mark("People, where stated"))),
                tuple(
                    (self.say(kind), self.spoken.number(count), self.spoken.number(people or 0))
                    for kind, count, people in kinds.iter_rows()
                ),
                frozenset({1, 2}),
            )
        means = _listed(rows, pl.col("modus_operandi"))
        if means:
            yield self._counted(mark("Modus operandi, as the sources state it"), mark("Modus operandi"), means)
        origins = _listed(rows, pl.col("origins").list.eval(pl.element().struct.field("iso3")))
        if origins:
            named = [(self.spoken.country(code), count) for code, count in origins]
            yield self._counted(mark("Countries of origin, where stated"), mark("Country"), named)

    def _counted(self, caption: str, head: str, counted: Iterable[tuple[str, int]]) -> Table:
        rows = tuple((name, self.spoken.number(count)) for name, count in list(counted)[:MOST_ROWS])
        return Table(self.say(caption), (self.say(head), self.say(mark("Incidents"))), rows, frozenset({1}))

    def _findings(self) -> list[Finding]:
        """Return the changes that could first be known within the period, the latest first."""
        start, end = self.export.view.start, self.export.view.end
        return [
            one
            for one in self.export.changes
            if (start is None or one.detected >= f"{start:%Y-%m}")
            and (end is None or one.detected < f"{end:%Y-%m}")
            and (not self.chosen or self.chosen & set(one.corridor_ids))
        ]

    def _changes(self) -> Iterator[Block]:
        rows = tuple(
            (
                one.since,
                self.spoken.route(one.name),
                self.say(one.sentence),
                self.say(one.confidence),
                ", ".join(name for name, _ in one.sources[:3]),
            )
            for one in self._findings()[:MOST_ROWS]
        )
        if rows:
            heads = (mark("Since"), mark("Where"), mark("What"), mark("Confidence"), mark("Reported by"))
            yield Table(self.say(mark("Changes that became known in the period")), tuple(map(self.say, heads)), rows)
        else:
            yield self.say(mark("No change became known in the period that chance does not explain."))

    def limits(self) -> Iterator[Block]:
        """Yield how sure it is."""
        points = [
            self.say(
                mark(
                    "Routes are worked out from places of incidents by method {method}. They show where reports lie, "
                    "which is not where all people pass: places that are watched or reported on more have more."
                ),
                method=self.export.routes.method_version,
            )
        ]
        sure: Counter[str] = Counter(route.told["confidence"] or "" for route in self.routes)
        if len(self.routes) > 1:
            points.append(
                self.say(
                    mark("Of {count} routes, {high} are of high, {medium} of medium and {low} of low confidence."),
                    count=len(self.routes),
                    high=sure["high"],
                    medium=sure["medium"],
                    low=sure["low"],
                )
            )
        if self.audience.sees_all:
            points += [self.say(note) for note in self.export.notes]
        else:
            points.append(
                self.say(
                    mark(
                        "Counts are rounded to the nearest {least}, none below it is shown; "
                        "{share} of the incidents are in no hex."
                    ),
                    least=self.audience.unit,
                    share=self.spoken.percent(self.made.seen.withheld),
                )
            )
        yield Bullets(tuple(points))

    def _sources(self) -> Iterator[Block]:
        if self.export.credits:
            yield Bullets(tuple(self.export.credits))
        yield self.say(mark("Base map: Natural Earth. Names of places: GeoNames. Hexes: H3."))
        facts = (
            (mark("Period"), period(self.export, self.spoken)),
            (mark("What was asked for"), asked_for(self.export, self.spoken)),
            (mark("Handling"), self.export.marking or self.say(mark("no mark"))),
            (mark("Audience"), self.say(self.audience.words)),
            (mark("Export"), self.export.export_id),
            (mark("Ledger version"), str(self.export.version)),
            (mark("Method"), self.export.routes.method_version),
            (mark("Made at"), self.export.moment),
        )
        heads = (self.say(mark("What")), self.say(mark("Value")))
        yield Table(
            self.say(mark("What this report was made from")),
            heads,
            tuple((self.say(name), value) for name, value in facts),
        )


def _listed(rows: pl.DataFrame, lists: pl.Expr) -> list[tuple[str, int]]:
    """Return the values of a column of lists with the incidents that have each, most first."""
    told = rows.select(lists.list.unique().alias("value")).explode("value").drop_nulls()
    return list(told.group_by("value").len().sort("len", "value", descending=[True, False]).iter_rows())
