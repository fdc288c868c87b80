"""Command line of what is kept and for how long: purges, backups."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from desk import retention, state
from desk.bounds import before_now
from geodata.core.audit import Audit
from geodata.core.errors import WrongValue, told_in_a_sentence
from geodata.core.settings import Settings
from geodata.ledger.rewriting import PurgeRule
from geodata.ledger.store import Ledger
from geodata.workspace import purge as purging
from geodata.workspace import soundness
from geodata.workspace.backup import ENDING, Manifest, backed_up, laid_out

keeping = typer.Typer()
tables = typer.Typer(help="Where the desk keeps its tables: in a file of the workspace, or in a team's PostgreSQL.")
keeping.add_typer(tables, name="state")
Home = Annotated[Path | None, typer.Option(help="Workspace folder [env: ROUTES_HOME; default: workspace].")]
_SURE = "purge"


@keeping.command()
def purge(
    home: Home = None,
    older_than: Annotated[str, typer.Option(help="Incidents that ended so long ago: 5y, 36mo, 90d.")] = "",
    before: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Incidents that ended by the beginning of a day, UTC.")
    ] = None,
    batch: Annotated[str, typer.Option(help="What came with this batch alone.")] = "",
    source: Annotated[str, typer.Option(help="All incidents of this source.")] = "",
    inbox: Annotated[
        list[Path] | None, typer.Option(help="A watched folder outside the workspace; repeatable.")
    ] = None,
    purpose: Annotated[str, typer.Option(help="For the audit.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would go, and change nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Remove incidents for good, from every version, with all that was made of them or quotes them."""
    folder = home if home is not None else Settings().home
    with told_in_a_sentence():
        asked = sum(map(bool, (older_than, before, batch, source)))
        pending = purging.is_pending(folder)
        if asked > 1 or not (asked or pending):
            rule = "one of --older-than, --before, --batch and --source says what goes"
            raise WrongValue(f"{asked} of them are given", rule=rule, done="nothing was changed")
        going = PurgeRule(before_now(older_than, before, datetime.now(UTC)), batch, source)
        if pending and not dry_run:
            with purging.alone(folder):
                print(f"Finished the purge of {purging.finish(folder, _desk(folder))['purged']}.")
        if asked:
            _purge(folder, going, inbox or [], purpose, dry_run=dry_run, yes=yes)


@keeping.command()
def backup(
    file: Annotated[Path, typer.Argument(help=f"A new file outside the workspace, ending in {ENDING}.")],
    home: Home = None,
    purpose: Annotated[str, typer.Option(help="For the audit.")] = "",
) -> None:
    """Write the workspace into one file while it is in use, and read it back."""
    folder = home if home is not None else Settings().home
    with told_in_a_sentence():
        if not folder.is_dir():
            raise WrongValue(f"there is no workspace {folder}", rule="--home names it", done="no backup was made")
        Audit(folder).enter(getpass.getuser(), "backup", file.name, purpose)
        made = backed_up(folder, file, getpass.getuser(), state.copy)
    for name in made.left:
        print(f"Not taken along, as it is no plain file: {name}", file=sys.stderr)
    size = file.stat().st_size / 2**20
    print(f"{len(made.files):,} files, {size:,.1f} MB, ledger version {made.ledger_version}; read back and sound.")


