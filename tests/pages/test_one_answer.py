"""One network: every page, answer, file and command names a route alike, and counts the same incidents on it."""

import json
import re
import subprocess
import sys
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import geopandas as gpd
import polars as pl
import pytest

from geodata.ledger.store import Ledger
from geodata.model.query import View
from layers.export.making import Asked
from pages.data.workspace_cache import Workspace, sight
from pages.presenters.route_profile import routes_table
from routes.core.corridor import Corridor
from routes.temporal.arrears import arrears
from tests.screens import opened, texts
from tests.workspaces import laid_out

ROOT = Path(__file__).parent.parent.parent
BEFORE, AFTER = "2024-11:2025-11", "2025-11:2026-11"
FIRST, LAST = date(2025, 11, 1), date(2026, 11, 1)
WINDOW = {"from": str(FIRST), "to": str(LAST)}
SEA = {"mode": "sea"}
VIEW = View(modes=("sea",))
Counts = dict[str, tuple[str, int]]
"""By the id of a route, its name and the incidents that are counted on it."""


@pytest.fixture
def seen(shown) -> Workspace:
    return sight()


@pytest.fixture
def every(seen) -> Counts:
    """Return what lies in each route by sea of all time: what all others must say."""
    return {one.corridor_id: (one.name, one.incidents) for one in seen.routes(VIEW, 1).corridors}


@pytest.fixture
def within(seen) -> Counts:
    """Return what lies in each route by sea in the window, counted one by one where the incidents lie."""
    found, placed = seen.placed(1)
    rows = VIEW.select(placed).filter(
        pl.col("time_start").dt.date().is_between(FIRST, LAST, closed="left"), pl.col("corridor_id").is_not_null()
    )
    counts = Counter(rows["corridor_id"])
    return {one.corridor_id: (one.name, counts[one.corridor_id]) for one in found.network.routes if one.mode == "sea"}


def by_name(counts: Counts) -> Counter[str]:
    """Return incidents by name: where only names are shown, two routes of one name are told together."""
    told: Counter[str] = Counter()
    for name, number in counts.values():
        told[name] += number
    return told


def run(command: str, home: Path, out: Path, *arguments: str) -> Any:
    line = [sys.executable, "-m", "routes", command, "--home", str(home), "-o", str(out), *arguments]
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(out.read_text(encoding="utf-8"))


def properties(collection: Any) -> list[dict[str, Any]]:
    return [feature["properties"] for feature in collection["features"]]


def counted(collection: Any) -> Counts:
    return {one["corridor_id"]: (one["name"], one["incidents"]) for one in properties(collection)}


def test_something_is_told_of_by_all_of_them(every, within):
    assert len(every) > 10
    assert sum(number for _, number in within.values()) > 100
    assert 0 < sum(not number for _, number in within.values()) < len(within)


def test_the_table_of_routes_has_the_names_and_the_counts_of_all_time_and_of_the_last_year(every, within, seen):
    rows = opened("routes.py", **SEA).dataframe[0].value
    assert Counter(zip(rows["name"], rows["incidents"], strict=True)) == Counter(every.values())
    table = routes_table(
        seen.routes(VIEW, 1),
        seen.change(VIEW, 1),
        seen.counts(VIEW.model_copy(update={"start": FIRST, "end": LAST}), 1),
    )
    assert dict(zip(table["corridor_id"], zip(table["name"], table["recent"], strict=True), strict=True)) == within
    assert Counter(zip(rows["name"], rows["recent"], strict=True)) == Counter(within.values())


def test_the_headline_of_every_page_is_the_same_and_opens_what_it_rests_on(shown):
    pages = [
        texts(opened(name, **SEA, **WINDOW)) for name in ("routes.py", "countries.py", "changes.py", "incidents.py")
    ]
    headlines = [re.findall(r'<p class="headline"[^>]*>([^<]+)', page) for page in pages]
    assert headlines == 4 * [headlines[0]]
    assert re.match(
        r"[\d,]+ incidents in Nov 2025 – Oct 2026, [\d,]+ in Nov 2024 – Oct 2025\. Of what", headlines[0][0]
    )
    assert all('class="how"' in page and "The monthly reports of what delivers" in page for page in pages)


