"""A network made by hand, small enough to count on paper: four piles, three trips, a road, a crossing, a flight.

=====  ====================  =========================  ==========================================
trip   of                    piles                      runs
=====  ====================  =========================  ==========================================
0      Nigeria to the EU     desert; all of strait      the road, the crossing to Lampedusa
1      Sudan to the EU       oasis; half of lampedusa   half of the road, the crossing
2      Italy to Libya        half of lampedusa          the crossing, against its line
=====  ====================  =========================  ==========================================

Desert and oasis lie in one cell; the other piles in cells of their own.
"""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import polars as pl
from scipy.sparse import csr_array

from geodata.core.messages import Country, sentence
from geodata.model.assumptions import reference_facts
from geodata.model.incident import ORIGIN
from routes.attribution.membership import MEMBERS, Piles
from routes.core.corridor import Corridor, CountryRole
from routes.core.geodesy import unit_vectors
from routes.network.named_routes import NamedRoute
from routes.network.passage_tables import Passes
from routes.pipelines.flow_network import Network

AGADEZ, SABHA, ZUWARA, LAMPEDUSA = (7.99, 16.97), (14.43, 27.04), (12.08, 32.93), (12.6, 35.5)
DESERT, STRAIT, OFF_LAMPEDUSA, MALTA = (11.0, 22.0), (12.3, 34.0), (12.5, 35.0), (14.5, 35.9)
PLACES = {
    "desert": ("land", DESERT, 0),
    "oasis": ("land", DESERT, 1),
    "strait": ("sea", STRAIT, 2),
    "lampedusa": ("sea", OFF_LAMPEDUSA, 3),
}
ROAD, CROSSING, FLIGHT, BEACH = "land-road", "sea-crossing", "air-flight", "sea-beach"
COUNTRIES = ("ITA", "LBY", "NER", "NGA", "SDN")


def table(rows: list[list[float]]) -> csr_array:
    return csr_array(np.array(rows, float))


def line(
    corridor_id: str, name: str, mode: str, places: list[tuple[float, float]], countries: str = "", **more: object
) -> Corridor:
    return replace(
        Corridor(
            corridor_id=corridor_id,
            system_id=f"{corridor_id}-system",
            name=name,
            mode=mode,
            lines=(np.array(places),),
            length_km=100.0,
            band_km=0.0,
            incidents=0,
            people=0,
            countries=tuple(CountryRole(code, "transit") for code in countries.split()),
            months={},
        ),
        **more,
    )


def handmade(**more: object) -> Network:
    """Return the network, with other values for some of its parts."""
    piles = [place for _, place, _ in PLACES.values()]
    by_country = {
        "begun": ["NGA", "SDN", "ITA"],
        "ended": ["ITA", "ITA", "LBY"],
        "entered": ["NER LBY ITA", "LBY ITA", "LBY"],
    }
    counted = {
        name: table([[trip.split().count(code) for code in COUNTRIES] for trip in trips])
        for name, trips in by_country.items()
    }
    network = Network(
        routes=(
            line(CROSSING, "Zuwara - Lampedusa", "sea", [ZUWARA, LAMPEDUSA], "LBY ITA", support=0.9, flow=9.0),
            line(
                ROAD,
                "Agadez - Sabha",
                "land",
                [AGADEZ, SABHA],
                "NER LBY",
                support=0.95,
                bridges=((0.0, 50.0),),
                detail=0.5,
                basis="journeys",
            ),
            line(FLIGHT, "Bogota - Madrid", "air", [(-74.1, 4.7), (-3.6, 40.5)], "COL ESP", airports=("BOG", "MAD")),
        ),
        dense=(line(BEACH, "near Valletta", "sea", [(14.3, 35.9), (14.7, 35.9)], "MLT", band_km=12.0),),
        members=pl.DataFrame(schema=MEMBERS),
        piles=Piles(
            unit_vectors(*np.array(piles).T), np.array([False, False, True, True]), np.array([0, 0, 1, 2]), EXPLAINED
        ),
        passes=Passes(
            share=table([[1, 0, 0], [0, 1, 0], [1, 0, 0], [0, 0.5, 0.5]]),
            journey=table([[1, 0, 0], [0, 1, 0], [0, 0, 1]]),
            along=table([[1, 1, 0], [1, 0.5, 0], [0, 0, 0]]),
            against=table([[0, 0, 0], [0, 0, 0], [1, 0, 0]]),
            legs=table([[1, 1, 0], [0, 1, 0], [0, 0, 1]]),
            leaving=table([[1, 0], [1, 0], [0, 1]]),
            landing=table([[0, 1], [0, 1], [1, 0]]),
            known=table([[1], [1], [0]]),
            **counted,
        ),
        journeys=(("NGA", "EU"), ("SDN", "EU"), ("ITA", "LBY")),
        legs=(("NER", "LBY", "land"), ("LBY", "ITA", "sea"), ("ITA", "LBY", "sea")),
        leg_support=(0.8, 1.0, None),
        hubs=((*ZUWARA, "LBY"), (*LAMPEDUSA, "ITA")),
        countries=COUNTRIES,
        named=(NamedRoute("Central Mediterranean", ("Zuwara", "Lampedusa"), ("LBY", "ITA"), ("sea",), 0.0),),
        landings=("Lampedusa, Malta and Sicily", "", ""),
        notes=(
            sentence("Movement: {share:.0%} is told of {who}.", share=0.25, who=Country("Libya", "LBY")),
            "A plain note.",
        ),
        facts_version=reference_facts().version,
    )
    return replace(network, **more)


EXPLAINED = np.array([1.0, 1.0, 0.5, 0.0])


def seen(**numbers: int) -> pl.DataFrame:
    """Return so many incidents of each pile, the first of each in January 2024, the next in February, and so on."""
    rows = [
        (f"{pile} {number}", *PLACES[pile][1], PLACES[pile][0], datetime(2024, 1 + number % 12, 1, tzinfo=UTC))
        for pile, many in numbers.items()
        for number in range(many)
    ]
    frame = pl.DataFrame(
        rows,
        schema={
            "incident_id": pl.String,
            "lon": pl.Float64,
            "lat": pl.Float64,
            "mode": pl.String,
            "time_start": pl.Datetime("us", "UTC"),
        },
        orient="row",
    )
    nobody = pl.Series("origins", [None] * frame.height, dtype=pl.List(ORIGIN))
    return frame.with_columns(nobody, people=pl.lit(2, pl.Int64), source=pl.lit("A"))


def knowing(incidents: pl.DataFrame) -> Network:
    """Return the network that was laid out from such incidents: those on land lie 5 km off the road, others 3 km."""
    pile = incidents["incident_id"].str.split(" ").list.first()
    return handmade(
        members=incidents.select("incident_id", "lon", "lat", "mode")
        .with_columns(
            pile=pile.replace_strict({name: number for name, (_, _, number) in PLACES.items()}, return_dtype=pl.Int32),
            route=pile.replace_strict({"desert": 1, "oasis": 1, "strait": 0, "lampedusa": 0}, return_dtype=pl.Int32),
            dense=pl.lit(-1, pl.Int32),
            km=pl.when(pl.col("mode") == "land").then(5.0).otherwise(3.0),
            along=pl.lit(120.0),
        )
        .select(list(MEMBERS))
    )
