"""The tables of what the desk keeps beside the ledger. How they came to be so stands in ``desk/migrations``.

Moments are RFC 3339 in UTC, as text: they sort as they follow one another.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Boolean, Column, Float, Integer, LargeBinary, MetaData, Table
from sqlalchemy import String as Text
from sqlalchemy.types import TypeDecorator


class String(TypeDecorator[str]):
    """Text; PostgreSQL keeps no character 0, so that it is left out in SQLite as well."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, _: Any) -> str | None:
        """Return what is kept of a text."""
        return None if value is None else value.replace("\0", "")


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
