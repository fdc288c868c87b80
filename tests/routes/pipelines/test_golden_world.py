"""A small world of five origins whose network, once looked at on a map, stays as it is: a change here has to be meant.

====================  =========  =====================================================
incidents             from       where
====================  =========  =====================================================
60 and 50             NGA, SDN   off Libya, and off Lampedusa
45                    TUN        from Tunisia to Lampedusa
40                    EGY        off Tobruk, towards Crete
70                    NGA        on the road through Niger to Sabha
30                    SDN        thinly, from Khartoum to Kufra
12                    not told   between Sabha and the coast
3                     SYR        at Sabha
====================  =========  =====================================================
"""

import numpy as np
import polars as pl
import pytest
from scipy.sparse import csr_array

from geodata.model.assumptions import reference_facts
from routes.pipelines.counting import Directed, counted_on, placed
from routes.pipelines.flow_network import Network, network
from tests.golden import close
from tests.routes.conftest import from_country, incidents_at, named_apart, spread_along

FACTS = reference_facts()
SABHA = (14.4, 27.0)


DRAWN = [
    (
        "sea-ceada15600",
        "Central Mediterranean: Az Zawiyah - Lampedusa",
        "journeys",
        "LBY ITA",
        286.0395,
        0,
        151.0409,
        1.0,
        0.0,
        12.62873,
        34.16925,
    ),
    (
        "land-278ed8fa80",
        "Abuja - Alaghsas",
        "journeys",
        "NGA NER",
        888.5738,
        892.8238,
        99.76433,
        1.0,
        0.0,
        7.3853,
        13.04954,
    ),
    (
        "land-04fb19c7cc",
        "Sahara: Alaghsas - Sabha",
        "evidence",
        "NER DZA LBY",
        1312.915,
        108.4463,
        99.33348,
        0.975,
        0.05882353,
        11.12604,
        22.19779,
    ),
    (
        "land-151de8c8af",
        "inland Sudan - Sabratah",
        "journeys",
        "SDN EGY LBY",
        2065.507,
        0,
        83.01299,
        0.9793476,
        0.1764706,
        18.48948,
        26.29908,
    ),
    (
        "land-0bb41a75bc",
        "near Dongola - inland Sudan",
        "evidence",
        "SDN",
        293.6184,
        104.0629,
        50.10418,
        0.9298246,
        0.2941176,
        27.20882,
        19.86951,
    ),
    (
        "land-71a33eb987",
        "Khartoum - near Dongola",
        "journeys",
        "SDN",
        613.5598,
        0,
        49.93815,
        1.0,
        0.4117647,
        30.58622,
        17.30926,
    ),
    (
        "land-76f5d874ef",
        "Cairo - Tobruk",
        "journeys",
        "EGY LBY",
        754.6253,
        753.479,
        32.7167,
        0.9935897,
        0.5294118,
        27.56149,
        31.08958,
    ),
    (
        "sea-a30eacb0f1",
        "Tobruk - Kastri",
        "evidence",
        "LBY",
        230.5905,
        0,
        31.31371,
        0.9555556,
        0.6470588,
        23.77681,
        33.25426,
    ),
    (
        "sea-2f72e8a187",
        "Central Mediterranean: Ksour Essaf - Lampedusa",
        "journeys",
        "TUN ITA",
        145.2784,
        0,
        22.50679,
        1.0,
        0.7647059,
        11.85414,
        35.41017,
    ),
    (
        "land-29caf40172",
        "Tunis - Mahdia",
        "journeys",
        "TUN",
        188.4166,
        188.5516,
        19.16146,
        1.0,
        0.8823529,
        10.51342,
        36.14618,
    ),
]
COUNTED = [
    (
        "Central Mediterranean: Az Zawiyah - Lampedusa",
        "one-way",
        "high",
        "NGA SDN TUN SYR",
        "EU",
        104,
        21.35553,
        216.0,
        0.6605122,
        0.2845437,
        0.034072,
        0.02087209,
        1.0,
    ),
    ("Abuja - Alaghsas", "one-way", "medium", "NGA", "EU", 1, 2.613745, 140.3475, 1.0, 1.0),
    ("Sahara: Alaghsas - Sabha", "one-way", "high", "NGA", "EU", 72, 10.9452, 139.9166, 0.9999632, 0.9999632),
    (
        "inland Sudan - Sabratah",
        "one-way",
        "high",
        "SDN NGA SYR",
        "EU",
        23,
        34.47635,
        126.7823,
        0.602681,
        0.3765016,
        0.02081737,
        1.0,
    ),
    ("near Dongola - inland Sudan", "one-way", "high", "SDN", "EU", 10, 23.20914, 79.91549, 1.0, 1.0),
    ("Khartoum - near Dongola", "one-way", "medium", "SDN", "EU", 9, 38.45981, 79.74946, 1.0, 1.0),
    ("Cairo - Tobruk", "one-way", "low", "EGY SYR", "EU", 0, 0.0, 41.40299, 0.9571169, 0.04288307, 1.0),
    ("Tobruk - Kastri", "one-way", "high", "EGY", "EU", 40, 14.72342, 40.0, 1.0, 1.0),
    (
        "Central Mediterranean: Ksour Essaf - Lampedusa",
        "one-way",
        "high",
        "TUN SDN",
        "EU",
        39,
        61.99437,
        42.0,
        0.6796095,
        0.3203905,
        1.0,
    ),
    ("Tunis - Mahdia", "one-way", "low", "TUN", "EU", 0, 0.0, 31.25807, 1.0, 1.0),
]
LEGS = [
    ("LBY", "ITA", "sea", 151.0409, 1.0),
    ("NER", "LBY", "land", 99.76433, 1.0),
    ("NGA", "NER", "land", 99.76433, 1.0),
    ("SDN", "LBY", "land", 50.18869, 1.0),
    ("EGY", "LBY", "land", 32.7167, 1.0),
    ("LBY", "GRC", "sea", 31.31371, 1.0),
    ("TUN", "ITA", "sea", 22.50679, 1.0),
]
COUNTRIES = [
    ("LBY", 0.0, 1.0, 0.0, 189.5655),
    ("ITA", 0.0, 0.0, 1.0, 173.5477),
    ("NER", 0.0, 1.0, 0.0, 99.76433),
    ("NGA", 1.0, 0.0, 0.0, 99.76433),
    ("SDN", 1.0, 0.0, 0.0, 50.18869),
    ("EGY", 0.9085326, 0.09146741, 0.0, 34.46625),
    ("AUT", 0.0, 0.0, 1.0, 31.31371),
    ("GRC", 0.0, 1.0, 0.0, 31.31371),
    ("HUN", 0.0, 1.0, 0.0, 31.31371),
    ("MKD", 0.0, 1.0, 0.0, 31.31371),
    ("SRB", 0.0, 1.0, 0.0, 31.31371),
    ("TUN", 0.7392346, 0.2607654, 0.0, 27.65306),
    ("JOR", 0.0, 1.0, 0.0, 3.152538),
    ("SYR", 1.0, 0.0, 0.0, 3.152538),
]
HUBS = [
    ("ITA", 12.65184, 35.45844),
    ("LBY", 12.60607, 32.88006),
    ("LBY", 23.80858, 32.2358),
    ("TUN", 11.20901, 34.65751),
    ("LBY", 11.80853, 33.12275),
    ("TUN", 10.88095, 33.77937),
    ("LBY", 23.13203, 32.69581),
    ("LBY", 13.3882, 32.91842),
    ("TUN", 11.50681, 33.24782),
    ("TUN", 10.33651, 34.45378),
    ("GRC", 24.1514, 34.83307),
    ("TUN", 11.05706, 35.35863),
    ("LBY", 24.89246, 32.04482),
]
PASSED = [
    ("share", 172, 89, 165.0, 13850.11),
    ("journey", 89, 5, 89.0, 1252.695),
    ("along", 89, 10, 294.6494, 5729.439),
    ("against", 89, 10, 0.03194888, 0.5468768),
    ("legs", 89, 7, 219.0, 3751.135),
    ("leaving", 89, 13, 89.0, 2006.98),
    ("landing", 89, 13, 89.0, 2004.013),
    ("known", 89, 2, 131.6422, 1219.035),
    ("begun", 89, 238, 89.0, 8669.289),
    ("ended", 89, 238, 89.0, 8628.261),
    ("entered", 89, 238, 252.0, 25108.35),
]
KNOWN = [
    (
        "Central Mediterranean: Abuja - Alaghsas - Sabha - Al Ajaylat - Lampedusa, Malta and Sicily",
        "NGA NER LBY ITA",
        "land sea",
        151.0409,
    ),
    (
        "Sahara: Abuja - Alaghsas - Sabha - Al Ajaylat - Lampedusa, Malta and Sicily",
        "NGA NER LBY ITA",
        "land sea",
        99.33165,
    ),
]


