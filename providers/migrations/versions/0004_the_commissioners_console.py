"""What the console came to need: standings, listening, packs, quiet days, second factors, moves."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.schema import SchemaItem

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ADDED: tuple[tuple[str, str, sa.types.TypeEngine[Any], str | None], ...] = (
    ("action", "tags", sa.String(), ""),
    ("family_request", "kind", sa.String(), "request"),
    ("family_request", "withdrawn_at", sa.DateTime(timezone=True), None),
    ("family_request", "withdrawn_why", sa.Text(), ""),
    ("staff", "stands_for", sa.Integer(), None),
    ("web_session", "second_at", sa.DateTime(timezone=True), None),
)
"""Each new column with its table, its type, and what it holds on rows there are (None: null)."""
INDEXES = (
    ("ledger", "ledger_kind", ["kind", "seq"]),
    ("family_call", "ix_family_call_site_id", ["site_id"]),
    ("passed_on", "ix_passed_on_site_id", ["site_id"]),
    ("sensitive_period", "ix_sensitive_period_site_id", ["site_id"]),
    ("standing", "ix_standing_cycle_id", ["cycle_id"]),
    ("standing", "standing_waiting", ["cycle_id", "waits_for"]),
)


def upgrade() -> None:
    """Make the new tables and columns; standings are filled when the service next starts."""
    for table, name, kind, default in ADDED:
        column = sa.Column(name, kind, nullable=default is None, server_default=default)
        with op.batch_alter_table(table) as batch:
            batch.add_column(column)
    with op.batch_alter_table("family_request") as batch:
        batch.alter_column("kind", server_default=None)
        batch.alter_column("withdrawn_why", server_default=None)
    with op.batch_alter_table("action") as batch:
        batch.alter_column("tags", server_default=None)
    for name, items in _tables().items():
        op.create_table(name, *items)
    for table, name, columns in INDEXES:
        op.create_index(name, table, columns)


def downgrade() -> None:
    """Drop what this revision made, and all it holds."""
    for table, name, _ in INDEXES:
        op.drop_index(name, table)
    for name in _tables():
        op.drop_table(name)
    for table, name, _, _ in ADDED:
        with op.batch_alter_table(table) as batch:
            batch.drop_column(name)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _word(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=False)


def _number(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=nullable)


def _yes(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), nullable=False)


def _day(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Date(), nullable=nullable)


def _instant(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _key(table: str, *columns: str) -> SchemaItem:
    return sa.PrimaryKeyConstraint(*columns, name=f"pk_{table}")


def _of(table: str, column: str, other: str) -> SchemaItem:
    return sa.ForeignKeyConstraint([column], [other], name=f"fk_{table}_{column}")


def _tables() -> dict[str, tuple[SchemaItem, ...]]:
    """The columns and constraints of each new table, made anew: a table may be given them once."""
    return {
        "standing": (
            _number("return_id"),
            _number("cycle_id"),
            _yes("released"),
            _yes("nil"),
            _day("received_on", nullable=True),
            _day("received_due", nullable=True),
            _day("extended_until", nullable=True),
            _yes("not_returned"),
            _yes("started"),
            _yes("unreachable"),
            _word("waits_for"),
            _word("checked"),
            _word("approved_by"),
            _yes("published"),
            _number("fully", nullable=True),
            _number("applicable", nullable=True),
            _word("band"),
            _text("ratings"),
            _text("life"),
            _of("standing", "return_id", "return.id"),
            _of("standing", "cycle_id", "cycle.id"),
            _key("standing", "return_id"),
        ),
        "sensitive_period": (
            _number("id"),
            _number("site_id"),
            _day("first_day"),
            _day("last_day"),
            _word("set_by"),
            _instant("set_at"),
            _word("agreed_by"),
            _instant("agreed_at", nullable=True),
            _instant("ended_at", nullable=True),
            _of("sensitive_period", "site_id", "site.id"),
            _key("sensitive_period", "id"),
        ),
        "listening": (
            _word("region_code"),
            _word("quarter"),
            _number("version"),
            _word("document"),
            _instant("saved_at"),
            _word("saved_by"),
            _of("listening", "region_code", "region.code"),
            _key("listening", "region_code", "quarter"),
        ),
        "family_call": (
            _number("id"),
            _number("site_id"),
            _word("quarter"),
            _day("called_on"),
            _yes("answered"),
            _number("minutes"),
            _instant("noted_at"),
            _word("noted_by"),
            _of("family_call", "site_id", "site.id"),
            _key("family_call", "id"),
        ),
        "passed_on": (
            _word("id"),
            _number("site_id"),
            _word("kind"),
            _text("text"),
            _word("salt"),
            _word("source"),
            _day("heard_on"),
            _word("to_whom"),
            _day("passed_on"),
            _instant("entered_at"),
            _word("entered_by"),
            _of("passed_on", "site_id", "site.id"),
            _key("passed_on", "id"),
        ),
        "pack": (
            _number("id"),
            _word("region_code"),
            _word("quarter"),
            _word("kind"),
            _word("about"),
            _word("document"),
            _instant("frozen_at"),
            _of("pack", "region_code", "region.code"),
            _key("pack", "id"),
            sa.UniqueConstraint("region_code", "quarter", "kind", "about", name="uq_pack"),
        ),
        "planned_move": (
            _word("region_code"),
            _word("quarter"),
            _day("opens"),
            _text("reason"),
            _instant("at"),
            _word("by"),
            _of("planned_move", "region_code", "region.code"),
            _key("planned_move", "region_code", "quarter"),
        ),
        "second_factor": (
            _number("person_id"),
            _word("secret"),
            _instant("made_at"),
            _instant("confirmed_at", nullable=True),
            _number("last_step"),
            _of("second_factor", "person_id", "person.id"),
            _key("second_factor", "person_id"),
        ),
    }
