"""A region's returns as its pages count, sort and filter them: from standings, none folded."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from charter.parts import check_sum
from charter.returns import State
from charter.scoring import whole_percent
from notifications.among import among
from providers import standings
from providers.console_tables import Standing
from providers.pauses import Pauses
from providers.tables import Cycle, Party, Return, Service, Site


@dataclass(frozen=True, slots=True)
class Row:
    """One return that is owed, or was: whose it is, and how it stands on the day it is asked for.

    `ratings` is the standing's own JSON, for whoever shows them: `standings.ratings_of` reads it.
    """

    id: int
    cycle_id: int
    site: str
    site_name: str
    line: str
    party: str
    party_name: str
    paused: bool
    released: bool
    state: State
    due_on: date | None
    received_on: date | None
    received_due: date | None
    unreachable: bool
    waits_for: str
    checked: str
    approved_by: str
    published: bool
    fully: int | None
    applicable: int | None
    band: str
    ratings: str

    @property
    def place(self) -> str:
        """The prison, with the service line where there is one."""
        return f"{self.site_name} ({self.line})" if self.line else self.site_name

    @property
    def approvals(self) -> int:
        """How many people have approved its page as it stands."""
        return self.approved_by.count(",") // 2

    def days_late(self, today: date) -> int:
        """As `Life.days_late`: past the due date in force, at signing or on a London date."""
        due = self.received_due if self.received_on else self.due_on
        return max(0, ((self.received_on or today) - due).days) if due else 0


def rows(
    session: Session, region: str, cycle_ids: Iterable[int], today: date, paused: Pauses
) -> list[Row]:
    """Every return of these cycles of a region, by prison and provider, in one query."""
    columns = (
        col(Return.id), col(Standing.cycle_id), col(Site.code), col(Site.name),
        col(Service.line), col(Party.code), col(Party.name), col(Standing.released),
        standings.state_on(today), col(Return.due_on), col(Standing.received_on),
        col(Standing.received_due), col(Standing.unreachable), col(Standing.waits_for),
        col(Standing.checked), col(Standing.approved_by), col(Standing.published),
        col(Standing.fully), col(Standing.applicable), col(Standing.band), col(Standing.ratings),
    )  # fmt: skip
    query: Any = (
        select(*columns)  # type: ignore[call-overload]  # SQLModel types no more than four
        .join(Standing, col(Standing.return_id) == col(Return.id))
        .join(Service, col(Service.id) == col(Return.service_id))
        .join(Site, col(Site.id) == col(Service.site_id))
        .join(Party, col(Party.code) == col(Service.party_code))
        .where(among(col(Standing.cycle_id), cycle_ids), Site.region_code == region)
        .order_by(col(Site.name), col(Party.name), col(Return.id))
    )
    return [
        Row(i, cycle, site, name, line, party, party_name, paused.holds(region, party),
            released, State(state), *more)
        for i, cycle, site, name, line, party, party_name, released, state, *more
        in session.exec(query)
    ]  # fmt: skip


@dataclass(frozen=True)
class Tally:
    """A cycle's returns by state on a day; what was released is not among them."""

    states: dict[State, int]

    @property
    def expected(self) -> int:
        """How many are owed."""
        return sum(self.states.values())

    def check(self, expected: int) -> None:
        """SumsDisagree unless as many are owed as the cycle expects."""
        check_sum({"expected": expected} | {s.value: many for s, many in self.states.items()})

    @property
    def ran(self) -> int:
        """How many are owed by services that ran, as far as is known."""
        return self.expected - self.states[State.NIL]

    @property
    def on_time(self) -> int:
        """Signed by the due date in force."""
        return self.states[State.RECEIVED]

    @property
    def late(self) -> int:
        """Signed after it."""
        return self.states[State.RECEIVED_LATE]

    @property
    def rate(self) -> int | None:
        """The share on time of those that ran, as a whole per cent; None where none did."""
        return whole_percent(self.on_time, self.ran) if self.ran else None


def tallies(session: Session, region: str, today: date) -> dict[int, Tally]:
    """Each cycle of a region by its number, counted by the database in one query."""
    state = standings.state_on(today).label("state")
    counted = session.exec(
        select(Standing.cycle_id, state, func.count())
        .join(Cycle, col(Cycle.id) == col(Standing.cycle_id))
        .where(Cycle.region_code == region, col(Standing.released).is_(False))
        .group_by(col(Standing.cycle_id), state)
    )
    found: dict[int, dict[State, int]] = defaultdict(lambda: dict.fromkeys(State, 0))
    for cycle_id, name, many in counted:
        found[cycle_id][State(name)] = many
    return {cycle_id: Tally(states) for cycle_id, states in found.items()}