@keeping.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A backup.")],
    to: Annotated[Path, typer.Option(help="An empty folder or a new one; the workspace from then on.")],
    with_shares: Annotated[bool, typer.Option("--with-shares", help="Let shared links open as they did then.")] = False,
    with_tokens: Annotated[bool, typer.Option("--with-tokens", help="Let tokens count as they did then.")] = False,
    purpose: Annotated[str, typer.Option(help="For the audit.")] = "",
) -> None:
    """Lay a backup out as a workspace; its shared links and tokens are ended unless it is said otherwise."""
    ended, faults = (0, 0), []
    actor = getpass.getuser()

    def last(folder: Path, made: Manifest) -> None:
        nonlocal ended, faults
        Audit(folder).enter(actor, "restore", file.name, purpose, made_at=made.made_at, made_by=made.actor)
        ended = retention.restored(folder, actor, with_shares=with_shares, with_tokens=with_tokens)
        faults = soundness.faults(Ledger(folder))

    with told_in_a_sentence():
        made = laid_out(file, to, last)
    print(
        f"{to} is as the workspace was at {made.made_at}, ledger version {made.ledger_version}; "
        f"the backup was made by {made.actor}."
    )
    print(f"{ended[0]} shared links were withdrawn and {ended[1]} tokens revoked.")
    print("What was purged after that moment is back: purge it again.")
    for fault in faults:
        print(f"As it was then: {fault}", file=sys.stderr)
    if faults:
        raise typer.Exit(2)


@tables.command("show")
def show_state(home: Home = None) -> None:
    """Say where the tables lie and how many rows they have."""
    folder = home if home is not None else Settings().home
    with told_in_a_sentence():
        url = state.address_of(folder)
        counts = state.counts(folder)
    print(f"In {url.render_as_string() if url else 'a file of the workspace'}, step {state.REVISION}.")
    print(*(f"{name}: {count:,}" for name, count in counts.items() if count), sep="\n")


@tables.command()
def take(home: Home = None, purpose: Annotated[str, typer.Option(help="For the audit.")] = "") -> None:
    """Bring the tables from the file of the workspace into the empty database that ROUTES_STATE names."""
    folder = home if home is not None else Settings().home
    with told_in_a_sentence():
        Audit(folder).enter(getpass.getuser(), "move", "tables of the desk", purpose)
        taken = state.take(folder)
    print(f"{sum(taken.values()):,} rows of {sum(map(bool, taken.values()))} tables lie in the database now.")


def _purge(home: Path, rule: PurgeRule, inboxes: list[Path], purpose: str, *, dry_run: bool, yes: bool) -> None:
    ledger = Ledger(home)
    found = purging.foreseen(ledger, rule, inboxes)
    _tell(found)
    if found.is_empty or dry_run:
        print("Nothing was changed.")
        return
    if not yes:
        _require_sure()
    with purging.alone(home):  # what came in meanwhile is looked at as well
        found = purging.foreseen(ledger, rule, inboxes)
        if found.is_empty:
            print("Nothing was changed: another purge did it meanwhile.")
            return
        ready = purging.made_ready(ledger, found)
        Audit(home).enter(getpass.getuser(), "purge", rule.told(), purpose, **found.counts())
        purging.begin(home, ready)
        purging.finish(home, _desk(home))
    print(f"Purged: {rule.told()}. The ledger stands at version {ready['version']}.")


def _desk(home: Path) -> Any:
    def first(journal: Mapping[str, Any]) -> None:
        retention.purged(home, journal["version"], journal["purged"], journal["at"], journal["actor"])

    return first


def _tell(found: purging.Purge) -> None:
    counts = found.counts()
    print(
        f"{found.rule.told()}: {counts['incidents']:,} incidents of the newest version, {counts['rows']:,} rows in all "
        f"versions, {counts['refused_rows']:,} refused rows, {counts['files']:,} files that quote some or may."
    )
    if not found.is_empty:
        print("All kept networks, the register of routes and answers of the intake go as well,")
        print("and all shared links, briefings and alerts of watch-lists.")
    for path in found.quoting.files:
        print(f"  {path}")
    for name in found.quoting.unknown:
        print(f"Not looked into, as it is not of this product: {name}", file=sys.stderr)


def _require_sure() -> None:
    if not sys.stdin.isatty():
        raise WrongValue(
            "there is no terminal to ask on", rule="--yes says that it is meant", done="nothing was changed"
        )
    if input(f"This cannot be taken back. Type {_SURE} to go on: ").strip() != _SURE:
        raise WrongValue("it was not confirmed", rule=f"typing {_SURE} does it", done="nothing was changed")
