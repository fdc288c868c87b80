"""What the desk keeps beside the ledger: tables in SQLite, ``desk/desk.sqlite`` in the workspace.

Every change is on the disk before it is told of (write-ahead log, full synchronisation).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Engine,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    Row,
    String,
    Table,
    create_engine,
    event,
    func,
    select,
)
from sqlalchemy.exc import DatabaseError
from sqlalchemy.schema import CreateIndex, CreateTable

from geodata.core.errors import RoutesError, WrongValue

META = MetaData()
SHARES = Table(
    "shares",
    META,
    Column("share_id", String, primary_key=True),
    Column("token_sha256", String, nullable=False, unique=True),
    Column("title", String, nullable=False),
    Column("audience", String, nullable=False),
    Column("language", String, nullable=False),
    Column("view", String, nullable=False),
    Column("marking", String, nullable=False),
    Column("export_id", String, nullable=False),
    Column("ledger_version", Integer, nullable=False),
    Column("method_version", String, nullable=False),
    Column("incidents", Integer, nullable=False),
    Column("withheld", Float, nullable=False),
    Column("policy", String, nullable=False),
    Column("content_sha256", String, nullable=False),
    Column("bytes", Integer, nullable=False),
    Column("made_at", String, nullable=False),
    Column("made_by", String, nullable=False),
    Column("expires_at", String, nullable=False),
    Column("ended_at", String),
    Column("ended_by", String),
    Column("expired", Boolean, nullable=False, default=False),
    Column("salt", LargeBinary),
    Column("phrase", LargeBinary),
    Column("opened", Integer, nullable=False, default=0),
    Column("last_opened", String),
)
"""A link that was shared. Of its token only the SHA-256 is kept, of its pass-phrase only a salted scrypt."""
RENEWALS = Table(
    "renewals",
    META,
    Column("share_id", String, primary_key=True),
    Column("asked", String, nullable=False),
    Column("renewed_at", String, nullable=False),
)
"""A share that is live, and what its page is made of."""
SESSIONS = Table(
    "sessions",
    META,
    Column("session", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("roles", String, nullable=False),
    Column("client", String, nullable=False),
    Column("began_at", String, nullable=False),
    Column("seen_at", String, nullable=False),
    Column("ends_at", String, nullable=False),
    Column("ended_at", String, nullable=False, default=""),
    Column("ended_by", String, nullable=False, default=""),
    Column("purpose", String, nullable=False, default=""),
)
"""A sign-in, by what tells it from others; with it nobody can sign in."""
VIEWS = Table(
    "views",
    META,
    Column("view_id", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("owner", String, nullable=False),
    Column("query", String, nullable=False),
    Column("shared", Boolean, nullable=False),
    Column("made_at", String, nullable=False),
)
"""What somebody saved to look at again: the query of an address."""
PURGES = Table(
    "purges",
    META,
    Column("ledger_version", Integer, primary_key=True),
    Column("purged", String, nullable=False),
    Column("at", String, nullable=False),
    Column("actor", String, nullable=False),
)
"""What was purged from the ledger: of an earlier version nothing is shared any more."""
_FILE = "desk.sqlite"
WATCHES = Table(
    "watches",
    META,
    Column("watch_id", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("said", String, nullable=False),
    Column("token_sha256", String, unique=True),
    Column("secret", String),
    Column("made_at", String, nullable=False),
    Column("made_by", String, nullable=False),
    Column("from_version", Integer),
    Column("evaluated", Integer),
    Column("muted_until", String),
    Column("ended_at", String),
    Column("ended_by", String),
)
"""A watch-list. Of a feed's token only the SHA-256 is kept; a secret that webhooks are signed with stands as it is."""
ALERTS = Table(
    "alerts",
    META,
    Column("alert_id", String, primary_key=True),
    Column("watch_id", String, nullable=False, index=True),
    Column("node_id", String, nullable=False),
    Column("direction", String, nullable=False),
    Column("since", String, nullable=False),
    Column("verdict", String, nullable=False),
    Column("finding_id", String, nullable=False),
    Column("name", String, nullable=False),
    Column("worded", String, nullable=False),
    Column("found_at", String, nullable=False),
    Column("ledger_version", Integer, nullable=False),
    Column("told", Boolean, nullable=False),
)
"""A change that fits a watch-list, once; ``told`` unless it was known before, or the list was muted."""
DELIVERIES = Table(
    "deliveries",
    META,
    Column("delivery_id", String, primary_key=True),
    Column("watch_id", String, nullable=False, index=True),
    Column("items", String, nullable=False),
    Column("state", String, nullable=False, index=True),
    Column("made_at", String, nullable=False),
    Column("due_at", String, nullable=False),
    Column("next_at", String, nullable=False),
    Column("tries", Integer, nullable=False, default=0),
    Column("first_tried_at", String),
    Column("ended_at", String),
    Column("fault", String),
)
"""A message on its way: waiting, sent, given up or withdrawn. Its id stays the same however often it is tried."""
ACKNOWLEDGED = Table(
    "acknowledged",
    META,
    Column("finding_id", String, primary_key=True),
    Column("node_id", String, nullable=False),
    Column("direction", String, nullable=False),
    Column("since", String, nullable=False),
    Column("verdict", String, nullable=False),
    Column("at", String, nullable=False),
    Column("by", String, nullable=False),
    Column("why", String, nullable=False),
)
"""A change that somebody took note of, for everybody."""
BRIEFINGS = Table(
    "briefings",
    META,
    Column("briefing_id", String, primary_key=True),
    Column("said", String, nullable=False),
    Column("state", String, nullable=False),
    Column("ledger_version", Integer, nullable=False),
    Column("follows", String),
    Column("made_at", String, nullable=False),
    Column("made_by", String, nullable=False),
    Column("final_at", String, nullable=False, default=""),
    Column("final_by", String, nullable=False, default=""),
    Column("told", String, nullable=False, default="{}"),
    Column("files", String, nullable=False, default="{}"),
    Column("mail", String, nullable=False, default=""),
)
"""A briefing: a draft, final or purged. ``told`` is what its documents say of themselves, ``files`` their SHA-256."""
BRIEFING_PAGES = Table(
    "briefing_pages",
    META,
    Column("page_id", String, primary_key=True),
    Column("briefing_id", String, nullable=False, index=True),
    Column("place", Integer, nullable=False),
    Column("said", String, nullable=False),
)
"""A page of a briefing, in its place."""
_BUSY_SECONDS = 2.0
_RULE = "the folder desk of the workspace must be there, writable and not locked for long"
_DONE = "nothing was changed"


