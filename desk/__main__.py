"""Command line of the desk: ``python -m desk token new --name X``, ``token list``, ``token revoke X``."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from desk.tokens import Tokens
from geodata.core.errors import told_in_a_sentence
from geodata.core.settings import Settings

app = typer.Typer(
    help="PEOPLE: who may do what.", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
)
token = typer.Typer(help="Tokens by which programs hand in incidents.", no_args_is_help=True)
app.add_typer(token, name="token")

Home = Annotated[Path | None, typer.Option(help="Workspace folder [env: ROUTES_HOME; default: workspace].")]


@token.command()
def new(
    name: Annotated[str, typer.Option(help="Who or what it is for; becomes the source of what states none.")],
    home: Home = None,
) -> None:
    """Make a token and print it, this once."""
    with told_in_a_sentence():
        secret = _tokens(home).new(name)
    print(secret)
    print("It is not shown again; hand it over by a way that you trust.", file=sys.stderr)


@token.command("list")
def list_(
    home: Home = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON list instead of words.")] = False,
) -> None:
    """List the tokens, without what would let anyone use them."""
    found = _tokens(home).every()
    if as_json:
        print(json.dumps([{name: value for name, value in asdict(one).items() if name != "sha256"} for one in found]))
        return
    table = Table("name", "made", "by", "")
    for one in found:
        table.add_row(one.name, one.at, one.actor, "revoked" if one.revoked else "stands")
    Console().print(table)


@token.command()
def revoke(name: Annotated[str, typer.Argument()], home: Home = None) -> None:
    """Let a token count no more."""
    with told_in_a_sentence():
        _tokens(home).revoke(name)
    print(f"{name} is revoked.")


def _tokens(home: Path | None) -> Tokens:
    return Tokens(home if home is not None else Settings().home)


if __name__ == "__main__":
    app()
