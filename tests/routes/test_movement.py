"""Movement: piles on two coasts give a crossing, its direction follows the destination, and what is stated wins."""

import numpy as np
import polars as pl
import pytest

from geodata.errors import UnknownColumns, WrongValue
from geodata.facts import reference_facts
from routes.movement import Movement, movement
from routes.sphere import lonlat
from routes.voyages import voyages

pytestmark = pytest.mark.slow

FACTS = reference_facts()
ORIGINS = pl.List(pl.Struct({"iso3": pl.String, "weight": pl.Float64}))
LIBYAN_COAST, LAMPEDUSA, TUNISIAN_COAST = [(12.1, 32.95), (13.2, 32.95)], [(12.5, 35.4), (12.7, 35.5)], (10.9, 35.0)


def from_country(incidents: pl.DataFrame, code: str | None) -> pl.DataFrame:
    people = [[{"iso3": code, "weight": 1.0}] if code else None] * incidents.height
    return incidents.with_columns(pl.Series("origins", people, dtype=ORIGINS))


@pytest.fixture
def two_piles(at, along):
    """Return incidents in heaps off two coasts, and a few between."""
    spots = np.vstack(
        [along(LIBYAN_COAST, 150, 12), along(LAMPEDUSA, 120, 12, seed=9), along([(12.6, 33.2), (12.6, 35.2)], 40)]
    )
    return from_country(at(spots, "sea"), "NGA")


def seas(moved: Movement) -> list[tuple[str, str]]:
    return [(line.start_country, line.end_country) for line in moved.stretches if line.mode == "sea"]


def test_piles_on_two_coasts_give_a_crossing_and_no_line_along_the_coast(two_piles):
    moved = movement(two_piles, FACTS)
    assert seas(moved)
    assert all(start != end for start, end in seas(moved))
    assert ("LBY", "ITA") in seas(moved)
    for line in moved.stretches:
        if line.mode == "sea":
            lon, lat = lonlat(line.points).T
            assert abs(lat[-1] - lat[0]) > abs(lon[-1] - lon[0]), "the line runs along the coast"


def test_direction_runs_from_origin_to_destination_and_is_one_way(two_piles):
    line = next(line for line in movement(two_piles, FACTS).stretches if line.mode == "sea")
    assert lonlat(line.points)[0, 1] < lonlat(line.points)[-1, 1]
    assert line.direction == "one-way"
    assert line.direction_share > 0.9
    assert not line.inferred
    assert line.landing == "Lampedusa, Malta and Sicily"
    assert max(line.origins, key=line.origins.get) == "NGA"
    assert max(line.destinations, key=line.destinations.get) == "EU"


def test_a_stated_destination_wins_over_the_facts(at, along):
    spots = along([(43.2, 11.9), (43.4, 12.6)], 300, 15)
    people = from_country(at(spots, "sea"), "ETH")
    assert {end for _, end in seas(movement(people, FACTS))} == {"YEM"}
    homeward = movement(from_country(at(spots, "sea", destination="Ethiopia"), "YEM"), FACTS)
    assert {start for start, _ in seas(homeward)} == {"YEM"}
    assert homeward.stretches[0].destinations.keys() == {"ETH"}


def test_a_stated_departure_is_where_the_way_is_looked_for_from(at, along):
    spots = along([TUNISIAN_COAST, (12.4, 35.4)], 80, 10)
    piles = voyages(from_country(at(spots, "sea", departure="Sfax, Tunisia", transit="Tunisia"), "CIV"), FACTS)
    assert set(piles.countries) == {"CIV", "TUN"}
    assert (piles.starts[:, piles.countries.index("TUN")] == 1).all()
    assert (piles.origins[:, piles.countries.index("CIV")] == 1).all()


def test_unknown_origins_come_from_the_neighbours_that_state_one(at):
    known = from_country(at([(13.0, 25.0)] * 5), "NER")
    far = from_country(at([(-99.0, 20.0)] * 5), "GTM")
    unknown = from_country(at([(13.3, 25.2)] * 3), None)
    piles = voyages(pl.concat([known, far, unknown]), FACTS)
    near = np.argmin(np.linalg.norm(piles.points - voyages(unknown, FACTS).points[0], axis=1))
    assert piles.origins[near, piles.countries.index("NER")] > 0.99
    assert piles.known.sum() == 10


def test_rows_in_another_order_give_identical_bytes(two_piles):
    def as_bytes(moved: Movement) -> list[object]:
        lines = [
            (s.points.tobytes(), s.forward, s.backward, s.origins, s.destinations, s.support) for s in moved.stretches
        ]
        return [lines, moved.legs, moved.countries, moved.hubs, moved.notes]

    mixed = pl.concat([two_piles, from_country(two_piles.head(60), None)])
    shuffled = mixed.sample(fraction=1.0, shuffle=True, seed=4)
    assert as_bytes(movement(mixed, FACTS, replicates=5)) == as_bytes(movement(shuffled, FACTS, replicates=5))


