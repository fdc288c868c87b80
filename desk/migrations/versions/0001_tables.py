"""The tables as they were when steps began; workspaces of before have them already."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make what is missing."""
    op.create_table(
        "acknowledged",
        sa.Column("finding_id", sa.String, nullable=False),
        sa.Column("node_id", sa.String, nullable=False),
        sa.Column("direction", sa.String, nullable=False),
        sa.Column("since", sa.String, nullable=False),
        sa.Column("verdict", sa.String, nullable=False),
        sa.Column("at", sa.String, nullable=False),
        sa.Column("by", sa.String, nullable=False),
        sa.Column("why", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("finding_id"),
        if_not_exists=True,
    )
    op.create_table(
        "alerts",
        sa.Column("alert_id", sa.String, nullable=False),
        sa.Column("watch_id", sa.String, nullable=False),
        sa.Column("node_id", sa.String, nullable=False),
        sa.Column("direction", sa.String, nullable=False),
        sa.Column("since", sa.String, nullable=False),
        sa.Column("verdict", sa.String, nullable=False),
        sa.Column("finding_id", sa.String, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("worded", sa.String, nullable=False),
        sa.Column("found_at", sa.String, nullable=False),
        sa.Column("ledger_version", sa.Integer, nullable=False),
        sa.Column("told", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("alert_id"),
        if_not_exists=True,
    )
    op.create_index("ix_alerts_watch_id", "alerts", ["watch_id"], if_not_exists=True)
    op.create_table(
        "briefing_pages",
        sa.Column("page_id", sa.String, nullable=False),
        sa.Column("briefing_id", sa.String, nullable=False),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("said", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("page_id"),
        if_not_exists=True,
    )
    op.create_index("ix_briefing_pages_briefing_id", "briefing_pages", ["briefing_id"], if_not_exists=True)
    op.create_table(
        "briefings",
        sa.Column("briefing_id", sa.String, nullable=False),
        sa.Column("said", sa.String, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("ledger_version", sa.Integer, nullable=False),
        sa.Column("follows", sa.String, nullable=True),
        sa.Column("made_at", sa.String, nullable=False),
        sa.Column("made_by", sa.String, nullable=False),
        sa.Column("final_at", sa.String, nullable=False),
        sa.Column("final_by", sa.String, nullable=False),
        sa.Column("told", sa.String, nullable=False),
        sa.Column("files", sa.String, nullable=False),
        sa.Column("mail", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("briefing_id"),
        if_not_exists=True,
    )
    op.create_table(
        "deliveries",
        sa.Column("delivery_id", sa.String, nullable=False),
        sa.Column("watch_id", sa.String, nullable=False),
        sa.Column("items", sa.String, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("made_at", sa.String, nullable=False),
        sa.Column("due_at", sa.String, nullable=False),
        sa.Column("next_at", sa.String, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("first_tried_at", sa.String, nullable=True),
        sa.Column("ended_at", sa.String, nullable=True),
        sa.Column("fault", sa.String, nullable=True),
        sa.PrimaryKeyConstraint("delivery_id"),
        if_not_exists=True,
    )
    op.create_index("ix_deliveries_state", "deliveries", ["state"], if_not_exists=True)
    op.create_index("ix_deliveries_watch_id", "deliveries", ["watch_id"], if_not_exists=True)
    op.create_table(
        "purges",
        sa.Column("ledger_version", sa.Integer, nullable=False),
        sa.Column("purged", sa.String, nullable=False),
        sa.Column("at", sa.String, nullable=False),
        sa.Column("actor", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("ledger_version"),
        if_not_exists=True,
    )
    op.create_table(
        "renewals",
        sa.Column("share_id", sa.String, nullable=False),
        sa.Column("asked", sa.String, nullable=False),
        sa.Column("renewed_at", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("share_id"),
        if_not_exists=True,
    )
    op.create_table(
        "sessions",
        sa.Column("session", sa.String, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("roles", sa.String, nullable=False),
        sa.Column("client", sa.String, nullable=False),
        sa.Column("began_at", sa.String, nullable=False),
        sa.Column("seen_at", sa.String, nullable=False),
        sa.Column("ends_at", sa.String, nullable=False),
        sa.Column("ended_at", sa.String, nullable=False),
        sa.Column("ended_by", sa.String, nullable=False),
        sa.Column("purpose", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("session"),
        if_not_exists=True,
    )
    op.create_table(
        "shares",
        sa.Column("share_id", sa.String, nullable=False),
        sa.Column("token_sha256", sa.String, nullable=False),
        sa.Column("title", sa.String, nullable=False),
        sa.Column("audience", sa.String, nullable=False),
        sa.Column("language", sa.String, nullable=False),
        sa.Column("view", sa.String, nullable=False),
        sa.Column("marking", sa.String, nullable=False),
        sa.Column("export_id", sa.String, nullable=False),
        sa.Column("ledger_version", sa.Integer, nullable=False),
        sa.Column("method_version", sa.String, nullable=False),
        sa.Column("incidents", sa.Integer, nullable=False),
        sa.Column("withheld", sa.Float, nullable=False),
        sa.Column("policy", sa.String, nullable=False),
        sa.Column("content_sha256", sa.String, nullable=False),
        sa.Column("bytes", sa.Integer, nullable=False),
        sa.Column("made_at", sa.String, nullable=False),
        sa.Column("made_by", sa.String, nullable=False),
        sa.Column("expires_at", sa.String, nullable=False),
        sa.Column("ended_at", sa.String, nullable=True),
        sa.Column("ended_by", sa.String, nullable=True),
        sa.Column("expired", sa.Boolean, nullable=False),
        sa.Column("salt", sa.LargeBinary, nullable=True),
        sa.Column("phrase", sa.LargeBinary, nullable=True),
        sa.Column("opened", sa.Integer, nullable=False),
        sa.Column("last_opened", sa.String, nullable=True),
        sa.PrimaryKeyConstraint("share_id"),
        sa.UniqueConstraint("token_sha256"),
        if_not_exists=True,
    )
    op.create_table(
        "views",
        sa.Column("view_id", sa.String, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("owner", sa.String, nullable=False),
        sa.Column("query", sa.String, nullable=False),
        sa.Column("shared", sa.Boolean, nullable=False),
        sa.Column("made_at", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("view_id"),
        if_not_exists=True,
    )
    op.create_table(
        "watches",
        sa.Column("watch_id", sa.String, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("said", sa.String, nullable=False),
        sa.Column("token_sha256", sa.String, nullable=True),
        sa.Column("secret", sa.String, nullable=True),
        sa.Column("made_at", sa.String, nullable=False),
        sa.Column("made_by", sa.String, nullable=False),
        sa.Column("from_version", sa.Integer, nullable=True),
        sa.Column("evaluated", sa.Integer, nullable=True),
        sa.Column("muted_until", sa.String, nullable=True),
        sa.Column("ended_at", sa.String, nullable=True),
        sa.Column("ended_by", sa.String, nullable=True),
        sa.PrimaryKeyConstraint("watch_id"),
        sa.UniqueConstraint("token_sha256"),
        if_not_exists=True,
    )
