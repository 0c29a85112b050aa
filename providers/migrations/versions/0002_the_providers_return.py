"""What the provider's return came to need: files, stand-ins, keys for programs, good practice."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the new tables and columns; sessions begun before came by a link."""
    for make in MAKERS:
        make()
    with op.batch_alter_table("action") as action:
        action.add_column(sa.Column("practice_id", sa.String(), nullable=True))
    with op.batch_alter_table("actionchange") as change:
        change.add_column(sa.Column("consulted", sa.Text(), nullable=False, server_default=""))
    with op.batch_alter_table("actionchange") as change:
        change.alter_column("consulted", server_default=None)
    with op.batch_alter_table("web_session") as web_session:
        web_session.add_column(sa.Column("via", sa.String(), nullable=False, server_default="link"))
    with op.batch_alter_table("web_session") as web_session:
        web_session.alter_column("via", server_default=None)


def downgrade() -> None:
    """Drop what this revision made, and all it holds."""
    with op.batch_alter_table("web_session") as web_session:
        web_session.drop_column("via")
    with op.batch_alter_table("actionchange") as change:
        change.drop_column("consulted")
    with op.batch_alter_table("action") as action:
        action.drop_column("practice_id")
    for make in reversed(MAKERS):
        op.drop_table(make.__name__.removeprefix("_"))


def _evidence_file() -> None:
    op.create_table(
        "evidence_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("return_id", sa.Integer(), nullable=False),
        sa.Column("sha", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("given_by", sa.String(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("verdict_says", sa.String(), nullable=False),
        sa.Column("scanned_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["return_id"], ["return.id"], name=op.f("fk_evidence_file_return_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_file")),
        sa.UniqueConstraint("return_id", "sha", name=op.f("uq_evidence_file_return_id_sha")),
    )
    op.create_index(
        op.f("ix_evidence_file_return_id"), "evidence_file", ["return_id"], unique=False
    )
    op.create_index(op.f("ix_evidence_file_sha"), "evidence_file", ["sha"], unique=False)


def _stand_in() -> None:
    op.create_table(
        "stand_in",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("named_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("named_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_stand_in_person_id")),
        sa.ForeignKeyConstraint(
            ["service_id"], ["service.id"], name=op.f("fk_stand_in_service_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stand_in")),
    )
    op.create_index(op.f("ix_stand_in_person_id"), "stand_in", ["person_id"], unique=False)
    op.create_index(op.f("ix_stand_in_service_id"), "stand_in", ["service_id"], unique=False)


def _provider_token() -> None:
    op.create_table(
        "provider_token",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("party_code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["party_code"], ["party.code"], name=op.f("fk_provider_token_party_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provider_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_provider_token_token_hash")),
    )
    op.create_index(
        op.f("ix_provider_token_party_code"), "provider_token", ["party_code"], unique=False
    )


def _practice() -> None:
    op.create_table(
        "practice",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("region_code", sa.String(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("party_code", sa.String(), nullable=False),
        sa.Column("commitment", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("happened", sa.Text(), nullable=False),
        sa.Column("enabled", sa.Text(), nullable=False),
        sa.Column("copying", sa.Text(), nullable=False),
        sa.Column("salt", sa.String(), nullable=False),
        sa.Column("shared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shared_by", sa.String(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["party_code"], ["party.code"], name=op.f("fk_practice_party_code")
        ),
        sa.ForeignKeyConstraint(
            ["region_code"], ["region.code"], name=op.f("fk_practice_region_code")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_practice_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_practice")),
    )
    op.create_index(op.f("ix_practice_region_code"), "practice", ["region_code"], unique=False)


def _knock() -> None:
    op.create_table(
        "knock",
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("who_hash", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("purpose", "who_hash", "since", name=op.f("pk_knock")),
    )


MAKERS = (_evidence_file, _stand_in, _provider_token, _practice, _knock)
