"""Command line of the first stage: ``python -m geodata ingest FILE...``, ``incidents``, ``history``, ``demo``."""

from __future__ import annotations

import itertools
import json
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from geodata.core.errors import NothingKept, RoutesError, WrongValue, told_in_a_sentence
from geodata.core.settings import Settings
from geodata.ingest.pipeline import Ingested, ingest_file, totals
from geodata.ingest.waiting import waiting as rows_waiting
from geodata.ledger.store import Ledger
from geodata.parsing.coordinate_repair import policy_named

if TYPE_CHECKING:
    from geodata.ingest.receipt import Receipt
    from geodata.ledger.linked_reports import Decision

DECIDED = {"one event": "are one event, counted once", "apart": "are apart"}
app = typer.Typer(
    help="IN: files of incidents into the ledger, and the ledger out again.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
screen = Console(stderr=True)
_TO_CORRECT = "The refused rows with the reason beside each, to be corrected and taken in again"

Home = Annotated[Path | None, typer.Option(help="Workspace folder [env: ROUTES_HOME; default: workspace].")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of words.")]


@app.command()
def ingest(
    files: Annotated[list[Path], typer.Argument(help="CSV, TSV, XLSX, JSON, NDJSON or GeoJSON files.")],
    home: Home = None,
    repairs: Annotated[
        str, typer.Option(help="Coordinates that look wrong: propose a repair, apply, or off.")
    ] = "propose",
    withdraw: Annotated[bool, typer.Option("--withdraw", help="Let an edition withdraw however many.")] = False,
    as_newest: Annotated[
        bool, typer.Option("--as-newest", help="Take an edition for the newest though it ends before what stands.")
    ] = False,
    sheet: Annotated[
        list[str] | None, typer.Option("--sheet", "--layer", help="Sheet or layer to read; may be given several times.")
    ] = None,
    columns: Annotated[
        str | None, typer.Option(help="Columns by field, time=Datum,lat=Breite; the rest is told as `profile` shows.")
    ] = None,
    day_first: Annotated[
        bool | None, typer.Option("--day-first/--month-first", help="Order of 03/05/2024, where no day exceeds 12.")
    ] = None,
    lat_first: Annotated[
        bool | None,
        typer.Option("--lat-first/--lon-first", help="Order of two numbers in one cell, where nothing tells."),
    ] = None,
    source: Annotated[str | None, typer.Option(help="Who publishes the file.")] = None,
    kind: Annotated[str | None, typer.Option(help="Kind of incident where a row states none.")] = None,
    corrections: Annotated[
        Path | None, typer.Option(help="Where the refused rows of a file are written to be corrected: .xlsx or .csv.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Take files of incidents into the ledger: check every row, keep what is sound, say what was refused and why."""
    from geodata.mapping.stated import Said, stated_profile

    ledger = Ledger(_home(home))
    said = Said(columns or "", day_first, lat_first, source or "", kind or "")
    if corrections is not None and len(files) > 1:
        with told_in_a_sentence():
            raise WrongValue("--corrections with several files", rule="it holds the rows of one file")
    batches = []
    unfit: list[str] = []
    told: list[dict[str, str | list[str] | None]] = []
    for file in files:
        try:
            with _progress(file.name) as step:
                done = ingest_file(
                    file,
                    ledger,
                    step,
                    may_withdraw=withdraw,
                    repairs=policy_named(repairs),
                    profile=stated_profile(file, ledger.home, said, sheet or ()),
                    parts=sheet or (),
                    as_newest=as_newest,
                    corrections=corrections,
                )
        except (RoutesError, OSError) as error:
            unfit.append(_said(error, ledger.home))
            print(unfit[-1], file=sys.stderr)
            if corrections is not None and isinstance(error, NothingKept) and not as_json:
                print(f"{_TO_CORRECT}: {error.correction}")
            continue
        batches.append(done.batch)
        told.append(
            {"file": done.batch.file, "batch": done.batch.batch, "profile": done.batch.profile}
            | {"notes": [str(note) for note in done.notes], "refused": list(done.faults)}
            | {"report": str(done.refusal_report) if done.refusal_report else None}
            | {"to_correct": str(done.correction or "") or None}
        )
        if not as_json:
            _tell(done)
    if as_json:
        print(json.dumps(totals(batches) | {"errors": unfit, "files": told}, ensure_ascii=False))
    if unfit:
        raise typer.Exit(2)


@app.command()
def incidents(
    out: Annotated[Path, typer.Option("--out", "-o", help="File to write: .csv or .parquet.")],
    home: Home = None,
    version: Annotated[int | None, typer.Option(help="Ledger version to read [default: newest].")] = None,
    every_report: Annotated[
        bool, typer.Option("--every-report", help="Reports that are linked as one event too, not one of each alone.")
    ] = False,
) -> None:
    """Write the incidents of the ledger, normalised."""
    from geodata.io.writers import write_incidents

    with told_in_a_sentence():
        ledger = Ledger(_home(home))
        count = write_incidents((ledger.reports if every_report else ledger.incidents)(version), out)
    print(f"{count} incidents written to {out}.")
    _end_if_damaged(ledger, version)


@app.command()
def history(home: Home = None, as_json: AsJson = False) -> None:
    """List the batches that made the ledger, newest first."""
    with told_in_a_sentence():
        batches = Ledger(_home(home)).history()
    if as_json:
        print(json.dumps([{"version": version} | asdict(batch) for version, batch in batches]))
        return
    if not batches:
        print("The ledger is empty: take a file in with `python -m geodata ingest FILE`.")
        return
    names = ("read", "kept", "updated", "withdrawn", "duplicates", "refused")
    for version, batch in batches:
        what = f"{' and '.join(batch.pair)} {DECIDED[batch.decision]}" if batch.decision else batch.file
        what += f" (takes back {batch.undoes})" if batch.undoes else ""
        what += f"purged: {batch.purge}, {batch.purged:,} of what stood" if batch.purge else ""
        counts = ", ".join(f"{getattr(batch, name):,} {name}" for name in names if getattr(batch, name))
        said = " - ".join(filter(None, (batch.profile, counts, f"by {batch.actor}")))
        print(f"{version:>4}  {batch.batch}  {batch.at[:16].replace('T', ' ')}  {what}\n      {said}")


@app.command()
def profile(
    file: Annotated[Path, typer.Argument(help="A file of incidents.")],
    save: Annotated[
        str | None, typer.Option(metavar="NAME", help="Keep the guess as a profile of the workspace.")
    ] = None,
    source: Annotated[str | None, typer.Option(help="Name of the source [default: the file's].")] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Show how the columns of a file are read: by which profile, or what can be guessed, with reasons."""
    from geodata.mapping.report import told

    with told_in_a_sentence():
        told(file, _home(home), save, source or file.stem, as_json=as_json)


@app.command()
def changes(
    since: Annotated[int, typer.Option("--from", help="Ledger version before.")],
    until: Annotated[int | None, typer.Option("--to", help="Ledger version after [default: newest].")] = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Write every change to a .csv or .parquet.")] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Say what was added, updated and withdrawn between two versions of the ledger."""
    from geodata.io.writers import write_changes
    from geodata.ledger.version_diff import changes as changes_between

    with told_in_a_sentence():
        found = changes_between(Ledger(_home(home)), since, until)
        if out is not None:
            write_changes(found, out)
    kinds = {kind: found.filter(change=kind).height for kind in ("added", "updated", "withdrawn")}
    fields = dict(found["fields"].explode().drop_nulls().value_counts(sort=True).iter_rows())
    if as_json:
        print(json.dumps(kinds | {"fields": fields}))
        return
    print(", ".join(f"{count:,} {kind}" for kind, count in kinds.items()) + ".")
    for field, count in fields.items():
        print(f"{count:>8,} with another {field}")


@app.command()
def undo(
    batch: Annotated[str, typer.Argument(help="The import, as `history` lists it.")],
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Take a batch back, as a new version: earlier versions stay readable."""
    from geodata.ledger.version_diff import undo as take_back

    with told_in_a_sentence():
        undone = take_back(Ledger(_home(home)), batch)
    if as_json:
        print(json.dumps(asdict(undone.batch) | {"kept_as_revised": undone.kept_as_revised}))
        return
    if undone.batch.decision:
        print(f"Batch {batch} was taken back: {' and '.join(undone.batch.pair)} {DECIDED[undone.batch.decision]}.")
        return
    print(
        f"Batch {batch} was taken back: {undone.batch.withdrawn:,} gone, {undone.batch.updated:,} as they stood before."
    )
    if undone.kept_as_revised:
        print(f"{undone.kept_as_revised:,} were revised by later batches and stay.")


@app.command()
def compact(
    home: Home = None,
    keep_days: Annotated[
        int | None, typer.Option(min=0, help="Give up files that only versions older than this need.")
    ] = None,
) -> None:
    """Join the ledger's small files into larger ones; pinned versions always stay readable."""
    from geodata.ledger.maintenance import compact as join_files

    with told_in_a_sentence(), screen.status("compacting ..."):
        done = join_files(Ledger(_home(home)), keep_days)
    print(f"{done.before:,} files became {done.after:,}; {done.given_up:,} were given up.")


@app.command()
def verify(
    home: Home = None,
    adopt: Annotated[
        bool, typer.Option("--adopt", help="Take files that nothing vouches for, or changed by hand, as they are.")
    ] = False,
) -> None:
    """Read every file of the workspace and say what is wrong; exit code 2 if anything is."""
    from geodata.workspace import soundness

    ledger = Ledger(_home(home))
    with told_in_a_sentence(), screen.status("reading everything ..."):
        if adopt:
            soundness.adopt(ledger)
        faults = soundness.faults(ledger)
        unproven = soundness.unproven(ledger)
    for fault in faults:
        print(fault, file=sys.stderr)
    if unproven:
        print(
            f"Of {unproven:,} files no SHA-256 is known; `python -m geodata verify --adopt` records them as they are."
        )
    if faults:
        raise typer.Exit(2)
    print("The ledger is sound.")


@app.command()
def restore(
    home: Home = None,
    keep_rest: Annotated[
        bool, typer.Option("--keep-rest", help="Keep the newest version without what lies in its damaged files.")
    ] = False,
) -> None:
    """Take the last version whose files are all sound, as a new version; say what is lost and how it comes back."""
    from geodata.ledger.maintenance import restore as last_sound

    with told_in_a_sentence(), screen.status("reading everything ..."):
        said = last_sound(Ledger(_home(home)), keep_rest=keep_rest)
    for sentence in said:
        print(sentence)


@app.command()
def demo(
    home: Home = None,
    count: Annotated[int, typer.Option("--incidents", min=1, help="About how many incidents.")] = 20_000,
    seed: Annotated[int, typer.Option(help="The same seed gives the same incidents.")] = 1,
    now: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Last day [default: today].")] = None,
    if_empty: Annotated[bool, typer.Option("--if-empty", help="Do nothing if the workspace holds incidents.")] = False,
) -> None:
    """Fill the workspace with synthetic incidents along publicly documented routes into and within the EU."""
    from geodata.workspace.demo_data import demo_file

    ledger = Ledger(_home(home))
    last = (now or datetime.now(UTC)).date()
    with told_in_a_sentence():
        if if_empty and ledger.version() is not None:
            print("The workspace holds incidents already; nothing was added.")
            return
        with _progress("demonstration") as step, demo_file(count, seed, last) as file:
            done = ingest_file(file, ledger, step)
    _tell(done)
    print("These incidents are SYNTHETIC: made up for demonstration.")


@app.command()
def watch(
    inbox: Annotated[Path, typer.Argument(help="Folder into which files are dropped.")],
    home: Home = None,
    once: Annotated[bool, typer.Option("--once", help="Take what stands still, and end.")] = False,
    every: Annotated[float, typer.Option(min=0.05, help="Seconds between two looks.")] = 5.0,
    as_json: AsJson = False,
) -> None:
    """Take in each file that is dropped into a folder, and move it to done/ or refused/ with its report beside it."""
    from geodata.feeds.watch_folder import Inbox
    from geodata.feeds.watch_folder import watch as receipts_of

    unfit = False
    with told_in_a_sentence(), _until_told() as stop:
        for found in receipts_of(Inbox(inbox, Ledger(_home(home))), every, stop, once=once):
            unfit |= _tell_of(found, as_json)
    if once and unfit:
        raise typer.Exit(2)


@app.command()
def pull(
    sources: Annotated[Path, typer.Argument(help="SOURCES.toml: what to ask for, and how often.")],
    home: Home = None,
    once: Annotated[bool, typer.Option("--once", help="Ask the sources that are due, and end.")] = False,
    as_json: AsJson = False,
) -> None:
    """Ask sources on the network on their schedule, and take in what is new."""
    from geodata.feeds.config import read_sources
    from geodata.feeds.scheduler import Puller
    from geodata.feeds.scheduler import pull as pulls_of

    unfit = False
    with told_in_a_sentence(), _until_told() as stop:
        for pulled in pulls_of(Puller(read_sources(sources), Ledger(_home(home))), stop, once=once):
            unfit |= pulled.outcome not in ("taken", "unchanged")
            if as_json:
                print(json.dumps(pulled.report(), ensure_ascii=False), flush=True)
            elif pulled.receipt is not None:
                _tell_of(pulled.receipt, as_json)
            elif pulled.error:
                print(pulled.error, file=sys.stderr, flush=True)
            else:
                print(f"{pulled.source}: unchanged.", flush=True)
    if once and unfit:
        raise typer.Exit(2)


@app.command()
def links(
    home: Home = None,
    least: Annotated[float, typer.Option(min=0.0, max=1.0, help="Lowest score shown.")] = 0.3,
    limit: Annotated[int, typer.Option(min=1, help="How many are shown.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Propose incidents of different sources that may be one event, best first; `link` or `unlink` decides."""
    from geodata.matching.candidates import open_candidates

    ledger = Ledger(_home(home))
    with told_in_a_sentence():
        found = open_candidates(ledger, least)
    shown = found.head(limit).to_dicts()
    if as_json:
        print(json.dumps({"candidates": found.height, "shown": shown}, ensure_ascii=False))
    else:
        for pair in shown:
            print(f"{pair['score']:.2f}  {pair['incident_id']}  {pair['other_id']}\n      {pair['reasons']}")
        print(f"{found.height:,} candidates, {len(shown):,} shown.")
    _end_if_damaged(ledger)


@app.command()
def words(
    mapping: Annotated[
        str | None, typer.Argument(metavar="FIELD:WORD=VALUE", help="Map a word, kind:Pushback=interception.")
    ] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """List the words of sources that no map knows, with counts, or map one and read its incidents again."""
    from geodata.ledger.mapped_words import map_word
    from geodata.model.source_words import unknown_words
    from geodata.parsing.value_words import VALUES, keep_word

    ledger = Ledger(_home(home))
    if mapping is None:
        with told_in_a_sentence():
            found = unknown_words(ledger.reports(columns=["source_words"])).to_dicts()
        if as_json:
            print(json.dumps(found, ensure_ascii=False))
            return
        for one in found:
            print(f"{one['rows']:>7,}  {one['field']}: {one['text']}")
        print(f"{len(found):,} words that no map knows. Fields that can be mapped: {', '.join(VALUES)}.")
        return
    field, _, rest = mapping.partition(":")
    word, _, value = rest.rpartition("=")
    with told_in_a_sentence():
        keep_word(ledger.home, field.strip(), word.strip(), value.strip())
        batch = map_word(ledger, field.strip(), word.strip(), value.strip())
    if as_json:
        print(json.dumps(asdict(batch)))
    else:
        print(f"{word.strip()!r} is {value.strip()} from now on.")
        print(f"{batch.updated:,} incidents were read again ({batch.batch}).")


@app.command()
def waiting(home: Home = None, as_json: AsJson = False) -> None:
    """List the rows that wait to be placed by hand, as the gazetteer knows no such place, or several."""
    ledger = Ledger(_home(home))
    with told_in_a_sentence():
        found = rows_waiting(ledger)
    if as_json:
        print(json.dumps([{"file": str(one.file), "row": one.row, "why": one.why} for one in found]))
        return
    for file, rows in itertools.groupby(found, key=lambda one: one.file):
        for one in rows:
            print(f"  {one.row}")
        print(f"Fill in lat and lon in {file}, and take it in: python -m geodata ingest {file}")
    if not found:
        print("No row waits to be placed.")


@app.command()
def link(
    one: Annotated[str, typer.Argument(help="incident_id")],
    other: Annotated[str, typer.Argument(help="incident_id")],
    home: Home = None,
) -> None:
    """Say that two incidents are one event, counted once; neither is changed."""
    _decide(one, other, "one event", home)


@app.command()
def unlink(
    one: Annotated[str, typer.Argument(help="incident_id")],
    other: Annotated[str, typer.Argument(help="incident_id")],
    home: Home = None,
) -> None:
    """Say that two incidents are not one event: takes a link back, or a candidate off the list."""
    _decide(one, other, "apart", home)


def _decide(one: str, other: str, decision: Decision, home: Path | None) -> None:
    with told_in_a_sentence():
        batch = Ledger(_home(home)).decide(one, other, decision)
    after = ", as was said before" if batch is None else f" (batch {batch.batch})"
    print(f"{one} and {other} {DECIDED[decision]}{after}.")


def _tell_of(found: Receipt | RoutesError, as_json: bool) -> bool:
    """Print what became of a file; return whether anything was wrong."""
    if isinstance(found, RoutesError):
        print(found, file=sys.stderr, flush=True)
        return True
    if as_json:
        print(json.dumps(found.report(), ensure_ascii=False), flush=True)
    elif found.batch is not None:
        _tell(Ingested(found.batch, found.refusals, found.notes, found.faults))
        sys.stdout.flush()
    else:
        print(with_report(found.error, found.refusals), file=sys.stderr, flush=True)
    return found.outcome != "taken"


@contextmanager
def _until_told() -> Iterator[Event]:
    """Give an event that Ctrl-C or SIGTERM sets, so that what is in hand is finished; a second Ctrl-C ends at once."""
    stop = Event()

    def told(*_: object) -> None:
        Thread(target=stop.set).start()  # set here, it could wait for a lock that this very thread holds
        signal.signal(signal.SIGINT, signal.SIG_DFL)

    before = {number: signal.signal(number, told) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _said(error: RoutesError | OSError, home: Path) -> str:
    """Return an error as one sentence; what the machine refuses, such as room on the disk, too."""
    from geodata.core.staging import unwritable

    if isinstance(error, OSError):
        return str(unwritable(home, error))
    return with_report(str(error), error.report if isinstance(error, NothingKept) else None)


def with_report(sentence: str, report: Path | None) -> str:
    """Return a sentence with where every refusal stands, if it stands anywhere."""
    return sentence if report is None else f"{sentence.removesuffix('.')}; every refusal stands in {report}."


def _end_if_damaged(ledger: Ledger, *versions: int | None) -> None:
    from geodata.workspace.soundness import end_if_damaged

    end_if_damaged(ledger, *versions)


def _home(home: Path | None) -> Path:
    return home if home is not None else Settings().home


def _tell(done: Ingested) -> None:
    batch = done.batch
    print(
        f"{batch.file} ({batch.profile}): {batch.read:,} rows read, {batch.kept:,} kept, {batch.updated:,} updated, "
        f"{batch.withdrawn:,} withdrawn, {batch.duplicates:,} duplicate, {batch.refused:,} refused."
    )
    for fault in done.faults:
        print(f"Refused: {fault}.")
    if done.refusal_report is not None:
        print(f"Refusals with row, column, rule and value: {done.refusal_report}")
    if done.correction is not None:
        print(f"{_TO_CORRECT}: {done.correction}")
    for note in done.notes:
        print(note)
    if batch.held_back:
        print("If they are meant, say --as-newest, and --withdraw where many are withdrawn.")


@contextmanager
def _progress(name: str) -> Iterator[Callable[[str], None]]:
    """Show what is being done, on a terminal only."""
    with screen.status(name) as status:
        yield lambda doing: status.update(f"{name}: {doing} ...")


if __name__ == "__main__":
    app()
