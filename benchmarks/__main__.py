"""Run every benchmark: ``python -m benchmarks``. Those on real files run where the files stand beside the checkout."""

from pathlib import Path

from benchmarks import ingest, legs, modes, places

REAL_FILES = Path(__file__).parent.parent.parent / "shared" / "data" / "iom_missing_migrants"

print(ingest.measure())
print(places.measure())
print(legs.report())
if REAL_FILES.is_dir():
    for edition in sorted(REAL_FILES.glob("*.xlsx")):
        print(ingest.workbook(edition))
        print(modes.measure(edition))
