"""The programme's numbers as data: when a cycle opens, is due, is chased, checked and published."""

import tomllib
from datetime import date, timedelta
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from charter.plainly import sentence, strictly
from charter.quarters import Calendar, Quarter

Days = Annotated[int, Field(ge=0, le=400)]
Count = Annotated[int, Field(ge=1, le=400)]
Weekday = Annotated[int, Field(ge=0, le=4)]


class Frozen(BaseModel):
    """Data that is checked once and never changed."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Role(StrEnum):
    """What a person is to a service, or to a region."""

    LEAD = "lead"
    DEPUTY = "deputy"
    SIGNER = "signer"
    CONTRACT_MANAGER = "contract_manager"
    COMMISSIONER = "commissioner"
    LISTENING_PARTNER = "listening_partner"
    ARBITER = "arbiter"


class Anchor(StrEnum):
    """What a rung counts its working days from."""

    OPENED = "opened"
    DUE = "due"
    RECEIVED = "received"
    CHALLENGED = "challenged"
    CHECKED = "checked"
    DISPUTED = "disputed"
    DECIDED = "decided"
    PUBLISHED = "published"
    UNREACHABLE = "unreachable"
    REFUSED = "refused"
    ANSWERED = "answered"
    MOVED = "moved"
    PROMISED = "promised"
    OFFERED = "offered"


NEWS = {Anchor.RECEIVED, Anchor.CHECKED, Anchor.DECIDED, Anchor.PUBLISHED}
NEWS |= {Anchor.REFUSED, Anchor.ANSWERED, Anchor.MOVED}


class Rung(Frozen):
    """One letter of the ladder: whom it goes to, and so many working days from what.

    `letter` is its wording; `gap` the fewest working days since the last letter that asked the
    same person for the same return. What follows: a rung that `warns` starts the fair warning, one
    that `records_not_returned` ends the ladder. `only` keeps it to returns that are not started,
    to people who have not confirmed their details for a year, or to a contact list that has
    failed for as many quarters as the policy bears.
    """

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]
    letter: str
    anchor: Anchor
    offset: int = 0
    to: Annotated[tuple[Role, ...], Field(min_length=1)]
    only: Literal["not_started", "unconfirmed", "unreachable_for_long", "any"] = "any"
    gap: Days = 0
    warns: bool = False
    records_not_returned: bool = False

    @model_validator(mode="after")
    def _fits(self) -> Self:
        late = self.anchor is Anchor.DUE and self.offset > 0
        anchors = {"unconfirmed": Anchor.OPENED, "unreachable_for_long": Anchor.UNREACHABLE}
        for wrong, words in (
            (
                self.anchor is not anchors.get(self.only, self.anchor),
                f"only = '{self.only}' counts from '{anchors.get(self.only)}'",
            ),
            (
                (self.gap or self.only == "not_started") and not self.is_chaser,
                "a gap and only = 'not_started' are for rungs that ask for the return",
            ),
            (
                self.warns and not (late and Role.SIGNER in self.to),
                "a rung warns the signer, and after the due date",
            ),
            (
                self.records_not_returned and not late,
                "'not returned' is recorded after the due date",
            ),
            (
                self.anchor is Anchor.PROMISED and self.offset < 1,
                "a promise is asked about after its date",
            ),
        ):
            if wrong:
                raise ValueError(f"rung '{self.id}': {words}")
        return self

    @property
    def is_chaser(self) -> bool:
        """A chaser asks for the return itself; the other letters tell of what happened."""
        return self.anchor in (Anchor.OPENED, Anchor.DUE) and not self.confirms

    @property
    def is_of_promises(self) -> bool:
        """It speaks of promises and not of the return that they stand in, each by its day."""
        return self.anchor in (Anchor.PROMISED, Anchor.OFFERED)

    @property
    def confirms(self) -> bool:
        """It asks a contact whether they still are one."""
        return self.only == "unconfirmed"

    @property
    def is_news(self) -> bool:
        """News tells once of something that is over; whoever comes to a role later is spared it."""
        return self.anchor in NEWS

    @property
    def is_reminder(self) -> bool:
        """A reminder asks before the due date has passed, and never after."""
        return self.anchor is Anchor.DUE and self.offset <= 0


class Dates(Frozen):
    """A cycle's calendar: London civil dates, each ending at 23:59:59."""

    requests_close: date
    opens: date
    due: date
    not_returned: date
    challenge_ends: date
    reply_ends: date
    publishes: date