class StateUnusable(RoutesError):
    """The tables cannot be read or written."""


@cache
def engine(home: Path) -> Engine:
    """Return the way to the tables of a workspace; they are made where there are none.

    Raises
    ------
    StateUnusable
        If they can be neither opened nor made.
    """
    folder = home / "desk"
    with suppress(OSError):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = create_engine(f"sqlite:///{folder / _FILE}", connect_args={"timeout": _BUSY_SECONDS})
    event.listen(made, "connect", _careful)
    try:
        with made.begin() as connection:
            for table in META.sorted_tables:  # several threads and programs may be the first at once
                connection.execute(CreateTable(table, if_not_exists=True))
                for index in sorted(table.indexes, key=lambda one: str(one.name)):
                    connection.execute(CreateIndex(index, if_not_exists=True))
    except DatabaseError as error:
        if "readonly" not in str(error.orig):
            raise unusable(error) from None
    return made


def rows_of(home: Path, question: Any) -> list[Row[Any]]:
    """Return what the tables of a workspace answer, or raise ``StateUnusable``."""
    try:
        with engine(home).connect() as connection:
            return list(connection.execute(question))
    except DatabaseError as error:
        raise unusable(error) from None


def require_not_purged(home: Path, version: int) -> None:
    """Return if nothing was purged from the ledger since a version.

    Raises
    ------
    WrongValue
        If something was.
    """
    ((purged,),) = rows_of(home, select(func.max(PURGES.c.ledger_version)))
    if purged is not None and version < purged:
        rule = "nothing is shared of a version from which incidents were purged since"
        raise WrongValue(f"version {version} of the ledger", rule=rule, done="nothing was shared; share it anew")


@contextmanager
def changing(home: Path) -> Iterator[Connection]:
    """Hold the tables of a workspace for changes that stand all together or not at all."""
    try:
        with engine(home).begin() as connection:
            yield connection
    except DatabaseError as error:
        raise unusable(error) from None


def unusable(error: DatabaseError) -> StateUnusable:
    """Return what to say when the tables do not answer."""
    return StateUnusable(f"what the desk keeps cannot be used ({error.orig})", rule=_RULE, done=_DONE)


def copy(home: Path, to: Path) -> None:
    """Copy the tables into another workspace folder, as they are at one moment, while others write.

    Raises
    ------
    StateUnusable
        If they cannot be read.
    """
    path = home / "desk" / _FILE
    if not path.exists():
        return
    try:
        with (
            closing(sqlite3.connect(path, timeout=_BUSY_SECONDS)) as source,
            closing(sqlite3.connect(to / "desk" / _FILE)) as target,
        ):
            source.backup(target)
            target.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.Error as error:
        raise StateUnusable(f"what the desk keeps cannot be read ({error})", rule=_RULE, done=_DONE) from None
    (to / "desk" / _FILE).chmod(0o600)


def scrub(home: Path) -> None:
    """Leave nothing of rows that were deleted or changed in the file of the tables, nor in its log.

    Raises
    ------
    StateUnusable
        If somebody reads or writes meanwhile; rows may be left then.
    """
    try:
        with engine(home).connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM")
            busy = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").scalar()
    except DatabaseError as error:
        raise unusable(error) from None
    if busy:
        raise StateUnusable(
            "the log of what the desk keeps could not be emptied",
            rule="nobody may read it for that moment",
            done="run the same command again",
        )


def _careful(connection: Any, _: Any) -> None:
    cursor = connection.cursor()
    with suppress(sqlite3.OperationalError):  # of a database that can only be read
        cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA secure_delete=ON")
    cursor.close()
