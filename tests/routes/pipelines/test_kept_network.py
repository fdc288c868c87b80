"""The standing network: kept, found again, laid out anew; its routes under the ids and names that they had."""

import shutil
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import polars as pl
import pytest

from geodata.core.errors import WrongValue
from geodata.ingest.pipeline import ingest_file
from geodata.ledger.corridor_registry import corridor_events
from geodata.ledger.store import Ledger, UnwritableLedger
from geodata.model.assumptions import reference_facts
from geodata.workspace.demo_data import demo_file
from geodata.workspace.network_store import FOLDER, Networks
from routes.pipelines import kept_network as module
from routes.pipelines.counting import counted_on, placed
from routes.pipelines.flow_network import Network
from routes.pipelines.kept_network import Standing, kept, laid_out_anew, renamed, standing
from tests.networks import CROSSING, LAMPEDUSA, ROAD, SABHA, ZUWARA, handmade, line, seen

FACTS = reference_facts()
NOBODY = seen(strait=0)


@pytest.fixture(scope="module")
def full(tmp_path_factory) -> Path:
    """Return a workspace with a few incidents, to be copied."""
    home = tmp_path_factory.mktemp("standing") / "workspace"
    with demo_file(20, 3, date(2026, 11, 24)) as file:
        ingest_file(file, Ledger(home))
    return home


@pytest.fixture
def store(full, home) -> Networks:
    return Networks(Ledger(Path(shutil.copytree(full, home))))


Drawn = Callable[[Network], list[str]]


@pytest.fixture
def drawn(monkeypatch) -> Drawn:
    """Return a function that sets what is laid out from now on, and gives the list of what was laid out."""
    made: list[str] = []

    def draw(network: Network) -> list[str]:
        def laid(_incidents: pl.DataFrame, facts: object, say: Callable[[str], None]) -> Network:
            say("laying out")
            made.append(facts.version)
            return network

        monkeypatch.setattr(module, "network", laid)
        return made

    return draw


def ids(found: Standing) -> dict[str, str]:
    return {one.name: one.corridor_id for one in found.network.routes}


def happened(store: Networks) -> set[tuple[str, str]]:
    return set(corridor_events(store.ledger).select("event", "corridor_id").rows())


# Kept


def test_it_is_laid_out_once_and_then_read(store, drawn):
    made = drawn(handmade())
    stages: list[str] = []
    first = standing(store, NOBODY, 1, FACTS, say=stages.append)
    again = standing(store, NOBODY, 1, FACTS, say=stages.append)
    assert len(made) == 1
    assert stages == ["laying out", "giving routes their names"]
    assert again.key == first.key == (1, FACTS.digest)
    incidents = seen(desert=3, strait=4)
    one, other = (counted_on(own.network, placed(own.network, incidents), FACTS).corridors for own in (first, again))
    assert one == other


def test_another_version_or_other_facts_are_laid_out_too(store, drawn):
    made = drawn(handmade())
    for version, facts in ((1, FACTS), (2, FACTS), (2, SimpleNamespace(version="tried", digest="tried"))):
        standing(store, NOBODY, version, facts)
    assert made == [FACTS.version, FACTS.version, "tried"]


def test_a_rebuild_lays_it_out_although_it_is_kept(store, drawn):
    made = drawn(handmade())
    standing(store, NOBODY, 1, FACTS)
    drawn(handmade(notes=("rebuilt",)))
    assert standing(store, NOBODY, 1, FACTS, rebuild=True).network.notes == ("rebuilt",)
    assert kept(store, 1, FACTS).network.notes == ("rebuilt",)
    assert len(made) == 2


def test_of_two_that_ask_at_once_one_lays_it_out_and_the_other_waits_and_takes_that_one(store, monkeypatch):
    made: list[int] = []
    begun = threading.Barrier(2)

    def slowly(*_: object, **__: object) -> Network:
        made.append(1)
        time.sleep(0.3)
        return handmade()

    def asked(_: int) -> Standing:
        own = Networks(Ledger(store.ledger.home))
        begun.wait()
        return standing(own, NOBODY, 1, FACTS)

    monkeypatch.setattr(module, "network", slowly)
    with ThreadPoolExecutor(2) as pool:
        one, other = pool.map(asked, range(2))
    assert len(made) == 1
    assert ids(one) == ids(other)


def test_the_nearest_version_is_given_unless_the_very_one_is_asked_for(store, drawn):
    drawn(handmade())
    assert kept(store, 1, FACTS) is None
    standing(store, NOBODY, 3, FACTS)
    assert kept(store, 5, FACTS).version == kept(store, 1, FACTS).version == 3
    assert kept(store, 5, FACTS, exactly=True) is None
    assert kept(store, 3, FACTS, exactly=True).version == 3


