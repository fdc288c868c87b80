"""Incidents entered by hand: each becomes a file of one row, which goes the way of every file.

The id that a first save gives stays: saving again under it revises the incident, and the history keeps what stood.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import polars as pl

from geodata.core.errors import WrongValue
from geodata.core.handling import HANDLING_MARKS, ceiling_of
from geodata.core.messages import mark
from geodata.core.settings import Settings
from geodata.ingest.persons import names_contact
from geodata.ledger.batch import Batch
from geodata.mapping.profiles import Profile, profiles
from geodata.parsing.modus_operandi import manners, manners_in
from geodata.places.lookup import country_name
from pages.data.uploads import Upload

PROFILE: Final = "by-hand"
ID: Final = "by_hand_id"
PRECISIONS: Final = {
    "day": mark("to the day"),
    "instant": mark("to the minute"),
    "month": mark("to the month"),
    "year": mark("to the year"),
}
"""How exactly a date is known, and how that is said."""
NUMBERS: Final = ("people", "dead", "missing", "survivors")
_TEXTS: Final = ("place", "origins", "modus_operandi", "source", "remarks")
_STATED: Final = "stated by the source"


@dataclass(frozen=True, slots=True)
class Entry:
    """What a person says of an incident; None or "" where they say nothing.

    Attributes
    ----------
    day : date or None
    precision : str
        Of ``PRECISIONS``.
    clock : str
        Time of day, UTC, "14:30"; counts where the precision is "instant".
    place : str
    lat, lon, reach_km : float or None
        Degrees, and how far from there it may have been.
    mode, kind, handling : str
    people, dead, missing, survivors : int or None
    origins, modus_operandi : str
        Several behind semicolons.
    source, remarks : str
    record : str
        The id that it was stored under, "" for a new one.
    incident_id : str
        That of the ledger, "" for a new one.
    """

    day: date | None = None
    precision: str = "day"
    clock: str = ""
    place: str = ""
    lat: float | None = None
    lon: float | None = None
    reach_km: float | None = None
    mode: str = ""
    kind: str = "other"
    people: int | None = None
    dead: int | None = None
    missing: int | None = None
    survivors: int | None = None
    origins: str = ""
    modus_operandi: str = ""
    source: str = ""
    handling: str = "TLP:AMBER"
    remarks: str = ""
    record: str = ""
    incident_id: str = ""

    def upload(self) -> Upload:
        """Return it as the file that is taken in.

        Raises
        ------
        WrongValue
            If a text holds an address or a number of a person.
        """
        for field in _TEXTS:
            if names_contact(getattr(self, field)):
                raise WrongValue(
                    "a text holds an e-mail address or a telephone number",
                    rule="persons are never held",
                    done="nothing was stored",
                    where=field,
                )
        record = self.record or f"{PROFILE}-{os.urandom(6).hex()}"
        row = {ID: record, "date": self._date(), "place_precision_km": self.reach_km, "lat": self.lat, "lon": self.lon}
        row |= {name: getattr(self, name) for name in ("mode", "kind", "handling", *NUMBERS, *_TEXTS)}
        told = {name: str(value).strip() for name, value in row.items() if value is not None and str(value).strip()}
        return Upload(f"{record}.ndjson", json.dumps(told, ensure_ascii=False).encode(), as_newest=True)

    def _date(self) -> str:
        if self.day is None:
            return ""
        shapes = {"month": "%Y-%m", "year": "%Y"}
        written = f"{self.day:{shapes.get(self.precision, '%Y-%m-%d')}}"
        return f"{written} {self.clock.strip()}" if self.precision == "instant" else written


def profile() -> Profile:
    """Return how such a file is read."""
    return next(one for one in profiles() if one.name == PROFILE)


def marks() -> tuple[str, ...]:
    """Return the handling marks that this system may hold."""
    return HANDLING_MARKS[: HANDLING_MARKS.index(ceiling_of(Settings().ceiling)) + 1]


def entered(incidents: pl.DataFrame, history: list[tuple[int, Batch]], by: str | None) -> pl.DataFrame:
    """Return those incidents of a ledger that were entered by hand, the newest first.

    Parameters
    ----------
    incidents : DataFrame
        Columns of ``incident.SCHEMA``.
    history : list
        Versions and batches.
    by : str, optional
        Who entered or changed them; None for anybody.
    """
    files = [
        batch.file.removesuffix(".ndjson")
        for _, batch in history
        if batch.profile == PROFILE and not batch.undoes and by in (None, batch.actor)
    ]
    return incidents.filter(pl.col("source_record").is_in(files)).sort("time_start", descending=True)


def entry_of(row: Mapping[str, Any]) -> Entry:
    """Return an incident of the ledger as what was said of it."""
    start, precision = row["time_start"], row["time_precision"]
    said = json.loads(row["extra"] or "{}")
    by_name = any(note["code"] == "placed_by_name" for note in row["place_notes"] or ())
    position = {"lat": row["lat"], "lon": row["lon"], "reach_km": row["place_precision_km"]}
    origins = [country_name(one["iso3"]) or one["iso3"] for one in row["origins"] or ()]
    return Entry(
        day=start.date(),
        precision=precision if precision in PRECISIONS else "day",
        clock=f"{start:%H:%M}" if precision == "instant" else "",
        place=row["place"] or "",
        **({} if by_name else position),
        mode=row["mode"] if str(row["mode_reason"]).startswith(_STATED) else "",
        kind=row["kind"],
        **{name: row[name] for name in NUMBERS},
        origins="; ".join(origins),
        modus_operandi="; ".join(_stated(row["modus_operandi"] or (), said.get("remarks") or "")),
        source=row["source"],
        handling=row["handling"],
        remarks=said.get("remarks") or "",
        record=row["source_record"],
        incident_id=row["incident_id"],
    )


def _stated(words: Sequence[str], remarks: str) -> list[str]:
    """Return the modus operandi that was stated, without what is read out of those words and of the remarks."""
    own = [one for one in words if one not in manners()]
    read = manners_in(" . ".join([*own, remarks]))
    return [one for one in words if one not in read]