def test_a_portrait_has_the_name_the_count_and_the_incidents_of_its_route(every, shown, monkeypatch):
    monkeypatch.setattr("streamlit.page_link", lambda *_, **__: None)  # a page alone knows of no other
    route, (name, number) = max(every.items(), key=lambda item: item[1][1])
    page = opened("routes.py", route=route, **SEA)
    said = texts(page)
    assert name in said
    figure = re.search(r"In the corridor, of all time</\w+><\w+[^>]*>([\d,]+)", said) or re.search(
        r">([\d,]+)</\w+>\s*<\w+[^>]*>In the corridor, of all time", said
    )
    assert figure is not None
    assert int(figure[1].replace(",", "")) == number
    assert len(page.dataframe[-1].value) == number


def test_the_countries_page_lists_the_same_routes(every, shown, seen):
    through = {
        one.corridor_id: every[one.corridor_id]
        for one in seen.routes(VIEW, 1).corridors
        if any(role.iso3 == "ITA" for role in one.countries)
    }
    rows = opened("countries.py", country="ITA", **SEA).dataframe[-1].value
    assert len(through) > 3
    assert Counter(zip(rows["name"], rows["incidents"], strict=True)) == Counter(through.values())


def test_the_incidents_of_the_window_name_the_route_in_whose_corridor_they_lie(within, shown):
    rows = opened("incidents.py", **WINDOW, **SEA).dataframe[0].value
    assert Counter(rows["corridor"].dropna()) == +by_name(within)


def test_the_changes_page_compares_the_same_routes_by_the_same_counts(within, shown):
    rows = opened("changes.py", before=BEFORE, after=AFTER, **SEA).dataframe[0].value
    rows = rows[rows["level"] == "a route"]
    assert Counter(zip(rows["name"], rows["after"], strict=True)) == Counter(within.values())


def test_the_map_has_them_of_all_time_and_in_each_month(every, within, get, shown):
    picture = get(f"/data/snapshot?{urlencode(SEA)}").json()
    routes = [one for one in picture["corridors"] if one["properties"]["layer"] == "routes"]
    assert counted({"features": routes}) == every
    days = range((FIRST - date(1970, 1, 1)).days, (LAST - date(1970, 1, 1)).days)
    told = {
        one["properties"]["corridor_id"]: (
            one["properties"]["name"],
            sum(number for day, number in one["counts"] if day in days),
        )
        for one in routes
    }
    assert told == within


def test_what_changed_on_the_map_and_its_alerts_are_told_of_the_same_routes(every, within, get, shown):
    told = get(f"/data/changes?{urlencode(SEA)}").json()
    assert told["windows"] == {"before": BEFORE, "after": AFTER}
    assert {one["id"]: (one["name"], one["after"]) for one in told["corridors"]} == within
    found = {one.finding_id: one for one in sight().findings(VIEW, 1)}
    for alert in get(f"/data/alerts?{urlencode(SEA)}").json()["alerts"]:
        one = found[alert["key"]]
        assert (one.incidents, one.confidence, one.detected) == (
            alert["incidents"],
            alert["confidence"],
            alert["date"],
        )
        if one.level == "route":
            assert every[one.node_id][0] == alert["place"]


def test_an_export_of_the_window_counts_the_window_alone(within, get, shown, tmp_path):
    query = urlencode({**SEA, **WINDOW})
    written = get(f"/data/export?format=geojson&{query}").json()
    (tmp_path / "out.gpkg").write_bytes(get(f"/data/export?format=gpkg&{query}").body)
    frame = gpd.read_file(tmp_path / "out.gpkg", layer="routes")
    rows = zip(frame["corridor_id"], zip(frame["name"], frame["incidents"], strict=True), strict=True)
    assert dict(rows) == counted(written)
    assert counted(written).items() <= within.items()
    left_out = within.keys() - counted(written).keys()
    assert all(within[route][1] == 0 for route in left_out)
    for one in properties(written):
        assert sum(one["months"].values()) == one["incidents"]
        assert all(str(FIRST)[:7] <= month < str(LAST)[:7] for month in one["months"])


