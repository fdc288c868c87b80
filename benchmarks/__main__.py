"""Run every benchmark: ``python -m benchmarks``."""

from benchmarks.ingest import measure

print(measure())
