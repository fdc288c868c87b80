"""What an export is as a data set: what records of it in catalogues say, in whatever form."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, timedelta
from email.utils import parseaddr
from urllib.parse import quote

import geopandas as gpd
import polars as pl
import shapely

from layers.export.contents import Export
from layers.export.tables import Table


@dataclass(frozen=True, slots=True)
class File:
    """A file of an export: its name beside the record, format in words, media type, bytes, SHA-256 in hexadecimal."""

    name: str
    format: str
    media: str
    size: int
    sha256: str

    @property
    def address(self) -> str:
        """Return where it is, seen from the record beside it."""
        return quote(self.name)


@dataclass(frozen=True, slots=True)
class Dataset:
    """What both records say.

    Attributes
    ----------
    export : Export
    tables : tuple of Table
        The layers that its files hold.
    files : tuple of File
    crs : int
        System of coordinates of those that can be in another than degrees, EPSG.
    contact : str
        Whom to ask, "Analysis desk <desk@example.org>" or either part of it; "" leaves it out.
    """

    export: Export
    tables: tuple[Table, ...]
    files: tuple[File, ...]
    crs: int = 4326
    contact: str = ""

    @property
    def name(self) -> str:
        """Return a URN that is the same for every record of the export."""
        return uuid.uuid5(uuid.NAMESPACE_URL, f"urn:x-smuggling-route-monitor:{self.export.export_id}").urn

    @property
    def title(self) -> str:
        """Return what it is called."""
        return self.export.title

    @property
    def abstract(self) -> str:
        """Return what it holds, layer by layer with the number of rows, and what a reader has to know."""
        layers = [f"{table.title} ({len(table.frame):,} rows): {table.about}" for table in self.tables]
        return " ".join([f"Made from {self.export.incidents.height:,} incidents.", *layers, *self.export.notes])

    @property
    def lineage(self) -> str:
        """Return how it was made."""
        stamp = self.export.stamp
        asked = [f"the view {stamp['view']!r}" if stamp["view"] else "all incidents"]
        asked += [f"the area {stamp['area']!r}"] if stamp["area"] else []
        made_up = " It holds incidents that were made up for demonstration." if stamp["synthetic"] else ""
        return (
            f"Method {stamp['method_version']}, on version {stamp['ledger_version']} of the ledger, for "
            f"{' and '.join(asked)}; export {stamp['export_id']}.{made_up}"
        )

    @property
    def period(self) -> tuple[date, date] | None:
        """Return its first and last day; where the view is open, those of its incidents; None where there are none."""
        view, starts = self.export.view, self.export.incidents["time_start"].drop_nulls()
        first = view.start or (None if starts.is_empty() else starts.dt.date().min())
        last = view.end - timedelta(days=1) if view.end else (None if starts.is_empty() else starts.dt.date().max())
        if not isinstance(first, date) or not isinstance(last, date):
            return None
        return first, max(first, last)

    @property
    def bounds(self) -> tuple[float, float, float, float] | None:
        """Return west, south, east and north of all that has a place, degrees; None where nothing has one."""
        boxes = [
            shapely.box(*table.frame.total_bounds)
            for table in self.tables
            if isinstance(table.frame, gpd.GeoDataFrame) and not table.frame.geometry.isna().all()
        ]
        if not boxes:
            return None
        west, south, east, north = (round(float(value), 5) for value in shapely.union_all(boxes).bounds)
        return west, south, east, north

    @property
    def sources(self) -> list[tuple[str, int]]:
        """Return the sources by name, with their incidents."""
        counted = self.export.incidents.filter(pl.col("source").is_not_null()).group_by("source").len().sort("source")
        return [(str(name), int(count)) for name, count in counted.iter_rows()]

    @property
    def whom(self) -> tuple[str, str]:
        """Return name and address of the contact, each "" where it is not told."""
        if "@" not in self.contact:
            return self.contact.strip(), ""
        return parseaddr(self.contact)
