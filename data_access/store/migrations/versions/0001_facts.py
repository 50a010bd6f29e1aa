"""The store as it begins: facts, what the operator sets, receipts, what was refused."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
REAL: sa.Double[float] = sa.Double().with_variant(sa.REAL(), "sqlite")


def upgrade() -> None:
    """Create every table."""
    op.create_table(
        "attempts",
        sa.Column("seq", WHOLE, primary_key=True, autoincrement=False),
        sa.Column("recorded_us", WHOLE, nullable=False),
        sa.Column("batch_id", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("event_type", sa.Text(), nullable=False),
        sa.Column("attempted_us", WHOLE, nullable=False),
        sa.Column("attempted_precision", sa.Text(), nullable=False),
        sa.Column("lead_id", sa.Text(), nullable=False),
        sa.Column("buyer_id", sa.Text(), nullable=False),
        sa.Column("buyer_name", sa.Text()),
        sa.Column("recipient_type", sa.Text()),
        sa.Column("buyer_type", sa.Text()),
        sa.Column("source_id", sa.Text()),
        sa.Column("source_name", sa.Text()),
        sa.Column("sub_source", sa.Text()),
        sa.Column("campaign", sa.Text()),
        sa.Column("vertical", sa.Text()),
        sa.Column("product", sa.Text()),
        sa.Column("state", sa.Text()),
        sa.Column("submitted_us", WHOLE),
        sa.Column("submitted_precision", sa.Text()),
        sa.Column("price_cents", WHOLE),
        sa.Column("margin_cents", WHOLE),
        sa.Column("lead_cost_cents", WHOLE),
        sa.Column("attempted_price_cents", WHOLE),
        sa.Column("exclusive", WHOLE),
        sa.Column("buyer_lead_id", sa.Text()),
        sa.Column("method", sa.Text()),
        sa.Column("buyer_tier", sa.Text()),
        sa.Column("duration_ms", WHOLE),
        sa.Column("attempt_number", WHOLE),
        sa.Column("total_attempts", WHOLE),
        sa.Column("first_attempt_us", WHOLE),
        sa.Column("first_attempt_precision", sa.Text()),
        sa.Column("failure_reason", sa.Text()),
        sa.Column("failure_category", sa.Text()),
        sa.Column("failure_details", sa.Text()),
        sa.Column("retry_eligible", WHOLE),
        sa.Column("raw", sa.Text()),
        sqlite_strict=True,
    )
    op.create_index(
        "attempts_buyer_lead",
        "attempts",
        ["buyer_lead_id"],
        sqlite_where=sa.text("buyer_lead_id IS NOT NULL"),
        postgresql_where=sa.text("buyer_lead_id IS NOT NULL"),
    )
    op.create_index("attempts_event", "attempts", ["event_id"], unique=True)
    op.create_index("attempts_lead", "attempts", ["lead_id"])
    op.create_table(
        "feedback",
        sa.Column("seq", WHOLE, primary_key=True, autoincrement=False),
        sa.Column("recorded_us", WHOLE, nullable=False),
        sa.Column("batch_id", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("event_type", sa.Text(), nullable=False),
        sa.Column("lead_id", sa.Text()),
        sa.Column("buyer_lead_id", sa.Text()),
        sa.Column("reporter_id", sa.Text(), nullable=False),
        sa.Column("reporter_name", sa.Text()),
        sa.Column("reporter_type", sa.Text()),
        sa.Column("target_id", sa.Text()),
        sa.Column("target_name", sa.Text()),
        sa.Column("target_type", sa.Text()),
        sa.Column("outcome", sa.Text()),
        sa.Column("outcome_raw", sa.Text()),
        sa.Column("reason", sa.Text()),
        sa.Column("value_cents", WHOLE),
        sa.Column("occurred_us", WHOLE, nullable=False),
        sa.Column("occurred_precision", sa.Text(), nullable=False),
        sa.Column("occurred_filled", WHOLE),
        sa.Column("reported_us", WHOLE, nullable=False),
        sa.Column("reported_precision", sa.Text(), nullable=False),
        sa.Column("reported_filled", WHOLE),
        sa.Column("credit_requested", WHOLE),
        sa.Column("credit_approved", WHOLE),
        sa.Column("credit_amount_cents", WHOLE),
        sa.Column("decided_us", WHOLE),
        sa.Column("decided_precision", sa.Text()),
        sa.Column("source_notified", WHOLE),
        sa.Column("contact_attempts", WHOLE),
        sa.Column("last_attempt_us", WHOLE),
        sa.Column("last_attempt_precision", sa.Text()),
        sa.Column("specific_issue", sa.Text()),
        sa.Column("category", sa.Text()),
        sa.Column("issue", sa.Text()),
        sa.Column("frequency", sa.Text()),
        sa.Column("frequency_share", REAL),
        sa.Column("issue_impact", sa.Text()),
        sa.Column("action_requested", sa.Text()),
        sa.Column("said_delivered_us", WHOLE),
        sa.Column("said_delivered_precision", sa.Text()),
        sa.Column("said_price_cents", WHOLE),
        sa.Column("said_seconds_to_feedback", WHOLE),
        sa.Column("score_change", WHOLE),
        sa.Column("buyer_satisfaction", sa.Text()),
        sa.Column("revenue_recognized", WHOLE),
        sa.Column("phone_answered", WHOLE),
        sa.Column("spoke_to_lead", WHOLE),
        sa.Column("right_party", WHOLE),
        sa.Column("contact_share", REAL),
        sa.Column("interest_product", WHOLE),
        sa.Column("interest_timeline", sa.Text()),
        sa.Column("interest_budget", sa.Text()),
        sa.Column("accuracy_name", sa.Text()),
        sa.Column("accuracy_phone", sa.Text()),
        sa.Column("accuracy_email", sa.Text()),
        sa.Column("accuracy_address", sa.Text()),
        sa.Column("retracts", sa.Text()),
        sa.Column("replaces", sa.Text()),
        sa.Column("agent", sa.Text()),
        sa.Column("product_type", sa.Text()),
        sa.Column("close_time", sa.Text()),
        sa.Column("rating", REAL),
        sa.Column("notes", sa.Text()),
        sa.Column("raw", sa.Text()),
        sqlite_strict=True,
    )
    op.create_index(
        "feedback_buyer_lead",
        "feedback",
        ["buyer_lead_id"],
        sqlite_where=sa.text("lead_id IS NULL"),
        postgresql_where=sa.text("lead_id IS NULL"),
    )
    op.create_index("feedback_event", "feedback", ["event_id", "reporter_id"], unique=True)
    op.create_index("feedback_lead", "feedback", ["lead_id"])
    op.create_index(
        "feedback_links",
        "feedback",
        ["replaces"],
        sqlite_where=sa.text("replaces IS NOT NULL"),
        postgresql_where=sa.text("replaces IS NOT NULL"),
    )
    op.create_table(
        "entities",
        sa.Column("seq", WHOLE, primary_key=True, autoincrement=False),
        sa.Column("recorded_us", WHOLE, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("entity_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text()),
        sa.Column("buyer_type", sa.Text()),
        sqlite_strict=True,
    )
    op.create_table(
        "aliases",
        sa.Column("seq", WHOLE, primary_key=True, autoincrement=False),
        sa.Column("recorded_us", WHOLE, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("entity_id", sa.Text(), nullable=False),
        sa.Column("canonical_id", sa.Text(), nullable=False),
        sa.UniqueConstraint("kind", "entity_id", name="aliases_once"),
        sqlite_strict=True,
    )
    op.create_table(
        "batches",
        sa.Column("batch_id", sa.Text(), primary_key=True),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("profile", sa.Text()),
        sa.Column("file_name", sa.Text()),
        sa.Column("buyer_id", sa.Text()),
        sa.Column("started_us", WHOLE, nullable=False),
        sa.Column("finished_us", WHOLE),
        sa.Column("cursor", WHOLE, nullable=False),
        sa.Column("created", WHOLE, nullable=False),
        sa.Column("duplicate", WHOLE, nullable=False),
        sa.Column("conflict", WHOLE, nullable=False),
        sa.Column("parked", WHOLE, nullable=False),
        sa.Column("rejected", WHOLE, nullable=False),
        sqlite_strict=True,
    )
    op.create_index("batches_fingerprint", "batches", ["fingerprint"])
    op.create_table(
        "quarantine",
        sa.Column("refused_id", WHOLE, primary_key=True, autoincrement=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("recorded_us", WHOLE, nullable=False),
        sa.Column("batch_id", sa.Text(), nullable=False),
        sa.Column("line", WHOLE, nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("field", sa.Text()),
        sa.Column("value", sa.Text()),
        sa.Column("allowed", sa.Text()),
        sa.Column("nearest", sa.Text()),
        sa.Column("raw", sa.Text()),
        sqlite_strict=True,
    )
    op.create_index("quarantine_once", "quarantine", ["fingerprint"], unique=True)
    op.create_table(
        "audit",
        sa.Column("audit_id", WHOLE, primary_key=True, autoincrement=False),
        sa.Column("recorded_us", WHOLE, nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text()),
        sa.Column("detail", sa.Text()),
        sqlite_strict=True,
    )
    op.create_table(
        "counters",
        sa.Column("name", sa.Text(), primary_key=True),
        sa.Column("value", WHOLE, nullable=False),
        sqlite_strict=True,
    )


def downgrade() -> None:
    """Drop every table: the first migration takes all facts with it."""
    for name in (
        "counters",
        "audit",
        "quarantine",
        "batches",
        "aliases",
        "entities",
        "feedback",
        "attempts",
    ):
        op.drop_table(name)
