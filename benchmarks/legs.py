"""The network on the newest real file, its route labels withheld: well-known legs, half splits, order of rows, cost.

``python -m benchmarks.legs`` prints the figures; ``--no-origins`` also what is lost when no incident states an origin.
The legs are those that public reports of IOM, UNHCR, Frontex, UNODC and R4V describe; neither they nor the labels of
the file are known to the method.
"""

from __future__ import annotations

import argparse
import resource
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

import numpy as np
import polars as pl
from scipy.spatial import cKDTree

from geodata.ingest.validation import check
from geodata.mapping.profiles import mapped, profile_for
from geodata.model.assumptions import reference_facts
from geodata.parsing.transport_mode import with_modes
from geodata.readers.dispatch import read_file
from routes.attribution.membership import path_of
from routes.core.corridor import Corridor
from routes.core.geodesy import chord, resampled
from routes.pipelines.counting import Directed, counted_on, placed
from routes.pipelines.flow_network import Network, network
from routes.pipelines.network_tables import stored

REAL_FILES = Path(__file__).parent.parent.parent / "shared" / "data" / "iom_missing_migrants"
RIGHT = 0.65
"""Share of the flow in the known direction from which a leg counts as right."""
LEAST_FLOW = 1.0
STEP_KM, NEAR_KM = 5.0, 100.0
CANARIES = (-19.0, 27.0, -13.0, 30.0)


@dataclass(frozen=True, slots=True)
class Known:
    """A leg that is known: any of ``start`` to any of ``end``, by land or sea."""

    name: str
    start: str
    end: str
    mode: str


CORE = (
    Known("Libya -> Italy", "LBY", "ITA MLT", "sea"),
    Known("Tunisia -> Italy", "TUN", "ITA", "sea"),
    Known("Türkiye -> Greece", "TUR", "GRC", "sea"),
    Known("Morocco -> Spain", "MAR", "ESP", "sea"),
    Known("Algeria -> Spain", "DZA", "ESP", "sea"),
    Known("Western Sahara, Morocco -> Canaries", "ESH MAR MRT", "Canaries", "sea"),
    Known("France -> United Kingdom", "FRA BEL", "GBR", "sea"),
    Known("Niger -> Libya", "NER", "LBY", "land"),
    Known("Sudan -> Libya", "SDN", "LBY", "land"),
    Known("Iran -> Türkiye", "IRN", "TUR", "land"),
    Known("Mexico -> United States", "MEX", "USA", "land"),
    Known("Colombia -> Panama", "COL", "PAN", "land"),
)
OTHERS = (
    Known("Senegal, Gambia -> Canaries", "SEN GMB", "Canaries", "sea"),
    Known("Libya -> Greece (Crete)", "LBY", "GRC", "sea"),
    Known("Algeria -> Italy (Sardinia)", "DZA", "ITA", "sea"),
    Known("Türkiye -> Greece, Bulgaria", "TUR", "GRC BGR", "land"),
    Known("Afghanistan -> Iran", "AFG", "IRN", "land"),
    Known("Pakistan -> Iran", "PAK", "IRN", "land"),
    Known("Syria -> Türkiye", "SYR", "TUR", "land"),
    Known("North Macedonia -> Serbia", "MKD", "SRB", "land"),
    Known("Serbia -> Hungary", "SRB", "HUN", "land"),
    Known("Bosnia -> Croatia", "BIH", "HRV", "land"),
    Known("Belarus -> Poland, Lithuania, Latvia", "BLR", "POL LTU LVA", "land"),
    Known("Mali -> Algeria", "MLI", "DZA", "land"),
    Known("Niger -> Algeria", "NER", "DZA", "land"),
    Known("Burkina Faso, Nigeria -> Niger", "BFA NGA", "NER", "land"),
    Known("Chad -> Libya", "TCD", "LBY", "land"),
    Known("Egypt -> Libya", "EGY", "LBY", "land"),
    Known("Ethiopia -> Sudan", "ETH", "SDN", "land"),
    Known("Eritrea -> Sudan", "ERI", "SDN", "land"),
    Known("Ethiopia -> Djibouti, Somalia", "ETH", "DJI SOM", "land"),
    Known("Djibouti -> Yemen", "DJI", "YEM", "sea"),
    Known("Somalia -> Yemen", "SOM", "YEM", "sea"),
    Known("Yemen -> Saudi Arabia", "YEM", "SAU", "land"),
    Known("Venezuela -> Colombia", "VEN", "COL", "land"),
    Known("Nicaragua -> Honduras", "NIC", "HND", "land"),
    Known("Honduras -> Guatemala", "HND", "GTM", "land"),
    Known("Guatemala -> Mexico", "GTM", "MEX", "land"),
    Known("Cuba, Bahamas -> United States", "CUB BHS", "USA", "sea"),
    Known("Dominican Republic -> Puerto Rico", "DOM", "PRI", "sea"),
    Known("Venezuela -> Trinidad", "VEN", "TTO", "sea"),
    Known("Comoros -> Mayotte", "COM", "MYT", "sea"),
    Known("Myanmar -> Thailand", "MMR", "THA", "land"),
    Known("Myanmar, Bangladesh -> Malaysia, Indonesia, Thailand", "MMR BGD", "MYS IDN THA", "sea"),
    Known("Mozambique, Zimbabwe -> South Africa", "MOZ ZWE", "ZAF", "land"),
)