def test_a_desert_road_leads_over_land_with_shares_of_countries(at, along):
    road = along([(7.99, 16.97), (12.4, 22.5), (14.43, 27.04)], 200, 15)
    moved = movement(from_country(at(road), "NGA"), FACTS)
    legs = {(leg.start, leg.end) for leg in moved.legs if leg.mode == "land"}
    assert ("NER", "LBY") in legs
    assert ("LBY", "NER") not in legs
    share = {country.iso3: country for country in moved.countries}
    assert share["NGA"].source > 0.9
    assert share["NER"].transit > 0.9
    assert all(c.source + c.transit + c.destination == pytest.approx(1) for c in moved.countries)
    assert sum(c.destination * c.weight for c in moved.countries) == pytest.approx(
        sum(c.source * c.weight for c in moved.countries)
    )


def test_more_detail_draws_no_less(two_piles, at, along):
    faint = from_country(at(along([(9.0, 37.6), (8.6, 38.7)], 12, 10), "sea"), "DZA")
    every = pl.concat([two_piles, faint])
    main, all_of_it = movement(every, FACTS, 0.0), movement(every, FACTS, 1.0)
    assert len(all_of_it.stretches) >= len(main.stretches)
    assert all_of_it.explained >= main.explained


def test_no_origins_at_all_is_said_and_still_answered(two_piles):
    moved = movement(two_piles.drop("origins"), FACTS)
    assert "no incident states an origin" in moved.notes[0]
    assert moved.stretches
    assert moved.facts_version == FACTS.version


@pytest.mark.parametrize("number", [0, 1, 4])
def test_too_few_incidents_are_insufficient_data(at, number):
    moved = movement(at([(13.0, 33.0)] * number, "sea"), FACTS)
    assert moved.stretches == ()
    assert "insufficient data" in moved.notes[-1]


def test_incidents_that_nothing_leads_past_give_a_note_and_no_exception(at):
    pacific = from_country(at([(-140.0 + 0.1 * n, -20.0) for n in range(30)], "sea"), "SYR")
    moved = movement(pacific, FACTS)
    assert seas(moved) == []
    assert any("insufficient data" in note or "lies on no way" in note for note in moved.notes)


def test_origins_that_the_facts_do_not_know_are_taken_from_the_nearest_sources(at):
    moved = movement(from_country(at([(13.0, 25.0 + 0.1 * n) for n in range(20)]), "ATA"), FACTS)
    assert any("no incident states an origin" in note for note in moved.notes)


def test_islands_without_a_ferry_are_no_error(at):
    moved = movement(from_country(at([(-14.4, -7.95)] * 10), "SYR"), FACTS)
    assert moved.notes


def test_air_and_unknown_modes_and_missing_places_are_left_out(at, two_piles):
    more = pl.concat([two_piles.drop("origins"), at([(0.0, 50.0)] * 50, "air"), at([(float("nan"), 50.0)] * 3, "sea")])
    assert seas(movement(more, FACTS)) == seas(movement(two_piles.drop("origins"), FACTS))
    assert "3 without a place or a time left out" in movement(more, FACTS).notes[0]


def test_what_is_missing_or_out_of_range_is_said(two_piles):
    with pytest.raises(UnknownColumns, match="column 'mode' is missing"):
        movement(two_piles.drop("mode"), FACTS)
    with pytest.raises(WrongValue, match=r"detail 2 is outside 0\.\.1"):
        movement(two_piles, FACTS, 2)


def test_of_a_landing_in_two_countries_boats_go_to_the_one_where_landings_are_seen(at, along):
    past_malta = along([(12.9, 33.1), (14.3, 35.6)], 120, 15, seed=4)
    in_sicily = along([(14.7, 36.5), (14.9, 36.6)], 20, 8, seed=4)
    piles = [along(LIBYAN_COAST, 150, 12), along(LAMPEDUSA, 120, 12, seed=9), past_malta, in_sicily]
    pairs = seas(movement(from_country(at(np.vstack(piles), "sea"), "NGA"), FACTS))
    assert ("LBY", "ITA") in pairs
    assert ("LBY", "MLT") not in pairs


def test_a_line_or_a_leg_that_few_redraws_of_the_evidence_show_is_left_out(at, scattered, monkeypatch):
    thin = from_country(at(scattered(-4, 10, 14, 24, 40), "land"), "NGA")
    every, supported = movement(thin, FACTS), movement(thin, FACTS, replicates=10)
    assert {leg.support for leg in every.legs} == {None}
    least = max(leg.support for leg in supported.legs)
    monkeypatch.setattr("routes.movement.LEAST_DRAWN", least)
    fewer = movement(thin, FACTS, replicates=10)
    assert 0 < len(fewer.legs) < len(supported.legs)
    assert all(one.support >= least for one in (*fewer.legs, *fewer.stretches))