def test_a_network_of_another_method_is_none(store, drawn, monkeypatch):
    drawn(handmade())
    standing(store, NOBODY, 1, FACTS)
    monkeypatch.setattr(module, "METHOD_VERSION", "network-2.0")
    assert kept(store, 1, FACTS) is None


def test_instead_of_a_damaged_one_the_next_older_is_given_and_it_is_laid_out_anew_when_asked_for(store, drawn):
    made = drawn(handmade())
    for version in (1, 2):
        standing(store, NOBODY, version, FACTS)
    (newest,) = (store.ledger.home / FOLDER).glob("v00000002*")
    (newest / "members.parquet").write_bytes(b"nothing")
    assert kept(store, 2, FACTS).version == 1
    assert standing(store, NOBODY, 2, FACTS).version == 2
    assert len(made) == 3


# What became of routes


def test_routes_keep_their_ids_and_names_however_often_they_are_laid_out(store, drawn):
    drawn(handmade())
    before = standing(store, NOBODY, 1, FACTS)
    assert happened(store) == {("birth", CROSSING), ("birth", ROAD), ("birth", "air-flight")}
    crossing, road, flight = handmade().routes
    moved = replace(crossing, corridor_id="sea-new", name="Az Zāwīyah - Lampedusa")
    drawn(handmade(routes=(replace(road, corridor_id="land-new"), moved, flight)))
    after = standing(store, NOBODY, 2, FACTS)
    assert ids(after) == ids(before)
    assert len(happened(store)) == 3


def test_one_that_is_gone_dies_and_one_that_is_new_is_born(store, drawn):
    drawn(handmade())
    standing(store, NOBODY, 1, FACTS)
    _, road, flight = handmade().routes
    east = line("sea-east", "Sabha - Zuwara", "sea", [(20.0, 34.0), (22.0, 36.0)])
    drawn(handmade(routes=(road, flight, east)))
    standing(store, NOBODY, 2, FACTS)
    assert happened(store) >= {("death", CROSSING), ("birth", "sea-east")}


def test_of_an_older_version_nothing_is_written_in_the_register(store, drawn):
    drawn(handmade())
    standing(store, NOBODY, 1, FACTS, newest=False)
    assert happened(store) == set()
    assert kept(store, 1, FACTS) is not None


def test_areas_are_known_by_id_too_and_are_no_routes(store, drawn):
    drawn(handmade())
    standing(store, NOBODY, 1, FACTS)
    beach = replace(handmade().dense[0], corridor_id="sea-other", name="Sliema")
    drawn(handmade(dense=(beach,)))
    assert standing(store, NOBODY, 2, FACTS).network.dense[0].corridor_id == handmade().dense[0].corridor_id
    assert not any(corridor == "sea-other" for _, corridor in happened(store))


def test_two_new_routes_of_one_name_are_told_apart_and_stay_so(store, drawn):
    north = line("sea-a", "Zuwara - Lampedusa", "sea", [ZUWARA, LAMPEDUSA])
    south = line("land-b", "Zuwara - Lampedusa", "land", [SABHA, ZUWARA])
    drawn(handmade(routes=(north, south)))
    first = ids(standing(store, NOBODY, 1, FACTS))
    assert first == {"Zuwara - Lampedusa": "sea-a", "Zuwara - Lampedusa (2)": "land-b"}
    drawn(handmade(routes=(south, replace(north, name="Zuwara - Lampedusa (2)"))))
    assert ids(standing(store, NOBODY, 2, FACTS)) == first


# A workspace that cannot be written


def test_a_workspace_that_cannot_be_written_has_its_network_all_the_same_with_a_note(store, drawn, monkeypatch):
    drawn(handmade())

    def unwritable(*_: object) -> None:
        raise UnwritableLedger("no room", rule="it must have room")

    monkeypatch.setattr(store, "keep", unwritable)
    found = standing(store, NOBODY, 1, FACTS)
    assert [one.corridor_id for one in found.network.routes] == [one.corridor_id for one in handmade().routes]
    assert found.network.notes[-1].startswith("The workspace cannot be written: the network is not kept")
    assert kept(store, 1, FACTS) is None


# For real