def incidents_of(path: Path) -> pl.DataFrame:
    """Return the incidents of a file as ingest would keep them, but without route labels, also for the mode."""
    reading = read_file(path)
    profile = profile_for(reading)
    rows = pl.concat([mapped(chunk.table, profile) for chunk in reading.chunks])
    rows = rows.with_columns(pl.lit("").alias("fingerprint"))
    kept = check(rows, profile, profile.mapping(list(reading.columns)), datetime.now(UTC)).incidents
    return with_modes(kept.with_columns(pl.lit(None, pl.String).alias("route_label")))


def answer(incidents: pl.DataFrame) -> tuple[Network, Directed]:
    """Return the network of some incidents, and what they come to on it."""
    facts = reference_facts()
    laid = network(incidents, facts)
    return laid, counted_on(laid, placed(laid, incidents), facts)


def flow_of(found: Directed, known: Known) -> tuple[float, float]:
    """Return the flow of a leg in the known direction, and against it."""
    if known.end == "Canaries":
        flows = [_toward_canaries(line) for line in found.corridors if line.mode == "sea"]
        return sum(there for there, _ in flows), sum(back for _, back in flows)
    flow = {(leg.start, leg.end): leg.flow for leg in found.movement.legs if leg.mode == known.mode}
    pairs = [(a, b) for a in known.start.split() for b in known.end.split()]
    return sum(flow.get((a, b), 0) for a, b in pairs), sum(flow.get((b, a), 0) for a, b in pairs)


def _toward_canaries(line: Corridor) -> tuple[float, float]:
    """Return the flow of a line at sea towards the Canaries, and from there."""
    west, south, east, north = CANARIES
    ends = [part[side] for part, side in ((line.lines[0], 0), (line.lines[-1], -1))]
    start, end = (bool(west < lon < east and south < lat < north) for lon, lat in ends)
    if start == end:
        return 0.0, 0.0
    return (line.flow, 0.0) if end else (0.0, line.flow)


def is_right(found: Directed, known: Known) -> bool:
    """Tell whether a leg is there, in the known direction."""
    there, back = flow_of(found, known)
    return there >= LEAST_FLOW and there / (there + back) >= RIGHT


def abroad(found: Directed) -> float:
    """Return the share of the length of the sea lines whose two ends lie by different countries."""
    lines = [line for line in found.corridors if line.mode == "sea"]
    whole = sum(line.length_km for line in lines)
    return sum(line.length_km for line in lines if len({one.iso3 for one in line.countries}) > 1) / max(whole, 1e-9)


