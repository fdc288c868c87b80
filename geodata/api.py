"""API: incidents from a file for a notebook, read and checked as an ingest reads and checks them."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path

import geopandas as gpd

from geodata.core.settings import Settings
from geodata.ingest.pipeline import ingest_file
from geodata.ledger.store import Ledger
from geodata.mapping.profiles import Profile
from geodata.model.place_notes import flat
from geodata.parsing.coordinate_repair import Policy
from geodata.workspace.demo_data import demo_file

_CRS = 4326


def read_incidents(
    path: str | Path, *, profile: Profile | None = None, repairs: Policy = "propose", home: str | Path | None = None
) -> gpd.GeoDataFrame:
    """Read the incidents of a file, checked by the rules of an ingest; nothing is stored.

    Parameters
    ----------
    path : str or Path
        Any file that ``python -m geodata ingest`` takes.
    profile : Profile, optional
        How its columns are read; by default the one that fits best.
    repairs : "propose", "apply" or "off"
        What is done with coordinates that contradict their row.
    home : str or Path, optional
        Workspace whose own profiles are known too; by default that of the settings.

    Returns
    -------
    GeoDataFrame
        Points in EPSG:4326, one row for each incident: the columns of the ledger (``geodata.model.incident.SCHEMA``),
        with ``date`` (``time_start``, UTC, without zone) and the notes on the place as text. ``attrs`` has ``profile``,
        ``read``, ``refused`` (rows), ``faults`` (rules that rows broke) and ``notes``.

    Raises
    ------
    UnreadableFile, UnknownFormat, UnknownColumns
        If the file as a whole is unfit.
    NothingKept
        If every row was refused.

    Examples
    --------
    >>> import geodata, routes  # doctest: +SKIP
    >>> routes.find_routes(geodata.read_incidents("incidents.csv"))  # doctest: +SKIP
    """
    own = Path(home) if home is not None else Settings().home
    with tempfile.TemporaryDirectory(prefix="incidents-") as folder:
        ledger = Ledger(Path(folder))
        if (own / "profiles").is_dir():
            (Path(folder) / "profiles").symlink_to((own / "profiles").resolve())
        done = ingest_file(Path(path), ledger, repairs=repairs, profile=profile)
        found = ledger.incidents()
    frame = found.with_columns(found["time_start"].dt.replace_time_zone(None).alias("date"), *flat())
    plain = frame.drop("place_notes", "batch", "fingerprint").to_pandas()
    points = gpd.GeoDataFrame(plain, geometry=gpd.points_from_xy(plain["lon"], plain["lat"]), crs=_CRS)
    points.attrs = {
        "profile": done.batch.profile,
        "read": done.batch.read,
        "refused": done.batch.refused,
        "faults": list(done.faults),
        "notes": [str(note) for note in done.notes],
    }
    return points


def demonstration(count: int = 1500, seed: int = 3, last: date = date(2025, 12, 31)) -> gpd.GeoDataFrame:
    """Return made-up incidents along publicly documented routes, to try things with.

    Parameters
    ----------
    count : int
        About how many, from 2021 on.
    seed : int
        The same seed, count and day give the same incidents.
    last : date
        The last day, included.

    Returns
    -------
    GeoDataFrame
        As of ``read_incidents``.
    """
    with demo_file(count, seed, last) as path:
        return read_incidents(path)