@pytest.mark.slow
def test_a_real_network_that_was_read_again_counts_the_same_as_when_it_was_laid_out(synthetic_home, home):
    store = Networks(Ledger(Path(shutil.copytree(synthetic_home, home, ignore=shutil.ignore_patterns(FOLDER)))))
    incidents = store.ledger.incidents()
    made = laid_out_anew(store, incidents, 0, FACTS)
    again = kept(store, 0, FACTS, exactly=True)
    one, other = (counted_on(own.network, placed(own.network, incidents), FACTS).collection() for own in (made, again))
    assert one == other
    assert len(one["features"]) >= 3


# Names that analysts give


def test_a_route_keeps_the_name_that_an_analyst_gave_it_over_rebuilds(store, drawn):
    drawn(handmade())
    standing(store, NOBODY, 1, FACTS)
    told = renamed(store, 1, FACTS, CROSSING, "  The   western corridor ")
    assert ids(told)["The western corridor"] == CROSSING
    assert ids(kept(store, 1, FACTS)) == ids(told)
    again = laid_out_anew(store, NOBODY, 2, FACTS)
    assert ids(again)["The western corridor"] == CROSSING
    assert len(happened(store)) == 3  # nothing was born or died of it


@pytest.mark.parametrize(
    ("corridor_id", "name", "said"),
    [
        ("sea-none", "A", "there is no route 'sea-none'"),
        (CROSSING, " ", "it has 1 to 80 letters"),
        (CROSSING, "x" * 81, "it has 1 to 80 letters"),
        (CROSSING, "taken", "is no other route's"),
    ],
)
def test_a_name_that_cannot_be_given_is_one_sentence(store, drawn, corridor_id, name, said):
    drawn(handmade())
    before = standing(store, NOBODY, 1, FACTS)
    taken = next(one.name for one in before.network.routes if one.corridor_id == ROAD)
    with pytest.raises(WrongValue, match=said):
        renamed(store, 1, FACTS, corridor_id, taken if name == "taken" else name)
    assert ids(kept(store, 1, FACTS)) == ids(before)


def former(found: Standing, corridor_id: str = CROSSING) -> tuple[str, ...]:
    return next(one.formerly for one in found.network.routes if one.corridor_id == corridor_id)


def test_the_names_that_a_route_bore_are_kept_over_rebuilds(store, drawn):
    drawn(handmade())
    first = standing(store, NOBODY, 1, FACTS)
    own = next(one.name for one in first.network.routes if one.corridor_id == CROSSING)
    assert former(first) == ()
    renamed(store, 1, FACTS, CROSSING, "A")
    assert former(renamed(store, 1, FACTS, CROSSING, "B")) == former(kept(store, 1, FACTS)) == (own, "A")
    assert former(kept(store, 1, FACTS), ROAD) == ()
    crossing, road, flight = handmade().routes
    drawn(handmade(routes=(road, flight)))
    standing(store, NOBODY, 2, FACTS)
    drawn(handmade(routes=(crossing, road, flight)))
    back = standing(store, NOBODY, 3, FACTS)
    assert (ids(back)["B"], former(back)) == (CROSSING, (own, "A"))


def test_whoever_gives_a_route_a_former_name_again_takes_back_what_was_given_since(store, drawn):
    drawn(handmade())
    own = next(one.name for one in standing(store, NOBODY, 1, FACTS).network.routes if one.corridor_id == CROSSING)
    for name in ("A", "B", "B", "A"):
        found = renamed(store, 1, FACTS, CROSSING, name)
    assert former(found) == (own,)
    assert former(renamed(store, 1, FACTS, CROSSING, own)) == ()


def test_a_register_of_before_former_names_were_kept_is_read(store, drawn):
    drawn(handmade())
    standing(store, NOBODY, 1, FACTS)
    old = store.ledger.rows("corridors")
    store.ledger.append("corridors", old.drop("formerly"), instead=True)
    drawn(handmade())
    assert former(standing(store, NOBODY, 2, FACTS)) == ()
    renamed(store, 2, FACTS, CROSSING, "A")
    drawn(handmade())
    assert len(former(standing(store, NOBODY, 3, FACTS))) == 1


def test_where_no_network_is_kept_nothing_is_renamed(store):
    with pytest.raises(WrongValue, match="routes build"):
        renamed(store, 1, FACTS, CROSSING, "A")


def test_a_damaged_one_that_cannot_be_taken_away_is_not_asked_for_again_and_again():
    asked: list[int] = []

    def nearest(wanted: int) -> int:
        asked.append(wanted)
        assert len(asked) < 9
        return 1

    stuck = SimpleNamespace(state=lambda *_: 2, nearest=nearest, read=lambda _: None)
    assert kept(stuck, 2, FACTS) is None
