"""Command line of the first stage: ``python -m geodata ingest FILE...``, ``incidents``, ``history``, ``demo``."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from geodata.errors import RoutesError
from geodata.ingest import Ingested, ingest_file, totals
from geodata.ledger import Ledger
from geodata.settings import Settings

app = typer.Typer(
    help="IN: files of incidents into the ledger, and the ledger out again.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
screen = Console(stderr=True)

Home = Annotated[Path | None, typer.Option(help="Workspace folder [env: ROUTES_HOME; default: workspace].")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of words.")]


@app.command()
def ingest(
    files: Annotated[list[Path], typer.Argument(help="CSV, TSV, XLSX, JSON, NDJSON or GeoJSON files.")],
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Take files of incidents into the ledger: check every row, keep what is sound, say what was refused and why."""
    ledger = Ledger(_home(home))
    batches = []
    unfit: list[str] = []
    for file in files:
        try:
            with _progress(file.name) as step:
                done = ingest_file(file, ledger, step)
        except RoutesError as error:
            unfit.append(str(error))
            print(error, file=sys.stderr)
            continue
        batches.append(done.batch)
        if not as_json:
            _tell(done)
    if as_json:
        print(json.dumps(totals(batches) | {"errors": unfit}))
    if unfit:
        raise typer.Exit(2)


@app.command()
def incidents(
    out: Annotated[Path, typer.Option("--out", "-o", help="File to write: .csv or .parquet.")],
    home: Home = None,
    version: Annotated[int | None, typer.Option(help="Ledger version to read [default: newest].")] = None,
) -> None:
    """Write the incidents of the ledger, normalised."""
    from geodata.export import write_incidents

    with _sentences():
        count = write_incidents(Ledger(_home(home)).incidents(version), out)
    print(f"{count} incidents written to {out}.")


@app.command()
def history(home: Home = None, as_json: AsJson = False) -> None:
    """List the batches that made the ledger, newest first."""
    with _sentences():
        batches = Ledger(_home(home)).history()
    if as_json:
        print(json.dumps([{"version": version} | asdict(batch) for version, batch in batches]))
        return
    if not batches:
        print("The ledger is empty: take a file in with `python -m geodata ingest FILE`.")
        return
    table = Table("version", "at", "file", "profile", "read", "kept", "updated", "duplicates", "refused")
    for version, batch in batches:
        counts = (batch.read, batch.kept, batch.updated, batch.duplicates, batch.refused)
        table.add_row(str(version), batch.at, batch.file, batch.profile, *(f"{count:,}" for count in counts))
    Console().print(table)


@app.command()
def demo(
    home: Home = None,
    count: Annotated[int, typer.Option("--incidents", min=1, help="About how many incidents.")] = 20_000,
    seed: Annotated[int, typer.Option(help="The same seed gives the same incidents.")] = 1,
    now: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Last day [default: today].")] = None,
    if_empty: Annotated[bool, typer.Option("--if-empty", help="Do nothing if the workspace holds incidents.")] = False,
) -> None:
    """Fill the workspace with synthetic incidents along publicly documented routes into and within the EU."""
    from geodata.demo import demo_file

    ledger = Ledger(_home(home))
    last = (now or datetime.now(UTC)).date()
    with _sentences():
        if if_empty and ledger.version() is not None:
            print("The workspace holds incidents already; nothing was added.")
            return
        with _progress("demonstration") as step, demo_file(count, seed, last) as file:
            done = ingest_file(file, ledger, step)
    _tell(done)
    print("These incidents are SYNTHETIC: made up for demonstration.")


def _home(home: Path | None) -> Path:
    return home if home is not None else Settings().home


def _tell(done: Ingested) -> None:
    batch = done.batch
    print(
        f"{batch.file} ({batch.profile}): {batch.read:,} rows read, {batch.kept:,} kept, {batch.updated:,} updated, "
        f"{batch.withdrawn:,} withdrawn, {batch.duplicates:,} duplicate, {batch.refused:,} refused."
    )
    if done.refusal_report is not None:
        print(f"Refusals with row, column, rule and value: {done.refusal_report}")
    for note in done.notes:
        print(note)


@contextmanager
def _sentences() -> Iterator[None]:
    """Turn an error of ours into one sentence and exit code 2."""
    try:
        yield
    except RoutesError as error:
        print(error, file=sys.stderr)
        raise typer.Exit(2) from None


@contextmanager
def _progress(name: str) -> Iterator[Callable[[str], None]]:
    """Show what is being done, on a terminal only."""
    with screen.status(name) as status:
        yield lambda doing: status.update(f"{name}: {doing} ...")


if __name__ == "__main__":
    app()