def world() -> pl.DataFrame:
    sea = (
        ("NGA", spread_along([(12.4, 33.1), (12.6, 33.4)], 60, 10.0)),
        ("SDN", spread_along([(12.5, 35.2), (12.6, 35.4)], 50, 9.0, seed=3)),
        ("TUN", spread_along([(11.0, 33.9), (12.3, 35.3)], 45, 9.0, seed=4)),
        ("EGY", spread_along([(24.0, 32.2), (23.5, 34.3)], 40, 12.0, seed=5)),
    )
    land = (
        ("NGA", spread_along([(8.0, 17.0), (10.5, 21.5), SABHA], 70, 15.0)),
        ("SDN", spread_along([(32.5, 15.6), (27.0, 20.0), (23.3, 24.2)], 30, 25.0, seed=6)),
        (None, spread_along([SABHA, (13.2, 32.8)], 12, 20.0, seed=8)),
        ("SYR", [SABHA] * 3),
    )
    parts = [
        from_country(incidents_at(spots, mode), code)
        for mode, own in (("sea", sea), ("land", land))
        for code, spots in own
    ]
    return named_apart(pl.concat(parts))


@pytest.fixture(scope="module")
def incidents() -> pl.DataFrame:
    return world()


@pytest.fixture(scope="module")
def laid(incidents) -> Network:
    return network(incidents, FACTS, replicates=3)


