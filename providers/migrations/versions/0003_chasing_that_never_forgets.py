"""What chasing came to need: receipts, pauses, moved dates, plans, briefs, promises handed over."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ADDED: dict[str, tuple[tuple[str, sa.types.TypeEngine[Any], Any], ...]] = {
    "region": (("salt", sa.String(), ""),),
    "person": (("confirmed_on", sa.Date(), None),),
    "contact": (("listed_on", sa.Date(), None),),
    "cycle": (
        ("moved", sa.Text(), ""),
        ("plan", sa.String(), ""),
        ("early", sa.Boolean(), sa.false()),
        ("calendar", sa.String(), ""),
        ("held_against", sa.String(), ""),
    ),
    "letter": (
        ("domain", sa.String(), ""),
        ("handed_at", sa.DateTime(timezone=True), None),
        ("receipt", sa.String(), ""),
        ("receipt_at", sa.DateTime(timezone=True), None),
    ),
}
"""Table by table: each new column, its type, and what it holds on rows there are (None: null)."""


def upgrade() -> None:
    """Make the new tables and columns; regions get a salt, letters the domain they went to."""
    for table, columns in ADDED.items():
        with op.batch_alter_table(table) as batch:
            for name, kind, default in columns:
                batch.add_column(
                    sa.Column(name, kind, nullable=default is None, server_default=default)
                )
        with op.batch_alter_table(table) as batch:
            for name, _, default in columns:
                if default is not None:
                    batch.alter_column(name, server_default=None)
    sqlite = op.get_bind().dialect.name == "sqlite"
    salt = "lower(hex(randomblob(16)))" if sqlite else "replace(gen_random_uuid()::text, '-', '')"
    op.execute(f"UPDATE region SET salt = {salt}")
    local = "instr" if sqlite else "strpos"
    op.execute(f"UPDATE letter SET domain = lower(substr(to_email, {local}(to_email, '@') + 1))")
    op.create_index("letter_pace", "letter", ["domain", "handed_at"])
    _pause()
    _plan_approval()
    _action_handover()
    op.create_table(
        "brief",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_brief")),
    )


def downgrade() -> None:
    """Drop what this revision made, and all it holds."""
    for table in ("brief", "action_handover", "plan_approval", "pause"):
        op.drop_table(table)
    op.drop_index("letter_pace", "letter")
    for table, columns in reversed(ADDED.items()):
        with op.batch_alter_table(table) as batch:
            for name, _, _ in reversed(columns):
                batch.drop_column(name)


def _pause() -> None:
    op.create_table(
        "pause",
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("scope", name=op.f("pk_pause")),
    )


def _plan_approval() -> None:
    op.create_table(
        "plan_approval",
        sa.Column("region_code", sa.String(), nullable=False),
        sa.Column("quarter", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["region_code"], ["region.code"], name=op.f("fk_plan_approval_region_code")
        ),
        sa.PrimaryKeyConstraint(
            "region_code", "quarter", "fingerprint", name=op.f("pk_plan_approval")
        ),
    )


def _action_handover() -> None:
    op.create_table(
        "action_handover",
        sa.Column("action_id", sa.String(), nullable=False),
        sa.Column("from_service_id", sa.Integer(), nullable=False),
        sa.Column("to_service_id", sa.Integer(), nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.Column("salt", sa.String(), nullable=False),
        *(
            sa.ForeignKeyConstraint([ours], [theirs], name=op.f(f"fk_action_handover_{ours}"))
            for ours, theirs in (
                ("action_id", "action.id"),
                ("from_service_id", "service.id"),
                ("to_service_id", "service.id"),
            )
        ),
        sa.PrimaryKeyConstraint("action_id", "from_service_id", name=op.f("pk_action_handover")),
    )
    op.create_index(op.f("ix_action_handover_to_service_id"), "action_handover", ["to_service_id"])
