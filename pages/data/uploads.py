"""Uploads: a file from a browser through the same gate as any other, in steps that a person looks at.

``preview`` shows how its columns are read or what can be guessed, ``mapping`` takes what the person says instead,
``rehearsed`` goes through all rows without storing any, ``taken_in`` stores them. Every step lays the file into a room
of the spool and leaves nothing there.
"""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from geodata.core.errors import RoutesError, UnknownColumns, UnreadableFile
from geodata.core.messages import sentence
from geodata.core.staging import room, unwritable
from geodata.ingest.persons import personal
from geodata.ingest.pipeline import Rehearsal, Step, rehearse
from geodata.ingest.receipt import Receipt, receive
from geodata.ledger.store import Ledger
from geodata.mapping.column_inference import Guess, by_profile, guessed, profile_of, stated
from geodata.mapping.date_order import with_order
from geodata.mapping.parts import LeftOut, left_out, read_parts
from geodata.mapping.profiles import Profile, keep, saved_profiles
from geodata.mapping.stated import NAME as STATED_NAME
from geodata.readers.dispatch import Reading, read_file
from geodata.readers.limits import one_line
from geodata.workspace.layer_files import Look, Shapes, look, read_shapes

SHOWN_ROWS = 20
LONGEST_NAME, LONGEST_ENDING = 120, 20
"""Bytes of a file's name, and of its ending."""
AT_ONCE = 2
"""Uploads that are worked on at the same time; the next one waits."""
PLACED = ("coordinates", "lat", "lon")

