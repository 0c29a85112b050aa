"""The first release's schema: the register, returns, the ledger, the outbox and sign-ins."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make every table, a parent before its children, and the ledger's empty head."""
    for make in MAKERS:
        make()
    head = sa.table("ledger_head", sa.column("id"), sa.column("entries"), sa.column("head"))
    op.execute(head.insert().values(id=1, entries=0, head="0" * 64))


def downgrade() -> None:
    """Drop every table, children first, and all they hold."""
    for make in reversed(MAKERS):
        op.drop_table(make.__name__.removeprefix("_"))


def _document() -> None:
    op.create_table(
        "document",
        sa.Column("sha", sa.String(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("sha", name="pk_document"),
    )


def _ledger() -> None:
    op.create_table(
        "ledger",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("prev", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_ledger"),
        sa.UniqueConstraint("prev", name="uq_ledger_prev"),
    )


def _ledger_head() -> None:
    op.create_table(
        "ledger_head",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("head", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_ledger_head"),
    )


def _letter() -> None:
    op.create_table(
        "letter",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("to_person", sa.Integer(), nullable=False),
        sa.Column("to_email", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("region", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("worker", sa.String(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("retry_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_letter"),
    )
    op.create_index("ix_letter_region", "letter", ["region"], unique=False)
    op.create_index("ix_letter_to_person", "letter", ["to_person"], unique=False)
    op.create_index("letter_waiting", "letter", ["state", "queued_at"], unique=False)


def _party() -> None:
    op.create_table(
        "party",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_party"),
    )


def _person() -> None:
    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_person"),
        sa.UniqueConstraint("email", name="uq_person_email"),
    )


def _publication() -> None:
    op.create_table(
        "publication",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("pages", sa.Text(), nullable=False),
        sa.Column("ledger_entries", sa.Integer(), nullable=False),
        sa.Column("ledger_head", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_publication"),
    )


def _region() -> None:
    op.create_table(
        "region",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("sample", sa.Boolean(), nullable=False),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.Column("paused_reason", sa.String(), nullable=False),
        sa.Column("first_imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("policy_version", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_region"),
    )


def _rulebook() -> None:
    op.create_table(
        "rulebook",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "version", name="pk_rulebook"),
    )


def _sign_in_request() -> None:
    op.create_table(
        "sign_in_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("nonce_hash", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_sign_in_request"),
    )


def _adoption() -> None:
    op.create_table(
        "adoption",
        sa.Column("region_code", sa.String(), nullable=False),
        sa.Column("charter_version", sa.String(), nullable=False),
        sa.Column("adopted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name="fk_adoption_region_code"),
        sa.PrimaryKeyConstraint("region_code", "charter_version", name="pk_adoption"),
    )


def _cycle() -> None:
    op.create_table(
        "cycle",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("region_code", sa.String(), nullable=False),
        sa.Column("quarter", sa.String(), nullable=False),
        sa.Column("charter_version", sa.String(), nullable=False),
        sa.Column("policy_version", sa.String(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("baseline", sa.Boolean(), nullable=False),
        sa.Column("expected", sa.Integer(), nullable=False),
        sa.Column("dates", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name="fk_cycle_region_code"),
        sa.PrimaryKeyConstraint("id", name="pk_cycle"),
        sa.UniqueConstraint("region_code", "quarter", name="uq_cycle_region_code_quarter"),
    )


def _family_request() -> None:
    op.create_table(
        "family_request",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("region_code", sa.String(), nullable=False),
        sa.Column("site_code", sa.String(), nullable=False),
        sa.Column("party_code", sa.String(), nullable=False),
        sa.Column("commitment", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("salt", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("heard_on", sa.Date(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["party_code"], ["party.code"], name="fk_family_request_party_code"
        ),
        sa.ForeignKeyConstraint(
            ["region_code"], ["region.code"], name="fk_family_request_region_code"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_family_request"),
    )
    op.create_index("ix_family_request_party_code", "family_request", ["party_code"], unique=False)
    op.create_index(
        "ix_family_request_region_code", "family_request", ["region_code"], unique=False
    )


def _letter_line() -> None:
    op.create_table(
        "letter_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("letter_key", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("occasion", sa.Integer(), nullable=False),
        sa.Column("dropped", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["letter_key"], ["letter.key"], name="fk_letter_line_letter_key"),
        sa.PrimaryKeyConstraint("id", name="pk_letter_line"),
        sa.UniqueConstraint(
            "letter_key",
            "subject",
            "topic",
            "occasion",
            name="uq_letter_line_letter_key_subject_topic_occasion",
        ),
    )
    op.create_index("ix_letter_line_subject", "letter_line", ["subject"], unique=False)


def _sign_in_token() -> None:
    op.create_table(
        "sign_in_token",
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("nonce_hash", sa.String(), nullable=False),
        sa.Column("code_hash", sa.String(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("spent_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_sign_in_token_person_id"),
        sa.PrimaryKeyConstraint("token_hash", name="pk_sign_in_token"),
    )
    op.create_index("ix_sign_in_token_person_id", "sign_in_token", ["person_id"], unique=False)


def _signatory() -> None:
    op.create_table(
        "signatory",
        sa.Column("region_code", sa.String(), nullable=False),
        sa.Column("party_code", sa.String(), nullable=False),
        sa.Column("charter_version", sa.String(), nullable=False),
        sa.Column("party_name", sa.String(), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name="fk_signatory_region_code"),
        sa.PrimaryKeyConstraint(
            "region_code", "party_code", "charter_version", name="pk_signatory"
        ),
    )


def _site() -> None:
    op.create_table(
        "site",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("region_code", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("switchboard", sa.String(), nullable=False),
        sa.Column("safer_custody", sa.String(), nullable=False),
        sa.Column("family_line", sa.String(), nullable=False),
        sa.Column("numbers_checked", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name="fk_site_region_code"),
        sa.PrimaryKeyConstraint("id", name="pk_site"),
        sa.UniqueConstraint("region_code", "code", name="uq_site_region_code_code"),
    )
    op.create_index("ix_site_region_code", "site", ["region_code"], unique=False)


def _staff() -> None:
    op.create_table(
        "staff",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("region_code", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("starts", sa.Date(), nullable=False),
        sa.Column("ends", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_staff_person_id"),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name="fk_staff_region_code"),
        sa.PrimaryKeyConstraint("id", name="pk_staff"),
    )
    op.create_index("ix_staff_person_id", "staff", ["person_id"], unique=False)
    op.create_index("ix_staff_region_code", "staff", ["region_code"], unique=False)


def _web_session() -> None:
    op.create_table(
        "web_session",
        sa.Column("id_hash", sa.String(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("csrf", sa.String(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_web_session_person_id"),
        sa.PrimaryKeyConstraint("id_hash", name="pk_web_session"),
    )
    op.create_index("ix_web_session_person_id", "web_session", ["person_id"], unique=False)


def _service() -> None:
    op.create_table(
        "service",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("party_code", sa.String(), nullable=True),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("line", sa.String(), nullable=False),
        sa.Column("starts", sa.Date(), nullable=False),
        sa.Column("ends", sa.Date(), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("source_date", sa.Date(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["party_code"], ["party.code"], name="fk_service_party_code"),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name="fk_service_site_id"),
        sa.PrimaryKeyConstraint("id", name="pk_service"),
        sa.UniqueConstraint(
            "site_id",
            "party_code",
            "role",
            "line",
            "starts",
            name="uq_service_site_id_party_code_role_line_starts",
        ),
    )
    op.create_index("ix_service_party_code", "service", ["party_code"], unique=False)
    op.create_index("ix_service_site_id", "service", ["site_id"], unique=False)


def _contact() -> None:
    op.create_table(
        "contact",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("refused_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_contact_person_id"),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name="fk_contact_service_id"),
        sa.PrimaryKeyConstraint("id", name="pk_contact"),
        sa.UniqueConstraint(
            "service_id", "person_id", "role", name="uq_contact_service_id_person_id_role"
        ),
    )
    op.create_index("ix_contact_person_id", "contact", ["person_id"], unique=False)
    op.create_index("ix_contact_service_id", "contact", ["service_id"], unique=False)


def _return() -> None:
    op.create_table(
        "return",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycle.id"], name="fk_return_cycle_id"),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name="fk_return_service_id"),
        sa.PrimaryKeyConstraint("id", name="pk_return"),
        sa.UniqueConstraint("cycle_id", "service_id", name="uq_return_cycle_id_service_id"),
    )
    op.create_index("ix_return_cycle_id", "return", ["cycle_id"], unique=False)
    op.create_index("ix_return_service_id", "return", ["service_id"], unique=False)


def _action() -> None:
    op.create_table(
        "action",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("party_code", sa.String(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("commitment", sa.String(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("request_id", sa.String(), nullable=True),
        sa.Column("first_due", sa.Date(), nullable=False),
        sa.Column("opened_return_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["opened_return_id"], ["return.id"], name="fk_action_opened_return_id"
        ),
        sa.ForeignKeyConstraint(["party_code"], ["party.code"], name="fk_action_party_code"),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name="fk_action_site_id"),
        sa.PrimaryKeyConstraint("id", name="pk_action"),
    )
    op.create_index("ix_action_party_code", "action", ["party_code"], unique=False)
    op.create_index("ix_action_site_id", "action", ["site_id"], unique=False)


def _draft() -> None:
    op.create_table(
        "draft",
        sa.Column("return_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["return_id"], ["return.id"], name="fk_draft_return_id"),
        sa.PrimaryKeyConstraint("return_id", name="pk_draft"),
    )


def _step() -> None:
    op.create_table(
        "step",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("return_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("salt", sa.String(), nullable=False),
        sa.Column("once", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["return_id"], ["return.id"], name="fk_step_return_id"),
        sa.ForeignKeyConstraint(["seq"], ["ledger.seq"], name="fk_step_seq"),
        sa.PrimaryKeyConstraint("seq", name="pk_step"),
        sa.UniqueConstraint("once", name="uq_step_once"),
    )
    op.create_index("ix_step_return_id", "step", ["return_id"], unique=False)


def _actionchange() -> None:
    op.create_table(
        "actionchange",
        sa.Column("action_id", sa.String(), nullable=False),
        sa.Column("return_id", sa.Integer(), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["action_id"], ["action.id"], name="fk_actionchange_action_id"),
        sa.ForeignKeyConstraint(["return_id"], ["return.id"], name="fk_actionchange_return_id"),
        sa.PrimaryKeyConstraint("action_id", "return_id", "document", name="pk_actionchange"),
    )


MAKERS = (
    _document,
    _ledger,
    _ledger_head,
    _letter,
    _party,
    _person,
    _publication,
    _region,
    _rulebook,
    _sign_in_request,
    _adoption,
    _cycle,
    _family_request,
    _letter_line,
    _sign_in_token,
    _signatory,
    _site,
    _staff,
    _web_session,
    _service,
    _contact,
    _return,
    _action,
    _draft,
    _step,
    _actionchange,
)
