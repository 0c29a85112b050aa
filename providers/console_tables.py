"""The tables of the console: how returns stand, what families said, what was frozen or foreseen."""

from datetime import date, datetime

from sqlalchemy import Index, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from notifications.instant import Instant


class Standing(SQLModel, table=True):
    """A cache of the fold, so that a page over thousands of returns need not fold them.

    `life` is the fold as JSON, but for which rungs were said; the columns are what pages count,
    sort and filter by. `ratings` is a JSON object of each commitment's self-rating and rating in
    force; `approved_by` the numbers of those who approved, with a comma before and after each.
    `held` is how many words a person had still to look at when the last step was taken.
    """

    __table_args__ = (Index("standing_waiting", "cycle_id", "waits_for"),)
    return_id: int = Field(primary_key=True, foreign_key="return.id")
    cycle_id: int = Field(foreign_key="cycle.id", index=True)
    released: bool = False
    nil: bool = False
    received_on: date | None = None
    received_due: date | None = None
    extended_until: date | None = None
    not_returned: bool = False
    started: bool = False
    unreachable: bool = False
    waits_for: str = ""
    checked: str = ""
    approved_by: str = ""
    published: bool = False
    held: int = 0
    fully: int | None = None
    applicable: int | None = None
    band: str = ""
    ratings: str = Field(default="{}", sa_type=Text)
    life: str = Field(default="{}", sa_type=Text)


class PromiseStanding(SQLModel, table=True):
    """A cache of how a promise stands by its last word, for pages that count and sort thousands.

    `party_code` is whoever has it in hand; `latest_due` the latest date it ever had while it was
    open; `told_on` the London date on which the last word was signed, in `return_id`.
    """

    __tablename__ = "promise_standing"
    action_id: str = Field(primary_key=True, foreign_key="action.id")
    region_code: str = Field(foreign_key="region.code", index=True)
    site_id: int = Field(foreign_key="site.id")
    party_code: str = Field(foreign_key="party.code")
    commitment: str
    first_due: date
    status: str
    due: date
    latest_due: date
    told_on: date
    return_id: int = Field(foreign_key="return.id")


class Foreseen(SQLModel, table=True):
    """A cache of a return's page as it would be were it published next, for those who approve it.

    `pages` are the page's data as JSON by its key, with those of the prison's other quarters that
    were never published. They were drawn at an instant of the London date `day` from the ledger up
    to `entries`, by the code whose fingerprint is `code`. By its dates alone it holds up to and
    with `until`. `words` is a JSON object of what is held on the page, by SHA-256: the page's data
    never hold it.
    """

    return_id: int = Field(primary_key=True, foreign_key="return.id")
    drawn_at: datetime = Field(sa_type=Instant)
    day: date
    until: date
    entries: int
    code: str
    pages: str = Field(sa_type=Text)
    words: str = Field(sa_type=Text)


class SensitivePeriod(SQLModel, table=True):
    """Days on which a prison's page shows no ratings and no narratives; the cause is not kept.

    It counts once a second person has agreed to it, and ends by itself.
    """

    __tablename__ = "sensitive_period"
    id: int | None = Field(default=None, primary_key=True)
    site_id: int = Field(foreign_key="site.id", index=True)
    first_day: date
    last_day: date
    set_by: str
    set_at: datetime = Field(sa_type=Instant)
    agreed_by: str = ""
    agreed_at: datetime | None = Field(default=None, sa_type=Instant)
    ended_at: datetime | None = Field(default=None, sa_type=Instant)


class Listening(SQLModel, table=True):
    """What the listening partner heard in a region and quarter, as one frozen document."""

    region_code: str = Field(primary_key=True, foreign_key="region.code")
    quarter: str = Field(primary_key=True)
    version: int = 1
    document: str
    saved_at: datetime = Field(sa_type=Instant)
    saved_by: str


class FamilyCall(SQLModel, table=True):
    """A call that the partner made to a prison's line for families, to hear whether it is answered.

    `minutes` is how long it was waited for an answer.
    """

    __tablename__ = "family_call"
    id: int | None = Field(default=None, primary_key=True)
    site_id: int = Field(foreign_key="site.id", index=True)
    quarter: str
    called_on: date
    answered: bool
    minutes: int
    noted_at: datetime = Field(sa_type=Instant)
    noted_by: str


class PassedOn(SQLModel, table=True):
    """What families asked of the prison itself: passed on with a date, never scored against health.

    Nothing says who in the prison it went to but `to_whom`, a role or an office. `families` is how
    many asked for it; nothing where nobody said.
    """

    __tablename__ = "passed_on"
    id: str = Field(primary_key=True)
    site_id: int = Field(foreign_key="site.id", index=True)
    kind: str = "request"
    text: str = Field(sa_type=Text)
    salt: str
    source: str = ""
    heard_on: date
    to_whom: str
    passed_on: date
    entered_at: datetime = Field(sa_type=Instant)
    entered_by: str
    families: int | None = None


class Pack(SQLModel, table=True):
    """A pack as it was frozen; `about` is the code of the provider that it is about, if any."""

    __table_args__ = (UniqueConstraint("region_code", "quarter", "kind", "about"),)
    id: int | None = Field(default=None, primary_key=True)
    region_code: str = Field(foreign_key="region.code")
    quarter: str
    kind: str
    about: str = ""
    document: str
    frozen_at: datetime = Field(sa_type=Instant)


class PlannedMove(SQLModel, table=True):
    """A quarter that is to open later than the policy says, and the reason; never earlier."""

    __tablename__ = "planned_move"
    region_code: str = Field(primary_key=True, foreign_key="region.code")
    quarter: str = Field(primary_key=True)
    opens: date
    reason: str = Field(sa_type=Text)
    at: datetime = Field(sa_type=Instant)
    by: str