_log = logging.getLogger(__name__)
_places = threading.BoundedSemaphore(AT_ONCE)


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as a browser sent it.

    Attributes
    ----------
    name : str
        That it bears there.
    content : bytes
    parts : tuple of str
        Sheets, layers or files of an archive that are wanted of it; without any, those that hold incidents.
    as_newest : bool
        Whether an edition may undo what a newer one said.
    """

    name: str
    content: bytes
    parts: tuple[str, ...] = ()
    as_newest: bool = False

    @property
    def file(self) -> str:
        """Return its name without folders, control characters and excess length."""
        name = self.name.replace("\\", "/").rpartition("/")[2]
        stem, dot, ending = name.rpartition(".")
        stem, ending = (one_line(stem or "upload"), one_line(ending)) if dot else (one_line(name), "")
        if len(ending.encode()) > LONGEST_ENDING:
            stem, ending = f"{stem} {ending}", ""
        short = stem.encode()[: LONGEST_NAME - LONGEST_ENDING - 1].decode(errors="ignore").strip(". ") or "upload"
        return f"{short}.{ending}" if ending else short


@dataclass(frozen=True, slots=True)
class Preview:
    """What can be seen of a file before anything of it is checked.

    Attributes
    ----------
    reading : Reading
        Its columns, first rows and notes; its chunks are spent.
    profile : Profile or None
        The one that fits.
    guess : Guess
        What the profile says of the columns or, where none fits, what can be guessed.
    persons : tuple of str
        Columns that will not be stored.
    left_out : tuple of LeftOut
        Sheets, layers or members that are not read.
    order_open : bool
        Whether nothing tells if day or month comes first in its dates.
    told : tuple of str
        How that was told.
    """

    reading: Reading
    profile: Profile | None
    guess: Guess
    persons: tuple[str, ...]
    left_out: tuple[LeftOut, ...] = ()
    order_open: bool = False
    told: tuple[str, ...] = ()

    @property
    def read(self) -> tuple[str, ...]:
        """Return the sheets, layers or members whose rows these are; none where a file has but one table."""
        parts = self.reading.parts
        if len(parts) < 2:
            return ()
        first = next((part for part in parts if not part.hidden), parts[0])
        return self.reading.wanted or (first.name,)

    @property
    def source(self) -> str:
        """Return what the source may be called."""
        return (self.profile.source if self.profile else "") or Path(self.reading.file).stem

    @property
    def profile_name(self) -> str:
        """Return what a profile for files like this may be called."""
        plain = re.sub(r"[^a-z0-9]+", "-", Path(self.reading.file).stem.lower()).strip("-")
        return plain[:40] or "my-source"


def preview(upload: Upload, home: Path) -> Preview:
    """Read a file's columns and first rows, and tell how they would be read.

    Raises
    ------
    RoutesError
        If it cannot be read, or the workspace not be written.
    """
    with _laid(upload, home) as path:
        reading, profile = _looked_at(path, home, upload.parts)
        why = ""
        told: tuple[str, ...] = ()
        if profile is not None:
            order = with_order(reading, profile)
            profile, why, told = order.profile, order.open, order.notes
        guess = by_profile(profile, reading) if profile else guessed(reading)
        if why:
            guess = replace(guess, open=(sentence("dates: {reason}", reason=why),))
        persons = tuple(personal(reading.columns, reading.head))
        seen = Preview(reading, profile, guess, persons, order_open=bool(why), told=told)
        if not seen.read:
            return seen
        return replace(seen, left_out=left_out(reading.parts, seen.read, home, chosen=bool(upload.parts)))


def mapping(seen: Preview, columns: Mapping[str, str], form: str | None = None, day_first: bool | None = None) -> Guess:
    """Return what the columns of a file are by what a person says.

    Parameters
    ----------
    seen : Preview
    columns : mapping
        Field -> column.
    form : str, optional
        How coordinates are written.
    day_first : bool, optional
        Which of two numbers is the day, where no date tells.
    """
    known, like = seen.guess.columns, seen.profile
    if like and form is None and all(known.get(field) == columns.get(field) for field in PLACED):
        form = like.coordinate_form
    same_time = known.get("time") == columns.get("time")
    times = like.time_forms if like and same_time and not seen.order_open else None
    return stated(seen.guess, columns, seen.reading, coordinate_form=form, time_forms=times, day_first=day_first)


def proposed(seen: Preview, guess: Guess, source: str, *, changed: bool) -> Profile | None:
    """Return how a file would be read: by its profile, or by what a person says instead; None while anything is open.

    Parameters
    ----------
    seen : Preview
    guess : Guess
        What the columns are.
    source : str
        What the source is called.
    changed : bool
        Whether a person says anything else of the columns than was told.
    """
    if guess.open:
        return None
    named = "" if source == seen.source else source
    if seen.profile is not None and not changed:
        return seen.profile.model_copy(update={"source": named}) if named else seen.profile
    return profile_of(guess, STATED_NAME, named or (seen.profile.source if seen.profile else source), seen.profile)


def kept_profile(seen: Preview, guess: Guess, name: str, source: str, home: Path) -> Profile:
    """Save a mapping as a profile of the workspace, in the place of one of its name, and return it.

    Raises
    ------
    RoutesError
        If the mapping leaves something open, the name is none for a profile, or it cannot be written.
    """
    profile = profile_of(guess, name, source.strip() or seen.source, seen.profile)
    try:
        keep(profile, home)
    except OSError as error:
        raise unwritable(home, error) from None
    return profile


def layer_look(upload: Upload, home: Path, layer: str = "") -> Look:
    """Return what a file for an own layer offers; nothing of it is kept.

    Raises
    ------
    RoutesError
        If it cannot be read, or the workspace not be written.
    """
    with _laid(upload, home) as path:
        return look(path, layer)


def layer_shapes(upload: Upload, home: Path, label: str, layer: str = "") -> Shapes:
    """Return the shapes of a file for an own layer, with the labels of one column.

    Raises
    ------
    RoutesError
        If it cannot be read, or the workspace not be written.
    """
    with _laid(upload, home) as path:
        return read_shapes(path, label, layer)


def stands(name: str, home: Path) -> bool:
    """Tell whether the workspace has a profile of this name."""
    return any(profile.name == name for profile in saved_profiles(home))


def rehearsed(upload: Upload, ledger: Ledger, profile: Profile, step: Step) -> Rehearsal:
    """Go through all rows of a file and say what taking it in would come to; nothing is stored.

    Raises
    ------
    RoutesError
        If it cannot be read, or the workspace not be written.
    """
    with _laid(upload, ledger.home) as path:
        return rehearse(path, ledger, step, profile=profile, parts=upload.parts, as_newest=upload.as_newest)


def taken_in(upload: Upload, ledger: Ledger, profile: Profile, step: Step, *, may_withdraw: bool) -> Receipt:
    """Take a file in; whatever is wrong with it stands in the receipt.

    Raises
    ------
    RoutesError
        If the workspace cannot be written.
    """
    with _laid(upload, ledger.home) as path:
        return receive(
            path,
            ledger,
            step=step,
            may_withdraw=may_withdraw,
            profile=profile,
            parts=upload.parts,
            as_newest=upload.as_newest,
        )


def _looked_at(path: Path, home: Path, parts: Sequence[str]) -> tuple[Reading, Profile | None]:
    """Return what taking a file in would read of it, and the profile that fits; where none does, its first table."""
    try:
        reading, profile, notes = read_parts(path, home, parts)
    except UnknownColumns:
        return replace(read_file(path, parts), chunks=iter(())), None
    return replace(reading, chunks=iter(()), notes=(*reading.notes, *notes)), profile


@contextmanager
def _laid(upload: Upload, home: Path) -> Iterator[Path]:
    """Give the file of an upload for the time of the block; whatever goes wrong there becomes one sentence."""
    with _places, room(home) as folder:
        path = folder / upload.file
        try:
            path.write_bytes(upload.content)
            yield path
        except RoutesError:
            raise
        except OSError as error:
            raise unwritable(home, error) from None
        except Exception as error:  # noqa: BLE001 - a fault of ours shows no traceback to who uploads
            _log.exception("%s could not be read", upload.file)
            raise UnreadableFile(
                f"the program failed on it ({type(error).__name__})",
                rule="this is a fault of the program, and stands in its log",
                where=upload.file,
            ) from None
