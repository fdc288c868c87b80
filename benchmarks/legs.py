"""Movement on the newest real file, its route labels withheld: well-known legs, half splits, order of rows, cost.

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

from geodata.check import check
from geodata.facts import reference_facts
from geodata.modes import with_modes
from geodata.profiles import mapped, profile_for
from geodata.readings import read_file
from routes.movement import Movement, movement
from routes.sphere import Vectors, chord, lonlat, resampled
from routes.support import REPLICATES

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


def flow_of(moved: Movement, known: Known) -> tuple[float, float]:
    """Return the flow of a leg in the known direction, and against it."""
    flow: dict[tuple[str, str], float] = {}
    if known.end == "Canaries":
        for stretch in moved.stretches:
            first, last = (
                _country(stretch.points[:1], stretch.start_country),
                _country(stretch.points[-1:], stretch.end_country),
            )
            if stretch.mode == "sea":
                flow[first, last] = flow.get((first, last), 0) + stretch.forward
                flow[last, first] = flow.get((last, first), 0) + stretch.backward
    else:
        flow = {(leg.start, leg.end): leg.flow for leg in moved.legs if leg.mode == known.mode}
    pairs = [(a, b) for a in known.start.split() for b in known.end.split()]
    return sum(flow.get((a, b), 0) for a, b in pairs), sum(flow.get((b, a), 0) for a, b in pairs)


def _country(point: Vectors, code: str) -> str:
    west, south, east, north = CANARIES
    ((lon, lat),) = lonlat(point)
    return "Canaries" if code == "ESP" and west < lon < east and south < lat < north else code


def is_right(moved: Movement, known: Known) -> bool:
    """Tell whether a leg is drawn, in the known direction."""
    there, back = flow_of(moved, known)
    return there >= LEAST_FLOW and there / (there + back) >= RIGHT


def abroad(moved: Movement) -> float:
    """Return the share of the sea lines whose ends lie in different countries."""
    lines = [stretch for stretch in moved.stretches if stretch.mode == "sea"]
    return sum(line.start_country != line.end_country for line in lines) / max(len(lines), 1)


def agreement(one: Movement, other: Movement) -> float:
    """Return F1 of the lines of two networks within 100 km of each other."""
    first, second = (
        np.concatenate([resampled(stretch.points, STEP_KM) for stretch in moved.stretches]) for moved in (one, other)
    )
    shares = [
        np.isfinite(cKDTree(far).query(near, distance_upper_bound=chord(NEAR_KM))[0]).mean()
        for near, far in ((first, second), (second, first))
    ]
    return float(2 * shares[0] * shares[1] / max(sum(shares), 1e-9))


def same(one: Movement, other: Movement) -> bool:
    """Tell whether two answers are the same to the byte."""
    return _bytes(one) == _bytes(other)


def _bytes(moved: Movement) -> list[object]:
    parts: list[object] = [moved.legs, moved.countries, moved.hubs, moved.notes]
    for line in moved.stretches:
        parts += [line.points.tobytes(), line.forward, line.backward, line.origins, line.destinations]
    return parts


def measure(path: Path, *, no_origins: bool = False) -> str:
    """Return the figures of a file."""
    incidents, facts = incidents_of(path), reference_facts()
    begin = perf_counter()
    moved = movement(incidents, facts)
    cold = perf_counter() - begin
    said = [f"movement of {incidents.height:,} incidents of {path.name} by facts {facts.version}:"]
    begin = perf_counter()
    drawn = movement(incidents, facts, replicates=REPLICATES)
    graded = perf_counter() - begin
    said += _told(drawn)
    begin = perf_counter()
    shuffled = movement(incidents.sample(fraction=1.0, shuffle=True, seed=5), facts)
    warm = perf_counter() - begin
    halves = np.random.default_rng(3).permutation(incidents.height) % 2
    parts = [movement(incidents.filter(halves == half), facts) for half in (0, 1)]
    gigabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    km = [sum(np.ceil(len(resampled(line.points, STEP_KM)) * STEP_KM) for line in m.stretches) for m in (moved, *parts)]
    said += [
        f"  rows in another order: {'the same to the byte' if same(moved, shuffled) else 'DIFFERENT'}",
        f"  halves against each other: F1 {agreement(*parts):.3f} at {NEAR_KM:.0f} km",
        f"  {km[0]:,.0f} km drawn, of the halves {km[1]:,.0f} and {km[2]:,.0f} km",
        f"  {cold:.1f} s cold, {warm:.1f} s warm, {graded:.1f} s with {REPLICATES} redraws; peak {gigabytes:.2f} GB",
    ]
    if no_origins:
        without = movement(incidents.drop("origins"), facts, replicates=REPLICATES)
        lost = [known.name for known in (*CORE, *OTHERS) if is_right(drawn, known) and not is_right(without, known)]
        said += [
            f"without origins: F1 {agreement(drawn, without):.3f} with the whole; lost: {'; '.join(lost) or 'none'}"
        ]
        said += _told(without)
    return "\n".join(said)


def _told(moved: Movement) -> list[str]:
    lines = []
    for title, legs in (("core", CORE), ("other known", OTHERS)):
        right = [is_right(moved, known) for known in legs]
        lines.append(f"  {sum(right)} of {len(legs)} {title} legs right")
        for known, good in zip(legs, right, strict=True):
            there, back = flow_of(moved, known)
            share = f"{there / (there + back):.2f}" if there + back else "not drawn"
            lines.append(f"    {'right' if good else 'WRONG'} {known.name} ({known.mode}): {there:,.0f} ({share})")
    lines.append(f"  {abroad(moved):.3f} of the sea lines join different countries")
    return lines


def newest() -> Path | None:
    """Return the newest edition beside the checkout, if there is one."""
    editions = sorted(REAL_FILES.glob("alldata_*.xlsx")) if REAL_FILES.is_dir() else []
    return editions[-1] if editions else None


def report(*, no_origins: bool = False) -> str:
    """Return the figures of the newest edition, or a sentence where there is none."""
    path = newest()
    if path is None:
        return "movement: the real incident files are not beside this checkout."
    return measure(path, no_origins=no_origins)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--no-origins", action="store_true", help="also without the origins that incidents state")
    print(report(no_origins=parser.parse_args().no_origins))


if __name__ == "__main__":
    main()