def agreement(one: Directed, other: Directed) -> float:
    """Return F1 of the lines of two networks within 100 km of each other."""
    first, second = (
        np.concatenate([resampled(path_of(line), STEP_KM) for line in found.corridors]) for found in (one, other)
    )
    shares = [
        np.isfinite(cKDTree(far).query(near, distance_upper_bound=chord(NEAR_KM))[0]).mean()
        for near, far in ((first, second), (second, first))
    ]
    return float(2 * shares[0] * shares[1] / max(sum(shares), 1e-9))


def same(one: Network, other: Network) -> bool:
    """Tell whether two networks are the same to the byte, but for the order of their incidents."""
    (first, tables), (second, others) = stored(one), stored(other)
    alike = [_sorted(tables[name]).equals(_sorted(others[name])) for name in tables]
    return first == second and all(alike)


def _sorted(table: pl.DataFrame) -> pl.DataFrame:
    """Return a table without ids of incidents, in an order of its own."""
    own = table.drop("incident_id", strict=False)
    return own.sort(own.columns)


def measure(path: Path, *, no_origins: bool = False) -> str:
    """Return the figures of a file."""
    incidents = incidents_of(path)
    begin = perf_counter()
    laid, found = answer(incidents)
    seconds = perf_counter() - begin
    said = [
        f"the network of {incidents.height:,} incidents of {path.name} by facts {laid.facts_version}:",
        *_told(found),
    ]
    shuffled, _ = answer(incidents.sample(fraction=1.0, shuffle=True, seed=5))
    halves = np.random.default_rng(3).permutation(incidents.height) % 2
    parts = [answer(incidents.filter(halves == half))[1] for half in (0, 1)]
    gigabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    km = [sum(line.length_km for line in one.corridors) for one in (found, *parts)]
    said += [
        f"  rows in another order: {'the same to the byte' if same(laid, shuffled) else 'DIFFERENT'}",
        f"  halves against each other: F1 {agreement(*parts):.3f} at {NEAR_KM:.0f} km",
        f"  {km[0]:,.0f} km drawn, of the halves {km[1]:,.0f} and {km[2]:,.0f} km",
        f"  {seconds:.1f} s; peak {gigabytes:.2f} GB",
    ]
    if no_origins:
        _, without = answer(incidents.drop("origins"))
        lost = [known.name for known in (*CORE, *OTHERS) if is_right(found, known) and not is_right(without, known)]
        said += [
            f"without origins: F1 {agreement(found, without):.3f} with the whole; lost: {'; '.join(lost) or 'none'}"
        ]
        said += _told(without)
    return "\n".join(said)


def _told(found: Directed) -> list[str]:
    lines = []
    for title, legs in (("core", CORE), ("other known", OTHERS)):
        right = [is_right(found, known) for known in legs]
        lines.append(f"  {sum(right)} of {len(legs)} {title} legs right")
        for known, good in zip(legs, right, strict=True):
            there, back = flow_of(found, known)
            share = f"{there / (there + back):.2f}" if there + back else "not drawn"
            lines.append(f"    {'right' if good else 'WRONG'} {known.name} ({known.mode}): {there:,.0f} ({share})")
    lines.append(f"  {abroad(found):.3f} of the length of the sea lines joins different countries")
    return lines


def newest() -> Path | None:
    """Return the newest edition beside the checkout, if there is one."""
    editions = sorted(REAL_FILES.glob("alldata_*.xlsx")) if REAL_FILES.is_dir() else []
    return editions[-1] if editions else None


def report(*, no_origins: bool = False) -> str:
    """Return the figures of the newest edition, or a sentence where there is none."""
    path = newest()
    if path is None:
        return "network: the real incident files are not beside this checkout."
    return measure(path, no_origins=no_origins)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--no-origins", action="store_true", help="also without the origins that incidents state")
    print(report(no_origins=parser.parse_args().no_origins))


if __name__ == "__main__":
    main()
