"""The tables of the domain; only the store modules beside this one may touch them."""

import secrets
from datetime import date, datetime

from sqlalchemy import Index, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from notifications.instant import Instant


class Region(SQLModel, table=True):
    """A commissioner's region; `paused` means that nothing opens or goes out by itself.

    Nobody can guess the key of a letter without its `salt`.
    """

    code: str = Field(primary_key=True)
    name: str
    sample: bool = False
    paused: bool = False
    paused_reason: str = ""
    first_imported_at: datetime = Field(sa_type=Instant)
    policy_version: str
    salt: str = Field(default_factory=lambda: secrets.token_hex(16))


class Site(SQLModel, table=True):
    """A prison, or (code REGION) the region as the place of the commissioner's own return.

    `link_worker` is the number of a prison's Family Link Worker; `partner` the organisation that
    listens to families in a region.
    """

    __table_args__ = (UniqueConstraint("region_code", "code"),)
    id: int | None = Field(default=None, primary_key=True)
    region_code: str = Field(foreign_key="region.code", index=True)
    code: str
    name: str
    switchboard: str = ""
    safer_custody: str = ""
    family_line: str = ""
    numbers_checked: date | None = None
    link_worker: str = ""
    partner: str = ""


class Party(SQLModel, table=True):
    """An organisation that can owe a return: a provider, or a commissioner."""

    code: str = Field(primary_key=True)
    name: str
    kind: str


class Service(SQLModel, table=True):
    """Who provides what where, from when to when; a row with no party is a gap in the register."""

    __table_args__ = (UniqueConstraint("site_id", "party_code", "role", "line", "starts"),)
    id: int | None = Field(default=None, primary_key=True)
    site_id: int = Field(foreign_key="site.id", index=True)
    party_code: str | None = Field(default=None, foreign_key="party.code", index=True)
    role: str
    line: str = ""
    starts: date
    ends: date | None = None
    source: str = ""
    source_date: date | None = None
    note: str = ""


class Person(SQLModel, table=True):
    """Somebody with an e-mail address (lower case), and when they last said that it is theirs."""

    id: int | None = Field(default=None, primary_key=True)
    email: str = Field(unique=True)
    name: str
    confirmed_on: date | None = None


