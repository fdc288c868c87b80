"""From a file of a source to routes, by the rules of an ingest; nothing is stored.

Run: ``python -m docs.examples.from_a_file``.
"""

import tempfile
from pathlib import Path

import geodata

# A file as a source might send it: another order of columns, a row without a place, a day that is none.
points = geodata.demonstration()
table = points.drop(columns="geometry").assign(lat=points.geometry.y, lon=points.geometry.x)[
    ["mode", "date", "lat", "lon"]
]
lines = table.to_csv(index=False) + "sea,2024-02-30,35.5,12.6\nsea,2024-03-01,,\n"

with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "reports.csv"
    path.write_text(lines, encoding="utf-8")
    incidents = geodata.read_incidents(path)

print(f"{len(incidents):,} incidents; {incidents.attrs['refused']} rows refused:")
print("\n".join(incidents.attrs["faults"]))
print(incidents[["date", "mode", "mode_reason", "country", "coordinate_note"]].head())
