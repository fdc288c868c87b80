"""Runs the steps: over the connection that ``desk.state`` gives, or over the tables of the workspace of the settings.

A new step is written so, and its number is then said in ``desk/state.py``::

    ROUTES_HOME=$(mktemp -d) .venv/bin/alembic revision --autogenerate --rev-id 0002 -m "what it does"
"""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection

from desk.state import engine
from desk.tables import META
from geodata.core.settings import Settings


def run(connection: Connection) -> None:
    """Run the steps that are asked for."""
    context.configure(connection=connection, target_metadata=META, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    with engine(Settings().home).connect() as own:
        run(own)