class Contact(SQLModel, table=True):
    """A person's role for a service; ended with a date, never deleted."""

    __table_args__ = (UniqueConstraint("service_id", "person_id", "role"),)
    id: int | None = Field(default=None, primary_key=True)
    service_id: int = Field(foreign_key="service.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    role: str
    listed_on: date | None = None
    ended_on: date | None = None
    refused_at: datetime | None = Field(default=None, sa_type=Instant)


class Signatory(SQLModel, table=True):
    """A party that signed a Charter version in a region; a region with none keeps no such list."""

    region_code: str = Field(primary_key=True, foreign_key="region.code")
    party_code: str = Field(primary_key=True)
    charter_version: str = Field(primary_key=True)
    party_name: str
    signed_on: date | None = None


class Adoption(SQLModel, table=True):
    """The dated step by which a region took up a Charter version."""

    region_code: str = Field(primary_key=True, foreign_key="region.code")
    charter_version: str = Field(primary_key=True)
    adopted_at: datetime = Field(sa_type=Instant)


class Rulebook(SQLModel, table=True):
    """The text of a Charter or policy version, kept so that any past quarter can be replayed."""

    kind: str = Field(primary_key=True)
    version: str = Field(primary_key=True)
    body: str = Field(sa_type=Text)


class Cycle(SQLModel, table=True):
    """One quarter in one region; versions, dates and returns expected are fixed as it opens.

    `moved` holds the dates in force once a bank holiday moved them; `plan` names the letters to
    come as they were rehearsed at the opening; `early` until the others are asked as well.
    `calendar` is the list of bank holidays its dates were counted by, `held_against` the newest
    list that they were held against since.
    """

    __table_args__ = (UniqueConstraint("region_code", "quarter"),)
    id: int | None = Field(default=None, primary_key=True)
    region_code: str = Field(foreign_key="region.code")
    quarter: str
    charter_version: str
    policy_version: str
    opened_at: datetime = Field(sa_type=Instant)
    baseline: bool = False
    expected: int
    dates: str = Field(sa_type=Text)
    moved: str = Field(default="", sa_type=Text)
    plan: str = ""
    early: bool = False
    calendar: str = ""
    held_against: str = ""


class Return(SQLModel, table=True):
    """A return owed for a service in a cycle; two columns cache the fold."""

    __table_args__ = (UniqueConstraint("cycle_id", "service_id"),)
    id: int | None = Field(default=None, primary_key=True)
    cycle_id: int = Field(foreign_key="cycle.id", index=True)
    service_id: int = Field(foreign_key="service.id", index=True)
    due_on: date | None = None
    received_at: datetime | None = Field(default=None, sa_type=Instant)


class StepRow(SQLModel, table=True):
    """A step in a return's life; `seq` is its ledger entry, `once` a key it may hold once."""

    __tablename__ = "step"
    seq: int = Field(
        primary_key=True, foreign_key="ledger.seq", sa_column_kwargs={"autoincrement": False}
    )
    return_id: int = Field(foreign_key="return.id", index=True)
    at: datetime = Field(sa_type=Instant)
    by: str
    body: str = Field(sa_type=Text)
    salt: str
    once: str | None = Field(default=None, unique=True)


class LedgerRow(SQLModel, table=True):
    """One entry of the hash chain; `at` is text so that it hashes the same on every database."""

    __tablename__ = "ledger"
    __table_args__ = (Index("ledger_kind", "kind", "seq"),)
    seq: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    at: str
    by: str
    kind: str
    subject: str
    body: str = Field(sa_type=Text)
    prev: str = Field(unique=True)
    hash: str


class LedgerHead(SQLModel, table=True):
    """The one row that every writer locks first: how long the ledger is, and its last hash."""

    __tablename__ = "ledger_head"
    id: int = Field(default=1, primary_key=True)
    entries: int = 0
    head: str


class Document(SQLModel, table=True):
    """A frozen text named by its SHA-256: a return as handed over, a score's receipt, a page."""

    sha: str = Field(primary_key=True)
    body: str = Field(sa_type=Text)


class Draft(SQLModel, table=True):
    """The return as it is being filled in; `version` rises with each save."""

    return_id: int = Field(primary_key=True, foreign_key="return.id")
    version: int = 1
    body: str = Field(sa_type=Text)
    saved_at: datetime = Field(sa_type=Instant)
    saved_by: str


class Action(SQLModel, table=True):
    """Something a provider promised; it lives across quarters and keeps its first promised date."""

    id: str = Field(primary_key=True)
    party_code: str = Field(foreign_key="party.code", index=True)
    site_id: int = Field(foreign_key="site.id", index=True)
    commitment: str
    title: str = Field(sa_type=Text)
    owner: str
    request_id: str | None = None
    first_due: date
    opened_return_id: int = Field(foreign_key="return.id")
    practice_id: str | None = None
    tags: str = ""


class ActionChange(SQLModel, table=True):
    """What a signed return said of an action; the newest is how it stands."""

    action_id: str = Field(primary_key=True, foreign_key="action.id")
    return_id: int = Field(primary_key=True, foreign_key="return.id")
    document: str = Field(primary_key=True)
    seq: int
    status: str
    due: date
    reason: str = Field(default="", sa_type=Text)
    consulted: str = Field(default="", sa_type=Text)


class FamilyRequest(SQLModel, table=True):
    """What families asked of a party, entered by the listening partner; no party may edit it.

    `kind` tells a family's `request` from a `recommendation` of the partner's Listening Report.
    One that the partner took back before any return was asked about it is `withdrawn_at` a time.
    `families` is how many asked for it; nothing where nobody said.
    """

    __tablename__ = "family_request"
    id: str = Field(primary_key=True)
    region_code: str = Field(foreign_key="region.code", index=True)
    site_code: str = ""
    party_code: str = Field(foreign_key="party.code", index=True)
    commitment: str
    text: str = Field(sa_type=Text)
    salt: str
    source: str = ""
    heard_on: date
    entered_at: datetime = Field(sa_type=Instant)
    kind: str = "request"
    withdrawn_at: datetime | None = Field(default=None, sa_type=Instant)
    withdrawn_why: str = Field(default="", sa_type=Text)
    families: int | None = None


class EvidenceFile(SQLModel, table=True):
    """A file given as evidence in a return; its bytes lie outside the database by SHA-256."""

    __tablename__ = "evidence_file"
    __table_args__ = (UniqueConstraint("return_id", "sha"),)
    id: int | None = Field(default=None, primary_key=True)
    return_id: int = Field(foreign_key="return.id", index=True)
    sha: str = Field(index=True)
    name: str
    kind: str
    size: int
    given_at: datetime = Field(sa_type=Instant)
    given_by: str
    verdict: str
    verdict_says: str = ""
    scanned_at: datetime | None = Field(default=None, sa_type=Instant)


class StandIn(SQLModel, table=True):
    """Somebody named to stand in for a lead (as deputy) or a signer, first to last day counted.

    `name` is what whoever named them calls them: it tells nothing of who is on record.
    """

    __tablename__ = "stand_in"
    id: int | None = Field(default=None, primary_key=True)
    service_id: int = Field(foreign_key="service.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    name: str
    role: str
    first_day: date
    last_day: date
    named_at: datetime = Field(sa_type=Instant)
    named_by: str


class Practice(SQLModel, table=True):
    """Good practice on one commitment at one prison, shared so that others can take it up."""

    id: str = Field(primary_key=True)
    region_code: str = Field(foreign_key="region.code", index=True)
    site_id: int = Field(foreign_key="site.id")
    party_code: str = Field(foreign_key="party.code")
    commitment: str
    title: str
    happened: str = Field(sa_type=Text)
    enabled: str = Field(default="", sa_type=Text)
    copying: str = Field(default="", sa_type=Text)
    salt: str
    shared_at: datetime = Field(sa_type=Instant)
    shared_by: str
    withdrawn_at: datetime | None = Field(default=None, sa_type=Instant)


class Staff(SQLModel, table=True):
    """A person's role in a region's own team, from when to when; `stands_for` somebody on leave."""

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    region_code: str = Field(foreign_key="region.code", index=True)
    role: str
    starts: date
    ends: date | None = None
    stands_for: int | None = None


class Publication(SQLModel, table=True):
    """A whole bulletin as it was published: each page's path and the SHA-256 of its data."""

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(sa_type=Instant)
    pages: str = Field(sa_type=Text)
    ledger_entries: int
    ledger_head: str