class Policy(Frozen):
    """One version of the rules; day counts are working days of England and Wales, save where
    the policy file says calendar days.

    `rung` is in order, lowest first: where several are due to one person, the last wins.
    """

    version: str
    requests_close: Days = 10
    opens: Count = 1
    due: Count = 20
    challenge_ends: Count = 40
    reply_ends: Count = 45
    publishes_from: Count = 48
    publishes_on: tuple[Weekday, ...] = (1, 2, 3)
    least_notice: Days = 15
    fair_warning: Days = 5
    streak_for_review: Count = 3
    least_days_served: Days = 28
    extensions_flagged: Count = 3
    extensions_within: Count = 4
    unreachable_quarters: Count = 2
    confirm_every: Count = 365
    handover_due: Count = 20
    opening_moves: Count = 20
    keep_letters: Annotated[int, Field(ge=30, le=4000)] = 90
    approve_rehearsal: bool = False
    fewest_people: Annotated[int, Field(ge=3)] = 8
    approvals: Count = 2
    holds_alarm: bool = False
    holds_particulars: bool = False
    quiet_longest: Count = 60
    dispute_days: Count = 10
    answer_days: Days = 0
    seminar_from: Count = 32
    seminar_to: Count = 38
    pack_frozen: Days = 5
    calls_a_quarter: Count = 3
    least_base: Count = 10
    voice_kept: Annotated[int, Field(ge=1, le=100)] = 75
    voice_partly: Annotated[int, Field(ge=0, le=99)] = 50
    bands: tuple[tuple[int, str], ...] = (
        (100, "fully"),
        (89, "substantially"),
        (77, "partially"),
        (0, "not_compliant"),
    )
    cap: str = "partially"
    rung: tuple[Rung, ...]

    @model_validator(mode="after")
    def _sound(self) -> Self:
        ids = [rung.id for rung in self.rung]
        twice = {i for i in ids if ids.count(i) > 1}
        if twice:
            raise ValueError(f"policy {self.version}: rung '{min(twice)}' stands twice")
        floors = [floor for floor, _ in self.bands]
        if floors != sorted(set(floors), reverse=True) or floors[-1:] != [0]:
            raise ValueError(f"policy {self.version}: bands run from the highest floor down to 0")
        if floors[0] > 100:
            raise ValueError(
                f"policy {self.version}: the band '{self.bands[0][1]}' begins at {floors[0]} per "
                "cent, and no share is more than 100"
            )
        if len({name for _, name in self.bands}) < len(self.bands):
            raise ValueError(f"policy {self.version}: two bands have the same name")
        if self.cap not in {name for _, name in self.bands}:
            raise ValueError(f"policy {self.version}: the cap '{self.cap}' is no band")
        if any(rung.warns for rung in self.rung) != any(r.records_not_returned for r in self.rung):
            raise ValueError(
                f"policy {self.version}: a rung that records 'not returned' needs a rung that warns"
            )
        return self

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        cycle = [
            self.opens,
            self.due,
            self.challenge_ends,
            self.reply_ends,
            self.publishes_from,
        ]
        if cycle != sorted(cycle) or not self.publishes_on:
            raise ValueError(
                f"policy {self.version}: a cycle opens, is due, is checked, hears replies and is "
                "published on a weekday, in that order"
            )
        warned = [r.offset for r in self.rung if r.warns]
        recorded = [r.offset for r in self.rung if r.records_not_returned]
        if warned and recorded and min(recorded) - min(warned) < self.fair_warning:
            raise ValueError(
                f"policy {self.version}: 'not returned' is recorded no sooner than "
                f"{self.fair_warning} working days after the rung that warns"
            )
        return self

    def find(self, rung_id: str) -> Rung:
        """The rung of that id; KeyError if the policy has none."""
        for rung in self.rung:
            if rung.id == rung_id:
                return rung
        raise KeyError(f"policy {self.version} has no rung '{rung_id}'")

    def rank(self, rung_id: str) -> int:
        """Its place on the ladder, lowest first."""
        return [rung.id for rung in self.rung].index(rung_id)

    def dates(self, quarter: Quarter, calendar: Calendar, later: int = 0) -> Dates:
        """Every date of a quarter's cycle; BeyondHorizon if a holiday list ends before it does.

        All of them come so many working days `later` where its opening was moved.
        """

        def nth(days: int) -> date:
            return calendar.shift(quarter.ends, days + later)

        due = nth(self.due)
        last = max((r.offset for r in self.rung if r.records_not_returned), default=0)
        return Dates(
            requests_close=calendar.shift(
                calendar.shift(quarter.ends, -self.requests_close), later
            ),
            opens=nth(self.opens),
            due=due,
            not_returned=calendar.shift(due, last) if last > 0 else due,
            challenge_ends=nth(self.challenge_ends),
            reply_ends=nth(self.reply_ends),
            publishes=self.publication_day(nth(self.publishes_from), calendar),
        )

    def publication_day(self, earliest: date, calendar: Calendar) -> date:
        """The first allowed weekday from `earliest` whose next day is no holiday."""
        day = earliest
        while True:
            eve = day + timedelta(days=1)
            holiday_next = eve.weekday() < 5 and not calendar.is_working_day(eve)
            allowed = day.weekday() in self.publishes_on and calendar.is_working_day(day)
            if allowed and not holiday_next:
                return day
            day = eve


def read_policy(toml_text: str) -> Policy:
    """A policy from the text of its TOML file; a ValueError says in a sentence what is wrong."""
    try:
        return strictly(Policy, tomllib.loads(toml_text))
    except ValidationError as error:
        raise ValueError(sentence("the policy file cannot be used", error)) from error
    except RecursionError:
        raise ValueError("the policy file cannot be read: brackets in brackets") from None
    except ValueError as error:
        raise ValueError(f"the policy file cannot be read as TOML: {error}") from error
