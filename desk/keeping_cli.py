"""Command line of what is kept and for how long: purges, backups."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from desk import retention
from desk.bounds import before_now
from geodata.core.audit import Audit
from geodata.core.errors import WrongValue, told_in_a_sentence
from geodata.core.settings import Settings
from geodata.ledger.rewriting import PurgeRule
from geodata.ledger.store import Ledger
from geodata.workspace import purge as purging

keeping = typer.Typer()
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
        with purging.alone(folder):
            if pending and not dry_run:
                print(f"Finished the purge of {purging.finish(folder, _desk(folder))['purged']}.")
            if not asked:
                return
            rule_ = PurgeRule(before_now(older_than, before, datetime.now(UTC)), batch, source)
            _purge(folder, rule_, inbox or [], purpose, dry_run=dry_run, yes=yes)


def _purge(home: Path, rule: PurgeRule, inboxes: list[Path], purpose: str, *, dry_run: bool, yes: bool) -> None:
    ledger = Ledger(home)
    found = purging.foreseen(ledger, rule, inboxes)
    _tell(found)
    if found.is_empty or dry_run:
        print("Nothing was changed.")
        return
    if not yes:
        _require_sure()
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
        print("All kept networks, the register of routes, shared links and answers of the intake go as well.")
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