@pytest.fixture(scope="module")
def found(laid, incidents) -> Directed:
    return counted_on(laid, placed(laid, incidents), FACTS)


def drawn_of(laid: Network) -> list[tuple]:
    return [
        (
            one.corridor_id,
            one.name,
            one.basis,
            " ".join(country.iso3 for country in one.countries),
            one.length_km,
            one.inferred_km,
            one.flow,
            one.support,
            one.detail,
            *np.concatenate(one.lines).mean(axis=0).tolist(),
        )
        for one in laid.routes
    ]


def counted_of(found: Directed) -> list[tuple]:
    return [
        (
            one.name,
            one.direction or "",
            one.confidence or "",
            " ".join(one.origins),
            " ".join(one.destinations),
            one.incidents,
            one.band_km,
            one.passing,
            *one.origins.values(),
            *one.destinations.values(),
        )
        for one in found.corridors
    ]


def legs_of(found: Directed) -> list[tuple]:
    return [(one.start, one.end, one.mode, one.flow, one.support) for one in found.movement.legs]


def countries_of(found: Directed) -> list[tuple]:
    return [(one.iso3, one.source, one.transit, one.destination, one.weight) for one in found.movement.countries]


def hubs_of(laid: Network) -> list[tuple]:
    return [(code, lon, lat) for lon, lat, code in laid.hubs]


def passed_of(laid: Network) -> list[tuple]:
    tables = (
        "share",
        "journey",
        "along",
        "against",
        "legs",
        "leaving",
        "landing",
        "known",
        "begun",
        "ended",
        "entered",
    )
    own = [(name, getattr(laid.passes, name)) for name in tables]
    return [(name, *table.shape, float(table.sum()), in_order(table)) for name, table in own]


def in_order(table: csr_array) -> float:
    """Return a sum that differs where entries stand in another order."""
    flat = table.toarray().ravel()
    return float(flat @ np.sqrt(1 + np.arange(flat.size)))


def known_of(laid: Network) -> list[tuple]:
    return [(one.title, " ".join(one.countries), " ".join(one.modes), one.flow) for one in laid.named]


def test_the_routes_run_where_they_did_with_as_much_flow_and_support(laid):
    assert close(drawn_of(laid), DRAWN)
    ((name, *counts),) = [(one.name, one.incidents, one.people, one.months) for one in laid.dense]
    assert (name, counts) == ("Houmt Souk - Lampedusa", [0, 0, {}])
    assert laid.landings == tuple("Lampedusa, Malta and Sicily" if row in (0, 8) else "" for row in range(10))


def test_incidents_passages_and_journeys_are_counted_on_them_as_before(found):
    assert close(counted_of(found), COUNTED)
    assert found.off == 0


def test_borders_are_crossed_and_countries_passed_as_often_as_before(found):
    assert close(legs_of(found), LEGS)
    assert close(countries_of(found), COUNTRIES)
    ((landing, flow),) = [(one.name, one.flow) for one in found.movement.landings]
    assert (landing, flow) == ("Lampedusa, Malta and Sicily", pytest.approx(173.5477, rel=1e-5))


def test_boats_put_out_and_land_at_the_same_hubs(laid):
    assert close(hubs_of(laid), HUBS)


def test_what_is_kept_to_count_by_is_the_same(laid):
    assert close(passed_of(laid), PASSED)
    assert laid.piles.explained.sum() == pytest.approx(149.92333, rel=1e-5)


def test_known_routes_are_told_by_the_same_places_and_what_is_left_over_in_a_note(laid):
    assert close(known_of(laid), KNOWN)
    assert [str(note) for note in laid.notes] == [
        "Movement: 4% of the evidence lies on no way from where people start to where they may be going."
    ]
