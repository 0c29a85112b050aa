"""What the families' site came to need of people, and how promises stand, for pages of them."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.schema import SchemaItem

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

ADDED = (("site", "link_worker"), ("site", "partner"))
"""Each new column of words with its table; it is empty on rows there are."""
INDEXES = (
    ("rendition", "ix_rendition_renders", ["renders"]),
    ("rendition", "ix_rendition_site_id", ["site_id"]),
    ("promise_standing", "ix_promise_standing_region_code", ["region_code"]),
)
ASKED = ("family_request", "passed_on")
"""What families asked for, which now says how many did; nobody has said it of rows there are."""


def upgrade() -> None:
    """Make the new columns and tables; standings are filled anew at the next start."""
    for table, name in ADDED:
        with op.batch_alter_table(table) as batch:
            batch.add_column(sa.Column(name, sa.String(), nullable=False, server_default=""))
        with op.batch_alter_table(table) as batch:
            batch.alter_column(name, server_default=None)
    with op.batch_alter_table("standing") as batch:
        batch.add_column(sa.Column("held", sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("standing") as batch:
        batch.alter_column("held", server_default=None)
    for table in ASKED:
        with op.batch_alter_table(table) as batch:
            batch.add_column(_number("families", nullable=True))
    op.execute("DELETE FROM standing")
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
    with op.batch_alter_table("standing") as batch:
        batch.drop_column("held")
    for table in ASKED:
        with op.batch_alter_table(table) as batch:
            batch.drop_column("families")
    for table, name in ADDED:
        with op.batch_alter_table(table) as batch:
            batch.drop_column(name)


def _word(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=nullable)


def _number(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=nullable)


def _day(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Date(), nullable=False)


def _instant(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _key(table: str, *columns: str) -> SchemaItem:
    return sa.PrimaryKeyConstraint(*columns, name=f"pk_{table}")


def _of(table: str, column: str, other: str) -> SchemaItem:
    return sa.ForeignKeyConstraint([column], [other], name=f"fk_{table}_{column}")


def _tables() -> dict[str, tuple[SchemaItem, ...]]:
    """The columns and constraints of each new table, made anew: a table may be given them once."""
    return {
        "rendition": (
            _number("id"),
            _word("kind"),
            _word("region_code", nullable=True),
            _number("site_id", nullable=True),
            _word("quarter"),
            _word("language"),
            _word("renders"),
            _word("sha"),
            _word("maker"),
            _word("checker"),
            _day("made_on"),
            _word("salt"),
            _instant("added_at"),
            _word("added_by"),
            _instant("ended_at", nullable=True),
            _of("rendition", "region_code", "region.code"),
            _of("rendition", "site_id", "site.id"),
            _key("rendition", "id"),
        ),
        "rendition_file": (
            _word("sha"),
            sa.Column("body", sa.LargeBinary(), nullable=False),
            _key("rendition_file", "sha"),
        ),
        "promise_standing": (
            _word("action_id"),
            _word("region_code"),
            _number("site_id"),
            _word("party_code"),
            _word("commitment"),
            _day("first_due"),
            _word("status"),
            _day("due"),
            _day("latest_due"),
            _day("told_on"),
            _number("return_id"),
            _of("promise_standing", "action_id", "action.id"),
            _of("promise_standing", "region_code", "region.code"),
            _of("promise_standing", "site_id", "site.id"),
            _of("promise_standing", "party_code", "party.code"),
            _of("promise_standing", "return_id", "return.id"),
            _key("promise_standing", "action_id"),
        ),
        "foreseen": (
            _number("return_id"),
            _instant("drawn_at"),
            _day("day"),
            _day("until"),
            _number("entries"),
            _word("code"),
            sa.Column("pages", sa.Text(), nullable=False),
            sa.Column("words", sa.Text(), nullable=False),
            _of("foreseen", "return_id", "return.id"),
            _key("foreseen", "return_id"),
        ),
    }