@pytest.mark.slow
def test_the_commands_count_on_the_network_that_is_kept_and_so_tell_the_same(every, within, shown, tmp_path):
    assert counted(run("reduce", shown, tmp_path / "all.geojson", "--mode", "sea")) == every
    some = ("--mode", "sea", "--from", str(FIRST), "--to", str(LAST), "--assign", str(tmp_path / "lie.parquet"))
    assert counted(run("reduce", shown, tmp_path / "some.geojson", *some)) == within
    lie = Counter(pl.read_parquet(tmp_path / "lie.parquet")["corridor_id"])
    assert lie == +Counter({route: number for route, (_, number) in within.items()})
    change = run("change", shown, tmp_path / "c.geojson", "--mode", "sea", "--before", BEFORE, "--after", AFTER)
    assert {one["corridor_id"]: (one["name"], one["change"]["after"]) for one in properties(change)} == within
    assert change["windows"]["after"] == [str(FIRST), str(LAST)]
    alarms = properties(run("alarms", shown, tmp_path / "alarms.geojson", "--mode", "sea"))
    assert alarms == [one.properties() for one in Workspace(Ledger(shown)).findings(VIEW, 1)]
    assert all(every[one["node_id"]][0] == one["name"] for one in alarms if one["level"] == "route")
    late = run("completeness", shown, tmp_path / "late.json", "--mode", "sea")
    assert late == arrears(Workspace(Ledger(shown)).series(VIEW, 1))


# What a filter changes, and what it leaves


def counted_in(seen: Workspace, view: View) -> tuple[Corridor, ...]:
    return seen.export(Asked(view), 1, datetime(2026, 11, 24, tzinfo=UTC)).routes.corridors


def course(route: Corridor) -> tuple[str, bytes, str]:
    return route.name, b"".join(line.tobytes() for line in route.lines), route.mode


@pytest.mark.parametrize(
    "view",
    [
        View(modes=("sea",)),
        View(modes=("land", "air")),
        View(kinds=("rescue",)),
        View(origins=("SYR", "AFG")),
        View(sources=("Synthetic demonstration",)),
        View(start=FIRST, end=LAST),
        View(start=date(2021, 1, 1), end=date(2021, 2, 1)),
        View(modes=("sea",), kinds=("death",), start=FIRST),
        View(region=(5.0, 30.0, 20.0, 40.0)),
        View(sources=("nobody",)),
    ],
    ids=lambda view: view.query(),
)
def test_a_filter_changes_counts_but_no_id_name_or_line(seen, view):
    whole = {one.corridor_id: one for one in counted_in(seen, View())}
    found = counted_in(seen, view)
    assert {one.corridor_id: course(one) for one in found} == {
        name: course(one) for name, one in whole.items() if not view.modes or one.mode in view.modes
    }
    for one in found:
        assert one.incidents <= whole[one.corridor_id].incidents
        assert all(number <= whole[one.corridor_id].months[month] for month, number in one.months.items())


def test_filters_do_change_the_counts(seen):
    whole = sum(one.incidents for one in counted_in(seen, View()))
    north = View(region=(5.0, 30.0, 20.0, 40.0))
    for view in (View(kinds=("rescue",)), View(origins=("SYR",)), View(start=FIRST), north):
        assert 0 < sum(one.incidents for one in counted_in(seen, view)) < whole


def test_the_parts_of_a_whole_add_up(seen):
    """Whoever filters by kind, one after the other, counts every incident once."""
    whole = {one.corridor_id: one.incidents for one in counted_in(seen, View())}
    sums: Counter[str] = Counter()
    for kind in seen.incidents(1)["kind"].unique():
        for one in counted_in(seen, View(kinds=(kind,))):
            sums[one.corridor_id] += one.incidents
    assert +sums == +Counter(whole)


def test_the_network_that_is_read_back_is_the_one_that_was_laid_out(shown, seen):
    again = laid_out(shown).network
    first = seen.network(1).network
    assert [(one.corridor_id, course(one)) for one in again.routes] == [
        (one.corridor_id, course(one)) for one in first.routes
    ]
